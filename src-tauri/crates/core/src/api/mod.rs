//! The studio as a window, a browser and a terminal see it: one table of calls, and the events that tell what changes.
//!
//! [`Studio::call`] takes the name of a call and its arguments as JSON, and gives its result as JSON, or a [`Refusal`].
//! The same table yields the TypeScript of the user interface ([`typescript`]).

#![allow(clippy::needless_pass_by_value, reason = "the table gives each call its arguments for good")]

mod advice;
mod app;
mod bindings;
mod captions;
mod cast;
mod check;
mod cut;
mod doctor;
mod estimate;
mod event;
mod export;
mod exports;
mod jobs;
mod known;
mod maker;
mod media;
mod model_types;
mod models;
mod open;
mod project;
mod pulls;
mod reel;
mod shot;
mod studio;
mod table;
mod takes;
mod timeline;
mod token;
mod value;
mod view;
mod watch;
mod words;

pub use app::{Look, Theme, UiLanguage};
pub use bindings::typescript;
pub(crate) use cut::Cut;
pub use event::Event;
pub use export::{hand_over_scene, read_scene};
pub use studio::{Engines, Studio};
pub use table::{CALLS, Call};
pub use value::Refusal;
