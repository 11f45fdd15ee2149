//! What packets tell of the frames to come.

use std::{collections::BTreeSet, ops::Bound};

/// When the frames of packets that were read are shown. Packets come in the order of decoding, and none is shown before its
/// time of decoding: so of what is shown before the last one's, nothing is unread.
#[derive(Default)]
pub(super) struct Times {
    /// Those not yet past.
    shown: BTreeSet<i64>,
    /// The last packet's time of decoding; the most there is behind the last packet.
    decoded: Option<i64>,
    /// A packet or a frame had other times than these rules allow.
    is_broken: bool,
}

impl Times {
    /// Reads a packet's times of showing and of decoding.
    pub(super) fn read(&mut self, shown: Option<i64>, decoded: Option<i64>) {
        match (shown, decoded) {
            (Some(shown), Some(decoded)) if shown >= decoded && self.decoded.is_none_or(|last| last <= decoded) => {
                self.shown.insert(shown);
                self.decoded = Some(decoded);
            }
            _ => self.is_broken = true,
        }
    }

    /// No packet is left.
    pub(super) fn end(&mut self) {
        self.decoded = Some(i64::MAX);
    }

    /// A frame was shown at this time.
    pub(super) fn show(&mut self, time: i64) {
        self.is_broken |= !self.shown.contains(&time);
        self.shown = self.shown.split_off(&time);
    }

    /// Until when the frame of this time is surely seen, if that is known.
    pub(super) fn until(&self, time: i64) -> Option<i64> {
        let decoded = self.decoded.filter(|_| !self.is_broken && self.shown.contains(&time))?;
        let next = self.shown.range((Bound::Excluded(time), Bound::Unbounded)).next().copied().unwrap_or(i64::MAX);
        // No further than is known: another one may come behind that.
        let until = next.min(decoded);
        (until > time).then_some(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_seen_until_the_next_one_that_was_read() {
        let mut times = Times::default();
        // I P B B P as they are stored, ten apart and decoded two before the first is shown.
        for (shown, decoded) in [(0, -20), (30, -10), (10, 0), (20, 10)] {
            times.read(Some(shown), Some(decoded));
        }
        times.show(0);
        assert_eq!(times.until(0), Some(10));
        times.show(20);
        assert_eq!((times.until(20), times.until(0)), (None, None), "another one may come before 30");
        times.read(Some(60), Some(20));
        times.read(Some(40), Some(30));
        assert_eq!(times.until(20), Some(30));
        times.show(60);
        times.end();
        assert_eq!(times.until(60), Some(i64::MAX));
    }

    #[test]
    fn what_is_told_wrong_is_not_believed() {
        for packets in [[(0, 0), (10, 20)], [(0, 5), (10, 0)], [(5, 0), (9, -1)]] {
            let mut times = Times::default();
            packets.into_iter().for_each(|(shown, decoded)| times.read(Some(shown), Some(decoded)));
            times.end();
            assert_eq!((times.until(0), times.until(10)), (None, None), "{packets:?}");
        }
        let mut times = Times::default();
        times.read(Some(0), Some(0));
        times.show(3);
        times.end();
        assert_eq!(times.until(3), None, "a frame that no packet told of");
        times.read(None, Some(7));
        assert_eq!(times.until(0), None);
    }
}
