//! Decoded frames that may be asked for again.

use std::{collections::BTreeMap, sync::Arc};

use ffmpeg_next::frame;

/// Frames by the time at which they appear, in units of their track, within so many bytes.
pub(super) struct Cache {
    frames: BTreeMap<i64, Kept>,
    bytes: usize,
    room: usize,
    /// Counts requests, to know what was used last.
    now: u64,
}

struct Kept {
    /// When the next frame appears.
    until: i64,
    frame: Arc<frame::Video>,
    bytes: usize,
    used: u64,
}

impl Cache {
    pub(super) fn new(room: usize) -> Self {
        Self { frames: BTreeMap::new(), bytes: 0, room, now: 0 }
    }

    /// The frame that is seen at this time, if it is known.
    pub(super) fn get(&mut self, time: i64) -> Option<Arc<frame::Video>> {
        self.now += 1;
        let (_, kept) = self.frames.range_mut(..=time).next_back()?;
        if time >= kept.until {
            return None;
        }
        kept.used = self.now;
        Some(Arc::clone(&kept.frame))
    }

    /// The last frame that is known to appear at or before this time.
    pub(super) fn before(&mut self, time: i64) -> Option<(i64, Arc<frame::Video>)> {
        self.now += 1;
        let (at, kept) = self.frames.range_mut(..=time).next_back()?;
        kept.used = self.now;
        Some((*at, Arc::clone(&kept.frame)))
    }

    /// Keeps the frame that is seen from `time` until `until`. What was not used for the longest time makes room.
    pub(super) fn put(&mut self, time: i64, until: i64, frame: Arc<frame::Video>) {
        self.now += 1;
        let bytes = size(&frame);
        let used = self.now;
        if let Some(old) = self.frames.insert(time, Kept { until, frame, bytes, used }) {
            self.bytes -= old.bytes;
        }
        self.bytes += bytes;
        self.shrink(self.room);
    }

    /// Changes how much it may hold. The frame used last stays in any case.
    pub(super) fn shrink(&mut self, room: usize) {
        self.room = room;
        while self.bytes > room && self.frames.len() > 1 {
            let Some(oldest) = self.frames.iter().min_by_key(|(_, kept)| kept.used).map(|(time, _)| *time) else {
                return;
            };
            if let Some(gone) = self.frames.remove(&oldest) {
                self.bytes -= gone.bytes;
            }
        }
    }
}

/// How much memory the pixels of a frame hold.
fn size(frame: &frame::Video) -> usize {
    // SAFETY: the buffers of a frame are null or alive as long as it is.
    unsafe { (*frame.as_ptr()).buf.iter().filter_map(|buffer| buffer.as_ref()).map(|buffer| buffer.size).sum() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ffmpeg_next::format::Pixel;

    #[test]
    fn the_longest_unused_goes_first() {
        let frame = || Arc::new(frame::Video::new(Pixel::GRAY8, 64, 64));
        let mut cache = Cache::new(3 * size(&frame()));
        for time in [0, 10, 20] {
            cache.put(time, time + 10, frame());
        }
        assert!(cache.get(9).is_some() && cache.get(30).is_none() && cache.get(-1).is_none());
        cache.put(30, i64::MAX, frame());
        assert!(cache.get(0).is_some() && cache.get(12).is_none() && cache.get(20).is_some());
        assert!(cache.get(i64::MAX - 1).is_some());
        assert!(cache.before(25).is_some_and(|(time, _)| time == 20) && cache.before(-1).is_none());
        cache.shrink(0);
        assert!(cache.get(31).is_none() && cache.get(21).is_some(), "the last one used is never thrown away");
    }
}
