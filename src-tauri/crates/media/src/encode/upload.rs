//! Bringing frames into a graphics card's memory, for encoders that take them from nowhere else: VAAPI's.

use ffmpeg_next::{codec, ffi, frame};

use crate::ffmpeg::explain;

/// Frames that the card holds for the encoder at once: what it looks ahead and refers to, with room.
const ON_CARD: i32 = 24;

/// A pool of frames in a card's memory.
pub(super) struct Upload(*mut ffi::AVBufferRef);

// SAFETY: the pool is counted and locked by FFmpeg and bound to no thread; it is only used through `&mut`.
unsafe impl Send for Upload {}

impl Upload {
    /// Opens the first card that VAAPI knows, and tells an encoder, which is not yet open, to take its frames.
    pub(super) fn open((width, height): (u32, u32), encoder: &mut codec::Context) -> Result<Self, String> {
        let failed = |code: i32| Err(explain(code.into()));
        let mut device = std::ptr::null_mut();
        // SAFETY: asks for the system's first device; it stays null where there is none.
        let made = unsafe {
            let kind = ffi::AVHWDeviceType::AV_HWDEVICE_TYPE_VAAPI;
            ffi::av_hwdevice_ctx_create(&raw mut device, kind, std::ptr::null(), std::ptr::null_mut(), 0)
        };
        if made < 0 {
            return failed(made);
        }
        // SAFETY: the device was made above; the pool keeps a reference of its own, so that ours ends here.
        let pool = unsafe {
            let pool = ffi::av_hwframe_ctx_alloc(device);
            ffi::av_buffer_unref(&raw mut device);
            pool
        };
        if pool.is_null() {
            return Err("there is no memory for a card's frames".into());
        }
        let upload = Self(pool);
        // SAFETY: a pool's data is such a structure, to be filled in before it is made ready. The encoder is alive and not
        // open; it gets a reference that it frees.
        unsafe {
            let context = &mut *(*upload.0).data.cast::<ffi::AVHWFramesContext>();
            context.format = ffi::AVPixelFormat::AV_PIX_FMT_VAAPI;
            context.sw_format = ffi::AVPixelFormat::AV_PIX_FMT_NV12;
            (context.width, context.height) = (width as i32, height as i32);
            context.initial_pool_size = ON_CARD;
            let ready = ffi::av_hwframe_ctx_init(upload.0);
            if ready < 0 {
                return failed(ready);
            }
            (*encoder.as_mut_ptr()).hw_frames_ctx = ffi::av_buffer_ref(upload.0);
        }
        Ok(upload)
    }

    /// The frame, which is NV12, in the card's memory.
    pub(super) fn run(&mut self, frame: &frame::Video) -> Result<frame::Video, ffmpeg_next::Error> {
        let mut on_card = frame::Video::empty();
        // SAFETY: the pool is ready, and both frames are alive; the new one is empty and gets its memory from the pool.
        let done = unsafe {
            let mut done = ffi::av_hwframe_get_buffer(self.0, on_card.as_mut_ptr(), 0);
            if done >= 0 {
                done = ffi::av_hwframe_transfer_data(on_card.as_mut_ptr(), frame.as_ptr(), 0);
            }
            if done >= 0 {
                done = ffi::av_frame_copy_props(on_card.as_mut_ptr(), frame.as_ptr());
            }
            done
        };
        if done < 0 { Err(done.into()) } else { Ok(on_card) }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // SAFETY: our own reference, given back once.
        unsafe { ffi::av_buffer_unref(&raw mut self.0) };
    }
}
