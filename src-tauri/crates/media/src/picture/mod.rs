//! Reading and writing pictures.

mod header;
mod pixels;

use std::{
    io::{Read as _, Write as _},
    path::Path,
};

use ffmpeg_next::{Packet, codec, encoder, format::Pixel, frame};

pub(crate) use self::pixels::{alpha, may_have_alpha, to_rgb};
use crate::{
    Error, Result, ffmpeg,
    files::{self, Draft},
};

/// Sides under this are refused: nothing can be made of them.
pub const MIN_PICTURE_SIDE: u32 = 16;
/// Sides over this are refused before anything is unpacked.
pub const MAX_PICTURE_SIDE: u32 = 16_384;
/// More pixels than this are refused before anything is unpacked.
pub const MAX_PICTURE_PIXELS: u64 = 100_000_000;

/// A picture in memory: 8-bit RGB rows from the top, no padding, full range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// `height * width * 3` bytes: red, green, blue.
    pub rgb: Vec<u8>,
}

/// Files over this size are no pictures that could be used.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// Reads a PNG, JPEG, WebP, BMP or (first frame of a) GIF file as it is meant to be seen: EXIF orientation applied, grey
/// replicated, alpha dropped (the colour under it is kept), 16 bits rounded to 8. Colour profiles are not applied.
///
/// The size is checked against [`MIN_PICTURE_SIDE`], [`MAX_PICTURE_SIDE`] and [`MAX_PICTURE_PIXELS`] before unpacking.
pub fn read_picture(path: &Path) -> Result<Picture> {
    let (frame, orientation) = load(path)?;
    let stored = to_rgb(&frame).map_err(|why| unreadable(path, why))?;
    Ok(turn(stored, orientation))
}

/// The same with how opaque each pixel is (255 is wholly), where the file says it and not all of it is opaque.
pub(crate) fn read_with_alpha(path: &Path) -> Result<(Picture, Option<Vec<u8>>)> {
    let (frame, orientation) = load(path)?;
    let alpha = alpha(&frame).map_err(|why| unreadable(path, why))?;
    let stored = to_rgb(&frame).map_err(|why| unreadable(path, why))?;
    let size = (stored.width as usize, stored.height as usize);
    let alpha = alpha.map(|alpha| turn_pixels(alpha.as_chunks::<1>().0, size, orientation).into_flattened());
    Ok((turn(stored, orientation), alpha))
}

/// Reads and decodes a file. Returns its EXIF orientation too.
fn load(path: &Path) -> Result<(frame::Video, u16)> {
    ffmpeg::start();
    let action = "open the picture";
    let mut bytes = Vec::new();
    let file = files::open(action, path)?;
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(Error::io(action, path))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(unreadable(path, "the file is over 1 GiB".into()));
    }
    let header = header::read(&bytes).map_err(|why| unreadable(path, why))?;
    check_size(header.width, header.height, path)?;
    let frame = decode(&bytes, header).map_err(|why| unreadable(path, why))?;
    drop(bytes);
    // A file can say one size in its header and hold another.
    check_size(frame.width(), frame.height(), path)?;
    Ok((frame, header.orientation))
}

fn unreadable(path: &Path, why: String) -> Error {
    Error::UnreadablePicture { why, path: path.to_path_buf() }
}

fn check_size(width: u32, height: u32, path: &Path) -> Result<()> {
    let path = path.to_path_buf();
    if width.min(height) < MIN_PICTURE_SIDE {
        return Err(Error::PictureTooSmall { width, height, path });
    }
    if width.max(height) > MAX_PICTURE_SIDE || u64::from(width) * u64::from(height) > MAX_PICTURE_PIXELS {
        return Err(Error::PictureTooLarge { width, height, path });
    }
    Ok(())
}

/// Decodes the one frame of a still picture, or the first of a GIF.
fn decode(file: &[u8], header: header::Header) -> std::result::Result<frame::Video, String> {
    let codec = codec::decoder::find(header.codec)
        .ok_or_else(|| format!("this FFmpeg was built without {:?} pictures", header.codec))?;
    let mut context = codec::Context::new_with_codec(codec);
    // SAFETY: the context is alive and not open yet.
    unsafe {
        let context = &mut *context.as_mut_ptr();
        context.max_pixels = MAX_PICTURE_PIXELS as i64;
        // A torn or altered file is an error, not a grey half.
        context.err_recognition |= ffmpeg_next::ffi::AV_EF_EXPLODE | ffmpeg_next::ffi::AV_EF_CRCCHECK;
    }
    let damaged = |error| format!("it is damaged or incomplete, FFmpeg says: {}", ffmpeg::explain(error));
    let mut decoder = context.decoder().open_as(codec).map_err(damaged)?;
    let mut frame = frame::Video::empty();
    decoder.send_packet(&Packet::copy(file)).map_err(damaged)?;
    decoder.send_eof().map_err(damaged)?;
    decoder.receive_frame(&mut frame).map_err(damaged)?;
    Ok(frame)
}

/// Turns a stored picture the way up that its EXIF orientation asks for.
fn turn(stored: Picture, orientation: u16) -> Picture {
    if !(2..=8).contains(&orientation) {
        return stored;
    }
    let size = (stored.width as usize, stored.height as usize);
    let rgb = turn_pixels(stored.rgb.as_chunks::<3>().0, size, orientation).into_flattened();
    let (width, height) = if orientation >= 5 { (stored.height, stored.width) } else { (stored.width, stored.height) };
    Picture { width, height, rgb }
}

fn turn_pixels<const N: usize>(stored: &[[u8; N]], (w, h): (usize, usize), orientation: u16) -> Vec<[u8; N]> {
    // For each pixel (x, y) of the picture as seen, where it is stored.
    let from: fn(usize, usize, usize, usize) -> (usize, usize) = match orientation {
        2 => |x, y, w, _| (w - 1 - x, y),
        3 => |x, y, w, h| (w - 1 - x, h - 1 - y),
        4 => |x, y, _, h| (x, h - 1 - y),
        5 => |x, y, _, _| (y, x),
        6 => |x, y, _, h| (y, h - 1 - x),
        7 => |x, y, w, h| (w - 1 - y, h - 1 - x),
        8 => |x, y, w, _| (w - 1 - y, x),
        _ => |x, y, _, _| (x, y),
    };
    let (seen_w, seen_h) = if (5..=8).contains(&orientation) { (h, w) } else { (w, h) };
    let mut seen = Vec::with_capacity(stored.len());
    for y in 0..seen_h {
        for x in 0..seen_w {
            let (sx, sy) = from(x, y, w, h);
            seen.push(stored[sy * w + sx]);
        }
    }
    seen
}

/// Writes a PNG file; an existing file is replaced only when the new one is complete.
pub fn write_picture(path: &Path, picture: &Picture) -> Result<()> {
    ffmpeg::start();
    let expected = picture.width as usize * picture.height as usize * 3;
    if picture.rgb.len() != expected || expected == 0 {
        let (width, height, found) = (picture.width, picture.height, picture.rgb.len());
        return Err(Error::Spec(format!(
            "a picture of {width}x{height} has {expected} bytes and must have some, but {found} were given"
        )));
    }
    let mut draft = Draft::create(path, ".png")?;
    let png = encode(picture).map_err(|error| Error::write("encode the picture", error, path))?;
    draft.file().write_all(&png).map_err(Error::io("write the picture", path))?;
    draft.publish()?;
    Ok(())
}

fn encode(picture: &Picture) -> std::result::Result<Vec<u8>, ffmpeg_next::Error> {
    let codec = encoder::find(codec::Id::PNG).ok_or(ffmpeg_next::Error::EncoderNotFound)?;
    let mut encoder = codec::Context::new_with_codec(codec).encoder().video()?;
    encoder.set_width(picture.width);
    encoder.set_height(picture.height);
    encoder.set_format(Pixel::RGB24);
    encoder.set_time_base((1, 1));
    let mut encoder = encoder.open()?;
    let mut packet = Packet::empty();
    let mut frame = rgb_frame(picture.width, picture.height, &picture.rgb);
    frame.set_pts(Some(0));
    encoder.send_frame(&frame)?;
    encoder.send_eof()?;
    encoder.receive_packet(&mut packet)?;
    packet.data().map(<[u8]>::to_vec).ok_or(ffmpeg_next::Error::Unknown)
}

/// Copies `height * width * 3` bytes into a frame, whose rows are aligned and padded as FFmpeg wants them.
pub(crate) fn rgb_frame(width: u32, height: u32, rgb: &[u8]) -> frame::Video {
    let mut frame = frame::Video::new(Pixel::RGB24, width, height);
    let stride = frame.stride(0);
    let row_bytes = width as usize * 3;
    for (to, from) in frame.data_mut(0).chunks_exact_mut(stride).zip(rgb.chunks_exact(row_bytes)) {
        to[..row_bytes].copy_from_slice(from);
    }
    frame
}
