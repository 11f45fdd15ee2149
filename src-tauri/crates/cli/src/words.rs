//! From flags to the words of a shot.

use gallop_protocol::shot::{Language, Line, Shot};

use crate::args::Words;
use crate::error::usage;

/// Puts the given flags over a shot.
pub fn put(words: &Words, shot: &mut Shot) -> anyhow::Result<()> {
    if let Some(description) = &words.prompt {
        shot.description.clone_from(description);
    }
    if words.sound.is_some() {
        shot.sound.clone_from(&words.sound);
    }
    if !words.say.is_empty() {
        shot.lines = words.say.iter().map(|text| line(text)).collect();
    }
    let lines = shot.lines.len();
    for (line, language) in shot.lines.iter_mut().zip(one_each("--language", &words.language, lines)?) {
        line.language = *language;
    }
    for (line, speaker) in shot.lines.iter_mut().zip(one_each("--speaker", &words.speaker, lines)?) {
        line.speaker = Some(speaker.clone());
    }
    Ok(())
}

fn line(text: &str) -> Line {
    Line { speaker: None, language: Language::of_script(text), text: text.into() }
}

/// The values of a flag by line: none at all, one for all lines, or one for each.
fn one_each<'a, T>(flag: &str, values: &'a [T], lines: usize) -> anyhow::Result<Vec<&'a T>> {
    match values {
        [one] if lines > 0 => Ok(vec![one; lines]),
        _ if values.is_empty() || values.len() == lines => Ok(values.iter().collect()),
        _ if lines == 0 => Err(usage(format!("{flag} needs a spoken line; give one with --say"))),
        _ => Err(usage(format!(
            "{flag} is given {} times for {lines} of --say; give it once for all lines, or once for each in their order",
            values.len()
        ))),
    }
}
