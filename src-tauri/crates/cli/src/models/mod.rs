//! `gallop models`: what can be downloaded, and what is here.

pub mod args;
mod pull;
mod token;

use std::io::Write as _;

use gallop_core::places::Places;
use gallop_core::store::{Catalog, Entry, Record, State, Store, Trust, Verdict};

use self::args::{ListArgs, ModelsCommand, ShowArgs, VerifyArgs};
use crate::cancel::Cancel;

/// Works on the models.
pub fn run(command: ModelsCommand) -> anyhow::Result<()> {
    let places = Places::of_this_user()?;
    let (catalog, store) = (Catalog::of_this_user(&places), Store::of_this_user(&places));
    for trouble in &catalog.troubles {
        eprintln!("Note: this file of the catalog is left out: {trouble}");
    }
    match command {
        ModelsCommand::List(args) => list(&catalog, &store, &args),
        ModelsCommand::Show(args) => show(catalog.get(&args.model)?, &store, &args),
        ModelsCommand::Pull(args) => pull::pull(&catalog, &store, &args),
        ModelsCommand::Import(args) => pull::import(&catalog, &store, &args),
        ModelsCommand::Verify(args) => verify(catalog.get(&args.model)?, &store, &args),
        ModelsCommand::Remove(args) => {
            let entry = catalog.get(&args.model)?;
            let freed = store.remove(entry)?;
            lines([format!("{} is removed; {} are free again", entry.id, size(freed))])
        }
        ModelsCommand::Where(args) => {
            let entry = catalog.get(&args.model)?;
            if store.state(entry)? == State::Absent {
                anyhow::bail!("`{0}` is not here; `gallop models pull {0}` brings it", entry.id);
            }
            lines([store.folder(entry).display().to_string()])
        }
        ModelsCommand::Token(command) => token::run(&command),
    }
}

fn list(catalog: &Catalog, store: &Store, args: &ListArgs) -> anyhow::Result<()> {
    let states: Vec<_> = catalog.entries.iter().map(|entry| store.state(entry)).collect::<anyhow::Result<_>>()?;
    let both = || catalog.entries.iter().zip(&states);
    if args.json {
        let rows: Vec<_> = both().map(|(entry, state)| serde_json::json!({ "entry": entry, "state": state })).collect();
        return lines([serde_json::to_string(&rows)?]);
    }
    lines(both().map(|(entry, state)| {
        format!(
            "{:<22}  {:<12}  {:>9}  {:<28}  {}",
            entry.id,
            state_word(*state),
            size(entry.download_bytes),
            entry.licence.name,
            entry.summary
        )
    }))
}

fn state_word(state: State) -> &'static str {
    match state {
        State::Absent => "not here",
        State::Partial { .. } => "partly here",
        State::Whole { .. } => "here",
    }
}

fn show(entry: &Entry, store: &Store, args: &ShowArgs) -> anyhow::Result<()> {
    let (state, record, accepted) = (store.state(entry)?, store.record(entry)?, store.accepted(entry)?);
    if args.json {
        let all = serde_json::json!({ "entry": entry, "state": state, "record": record, "accepted_unix_ms": accepted });
        return lines([all.to_string()]);
    }
    let mut text = vec![
        format!("{} ({}), {}", entry.name, entry.id, state_word(state)),
        entry.summary.clone(),
        format!("Source:    {} at {}{}", entry.page, entry.revision, commit(&record)),
        format!("Licence:   {}: {} {}", entry.licence.name, entry.licence.summary, entry.licence.url),
        format!("Accepted:  {}", if accepted.is_some() { "yes" } else { "not yet" }),
        format!("Gate:      {}", pull::gate(entry)),
        format!("Download:  about {}, then {} on the disk", size(entry.download_bytes), size(entry.disk_bytes)),
    ];
    for (precision, bytes) in &entry.memory_bytes {
        // What the networks compute in today; the entry tells the smaller ones ahead of it.
        let when =
            if matches!(precision.as_str(), "f32" | "f16" | "bf16") { "" } else { ", which Gallop cannot do yet" };
        text.push(format!("In memory: {} as {precision}{when}", size(*bytes)));
    }
    if let Some(makes) = &entry.makes {
        let seconds = makes.longest_seconds.map(|seconds| format!(", up to {seconds} s")).unwrap_or_default();
        text.push(format!("Makes:     {}{seconds}; speaks {}", makes.sizes.join(", "), makes.languages.join(", ")));
    }
    if !entry.needs.is_empty() {
        text.push(format!("Needs:     {}", entry.needs.join(", ")));
    }
    if !entry.extras.is_empty() {
        text.push(format!("Uses:      {}, where they are here", entry.extras.join(", ")));
    }
    text.extend(entry.unverified.iter().map(|what| format!("Unverified: {what}")));
    for (path, kept) in &record.files {
        let place =
            kept.in_place.as_ref().map(|path| format!(", used in place: {}", path.display())).unwrap_or_default();
        text.push(format!("  {path}  {}  sha256 {} ({}){place}", size(kept.bytes), kept.sha256, trust(kept.trust)));
    }
    lines(text)
}

/// The commit that the files here come from, where the entry names a branch.
fn commit(record: &Record) -> String {
    let branch = record.branch.as_ref().and(record.commit.as_ref());
    branch.map(|commit| format!("; here is commit {commit}")).unwrap_or_default()
}

fn trust(trust: Trust) -> &'static str {
    match trust {
        Trust::Catalog => "as in the catalog",
        Trust::Source => "as the source told",
        Trust::Recorded => "recorded when it came",
    }
}

fn verify(entry: &Entry, store: &Store, args: &VerifyArgs) -> anyhow::Result<()> {
    let cancel = Cancel::listen()?;
    let found = store.verify(entry, &|| !cancel.is_asked())?;
    let is_bad = |verdict: &Verdict| !matches!(verdict, Verdict::Whole(_));
    if args.json {
        lines([serde_json::to_string(&found)?])?;
    } else {
        lines(found.iter().map(|(path, verdict)| match verdict {
            Verdict::Whole(how) => format!("whole       {path} ({})", trust(*how)),
            Verdict::Changed => format!("changed     {path}"),
            Verdict::Missing => format!("missing     {path}"),
            Verdict::Unreadable(why) => format!("unreadable  {path}: {why}"),
        }))?;
    }
    let bad: Vec<_> = found.iter().filter(|(_, verdict)| is_bad(verdict)).collect();
    if args.mend {
        bad.iter().try_for_each(|(path, _)| store.forget(entry, path))?;
    }
    if bad.is_empty() {
        return Ok(());
    }
    let todo = if args.mend { "" } else { " --mend, then" };
    anyhow::bail!(
        "{} of {} files are not whole;{todo} `gallop models pull {}` mends it",
        bad.len(),
        found.len(),
        entry.id
    )
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

fn lines(lines: impl IntoIterator<Item = String>) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    lines.into_iter().try_for_each(|line| writeln!(stdout, "{line}"))?;
    Ok(())
}
