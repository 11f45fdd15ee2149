//! From the queue over an engine into the project.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::time::Duration;

use gallop_core::jobs::{Filter, Job, NewJob, State};
use gallop_core::library::{Library, TakeFilter};
use gallop_core::project::{NewProject, Project};
use gallop_core::protocol::message::{Checkpoint, Code, Goal, Stage};
use gallop_core::protocol::recipe::{Recipe, Reference};
use gallop_core::protocol::{Digest, Id};
use gallop_core::runner::{JobNews, Runner};
use gallop_core::take::Take;

use crate::house::{House, write_clip};

#[test]
fn a_job_becomes_a_take() {
    let house = House::new();
    let id = house.add(house.order("A pony.", 3));
    let runner = house.runner();
    let mut progress = runner.board().subscribe();
    let done = runner.until(&[id], |_| ControlFlow::Continue(())).expect("ended").remove(0);
    assert_eq!((done.state, done.engine.as_deref(), done.attempts), (State::Done, Some("fake"), 1));
    let folder = house.take(id);
    let take = folder.read().expect("readable").expect("a take");
    assert_eq!((take.shot, take.goal, take.recipe.size), (house.shot, Goal::Draft, Some([36, 64])));
    assert_eq!(Some(take.cost), done.cost);
    assert_eq!(folder.checkpoints().expect("whole").len(), 2);
    let names: BTreeSet<_> = std::fs::read_dir(folder.folder())
        .expect("folder")
        .map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned())
        .collect();
    let expected = ["clip.mp4", "draft.safetensors", "peaks.json", "poster.png", "take.json"].map(str::to_owned);
    assert_eq!(names, expected.into());
    let takes = Library::new(house.database.clone()).takes(&TakeFilter::default()).expect("takes");
    assert_eq!(takes.iter().map(|take| take.id).collect::<Vec<_>>(), [id]);
    // The news, in their order. The last one may come after the queue says that the job is done.
    let mut kinds = Vec::new();
    while kinds.last().is_none_or(|kind| kind != "left") {
        let progress = progress.blocking_recv().expect("news");
        assert_eq!(progress.job, id);
        let told = serde_json::to_value(&progress).expect("json");
        kinds.push(told["news"].as_str().expect("a kind").to_owned());
    }
    let stage = ["started", "step", "preview", "step", "preview", "finished", "stored"];
    let expected: Vec<&str> = ["claimed", "begun"].into_iter().chain(stage).chain(stage).chain(["left"]).collect();
    assert_eq!(kinds, expected);
    assert_eq!(runner.board().preview(id), None, "a picture of a finished job is not kept");
    let engines = runner.board().engines();
    assert_eq!(engines[0].hello.as_ref().expect("known").models[0].name, "pony");
    runner.stop();
}

#[test]
fn only_one_process_runs_jobs() {
    let house = House::new();
    let runner = house.runner();
    assert!(Runner::start(&house.places, &house.database, &house.settings).expect("asked").is_none());
    runner.stop();
    drop(house.runner());
}

#[test]
fn an_engine_that_dies_is_started_again_and_nothing_is_made_twice() {
    for (point, twice) in
        [("denoise", None), ("draft-half", Some("denoise")), ("draft-stored", None), ("decodevideo", None)]
    {
        let house = House::new();
        let done = house.run_one(&format!("die-once:{point}"));
        assert_eq!((done.state, done.attempts), (State::Done, 2), "{point}");
        let mut expected = vec!["denoise", "decodevideo"];
        expected.extend(twice);
        let mut stages = house.stages("fake", done.id);
        expected.sort_unstable();
        stages.sort();
        assert_eq!(stages, expected, "{point}");
        let cost = done.cost.expect("a cost");
        assert_eq!((cost.seconds, cost.stages.len()), (4.0, 2), "{point}: interrupted runs count");
    }
}

#[test]
fn a_job_that_kills_every_engine_fails_and_the_queue_goes_on() {
    let house = House::new();
    let bad = house.add(house.order("die:begun", 1));
    let good = house.add(house.order("A pony.", 1));
    let [bad, good] = <[Job; 2]>::try_from(house.run(&[bad, good])).expect("two");
    assert_eq!((bad.state, good.state), (State::Failed, State::Done));
    let failure = bad.failure.expect("a failure");
    assert!(failure.message.contains("told to die at begun"), "{}", failure.message);
}

#[test]
fn failures_are_told() {
    let house = House::new();
    let failed = house.run_one("fail:memory");
    let failure = failed.failure.expect("a failure");
    assert_eq!(
        (failed.state, failure.code, failure.message.as_str()),
        (State::Failed, Code::OutOfMemory, "the card is full")
    );
    // A reference that is not there.
    let mut job = house.order("A pony.", 1);
    job.order.recipe.image = Some(Reference { file: "face.png".into(), sha256: Some(Digest::of("face")) });
    let id = house.add(job);
    let failure = house.run(&[id]).remove(0).failure.expect("a failure");
    assert!(failure.code == Code::Input && failure.message.contains("face.png"), "{failure:?}");
    // A draft that is not there.
    let id = house.add(NewJob { parent: Some(Id::new()), ..house.order("A pony.", 1) });
    let failure = house.run(&[id]).remove(0).failure.expect("a failure");
    assert!(failure.code == Code::Input && failure.message.contains("no latents"), "{failure:?}");
    // Something in the way of the clip.
    let id = house.add(house.order("A pony.", 1));
    std::fs::create_dir_all(house.take(id).path(Checkpoint::Clip).join("x")).expect("folder");
    let failure = house.run(&[id]).remove(0).failure.expect("a failure");
    assert!(failure.message.contains("clip.mp4"), "{failure:?}");
    // The project is gone, and then another one is in its place.
    let id = house.add(house.order("A pony.", 1));
    let aside = house.home.path().join("aside");
    std::fs::rename(&house.project, &aside).expect("moved");
    let failure = house.run(&[id]).remove(0).failure.expect("a failure");
    assert!(failure.code == Code::Input && failure.message.contains("no project"), "{failure:?}");
    assert!(!house.project.exists(), "nothing is made where nothing was");
    let new = NewProject { name: "Other".into(), aspect: "9:16".into(), model: "pony".into() };
    drop(Project::create(&house.project, new).expect("another project"));
    house.queue.retry(id).expect("again");
    let failure = house.run(&[id]).remove(0).failure.expect("a failure");
    assert!(failure.message.contains("another project"), "{failure:?}");
}

#[test]
fn references_and_drafts_reach_the_engine() {
    let house = House::new();
    let face = house.home.path().join("face.png");
    std::fs::write(&face, vec![7; 3 << 20]).expect("written");
    let project = Project::open(&house.project).expect("open");
    let media = project.import_media(&face).expect("imported");
    let mut job = house.order("A pony.", 1);
    job.order.recipe.image = Some(Reference { file: media.name, sha256: Some(media.sha256) });
    let draft = house.add(job.clone());
    assert_eq!(house.run(&[draft])[0].state, State::Done);
    let mut last = NewJob { parent: Some(draft), ..job };
    last.order.goal = Goal::Final;
    last.order.recipe.size = Some([72, 128]);
    let last = house.add(last);
    assert_eq!(house.run(&[last])[0].state, State::Done);
    assert_eq!(house.stages("fake", last), ["upscale", "decodevideo"], "nothing is rolled again");
    let take = house.take(last).read().expect("readable").expect("a take");
    assert_eq!((take.parent, take.goal), (Some(draft), Goal::Final));
}

#[test]
fn a_running_job_is_paused_resumed_and_cancelled() {
    let house = House::new();
    let id = house.add(house.order("wait:decodevideo", 1));
    let runner = house.runner();
    let state = |state: State| {
        while house.queue.get(id).expect("job").state != state {
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    house.wait_for(&runner, "waits");
    assert!(runner.board().step(id).is_some());
    assert_eq!(runner.board().preview(id).expect("a picture"), "picture 2".as_bytes());
    house.queue.pause(id).expect("paused");
    state(State::Paused);
    assert_eq!(runner.board().preview(id), None);
    house.queue.resume(id).expect("resumed");
    state(State::Running);
    house.queue.cancel(id).expect("cancelled");
    state(State::Cancelled);
    assert_eq!(house.stages("fake", id).iter().filter(|stage| *stage == "denoise").count(), 1, "once is enough");
    let other = house.add(house.order("A pony.", 1));
    let done = runner.until(&[other], |_| ControlFlow::Continue(())).expect("ended");
    assert_eq!(done[0].state, State::Done);
}

#[test]
fn an_engine_that_hangs_is_ended_when_the_job_is_cancelled() {
    let house = House::new();
    let id = house.add(house.order("hang:begun", 1));
    let next = house.add(house.order("A pony.", 1));
    let runner = house.runner();
    let cancel = |_: &[Job]| {
        if house.queue.get(id).expect("job").state == State::Running {
            house.queue.cancel(id).expect("cancelled");
        }
        ControlFlow::Continue(())
    };
    let jobs = runner.until(&[id, next], cancel).expect("ended");
    assert_eq!((jobs[0].state, jobs[1].state), (State::Cancelled, State::Done));
}

#[test]
fn a_stop_keeps_what_was_made() {
    let house = House::new();
    let id = house.add(house.order("wait:decodevideo", 1));
    let runner = house.runner();
    house.wait_for(&runner, "waits");
    runner.stop();
    let job = house.queue.get(id).expect("job");
    assert_eq!((job.state, job.crashes), (State::Waiting, 0));
    assert_eq!(house.take(id).checkpoints().expect("whole").keys().collect::<Vec<_>>(), [&Checkpoint::Draft]);
}

/// What the death of this program leaves at each of the last steps is the same as what is written here.
#[test]
fn a_runner_that_was_killed_is_followed_by_one_that_repeats_nothing() {
    let house = House::new();
    let example = house.run_one("An example.");
    let example = house.take(example.id).read().expect("readable").expect("a take");
    let claim = |script: &str| {
        let id = house.add(house.order(script, 5));
        let claimed = house.queue.claim("fake", |job| job.id == id).expect("claimed").expect("a job");
        assert_eq!(claimed.id, id);
        id
    };
    // Killed before anything was stored; behind it, half a file.
    let first = claim("One.");
    std::fs::write(house.take(first).folder().join(".gallop-x.part"), "half").expect("written");
    // Killed with the clip on disk.
    let second = claim("Two.");
    let recipe = house.queue.get(second).expect("job").order.recipe;
    let made = Recipe { size: Some([64, 64]), ..recipe };
    write_clip(&house.take(second).path(Checkpoint::Clip), Some(&made));
    std::fs::write(house.take(second).folder().join("spent.json"), r#"{"denoise": 8.0}"#).expect("written");
    // Killed with the take complete, but not known to the database.
    let third = claim("Three.");
    write_clip(&house.take(third).path(Checkpoint::Clip), None);
    let take = Take { id: third, ..example };
    house.take(third).complete(&take).expect("complete");

    let jobs = house.run(&[first, second, third]);
    assert!(jobs.iter().all(|job| job.state == State::Done), "{jobs:?}");
    assert_eq!(house.stages("fake", first), ["denoise", "decodevideo"]);
    assert!(!house.take(first).folder().join(".gallop-x.part").exists());
    assert_eq!(house.stages("fake", second), [""; 0]);
    assert_eq!(house.stages("fake", third), [""; 0]);
    let second = house.take(second).read().expect("readable").expect("a take");
    assert_eq!((second.recipe, second.cost.seconds), (made, 8.0));
    let takes = Library::new(house.database.clone()).takes(&TakeFilter::default()).expect("takes");
    assert_eq!(takes.len(), 4, "none is lost, none is there twice");
    assert_eq!(house.queue.list(&Filter::states(State::UNFINISHED)).expect("jobs"), []);
}

#[test]
fn a_clip_of_something_else_is_not_taken_for_the_jobs_own() {
    let house = House::new();
    let id = house.add(house.order("A pony.", 5));
    let stranger = Recipe { seed: Some(6), ..house.queue.get(id).expect("job").order.recipe };
    write_clip(&house.take(id).path(Checkpoint::Clip), Some(&stranger));
    assert_eq!(house.run(&[id])[0].state, State::Done);
    assert_eq!(house.stages("fake", id), ["denoise", "decodevideo"]);
    assert_eq!(house.take(id).read().expect("readable").expect("a take").recipe.seed, Some(5));
}

#[test]
fn what_is_left_is_told_where_such_clips_were_made_before() {
    let house = House::new();
    let left = |id: Id| {
        let runner = house.runner();
        let mut progress = runner.board().subscribe();
        runner.until(&[id], |_| ControlFlow::Continue(())).expect("ended");
        let mut left = Vec::new();
        while let Ok(progress) = progress.try_recv() {
            if let JobNews::Step { stage, seconds_left, .. } = progress.news {
                left.push((stage, seconds_left));
            }
        }
        left
    };
    let (denoise, decode) = (Stage::Denoise, Stage::DecodeVideo);
    let first = left(house.add(house.order("A pony.", 1)));
    assert_eq!(first, [(denoise, None), (denoise, None), (decode, None), (decode, None)]);
    let second = left(house.add(house.order("A pony.", 2)));
    assert_eq!(second, [(denoise, Some(3.0)), (denoise, Some(2.0)), (decode, Some(1.0)), (decode, Some(0.0))]);
}
