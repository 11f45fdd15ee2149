//! Bringing models here.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use gallop_core::disk::free_bytes;
use gallop_core::store::{
    Catalog, Control, Entry, FolderUse, Gate, HUB, Keychain, Options, Progress, Pulled, Source, State, Store,
    SystemKeychain, Token, Work, hub_cache, pull as core_pull,
};

use super::args::{ImportArgs, PullArgs};
use super::{lines, size};
use crate::cancel::Cancel;
use crate::error::usage;
use crate::report::duration;

/// How often progress is told.
const EVERY: Duration = Duration::from_millis(500);

/// `gallop models pull`: the model and what it needs, small things and gates first.
pub fn pull(catalog: &Catalog, store: &Store, args: &PullArgs) -> anyhow::Result<()> {
    let entry = catalog.get(&args.model)?;
    if args.precision.is_some() && entry.convert.is_none() {
        return Err(usage(format!("`{}` is kept as it comes: it has no other precision", entry.id)));
    }
    let all = if args.only { vec![entry] } else { catalog.with_needs(entry)? };
    let mut wanted = Vec::new();
    for part in all {
        if part.id == entry.id || !is_whole(store.state(part)?) {
            wanted.push((part, sources(&args.from, part, part.id == entry.id)?));
        }
    }
    if wanted.len() > 1 {
        let (fetched, kept) = wanted
            .iter()
            .fold((0, 0), |(fetched, kept), (part, _)| (fetched + part.download_bytes, kept + part.disk_bytes));
        let ids: Vec<_> = wanted.iter().map(|(part, _)| part.id.as_str()).collect();
        let (ids, fetched) = (ids.join(", "), size(fetched));
        eprintln!("To be brought here: {ids}. About {fetched}, then {} on the disk.", size(kept));
        // Only said: what lies on this disk already may be used in place. Each model is checked before its first byte.
        let folder = store.root().ancestors().find(|folder| folder.is_dir());
        if let Some(free) = folder.and_then(free_bytes).filter(|free| *free < kept) {
            eprintln!("Note: {} are free there, so all of it may not fit: {}", size(free), store.root().display());
        }
    }
    let parts: Vec<_> = wanted.iter().map(|(part, _)| *part).collect();
    accept(&parts, store, args.accept_licence)?;
    let token = token(&parts, &args.token_to)?;
    let control = Control::default();
    control.limit(args.limit);
    for (part, sources) in wanted {
        let options = Options {
            token: token.clone(),
            cache: if args.no_cache { None } else { hub_cache() },
            connections: args.connections.into(),
            // What a model needs beside it may have no other precision.
            precision: args.precision.filter(|_| part.convert.is_some()).map(Into::into),
            stall_limit: args.stall,
            backoff: args.backoff,
            ..Options::new(sources)
        };
        bring(part, store, &options, &control, args.json)?;
    }
    if args.json { Ok(()) } else { tell_what_is_missing(catalog, store, entry) }
}

fn sources(from: &[String], entry: &Entry, is_asked_for: bool) -> anyhow::Result<Vec<Source>> {
    let mut sources = Vec::new();
    for from in from {
        match from.as_str() {
            "hub" => sources.push(Source::endpoint(HUB)),
            "mirror" if entry.mirrors.is_empty() && is_asked_for => {
                return Err(usage(format!("`{}` has no mirror", entry.id)));
            }
            "mirror" if entry.mirrors.is_empty() => {
                eprintln!("Note: `{}` has no mirror; it comes from the hub", entry.id);
                sources.push(Source::endpoint(HUB));
            }
            "mirror" => sources.extend(Source::mirrors(entry)),
            url if url.starts_with("https://") || url.starts_with("http://") => sources.push(Source::endpoint(url)),
            folder if PathBuf::from(folder).is_dir() => sources.push(Source::Folder(folder.into())),
            other => return Err(usage(format!("--from takes hub, mirror, an address or a folder, not: {other}"))),
        }
    }
    Ok(if sources.is_empty() { Source::usual(entry) } else { sources })
}

/// The user's token. The keychain is only asked where a model has a gate, because it may ask its owner.
fn token(parts: &[&Entry], shown_to: &[String]) -> anyhow::Result<Option<Token>> {
    let has_gate = parts.iter().any(|part| part.licence.gate != Gate::None) || !shown_to.is_empty();
    let keychain: Option<&dyn Keychain> = if has_gate { Some(&SystemKeychain) } else { None };
    let found = Token::of_this_user(keychain);
    if let (None, Some(why)) = (&found.token, found.unreachable) {
        eprintln!("Note: {why}; a token can be given in HF_TOKEN");
    }
    let Some((mut token, _)) = found.token else {
        let none = "there is no token that could be shown; set HF_TOKEN, or keep one with `gallop models token set`";
        return if shown_to.is_empty() { Ok(None) } else { Err(usage(none)) };
    };
    for address in shown_to {
        let shown = token.shown_to(address);
        token = shown.ok_or_else(|| usage(format!("a token is only shown to an https address, not: {address}")))?;
    }
    Ok(Some(token))
}

/// Tells what a model still lacks, or which one a part is for.
fn tell_what_is_missing(catalog: &Catalog, store: &Store, entry: &Entry) -> anyhow::Result<()> {
    let is_here = |id: &&String| catalog.get(id).and_then(|entry| store.state(entry)).is_ok_and(is_whole);
    let missing: Vec<_> = entry.needs.iter().filter(|id| !is_here(id)).map(String::as_str).collect();
    if !missing.is_empty() {
        let (missing, id) = (missing.join(", "), &entry.id);
        return lines([format!("It also needs: {missing}; `gallop models pull {id}` brings them")]);
    }
    let users = catalog.users(&entry.id);
    if !users.is_empty() && !users.iter().any(|user| is_here(&&user.id)) {
        let users: Vec<_> = users.iter().map(|user| user.id.as_str()).collect();
        return lines([format!("It makes nothing by itself, but is used by: {}", users.join(", "))]);
    }
    Ok(())
}

fn is_whole(state: State) -> bool {
    matches!(state, State::Whole { .. })
}

/// `gallop models import`.
pub fn import(catalog: &Catalog, store: &Store, args: &ImportArgs) -> anyhow::Result<()> {
    let entry = catalog.get(&args.model)?;
    accept(&[entry], store, args.accept_licence)?;
    let folder_use = if args.in_place { FolderUse::InPlace } else { FolderUse::Copy };
    let options = Options { folder_use, ..Options::new(vec![Source::Folder(args.folder.clone())]) };
    bring(entry, store, &options, &Control::default(), false)?;
    tell_what_is_missing(catalog, store, entry)
}

/// Who lets one in, in words.
pub fn gate(entry: &Entry) -> String {
    match entry.licence.gate {
        Gate::None => "none: everybody may download it".into(),
        Gate::Automatic => format!(
            "accept the terms at {}; access comes at once; needs a token (`gallop models token set` or HF_TOKEN)",
            entry.page
        ),
        Gate::Manual => format!(
            "ask for access at {}; the owner must agree; needs a token (`gallop models token set` or HF_TOKEN)",
            entry.page
        ),
    }
}

/// Shows the licences that are not accepted yet, and notes the user's yes to each.
fn accept(entries: &[&Entry], store: &Store, is_accepted: bool) -> anyhow::Result<()> {
    let is_person = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let mut refused = Vec::new();
    for entry in entries {
        if store.accepted(entry)?.is_some() {
            continue;
        }
        let licence = &entry.licence;
        eprintln!("{}: {}", entry.name, licence.name);
        eprintln!("  {}", licence.summary);
        eprintln!("  The text: {}", licence.url);
        eprintln!("  Gate: {}", gate(entry));
        if is_accepted || (is_person && says_yes()?) {
            store.accept(entry)?;
        } else if !refused.contains(&licence.url.as_str()) {
            refused.push(&licence.url);
        }
    }
    match refused[..] {
        [] => Ok(()),
        [one] => Err(usage(format!("read the licence, then give --accept-licence: {one}"))),
        _ => Err(usage(format!("read the licences, then give --accept-licence: {}", refused.join(", ")))),
    }
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
            lines([json(&entry.id, progress)]).ok();
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

fn json(model: &str, progress: &Progress) -> String {
    serde_json::json!({
        "model": model,
        "work": work(progress.work),
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
    let doing = if progress.work == Work::Fetch { String::new() } else { format!("{} ", work(progress.work)) };
    let mut line = format!("{doing}{} of {}", size(progress.done_bytes), size(progress.total_bytes));
    if let Some(rate) = progress.bytes_per_second {
        line += &format!(", {}/s", size(rate as u64));
    }
    if let Some(left) = progress.seconds_left {
        line += &format!(", {} left", duration(left));
    }
    format!("{line}  {}", progress.file)
}

fn work(work: Work) -> &'static str {
    match work {
        Work::Fetch => "fetching",
        Work::Check => "checking",
        Work::Convert => "converting",
    }
}
