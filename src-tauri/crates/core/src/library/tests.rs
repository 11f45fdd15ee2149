use std::collections::BTreeSet;

use gallop_protocol::message::{Cost, Goal};
use gallop_protocol::recipe::{Model, Recipe};
use gallop_protocol::shot::Shot;

use super::*;
use crate::files;
use crate::jobs::tests::{Studio, new_project, wish};
use crate::jobs::{Filter, Job, NewJob, Queue, State};
use crate::places::Places;
use crate::take::{FILE, FORMAT, TakeFolder};

fn library(studio: &Studio) -> Library {
    Library::new(Database::open(&studio.places).expect("database"))
}

fn new_take(created_unix_ms: u64, description: &str) -> Take {
    let shot = Shot { description: description.into(), ..Shot::default() };
    let model = Some(Model { name: "pony".into(), sha256: None });
    let cost = Cost { seconds: 10.0, peak_memory_bytes: Some(1 << 30), ..Cost::default() };
    let (id, shot, recipe) = (Id::new(), Id::new(), Recipe { seconds: Some(2.5), model, ..Recipe::new(shot) });
    Take { format: FORMAT, id, shot, recipe, goal: Goal::Draft, parent: None, created_unix_ms, cost }
}

/// Puts a take onto the disk, without its clip.
fn put_on_disk(project: &Path, take: &Take) {
    let folder = TakeFolder::create(project, take.id).expect("folder");
    files::write_json(&folder.folder().join(FILE), take).expect("written");
}

fn unfinished(queue: &Queue) -> Vec<Job> {
    queue.list(&Filter::states(State::UNFINISHED)).expect("list")
}

fn lose_database(places: &Places) {
    for entry in std::fs::read_dir(&places.data).expect("folder") {
        std::fs::remove_file(entry.expect("entry").path()).expect("removed");
    }
}

/// Names and bytes of all files under a folder.
fn everything(folder: &Path) -> BTreeSet<(PathBuf, Vec<u8>)> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        match path.symlink_metadata().expect("metadata") {
            kind if kind.is_dir() => found.extend(everything(&path)),
            kind if kind.is_file() => drop(found.insert((path.clone(), std::fs::read(&path).expect("bytes")))),
            _ => drop(found.insert((path, Vec::new()))),
        }
    }
    found
}

#[test]
fn takes_are_found_and_added_up() {
    let studio = Studio::new();
    let library = library(&studio);
    let (other, other_id) = new_project(&studio.root.join("Other.gallop"));
    let mut takes = [new_take(3, "A pony in the Rain"), new_take(1, "A dog"), new_take(2, "rainbow")];
    takes[1].goal = Goal::Final;
    takes[2].cost.energy_joules = Some(500.0);
    takes[2].cost.peak_memory_bytes = Some(u64::MAX);
    library.index_take(&studio.project, studio.project_id, &takes[0]).expect("indexed");
    let roundabout = studio.project.join("takes/../../Pony.gallop");
    std::fs::create_dir(studio.project.join("takes")).expect("folder");
    library.index_take(&roundabout, studio.project_id, &takes[0]).expect("again");
    library.index_take(&studio.project, studio.project_id, &takes[1]).expect("indexed");
    library.index_take(&other, other_id, &takes[2]).expect("indexed");

    let find = |filter: TakeFilter| -> Vec<_> {
        library.takes(&filter).expect("takes").iter().map(|take| take.created_unix_ms).collect()
    };
    let any = TakeFilter::default();
    assert_eq!(find(any.clone()), [3, 2, 1]);
    assert_eq!(find(TakeFilter { limit: Some(2), ..any.clone() }), [3, 2]);
    assert_eq!(find(TakeFilter { project: Some(studio.project.clone()), ..any.clone() }), [3, 1]);
    assert_eq!(find(TakeFilter { shot: Some(takes[1].shot), ..any.clone() }), [1]);
    assert_eq!(find(TakeFilter { goal: Some(Goal::Final), ..any.clone() }), [1]);
    assert_eq!(find(TakeFilter { text: Some("RAIN".into()), ..any.clone() }), [3, 2]);
    assert_eq!(find(TakeFilter { text: Some("%' OR 1 --".into()), ..any.clone() }), [0; 0]);
    let first = &library.takes(&any).expect("takes")[0];
    assert_eq!((first.id, first.seconds, first.model.as_deref()), (takes[0].id, 2.5, Some("pony")));

    let totals = library.totals(&any).expect("totals");
    assert_eq!((totals.takes, totals.clip_seconds, totals.cost_seconds), (3, 7.5, 30.0));
    assert_eq!((totals.energy_joules, totals.takes_with_energy), (500.0, 1));
    assert_eq!(totals.peak_memory_bytes, Some(i64::MAX.unsigned_abs()));
    let nothing = TakeFilter { text: Some("cat".into()), ..any.clone() };
    assert_eq!(library.totals(&nothing).expect("totals"), Totals::default());

    library.forget_take(&studio.project, takes[1].id).expect("forgotten");
    library.forget_project(&other).expect("forgotten");
    assert_eq!(find(any), [3]);
}

#[test]
fn a_take_is_indexed_whatever_its_project_file_says() {
    let studio = Studio::new();
    std::fs::write(studio.project.join("project.json"), b"{").expect("damaged");
    let mut take = new_take(u64::MAX, "x");
    take.cost.seconds = -1e300;
    take.recipe.seconds = Some(f32::INFINITY);
    let library = library(&studio);
    library.index_take(&studio.project, studio.project_id, &take).expect("indexed");
    let found = library.takes(&TakeFilter::default()).expect("takes").remove(0);
    assert_eq!((found.id, found.seconds, found.cost_seconds), (take.id, 0.0, 0.0));
    assert_eq!(library.projects().expect("projects")[0].name, "Pony");
}

#[test]
fn an_emptied_database_comes_back_from_the_folders() {
    let studio = Studio::new();
    let (other, other_id) = new_project(&studio.root.join("deep/er/Other.gallop"));
    let queue = &studio.queue;
    let mut added = queue.add((0..4).map(|seed| studio.wish(seed)).collect()).expect("added");
    added.extend(queue.add(vec![NewJob { parent: Some(Id::new()), ..wish(&other, other_id, 4) }]).expect("added"));
    let claim = |job: &Job| queue.claim("one", |other| other.id == job.id).expect("claimed").expect("a job").id;
    queue.cancel(added[0].id).expect("cancelled");
    queue.pause(added[1].id).expect("paused");
    claim(&added[2]);
    // Complete, but the runner was killed before it could say so.
    claim(&added[3]);
    let mut half_done = new_take(5, "A pony");
    half_done.id = added[3].id;
    put_on_disk(&studio.project, &half_done);
    for (number, (project, id)) in [(&studio.project, studio.project_id), (&other, other_id)].into_iter().enumerate() {
        let take = new_take(number as u64, "A dog");
        put_on_disk(project, &take);
        library(&studio).index_take(project, id, &take).expect("indexed");
    }
    library(&studio).index_take(&studio.project, studio.project_id, &half_done).expect("indexed");
    queue
        .edit(added[1].id, |order| {
            order.recipe.seed = Some(99);
            Ok(())
        })
        .expect("edited");

    let before = library(&studio);
    let (projects, takes) =
        (before.projects().expect("projects"), before.takes(&TakeFilter::default()).expect("takes"));
    let wanted: Vec<_> = unfinished(queue).into_iter().filter(|job| job.id != added[3].id).collect();
    assert_eq!((projects.len(), takes.len(), wanted.len()), (2, 3, 3));
    let Studio { home: _home, root, places, .. } = studio;
    drop((before, studio.queue));
    lose_database(&places);

    let database = Database::open(&places).expect("new");
    let (queue, library) = (Queue::new(database.clone()), Library::new(database));
    let files = everything(root.join("deep").as_path());
    let rebuilt = library.rebuild(std::slice::from_ref(&root)).expect("rebuilt");
    assert_eq!(rebuilt.troubles, []);
    assert_eq!((rebuilt.takes, rebuilt.jobs.len()), (3, 3));
    assert_eq!(library.projects().expect("projects"), projects);
    assert_eq!(library.takes(&TakeFilter::default()).expect("takes"), takes);
    let told = |job: &Job| {
        let Job { id, project, project_id, shot, order, parent, added_unix_ms, .. } = job.clone();
        (id, project, project_id, shot, order, parent, added_unix_ms)
    };
    let jobs = unfinished(&queue);
    assert!(jobs.iter().all(|job| job.state == State::Paused && job.attempts == 0));
    assert_eq!(jobs.iter().map(told).collect::<Vec<_>>(), wanted.iter().map(told).collect::<Vec<_>>());
    assert_eq!(everything(root.join("deep").as_path()), files, "no file was touched");

    queue.resume(jobs[0].id).expect("resumed");
    let known = queue.list(&Filter::default()).expect("list");
    let again = library.rebuild(&[]).expect("rebuilt");
    assert_eq!((again.takes, again.jobs, again.troubles), (3, vec![], vec![]), "the folders are known now");
    assert_eq!(queue.list(&Filter::default()).expect("list"), known, "what the queue knows stays as it is");
}

#[test]
fn a_damaged_database_still_tells_its_folders() {
    let studio = Studio::new();
    let added = studio.add(1);
    let path = studio.places.data.join(crate::database::FILE);
    let Studio { home: _home, places, queue, .. } = studio;
    drop(queue);
    // One page is overwritten: the root of an index.
    let connection = Connection::open(&path).expect("opened");
    let page = |query: &str| -> i64 { connection.query_row(query, [], |row| row.get(0)).expect("number") };
    let (size, root) =
        (page("PRAGMA page_size"), page("SELECT rootpage FROM sqlite_schema WHERE name = 'takes_by_time'"));
    drop(connection);
    let mut bytes = std::fs::read(&path).expect("bytes");
    let from = usize::try_from((root - 1) * size).expect("offset");
    bytes[from..from + 512].fill(0xa5);
    std::fs::write(&path, bytes).expect("written");

    let database = Database::open(&places).expect("new");
    assert!(database.damaged().expect("read").is_some());
    let rebuilt = Library::new(database.clone()).rebuild(&[]).expect("rebuilt");
    assert_eq!((rebuilt.projects.len(), rebuilt.jobs, rebuilt.troubles), (1, vec![added.id], vec![]));
    assert_eq!(database.damaged().expect("read"), None, "told until now");
    let job = Queue::new(database).get(added.id).expect("job");
    assert_eq!((job.order, job.state), (added.order, State::Paused));
}

#[test]
fn what_cannot_be_read_is_told_and_left_alone() {
    let studio = Studio::new();
    let (gone, _) = new_project(&studio.root.join("Gone.gallop"));
    let (broken, _) = new_project(&studio.root.join("Broken.gallop"));
    let library = library(&studio);
    for project in [&gone, &broken] {
        library.index_project(project).expect("indexed");
    }
    library.index_take(&gone, Id::new(), &new_take(1, "on the other disk")).expect("indexed");
    std::fs::remove_dir_all(&gone).expect("unplugged");
    std::fs::write(broken.join("project.json"), b"{\"format\": 1, ").expect("damaged");

    let (good, bad) = (new_take(1, "good"), new_take(2, "bad"));
    put_on_disk(&studio.project, &good);
    put_on_disk(&studio.project, &bad);
    let takes = studio.project.join("takes");
    std::fs::write(takes.join(bad.id.to_string()).join(FILE), b"\0\0\0").expect("damaged");
    let jobs: Vec<_> = (1..=4).map(|seed| studio.add(seed).id).collect();
    let record = |job: usize| takes.join(jobs[job].to_string()).join("job.json");
    std::fs::write(record(0), b"[]").expect("damaged");
    std::fs::copy(record(3), record(1)).expect("another's");
    let newer = std::fs::read_to_string(record(2)).expect("text").replacen("\"format\": 1", "\"format\": 7", 1);
    std::fs::write(record(2), newer).expect("newer");
    std::fs::create_dir(takes.join("..evil")).ok();

    let Studio { home: _home, root, places, queue, project, .. } = studio;
    drop((queue, library));
    let database = Database::open(&places).expect("database");
    database.write(|transaction| Ok(transaction.execute("DELETE FROM jobs", [])?)).expect("emptied");
    let library = Library::new(database);
    let nowhere = root.join("nowhere");
    let before = everything(&project);
    let rebuilt = library.rebuild(&[root.clone(), nowhere.clone()]).expect("rebuilt");
    assert_eq!((rebuilt.projects.len(), rebuilt.takes, &rebuilt.jobs), (1, 1, &vec![jobs[3]]));
    let told: BTreeSet<_> =
        rebuilt.troubles.iter().map(|trouble| (trouble.path.clone(), trouble.problem == Problem::Gone)).collect();
    let mut expected: BTreeSet<_> = [0, 1, 2].map(|job| (takes.join(jobs[job].to_string()), false)).into();
    expected.extend([(gone, true), (nowhere, true), (broken, false), (takes.join(bad.id.to_string()), false)]);
    assert_eq!(told, expected, "{:#?}", rebuilt.troubles);
    assert_eq!(everything(&project), before);
    let kept: BTreeSet<_> =
        library.takes(&TakeFilter::default()).expect("takes").into_iter().map(|take| take.description).collect();
    assert_eq!(kept, BTreeSet::from(["good".into(), "on the other disk".into()]), "an unplugged disk loses nothing");
}

#[test]
fn a_job_that_cannot_be_read_is_mended_from_its_record() {
    let studio = Studio::new();
    let (bad, good) = (studio.add(1), studio.add(2));
    let spoil = |transaction: &rusqlite::Transaction<'_>| {
        Ok(transaction.execute("UPDATE jobs SET \"order\" = '{' WHERE id = ?", [bad.id.to_string()])?)
    };
    let library = library(&studio);
    assert_eq!(library.database.write(spoil).expect("written"), 1);
    let error = studio.queue.get(bad.id).expect_err("unreadable").to_string();
    assert!(error.contains("gallop library rebuild"), "{error}");
    assert_eq!(library.rebuild(&[]).expect("rebuilt").jobs, [bad.id]);
    assert_eq!(studio.queue.get(bad.id).expect("job").order, bad.order);
    assert_eq!(studio.queue.get(good.id).expect("job"), good);
}

#[test]
fn takes_that_are_gone_leave_the_index() {
    let studio = Studio::new();
    let (kept, removed) = (new_take(1, "kept"), new_take(2, "removed"));
    let library = library(&studio);
    for take in [&kept, &removed] {
        put_on_disk(&studio.project, take);
        library.index_take(&studio.project, studio.project_id, take).expect("indexed");
    }
    TakeFolder::find(&studio.project, removed.id).expect("folder").expect("there").remove().expect("removed");
    library.rebuild(&[]).expect("rebuilt");
    let left: Vec<_> = library.takes(&TakeFilter::default()).expect("takes").into_iter().map(|take| take.id).collect();
    assert_eq!(left, [kept.id]);
}

#[test]
fn a_copied_folder_does_not_double_its_jobs() {
    let studio = Studio::new();
    let job = studio.add(1);
    let take = new_take(1, "A pony");
    put_on_disk(&studio.project, &take);
    let copy = studio.root.join("Copy.gallop");
    for (path, bytes) in everything(&studio.project) {
        let to = copy.join(path.strip_prefix(&studio.project).expect("inside"));
        std::fs::create_dir_all(to.parent().expect("folder")).expect("made");
        std::fs::write(to, bytes).expect("written");
    }
    let library = library(&studio);
    let rebuilt = library.rebuild(std::slice::from_ref(&studio.root)).expect("rebuilt");
    assert_eq!((rebuilt.projects.len(), rebuilt.takes, rebuilt.jobs.len()), (2, 2, 0));
    let [trouble] = rebuilt.troubles.as_slice() else { panic!("{:?}", rebuilt.troubles) };
    assert_eq!((&trouble.path, trouble.problem), (&copy.join("takes").join(job.id.to_string()), Problem::Copy));
    assert_eq!(studio.queue.get(job.id).expect("job"), job);
}

#[test]
fn a_moved_project_takes_its_jobs_and_takes_along() {
    let studio = Studio::new();
    let job = studio.add(1);
    let take = new_take(1, "A pony");
    put_on_disk(&studio.project, &take);
    let library = library(&studio);
    library.index_take(&studio.project, studio.project_id, &take).expect("indexed");
    let moved = studio.root.join("elsewhere.gallop");
    std::fs::rename(&studio.project, &moved).expect("moved");
    let entry = library.index_project(&moved).expect("indexed");
    assert_eq!(library.projects().expect("projects"), [entry]);
    assert_eq!(library.takes(&TakeFilter::default()).expect("takes")[0].project, moved);
    assert_eq!(studio.queue.get(job.id).expect("job").project, moved);
    studio.queue.duplicate(job.id, 2).expect("added where it is now");
    assert_eq!(library.rebuild(&[]).expect("rebuilt").troubles, []);
}

#[cfg(unix)]
#[test]
fn links_out_of_a_project_are_not_followed() {
    let studio = Studio::new();
    let outside = studio.root.join("outside");
    let (secret, _) = new_project(&outside.join("Secret.gallop"));
    put_on_disk(&secret, &new_take(1, "secret"));
    std::os::unix::fs::symlink(secret.join("takes"), studio.project.join("takes")).expect("link");
    let linked = studio.root.join("shelf");
    std::fs::create_dir(&linked).expect("folder");
    std::os::unix::fs::symlink(&secret, linked.join("Link.gallop")).expect("link");
    let library = library(&studio);
    let rebuilt = library.rebuild(&[studio.project.clone(), linked]).expect("rebuilt");
    assert_eq!((rebuilt.takes, rebuilt.projects.len(), rebuilt.troubles.len()), (0, 0, 1), "{rebuilt:?}");
}
