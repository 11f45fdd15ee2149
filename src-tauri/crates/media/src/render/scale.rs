//! From a decoder's picture to a [`Frame`]: size, matrix, range and siting in one pass.

use std::ffi::CStr;

use ffmpeg_next::{chroma, color, ffi, format::Pixel, frame, software::scaling::Flags};

use super::frame::{Frame, allocate};
use crate::{Error, Result, ffmpeg::explain};

/// How the numbers of a picture are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    format: Pixel,
    /// One of FFmpeg's `SWS_CS_` numbers.
    matrix: i32,
    /// Full range.
    full: bool,
    siting: Siting,
}

/// Where a chroma sample lies, in 1/256 of the way from the first pixel of its pair to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Siting {
    pub(super) x: i32,
    pub(super) y: i32,
}

impl Siting {
    /// That of MPEG-2, H.264 and their kin, and of every [`Frame`].
    pub(super) const LEFT: Self = Self { x: 0, y: 128 };
}

impl Look {
    /// What [`Frame`]s look like.
    const NATIVE: Self = Self { format: Pixel::YUV420P, matrix: ffi::SWS_CS_ITU709, full: false, siting: Siting::LEFT };

    /// Reads the tags of a frame. What is not tagged is taken as everybody takes it: BT.709 from 720 lines up, else BT.601.
    pub(super) fn of(frame: &frame::Video) -> Self {
        let format = frame.format();
        let matrix = match frame.color_space() {
            color::Space::BT709 => ffi::SWS_CS_ITU709,
            color::Space::BT2020NCL | color::Space::BT2020CL => ffi::SWS_CS_BT2020,
            color::Space::SMPTE170M | color::Space::BT470BG => ffi::SWS_CS_ITU601,
            color::Space::FCC => ffi::SWS_CS_FCC,
            color::Space::SMPTE240M => ffi::SWS_CS_SMPTE240M,
            _ if frame.height() >= 720 || frame.width() >= 1280 => ffi::SWS_CS_ITU709,
            _ => ffi::SWS_CS_ITU601,
        };
        let jpeg = matches!(format, Pixel::YUVJ420P | Pixel::YUVJ422P | Pixel::YUVJ440P | Pixel::YUVJ444P);
        let siting = match frame.chroma_location() {
            chroma::Location::Center => Siting { x: 128, y: 128 },
            chroma::Location::TopLeft => Siting { x: 0, y: 0 },
            chroma::Location::Top => Siting { x: 128, y: 0 },
            chroma::Location::BottomLeft => Siting { x: 0, y: 256 },
            chroma::Location::Bottom => Siting { x: 128, y: 256 },
            _ if jpeg => Siting { x: 128, y: 128 },
            _ => Siting::LEFT,
        };
        // SAFETY: returns null or a static description.
        let described = unsafe { ffi::av_pix_fmt_desc_get(format.into()).as_ref() };
        let rgb = described.is_some_and(|it| it.flags & ffi::AV_PIX_FMT_FLAG_RGB as u64 != 0);
        let full = jpeg || rgb || frame.color_range() == color::Range::JPEG;
        Self { format, matrix, full, siting }
    }

    /// Whether it is what a [`Frame`] holds.
    pub(super) fn is_native(self) -> bool {
        self == Self::NATIVE
    }
}

/// A side is made this many times smaller at once at most. FFmpeg's filters of accurate rounding end at 170 samples, and the
/// bicubic one takes four times the ratio, which for chroma out of RGB is twice that of the sides.
const MOST_SMALLER: u32 = 16;

/// What a [`Scaler`] makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Target {
    size: (u32, u32),
    look: Look,
}

/// FFmpeg's converters, kept for the next picture of the same kind.
#[derive(Default)]
pub(super) struct Scaler {
    /// Two at most: one for each step of what shrinks a lot.
    ready: Vec<(Look, (u32, u32), Target, Context)>,
}

impl Scaler {
    /// Makes a frame of this size (both sides even) of all of `picture`, which is read as `look`, with its chroma at
    /// `siting`.
    pub(super) fn frame(
        &mut self,
        picture: &frame::Video,
        look: Look,
        size: (u32, u32),
        siting: Siting,
    ) -> Result<Frame> {
        let mut frame = Frame::empty(size)?;
        self.run(picture, look, frame.video_mut(), Look { siting, ..Look::NATIVE })?;
        Ok(frame)
    }

    /// Makes a picture of full-range RGBA of a frame, of the same size.
    pub(super) fn shown(&mut self, frame: &Frame, to: &mut frame::Video) -> Result<()> {
        self.run(frame.video(), Look::NATIVE, to, Look { format: Pixel::RGBA, full: true, ..Look::NATIVE })
    }

    /// Makes full-range RGB of 16 bits of it, three native numbers a pixel. The transfer curve stays.
    pub(super) fn deep_rgb(&mut self, picture: &frame::Video, look: Look, size: (u32, u32)) -> Result<frame::Video> {
        let mut deep = allocate(Pixel::RGB48, size.0, size.1)?;
        let to = Look { format: Pixel::RGB48, full: true, ..look };
        self.run(picture, look, &mut deep, to)?;
        Ok(deep)
    }

    /// Brings one plane of full range, such as an alpha channel, to another size.
    pub(super) fn plane(&mut self, plane: &frame::Video, size: (u32, u32)) -> Result<frame::Video> {
        let look = Look { format: Pixel::GRAY8, full: true, ..Look::NATIVE };
        let mut scaled = allocate(Pixel::GRAY8, size.0, size.1)?;
        self.run(plane, look, &mut scaled, look)?;
        Ok(scaled)
    }

    fn run(&mut self, from: &frame::Video, look: Look, to: &mut frame::Video, to_look: Look) -> Result<()> {
        let from_size = (from.width(), from.height());
        // What shrinks more than FFmpeg can does so in steps.
        let step = |from: u32, to: u32| from.div_ceil(MOST_SMALLER).next_multiple_of(2).max(to);
        let between = (step(from_size.0, to.width()), step(from_size.1, to.height()));
        if between != (to.width(), to.height()) {
            let mut middle = allocate(to_look.format, between.0, between.1)?;
            self.run(from, look, &mut middle, to_look)?;
            return self.run(&middle, to_look, to, to_look);
        }
        let target = Target { size: (to.width(), to.height()), look: to_look };
        let same = |(a, b, c, _): &(Look, (u32, u32), Target, Context)| (*a, *b, *c) == (look, from_size, target);
        let context = match self.ready.iter().position(same) {
            Some(at) => self.ready.remove(at).3,
            None => Context::new(look, from_size, target)?,
        };
        // SAFETY: the context was made for pictures of these formats and sizes.
        let rows = unsafe {
            let (from, to) = (&*from.as_ptr(), &*to.as_mut_ptr());
            ffi::sws_scale(
                context.0,
                from.data.as_ptr().cast(),
                from.linesize.as_ptr(),
                0,
                from.height,
                to.data.as_ptr(),
                to.linesize.as_ptr(),
            )
        };
        if rows < 0 {
            return Err(failed(rows));
        }
        self.ready.truncate(1);
        self.ready.insert(0, (look, from_size, target, context));
        Ok(())
    }
}

fn failed(code: i32) -> Error {
    Error::Spec(format!("the colours of a picture cannot be converted: {}", explain(code.into())))
}

struct Context(*mut ffi::SwsContext);

// SAFETY: a converter is plain memory that FFmpeg binds to no thread; it is only used through `&mut`.
unsafe impl Send for Context {}

impl Context {
    fn new(from: Look, from_size: (u32, u32), to: Target) -> Result<Self> {
        // The same result on every processor, and chroma interpolated and not repeated.
        let flags = Flags::BICUBIC | Flags::ACCURATE_RND | Flags::BITEXACT | Flags::FULL_CHR_H_INP;
        // SAFETY: the context is checked for null and freed by its owner; the names are C strings; the tables are static.
        unsafe {
            let context = Self(ffi::sws_alloc_context());
            if context.0.is_null() {
                return Err(Error::Spec("there is no memory to convert a picture".into()));
            }
            let set = |name: &CStr, value: i64| match ffi::av_opt_set_int(context.0.cast(), name.as_ptr(), value, 0) {
                code if code < 0 => Err(failed(code)),
                _ => Ok(()),
            };
            set(c"sws_flags", i64::from(flags.bits()))?;
            set(c"srcw", from_size.0.into())?;
            set(c"srch", from_size.1.into())?;
            set(c"src_format", pixel(from.format))?;
            set(c"src_range", from.full.into())?;
            set(c"dstw", to.size.0.into())?;
            set(c"dsth", to.size.1.into())?;
            set(c"dst_format", pixel(to.look.format))?;
            set(c"dst_range", to.look.full.into())?;
            // Only for formats that halve chroma in that direction; elsewhere FFmpeg takes the numbers for a shift.
            let (across, down) = subsampled(from.format);
            if across {
                set(c"src_h_chr_pos", from.siting.x.into())?;
            }
            if down {
                set(c"src_v_chr_pos", from.siting.y.into())?;
            }
            let (across, down) = subsampled(to.look.format);
            if across {
                set(c"dst_h_chr_pos", to.look.siting.x.into())?;
            }
            if down {
                set(c"dst_v_chr_pos", to.look.siting.y.into())?;
            }
            let made = ffi::sws_init_context(context.0, std::ptr::null_mut(), std::ptr::null_mut());
            if made < 0 {
                return Err(failed(made));
            }
            // FFmpeg would convert with BT.601, whatever the tags say. The call fails for formats without a matrix, which
            // need none.
            let (from_table, to_table) =
                (ffi::sws_getCoefficients(from.matrix), ffi::sws_getCoefficients(to.look.matrix));
            let (from_full, to_full) = (from.full.into(), to.look.full.into());
            ffi::sws_setColorspaceDetails(context.0, from_table, from_full, to_table, to_full, 0, 1 << 16, 1 << 16);
            Ok(context)
        }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: ours, and freed once; null is allowed.
        unsafe { ffi::sws_freeContext(self.0) }
    }
}

/// FFmpeg's number of a pixel format.
fn pixel(format: Pixel) -> i64 {
    ffi::AVPixelFormat::from(format) as i64
}

/// Whether chroma is halved across, and down.
fn subsampled(format: Pixel) -> (bool, bool) {
    format.descriptor().map_or((false, false), |it| (it.log2_chroma_w() == 1, it.log2_chroma_h() == 1))
}
