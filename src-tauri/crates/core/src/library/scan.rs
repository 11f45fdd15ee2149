//! Finding the projects in folders.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::rebuild::{Problem, Trouble};
use crate::project;

/// How far below a folder projects are looked for.
const MOST_LEVELS: usize = 8;

/// The project folders in `root`, or `root` itself if it is one. Links and hidden folders are not followed.
pub(super) fn scan(root: &Path, found: &mut BTreeSet<PathBuf>, troubles: &mut Vec<Trouble>) {
    // Other programs have files of that name too, so it only counts where the user says which folder is meant.
    if is_project(root) || root.join(project::FILE).is_file() {
        found.insert(root.to_owned());
        return;
    }
    let mut folders = vec![(root.to_owned(), 0)];
    while let Some((folder, level)) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries.flatten(),
            Err(error) => {
                let problem = if folder.exists() { Problem::Damaged } else { Problem::Gone };
                troubles.push(Trouble { path: folder, problem, message: error.to_string() });
                continue;
            }
        };
        for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            let path = entry.path();
            if is_project(&path) {
                found.insert(path);
            } else if level + 1 < MOST_LEVELS && !entry.file_name().as_encoded_bytes().starts_with(b".") {
                folders.push((path, level + 1));
            }
        }
    }
}

/// Whether a folder should be a project, be it a damaged one.
fn is_project(folder: &Path) -> bool {
    folder.to_str().is_some_and(|name| name.ends_with(project::SUFFIX)) && folder.is_dir()
}
