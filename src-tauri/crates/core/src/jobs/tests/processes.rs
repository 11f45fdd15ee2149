//! Several processes on one queue, and their death at any moment.
//!
//! The other process is this very program, told by the environment to do one of the parts below.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use gallop_protocol::message;

use super::*;

const PART: &str = "GALLOP_TEST_PART";
const HOME: &str = "GALLOP_TEST_HOME";

/// Says that something is on the disk. What is said so must be there, whatever happens next.
fn say(what: &str, id: Id, number: u64) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "@ {what} {id} {number}").and_then(|()| out.flush()).expect("pipe");
}

#[test]
#[ignore = "a part that other tests start as a process"]
fn part() {
    let Ok(part) = std::env::var(PART) else { return };
    let home = PathBuf::from(std::env::var_os(HOME).expect("home"));
    let places = Places::under(&home);
    let queue = Queue::new(Database::open(&places).expect("database"));
    match part.as_str() {
        "claim" => {
            while let Some(job) = queue.claim("other process", |_| true).expect("claimed") {
                say("claimed", job.id, 0);
            }
        }
        "lock" => {
            let lock = RunnerLock::try_take(&places).expect("lock").expect("free");
            say("locked", Id::new(), 0);
            std::io::stdin().read_line(&mut String::new()).expect("pipe");
            drop(lock);
        }
        "churn" => churn(&places, &queue, &home.join("Pony.gallop")),
        other => panic!("{other}"),
    }
}

/// All that a studio does, until it is killed.
fn churn(places: &Places, queue: &Queue, project: &std::path::Path) {
    let project_id = crate::project::ProjectData::read(project).expect("project").id;
    let lock = RunnerLock::try_take(places).expect("lock").expect("freed by the death of the one before");
    for job in queue.recover(&lock).expect("recovered") {
        say("waiting", job.id, 0);
    }
    for round in 0.. {
        let wishes = (0..=round % 3).map(|number| wish(project, project_id, round * 10 + number)).collect();
        let added = queue.add(wishes).expect("added");
        added.iter().for_each(|job| say("waiting", job.id, job.order.recipe.seed.expect("seed")));
        let change = |order: &mut Order| {
            order.recipe.seed = Some(1_000_000 + round);
            Ok(())
        };
        say("edited", queue.edit(added[0].id, change).expect("edited").id, 1_000_000 + round);
        queue.move_to(added[0].id, Place::Front).expect("moved");
        let job = queue.claim("one", |_| true).expect("claimed").expect("a job");
        say("running", job.id, 0);
        match round % 4 {
            0 => say("done", queue.finish(job.id, &cost(1.0)).expect("done").id, 0),
            1 => say("failed", queue.fail(job.id, message::Code::Internal, "no").expect("failed").id, 0),
            2 => say("waiting", queue.release(job.id, &Release::Stopped).expect("released").id, 0),
            _ => {}
        }
    }
}

fn start(home: &std::path::Path, part: &str) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["jobs::tests::processes::part", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(PART, part)
        .env(HOME, home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let out = BufReader::new(child.stdout.take().expect("pipe"));
    (child, out)
}

/// What a process said, one after the other. The test's own frame may stand on the same line.
fn said(out: BufReader<ChildStdout>) -> impl Iterator<Item = (String, Id, u64)> {
    out.lines().map_while(Result::ok).filter_map(|line| {
        // A line that a kill cut off was not said.
        let words: Vec<_> = line.split_once("@ ")?.1.split(' ').map(str::to_owned).collect();
        let [what, id, number] = words.as_slice() else { return None };
        Some((what.clone(), id.parse().ok()?, number.parse().ok()?))
    })
}

#[test]
fn processes_never_share_a_job() {
    let studio = Studio::new();
    let added = studio.queue.add((0..60).map(|seed| studio.wish(seed)).collect()).expect("added");
    let others: Vec<_> = (0..3).map(|_| start(&studio.root, "claim")).collect();
    let mut claimed = Vec::new();
    for (mut child, out) in others {
        claimed.extend(said(out).map(|(_, id, _)| id));
        assert!(child.wait().expect("ended").success());
    }
    claimed.sort();
    assert_eq!(claimed, added.iter().map(|job| job.id).collect::<Vec<_>>(), "each once");
    let running = studio.queue.list(&Filter::states([State::Running])).expect("list");
    assert!(running.len() == 60 && running.iter().all(|job| job.attempts == 1));
}

#[test]
fn the_right_to_run_jobs_ends_with_its_process() {
    let studio = Studio::new();
    let (mut child, out) = start(&studio.root, "lock");
    assert_eq!(said(out).next().expect("locked").0, "locked");
    assert!(RunnerLock::try_take(&studio.places).expect("lock").is_none());
    child.kill().expect("killed");
    child.wait().expect("ended");
    assert!(RunnerLock::try_take(&studio.places).expect("lock").is_some());
}

#[test]
fn a_kill_loses_nothing_that_was_said() {
    let studio = Studio::new();
    let Studio { places, root, .. } = &studio;
    // The last that was said of each job, over all lives of the studio.
    let mut states: BTreeMap<Id, String> = BTreeMap::new();
    let mut edits: BTreeMap<Id, u64> = BTreeMap::new();
    let mut kinds = BTreeSet::new();
    for life in 0..20_u64 {
        let (mut child, out) = start(root, "churn");
        let lines = 1 + life * 7 % 43;
        for (number, (what, id, seed)) in said(out).enumerate() {
            kinds.insert(what.clone());
            if what == "edited" {
                edits.insert(id, seed);
            } else {
                states.insert(id, what);
            }
            if number as u64 == lines {
                std::thread::sleep(Duration::from_micros(life * 377 % 3000));
                child.kill().expect("killed");
            }
        }
        assert!(!child.wait().expect("ended").success(), "it was killed, and did not end by itself");

        let database = Database::open(places).expect("database");
        assert_eq!(database.damaged().expect("read"), None);
        let jobs = Queue::new(database).list(&Filter::default()).expect("list");
        let found: BTreeMap<_, _> = jobs.iter().map(|job| (job.id, job)).collect();
        for (id, said) in &states {
            let job = found.get(id).unwrap_or_else(|| panic!("{id} was {said}, and is lost"));
            // The change after the last that was said may be on the disk as well.
            let may_be: &[State] = match said.as_str() {
                "waiting" => &[State::Waiting, State::Running],
                "running" => &[State::Running, State::Done, State::Failed, State::Waiting],
                "done" => &[State::Done],
                "failed" => &[State::Failed],
                other => panic!("{other}"),
            };
            assert!(may_be.contains(&job.state), "{id} was {said}, and is {:?}", job.state);
        }
        for (id, seed) in &edits {
            assert_eq!(found[id].order.recipe.seed, Some(*seed), "the edit of {id}");
        }
        for job in jobs.iter().filter(|job| State::UNFINISHED.contains(&job.state)) {
            assert!(studio.record(job.id).is_some(), "{} is {:?}, but has no record", job.id, job.state);
        }
    }
    assert_eq!(kinds, BTreeSet::from(["done", "edited", "failed", "running", "waiting"].map(str::to_owned)));
    assert!(states.len() > 40, "{} jobs are too few to tell anything", states.len());
}
