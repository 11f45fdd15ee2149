//! All clips of an order, made one after the other. What is finished and whole is not made again.

use std::fs::File;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::Context as _;
use gallop_media::export::Progress;
use gallop_protocol::Id;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::kit::{Kit, Made, Maker};
use super::order::{Item, Order, STATEMENT, STATEMENT_TEXT};
use super::presets::Presets;
use super::report::KitReport;
use super::scene::Scene;
use crate::clock::{now_unix_ms, rfc3339};
use crate::detail::Detail;
use crate::error::detail_of;
use crate::files;
use crate::places::Places;

/// Version of the files that batches are kept in.
pub const FORMAT: u32 = 1;
/// The log of labels that were left out, in the data folder. The law asks for six months; nothing is ever taken out of it.
const LOG: &str = "labels.jsonl";

/// An order, and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// Version of this format.
    pub format: u32,
    /// Its name for programs.
    pub id: Id,
    /// When it was ordered.
    pub added_unix_ms: u64,
    /// What was wanted.
    pub order: Order,
    /// Of what.
    pub scene: Scene,
    /// The clips.
    pub entries: Vec<Entry>,
}

/// A clip of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// What it is.
    pub item: Item,
    /// How far it is.
    pub state: EntryState,
    /// Why it failed.
    #[serde(default)]
    pub failure: Option<String>,
    /// The same for those who tell it in another language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Detail>,
    /// What came of it.
    #[serde(default)]
    pub report: Option<KitReport>,
}

/// How far a clip of a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ExportState")]
pub enum EntryState {
    /// Its turn has not come.
    Waiting,
    /// It is being made.
    Running,
    /// It is there, and was checked.
    Done,
    /// It could not be made.
    Failed,
    /// The user broke it off.
    Cancelled,
}

/// A line of the log of labels that were left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// When.
    pub time: String,
    /// The project.
    pub project: Id,
    /// Its name for people.
    pub name: String,
    /// The preset whose platform's law asks for a label.
    pub preset: String,
    /// The folder of the clip.
    pub folder: PathBuf,
    /// The name of the statement that was agreed to.
    pub statement: String,
    /// Its words.
    pub words: String,
}

impl Batch {
    /// Of an order. Labels that are left out are noted.
    ///
    /// # Errors
    /// As [`Order::items`]; or the log cannot be written, and then no label is left out.
    pub fn new(places: &Places, order: Order, scene: Scene, presets: &Presets) -> anyhow::Result<Self> {
        let items = order.items(&scene, presets)?;
        for item in &items {
            if order.is_unlabelled(presets.get(&item.preset)?) {
                note(places, &scene, item)?;
            }
        }
        let entry = |item| Entry { item, state: EntryState::Waiting, failure: None, detail: None, report: None };
        let entries = items.into_iter().map(entry).collect();
        Ok(Self { format: FORMAT, id: Id::new(), added_unix_ms: now_unix_ms(), order, scene, entries })
    }

    /// The next clip that waits.
    pub fn next(&self) -> Option<usize> {
        self.entries.iter().position(|entry| entry.state == EntryState::Waiting)
    }

    /// Lets everything that is not done wait again.
    pub fn rewind(&mut self) {
        for entry in self.entries.iter_mut().filter(|entry| entry.state != EntryState::Done) {
            (entry.state, entry.failure, entry.detail) = (EntryState::Waiting, None, None);
        }
    }

    /// Makes a clip of the batch, and notes what came of it. `progress` can break it off.
    pub fn make(
        &mut self,
        index: usize,
        places: &Places,
        presets: &Presets,
        maker: &Maker,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) {
        let Some(entry) = self.entries.get_mut(index) else { return };
        let fonts = places.fonts();
        let made = presets.get(&entry.item.preset).and_then(|preset| {
            let kit = Kit { scene: &self.scene, order: &self.order, preset, item: &entry.item, maker, fonts: &fonts };
            kit.make(progress)
        });
        entry.detail = made.as_ref().err().and_then(detail_of);
        (entry.state, entry.failure) = match made {
            Ok(Made::Now(report) | Made::Before(report)) => {
                entry.report = Some(*report);
                (EntryState::Done, None)
            }
            Err(error) if is_stopped(&error) => (EntryState::Cancelled, None),
            Err(error) => (EntryState::Failed, Some(gallop_protocol::shown(&format!("{error:#}")))),
        };
    }
}

/// Whether an export ended because somebody broke it off.
fn is_stopped(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(gallop_media::Error::Stopped { .. }))
}

/// Notes a label that is left out.
fn note(places: &Places, scene: &Scene, item: &Item) -> anyhow::Result<()> {
    let line = Label {
        time: rfc3339(now_unix_ms()),
        project: scene.project,
        name: scene.name.clone(),
        preset: item.preset.clone(),
        folder: item.folder.clone(),
        statement: STATEMENT.to_owned(),
        words: STATEMENT_TEXT.to_owned(),
    };
    let path = places.data.join(LOG);
    let cannot = || format!("cannot note that the label is left out: {}", path.display());
    let mut text = serde_json::to_vec(&line)?;
    text.push(b'\n');
    let mut log = File::options().append(true).create(true).open(&path).with_context(cannot)?;
    // One write, so that lines of two programs do not mix.
    log.write_all(&text).and_then(|()| log.sync_all()).with_context(cannot)?;
    path.parent().map(files::sync_folder);
    Ok(())
}
