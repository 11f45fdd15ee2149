//! What the findings mean.

use serde::Serialize;

use super::Findings;
use gallop_engine::machine::gib;

/// Memory that the model in the box and FFmpeg need, with room to spare.
const BOX_BYTES: u64 = 2 << 30;
/// The released model in bfloat16 with everything kept: transformer 28.5 GiB, text encoder 16.8 GiB, autoencoders 4 GiB,
/// and the activations of a 256p clip.
const RELEASED_BYTES: u64 = 56 << 30;

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
    vec![model(findings), clips(findings), cuda(findings), released(findings)]
}

fn line(outcome: Outcome, text: impl Into<String>) -> Line {
    Line { outcome, text: text.into() }
}

fn model(findings: &Findings) -> Line {
    let Some(model) = &findings.model else {
        return line(Outcome::Misses, "no model was found, so nothing can be generated");
    };
    let needed = BOX_BYTES.max(2 * model.bytes);
    match findings.memory.available_bytes {
        Some(free) if free < needed => {
            let text = format!("{} needs about {} of memory, {} are free", model.name, gib(needed), gib(free));
            line(Outcome::Misses, text)
        }
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

fn released(findings: &Findings) -> Line {
    let needed = gib(RELEASED_BYTES);
    let largest = findings.gpu.cards.iter().filter_map(|card| card.memory_bytes).max();
    match largest {
        Some(bytes) if bytes >= RELEASED_BYTES && findings.gpu.driver.is_some() => {
            let text = format!("the card's {} hold the 15 B model (daVinci-MagiHuman) in bfloat16", gib(bytes));
            line(Outcome::Runs, text)
        }
        Some(bytes) => {
            let text = format!(
                "the 15 B model (daVinci-MagiHuman) needs about {needed} of GPU memory, the card has {}",
                gib(bytes)
            );
            line(Outcome::Misses, text)
        }
        None => line(
            Outcome::Misses,
            format!("the 15 B model (daVinci-MagiHuman) needs an NVIDIA card with about {needed}"),
        ),
    }
}
