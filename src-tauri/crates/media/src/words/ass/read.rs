//! Cues out of a document of any editor.

use super::{Document, Part, parts};
use crate::{
    Ticks,
    render::Span,
    words::{Cue, Fault, Word, text},
};

/// Reads the events as cues: their letters, and the times of words where they have `\k`. Drawings and empty events are passed
/// over; looks are not read.
pub(crate) fn read(written: &str, language: &str) -> Result<Vec<Cue>, Fault> {
    let document = Document::parse(written)?;
    let language = document.info.get("language").copied().filter(|own| !own.is_empty()).unwrap_or(language);
    let mut cues = Vec::new();
    for event in &document.events {
        let (mut letters, mut words, mut drawing) = (String::new(), Vec::new(), false);
        let mut at = event.span.start;
        // Where the syllable that runs began among the letters, and how long it lasts.
        let mut sung: Option<(usize, Ticks)> = None;
        let mut finish = |sung: Option<(usize, Ticks)>, letters: &str| {
            let Some((from, length)) = sung else { return };
            let said = letters.get(from..).unwrap_or_default().trim();
            let span = Span { start: at, end: at + length };
            at = span.end;
            if !said.is_empty() {
                words.push(Word { text: said.to_owned(), span });
            }
        };
        for part in parts(event.text) {
            match part {
                Part::Text(text) if !drawing => letters.push_str(text),
                Part::Tag("k", time) => {
                    finish(sung.take(), &letters);
                    let digits = time.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
                    let hundredths = digits.parse::<u32>().unwrap_or(0);
                    sung = Some((letters.len(), Ticks(i64::from(hundredths) * (Ticks::PER_SECOND / 100))));
                }
                Part::Tag("p", scale) => drawing = scale.parse::<u32>().is_ok_and(|scale| scale > 0),
                _ => {}
            }
        }
        finish(sung, &letters);
        let said = text::tidied(&letters);
        if !said.is_empty() && event.span.end > event.span.start {
            cues.push(Cue { words, ..Cue::new(event.span, said, language) });
        }
    }
    cues.sort_by_key(|cue| cue.span.start);
    Ok(cues)
}
