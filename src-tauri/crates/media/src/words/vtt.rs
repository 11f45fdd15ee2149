//! WebVTT (<https://www.w3.org/TR/webvtt1/>).

use super::{
    Cue, Fault, Word,
    text::{clock, moment, tidied},
};
use crate::{Ticks, render::Span};

/// More cues than this are refused.
const MOST: usize = 100_000;

/// Reads cues, with the times of words where they have `<00:00:01.000>`. Settings, styles, regions, notes and names of cues
/// are passed over.
pub(super) fn read(text: &str, language: &str) -> Result<Vec<Cue>, Fault> {
    let mut lines = (1..).zip(text.lines().map(|line| line.trim_end_matches('\r')));
    let first = lines.next().map_or("", |(_, line)| line);
    if first.strip_prefix("WEBVTT").is_none_or(|rest| !rest.is_empty() && !rest.starts_with([' ', '\t'])) {
        return Err(Fault::new(1, "it does not begin with WEBVTT"));
    }
    let mut language = language.to_owned();
    let mut cues: Vec<Cue> = Vec::new();
    let mut block: Vec<(usize, &str)> = Vec::new();
    for (number, line) in lines.chain([(usize::MAX, "")]) {
        if !line.trim().is_empty() {
            block.push((number, line));
            continue;
        }
        if let Some(cue) = cue(&block, &language)? {
            if cues.len() == MOST {
                return Err(Fault::new(block[0].0, format!("it has more than {MOST} captions")));
            }
            cues.push(cue);
        } else if let Some(own) = block.iter().find_map(|(_, line)| line.strip_prefix("Language:")) {
            own.trim().clone_into(&mut language);
        }
        block.clear();
    }
    cues.sort_by_key(|cue| cue.span.start);
    Ok(cues)
}

/// A block with an arrow in its first or second line; others, and notes, are no cues.
fn cue(block: &[(usize, &str)], language: &str) -> Result<Option<Cue>, Fault> {
    let note =
        |line: &str| line.strip_prefix("NOTE").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
    if block.first().is_some_and(|(_, line)| note(line)) {
        return Ok(None);
    }
    let Some(at) = block.iter().take(2).position(|(_, line)| line.contains("-->")) else { return Ok(None) };
    let (number, line) = block[at];
    let span = span(line).ok_or_else(|| {
        Fault::new(number, format!("{:?} are not two times such as 00:01.500 --> 00:03.000", line.trim()))
    })?;
    let payload: Vec<&str> = block[at + 1..].iter().map(|(_, line)| *line).collect();
    let payload = payload.join("\n");
    let (text, words) = payload_of(&payload, span);
    let said = tidied(&text);
    let shown = !said.is_empty() && span.end > span.start;
    Ok(shown.then(|| Cue { words, ..Cue::new(span, said, language) }))
}

fn span(line: &str) -> Option<Span> {
    let (start, end) = line.split_once("-->")?;
    Some(Span { start: time(start.trim())?, end: time(end.split_whitespace().next()?)? })
}

/// `00:01.500` or `00:00:01.500`.
fn time(written: &str) -> Option<Ticks> {
    let parts: Vec<&str> = written.split(':').collect();
    match parts[..] {
        [hours, minutes, seconds] => moment(hours, minutes, seconds),
        [minutes, seconds] => moment("0", minutes, seconds),
        _ => None,
    }
}

/// The letters without tags, entities replaced, and the words between times.
fn payload_of(payload: &str, span: Span) -> (String, Vec<Word>) {
    let (mut text, mut words) = (String::new(), Vec::new());
    // Where the run of letters began whose time is known, and that time.
    let (mut from, mut since) = (0, span.start);
    let mut timed = false;
    let mut take = |text: &str, from: usize, since: Ticks, until: Ticks| {
        let said = text.get(from..).unwrap_or_default().trim();
        if !said.is_empty() {
            words.push(Word { text: said.to_owned(), span: Span { start: since, end: until.max(since) } });
        }
    };
    let mut rest = payload;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, mark) = rest.split_at(at);
        text.push_str(before);
        if let Some(inside) = mark.strip_prefix('<') {
            // As the standard has it, a tag goes on to the next `>`, or to the end.
            let (tag, more) = inside.split_once('>').unwrap_or((inside, ""));
            rest = more;
            if let Some(moment) = time(tag) {
                take(&text, from, since, moment);
                (from, since, timed) = (text.len(), moment.max(since), true);
            }
            continue;
        }
        let entities =
            [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", "\u{a0}"), ("&lrm;", ""), ("&rlm;", "")];
        let (written, meant) =
            entities.into_iter().find(|(written, _)| mark.starts_with(written)).unwrap_or(("&", "&"));
        text.push_str(meant);
        rest = &mark[written.len()..];
    }
    text.push_str(rest);
    take(&text, from, since, span.end);
    if !timed {
        words.clear();
    }
    (text, words)
}

/// Writes cues, with the times of their words where these are known.
pub(super) fn write(cues: &[Cue]) -> String {
    let mut out = String::from("WEBVTT\n");
    let language = cues.iter().map(|cue| cue.language.as_str()).find(|language| !language.is_empty());
    if let Some(language) = language.filter(|language| language.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
    {
        out += &format!("Language: {language}\n");
    }
    for cue in cues {
        out += &format!("\n{} --> {}\n{}\n", clock(cue.span.start, '.'), clock(cue.span.end, '.'), payload(cue));
        if let Some(translation) = &cue.translation {
            out += &format!("{}\n", escaped(&tidied(&translation.text)));
        }
    }
    out
}

fn payload(cue: &Cue) -> String {
    let text = tidied(&cue.text);
    if cue.words.is_empty() {
        return escaped(&text);
    }
    let (mut out, mut rest) = (String::new(), text.as_str());
    let mut last = cue.span.start;
    for word in cue.timed_words() {
        let (gap, behind) = rest.split_at(rest.find(word.text.as_str()).unwrap_or(0));
        rest = behind.get(word.text.len()..).unwrap_or_default();
        out.push_str(if gap.contains('\n') {
            "\n"
        } else if gap.is_empty() {
            ""
        } else {
            " "
        });
        // Times within a cue must grow, and lie inside it.
        let start = word.span.start;
        if clock(start, '.') > clock(last, '.') && start < cue.span.end {
            out += &format!("<{}>", clock(start, '.'));
            last = start;
        }
        out += &escaped(&word.text);
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
