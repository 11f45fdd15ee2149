//! Pictures, sound and clips: what Gallop reads and writes through FFmpeg.
