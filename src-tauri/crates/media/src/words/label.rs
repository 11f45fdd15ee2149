//! The AI label.

use std::fmt::Write as _;

use super::{Label, Page, ass::time, compose, fonts, libass::Renderer};
use crate::{Error, Result, Ticks};

/// Thickness of its outline, in ems.
const OUTLINE: f32 = 0.06;
/// How high above the baseline Chinese characters and capital letters end at most, and how far below it letters go, in ems.
const ASCENT: f32 = 0.9;
const DESCENT: f32 = 0.24;

/// Writes the label at the upper left of the safe area; says how many pixels of the safe area's top it takes.
pub(super) fn write(events: &mut String, page: &Page, label: &Label) -> Result<f32> {
    write_letters(events, page, label, label.text.letters())
}

fn write_letters(events: &mut String, page: &Page, label: &Label, letters: &str) -> Result<f32> {
    let (width, height) = (page.size.0 as f32, page.size.1 as f32);
    let face = fonts::own(fonts::family("zh"))?;
    // A little more than the law asks for, and a pixel, so that no rounding makes it less.
    let em = (Label::HEIGHT * width.min(height) * 1.02 + 1.0) * face.em / face.capital.max(1.0);
    let outline = em * OUTLINE;
    // With a little more for soft edges.
    let edge = outline + 1.5;
    let (wide, high) = (face.width(letters) * em + 2.0 * edge, (ASCENT + DESCENT) * em + 2.0 * edge);
    if wide > page.safe.w * width || high > page.safe.h * height {
        return Err(Error::Spec(format!(
            "the safe area is {:.0}x{:.0} pixels, too small for the label {letters:?}, which takes {wide:.0}x{high:.0}",
            page.safe.w * width,
            page.safe.h * height
        )));
    }
    let (left, top) = (page.safe.x * width + edge, page.safe.y * height + edge);
    let (up, down) = (face.line.0 * em / face.em, face.line.1 * em / face.em);
    let end = time(label.length.max(Label::LEAST));
    // A string takes all that is written to it.
    let _ = writeln!(
        events,
        "Dialogue: 10,0:00:00.00,{end},Label,,0,0,0,,{{\\an7\\pos({left:.2},{:.2})\\fs{:.2}\\bord{outline:.2}}}{letters}",
        top + ASCENT * em - up,
        up + down
    );
    Ok(high + 0.1 * em)
}

/// How high the label's letters are as they are drawn, in pixels: of its capital letters and Chinese characters the lowest,
/// without the outline, from the first row that is half covered to the last.
///
/// This is what a law measures ([`Label::HEIGHT`] of the shorter side), found in the picture and not in a font's numbers.
pub fn label_height(page: &Page, label: &Label) -> Result<u32> {
    compose::check(page)?;
    let mut lowest = u32::MAX;
    for letter in label.text.letters().chars().filter(|letter| letter.is_uppercase() || !letter.is_ascii()) {
        let mut event = String::new();
        write_letters(&mut event, page, label, &letter.to_string())?;
        let document = compose::document(page, &super::Style::default(), &event);
        let mut renderer = Renderer::new(&document, &[("own", fonts::OWN)], page.size)
            .ok_or_else(|| Error::Spec("libass could not be started; there may be too little memory".into()))?;
        let mut rows = 0;
        for bitmap in renderer.bitmaps(Ticks::ZERO).filter(|bitmap| bitmap.letters) {
            let covered = |row: &&[u8]| row.iter().take(bitmap.size.0).any(|covered| *covered >= 128);
            rows = rows.max(bitmap.coverage.chunks(bitmap.stride).filter(covered).count());
        }
        lowest = lowest.min(u32::try_from(rows).unwrap_or(0));
    }
    Ok(lowest)
}
