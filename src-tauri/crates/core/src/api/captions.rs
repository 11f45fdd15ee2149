//! Captions: when their words are said, and the files that they travel in.

use std::path::{Path, PathBuf};

use gallop_media::Channels;
use gallop_media::speech::{LineToSay, align as spoken_when};
use gallop_media::words::{CaptionFormat, read_captions, write_captions};
use gallop_protocol::Id;
use gallop_protocol::shot::{Language, Line, speech};
use serde::Deserialize;
use ts_rs::TS;

use super::export::{take_of, timeline};
use super::open::ShotsOf;
use super::studio::Studio;
use super::view::ProjectView;
use crate::export::{Tongues, cues};
use crate::timeline::{Caption, RATE, TimelineEdit};
use crate::{Code, Detail, coded, of_media, told};

/// The rate at which speech is looked for.
const SAMPLE_RATE: u32 = 48_000;

/// Clips whose captions shall be read when their words are said.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct CaptionsAlignArgs {
    /// The clips.
    pub clips: Vec<Id>,
}

/// A file of captions that is taken in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct CaptionsImportArgs {
    /// The file: SRT, WebVTT or ASS.
    pub path: String,
    /// The language of what does not name its own.
    pub language: Language,
    /// Whether they stand in for the captions of their language that are there.
    #[serde(default)]
    pub replace: CaptionsReplace,
}

/// What becomes of captions when others of their language are taken in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CaptionsReplace {
    /// They go.
    #[default]
    Same,
    /// They stay.
    None,
}

/// A file of captions that is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct CaptionsSaveArgs {
    /// Where, with the ending `srt`, `vtt` or `ass`.
    pub path: String,
    /// In which languages; all captions where nothing is said.
    #[serde(default)]
    #[ts(optional)]
    pub tongues: Option<Tongues>,
}

/// What is said in a clip, and where its sound is.
struct Spoken {
    clip: Id,
    lines: Vec<Line>,
    sound: PathBuf,
}

pub(super) fn align(studio: &Studio, args: CaptionsAlignArgs) -> anyhow::Result<ProjectView> {
    let (spoken, expected) = studio.with_project(|open| {
        let data = open.project.data();
        let (timeline, shown) = (timeline(open), open.reel.shown(data));
        let (mut spoken, mut expected) = (Vec::new(), Vec::new());
        for id in &args.clips {
            let clip = timeline.clip(*id)?;
            let Some(entry) = data.shots.iter().find(|entry| entry.id == clip.shot) else { continue };
            let said = entry.shot.lines.iter().filter(|line| !line.text.trim().is_empty());
            let lines: Vec<Line> = said.cloned().collect();
            let take = shown.get(&clip.shot).and_then(|seen| take_of(open.project.folder(), seen));
            match take {
                _ if lines.is_empty() => {}
                Some(take) => spoken.push(Spoken { clip: *id, lines, sound: take.clip }),
                // Until it is made, each line lies where it can be expected.
                None => expected.push(*id),
            }
        }
        Ok((spoken, expected))
    })?;
    if spoken.is_empty() && expected.is_empty() {
        return Err(told(Code::Input, Detail::NothingSaid));
    }
    // Listened to before the project is held: a long take keeps nobody waiting.
    let mut captions: Vec<Caption> = Vec::new();
    for Spoken { clip, lines, sound } in &spoken {
        let sound = gallop_media::read_sound(sound, SAMPLE_RATE, Channels::Stereo)?;
        let wanted: Vec<_> = lines
            .iter()
            .map(|line| LineToSay {
                text: line.text.clone(),
                seconds_expected: speech::seconds(&line.text, line.language).max(0.1),
            })
            .collect();
        for (line, span) in lines.iter().zip(spoken_when(&sound.channels, &wanted)) {
            let frame = |moment: gallop_media::Ticks| (moment.secs().max(0.0) * f64::from(RATE)).round() as u32;
            let (from, text) = (frame(span.start), line.text.trim().to_owned());
            let to = frame(span.end).max(from + 1);
            captions.push(Caption { id: Id::new(), clip: *clip, from, to, text, language: line.language });
        }
    }
    studio.change(|open| {
        let lengths = open.lengths();
        open.edit("Captions", |data| {
            let shots = ShotsOf::new(data, lengths);
            let mut timeline = data.cut.take().unwrap_or_default();
            // Those in other languages are translations, which nobody says.
            let is_anew = |old: &Caption| {
                captions.iter().any(|caption| caption.clip == old.clip && caption.language == old.language)
            };
            timeline.captions.retain(|caption| !is_anew(caption));
            for caption in &captions {
                let edit = TimelineEdit::PutCaption { caption: caption.clone() };
                timeline = timeline.after(&edit, &shots)?;
            }
            for clip in &expected {
                let before: Vec<_> =
                    timeline.captions.iter().filter(|caption| caption.clip == *clip).cloned().collect();
                timeline = timeline.after(&TimelineEdit::CaptionsFromLines { clip: *clip }, &shots)?;
                let fresh: Vec<_> = timeline.captions.iter().filter(|caption| caption.clip == *clip).collect();
                let is_translation = |old: &Caption| fresh.iter().all(|caption| caption.language != old.language);
                let translations: Vec<_> = before.into_iter().filter(is_translation).collect();
                timeline.captions.extend(translations);
            }
            data.cut = Some(timeline);
            Ok(())
        })
    })?;
    super::project::view(studio)
}

pub(super) fn import(studio: &Studio, args: CaptionsImportArgs) -> anyhow::Result<ProjectView> {
    let CaptionsImportArgs { path, language, replace } = args;
    let read = read_captions(Path::new(&path), language.code()).map_err(|error| of_media(Code::Input, &error))?;
    studio.change(|open| {
        let lengths = open.lengths();
        open.edit("Captions", |data| {
            let shots = ShotsOf::new(data, lengths);
            let mut timeline = data.cut.take().unwrap_or_default();
            let mut placed = 0;
            let language_of = |code: &str| {
                let code = code.split('-').next().unwrap_or_default();
                Language::ALL.into_iter().find(|known| known.code() == code).unwrap_or(language)
            };
            if replace == CaptionsReplace::Same {
                let languages: Vec<_> = read.iter().map(|cue| language_of(&cue.language)).collect();
                timeline.captions.retain(|caption| !languages.contains(&caption.language));
            }
            for cue in &read {
                let frame = |moment: gallop_media::Ticks| (moment.secs().max(0.0) * f64::from(RATE)).round() as u32;
                let (start, end) = (frame(cue.span.start), frame(cue.span.end));
                // On every clip that is seen while it is read.
                let clips: Vec<_> =
                    timeline.clips.iter().filter(|clip| clip.start < end && start < clip.end()).copied().collect();
                for clip in clips {
                    let from = clip.frame_after(start.max(clip.start) - clip.start).max(clip.r#in);
                    let to = clip.frame_after(end.min(clip.end()) - clip.start).min(clip.out);
                    if from < to {
                        let (text, language) = (cue.text.clone(), language_of(&cue.language));
                        let caption = Caption { id: Id::new(), clip: clip.id, from, to, text, language };
                        timeline = timeline.after(&TimelineEdit::PutCaption { caption }, &shots)?;
                        placed += 1;
                    }
                }
            }
            if placed == 0 {
                return Err(told(Code::Input, Detail::CaptionsOutside));
            }
            data.cut = Some(timeline);
            Ok(())
        })
    })?;
    super::project::view(studio)
}

pub(super) fn save(studio: &Studio, args: CaptionsSaveArgs) -> anyhow::Result<()> {
    let path = Path::new(&args.path);
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let format = CaptionFormat::ALL.into_iter().find(|format| format.extension() == ending);
    let format = format.ok_or_else(|| coded(Code::Input, "name the file with the ending srt, vtt or ass"))?;
    let read = studio.with_project(|open| Ok(cues(&timeline(open), args.tongues)))?;
    if read.is_empty() {
        return Err(coded(Code::Input, "there are no captions in this language"));
    }
    Ok(write_captions(path, &read, format)?)
}
