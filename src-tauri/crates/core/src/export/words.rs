//! Captions and the AI label as what is drawn over the pictures.

use std::path::Path;

use gallop_media::Ticks;
use gallop_media::render::{Rect, Words};
use gallop_media::words::{Cue, Label, LabelText as Letters, Look, Page, Place, Style, compose};

use super::preset::{LabelPolicy, LabelText, Preset, SafeArea};
use crate::timeline::{CaptionLook, CaptionPlace, CaptionStyle};

/// What is kept free at each side where nobody covers anything, as a part of it: the safe area for graphics of EBU R 95.
const MARGIN: f32 = 0.05;

/// The part of a picture that a platform leaves free.
pub fn safe_area(preset: Option<&Preset>, (width, height): (u32, u32)) -> Rect {
    let Some(SafeArea { top, bottom, left, right }) = preset.and_then(|preset| preset.safe) else {
        return Rect { x: MARGIN, y: MARGIN, w: 1.0 - 2.0 * MARGIN, h: 1.0 - 2.0 * MARGIN };
    };
    let part = |pixels: u32, of: u32| pixels as f32 / of.max(1) as f32;
    let (x, y) = (part(left, width), part(top, height));
    Rect { x, y, w: 1.0 - x - part(right, width), h: 1.0 - y - part(bottom, height) }
}

/// Captions and a label as a document that is drawn over a picture of this size; nothing where there is nothing to be read.
///
/// # Errors
/// The safe area has no room for the label.
pub fn words(
    size: (u32, u32),
    safe: Rect,
    cues: &[Cue],
    style: &CaptionStyle,
    label: Option<LabelPolicy>,
    fonts: &Path,
) -> anyhow::Result<Option<Words>> {
    if cues.is_empty() && label.is_none() {
        return Ok(None);
    }
    let label = label.map(|label| Label { text: letters(label.text), length: Ticks::of_secs(label.seconds) });
    let ass = compose(&Page { size, safe }, cues, &of(style), label.as_ref())?;
    Ok(Some(Words { ass, fonts: fonts.to_owned() }))
}

fn letters(text: LabelText) -> Letters {
    match text {
        LabelText::Chinese => Letters::Chinese,
        LabelText::English => Letters::English,
    }
}

fn of(style: &CaptionStyle) -> Style {
    let CaptionStyle { look, size, color, accent, edge, box_opacity, place, max_lines, translation_size } = *style;
    let look = match look {
        CaptionLook::Plain => Look::Plain,
        CaptionLook::Box => Look::Box,
        CaptionLook::Highlight => Look::Highlight,
        CaptionLook::Karaoke => Look::Karaoke,
    };
    let place = match place {
        CaptionPlace::Top => Place::Top,
        CaptionPlace::Middle => Place::Middle,
        CaptionPlace::Bottom => Place::Bottom,
    };
    Style { look, size, color, accent, edge, box_opacity, place, max_lines, translation_size }
}
