//! A limit for every check: a driver, a disk on the network or a broken program may never answer.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Why a check has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// It took longer than this.
    Slow(Duration),
    /// It could not be carried out.
    Broken,
}

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Slow(limit) => write!(f, "there was no answer within {} s", limit.as_secs()),
            Self::Broken => f.write_str("this check could not be carried out"),
        }
    }
}

/// Runs a check on a thread of its own and waits no longer than `limit`. A thread that does not come back is left alone;
/// it ends with the process.
pub fn within<T: Send + 'static>(limit: Duration, check: impl FnOnce() -> T + Send + 'static) -> Result<T, Lost> {
    let (sender, receiver) = channel();
    let work = move || {
        // Nobody may be waiting any more.
        sender.send(check()).ok();
    };
    // The thread is not joined, on purpose.
    std::thread::Builder::new().name("check".into()).spawn(work).map_err(|_| Lost::Broken)?;
    receiver.recv_timeout(limit).map_err(|error| match error {
        RecvTimeoutError::Timeout => Lost::Slow(limit),
        RecvTimeoutError::Disconnected => Lost::Broken,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_that_hangs_or_breaks_is_told() {
        assert_eq!(within(Duration::from_secs(60), || 7), Ok(7));
        let never = within(Duration::from_millis(10), || std::thread::park_timeout(Duration::from_secs(600)));
        assert_eq!(never, Err(Lost::Slow(Duration::from_millis(10))));
        let broken = within(Duration::from_secs(60), || assert_eq!(1, 2, "a check that fails on purpose"));
        assert_eq!(broken, Err(Lost::Broken));
    }
}
