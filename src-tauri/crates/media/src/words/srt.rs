//! SubRip, for which there is no standard: a number, two times with an arrow, lines of text, an empty line.

use super::{
    Cue, Fault,
    text::{clock, moment, tidied},
};
use crate::render::Span;

/// More cues than this are refused.
const MOST: usize = 100_000;

/// Reads cues. Tags such as `<i>` and `{\an8}` are left out, entities stay as they are; cues may overlap and come in any order.
pub(super) fn read(text: &str, language: &str) -> Result<Vec<Cue>, Fault> {
    let lines: Vec<&str> = text.lines().map(|line| line.trim_end_matches('\r')).collect();
    let mut cues: Vec<Cue> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        if lines[at].trim().is_empty() {
            at += 1;
            continue;
        }
        // The number before the times is often missing or wrong, and nobody needs it.
        let counted = lines[at].trim().bytes().all(|byte| byte.is_ascii_digit());
        let times = if counted && !lines[at].contains("-->") { at + 1 } else { at };
        let span = match lines.get(times) {
            Some(line) if line.contains("-->") => span(line).ok_or_else(|| {
                Fault::new(
                    times + 1,
                    format!(
                        "{:?} are not two times such as 00:00:01,500 --> \
                    00:00:03,000",
                        line.trim()
                    ),
                )
            })?,
            _ => {
                let found = lines.get(times).unwrap_or(&"the end of the file").trim();
                return Err(Fault::new(
                    times + 1,
                    format!("there should be two times with an arrow, and there is {found:?}"),
                ));
            }
        };
        at = times + 1;
        let first = at;
        // The text ends at an empty line, unless what follows is no cue: some editors leave empty lines inside.
        while at < lines.len() && !(lines[at].trim().is_empty() && begins_cue(&lines[at + 1..])) {
            at += 1;
        }
        if cues.len() == MOST {
            return Err(Fault::new(times + 1, format!("it has more than {MOST} captions")));
        }
        let said = tidied(&without_tags(&lines[first..at].join("\n")));
        if !said.is_empty() && span.end > span.start {
            cues.push(Cue::new(span, said, language));
        }
    }
    cues.sort_by_key(|cue| cue.span.start);
    Ok(cues)
}

/// Whether a cue, or nothing more than empty lines, follows.
fn begins_cue(lines: &[&str]) -> bool {
    // A run of empty lines is looked at once for each of them, so only so far.
    let mut lines = lines.iter().take(64).map(|line| line.trim()).skip_while(|line| line.is_empty());
    match (lines.next(), lines.next()) {
        (None, _) => true,
        (Some(first), second) => {
            first.contains("-->")
                || (first.bytes().all(|byte| byte.is_ascii_digit()) && second.is_some_and(|line| line.contains("-->")))
        }
    }
}

/// `00:00:01,500 --> 00:00:03,000`, with anything behind the second time.
fn span(line: &str) -> Option<Span> {
    let (start, end) = line.split_once("-->")?;
    let time = |written: &str| {
        let written = written.split_whitespace().next()?;
        let parts: Vec<&str> = written.split(':').collect();
        match parts[..] {
            [hours, minutes, seconds] => moment(hours, minutes, seconds),
            [minutes, seconds] => moment("0", minutes, seconds),
            _ => None,
        }
    };
    Some(Span { start: time(start)?, end: time(end)? })
}

/// Leaves out `<…>` that begin with a letter or a slash, and `{\…}`. A single `<` stays.
pub(super) fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '{']) {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let inside = &tag[1..];
        let is_tag = if tag.starts_with('<') {
            inside.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        } else {
            inside.starts_with('\\')
        };
        let close = if tag.starts_with('<') { '>' } else { '}' };
        // A tag is short and stands in one line.
        let end = inside.char_indices().take(200).take_while(|(_, c)| *c != '\n').find(|(_, c)| *c == close);
        match end {
            Some((end, _)) if is_tag => rest = &inside[end + 1..],
            _ => {
                out.push_str(&tag[..1]);
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Writes cues as platforms read them: UTF-8 without a mark, a translation as the last line.
pub(super) fn write(cues: &[Cue]) -> String {
    let mut out = String::new();
    for (number, cue) in (1..).zip(cues) {
        let (start, end) = (clock(cue.span.start, ','), clock(cue.span.end, ','));
        out += &format!("{number}\n{start} --> {end}\n{}\n", tidied(&cue.text));
        if let Some(translation) = &cue.translation {
            out += &format!("{}\n", tidied(&translation.text));
        }
        out.push('\n');
    }
    out
}
