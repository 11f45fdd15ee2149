//! The tracks of a file and their times, from its head and its packets. Nothing is decoded.

use std::path::Path;

use ffmpeg_next::{Packet, Rational, Stream, codec::packet::side_data, ffi, format, media};

use super::facts::{AudioTrack, VideoTrack};
use crate::{
    ColorTags, Error, FrameRate, Result,
    boxes::Movie,
    ffmpeg::{explain, text},
    files,
};

/// The times of so many frames are remembered (10 hours at 60 a second); of a longer file, the first.
const MOST_FRAMES: usize = 1 << 21;
/// More tracks than this no clip has.
const MOST_TRACKS: usize = 64;
/// No packet lasts longer, whatever it says, and no more than this lies between packets altogether, in seconds: a file with
/// a wrong byte may claim years.
const LONGEST_PACKET: f64 = 10.0;
const LONGEST_GAPS: f64 = 600.0;

/// What was found.
pub(super) struct Found {
    pub(super) format: String,
    pub(super) is_mp4: bool,
    pub(super) duration_secs: f64,
    /// Until when there can be sound.
    pub(super) sound_secs: f64,
    pub(super) video: Vec<VideoTrack>,
    pub(super) audio: Vec<AudioTrack>,
}

/// What the packets of a track tell, in its own units.
#[derive(Default)]
struct Scan {
    packets: u64,
    bytes: u64,
    /// When each frame is seen, as they come.
    times: Vec<i64>,
    first: Option<i64>,
    /// Where the last one ends.
    end: i64,
    /// How long they are together, as far as that can be.
    together_secs: f64,
    last_key: Option<i64>,
    longest_gap: i64,
    reordered: bool,
}

impl Scan {
    fn add(&mut self, packet: &Packet, units: Rational) {
        // One that says nothing may be long, but not very.
        let secs = if packet.duration() > 0 { packet.duration() as f64 * f64::from(units) } else { 1.0 };
        self.together_secs += secs.min(LONGEST_PACKET);
        self.packets += 1;
        self.bytes += packet.size() as u64;
        let Some(time) = packet.pts().or(packet.dts()) else { return };
        if self.times.len() < MOST_FRAMES {
            self.reordered |= self.times.last().is_some_and(|last| *last > time);
            self.times.push(time);
        }
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        self.end = self.end.max(time.saturating_add(packet.duration().max(0)));
        if packet.is_key() {
            self.key(time);
        }
    }

    /// A key frame is seen at this time, or the track ends.
    fn key(&mut self, time: i64) {
        self.longest_gap = self.longest_gap.max(time.saturating_sub(self.last_key.unwrap_or(time)));
        self.last_key = Some(time);
    }

    fn start(&self) -> i64 {
        self.first.unwrap_or(0)
    }

    fn length(&self) -> i64 {
        self.end.saturating_sub(self.start()).max(0)
    }

    fn bit_rate(&self, units: Rational) -> u64 {
        let secs = self.length() as f64 * f64::from(units);
        if secs > 0.0 { (self.bytes as f64 * 8.0 / secs).round() as u64 } else { 0 }
    }

    /// Whether the frames are where those of a constant rate are: exactly where its step is a whole number of the
    /// container's units, else to the nearest of them.
    fn is_constant(&mut self, step: f64) -> bool {
        self.times.sort_unstable();
        let start = self.times.first().copied().unwrap_or(0);
        let exact = (step - step.round()).abs() < 1e-9;
        let tolerance = if exact { 0.0 } else { 1.0 };
        let off = |(number, time): (usize, &i64)| ((time - start) as f64 - number as f64 * step).abs();
        let last = self.end.saturating_sub(start) as f64 - self.packets as f64 * step;
        step > 0.0 && self.times.iter().enumerate().map(off).all(|off| off <= tolerance) && last.abs() <= tolerance
    }
}

/// Reads the tracks of a file.
pub(super) fn read(path: &Path) -> Result<Found> {
    let mut file = files::demux("video", path)?;
    let unreadable = |why| Error::UnreadableMedia { what: "video", why, path: path.to_path_buf() };
    let tracks = file.streams().count();
    if tracks > MOST_TRACKS {
        return Err(unreadable(format!("it has {tracks} tracks")));
    }
    let mut scans: Vec<Scan> = (0..tracks).map(|_| Scan::default()).collect();
    loop {
        // Reading into a used packet would leak it.
        let mut packet = Packet::empty();
        match packet.read(&mut file) {
            Ok(()) => {
                let units = file.stream(packet.stream()).map(|track| track.time_base());
                if let Some((scan, units)) = scans.get_mut(packet.stream()).zip(units) {
                    scan.add(&packet, units);
                }
            }
            Err(ffmpeg_next::Error::Eof) => break,
            Err(error) => return Err(unreadable(explain(error))),
        }
    }
    let format = file.format().name().to_owned();
    let is_mp4 = format.contains("mp4");
    // The index of an MP4, for what FFmpeg does not tell; a fragmented or torn one tells less.
    let movie = if is_mp4 { movie(path) } else { None };
    let edited =
        |index: usize| movie.as_ref().and_then(|movie| movie.tracks.get(index)).is_some_and(|track| track.edited);
    let (mut video, mut audio) = (Vec::new(), Vec::new());
    let (mut duration_secs, mut sound_secs) = (0.0_f64, 0.0_f64);
    for (index, (track, scan)) in file.streams().zip(&mut scans).enumerate() {
        let units = track.time_base();
        let cover = track.disposition().contains(format::stream::Disposition::ATTACHED_PIC);
        match track.parameters().medium() {
            media::Type::Video if !cover => video.push(video_track(&track, scan, edited(index))),
            media::Type::Audio => {
                let end = scan.end as f64 * f64::from(units);
                sound_secs = sound_secs.max(end.min(scan.together_secs + LONGEST_GAPS));
                audio.push(audio_track(&track, scan, edited(index)));
            }
            _ => continue,
        }
        duration_secs = duration_secs.max(scan.end as f64 * f64::from(units));
    }
    Ok(Found { format, is_mp4, duration_secs, sound_secs, video, audio })
}

fn movie(path: &Path) -> Option<Movie> {
    Movie::read(&mut std::fs::File::open(path).ok()?).ok()
}

fn video_track(track: &Stream<'_>, scan: &mut Scan, edit_list: bool) -> VideoTrack {
    let units = track.time_base();
    scan.key(scan.end);
    let secs = |units_of_time: i64| units_of_time as f64 * f64::from(units);
    let mut fps = rate(track.avg_frame_rate());
    if fps.num == 0 && scan.packets > 0 && scan.length() > 0 {
        // One frame has no average; its length tells.
        fps = rate(Rational::new(1, 1) / (Rational::new(scan.length().min(i32::MAX.into()) as i32, 1) * units));
    }
    let step = if fps.num == 0 { 0.0 } else { 1.0 / (fps.per_second() * f64::from(units)) };
    let turned = track
        .side_data()
        .find(|data| data.kind() == side_data::Type::DisplayMatrix)
        .map_or(0, |data| turned(data.data()));
    // SAFETY: the stream lives as long as the file, and is only looked at; the names are static strings or null.
    unsafe {
        let parameters = &*(*track.as_ptr()).codecpar;
        let named = |name: *const std::ffi::c_char| match text(name) {
            name if name.is_empty() => "unknown".to_owned(),
            name => name,
        };
        // Some containers say it, some codecs do.
        let aspect =
            ffi::av_guess_sample_aspect_ratio(std::ptr::null_mut(), track.as_ptr().cast_mut(), std::ptr::null_mut());
        VideoTrack {
            codec: text(ffi::avcodec_get_name(parameters.codec_id)),
            profile: profile(parameters),
            level: level(parameters),
            pixel_format: match parameters.format {
                -1 => "unknown".to_owned(),
                // SAFETY (of the transmute): FFmpeg itself stores its own enumeration in this number.
                format => named(ffi::av_get_pix_fmt_name(std::mem::transmute::<i32, ffi::AVPixelFormat>(format))),
            },
            width: parameters.width.max(0) as u32,
            height: parameters.height.max(0) as u32,
            pixel_aspect: if aspect.num > 0 && aspect.den > 0 {
                (aspect.num as u32, aspect.den as u32)
            } else {
                (1, 1)
            },
            turned,
            color: ColorTags {
                primaries: named(ffi::av_color_primaries_name(parameters.color_primaries)),
                transfer: named(ffi::av_color_transfer_name(parameters.color_trc)),
                matrix: named(ffi::av_color_space_name(parameters.color_space)),
                range: named(ffi::av_color_range_name(parameters.color_range)),
            },
            fps,
            constant_rate: scan.is_constant(step),
            frames: scan.packets,
            start_secs: secs(scan.start()),
            duration_secs: secs(scan.length()),
            key_frame_secs: secs(scan.longest_gap),
            reordered: scan.reordered,
            bit_rate: scan.bit_rate(units),
            edit_list,
        }
    }
}

fn audio_track(track: &Stream<'_>, scan: &Scan, edit_list: bool) -> AudioTrack {
    let units = track.time_base();
    // SAFETY: the stream lives as long as the file; the name is a static string.
    unsafe {
        let parameters = &*(*track.as_ptr()).codecpar;
        AudioTrack {
            codec: text(ffi::avcodec_get_name(parameters.codec_id)),
            profile: profile(parameters),
            sample_rate: parameters.sample_rate.max(0) as u32,
            channels: parameters.ch_layout.nb_channels.max(0) as u32,
            start_secs: scan.start() as f64 * f64::from(units),
            duration_secs: scan.length() as f64 * f64::from(units),
            bit_rate: scan.bit_rate(units),
            edit_list,
        }
    }
}

fn rate(rate: Rational) -> FrameRate {
    FrameRate { num: rate.numerator().max(0) as u32, den: rate.denominator().max(0) as u32 }
}

fn profile(parameters: &ffi::AVCodecParameters) -> Option<String> {
    // SAFETY: gives a static string or null for any numbers.
    let name = unsafe { text(ffi::avcodec_profile_name(parameters.codec_id, parameters.profile)) };
    (!name.is_empty()).then_some(name)
}

/// The level in tenths. Each codec counts in its own way.
fn level(parameters: &ffi::AVCodecParameters) -> Option<u32> {
    let level = u32::try_from(parameters.level).ok()?;
    match parameters.codec_id {
        ffi::AVCodecID::AV_CODEC_ID_H264 => Some(level),
        ffi::AVCodecID::AV_CODEC_ID_HEVC => Some(level / 3),
        // Four steps to each whole level, beginning at 2.0 (AV1 specification, annex A.3).
        ffi::AVCodecID::AV_CODEC_ID_AV1 if level < 31 => Some((2 + level / 4) * 10 + level % 4),
        _ => None,
    }
}

/// The quarter turn of a display matrix (ISO/IEC 14496-12 §8.3.2), in degrees clockwise.
fn turned(bytes: &[u8]) -> u32 {
    let number = |at: usize| match bytes.get(at * 4..at * 4 + 4) {
        Some(&[a, b, c, d]) => f64::from(i32::from_ne_bytes([a, b, c, d])),
        _ => 0.0,
    };
    let degrees = number(1).atan2(number(0)).to_degrees();
    (((degrees / 90.0).round() as i32).rem_euclid(4) * 90) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_clockwise() {
        let matrix = |a: i32, b: i32| -> Vec<u8> {
            [a, b, 0, -b, a, 0, 0, 0, 1 << 30].iter().flat_map(|number: &i32| number.to_ne_bytes()).collect()
        };
        let one = 1 << 16;
        let found = [(one, 0), (0, one), (-one, 0), (0, -one)].map(|(a, b)| turned(&matrix(a, b)));
        assert_eq!(found, [0, 90, 180, 270]);
        assert_eq!(turned(&[]), 0);
    }

    #[test]
    fn a_constant_rate_is_exact_or_rounded() {
        let mut scan = Scan { times: vec![0, 512, 1_024], packets: 3, end: 1_536, ..Scan::default() };
        assert!(scan.is_constant(512.0) && !scan.is_constant(511.0));
        // Milliseconds at 30 frames.
        let mut scan = Scan { times: vec![0, 33, 67, 100], packets: 4, end: 133, ..Scan::default() };
        assert!(scan.is_constant(1000.0 / 30.0));
        scan.times[2] = 70;
        assert!(!scan.is_constant(1000.0 / 30.0));
    }
}
