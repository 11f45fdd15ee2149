//! The studio as a window, a browser and a terminal see it: one table of calls, and the events that tell what changes.
//!
//! [`Studio::call`] takes the name of a call and its arguments as JSON, and gives its result as JSON, or a [`CallError`].
//! The same table yields the TypeScript of the user interface ([`typescript`]).

mod app;
mod bindings;
mod cast;
mod check;
mod doctor;
mod event;
mod jobs;
mod media;
mod models;
mod project;
mod shot;
mod studio;
mod table;
mod takes;
mod timeline;
mod value;
mod view;

pub use bindings::typescript;
pub use event::Event;
pub use studio::Studio;
pub use table::{CALLS, Call};
pub use value::CallError;
