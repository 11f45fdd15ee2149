//! What is seen and heard in a file: black and frozen stretches, loudness.

use std::{ops::ControlFlow, path::Path};

use ffmpeg_next::{
    Packet, codec, color, ffi,
    format::Pixel,
    frame, media,
    software::scaling::{Context, Flags},
};

use super::facts::{Content, Stretch};
use crate::{
    Error, Result, Ticks,
    encode::Scaler,
    ffmpeg::explain,
    files,
    loudness::{Loudness, measure},
    render::{Graph, Mixer},
};

/// Larger frames are not decoded: twice what 8K has.
const MOST_PIXELS: i64 = 1 << 26;
/// Frames are looked at in so many pixels each way.
const SIDE: usize = 32;
/// A picture is black when 98 of 100 of its pixels are darker than this, of 255.
const DARK: u8 = 26;
/// Black for less is a cut.
const BLACK_SECS: f64 = 0.5;
/// A picture stands still while it differs from the first that did by no more than this, of 255 and on average.
const STILL: f64 = 0.2;
/// A still for less is a pause.
const FROZEN_SECS: f64 = 2.0;
/// Stretches that are told; a film of flashes has more.
const MOST: usize = 1_000;

/// A frame, small and grey: 0 for black, 255 for white.
pub(crate) type Gray = [u8; SIDE * SIDE];

/// Makes frames small and grey.
pub(crate) struct Shrink(Option<((Pixel, u32, u32), Scaler)>);

/// A new [`Shrink`].
pub(crate) fn gray() -> Shrink {
    Shrink(None)
}

impl Shrink {
    /// The frame, whatever its size and format.
    pub(crate) fn run(&mut self, frame: &frame::Video) -> std::result::Result<Gray, String> {
        if frame.format() == Pixel::YUV420P && frame.width() as usize >= SIDE && frame.height() as usize >= SIDE {
            return Ok(sampled(frame));
        }
        let key = (frame.format(), frame.width(), frame.height());
        if self.0.as_ref().is_none_or(|(made, _)| *made != key) {
            let side = SIDE as u32;
            let context = Context::get(key.0, key.1, key.2, Pixel::GRAY8, side, side, Flags::AREA).map_err(explain)?;
            self.0 = Some((key, Scaler(context)));
        }
        let Some((_, scaler)) = &mut self.0 else { return Err("it cannot be made small".into()) };
        let mut small = frame::Video::empty();
        scaler.0.run(frame, &mut small).map_err(explain)?;
        let mut gray = [0; SIDE * SIDE];
        for (to, from) in gray.chunks_mut(SIDE).zip(small.data(0).chunks(small.stride(0).max(1))) {
            to.copy_from_slice(from.get(..SIDE).ok_or("FFmpeg gave an incomplete picture")?);
        }
        Ok(gray)
    }
}

/// The same from the luma of what most video is, at some points only: a hundredth of the time.
fn sampled(frame: &frame::Video) -> Gray {
    /// Points of a small pixel, each way.
    const POINTS: usize = 6;
    let (width, height) = (frame.width() as usize, frame.height() as usize);
    let (luma, stride) = (frame.data(0), frame.stride(0));
    let limited = frame.color_range() != color::Range::JPEG;
    // In the middle of each of the equal parts of a side.
    let places = |side: usize| (0..SIDE * POINTS).map(move |part| (part * 2 + 1) * side / (SIDE * POINTS * 2));
    let columns: Vec<usize> = places(width).collect();
    let mut sums = [0_u32; SIDE * SIDE];
    for (part, y) in places(height).enumerate() {
        let row = luma.get(y * stride..).unwrap_or_default();
        let into = sums.chunks_mut(SIDE).nth(part / POINTS).unwrap_or_default();
        for (sum, columns) in into.iter_mut().zip(columns.chunks(POINTS)) {
            *sum += columns.iter().map(|x| u32::from(row.get(*x).copied().unwrap_or(0))).sum::<u32>();
        }
    }
    sums.map(|sum| {
        let value = sum / (POINTS * POINTS) as u32;
        if limited { (value.saturating_sub(16) * 255 / 219).min(255) as u8 } else { value as u8 }
    })
}

/// How far apart two frames are, of 255 and on average.
pub(crate) fn apart(a: &Gray, b: &Gray) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.len() as f64
}

/// A stretch that goes on.
#[derive(Default)]
struct Run(Option<f64>);

impl Run {
    /// It goes on from this moment, or it ended there.
    fn step(&mut self, holds: bool, now: f64, shortest: f64, into: &mut Vec<Stretch>) {
        match (self.0, holds) {
            (None, true) => self.0 = Some(now),
            (Some(start), false) => {
                self.0 = None;
                if now - start >= shortest - 1e-6 && into.len() < MOST {
                    into.push(Stretch { start_secs: start, end_secs: now });
                }
            }
            _ => {}
        }
    }
}

/// Decodes the first track of pictures and shows each, with the part of the file's seconds that is done. What cannot be decoded is
/// counted. Ends with [`Error::Stopped`] where `show` breaks.
pub(super) fn watch(
    path: &Path,
    duration_secs: f64,
    mut show: impl FnMut(Option<&Gray>, f64) -> ControlFlow<()>,
) -> Result<Content> {
    let mut file = files::demux("video", path)?;
    let unreadable = |why| Error::UnreadableMedia { what: "video", why, path: path.to_path_buf() };
    let Some(track) = file.streams().best(media::Type::Video) else {
        return Err(unreadable("there is no picture in it".into()));
    };
    let (index, units) = (track.index(), track.time_base());
    let mut decoder = codec::Context::from_parameters(track.parameters())
        .and_then(|mut context| {
            // SAFETY: the context is alive and not open; these are plain numbers. 0 threads means as many as there are cores.
            unsafe {
                (*context.as_mut_ptr()).thread_count = 0;
                (*context.as_mut_ptr()).max_pixels = MOST_PIXELS;
                // Edges of blocks are not seen in pictures this small, and to smooth them is a quarter of the work.
                (*context.as_mut_ptr()).skip_loop_filter = ffi::AVDiscard::AVDISCARD_ALL;
            }
            let mut decoder = context.decoder();
            decoder.set_packet_time_base(units);
            decoder.video()
        })
        .map_err(|error| unreadable(explain(error)))?;
    let mut content = Content::default();
    let (mut black, mut still) = (Run::default(), Run::default());
    let mut stood: Option<Gray> = None;
    let mut shrink = gray();
    let mut end_secs = 0.0;
    let mut frame = frame::Video::empty();
    let mut at_end = false;
    while !at_end {
        // Reading into a used packet would leak it.
        let mut packet = Packet::empty();
        let sent = match packet.read(&mut file) {
            Ok(()) if packet.stream() != index => continue,
            Ok(()) => {
                let end = packet.pts().unwrap_or(0).saturating_add(packet.duration().max(0));
                end_secs = f64::max(end_secs, end as f64 * f64::from(units));
                decoder.send_packet(&packet)
            }
            Err(ffmpeg_next::Error::Eof) => {
                at_end = true;
                decoder.send_eof()
            }
            Err(error) => return Err(unreadable(explain(error))),
        };
        content.damaged += u64::from(sent.is_err());
        loop {
            match decoder.receive_frame(&mut frame) {
                Ok(()) => {}
                Err(ffmpeg_next::Error::Eof | ffmpeg_next::Error::Other { errno: ffmpeg_next::error::EAGAIN }) => break,
                Err(_) => {
                    content.damaged += 1;
                    break;
                }
            }
            let now = frame.timestamp().unwrap_or(0) as f64 * f64::from(units);
            content.damaged += u64::from(frame.is_corrupt() || damaged(&frame));
            let small = shrink.run(&frame).map_err(unreadable)?;
            if show(Some(&small), (now / duration_secs.max(now)).max(0.0)).is_break() {
                return Err(Error::Stopped { path: path.to_path_buf() });
            }
            content.frames += 1;
            let dark = small.iter().filter(|value| **value < DARK).count() * 100 >= small.len() * 98;
            black.step(dark, now, BLACK_SECS, &mut content.black);
            let same = stood.as_ref().is_some_and(|stood| apart(stood, &small) <= STILL);
            if !same {
                still.step(false, now, FROZEN_SECS, &mut content.frozen);
                still.step(true, now, FROZEN_SECS, &mut content.frozen);
                stood = Some(small);
            }
        }
    }
    if content.frames == 0 {
        return Err(unreadable("none of its pictures can be decoded".into()));
    }
    black.step(false, end_secs, BLACK_SECS, &mut content.black);
    still.step(false, end_secs, FROZEN_SECS, &mut content.frozen);
    Ok(content)
}

/// Whether the decoder had to guess a part of it.
fn damaged(frame: &frame::Video) -> bool {
    // SAFETY: the frame is alive; the field is a plain number.
    unsafe { (*frame.as_ptr()).decode_error_flags != 0 }
}

/// Measures the first track of sound; `go_on` is told the part that is done, and none is measured where it breaks.
pub(super) fn hear(
    path: &Path,
    duration_secs: f64,
    go_on: impl FnMut(f64) -> ControlFlow<()>,
) -> Result<Option<Loudness>> {
    let mut mixer = Mixer::new(&Graph::of_sound(path, Ticks::of_secs(duration_secs)))?;
    measure(&mut mixer, go_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both ways to make a frame small give nearly the same.
    #[test]
    fn small_is_small_in_any_format() -> std::result::Result<(), String> {
        let mut luma = frame::Video::new(Pixel::YUV420P, 360, 640);
        let mut planes = frame::Video::new(Pixel::YUV444P, 360, 640);
        for frame in [&mut luma, &mut planes] {
            for plane in 0..3 {
                frame.data_mut(plane).fill(128);
            }
            let stride = frame.stride(0);
            for (y, row) in frame.data_mut(0).chunks_mut(stride).take(640).enumerate() {
                row.iter_mut().enumerate().for_each(|(x, value)| *value = (16 + (x + y) * 219 / 1_100).min(235) as u8);
            }
        }
        let (sampled, scaled) = (gray().run(&luma)?, gray().run(&planes)?);
        assert!(apart(&sampled, &scaled) < 3.0, "{}", apart(&sampled, &scaled));
        assert!(sampled[0] < 8 && sampled[SIDE * SIDE - 1] > 215, "{} to {}", sampled[0], sampled[SIDE * SIDE - 1]);
        Ok(())
    }

    #[test]
    fn stretches_are_told_when_they_are_long_enough() {
        let mut found = Vec::new();
        let mut run = Run::default();
        for (at, holds) in [true, false, true, true, true, false].into_iter().enumerate() {
            run.step(holds, at as f64 * 0.25, 0.5, &mut found);
        }
        assert_eq!(found, [Stretch { start_secs: 0.5, end_secs: 1.25 }]);
    }
}
