//! Stages, steps and previews on their way to the sink.

use std::ops::ControlFlow;
use std::time::Instant;

use candle_core::Tensor;

use super::event::{Event, Preview, Sink, Stage};
use crate::image::Frames;
use crate::vae::turbo;
use crate::{Error, Result};

/// Latent cells of a preview frame at most; a larger clip is averaged down, so that a preview costs little at any size.
const PREVIEW_CELLS: usize = 256;

/// Sends an event; a sink that breaks has cancelled the run.
pub(super) fn send(sink: &mut dyn Sink, event: Event) -> Result<()> {
    match sink.event(event) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Error::Cancelled),
    }
}

/// Runs a stage between its two events.
pub(super) fn stage<T>(
    sink: &mut dyn Sink,
    stage: Stage,
    steps: usize,
    work: impl FnOnce(&mut dyn Sink) -> Result<T>,
) -> Result<T> {
    send(sink, Event::Started { stage, steps })?;
    let began = Instant::now();
    let done = work(sink)?;
    send(sink, Event::Finished { stage, seconds: began.elapsed().as_secs_f64() })?;
    Ok(done)
}

/// The middle frame of an unfinished clip.
pub(super) struct MiddleFrame<'a> {
    /// Decodes it.
    pub decoder: &'a turbo::Decoder,
    /// What the video is heading for, `[1, 48, t, h, w]`.
    pub clean: &'a Tensor,
}

impl Preview for MiddleFrame<'_> {
    fn render(&self) -> Result<Frames> {
        let (_, _, t, h, w) = self.clean.dims5()?;
        let mut latent = self.clean.narrow(2, t / 2, 1)?.squeeze(2)?;
        let shrink = (1..=h.min(w)).find(|by| (h / by) * (w / by) <= PREVIEW_CELLS).unwrap_or(1);
        if shrink > 1 {
            latent = latent.contiguous()?.avg_pool2d(shrink)?;
        }
        Frames::from_pixels(&self.decoder.decode(&latent.unsqueeze(2)?)?)
    }
}
