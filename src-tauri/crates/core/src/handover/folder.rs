//! The folder that is handed over.

use std::fs::File as Opened;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gallop_media::words::{CaptionFormat, Cue, write_captions};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::cut::Cut;
use super::{fcpxml, otio};
use crate::project::SUFFIX;
use crate::{Code, Detail, files, project, told};

/// What was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Handed {
    /// The folder.
    pub folder: String,
    /// The cut in OpenTimelineIO.
    pub otio: String,
    /// The cut in Final Cut Pro XML.
    pub fcpxml: String,
    /// Captions, by language.
    pub captions: Vec<String>,
    /// How many files of pictures and sound there are in `media`.
    pub files: u32,
}

/// Makes a folder for a cut in `parent`, with its files and its captions by language.
///
/// # Errors
/// There is a folder of this name with something in it; a file cannot be read or written. What was made by then is removed.
pub fn hand_over(parent: &Path, cut: &Cut, captions: &[(String, Vec<Cue>)]) -> anyhow::Result<Handed> {
    if cut.pieces.is_empty() {
        return Err(told(Code::Input, Detail::NothingOnTimeline));
    }
    let name = project::folder_name(&cut.name);
    let name = name.strip_suffix(SUFFIX).unwrap_or(&name);
    let folder = parent.join(name);
    files::claim_folder(&folder)?;
    write(&folder, name, cut, captions).inspect_err(|_| {
        // Half of a cut is of no use, and would be in the way of the next try.
        std::fs::remove_dir_all(&folder).ok();
    })
}

fn write(folder: &Path, name: &str, cut: &Cut, captions: &[(String, Vec<Cue>)]) -> anyhow::Result<Handed> {
    let media = folder.join("media");
    std::fs::create_dir(&media).with_context(|| format!("cannot make this folder: {}", media.display()))?;
    for file in &cut.files {
        copy(&file.path, &media.join(&file.name))?;
    }
    let mut written = Vec::new();
    for (language, cues) in captions.iter().filter(|(_, cues)| !cues.is_empty()) {
        let path = folder.join(format!("{name}.{language}.srt"));
        write_captions(&path, cues, CaptionFormat::Srt)?;
        written.push(shown(&path));
    }
    let (otio_path, fcpxml_path) = (folder.join(format!("{name}.otio")), folder.join(format!("{name}.fcpxml")));
    files::write_json(&otio_path, &otio(cut))?;
    files::write(&fcpxml_path, fcpxml(cut).as_bytes())?;
    Ok(Handed {
        folder: shown(folder),
        otio: shown(&otio_path),
        fcpxml: shown(&fcpxml_path),
        captions: written,
        files: u32::try_from(cut.files.len()).unwrap_or(u32::MAX),
    })
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let mut source = Opened::open(from).with_context(|| format!("cannot read: {}", from.display()))?;
    let (mut draft, path) = files::draft(to)?;
    io::copy(&mut source, &mut draft).with_context(|| format!("cannot write: {}", to.display()))?;
    files::publish(&draft, path, to)
}

fn shown(path: &Path) -> String {
    PathBuf::from(path).display().to_string()
}
