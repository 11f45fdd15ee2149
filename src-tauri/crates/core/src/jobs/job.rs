//! A job, and how it lies in the database.

use std::path::PathBuf;

use anyhow::Context as _;
use gallop_protocol::Id;
use gallop_protocol::message::{self, Cost, Order};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::state::{Ask, State};
use crate::database::{from_sql_ms, text, to_sql_ms};
use crate::{Code, coded};

/// A clip that is wanted, being made, or made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its name, and that of the take it makes.
    pub id: Id,
    /// The folder of its project.
    pub project: PathBuf,
    /// Its project.
    pub project_id: Id,
    /// Its shot.
    pub shot: Id,
    /// What is wanted. Its checkpoints are empty: what there is of them lies in the take's folder.
    pub order: Order,
    /// The draft that it finishes.
    pub parent: Option<Id>,
    /// Where it is in its life.
    pub state: State,
    /// What the user wants of it while it runs.
    pub asked: Option<Ask>,
    /// Smaller ones have their turn earlier.
    pub position: i64,
    /// How often an engine took it.
    pub attempts: u32,
    /// How often an engine died of it since it last came forward.
    pub crashes: u32,
    /// The engine that has it, or had it last.
    pub engine: Option<String>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// What it took.
    pub cost: Option<Cost>,
    /// When it was added.
    pub added_unix_ms: u64,
    /// When an engine last took it.
    pub started_unix_ms: Option<u64>,
    /// When it was done, failed or cancelled.
    pub finished_unix_ms: Option<u64>,
}

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Failure {
    /// What kind of failure it is.
    pub code: message::Code,
    /// Why, in words.
    pub message: String,
}

/// A clip that is to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// The folder of its project.
    pub project: PathBuf,
    /// Its project.
    pub project_id: Id,
    /// Its shot.
    pub shot: Id,
    /// What is wanted; with a seed, so that it can be made again.
    pub order: Order,
    /// The draft that it finishes.
    pub parent: Option<Id>,
}

/// Which jobs are asked for. The default is all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In one of these states; empty for any.
    pub states: Vec<State>,
    /// Of this project.
    pub project: Option<Id>,
}

impl Filter {
    /// Jobs in these states.
    pub fn states(states: impl IntoIterator<Item = State>) -> Self {
        Self { states: states.into_iter().collect(), project: None }
    }

    /// Only of this project.
    #[must_use]
    pub fn of_project(mut self, project: Id) -> Self {
        self.project = Some(project);
        self
    }

    fn wants(&self) -> String {
        let states: Vec<_> = self.states.iter().map(|state| format!("'{}'", state.name())).collect();
        let states = if states.is_empty() { "1".into() } else { format!("state IN ({})", states.join(", ")) };
        format!("{states} AND (?1 IS NULL OR project_id = ?1)")
    }
}

const COLUMNS: &str = "id, project, project_id, shot, \"order\", parent, state, asked, position, attempts, crashes, \
    engine, failure, cost, added_unix_ms, started_unix_ms, finished_unix_ms";

/// The jobs of a filter in `sequence`, an SQL ordering.
pub(super) fn select(connection: &Connection, filter: &Filter, sequence: &str) -> anyhow::Result<Vec<Job>> {
    let query = format!("SELECT {COLUMNS} FROM jobs WHERE {} ORDER BY {sequence}", filter.wants());
    let mut statement = connection.prepare_cached(&query)?;
    let mut rows = statement.query([filter.project.map(|id| id.to_string())])?;
    let mut jobs = Vec::new();
    while let Some(row) = rows.next()? {
        jobs.push(read(row)?);
    }
    Ok(jobs)
}

/// The job of this id, if there is one.
pub(super) fn find(connection: &Connection, id: Id) -> anyhow::Result<Option<Job>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM jobs WHERE id = ?"))?;
    statement.query_row([id.to_string()], |row| Ok(read(row))).optional()?.transpose()
}

/// The job of this id.
pub(super) fn get(connection: &Connection, id: Id) -> anyhow::Result<Job> {
    find(connection, id)?.ok_or_else(|| coded(Code::Input, format!("there is no job {id}: it may be of another user")))
}

/// The project folder of a job, if there is the job.
pub(crate) fn folder_of(connection: &Connection, id: Id) -> anyhow::Result<Option<PathBuf>> {
    Ok(find(connection, id)?.map(|job| job.project))
}

/// Removes jobs that cannot be read, as only another program can have written them. Their records stay.
pub(crate) fn remove_unreadable(connection: &Connection) -> anyhow::Result<()> {
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM jobs"))?;
    let mut rows = statement.query([])?;
    let mut bad = Vec::new();
    while let Some(row) = rows.next()? {
        if read(row).is_err() {
            bad.push(row.get::<_, String>(0)?);
        }
    }
    for id in bad {
        connection.execute("DELETE FROM jobs WHERE id = ?", [id])?;
    }
    Ok(())
}

/// Puts a new job into the table; false where its id is there already.
pub(super) fn insert(connection: &Connection, job: &Job) -> anyhow::Result<bool> {
    write(connection, job, "INSERT OR IGNORE")
}

/// Puts a changed job into the table.
pub(super) fn update(connection: &Connection, job: &Job) -> anyhow::Result<()> {
    write(connection, job, "REPLACE").map(drop)
}

fn write(connection: &Connection, job: &Job, how: &str) -> anyhow::Result<bool> {
    let marks = vec!["?"; COLUMNS.split(',').count()].join(", ");
    let mut statement = connection.prepare_cached(&format!("{how} INTO jobs ({COLUMNS}) VALUES ({marks})"))?;
    let json = |failed: serde_json::Error| anyhow::anyhow!("job {} cannot be written: {failed}", job.id);
    let optional_json = |value: Option<serde_json::Result<String>>| value.transpose().map_err(json);
    let values: [&dyn ToSql; 17] = [
        &job.id.to_string(),
        &text(&job.project)?,
        &job.project_id.to_string(),
        &job.shot.to_string(),
        &serde_json::to_string(&job.order).map_err(json)?,
        &job.parent.map(|id| id.to_string()),
        &job.state.name(),
        &job.asked.map(Ask::name),
        &job.position,
        &job.attempts,
        &job.crashes,
        &job.engine,
        &optional_json(job.failure.as_ref().map(serde_json::to_string))?,
        &optional_json(job.cost.as_ref().map(serde_json::to_string))?,
        &to_sql_ms(job.added_unix_ms),
        &job.started_unix_ms.map(to_sql_ms),
        &job.finished_unix_ms.map(to_sql_ms),
    ];
    Ok(statement.execute(values)? > 0)
}

fn read(row: &Row<'_>) -> anyhow::Result<Job> {
    let name: String = row.get(0)?;
    let strange = |what: &str| {
        format!("the queue holds a job with an unreadable {what}; run `gallop library rebuild` to mend it: {name}")
    };
    let id = |index: usize, what: &str| -> anyhow::Result<Option<Id>> {
        let text: Option<String> = row.get(index)?;
        text.map(|text| text.parse()).transpose().with_context(|| strange(what))
    };
    let must = |found: Option<Id>, what: &str| found.with_context(|| strange(what));
    let (state, asked): (String, Option<String>) = (row.get(6)?, row.get(7)?);
    let state = State::ALL.into_iter().find(|known| known.name() == state).with_context(|| strange("state"))?;
    let asked = [Ask::Pause, Ask::Cancel].into_iter().find(|known| Some(known.name()) == asked.as_deref());
    let order: String = row.get(4)?;
    let (failure, cost): (Option<String>, Option<String>) = (row.get(12)?, row.get(13)?);
    let failure = failure.map(|text| serde_json::from_str(&text)).transpose().with_context(|| strange("failure"))?;
    let cost = cost.map(|text| serde_json::from_str(&text)).transpose().with_context(|| strange("cost"))?;
    Ok(Job {
        id: must(id(0, "id")?, "id")?,
        project: PathBuf::from(row.get::<_, String>(1)?),
        project_id: must(id(2, "project")?, "project")?,
        shot: must(id(3, "shot")?, "shot")?,
        order: serde_json::from_str(&order).with_context(|| strange("order"))?,
        parent: id(5, "parent")?,
        state,
        asked,
        position: row.get(8)?,
        attempts: row.get(9)?,
        crashes: row.get(10)?,
        engine: row.get(11)?,
        failure,
        cost,
        added_unix_ms: from_sql_ms(row.get(14)?),
        started_unix_ms: row.get::<_, Option<i64>>(15)?.map(from_sql_ms),
        finished_unix_ms: row.get::<_, Option<i64>>(16)?.map(from_sql_ms),
    })
}
