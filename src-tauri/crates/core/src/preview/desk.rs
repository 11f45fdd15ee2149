//! What is asked for now, between the connection and those who paint and mix.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::ask::{Ask, Form, Of};
use super::run::Run;

/// What is asked for now. Whoever waits for something to do, waits here.
#[derive(Default)]
pub struct Desk {
    wish: Mutex<Wish>,
    changed: Condvar,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wish {
    /// Grows with everything that is asked for anew.
    pub number: u64,
    /// What its answers are called.
    pub turn: u32,
    /// What it is; nothing where all rests.
    pub what: Option<What>,
    /// How pictures are told.
    pub form: Form,
    /// Whether the page has gone.
    is_over: bool,
}

/// Something to be seen.
#[derive(Debug, Clone, PartialEq)]
pub struct What {
    /// Of what.
    pub of: Of,
    /// Width and height that there are for it.
    pub size: [u32; 2],
    /// A picture, or many with sound.
    pub kind: Kind,
}

/// A picture, or many with sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// The picture of this frame.
    Show(u32),
    /// Pictures and sound.
    Play {
        /// Which.
        run: Run,
        /// Pictures that the page has used up.
        shown: u32,
        /// Place that is heard.
        clock: f64,
    },
}

impl Desk {
    /// Puts down what a page asks for.
    pub fn take(&self, ask: Ask) {
        let mut wish = self.wish();
        match ask {
            Ask::Show { turn, of, frame, size } => {
                wish.renew(turn, Some(What { of, size, kind: Kind::Show(frame) }));
            }
            Ask::Play { turn, of, from, to, again, size } => {
                let kind = Kind::Play { run: Run::new(from, to, again), shown: 0, clock: 0.0 };
                wish.renew(turn, Some(What { of, size, kind }));
            }
            Ask::More { shown, clock } => {
                if let Some(What { kind: Kind::Play { shown: known, clock: heard, .. }, .. }) = &mut wish.what {
                    *known = shown.max(*known);
                    // A clock that is none, or goes back, says nothing.
                    *heard = clock.max(*heard);
                }
            }
            Ask::Form(form) => wish.form = form,
            Ask::Size(size) => {
                if let Some(what) = &mut wish.what {
                    what.size = size;
                }
            }
            Ask::Stop {} => wish.renew(0, None),
        }
        self.changed.notify_all();
    }

    /// The page has gone.
    pub fn close(&self) {
        self.wish().is_over = true;
        self.changed.notify_all();
    }

    /// Waits until there is something to do by what is asked for. Nothing when the page has gone.
    pub fn wait<T>(&self, mut due: impl FnMut(&Wish) -> Option<T>) -> Option<T> {
        let mut wish = self.wish();
        loop {
            if wish.is_over {
                return None;
            }
            if let Some(due) = due(&wish) {
                return Some(due);
            }
            wish = self.changed.wait(wish).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn wish(&self) -> MutexGuard<'_, Wish> {
        self.wish.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wish {
    fn renew(&mut self, turn: u32, what: Option<What>) {
        *self = Self { number: self.number + 1, turn, what, form: self.form, is_over: self.is_over };
    }
}
