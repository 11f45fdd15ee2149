//! What a user wants exported, and the files that come of it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::captions::{Tongues, usual_tongues};
use super::preset::{LabelPolicy, LabelWish, Preset};
use super::presets::Presets;
use super::scene::Scene;
use crate::{Code, Detail, coded, told};

/// What somebody has to agree to who exports without a label that a law asks for. Its name changes with its words.
pub const STATEMENT: &str = "no-label-1";
/// The same in words.
pub const STATEMENT_TEXT: &str = "I export this clip without the visible AI label that the law of the platform's country \
    asks for. I will declare that it was made by AI where I publish it, and take the responsibility for that. The label in \
    the file's data stays, and this choice is kept in a log on this machine.";
/// More files than anybody wants at once.
const MOST: usize = 200;

/// What is to be exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "ExportOrder")]
pub struct Order {
    /// The presets.
    pub presets: Vec<String>,
    /// Files are made of each of these. Where there are none, all captions are read, or, where some are translations of
    /// others, those in the most used language.
    #[serde(default)]
    pub languages: Vec<Tongues>,
    /// The folder in which a folder is made for each file with what belongs to it.
    pub folder: String,
    /// How the files are called; as the project where nothing is said.
    #[serde(default)]
    #[ts(optional)]
    pub name: Option<String>,
    /// Where captions are seen.
    #[serde(default)]
    pub captions: CaptionUse,
    /// Whether the pictures say that AI made them. The file always does.
    #[serde(default)]
    pub label: LabelChoice,
    /// The frame of the timeline that covers show; one from the first third where nothing is said.
    #[serde(default)]
    #[ts(optional)]
    pub cover_frame: Option<u32>,
    /// Whether the encoder of a graphics card may be used.
    #[serde(default)]
    pub encoder: EncoderChoice,
}

/// Where captions are seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CaptionUse {
    /// In the picture, and in files beside it.
    #[default]
    Both,
    /// In the picture.
    Picture,
    /// In files.
    Files,
    /// Nowhere.
    Nowhere,
}

/// Whether the pictures of an export say that AI made them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(rename = "ExportLabel")]
pub enum LabelChoice {
    /// Where a law asks for it.
    #[default]
    Usual,
    /// Always.
    With,
    /// Never. Where a law asks for it, the user has agreed to a statement.
    Without {
        /// The name of the statement.
        #[serde(default)]
        #[ts(optional)]
        agreed: Option<String>,
    },
}

impl LabelChoice {
    /// The label that is seen in the pictures of a preset, whatever a law says to that.
    pub fn seen(&self, preset: &Preset) -> Option<LabelPolicy> {
        let is_seen = |policy: &LabelPolicy| match self {
            Self::Usual => policy.visible == LabelWish::Required,
            Self::With => true,
            Self::Without { .. } => false,
        };
        preset.label.filter(is_seen)
    }
}

/// What encodes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EncoderChoice {
    /// The processor: the same quality everywhere.
    #[default]
    Software,
    /// A graphics card where it has passed a test, else the processor.
    Hardware,
}

/// One clip of an order, with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The preset.
    pub preset: String,
    /// The languages of its captions.
    pub tongues: Option<Tongues>,
    /// The folder that it goes into.
    pub folder: PathBuf,
    /// How its files are called, without an ending.
    pub name: String,
}

impl Order {
    /// The clips of an order, each in a folder of its own.
    ///
    /// # Errors
    /// [`Code::Input`]: a preset or a folder is not there, nothing is on the timeline, there are no captions in a language,
    /// or a label is to be left out without the statement.
    pub fn items(&self, scene: &Scene, presets: &Presets) -> anyhow::Result<Vec<Item>> {
        if self.presets.is_empty() {
            return Err(told(Code::Input, Detail::NoPreset));
        }
        if super::graph::length(&scene.timeline) == 0 {
            return Err(told(Code::Input, Detail::NothingOnTimeline));
        }
        let folder = PathBuf::from(&self.folder);
        if !folder.is_absolute() || !folder.is_dir() {
            return Err(told(Code::Input, Detail::NoFolder { path: folder }));
        }
        let name = file_name(self.name.as_deref().unwrap_or(&scene.name));
        let known = scene.languages();
        for tongues in &self.languages {
            for language in [Some(tongues.first), tongues.second].into_iter().flatten() {
                if !known.contains(&language) {
                    return Err(told(Code::Input, Detail::NoCaptions { language }));
                }
            }
        }
        let all: Vec<Option<Tongues>> = match self.languages.as_slice() {
            [] => vec![usual_tongues(&scene.timeline)],
            languages => languages.iter().copied().map(Some).collect(),
        };
        let (mut items, mut seen) = (Vec::new(), BTreeSet::new());
        for id in &self.presets {
            let preset = presets.get(id)?;
            self.label(preset)?;
            for tongues in &all {
                // The language says which file it is only where there are several.
                let code = tongues.filter(|_| !self.languages.is_empty()).map(|tongues| format!("-{}", tongues.code()));
                let own = format!("{id}{}", code.unwrap_or_default());
                if seen.insert(own.clone()) {
                    items.push(Item {
                        preset: id.clone(),
                        tongues: *tongues,
                        folder: folder.join(own),
                        name: name.clone(),
                    });
                }
            }
        }
        if items.len() > MOST {
            let why = format!("these are {} clips; {MOST} can be made at once", items.len());
            return Err(coded(Code::Input, why));
        }
        Ok(items)
    }

    /// The label that is seen in the pictures of a preset.
    ///
    /// # Errors
    /// [`Code::Input`]: a law asks for it, and the user has not agreed to leave it out.
    pub fn label(&self, preset: &Preset) -> anyhow::Result<Option<LabelPolicy>> {
        match &self.label {
            LabelChoice::Without { agreed } if self.is_unlabelled(preset) && agreed.as_deref() != Some(STATEMENT) => {
                let name = &preset.name;
                let why = format!("{name} must say in the picture that AI made it; to leave that out, agree to this");
                Err(coded(Code::Input, format!("{why}: {STATEMENT_TEXT}")))
            }
            choice => Ok(choice.seen(preset)),
        }
    }

    /// Whether a law asks for a label that is left out.
    pub fn is_unlabelled(&self, preset: &Preset) -> bool {
        let is_required = preset.label.is_some_and(|label| label.visible == LabelWish::Required);
        is_required && matches!(self.label, LabelChoice::Without { .. })
    }
}

/// A name that every system takes.
fn file_name(name: &str) -> String {
    let folder = crate::project::folder_name(name);
    folder.strip_suffix(crate::project::SUFFIX).unwrap_or(&folder).to_owned()
}
