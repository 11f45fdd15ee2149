//! FFmpeg itself: start-up, its log, its version and encoders.

use std::{
    cell::RefCell,
    ffi::{CStr, CString, c_char, c_int, c_void},
    sync::Once,
};

use ffmpeg_next::ffi;

/// Why an FFmpeg call failed, in FFmpeg's words where it said any.
pub(crate) fn explain(error: ffmpeg_next::Error) -> String {
    let said = SAID.with_borrow_mut(std::mem::take);
    match said.last() {
        Some(last) => last.clone(),
        None => error.to_string(),
    }
}

/// Makes FFmpeg ready and forgets what it said before. Every public function that uses FFmpeg starts with this.
pub(crate) fn start() {
    static READY: Once = Once::new();
    READY.call_once(|| {
        // It only fills a table of error texts; there is nothing that can fail.
        let _ = ffmpeg_next::init();
        listen();
    });
    SAID.with_borrow_mut(Vec::clear);
}

/// The version of the FFmpeg libraries in use, such as `5.1.9-0+deb12u1`.
pub fn ffmpeg_version() -> String {
    // SAFETY: returns a static, NUL-terminated string.
    unsafe { text(ffi::av_version_info()) }
}

/// Whether an encoder of this name (`libx264`, `aac`, …) is compiled into FFmpeg. It may still fail to open.
pub fn has_encoder(name: &str) -> bool {
    CString::new(name).is_ok() && ffmpeg_next::encoder::find_by_name(name).is_some()
}

/// Copies a C string that may be null or not UTF-8.
///
/// # Safety
/// `text` is null or points to a NUL-terminated string.
pub(crate) unsafe fn text(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: not null, and NUL-terminated by the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

thread_local! {
    /// The error messages of FFmpeg calls made on this thread, newest last.
    static SAID: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// How C passes a `va_list` on this machine.
#[cfg(all(target_arch = "x86_64", not(windows), not(target_vendor = "apple")))]
type Arguments = *mut ffi::__va_list_tag;

/// Diverts the log from stderr into [`SAID`].
#[cfg(all(target_arch = "x86_64", not(windows), not(target_vendor = "apple")))]
fn listen() {
    unsafe extern "C" fn hear(context: *mut c_void, level: c_int, format: *const c_char, arguments: Arguments) {
        if level > ffi::AV_LOG_ERROR {
            return;
        }
        let mut line = [0 as c_char; 512];
        let mut with_prefix = 0;
        // SAFETY: the first four are what FFmpeg gave us; the line is as long as we say and gets NUL-terminated.
        unsafe {
            ffi::av_log_format_line2(
                context,
                level,
                format,
                arguments,
                line.as_mut_ptr(),
                line.len() as c_int,
                &raw mut with_prefix,
            );
        }
        // SAFETY: as above.
        let line = unsafe { text(line.as_ptr()) };
        let line = line.trim().trim_end_matches('.');
        if line.is_empty() {
            return;
        }
        // A thread that is being torn down, or a log line during a log line, is not worth a panic across C.
        let _ = SAID.try_with(|said| {
            if let Ok(mut said) = said.try_borrow_mut() {
                said.push(line.to_owned());
                if said.len() > 8 {
                    said.remove(0);
                }
            }
        });
    }
    // SAFETY: the function has the signature that FFmpeg asks for, never unwinds, and may be called from any thread.
    unsafe { ffi::av_log_set_callback(Some(hear)) };
}

/// Elsewhere the type of a `va_list` differs from system to system, so FFmpeg is only silenced.
#[cfg(not(all(target_arch = "x86_64", not(windows), not(target_vendor = "apple"))))]
fn listen() {
    ffmpeg_next::log::set_level(ffmpeg_next::log::Level::Quiet);
}
