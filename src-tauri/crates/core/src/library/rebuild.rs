//! The index and the queue, made again from the project folders.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gallop_protocol::Id;
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};

use super::{Library, ProjectEntry, projects, put_project, scan, takes};
use crate::database::{Database, resolved, text};
use crate::jobs::{self, JobRecord};
use crate::project::ProjectData;
use crate::take::{Take, TakeFolder};

/// What a rebuild found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Rebuilt {
    /// The projects.
    pub projects: Vec<ProjectEntry>,
    /// How many takes they have.
    pub takes: usize,
    /// Unfinished jobs that the queue did not know. They are paused.
    pub jobs: Vec<Id>,
    /// What could not be read, and what else is strange. Nothing of it was changed.
    pub troubles: Vec<Trouble>,
}

/// Something that a rebuild could not take in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// Where.
    pub path: PathBuf,
    /// What kind of trouble it is.
    pub problem: Problem,
    /// What is wrong, in words.
    pub message: String,
}

/// Kinds of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// It is there, but cannot be read.
    Damaged,
    /// It was known, or named, but is not there now: on a disk that is not plugged in, perhaps. What was known of it stays.
    Gone,
    /// An unfinished job is in the queue already, for another folder of the same project.
    Copy,
}

impl Trouble {
    fn damaged(path: &Path, error: &anyhow::Error) -> Self {
        Self { path: path.to_owned(), problem: Problem::Damaged, message: format!("{error:#}") }
    }
}

/// What lies in a project's folder.
struct Found {
    project: ProjectEntry,
    takes: Vec<Take>,
    jobs: Vec<JobRecord>,
}

impl Library {
    /// Makes the index, and the queue's unfinished jobs, again from the known project folders and those in `folders`. What
    /// is known of folders that are not there now stays, and no file is touched.
    ///
    /// # Errors
    /// The database cannot be written. What is wrong with a folder is told in the result.
    pub fn rebuild(&self, folders: &[PathBuf]) -> anyhow::Result<Rebuilt> {
        let mut rebuilt = Rebuilt::default();
        let mut found = self.database.read(known)?;
        found.extend(salvaged(&self.database)?);
        for folder in folders {
            scan::scan(&resolved(folder)?, &mut found, &mut rebuilt.troubles);
        }
        let found: Vec<_> = found.iter().filter_map(|folder| read(folder, &mut rebuilt.troubles)).collect();
        self.database.write(|transaction| {
            jobs::remove_unreadable(transaction)?;
            let mut jobs = Vec::new();
            for Found { project, takes, jobs: records } in found {
                put_project(transaction, &project.folder, project.id, &project.name)?;
                remove_gone(transaction, &project.folder)?;
                for take in &takes {
                    takes::put(transaction, &project.folder, take)?;
                }
                rebuilt.takes += takes.len();
                jobs.extend(records.into_iter().map(|record| (project.clone(), record)));
                rebuilt.projects.push(project);
            }
            // Over all projects, those that were added first have their turn first.
            jobs.sort_by_key(|(_, record)| (record.added_unix_ms, record.id));
            for (project, record) in jobs {
                let id = record.id;
                if jobs::revive(transaction, &project.folder, project.id, record)? {
                    rebuilt.jobs.push(id);
                } else if let Some(other) = jobs::folder_of(transaction, id)?.filter(|other| *other != project.folder) {
                    let path = project.folder.join(crate::take::FOLDER).join(id.to_string());
                    let message = format!("the job is in the queue already, for: {}", other.display());
                    rebuilt.troubles.push(Trouble { path, problem: Problem::Copy, message });
                }
            }
            transaction.execute("DELETE FROM notes WHERE name = 'damaged'", [])?;
            Ok(())
        })?;
        Ok(rebuilt)
    }
}

/// The folders that the index and the queue know.
fn known(connection: &Connection) -> anyhow::Result<BTreeSet<PathBuf>> {
    let mut found: BTreeSet<_> = projects(connection)?.into_iter().map(|project| project.folder).collect();
    let mut statement = connection.prepare("SELECT DISTINCT project FROM jobs")?;
    for folder in statement.query_map([], |row| row.get::<_, String>(0))? {
        found.insert(folder?.into());
    }
    Ok(found)
}

/// The folders that can still be read from the damaged file that this database stands in for.
fn salvaged(database: &Database) -> anyhow::Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let Some(damaged) = database.damaged()? else { return Ok(found) };
    let Ok(connection) = Connection::open_with_flags(damaged, OpenFlags::SQLITE_OPEN_READ_ONLY) else {
        return Ok(found);
    };
    for query in ["SELECT folder FROM projects NOT INDEXED", "SELECT project FROM jobs NOT INDEXED"] {
        let Ok(mut statement) = connection.prepare(query) else { continue };
        let Ok(folders) = statement.query_map([], |row| row.get::<_, String>(0)) else { continue };
        // Each error is as good as the end: the user names the folders that are missed then.
        found.extend(folders.map_while(Result::ok).map(PathBuf::from).filter(|folder| folder.is_absolute()));
    }
    Ok(found)
}

fn read(folder: &Path, troubles: &mut Vec<Trouble>) -> Option<Found> {
    if !folder.exists() {
        let message = "the project's folder is not there".to_owned();
        troubles.push(Trouble { path: folder.to_owned(), problem: Problem::Gone, message });
        return None;
    }
    let read = ProjectData::read(folder).and_then(|data| Ok((data, TakeFolder::list(folder)?)));
    let (data, listed) = read.map_err(|error| troubles.push(Trouble::damaged(folder, &error))).ok()?;
    troubles.extend(listed.damaged.iter().map(|damaged| Trouble::damaged(&damaged.folder, &damaged.error)));
    let mut jobs = Vec::new();
    for folder in listed.unfinished {
        match JobRecord::read(&folder) {
            Ok(record) => jobs.extend(record),
            Err(error) => troubles.push(Trouble::damaged(folder.folder(), &error)),
        }
    }
    let project = ProjectEntry { folder: folder.to_owned(), id: data.id, name: data.name };
    Some(Found { project, takes: listed.takes, jobs })
}

/// Removes from the index what is not in a project's folder any more. What came there meanwhile is seen, and stays.
fn remove_gone(connection: &Connection, folder: &Path) -> anyhow::Result<()> {
    let of_project =
        takes::select(connection, &super::TakeFilter { project: Some(folder.into()), ..Default::default() })?;
    for entry in of_project {
        if TakeFolder::find(folder, entry.id).is_ok_and(|take| take.is_none()) {
            takes::remove(connection, text(folder)?, entry.id)?;
        }
    }
    Ok(())
}
