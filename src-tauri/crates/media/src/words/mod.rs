//! Words in pictures: captions in time, their styles, the AI label, and the files that captions travel in.
//!
//! [`compose`] turns cues into an ASS document of one canvas, with every line broken and placed; [`Lettering`] draws such a
//! document onto frames with libass and no other fonts than those that come along. [`read_captions`] and [`write_captions`]
//! speak SRT, WebVTT and ASS.

mod ass;
mod blend;
mod captions;
mod compose;
mod cover;
mod cue;
mod font;
mod fonts;
mod label;
mod layout;
mod lettering;
mod libass;
mod srt;
mod style;
mod text;
mod vtt;
mod wrap;

use std::fmt;

pub use captions::{CaptionFormat, format_captions, parse_captions, read_captions, write_captions};
pub use compose::compose;
pub use cover::{cover, write_cover};
pub use cue::{Cue, Translation, Word};
pub use label::label_height;
pub use lettering::Lettering;
pub use style::{Label, LabelText, Look, Page, Place, Style};

/// What is wrong with a caption file, and in which line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    line: usize,
    why: String,
}

impl Fault {
    fn new(line: usize, why: impl Into<String>) -> Self {
        Self { line, why: why.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.why)
    }
}
