//! Words onto frames.

use super::{
    ass::Document,
    blend::{Plane, blend},
    fonts::Fonts,
    libass::Renderer,
};
use crate::{
    Error, Result, Ticks,
    render::{Frame, Words},
};

/// Draws the words of a graph onto frames of one size. What is drawn at a moment depends on the words and the size alone.
pub struct Lettering {
    renderer: Renderer,
    size: (u32, u32),
}

impl Lettering {
    /// Reads the document and its fonts, for frames of this many pixels across and down.
    ///
    /// Letters are drawn only with the fonts that the document names, from [`Words::fonts`] (where that is not an empty path)
    /// or from Gallop itself: a family that is nowhere is an [`Error::NoFont`], letters that it lacks are an
    /// [`Error::NoGlyphs`], and nothing is ever put in their place.
    pub fn new(words: &Words, size: (u32, u32)) -> Result<Self> {
        if size.0 == 0 || size.1 == 0 || size.0.max(size.1) > crate::MAX_PICTURE_SIDE {
            return Err(Error::Spec(format!("words cannot be drawn onto frames of {}x{} pixels", size.0, size.1)));
        }
        let document = Document::parse(&words.ass)
            .map_err(|fault| Error::Spec(format!("the words of the film cannot be read: {fault}")))?;
        let fonts = Fonts::of(&document, &words.fonts)?;
        let renderer = Renderer::new(&words.ass, &fonts.files(), size)
            .ok_or_else(|| Error::Spec("libass could not be started; there may be too little memory".into()))?;
        Ok(Self { renderer, size })
    }

    /// Draws the words of a moment over a frame of the size given to [`Self::new`].
    pub fn draw(&mut self, frame: &mut Frame, moment: Ticks) -> Result<()> {
        if frame.size() != self.size {
            let ((width, height), (wide, high)) = (self.size, frame.size());
            return Err(Error::Spec(format!(
                "words for {width}x{height} pixels do not go on a frame of {wide}x{high}"
            )));
        }
        for bitmap in self.renderer.bitmaps(moment) {
            // Only here: a frame without words is not touched.
            let frame = frame.video_mut();
            for plane in 0..3 {
                let stride = frame.stride(plane);
                blend(&mut Plane { data: frame.data_mut(plane), stride, plane, size: self.size }, &bitmap);
            }
        }
        match self.renderer.complaints().into_iter().next() {
            // Our own look at the fonts comes first; what it missed is told by libass itself.
            Some(said) => Err(Error::Substitute { said }),
            None => Ok(()),
        }
    }
}
