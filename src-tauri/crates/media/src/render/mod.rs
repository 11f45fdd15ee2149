//! The render graph: the same picture and sound for preview and export.

mod alpha;
mod blend;
mod blur;
mod cache;
mod color;
mod decode;
mod develop;
mod display;
mod duck;
mod fields;
mod frame;
mod graph;
mod hdr;
mod hear;
mod layer;
mod mix;
mod paint;
mod pan;
mod place;
mod run;
mod scale;
mod still;
mod stretch;
mod track;
mod turn;
mod video;

pub use display::Display;
pub(crate) use frame::ycbcr;
pub use frame::{Frame, Plane};
pub use graph::{ColorAdjust, Fit, Graph, Layer, Placement, Rect, Role, Sound, Source, Span, Words};
pub use mix::Mixer;
pub use paint::{Glance, Painter};
pub(crate) use turn::Turn;
