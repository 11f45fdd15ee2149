//! What the runner does to jobs.

use gallop_protocol::message;

use super::*;

fn claim(studio: &Studio) -> Job {
    studio.queue.claim("one", |_| true).expect("claimed").expect("a job")
}

fn crashed() -> Release {
    Release::Crashed("CUDA error: an illegal memory access was encountered\n".into())
}

#[test]
fn a_claim_takes_the_first_that_fits() {
    let studio = Studio::new();
    (1..=3).for_each(|seed| drop(studio.add(seed)));
    let job = studio.queue.claim("gpu1", |job| job.order.recipe.seed > Some(1)).expect("claimed").expect("a job");
    assert_eq!((job.order.recipe.seed, job.state, job.attempts), (Some(2), State::Running, 1));
    assert_eq!(job.engine.as_deref(), Some("gpu1"));
    assert!(job.started_unix_ms >= Some(job.added_unix_ms));
    assert_eq!(studio.queue.claim("gpu2", |job| job.order.recipe.seed == Some(2)).expect("claimed"), None);
    // What fits may be looked up in the queue itself.
    let fits = |job: &Job| studio.queue.get(job.id).is_ok_and(|job| job.state == State::Waiting);
    assert_eq!(studio.queue.claim("gpu2", fits).expect("claimed").expect("a job").order.recipe.seed, Some(1));
}

#[test]
fn a_job_that_changes_while_it_is_looked_at_is_looked_at_again() {
    let studio = Studio::new();
    let id = studio.add(1).id;
    let mut seen = Vec::new();
    let claimed = studio.queue.claim("one", |job| {
        seen.push(job.order.recipe.seed);
        if seen.len() == 1 {
            let change = |order: &mut Order| {
                order.recipe.seed = Some(2);
                Ok(())
            };
            studio.queue.edit(id, change).expect("edited");
        }
        true
    });
    assert_eq!(claimed.expect("claimed").expect("a job").order.recipe.seed, Some(2));
    assert_eq!(seen, [Some(1), Some(2)]);
}

#[test]
fn a_running_job_ends_as_the_user_asked() {
    for (ask, state) in [(Ask::Pause, State::Paused), (Ask::Cancel, State::Cancelled)] {
        for end in [Release::Stopped, crashed()] {
            let studio = Studio::new();
            let id = studio.add(1).id;
            claim(&studio);
            let asked = match ask {
                Ask::Pause => studio.queue.pause(id),
                Ask::Cancel => studio.queue.cancel(id),
            };
            assert_eq!(asked.expect("asked").state, State::Running);
            assert_eq!(studio.queue.asked(id).expect("asked"), Some(ask));
            assert!(studio.record(id).is_some(), "it is not gone before the engine has let go of it");
            let job = studio.queue.release(id, &end).expect("released");
            assert_eq!((job.state, job.asked), (state, None));
            assert_eq!(job.finished_unix_ms.is_some(), state == State::Cancelled);
            assert_eq!(studio.record(id).is_some(), state == State::Paused);
        }
    }
}

#[test]
fn a_cancel_goes_before_a_pause_and_before_a_failure() {
    let studio = Studio::new();
    let id = studio.add(1).id;
    claim(&studio);
    studio.queue.pause(id).expect("asked");
    studio.queue.resume(id).expect("taken back");
    assert_eq!(studio.queue.asked(id).expect("asked"), None);
    studio.queue.resume(id).expect_err("nothing to take back");
    studio.queue.pause(id).expect("asked");
    studio.queue.cancel(id).expect("asked");
    studio.queue.pause(id).expect_err("too late");
    studio.queue.resume(id).expect_err("too late");
    assert_eq!(studio.queue.asked(id).expect("asked"), Some(Ask::Cancel));
    let job = studio.queue.fail(id, message::Code::Internal, "interrupted").expect("failed");
    assert_eq!((job.state, job.failure), (State::Cancelled, None));
    let job = studio.queue.retry(id).expect("again");
    assert_eq!((job.state, job.attempts, job.finished_unix_ms), (State::Waiting, 0, None));
    assert_eq!(studio.record(id), Some(JobRecord::of(&job)));
}

#[test]
fn a_clip_that_was_made_in_spite_of_a_cancel_is_kept() {
    let studio = Studio::new();
    let id = studio.add(1).id;
    claim(&studio);
    studio.queue.cancel(id).expect("asked");
    let job = studio.queue.finish(id, &cost(4.0)).expect("done");
    assert_eq!((job.state, job.asked, job.cost), (State::Done, None, Some(cost(4.0))));
}

#[test]
fn three_crashes_in_a_row_fail_a_job() {
    let studio = Studio::new();
    let (bad, good) = (studio.add(1).id, studio.add(2).id);
    for crash in 1..MOST_CRASHES {
        assert_eq!(claim(&studio).id, bad, "it keeps its turn");
        let job = studio.queue.release(bad, &crashed()).expect("released");
        assert_eq!((job.state, job.crashes, job.attempts), (State::Waiting, crash, crash));
    }
    claim(&studio);
    let job = studio.queue.release(bad, &crashed()).expect("released");
    assert_eq!(job.state, State::Failed);
    let message = job.failure.expect("a reason").message;
    assert!(message.contains("died 3 times") && message.ends_with("was encountered"), "{message}");
    assert!(studio.record(bad).is_some());
    assert_eq!(claim(&studio).id, good, "the queue goes on");

    let job = studio.queue.retry(bad).expect("again");
    assert_eq!((job.state, job.crashes, job.failure), (State::Waiting, 0, None));
}

#[test]
fn only_crashes_without_progress_count() {
    let studio = Studio::new();
    let id = studio.add(1).id;
    for _ in 0..5 {
        claim(&studio);
        studio.queue.release(id, &Release::Stopped).expect("released");
    }
    for _ in 0..5 {
        claim(&studio);
        studio.queue.came_forward(id).expect("noted");
        let job = studio.queue.release(id, &crashed()).expect("released");
        assert_eq!((job.state, job.crashes), (State::Waiting, 1));
    }
}

#[test]
fn recovery_takes_back_what_a_dead_studio_ran() {
    let studio = Studio::new();
    let ids: Vec<_> = (0..4).map(|seed| studio.add(seed).id).collect();
    (0..3).for_each(|_| drop(claim(&studio)));
    studio.queue.cancel(ids[0]).expect("asked");
    studio.queue.pause(ids[1]).expect("asked");
    let lock = RunnerLock::try_take(&studio.places).expect("lock").expect("free");
    assert!(RunnerLock::try_take(&studio.places).expect("lock").is_none(), "one at a time");
    let recovered = studio.queue.recover(&lock).expect("recovered");
    assert_eq!(recovered.iter().map(|job| job.id).collect::<Vec<_>>(), ids[..3]);
    let states: Vec<_> = ids.iter().map(|id| studio.queue.get(*id).expect("job").state).collect();
    assert_eq!(states, [State::Cancelled, State::Paused, State::Waiting, State::Waiting]);
    assert_eq!(studio.queue.get(ids[2]).expect("job").crashes, 0);
    assert_eq!(claim(&studio).id, ids[2], "it has its turn again");
    drop(lock);
    assert!(RunnerLock::try_take(&studio.places).expect("lock").is_some());
}

#[test]
fn threads_never_share_a_job() {
    let studio = Studio::new();
    let ids: Vec<_> = studio.queue.add((0..60).map(|seed| studio.wish(seed)).collect()).expect("added");
    let claimed: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|number| {
                // Half of them share a connection, as the engines of one runner do.
                let own = || Queue::new(Database::open(&studio.places).expect("database"));
                let queue = if number % 2 == 0 { studio.queue.clone() } else { own() };
                let claim = move || queue.claim("one", |_| true).expect("claimed").map(|job| job.id);
                scope.spawn(move || std::iter::from_fn(claim).collect::<Vec<_>>())
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("thread")).collect()
    });
    let mut sorted = claimed.clone();
    sorted.sort();
    assert_eq!(sorted, ids.iter().map(|job| job.id).collect::<Vec<_>>(), "each once");
}
