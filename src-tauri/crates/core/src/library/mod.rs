//! The index of all projects and takes of this user, for looking things up. The truth is in the project folders: the index
//! can be thrown away and made again with [`Library::rebuild`].

mod rebuild;
mod scan;
mod takes;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use gallop_protocol::Id;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use serde::{Deserialize, Serialize};

use crate::database::{Database, resolved, text};
use crate::places::Places;
use crate::project::ProjectData;
use crate::take::Take;

pub use rebuild::{Problem, Rebuilt, Trouble};
pub use takes::{TakeEntry, TakeFilter, Totals};

/// The index in a database.
#[derive(Clone)]
pub struct Library {
    database: Database,
}

/// A project that the index knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectEntry {
    /// Its folder.
    pub folder: PathBuf,
    /// Its name for programs. The copy of a folder has the same.
    pub id: Id,
    /// Its name for people.
    pub name: String,
}

impl Library {
    /// The index in a database.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Remembers a project, and where it is now if it was moved: its jobs and takes go with it.
    ///
    /// # Errors
    /// The folder holds no project that can be read.
    pub fn index_project(&self, folder: &Path) -> anyhow::Result<ProjectEntry> {
        let folder = resolved(folder)?;
        let ProjectData { id, name, .. } = ProjectData::read(&folder)?;
        self.database.write(|transaction| put_project(transaction, &folder, id, &name))?;
        Ok(ProjectEntry { folder, id, name })
    }

    /// All projects, by name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn projects(&self) -> anyhow::Result<Vec<ProjectEntry>> {
        self.database.read(projects)
    }

    /// The folders of all projects, from a file that is only looked at: it is neither made nor mended. Nothing where there
    /// is none.
    ///
    /// # Errors
    /// The file cannot be read, or somebody writes to it for longer than a second.
    pub fn look(places: &Places) -> anyhow::Result<Vec<PathBuf>> {
        let path = places.data.join(crate::database::FILE);
        if !path.is_file() {
            return Ok(Vec::new());
        }
        let cannot = || format!("the list of projects cannot be read: {}", path.display());
        let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).with_context(cannot)?;
        connection.busy_timeout(Duration::from_secs(1)).with_context(cannot)?;
        let found = projects(&connection).with_context(cannot)?;
        Ok(found.into_iter().map(|project| project.folder).collect())
    }

    /// Takes a project out of the index. Its folder stays as it is.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn forget_project(&self, folder: &Path) -> anyhow::Result<()> {
        let folder = resolved(folder)?;
        self.database.write(|transaction| {
            transaction.execute("DELETE FROM projects WHERE folder = ?", [text(&folder)?])?;
            Ok(())
        })
    }

    /// Remembers a take of the project in a folder. Doing it again does no harm.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn index_take(&self, project: &Path, project_id: Id, take: &Take) -> anyhow::Result<()> {
        let folder = resolved(project)?;
        self.database.write(|transaction| {
            if !is_known(transaction, &folder)? {
                // A project that is damaged just now does not cost its takes their place here.
                let read = ProjectData::read(&folder).map(|data| data.name);
                let name = read.unwrap_or_else(|_| folder.file_stem().unwrap_or_default().to_string_lossy().into());
                put_project(transaction, &folder, project_id, &name)?;
            }
            takes::put(transaction, &folder, take)
        })
    }

    /// Takes a take out of the index, when its folder has been removed.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn forget_take(&self, project: &Path, take: Id) -> anyhow::Result<()> {
        let folder = resolved(project)?;
        self.database.write(|transaction| takes::remove(transaction, text(&folder)?, take))
    }

    /// Takes, the latest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn takes(&self, filter: &TakeFilter) -> anyhow::Result<Vec<TakeEntry>> {
        self.database.read(|connection| takes::select(connection, filter))
    }

    /// What takes cost together. The limit of the filter does not count.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn totals(&self, filter: &TakeFilter) -> anyhow::Result<Totals> {
        self.database.read(|connection| takes::totals(connection, filter))
    }
}

/// Puts a project into the index. Where the project was known in another folder and is not there any more, it was moved.
pub(crate) fn put_project(connection: &Connection, folder: &Path, id: Id, name: &str) -> anyhow::Result<()> {
    let to = text(folder)?;
    let same = projects(connection)?.into_iter().filter(|known| known.id == id && known.folder != folder);
    for moved in same.filter(|known| !known.folder.exists()) {
        let from = text(&moved.folder)?;
        if is_known(connection, folder)? {
            connection.execute("DELETE FROM projects WHERE folder = ?", [from])?;
        } else {
            connection.execute("UPDATE projects SET folder = ?1 WHERE folder = ?2", [to, from])?;
        }
        connection.execute("UPDATE jobs SET project = ?1 WHERE project = ?2", [to, from])?;
    }
    let put = "INSERT INTO projects (folder, id, name) VALUES (?1, ?2, ?3) \
        ON CONFLICT (folder) DO UPDATE SET id = ?2, name = ?3";
    connection.execute(put, [to, &id.to_string(), name])?;
    Ok(())
}

fn is_known(connection: &Connection, folder: &Path) -> anyhow::Result<bool> {
    let query = "SELECT 1 FROM projects WHERE folder = ?";
    Ok(connection.query_row(query, [text(folder)?], |_| Ok(())).optional()?.is_some())
}

fn projects(connection: &Connection) -> anyhow::Result<Vec<ProjectEntry>> {
    let mut statement = connection.prepare_cached("SELECT folder, id, name FROM projects ORDER BY name, folder")?;
    let rows = statement.query_map([], |row| <(String, String, String)>::try_from(row))?;
    rows.map(|row| {
        let (folder, id, name) = row?;
        let id = id.parse().with_context(|| format!("the index holds an unreadable project: {folder}"))?;
        Ok(ProjectEntry { folder: folder.into(), id, name })
    })
    .collect()
}
