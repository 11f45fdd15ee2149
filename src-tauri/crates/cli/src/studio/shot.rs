//! `gallop shot`.

use std::collections::BTreeMap;

use gallop_core::project::{Project, ProjectData, ShotEntry};
use gallop_core::take::TakeFolder;
use gallop_protocol::Id;
use gallop_protocol::shot::Shot;
use serde::Serialize;

use super::args::{ListArgs, ShotArgs, ShotCommand};
use super::{print_json, print_lines, project};
use crate::report::duration;
use crate::words;

/// How long a shot is taken to be before its model is asked.
const USUAL_SECONDS: f32 = 4.0;

/// Works on shots.
pub fn run(command: ShotCommand) -> anyhow::Result<()> {
    match command {
        ShotCommand::Add(args) => add(&args),
        ShotCommand::List(args) => list(&args),
    }
}

fn add(args: &ShotArgs) -> anyhow::Result<()> {
    let mut shot = Shot::default();
    words::put(&args.words, &mut shot)?;
    // Whatever a model could not be told is said now and not when it is rendered.
    shot.compose()?;
    let mut project = Project::open(&project::find(&args.project))?;
    let import = |file: Option<&std::path::PathBuf>| file.map(|file| project.import_media(file)).transpose();
    if let Some(picture) = &args.image {
        gallop_media::read_picture(picture)?;
    }
    let image = import(args.image.as_ref())?;
    let voice = import(args.audio.as_ref())?;
    let entry = ShotEntry { seconds: args.seconds, seed: args.seed, image, voice, ..ShotEntry::new(shot) };
    let frames = gallop_core::timeline::frames_of(args.seconds.unwrap_or(USUAL_SECONDS));
    let number = project.edit("Add a shot", |data| {
        // The studio brings the clip to its take's length.
        data.add_shot(entry, frames);
        Ok(data.shots.len())
    })?;
    print_lines([format!("Shot {number} of {}", project.data().name)])
}

/// A shot as it is listed.
#[derive(Serialize)]
struct Listed<'a> {
    number: usize,
    #[serde(flatten)]
    entry: &'a ShotEntry,
    takes: Vec<ListedTake>,
}

/// A take as it is listed.
#[derive(Serialize)]
struct ListedTake {
    id: Id,
    seed: Option<u64>,
    goal: gallop_protocol::message::Goal,
    size: Option<[u32; 2]>,
    cost: gallop_protocol::message::Cost,
    clip: std::path::PathBuf,
}

fn list(args: &ListArgs) -> anyhow::Result<()> {
    let project = project::find(&args.project);
    let data = ProjectData::read(&project)?;
    let found = TakeFolder::list(&project)?;
    for damaged in &found.damaged {
        eprintln!("Note: {:#}: {}", damaged.error, damaged.folder.display());
    }
    let mut takes: BTreeMap<Id, Vec<ListedTake>> = BTreeMap::new();
    for take in found.takes {
        let folder = TakeFolder::find(&project, take.id)?;
        let clip = folder.map(|folder| folder.path(gallop_protocol::message::Checkpoint::Clip)).unwrap_or_default();
        takes.entry(take.shot).or_default().push(ListedTake {
            id: take.id,
            seed: take.recipe.seed,
            goal: take.goal,
            size: take.recipe.size,
            cost: take.cost,
            clip,
        });
    }
    let shots = (1..).zip(&data.shots);
    let shots: Vec<_> = shots
        .map(|(number, entry)| Listed { number, entry, takes: takes.remove(&entry.id).unwrap_or_default() })
        .collect();
    if args.json {
        return print_json(&serde_json::json!({ "name": data.name, "id": data.id, "shots": shots }));
    }
    print_lines(shots.iter().flat_map(lines))
}

fn lines(shot: &Listed<'_>) -> Vec<String> {
    let words = &shot.entry.shot;
    let mut lines = vec![format!("{:>3}  {}", shot.number, words.description.lines().next().unwrap_or_default())];
    lines.extend(words.lines.iter().map(|line| format!("     {}: {}", line.language, line.text)));
    lines.extend(shot.takes.iter().map(|take| {
        let size = take.size.map_or(String::new(), |[width, height]| format!(", {width}x{height}"));
        let seed = take.seed.map_or(String::new(), |seed| format!(", seed {seed}"));
        format!("     take {}{size}{seed}, {}: {}", take.id.short(), duration(take.cost.seconds), take.clip.display())
    }));
    lines
}
