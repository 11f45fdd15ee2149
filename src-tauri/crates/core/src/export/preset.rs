//! What a platform takes, as data: `assets/presets/*.toml`.

use gallop_media::FrameRate;
use gallop_media::encode::{AudioCodec, Container, VideoCodec};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::timeline::RATE;
use crate::{Code, coded};

/// Version of the files. It rises when an older Gallop would misunderstand.
const FORMAT: u32 = 1;
/// Pixels of a side.
const SIDES: std::ops::RangeInclusive<u32> = 16..=8192;
/// The shorter side of what is exported at the project's own shape.
const OWN_SIDE: u32 = 1080;

/// What a platform takes, and what it is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Version of this format.
    pub format: u32,
    /// Names it for programs.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What it is for, in a sentence.
    pub summary: String,
    /// The kind of file.
    #[ts(type = "string")]
    pub container: Container,
    /// Files of captions that the platform takes beside the clip.
    #[serde(default)]
    pub caption_files: Vec<CaptionFile>,
    /// How the user has to say to the platform that AI made the clip.
    pub declare: Option<String>,
    /// The pictures; nothing for sound alone.
    pub picture: Option<PicturePreset>,
    /// The sound.
    pub sound: SoundPreset,
    /// What the platform covers with its own buttons and words, in pixels of the picture.
    pub safe: Option<SafeArea>,
    /// The visible label that says that AI made it.
    pub label: Option<LabelPolicy>,
    /// What the platform refuses.
    #[serde(default)]
    pub limits: Limits,
    /// How much can be written under a clip.
    #[serde(default)]
    pub text: TextLimits,
    /// Pictures that stand for the clip.
    #[serde(default)]
    pub covers: Vec<Cover>,
    /// Where the numbers come from.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// What pictures a platform takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PicturePreset {
    /// Width and height in pixels; the project's own shape where nothing is said.
    pub size: Option<[u32; 2]>,
    /// Frames per second that are taken. A project has 25: where they are not among these, the first is used.
    pub rates: Vec<u32>,
    /// How they are stored.
    #[ts(type = "string")]
    pub codec: VideoCodec,
    /// Constant rate factor; less is better. Of no meaning to what is stored without loss.
    #[serde(default)]
    pub crf: f32,
    /// At most so many bits per second.
    pub max_bit_rate: Option<u32>,
    /// At most so many seconds from key frame to key frame.
    pub key_frame_secs: f64,
}

/// What sound a platform takes. It always has two channels at 48 kHz.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SoundPreset {
    /// How it is stored.
    #[ts(type = "string")]
    pub codec: AudioCodec,
    /// Bits per second, where it is not stored without loss.
    #[serde(default)]
    pub bit_rate: u32,
    /// How loud it is made, in LUFS; as it was mixed where nothing is said.
    pub integrated_lufs: Option<f64>,
    /// Its highest true peak, in dB of full scale.
    pub true_peak_db: Option<f64>,
}

/// Pixels at each side that a platform covers with its own buttons and words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SafeArea {
    /// Above.
    pub top: u32,
    /// Below.
    pub bottom: u32,
    /// At the left.
    pub left: u32,
    /// At the right.
    pub right: u32,
}

/// The visible label that says that AI made a clip. What says so in the file is always there.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LabelPolicy {
    /// Whether it must be there.
    pub visible: LabelWish,
    /// What it says.
    pub text: LabelText,
    /// How long it is seen from the first frame on.
    pub seconds: f64,
}

/// Whether a label must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LabelWish {
    /// A law asks for it. Who exports without it has to say that he will tell viewers himself.
    Required,
    /// It is there where the user wants it.
    Offered,
}

/// What a label says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LabelText {
    /// 「AI生成」.
    Chinese,
    /// “AI-generated”.
    English,
}

/// What a platform refuses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The shortest clip.
    pub shortest_secs: Option<f64>,
    /// The longest.
    pub longest_secs: Option<f64>,
    /// The largest file.
    pub most_bytes: Option<u64>,
}

/// How much can be written under a clip, in characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TextLimits {
    /// Of the title; nothing where there is none.
    pub title: Option<u32>,
    /// Of the text below.
    pub body: Option<u32>,
    /// How many topics can be named.
    pub topics: Option<u32>,
}

/// A picture that stands for a clip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    /// Its shape, as it stands in the file's name: `9x16`.
    pub name: String,
    /// Width and height in pixels.
    pub size: [u32; 2],
}

/// Where numbers come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "PresetSource")]
pub struct Source {
    /// Which, as in `picture.size`; `text` is all that is in `text`.
    pub of: Vec<String>,
    /// What the source says.
    pub says: String,
    /// Where.
    pub url: Option<String>,
    /// Whether it was read where the platform itself says so, or measured by us.
    pub verified: bool,
}

/// A kind of file of captions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CaptionFile {
    /// SubRip.
    Srt,
    /// WebVTT.
    Vtt,
}

impl Preset {
    /// Reads a file of the name `id`.toml.
    ///
    /// # Errors
    /// [`Code::Input`]: it cannot be a preset; the message says why.
    pub fn parse(id: &str, text: &str) -> anyhow::Result<Self> {
        let refuse = |why: String| coded(Code::Input, format!("the preset {}.toml {why}", id.escape_debug()));
        let preset: Self = toml::from_str(text).map_err(|error| {
            let at = error.message().lines().next().unwrap_or_default();
            refuse(format!("cannot be read: {at}"))
        })?;
        preset.check(id).map_err(refuse)?;
        Ok(preset)
    }

    fn check(&self, id: &str) -> Result<(), String> {
        if self.format != FORMAT {
            return Err(format!("has the format {}; this Gallop knows {FORMAT}", self.format));
        }
        let is_plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        if self.id != id || id.is_empty() || !id.chars().all(is_plain) {
            return Err("must have its own name as its id, of small letters, digits and hyphens".into());
        }
        if self.name.trim().is_empty() || self.summary.trim().is_empty() {
            return Err("needs a name and a summary".into());
        }
        if let Some(picture) = &self.picture {
            picture.check(self)?;
        }
        self.sound.check(self.container)?;
        let is_size = |size: &[u32; 2]| size.iter().all(|side| SIDES.contains(side) && side % 2 == 0);
        for cover in &self.covers {
            let is_name = !cover.name.is_empty() && cover.name.chars().all(&is_plain);
            if !is_size(&cover.size) || !is_name {
                return Err("has a cover without a plain name, or of an odd or strange size".into());
            }
        }
        if self.label.is_some_and(|label| !(2.0..=3600.0).contains(&label.seconds)) {
            return Err("has a label that is seen for less than the two seconds of the law".into());
        }
        let Limits { shortest_secs, longest_secs, .. } = self.limits;
        let (least, most) = (shortest_secs.unwrap_or(0.0), longest_secs.unwrap_or(f64::MAX));
        if !(least >= 0.0 && least < most) {
            return Err("has lengths that no clip can have".into());
        }
        Ok(())
    }

    /// Width and height of its pictures for a project of this shape (`9:16`); nothing for sound alone.
    pub fn size(&self, aspect: &str) -> Option<(u32, u32)> {
        let picture = self.picture.as_ref()?;
        if let Some([width, height]) = picture.size {
            return Some((width, height));
        }
        Some(own_size(aspect))
    }

    /// Frames per second for a timeline, whose own are 25.
    pub fn rate(&self) -> Option<FrameRate> {
        let rates = &self.picture.as_ref()?.rates;
        let rate = rates.iter().find(|rate| **rate == RATE).or_else(|| rates.first())?;
        Some(FrameRate::whole(*rate))
    }
}

/// The size at which a project of this shape (`9:16`) is seen and exported: 1080 pixels on its shorter side.
pub fn own_size(aspect: &str) -> (u32, u32) {
    let sides = aspect.split_once(':').and_then(|(w, h)| Some((w.parse::<u32>().ok()?, h.parse::<u32>().ok()?)));
    let (w, h) = sides.filter(|(w, h)| *w > 0 && *h > 0).unwrap_or((9, 16));
    let long = f64::from(OWN_SIDE) * f64::from(w.max(h)) / f64::from(w.min(h));
    let long = ((long / 2.0).round() as u32 * 2).clamp(OWN_SIDE, *SIDES.end());
    if w < h { (OWN_SIDE, long) } else { (long, OWN_SIDE) }
}

impl PicturePreset {
    fn check(&self, preset: &Preset) -> Result<(), String> {
        let Self { size, rates, codec, crf, max_bit_rate, key_frame_secs } = self;
        if !preset.container.takes_video(*codec) {
            return Err("has pictures of a kind that its kind of file does not take".into());
        }
        if size.is_some_and(|size| !size.iter().all(|side| SIDES.contains(side) && side % 2 == 0)) {
            return Err(format!("needs even sides of {} to {} pixels", SIDES.start(), SIDES.end()));
        }
        if rates.is_empty() || !rates.iter().all(|rate| (1..=120).contains(rate)) {
            return Err("needs rates of 1 to 120 frames per second".into());
        }
        if let Some(range) = codec.crf().filter(|range| !range.contains(crf)) {
            return Err(format!("needs a crf of {} to {}", range.start(), range.end()));
        }
        if max_bit_rate.is_some_and(|rate| !(100_000..=1_000_000_000).contains(&rate)) {
            return Err("needs 100,000 to 1,000,000,000 bits per second".into());
        }
        if !(0.01..=10.0).contains(key_frame_secs) {
            return Err("needs a key frame every 0.01 to 10 seconds".into());
        }
        let Some(SafeArea { top, bottom, left, right }) = preset.safe else { return Ok(()) };
        let leaves = |side: u32, a: u32, b: u32| a.checked_add(b).is_some_and(|covered| covered < side);
        match size {
            Some([width, height]) if leaves(*width, left, right) && leaves(*height, top, bottom) => Ok(()),
            Some(_) => Err("covers all of its picture".into()),
            None => Err("covers something of a picture of no certain size".into()),
        }
    }
}

impl SoundPreset {
    fn check(&self, container: Container) -> Result<(), String> {
        let Self { codec, bit_rate, integrated_lufs, true_peak_db } = self;
        if !container.takes_audio(*codec) {
            return Err("has sound of a kind that its kind of file does not take".into());
        }
        let is_coded = *codec == AudioCodec::Aac;
        if is_coded && !(64_000..=512_000).contains(bit_rate) {
            return Err("needs 64,000 to 512,000 bits of sound per second".into());
        }
        match (integrated_lufs, true_peak_db) {
            (None, None) => Ok(()),
            (Some(loud), Some(peak)) if (-40.0..=-5.0).contains(loud) && (-20.0..=0.0).contains(peak) => Ok(()),
            _ => Err("needs a loudness of -40 to -5 LUFS together with a peak of -20 to 0 dB, or neither".into()),
        }
    }
}
