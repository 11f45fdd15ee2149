//! Writing what an event holds, and documents for other editors.

use std::fmt::Write as _;

use super::super::{Cue, compose, fonts};
use crate::Ticks;

/// A moment as `0:00:01.50`, rounded down: what is drawn is asked for by its millisecond, which is rounded down too, so that
/// an event begins and ends with the same frame as the moment does, up to 100 frames a second.
pub(crate) fn time(moment: Ticks) -> String {
    let hundredths = i128::from(moment.0.max(0)) * 100 / i128::from(Ticks::PER_SECOND);
    let (seconds, hundredths) = (hundredths / 100, hundredths % 100);
    format!("{}:{:02}:{:02}.{hundredths:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A colour as `&HAABBGGRR&`; `hidden` is 0 for opaque, 255 for invisible.
pub(crate) fn color([r, g, b]: [u8; 3], hidden: u8) -> String {
    format!("&H{hidden:02X}{b:02X}{g:02X}{r:02X}")
}

/// Letters as they stand in an event: nothing of them is a tag, an escape or a line break.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '{' | '}' => out.extend(['\\', c]),
            // There is no escape for a backslash, and this one looks the same.
            '\\' => out.push('\u{ff3c}'),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A document for editors of subtitles: one event a cue, with `\kf` where the times of its words are known, the translation
/// as a second line, and a plain style. It holds no size of a canvas and no label.
pub(crate) fn write(cues: &[Cue]) -> String {
    let language = cues.iter().map(|cue| cue.language.as_str()).find(|language| !language.is_empty());
    let mut out = String::from("[Script Info]\nScriptType: v4.00+\nPlayResX: 1920\nPlayResY: 1080\nWrapStyle: 0\n");
    out.push_str("ScaledBorderAndShadow: yes\nYCbCr Matrix: None\n");
    // A string takes all that is written to it.
    let _ = write!(out, "{}", language.map_or(String::new(), |language| format!("Language: {}\n", escaped(language))));
    let family = fonts::family(language.unwrap_or_default());
    let _ = write!(
        out,
        "\n[V4+ Styles]\nFormat: {}\nStyle: Default,{family},90,&H00FFFFFF,&H0000FFFF,&H00000000,&H80000000,\
         -1,0,0,0,100,100,0,0,1,4,0,2,60,60,60,1\n\n[Events]\nFormat: {}\n",
        compose::STYLE_FORMAT,
        compose::EVENT_FORMAT
    );
    for cue in cues {
        let _ = write!(out, "Dialogue: 0,{},{},Default,,0,0,0,,", time(cue.span.start), time(cue.span.end));
        out.push_str(&event_text(cue));
        out.push('\n');
    }
    out
}

fn event_text(cue: &Cue) -> String {
    let mut text = String::new();
    let lines = |text: &str| text.lines().map(escaped).collect::<Vec<_>>().join("\\N");
    if cue.words.is_empty() {
        text.push_str(&lines(&cue.text));
    } else {
        let hundredths = |moment: Ticks| moment.0.max(0) / (Ticks::PER_SECOND / 100);
        let mut from = hundredths(cue.span.start);
        let mut rest = cue.text.as_str();
        for word in cue.timed_words() {
            let (gap, behind) = rest.split_at(rest.find(word.text.as_str()).unwrap_or(0));
            rest = behind.get(word.text.len()..).unwrap_or_default();
            text.push_str(if gap.contains('\n') {
                "\\N"
            } else if gap.is_empty() {
                ""
            } else {
                " "
            });
            let (start, end) = (hundredths(word.span.start), hundredths(word.span.end));
            if start > from {
                let _ = write!(text, "{{\\k{}}}", start - from);
            }
            let _ = write!(text, "{{\\kf{}}}{}", (end - start.max(from)).max(0), escaped(&word.text));
            from = end.max(from);
        }
    }
    if let Some(translation) = &cue.translation {
        text.push_str("\\N");
        text.push_str(&lines(&translation.text));
    }
    text
}
