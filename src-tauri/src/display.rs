//! What the system's web view has to be told before it starts.

/// WebKitGTK draws nothing with some NVIDIA drivers when it shares buffers with the card; it falls back to copies where
/// this is set. Source: tauri issues 9394 and 13151. What the user set stands.
#[cfg(target_os = "linux")]
pub fn prepare() {
    const SHARED_BUFFERS_OFF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if std::path::Path::new("/proc/driver/nvidia").exists() && std::env::var_os(SHARED_BUFFERS_OFF).is_none() {
        // SAFETY: this is the first thing that `main` does, and no other thread runs yet.
        unsafe { std::env::set_var(SHARED_BUFFERS_OFF, "1") };
    }
}

/// Nothing: other systems' web views need no word.
#[cfg(not(target_os = "linux"))]
pub fn prepare() {}
