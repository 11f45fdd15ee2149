//! What is handed over, before it is written in one format or another.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gallop_protocol::Id;

use crate::export::{Material, Materials, Seen};
use crate::project::ProjectData;
use crate::timeline::{AudioItem, Clip, Marker, Timeline};

/// The longest title in the name of a file, in characters.
const MAX_TITLE: usize = 40;

/// A timeline with the files that it shows and plays. All times are frames of the timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// Its name for people.
    pub name: String,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// The files, each once.
    pub files: Vec<File>,
    /// The main track, in order, never over each other.
    pub pieces: Vec<Piece>,
    /// The tracks of sounds.
    pub tracks: Vec<Track>,
    /// Places with a name.
    pub markers: Vec<Marker>,
}

/// A file of a cut.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Its name in the folder `media`, unique there.
    pub name: String,
    /// Where it is now.
    pub path: PathBuf,
    /// What there is to see.
    pub seen: Seen,
    /// Its length, as far as it is known; 0 for a picture.
    pub frames: u32,
    /// Whether there is sound in it.
    pub has_sound: bool,
}

/// A clip with its file.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// The clip.
    pub clip: Clip,
    /// The place of its file among [`Cut::files`].
    pub file: usize,
    /// What people call it.
    pub name: String,
    /// Over how many frames it takes the place of the piece before it.
    pub cross_fade: u32,
}

/// Sounds in a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// What people call it.
    pub name: String,
    /// How much louder or softer all of it is.
    pub gain_db: f32,
    /// The sounds, each with the place of its file among [`Cut::files`].
    pub items: Vec<(AudioItem, usize)>,
}

impl Cut {
    /// Of a timeline whose files are all there.
    pub fn new(data: &ProjectData, timeline: &Timeline, materials: &Materials, size: (u32, u32)) -> Self {
        let mut files = Vec::new();
        let mut places: BTreeMap<PathBuf, usize> = BTreeMap::new();
        let mut pieces: Vec<Piece> = Vec::new();
        for clip in &timeline.clips {
            let Some(material) = materials.clips.get(&clip.shot) else { continue };
            let name = name(data, timeline, clip.shot);
            let file = *places.entry(material.path.clone()).or_insert_with(|| {
                files.push(of_material(files.len() + 1, &name, material));
                files.len() - 1
            });
            let touches = pieces.last().is_some_and(|before| before.clip.end() == clip.start);
            let cross_fade = if touches { clip.look.cross_fade.min(clip.frames()) } else { 0 };
            pieces.push(Piece { clip: *clip, file, name, cross_fade });
        }
        let mut tracks = Vec::new();
        for track in &timeline.tracks {
            let mut items = Vec::new();
            for item in &track.items {
                let Some(path) = materials.sounds.get(&item.media.sha256) else { continue };
                let file = *places.entry(path.clone()).or_insert_with(|| {
                    let name = file_name(files.len() + 1, &item.media.name, path);
                    files.push(File { name, path: path.clone(), seen: Seen::Nothing, frames: 0, has_sound: true });
                    files.len() - 1
                });
                // As long as it is used: how long it really is, the program that opens it sees.
                if let Some(file) = files.get_mut(file).filter(|file| file.seen == Seen::Nothing) {
                    file.frames = file.frames.max(item.out);
                }
                items.push((item.clone(), file));
            }
            tracks.push(Track { name: track.name.clone(), gain_db: track.gain_db, items });
        }
        Self { name: data.name.clone(), size, files, pieces, tracks, markers: timeline.markers.clone() }
    }

    /// How many frames it is long.
    pub fn frames(&self) -> u32 {
        let sounds = self.tracks.iter().flat_map(|track| track.items.iter().map(|(item, _)| item.end()));
        sounds.chain(self.pieces.last().map(|piece| piece.clip.end())).max().unwrap_or(0)
    }
}

fn of_material(number: usize, title: &str, material: &Material) -> File {
    let Material { path, picture, frames, sound_frames } = material;
    let name = file_name(number, title, path);
    let frames = (*frames).max(sound_frames.unwrap_or(0));
    File { name, path: path.clone(), seen: *picture, frames, has_sound: sound_frames.is_some() }
}

/// What people call what a clip shows.
fn name(data: &ProjectData, timeline: &Timeline, shot: Id) -> String {
    if let Some(footage) = timeline.footage(shot) {
        return footage.media.name.clone();
    }
    let number = data.shots.iter().position(|entry| entry.id == shot);
    let title = number.and_then(|index| data.shots.get(index)?.title.clone()).filter(|title| !title.trim().is_empty());
    title.unwrap_or_else(|| format!("Shot {}", number.map_or(0, |index| index + 1)))
}

/// A name that every system takes: `03 Title.mp4`.
fn file_name(number: usize, title: &str, path: &std::path::Path) -> String {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let title = title.strip_suffix(&format!(".{ending}")).unwrap_or(title);
    let safe = |letter: char| if letter.is_alphanumeric() || matches!(letter, '-' | '_' | ' ') { letter } else { ' ' };
    let title: String = title.chars().map(safe).take(MAX_TITLE).collect();
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let title = if title.is_empty() { "clip" } else { &title };
    if ending.is_empty() { format!("{number:02} {title}") } else { format!("{number:02} {title}.{ending}") }
}
