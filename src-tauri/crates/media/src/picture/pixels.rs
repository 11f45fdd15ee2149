//! From FFmpeg's frames to plain RGB.

use ffmpeg_next::{
    color, ffi,
    format::Pixel,
    frame,
    software::scaling::{Context, Flags},
};

use super::Picture;
use crate::ffmpeg::explain;

/// Converts a decoded frame. Grey, 16-bit and plain 8-bit RGB are taken over exactly; everything else goes through FFmpeg's
/// converter with the matrix and range that the frame names.
pub(crate) fn to_rgb(frame: &frame::Video) -> Result<Picture, String> {
    let (width, height) = (frame.width(), frame.height());
    let rgb = match frame.format() {
        Pixel::RGB24 => packed(frame, 3, |p| [p[0], p[1], p[2]]),
        Pixel::BGR24 => packed(frame, 3, |p| [p[2], p[1], p[0]]),
        Pixel::RGBA | Pixel::RGBZ => packed(frame, 4, |p| [p[0], p[1], p[2]]),
        Pixel::BGRA | Pixel::BGRZ => packed(frame, 4, |p| [p[2], p[1], p[0]]),
        Pixel::ARGB | Pixel::ZRGB => packed(frame, 4, |p| [p[1], p[2], p[3]]),
        Pixel::ABGR | Pixel::ZBGR => packed(frame, 4, |p| [p[3], p[2], p[1]]),
        Pixel::GRAY8 => packed(frame, 1, |p| [p[0]; 3]),
        Pixel::YA8 => packed(frame, 2, |p| [p[0]; 3]),
        Pixel::GRAY16BE => packed(frame, 2, |p| [round16(p[0], p[1]); 3]),
        Pixel::YA16BE => packed(frame, 4, |p| [round16(p[0], p[1]); 3]),
        Pixel::RGB48BE => packed(frame, 6, deep),
        Pixel::RGBA64BE => packed(frame, 8, deep),
        _ => return convert(frame),
    };
    match rgb {
        Some(rgb) => Ok(Picture { width, height, rgb }),
        None => Err("FFmpeg gave an incomplete picture".into()),
    }
}

/// Whether frames of this format say how opaque they are.
pub(crate) fn may_have_alpha(frame: &frame::Video) -> bool {
    // SAFETY: returns null or a static description.
    let described = unsafe { ffi::av_pix_fmt_desc_get(frame.format().into()).as_ref() };
    described.is_some_and(|it| it.flags & ffi::AV_PIX_FMT_FLAG_ALPHA as u64 != 0)
}

/// How opaque each pixel of a decoded frame is, 255 for wholly; none where all of them are.
pub(crate) fn alpha(frame: &frame::Video) -> Result<Option<Vec<u8>>, String> {
    if !may_have_alpha(frame) {
        return Ok(None);
    }
    let (width, height) = (frame.width(), frame.height());
    let mut scaler =
        Context::get(frame.format(), width, height, Pixel::RGBA, width, height, Flags::POINT).map_err(explain)?;
    let mut rgba = frame::Video::empty();
    scaler.run(frame, &mut rgba).map_err(explain)?;
    let incomplete = "FFmpeg could not convert its pixels";
    let alpha = packed(&rgba, 4, |p| [p[3]]).ok_or(incomplete)?;
    Ok(alpha.iter().any(|it| *it != 255).then_some(alpha))
}

/// Three big-endian 16-bit samples to 8 bits.
fn deep(p: &[u8]) -> [u8; 3] {
    [round16(p[0], p[1]), round16(p[2], p[3]), round16(p[4], p[5])]
}

/// 0…65535 to 0…255, to the nearest.
fn round16(high: u8, low: u8) -> u8 {
    ((u32::from(high) << 8 | u32::from(low)) * 255 + 32_767).div_euclid(65_535) as u8
}

/// Makes `N` bytes out of every `bytes` of each row.
fn packed<const N: usize>(frame: &frame::Video, bytes: usize, pick: impl Fn(&[u8]) -> [u8; N]) -> Option<Vec<u8>> {
    let (width, height) = (frame.width() as usize, frame.height() as usize);
    let mut rgb = Vec::with_capacity(width * height * N);
    for row in 0..height {
        // SAFETY: a frame of this format has `height` rows of at least `width * bytes` bytes, `linesize[0]` apart (which is
        // negative for pictures stored from the bottom).
        let row = unsafe {
            let frame = &*frame.as_ptr();
            if frame.data[0].is_null() {
                return None;
            }
            let first = frame.data[0].offset(row as isize * frame.linesize[0] as isize);
            std::slice::from_raw_parts(first, width * bytes)
        };
        rgb.extend(row.chunks_exact(bytes).flat_map(&pick));
    }
    Some(rgb)
}

/// Converts whatever FFmpeg can.
fn convert(frame: &frame::Video) -> Result<Picture, String> {
    let (width, height) = (frame.width(), frame.height());
    // Without accurate rounding FFmpeg takes a fast path that repeats chroma samples instead of interpolating them.
    let flags = Flags::BICUBIC | Flags::ACCURATE_RND | Flags::FULL_CHR_H_INT;
    let mut scaler =
        Context::get(frame.format(), width, height, Pixel::RGB24, width, height, flags).map_err(explain)?;
    let matrix = match frame.color_space() {
        color::Space::BT709 => ffi::SWS_CS_ITU709,
        color::Space::BT2020NCL | color::Space::BT2020CL => ffi::SWS_CS_BT2020,
        // What JPEG and WebP mean by saying nothing.
        _ => ffi::SWS_CS_ITU601,
    };
    let full = matches!(frame.color_range(), color::Range::JPEG)
        || matches!(frame.format(), Pixel::YUVJ420P | Pixel::YUVJ422P | Pixel::YUVJ440P | Pixel::YUVJ444P);
    // SAFETY: the context is alive, the coefficient tables are static; the call fails for formats without a matrix (RGB,
    // palettes), which need none.
    unsafe {
        let table = ffi::sws_getCoefficients(matrix as _);
        ffi::sws_setColorspaceDetails(scaler.as_mut_ptr(), table, full.into(), table, 1, 0, 1 << 16, 1 << 16);
    }
    let mut rgb = frame::Video::empty();
    scaler.run(frame, &mut rgb).map_err(explain)?;
    match packed(&rgb, 3, |p| [p[0], p[1], p[2]]) {
        Some(rgb) => Ok(Picture { width, height, rgb }),
        None => Err("FFmpeg could not convert its pixels".into()),
    }
}
