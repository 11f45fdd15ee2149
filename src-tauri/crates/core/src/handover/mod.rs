//! A cut that goes on in another program: OpenTimelineIO and Final Cut Pro XML, in a folder with the files that they name.
//!
//! ```text
//! Name/
//!   Name.otio               DaVinci Resolve, Kdenlive, others by an adapter
//!   Name.fcpxml             Final Cut Pro, DaVinci Resolve, Premiere and 剪映 by a converter
//!   Name.zh.srt             the captions, by language
//!   media/01 Title.mp4      every file of the cut, once
//! ```
//!
//! Files are named relative to the folder, so that it can be moved. What the formats have no words for, such as a change of
//! colour, stands in OTIO's metadata under `gallop`.

mod cut;
mod fcpxml;
mod folder;
mod otio;
#[cfg(test)]
mod tests;

pub use cut::{Cut, File, Piece, Track};
pub use fcpxml::fcpxml;
pub use folder::{Handed, hand_over};
pub use otio::otio;
