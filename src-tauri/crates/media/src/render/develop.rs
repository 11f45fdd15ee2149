//! From a decoder's picture, whatever it is, to a [`Frame`] that is the right way up.

use ffmpeg_next::frame;

use super::{
    frame::Frame,
    hdr::{Light, ToneMap},
    scale::{Look, Scaler},
    turn::Turn,
};
use crate::Result;

/// Converters, kept for the next picture of the same kind.
#[derive(Default)]
pub(super) struct Developer {
    scaler: Scaler,
    /// For the second step of what has too much light.
    flat: Scaler,
    tone: Option<ToneMap>,
}

impl Developer {
    /// Brings all of a picture to this size as seen (both sides even).
    pub(super) fn frame(&mut self, picture: &frame::Video, turn: Turn, size: (u32, u32)) -> Result<Frame> {
        let look = Look::of(picture);
        let stored = turn.size(size);
        let light = Light::of(picture);
        let frame = if light != Light::Plain {
            let tone = match self.tone.take() {
                Some(tone) if tone.light() == light => tone,
                _ => ToneMap::new(light),
            };
            let deep = self.scaler.deep_rgb(picture, look, stored)?;
            let flat = tone.run(&deep)?;
            self.tone = Some(tone);
            self.flat.frame(&flat, Look::of(&flat), stored, turn.siting())?
        } else if look.is_native() && turn == Turn::NONE && (picture.width(), picture.height()) == size {
            Frame::of(picture)?
        } else {
            self.scaler.frame(picture, look, stored, turn.siting())?
        };
        turn.frame(frame)
    }

    /// Brings a plane of 8 bits in full range, such as an alpha channel, to this size as seen.
    pub(super) fn plane(&mut self, plane: &frame::Video, turn: Turn, size: (u32, u32)) -> Result<frame::Video> {
        turn.picture(self.flat.plane(plane, turn.size(size))?)
    }
}
