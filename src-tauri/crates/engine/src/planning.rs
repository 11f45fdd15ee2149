//! How a job is made: planned before anything is loaded, and planned again, smaller, where memory runs out.

use anyhow::anyhow;
use gallop_models::Device;
use gallop_models::generator::{Manifest, Plan, Request, Stage, Tiles, WeightType};
use gallop_models::ops::Precision;
use gallop_models::plan::{Budgets, Forecast, Look, ModelSizes, Processor, Task, Terms, plan_on};
use gallop_protocol::message::Code;
use gallop_protocol::recipe;

use crate::failure::{Refused, code_of, one_line};
use crate::fit;

/// What runs until there is a draft.
pub const DRAFT: &[Stage] = &[Stage::Text, Stage::Reference, Stage::Denoise];
/// What brings a draft to its size.
pub const UPSCALE: &[Stage] = &[Stage::Upscale];
/// What makes a clip of latents.
pub const DECODE: &[Stage] = &[Stage::DecodeAudio, Stage::DecodeVideo];

/// The plan of a job, and what the next one is made from.
pub struct Planning {
    sizes: ModelSizes,
    task: Task,
    processor: Processor,
    forecast: Forecast,
}

impl Planning {
    /// Plans `stages` of a request within budgets; all stages, where there are none. Nothing is loaded. `made` is how the
    /// clip was made that shall be made again: it is made so where that fits, else as it can be, and the text to tell
    /// comes with the plan.
    ///
    /// # Errors
    /// A part of the model is missing or misshapen, the request has no length, or no plan fits.
    pub fn new(
        manifest: &Manifest,
        device: &Device,
        request: &Request,
        stages: &[Stage],
        made: Option<&recipe::Plan>,
        budgets: &Budgets,
    ) -> anyhow::Result<(Self, Option<String>)> {
        let sizes =
            ModelSizes::of(manifest).map_err(|error| anyhow::Error::from(error).context(Refused(Code::Model)))?;
        let task = Task { size: request.size, length: request.length()? };
        let processor = fit::processor(device);
        let planned = |look| plan_on(&sizes, &task, processor, budgets, None, &Terms { stages, look });
        let look = made.map(look_of);
        let same = look.flatten().and_then(|look| planned(Some(look)).plans.into_iter().next());
        let (forecast, notice) = match same {
            Some(forecast) => (forecast, None),
            None => {
                let free = planned(None);
                let refusal = || free.refusal().unwrap_or_else(|| "no plan fits".into());
                let first = free.plans.first().cloned();
                let first = first.ok_or_else(|| anyhow!(refusal()).context(Refused(Code::OutOfMemory)))?;
                let notice = made.map(|made| {
                    let before = words_of(made);
                    let now = fit::words(first.plan);
                    format!(
                        "the clip was made {before}, which cannot be done here; the new one is made {now}, and differs"
                    )
                });
                (first, notice)
            }
        };
        Ok((Self { sizes, task, processor, forecast }, notice))
    }

    /// The plan, and what it takes.
    pub fn forecast(&self) -> &Forecast {
        &self.forecast
    }

    /// The plan as the clip carries it.
    pub fn made(&self) -> recipe::Plan {
        made(&self.forecast.plan)
    }

    /// Takes the next smaller plan after `error` ended one of the stages `at`, where memory was what was lacking: one for
    /// the stages that are `left`, with what there is `now`. One that makes the same clip to the bit comes first. Returns
    /// what is to be told.
    ///
    /// # Errors
    /// `error` itself, where it was something else, or nothing smaller fits.
    pub fn smaller(
        &mut self,
        error: anyhow::Error,
        at: &[Stage],
        left: &[Stage],
        now: &Budgets,
    ) -> anyhow::Result<String> {
        if code_of(&error) != Code::OutOfMemory {
            return Err(error);
        }
        let failed = self.peak(&self.forecast, at);
        // What failed did fit by the numbers, so the next plan is below it, whatever is said to be free.
        let less = Some(failed.saturating_sub(1));
        let below = match self.processor {
            Processor::Cpu => Budgets { ram_bytes: less, ..*now },
            Processor::Card => Budgets { vram_bytes: less, ..*now },
        };
        let Plan { precision, weights, tiles, .. } = self.forecast.plan;
        let same = Some(Look { precision, weights, tiles });
        let smaller = [same, None].into_iter().find_map(|look| {
            let plans = [*now, now.at_most(below)].into_iter().flat_map(|budgets| {
                plan_on(&self.sizes, &self.task, self.processor, &budgets, None, &Terms { stages: left, look }).plans
            });
            plans.into_iter().find(|forecast| self.peak(forecast, at) < failed)
        });
        let Some(smaller) = smaller else { return Err(error) };
        let differs =
            if smaller.plan.makes_the_same_as(&self.forecast.plan) { "" } else { "; it will look a little different" };
        self.forecast = smaller;
        let plan = fit::words(self.forecast.plan);
        Ok(format!("memory ran out ({}); the job goes on from where it was, {plan}{differs}", one_line(&error)))
    }

    /// The most that these stages take of what decides on this processor.
    fn peak(&self, forecast: &Forecast, stages: &[Stage]) -> u64 {
        let needs = forecast.stages.iter().filter(|need| stages.contains(&need.stage));
        let bytes = needs.map(|need| match self.processor {
            Processor::Cpu => need.ram_bytes,
            Processor::Card => need.vram_bytes,
        });
        bytes.max().unwrap_or(0)
    }
}

/// The stages that are still to run where a draft, or upscaled latents, are there.
pub fn stages_left(has_draft: bool, is_upscaled: bool) -> Vec<Stage> {
    match (has_draft, is_upscaled) {
        (_, true) => DECODE.to_vec(),
        (true, false) => [UPSCALE, DECODE].concat(),
        (false, false) => [DRAFT, UPSCALE, DECODE].concat(),
    }
}

/// A plan as a clip carries it.
fn made(plan: &Plan) -> recipe::Plan {
    recipe::Plan {
        precision: match plan.precision {
            Precision::F32 => "f32".into(),
            Precision::Bf16 => "bf16".into(),
        },
        weights: match plan.weights {
            WeightType::Computed => None,
            WeightType::Int8 => Some("int8".into()),
        },
        layers: if fit::is_streamed(plan) { "streamed" } else { "resident" }.into(),
        tile: match plan.tiles {
            Tiles::Whole => None,
            Tiles::AtMost { side } => Some(side),
        },
    }
}

/// What a clip looks like that carries this plan; none where it was made in a way that this version does not know.
fn look_of(made: &recipe::Plan) -> Option<Look> {
    Some(Look {
        precision: match made.precision.as_str() {
            "f32" => Precision::F32,
            "bf16" => Precision::Bf16,
            _ => return None,
        },
        weights: match made.weights.as_deref() {
            None => WeightType::Computed,
            Some("int8") => WeightType::Int8,
            Some(_) => return None,
        },
        tiles: made.tile.map_or(Tiles::Whole, |side| Tiles::AtMost { side }),
    })
}

/// A clip's plan in words, as far as it is seen; what a file says in it is not repeated where it is not known.
fn words_of(made: &recipe::Plan) -> String {
    let Some(Look { precision, weights, tiles }) = look_of(made) else {
        return "in a way that only a newer Gallop knows".into();
    };
    let mut words = vec![match precision {
        Precision::F32 => "in float32".to_owned(),
        Precision::Bf16 => "in bfloat16".to_owned(),
    }];
    words.extend((weights == WeightType::Int8).then(|| "with weights in 8 bits".into()));
    words.extend((tiles != Tiles::Whole).then(|| "with the picture decoded in tiles".into()));
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use gallop_models::generator::{Residency, Size};

    use super::*;

    fn planning(made: Option<&recipe::Plan>, budgets: &Budgets) -> anyhow::Result<(Planning, Option<String>)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../models/pony");
        let manifest = Manifest::open(&folder).expect("the model in the box");
        let (prompt, size) = ("A red paper pony.".into(), Size::nearest(512, 512));
        let request = Request { prompt, size, duration_secs: 1.0, seed: 3, image: None, voice: None };
        Planning::new(&manifest, &Device::Cpu, &request, &[], made, budgets)
    }

    fn out_of_memory() -> anyhow::Error {
        anyhow!("the card has no more").context(Refused(Code::OutOfMemory))
    }

    fn ram(bytes: u64) -> Budgets {
        Budgets { ram_bytes: Some(bytes), ..Budgets::default() }
    }

    #[test]
    fn plans_get_smaller_until_there_is_none() {
        let all = Budgets::default();
        let (mut planning, notice) = planning(None, &all).expect("a plan");
        assert!(notice.is_none());
        let (mut peaks, mut plans) = (Vec::new(), Vec::new());
        loop {
            let forecast = planning.forecast();
            peaks.push(forecast.stage(Stage::DecodeVideo).expect("stage").ram_bytes);
            plans.push(forecast.plan);
            match planning.smaller(out_of_memory(), DECODE, DECODE, &all) {
                Ok(text) => {
                    let is_smaller = text.contains("tiles") || text.contains("at a time");
                    assert!(text.contains("no more") && is_smaller, "{text}");
                }
                Err(error) => break assert_eq!(code_of(&error), Code::OutOfMemory),
            }
        }
        assert!(peaks.is_sorted_by(|a, b| a > b) && peaks.len() > 3, "{peaks:?}");
        assert_eq!((plans[0].residency, plans[1].residency), (Residency::Kept, Residency::PerStage));
        assert!(plans[0].makes_the_same_as(&plans[1]), "{plans:?}");
        let error = planning.smaller(anyhow!("a mistake"), DECODE, DECODE, &all).expect_err("not of memory");
        assert_eq!(error.to_string(), "a mistake");
    }

    #[test]
    fn a_clip_is_made_again_as_it_was() {
        let made = |precision: &str, tile| recipe::Plan {
            precision: precision.into(),
            weights: Some("int8".into()),
            layers: "streamed".into(),
            tile,
        };
        let wanted = made("bf16", Some(24));
        let (planning_of_it, notice) = planning(Some(&wanted), &Budgets::default()).expect("a plan");
        assert_eq!((planning_of_it.made().layers.as_str(), notice), ("resident", None));
        assert_eq!(recipe::Plan { layers: "streamed".into(), ..planning_of_it.made() }, wanted);
        let (_, notice) = planning(Some(&made("f8", None)), &Budgets::default()).expect("a plan");
        assert!(notice.is_some_and(|text| text.contains("newer Gallop")));
        // Where the whole picture has no room, it is cut, and the user hears of it.
        let whole = made("bf16", None);
        let room = planning(Some(&whole), &Budgets::default()).expect("a plan").0.forecast().ram_bytes * 2 / 3;
        let (smaller, notice) = planning(Some(&whole), &ram(room)).expect("a plan");
        assert!(smaller.made().tile.is_some(), "{:?}", smaller.made());
        assert!(notice.is_some_and(|text| text.contains("bfloat16") && text.contains("differs")));
        let error = planning(Some(&whole), &ram(1)).err().expect("nothing fits");
        assert_eq!(code_of(&error), Code::OutOfMemory);
    }
}
