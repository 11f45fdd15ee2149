//! The models: what can be downloaded, and what is here.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gallop_protocol::shot::Language;

use super::event::Event;
use super::known::PONY;
use super::pulls::Ended;
use super::studio::Studio;
use super::value::Nothing;
use crate::store::{
    Catalog, Entry, FolderUse, Gate, HUB, Keychain, Options, Source, State, SystemKeychain, Token, Verdict, hub_cache,
};
use crate::{Code, Detail, coded, told};

pub use super::model_types::{
    DamagedFiles, FileState, FileVerdict, ImportArgs, ImportedFiles, LicenceView, ModelArgs, ModelState, ModelView,
    PullArgs, PullState, PullView, VerifyArgs,
};
pub use super::pulls::Pulls;

pub(super) fn list(studio: &Studio, _: Nothing) -> anyhow::Result<Vec<ModelView>> {
    let catalog = Catalog::of_this_user(&studio.places);
    let mut views = vec![pony(studio)];
    views.extend(catalog.entries.iter().map(|entry| view(studio, entry)));
    Ok(views)
}

fn view(studio: &Studio, entry: &Entry) -> ModelView {
    let progress = studio.pulls.progress(&entry.id);
    let is_coming = progress.as_ref().is_some_and(|pull| pull.state == PullState::Running);
    let found = studio.store.state(entry);
    let (state, here_bytes) = match &found {
        _ if is_coming => (ModelState::Coming, progress.as_ref().map_or(0, |pull| pull.done_bytes)),
        Ok(State::Whole { bytes }) => (ModelState::Whole, *bytes),
        Ok(State::Partial { bytes }) => (ModelState::Partial, *bytes),
        Ok(State::Absent) | Err(_) => (ModelState::Absent, 0),
    };
    let makes = entry.makes.clone().unwrap_or_default();
    let source = |source: Source| match source {
        Source::Endpoint { url, .. } => url,
        Source::Folder(folder) => folder.display().to_string(),
    };
    ModelView {
        id: entry.id.clone(),
        name: entry.name.clone(),
        summary: entry.summary.clone(),
        page: Some(entry.page.clone()),
        licence: LicenceView {
            name: entry.licence.name.clone(),
            url: entry.licence.url.clone(),
            summary: entry.licence.summary.clone(),
            gate: entry.licence.gate,
            accepted_unix_ms: studio.store.accepted(entry).ok().flatten(),
        },
        is_built_in: false,
        state,
        here_bytes,
        download_bytes: entry.download_bytes,
        disk_bytes: entry.disk_bytes,
        memory_bytes: entry.memory_bytes.clone(),
        needs: entry.needs.clone(),
        sizes: makes.sizes,
        longest_seconds: makes.longest_seconds,
        languages: makes.languages,
        folder: Some(studio.store.folder(entry).display().to_string()),
        sources: Source::usual(entry).into_iter().map(source).collect(),
        progress,
        unverified: entry.unverified.clone(),
        trouble: found.err().map(|error| format!("{error:#}")),
    }
}

/// The model in the box.
fn pony(studio: &Studio) -> ModelView {
    let models = studio.models();
    let known = models.get(PONY);
    let sizes = known.map(|model| model.sizes.values().map(|[width, height]| format!("{width}x{height}")).collect());
    ModelView {
        id: PONY.into(),
        name: "Pony".into(),
        summary: "The small model in the box: the same architecture, ready at once, for trying everything out.".into(),
        page: None,
        licence: LicenceView {
            name: "Apache-2.0".into(),
            url: "https://www.apache.org/licenses/LICENSE-2.0".into(),
            summary: "Free for any use; it came with Gallop.".into(),
            gate: Gate::None,
            accepted_unix_ms: Some(0),
        },
        is_built_in: true,
        state: ModelState::Whole,
        here_bytes: 0,
        download_bytes: 0,
        disk_bytes: 0,
        memory_bytes: BTreeMap::new(),
        needs: Vec::new(),
        sizes: sizes.unwrap_or_default(),
        longest_seconds: known.map(|model| model.seconds[1]),
        languages: Language::ALL.iter().map(|language| language.code().to_owned()).collect(),
        folder: None,
        sources: Vec::new(),
        progress: None,
        unverified: Vec::new(),
        trouble: None,
    }
}

fn entry(studio: &Studio, id: &str) -> anyhow::Result<Entry> {
    if id == PONY {
        return Err(coded(
            Code::Input,
            "the model in the box came with Gallop: there is nothing to download or remove",
        ));
    }
    Ok(Catalog::of_this_user(&studio.places).get(id)?.clone())
}

pub(super) fn accept(studio: &Studio, args: ModelArgs) -> anyhow::Result<()> {
    studio.store.accept(&entry(studio, &args.id)?)?;
    studio.tell(Event::Models { id: args.id, progress: None });
    Ok(())
}

pub(super) fn pull(studio: &Studio, args: PullArgs) -> anyhow::Result<()> {
    let entry = entry(studio, &args.id)?;
    let sources = match args.source.as_deref() {
        None => Source::usual(&entry),
        Some("hub") => vec![Source::endpoint(HUB)],
        Some("mirror") if entry.mirrors.is_empty() => {
            return Err(coded(Code::Input, format!("`{}` has no mirror", entry.id)));
        }
        Some("mirror") => Source::mirrors(&entry),
        Some(url) if url.starts_with("https://") || url.starts_with("http://") => vec![Source::endpoint(url)],
        Some(other) => {
            let other = other.escape_debug();
            return Err(coded(Code::Input, format!("a source is `hub`, `mirror` or an address, not {other}")));
        }
    };
    // Said before a thread begins: this is what most first tries run into.
    if studio.store.accepted(&entry)?.is_none() {
        let why = format!("the licence of `{}` has not been accepted yet: {}", entry.id, entry.licence.name);
        return Err(coded(Code::Licence, why));
    }
    // The keychain may ask its owner, so it is left alone where everybody may read.
    let keychain: Option<&dyn Keychain> = if entry.licence.gate == Gate::None { None } else { Some(&SystemKeychain) };
    let token = Token::of_this_user(keychain).token.map(|(token, _)| token);
    let options = Options { token, cache: hub_cache(), ..Options::new(sources) };
    studio.pulls.begin(studio, entry, options, args.bytes_per_second)
}

pub(super) fn import(studio: &Studio, args: ImportArgs) -> anyhow::Result<()> {
    let entry = entry(studio, &args.id)?;
    let folder = PathBuf::from(&args.folder);
    if !folder.is_absolute() || !folder.is_dir() {
        return Err(told(Code::Input, Detail::NoFolder { path: folder }));
    }
    let folder_use = match args.files {
        ImportedFiles::Copy => FolderUse::Copy,
        ImportedFiles::InPlace => FolderUse::InPlace,
    };
    let options = Options { folder_use, ..Options::new(vec![Source::Folder(folder)]) };
    studio.pulls.begin(studio, entry, options, None)
}

pub(super) fn pause(studio: &Studio, args: ModelArgs) -> anyhow::Result<()> {
    studio.pulls.end(&args.id, Ended::Keep)
}

pub(super) fn cancel(studio: &Studio, args: ModelArgs) -> anyhow::Result<()> {
    let entry = entry(studio, &args.id)?;
    if studio.pulls.end(&args.id, Ended::Remove).is_err() {
        // It is not coming: what an earlier pull left goes all the same, but never a model that is whole.
        if matches!(studio.store.state(&entry)?, State::Whole { .. }) {
            return Err(coded(Code::Input, format!("`{}` is here already: remove it instead", entry.id)));
        }
        studio.store.remove(&entry)?;
        studio.pulls.forget(&args.id);
        studio.tell(Event::Models { id: args.id, progress: None });
    }
    Ok(())
}

pub(super) fn verify(studio: &Studio, args: VerifyArgs) -> anyhow::Result<Vec<FileVerdict>> {
    let entry = entry(studio, &args.id)?;
    let mut verdicts = Vec::new();
    for (path, verdict) in studio.store.verify(&entry, &|| true)? {
        let (verdict, why) = match verdict {
            Verdict::Whole(_) => (FileState::Whole, None),
            Verdict::Changed => (FileState::Changed, None),
            Verdict::Missing => (FileState::Missing, None),
            Verdict::Unreadable(why) => (FileState::Unreadable, Some(why)),
        };
        if verdict != FileState::Whole && args.damaged == DamagedFiles::Forget {
            studio.store.forget(&entry, &path)?;
        }
        verdicts.push(FileVerdict { path, verdict, why });
    }
    studio.tell(Event::Models { id: args.id, progress: None });
    Ok(verdicts)
}

pub(super) fn look_again(studio: &Studio, _: Nothing) -> anyhow::Result<()> {
    studio.look_for_models();
    Ok(())
}

pub(super) fn remove(studio: &Studio, args: ModelArgs) -> anyhow::Result<u64> {
    let entry = entry(studio, &args.id)?;
    let freed = studio.store.remove(&entry)?;
    studio.pulls.forget(&args.id);
    studio.tell(Event::Models { id: args.id, progress: None });
    Ok(freed)
}

pub(super) fn place(studio: &Studio, args: ModelArgs) -> anyhow::Result<String> {
    Ok(studio.store.folder(&entry(studio, &args.id)?).display().to_string())
}
