//! Covers: the still pictures that platforms show for a clip.

use std::{io::Write as _, path::Path};

use ffmpeg_next::{
    Packet, codec, color, encoder, ffi,
    format::Pixel,
    frame,
    software::scaling::{Context, Flags},
};

use crate::{
    Error, Picture, Result,
    ffmpeg::{self, explain},
    files::Draft,
    picture::rgb_frame,
    render::Frame,
};

/// The middle of a frame as a JPEG file of this size in pixels, both even and 16 to 8192: sRGB, 4:2:0, with hardly any loss.
///
/// What has another shape is cut on two sides. To show all of a picture in another shape, paint its graph in that shape.
pub fn cover(frame: &Frame, size: (u32, u32)) -> Result<Vec<u8>> {
    ffmpeg::start();
    if [size.0, size.1].iter().any(|side| !(16..=8_192).contains(side) || side % 2 == 1) {
        return Err(Error::Spec(format!("a cover cannot have {}x{} pixels; both sides must be even", size.0, size.1)));
    }
    let picture = middle(&frame.to_picture()?, size);
    encode(&picture, size).map_err(|error| Error::Spec(format!("the cover could not be made ({})", explain(error))))
}

/// Writes a [`cover`]; an existing file is replaced only when the new one is complete.
pub fn write_cover(path: &Path, frame: &Frame, size: (u32, u32)) -> Result<()> {
    let mut draft = Draft::create(path, ".jpg")?;
    draft.file().write_all(&cover(frame, size)?).map_err(Error::io("write the cover", path))?;
    draft.publish()?;
    Ok(())
}

/// The largest part of this shape around the middle.
fn middle(picture: &Picture, (width, height): (u32, u32)) -> Picture {
    let (wide, high) = (u64::from(picture.width), u64::from(picture.height));
    let (width, height) = (u64::from(width), u64::from(height));
    // One of the two is the whole side.
    let w = (high * width / height).clamp(1, wide);
    let h = (wide * height / width).clamp(1, high);
    let (left, top) = (((wide - w) / 2) as usize, ((high - h) / 2) as usize);
    let rows = picture.rgb.chunks_exact(wide as usize * 3).skip(top).take(h as usize);
    let rgb = rows.flat_map(|row| &row[left * 3..(left + w as usize) * 3]).copied().collect();
    Picture { width: w as u32, height: h as u32, rgb }
}

fn encode(picture: &Picture, (width, height): (u32, u32)) -> std::result::Result<Vec<u8>, ffmpeg_next::Error> {
    let rgb = rgb_frame(picture.width, picture.height, &picture.rgb);
    let flags = Flags::LANCZOS | Flags::ACCURATE_RND | Flags::FULL_CHR_H_INT;
    let mut scaler = Context::get(Pixel::RGB24, picture.width, picture.height, Pixel::YUVJ420P, width, height, flags)?;
    // SAFETY: the context is alive and the table static. JPEG files (JFIF 1.02) are BT.601 in full range.
    unsafe {
        let table = ffi::sws_getCoefficients(ffi::SWS_CS_ITU601 as _);
        ffi::sws_setColorspaceDetails(scaler.as_mut_ptr(), table, 1, table, 1, 0, 1 << 16, 1 << 16);
    }
    let mut planar = frame::Video::empty();
    scaler.run(&rgb, &mut planar)?;
    planar.set_color_range(color::Range::JPEG);
    planar.set_color_space(color::Space::SMPTE170M);
    planar.set_pts(Some(0));
    // A scale of the quantisation: 1 is the least loss there is, and 2 cannot be told from it.
    let quality = 2 * ffi::FF_QP2LAMBDA;
    // SAFETY: the frame is ours; this is a plain field of it.
    unsafe { (*planar.as_mut_ptr()).quality = quality };

    let codec = encoder::find(codec::Id::MJPEG).ok_or(ffmpeg_next::Error::EncoderNotFound)?;
    let mut video = codec::Context::new_with_codec(codec).encoder().video()?;
    video.set_width(width);
    video.set_height(height);
    video.set_format(Pixel::YUVJ420P);
    video.set_color_range(color::Range::JPEG);
    video.set_time_base((1, 25));
    // With a shape of pixels there is a JFIF header; without the second flag there is the encoder's name.
    video.set_aspect_ratio((1, 1));
    video.set_flags(codec::Flags::QSCALE | codec::Flags::BITEXACT);
    video.set_quality(quality as usize);
    let mut video = video.open()?;
    video.send_frame(&planar)?;
    video.send_eof()?;
    let mut packet = Packet::empty();
    video.receive_packet(&mut packet)?;
    packet.data().map(<[u8]>::to_vec).ok_or(ffmpeg_next::Error::Unknown)
}
