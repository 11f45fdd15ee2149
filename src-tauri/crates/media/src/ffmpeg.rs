//! FFmpeg itself: start-up, its log, its version and encoders.

/// The version of the FFmpeg libraries in use, such as `5.1.9-0+deb12u1`.
pub fn ffmpeg_version() -> String {
    String::new()
}

/// Whether an encoder of this name (`libx264`, `aac`, …) is compiled into FFmpeg. It may still fail to open.
pub fn has_encoder(name: &str) -> bool {
    let _ = name;
    false
}
