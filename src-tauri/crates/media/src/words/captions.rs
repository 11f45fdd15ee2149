//! Caption files.

use std::{
    io::{Read as _, Write as _},
    path::Path,
};

use super::{Cue, Fault, ass, srt, text, vtt};
use crate::{
    Error, Result,
    files::{self, Draft},
};

/// A kind of caption file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptionFormat {
    /// SubRip, which all platforms that take captions read. No times of words, no looks.
    Srt,
    /// WebVTT, with times of words.
    Vtt,
    /// Advanced SubStation Alpha, with times of words; SSA is read too.
    Ass,
}

impl CaptionFormat {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Srt, Self::Vtt, Self::Ass];

    /// How the names of such files end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Srt => "srt",
            Self::Vtt => "vtt",
            Self::Ass => "ass",
        }
    }

    /// What a text looks like, whatever its file is called.
    fn of(text: &str) -> Self {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let first = lines.next().unwrap_or_default();
        if first.starts_with("WEBVTT") {
            Self::Vtt
        } else if first.starts_with('[') || first.starts_with(';') {
            Self::Ass
        } else {
            Self::Srt
        }
    }
}

/// Reads the text of an SRT, WebVTT, ASS or SSA file: the format is told by what stands in it. `language` is that of cues
/// which do not name their own. The error is the line, from 1, and what is wrong with it.
///
/// Cues come in the order of their beginnings; empty ones, and those that end before they begin, are left out.
pub fn parse_captions(written: &str, language: &str) -> std::result::Result<Vec<Cue>, (usize, String)> {
    parse(written, language).map_err(|Fault { line, why }| (line, why))
}

fn parse(written: &str, language: &str) -> std::result::Result<Vec<Cue>, Fault> {
    match CaptionFormat::of(written) {
        CaptionFormat::Srt => srt::read(written, language),
        CaptionFormat::Vtt => vtt::read(written, language),
        CaptionFormat::Ass => ass::read(written, language),
    }
}

/// Reads a caption file of at most 16 MiB in UTF-8 or UTF-16, as [`parse_captions`] does. An [`Error::Captions`] names the
/// line that is wrong.
pub fn read_captions(path: &Path, language: &str) -> Result<Vec<Cue>> {
    let fail = |Fault { line, why }: Fault| Error::Captions { line, why, path: path.to_path_buf() };
    let mut bytes = Vec::new();
    let file = files::open("open the captions", path)?;
    file.take(text::MAX_BYTES + 1).read_to_end(&mut bytes).map_err(Error::io("read the captions", path))?;
    if bytes.len() as u64 > text::MAX_BYTES {
        return Err(fail(Fault::new(1, "the file is over 16 MiB")));
    }
    let text = text::decoded(&bytes).map_err(fail)?;
    if text.trim().is_empty() {
        return Err(fail(Fault::new(1, "it is empty")));
    }
    parse(&text, language).map_err(fail)
}

/// The text of a caption file, in UTF-8 with line feeds. Times are rounded as the format wants: SRT and WebVTT to the nearest
/// millisecond, ASS down to the hundredth of a second.
pub fn format_captions(cues: &[Cue], format: CaptionFormat) -> String {
    match format {
        CaptionFormat::Srt => srt::write(cues),
        CaptionFormat::Vtt => vtt::write(cues),
        CaptionFormat::Ass => ass::write(cues),
    }
}

/// Writes a caption file; an existing file is replaced only when the new one is complete.
pub fn write_captions(path: &Path, cues: &[Cue], format: CaptionFormat) -> Result<()> {
    let mut draft = Draft::create(path, ".part")?;
    let text = format_captions(cues, format);
    draft.file().write_all(text.as_bytes()).map_err(Error::io("write the captions", path))?;
    draft.publish()?;
    Ok(())
}
