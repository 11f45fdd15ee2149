//! How long a job will take, judged by takes of its kind that the same engine made.

use std::collections::{BTreeMap, BTreeSet};

use gallop_protocol::message::Stage;
use gallop_protocol::recipe::Recipe;
use tokio::time::Instant;

use crate::jobs::{Job, Queue, State};
use crate::take::{Take, TakeFolder};

/// Jobs that are looked through.
const HISTORY: usize = 200;
/// Takes that are read.
const MOST_READ: usize = 40;
/// Takes of the same kind that are enough.
const ENOUGH: usize = 5;

/// What the stages of a job are expected to take.
pub struct Estimate {
    expected: BTreeMap<Stage, f64>,
    finished: BTreeSet<Stage>,
    current: Option<(Stage, Instant)>,
}

impl Estimate {
    /// For a job of which this will be made; none where the engine made no such clip yet: better no number than a wrong one.
    pub fn new(queue: &Queue, engine: &str, job: &Job, recipe: &Recipe) -> Option<Self> {
        let is_candidate = |made: &Job| {
            made.state == State::Done && made.order.goal == job.order.goal && made.engine.as_deref() == Some(engine)
        };
        let history = queue.history(HISTORY).unwrap_or_default().into_iter().filter(is_candidate);
        let read = |made: Job| TakeFolder::find(&made.project, made.id).ok()??.read().ok()?;
        let similar = history.take(MOST_READ).filter_map(read).filter(|take| is_similar(take, job, recipe));
        Self::of(&similar.take(ENOUGH).collect::<Vec<_>>())
    }

    fn of(takes: &[Take]) -> Option<Self> {
        if takes.is_empty() {
            return None;
        }
        let stages: BTreeSet<Stage> = takes.iter().flat_map(|take| take.cost.stages.keys().copied()).collect();
        let expected = stages.into_iter().map(|stage| {
            let seconds = takes.iter().map(|take| take.cost.stages.get(&stage).copied().unwrap_or(0.0));
            (stage, median(seconds.collect()))
        });
        Some(Self { expected: expected.collect(), finished: BTreeSet::new(), current: None })
    }

    /// A stage begins.
    pub fn started(&mut self, stage: Stage) {
        self.current = Some((stage, Instant::now()));
    }

    /// A stage is finished.
    pub fn finished(&mut self, stage: Stage) {
        self.finished.insert(stage);
    }

    /// What is left of the job, in seconds, where the engine says this of the current stage.
    pub fn seconds_left(&self, of_the_stage: Option<f64>) -> Option<f64> {
        let (current, since) = self.current?;
        let expected = self.expected.get(&current).copied().unwrap_or(0.0);
        let current_left = of_the_stage.unwrap_or_else(|| (expected - since.elapsed().as_secs_f64()).max(0.0));
        let later = self.expected.iter().filter(|(stage, _)| **stage > current && !self.finished.contains(stage));
        Some(current_left + later.map(|(_, seconds)| seconds).sum::<f64>())
    }
}

/// Whether a take cost about what a job will.
fn is_similar(take: &Take, job: &Job, recipe: &Recipe) -> bool {
    let name = |recipe: &Recipe| recipe.model.as_ref().map(|model| model.name.clone());
    let made = &take.recipe;
    (name(made), made.size, made.seconds) == (name(recipe), recipe.size, recipe.seconds)
        && take.parent.is_some() == job.parent.is_some()
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gallop_protocol::Id;
    use gallop_protocol::message::{Cost, Goal};

    fn take(stages: &[(Stage, f64)]) -> Take {
        let cost = Cost { stages: stages.iter().copied().collect(), ..Cost::default() };
        let recipe = Recipe::new(Default::default());
        let (id, shot) = (Id::new(), Id::new());
        Take { format: 1, id, shot, recipe, goal: Goal::Draft, parent: None, created_unix_ms: 0, cost }
    }

    #[test]
    fn what_is_left_is_this_stage_and_the_later_ones() {
        let takes = [10.0, 30.0, 11.0].map(|denoise| {
            take(&[(Stage::Text, 1.0), (Stage::Denoise, denoise), (Stage::DecodeAudio, 2.0), (Stage::DecodeVideo, 5.0)])
        });
        let mut estimate = Estimate::of(&takes).expect("an estimate");
        assert_eq!(estimate.seconds_left(Some(1.0)), None, "nothing has begun");
        estimate.started(Stage::Text);
        assert_eq!(estimate.seconds_left(Some(0.5)), Some(0.5 + 11.0 + 2.0 + 5.0));
        estimate.finished(Stage::Text);
        estimate.started(Stage::Denoise);
        assert_eq!(estimate.seconds_left(Some(100.0)), Some(107.0), "the engine knows its pace");
        let guessed = estimate.seconds_left(None).expect("a guess");
        assert!((7.0..=18.0).contains(&guessed), "{guessed}");
        estimate.finished(Stage::DecodeAudio);
        estimate.started(Stage::DecodeVideo);
        assert_eq!(estimate.seconds_left(Some(3.0)), Some(3.0));
        assert!(Estimate::of(&[]).is_none());
    }
}
