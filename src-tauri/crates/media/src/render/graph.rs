//! What is seen and heard when, as data.
//!
//! A graph is the one description that preview and export evaluate: its picture at a moment is a pure function of the graph
//! and the files that it names, whichever frame was asked for before, and so is its sound.
//!
//! Coordinates are fractions of the canvas: (0, 0) its top left, (1, 1) its bottom right. Moments are [`Ticks`]; a range
//! goes from its first moment to the one behind its last.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Ticks;

/// Everything that is seen and heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Graph {
    /// Shape of the canvas in pixels, both even. Frames may be asked for at any scale of it.
    pub size: (u32, u32),
    /// How long it is.
    pub duration: Ticks,
    /// Colour behind the layers: red, green, blue.
    pub background: [u8; 3],
    /// Pictures, the lowest first.
    pub layers: Vec<Layer>,
    /// Sounds, which are added up.
    pub sounds: Vec<Sound>,
    /// Words drawn over the layers, with the AI label among them.
    pub words: Option<Words>,
}

impl Graph {
    /// Nothing but the sound of a file, from its beginning.
    pub fn of_sound(path: &Path, duration: Ticks) -> Self {
        let sounds = vec![Sound::new(path, Span::until(duration), Role::Steady)];
        Self { size: (2, 2), duration, background: [0; 3], layers: Vec::new(), sounds, words: None }
    }
}

/// A video or a still picture for some time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// What is seen.
    pub source: Source,
    /// When it is seen.
    pub span: Span,
    /// Where on the canvas.
    pub place: Placement,
    /// How much of it covers what lies below: 0 to 1.
    pub opacity: f32,
    /// How long it takes to appear. Over the end of the layer below, this is a cross-fade.
    pub fade_in: Ticks,
    /// How long it takes to go away.
    pub fade_out: Ticks,
    /// What is done to its colours.
    pub color: ColorAdjust,
}

impl Layer {
    /// As it is, over the whole canvas.
    pub fn new(source: Source, span: Span) -> Self {
        Self {
            source,
            span,
            place: Placement::default(),
            opacity: 1.0,
            fade_in: Ticks::ZERO,
            fade_out: Ticks::ZERO,
            color: ColorAdjust::default(),
        }
    }
}

/// Where a layer's picture comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A video file, from this moment of it on. Before its first frame that one is seen, behind its last the last.
    Video {
        /// The file.
        path: PathBuf,
        /// Where it begins.
        from: Ticks,
        /// How fast it runs: 1 as it was taken, 2 twice as fast. More than 0.
        speed: f64,
    },
    /// A picture file. Its alpha lets through what lies below.
    Still {
        /// The file.
        path: PathBuf,
    },
}

/// From a moment to the one behind the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first moment.
    pub start: Ticks,
    /// The moment behind the last.
    pub end: Ticks,
}

impl Span {
    /// From the beginning on.
    pub fn until(end: Ticks) -> Self {
        Self { start: Ticks::ZERO, end }
    }

    /// Whether this moment is in it.
    pub fn contains(&self, moment: Ticks) -> bool {
        (self.start..self.end).contains(&moment)
    }

    /// How long it is.
    pub fn length(&self) -> Ticks {
        self.end - self.start
    }
}

/// Where on the canvas a picture lies, and which part of it is seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Placement {
    /// How the seen part is brought to the frame's shape.
    pub fit: Fit,
    /// The part of the source that is seen when the layer begins, in fractions of it.
    pub crop: Rect,
    /// The part that is seen when it ends: another one makes a pan or a zoom.
    pub crop_to: Rect,
    /// Where it lies on the canvas.
    pub frame: Rect,
}

/// How a picture is brought to another shape.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// All of it is seen, with the background on two sides.
    Contain,
    /// The frame is filled, and what sticks out on two sides is cut.
    #[default]
    Cover,
    /// All of it is seen, with an enlarged and blurred copy of itself on two sides.
    Blur,
    /// It is stretched.
    Stretch,
}

/// A rectangle in fractions of a picture or canvas.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub w: f32,
    /// Height.
    pub h: f32,
}

impl Rect {
    /// All of it.
    pub const WHOLE: Self = Self { x: 0.0, y: 0.0, w: 1.0, h: 1.0 };
}

impl Default for Placement {
    fn default() -> Self {
        Self { fit: Fit::Cover, crop: Rect::WHOLE, crop_to: Rect::WHOLE, frame: Rect::WHOLE }
    }
}

/// Simple changes of colour, done to Y'CbCr values. All zeros change nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct ColorAdjust {
    /// Added to luma, in fractions of full scale: −1 to 1.
    pub brightness: f32,
    /// Stretches luma around middle grey: −1 (flat) to 1 (twice).
    pub contrast: f32,
    /// Stretches chroma: −1 (grey) to 1 (twice).
    pub saturation: f32,
    /// Towards orange above 0, towards blue below: −1 to 1.
    pub warmth: f32,
}

/// A sound for some time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sound {
    /// A sound file, or a video with sound.
    pub path: PathBuf,
    /// When it is heard.
    pub span: Span,
    /// Where in the file it begins.
    pub from: Ticks,
    /// How fast it runs. The pitch stays. More than 0.
    pub speed: f64,
    /// How much louder or softer it is.
    pub gain_db: f32,
    /// How long it takes to come up, with a quarter of a sine: two that meet in a cross-fade keep their power.
    pub fade_in: Ticks,
    /// How long it takes to go away.
    pub fade_out: Ticks,
    /// What it is.
    pub role: Role,
}

impl Sound {
    /// A file from its beginning, as it is.
    pub fn new(path: impl Into<PathBuf>, span: Span, role: Role) -> Self {
        Self {
            path: path.into(),
            span,
            from: Ticks::ZERO,
            speed: 1.0,
            gain_db: 0.0,
            fade_in: Ticks::ZERO,
            fade_out: Ticks::ZERO,
            role,
        }
    }
}

/// What a sound does beside others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The sound of a shot, or a voice: those that duck go down where somebody speaks in it.
    Speech,
    /// Stays as it is.
    Steady,
    /// Goes down under speech.
    Ducked,
}

/// Words over the picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// An ASS document, whose `PlayResX` and `PlayResY` are the canvas.
    pub ass: String,
    /// A folder with further fonts that it names; an empty path where those in the program are enough.
    pub fonts: PathBuf,
}
