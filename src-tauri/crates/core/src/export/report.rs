//! What came of an export, and whether it is what the platform takes.

use gallop_media::export::ExportReport;
use gallop_media::inspect::{Content, Inspection, Stretch};
use gallop_media::provenance::C2pa;
use gallop_protocol::Digest;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::captions::Tongues;
use super::preset::Preset;

/// Version of the file.
pub const FORMAT: u32 = 1;
/// A sound further from its picture than this is seen, in seconds.
const MOST_OFFSET_SECS: f64 = 0.005;
/// How far a measured loudness may lie from what was asked for, in LU: meters differ by a tenth, AAC by two.
const LOUDNESS_LU: f64 = 1.0;
/// How far a coded peak may rise above what was asked for: AAC adds up to half a decibel.
const PEAK_DB: f64 = 0.6;

/// What is known of a finished clip: `report.json` beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "ExportReport")]
pub struct KitReport {
    /// Version of this format.
    pub format: u32,
    /// Of all that the clip was made from. While it is the same, and the files are, the clip is not made again.
    pub fingerprint: Digest,
    /// The preset.
    pub preset: String,
    /// The languages of its captions.
    pub tongues: Option<Tongues>,
    /// When it was made.
    pub made_unix_ms: u64,
    /// The files, the clip first.
    pub files: Vec<KitFile>,
    /// What was measured in the finished clip.
    pub facts: Facts,
    /// Whether it is as it should be.
    pub checks: Vec<Check>,
    /// How the user has to say to the platform that AI made it.
    pub declare: Option<String>,
    /// All that was measured, as `gallop inspect` tells it.
    #[serde(default)]
    #[ts(skip)]
    pub details: serde_json::Value,
}

/// A file of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "ExportedFile")]
pub struct KitFile {
    /// Its name in the folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its content.
    pub sha256: Digest,
}

/// What was measured in a finished clip.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "ExportFacts")]
pub struct Facts {
    /// Its length.
    pub seconds: f64,
    /// Its size.
    pub bytes: u64,
    /// How many pictures; 0 for sound alone.
    pub frames: u64,
    /// How much later the sound comes than the picture, in milliseconds; nothing where it cannot be told.
    pub offset_ms: Option<f64>,
    /// How loud it is, in LUFS; nothing for silence.
    pub lufs: Option<f64>,
    /// Its highest true peak, in dB of full scale.
    pub true_peak_db: Option<f64>,
    /// What encoded the pictures.
    pub encoder: Option<String>,
}

/// Whether something is as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "ExportCheck")]
pub struct Check {
    /// What was looked at.
    pub what: Checked,
    /// What was found.
    pub found: Found,
    /// The same in a sentence.
    pub says: String,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ExportChecked")]
pub enum Checked {
    /// Its length, against the platform's limits.
    Length,
    /// Its size, against the platform's limit.
    Size,
    /// Whether sound and picture come together.
    Offset,
    /// How loud it is.
    Loudness,
    /// Its highest peak.
    Peak,
    /// Stretches of black.
    Black,
    /// Stretches in which the picture stands still.
    Frozen,
    /// The label that is seen.
    VisibleLabel,
    /// The labels in the file.
    FileLabels,
    /// Whether it is signed.
    Signature,
}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ExportFound")]
pub enum Found {
    /// It is as it should be.
    Good,
    /// Somebody should look at it.
    Look,
    /// The platform will refuse it, or it is not what was asked for.
    Wrong,
    /// There is nothing to be said.
    Nothing,
}

/// The visible label of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labelled {
    /// It is there.
    Yes,
    /// Nobody asks for it.
    NotAsked,
    /// A law asks for it, and the user has left it out.
    LeftOut,
}

/// What was measured.
pub fn facts(report: &ExportReport) -> Facts {
    let content = report.file.content.as_ref();
    Facts {
        seconds: report.duration_secs,
        bytes: report.bytes,
        frames: report.frames,
        offset_ms: report.av_offset_secs.map(|secs| secs * 1000.0),
        lufs: content.and_then(|content| content.integrated_lufs),
        true_peak_db: content.and_then(|content| content.true_peak_db),
        encoder: report.video_encoder.clone(),
    }
}

/// Looks whether a finished clip is what its platform takes.
pub fn checks(preset: &Preset, report: &ExportReport, labelled: Labelled) -> Vec<Check> {
    let check = |what, found, says: String| Check { what, found, says };
    let mut checks = vec![length(preset, report.duration_secs), size(preset, report.bytes)];
    checks.push(match report.av_offset_secs {
        Some(secs) if secs.abs() < MOST_OFFSET_SECS => {
            check(Checked::Offset, Found::Good, format!("sound and picture are {:.1} ms apart", secs * 1000.0))
        }
        Some(secs) => {
            check(Checked::Offset, Found::Wrong, format!("sound and picture are {:.1} ms apart", secs * 1000.0))
        }
        None => check(Checked::Offset, Found::Nothing, "there is nothing to compare sound and picture by".into()),
    });
    if let Some(content) = &report.file.content {
        checks.extend(sound(preset, content, report.sound.as_ref().and_then(|sound| sound.note.as_deref())));
        checks.push(stretches(Checked::Black, "black", &content.black));
        checks.push(stretches(Checked::Frozen, "still", &content.frozen));
    }
    if preset.picture.is_some() {
        let (found, says) = match labelled {
            Labelled::Yes => (Found::Good, "the picture says that AI made it"),
            Labelled::NotAsked => (Found::Nothing, "the platform's law asks for no label in the picture"),
            Labelled::LeftOut => {
                (Found::Look, "the label in the picture was left out: declare it where you publish it")
            }
        };
        checks.push(check(Checked::VisibleLabel, found, says.into()));
    }
    checks.extend(labels(&report.file));
    checks
}

fn length(preset: &Preset, seconds: f64) -> Check {
    let (least, most) = (preset.limits.shortest_secs, preset.limits.longest_secs);
    let name = &preset.name;
    let (found, says) = match (least, most) {
        (Some(least), _) if seconds < least => {
            (Found::Wrong, format!("{seconds:.1} s; {name} takes {least:.0} s or more"))
        }
        (_, Some(most)) if seconds > most => {
            (Found::Wrong, format!("{seconds:.1} s; {name} takes {most:.0} s or less"))
        }
        _ => (Found::Good, format!("{seconds:.1} s")),
    };
    Check { what: Checked::Length, found, says }
}

fn size(preset: &Preset, bytes: u64) -> Check {
    let megabytes = bytes as f64 / 1e6;
    let (found, says) = match preset.limits.most_bytes {
        Some(most) if bytes > most => {
            let most = most as f64 / 1e6;
            (Found::Wrong, format!("{megabytes:.1} MB; {} takes {most:.0} MB or less", preset.name))
        }
        _ => (Found::Good, format!("{megabytes:.1} MB")),
    };
    Check { what: Checked::Size, found, says }
}

fn sound(preset: &Preset, content: &Content, note: Option<&str>) -> Vec<Check> {
    let (Some(loud), Some(peak)) = (preset.sound.integrated_lufs, preset.sound.true_peak_db) else { return Vec::new() };
    let note = note.map(|note| format!("; {note}")).unwrap_or_default();
    let (found, says) = match content.integrated_lufs {
        None => (Found::Nothing, format!("silent, or too short to tell{note}")),
        Some(found) if (found - loud).abs() <= LOUDNESS_LU => (Found::Good, format!("{found:.1} LUFS")),
        Some(found) => (Found::Look, format!("{found:.1} LUFS instead of {loud:.0}{note}")),
    };
    let mut checks = vec![Check { what: Checked::Loudness, found, says }];
    if let Some(found) = content.true_peak_db {
        let is_good = found <= peak + PEAK_DB;
        let says = format!("highest peak {found:.1} dB of full scale");
        checks.push(Check { what: Checked::Peak, found: if is_good { Found::Good } else { Found::Look }, says });
    }
    checks
}

fn stretches(what: Checked, word: &str, stretches: &[Stretch]) -> Check {
    let Some(first) = stretches.first() else {
        return Check { what, found: Found::Good, says: format!("the picture is never {word}") };
    };
    let more = if stretches.len() > 1 { format!(", and {} more", stretches.len() - 1) } else { String::new() };
    let says = format!("the picture is {word} from {:.1} to {:.1} s{more}", first.start_secs, first.end_secs);
    Check { what, found: Found::Look, says }
}

fn labels(file: &Inspection) -> Vec<Check> {
    let labels = &file.labels;
    let missing: Vec<_> = [(labels.aigc.is_some(), "AIGC"), (labels.xmp_source_type.is_some(), "XMP")]
        .into_iter()
        .filter(|(is_there, _)| !is_there)
        .map(|(_, name)| name)
        .collect();
    let (found, says) = match missing.as_slice() {
        [] => (Found::Good, "the file says that AI made it, by AIGC and XMP".to_owned()),
        ["XMP"] => (Found::Good, "the file says that AI made it, by AIGC".to_owned()),
        ["AIGC"] => (Found::Good, "the file says that AI made it, by XMP".to_owned()),
        _ => (Found::Wrong, "the file does not say that AI made it".to_owned()),
    };
    let (state, signed) = match &labels.c2pa {
        C2pa::Absent => (Found::Nothing, "not signed: no certificate is set".to_owned()),
        C2pa::Valid { trusted, signer, .. } => {
            let by = signer.as_deref().map(|signer| format!(" by {signer}")).unwrap_or_default();
            let trust = if *trusted { "" } else { "; the signer is on no list of trust" };
            (Found::Good, format!("signed{by}{trust}"))
        }
        C2pa::Invalid { why } => (Found::Wrong, format!("the signature does not hold: {}", why.join(", "))),
    };
    vec![
        Check { what: Checked::FileLabels, found, says },
        Check { what: Checked::Signature, found: state, says: signed },
    ]
}
