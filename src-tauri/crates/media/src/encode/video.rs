//! Encoding pictures.

use ffmpeg_next::{
    Dictionary, Packet, codec, color, encoder, ffi,
    format::Pixel,
    frame, picture,
    software::scaling::{Context, Flags},
};

use super::{Effort, PictureSpec, VideoCodec, candidates, candidates::Candidate, selftest, upload::Upload};
use crate::{Error, Result, ffmpeg::explain};

/// An open encoder of pictures.
pub(crate) struct VideoEncoder {
    encoder: encoder::video::Encoder,
    candidate: Candidate,
    /// To what the encoder takes, where that is not what comes in.
    convert: Option<(Pixel, Scaler)>,
    /// Into a card's memory, where it takes frames from nowhere else.
    upload: Option<Upload>,
    frames: u64,
}

/// FFmpeg's colour and size converter.
pub(crate) struct Scaler(pub(crate) Context);

// SAFETY: a converter is plain memory that FFmpeg binds to no thread; it is only used through `&mut`.
unsafe impl Send for Scaler {}

impl Scaler {
    /// To limited-range BT.709 of the same size, from RGB or from Y'CbCr that is so already.
    pub(crate) fn new(
        from: Pixel,
        to: Pixel,
        width: u32,
        height: u32,
    ) -> std::result::Result<Self, ffmpeg_next::Error> {
        let flags = Flags::BICUBIC | Flags::ACCURATE_RND | Flags::FULL_CHR_H_INP;
        let mut context = Context::get(from, width, height, to, width, height, flags)?;
        let full = i32::from(from == Pixel::RGB24);
        // FFmpeg would convert with BT.601, whatever the tags say.
        // SAFETY: the context is alive, the coefficient table is static.
        let set = unsafe {
            let table = ffi::sws_getCoefficients(ffi::SWS_CS_ITU709 as _);
            ffi::sws_setColorspaceDetails(context.as_mut_ptr(), table, full, table, 0, 0, 1 << 16, 1 << 16)
        };
        if set < 0 { Err(ffmpeg_next::Error::PatchWelcome) } else { Ok(Self(context)) }
    }
}

impl VideoEncoder {
    /// Opens the first encoder that works, in the order that the spec asks for. Also tells which did not, and why.
    pub(crate) fn open(spec: &PictureSpec) -> Result<(Self, Vec<String>)> {
        Self::open_first(spec, &candidates::in_order(spec.codec, spec.hardware))
    }

    fn open_first(spec: &PictureSpec, order: &[Candidate]) -> Result<(Self, Vec<String>)> {
        let mut tried = Vec::new();
        for candidate in order {
            if encoder::find_by_name(candidate.name).is_none() {
                continue;
            }
            let tested = if candidate.hardware { selftest::works(spec, candidate) } else { Ok(()) };
            match tested.and_then(|()| Self::open_one(spec, candidate)) {
                Ok(encoder) => return Ok((encoder, tried)),
                Err(why) => tried.push(format!("{}: {why}", candidate.name)),
            }
        }
        if tried.is_empty() {
            let names: Vec<&str> = order.iter().map(|candidate| candidate.name).collect();
            tried.push(names.join(", "));
        }
        Err(Error::NoEncoder { kind: spec.codec.name(), tried: tried.join("; ") })
    }

    /// Opens this encoder.
    pub(super) fn open_one(spec: &PictureSpec, candidate: &Candidate) -> std::result::Result<Self, String> {
        let (encoder, upload) = open(spec, candidate)?;
        let (width, height) = spec.size;
        let pixels = if upload.is_some() { Pixel::NV12 } else { candidate.pixels };
        let convert = match pixels {
            Pixel::YUV420P => None,
            other => Some((other, Scaler::new(Pixel::YUV420P, other, width, height).map_err(explain)?)),
        };
        Ok(Self { encoder, candidate: *candidate, convert, upload, frames: 0 })
    }

    /// What to describe the stream with.
    pub(crate) fn encoder(&self) -> &encoder::video::Encoder {
        &self.encoder
    }

    /// FFmpeg's name of the encoder.
    pub(crate) fn name(&self) -> &'static str {
        self.candidate.name
    }

    /// Whether it is a machine's own.
    pub(crate) fn is_hardware(&self) -> bool {
        self.candidate.hardware
    }

    /// How many frames went in.
    pub(crate) fn frames(&self) -> u64 {
        self.frames
    }

    /// Puts the next frame in: planar 4:2:0 of the right size. Its time and tags are set here.
    pub(crate) fn push(&mut self, mut frame: frame::Video) -> std::result::Result<(), ffmpeg_next::Error> {
        if let Some((pixels, scaler)) = &mut self.convert {
            let mut converted = frame::Video::new(*pixels, frame.width(), frame.height());
            scaler.0.run(&frame, &mut converted)?;
            frame = converted;
        }
        frame.set_color_range(color::Range::MPEG);
        frame.set_color_space(color::Space::BT709);
        frame.set_color_primaries(color::Primaries::BT709);
        frame.set_color_transfer_characteristic(color::TransferCharacteristic::BT709);
        frame.set_kind(picture::Type::None);
        frame.set_pts(Some(self.frames as i64));
        if let Some(upload) = &mut self.upload {
            frame = upload.run(&frame)?;
        }
        self.encoder.send_frame(&frame)?;
        self.frames += 1;
        Ok(())
    }

    /// Tells that no more frames come.
    pub(crate) fn end(&mut self) -> std::result::Result<(), ffmpeg_next::Error> {
        self.encoder.send_eof()
    }

    /// The next packet that is ready, in units of one frame.
    pub(crate) fn pull(&mut self) -> std::result::Result<Option<Packet>, ffmpeg_next::Error> {
        let packet = super::ready(&mut self.encoder)?;
        Ok(packet.map(|mut packet| {
            packet.set_duration(1);
            packet
        }))
    }
}

type Opened = (encoder::video::Encoder, Option<Upload>);

fn open(spec: &PictureSpec, candidate: &Candidate) -> std::result::Result<Opened, String> {
    let codec = encoder::find_by_name(candidate.name).ok_or("this FFmpeg does not have it")?;
    let rate = (spec.fps.num as i32, spec.fps.den as i32);
    let mut video = codec::Context::new_with_codec(codec).encoder().video().map_err(explain)?;
    video.set_width(spec.size.0);
    video.set_height(spec.size.1);
    video.set_format(candidate.pixels);
    video.set_aspect_ratio((1, 1));
    video.set_time_base((rate.1, rate.0));
    video.set_frame_rate(Some(rate));
    let gop = (spec.fps.per_second() * spec.key_frame_secs).floor().max(1.0);
    video.set_gop(if spec.codec == VideoCodec::Ffv1 { 1 } else { gop as u32 });
    video.set_max_b_frames(0);
    video.set_color_range(color::Range::MPEG);
    video.set_colorspace(color::Space::BT709);
    video.set_color_primaries(color::Primaries::BT709);
    video.set_color_transfer_characteristic(color::TransferCharacteristic::BT709);
    video.set_flags(codec::Flags::GLOBAL_HEADER | codec::Flags::CLOSED_GOP);
    // SAFETY: the context is alive and not open; these are plain numbers, and 0 threads means as many as there are cores.
    unsafe {
        let raw = &mut *video.as_mut_ptr();
        raw.chroma_sample_location = ffi::AVChromaLocation::AVCHROMA_LOC_LEFT;
        raw.thread_count = 0;
        raw.bit_rate = bit_rate(spec, candidate) as i64;
    }
    let mut options = options(spec, candidate);
    if let Some(most) = limit(spec, candidate) {
        options.set("maxrate", &most.to_string());
        options.set("bufsize", &most.saturating_mul(2).min(i32::MAX as u32).to_string());
    }
    let upload = match candidate.pixels {
        Pixel::VAAPI => Some(Upload::open(spec.size, &mut video)?),
        _ => None,
    };
    super::open(&mut video, codec, options)?;
    Ok((encoder::video::Encoder(video), upload))
}

/// Bits per second for encoders without a constant quality: 0.2 bits a pixel, 13 Mbit/s for 1080p at 30 frames.
fn bit_rate(spec: &PictureSpec, candidate: &Candidate) -> u32 {
    if matches!(candidate.name, "libx264" | "libx265" | "libsvtav1" | "libaom-av1" | "prores_ks" | "ffv1")
        || candidate.name.ends_with("_nvenc")
    {
        return 0;
    }
    let pixels = f64::from(spec.size.0) * f64::from(spec.size.1);
    let wanted = (pixels * spec.fps.per_second() * 0.2).max(300_000.0) as u32;
    // A target right at the limit would often be over it.
    spec.max_bit_rate.map_or(wanted, |most| wanted.min((f64::from(most) * 0.8) as u32))
}

/// The limit on the rate, for encoders that keep one.
fn limit(spec: &PictureSpec, candidate: &Candidate) -> Option<u32> {
    match candidate.name {
        "prores_ks" | "ffv1" => None,
        _ => spec.max_bit_rate,
    }
}

/// Each encoder's own names for quality and effort.
fn options(spec: &PictureSpec, candidate: &Candidate) -> Dictionary<'static> {
    let mut options = Dictionary::new();
    let pick = |fast: &'static str, medium: &'static str, slow: &'static str| match spec.effort {
        Effort::Fast => fast,
        Effort::Medium => medium,
        Effort::Slow => slow,
    };
    let crf = spec.crf.to_string();
    match candidate.name {
        "libx264" => {
            options.set("preset", pick("veryfast", "medium", "slow"));
            options.set("crf", &crf);
            // Tells decoders that no frame lasts longer than another.
            options.set("x264-params", "force-cfr=1");
        }
        "libx265" => {
            options.set("preset", pick("veryfast", "medium", "slow"));
            options.set("profile", "main");
            options.set("crf", &crf);
            options.set("x265-params", "open-gop=0:log-level=error");
        }
        "libsvtav1" => {
            options.set("preset", pick("11", "8", "5"));
            options.set("crf", &spec.crf.round().to_string());
        }
        "libaom-av1" => {
            options.set("cpu-used", pick("8", "6", "4"));
            options.set("row-mt", "1");
            options.set("crf", &spec.crf.round().to_string());
        }
        "prores_ks" => {
            options.set("profile", "hq");
            options.set("vendor", "apl0");
        }
        "ffv1" => {
            options.set("level", "3");
            options.set("slices", "4");
            options.set("slicecrc", "1");
        }
        name if name.ends_with("_nvenc") => {
            options.set("preset", pick("p2", "p5", "p7"));
            options.set("tune", "hq");
            options.set("rc", "vbr");
            options.set("cq", &crf);
        }
        _ => {}
    }
    // Those that have an option for it would choose a lower one.
    if spec.codec == VideoCodec::H264 && candidate.name != "h264_v4l2m2m" {
        options.set("profile", "high");
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FrameRate, encode::Hardware};

    fn spec() -> PictureSpec {
        PictureSpec {
            size: (64, 64),
            fps: FrameRate::whole(25),
            codec: VideoCodec::H264,
            crf: 18.0,
            max_bit_rate: None,
            key_frame_secs: 2.0,
            effort: Effort::Medium,
            hardware: Hardware::Never,
        }
    }

    fn named(names: &[&'static str]) -> Vec<Candidate> {
        names.iter().map(|&name| Candidate { name, pixels: Pixel::YUV420P, hardware: false }).collect()
    }

    #[test]
    fn the_next_encoder_is_tried() {
        // `aac` is there but makes no pictures, as a hardware encoder is there without its hardware.
        let found = VideoEncoder::open_first(&spec(), &named(&["no_such_encoder", "aac", "libx264"]));
        let (name, tried) = found.map(|(encoder, tried)| (encoder.name(), tried)).unwrap_or_default();
        if crate::has_encoder("libx264") {
            assert_eq!(name, "libx264");
            assert!(tried.len() == 1 && tried[0].starts_with("aac: "), "{tried:?}");
        }
    }

    #[test]
    fn no_encoder_at_all_is_said_with_reasons() {
        let said = |names| VideoEncoder::open_first(&spec(), &named(names)).err().map(|error| error.to_string());
        let error = said(&["no_such_encoder", "other"]);
        assert!(error.is_some_and(|error| error.contains("tried no_such_encoder, other") && error.contains("libx264")));
        let error = said(&["aac"]);
        assert!(error.as_ref().is_some_and(|error| error.contains("tried aac: ")), "{error:?}");
    }
}
