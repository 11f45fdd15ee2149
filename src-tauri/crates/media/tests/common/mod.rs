//! Files for the tests to read, made on the spot.
#![allow(dead_code, clippy::unwrap_used, missing_docs)]

pub mod alike;
pub mod film;
pub mod heard;
pub mod lively;

use std::{collections::BTreeMap, path::Path};

use ffmpeg_next::{ChannelLayout, Packet, codec, encoder, format, frame, software::scaling};
use gallop_media::{Channels, ClipSpec, FrameRate, Picture};

/// A picture whose every pixel differs from its neighbours.
pub fn noise(width: u32, height: u32) -> Picture {
    let mut state = 1_u32;
    let rgb = (0..width * height * 3).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    Picture { width, height, rgb: rgb.collect() }
}

/// Four corners of red, green, blue and white, from the top left, row by row.
pub fn corners(width: u32, height: u32) -> Picture {
    let mut rgb = Vec::new();
    for y in 0..height {
        for x in 0..width {
            rgb.extend_from_slice(match (x < width / 2, y < height / 2) {
                (true, true) => &[255, 0, 0],
                (false, true) => &[0, 255, 0],
                (true, false) => &[0, 0, 255],
                (false, false) => &[255, 255, 255],
            });
        }
    }
    Picture { width, height, rgb }
}

/// A PNG file of any colour type and depth; `rows` without filter bytes.
pub fn png(width: u32, height: u32, depth: u8, color: u8, palette: &[u8], rows: &[&[u8]]) -> Vec<u8> {
    let mut raw = Vec::new();
    for row in rows {
        raw.push(0);
        raw.extend_from_slice(row);
    }
    // Deflate without compression.
    let mut zlib = vec![0x78, 0x01, 0x01];
    let length = raw.len() as u16;
    zlib.extend(length.to_le_bytes());
    zlib.extend((!length).to_le_bytes());
    zlib.extend_from_slice(&raw);
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in &raw {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    zlib.extend((b << 16 | a).to_be_bytes());

    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([depth, color, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    file.extend(png_chunk(b"IHDR", &header));
    if !palette.is_empty() {
        file.extend(png_chunk(b"PLTE", palette));
    }
    file.extend(png_chunk(b"IDAT", &zlib));
    file.extend(png_chunk(b"IEND", &[]));
    file
}

pub fn png_chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = (body.len() as u32).to_be_bytes().to_vec();
    chunk.extend_from_slice(name);
    chunk.extend_from_slice(body);
    let mut crc = !0_u32;
    for byte in &chunk[4..] {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    chunk.extend((!crc).to_be_bytes());
    chunk
}

/// An EXIF block that holds an orientation and one entry before it.
pub fn exif(orientation: u16, big_endian: bool) -> Vec<u8> {
    let two = if big_endian { u16::to_be_bytes } else { u16::to_le_bytes };
    let four = if big_endian { u32::to_be_bytes } else { u32::to_le_bytes };
    let mut tiff = if big_endian { b"MM".to_vec() } else { b"II".to_vec() };
    tiff.extend(two(42));
    tiff.extend(four(8));
    tiff.extend(two(2));
    for (tag, value) in [(0x0106, 2), (0x0112, orientation)] {
        tiff.extend(two(tag));
        tiff.extend(two(3));
        tiff.extend(four(1));
        tiff.extend(two(value));
        tiff.extend(two(0));
    }
    tiff.extend(four(0));
    tiff
}

/// Compresses a picture with an encoder of FFmpeg.
pub fn encode_picture(name: &str, pixels: format::Pixel, picture: &Picture) -> Vec<u8> {
    let codec = encoder::find_by_name(name).unwrap();
    let mut video = codec::Context::new_with_codec(codec).encoder().video().unwrap();
    video.set_width(picture.width);
    video.set_height(picture.height);
    video.set_format(pixels);
    video.set_time_base((1, 25));
    video.set_color_range(ffmpeg_next::color::Range::JPEG);
    video.set_flags(codec::Flags::QSCALE);
    video.set_quality(ffmpeg_next::ffi::FF_QP2LAMBDA as usize);
    let mut video = video.open().unwrap();
    let mut rgb = frame::Video::new(format::Pixel::RGB24, picture.width, picture.height);
    let stride = rgb.stride(0);
    let row = picture.width as usize * 3;
    for (to, from) in rgb.data_mut(0).chunks_mut(stride).zip(picture.rgb.chunks(row)) {
        to[..row].copy_from_slice(from);
    }
    let mut frame = frame::Video::empty();
    let (w, h) = (picture.width, picture.height);
    let flags = scaling::Flags::BICUBIC;
    scaling::Context::get(format::Pixel::RGB24, w, h, pixels, w, h, flags).unwrap().run(&rgb, &mut frame).unwrap();
    frame.set_pts(Some(0));
    video.send_frame(&frame).unwrap();
    video.send_eof().unwrap();
    let mut packet = Packet::empty();
    video.receive_packet(&mut packet).unwrap();
    packet.data().unwrap().to_vec()
}

/// Compresses 44.1 kHz mono sound with an encoder of FFmpeg that takes planar floats, into the container of the name.
pub fn encode_sound(path: &Path, name: &str, samples: &[f32]) {
    let codec = encoder::find_by_name(name).unwrap();
    let mut output = format::output(path).unwrap();
    let mut audio = codec::Context::new_with_codec(codec).encoder().audio().unwrap();
    audio.set_rate(44_100);
    audio.set_channel_layout(ChannelLayout::MONO);
    audio.set_format(format::Sample::F32(format::sample::Type::Planar));
    audio.set_bit_rate(128_000);
    audio.set_time_base((1, 44_100));
    audio.set_flags(codec::Flags::GLOBAL_HEADER);
    let mut audio = audio.open_as(codec).unwrap();
    output.add_stream_with(&audio).unwrap().set_time_base((1, 44_100));
    output.write_header().unwrap();
    let step = (audio.frame_size() as usize).clamp(1, 4096);
    let drain = |audio: &mut encoder::audio::Encoder, output: &mut format::context::Output| {
        let mut packet = Packet::empty();
        while audio.receive_packet(&mut packet).is_ok() {
            packet.set_stream(0);
            let units = output.stream(0).unwrap().time_base();
            packet.rescale_ts((1, 44_100), units);
            packet.write_interleaved(output).unwrap();
            packet = Packet::empty();
        }
    };
    for (at, portion) in samples.chunks(step).enumerate() {
        let mut frame = frame::Audio::new(audio.format(), portion.len(), ChannelLayout::MONO);
        frame.set_rate(44_100);
        frame.set_pts(Some((at * step) as i64));
        frame.plane_mut::<f32>(0).copy_from_slice(portion);
        audio.send_frame(&frame).unwrap();
        drain(&mut audio, &mut output);
    }
    audio.send_eof().unwrap();
    drain(&mut audio, &mut output);
    output.write_trailer().unwrap();
}

/// A WAV file of 16-bit samples.
pub fn wav(rate: u32, channels: &[Vec<f32>]) -> Vec<u8> {
    let (count, length) = (channels.len(), channels[0].len());
    let bytes = (count * length * 2) as u32;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend((count as u16).to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * count as u32 * 2).to_le_bytes());
    file.extend((count as u16 * 2).to_le_bytes());
    file.extend(16_u16.to_le_bytes());
    file.extend(b"data");
    file.extend(bytes.to_le_bytes());
    for at in 0..length {
        for channel in channels {
            file.extend(((channel[at] * 32_767.0).round() as i16).to_le_bytes());
        }
    }
    file
}

/// Two seconds of quiet with a click of half a millisecond at 1.000 s.
pub fn click(rate: u32) -> Vec<f32> {
    let sample = |at| {
        let time = f64::from(at) / f64::from(rate) - 1.0;
        (0.8 * (-(time / 0.000_25).powi(2)).exp()) as f32
    };
    (0..rate * 2).map(sample).collect()
}

/// When the loudest sample is heard.
pub fn loudest_secs(samples: &[f32], rate: u32) -> f64 {
    let at = (0..samples.len()).max_by(|a, b| samples[*a].abs().total_cmp(&samples[*b].abs())).unwrap();
    at as f64 / f64::from(rate)
}

pub fn spec(width: u32, height: u32) -> ClipSpec {
    ClipSpec {
        width,
        height,
        fps: FrameRate::whole(25),
        sample_rate: 44_100,
        channels: Channels::Mono,
        produce_id: "01JTEST".into(),
        metadata: BTreeMap::new(),
    }
}

/// `height * width * 3` bytes of one colour.
pub fn flat(width: u32, height: u32, color: [u8; 3]) -> Vec<u8> {
    color.repeat((width * height) as usize)
}
