//! What the findings mean.

use serde::Serialize;

use gallop_engine::fit;
use gallop_models::generator::Size;
use gallop_models::plan::{self, Budgets, ModelSizes, Processor, Task, gib};

use super::Findings;

/// Whether something works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It will run.
    Runs,
    /// It will not run as things are.
    Misses,
}

/// One sentence of the verdict.
#[derive(Debug, Serialize)]
pub struct Line {
    /// Whether it works.
    pub outcome: Outcome,
    /// The sentence.
    pub text: String,
}

impl Line {
    /// A sign for the outcome.
    pub fn mark(&self) -> char {
        match self.outcome {
            Outcome::Runs => '+',
            Outcome::Misses => '-',
        }
    }
}

/// Whether at least the found model can make clips.
pub fn can_make_clips(findings: &Findings) -> bool {
    encodes(findings) && findings.model.is_some()
}

fn encodes(findings: &Findings) -> bool {
    findings.ffmpeg.h264_encoder.is_some() && findings.ffmpeg.aac_encoder
}

/// What the findings mean, most important first.
pub fn of(findings: &Findings) -> Vec<Line> {
    let mut lines = vec![model(findings), clips(findings), cuda(findings)];
    lines.extend(released(findings));
    lines
}

fn line(outcome: Outcome, text: impl Into<String>) -> Line {
    Line { outcome, text: text.into() }
}

fn model(findings: &Findings) -> Line {
    let Some(model) = &findings.model else {
        return line(Outcome::Misses, "no model was found, so nothing can be generated");
    };
    match &model.refusal {
        Some(reason) => line(Outcome::Misses, format!("{} does not run on the CPU: {reason}", model.name)),
        _ if findings.cpu.vector.is_empty() => {
            line(Outcome::Runs, format!("{} runs on the CPU, slowly: it has no AVX2", model.name))
        }
        _ => line(Outcome::Runs, format!("{} runs on the CPU; `gallop bench` tells how fast", model.name)),
    }
}

fn clips(findings: &Findings) -> Line {
    if encodes(findings) {
        line(Outcome::Runs, "clips can be written")
    } else {
        line(
            Outcome::Misses,
            "clips cannot be written: this FFmpeg has no H.264 or AAC encoder; install one with libx264",
        )
    }
}

fn cuda(findings: &Findings) -> Line {
    let gpu = &findings.gpu;
    match (gpu.cards.is_empty(), gpu.driver.is_some(), findings.built_with_cuda) {
        (true, ..) => line(Outcome::Misses, "nothing runs on a GPU: there is no NVIDIA card"),
        (_, false, _) => line(Outcome::Misses, "nothing runs on the NVIDIA card until its driver is installed"),
        (_, _, false) => {
            line(Outcome::Misses, "the NVIDIA card is not used: this gallop was built without the feature `cuda`")
        }
        _ => line(Outcome::Runs, "the networks run on the NVIDIA card"),
    }
}

/// What each size of the released model needs, by the planner, against the largest card.
fn released(findings: &Findings) -> Vec<Line> {
    let Ok(sizes) = ModelSizes::released() else { return Vec::new() };
    let name = "the 15 B model (daVinci-MagiHuman)";
    let card = findings.gpu.cards.iter().filter_map(|card| card.memory_bytes).max();
    let Some(vram) = card.filter(|_| findings.gpu.driver.is_some()) else {
        let least = least_vram(&sizes).map_or_else(|| "much".into(), gib);
        let text = format!("{name} needs an NVIDIA card with about {least} of memory, and its driver");
        return vec![line(Outcome::Misses, text)];
    };
    let budgets = Budgets { vram_bytes: Some(vram), ram_bytes: findings.memory.total_bytes, disk_bytes: None };
    let verdict_of = |(target, width, height): (&str, u32, u32)| {
        let task = Task::new(Size::nearest(width, height), RELEASED_SECONDS).ok()?;
        let planned = plan::plan(&sizes, &task, Processor::Card, &budgets, None);
        Some(match planned.first() {
            Some(forecast) => {
                line(Outcome::Runs, format!("{name} makes {target} on this card, {}", fit::words(forecast.plan)))
            }
            None => line(Outcome::Misses, format!("{name} does not make {target}: {}", planned.refusal()?)),
        })
    };
    RELEASED_TARGETS.into_iter().filter_map(verdict_of).collect()
}

/// The least that a card needs for the smallest target.
fn least_vram(sizes: &ModelSizes) -> Option<u64> {
    let [(_, width, height), ..] = RELEASED_TARGETS;
    let task = Task::new(Size::nearest(width, height), RELEASED_SECONDS).ok()?;
    let planned = plan::plan(sizes, &task, Processor::Card, &Budgets::default(), None);
    planned.plans.iter().map(|forecast| forecast.vram_bytes).min()
}

/// The sizes that the released model was trained for.
const RELEASED_TARGETS: [(&str, u32, u32); 3] = [("256p", 448, 256), ("540p", 896, 512), ("1080p", 1920, 1088)];
const RELEASED_SECONDS: f32 = 5.0;
