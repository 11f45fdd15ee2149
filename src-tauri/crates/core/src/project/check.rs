//! What a project must be, whoever wrote it.

use std::collections::BTreeSet;

use super::data::{FORMAT, MediaRef, ProjectData};
use crate::timeline::Timeline;
use crate::{Code, Detail, coded, told};

/// More shots than anybody has.
const MAX_SHOTS: usize = 10_000;
/// More seconds than any model makes.
const MAX_SECONDS: f32 = 600.0;
/// The longest name, in characters.
const MAX_NAME: usize = 200;
/// More characters and files than anybody has.
const MAX_LISTED: usize = 10_000;
/// Pixels of a side.
const SIDES: std::ops::RangeInclusive<u32> = 16..=16_384;

impl ProjectData {
    /// Whether this can be a project.
    ///
    /// # Errors
    /// It cannot; the message says what to change.
    pub fn check(&self) -> anyhow::Result<()> {
        let refuse = |why: String| Err(coded(Code::Input, why));
        if self.format != FORMAT {
            return refuse(format!("a project of this Gallop has the format {FORMAT}, not {}", self.format));
        }
        check_name("the project's name", &self.name)?;
        check_name("the model's name", &self.model)?;
        if !is_bare(&self.model) {
            return refuse(format!("a model's name is no path: {}", self.model.escape_debug()));
        }
        if !is_aspect(&self.aspect) {
            return refuse(format!("an aspect is written as 9:16, not as {}", self.aspect.escape_debug()));
        }
        if self.shots.len() > MAX_SHOTS {
            return refuse(format!("a project has {MAX_SHOTS} shots at most, not {}", self.shots.len()));
        }
        let mut ids = BTreeSet::new();
        for (number, entry) in (1..).zip(&self.shots) {
            if !ids.insert(entry.id) {
                return refuse(format!(
                    "shot {number} has the id of another shot; give it one of its own: {}",
                    entry.id
                ));
            }
            if let Some(seconds) = entry.seconds.filter(|seconds| !(*seconds > 0.0 && *seconds <= MAX_SECONDS)) {
                return refuse(format!("shot {number} is to be {seconds} seconds long; ask for 0 to {MAX_SECONDS}"));
            }
            if let Some([width, height]) = entry.size.filter(|size| size.iter().any(|side| !SIDES.contains(side))) {
                return refuse(format!("shot {number} is to be {width}x{height} pixels; no model makes that"));
            }
            if entry.title.as_ref().is_some_and(|title| !title.is_empty()) {
                check_name(&format!("shot {number}: its title"), entry.title.as_deref().unwrap_or_default())?;
            }
            entry.media().try_for_each(|media| media.check(&format!("shot {number}")))?;
        }
        self.check_the_rest()
    }

    fn check_the_rest(&self) -> anyhow::Result<()> {
        if self.cast.len() > MAX_LISTED || self.library.len() > MAX_LISTED || self.scores.len() > MAX_LISTED {
            return Err(coded(
                Code::Input,
                format!("a project lists at most {MAX_LISTED} characters, files and scores"),
            ));
        }
        let mut names = BTreeSet::new();
        for character in &self.cast {
            character.check()?;
            if !names.insert(character.name.to_lowercase()) {
                return Err(told(Code::Input, Detail::NameTaken { name: character.name.clone() }));
            }
        }
        self.library.iter().try_for_each(|item| item.reference().check("the library"))?;
        self.cut.as_ref().map_or(Ok(()), Timeline::check)
    }
}

impl MediaRef {
    /// Whether this can be a file of the project.
    pub(crate) fn check(&self, what: &str) -> anyhow::Result<()> {
        check_name(&format!("{what}: the name of a file"), &self.name)?;
        if !is_bare(&self.name) || self.bytes == 0 {
            let name = self.name.escape_debug();
            return Err(coded(Code::Input, format!("{what} refers to what is no imported file: {name}")));
        }
        Ok(())
    }
}

pub(super) fn check_name(what: &str, name: &str) -> anyhow::Result<()> {
    let why = match name {
        name if name.trim().is_empty() => "is empty".to_owned(),
        name if name.chars().count() > MAX_NAME => format!("is longer than {MAX_NAME} characters"),
        name if name.contains(char::is_control) => "has characters that cannot be seen".to_owned(),
        _ => return Ok(()),
    };
    Err(coded(Code::Input, format!("{what} {why}; choose another")))
}

/// Whether a name leads nowhere when it is joined to a folder.
pub(super) fn is_bare(name: &str) -> bool {
    !name.contains(['/', '\\', ':']) && !matches!(name, "." | "..")
}

fn is_aspect(aspect: &str) -> bool {
    let is_side = |side: &str| side.len() <= 4 && side.bytes().all(|digit| digit.is_ascii_digit());
    let is_positive = |side: &str| side.parse().is_ok_and(|side: u32| side > 0);
    let sides = aspect.split_once(':');
    sides.is_some_and(|(w, h)| [w, h].into_iter().all(|side| is_side(side) && is_positive(side)))
}
