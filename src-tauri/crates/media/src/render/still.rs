//! Pictures that do not move by themselves.

use std::path::Path;

use ffmpeg_next::frame;

use super::alpha;
use crate::{
    Result,
    picture::{read_with_alpha, rgb_frame},
};

/// A picture file in memory.
pub(super) struct Still {
    /// Red, green and blue, multiplied with the alpha.
    pub(super) rgb: frame::Video,
    /// How opaque it is: full range, as large; none where it is everywhere.
    pub(super) alpha: Option<frame::Video>,
}

impl Still {
    /// Reads a picture file the way up that it is meant to be.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let (mut picture, alpha) = read_with_alpha(path)?;
        let (width, height) = (picture.width, picture.height);
        if let Some(alpha) = &alpha {
            alpha::multiply_rgb(&mut picture, alpha);
        }
        let rgb = rgb_frame(width, height, &picture.rgb);
        drop(picture);
        let alpha = alpha.map(|alpha| alpha::plane(&alpha, width, height)).transpose()?;
        Ok(Self { rgb, alpha })
    }
}
