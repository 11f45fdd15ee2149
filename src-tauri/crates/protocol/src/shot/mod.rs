//! The prompt that the model was trained on, composed from the parts of a shot.
//!
//! Source of the format: daVinci-MagiHuman `prompts/enhanced_prompt_design.md` and its examples (commit 209209b): a
//! description, the spoken lines under `Dialogue:`, the one most prominent sound under `Background Sound:`, and single
//! spaces between the characters of Chinese, Japanese and Korean.

mod language;
mod spacing;
pub mod speech;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use language::Language;
pub use spacing::space_cjk;

use crate::{Error, Result};

/// What stands under `Background Sound:` where no sound is asked for.
pub const NO_SOUND: &str = "No prominent background sound";
/// Who speaks where neither the line nor the description says.
pub const DEFAULT_SPEAKER: &str = "Young woman";
/// The lines that begin the parts of a composed prompt.
const HEADERS: [&str; 2] = ["Dialogue:", "Background Sound:"];
/// Nouns that a speaker is recognised by in a description.
const SPEAKERS: [&str; 12] = [
    "woman",
    "man",
    "girl",
    "boy",
    "child",
    "lady",
    "gentleman",
    "robot",
    "grandmother",
    "grandfather",
    "teacher",
    "actor",
];

/// The parts of a shot that are put into words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Shot {
    /// What is to be seen. English works best with the released model.
    pub description: String,
    /// What is said, in order.
    pub lines: Vec<Line>,
    /// The most prominent sound beside the voices.
    pub sound: Option<String>,
}

/// A spoken line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Line {
    /// Who speaks, in about five words; see [`Shot::compose`] for what is taken otherwise.
    #[serde(default)]
    pub speaker: Option<String>,
    /// The language of the line.
    pub language: Language,
    /// What is said.
    pub text: String,
}

impl Shot {
    /// The prompt. A line without a speaker belongs to the speaker of the line before, else to the first person that
    /// the description mentions, else to [`DEFAULT_SPEAKER`].
    ///
    /// A description that already is a whole prompt, with its `Dialogue:` or `Background Sound:`, is kept; only the
    /// spacing and a missing `Background Sound:` are added.
    ///
    /// # Errors
    /// [`Error::Shot`] if there is nothing to see and nothing to say, if a line is empty, or if lines or a sound are
    /// given both in the description and apart.
    pub fn compose(&self) -> Result<String> {
        let description = space_cjk(&self.description);
        let headers: Vec<_> = description.lines().filter_map(header).collect();
        let sound = self.sound.as_deref().map(in_brackets).filter(|sound| !sound.is_empty());
        if let Some(twice) = headers.first().filter(|_| !self.lines.is_empty() || sound.is_some()) {
            return Err(Error::Shot(format!(
                "the prompt already has a `{twice}` part: take it out, or give the lines and the sound only there"
            )));
        }
        if description.is_empty() && self.lines.is_empty() {
            let reason = "the prompt is empty: describe what is to be seen, or give a line to be spoken";
            return Err(Error::Shot(reason.into()));
        }
        let mut parts = vec![description.clone()];
        if !self.lines.is_empty() {
            parts.push(format!("{}\n{}", HEADERS[0], self.dialogue(&description)?));
        }
        if !headers.contains(&HEADERS[1]) {
            parts.push(format!("{}\n<{}>", HEADERS[1], sound.unwrap_or_else(|| NO_SOUND.into())));
        }
        parts.retain(|part| !part.is_empty());
        Ok(parts.join("\n\n"))
    }

    fn dialogue(&self, description: &str) -> Result<String> {
        let mut speaker = mentioned(description).unwrap_or_else(|| DEFAULT_SPEAKER.into());
        let lines = self.lines.iter().enumerate().map(|(index, line)| {
            if let Some(own) = line.speaker.as_deref().map(in_brackets).filter(|own| !own.is_empty()) {
                speaker = own;
            }
            let text = in_quotes(&line.text);
            if text.is_empty() {
                let reason = format!("spoken line {} is empty: write what is to be said, or leave it out", index + 1);
                return Err(Error::Shot(reason));
            }
            Ok(format!("<{speaker}, {}>: \"{text}\"", line.language.name()))
        });
        Ok(lines.collect::<Result<Vec<_>>>()?.join("\n"))
    }
}

/// The header that a line of a prompt is, if it is one.
fn header(line: &str) -> Option<&'static str> {
    HEADERS.into_iter().find(|header| line.get(..header.len()).is_some_and(|start| start.eq_ignore_ascii_case(header)))
}

/// One line of text, spaced.
fn one_line(text: &str) -> String {
    space_cjk(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Text for between `<` and `>`: one line without brackets or a full stop, beginning with a capital.
fn in_brackets(text: &str) -> String {
    let text = one_line(&text.replace(['<', '>', '"'], " "));
    let text = text.trim_end_matches(['.', ' ', ',', '。']);
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Text for between quotation marks: one line without marks around it, quotations inside in single marks.
fn in_quotes(text: &str) -> String {
    const PAIRS: [(char, char); 6] = [('"', '"'), ('“', '”'), ('„', '“'), ('«', '»'), ('「', '」'), ('『', '』')];
    let mut text = text.trim();
    for (open, close) in PAIRS {
        let bare = text.strip_prefix(open).and_then(|text| text.strip_suffix(close));
        // Only where the marks belong together, which is not so in `"No" and "yes"`.
        if let Some(bare) = bare.filter(|bare| !bare.contains([open, close])) {
            text = bare.trim();
        }
    }
    one_line(&text.replace('"', "'"))
}

/// The first person that a description mentions, with the words between the article and the noun.
fn mentioned(description: &str) -> Option<String> {
    let words: Vec<_> = description.lines().next()?.split_whitespace().collect();
    let bare = |word: &str| word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
    let noun = words.iter().position(|word| SPEAKERS.contains(&bare(word).as_str()))?;
    let is_article = |word: &&str| ["a", "an", "the", "one"].contains(&bare(word).as_str());
    let first = words[..noun].iter().rposition(is_article).map(|article| article + 1).filter(|first| noun - first <= 4);
    let phrase: Vec<_> = words[first.unwrap_or(noun)..=noun].iter().map(|word| bare(word)).collect();
    Some(in_brackets(&phrase.join(" ")))
}

#[cfg(test)]
mod tests;
