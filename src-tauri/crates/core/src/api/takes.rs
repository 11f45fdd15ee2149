//! Takes: removing them, and comparing them.

use gallop_protocol::Id;
use serde::Deserialize;
use ts_rs::TS;

use crate::take::TakeFolder;
use crate::{Code, Detail, coded, told};

use super::studio::Studio;
use super::watch::look_at_takes;

/// Takes that are not wanted any more.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "TakesRemoveArgs")]
pub struct RemoveArgs {
    /// The takes.
    pub takes: Vec<Id>,
}

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "TakesJudgeArgs")]
pub struct JudgeArgs {
    /// The take that was liked best.
    pub winner: Id,
    /// Those beside it.
    pub losers: Vec<Id>,
}

pub(super) fn remove(studio: &Studio, args: RemoveArgs) -> anyhow::Result<()> {
    let folder = studio.with_project(|open| {
        args.takes.iter().try_for_each(|take| is_there(open, *take))?;
        Ok(open.project.folder().to_owned())
    })?;
    let unfinished = studio.queue.list(&crate::jobs::Filter::states(crate::jobs::State::UNFINISHED))?;
    let removed = args.takes.iter().try_for_each(|take| {
        if unfinished.iter().any(|job| job.parent == Some(*take)) {
            return Err(told(Code::JobState, Detail::DraftWanted));
        }
        if let Some(found) = TakeFolder::find(&folder, *take)? {
            found.remove()?;
        }
        studio.library.forget_take(&folder, *take)
    });
    look_at_takes(studio);
    removed
}

pub(super) fn judge(studio: &Studio, args: JudgeArgs) -> anyhow::Result<()> {
    let JudgeArgs { winner, losers } = args;
    if losers.is_empty() || losers.contains(&winner) {
        return Err(coded(Code::Input, "a comparison has a winner and at least one other take"));
    }
    studio.change(|open| {
        losers.iter().chain([&winner]).try_for_each(|take| is_there(open, *take))?;
        // An opinion is no edit: undo does not take it back.
        open.project.adapt(|data| {
            for take in losers.iter().chain([&winner]) {
                let score = data.scores.entry(*take).or_default();
                score.seen = score.seen.saturating_add(1);
                score.wins = score.wins.saturating_add(u32::from(*take == winner));
            }
        })
    })
}

fn is_there(open: &super::open::Open, take: Id) -> anyhow::Result<()> {
    match open.reel.get(take) {
        Some(_) => Ok(()),
        None => Err(coded(Code::Input, format!("the project has no take {take}"))),
    }
}
