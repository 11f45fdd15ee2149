//! Decoded frames, put where they belong in time and brought to 48 kHz.

use ffmpeg_next::{ChannelLayout, frame};

use super::hear::RATE;
use crate::resample::{Input, PLANAR, Resampler};

/// A step between timestamps that is longer is a hole or a repetition, and not a container's rounding. Packets of MP3 and
/// AAC last more than 20 ms, so that a lost one is noticed.
const HOLE_SECS: f64 = 0.018;
/// A file that jumps back in time for ever is given up after so many seconds of what was there already.
const MAX_REPEATED_SECS: i64 = 60;

/// Frames being put where they belong in time, and brought to 48 kHz.
pub(super) struct Run {
    channels: usize,
    rate: u32,
    /// The sample as decoded that comes next, and the one where the track ends.
    next: i64,
    end: Option<i64>,
    /// The first second, until it is known where it belongs.
    held: Option<Held>,
    /// To planar floats at the track's own rate; made anew where the file changes its format midway.
    unpack: Option<Resampler>,
    /// To 48 kHz; none if that is the rate.
    resample: Option<Resampler>,
    out: Vec<Vec<f32>>,
    /// How many samples of `out` are wanted.
    wanted: usize,
    /// Samples dropped because they were repeated.
    dropped: i64,
}

/// Sound whose timestamps are still being compared. Single ones are off by half a millisecond in a container that counts
/// milliseconds, and by ten where a demuxer guesses how long the packets of a page are; the median of a second is not.
struct Held {
    /// Where each frame says that the first sample belongs.
    starts: Vec<i64>,
    samples: Vec<Vec<f32>>,
}

pub(super) type Done<T = ()> = Result<T, ffmpeg_next::Error>;

impl Run {
    /// For what begins at sample `begin` of a track that ends at `end`, as decoded; so many samples at 48 kHz are wanted.
    pub(super) fn new(channels: usize, rate: u32, begin: i64, end: Option<i64>, wanted: usize) -> Done<Self> {
        let input = Input { format: PLANAR, layout: ChannelLayout::default(channels as i32), rate };
        let resample = (rate != RATE).then(|| Resampler::new(input, channels, RATE)).transpose()?;
        let out = vec![Vec::new(); channels];
        let held = Some(Held { starts: Vec::new(), samples: out.clone() });
        Ok(Self { channels, rate, next: begin, end, held, unpack: None, resample, out, wanted, dropped: 0 })
    }

    /// Takes a frame that begins at `position`; whether more are wanted.
    pub(super) fn put(&mut self, position: Option<i64>, frame: &frame::Audio) -> Done<bool> {
        let mut layout = frame.channel_layout();
        if layout.channels() != i32::from(frame.channels()) {
            layout = ChannelLayout::default(frame.channels().into());
        }
        let input = Input { format: frame.format(), layout, rate: frame.rate() };
        let mut samples = vec![Vec::new(); self.channels];
        if self.unpack.as_ref().is_none_or(|unpack| unpack.input() != input) {
            self.unpack = Some(Resampler::new(input, self.channels, self.rate)?);
        }
        if let Some(unpack) = &mut self.unpack {
            // SAFETY: the frame has the format and layout that this was made for, and so many samples.
            unsafe {
                let planes = (*frame.as_ptr()).extended_data.cast_const().cast();
                unpack.push(planes, frame.samples(), &mut samples)?;
            }
        }
        let hole = (HOLE_SECS * f64::from(self.rate)) as i64;
        if let Some(held) = &mut self.held {
            let start = position.map(|position| position.saturating_sub(held.samples[0].len() as i64));
            let first = held.starts.first().copied().or(start).unwrap_or(0);
            if start.is_none_or(|start| start.saturating_sub(first).abs() <= hole) {
                held.starts.extend(start);
                held.samples.iter_mut().zip(&samples).for_each(|(held, samples)| held.extend_from_slice(samples));
                if held.samples[0].len() >= self.rate as usize {
                    self.settle()?;
                }
                return Ok(true);
            }
            self.settle()?;
        }
        let step = position.map_or(0, |position| position.saturating_sub(self.next));
        self.place(if step.abs() > hole { step } else { 0 }, samples)?;
        let past_end = self.end.is_some_and(|end| self.next >= end);
        let lost = self.dropped > MAX_REPEATED_SECS * i64::from(self.rate);
        Ok(self.out[0].len() < self.wanted && !past_end && !lost)
    }

    /// Completes what was asked for with silence.
    pub(super) fn finish(mut self) -> Done<Vec<Vec<f32>>> {
        self.settle()?;
        self.silence(i64::MAX)?;
        Ok(self.out)
    }

    /// Puts the first second where most of its timestamps say.
    fn settle(&mut self) -> Done {
        let Some(Held { mut starts, samples }) = self.held.take() else { return Ok(()) };
        starts.sort_unstable();
        let start = starts.get(starts.len() / 2).copied().unwrap_or(self.next);
        self.place(start.saturating_sub(self.next), samples)
    }

    /// Adds samples after a hole of so many, or without so many that were there already.
    fn place(&mut self, step: i64, mut samples: Vec<Vec<f32>>) -> Done {
        if step > 0 {
            self.silence(step)?;
        }
        let repeated = (samples[0].len() as i64).min(step.saturating_neg()).max(0);
        self.dropped += repeated;
        let left = self.end.map_or(i64::MAX, |end| end.saturating_sub(self.next).max(0));
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        for channel in &mut samples {
            channel.drain(..repeated as usize);
            channel.truncate(left);
        }
        self.add(&samples)
    }

    /// Adds so many samples of silence, or as many as are wanted.
    fn silence(&mut self, samples: i64) -> Done {
        let quiet = vec![vec![0.0; 4096]; self.channels];
        let mut left = samples;
        while left > 0 && self.out[0].len() < self.wanted {
            let portion: Vec<&[f32]> = quiet.iter().map(|channel| &channel[..left.min(4096) as usize]).collect();
            left -= portion[0].len() as i64;
            self.add(&portion)?;
        }
        // What was not needed still moves the clock.
        self.next = self.next.saturating_add(left.max(0));
        Ok(())
    }

    /// Adds samples as decoded.
    fn add(&mut self, channels: &[impl AsRef<[f32]>]) -> Done {
        let samples = channels[0].as_ref().len();
        self.next = self.next.saturating_add(samples as i64);
        match &mut self.resample {
            Some(resample) if samples > 0 => {
                let planes: Vec<*const u8> = channels.iter().map(|channel| channel.as_ref().as_ptr().cast()).collect();
                // SAFETY: as many planes as the layout that this was made for has channels, of equal length.
                unsafe { resample.push(planes.as_ptr(), samples, &mut self.out) }
            }
            Some(_) => Ok(()),
            None => {
                for (out, channel) in self.out.iter_mut().zip(channels) {
                    out.extend_from_slice(channel.as_ref());
                }
                Ok(())
            }
        }
    }
}
