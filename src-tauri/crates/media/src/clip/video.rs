//! The picture of a clip: RGB in, H.264 out.

use ffmpeg_next::{
    Codec, Dictionary, Packet, codec, color, encoder, ffi,
    format::Pixel,
    frame, picture,
    software::scaling::{Context, Flags},
};

use super::ClipSpec;
use crate::{Error, Result, ffmpeg::explain, picture::rgb_frame};

/// H.264 encoders in order of preference. Being compiled in says nothing about hardware encoders: the first that opens is
/// taken. All of these accept planar 4:2:0 in main memory.
const ENCODERS: [&str; 6] = ["libx264", "h264_videotoolbox", "h264_nvenc", "h264_amf", "libopenh264", "h264_v4l2m2m"];

/// Quality of libx264: visually without loss for most eyes.
const CRF: &str = "18";

/// The video track of a clip.
pub(super) struct VideoTrack {
    encoder: encoder::video::Encoder,
    name: &'static str,
    scaler: Scaler,
    width: u32,
    height: u32,
    frames: u64,
}

/// FFmpeg's colour and size converter.
struct Scaler(Context);

// SAFETY: a converter is plain memory that FFmpeg binds to no thread; it is only used through `&mut`.
unsafe impl Send for Scaler {}

impl VideoTrack {
    /// Opens the first encoder that works.
    pub(super) fn open(spec: &ClipSpec) -> Result<Self> {
        Self::open_first(spec, &ENCODERS)
    }

    fn open_first(spec: &ClipSpec, names: &[&'static str]) -> Result<Self> {
        let mut tried = Vec::new();
        for &name in names {
            let Some(codec) = encoder::find_by_name(name) else { continue };
            match open_encoder(spec, name, codec) {
                Ok(encoder) => {
                    let scaler = scaler(spec.width, spec.height)
                        .map_err(|error| Error::Spec(format!("cannot convert its colours: {}", explain(error))))?;
                    let (width, height) = (spec.width, spec.height);
                    return Ok(Self { encoder, name, scaler, width, height, frames: 0 });
                }
                Err(why) => tried.push(format!("{name}: {why}")),
            }
        }
        if tried.is_empty() {
            tried.push(names.join(", "));
        }
        Err(Error::NoEncoder { kind: "H.264", tried: tried.join("; ") })
    }

    /// What to describe the stream with.
    pub(super) fn encoder(&self) -> &encoder::video::Encoder {
        &self.encoder
    }

    /// FFmpeg's name of the encoder.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// How many frames went in.
    pub(super) fn frames(&self) -> u64 {
        self.frames
    }

    /// Puts a frame in; `rgb` has the right length.
    pub(super) fn push(&mut self, rgb: &[u8]) -> std::result::Result<(), ffmpeg_next::Error> {
        let full = rgb_frame(self.width, self.height, rgb);
        let mut frame = frame::Video::new(Pixel::YUV420P, self.width, self.height);
        self.scaler.0.run(&full, &mut frame)?;
        frame.set_color_range(color::Range::MPEG);
        frame.set_color_space(color::Space::BT709);
        frame.set_color_primaries(color::Primaries::BT709);
        frame.set_color_transfer_characteristic(color::TransferCharacteristic::BT709);
        frame.set_kind(picture::Type::None);
        frame.set_pts(Some(self.frames as i64));
        self.encoder.send_frame(&frame)?;
        self.frames += 1;
        Ok(())
    }

    /// Tells that no more frames come.
    pub(super) fn end(&mut self) -> std::result::Result<(), ffmpeg_next::Error> {
        self.encoder.send_eof()
    }

    /// The next packet that is ready, in units of one frame.
    pub(super) fn pull(&mut self) -> std::result::Result<Option<Packet>, ffmpeg_next::Error> {
        let packet = super::ready(&mut self.encoder)?;
        Ok(packet.map(|mut packet| {
            packet.set_duration(1);
            packet
        }))
    }
}

fn open_encoder(spec: &ClipSpec, name: &str, codec: Codec) -> std::result::Result<encoder::video::Encoder, String> {
    let rate = (spec.fps.num as i32, spec.fps.den as i32);
    let mut video = codec::Context::new_with_codec(codec).encoder().video().map_err(explain)?;
    video.set_width(spec.width);
    video.set_height(spec.height);
    video.set_format(Pixel::YUV420P);
    video.set_aspect_ratio((1, 1));
    video.set_time_base((rate.1, rate.0));
    video.set_frame_rate(Some(rate));
    video.set_gop((spec.fps.per_second() * 2.0).round().max(1.0) as u32);
    video.set_max_b_frames(0);
    video.set_color_range(color::Range::MPEG);
    video.set_colorspace(color::Space::BT709);
    video.set_color_primaries(color::Primaries::BT709);
    video.set_color_transfer_characteristic(color::TransferCharacteristic::BT709);
    video.set_flags(codec::Flags::GLOBAL_HEADER | codec::Flags::CLOSED_GOP);
    let mut options = Dictionary::new();
    if name == "libx264" {
        options.set("preset", "medium");
        options.set("profile", "high");
        options.set("crf", CRF);
        // Tells decoders that no frame lasts longer than another.
        options.set("x264-params", "force-cfr=1");
    } else {
        // Encoders without a constant quality get 0.2 bits a pixel: 13 Mbit/s for 1080p at 30 frames.
        let pixels = f64::from(spec.width) * f64::from(spec.height);
        video.set_bit_rate((pixels * spec.fps.per_second() * 0.2).max(300_000.0) as usize);
    }
    // The binding's own call forgets the options that were left over.
    // SAFETY: the context is alive and not open; the dictionary is given to FFmpeg and what is left of it taken back.
    let (opened, left) = unsafe {
        let mut options = options.disown();
        let opened = ffi::avcodec_open2(video.as_mut_ptr(), codec.as_ptr(), &raw mut options);
        (opened, Dictionary::own(options))
    };
    if opened < 0 {
        return Err(explain(opened.into()));
    }
    super::none_left(&left)?;
    Ok(encoder::video::Encoder(video))
}

/// Full-range RGB to limited-range BT.709 of the same size.
fn scaler(width: u32, height: u32) -> std::result::Result<Scaler, ffmpeg_next::Error> {
    let flags = Flags::BICUBIC | Flags::ACCURATE_RND | Flags::FULL_CHR_H_INP;
    let mut context = Context::get(Pixel::RGB24, width, height, Pixel::YUV420P, width, height, flags)?;
    // FFmpeg would convert with BT.601, whatever the tags say.
    // SAFETY: the context is alive, the coefficient table is static.
    let set = unsafe {
        let table = ffi::sws_getCoefficients(ffi::SWS_CS_ITU709 as _);
        ffi::sws_setColorspaceDetails(context.as_mut_ptr(), table, 1, table, 0, 0, 1 << 16, 1 << 16)
    };
    if set < 0 { Err(ffmpeg_next::Error::PatchWelcome) } else { Ok(Scaler(context)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Channels, FrameRate};

    fn spec() -> ClipSpec {
        ClipSpec {
            width: 64,
            height: 64,
            fps: FrameRate::whole(25),
            sample_rate: 48_000,
            channels: Channels::Stereo,
            produce_id: "1".into(),
            metadata: Default::default(),
        }
    }

    #[test]
    fn the_next_encoder_is_tried() {
        // `aac` is there but makes no pictures, as a hardware encoder is there without its hardware.
        let track = VideoTrack::open_first(&spec(), &["no_such_encoder", "aac", "libx264"]);
        assert_eq!(track.map(|track| track.name()).ok(), crate::has_encoder("libx264").then_some("libx264"));
    }

    #[test]
    fn no_encoder_at_all_is_said_with_reasons() {
        let error = VideoTrack::open_first(&spec(), &["no_such_encoder", "other"]).err().map(|error| error.to_string());
        assert!(error.is_some_and(|error| error.contains("tried no_such_encoder, other") && error.contains("libx264")));
        let error = VideoTrack::open_first(&spec(), &["aac"]).err().map(|error| error.to_string());
        assert!(error.as_ref().is_some_and(|error| error.contains("tried aac: ")), "{error:?}");
    }
}
