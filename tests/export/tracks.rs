//! Codecs, profiles, levels, tags, rates, lengths, boxes: what the file says of itself.

use gallop_core::export::PicturePreset;
use gallop_media::encode::{AudioCodec, Container, VideoCodec};
use gallop_media::inspect::{AudioTrack, VideoTrack};

use crate::case::{Case, same};

/// Tracks are equally long to a thousandth of a second.
///
/// AAC comes in packets of 1024 samples, and a picture's end seldom is the end of one. The last packet says that it is as
/// long as the pictures last, so that this holds of what the file says; a decoder that gives out the rest of it gives out
/// silence ([`crate::sounds`] looks).
const NEAR_SECS: f64 = 0.001;
/// Matroska counts thousandths, so that both ends are rounded.
const NEAR_OF_MATROSKA_SECS: f64 = 0.0025;
/// Levels of H.264 with the macroblocks of a frame and of a second that they allow (ITU-T H.264, table A-1).
const LEVELS: [(u32, u64, u64); 10] = [
    (30, 1_620, 40_500),
    (31, 3_600, 108_000),
    (32, 5_120, 216_000),
    (40, 8_192, 245_760),
    (41, 8_192, 245_760),
    (42, 8_704, 522_240),
    (50, 22_080, 589_824),
    (51, 36_864, 983_040),
    (52, 36_864, 2_073_600),
    (60, 139_264, 4_177_920),
];
/// The highest that every phone of the last ten years decodes.
const HIGHEST: u32 = 42;

pub fn check(case: &Case<'_>) -> Result<(), String> {
    let preset = case.preset;
    same("number of picture tracks", case.file.video.len(), usize::from(preset.picture.is_some()))?;
    same("number of sound tracks", case.file.audio.len(), 1)?;
    let near = if preset.container == Container::Mkv { NEAR_OF_MATROSKA_SECS } else { NEAR_SECS };
    if let (Some(picture), [track]) = (&preset.picture, &case.file.video[..]) {
        video(case, picture, track, near)?;
    }
    if let [track] = &case.file.audio[..] {
        audio(case, track, near)?;
    }
    if let ([video], [audio]) = (&case.file.video[..], &case.file.audio[..]) {
        let apart = (video.duration_secs - audio.duration_secs).abs();
        if apart > near {
            return Err(format!("picture and sound differ by {:.2} ms in length", apart * 1e3));
        }
    }
    boxes(case)
}

fn video(case: &Case<'_>, picture: &PicturePreset, track: &VideoTrack, near: f64) -> Result<(), String> {
    let (codec, profile, pixels) = match picture.codec {
        VideoCodec::H264 => ("h264", Some("High"), "yuv420p"),
        VideoCodec::Hevc => ("hevc", Some("Main"), "yuv420p"),
        VideoCodec::Av1 => ("av1", Some("Main"), "yuv420p"),
        VideoCodec::ProRes => ("prores", Some("HQ"), "yuv422p10le"),
        VideoCodec::Ffv1 => ("ffv1", None, "yuv420p"),
    };
    same("codec", track.codec.as_str(), codec)?;
    if profile.is_some() {
        same("profile", track.profile.as_deref(), profile)?;
    }
    same("pixel format", track.pixel_format.as_str(), pixels)?;
    same("size", Some((track.width, track.height)), case.size())?;
    same("shape of a pixel", track.pixel_aspect, (1, 1))?;
    same("turn", track.turned, 0)?;
    let color = &track.color;
    let tags = [&color.primaries, &color.transfer, &color.matrix, &color.range].map(String::as_str);
    same("colour", tags, ["bt709", "bt709", "bt709", "tv"])?;
    let rate = case.rate().ok_or("there is no rate")?;
    if picture.codec == VideoCodec::H264 {
        level(track, rate.per_second())?;
    }
    same("constant rate", track.constant_rate, true)?;
    same("number of pictures", track.frames, case.pictures())?;
    // A container that counts thousandths cannot say how long a single picture is.
    if case.preset.container != Container::Mkv || track.frames > 1 {
        let found = track.fps.per_second();
        if (found / rate.per_second() - 1.0).abs() > 1e-6 {
            return Err(format!("rate is {found} instead of {}", rate.per_second()));
        }
    }
    same("edit list of the pictures", track.edit_list, false)?;
    same("order of storing other than that of seeing", track.reordered, false)?;
    if track.start_secs.abs() > near || (track.duration_secs - case.secs()).abs() > near {
        let VideoTrack { start_secs, duration_secs, .. } = track;
        return Err(format!("pictures begin at {start_secs} s and last {duration_secs} s instead of {}", case.secs()));
    }
    if track.key_frame_secs > picture.key_frame_secs + near {
        return Err(format!("key frames are {} s apart, over {}", track.key_frame_secs, picture.key_frame_secs));
    }
    if let Some(most) = picture.max_bit_rate {
        // The buffer of two seconds may have been full.
        let bits = track.bit_rate as f64 * track.duration_secs;
        if bits > f64::from(most) * (track.duration_secs + 2.0) * 1.05 {
            return Err(format!("bit rate is {} over {most}", track.bit_rate));
        }
    }
    Ok(())
}

/// The level must allow what the file holds, and be one that phones know.
fn level(track: &VideoTrack, rate: f64) -> Result<(), String> {
    let blocks = u64::from(track.width.div_ceil(16)) * u64::from(track.height.div_ceil(16));
    let a_second = (blocks as f64 * rate).ceil() as u64;
    let needed = LEVELS.iter().find(|(_, frame, second)| blocks <= *frame && a_second <= *second);
    let needed = needed.map_or(u32::MAX, |(level, ..)| *level);
    match track.level {
        Some(level) if (needed..=HIGHEST.max(needed)).contains(&level) => Ok(()),
        level => Err(format!("level is {level:?} instead of {needed} to {HIGHEST}")),
    }
}

fn audio(case: &Case<'_>, track: &AudioTrack, near: f64) -> Result<(), String> {
    let sound = &case.preset.sound;
    same("codec of the sound", track.codec.as_str(), sound.codec.ffmpeg_name())?;
    same("rate and channels of the sound", (track.sample_rate, track.channels), (48_000, 2))?;
    if sound.codec == AudioCodec::Aac {
        same("profile of the sound", track.profile.as_deref(), Some("LC"))?;
    }
    same("edit list of the sound", track.edit_list, false)?;
    if track.start_secs.abs() > near || (track.duration_secs - case.secs()).abs() > near {
        let AudioTrack { start_secs, duration_secs, .. } = track;
        return Err(format!("sound begins at {start_secs} s and lasts {duration_secs} s instead of {}", case.secs()));
    }
    Ok(())
}

/// What stands first in the file, and what plays before it has come whole.
fn boxes(case: &Case<'_>) -> Result<(), String> {
    let names: Vec<&str> = case.file.boxes.iter().map(|found| found.name.as_str()).collect();
    if !matches!(case.preset.container, Container::Mp4 | Container::Mov) {
        return same("number of boxes", names.len(), 0);
    }
    let order = names.join(" ");
    let place = |name: &str| names.iter().position(|found| *found == name);
    let (kind, index, data) = (place("ftyp"), place("moov"), place("mdat"));
    let in_order = kind == Some(0) && index.is_some() && data.is_some() && index < data;
    let counts = ["ftyp", "moov", "mdat"].map(|name| names.iter().filter(|found| **found == name).count());
    if !in_order || counts != [1, 1, 1] || place("moof").is_some() {
        return Err(format!("boxes are {order}"));
    }
    let sum: u64 = case.file.boxes.iter().map(|found| found.bytes).sum();
    same("length of the boxes together", sum, case.file.bytes)
}
