//! What the open project shows and sounds, drawn as the export draws it, for a page that scrubs and plays.
//!
//! A page speaks over a socket of its own. It asks in JSON ([`Ask`]), and each answer carries the `turn` of what was asked,
//! so that late ones are known:
//!
//! ```text
//! {"show": {"turn": 1, "of": "timeline", "frame": 12, "size": [405, 720]}}    one picture; the latest wins
//! {"play": {"turn": 2, "of": {"take": "<id>"}, "from": 12, "to": 300, "again": 0, "size": [405, 720]}}
//! {"show": {"turn": 3, "of": {"export": {"preset": "douyin", "tongues": {"first": "zh"}}}, "frame": 0, "size": [405, 720]}}
//! {"more": {"shown": 7, "clock": 9.5}}   of what plays: pictures that were used up, frames that were heard
//! {"size": [810, 1440]}                  of what plays
//! {"form": "planes"}                     how pictures are told from now on
//! {"stop": {}}
//! ```
//!
//! Pictures and sounds come as bytes ([`message`]), troubles as
//! `{"trouble": {turn, of, code, message}}`.
//!
//! What plays is counted in *places*: frames since it began, whatever frames of the programme these are. With `again` it goes
//! on there when it comes to `to`, for ever. Sound comes for half a second more than was heard, and waits for nothing; of
//! pictures a few lie ahead, and where painting is too slow those are left out whose time has passed.

mod ask;
mod desk;
mod message;
mod programme;
mod run;
mod see;
mod sound;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Weak};

use anyhow::Context as _;
use tokio::sync::mpsc;

use self::desk::Desk;
use self::programme::Reel;
use crate::api::Studio;

pub use self::ask::{Ask, Form, Of};
pub use self::message::{HEADER_BYTES, Message, Part};
pub use self::programme::fitted;

/// Answers that may wait for the connection: with those that the page has not used up yet, all memory that pictures take.
const WAITING: usize = 4;

/// A preview for one page: a thread that paints and one that mixes, until this goes away.
pub struct Preview(Ending);

impl Preview {
    /// Of the project that is open in a studio. Gives where the answers come from.
    ///
    /// # Errors
    /// The system has no threads left.
    pub fn start(studio: Weak<Studio>) -> anyhow::Result<(Self, mpsc::Receiver<Message>)> {
        let (out, answers) = mpsc::channel(WAITING);
        let preview = Self(Ending(Arc::default()));
        let reel = Arc::new(Reel::new(studio));
        let thread = |name: &str, work: fn(&Desk, &Reel, &mpsc::Sender<Message>)| {
            let (desk, reel, out) = (Arc::clone(&preview.0.0), Arc::clone(&reel), out.clone());
            // One without the other is no preview: whichever ends first, ends both.
            let work = move || {
                let ending = Ending(desk);
                work(&ending.0, &reel, &out);
            };
            std::thread::Builder::new().name(name.into()).spawn(work).context("there is no thread for the preview")
        };
        thread("preview", see::paint)?;
        thread("preview sound", sound::mix)?;
        Ok((preview, answers))
    }

    /// Takes what the page asks for.
    pub fn ask(&self, ask: Ask) {
        self.0.0.take(ask);
    }
}

/// Ends what waits at a desk when it goes, in whatever way.
struct Ending(Arc<Desk>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.close();
    }
}
