//! Encoders and muxers: what clips and exports are written with.
//!
//! Pictures come in as planar 4:2:0 BT.709 in limited range and leave tagged so; sound comes in at 48 kHz in stereo. Frames
//! are equally long, none is stored out of order, and both tracks begin at zero without an edit list.

mod audio;
mod candidates;
mod codec;
mod mux;
mod selftest;
mod spec;
mod upload;
mod video;

use ffmpeg_next::{Codec, Dictionary, Packet, codec::Context, encoder, ffi};

pub(crate) use self::{
    audio::{AudioEncoder, RATE, sound_length},
    mux::Muxer,
    video::{Scaler, VideoEncoder},
};
pub use self::{
    candidates::{EncoderState, encoders},
    codec::{AudioCodec, Container, Effort, Hardware, VideoCodec},
    spec::{PictureSpec, SoundSpec},
};
use crate::ffmpeg::explain;

/// The largest side that H.264 level 6.2 and common decoders take.
pub(crate) const MAX_SIDE: u32 = 8_192;

/// Opens an encoder and insists that it knows every option, which the binding's own call would forget to check.
fn open(context: &mut Context, codec: Codec, options: Dictionary<'_>) -> Result<(), String> {
    // SAFETY: the context is alive and not open; the dictionary is given to FFmpeg and what is left of it taken back.
    let (opened, left) = unsafe {
        let mut options = options.disown();
        let opened = ffi::avcodec_open2(context.as_mut_ptr(), codec.as_ptr(), &raw mut options);
        (opened, Dictionary::own(options))
    };
    if opened < 0 { Err(explain(opened.into())) } else { none_left(&left) }
}

/// FFmpeg leaves options that it does not know, which a typing error makes of any.
fn none_left(options: &Dictionary<'_>) -> Result<(), String> {
    match options.iter().next() {
        None => Ok(()),
        Some((name, value)) => Err(format!("this FFmpeg does not know the option {name}={value}")),
    }
}

/// The next packet of an encoder, if one is ready.
fn ready(encoder: &mut encoder::Encoder) -> Result<Option<Packet>, ffmpeg_next::Error> {
    let mut packet = Packet::empty();
    match encoder.receive_packet(&mut packet) {
        Ok(()) => Ok(Some(packet)),
        Err(ffmpeg_next::Error::Eof | ffmpeg_next::Error::Other { errno: ffmpeg_next::error::EAGAIN }) => Ok(None),
        Err(error) => Err(error),
    }
}
