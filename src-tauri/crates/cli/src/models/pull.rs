//! Bringing models here.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use gallop_core::store::{
    Catalog, Control, Entry, FolderUse, Gate, HUB, Options, Progress, Pulled, Source, Store, Token, hub_cache,
    pull as core_pull,
};

use super::args::{ImportArgs, PullArgs};
use super::{lines, size};
use crate::cancel::Cancel;
use crate::error::usage;
use crate::report::duration;

/// How often progress is told.
const EVERY: Duration = Duration::from_millis(500);

/// `gallop models pull`.
pub fn pull(catalog: &Catalog, store: &Store, args: &PullArgs) -> anyhow::Result<()> {
    let entry = catalog.get(&args.model)?;
    let mut sources = Vec::new();
    for from in &args.from {
        match from.as_str() {
            "hub" => sources.push(Source::endpoint(HUB)),
            "mirror" if entry.mirrors.is_empty() => return Err(usage(format!("`{}` has no mirror", entry.id))),
            "mirror" => sources.extend(Source::mirrors(entry)),
            url if url.starts_with("https://") || url.starts_with("http://") => sources.push(Source::endpoint(url)),
            folder if PathBuf::from(folder).is_dir() => sources.push(Source::Folder(folder.into())),
            other => return Err(usage(format!("--from takes hub, mirror, an address or a folder, not: {other}"))),
        }
    }
    if sources.is_empty() {
        sources = Source::usual(entry);
    }
    accept(entry, store, args.accept_licence)?;
    let options = Options {
        token: Token::of_this_user(None),
        cache: if args.no_cache { None } else { hub_cache() },
        connections: args.connections.into(),
        stall_limit: args.stall,
        backoff: args.backoff,
        ..Options::new(sources)
    };
    let control = Control::default();
    control.limit(args.limit);
    bring(entry, store, &options, &control, args.json)?;
    let missing: Vec<_> = entry
        .needs
        .iter()
        .filter(|id| catalog.get(id).and_then(|entry| store.state(entry)).is_ok_and(|state| !is_whole(state)))
        .map(String::as_str)
        .collect();
    if !missing.is_empty() && !args.json {
        lines([format!("It also needs: {}", missing.join(", "))])?;
    }
    Ok(())
}

fn is_whole(state: gallop_core::store::State) -> bool {
    matches!(state, gallop_core::store::State::Whole { .. })
}

/// `gallop models import`.
pub fn import(catalog: &Catalog, store: &Store, args: &ImportArgs) -> anyhow::Result<()> {
    let entry = catalog.get(&args.model)?;
    accept(entry, store, args.accept_licence)?;
    let folder_use = if args.in_place { FolderUse::InPlace } else { FolderUse::Copy };
    let options = Options { folder_use, ..Options::new(vec![Source::Folder(args.folder.clone())]) };
    bring(entry, store, &options, &Control::default(), false)
}

/// Who lets one in, in words.
pub fn gate(entry: &Entry) -> String {
    match entry.licence.gate {
        Gate::None => "none: everybody may download it".into(),
        Gate::Automatic => format!("accept the terms at {}; access comes at once; needs HF_TOKEN", entry.page),
        Gate::Manual => format!("ask for access at {}; the owner must agree; needs HF_TOKEN", entry.page),
    }
}

/// Shows the licence and notes the user's yes.
fn accept(entry: &Entry, store: &Store, is_accepted: bool) -> anyhow::Result<()> {
    if store.accepted(entry)?.is_some() {
        return Ok(());
    }
    let licence = &entry.licence;
    eprintln!("{}: {}", entry.name, licence.name);
    eprintln!("  {}", licence.summary);
    eprintln!("  The text: {}", licence.url);
    eprintln!("  Gate: {}", gate(entry));
    let is_person = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if is_accepted || (is_person && says_yes()?) {
        return store.accept(entry);
    }
    Err(usage(format!("read the licence, then give --accept-licence: {}", licence.url)))
}

fn says_yes() -> anyhow::Result<bool> {
    eprint!("Do you accept this licence? [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

fn bring(entry: &Entry, store: &Store, options: &Options, control: &Control, is_json: bool) -> anyhow::Result<()> {
    let cancel = Cancel::listen()?;
    let told: Mutex<Option<Instant>> = Mutex::new(None);
    let is_drawn = !is_json && std::io::stderr().is_terminal();
    let tell = |progress: &Progress| {
        let Ok(mut told) = told.lock() else { return };
        if told.is_some_and(|told| told.elapsed() < EVERY) {
            return;
        }
        *told = Some(Instant::now());
        if is_json {
            lines([json(progress)]).ok();
        } else if is_drawn {
            eprint!("\r\x1b[2K{}", line(progress));
        }
    };
    let outcome = std::thread::scope(|scope| {
        let work = scope.spawn(|| core_pull(store, entry, options, control, &tell));
        while !work.is_finished() {
            // The flag of the signal is only looked at here, on the thread that owns it.
            if cancel.is_asked() {
                control.stop();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        work.join().map_err(|_| anyhow::anyhow!("the download ended in an unexpected way; pull again to go on"))?
    });
    if is_drawn {
        eprint!("\r\x1b[2K");
    }
    match outcome? {
        Pulled::Whole if is_json => Ok(()),
        Pulled::Whole => lines([format!("{} is here: {}", entry.id, store.folder(entry).display())]),
        Pulled::Stopped => {
            eprintln!("Stopped; the next `gallop models pull {}` goes on from here.", entry.id);
            Err(gallop_models::Error::Cancelled.into())
        }
    }
}

fn json(progress: &Progress) -> String {
    serde_json::json!({
        "file": progress.file,
        "done_bytes": progress.done_bytes,
        "total_bytes": progress.total_bytes,
        "fetched_bytes": progress.fetched_bytes,
        "bytes_per_second": progress.bytes_per_second,
        "seconds_left": progress.seconds_left,
    })
    .to_string()
}

fn line(progress: &Progress) -> String {
    let mut line = format!("{} of {}", size(progress.done_bytes), size(progress.total_bytes));
    if let Some(rate) = progress.bytes_per_second {
        line += &format!(", {}/s", size(rate as u64));
    }
    if let Some(left) = progress.seconds_left {
        line += &format!(", {} left", duration(left));
    }
    format!("{line}  {}", progress.file)
}
