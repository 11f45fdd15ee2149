//! Captions in time.

use serde::{Deserialize, Serialize};

use crate::{Ticks, render::Span};

/// Words that are seen for some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cue {
    /// When they are seen.
    pub span: Span,
    /// What they say. A line feed in it is a line break that somebody wanted.
    pub text: String,
    /// Language of the text after BCP 47, such as `zh`, `zh-Hant`, `yue`, `ja` or `de`; empty where nobody knows. It decides
    /// how Chinese characters are drawn and where lines break.
    pub language: String,
    /// When each word is said, in the order of the text. Empty where nobody knows: then a word takes its share of the time.
    #[serde(default)]
    pub words: Vec<Word>,
    /// The same in another language, seen below.
    #[serde(default)]
    pub translation: Option<Translation>,
}

/// A word, or in Chinese and Japanese a character, of a cue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// As it stands in the text, with its punctuation.
    pub text: String,
    /// When it is said.
    pub span: Span,
}

/// The second language of a cue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Translation {
    /// What it says.
    pub text: String,
    /// Its language, as in [`Cue::language`].
    pub language: String,
}

impl Cue {
    /// A cue without timing of its words and in one language.
    pub fn new(span: Span, text: impl Into<String>, language: impl Into<String>) -> Self {
        Self { span, text: text.into(), language: language.into(), words: Vec::new(), translation: None }
    }

    /// When each word of the text is said: [`Self::words`] as far as they still are the words of the text, in order and within
    /// the cue, and for the rest a share of the time between their neighbours, by the number of characters.
    ///
    /// Put together, the texts of the result are the cue's text less its white space.
    pub fn timed_words(&self) -> Vec<Word> {
        let pieces = super::wrap::words(&self.text);
        // Which pieces have a known time. A known word may cover several pieces, and then they share its time.
        let mut known = vec![None; pieces.len()];
        let mut at = 0;
        for word in &self.words {
            let wanted: String = word.text.split_whitespace().collect();
            let Some((first, last)) = find(&pieces[at..], &wanted) else { continue };
            let (first, last) = (at + first, at + last);
            let (start, end) = (self.within(word.span.start), self.within(word.span.end));
            share(&pieces[first..=last], start, end.max(start), &mut known[first..=last]);
            at = last + 1;
        }
        let mut spans = Vec::with_capacity(pieces.len());
        let mut from = self.span.start;
        let mut next = 0;
        while next < pieces.len() {
            if let Some(span) = known[next] {
                let start = span.start.max(from);
                spans.push(Span { start, end: span.end.max(start) });
                from = span.end.max(start);
                next += 1;
                continue;
            }
            let until = (next..pieces.len()).find(|at| known[*at].is_some()).unwrap_or(pieces.len());
            let end = known.get(until).copied().flatten().map_or(self.span.end, |span: Span| span.start).max(from);
            let mut shares = vec![None; until - next];
            share(&pieces[next..until], from, end, &mut shares);
            spans.extend(shares.into_iter().flatten());
            (from, next) = (end, until);
        }
        pieces.into_iter().zip(spans).map(|(text, span)| Word { text: text.to_owned(), span }).collect()
    }

    fn within(&self, moment: Ticks) -> Ticks {
        moment.clamp(self.span.start, self.span.end.max(self.span.start))
    }
}

/// The first run of pieces that together are `wanted`.
fn find(pieces: &[&str], wanted: &str) -> Option<(usize, usize)> {
    if wanted.is_empty() {
        return None;
    }
    (0..pieces.len()).find_map(|first| {
        let mut rest = wanted;
        for (last, piece) in pieces.iter().enumerate().skip(first) {
            rest = rest.strip_prefix(piece)?;
            if rest.is_empty() {
                return Some((first, last));
            }
        }
        None
    })
}

/// Divides the time among the pieces by their number of characters.
fn share(pieces: &[&str], start: Ticks, end: Ticks, into: &mut [Option<Span>]) {
    let letters = |piece: &&str| piece.chars().filter(|c| c.is_alphanumeric()).count().max(1) as i128;
    let total: i128 = pieces.iter().map(letters).sum::<i128>().max(1);
    let length = i128::from((end - start).0);
    let mut before = 0;
    for (piece, into) in pieces.iter().zip(into) {
        let moment = |letters: i128| start + Ticks((length * letters / total) as i64);
        let after = before + letters(piece);
        *into = Some(Span { start: moment(before), end: moment(after) });
        before = after;
    }
}
