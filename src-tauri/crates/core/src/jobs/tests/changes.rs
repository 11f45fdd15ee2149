//! What the user does to the queue.

use gallop_protocol::message::{self, Checkpoint};
use gallop_protocol::recipe::Recipe;

use super::*;
use crate::take::TakeFolder;
use crate::{Code, code_of, files};

#[test]
fn jobs_come_back_as_they_were_added_in_their_order() {
    let studio = Studio::new();
    let wishes: Vec<_> = (0..5).map(|seed| NewJob { parent: Some(Id::new()), ..studio.wish(seed) }).collect();
    let added = studio.queue.add(wishes.clone()).expect("added");
    assert_eq!(studio.queue.list(&Filter::default()).expect("list"), added);
    for (job, wish) in added.iter().zip(&wishes) {
        assert_eq!((&job.order, job.shot, job.parent), (&wish.order, wish.shot, wish.parent));
        assert_eq!((job.state, job.attempts, job.project_id), (State::Waiting, 0, studio.project_id));
        assert_eq!(studio.record(job.id), Some(JobRecord::of(job)));
    }
    let reopened = Queue::new(Database::open(&studio.places).expect("database"));
    assert_eq!(reopened.list(&Filter::default()).expect("list"), added);
}

#[test]
fn one_bad_job_keeps_all_out() {
    let studio = Studio::new();
    let mut no_words = studio.wish(2);
    no_words.order.recipe.shot = Default::default();
    let mut no_seed = studio.wish(2);
    no_seed.order.recipe.seed = None;
    let no_project = NewJob { project: studio.root.join("none"), ..studio.wish(2) };
    let wrong_project = NewJob { project_id: Id::new(), ..studio.wish(2) };
    for bad in [no_words, no_seed, no_project, wrong_project] {
        let error = studio.queue.add(vec![studio.wish(1), bad, studio.wish(3)]).expect_err("refused");
        assert_eq!(code_of(&error), Code::Input, "{error:#}");
        assert_eq!(studio.seeds(), [0; 0]);
        assert!(TakeFolder::list(&studio.project).expect("takes").unfinished.is_empty());
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_keeps_all_out() {
    let studio = Studio::new();
    let (other, other_id) = new_project(&studio.root.join("Other.gallop"));
    // A link out of the project, as a stranger's project may have: nothing is written through it.
    std::os::unix::fs::symlink(&studio.root, other.join("takes")).expect("link");
    let before = std::fs::read_dir(&studio.root).expect("folder").count();
    studio.queue.add(vec![studio.wish(1), wish(&other, other_id, 2)]).expect_err("refused");
    assert_eq!(std::fs::read_dir(&studio.root).expect("folder").count(), before);
    assert_eq!(studio.seeds(), [0; 0]);
    assert!(TakeFolder::list(&studio.project).expect("takes").unfinished.is_empty());
}

#[test]
fn jobs_are_put_in_another_order() {
    let studio = Studio::new();
    let ids: Vec<_> = (0..5).map(|seed| studio.add(seed).id).collect();
    let put = |job: usize, place| studio.queue.move_to(ids[job], place).expect("moved");
    put(3, Place::Front);
    assert_eq!(studio.seeds(), [3, 0, 1, 2, 4]);
    put(0, Place::End);
    assert_eq!(studio.seeds(), [3, 1, 2, 4, 0]);
    put(4, Place::Before(ids[1]));
    assert_eq!(studio.seeds(), [3, 4, 1, 2, 0]);
    put(3, Place::After(ids[2]));
    assert_eq!(studio.seeds(), [4, 1, 2, 3, 0]);
    put(0, Place::After(ids[3]));
    assert_eq!(studio.seeds(), [4, 1, 2, 3, 0]);
    put(1, Place::Before(ids[1]));
    assert_eq!(studio.seeds(), [4, 1, 2, 3, 0]);
    for _ in 0..50 {
        put(2, Place::Before(ids[1]));
        put(2, Place::After(ids[1]));
    }
    assert_eq!(studio.seeds(), [4, 1, 2, 3, 0]);
    let turn = studio.queue.claim("one", |_| true).expect("claimed").expect("a job");
    assert_eq!(turn.id, ids[4], "the order is that of the turns");
    let error = studio.queue.move_to(ids[0], Place::Before(ids[4])).expect_err("it runs");
    assert_eq!(code_of(&error), Code::JobState);
    assert_eq!(studio.seeds(), [4, 1, 2, 3, 0]);
    let error = studio.queue.move_to(Id::new(), Place::Front).expect_err("nobody");
    assert_eq!(code_of(&error), Code::Input);
}

#[test]
fn an_edit_throws_away_what_was_made_for_the_older_order() {
    let studio = Studio::new();
    let id = studio.add(1).id;
    let folder = TakeFolder::find(&studio.project, id).expect("folder").expect("there");
    let checkpoints = Checkpoint::ALL.map(|checkpoint| folder.path(checkpoint));
    checkpoints.iter().for_each(|path| std::fs::write(path, b"latents").expect("written"));
    studio.queue.edit(id, |_| Ok(())).expect("nothing changed");
    assert!(checkpoints.iter().all(|path| path.exists()));

    studio.queue.edit(id, |_| anyhow::bail!("changed my mind")).expect_err("nothing changed");
    let no_words = |order: &mut Order| {
        order.recipe.shot = Default::default();
        Ok(())
    };
    assert_eq!(code_of(&studio.queue.edit(id, no_words).expect_err("refused")), Code::Input);
    assert!(checkpoints.iter().all(|path| path.exists()));

    let edited = studio.queue.edit(id, |order| {
        order.recipe.shot.description = "A pony in the sun.".into();
        order.checkpoints.insert(Checkpoint::Draft, gallop_protocol::Digest::of("x"));
        Ok(())
    });
    let edited = edited.expect("edited");
    assert_eq!(edited.order.recipe.shot.description, "A pony in the sun.");
    assert!(edited.order.checkpoints.is_empty());
    assert_eq!((studio.queue.get(id).expect("job"), studio.record(id)), (edited.clone(), Some(JobRecord::of(&edited))));
    assert!(!checkpoints.iter().any(|path| path.exists()));
}

#[test]
fn an_edit_of_a_complete_take_is_refused() {
    let studio = Studio::new();
    let job = studio.add(1);
    let take = crate::take::Take {
        format: crate::take::FORMAT,
        id: job.id,
        shot: job.shot,
        recipe: job.order.recipe.clone(),
        goal: job.order.goal,
        parent: None,
        created_unix_ms: 1,
        cost: cost(1.0),
    };
    let folder = TakeFolder::find(&studio.project, job.id).expect("folder").expect("there");
    files::write_json(&folder.folder().join(crate::take::FILE), &take).expect("written");
    let longer = |order: &mut Order| {
        order.recipe.seconds = Some(3.0);
        Ok(())
    };
    assert_eq!(code_of(&studio.queue.edit(job.id, longer).expect_err("refused")), Code::JobState);
    assert_eq!(studio.queue.get(job.id).expect("job"), job);
}

#[test]
fn finishing_a_draft_can_only_be_changed_in_size() {
    let studio = Studio::new();
    let parent = Some(Id::new());
    let id = studio.queue.add(vec![NewJob { parent, ..studio.wish(1) }]).expect("added")[0].id;
    let edit = |work: fn(&mut Recipe)| {
        studio.queue.edit(id, |order| {
            work(&mut order.recipe);
            Ok(())
        })
    };
    assert_eq!(code_of(&edit(|recipe| recipe.seed = Some(2)).expect_err("another draft")), Code::Input);
    let edited = edit(|recipe| recipe.size = Some([1080, 1920])).expect("edited");
    assert_eq!((edited.order.recipe.size, edited.parent), (Some([1080, 1920]), parent));
}

#[test]
fn edits_of_two_at_once_both_count() {
    let studio = Studio::new();
    let id = studio.add(0).id;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let queue = Queue::new(Database::open(&studio.places).expect("database"));
            scope.spawn(move || {
                for _ in 0..25 {
                    let plus_one = |order: &mut Order| {
                        order.recipe.seed = order.recipe.seed.map(|seed| seed + 1);
                        Ok(())
                    };
                    queue.edit(id, plus_one).expect("edited");
                }
            });
        }
    });
    assert_eq!(studio.seeds(), [100]);
    assert_eq!(studio.record(id), Some(JobRecord::of(&studio.queue.get(id).expect("job"))));
}

#[test]
fn a_duplicate_is_a_job_of_its_own() {
    let studio = Studio::new();
    let first = studio.queue.add(vec![NewJob { parent: Some(Id::new()), ..studio.wish(1) }]).expect("added").remove(0);
    studio.add(2);
    let copy = studio.queue.duplicate(first.id, 10).expect("copied");
    assert_eq!(studio.seeds(), [1, 10, 2], "behind the first");
    assert_eq!((copy.shot, copy.parent, copy.state), (first.shot, None, State::Waiting));
    assert_eq!(studio.record(copy.id), Some(JobRecord::of(&copy)));
    assert_eq!(studio.queue.get(copy.id).expect("job"), copy);
    let same = studio.queue.duplicate(first.id, 1).expect("copied");
    assert_eq!(same.parent, first.parent, "the same draft again");
    studio.queue.cancel(same.id).expect("cancelled");
    assert_eq!(TakeFolder::find(&studio.project, same.id).expect("folder"), None, "no empty folder stays");
    let running = studio.queue.claim("one", |_| true).expect("claimed").expect("a job");
    studio.queue.duplicate(running.id, 11).expect("copied");
    studio.queue.finish(running.id, &cost(1.0)).expect("done");
    let late = studio.queue.duplicate(running.id, 12).expect("copied");
    assert_eq!(studio.seeds(), [10, 2, 11, 12]);
    assert_eq!((late.attempts, late.cost, late.engine), (0, None, None));
}

#[test]
fn lists_and_history_tell_what_is_asked_for() {
    let studio = Studio::new();
    let (other, other_id) = new_project(&studio.root.join("Other.gallop"));
    let ids: Vec<_> = (0..4).map(|seed| studio.add(seed).id).collect();
    studio.queue.add(vec![wish(&other, other_id, 9)]).expect("added");
    let queue = &studio.queue;
    queue.pause(ids[3]).expect("paused");
    for (outcome, wanted) in ids.iter().take(3).enumerate() {
        let id = queue.claim("one", |job| job.id == *wanted).expect("claimed").expect("a job").id;
        match outcome {
            0 => queue.finish(id, &cost(3.5)),
            1 => queue.fail(id, message::Code::OutOfMemory, "24 GB are not enough"),
            _ => queue.cancel(id).and_then(|_| queue.release(id, &Release::Stopped)),
        }
        .expect("ended");
    }
    let seeds = |filter: &Filter| -> Vec<_> {
        queue.list(filter).expect("list").iter().filter_map(|job| job.order.recipe.seed).collect()
    };
    assert_eq!(seeds(&Filter::default()), [0, 1, 2, 3, 9]);
    assert_eq!(seeds(&Filter::default().of_project(other_id)), [9]);
    assert_eq!(seeds(&Filter::states([State::Paused, State::Failed])), [1, 3]);
    assert_eq!(seeds(&Filter::states([State::Waiting]).of_project(studio.project_id)), [0; 0]);
    let history = queue.history(10).expect("history");
    assert_eq!(history.iter().map(|job| job.id).collect::<Vec<_>>(), [ids[2], ids[1], ids[0]]);
    assert_eq!(queue.history(1).expect("history").len(), 1);
    assert_eq!(history[2].cost, Some(cost(3.5)));
    let failure = Failure { code: message::Code::OutOfMemory, message: "24 GB are not enough".into() };
    assert_eq!(history[1].failure, Some(failure));
    assert!(history.iter().all(|job| job.finished_unix_ms >= job.started_unix_ms));
}
