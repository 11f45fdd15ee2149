//! One clip with what belongs to it: covers, captions, the words for the upload, where it comes from, and a report.
//!
//! ```text
//! douyin-zh/
//!   Name.mp4                the clip, labelled, checked
//!   Name.cover-9x16.jpg     pictures that stand for it
//!   Name.zh.srt             its captions
//!   Name.txt                title and text within the platform's limits, and how to declare it
//!   Name.provenance.json    where it comes from
//!   report.json             what was measured, and whether it is as it should be
//! ```

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gallop_media::encode::{Container, Effort, Hardware, PictureSpec, SoundSpec};
use gallop_media::export::{ExportReport, ExportSpec, LoudnessTarget, Progress, export};
use gallop_media::inspect::Depth;
use gallop_media::provenance::{Provenance, Signer, SourceType};
use gallop_media::render::{Graph, Painter};
use gallop_media::words::{CaptionFormat, Cue, write_captions, write_cover};
use gallop_protocol::{Digest, Id};
use serde::{Deserialize, Serialize};

use super::edition::Edition;
use super::graph::{graph, moment};
use super::order::{CaptionUse, EncoderChoice, Item, Order, STATEMENT_TEXT};
use super::preset::{CaptionFile, LabelPolicy, Preset};
use super::report::{self, KitFile, KitReport, Labelled};
use super::scene::Scene;
use super::text::text;
use super::words::{safe_area, words};
use crate::clock::{now_unix_ms, rfc3339};
use crate::{files, inside};

/// The file of the report.
pub const REPORT: &str = "report.json";
/// The longest report that is read.
const MAX_REPORT_BYTES: u64 = 16 << 20;
/// Who is said to have made a clip where nobody set another name.
const PRODUCER: &str = "Gallop";

/// What the user set for all exports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Maker {
    /// The producer in labels: a registered code, or a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub producer: Option<String>,
    /// Who signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<Signer>,
    /// What this version does not know. It is kept.
    #[serde(flatten)]
    pub rest: serde_json::Map<String, serde_json::Value>,
}

/// One clip that is to be made.
pub struct Kit<'a> {
    /// What is exported.
    pub scene: &'a Scene,
    /// What is wanted of it.
    pub order: &'a Order,
    /// The platform.
    pub preset: &'a Preset,
    /// Which clip of the order.
    pub item: &'a Item,
    /// What the user set for all exports.
    pub maker: &'a Maker,
    /// A folder with fonts of the user's own.
    pub fonts: &'a Path,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Made {
    /// The clip was made.
    Now(Box<KitReport>),
    /// It was there already, made from the very same, and whole.
    Before(Box<KitReport>),
}

/// All that a clip is made of.
struct Plan {
    graph: Graph,
    spec: ExportSpec,
    label: Option<LabelPolicy>,
    /// What is read.
    cues: Vec<Cue>,
    /// Whether it is also written into files.
    has_caption_files: bool,
    fingerprint: Digest,
}

impl Kit<'_> {
    /// Makes the clip, unless it is there, and then what belongs to it. `progress` can break it off.
    ///
    /// # Errors
    /// `gallop_media::Error::Stopped` where it was broken off; a file cannot be read or written, or is not as it should be.
    /// What was whole before stays.
    pub fn make(&self, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> anyhow::Result<Made> {
        let plan = self.plan()?;
        if let Some(report) = self.finished(plan.fingerprint) {
            return Ok(Made::Before(Box::new(report)));
        }
        let folder = &self.item.folder;
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make this folder: {}", folder.display()))?;
        // From now on what lies there is not what an older report says.
        remove(&folder.join(REPORT))?;
        let exported = export(&plan.graph, &plan.spec, progress)?;
        let mut made = vec![plan.spec.place.clone()];
        made.extend(self.covers(&plan)?);
        made.extend(self.caption_files(&plan)?);
        made.push(self.write("txt", text(self.scene, self.preset, self.item, &plan.cues).as_bytes())?);
        let sidecar = serde_json::to_vec_pretty(&self.sidecar(&plan, &exported)?)?;
        made.push(self.write("provenance.json", &sidecar)?);
        let report = self.report(&plan, &exported, &made)?;
        files::write_json(&folder.join(REPORT), &report)?;
        Ok(Made::Now(Box::new(report)))
    }

    /// Writes the clip to a place of its own, with nothing beside it.
    ///
    /// # Errors
    /// As [`Self::make`].
    pub(super) fn film(
        &self,
        place: &Path,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> anyhow::Result<()> {
        let Plan { graph, spec, .. } = self.plan()?;
        export(&graph, &ExportSpec { place: place.to_owned(), ..spec }, progress)?;
        Ok(())
    }

    /// The report of a clip that is there, made from the same, with all its files whole.
    fn finished(&self, fingerprint: Digest) -> Option<KitReport> {
        let text = inside::read(&self.item.folder.join(REPORT), MAX_REPORT_BYTES).ok()??;
        let report: KitReport = serde_json::from_slice(&text).ok()?;
        let is_whole = |file: &KitFile| {
            let path = self.item.folder.join(Path::new(&file.name).file_name().unwrap_or_default());
            inside::file_bytes(&path).ok().flatten() == Some(file.bytes)
                && digest(&path).is_ok_and(|sha256| sha256 == file.sha256)
        };
        let is_same = report.format == report::FORMAT && report.fingerprint == fingerprint;
        (is_same && !report.files.is_empty() && report.files.iter().all(is_whole)).then_some(report)
    }

    fn plan(&self) -> anyhow::Result<Plan> {
        let Self { scene, order, preset, item, .. } = self;
        let size = preset.size(&scene.aspect);
        let label = order.label(preset)?.filter(|_| size.is_some());
        let edition = Edition::of(order, item);
        let read = edition.cues(&scene.timeline);
        let mut graph = Edition::graph(preset, &scene.timeline, &scene.materials, &scene.aspect);
        graph.words = edition.words(preset, &scene.timeline, graph.size, self.fonts)?;
        let mut spec = self.spec(size);
        // What differs from time to time is not what a clip is made from.
        let (produce_id, created) = (spec.provenance.produce_id.clone(), spec.provenance.created.clone());
        (spec.provenance.produce_id, spec.provenance.created) = (String::new(), String::new());
        let has_caption_files = matches!(order.captions, CaptionUse::Both | CaptionUse::Files);
        let made_of = serde_json::to_vec(&(
            env!("CARGO_PKG_VERSION"),
            &graph,
            &spec,
            &read,
            has_caption_files,
            &preset,
            &order.cover_frame,
            order.is_unlabelled(preset),
        ))?;
        (spec.provenance.produce_id, spec.provenance.created) = (produce_id, created);
        let fingerprint = Digest::of(made_of);
        Ok(Plan { graph, spec, label, cues: read, has_caption_files, fingerprint })
    }

    fn spec(&self, size: Option<(u32, u32)>) -> ExportSpec {
        let Self { scene, order, preset, maker, .. } = self;
        let picture = preset.picture.as_ref().zip(size).zip(preset.rate()).map(|((picture, size), fps)| PictureSpec {
            size,
            fps,
            codec: picture.codec,
            crf: picture.crf,
            max_bit_rate: picture.max_bit_rate,
            key_frame_secs: picture.key_frame_secs,
            effort: Effort::Medium,
            hardware: match order.encoder {
                EncoderChoice::Software => Hardware::Never,
                EncoderChoice::Hardware => Hardware::Preferred,
            },
        });
        let loudness = preset.sound.integrated_lufs.zip(preset.sound.true_peak_db);
        let loudness = loudness.map(|(integrated_lufs, true_peak_db)| LoudnessTarget { integrated_lufs, true_peak_db });
        let sound = SoundSpec { codec: preset.sound.codec, bit_rate: preset.sound.bit_rate, loudness };
        let source = if scene.is_mixed() {
            SourceType::CompositeWithTrainedAlgorithmicMedia
        } else {
            SourceType::TrainedAlgorithmicMedia
        };
        let provenance = Provenance {
            producer: maker.producer.clone().unwrap_or_else(|| PRODUCER.into()),
            produce_id: Id::new().to_string(),
            source,
            models: scene.models.clone(),
            created: rfc3339(now_unix_ms()),
            // C2PA knows no Matroska.
            signer: maker.signer.clone().filter(|_| preset.container != Container::Mkv),
        };
        ExportSpec {
            place: self.path(preset.container.extension()),
            container: preset.container,
            picture,
            sound: Some(sound),
            provenance,
            // A wav file has no room for words.
            metadata: match preset.container {
                Container::Wav => BTreeMap::new(),
                _ => BTreeMap::from([("title".to_owned(), scene.name.clone())]),
            },
            check: Depth::Whole,
        }
    }

    /// Paints the covers: the timeline at a frame, in the shape of each, with the label and without captions.
    fn covers(&self, plan: &Plan) -> anyhow::Result<Vec<PathBuf>> {
        let Self { scene, order, preset, .. } = self;
        let frames = super::graph::length(&scene.timeline);
        let frame = order.cover_frame.unwrap_or(frames / 3).min(frames.saturating_sub(1));
        let mut made = Vec::new();
        for cover in &preset.covers {
            let size = (cover.size[0], cover.size[1]);
            let mut graph = graph(&scene.timeline, &scene.materials, size);
            // The label is seen on a cover whatever moment it shows.
            let label = plan.label.map(|label| LabelPolicy { seconds: f64::from(frames + 1), ..label });
            let style = &scene.timeline.caption_style;
            graph.words = words(size, safe_area(None, size), &[], style, label, self.fonts)?;
            let painted = Painter::new(&graph, size)?.frame(moment(frame))?;
            let path = self.path(&format!("cover-{}.jpg", cover.name));
            write_cover(&path, &painted, size)?;
            made.push(path);
        }
        Ok(made)
    }

    fn caption_files(&self, plan: &Plan) -> anyhow::Result<Vec<PathBuf>> {
        if plan.cues.is_empty() || !plan.has_caption_files {
            return Ok(Vec::new());
        }
        let code = self.item.tongues.map(|tongues| format!("{}.", tongues.code())).unwrap_or_default();
        let wanted: &[CaptionFile] = match self.preset.caption_files.as_slice() {
            // Nobody takes them there; elsewhere somebody may.
            [] => &[CaptionFile::Srt, CaptionFile::Vtt],
            wanted => wanted,
        };
        let mut made = Vec::new();
        for file in wanted {
            let format = match file {
                CaptionFile::Srt => CaptionFormat::Srt,
                CaptionFile::Vtt => CaptionFormat::Vtt,
            };
            let path = self.path(&format!("{code}{}", format.extension()));
            write_captions(&path, &plan.cues, format)?;
            made.push(path);
        }
        Ok(made)
    }

    fn sidecar(&self, plan: &Plan, exported: &ExportReport) -> anyhow::Result<serde_json::Value> {
        let Self { scene, order, preset, .. } = self;
        let Provenance { producer, produce_id, source, models, created, .. } = &plan.spec.provenance;
        Ok(serde_json::json!({
            "format": 1,
            "clip": exported.place.file_name().map(|name| name.to_string_lossy()),
            "sha256": digest(&exported.place)?,
            "program": concat!("Gallop ", env!("CARGO_PKG_VERSION")),
            "project": scene.project,
            "preset": preset.id,
            "producer": producer,
            "produce_id": produce_id,
            "created": created,
            "digital_source_type": source,
            "models": models,
            "visible_label": plan.label,
            "label_left_out": order.is_unlabelled(preset).then_some(STATEMENT_TEXT),
            "labels": exported.file.labels,
        }))
    }

    fn report(&self, plan: &Plan, exported: &ExportReport, made: &[PathBuf]) -> anyhow::Result<KitReport> {
        let file = |path: &PathBuf| -> anyhow::Result<KitFile> {
            let bytes = inside::file_bytes(path)?.with_context(|| format!("it is gone: {}", path.display()))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Ok(KitFile { name, bytes, sha256: digest(path)? })
        };
        let labelled = match plan.label {
            Some(_) => Labelled::Yes,
            None if self.order.is_unlabelled(self.preset) => Labelled::LeftOut,
            None => Labelled::NotAsked,
        };
        Ok(KitReport {
            format: report::FORMAT,
            fingerprint: plan.fingerprint,
            preset: self.preset.id.clone(),
            tongues: self.item.tongues,
            made_unix_ms: now_unix_ms(),
            files: made.iter().map(file).collect::<anyhow::Result<_>>()?,
            facts: report::facts(exported),
            checks: report::checks(self.preset, exported, labelled),
            declare: self.preset.declare.clone(),
            details: serde_json::to_value(exported)?,
        })
    }

    fn write(&self, ending: &str, bytes: &[u8]) -> anyhow::Result<PathBuf> {
        let path = self.path(ending);
        files::write(&path, bytes)?;
        Ok(path)
    }

    fn path(&self, ending: &str) -> PathBuf {
        self.item.folder.join(format!("{}.{ending}", self.item.name))
    }
}

fn digest(path: &Path) -> anyhow::Result<Digest> {
    let read = std::fs::File::open(path).and_then(|mut file| Digest::of_reader(&mut file));
    read.with_context(|| format!("cannot read: {}", path.display()))
}

fn remove(path: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove: {}", path.display()))
        }
        _ => Ok(()),
    }
}
