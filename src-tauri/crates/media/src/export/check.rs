//! Reading a finished file back before anyone else sees it: whether it is exactly what was asked for.

use std::{fs::File, ops::ControlFlow};

use super::{
    ExportSpec, PictureSpec, SoundSpec,
    lag::{self, Reference},
    write::Written,
};
use crate::{
    Error, Result,
    boxes::Movie,
    encode::{Container, RATE, VideoCodec},
    files::Draft,
    inspect::{AudioTrack, Depth, Gray, Inspection, VideoTrack, inspect_with},
};

/// Tracks are equally long, and begin together, to a thousandth of a second.
const NEAR_SECS: f64 = 0.001;
/// Matroska's clock counts thousandths, so that two ends are each rounded.
const NEAR_BY_MATROSKA_SECS: f64 = 0.0025;
/// Sound that is off by more than this is seen on lips.
const MOST_OFFSET_SECS: f64 = 0.005;
/// A frame of the file that differs by more than this from the one that was put in, of 255 and on average when small, shows
/// something else. The worst of encoders, at the worst quality that is allowed, stays far below.
const MOST_APART: f64 = 24.0;

/// Looks at the file, and says what is not as asked for. Also tells how much later its sound comes than its pictures. `tell` is
/// told the part that has been read back, and ends it with its error.
pub(super) fn check(
    draft: &Draft,
    spec: &ExportSpec,
    written: &Written,
    mut tell: impl FnMut(f64) -> Result<()>,
) -> Result<(Inspection, Option<f64>)> {
    let failed = |why: String| Error::Check { why, path: spec.place.clone() };
    let mut shown: Vec<Gray> = Vec::new();
    let remembered = Reference::REMEMBERED;
    let mut stopped = None;
    let file = inspect_with(draft.path(), spec.check, |gray, done| {
        shown.extend(gray.filter(|_| shown.len() < remembered));
        stopped = tell(done).err();
        if stopped.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if let Some(stopped) = stopped {
        return Err(stopped);
    }
    // The path of the draft means nothing to anybody.
    let file = file.map_err(|error| failed(error.to_string().replace(&draft.path().display().to_string(), "")))?;
    kept(&file, draft, spec, written).map_err(failed)?;
    if spec.check == Depth::Surface {
        return Ok((file, None));
    }
    let mut frame_lag = None;
    if let Some(content) = file.content.as_ref().filter(|_| spec.picture.is_some()) {
        if (content.frames, content.damaged) != (written.frames, 0) {
            let (found, damaged, put) = (content.frames, content.damaged, written.frames);
            return Err(failed(format!("{found} of its {put} frames can be decoded, and {damaged} are damaged")));
        }
        frame_lag = written.reference.frame_lag(&shown);
        let worst = written.reference.worst_frame(&shown);
        if frame_lag.is_some_and(|lag| lag != 0) || worst > MOST_APART {
            return Err(failed(format!(
                "its frames are not those that were drawn (shift {frame_lag:?}, {worst:.0} off)"
            )));
        }
    }
    if spec.sound.is_none() {
        return Ok((file, None));
    }
    let sound_lag = written.reference.sound_lag(draft.path())?;
    if let Some(lag) = sound_lag.filter(|lag| lag.abs() > MOST_OFFSET_SECS) {
        return Err(failed(format!("its sound comes {:.1} ms late", lag * 1e3)));
    }
    let offset = spec.picture.as_ref().and_then(|picture| lag::offset(sound_lag, frame_lag, picture.fps));
    Ok((file, offset))
}

fn kept(file: &Inspection, draft: &Draft, spec: &ExportSpec, written: &Written) -> std::result::Result<(), String> {
    let counts = (file.video.len(), file.audio.len());
    if counts != (usize::from(spec.picture.is_some()), usize::from(spec.sound.is_some())) {
        return Err(format!("it has {} tracks of pictures and {} of sound", counts.0, counts.1));
    }
    if let (Some(picture), [track]) = (&spec.picture, &file.video[..]) {
        pictures_kept(track, picture, spec.container, written)?;
    }
    if let (Some(sound), [track]) = (&spec.sound, &file.audio[..]) {
        sound_kept(track, sound, near_secs(spec), written)?;
    }
    if let ([video], [audio]) = (&file.video[..], &file.audio[..]) {
        let apart = (video.duration_secs - audio.duration_secs).abs();
        if apart > near_secs(spec) {
            return Err(format!("its tracks differ by {:.1} ms", apart * 1e3));
        }
    }
    if matches!(spec.container, Container::Mp4 | Container::Mov) {
        boxes_kept(draft, spec, written)?;
    }
    spec.provenance.kept(&file.labels, spec.container)?;
    if spec.container != Container::Wav {
        // Matroska writes names in capitals.
        let found = |name: &str| file.metadata.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        let lost = spec.metadata.iter().find(|(name, value)| found(name).map(|(_, value)| value) != Some(*value));
        if let Some((name, _)) = lost {
            return Err(format!("its metadata {name:?} was not kept"));
        }
    }
    Ok(())
}

fn pictures_kept(
    track: &VideoTrack,
    spec: &PictureSpec,
    container: Container,
    written: &Written,
) -> std::result::Result<(), String> {
    let same = |what: &str, found: &str, asked: &str| {
        if found == asked { Ok(()) } else { Err(format!("its {what} is {found} instead of {asked}")) }
    };
    same("codec", &track.codec, spec.codec.ffmpeg_name())?;
    let (pixels, profile) = match spec.codec {
        VideoCodec::H264 => ("yuv420p", Some("High")),
        VideoCodec::Hevc | VideoCodec::Av1 => ("yuv420p", Some("Main")),
        VideoCodec::ProRes => ("yuv422p10le", Some("HQ")),
        VideoCodec::Ffv1 => ("yuv420p", None),
    };
    same("pixel format", &track.pixel_format, pixels)?;
    if let (Some(asked), Some(found)) = (profile, &track.profile) {
        same("profile", found, asked)?;
    }
    same("size", &format!("{}x{}", track.width, track.height), &format!("{}x{}", spec.size.0, spec.size.1))?;
    let color = &track.color;
    let color = [&color.primaries, &color.transfer, &color.matrix, &color.range].map(String::as_str);
    if color != ["bt709", "bt709", "bt709", "tv"] {
        return Err(format!("its colour tags are {} instead of bt709 and tv", color.join(", ")));
    }
    if track.pixel_aspect != (1, 1) || track.turned != 0 || track.edit_list || track.reordered {
        let VideoTrack { pixel_aspect, turned, edit_list, reordered, .. } = track;
        return Err(format!("aspect {pixel_aspect:?}, turned {turned}, edit list {edit_list}, reordered {reordered}"));
    }
    if track.frames != written.frames || !track.constant_rate || track.start_secs.abs() > NEAR_SECS {
        let VideoTrack { frames, start_secs, .. } = track;
        let asked = written.frames;
        return Err(format!("it has {frames} frames of {asked}, equal ones or not, and begins at {start_secs} s"));
    }
    let (fps, asked) = (track.fps.per_second(), spec.fps.per_second());
    // One frame has no rate but its length, which coarse clocks round.
    if (fps / asked - 1.0).abs() > if container == Container::Mkv && written.frames < 100 { 0.05 } else { 1e-6 } {
        return Err(format!("its rate is {fps} instead of {asked}"));
    }
    if track.key_frame_secs > spec.key_frame_secs.max(1.0 / asked) + NEAR_SECS {
        return Err(format!("its key frames are {} s apart", track.key_frame_secs));
    }
    if let Some(most) = spec.max_bit_rate.filter(|_| !matches!(spec.codec, VideoCodec::ProRes | VideoCodec::Ffv1)) {
        // A buffer of two seconds may be filled beforehand.
        let bits = track.bit_rate as f64 * track.duration_secs;
        if bits > f64::from(most) * (track.duration_secs + 2.0) * 1.05 {
            return Err(format!("its bit rate is {} instead of {most} at most", track.bit_rate));
        }
    }
    Ok(())
}

fn near_secs(spec: &ExportSpec) -> f64 {
    if spec.container == Container::Mkv { NEAR_BY_MATROSKA_SECS } else { NEAR_SECS }
}

fn sound_kept(
    track: &AudioTrack,
    spec: &SoundSpec,
    near_secs: f64,
    written: &Written,
) -> std::result::Result<(), String> {
    let asked = spec.codec.ffmpeg_name();
    let AudioTrack { codec, sample_rate, channels, start_secs, duration_secs, .. } = track;
    if (codec.as_str(), *sample_rate, *channels) != (asked, RATE, 2) {
        return Err(format!("its sound is {codec}, {sample_rate} Hz, {channels} channels instead of {asked}"));
    }
    if track.profile.as_deref().is_some_and(|profile| profile != "LC") || track.edit_list {
        return Err(format!("its sound has profile {:?}, edit list {}", track.profile, track.edit_list));
    }
    let samples = written.samples as f64 / f64::from(RATE);
    if start_secs.abs() > near_secs || (duration_secs - samples).abs() > near_secs {
        return Err(format!("its sound begins at {start_secs} s and lasts {duration_secs} s instead of {samples}"));
    }
    Ok(())
}

/// What only the boxes of an MP4 or MOV file tell.
fn boxes_kept(draft: &Draft, spec: &ExportSpec, written: &Written) -> std::result::Result<(), String> {
    let mut file = File::open(draft.path()).map_err(|error| error.to_string())?;
    let movie = Movie::read(&mut file)?;
    if !movie.index_first() {
        return Err(format!("the index is not in front: {}", movie.order.join(" ")));
    }
    for track in &movie.tracks {
        if track.edited {
            return Err("it has an edit list".into());
        }
        match (track.handler.as_str(), &spec.picture) {
            ("vide", Some(picture)) => {
                let color = (spec.container == Container::Mp4).then_some((1, 1, 1, false));
                if color.is_some() && track.color != color {
                    return Err(format!("its colour tag is {:?} instead of BT.709", track.color));
                }
                // One run of equally long frames is what a constant frame rate means.
                let fps = picture.fps;
                let (scale, num, den) = (u64::from(track.timescale), u64::from(fps.num), u64::from(fps.den));
                match track.runs[..] {
                    [(count, length)]
                        if u64::from(count) == written.frames && u64::from(length) * num == scale * den => {}
                    _ => return Err(format!("its frames are {:?} at {scale} a second", track.runs)),
                }
            }
            ("soun", _) => {
                let samples = written.samples;
                if (u64::from(track.timescale), track.duration) != (u64::from(RATE), samples) {
                    let (found, rate) = (track.duration, track.timescale);
                    return Err(format!("its sound is {found} samples at {rate} Hz instead of {samples}"));
                }
            }
            (other, _) => return Err(format!("it has a track of {other:?}")),
        }
    }
    Ok(())
}
