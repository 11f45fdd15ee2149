//! Exports: what a platform wants, a timeline as the graph that is drawn, and the files that are made of it.
//!
//! What stands in a preset is handed on to `gallop_media`: nothing here knows a codec.

mod batch;
mod captions;
mod edition;
mod graph;
mod kit;
mod material;
mod order;
mod plain;
mod preset;
mod presets;
mod report;
mod scene;
mod shelf;
#[cfg(test)]
mod tests;
mod text;
mod words;

pub use batch::{Batch, Entry, EntryState, Label as LabelLog};
pub use captions::{Tongues, captions, cues, usual_tongues};
pub use edition::Edition;
pub use graph::{Material, Materials, Seen, graph, length, moment};
pub use kit::{Kit, Made, Maker, REPORT};
pub use material::{Known, materials, materials_at_hand};
pub use order::{CaptionUse, EncoderChoice, Item, LabelChoice, Order, STATEMENT, STATEMENT_TEXT};
pub use plain::{render_film, render_picture};
pub use preset::{
    CaptionFile, Cover, LabelPolicy, LabelText, LabelWish, Limits, PicturePreset, Preset, SafeArea, SoundPreset,
    Source, TextLimits, own_size,
};
pub use presets::Presets;
pub use report::{Check, Checked, Facts, Found, KitFile, KitReport};
pub use scene::{Scene, Shown};
pub use shelf::{Held, Shelf};
pub use words::{safe_area, words};
