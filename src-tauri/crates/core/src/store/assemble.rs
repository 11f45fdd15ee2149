//! A model is put together from what lies in the store: each part stays where it is.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::catalog::{Catalog, Entry};
use super::record::{State, Store};
use crate::{Code, coded};

/// Where the parts of a model lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assembled {
    /// The model's id.
    pub id: String,
    /// The folders of the model, of what it needs, and of the extras that are here, in this order.
    pub folders: Vec<PathBuf>,
    /// The extras that are here.
    pub extras: Vec<String>,
}

impl Catalog {
    /// An entry after everything that it needs, each once.
    ///
    /// # Errors
    /// [`Code::Input`]: an entry names one that is not in the catalog.
    pub fn with_needs<'a>(&'a self, entry: &'a Entry) -> anyhow::Result<Vec<&'a Entry>> {
        let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
        // Twice on the stack: to look at what it needs, and behind that to be put down. An own list may lead in circles.
        let mut stack = vec![(entry, false)];
        while let Some((entry, is_known)) = stack.pop() {
            if is_known {
                order.push(entry);
            } else if seen.insert(entry.id.as_str()) {
                stack.push((entry, true));
                for id in entry.needs.iter().rev() {
                    stack.push((self.get(id)?, false));
                }
            }
        }
        Ok(order)
    }

    /// The entries that name this one as a need or an extra.
    pub fn users(&self, id: &str) -> Vec<&Entry> {
        let names = |entry: &&Entry| entry.needs.iter().chain(&entry.extras).any(|other| other == id);
        self.entries.iter().filter(names).collect()
    }

    /// The entries that make clips: those that say so and are no part of others.
    pub fn models(&self) -> Vec<&Entry> {
        let is_model = |entry: &&Entry| entry.makes.is_some() && self.users(&entry.id).is_empty();
        self.entries.iter().filter(is_model).collect()
    }
}

impl Store {
    /// Where the parts of a model lie.
    ///
    /// # Errors
    /// [`Code::Input`]: the entry is a part of others and makes nothing alone, or something is missing; the message names
    /// the command that brings it.
    pub fn assemble(&self, catalog: &Catalog, entry: &Entry) -> anyhow::Result<Assembled> {
        let id = &entry.id;
        let users: Vec<_> = catalog.users(id).into_iter().map(|user| user.id.as_str()).collect();
        if !users.is_empty() {
            let users = users.join(", ");
            return Err(coded(Code::Input, format!("`{id}` makes no clips by itself; it is a part of: {users}")));
        }
        let mut missing = Vec::new();
        let mut folders = vec![self.folder(entry)];
        for part in catalog.with_needs(entry)? {
            match self.state(part)? {
                State::Whole { .. } if part.id == *id => {}
                State::Whole { .. } => folders.push(self.folder(part)),
                State::Partial { .. } => missing.push(format!("`{}` is only partly here", part.id)),
                State::Absent => missing.push(format!("`{}` is not here", part.id)),
            }
        }
        if !missing.is_empty() {
            let missing = missing.join(", ");
            let why = format!("the model `{id}` is not complete: {missing}; `gallop models pull {id}` brings the rest");
            return Err(coded(Code::Input, why));
        }
        let mut extras = Vec::new();
        for extra in &entry.extras {
            let Ok(extra) = catalog.get(extra) else { continue };
            if matches!(self.state(extra)?, State::Whole { .. }) {
                folders.push(self.folder(extra));
                extras.push(extra.id.clone());
            }
        }
        Ok(Assembled { id: id.clone(), folders, extras })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::Places;

    fn catalog() -> (tempfile::TempDir, Catalog) {
        let folder = tempfile::tempdir().expect("folder");
        let catalog = Catalog::of_this_user(&Places::under(folder.path()));
        (folder, catalog)
    }

    fn ids(entries: &[&Entry]) -> Vec<String> {
        entries.iter().map(|entry| entry.id.clone()).collect()
    }

    #[test]
    fn needs_come_before_what_needs_them() {
        let (_folder, mut catalog) = catalog();
        let distill = catalog.get("magihuman-distill").expect("an entry");
        let found = ids(&catalog.with_needs(distill).expect("all known"));
        assert_eq!((found.len(), found.last().map(String::as_str)), (5, Some("magihuman-distill")));
        assert_eq!(ids(&catalog.models()), ["magihuman-distill", "magihuman-base"]);
        assert_eq!(ids(&catalog.users("magihuman-540p")), ["magihuman-distill", "magihuman-base"]);

        // In circles, and to nowhere.
        let wan = catalog.entries.iter().position(|entry| entry.id == "wan22-vae").expect("an entry");
        catalog.entries[wan].needs = vec!["magihuman-base".into()];
        let base = catalog.get("magihuman-base").expect("an entry");
        assert_eq!(catalog.with_needs(base).expect("all known").len(), 5);
        catalog.entries[wan].needs = vec!["nowhere".into()];
        let base = catalog.get("magihuman-base").expect("an entry");
        assert!(catalog.with_needs(base).expect_err("unknown").to_string().contains("nowhere"));
    }

    #[test]
    fn what_is_missing_is_named_with_the_command() {
        let (folder, catalog) = catalog();
        let store = Store::at(folder.path().join("models"));
        let error = |id: &str| {
            let error = store.assemble(&catalog, catalog.get(id).expect("an entry")).expect_err("nothing is here");
            assert_eq!(crate::code_of(&error), Code::Input);
            error.to_string()
        };
        let told = error("magihuman-distill");
        for part in
            ["`wan22-vae` is not here", "`magihuman-distill` is not here", "gallop models pull magihuman-distill"]
        {
            assert!(told.contains(part), "{told}");
        }
        assert!(error("wan22-vae").contains("magihuman-base"));
    }
}
