//! The languages that the model speaks.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Error;

/// A language that the model speaks. Written as its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub enum Language {
    /// `zh`
    #[serde(rename = "zh")]
    Mandarin,
    /// `yue`
    #[serde(rename = "yue")]
    Cantonese,
    /// `en`
    #[serde(rename = "en")]
    English,
    /// `ja`
    #[serde(rename = "ja")]
    Japanese,
    /// `ko`
    #[serde(rename = "ko")]
    Korean,
    /// `de`
    #[serde(rename = "de")]
    German,
    /// `fr`
    #[serde(rename = "fr")]
    French,
}

impl Language {
    /// All of them, in the order they are listed in.
    pub const ALL: [Self; 7] =
        [Self::Mandarin, Self::Cantonese, Self::English, Self::Japanese, Self::Korean, Self::German, Self::French];

    /// The likeliest language of a text where nobody names one: kana is Japanese, Hangul is Korean, other Han characters
    /// are Mandarin, anything else is English.
    pub fn of_script(text: &str) -> Self {
        let any = |range: std::ops::RangeInclusive<char>| text.chars().any(|letter| range.contains(&letter));
        if any('\u{3040}'..='\u{30ff}') {
            Self::Japanese
        } else if any('\u{ac00}'..='\u{d7a3}') {
            Self::Korean
        } else if any('\u{3400}'..='\u{9fff}') {
            Self::Mandarin
        } else {
            Self::English
        }
    }

    /// The code, as in `yue`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Mandarin => "zh",
            Self::Cantonese => "yue",
            Self::English => "en",
            Self::Japanese => "ja",
            Self::Korean => "ko",
            Self::German => "de",
            Self::French => "fr",
        }
    }

    /// The name that stands in a prompt, as in `Cantonese`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mandarin => "Mandarin",
            Self::Cantonese => "Cantonese",
            Self::English => "English",
            Self::Japanese => "Japanese",
            Self::Korean => "Korean",
            Self::German => "German",
            Self::French => "French",
        }
    }
}

impl FromStr for Language {
    type Err = Error;

    /// Reads a code or an English name.
    fn from_str(text: &str) -> Result<Self, Error> {
        let word = text.trim();
        let is =
            |language: &Self| word.eq_ignore_ascii_case(language.code()) || word.eq_ignore_ascii_case(language.name());
        Self::ALL.into_iter().find(is).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|l| format!("{} ({})", l.code(), l.name())).collect();
            Error::Shot(format!("language `{word}` is not spoken here; choose one of {}", known.join(", ")))
        })
    }
}

impl Display for Language {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}
