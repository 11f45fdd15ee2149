//! Captions and the AI label as the document that they are drawn from.

use std::fmt::Write as _;

use super::{
    Cue, Label, Look, Page, Style, Word,
    ass::{color, escaped, time},
    fonts, label,
    layout::{self, Block, Line},
};
use crate::{Error, Result, Ticks};

/// The fields of a style line.
pub(super) const STYLE_FORMAT: &str = "Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, \
    BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, \
    Alignment, MarginL, MarginR, MarginV, Encoding";
/// The fields of an event.
pub(super) const EVENT_FORMAT: &str = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text";

/// Corner of the box, in ems.
const CORNER: f32 = 0.24;

/// Writes the ASS document of these words: a page of the canvas' size, lines broken and placed within the safe area, the label
/// at its upper left.
///
/// A cue with more lines than the style allows is shown in portions; cues that are seen at the same time stand one above the
/// other. A page without room for the label is an [`Error::Spec`], because the law knows no small label.
pub fn compose(page: &Page, cues: &[Cue], style: &Style, label: Option<&Label>) -> Result<String> {
    check(page)?;
    let mut events = String::new();
    let above = match label {
        Some(label) => label::write(&mut events, page, label)?,
        None => 0.0,
    };
    for block in layout::blocks(page, cues, style, above)? {
        write_block(&mut events, &block, style)?;
    }
    Ok(document(page, style, &events))
}

/// The whole document of these events.
pub(super) fn document(page: &Page, style: &Style, events: &str) -> String {
    let (width, height) = page.size;
    // Both sizes are given, so that outlines are as thick in a small preview as in the export.
    format!(
        "[Script Info]\nScriptType: v4.00+\nPlayResX: {width}\nPlayResY: {height}\nLayoutResX: {width}\n\
         LayoutResY: {height}\nWrapStyle: 2\nScaledBorderAndShadow: yes\nYCbCr Matrix: None\n\n\
         [V4+ Styles]\nFormat: {STYLE_FORMAT}\n{}\n[Events]\nFormat: {EVENT_FORMAT}\n{events}",
        styles(style)
    )
}

pub(super) fn check(page: &Page) -> Result<()> {
    let (width, height) = page.size;
    let safe = page.safe;
    let inside =
        [safe.x, safe.y, safe.x + safe.w, safe.y + safe.h].into_iter().all(|edge| (-0.001..=1.001).contains(&edge));
    if !(16..=16_384).contains(&width) || !(16..=16_384).contains(&height) {
        return Err(Error::Spec(format!("words cannot be put on a canvas of {width}x{height} pixels")));
    }
    if !inside || safe.w < 0.1 || safe.h < 0.1 {
        return Err(Error::Spec(format!("the safe area {safe:?} is not a part of the canvas that words have room in")));
    }
    Ok(())
}

/// A style for every family, and one for boxes. Sizes and outlines stand in the events.
fn styles(style: &Style) -> String {
    let hidden = 255 - (style.box_opacity.clamp(0.0, 1.0) * 255.0).round() as u8;
    // What is to be sung has the second colour, what was sung the first.
    let (first, second) = match style.look {
        Look::Karaoke => (style.accent, style.color),
        _ => (style.color, style.color),
    };
    let (first, second, edge) = (color(first, 0), color(second, 0), color(style.edge, 0));
    let rest = "100,100,0,0,1,0,0,2,0,0,0,1";
    let mut styles = String::new();
    for family in fonts::FAMILIES {
        styles += &format!("Style: {family},{family},40,{first},{second},{edge},{edge},-1,0,0,0,{rest}\n");
    }
    let family = fonts::family("zh");
    let (white, black) = (color([255; 3], 0), color([0; 3], 96));
    styles += &format!("Style: Label,{family},40,{white},{white},{black},{black},-1,0,0,0,{rest}\n");
    let fill = color(style.edge, hidden);
    styles += &format!("Style: Box,{family},40,{fill},{fill},{fill},{fill},0,0,0,0,{rest}\n");
    styles
}

fn write_block(events: &mut String, block: &Block, style: &Style) -> Result<()> {
    let (start, end) = (time(block.span.start), time(block.span.end));
    if style.look == Look::Box {
        let em = block.lines.first().map_or(0.0, |line| line.em);
        let shape = rounded(block.area, CORNER * em);
        let _ = writeln!(events, "Dialogue: 0,{start},{end},Box,,0,0,0,,{{\\an7\\pos(0,0)\\bord0\\p1}}{shape}");
    }
    for line in &block.lines {
        let face = fonts::own(line.family)?;
        let size = (face.line.0 + face.line.1) * line.em / face.em;
        // The position of such a line is the lower end of its font's line.
        let (x, y) = (line.at.0, line.at.1 + face.line.1 * line.em / face.em);
        let outline = if style.look == Look::Box { 0.0 } else { layout::outline(line.em) };
        let text = match style.look {
            Look::Highlight if !line.words.is_empty() => highlighted(line, block.span.start, style),
            Look::Karaoke if !line.words.is_empty() => sung(line, block.span.start),
            // A translation under a song has the colour of what is to be sung.
            Look::Karaoke => format!("{{\\1c{}}}{}", color6(style.color), escaped(&line.text)),
            _ => escaped(&line.text),
        };
        let _ = writeln!(
            events,
            "Dialogue: 1,{start},{end},{},,0,0,0,,{{\\an2\\pos({x:.2},{y:.2})\\fs{size:.2}\\bord{outline:.2}}}{text}",
            line.family
        );
    }
    Ok(())
}

/// A colour as override tags have it.
fn color6([r, g, b]: [u8; 3]) -> String {
    format!("&H{b:02X}{g:02X}{r:02X}&")
}

/// The word that is said in another colour.
fn highlighted(line: &Line, start: Ticks, style: &Style) -> String {
    let (plain, lit) = (color6(style.color), color6(style.accent));
    let millis = |moment: Ticks| (moment - rounded_down(start)).0.max(0) / (Ticks::PER_SECOND / 1_000);
    let mut text = String::new();
    for (at, (spaced, word)) in line.words.iter().enumerate() {
        let next = line.words.get(at + 1).map(|(_, next)| next.span.start);
        let until = next.filter(|next| *next <= word.span.end + layout::LINGER).unwrap_or(word.span.end);
        let (from, until) = (millis(word.span.start), millis(until));
        text.push_str(if *spaced && at > 0 { " " } else { "" });
        // A change at 0 would be taken as one over the whole time.
        let _ = match from {
            0 => write!(text, "{{\\1c{lit}"),
            _ => write!(text, "{{\\1c{plain}\\t({from},{from},\\1c{lit})"),
        };
        let _ = write!(text, "\\t({0},{0},\\1c{plain})}}{1}", until.max(1), escaped(&word.text));
    }
    text
}

/// The letters with a sweep through each word.
fn sung(line: &Line, start: Ticks) -> String {
    let hundredths = |moment: Ticks| (moment - rounded_down(start)).0.max(0) / (Ticks::PER_SECOND / 100);
    let mut text = String::new();
    let mut at = 0;
    for (index, (spaced, Word { text: letters, span })) in line.words.iter().enumerate() {
        let (from, until) = (hundredths(span.start).max(at), hundredths(span.end).max(at));
        text.push_str(if *spaced && index > 0 { " " } else { "" });
        if from > at {
            let _ = write!(text, "{{\\k{}}}", from - at);
        }
        let _ = write!(text, "{{\\kf{}}}{}", until - from, escaped(letters));
        at = until;
    }
    text
}

/// The moment that the document has for one.
fn rounded_down(moment: Ticks) -> Ticks {
    let hundredth = Ticks::PER_SECOND / 100;
    Ticks(moment.0.max(0) / hundredth * hundredth)
}

/// The outline of a rectangle with round corners: a quarter of a circle is a Bézier curve with its handles at 0.5523 of the
/// radius.
fn rounded([left, top, right, bottom]: [f32; 4], radius: f32) -> String {
    let r = radius.min((right - left) / 2.0).min((bottom - top) / 2.0).max(0.0);
    let h = r * (1.0 - 0.5523);
    let corners = [
        [(left, top + r), (left, top + h), (left + h, top), (left + r, top)],
        [(right - r, top), (right - h, top), (right, top + h), (right, top + r)],
        [(right, bottom - r), (right, bottom - h), (right - h, bottom), (right - r, bottom)],
        [(left + r, bottom), (left + h, bottom), (left, bottom - h), (left, bottom - r)],
    ];
    let mut shape = String::new();
    for (at, corner) in corners.into_iter().enumerate() {
        for (place, (x, y)) in corner.into_iter().enumerate() {
            let step = match (at, place) {
                (0, 0) => "m ",
                (_, 0) => "l ",
                (_, 1) => "b ",
                _ => "",
            };
            let _ = write!(shape, "{step}{x:.1} {y:.1} ");
        }
    }
    shape.trim_end().to_owned()
}
