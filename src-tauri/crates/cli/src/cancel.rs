//! Ctrl-C.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{SigId, flag, low_level};

use crate::error::CANCELLED;

/// Whether the user pressed Ctrl-C, or somebody asked this process to end.
pub struct Cancel {
    asked: Arc<AtomicBool>,
    /// What ends the process at once when it is asked again.
    hurry: RefCell<Vec<SigId>>,
}

impl Cancel {
    /// Listens from now on. The first signal ends the run at its next step; the second ends the process at once, as long
    /// as that leaves nothing behind.
    pub fn listen() -> anyhow::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        let mut hurry = Vec::new();
        for signal in [SIGINT, SIGTERM] {
            // In this order, so that the first signal finds the flag still down.
            hurry.push(flag::register_conditional_shutdown(signal, CANCELLED.into(), Arc::clone(&asked))?);
            flag::register(signal, Arc::clone(&asked))?;
        }
        Ok(Self { asked, hurry: RefCell::new(hurry) })
    }

    /// Whether to stop.
    pub fn is_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// From now on there is an unfinished file, which only an orderly end removes.
    pub fn writing_begins(&self) {
        for shutdown in self.hurry.borrow_mut().drain(..) {
            low_level::unregister(shutdown);
        }
    }
}

impl Drop for Cancel {
    /// What comes next has its own wishes.
    fn drop(&mut self) {
        self.writing_begins();
    }
}
