//! Takes in the index, and what they cost.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gallop_protocol::Id;
use gallop_protocol::message::Goal;
use rusqlite::{Connection, Row, named_params};
use serde::{Deserialize, Serialize};

use crate::database::{from_sql_ms, resolved, text, to_sql_ms};
use crate::take::Take;

/// Characters of a description that the index keeps: enough to find the take again.
const MOST_CHARS: usize = 2000;

/// A take as the index knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TakeEntry {
    /// Its name.
    pub id: Id,
    /// The folder of its project.
    pub project: PathBuf,
    /// Its shot.
    pub shot: Id,
    /// How far it was made.
    pub goal: Goal,
    /// The draft that it finishes.
    pub parent: Option<Id>,
    /// What is to be seen, by its recipe.
    pub description: String,
    /// The model that made it.
    pub model: Option<String>,
    /// How long the clip is.
    pub seconds: f64,
    /// When it was made.
    pub created_unix_ms: u64,
    /// How long making it took.
    pub cost_seconds: f64,
    /// The most main memory that making it took.
    pub peak_memory_bytes: Option<u64>,
    /// The most graphics memory that making it took.
    pub peak_device_bytes: Option<u64>,
    /// What the card drew for it.
    pub energy_joules: Option<f64>,
}

/// Which takes are asked for. The default is all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakeFilter {
    /// Of the project in this folder.
    pub project: Option<PathBuf>,
    /// Of this shot.
    pub shot: Option<Id>,
    /// Made so far.
    pub goal: Option<Goal>,
    /// With this in the description.
    pub text: Option<String>,
    /// Not more than this many.
    pub limit: Option<usize>,
}

/// What takes cost together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// How many there are.
    pub takes: u64,
    /// How long their clips are together.
    pub clip_seconds: f64,
    /// How long making them took together.
    pub cost_seconds: f64,
    /// What the cards drew, as far as they told.
    pub energy_joules: f64,
    /// Of how many takes that is known.
    pub takes_with_energy: u64,
    /// The most main memory that one took.
    pub peak_memory_bytes: Option<u64>,
    /// The most graphics memory that one took.
    pub peak_device_bytes: Option<u64>,
}

impl TakeFilter {
    fn project(&self) -> anyhow::Result<Option<String>> {
        let folder = self.project.as_deref().map(resolved).transpose()?;
        folder.map(|folder| text(&folder).map(str::to_owned)).transpose()
    }
}

const WANTED: &str = "(:project IS NULL OR project = :project) AND (:shot IS NULL OR shot = :shot) \
    AND (:goal IS NULL OR goal = :goal) AND (:text IS NULL OR instr(lower(description), lower(:text)) > 0)";

/// Puts a take of a known project into the index, over what was there of it.
pub(super) fn put(connection: &Connection, project: &Path, take: &Take) -> anyhow::Result<()> {
    let put = "INSERT OR REPLACE INTO takes (id, project, shot, goal, parent, description, model, seconds, \
        created_unix_ms, cost_seconds, peak_memory_bytes, peak_device_bytes, energy_joules) VALUES (:id, :project, \
        :shot, :goal, :parent, :description, :model, :seconds, :created, :cost, :memory, :device, :energy)";
    let bytes = |bytes: Option<u64>| bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
    connection.prepare_cached(put)?.execute(named_params! {
        ":id": take.id.to_string(),
        ":project": text(project)?,
        ":shot": take.shot.to_string(),
        ":goal": goal_name(take.goal),
        ":parent": take.parent.map(|id| id.to_string()),
        ":description": take.recipe.shot.description.chars().take(MOST_CHARS).collect::<String>(),
        ":model": take.recipe.model.as_ref().map(|model| &model.name),
        ":seconds": plausible(take.recipe.seconds.map_or(0.0, f64::from)),
        ":created": to_sql_ms(take.created_unix_ms),
        ":cost": plausible(take.cost.seconds),
        ":memory": bytes(take.cost.peak_memory_bytes),
        ":device": bytes(take.cost.peak_device_bytes),
        ":energy": take.cost.energy_joules.map(plausible),
    })?;
    Ok(())
}

pub(super) fn remove(connection: &Connection, project: &str, take: Id) -> anyhow::Result<()> {
    connection.execute("DELETE FROM takes WHERE project = ? AND id = ?", [project, &take.to_string()])?;
    Ok(())
}

pub(super) fn select(connection: &Connection, filter: &TakeFilter) -> anyhow::Result<Vec<TakeEntry>> {
    let query = format!("SELECT * FROM takes WHERE {WANTED} ORDER BY created_unix_ms DESC, id DESC LIMIT :limit");
    let mut statement = connection.prepare_cached(&query)?;
    let mut rows = statement.query(named_params! {
        ":project": filter.project()?,
        ":shot": filter.shot.map(|id| id.to_string()),
        ":goal": filter.goal.map(goal_name),
        ":text": filter.text,
        // SQLite takes -1 for no limit.
        ":limit": filter.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX)),
    })?;
    let mut takes = Vec::new();
    while let Some(row) = rows.next()? {
        takes.push(read(row)?);
    }
    Ok(takes)
}

pub(super) fn totals(connection: &Connection, filter: &TakeFilter) -> anyhow::Result<Totals> {
    let query = format!(
        "SELECT count(*), total(seconds), total(cost_seconds), total(energy_joules), count(energy_joules), \
        max(peak_memory_bytes), max(peak_device_bytes) FROM takes WHERE {WANTED}"
    );
    let wanted = named_params! {
        ":project": filter.project()?,
        ":shot": filter.shot.map(|id| id.to_string()),
        ":goal": filter.goal.map(goal_name),
        ":text": filter.text,
    };
    let totals = connection.prepare_cached(&query)?.query_row(wanted, |row| {
        Ok(Totals {
            takes: row.get::<_, i64>(0)?.unsigned_abs(),
            clip_seconds: row.get(1)?,
            cost_seconds: row.get(2)?,
            energy_joules: row.get(3)?,
            takes_with_energy: row.get::<_, i64>(4)?.unsigned_abs(),
            peak_memory_bytes: row.get::<_, Option<i64>>(5)?.map(i64::unsigned_abs),
            peak_device_bytes: row.get::<_, Option<i64>>(6)?.map(i64::unsigned_abs),
        })
    })?;
    Ok(totals)
}

fn read(row: &Row<'_>) -> anyhow::Result<TakeEntry> {
    let name: String = row.get("id")?;
    let id = |text: &str| -> anyhow::Result<Id> {
        text.parse().with_context(|| format!("the index holds an unreadable take: {name}"))
    };
    let goal: String = row.get("goal")?;
    let goal = [Goal::Draft, Goal::Final].into_iter().find(|known| goal_name(*known) == goal);
    Ok(TakeEntry {
        id: id(&name)?,
        project: PathBuf::from(row.get::<_, String>("project")?),
        shot: id(&row.get::<_, String>("shot")?)?,
        goal: goal.with_context(|| format!("the index holds an unreadable take: {name}"))?,
        parent: row.get::<_, Option<String>>("parent")?.as_deref().map(id).transpose()?,
        description: row.get("description")?,
        model: row.get("model")?,
        seconds: row.get("seconds")?,
        created_unix_ms: from_sql_ms(row.get("created_unix_ms")?),
        cost_seconds: row.get("cost_seconds")?,
        peak_memory_bytes: row.get::<_, Option<i64>>("peak_memory_bytes")?.map(i64::unsigned_abs),
        peak_device_bytes: row.get::<_, Option<i64>>("peak_device_bytes")?.map(i64::unsigned_abs),
        energy_joules: row.get("energy_joules")?,
    })
}

/// As in JSON.
fn goal_name(goal: Goal) -> &'static str {
    match goal {
        Goal::Draft => "draft",
        Goal::Final => "final",
    }
}

/// A number from a take's file, which anybody may have written: one that cannot be does not spoil the sums.
fn plausible(number: f64) -> f64 {
    if (0.0..=1e12).contains(&number) { number } else { 0.0 }
}
