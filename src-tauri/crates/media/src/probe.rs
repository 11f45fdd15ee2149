//! Looking into media files.

use std::{collections::BTreeMap, ops::ControlFlow, path::Path, ptr};

use ffmpeg_next::{Packet, Stream, codec, ffi, format, format::stream, frame, media};
use serde::{Deserialize, Serialize};

use crate::{
    Error, FrameRate, Picture, Result,
    ffmpeg::{explain, text},
    files,
    picture::to_rgb,
    render::Turn,
};

/// What a media file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaInfo {
    /// The longest track, in seconds.
    pub duration_secs: f64,
    /// The first moving picture, if any.
    pub video: Option<VideoInfo>,
    /// The first sound track, if any.
    pub audio: Option<AudioInfo>,
    /// The file's own tags, as [`read_metadata`] gives them.
    pub metadata: BTreeMap<String, String>,
}

/// A video track.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoInfo {
    /// FFmpeg's name of the codec, such as `h264`.
    pub codec: String,
    /// FFmpeg's name of the pixel format, such as `yuv420p`.
    pub pixel_format: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Pixels across and down as it is meant to be seen: a phone that is held upright films lying, and says how to turn it;
    /// some cameras film with pixels that are wider than high.
    pub seen: (u32, u32),
    /// Average rate, exact.
    pub fps: FrameRate,
    /// How many frames the container says there are; 0 if it does not say.
    pub frames: u64,
    /// Length of this track in seconds.
    pub duration_secs: f64,
    /// How its colours are to be read.
    pub color: ColorTags,
}

/// Colour tags by FFmpeg's names (`bt709`, `tv`, …); `unknown` where a file says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColorTags {
    /// Primaries.
    pub primaries: String,
    /// Transfer curve.
    pub transfer: String,
    /// Y'CbCr matrix.
    pub matrix: String,
    /// `tv` for limited, `pc` for full.
    pub range: String,
}

/// A sound track.
#[derive(Debug, Clone, PartialEq)]
pub struct AudioInfo {
    /// FFmpeg's name of the codec, such as `aac`.
    pub codec: String,
    /// Samples per second and channel.
    pub sample_rate: u32,
    /// How many channels.
    pub channels: u32,
    /// Length of this track in seconds.
    pub duration_secs: f64,
}

/// Opens a sound or video file and tells what it holds, decoding as little as possible.
pub fn probe(path: &Path) -> Result<MediaInfo> {
    let file = files::demux("video", path)?;
    let video = file.streams().best(media::Type::Video);
    // The cover of a song is no film.
    let video = video.filter(|track| !track.disposition().contains(stream::Disposition::ATTACHED_PIC));
    let video = video.map(|track| video_info(&file, &track));
    let audio = file.streams().best(media::Type::Audio).map(|track| audio_info(&file, &track));
    let longest = video.iter().map(|video| video.duration_secs).chain(audio.iter().map(|audio| audio.duration_secs));
    let duration_secs = longest.fold(0.0, f64::max);
    Ok(MediaInfo { duration_secs, video, audio, metadata: metadata(&file) })
}

/// The file's tags by name: for a clip of ours `AIGC` and everything that its maker gave ([`crate::ClipSpec::metadata`]),
/// plus what the container adds (`major_brand`, `encoder`, …).
pub fn read_metadata(path: &Path) -> Result<BTreeMap<String, String>> {
    Ok(metadata(&files::demux("video", path)?))
}

fn metadata(file: &format::context::Input) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    let mut entry = ptr::null_mut();
    loop {
        // Not the binding's iterator, which trusts that every file is valid UTF-8.
        // SAFETY: the dictionary lives as long as the file; an entry is null or has two C strings.
        unsafe {
            let dictionary = (*file.as_ptr()).metadata;
            entry = ffi::av_dict_get(dictionary, c"".as_ptr(), entry, ffi::AV_DICT_IGNORE_SUFFIX);
            match entry.as_ref() {
                Some(entry) => tags.insert(text(entry.key), text(entry.value)),
                None => return tags,
            }
        };
    }
}

/// The length of a track, or of the whole file where the track does not say.
fn duration_secs(file: &format::context::Input, track: &Stream<'_>) -> f64 {
    if track.duration() > 0 {
        track.duration() as f64 * f64::from(track.time_base())
    } else {
        file.duration().max(0) as f64 / f64::from(ffi::AV_TIME_BASE)
    }
}

/// How much wider than high pixels are, as told by a file.
pub(crate) fn pixel_aspect(told: ffi::AVRational) -> f64 {
    match f64::from(told.num) / f64::from(told.den) {
        // Nothing that is meant to be seen is longer than that.
        aspect if (0.05..=20.0).contains(&aspect) => aspect,
        _ => 1.0,
    }
}

fn video_info(file: &format::context::Input, track: &Stream<'_>) -> VideoInfo {
    let rate = track.avg_frame_rate();
    let turn = track.side_data().find(|it| it.kind() == codec::packet::side_data::Type::DisplayMatrix);
    let turn = turn.map_or(Turn::NONE, |it| Turn::of_matrix(it.data()));
    // SAFETY: the stream lives as long as the file; the names are static strings or null.
    unsafe {
        let parameters = &*(*track.as_ptr()).codecpar;
        let aspect =
            ffi::av_guess_sample_aspect_ratio(file.as_ptr().cast_mut(), track.as_ptr().cast_mut(), ptr::null_mut());
        let wide = f64::from(parameters.width.max(0)) * pixel_aspect(aspect);
        let named = |name: *const std::ffi::c_char| match text(name) {
            name if name.is_empty() => "unknown".to_owned(),
            name => name,
        };
        VideoInfo {
            codec: text(ffi::avcodec_get_name(parameters.codec_id)),
            pixel_format: match parameters.format {
                -1 => "unknown".to_owned(),
                // SAFETY (of the transmute): FFmpeg itself stores its own enumeration in this number.
                format => named(ffi::av_get_pix_fmt_name(std::mem::transmute::<i32, ffi::AVPixelFormat>(format))),
            },
            width: parameters.width.max(0) as u32,
            height: parameters.height.max(0) as u32,
            seen: turn.size((wide.round() as u32, parameters.height.max(0) as u32)),
            fps: FrameRate { num: rate.numerator().max(0) as u32, den: rate.denominator().max(0) as u32 },
            frames: track.frames().max(0) as u64,
            duration_secs: duration_secs(file, track),
            color: ColorTags {
                primaries: named(ffi::av_color_primaries_name(parameters.color_primaries)),
                transfer: named(ffi::av_color_transfer_name(parameters.color_trc)),
                matrix: named(ffi::av_color_space_name(parameters.color_space)),
                range: named(ffi::av_color_range_name(parameters.color_range)),
            },
        }
    }
}

fn audio_info(file: &format::context::Input, track: &Stream<'_>) -> AudioInfo {
    // SAFETY: the stream lives as long as the file; the name is a static string.
    unsafe {
        let parameters = &*(*track.as_ptr()).codecpar;
        AudioInfo {
            codec: text(ffi::avcodec_get_name(parameters.codec_id)),
            sample_rate: parameters.sample_rate.max(0) as u32,
            channels: parameters.ch_layout.nb_channels.max(0) as u32,
            duration_secs: duration_secs(file, track),
        }
    }
}

/// Decodes a video from its start and shows every frame, with its time in seconds, until the end or until `show` breaks.
pub fn for_each_frame(path: &Path, mut show: impl FnMut(f64, Picture) -> ControlFlow<()>) -> Result<()> {
    let mut file = files::demux("video", path)?;
    let unreadable = |why| Error::UnreadableMedia { what: "video", why, path: path.to_path_buf() };
    let Some(track) = file.streams().best(media::Type::Video) else {
        return Err(unreadable("there is no picture in it".into()));
    };
    let (index, time_base) = (track.index(), track.time_base());
    let mut decoder = codec::Context::from_parameters(track.parameters())
        .and_then(|context| {
            let mut decoder = context.decoder();
            decoder.set_packet_time_base(time_base);
            decoder.video()
        })
        .map_err(|error| unreadable(explain(error)))?;
    let mut frame = frame::Video::empty();
    loop {
        // Reading into a used packet would leak it.
        let mut packet = Packet::empty();
        match packet.read(&mut file) {
            Ok(()) if packet.stream() != index => continue,
            Ok(()) => decoder.send_packet(&packet).map_err(|error| unreadable(explain(error)))?,
            Err(ffmpeg_next::Error::Eof) => decoder.send_eof().map_err(|error| unreadable(explain(error)))?,
            Err(error) => return Err(unreadable(explain(error))),
        }
        loop {
            match decoder.receive_frame(&mut frame) {
                Ok(()) => {
                    let time_secs = frame.timestamp().unwrap_or(0) as f64 * f64::from(time_base);
                    let picture = to_rgb(&frame).map_err(unreadable)?;
                    if show(time_secs, picture).is_break() {
                        return Ok(());
                    }
                }
                Err(ffmpeg_next::Error::Eof) => return Ok(()),
                Err(ffmpeg_next::Error::Other { errno: ffmpeg_next::error::EAGAIN }) => break,
                Err(error) => return Err(unreadable(explain(error))),
            }
        }
    }
}
