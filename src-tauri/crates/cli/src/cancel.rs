//! Ctrl-C.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{SigId, flag, low_level};

use crate::error::CANCELLED;

/// Whether the user pressed Ctrl-C, or somebody asked this process to end.
pub struct Cancel {
    asked: Arc<AtomicBool>,
    /// What ends the process at once when it is asked again.
    hurry: RefCell<Vec<SigId>>,
    /// What takes the signals down.
    noted: Vec<SigId>,
}

/// Whether nobody listens, so that a signal does what it always does. A handler cannot be taken back, only told so.
fn idle() -> anyhow::Result<&'static AtomicBool> {
    static IDLE: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    if let Some(idle) = IDLE.get() {
        return Ok(idle);
    }
    let idle = IDLE.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_default(signal, Arc::clone(idle))?;
    }
    Ok(idle)
}

impl Cancel {
    /// Listens from now on. The first signal ends the run at its next step; the second ends the process at once, as long
    /// as that leaves nothing behind.
    pub fn listen() -> anyhow::Result<Self> {
        idle()?.store(false, Ordering::SeqCst);
        let asked = Arc::new(AtomicBool::new(false));
        let (mut hurry, mut noted) = (Vec::new(), Vec::new());
        for signal in [SIGINT, SIGTERM] {
            // In this order, so that the first signal finds the flag still down.
            hurry.push(flag::register_conditional_shutdown(signal, CANCELLED.into(), Arc::clone(&asked))?);
            noted.push(flag::register(signal, Arc::clone(&asked))?);
        }
        Ok(Self { asked, hurry: RefCell::new(hurry), noted })
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
    /// What comes next has its own wishes; until then a signal ends the process.
    fn drop(&mut self) {
        self.writing_begins();
        for id in self.noted.drain(..) {
            low_level::unregister(id);
        }
        if let Ok(idle) = idle() {
            idle.store(true, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::thread::sleep;
    use std::time::Duration;

    use super::*;

    /// What the test below starts: it listens twice, and is asked to end when nobody listens.
    #[test]
    #[ignore = "ends its process"]
    fn listens_twice() -> anyhow::Result<()> {
        for _ in 0..2 {
            let cancel = Cancel::listen()?;
            low_level::raise(SIGINT)?;
            assert!(cancel.is_asked());
        }
        low_level::raise(SIGTERM)?;
        sleep(Duration::from_secs(60));
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn a_signal_ends_the_process_once_nobody_listens() -> anyhow::Result<()> {
        use std::os::unix::process::ExitStatusExt;

        let mut test = Command::new(std::env::current_exe()?);
        test.args(["--exact", "--ignored", "cancel::tests::listens_twice"]);
        let ended = test.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        assert_eq!(ended.signal(), Some(SIGTERM), "{ended}");
        Ok(())
    }
}
