//! What a user interface sees of the models, and says about them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A model of the catalog, or the one in the box.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ModelView {
    /// Its name on the command line and on the disk.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What it is for, in a sentence.
    pub summary: String,
    /// Its page for people: terms are accepted there.
    pub page: Option<String>,
    /// What must be agreed to.
    pub licence: LicenceView,
    /// Whether it came with Gallop, and is not downloaded.
    pub is_built_in: bool,
    /// How much of it is here.
    pub state: ModelState,
    /// Bytes of it that are here.
    pub here_bytes: u64,
    /// Bytes to be fetched, about.
    pub download_bytes: u64,
    /// Bytes on the disk in the end, about.
    pub disk_bytes: u64,
    /// Bytes of its weights in memory, by precision.
    pub memory_bytes: BTreeMap<String, u64>,
    /// The models without which this one makes nothing.
    pub needs: Vec<String>,
    /// Sizes of the picture, as in `448x256`.
    pub sizes: Vec<String>,
    /// The longest clip that is known to work.
    pub longest_seconds: Option<f32>,
    /// The languages that it speaks.
    pub languages: Vec<String>,
    /// Its folder.
    pub folder: Option<String>,
    /// Where it can be fetched from, the usual place first.
    pub sources: Vec<String>,
    /// How far it is, while it is coming.
    pub progress: Option<PullView>,
    /// What could not be checked of what stands here.
    pub unverified: Vec<String>,
    /// What is wrong with it here.
    pub trouble: Option<String>,
}

/// What must be agreed to before a model is fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "Licence")]
pub struct LicenceView {
    /// Its name.
    pub name: String,
    /// Where its text is.
    pub url: String,
    /// What it asks for, in a sentence.
    pub summary: String,
    /// Who lets one in.
    pub gate: crate::store::Gate,
    /// When it was accepted.
    pub accepted_unix_ms: Option<u64>,
}

/// How much of a model is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ModelState {
    /// Nothing.
    Absent,
    /// Some of it; the next pull goes on.
    Partial,
    /// It is coming.
    Coming,
    /// All of it.
    Whole,
}

/// How far a pull is.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "Pull")]
pub struct PullView {
    /// What it does.
    pub state: PullState,
    /// What it does with the file; while it checks or converts, the bytes are of that file alone.
    pub work: PullWork,
    /// The file that is being fetched.
    pub file: Option<String>,
    /// Bytes of all files that are here.
    pub done_bytes: u64,
    /// Bytes of all files; 0 where that is not known yet.
    pub of_bytes: u64,
    /// Bytes a second over the last seconds.
    pub bytes_per_second: Option<f64>,
    /// How long it will take at this rate.
    pub seconds_left: Option<f64>,
    /// Why nothing comes right now and it is tried again, in words; nothing while something comes.
    pub waits: Option<String>,
    /// Why it failed.
    pub failure: Option<super::value::Refusal>,
}

/// What a pull does with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PullWork {
    /// Bytes come here.
    Fetch,
    /// It was here already and is checked against its hash.
    Check,
    /// It has come and is converted.
    Convert,
}

/// What a pull does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PullState {
    /// It fetches.
    Running,
    /// It was stopped; the next one goes on.
    Paused,
    /// All is here.
    Done,
    /// It failed.
    Failed,
}

/// A model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "ModelsModelArgs")]
pub struct ModelArgs {
    /// Its id.
    pub id: String,
}

/// How a model is to be brought here.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[ts(rename = "ModelsPullArgs")]
pub struct PullArgs {
    /// The model.
    pub id: String,
    /// `hub`, `mirror`, or an address; the usual places one after the other where nothing is said.
    #[serde(default)]
    #[ts(optional)]
    pub source: Option<String>,
    /// At most so many bytes a second; as many as come where nothing is said.
    #[serde(default)]
    #[ts(optional)]
    pub bytes_per_second: Option<u64>,
}

/// A folder with the files of a model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "ModelsImportArgs")]
pub struct ImportArgs {
    /// The model.
    pub id: String,
    /// The folder.
    pub folder: String,
    /// What is done with the files; copied where nothing is said.
    #[serde(default)]
    pub files: ImportedFiles,
}

/// What is done with files in a folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ImportedFiles {
    /// They are copied.
    #[default]
    Copy,
    /// They are used where they lie.
    InPlace,
}

/// A check of a model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "ModelsVerifyArgs")]
pub struct VerifyArgs {
    /// The model.
    pub id: String,
    /// What is done with files that are damaged; they stay where nothing is said.
    #[serde(default)]
    pub damaged: DamagedFiles,
}

/// What is done with damaged files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DamagedFiles {
    /// Nothing.
    #[default]
    Keep,
    /// They are forgotten, and the next pull fetches them again.
    Forget,
}

/// What a check found of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct FileVerdict {
    /// The file.
    pub path: String,
    /// What was found.
    pub verdict: FileState,
    /// Why it cannot be read.
    pub why: Option<String>,
}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// It is what was put there.
    Whole,
    /// Its content is another one.
    Changed,
    /// It is not there.
    Missing,
    /// It cannot be read.
    Unreadable,
}
