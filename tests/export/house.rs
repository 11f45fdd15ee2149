//! A user who puts a source on a timeline and exports it: through the studio's calls, as the window does it, and the batch
//! that both the window and `gallop export` work off.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use gallop_core::api::{Engines, Studio, read_scene};
use gallop_core::export::{
    Batch, CaptionUse, EncoderChoice, EntryState, KitReport, LabelChoice, Maker, Order, Presets,
};
use gallop_core::places::Places;
use gallop_media::provenance::{SignatureAlgorithm, Signer, SigningKey};
use serde_json::{Value, json};

use crate::sources::Source;

/// How long a still is seen, in frames of the timeline.
pub const STILL_FRAMES: u32 = 40;

/// A user.
pub struct House {
    studio: Arc<Studio>,
    places: Places,
    /// The presets that come along.
    pub presets: Presets,
}

/// A source on the timeline of a project of its own.
pub struct Film {
    folder: PathBuf,
    clip: Value,
    /// How many frames of the timeline it is long.
    pub frames: u32,
    /// Whether the studio says that there is sound in it.
    pub has_sound: bool,
    /// Whether the studio took it for a still.
    pub is_still: bool,
}

/// Whether a clip is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// By the tests' own certificate.
    Yes,
    /// Nobody signs.
    No,
}

/// A finished clip.
pub struct Exported {
    /// The file.
    pub clip: PathBuf,
    /// The folder with all that belongs to it.
    pub folder: PathBuf,
    /// What core says of it.
    pub report: KitReport,
}

impl House {
    /// In a folder that is nobody's.
    pub fn new(home: &Path) -> anyhow::Result<Self> {
        let places = Places::under(home);
        let studio = Studio::start(places.clone(), Engines::LeaveAlone)?;
        Ok(Self { studio, places, presets: Presets::shipped()? })
    }

    fn call(&self, name: &str, arguments: Value) -> anyhow::Result<Value> {
        let answer = self.studio.call_here(name, arguments);
        answer.map_err(|refusal| anyhow::anyhow!("{name}: {}", refusal.message))
    }

    /// Takes a source into a new project of this shape and puts it on the timeline.
    pub fn film(&self, source: &Source, aspect: &str) -> anyhow::Result<Film> {
        let about = json!({ "name": source.name.replace('.', " "), "aspect": aspect, "model": "pony" });
        let folder =
            self.call("project.create", about)?["folder"].as_str().context("a project has a folder")?.to_owned();
        let item = self.call("media.import", json!({ "paths": [&source.path] }))?[0].take();
        let kind = match item["kind"].as_str() {
            Some("picture") => "still",
            Some("film") => "film",
            other => bail!("it is taken for {}", other.unwrap_or("nothing")),
        };
        let frames = item["frames"].as_u64().map_or(STILL_FRAMES, |frames| frames as u32);
        let media = json!({ "sha256": item["sha256"], "name": item["name"], "bytes": item["bytes"] });
        let insert = json!({ "kind": "insert_footage", "media": media, "footage": kind, "frames": frames, "at": 0 });
        let view = self.call("timeline.edit", json!({ "edits": [insert] }))?;
        Ok(Film {
            folder: folder.into(),
            clip: view["timeline"]["clips"][0]["id"].clone(),
            frames,
            has_sound: item["has_sound"] == true,
            is_still: kind == "still",
        })
    }

    /// Brings the film to the picture's shape in this way (`contain`, …), or as usual.
    pub fn fit(&self, film: &Film, fit: Option<&str>) -> anyhow::Result<()> {
        let look = json!({ "kind": "set_look", "clips": [film.clip], "look": { "fit": fit } });
        self.call("timeline.edit", json!({ "edits": [look] })).map(drop)
    }

    /// Exports a film by a preset, into a folder in `into`.
    pub fn export(&self, film: &Film, preset: &str, signed: Signed, into: &Path) -> anyhow::Result<Exported> {
        std::fs::create_dir_all(into)?;
        let order = Order {
            presets: vec![preset.to_owned()],
            languages: Vec::new(),
            folder: into.to_str().context("a folder of Unicode")?.to_owned(),
            name: Some("clip".to_owned()),
            captions: CaptionUse::Both,
            label: LabelChoice::Usual,
            cover_frame: None,
            encoder: EncoderChoice::Software,
        };
        let maker = Maker { signer: (signed == Signed::Yes).then(signer), ..Maker::default() };
        let (scene, _) = read_scene(&film.folder)?;
        let mut batch = Batch::new(&self.places, order, scene, &self.presets)?;
        let index = batch.next().context("nothing is to be made")?;
        batch.make(index, &self.places, &self.presets, &maker, &mut |_| ControlFlow::Continue(()));
        let entry = batch.entries.swap_remove(index);
        match (entry.state, entry.report) {
            (EntryState::Done, Some(report)) => {
                let first = report.files.first().context("no file was made")?;
                Ok(Exported { clip: entry.item.folder.join(&first.name), folder: entry.item.folder, report })
            }
            (_, _) => bail!("{}", entry.failure.unwrap_or_else(|| "it was not made".into())),
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.studio.close_here();
    }
}

/// The signer of the tests, whose key everybody knows.
fn signer() -> Signer {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri/crates/media/tests/signer");
    Signer {
        certificates: folder.join("chain.pem"),
        algorithm: SignatureAlgorithm::Es256,
        key: SigningKey::File(folder.join("key.pem")),
    }
}
