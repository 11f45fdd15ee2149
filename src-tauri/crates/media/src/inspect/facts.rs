//! What a media file is: the data of an inspection.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::{ColorTags, FrameRate, provenance::Labels};

/// What a media file is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// FFmpeg's name of its format, such as `mov,mp4,m4a,3gp,3g2,mj2`.
    pub format: String,
    /// From zero to the end of the track that ends last, in seconds.
    pub duration_secs: f64,
    /// The outermost boxes of an MP4 or MOV file, in order; none for other files.
    pub boxes: Vec<OuterBox>,
    /// Tracks with pictures, without the cover that music files carry.
    pub video: Vec<VideoTrack>,
    /// Tracks with sound.
    pub audio: Vec<AudioTrack>,
    /// What says that AI made it.
    pub labels: Labels,
    /// Gallop's recipe, by which the take can be made again.
    pub recipe: Option<String>,
    /// All tags of the file, by name.
    pub metadata: BTreeMap<String, String>,
    /// What is seen and heard; only when the whole file was looked at.
    pub content: Option<Content>,
}

impl Inspection {
    /// Whether an MP4 or MOV file can be played before it has come whole: its index stands before its data. None for other
    /// files.
    pub fn index_first(&self) -> Option<bool> {
        let place = |name| self.boxes.iter().position(|found| found.name == name);
        Some(place("moov")? < place("mdat")?)
    }
}

/// One of the outermost boxes of an MP4 or MOV file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OuterBox {
    /// Its four letters.
    pub name: String,
    /// Its length with its head.
    pub bytes: u64,
}

/// A track of pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoTrack {
    /// FFmpeg's name of the codec, such as `h264`.
    pub codec: String,
    /// FFmpeg's name of the profile, such as `High`.
    pub profile: Option<String>,
    /// The level in tenths, such as 40 for 4.0; none where the codec has none.
    pub level: Option<u32>,
    /// FFmpeg's name of the pixel format, such as `yuv420p`.
    pub pixel_format: String,
    /// Pixels across, as stored.
    pub width: u32,
    /// Pixels down, as stored.
    pub height: u32,
    /// How wide a pixel is for its height; (1, 1) where the file says nothing.
    pub pixel_aspect: (u32, u32),
    /// How far it must be turned to be seen upright, in degrees clockwise: 0, 90, 180 or 270.
    pub turned: u32,
    /// How its colours are to be read.
    pub color: ColorTags,
    /// Average frames per second.
    pub fps: FrameRate,
    /// Whether every frame is as long as every other, as exactly as the container's clock can say.
    pub constant_rate: bool,
    /// How many frames there are.
    pub frames: u64,
    /// When the first one is seen, in seconds.
    pub start_secs: f64,
    /// From the first to the end of the last, in seconds.
    pub duration_secs: f64,
    /// The longest way from one key frame to the next (or to the end), in seconds.
    pub key_frame_secs: f64,
    /// Whether frames are stored in another order than they are seen, as B-frames are.
    pub reordered: bool,
    /// Average bits per second.
    pub bit_rate: u64,
    /// Whether the container has an edit list for it.
    pub edit_list: bool,
}

/// A track of sound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AudioTrack {
    /// FFmpeg's name of the codec, such as `aac`.
    pub codec: String,
    /// FFmpeg's name of the profile, such as `LC`.
    pub profile: Option<String>,
    /// Samples per second and channel.
    pub sample_rate: u32,
    /// How many channels.
    pub channels: u32,
    /// When it begins, in seconds.
    pub start_secs: f64,
    /// Its length in seconds.
    pub duration_secs: f64,
    /// Average bits per second.
    pub bit_rate: u64,
    /// Whether the container has an edit list for it.
    pub edit_list: bool,
}

/// What is seen and heard.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// Frames that were decoded.
    pub frames: u64,
    /// Packets of pictures that could not be decoded.
    pub damaged: u64,
    /// Integrated loudness in LUFS; none for silence and sounds under 0.4 s.
    pub integrated_lufs: Option<f64>,
    /// Loudness range in LU; none as above.
    pub loudness_range_lu: Option<f64>,
    /// True peak in dB of full scale; none for silence.
    pub true_peak_db: Option<f64>,
    /// When the picture is black for half a second or more.
    pub black: Vec<Stretch>,
    /// When the picture stands still for two seconds or more.
    pub frozen: Vec<Stretch>,
}

/// From a moment to another.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Stretch {
    /// Its beginning in seconds.
    pub start_secs: f64,
    /// Its end in seconds.
    pub end_secs: f64,
}
