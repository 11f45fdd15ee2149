//! Where lines of captions stand: broken to the width that is safe, in portions that are not too high, and none over another.

use std::ops::Range;

use super::{
    Cue, Page, Place, Style, Word,
    font::Face,
    fonts,
    wrap::{self, Piece},
};
use crate::{Error, Result, Ticks, render::Span};

/// Distance of two baselines in ems. A font's own line is half as much again, which is wide for captions.
const PITCH: f32 = 1.28;
/// Distance between a text and its translation, in ems.
const APART: f32 = 0.14;
/// Thickness of the outline in ems.
const OUTLINE: f32 = 0.085;
/// How far the box goes over the letters, across and down, in ems.
const PADDING: (f32, f32) = (0.36, 0.14);
/// How far above the baseline the middle of a Chinese character is, in ems.
const MIDDLE: f32 = 0.38;

/// Longer cues, and more of them, are refused.
const MAX_CUE_CHARS: usize = 4_000;
const MAX_CUES: usize = 20_000;

/// A line at its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// What it says.
    pub text: String,
    /// Whether it is of a translation.
    pub second: bool,
    /// Its words with their times, and whether white space stands before each; empty for a translation.
    pub words: Vec<(bool, Word)>,
    /// The family it is drawn in.
    pub family: &'static str,
    /// Side of a Chinese character's square in pixels.
    pub em: f32,
    /// Middle and width in pixels, as far as there is ink.
    pub middle: f32,
    pub width: f32,
    /// Middle of the line with the empty half of a mark at its end, and its baseline, in pixels.
    pub at: (f32, f32),
}

/// What is seen of a cue at one time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    /// When.
    pub span: Span,
    /// Its lines, the uppermost first.
    pub lines: Vec<Line>,
    /// Left, upper, right and lower edge of the box around them, in pixels.
    pub area: [f32; 4],
}

/// Thickness of an outline around letters of this size.
pub(super) fn outline(em: f32) -> f32 {
    em * OUTLINE
}

/// Puts all cues on the page. `above` is what the label takes at the top, in pixels.
pub(super) fn blocks(page: &Page, cues: &[Cue], style: &Style, above: f32) -> Result<Vec<Block>> {
    if cues.len() > MAX_CUES {
        return Err(Error::Spec(format!("{} captions are more than the {MAX_CUES} that a film can have", cues.len())));
    }
    let mut order: Vec<&Cue> = cues.iter().filter(|cue| cue.span.end > cue.span.start).collect();
    order.sort_by_key(|cue| cue.span.start);
    let column = Column::of(page);
    let mut blocks: Vec<Block> = Vec::new();
    // Those that may still be seen when the next begins: index and distance of both edges from the place's edge.
    let mut seen: Vec<(usize, f32, f32)> = Vec::new();
    for cue in order {
        for mut block in portions(page, &column, &with_low_points(cue), style)? {
            let height = block.area[3];
            seen.retain(|(other, ..)| blocks[*other].span.end > block.span.start);
            seen.sort_by(|a, b| a.1.total_cmp(&b.1));
            let mut near = 0.0;
            for (other, from, to) in &seen {
                if blocks[*other].span.start < block.span.end && *from < near + height {
                    near = near.max(*to);
                }
            }
            seen.push((blocks.len(), near, near + height));
            let top = match style.place {
                Place::Top => column.top + above + near,
                // Rather lower than the middle, where a face would be.
                Place::Middle => (column.top + column.bottom - height) / 2.0 + near,
                Place::Bottom => column.bottom - near - height,
            };
            block.area[1] += top;
            block.area[3] += top;
            for line in &mut block.lines {
                line.at.1 += top;
            }
            blocks.push(block);
        }
    }
    Ok(blocks)
}

/// The part of the page that captions stand in, in pixels.
struct Column {
    middle: f32,
    width: f32,
    top: f32,
    bottom: f32,
}

impl Column {
    /// In the middle of the canvas where that costs little of the safe width, else in the middle of the safe area.
    fn of(page: &Page) -> Self {
        let (width, height) = (page.size.0 as f32, page.size.1 as f32);
        let (left, right) = (page.safe.x * width, (page.safe.x + page.safe.w) * width);
        let centred = 2.0 * (width / 2.0 - left).min(right - width / 2.0);
        let (middle, wide) =
            if centred >= 0.8 * (right - left) { (width / 2.0, centred) } else { ((left + right) / 2.0, right - left) };
        // A pixel less, for soft edges.
        let (top, bottom) = (page.safe.y * height + 1.0, (page.safe.y + page.safe.h) * height - 1.0);
        Self { middle, width: wide, top, bottom }
    }
}

/// The lines of a text in one language.
struct Lines<'a> {
    pieces: Vec<Piece<'a>>,
    ranges: Vec<Range<usize>>,
    family: &'static str,
    face: Face<'static>,
    em: f32,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str, language: &str, em: f32, width: f32) -> Result<Self> {
        if text.chars().count() > MAX_CUE_CHARS {
            return Err(Error::Spec(format!("a caption is longer than {MAX_CUE_CHARS} characters; cut it in parts")));
        }
        let family = fonts::family(language);
        let face = fonts::own(family)?;
        let pieces = wrap::pieces(text);
        let room = width - 2.0 * (outline(em) + PADDING.0 * em);
        let ranges = wrap::lines(&pieces, |text| face.width(text), room / em);
        Ok(Self { pieces, ranges, family, face, em })
    }

    /// The lines that are seen together, `most` at a time: as few portions as there can be, which rather end where a phrase
    /// does, and are as even as can be.
    fn parts(&self, most: usize) -> Vec<Range<usize>> {
        let lines = self.ranges.len();
        let ends_phrase = |line: usize| {
            let piece = self.ranges.get(line).and_then(|range| self.pieces.get(range.end - 1));
            piece.is_none_or(|piece| wrap::ends_phrase(piece.text))
        };
        // The least cost of all before each line, and where the last portion of that begins.
        let mut best = vec![(0, 0); lines + 1];
        for end in 1..=lines {
            let torn = if ends_phrase(end - 1) { 0 } else { 8 };
            let starts = end.saturating_sub(most)..end;
            let cost = |start: usize| best[start].0 + 1_000 + torn + (most - (end - start)).pow(2);
            best[end] = starts.map(|start| (cost(start), start)).min().unwrap_or_default();
        }
        let mut parts = Vec::new();
        let mut end = lines;
        while end > 0 {
            let start = best[end].1;
            parts.push(start..end);
            end = start;
        }
        parts.reverse();
        parts
    }

    /// A line in the middle of the column, its baseline at 0, made smaller where one word is wider than the column.
    fn line(&self, range: &Range<usize>, words: &[Word], column: &Column) -> Line {
        let pieces = self.pieces.get(range.clone()).unwrap_or_default();
        let text = wrap::joined(pieces);
        let room = column.width - 2.0 * (outline(self.em) + PADDING.0 * self.em);
        let hang = wrap::hang(&text, |text| self.face.width(text));
        let inside = self.face.width(&text) - hang;
        let em = self.em.min(room / inside.max(f32::EPSILON));
        let words = words.get(range.clone()).unwrap_or_default();
        let words = pieces.iter().zip(words).map(|(piece, word)| (piece.gap != wrap::Gap::None, word.clone()));
        Line {
            words: words.collect(),
            second: false,
            text,
            family: self.family,
            em,
            middle: column.middle,
            width: inside * em,
            at: (column.middle + hang * em / 2.0, 0.0),
        }
    }
}

/// The cue as it is drawn: the three points of these fonts hang in the middle of the line, which is right among Han characters
/// only.
fn with_low_points(cue: &Cue) -> Cue {
    let lowered = |text: &mut String, language: &str| {
        if fonts::family(language) == fonts::family("en") {
            *text = text.replace('…', "...");
        }
    };
    let mut cue = cue.clone();
    lowered(&mut cue.text, &cue.language);
    for word in &mut cue.words {
        lowered(&mut word.text, &cue.language);
    }
    if let Some(second) = &mut cue.translation {
        lowered(&mut second.text, &second.language);
    }
    cue
}

/// A cue in portions of few lines, each in coordinates from its own top.
fn portions(page: &Page, column: &Column, cue: &Cue, style: &Style) -> Result<Vec<Block>> {
    let em = page.measure() * style.size.clamp(0.02, 0.2);
    let main = Lines::of(&cue.text, &cue.language, em, column.width)?;
    let second = match &cue.translation {
        Some(second) => {
            let em = em * style.translation_size.clamp(0.5, 1.0);
            Some(Lines::of(&second.text, &second.language, em, column.width)?)
        }
        None => None,
    };
    let words = cue.timed_words();
    let most = usize::from(style.max_lines.clamp(1, 4));
    let parts = main.parts(most);
    let count = parts.len();
    let begins = |portion: usize| {
        let first =
            parts.get(portion).and_then(|part| main.ranges.get(part.start)).and_then(|line| words.get(line.start));
        first.map_or(cue.span.end, |word| word.span.start)
    };
    let share =
        |length: usize, portion: usize| (portion * length).div_ceil(count)..((portion + 1) * length).div_ceil(count);
    let mut blocks = Vec::new();
    for portion in 0..count {
        let part = parts.get(portion).cloned().unwrap_or_default();
        let start = if portion == 0 { cue.span.start } else { begins(portion) };
        let end = if portion + 1 == count { cue.span.end } else { begins(portion + 1) };
        let mut lines: Vec<Line> =
            main.ranges.get(part).unwrap_or_default().iter().map(|range| main.line(range, &words, column)).collect();
        if let Some(second) = &second {
            let ranges = second.ranges.get(share(second.ranges.len(), portion)).unwrap_or_default();
            lines.extend(ranges.iter().map(|range| Line { second: true, ..second.line(range, &[], column) }));
        }
        if end > start && !lines.is_empty() {
            blocks.push(block(Span { start, end }, lines, em));
        }
    }
    Ok(blocks)
}

/// Puts lines under each other.
fn block(span: Span, mut lines: Vec<Line>, em: f32) -> Block {
    let mut y = PADDING.1 * em;
    let mut second = false;
    for line in &mut lines {
        y += if line.second && !second { APART * em } else { 0.0 };
        second = line.second;
        line.at.1 = y + (PITCH / 2.0 + MIDDLE) * line.em;
        y += PITCH * line.em;
    }
    let width = lines.iter().map(|line| line.width).fold(0.0, f32::max) + 2.0 * PADDING.0 * em;
    let middle = lines.first().map_or(0.0, |line| line.middle);
    Block { span, lines, area: [middle - width / 2.0, 0.0, middle + width / 2.0, y + PADDING.1 * em] }
}

/// How long after its end a word stays lit, if the next begins no later.
pub(super) const LINGER: Ticks = Ticks(Ticks::PER_SECOND * 3 / 10);
