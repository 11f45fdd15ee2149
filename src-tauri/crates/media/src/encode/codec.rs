//! The kinds of pictures, sounds and files that are written.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// How pictures are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VideoCodec {
    /// H.264 High, 8-bit 4:2:0: what every platform takes.
    H264,
    /// HEVC Main, 8-bit 4:2:0, marked `hvc1` as Apple's players want it.
    Hevc,
    /// AV1 Main, 8-bit 4:2:0.
    Av1,
    /// Apple ProRes 422 HQ, 10-bit: a master for editors.
    ProRes,
    /// FFV1 version 3: without loss, for archives.
    Ffv1,
}

impl VideoCodec {
    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::H264 => "H.264",
            Self::Hevc => "HEVC",
            Self::Av1 => "AV1",
            Self::ProRes => "ProRes",
            Self::Ffv1 => "FFV1",
        }
    }

    /// FFmpeg's name of the codec, as [`crate::VideoInfo::codec`] gives it.
    pub fn ffmpeg_name(self) -> &'static str {
        match self {
            Self::H264 => "h264",
            Self::Hevc => "hevc",
            Self::Av1 => "av1",
            Self::ProRes => "prores",
            Self::Ffv1 => "ffv1",
        }
    }

    /// The constant rate factors that its encoders take, from best to worst; none of what knows no such thing. At 0 some
    /// encoders go over to a profile that players do not know.
    pub fn crf(self) -> Option<RangeInclusive<f32>> {
        match self {
            Self::H264 | Self::Hevc => Some(1.0..=51.0),
            Self::Av1 => Some(1.0..=63.0),
            Self::ProRes | Self::Ffv1 => None,
        }
    }
}

/// How sound is stored. It always has 48,000 samples a second in two channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AudioCodec {
    /// AAC-LC.
    Aac,
    /// 24-bit integers.
    Pcm,
}

impl AudioCodec {
    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aac => "AAC",
            Self::Pcm => "PCM",
        }
    }

    /// FFmpeg's name of the codec, as [`crate::AudioInfo::codec`] gives it.
    pub fn ffmpeg_name(self) -> &'static str {
        match self {
            Self::Aac => "aac",
            Self::Pcm => "pcm_s24le",
        }
    }
}

/// The kind of file around pictures and sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Container {
    /// MP4: H.264, HEVC or AV1 with AAC.
    Mp4,
    /// QuickTime: ProRes with PCM.
    Mov,
    /// Matroska: FFV1 with PCM.
    Mkv,
    /// WAV: PCM and no picture.
    Wav,
}

impl Container {
    /// The ending of its files' names, without a dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::Mkv => "mkv",
            Self::Wav => "wav",
        }
    }

    /// Whether players and our checks know these pictures in this kind of file.
    pub fn takes_video(self, codec: VideoCodec) -> bool {
        match self {
            Self::Mp4 => matches!(codec, VideoCodec::H264 | VideoCodec::Hevc | VideoCodec::Av1),
            Self::Mov => matches!(codec, VideoCodec::H264 | VideoCodec::Hevc | VideoCodec::ProRes),
            Self::Mkv => true,
            Self::Wav => false,
        }
    }

    /// Whether players and our checks know this sound in this kind of file.
    pub fn takes_audio(self, codec: AudioCodec) -> bool {
        match self {
            Self::Mp4 => codec == AudioCodec::Aac,
            Self::Mov | Self::Mkv => true,
            Self::Wav => codec == AudioCodec::Pcm,
        }
    }
}

/// How much time an encoder takes to make a file smaller at the same quality.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// For a quick look.
    Fast,
    /// The usual.
    #[default]
    Medium,
    /// For a file that is uploaded many times.
    Slow,
}

/// Whether a graphics card's own encoder may be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hardware {
    /// Software only: the same quality on every machine.
    #[default]
    Never,
    /// A hardware encoder where one is found that passes its test, else software. Faster, and somewhat larger or worse.
    Preferred,
}
