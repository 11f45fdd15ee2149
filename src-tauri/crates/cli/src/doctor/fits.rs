//! Which models run here, at which sizes, how fast.

use gallop_engine::cards::Cards;
use gallop_engine::fit;
use gallop_models::generator::Size;
use gallop_models::plan::{
    self, Budgets, Forecast, ModelSizes, Planned, Probe, Processor, Resource, StageNeed, Task, gib,
};
use gallop_protocol::doctor::{Fit, Reason, ReasonCode, SLOW, SizeFit};

use super::kept::{Kept, device_name};
use crate::report::duration;

/// What the answers stand on.
pub struct Ground {
    /// Where the networks run.
    pub processor: Processor,
    /// Whether a card is left unused that a driver runs for.
    pub unused_card: bool,
    /// The cards.
    pub cards: Cards,
    /// What is free now.
    pub now: Budgets,
    /// What the machine has in all.
    pub all: Budgets,
    /// What was measured.
    pub kept: Kept,
    /// How fast weights come from the disk.
    pub disk_read_bytes_per_second: Option<f64>,
    /// Whether the processor has vector instructions.
    pub has_vector: bool,
}

/// What a clip's weights are on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// As their files say.
    AsTheyAre,
    /// In the compute type, to which they are converted when they arrive.
    Converted,
}

/// The clip that a fit is about.
#[derive(Debug, Clone, Copy)]
pub struct Clip {
    /// Its size.
    pub size: Size,
    /// Its usual length.
    pub seconds: f32,
    /// The longest that the model makes.
    pub longest_seconds: f32,
}

impl Ground {
    fn probe(&self) -> Option<&Probe> {
        self.kept.probe(self.processor, &self.cards)
    }

    /// Whether a clip can be made here.
    ///
    /// # Errors
    /// No clip is that long.
    pub fn clip(&self, sizes: &ModelSizes, clip: &Clip, stored: Stored) -> gallop_models::Result<SizeFit> {
        let task = Task::new(clip.size, clip.seconds)?;
        let planned = plan::plan(sizes, &task, self.processor, &self.now, self.probe());
        let mut found = self.empty(clip.size, clip.seconds);
        match planned.first() {
            Some(forecast) => {
                self.runs(&mut found, forecast, stored);
                found.longest_seconds = self.longest(sizes, clip);
            }
            None => {
                found.fit = Fit::DoesNotRun;
                found.reasons = self.refusal(sizes, &task, &planned);
                if let Some(least) = least(sizes, &task, self.processor, None) {
                    found.ram_bytes = Some(least.ram_bytes);
                    found.vram_bytes = Some(least.vram_bytes).filter(|_| self.processor == Processor::Card);
                }
            }
        }
        if found.fit != Fit::Runs {
            found.reasons.extend(self.card(sizes, &task));
        }
        Ok(found)
    }

    /// Whether one network of a clip runs here, by what it takes alone.
    pub fn part(&self, sizes: &ModelSizes, clip: &Clip, network: &str) -> gallop_models::Result<SizeFit> {
        let task = Task::new(clip.size, clip.seconds)?;
        let mut found = self.empty(clip.size, clip.seconds);
        let plans_of = |budgets| plan::plan(sizes, &task, self.processor, budgets, self.probe()).plans;
        // As there is room for it now, as it would be with plenty, and as small as it can be.
        let mut plans = plans_of(&self.now);
        plans.extend(plans_of(&Budgets::default()));
        plans.extend(least(sizes, &task, self.processor, self.probe()));
        let needs = plans
            .iter()
            .filter_map(|forecast| Some((forecast, forecast.stages.iter().find(|need| need.network == network)?)));
        let needs: Vec<_> = needs.collect();
        let fits = needs.iter().find(|(_, need)| self.shortage(need).is_none());
        let smallest = || needs.iter().min_by_key(|(_, need)| (need.vram_bytes, need.ram_bytes));
        let Some((forecast, need)) = fits.or_else(smallest) else {
            found.fit = Fit::DoesNotRun;
            found.reasons = vec![reason(ReasonCode::Unknown, "nothing is known of what this takes")];
            return Ok(found);
        };
        found.ram_bytes = Some(need.ram_bytes);
        found.vram_bytes = Some(need.vram_bytes).filter(|_| self.processor == Processor::Card);
        match self.shortage(need) {
            Some(short) => {
                found.fit = Fit::DoesNotRun;
                found.reasons = vec![short];
                found.reasons.extend(self.card(sizes, &task));
            }
            None => {
                found.precision = Some(precision(need.precision));
                found.how = Some(fit::words(forecast.plan));
                found.seconds = need.seconds;
                found.loading_seconds = self.loading(need.weights_bytes);
            }
        }
        Ok(found)
    }

    fn empty(&self, size: Size, clip_seconds: f32) -> SizeFit {
        SizeFit {
            size: [size.width(), size.height()],
            clip_seconds,
            fit: Fit::Runs,
            device: device_name(self.processor).into(),
            precision: None,
            how: None,
            vram_bytes: None,
            ram_bytes: None,
            seconds: None,
            loading_seconds: None,
            longest_seconds: None,
            reasons: Vec::new(),
        }
    }

    fn runs(&self, found: &mut SizeFit, forecast: &Forecast, stored: Stored) {
        found.precision = Some(precision(forecast.plan.precision));
        found.how = Some(fit::words(forecast.plan));
        found.ram_bytes = Some(forecast.ram_bytes);
        found.vram_bytes = Some(forecast.vram_bytes).filter(|_| self.processor == Processor::Card);
        found.seconds = forecast.seconds();
        found.loading_seconds = self.loading(match stored {
            Stored::AsTheyAre => forecast.stored_bytes(),
            Stored::Converted => forecast.stages.iter().map(|need| need.weights_bytes).sum(),
        });
        if self.processor == Processor::Cpu && !self.has_vector {
            found.fit = Fit::RunsSlowly;
            let text = "the processor has no AVX2, so that everything takes several times as long";
            found.reasons.push(reason(ReasonCode::NoVectorInstructions, text));
        }
        match found.seconds {
            Some(seconds) if seconds > SLOW * f64::from(found.clip_seconds) => {
                found.fit = Fit::RunsSlowly;
                let (seconds, clip) = (duration(seconds), found.clip_seconds);
                found.reasons.push(reason(ReasonCode::Slow, format!("about {seconds} for a clip of {clip} s")));
            }
            Some(_) => {}
            None => {
                let text = "how long it takes is not known until `gallop doctor --probe` has measured this machine";
                found.reasons.push(reason(ReasonCode::NotMeasured, text));
            }
        }
    }

    /// The longest clip of this size that fits, in whole seconds.
    fn longest(&self, sizes: &ModelSizes, clip: &Clip) -> Option<u32> {
        let most = clip.longest_seconds.max(clip.seconds).clamp(1.0, 60.0) as u32;
        let fits = |seconds: &u32| {
            let task = Task::new(clip.size, *seconds as f32).ok();
            task.is_some_and(|task| plan::plan(sizes, &task, self.processor, &self.now, None).first().is_some())
        };
        (1..=most).rev().find(fits)
    }

    fn loading(&self, bytes: u64) -> Option<f64> {
        let disk = self.disk_read_bytes_per_second?;
        let upload = self.probe().and_then(|probe| probe.upload_bytes_per_second).unwrap_or(f64::INFINITY);
        // Weights are read while others are sent: the slower way counts.
        Some(bytes as f64 / disk.min(upload)).filter(|seconds| seconds.is_finite())
    }

    fn refusal(&self, sizes: &ModelSizes, task: &Task, planned: &Planned) -> Vec<Reason> {
        let would = plan::plan(sizes, task, self.processor, &self.all, None).first().is_some();
        let Some(worst) = planned.lacking.first() else { return Vec::new() };
        let text = planned.refusal().unwrap_or_default();
        vec![self.lack(worst.resource, would, text)]
    }

    fn lack(&self, resource: Resource, would_if_free: bool, text: String) -> Reason {
        let code = match (resource, would_if_free) {
            (Resource::Vram, false) => ReasonCode::VramTooSmall,
            (Resource::Vram, true) => ReasonCode::VramInUse,
            (Resource::Ram, false) => ReasonCode::RamTooSmall,
            (Resource::Ram, true) => ReasonCode::RamInUse,
            (Resource::Disk, _) => ReasonCode::DiskTooSmall,
        };
        if would_if_free {
            return reason(code, format!("{text}; it would run if other programs left theirs"));
        }
        reason(code, text)
    }

    /// What one network lacks.
    fn shortage(&self, need: &StageNeed) -> Option<Reason> {
        let kinds = [
            (Resource::Vram, need.vram_bytes, self.now.vram_bytes, self.all.vram_bytes),
            (Resource::Ram, need.ram_bytes, self.now.ram_bytes, self.all.ram_bytes),
        ];
        kinds.into_iter().find_map(|(resource, needed, now, all)| {
            let there = now.filter(|there| *there < needed)?;
            let would = all.is_some_and(|all| all >= needed);
            let text = format!("it needs {} of {resource}, {} can be used", gib(needed), gib(there));
            Some(self.lack(resource, would, text))
        })
    }

    /// What an NVIDIA card would change, where the networks run on the processor.
    fn card(&self, sizes: &ModelSizes, task: &Task) -> Option<Reason> {
        if self.processor == Processor::Card {
            return None;
        }
        let card = self.cards.cards.first();
        if self.unused_card {
            let vram_bytes = card.and_then(|card| card.free_bytes);
            let budgets = Budgets { vram_bytes, ..self.now };
            let planned = plan::plan(sizes, task, Processor::Card, &budgets, None);
            let text = match planned.first() {
                Some(forecast) => format!(
                    "the NVIDIA card would make it, with {} of its memory, and this Gallop cannot use it: install the one \
                     with CUDA",
                    gib(forecast.vram_bytes)
                ),
                None => format!("nor would it with a Gallop that uses the NVIDIA card: {}", planned.refusal()?),
            };
            return Some(reason(ReasonCode::CardUnused, text));
        }
        let needed = gib(least(sizes, task, Processor::Card, None)?.vram_bytes);
        Some(match card {
            Some(_) => reason(
                ReasonCode::NoDriver,
                format!("the NVIDIA card has no driver that runs; with one, and {needed} of memory, it would make it"),
            ),
            None => reason(
                ReasonCode::NoCard,
                format!("an NVIDIA card with at least {needed} of memory would make it, and there is none"),
            ),
        })
    }
}

/// The plan that does with the least memory of its device, found by asking for less and less; none where even 1 TiB is
/// not enough.
fn least(sizes: &ModelSizes, task: &Task, processor: Processor, probe: Option<&Probe>) -> Option<Forecast> {
    let planned = |quarters: u64| {
        let bytes = Some(quarters << 28);
        let budgets = match processor {
            Processor::Card => Budgets { vram_bytes: bytes, ..Budgets::default() },
            Processor::Cpu => Budgets { ram_bytes: bytes, ..Budgets::default() },
        };
        plan::plan(sizes, task, processor, &budgets, probe).plans.into_iter().next()
    };
    let (mut too_few, mut enough) = (0, 4096);
    let mut found = planned(enough)?;
    while enough - too_few > 1 {
        let middle = too_few.midpoint(enough);
        match planned(middle) {
            Some(forecast) => (enough, found) = (middle, forecast),
            None => too_few = middle,
        }
    }
    Some(found)
}

fn precision(precision: gallop_models::ops::Precision) -> String {
    format!("{precision:?}").to_lowercase()
}

/// A reason of this kind in these words.
pub fn reason(code: ReasonCode, text: impl Into<String>) -> Reason {
    Reason { code, text: text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gallop_models::ops::Precision;
    use gallop_models::plan::TypeRates;

    const GIB: u64 = 1 << 30;

    fn rates(flops: f64, precision: Precision) -> Probe {
        Probe {
            types: vec![TypeRates { precision, product_flops_per_second: flops, attention_flops_per_second: flops }],
            convolution_flops_per_second: flops,
            memory_bytes_per_second: 1e12,
            upload_bytes_per_second: None,
        }
    }

    fn ground(processor: Processor, cards: &Cards, kept: &Kept, now: u64, all: u64) -> Ground {
        let budgets = |bytes: u64| match processor {
            Processor::Card => Budgets { vram_bytes: Some(bytes), ram_bytes: Some(64 * GIB), disk_bytes: None },
            Processor::Cpu => Budgets { ram_bytes: Some(bytes), ..Budgets::default() },
        };
        Ground {
            processor,
            unused_card: false,
            cards: cards.clone(),
            now: budgets(now * GIB),
            all: budgets(all * GIB),
            kept: kept.clone(),
            disk_read_bytes_per_second: Some(1e9),
            has_vector: true,
        }
    }

    fn clip() -> Clip {
        Clip { size: Size::nearest(448, 256), seconds: 5.0, longest_seconds: 10.0 }
    }

    fn codes(found: &SizeFit) -> Vec<ReasonCode> {
        found.reasons.iter().map(|reason| reason.code).collect()
    }

    #[test]
    fn a_card_of_each_kind() {
        let (sizes, cards) = (ModelSizes::released().expect("sizes"), Cards::default());
        let unmeasured = Kept::default();
        let fit = |kept: &Kept, now, all| {
            ground(Processor::Card, &cards, kept, now, all).clip(&sizes, &clip(), Stored::Converted).expect("a fit")
        };
        let found = fit(&unmeasured, 80, 80);
        assert_eq!((found.fit, codes(&found), found.seconds), (Fit::Runs, vec![ReasonCode::NotMeasured], None));
        assert!(found.vram_bytes.is_some_and(|bytes| bytes > 30 * GIB) && found.precision.as_deref() == Some("bf16"));
        assert!(found.loading_seconds.is_some_and(|seconds| (40.0..60.0).contains(&seconds)), "{found:?}");
        let found = fit(&unmeasured, 2, 80);
        assert_eq!((found.fit, codes(&found)), (Fit::DoesNotRun, vec![ReasonCode::VramInUse]));
        let found = fit(&unmeasured, 2, 2);
        assert_eq!((found.fit, codes(&found)), (Fit::DoesNotRun, vec![ReasonCode::VramTooSmall]));
        assert!(found.vram_bytes.is_some() && found.how.is_none());
        for (flops, expected) in [(500e12, Fit::Runs), (1e12, Fit::RunsSlowly)] {
            let mut kept = Kept::default();
            kept.put(Processor::Card, &cards, rates(flops, Precision::Bf16));
            let found = fit(&kept, 80, 80);
            assert_eq!(found.fit, expected, "{found:?}");
            assert_eq!(codes(&found).contains(&ReasonCode::Slow), expected == Fit::RunsSlowly);
        }
    }

    #[test]
    fn a_processor_alone_tells_what_a_card_would_change() {
        let (sizes, kept) = (ModelSizes::released().expect("sizes"), Kept::default());
        let card = gallop_engine::cards::Card { free_bytes: Some(80 * GIB), ..Default::default() };
        let with_card = Cards { driver: Some("580".into()), cards: vec![card] };
        for (cards, unused_card, expected) in [
            (Cards::default(), false, ReasonCode::NoCard),
            (Cards { driver: None, ..with_card.clone() }, false, ReasonCode::NoDriver),
            (with_card, true, ReasonCode::CardUnused),
        ] {
            let ground = Ground { unused_card, ..ground(Processor::Cpu, &cards, &kept, 4, 8) };
            let found = ground.clip(&sizes, &clip(), Stored::Converted).expect("a fit");
            assert_eq!((found.fit, codes(&found)), (Fit::DoesNotRun, vec![ReasonCode::RamTooSmall, expected]));
        }
    }

    #[test]
    fn a_part_is_asked_for_what_it_takes_alone() {
        let (sizes, cards, kept) = (ModelSizes::released().expect("sizes"), Cards::default(), Kept::default());
        let ground = ground(Processor::Cpu, &cards, &kept, 8, 8);
        let part = |network| ground.part(&sizes, &clip(), network).expect("a fit");
        assert_eq!(part("sound decoder").fit, Fit::Runs);
        let found = part("transformer");
        assert_eq!(found.fit, Fit::DoesNotRun);
        assert!(codes(&found).starts_with(&[ReasonCode::RamTooSmall]), "{found:?}");
        assert_eq!(codes(&part("no such network")), [ReasonCode::Unknown]);
    }
}
