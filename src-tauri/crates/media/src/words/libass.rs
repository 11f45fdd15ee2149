//! libass, as far as it is used here: a document and fonts in, bitmaps out (`ass.h` and `ass_types.h` of libass 0.17).

use std::{
    cell::RefCell,
    ffi::{CStr, CString, c_char, c_int, c_longlong, c_void},
    ptr::{self, NonNull},
    slice,
};

use crate::Ticks;

/// A document with the fonts that it may use and nothing else: none of the system's are looked for.
pub(super) struct Renderer {
    library: NonNull<Library>,
    renderer: NonNull<Drawer>,
    track: NonNull<Track>,
    /// What libass said of fonts that it put in the place of others. Boxed, because libass keeps its address.
    said: Box<RefCell<Vec<String>>>,
}

// SAFETY: libass keeps nothing that belongs to a thread; all of it hangs on these pointers, which nobody else has.
unsafe impl Send for Renderer {}

/// A bitmap of one colour, within the frame.
pub(super) struct Bitmap<'a> {
    /// Pixels across and down.
    pub size: (usize, usize),
    /// Pixels from one row of `coverage` to the next.
    pub stride: usize,
    /// How much of each pixel is covered: 0 to 255. The last row may end at the width.
    pub coverage: &'a [u8],
    /// Red, green, blue.
    pub color: [u8; 3],
    /// How much of what lies below it hides where it covers all: 0 to 255.
    pub opacity: u8,
    /// Where its upper left pixel lies.
    pub place: (usize, usize),
    /// Whether it is of the letters themselves, and not of their outline or shadow.
    pub letters: bool,
}

impl Renderer {
    /// Reads a document. Its own fonts are ignored.
    pub(super) fn new<'a>(document: &str, fonts: &[(&str, &'a [u8])], size: (u32, u32)) -> Option<Self> {
        let whole = |size: usize| c_int::try_from(size).ok();
        let (width, height) = (whole(size.0 as usize)?, whole(size.1 as usize)?);
        let named = |(name, data): &(&str, &'a [u8])| Some((CString::new(*name).ok()?, *data, whole(data.len())?));
        let fonts: Vec<_> = fonts.iter().map(named).collect::<Option<_>>()?;
        let said = Box::new(RefCell::new(Vec::new()));
        // SAFETY: no arguments; null where there is no memory.
        let library = NonNull::new(unsafe { ass_library_init() })?;
        // SAFETY: the library is alive, the callback takes what libass gives, and `said` lives as long as the library.
        unsafe { ass_set_message_cb(library.as_ptr(), Some(hear), ptr::from_ref(&*said).cast_mut().cast()) };
        for (name, data, length) in fonts {
            // SAFETY: the library is alive; name and data are copied.
            unsafe { ass_add_font(library.as_ptr(), name.as_ptr(), data.as_ptr().cast(), length) };
        }
        // SAFETY: the library is alive, and outlives the renderer.
        let Some(renderer) = NonNull::new(unsafe { ass_renderer_init(library.as_ptr()) }) else {
            // SAFETY: nothing else hangs on it.
            unsafe { ass_library_done(library.as_ptr()) };
            return None;
        };
        // SAFETY: the library is alive; libass copies the document.
        let track = unsafe {
            ass_read_memory(library.as_ptr(), document.as_ptr().cast_mut().cast(), document.len(), ptr::null())
        };
        let Some(track) = NonNull::new(track) else {
            // SAFETY: nothing else hangs on either.
            unsafe {
                ass_renderer_done(renderer.as_ptr());
                ass_library_done(library.as_ptr());
            }
            return None;
        };
        // SAFETY: the renderer is alive; null names ask for no default font, and provider 0 for no fonts of the system.
        unsafe {
            ass_set_frame_size(renderer.as_ptr(), width, height);
            ass_set_storage_size(renderer.as_ptr(), width, height);
            ass_set_cache_limits(renderer.as_ptr(), 2_000, 48);
            ass_set_fonts(renderer.as_ptr(), ptr::null(), ptr::null(), 0, ptr::null(), 0);
        }
        said.borrow_mut().clear();
        Some(Self { library, renderer, track, said })
    }

    /// The bitmaps of a moment, the lowest first.
    pub(super) fn bitmaps(&mut self, moment: Ticks) -> impl Iterator<Item = Bitmap<'_>> {
        let milliseconds = i128::from(moment.0) * 1_000 / i128::from(Ticks::PER_SECOND);
        let milliseconds = c_longlong::try_from(milliseconds).unwrap_or(0);
        // SAFETY: both are alive; a null pointer for the change asks for no answer.
        let first =
            unsafe { ass_render_frame(self.renderer.as_ptr(), self.track.as_ptr(), milliseconds, ptr::null_mut()) };
        let mut next = first.cast_const();
        std::iter::from_fn(move || {
            // SAFETY: null, or an image that stays until the next frame is asked for, which needs `self`.
            let image = unsafe { next.as_ref() }?;
            next = image.next;
            Some(image.bitmap().unwrap_or(Bitmap {
                size: (0, 0),
                stride: 1,
                coverage: &[],
                color: [0; 3],
                opacity: 0,
                place: (0, 0),
                letters: false,
            }))
        })
    }

    /// What libass said since the last time of fonts and letters that are not the ones asked for.
    pub(super) fn complaints(&self) -> Vec<String> {
        self.said.take()
    }
}

impl Drop for Renderer {
    fn drop(&mut self) {
        // SAFETY: all three are alive, and go in the order that libass asks for.
        unsafe {
            ass_free_track(self.track.as_ptr());
            ass_renderer_done(self.renderer.as_ptr());
            ass_library_done(self.library.as_ptr());
        }
    }
}

impl Image {
    fn bitmap<'a>(&self) -> Option<Bitmap<'a>> {
        let whole = |number: c_int| usize::try_from(number).ok();
        let (width, height, stride) = (whole(self.w)?, whole(self.h)?, whole(self.stride)?);
        if width == 0 || height == 0 || self.bitmap.is_null() || stride < width {
            return None;
        }
        let length = stride.checked_mul(height - 1)?.checked_add(width)?;
        // SAFETY: `ass_types.h` promises this many bytes, which stay as long as the image.
        let coverage = unsafe { slice::from_raw_parts(self.bitmap, length) };
        let [r, g, b, transparency] = self.color.to_be_bytes();
        let place = (whole(self.dst_x)?, whole(self.dst_y)?);
        Some(Bitmap {
            size: (width, height),
            stride,
            coverage,
            color: [r, g, b],
            opacity: 255 - transparency,
            place,
            letters: self.kind == 0,
        })
    }
}

/// Keeps what libass says of fonts and letters.
extern "C" fn hear(level: c_int, format: *const c_char, arguments: *mut c_void, data: *mut c_void) {
    // Over 5 is what only libass's authors want to know.
    if level > 5 || format.is_null() || data.is_null() {
        return;
    }
    let mut line = [0 as c_char; 512];
    let mut with_prefix = 0;
    // SAFETY: format and arguments are what libass gave us, and the line is as long as we say and gets NUL-terminated.
    let line = unsafe {
        format_line(
            ptr::null_mut(),
            0,
            format,
            arguments,
            line.as_mut_ptr(),
            line.len() as c_int,
            &raw mut with_prefix,
        );
        CStr::from_ptr(line.as_ptr())
    };
    let line = line.to_string_lossy();
    if !complains(&line) {
        return;
    }
    // SAFETY: the address that was given with this callback, which lives longer than the library.
    let said = unsafe { &*data.cast::<RefCell<Vec<String>>>() };
    if let Ok(mut said) = said.try_borrow_mut()
        && said.len() < 16
    {
        said.push(line.trim().to_owned());
    }
}

/// Whether a line of libass's log says that the letters drawn are not those of the font asked for.
///
/// With no default font there is nothing that it could put in the place of a family: it says that the family was not found.
fn complains(line: &str) -> bool {
    let of_fonts = ["fontselect: Using default", "fontselect: failed", "Error opening", "Failed to find font"];
    of_fonts.iter().any(|start| line.starts_with(start)) || (line.starts_with("Glyph 0x") && line.contains("not found"))
}

#[repr(C)]
struct Library {
    _opaque: [u8; 0],
}

#[repr(C)]
struct Drawer {
    _opaque: [u8; 0],
}

#[repr(C)]
struct Track {
    _opaque: [u8; 0],
}

/// `ASS_Image`.
#[repr(C)]
struct Image {
    w: c_int,
    h: c_int,
    stride: c_int,
    bitmap: *const u8,
    color: u32,
    dst_x: c_int,
    dst_y: c_int,
    next: *const Image,
    kind: c_int,
}

/// A `va_list` is one pointer on every system that this is built for, or is passed by one, so it can be handed on unread.
type Arguments = *mut c_void;

#[link(name = "ass")]
unsafe extern "C" {
    fn ass_library_init() -> *mut Library;
    fn ass_library_done(library: *mut Library);
    fn ass_set_message_cb(
        library: *mut Library,
        hear: Option<extern "C" fn(c_int, *const c_char, Arguments, *mut c_void)>,
        data: *mut c_void,
    );
    fn ass_add_font(library: *mut Library, name: *const c_char, data: *const c_char, size: c_int);
    fn ass_renderer_init(library: *mut Library) -> *mut Drawer;
    fn ass_renderer_done(renderer: *mut Drawer);
    fn ass_set_frame_size(renderer: *mut Drawer, width: c_int, height: c_int);
    fn ass_set_storage_size(renderer: *mut Drawer, width: c_int, height: c_int);
    fn ass_set_cache_limits(renderer: *mut Drawer, glyphs: c_int, megabytes: c_int);
    fn ass_set_fonts(
        renderer: *mut Drawer,
        default_file: *const c_char,
        default_family: *const c_char,
        provider: c_int,
        config: *const c_char,
        update: c_int,
    );
    fn ass_read_memory(library: *mut Library, text: *mut c_char, size: usize, codepage: *const c_char) -> *mut Track;
    fn ass_free_track(track: *mut Track);
    fn ass_render_frame(
        renderer: *mut Drawer,
        track: *mut Track,
        milliseconds: c_longlong,
        changed: *mut c_int,
    ) -> *mut Image;
}

unsafe extern "C" {
    /// FFmpeg's, which is linked anyway and prints with a `va_list`.
    #[link_name = "av_log_format_line2"]
    fn format_line(
        context: *mut c_void,
        level: c_int,
        format: *const c_char,
        arguments: Arguments,
        line: *mut c_char,
        size: c_int,
        with_prefix: *mut c_int,
    ) -> c_int;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(family: &str, text: &str) -> Vec<String> {
        let document = format!(
            "[Script Info]\nScriptType: v4.00+\nPlayResX: 320\nPlayResY: 180\n[V4+ Styles]\nFormat: Name, Fontname, \
             Fontsize\nStyle: Default,{family},40\n[Events]\nFormat: Layer, Start, End, Style, Text\n\
             Dialogue: 0,0:00:00.00,0:00:09.00,Default,{text}\n"
        );
        let mut renderer = Renderer::new(&document, &[("own", super::super::fonts::OWN)], (320, 180)).expect("libass");
        assert_eq!(renderer.bitmaps(Ticks(0)).count() > 0, family.starts_with("Noto"), "{family}");
        renderer.complaints()
    }

    #[test]
    fn what_is_drawn_in_another_font_is_told() {
        assert!(said("Noto Sans CJK SC", "AI生成").is_empty());
        assert!(!said("Comic Sans MS", "AI生成").is_empty(), "another family");
        assert!(!said("Noto Sans CJK SC", "ก").is_empty(), "a letter that it lacks");
    }
}
