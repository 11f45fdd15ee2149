//! What a job takes: time by stage, memory, energy.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use gallop_protocol::message::{Cost, Stage};
use nvml_wrapper::Nvml;
use nvml_wrapper::enums::device::UsedGpuMemory;

use crate::machine;

/// How often the card is asked at most.
const EVERY: Duration = Duration::from_millis(250);

/// Measures one job.
pub struct Meter {
    began: Instant,
    /// Waiting for the studio is not the job's work.
    waited: Duration,
    stages: BTreeMap<Stage, f64>,
    card: Option<Card>,
}

/// The card as the driver sees it.
struct Card {
    nvml: Nvml,
    /// Millijoules at the begin of the job.
    energy_before: Option<u64>,
    peak_bytes: Option<u64>,
    asked: Instant,
}

impl Meter {
    /// Begins now. `kind` is the device's, as in [`crate::device::name`].
    pub fn begin(kind: &str) -> Self {
        machine::forget_peak_memory();
        let card = (kind == "cuda").then(Card::begin).flatten();
        Self { began: Instant::now(), waited: Duration::ZERO, stages: BTreeMap::new(), card }
    }

    /// A stage is finished.
    pub fn stage(&mut self, stage: Stage, seconds: f64) {
        *self.stages.entry(stage).or_default() += seconds;
        self.look();
    }

    /// Runs something that only waits for the studio.
    pub fn waiting<T>(&mut self, wait: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let got = wait();
        self.waited += began.elapsed();
        got
    }

    /// Looks at what changes while the job runs.
    pub fn look(&mut self) {
        if let Some(card) = &mut self.card {
            card.look();
        }
    }

    /// What the job took.
    pub fn finish(mut self) -> Cost {
        self.look();
        Cost {
            seconds: self.began.elapsed().saturating_sub(self.waited).as_secs_f64(),
            stages: self.stages,
            peak_memory_bytes: machine::peak_memory_bytes(),
            peak_device_bytes: self.card.as_ref().and_then(|card| card.peak_bytes),
            energy_joules: self.card.as_ref().and_then(Card::energy_joules),
        }
    }
}

impl Card {
    fn begin() -> Option<Self> {
        let nvml = Nvml::init().ok()?;
        let energy_before = nvml.device_by_index(0).and_then(|card| card.total_energy_consumption()).ok();
        // Asked long ago, so that the first look counts.
        let asked = Instant::now().checked_sub(EVERY).unwrap_or_else(Instant::now);
        Some(Self { nvml, energy_before, peak_bytes: None, asked })
    }

    fn look(&mut self) {
        if self.asked.elapsed() < EVERY {
            return;
        }
        self.asked = Instant::now();
        let Ok(processes) = self.nvml.device_by_index(0).and_then(|card| card.running_compute_processes()) else {
            return;
        };
        let own = processes.into_iter().find(|process| process.pid == std::process::id());
        if let Some(UsedGpuMemory::Used(bytes)) = own.map(|process| process.used_gpu_memory) {
            self.peak_bytes = self.peak_bytes.max(Some(bytes));
        }
    }

    /// All that the card drew meanwhile; another program on it is counted too.
    fn energy_joules(&self) -> Option<f64> {
        let now = self.nvml.device_by_index(0).and_then(|card| card.total_energy_consumption()).ok()?;
        Some(now.checked_sub(self.energy_before?)? as f64 / 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_not_work() {
        let mut meter = Meter::begin("cpu");
        meter.stage(Stage::Text, 1.0);
        meter.stage(Stage::Text, 2.0);
        meter.waiting(|| std::thread::sleep(Duration::from_millis(20)));
        let began = meter.began;
        let cost = meter.finish();
        assert_eq!(cost.stages, [(Stage::Text, 3.0)].into());
        assert!(cost.seconds <= began.elapsed().as_secs_f64() - 0.02, "{}", cost.seconds);
        assert_eq!(cost.energy_joules, None);
    }
}
