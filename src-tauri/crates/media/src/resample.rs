//! Streaming sample-rate conversion, for reading and for writing.

use ffmpeg_next::{ChannelLayout, ffi, format::Sample, format::sample::Type, software::resampling::Context};

/// 32-bit float, one plane per channel.
pub(crate) const PLANAR: Sample = Sample::F32(Type::Planar);

/// What goes into a [`Resampler`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Input {
    pub format: Sample,
    pub layout: ChannelLayout,
    pub rate: u32,
}

/// Converts portions of sound to planar floats at another rate. Sample 0 in is sample 0 out, at any rate.
pub(crate) struct Resampler {
    context: Context,
    input: Input,
    channels: usize,
}

impl Resampler {
    /// `channels` outputs: as many as come in, or fewer, then mixed down by FFmpeg's matrix.
    pub(crate) fn new(input: Input, channels: usize, rate: u32) -> Result<Self, ffmpeg_next::Error> {
        let layout = ChannelLayout::default(channels as i32);
        // A sum of channels that are all loud stays within full scale.
        let options = [("rematrix_maxval", "1.0")].iter().collect();
        let context = Context::get_with(input.format, input.layout, input.rate, PLANAR, layout, rate, options)?;
        Ok(Self { context, input, channels })
    }

    /// What it was made for.
    pub(crate) fn input(&self) -> Input {
        self.input
    }

    /// Converts `samples` samples per channel and appends what is ready to `out`, one vector per output channel.
    ///
    /// # Safety
    /// `planes` points to as many planes as the input format and layout have (one if packed), of `samples` samples each.
    pub(crate) unsafe fn push(
        &mut self,
        planes: *const *const u8,
        samples: usize,
        out: &mut [Vec<f32>],
    ) -> Result<(), ffmpeg_next::Error> {
        // SAFETY: passed on.
        unsafe { self.convert(planes, samples, out) }
    }

    /// Appends what is still held back.
    pub(crate) fn flush(&mut self, out: &mut [Vec<f32>]) -> Result<(), ffmpeg_next::Error> {
        // SAFETY: no planes mean that the end has come.
        unsafe { self.convert(std::ptr::null(), 0, out) }
    }

    unsafe fn convert(
        &mut self,
        planes: *const *const u8,
        samples: usize,
        out: &mut [Vec<f32>],
    ) -> Result<(), ffmpeg_next::Error> {
        debug_assert_eq!(out.len(), self.channels);
        // SAFETY: the context is initialised. `out` gets room for as much as FFmpeg says can come, and its lengths grow by
        // what did come.
        unsafe {
            let context = self.context.as_mut_ptr();
            let room = ffi::swr_get_out_samples(context, samples as i32).max(0) + 32;
            let mut ends: Vec<*mut u8> = Vec::with_capacity(self.channels);
            for channel in out.iter_mut() {
                channel.reserve(room as usize);
                ends.push(channel.as_mut_ptr().add(channel.len()).cast());
            }
            let done =
                ffi::swr_convert(context, ends.as_mut_ptr().cast(), room, planes.cast_mut().cast(), samples as i32);
            if done < 0 {
                return Err(done.into());
            }
            for channel in out.iter_mut() {
                channel.set_len(channel.len() + done as usize);
            }
        }
        Ok(())
    }
}
