//! The sound of files at any time: at 48 kHz, in stereo, as fast as asked for, from a cache of bounded size.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{stretch::stretch, track::Track};
use crate::Result;

/// Samples per second and channel of everything that is mixed.
pub(super) const RATE: u32 = 48_000;
/// Sound is decoded in portions of so many seconds, on a grid from the file's time zero.
pub(super) const SEGMENT_SECS: i64 = 10;
/// Their length in samples.
pub(super) const SEGMENT: usize = SEGMENT_SECS as usize * RATE as usize;
/// So many samples of the next segment come with each, and where two meet, one is faded into the other: a container whose
/// clock is coarse places each half a millisecond off, and decoders that draw noise draw another. Equal ones stay as they are.
pub(super) const OVERLAP: usize = RATE as usize / 100;
/// Files that are open at once.
const MAX_OPEN: usize = 16;
/// Segments that are kept, 3.8 MB each, at least.
const MIN_KEPT: usize = 12;

/// Left and right, equally long.
pub(super) type Stereo = [Vec<f32>; 2];

/// What a segment is of.
#[derive(PartialEq, Eq, Clone)]
struct Key {
    path: Arc<Path>,
    /// Where the stretching began and how fast it runs, as bits; none as it was recorded.
    stretched: Option<(i64, u64)>,
    index: i64,
}

/// Files that were opened and what was decoded of them, the last used at the end.
pub(super) struct Tracks {
    open: Vec<(PathBuf, Option<Track>)>,
    segments: Vec<(Key, Arc<Stereo>)>,
    kept: usize,
}

impl Tracks {
    /// For so many sounds at once.
    pub(super) fn new(at_once: usize) -> Self {
        Self { open: Vec::new(), segments: Vec::new(), kept: MIN_KEPT.max(at_once.min(64) * 3) }
    }

    /// Keeps what it has for another number of sounds at once.
    pub(super) fn resize(&mut self, at_once: usize) {
        self.kept = Self::new(at_once).kept;
    }

    /// The sound of a file from a sample on; silence before its time zero and behind its end, and if it has no sound.
    pub(super) fn read(&mut self, path: &Arc<Path>, from: i64, out: &mut Stereo) -> Result<()> {
        join(from, out, |index| self.segment(path, index))
    }

    /// The same, sped up: `speed` samples of the file from `origin` on for each one of the result, at the file's pitch.
    pub(super) fn read_at_speed(
        &mut self,
        path: &Arc<Path>,
        origin: i64,
        speed: f64,
        from: i64,
        out: &mut Stereo,
    ) -> Result<()> {
        if speed == 1.0 {
            return self.read(path, from.saturating_add(origin), out);
        }
        join(from, out, |index| {
            let key = Key { path: path.clone(), stretched: Some((origin, speed.to_bits())), index };
            if let Some(known) = self.known(&key) {
                return Ok(known);
            }
            let begin = origin.saturating_add((index as f64 * SEGMENT as f64 * speed).round() as i64);
            let made = stretch(begin, speed, SEGMENT + OVERLAP, |from, out| self.read(path, from, out))?;
            Ok(self.keep(key, made))
        })
    }

    fn segment(&mut self, path: &Arc<Path>, index: i64) -> Result<Arc<Stereo>> {
        let key = Key { path: path.clone(), stretched: None, index };
        if let Some(known) = self.known(&key) {
            return Ok(known);
        }
        let made = match self.track(path)? {
            Some(track) => track.segment(index)?,
            None => [vec![0.0; SEGMENT + OVERLAP], vec![0.0; SEGMENT + OVERLAP]],
        };
        Ok(self.keep(key, made))
    }

    fn known(&mut self, key: &Key) -> Option<Arc<Stereo>> {
        let at = self.segments.iter().rposition(|(known, _)| known == key)?;
        self.segments[at..].rotate_left(1);
        self.segments.last().map(|(_, segment)| segment.clone())
    }

    fn keep(&mut self, key: Key, segment: Stereo) -> Arc<Stereo> {
        let surplus = (self.segments.len() + 1).saturating_sub(self.kept);
        self.segments.drain(..surplus);
        let segment = Arc::new(segment);
        self.segments.push((key, segment.clone()));
        segment
    }

    /// The open file; none if it has no sound.
    fn track(&mut self, path: &Path) -> Result<Option<&mut Track>> {
        match self.open.iter().position(|(known, _)| known == path) {
            Some(at) => self.open[at..].rotate_left(1),
            None => {
                let track = Track::open(path)?;
                let surplus = (self.open.len() + 1).saturating_sub(MAX_OPEN);
                self.open.drain(..surplus);
                self.open.push((path.to_path_buf(), track));
            }
        }
        Ok(self.open.last_mut().and_then(|(_, track)| track.as_mut()))
    }
}

/// Fills `out` with the samples from `from` on out of segments, each faded into the next; silence before sample 0.
fn join(from: i64, out: &mut Stereo, mut segment: impl FnMut(i64) -> Result<Arc<Stereo>>) -> Result<()> {
    let length = out[0].len();
    let before = from.min(0).unsigned_abs().min(length as u64) as usize;
    out.iter_mut().for_each(|side| side[..before].fill(0.0));
    let mut done = before;
    while done < length {
        let position = from.saturating_add(done as i64);
        let (index, offset) = (position / SEGMENT as i64, (position % SEGMENT as i64) as usize);
        let portion = (length - done).min(SEGMENT - offset);
        let here = segment(index)?;
        let before = if offset < OVERLAP && index > 0 { Some(segment(index - 1)?) } else { None };
        for (side, out) in out.iter_mut().enumerate() {
            let out = &mut out[done..done + portion];
            out.copy_from_slice(&here[side][offset..offset + portion]);
            let Some(before) = &before else { continue };
            let fading = out.iter_mut().zip(&before[side][SEGMENT + offset..]).enumerate();
            for (at, (sample, old)) in fading {
                let weight = ((offset + at) as f32 + 0.5) / OVERLAP as f32;
                *sample = old + (*sample - old) * weight;
            }
        }
        done += portion;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting(index: i64) -> Result<Arc<Stereo>> {
        let first = index * SEGMENT as i64;
        let side: Vec<f32> = (0..(SEGMENT + OVERLAP) as i64).map(|at| (first + at) as f32).collect();
        Ok(Arc::new([side.clone(), side]))
    }

    #[test]
    fn segments_join_without_a_seam() {
        for from in [-700, 0, SEGMENT as i64 - 100, SEGMENT as i64 + 5, 2 * SEGMENT as i64 + OVERLAP as i64] {
            let mut out = [vec![1.0; 3 * OVERLAP], vec![1.0; 3 * OVERLAP]];
            join(from, &mut out, counting).ok();
            let expected: Vec<f32> = (0..3 * OVERLAP as i64).map(|at| (from + at).max(0) as f32).collect();
            assert!(out == [expected.clone(), expected], "from {from}");
        }
    }

    #[test]
    fn what_was_used_last_is_kept() {
        let mut tracks = Tracks::new(1);
        let path: Arc<Path> = Path::new("a").into();
        let key = |index| Key { path: path.clone(), stretched: None, index };
        for index in 0..MIN_KEPT as i64 + 1 {
            tracks.keep(key(index), [vec![], vec![]]);
            assert!(tracks.known(&key(0)).is_some());
        }
        assert!(tracks.segments.len() == MIN_KEPT && tracks.known(&key(1)).is_none());
    }
}
