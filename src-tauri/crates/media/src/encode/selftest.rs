//! Whether a hardware encoder can be believed.
//!
//! Drivers are found that open and then write green pictures, or none. So a machine's encoder is used only after it has
//! encoded some pictures that a software decoder shows as they were.

use std::{collections::BTreeMap, sync::Mutex};

use ffmpeg_next::{Packet, codec, decoder, format::Pixel, frame, software::scaling};

use super::{PictureSpec, candidates::Candidate, video::VideoEncoder};
use crate::ffmpeg::explain;

/// So many pictures are encoded: more than any encoder holds back at once would be wrong about.
const FRAMES: u64 = 8;
/// The profiles by their numbers in the standards, H.264 High and HEVC Main; FFmpeg adds higher bits for constraints.
const HIGH: i32 = 100;
const MAIN: i32 = 1;
/// The mean difference of a plane that is still the same picture, of 255. Green for grey differs by 40 and more.
const TOLERANCE: f64 = 6.0;

/// Encodes drawn pictures at the size and rate that are wanted, decodes them in software and compares. What was found out
/// about an encoder at a size is remembered while the program runs.
pub(super) fn works(spec: &PictureSpec, candidate: &Candidate) -> Result<(), String> {
    type Verdicts = BTreeMap<(&'static str, (u32, u32)), Result<(), String>>;
    static VERDICTS: Mutex<Verdicts> = Mutex::new(BTreeMap::new());
    let key = (candidate.name, spec.size);
    if let Ok(verdicts) = VERDICTS.lock()
        && let Some(verdict) = verdicts.get(&key)
    {
        return verdict.clone();
    }
    let verdict = encode_and_compare(spec, candidate);
    if let Ok(mut verdicts) = VERDICTS.lock() {
        verdicts.insert(key, verdict.clone());
    }
    verdict
}

fn encode_and_compare(spec: &PictureSpec, candidate: &Candidate) -> Result<(), String> {
    let mut encoder = VideoEncoder::open_one(spec, candidate)?;
    let mut packets = Vec::new();
    for number in 0..FRAMES {
        encoder.push(drawn(spec.size, number)).map_err(explain)?;
        drain(&mut encoder, &mut packets)?;
    }
    encoder.end().map_err(explain)?;
    drain(&mut encoder, &mut packets)?;
    let shown = decode(&encoder, &packets)?;
    if shown.len() as u64 != FRAMES {
        return Err(format!("its test gave {} pictures instead of {FRAMES}", shown.len()));
    }
    for (number, shown) in (0..).zip(&shown) {
        let apart = difference(&drawn(spec.size, number), shown);
        if apart > TOLERANCE {
            return Err(format!("its test pictures came back wrong (by {apart:.0} of 255)"));
        }
    }
    Ok(())
}

fn drain(encoder: &mut VideoEncoder, packets: &mut Vec<Packet>) -> Result<(), String> {
    while let Some(packet) = encoder.pull().map_err(explain)? {
        packets.push(packet);
    }
    Ok(())
}

/// What a software decoder makes of the packets, as planar 4:2:0.
fn decode(encoder: &VideoEncoder, packets: &[Packet]) -> Result<Vec<frame::Video>, String> {
    let parameters = codec::Parameters::from(encoder.encoder());
    let id = parameters.id();
    // FFmpeg's own AV1 decoder is only a door to hardware.
    let software = if id == codec::Id::AV1 { decoder::find_by_name("libdav1d") } else { decoder::find(id) };
    let software = software.ok_or("there is no software decoder to test it with")?;
    let mut context = codec::Context::new_with_codec(software);
    context.set_parameters(parameters).map_err(explain)?;
    let mut decoder = context.decoder().video().map_err(explain)?;
    // Players expect the pictures to be stored in order, and the first to need no other.
    let late = |packet: &Packet| packet.dts().is_some_and(|stored| Some(stored) != packet.pts());
    let in_order = !packets.iter().any(late) && packets.is_sorted_by_key(Packet::pts);
    if !in_order || !packets.first().is_some_and(Packet::is_key) {
        return Err("it stores pictures out of order".into());
    }
    let mut shown = Vec::new();
    let mut take = |decoder: &mut decoder::Video| {
        let mut frame = frame::Video::empty();
        while decoder.receive_frame(&mut frame).is_ok() {
            shown.push(planar(std::mem::replace(&mut frame, frame::Video::empty()))?);
        }
        Ok::<(), String>(())
    };
    for packet in packets {
        decoder.send_packet(packet).map_err(explain)?;
        take(&mut decoder)?;
    }
    decoder.send_eof().map_err(explain)?;
    take(&mut decoder)?;
    // SAFETY: the decoder is alive; the field is a plain number.
    let profile = unsafe { (*decoder.as_ptr()).profile } & 0xff;
    match (id, profile) {
        (codec::Id::H264, HIGH) | (codec::Id::HEVC, MAIN) => Ok(shown),
        (codec::Id::H264 | codec::Id::HEVC, other) => Err(format!("it writes profile {other}")),
        _ => Ok(shown),
    }
}

fn planar(frame: frame::Video) -> Result<frame::Video, String> {
    if frame.format() == Pixel::YUV420P {
        return Ok(frame);
    }
    let mut planar = frame::Video::empty();
    let (width, height) = (frame.width(), frame.height());
    let flags = scaling::Flags::POINT;
    scaling::Context::get(frame.format(), width, height, Pixel::YUV420P, width, height, flags)
        .and_then(|mut context| context.run(&frame, &mut planar))
        .map_err(explain)?;
    Ok(planar)
}

/// A slope of grey over fields of colour, which moves a little from picture to picture.
fn drawn((width, height): (u32, u32), number: u64) -> frame::Video {
    let mut frame = frame::Video::new(Pixel::YUV420P, width, height);
    for plane in 0..3 {
        let (wide, high) = (frame.plane_width(plane) as usize, frame.plane_height(plane) as usize);
        let stride = frame.stride(plane);
        for (y, row) in frame.data_mut(plane).chunks_mut(stride).take(high).enumerate() {
            for (x, value) in row.iter_mut().take(wide).enumerate() {
                let (across, down) = (x * 256 / wide.max(1), y * 256 / high.max(1));
                *value = match plane {
                    0 => 40 + ((across + number as usize * 4) % 256 * 170 / 256) as u8,
                    1 => 90 + (down * 80 / 256) as u8,
                    _ => 160 - (down * 80 / 256) as u8,
                };
            }
        }
    }
    frame
}

/// The largest mean difference of a plane, of 255; all of it where the sizes differ.
fn difference(a: &frame::Video, b: &frame::Video) -> f64 {
    if (a.width(), a.height(), b.format()) != (b.width(), b.height(), a.format()) {
        return 255.0;
    }
    let plane = |plane: usize| {
        let (wide, high) = (a.plane_width(plane) as usize, a.plane_height(plane) as usize);
        let rows = a.data(plane).chunks(a.stride(plane)).zip(b.data(plane).chunks(b.stride(plane))).take(high);
        let apart: u64 =
            rows.flat_map(|(a, b)| a.iter().zip(b).take(wide)).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        apart as f64 / (wide * high).max(1) as f64
    };
    (0..3).map(plane).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        FrameRate,
        encode::{Effort, Hardware, VideoCodec},
    };

    fn spec(codec: VideoCodec) -> PictureSpec {
        PictureSpec {
            size: (320, 180),
            fps: FrameRate::whole(30),
            codec,
            crf: 20.0,
            max_bit_rate: None,
            key_frame_secs: 2.0,
            effort: Effort::Fast,
            hardware: Hardware::Preferred,
        }
    }

    /// Every software encoder passes the test that hardware must pass.
    #[test]
    fn an_encoder_that_works_passes() {
        crate::ffmpeg::start();
        for (codec, name) in [
            (VideoCodec::H264, "libx264"),
            (VideoCodec::Hevc, "libx265"),
            (VideoCodec::Av1, "libsvtav1"),
            (VideoCodec::Ffv1, "ffv1"),
        ] {
            if crate::has_encoder(name) {
                let candidate = Candidate { name, pixels: Pixel::YUV420P, hardware: false };
                assert_eq!(encode_and_compare(&spec(codec), &candidate), Ok(()), "{name}");
            }
        }
    }

    #[test]
    fn green_for_grey_is_seen() {
        let good = drawn((320, 180), 0);
        let mut green = good.clone();
        green.data_mut(0).fill(0);
        (1..3).for_each(|plane| green.data_mut(plane).fill(0));
        assert!(difference(&good, &green) > TOLERANCE * 4.0);
        assert!(difference(&good, &drawn((320, 180), 4)) > TOLERANCE, "another picture is seen");
        assert!(difference(&good, &good) < f64::EPSILON);
    }

    #[test]
    fn hardware_that_is_not_there_fails_with_a_reason() {
        let candidate = Candidate { name: "h264_nvenc", pixels: Pixel::YUV420P, hardware: true };
        if let Err(why) = works(&spec(VideoCodec::H264), &candidate) {
            assert!(!why.is_empty());
            assert_eq!(works(&spec(VideoCodec::H264), &candidate), Err(why), "it is remembered");
        }
    }
}
