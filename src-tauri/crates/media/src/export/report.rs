//! How an export goes, and what came of it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{Picture, inspect::Inspection};

/// How far an export is.
#[derive(Debug, Clone)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// How much of the whole export is done: 0 to 1, never less than before.
    pub fraction: f64,
    /// The frame that was written last, small: some of them, at most four a second.
    pub frame: Option<Picture>,
}

/// What an export does, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The sound is mixed once to know how loud it is.
    Measure,
    /// Pictures and sound are encoded.
    Write,
    /// It is labelled, and signed where a signer is set.
    Label,
    /// The file is read back.
    Check,
}

/// A finished file, as it was found when it was read back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportReport {
    /// Where it is.
    pub place: PathBuf,
    /// Size of the file.
    pub bytes: u64,
    /// How many frames; 0 for sound alone.
    pub frames: u64,
    /// Length of all tracks.
    pub duration_secs: f64,
    /// FFmpeg's name of the encoder that made the pictures.
    pub video_encoder: Option<String>,
    /// Encoders that were asked for and did not work, each with the reason.
    pub passed_over: Vec<String>,
    /// What was done to the sound.
    pub sound: Option<Correction>,
    /// How much later the sound comes than the picture, in seconds, measured by comparing what is in the file with what
    /// was put into it. None where there is nothing to measure by: no pictures, silence, or sound too short.
    pub av_offset_secs: Option<f64>,
    /// What the finished file is, whole: tracks, labels, loudness, black and frozen stretches.
    pub file: Inspection,
}

/// What was done to the sound to make it as loud as asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// Integrated loudness as it was mixed, in LUFS; none for silence and sounds under 0.4 s.
    pub mixed_lufs: Option<f64>,
    /// True peak as it was mixed, in dB of full scale; none for silence.
    pub mixed_peak_db: Option<f64>,
    /// How much louder (or, below 0, softer) it was made.
    pub gain_db: f64,
    /// Why it was left as it was, or could not be made as loud as asked for.
    pub note: Option<String>,
}
