//! What is looked at, as the graph that is drawn.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use gallop_media::render::{Graph, Words};
use gallop_protocol::Id;

use super::ask::Of;
use crate::api::{Cut, Refusal, Studio};
use crate::export::{self, Edition, Known, Materials, Preset, graph, materials_at_hand, usual_tongues};
use crate::timeline::{Clip, Timeline};
use crate::{Code, Detail, coded, inside, told};

/// The shortest side of a picture.
pub const LEAST: u32 = 16;

/// What is looked at, ready to be drawn.
#[derive(Debug, PartialEq)]
pub struct Programme {
    /// What is seen and heard.
    pub graph: Graph,
    unseen: Vec<Gap>,
    unheard: Vec<Gap>,
    /// Why its captions cannot be read.
    pub unread: Option<Refusal>,
}

/// What is missing on some frames.
type Gap = (Range<u32>, Refusal);

impl Programme {
    /// What is missing of the picture on a frame.
    pub fn unseen_at(&self, frame: u32) -> Option<&Refusal> {
        at(&self.unseen, frame)
    }

    /// What is missing of the sound on a frame.
    pub fn unheard_at(&self, frame: u32) -> Option<&Refusal> {
        at(&self.unheard, frame)
    }
}

fn at(gaps: &[Gap], frame: u32) -> Option<&Refusal> {
    gaps.iter().find(|(frames, _)| frames.contains(&frame)).map(|(_, why)| why)
}

/// The programmes of a studio. Looks at the project again when it has changed.
pub struct Reel {
    studio: Weak<Studio>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    known: Known,
    /// Of which revision it is, and of what.
    programme: Option<(u64, Of, Arc<Programme>)>,
}

impl Reel {
    /// Of the project that is open in a studio.
    pub fn new(studio: Weak<Studio>) -> Self {
        Self { studio, held: Mutex::default() }
    }

    /// The programme as it is now: the same one as long as nothing of it has changed.
    ///
    /// # Errors
    /// No project is open, or it has no such take; there is no such preset.
    pub fn programme(&self, of: &Of) -> anyhow::Result<Arc<Programme>> {
        let studio = self.studio.upgrade().ok_or_else(|| coded(Code::Input, "the studio is closing"))?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        // Read before the project is: what changes meanwhile is seen the next time.
        let revision = studio.revision();
        if let Some((known, what, programme)) = &held.programme
            && (*known, what) == (revision, of)
        {
            return Ok(Arc::clone(programme));
        }
        let cut = studio.cut()?;
        let seen = Seen::of(&studio, &cut, of)?;
        let fresh = programme(&cut, &seen, &mut held.known);
        if !fresh.unseen.is_empty() || !fresh.unheard.is_empty() {
            // What is gone may come back.
            held.known = Known::default();
        }
        let same = held.programme.take().map(|(.., programme)| programme).filter(|known| **known == fresh);
        let programme = same.unwrap_or_else(|| Arc::new(fresh));
        held.programme = Some((revision, of.clone(), Arc::clone(&programme)));
        Ok(programme)
    }
}

/// What is looked at, found in a project.
enum Seen<'a> {
    Timeline(&'a Timeline),
    Take(Box<Timeline>, BTreeMap<Id, PathBuf>),
    Export(&'a Timeline, Edition, Box<Preset>),
}

impl<'a> Seen<'a> {
    fn of(studio: &Studio, cut: &'a Cut, of: &Of) -> anyhow::Result<Self> {
        Ok(match of {
            Of::Timeline => Self::Timeline(&cut.timeline),
            Of::Take(id) => {
                let take = cut.takes.get(id);
                let take = take.ok_or_else(|| told(Code::Input, Detail::NoTake))?;
                let clips = vec![Clip::of(take.shot, 0, take.frames)];
                let single = Timeline { clips, ..Timeline::default() };
                Self::Take(Box::new(single), [(take.shot, take.clip.clone())].into())
            }
            Of::Export(edition) => {
                let preset = studio.preset(&edition.preset)?;
                let tongues = edition.tongues.or_else(|| usual_tongues(&cut.timeline));
                Self::Export(&cut.timeline, Edition { tongues, ..edition.clone() }, Box::new(preset))
            }
        })
    }

    fn timeline(&self) -> &Timeline {
        match self {
            Self::Timeline(timeline) | Self::Export(timeline, ..) => timeline,
            Self::Take(timeline, _) => timeline,
        }
    }

    fn graph(&self, materials: &Materials, aspect: &str) -> Graph {
        match self {
            Self::Export(timeline, _, preset) => Edition::graph(preset, timeline, materials, aspect),
            _ => graph(self.timeline(), materials, export::own_size(aspect)),
        }
    }

    fn words(&self, size: (u32, u32), fonts: &Path) -> anyhow::Result<Option<Words>> {
        if let Self::Export(timeline, edition, preset) = self {
            return edition.words(preset, timeline, size, fonts);
        }
        let timeline = self.timeline();
        let cues = export::cues(timeline, None);
        export::words(size, export::safe_area(None, size), &cues, &timeline.caption_style, None, fonts)
    }
}

fn programme(cut: &Cut, seen: &Seen<'_>, known: &mut Known) -> Programme {
    let timeline = seen.timeline();
    let clips = match seen {
        Seen::Take(_, clips) => clips,
        _ => &cut.clips,
    };
    // Links lead out of the project.
    let is_there = |path: &PathBuf| inside::file_bytes(path).is_ok_and(|bytes| bytes.is_some());
    let clip_of = |shot| clips.get(&shot).cloned().filter(is_there);
    let materials = materials_at_hand(&cut.folder, timeline, &clip_of, known);
    let unseen = unseen(cut, timeline, &materials, |shot| clips.contains_key(&shot));
    let unheard = unheard(timeline, &materials);
    let mut graph = seen.graph(&materials, &cut.aspect);
    let mut unread = None;
    match seen.words(graph.size, &cut.fonts) {
        Ok(words) => graph.words = words,
        Err(error) => unread = Some(Refusal::of(&error)),
    }
    Programme { graph, unseen, unheard, unread }
}

/// Clips whose file cannot be read. A shot without a take has none, which the page shows in its own way.
fn unseen(cut: &Cut, timeline: &Timeline, materials: &Materials, is_made: impl Fn(Id) -> bool) -> Vec<Gap> {
    let gap = |clip: &Clip| {
        let why = match timeline.footage(clip.shot) {
            Some(footage) => gone(&footage.media.name),
            None if is_made(clip.shot) => {
                let number = cut.shots.iter().position(|shot| *shot == clip.shot).map_or(0, |index| index + 1);
                missing(Detail::TakeGone { number })
            }
            None => return None,
        };
        Some((clip.start..clip.end(), why))
    };
    timeline.clips.iter().filter(|clip| !materials.clips.contains_key(&clip.shot)).filter_map(gap).collect()
}

/// Sounds whose file cannot be read.
fn unheard(timeline: &Timeline, materials: &Materials) -> Vec<Gap> {
    let items = timeline.tracks.iter().flat_map(|track| &track.items);
    let lost = items.filter(|item| !materials.sounds.contains_key(&item.media.sha256));
    lost.map(|item| (item.start..item.end(), gone(&item.media.name))).collect()
}

fn gone(name: &str) -> Refusal {
    missing(Detail::FileGone { name: name.to_owned() })
}

fn missing(detail: Detail) -> Refusal {
    Refusal::of(&told(Code::MediaMissing, detail))
}

/// The size at which a canvas is painted for a viewer of this many pixels: of its shape, no larger than either, both sides
/// even.
pub fn fitted(canvas: (u32, u32), [width, height]: [u32; 2]) -> (u32, u32) {
    let part = |there: u32, whole: u32| f64::from(there.max(LEAST)) / f64::from(whole.max(1));
    let scale = part(width, canvas.0).min(part(height, canvas.1)).min(1.0);
    let even = |side: u32| ((f64::from(side) * scale / 2.0).round() as u32 * 2).max(LEAST);
    (even(canvas.0), even(canvas.1))
}
