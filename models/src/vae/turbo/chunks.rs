//! A clip decoded piece by piece.
//!
//! The latent is padded with its last frame to a first chunk and whole steps. Every chunk is decoded with one more
//! latent frame on each side that has a neighbour, and the pixels of these are cut.

use std::ops::Range;

use candle_core::Tensor;

use super::blocks::FirstFrame;
use super::{Config, Decoder};
use crate::Result;
use crate::vae::tiles::{self, Tiles};

/// The pieces `[3, t, h, w]` of a clip in order of time, `f32`; made by [`Decoder::chunks`] and
/// [`Decoder::tiled_chunks`].
pub struct Chunks<'a> {
    decoder: &'a Decoder,
    /// `[1, 48, t, h, w]`, padded.
    latent: Tensor,
    tiles: Tiles,
    plan: std::vec::IntoIter<Chunk>,
    total: usize,
}

/// What one pass decodes and which frames of it count.
#[derive(Debug, PartialEq, Eq)]
struct Chunk {
    latent: Range<usize>,
    /// Frames dropped in front.
    front: usize,
    /// Frames dropped behind.
    back: usize,
}

impl<'a> Chunks<'a> {
    pub(super) fn new(decoder: &'a Decoder, latent: &Tensor, tiles: Tiles) -> Result<Self> {
        let config = &decoder.config;
        let frames = latent.dim(2)?;
        let (padded, plan) = plan(frames, config.first_chunk_size, config.step_size, config.temporal_compression_ratio);
        let latent = latent.pad_with_same(2, 0, padded - frames)?;
        Ok(Self { decoder, latent, tiles, total: plan.len(), plan: plan.into_iter() })
    }

    /// How many pieces the whole clip has.
    pub fn total(&self) -> usize {
        self.total
    }

    fn decode(&self, chunk: &Chunk) -> Result<Tensor> {
        let first = if chunk.latent.start == 0 { FirstFrame::OfClip } else { FirstFrame::OfChunk };
        let latent = self.latent.narrow(2, chunk.latent.start, chunk.latent.len())?;
        let pixels = tiles::decode(&latent, self.tiles, |part| self.decoder.decode_chunk(part, first))?.squeeze(0)?;
        let frames = pixels.dim(1)?.saturating_sub(chunk.front + chunk.back);
        Ok(pixels.narrow(1, chunk.front, frames)?)
    }
}

impl Iterator for Chunks<'_> {
    type Item = Result<Tensor>;

    fn next(&mut self) -> Option<Self::Item> {
        let chunk = self.plan.next()?;
        Some(self.decode(&chunk))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.plan.size_hint()
    }
}

impl ExactSizeIterator for Chunks<'_> {}

/// The most latent frames that one pass decodes of a clip of `frames`.
pub(crate) fn longest(config: &Config, frames: usize) -> usize {
    passes(config, frames).into_iter().max().unwrap_or(0)
}

/// The latent frames of each pass over a clip of `frames`, those that it shares with its neighbours among them.
pub(crate) fn passes(config: &Config, frames: usize) -> Vec<usize> {
    let (_, chunks) = plan(frames, config.first_chunk_size, config.step_size, config.temporal_compression_ratio);
    chunks.into_iter().map(|chunk| chunk.latent.len()).collect()
}

/// The padded number of latent frames, and the chunks. `ratio` is pixel frames per latent frame.
fn plan(frames: usize, first: usize, step: usize, ratio: usize) -> (usize, Vec<Chunk>) {
    let padded = first + frames.saturating_sub(first).div_ceil(step) * step;
    let mut chunks = Vec::new();
    let mut start = 0;
    while start < padded {
        let end = if start == 0 { first } else { start + step };
        let (left, right) = (usize::from(start > 0), usize::from(end < padded));
        // The frames of the padding are the last ones of the last chunk: it has at least one of its own.
        let padding = if end == padded { padded - frames } else { 0 };
        let latent = start - left..end + right;
        chunks.push(Chunk { latent, front: left * ratio, back: (right + padding) * ratio });
        start = end;
    }
    (padded, chunks)
}

#[cfg(test)]
mod tests {
    use super::{Chunk, plan};

    #[test]
    fn chunks_overlap_by_one_latent_frame_on_each_side() {
        let (padded, chunks) = plan(20, 7, 7, 4);
        assert_eq!(padded, 21);
        let expected = [
            Chunk { latent: 0..8, front: 0, back: 4 },
            Chunk { latent: 6..15, front: 4, back: 4 },
            Chunk { latent: 13..21, front: 4, back: 4 },
        ];
        assert_eq!(chunks, expected);
    }

    #[test]
    fn a_short_clip_is_one_chunk_without_context() {
        assert_eq!(plan(1, 7, 7, 4), (7, vec![Chunk { latent: 0..7, front: 0, back: 24 }]));
        assert_eq!(plan(3, 3, 5, 4), (3, vec![Chunk { latent: 0..3, front: 0, back: 0 }]));
    }

    #[test]
    fn chunks_yield_every_frame_once() {
        for frames in 1..60 {
            let (_, chunks) = plan(frames, 3, 5, 4);
            let pixels: usize = chunks
                .iter()
                .map(|c| c.latent.len() * 4 - if c.latent.start == 0 { 3 } else { 0 } - c.front - c.back)
                .sum();
            assert_eq!(pixels, 4 * frames - 3);
        }
    }
}
