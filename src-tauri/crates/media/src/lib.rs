//! Pictures, sound and clips: what Gallop reads and writes through FFmpeg.
//!
//! - [`read_picture`] and [`write_picture`]: reference pictures in, previews and posters out.
//! - [`read_sound`]: a voice or a track from any file, at the rate and layout asked for.
//! - [`ClipWriter`]: frames and samples in, one finished mp4 out, or nothing at all.
//! - [`probe`], [`read_metadata`], [`for_each_frame`]: what a clip is, carries and shows.
//!
//! The crate knows nothing of projects, models or windows. FFmpeg stays silent; its words come inside [`Error`].

mod boxes;
mod clip;
mod error;
mod ffmpeg;
mod files;
mod picture;
mod probe;
mod resample;
mod sound;

pub use clip::{ClipInfo, ClipSpec, ClipWriter, FrameRate, h264_encoder};
pub use error::{Error, Result};
pub use ffmpeg::{ffmpeg_version, has_encoder};
pub use files::check_place;
pub use picture::{MAX_PICTURE_PIXELS, MAX_PICTURE_SIDE, MIN_PICTURE_SIDE, Picture, read_picture, write_picture};
pub use probe::{AudioInfo, ColorTags, MediaInfo, VideoInfo, for_each_frame, probe, read_metadata};
pub use sound::{Channels, MAX_SOUND_SECS, Sound, read_sound};
