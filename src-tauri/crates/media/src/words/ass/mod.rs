//! Advanced SubStation Alpha: the documents that words are drawn from, and that editors of subtitles exchange.
//!
//! There is no standard; this follows libass, and Aegisub's manual where libass has no say.

mod read;
mod tags;
mod write;

use std::collections::HashMap;

pub(super) use self::{
    read::read,
    tags::{Part, parts},
    write::{color, escaped, time, write},
};
use super::Fault;
use crate::{Ticks, render::Span};

/// A document, in parts.
#[derive(Debug, Default)]
pub(super) struct Document<'a> {
    /// The fields of `[Script Info]`, names in lower case.
    pub info: HashMap<String, &'a str>,
    /// Fonts by the name of the style.
    pub styles: HashMap<&'a str, &'a str>,
    /// Lines that are shown, in their order.
    pub events: Vec<Event<'a>>,
}

/// A line that is shown.
#[derive(Debug)]
pub(super) struct Event<'a> {
    /// When.
    pub span: Span,
    /// The name of its style.
    pub style: &'a str,
    /// What it says, with override tags.
    pub text: &'a str,
}

/// More lines than this are refused.
const MOST_EVENTS: usize = 100_000;

impl<'a> Document<'a> {
    /// Takes a document apart. Sections and fields that nobody here knows are passed over.
    pub(super) fn parse(text: &'a str) -> Result<Self, Fault> {
        let mut document = Self::default();
        let (mut section, mut found) = (String::new(), false);
        let mut style_format: Vec<&str> = vec!["name", "fontname"];
        // What a document without a format line means (Aegisub's manual, "ASS file format").
        let mut event_format: Vec<&str> =
            vec!["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"];
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim_end_matches('\r');
            if let Some(name) = line.trim().strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                section = name.trim().to_lowercase();
                found |= section == "events" || section == "script info";
                continue;
            }
            let Some((key, value)) = line.split_once(':') else { continue };
            let key = key.trim().to_lowercase();
            match (section.as_str(), key.as_str()) {
                ("script info", _) if !key.starts_with(';') => {
                    document.info.insert(key, value.trim());
                }
                ("v4+ styles" | "v4 styles", "format") => style_format = value.split(',').map(str::trim).collect(),
                ("v4+ styles" | "v4 styles", "style") => {
                    let fields: Vec<&str> = value.split(',').map(str::trim).collect();
                    let field = |name: &str| {
                        let at = style_format.iter().position(|field| field.eq_ignore_ascii_case(name))?;
                        fields.get(at).copied()
                    };
                    if let (Some(name), Some(font)) = (field("name"), field("fontname")) {
                        document.styles.insert(name.trim_start_matches('*'), font);
                    }
                }
                ("events", "format") => {
                    event_format = value.split(',').map(str::trim).collect();
                    if !event_format.last().is_some_and(|last| last.eq_ignore_ascii_case("text")) {
                        return Err(Fault::new(number, "the last field of its events is not the text"));
                    }
                }
                ("events", "dialogue") => {
                    if document.events.len() == MOST_EVENTS {
                        return Err(Fault::new(number, format!("it has more than {MOST_EVENTS} lines")));
                    }
                    document.events.push(event(value, &event_format).map_err(|why| Fault::new(number, why))?);
                }
                _ => {}
            }
        }
        if found { Ok(document) } else { Err(Fault::new(1, "there is no [Script Info] and no [Events] in it")) }
    }

    /// The family and the letters of all that is drawn as text, with override tags followed.
    pub(super) fn letters(&self) -> HashMap<String, Vec<char>> {
        let mut letters: HashMap<String, Vec<char>> = HashMap::new();
        for event in &self.events {
            let own = self.family_of(event.style);
            let mut family = own;
            let mut drawing = false;
            for part in parts(event.text) {
                match part {
                    Part::Text(text) if !drawing => {
                        letters.entry(family.trim_start_matches('@').to_lowercase()).or_default().extend(text.chars());
                    }
                    Part::Tag("fn", name) => family = if name.is_empty() { own } else { name },
                    Part::Tag("r", style) => family = if style.is_empty() { own } else { self.family_of(style) },
                    Part::Tag("p", scale) => drawing = scale.parse::<u32>().is_ok_and(|scale| scale > 0),
                    _ => {}
                }
            }
        }
        letters
    }

    /// The font of a style. libass takes its own for one that is not there, and an own style is named `Default`.
    fn family_of(&self, style: &str) -> &'a str {
        let styles = &self.styles;
        styles.get(style.trim_start_matches('*')).or_else(|| styles.get("Default")).copied().unwrap_or("Arial")
    }
}

fn event<'a>(value: &'a str, format: &[&str]) -> Result<Event<'a>, String> {
    // The text is all that is left, commas and all.
    let fields: Vec<&str> = value.splitn(format.len().max(1), ',').collect();
    if fields.len() < format.len() {
        return Err(format!("it has {} fields instead of {}", fields.len(), format.len()));
    }
    let field = |name: &str| {
        let at = format.iter().position(|field| field.eq_ignore_ascii_case(name))?;
        fields.get(at).copied()
    };
    let moment = |name| {
        let written = field(name).unwrap_or_default().trim();
        read_time(written).ok_or_else(|| format!("its {name} {written:?} is not a time such as 0:00:01.50"))
    };
    let span = Span { start: moment("start")?, end: moment("end")? };
    Ok(Event { span, style: field("style").unwrap_or("Default").trim(), text: field("text").unwrap_or_default() })
}

/// `0:00:01.50`, with any number of decimals.
fn read_time(written: &str) -> Option<Ticks> {
    let mut parts = written.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    super::text::moment(hours, minutes, seconds)
}
