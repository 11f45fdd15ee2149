//! What the interrupted runs of a job took, so that a take tells what it really cost.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gallop_protocol::message::{Cost, Stage};

use crate::take::TakeFolder;
use crate::{files, inside};

const FILE: &str = "spent.json";
const MAX_BYTES: u64 = 1 << 16;

/// What a job took so far. Only stages count whose result was stored: the others run again.
pub struct Spent {
    path: PathBuf,
    earlier: BTreeMap<Stage, f64>,
    /// Of this run, by whether a checkpoint holds them.
    stored: BTreeMap<Stage, f64>,
    open: BTreeMap<Stage, f64>,
}

impl Spent {
    /// What earlier runs left in the folder of the take.
    pub fn read(folder: &TakeFolder) -> Self {
        let path = folder.folder().join(FILE);
        let text = inside::read(&path, MAX_BYTES).ok().flatten().unwrap_or_default();
        // Not worth an error: without it the take only looks cheaper.
        let mut earlier: BTreeMap<Stage, f64> = serde_json::from_slice(&text).unwrap_or_default();
        earlier.retain(|_, seconds| seconds.is_finite() && *seconds >= 0.0);
        Self { path, earlier, stored: BTreeMap::new(), open: BTreeMap::new() }
    }

    /// A stage of this run is finished.
    pub fn finished(&mut self, stage: Stage, seconds: f64) {
        *self.open.entry(stage).or_default() += seconds;
    }

    /// Its result is stored.
    pub fn store(&mut self) {
        add(&mut self.stored, &std::mem::take(&mut self.open));
        let mut all = self.earlier.clone();
        add(&mut all, &self.stored);
        files::write_json(&self.path, &all).ok();
    }

    /// What the take cost, when the last run cost this.
    pub fn with(&self, mut last: Cost) -> Cost {
        last.seconds += self.earlier.values().sum::<f64>();
        add(&mut last.stages, &self.earlier);
        last
    }

    /// Forgets it: the take tells it now.
    pub fn remove(&self) {
        std::fs::remove_file(&self.path).ok();
    }
}

fn add(stages: &mut BTreeMap<Stage, f64>, more: &BTreeMap<Stage, f64>) {
    for (stage, seconds) in more {
        *stages.entry(*stage).or_default() += seconds;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gallop_protocol::Id;

    #[test]
    fn interrupted_runs_count_with_what_they_stored() {
        let project = tempfile::tempdir().expect("folder");
        let folder = TakeFolder::create(project.path(), Id::new()).expect("folder");
        let mut first = Spent::read(&folder);
        first.finished(Stage::Text, 1.0);
        first.finished(Stage::Denoise, 10.0);
        first.store();
        first.finished(Stage::Upscale, 50.0);
        let mut second = Spent::read(&folder);
        second.finished(Stage::Text, 2.0);
        second.finished(Stage::Upscale, 20.0);
        second.store();
        let third = Spent::read(&folder);
        let last = Cost { seconds: 5.0, stages: [(Stage::DecodeVideo, 4.0)].into(), ..Cost::default() };
        let cost = third.with(last);
        assert_eq!(cost.seconds, 5.0 + 3.0 + 10.0 + 20.0);
        let stages = [(Stage::Text, 3.0), (Stage::Denoise, 10.0), (Stage::Upscale, 20.0), (Stage::DecodeVideo, 4.0)];
        assert_eq!(cost.stages, stages.into());
        third.remove();
        assert_eq!(Spent::read(&folder).with(Cost::default()), Cost::default());
    }

    #[test]
    fn a_strange_file_counts_nothing() {
        let project = tempfile::tempdir().expect("folder");
        let folder = TakeFolder::create(project.path(), Id::new()).expect("folder");
        for strange in ["", "[1]", r#"{"text": "a"}"#, r#"{"text": -5.0}"#] {
            std::fs::write(folder.folder().join(FILE), strange).expect("written");
            assert_eq!(Spent::read(&folder).with(Cost::default()).seconds, 0.0, "{strange}");
        }
    }
}
