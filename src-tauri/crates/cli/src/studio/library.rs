//! `gallop library`.

use gallop_core::library::{Library, TakeEntry, TakeFilter, Totals};

use super::args::{LibraryCommand, LibraryListArgs, RebuildArgs};
use super::{Desk, print_json, print_lines};
use crate::report::duration;

/// Works on the library.
pub fn run(command: LibraryCommand) -> anyhow::Result<()> {
    let library = Library::new(Desk::open()?.database);
    match command {
        LibraryCommand::List(args) => list(&library, &args),
        LibraryCommand::Rebuild(args) => rebuild(&library, &args),
    }
}

fn list(library: &Library, args: &LibraryListArgs) -> anyhow::Result<()> {
    let takes = library.takes(&TakeFilter::default())?;
    let totals = library.totals(&TakeFilter::default())?;
    if args.json {
        return print_json(&serde_json::json!({ "takes": takes, "totals": totals }));
    }
    print_lines(takes.iter().map(line).chain([sum(&totals)]))
}

fn line(take: &TakeEntry) -> String {
    let words: String = take.description.chars().take(48).collect();
    let (id, cost) = (take.id.short(), duration(take.cost_seconds));
    format!("{id}  {:.1} s, made in {cost}  {words}: {}", take.seconds, take.project.display())
}

fn sum(totals: &Totals) -> String {
    let mut line = format!(
        "{} takes, {} of clips, made in {}",
        totals.takes,
        duration(totals.clip_seconds),
        duration(totals.cost_seconds)
    );
    if totals.takes_with_energy > 0 {
        line += &format!(", {:.1} Wh for {} of them", totals.energy_joules / 3600.0, totals.takes_with_energy);
    }
    line
}

fn rebuild(library: &Library, args: &RebuildArgs) -> anyhow::Result<()> {
    let rebuilt = library.rebuild(&args.folders)?;
    for trouble in &rebuilt.troubles {
        let path = trouble.path.display().to_string();
        // Most messages name the file already.
        let place = if trouble.message.contains(&path) { String::new() } else { format!(": {path}") };
        eprintln!("Note: {}{place}", trouble.message);
    }
    let mut lines = vec![format!("{} projects, {} takes", rebuilt.projects.len(), rebuilt.takes)];
    if !rebuilt.jobs.is_empty() {
        let jobs = rebuilt.jobs.len();
        lines.push(format!("{jobs} unfinished jobs are back, paused: `gallop jobs resume` lets them go on"));
    }
    print_lines(lines)
}
