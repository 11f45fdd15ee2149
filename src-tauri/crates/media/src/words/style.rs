//! How captions look, and where the page lets them stand.

use serde::{Deserialize, Serialize};

use crate::{Ticks, render::Rect};

/// How captions look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Style {
    /// The kind of caption.
    pub look: Look,
    /// Height of a Chinese character's square, as a fraction of [`Page::measure`]: 0.02 to 0.2.
    pub size: f32,
    /// Colour of the letters: red, green, blue.
    pub color: [u8; 3],
    /// Colour of the word that is said, and of what was sung.
    pub accent: [u8; 3],
    /// Colour of the outline, and of the box.
    pub edge: [u8; 3],
    /// How much of the picture the box hides: 0 to 1.
    pub box_opacity: f32,
    /// Where in the safe area they stand.
    pub place: Place,
    /// The most lines at once in the first language: 1 to 4. What is longer is shown in portions, one after the other.
    pub max_lines: u8,
    /// Size of the translation, as a fraction of [`Self::size`]: 0.5 to 1.
    pub translation_size: f32,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            look: Look::Plain,
            // On 1080x1920 a line takes 5.3 % of the height, and 8 Chinese characters or 3 to 4 words of English fit into it.
            size: 0.074,
            color: [255, 255, 255],
            accent: [255, 214, 10],
            edge: [0, 0, 0],
            box_opacity: 0.62,
            place: Place::Bottom,
            max_lines: 2,
            translation_size: 0.72,
        }
    }
}

impl Style {
    /// The usual style of a kind.
    pub fn of(look: Look) -> Self {
        Self { look, ..Self::default() }
    }
}

/// A kind of caption.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// Letters with an outline.
    #[default]
    Plain,
    /// Letters on a box with round corners.
    Box,
    /// Letters with an outline, and the word that is said in the accent's colour.
    Highlight,
    /// Letters with an outline that the accent's colour runs through as they are sung.
    Karaoke,
}

impl Look {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Plain, Self::Box, Self::Highlight, Self::Karaoke];
}

/// Where in the safe area captions stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// At its upper edge, below the AI label.
    Top,
    /// In the middle.
    Middle,
    /// At its lower edge.
    #[default]
    Bottom,
}

/// What words are put on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Shape of the canvas in pixels.
    pub size: (u32, u32),
    /// The part of the canvas that a platform does not cover with its own buttons and texts.
    pub safe: Rect,
}

impl Page {
    /// What sizes of letters are fractions of, in pixels: the width of a tall canvas, which fills a phone; four fifths of the
    /// height of a wide one, on which lines are longer and more is seen beside them.
    pub fn measure(&self) -> f32 {
        (self.size.0 as f32).min(self.size.1 as f32 * 0.8)
    }
}

/// The visible statement that a clip was made by AI: plain text, and no logo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// What it says.
    pub text: LabelText,
    /// How long it is seen, from the first frame on. A law asks for two seconds (GB 45438-2025, 5.4); [`Label::LEAST`] is more.
    pub length: Ticks,
}

impl Label {
    /// The least time that a label is seen: a shorter [`Self::length`] is made this long.
    pub const LEAST: Ticks = Ticks(3 * Ticks::PER_SECOND);
    /// Height of its capital letters as a fraction of the canvas' shorter side (GB 45438-2025, 5.4).
    pub const HEIGHT: f32 = 0.05;
}

/// What an AI label says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelText {
    /// 「AI生成」.
    Chinese,
    /// “AI-generated”.
    English,
}

impl LabelText {
    /// The very letters.
    pub fn letters(self) -> &'static str {
        match self {
            Self::Chinese => "AI生成",
            Self::English => "AI-generated",
        }
    }

    /// The text for viewers of this language: English where no law names another.
    pub fn of(language: &str) -> Self {
        match language.split('-').next() {
            Some("zh" | "yue") => Self::Chinese,
            _ => Self::English,
        }
    }
}
