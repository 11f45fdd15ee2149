//! Pictures, sound and clips: what Gallop reads and writes through FFmpeg.
//!
//! - [`read_picture`] and [`write_picture`]: reference pictures in, previews and posters out.
//! - [`read_sound`]: a voice or a track from any file, at the rate and layout asked for.
//! - [`ClipWriter`]: frames and samples in, one finished mp4 out, or nothing at all.
//! - [`loudness`]: measuring it, and bringing a sound to the one that a platform wants.
//! - [`render`]: a graph of pictures, sounds and words, evaluated at a moment.
//! - [`words`]: captions in time, how they look, and the files they travel in.
//! - [`export`]: a file of a graph, labelled, checked and reported on.
//! - [`inspect`], [`provenance`]: what a file is, and what it says about where it comes from.
//! - [`speech`]: when each line is spoken in a sound.
//! - [`probe`], [`read_metadata`], [`for_each_frame`]: what a clip is, carries and shows.
//!
//! The crate knows nothing of projects, models or windows. FFmpeg stays silent; its words come inside [`Error`].

mod boxes;
mod clip;
pub mod encode;
mod error;
pub mod export;
mod ffmpeg;
mod files;
pub mod inspect;
pub mod loudness;
mod offset;
mod picture;
mod probe;
pub mod provenance;
pub mod render;
mod resample;
mod sound;
pub mod speech;
mod time;
pub mod words;

pub use clip::{ClipInfo, ClipSpec, ClipWriter, FrameRate, h264_encoder};
pub use encode::Container;
pub use error::{Error, Result};
pub use ffmpeg::{ffmpeg_version, has_encoder};
pub use files::check_place;
pub use offset::av_offset_secs;
pub use picture::{MAX_PICTURE_PIXELS, MAX_PICTURE_SIDE, MIN_PICTURE_SIDE, Picture, read_picture, write_picture};
pub use probe::{AudioInfo, ColorTags, MediaInfo, VideoInfo, for_each_frame, probe, read_metadata};
pub use sound::{Channels, MAX_SOUND_SECS, Sound, read_sound};
pub use time::Ticks;
