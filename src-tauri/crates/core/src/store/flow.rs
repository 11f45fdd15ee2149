//! How fast bytes come, how fast they may come, and whether they should.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The look-back of the rate: long enough to be steady, short enough to be true.
const WINDOW: Duration = Duration::from_secs(10);
/// Sooner than this a rate would be a guess.
const FIRST_RATE: Duration = Duration::from_secs(1);
/// Longest sleep between two looks at whether to stop.
const NAP: Duration = Duration::from_millis(50);

/// The user's hand on a running pull: it may be stopped, slowed and hurried from any thread.
#[derive(Debug, Default)]
pub struct Control {
    stopped: AtomicBool,
    /// Bytes a second; 0 is no limit.
    limit: AtomicU64,
    spent: Mutex<Option<Instant>>,
    waits: Mutex<Option<String>>,
    /// Whether there is something in `waits`: looked at with every piece that comes.
    is_waiting: AtomicBool,
}

impl Control {
    /// Stops the pull soon. What is there stays, and the next pull goes on from it.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    /// Whether it was stopped.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Allows so many bytes a second from now on; `None` for as many as come.
    pub fn limit(&self, bytes_per_second: Option<u64>) {
        self.limit.store(bytes_per_second.unwrap_or(0), Ordering::SeqCst);
    }

    /// Why nothing comes right now and it is tried again, in words; nothing while something comes.
    pub fn waits(&self) -> Option<String> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits before another try.
    pub(super) fn wait(&self, why: &str, duration: Duration) {
        *self.waits.lock().unwrap_or_else(PoisonError::into_inner) = Some(why.to_owned());
        self.is_waiting.store(true, Ordering::SeqCst);
        self.sleep(duration);
    }

    /// Something comes.
    pub(super) fn comes(&self) {
        if self.is_waiting.swap(false, Ordering::SeqCst) {
            *self.waits.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    /// Waits as long as `bytes` more are over the limit.
    pub(super) fn pay(&self, bytes: u64) {
        let limit = self.limit.load(Ordering::SeqCst);
        if limit == 0 {
            return;
        }
        let due = {
            let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let due = spent.unwrap_or(now).max(now) + Duration::from_secs_f64(bytes as f64 / limit as f64);
            *spent = Some(due);
            due
        };
        self.sleep(due.saturating_duration_since(Instant::now()));
    }

    /// Sleeps, but wakes when it is stopped.
    pub(super) fn sleep(&self, duration: Duration) {
        let until = Instant::now() + duration;
        while !self.is_stopped() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(NAP));
        }
    }
}

/// What a pull is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Bytes come here.
    Fetch,
    /// A file that was on this machine already is checked against its hash.
    Check,
    /// A file that has come is converted.
    Convert,
}

/// How far a pull is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// What it is doing.
    pub work: Work,
    /// The file that it works on.
    pub file: String,
    /// Bytes of all files that are there, earlier ones included; while it checks or converts, those of this file that it
    /// has read.
    pub done_bytes: u64,
    /// Bytes of all files; while it checks or converts, of this file.
    pub total_bytes: u64,
    /// Bytes that this pull has fetched.
    pub fetched_bytes: u64,
    /// Bytes a second over the last seconds; nothing before it can be known, and 0 while nothing comes.
    pub bytes_per_second: Option<f64>,
    /// How long it will take at this rate; nothing while nothing comes.
    pub seconds_left: Option<f64>,
}

/// Measures the rate of what was really fetched.
#[derive(Debug, Default)]
pub(super) struct Meter {
    seen: VecDeque<(Instant, u64)>,
}

impl Meter {
    /// Notes that so much has been fetched until now, and tells the rate.
    pub fn rate(&mut self, now: Instant, fetched: u64) -> Option<f64> {
        self.seen.push_back((now, fetched));
        while self.seen.get(1).is_some_and(|(then, _)| now.saturating_duration_since(*then) >= WINDOW) {
            self.seen.pop_front();
        }
        let (then, before) = self.seen.front()?;
        let span = now.saturating_duration_since(*then);
        (span >= FIRST_RATE).then(|| fetched.saturating_sub(*before) as f64 / span.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_of_the_last_seconds() {
        let (start, mut meter) = (Instant::now(), Meter::default());
        let mut at = |seconds: u64, fetched: u64| meter.rate(start + Duration::from_secs(seconds), fetched);
        assert_eq!(at(0, 0), None);
        assert_eq!(at(1, 100), Some(100.0));
        assert_eq!(at(10, 1000), Some(100.0));
        assert_eq!(at(20, 1000), Some(0.0), "a stall is told");
    }

    #[test]
    fn a_limit_is_kept_and_a_stop_ends_the_wait() {
        let control = Control::default();
        let start = Instant::now();
        control.pay(u64::MAX);
        control.limit(Some(1000));
        control.pay(50);
        control.pay(50);
        assert!(start.elapsed() >= Duration::from_millis(99));
        control.stop();
        control.sleep(Duration::from_secs(3600));
        control.pay(1_000_000);
    }
}
