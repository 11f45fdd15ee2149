//! The captions of a timeline as words in time.

use gallop_media::render::Span;
use gallop_media::words::{Cue, Translation};
use gallop_protocol::shot::Language;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::graph::moment;
use crate::timeline::{Caption, Timeline};

/// Whose captions are read: of one language, or of one with another below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Tongues {
    /// The language of the captions.
    pub first: Language,
    /// The language below it.
    #[serde(default)]
    #[ts(optional)]
    pub second: Option<Language>,
}

impl Tongues {
    /// As it stands in the names of files: `zh`, or `zh+en`.
    pub fn code(&self) -> String {
        match self.second {
            Some(second) => format!("{}+{}", self.first, second),
            None => self.first.to_string(),
        }
    }
}

/// The languages in which a timeline has captions, the most used first.
pub fn captions(timeline: &Timeline) -> Vec<Language> {
    let count = |language: &Language| timeline.captions.iter().filter(|caption| caption.language == *language).count();
    let mut languages: Vec<_> = Language::ALL.into_iter().filter(|language| count(language) > 0).collect();
    languages.sort_by_key(|language| std::cmp::Reverse(count(language)));
    languages
}

/// Whether some captions say what others say at the same time in another language: then not all of them can be read at once.
fn has_translations(timeline: &Timeline) -> bool {
    let captions: Vec<_> = timeline.captions.iter().filter(|caption| !caption.text.trim().is_empty()).collect();
    let is_translated = |caption: &&Caption| {
        let others = captions.iter().filter(|other| other.clip == caption.clip && other.language != caption.language);
        others.into_iter().any(|other| together(caption, other) > 0)
    };
    captions.iter().any(is_translated)
}

/// The languages of captions where nobody has said any: nothing where all are read, as of people who speak one language each;
/// of translations the most used one.
pub fn usual_tongues(timeline: &Timeline) -> Option<Tongues> {
    let first = captions(timeline).into_iter().next().filter(|_| has_translations(timeline))?;
    Some(Tongues { first, second: None })
}

/// The captions of a timeline in these languages, or all of them where nothing is said, each when it is read.
pub fn cues(timeline: &Timeline, tongues: Option<Tongues>) -> Vec<Cue> {
    let of = |language: Option<Language>| {
        let captions = timeline.captions.iter();
        captions.filter(move |caption| language.is_none_or(|language| caption.language == language))
    };
    let mut cues: Vec<(&Caption, Cue)> = of(tongues.map(|tongues| tongues.first))
        .filter_map(|caption| {
            let text = caption.text.trim();
            let cue = Cue::new(span(timeline, caption)?, text, caption.language.code());
            (!text.is_empty()).then_some((caption, cue))
        })
        .collect();
    if let Some(second) = tongues.and_then(|tongues| tongues.second) {
        for (caption, cue) in &mut cues {
            let below = of(Some(second)).filter(|other| other.clip == caption.clip && other.id != caption.id);
            let best = below.max_by_key(|other| together(caption, other)).filter(|other| together(caption, other) > 0);
            cue.translation =
                best.map(|best| Translation { text: best.text.trim().into(), language: second.to_string() });
        }
    }
    let mut cues: Vec<Cue> = cues.into_iter().map(|(_, cue)| cue).collect();
    cues.sort_by_key(|cue| cue.span.start);
    cues
}

/// How many frames of their take two captions share.
fn together(a: &Caption, b: &Caption) -> u32 {
    a.to.min(b.to).saturating_sub(a.from.max(b.from))
}

/// When a caption is read; nothing where its part of the take is not seen.
fn span(timeline: &Timeline, caption: &Caption) -> Option<Span> {
    let clip = timeline.clip(caption.clip).ok()?;
    let (from, to) = (caption.from.max(clip.r#in), caption.to.min(clip.out));
    if from >= to {
        return None;
    }
    let at = |frame| moment(clip.start.saturating_add(clip.frames_to(frame).min(clip.frames())));
    let (start, end) = (at(from), at(to));
    (start < end).then_some(Span { start, end })
}
