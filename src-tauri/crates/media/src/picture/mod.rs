//! Reading and writing pictures.

use std::path::Path;

use crate::{Error, Result};

/// Sides under this are refused: nothing can be made of them.
pub const MIN_PICTURE_SIDE: u32 = 16;
/// Sides over this are refused before anything is unpacked.
pub const MAX_PICTURE_SIDE: u32 = 16_384;
/// More pixels than this are refused before anything is unpacked.
pub const MAX_PICTURE_PIXELS: u64 = 100_000_000;

/// A picture in memory: 8-bit RGB rows from the top, no padding, full range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// `height * width * 3` bytes: red, green, blue.
    pub rgb: Vec<u8>,
}

/// Reads a PNG, JPEG, WebP, BMP or (first frame of a) GIF file as it is meant to be seen: EXIF orientation applied, grey
/// replicated, alpha dropped (the colour under it is kept), 16 bits rounded to 8.
pub fn read_picture(path: &Path) -> Result<Picture> {
    let _ = path;
    Err(Error::Spec("not built yet".into()))
}

/// Writes a PNG file; an existing file is replaced only when the new one is complete.
pub fn write_picture(path: &Path, picture: &Picture) -> Result<()> {
    let _ = (path, picture);
    Err(Error::Spec("not built yet".into()))
}
