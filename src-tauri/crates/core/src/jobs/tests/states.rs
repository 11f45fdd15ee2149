//! Every state against every change, by the table and by the real calls.

use gallop_protocol::message;

use super::*;
use crate::{Code, code_of};

/// All that is allowed, written down a second time.
const ALLOWED: [(State, Change, State); 18] = [
    (State::Waiting, Change::Claim, State::Running),
    (State::Waiting, Change::Pause, State::Paused),
    (State::Waiting, Change::Cancel, State::Cancelled),
    (State::Waiting, Change::Edit, State::Waiting),
    (State::Waiting, Change::Move, State::Waiting),
    (State::Paused, Change::Resume, State::Waiting),
    (State::Paused, Change::Cancel, State::Cancelled),
    (State::Paused, Change::Edit, State::Paused),
    (State::Paused, Change::Move, State::Paused),
    (State::Running, Change::Pause, State::Running),
    (State::Running, Change::Resume, State::Running),
    (State::Running, Change::Cancel, State::Running),
    (State::Running, Change::Release, State::Waiting),
    (State::Running, Change::Finish, State::Done),
    (State::Running, Change::Fail, State::Failed),
    (State::Failed, Change::Cancel, State::Cancelled),
    (State::Failed, Change::Retry, State::Waiting),
    (State::Cancelled, Change::Retry, State::Waiting),
];

#[test]
fn the_table_is_the_one_that_was_agreed() {
    for state in State::ALL {
        for change in Change::ALL {
            let expected = ALLOWED.iter().find(|row| (row.0, row.1) == (state, change)).map(|row| row.2);
            assert_eq!(state.after(change), expected, "{state:?} {change:?}");
        }
    }
}

#[test]
fn names_are_those_of_json_and_of_the_database() {
    for state in State::ALL {
        assert_eq!(serde_json::to_value(state).expect("json"), state.name());
    }
    for ask in [Ask::Pause, Ask::Cancel] {
        assert_eq!(serde_json::to_value(ask).expect("json"), ask.name());
    }
}

/// A job in a state, by the calls that lead there.
fn in_state(studio: &Studio, state: State) -> Job {
    let Job { id, .. } = studio.add(1);
    let queue = &studio.queue;
    let claim = || queue.claim("one", |job| job.id == id).expect("claimed").expect("a job");
    match state {
        State::Waiting => queue.get(id),
        State::Paused => queue.pause(id),
        State::Running => Ok(claim()),
        State::Done => queue.finish(claim().id, &cost(1.0)),
        State::Failed => queue.fail(claim().id, message::Code::Model, "no weights"),
        State::Cancelled => queue.cancel(id),
    }
    .expect("state")
}

fn call(queue: &Queue, id: Id, change: Change) -> anyhow::Result<Job> {
    match change {
        Change::Claim => {
            let claimed = queue.claim("two", |job| job.id == id)?;
            // Nobody is told why a job is not his: it is just not offered.
            claimed.ok_or_else(|| State::Done.try_after(Change::Claim).expect_err("an error"))
        }
        Change::Pause => queue.pause(id),
        Change::Resume => {
            // Of a running job, only a pause that was asked for can be taken back.
            if queue.get(id)?.state == State::Running {
                queue.pause(id)?;
            }
            queue.resume(id)
        }
        Change::Cancel => queue.cancel(id),
        Change::Retry => queue.retry(id),
        Change::Edit => queue.edit(id, |order| {
            order.recipe.seed = Some(77);
            Ok(())
        }),
        Change::Move => queue.move_to(id, Place::Front),
        Change::Release => queue.release(id, &Release::Stopped),
        Change::Finish => queue.finish(id, &cost(2.0)),
        Change::Fail => queue.fail(id, message::Code::Input, "no"),
    }
}

#[test]
fn the_calls_keep_to_the_table() {
    let studio = Studio::new();
    for state in State::ALL {
        for change in Change::ALL {
            let before = in_state(&studio, state);
            assert_eq!(before.state, state);
            let result = call(&studio.queue, before.id, change);
            let after = studio.queue.get(before.id).expect("job");
            match state.after(change) {
                Some(expected) => {
                    assert_eq!(result.expect("allowed"), after, "{state:?} {change:?}");
                    assert_eq!(after.state, expected, "{state:?} {change:?}");
                }
                None => {
                    let error = result.expect_err("not allowed");
                    assert_eq!(code_of(&error), Code::JobState, "{error:#}");
                    let says = format!("the job is {}", state.name());
                    assert!(change == Change::Claim || error.to_string().starts_with(&says), "{error:#}");
                    assert_eq!(after, before, "{state:?} {change:?}");
                }
            }
            let unfinished = State::UNFINISHED.contains(&after.state);
            let record = studio.record(before.id);
            assert_eq!(record, unfinished.then(|| JobRecord::of(&after)), "{state:?} {change:?}");
        }
    }
}
