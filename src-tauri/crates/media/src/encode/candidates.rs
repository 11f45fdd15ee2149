//! Which encoders there are for a kind of picture, and which of them work here.

use ffmpeg_next::{encoder, format::Pixel};
use serde::{Deserialize, Serialize};

use super::{Effort, Hardware, PictureSpec, VideoCodec, selftest, video::VideoEncoder};
use crate::{FrameRate, ffmpeg};

/// An encoder of FFmpeg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    /// FFmpeg's name of it.
    pub name: &'static str,
    /// What it takes in.
    pub pixels: Pixel,
    /// Whether it is a machine's own, which is believed only after a test.
    pub hardware: bool,
}

const fn software(name: &'static str, pixels: Pixel) -> Candidate {
    Candidate { name, pixels, hardware: false }
}

const fn hardware(name: &'static str, pixels: Pixel) -> Candidate {
    Candidate { name, pixels, hardware: true }
}

/// The encoders of a codec that are known here, the best first among those in software and among those in hardware.
fn known(codec: VideoCodec) -> &'static [Candidate] {
    use Pixel::{NV12, VAAPI, YUV420P, YUV422P10LE};
    const H264: &[Candidate] = &[
        software("libx264", YUV420P),
        software("libopenh264", YUV420P),
        hardware("h264_videotoolbox", YUV420P),
        hardware("h264_nvenc", YUV420P),
        hardware("h264_qsv", NV12),
        hardware("h264_amf", NV12),
        hardware("h264_vaapi", VAAPI),
        hardware("h264_v4l2m2m", YUV420P),
    ];
    const HEVC: &[Candidate] = &[
        software("libx265", YUV420P),
        hardware("hevc_videotoolbox", YUV420P),
        hardware("hevc_nvenc", YUV420P),
        hardware("hevc_qsv", NV12),
        hardware("hevc_amf", NV12),
        hardware("hevc_vaapi", VAAPI),
    ];
    const AV1: &[Candidate] = &[
        software("libsvtav1", YUV420P),
        software("libaom-av1", YUV420P),
        hardware("av1_nvenc", YUV420P),
        hardware("av1_qsv", NV12),
        hardware("av1_amf", NV12),
        hardware("av1_vaapi", VAAPI),
    ];
    match codec {
        VideoCodec::H264 => H264,
        VideoCodec::Hevc => HEVC,
        VideoCodec::Av1 => AV1,
        VideoCodec::ProRes => const { &[software("prores_ks", YUV422P10LE)] },
        VideoCodec::Ffv1 => const { &[software("ffv1", YUV420P)] },
    }
}

/// The encoders to try for a codec, in order. Where software is wanted and none is there, hardware is better than nothing.
pub(super) fn in_order(codec: VideoCodec, preference: Hardware) -> Vec<Candidate> {
    let (mut machines, mut programs) = (Vec::new(), Vec::new());
    for candidate in known(codec) {
        if candidate.hardware { &mut machines } else { &mut programs }.push(*candidate);
    }
    let (mut first, second) = match preference {
        Hardware::Never => (programs, machines),
        Hardware::Preferred => (machines, programs),
    };
    first.extend(second);
    first
}

/// What became of an encoder when it was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncoderState {
    /// FFmpeg's name of it, such as `libx264` or `h264_nvenc`.
    pub name: String,
    /// Whether it is a machine's own encoder.
    pub hardware: bool,
    /// Why it cannot be used; none if it can.
    pub problem: Option<String>,
}

/// Tries every encoder that this FFmpeg has for a codec, hardware by encoding pictures and comparing what comes back.
/// Being compiled in does not mean that an encoder works.
pub fn encoders(codec: VideoCodec) -> Vec<EncoderState> {
    ffmpeg::start();
    let spec = PictureSpec {
        size: (256, 256),
        fps: FrameRate::whole(25),
        codec,
        crf: 23.0,
        max_bit_rate: None,
        key_frame_secs: 2.0,
        effort: Effort::Fast,
        hardware: Hardware::Preferred,
    };
    let there = known(codec).iter().filter(|candidate| encoder::find_by_name(candidate.name).is_some());
    let state = |candidate: &Candidate| EncoderState {
        name: candidate.name.to_owned(),
        hardware: candidate.hardware,
        problem: if candidate.hardware {
            selftest::works(&spec, candidate).err()
        } else {
            VideoEncoder::open_one(&spec, candidate).err()
        },
    };
    there.map(state).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn software_comes_first_unless_hardware_is_preferred() {
        let names = |preference| -> Vec<bool> {
            in_order(VideoCodec::H264, preference).iter().map(|candidate| candidate.hardware).collect()
        };
        assert!(names(Hardware::Never).is_sorted());
        assert!(names(Hardware::Preferred).iter().rev().is_sorted());
        assert_eq!(in_order(VideoCodec::H264, Hardware::Never).first().map(|first| first.name), Some("libx264"));
    }

    #[test]
    fn what_is_compiled_in_is_tried() {
        let found = encoders(VideoCodec::H264);
        assert_eq!(found.iter().any(|state| state.name == "libx264"), crate::has_encoder("libx264"));
        for state in found {
            let problem = state.problem.as_deref();
            assert!(problem.is_none_or(|why| !why.is_empty()), "{state:?}");
        }
    }
}
