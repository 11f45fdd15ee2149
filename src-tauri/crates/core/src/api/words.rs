//! Finds in a description what models make badly: words, and the clause that they stand in.

use std::ops::Range;

use gallop_protocol::shot::{Language, Line, Shot};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The words, as they are written.
    pub words: String,
    /// Where they are.
    pub at: Range<usize>,
}

/// What a repair takes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remove {
    /// Nothing: only its author knows what was meant.
    Nothing,
    /// The clause, from comma to comma or the whole sentence.
    Clause,
    /// Everything from there on.
    Rest,
}

const CAMERA: [&str; 44] = [
    "camera pans",
    "camera pan",
    "camera tilts",
    "camera moves",
    "camera zooms",
    "camera follows",
    "camera tracks",
    "camera circles",
    "camera orbits",
    "camera rotates",
    "camera slowly",
    "camera pushes",
    "camera pulls",
    "camera flies",
    "moving camera",
    "handheld camera",
    "zoom in",
    "zoom out",
    "zooms in",
    "zooms out",
    "zooming in",
    "zooming out",
    "dolly in",
    "dolly out",
    "dolly shot",
    "dolly zoom",
    "tracking shot",
    "panning shot",
    "crane shot",
    "orbit shot",
    "pan left",
    "pan right",
    "tilt up",
    "tilt down",
    "push in",
    "pull back",
    "镜头推进",
    "镜头拉远",
    "镜头推近",
    "镜头跟随",
    "镜头移动",
    "镜头旋转",
    "运镜",
    "镜头环绕",
];
const CUTS: [&str; 18] = [
    "cut to",
    "cuts to",
    "next shot",
    "next scene",
    "second shot",
    "scene changes",
    "scene 2",
    "shot 2",
    "fade to",
    "fades to",
    "transition to",
    "split screen",
    "montage of",
    "镜头切换",
    "切换到",
    "下一个镜头",
    "转场",
    "画面切到",
];
const MOTION: [&str; 16] = [
    "runs",
    "running",
    "jumps",
    "jumping",
    "dances",
    "dancing",
    "backflip",
    "somersault",
    "fights",
    "fighting",
    "sprints",
    "sprinting",
    "跳舞",
    "奔跑",
    "跳跃",
    "打斗",
];
const NEGATIVE: [&str; 14] = [
    "no",
    "without",
    "avoid",
    "don't show",
    "do not show",
    "not showing",
    "must not",
    "should not",
    "free of",
    "没有",
    "不要",
    "避免",
    "禁止",
    "不出现",
];
const WRITING: [&str; 15] = [
    "sign that reads",
    "sign that says",
    "sign reading",
    "text that reads",
    "text that says",
    "text saying",
    "words on",
    "caption",
    "subtitle",
    "subtitles",
    "title card",
    "字幕",
    "写着",
    "文字写",
    "标题文字",
];
/// Before quotation marks.
const SPEAKS: [&str; 12] =
    ["says", "say", "said", "saying", "shouts", "whispers", "asks", "replies", "answers", "说", "喊", "问"];

/// Asks the camera to move.
pub fn camera(text: &str) -> Option<Found> {
    first(text, &CAMERA)
}

/// Asks for more than one shot.
pub fn cuts(text: &str) -> Option<Found> {
    first(text, &CUTS)
}

/// Asks for large movements of the body.
pub fn motion(text: &str) -> Option<Found> {
    first(text, &MOTION)
}

/// Names what is not to be seen.
pub fn negative(text: &str) -> Option<Found> {
    first(text, &NEGATIVE)
}

/// Asks for writing in the picture.
pub fn writing(text: &str) -> Option<Found> {
    first(text, &WRITING)
}

/// Speech in quotation marks in the description, and the shot with it in a line.
pub fn speech(shot: &Shot) -> Option<(String, Shot)> {
    const PAIRS: [(char, char); 4] = [('"', '"'), ('“', '”'), ('「', '」'), ('«', '»')];
    let text = &shot.description;
    let (open, pair) = PAIRS.iter().filter_map(|pair| Some((text.find(pair.0)?, pair))).min()?;
    let inside = open + pair.0.len_utf8();
    let close = inside + text.get(inside..)?.find(pair.1)?;
    let said = text.get(inside..close)?.trim();
    let before = text.get(..open)?.trim_end_matches([' ', ':', ',', '：', '，']);
    let verb = SPEAKS.iter().filter(|verb| ends_with_word(before, verb)).max_by_key(|verb| verb.len())?;
    if said.is_empty() {
        return None;
    }
    let speaks = if verb.is_ascii() { "speaks" } else { "说话" };
    let head = before.get(..before.len() - verb.len())?;
    let tail = text.get(close + pair.1.len_utf8()..)?;
    let description = format!("{head}{speaks}{tail}");
    let line = Line { speaker: None, language: Language::of_script(said), text: said.to_owned() };
    let lines = shot.lines.iter().cloned().chain([line]).collect();
    Some((said.to_owned(), Shot { description, lines, ..shot.clone() }))
}

/// A text without what was found in it; nothing where that cannot be said.
pub fn without(text: &str, found: &Found, remove: Remove) -> Option<String> {
    let clause = match remove {
        Remove::Nothing => return None,
        Remove::Rest => sentence_start(text, found.at.start)..text.len(),
        Remove::Clause => clause(text, &found.at),
    };
    let (head, tail) = (text.get(..clause.start)?, text.get(clause.end..)?);
    let joined = format!("{head}{tail}");
    Some(joined.trim().trim_start_matches([',', '，', ' ']).to_owned())
}

/// The clause around words: with the mark before it, or, where it is the first of its sentence, the whole sentence.
fn clause(text: &str, at: &Range<usize>) -> Range<usize> {
    let is_stop = |letter: char| matches!(letter, '.' | '!' | '?' | '。' | '！' | '？' | '\n');
    let is_comma = |letter: char| matches!(letter, ',' | ';' | '，' | '；' | '、');
    let head = text.get(..at.start).unwrap_or_default();
    let tail = text.get(at.end..).unwrap_or_default();
    let end = tail.find(|letter| is_stop(letter) || is_comma(letter)).map_or(text.len(), |end| at.end + end);
    match head.rfind(|letter| is_stop(letter) || is_comma(letter)) {
        // Behind a comma: that comma goes too, and what comes behind the clause stays.
        Some(mark) if head.get(mark..).and_then(|rest| rest.chars().next()).is_some_and(is_comma) => mark..end,
        _ => {
            let start = sentence_start(text, at.start);
            let stop = tail.find(is_stop).map_or(text.len(), |stop| {
                at.end + stop + tail.get(stop..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
            });
            let blanks = text.get(stop..).map_or(0, |rest| rest.len() - rest.trim_start_matches(' ').len());
            start..stop + blanks
        }
    }
}

fn sentence_start(text: &str, at: usize) -> usize {
    let is_stop = |letter: char| matches!(letter, '.' | '!' | '?' | '。' | '！' | '？' | '\n');
    let head = text.get(..at).unwrap_or_default();
    let stop = head
        .rfind(is_stop)
        .map_or(0, |stop| stop + head.get(stop..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8));
    let blanks = text.get(stop..).map_or(0, |rest| rest.len() - rest.trim_start().len());
    stop + blanks
}

/// The first of these phrases in a text, as whole words, in whatever capitals.
fn first(text: &str, phrases: &[&str]) -> Option<Found> {
    // ASCII capitals only: every byte stays where it is.
    let lower = text.to_ascii_lowercase();
    let is_letter = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    let whole = |at: usize, phrase: &str| {
        let (before, behind) = (lower.get(..at)?.chars().next_back(), lower.get(at + phrase.len()..)?.chars().next());
        (!phrase.is_ascii() || !is_letter(before) && !is_letter(behind)).then_some(at)
    };
    let places = phrases.iter().filter_map(|phrase| {
        let at = lower.match_indices(phrase).find_map(|(at, _)| whole(at, phrase))?;
        Some((at, std::cmp::Reverse(phrase.len())))
    });
    let (at, std::cmp::Reverse(length)) = places.min()?;
    let at = at..at + length;
    Some(Found { words: text.get(at.clone())?.to_owned(), at })
}

fn ends_with_word(text: &str, word: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let Some(before) = lower.strip_suffix(word) else { return false };
    !word.is_ascii() || !before.chars().next_back().is_some_and(|letter| letter.is_ascii_alphanumeric())
}

/// Words of a text; a character of Chinese, Japanese or Korean counts as two thirds of one, as translations do.
pub fn count(text: &str) -> usize {
    let wide = text.chars().filter(|letter| is_wide(*letter)).count();
    let narrow =
        text.split_whitespace().filter(|word| word.chars().any(|letter| letter.is_alphanumeric() && !is_wide(letter)));
    narrow.count() + wide * 2 / 3
}

/// About how many tokens a text encoder makes of a text: one and a third for a word, one for a wide character and for each
/// mark. Measured ones differ by a tenth.
pub fn tokens(text: &str) -> usize {
    let wide = text.chars().filter(|letter| is_wide(*letter)).count();
    let words = text
        .split_whitespace()
        .filter(|word| word.chars().any(|letter| letter.is_alphanumeric() && !is_wide(letter)))
        .count();
    let marks = text.chars().filter(|letter| letter.is_ascii_punctuation()).count();
    wide + words * 4 / 3 + marks
}

/// Whether a text is for the greater part in another script than the Latin.
pub fn is_other_than_english(text: &str) -> bool {
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
    let wide = text.chars().filter(|letter| is_wide(*letter)).count();
    wide * 3 > letters
}

fn is_wide(letter: char) -> bool {
    matches!(letter, '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{20000}'..='\u{3ffff}')
}
