//! What is asked of the generator, and the sizes and lengths it works in.

use crate::generator::event::Sound;
use crate::image::Picture;
use crate::{Error, Result};

/// Frames and audio latents per second.
pub const FPS: u32 = 25;

/// Pixels that one token covers: 16 in the video autoencoder, times the patch of 2.
const PIXELS_PER_TOKEN: u32 = 32;

/// A clip to make.
#[derive(Debug, Clone)]
pub struct Request {
    /// The composed prompt: description, `Dialogue:` and `Background Sound:`, as the model was trained on.
    pub prompt: String,
    /// The clip's size.
    pub size: Size,
    /// How long the clip runs; a given voice sets its own length.
    pub duration_secs: f32,
    /// Decides all noise, which is the same on every machine. The latents of a request are the same wherever the same kernels run;
    /// other processors and cards round otherwise.
    pub seed: u64,
    /// The picture that the first frame holds.
    pub image: Option<Picture>,
    /// The voice track that the picture follows; it stays the soundtrack.
    pub voice: Option<Sound>,
}

impl Request {
    /// The clip's length: a given voice sets it.
    ///
    /// # Errors
    /// [`Error::Input`] where no clip is that long.
    pub fn length(&self) -> Result<Length> {
        match &self.voice {
            Some(voice) => Length::following_voice(self.duration_secs.min(voice.duration_secs() as f32)),
            None => Length::generated(self.duration_secs),
        }
    }
}

/// Width and height in pixels, both positive multiples of 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Size {
    width: u32,
    height: u32,
}

impl Size {
    /// The nearest size that the networks work in: each side to a multiple of 32, at least 32.
    pub fn nearest(width: u32, height: u32) -> Self {
        let snap = |side: u32| side.saturating_add(PIXELS_PER_TOKEN / 2) / PIXELS_PER_TOKEN * PIXELS_PER_TOKEN;
        Self { width: snap(width).max(PIXELS_PER_TOKEN), height: snap(height).max(PIXELS_PER_TOKEN) }
    }

    /// Width in pixels.
    pub fn width(self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(self) -> u32 {
        self.height
    }

    /// Latent rows and columns.
    pub fn latent_hw(self) -> (usize, usize) {
        ((self.height / 16) as usize, (self.width / 16) as usize)
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// A clip's length in the networks' own units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// Audio latents, [`FPS`] per second.
    pub audio_latents: usize,
    /// Video latents: the first stands for one frame, each further one for four.
    pub video_latents: usize,
}

impl Length {
    /// The length of a clip whose sound is generated: one latent a frame, and one more at the end.
    ///
    /// # Errors
    /// [`Error::Input`] where `duration_secs` is not a positive number or is beyond an hour.
    pub fn generated(duration_secs: f32) -> Result<Self> {
        Ok(Self::of_audio(latents(duration_secs)? + 1))
    }

    /// The length of a clip that follows a given voice.
    ///
    /// # Errors
    /// As [`Length::generated`].
    pub fn following_voice(duration_secs: f32) -> Result<Self> {
        Ok(Self::of_audio(latents(duration_secs)?.max(1)))
    }

    /// Frames that the video decoder gives back.
    pub fn frames(self) -> usize {
        4 * self.video_latents - 3
    }

    fn of_audio(audio_latents: usize) -> Self {
        Self { audio_latents, video_latents: (audio_latents - 1) / 4 + 1 }
    }
}

fn latents(duration_secs: f32) -> Result<usize> {
    if !(duration_secs > 0.0 && duration_secs <= 3600.0) {
        return Err(Error::Input(format!("a clip cannot be {duration_secs} seconds long")));
    }
    Ok((duration_secs * FPS as f32).round() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_follow_the_reference() {
        for (secs, audio, video, frames) in
            [(4.0, 101, 26, 101), (5.0, 126, 32, 125), (1.0, 26, 7, 25), (10.0, 251, 63, 249)]
        {
            let length = Length::generated(secs).expect("length");
            assert_eq!((length.audio_latents, length.video_latents, length.frames()), (audio, video, frames));
        }
        let voice = Length::following_voice(4.0).expect("length");
        assert_eq!((voice.audio_latents, voice.video_latents), (100, 25));
        for bad in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e9] {
            assert!(Length::generated(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_snap_to_whole_tokens() {
        assert_eq!(Size::nearest(1080, 1920), Size { width: 1088, height: 1920 });
        assert_eq!(Size::nearest(1, 0), Size { width: 32, height: 32 });
        assert_eq!(Size::nearest(128, 224).latent_hw(), (14, 8));
        Size::nearest(u32::MAX, u32::MAX);
    }
}
