//! A picture of the graph.

use ffmpeg_next::{chroma, color, ffi, format::Pixel, frame};

use crate::{Error, Picture, Result, picture::to_rgb};

/// The largest side of a frame; what H.264 level 6.2 and common decoders take.
pub(super) const MAX_SIDE: u32 = 8_192;

/// A picture as video is encoded: planes of 8 bits, Y' and every second Cb and Cr each way (4:2:0, chroma beside the left
/// pixel of a pair and between the rows), ITU-R BT.709, limited range (16 to 235). Both sides are even.
pub struct Frame(frame::Video);

impl Frame {
    /// A frame of one colour (red, green, blue), both sides even and 2 to 8192.
    pub fn filled(size: (u32, u32), rgb: [u8; 3]) -> Result<Self> {
        let mut frame = Self::empty(size)?;
        for (plane, value) in ycbcr(rgb).into_iter().enumerate() {
            frame.0.data_mut(plane).fill(value);
        }
        Ok(frame)
    }

    /// A frame with any pixels.
    pub(super) fn empty((width, height): (u32, u32)) -> Result<Self> {
        let fits = |side: u32| (2..=MAX_SIDE).contains(&side) && side.is_multiple_of(2);
        if !fits(width) || !fits(height) {
            return Err(Error::Spec(format!(
                "a frame's sides must be even and 2 to {MAX_SIDE} pixels, but {width}x{height} was asked for"
            )));
        }
        let mut video = allocate(Pixel::YUV420P, width, height)?;
        tag(&mut video);
        Ok(Self(video))
    }

    /// A decoder's picture that needs no conversion: planar 4:2:0 of 8 bits with even sides. Its memory is shared until
    /// somebody draws on it.
    pub(super) fn of(video: &frame::Video) -> Result<Self> {
        let (width, height) = (video.width(), video.height());
        let fits = |side: u32| (2..=MAX_SIDE).contains(&side) && side.is_multiple_of(2);
        match share(video).filter(|_| fits(width) && fits(height)) {
            Some(shared) => Ok(Self(shared)),
            None => Self::copied(video),
        }
    }

    fn copied(video: &frame::Video) -> Result<Self> {
        let mut frame = Self::empty((video.width(), video.height()))?;
        for plane in 0..3 {
            let (stride, width) = (frame.0.stride(plane), frame.0.plane_width(plane) as usize);
            for (y, to) in frame.0.data_mut(plane).chunks_exact_mut(stride).enumerate() {
                // SAFETY: both have the same format and size, so this row is there; rows may run upwards, and the part of a
                // picture has no padding of its own, so the binding's slices would not do.
                let from = unsafe {
                    let raw = &*video.as_ptr();
                    let row = raw.data[plane].offset(y as isize * raw.linesize[plane] as isize);
                    std::slice::from_raw_parts(row, width)
                };
                to[..width].copy_from_slice(from);
            }
        }
        Ok(frame)
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.0.width(), self.0.height())
    }

    /// The Y' plane, then Cb and Cr, which are half as wide and high.
    pub fn planes(&self) -> [Plane<'_>; 3] {
        [0, 1, 2].map(|plane| Plane {
            bytes: self.0.data(plane),
            stride: self.0.stride(plane),
            width: self.0.plane_width(plane) as usize,
        })
    }

    /// As full-range RGB, for previews and covers.
    pub fn to_picture(&self) -> Result<Picture> {
        to_rgb(&self.0).map_err(|why| Error::Spec(format!("a frame could not be shown ({why})")))
    }

    /// What encoders and filters take, tagged BT.709 limited. It has no timestamp.
    pub(crate) fn into_video(self) -> frame::Video {
        self.0
    }

    /// The same, to look at.
    pub(crate) fn video(&self) -> &frame::Video {
        &self.0
    }

    /// The same, to draw on: what is shared is copied first, and then may have other strides. Format and size must stay.
    pub(crate) fn video_mut(&mut self) -> &mut frame::Video {
        // SAFETY: the frame is ours; FFmpeg gives it buffers of its own where others refer to them, or leaves it as it is.
        if unsafe { ffi::av_frame_make_writable(self.0.as_mut_ptr()) } < 0 {
            self.0 = self.0.clone();
            tag(&mut self.0);
        }
        &mut self.0
    }
}

impl Clone for Frame {
    /// Shares the memory until somebody draws on one of the two.
    fn clone(&self) -> Self {
        Self(share(&self.0).unwrap_or_else(|| self.0.clone()))
    }
}

impl PartialEq for Frame {
    /// Whether every pixel is the same.
    fn eq(&self, other: &Self) -> bool {
        self.size() == other.size() && self.planes().into_iter().zip(other.planes()).all(|(a, b)| a.rows().eq(b.rows()))
    }
}

impl Eq for Frame {}

impl std::fmt::Debug for Frame {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (width, height) = self.size();
        write!(out, "Frame({width}x{height})")
    }
}

/// One component of a [`Frame`].
#[derive(Clone, Copy)]
pub struct Plane<'a> {
    bytes: &'a [u8],
    stride: usize,
    width: usize,
}

impl<'a> Plane<'a> {
    /// Its rows from the top.
    pub fn rows(self) -> impl ExactSizeIterator<Item = &'a [u8]> {
        self.bytes.chunks_exact(self.stride).map(move |row| &row[..self.width])
    }
}

/// A second picture in the same memory, with nothing else of the first; none where rows do not lie one after the other in it,
/// or there is no memory for it.
fn share(video: &frame::Video) -> Option<frame::Video> {
    let mut shared = frame::Video::empty();
    // SAFETY: both are alive, and the new one is empty and refers to its own list of planes; buffers and planes of a frame are
    // null or alive as long as it is. References that were taken are given back with the new one.
    unsafe {
        let (from, to) = (&*video.as_ptr(), &mut *shared.as_mut_ptr());
        for plane in 0..3 {
            let buffer = ffi::av_frame_get_plane_buffer(video.as_ptr().cast_mut(), plane as i32).as_ref()?;
            let stride = usize::try_from(from.linesize[plane]).ok().filter(|stride| *stride > 0)?;
            let end =
                (from.data[plane] as usize).checked_add(stride.checked_mul(video.plane_height(plane) as usize)?)?;
            if end > buffer.data as usize + buffer.size {
                return None;
            }
        }
        for (own, other) in to.buf.iter_mut().zip(from.buf).filter(|(_, other)| !other.is_null()) {
            *own = ffi::av_buffer_ref(other);
            own.as_ref()?;
        }
        (to.data, to.linesize) = (from.data, from.linesize);
        (to.format, to.width, to.height) = (from.format, from.width, from.height);
    }
    tag(&mut shared);
    Some(shared)
}

/// Memory for a picture, or an error where there is none.
pub(super) fn allocate(format: Pixel, width: u32, height: u32) -> Result<frame::Video> {
    let video = frame::Video::new(format, width, height);
    // SAFETY: only looks at a pointer of the frame.
    if unsafe { video.is_empty() } {
        return Err(Error::Spec(format!("there is no memory for a picture of {width}x{height} pixels")));
    }
    Ok(video)
}

fn tag(video: &mut frame::Video) {
    video.set_color_range(color::Range::MPEG);
    video.set_color_space(color::Space::BT709);
    video.set_color_primaries(color::Primaries::BT709);
    video.set_color_transfer_characteristic(color::TransferCharacteristic::BT709);
    // SAFETY: the frame is ours; these are plain fields of it.
    unsafe {
        let raw = &mut *video.as_mut_ptr();
        raw.chroma_location = chroma::Location::Left.into();
        raw.sample_aspect_ratio = ffi::AVRational { num: 1, den: 1 };
        raw.pict_type = ffi::AVPictureType::AV_PICTURE_TYPE_NONE;
        raw.pts = ffi::AV_NOPTS_VALUE;
    }
}

/// One colour in limited-range BT.709 (ITU-R BT.709-6 §3 and §4), to the nearest.
pub(crate) fn ycbcr(rgb: [u8; 3]) -> [u8; 3] {
    let [r, g, b] = rgb.map(|value| f32::from(value) / 255.0);
    let luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    let chroma = |difference: f32| (128.0 + 224.0 * difference).round() as u8;
    [(16.0 + 219.0 * luma).round() as u8, chroma((b - luma) / 1.8556), chroma((r - luma) / 1.5748)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_those_of_the_standard() {
        // Bars of 100 % after ITU-R BT.709, 8 bits.
        let bars = [([255; 3], [235, 128, 128]), ([0; 3], [16, 128, 128]), ([255, 0, 0], [63, 102, 240])];
        for (rgb, expected) in bars {
            assert_eq!(ycbcr(rgb), expected);
        }
        assert_eq!((ycbcr([0, 255, 0]), ycbcr([0, 0, 255])), ([173, 42, 26], [32, 240, 118]));
    }

    #[test]
    fn who_draws_on_a_copy_leaves_the_other_as_it_is() {
        let first = Frame::filled((34, 18), [200, 30, 60]).expect("frame");
        let (mut second, third) = (first.clone(), Frame::of(first.video()).expect("frame"));
        assert!(second == first && third == first);
        assert_eq!(second.planes()[0].bytes.as_ptr(), first.planes()[0].bytes.as_ptr(), "nothing was copied");
        second.video_mut().data_mut(0).fill(17);
        assert!(second != first && third == first);
        assert!(second.planes()[0].rows().all(|row| row.iter().all(|value| *value == 17)));
    }

    #[test]
    fn a_filled_frame_shows_its_colour() {
        for rgb in [[0, 0, 0], [255, 255, 255], [255, 0, 0], [12, 200, 99]] {
            let frame = Frame::filled((6, 4), rgb).expect("frame");
            let picture = frame.to_picture().expect("picture");
            assert_eq!((picture.width, picture.height), (6, 4));
            let off = picture.rgb.chunks(3).flat_map(|found| (0..3).map(|c| found[c].abs_diff(rgb[c]))).max();
            assert!(off <= Some(2), "{rgb:?} is off by {off:?}");
        }
    }

    #[test]
    fn impossible_sizes_are_refused() {
        for size in [(0, 2), (3, 4), (4, 3), (8_194, 2), (u32::MAX, 2)] {
            assert!(Frame::filled(size, [0; 3]).is_err(), "{size:?}");
        }
    }
}
