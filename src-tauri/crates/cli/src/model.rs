//! Which model is meant, and where its parts lie: in the store, in a folder, or beside this program.

use std::path::Path;

use gallop_core::places::Places;
use gallop_core::store::{Catalog, Entry, State, Store};
use gallop_engine::model_folder::{self, ModelPlace};
use gallop_models::generator::Manifest;

/// The model that `wanted` names, opened.
///
/// # Errors
/// As [`find`], or a part of it cannot be read.
pub fn open(wanted: Option<&Path>) -> anyhow::Result<Manifest> {
    find(wanted)?.open()
}

/// Where the model lies that `wanted` names: a model of the catalog that is here, a folder, or a name as
/// [`model_folder::find`] takes it.
///
/// # Errors
/// There is none; the message tells where it was looked for, or which command brings it.
pub fn find(wanted: Option<&Path>) -> anyhow::Result<ModelPlace> {
    let name = wanted.and_then(Path::to_str).filter(|name| !name.contains(['/', '\\']));
    match (name, Shelf::of_this_user()) {
        (Some(name), Some(shelf)) => shelf.find(name),
        _ => Ok(model_folder::find(wanted)?.into()),
    }
}

/// All models that [`find`] would find by name, each once. One that is not complete is told and left out.
pub fn all() -> Vec<ModelPlace> {
    let Some(shelf) = Shelf::of_this_user() else {
        return model_folder::installed().into_iter().map(Into::into).collect();
    };
    let mut places = Vec::new();
    for entry in shelf.catalog.models().into_iter().filter(|entry| shelf.has(entry)) {
        match shelf.assemble(entry) {
            Ok(place) => places.push(place),
            Err(error) => eprintln!("gallop: {error:#}"),
        }
    }
    let in_store = std::fs::read_dir(shelf.store.root()).into_iter().flatten().flatten().map(|entry| entry.path());
    let in_store = in_store.filter(|folder| model_folder::is_model(folder));
    for folder in model_folder::installed().into_iter().chain(in_store) {
        let id = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_of_store =
            shelf.catalog.get(id).is_ok_and(|entry| shelf.has(entry) && shelf.store.folder(entry) == folder);
        let is_known = places.iter().any(|place: &ModelPlace| {
            place.name.as_deref() == Some(id)
                || place.folders.iter().any(|known| known.file_name() == folder.file_name())
        });
        if !is_of_store && !is_known {
            places.push(folder.into());
        }
    }
    places
}

/// The catalog, and what is here of it.
struct Shelf {
    catalog: Catalog,
    store: Store,
}

impl Shelf {
    /// Nothing where this user has no home.
    fn of_this_user() -> Option<Self> {
        let places = Places::located().ok()?;
        Some(Self { catalog: Catalog::of_this_user(&places), store: Store::of_this_user(&places) })
    }

    /// Whether something of it lies in the store.
    fn has(&self, entry: &Entry) -> bool {
        // A list that cannot be read is something, too: looking for the model then tells what is wrong with it.
        self.store.state(entry).map_or(true, |state| state != State::Absent)
    }

    fn find(&self, name: &str) -> anyhow::Result<ModelPlace> {
        let entry = self.catalog.get(name).ok();
        if let Some(entry) = entry.filter(|entry| self.has(entry)) {
            return self.assemble(entry);
        }
        let beside = self.store.root().join(name);
        match (model_folder::find(Some(Path::new(name))), entry) {
            (Ok(folder), _) => Ok(folder.into()),
            (Err(_), _) if model_folder::is_model(&beside) => Ok(beside.into()),
            (Err(_), Some(entry)) => self.assemble(entry),
            (Err(error), None) => Err(error),
        }
    }

    fn assemble(&self, entry: &Entry) -> anyhow::Result<ModelPlace> {
        let found = self.store.assemble(&self.catalog, entry)?;
        Ok(ModelPlace { name: Some(found.id), folders: found.folders })
    }
}
