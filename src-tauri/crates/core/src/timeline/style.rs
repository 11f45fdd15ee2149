//! How captions look.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::check::refuse;

/// How the captions of a timeline look.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct CaptionStyle {
    /// The kind of caption.
    pub look: CaptionLook,
    /// Height of a Chinese character, as a part of the picture's width or, if less, 0.8 of its height: 0.02 to 0.2.
    pub size: f32,
    /// Colour of the letters: red, green, blue.
    pub color: [u8; 3],
    /// Colour of the word that is said, and of what was sung.
    pub accent: [u8; 3],
    /// Colour of the outline, and of the box.
    pub edge: [u8; 3],
    /// How much of the picture the box hides: 0 to 1.
    pub box_opacity: f32,
    /// Where they stand.
    pub place: CaptionPlace,
    /// The most lines at once: 1 to 4.
    pub max_lines: u8,
    /// Size of the second language below, as a part of the first one's: 0.5 to 1.
    pub translation_size: f32,
}

/// A kind of caption.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CaptionLook {
    /// Letters with an outline.
    #[default]
    Plain,
    /// Letters on a box.
    Box,
    /// The word that is said has the accent's colour.
    Highlight,
    /// The accent's colour runs through the letters as they are sung.
    Karaoke,
}

/// Where captions stand, in what the platform leaves free.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CaptionPlace {
    /// At the top.
    Top,
    /// In the middle.
    Middle,
    /// At the bottom.
    #[default]
    Bottom,
}

impl Default for CaptionStyle {
    fn default() -> Self {
        Self {
            look: CaptionLook::Plain,
            size: 0.074,
            color: [255, 255, 255],
            accent: [255, 214, 10],
            edge: [0, 0, 0],
            box_opacity: 0.62,
            place: CaptionPlace::Bottom,
            max_lines: 2,
            translation_size: 0.72,
        }
    }
}

impl CaptionStyle {
    /// Whether nothing was said of it.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        let Self { size, box_opacity, max_lines, translation_size, .. } = self;
        let is_good = (0.02..=0.2).contains(size)
            && (0.0..=1.0).contains(box_opacity)
            && (1..=4).contains(max_lines)
            && (0.5..=1.0).contains(translation_size);
        if is_good {
            return Ok(());
        }
        let ranges = "a size of 0.02 to 0.2, a box that hides 0 to 1, 1 to 4 lines, and a second language of 0.5 to 1";
        refuse(format!("captions have {ranges}"))
    }
}
