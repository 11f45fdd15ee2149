//! One job at one engine, from its claim to its end in the database.
//!
//! The order of the last steps is what makes a kill at any moment harmless. Checkpoints come to lie in the take's folder
//! one by one, the clip last; then `take.json`, which makes the take; then the library's index; then the job is done in the
//! database. A job that is found running by the next runner waits again, and goes on from what its folder holds: at
//! `take.json` nothing but the last two steps is repeated, at the clip nothing but the last three.

use std::time::Duration;

use gallop_protocol::Id;
use gallop_protocol::message;
use gallop_protocol::recipe::Recipe;
use tokio::time::sleep;

use super::board::{Board, JobNews};
use super::estimate::Estimate;
use super::prepare::{Brief, Ready, prepare, recipe_of_clip, take_of};
use super::serve::{LOOK, Post, stopped};
use super::spent::Spent;
use crate::engine::{Link, Loss, News, Outcome, Work};
use crate::jobs::{Job, Queue, Release, State};
use crate::take::{Take, TakeFolder};
use crate::{Code, code_of};

/// How long to wait until a database that could not be written is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// How long an engine may take to stop a job when the studio closes: it is ended anyway.
const HASTE: Duration = Duration::from_secs(2);

/// What came of an engine's work.
pub struct Worked {
    /// Whether a checkpoint was stored, or the engine gave an answer.
    pub came_forward: bool,
    /// How the engine was lost, if it was.
    pub loss: Option<Loss>,
}

/// How a job leaves the engine.
enum Ending {
    Made(Box<Take>),
    Failed(message::Code, String),
    Released(Release),
}

impl Post {
    /// Works a claimed job off and says in the database what came of it.
    pub async fn work(&self, link: &mut Link, job: Job) -> Worked {
        self.board.tell(job.id, JobNews::Claimed { engine: self.engine.name.clone() });
        let mut worked = Worked { came_forward: true, loss: None };
        let ending = match prepare(&job) {
            Ok(Ready::Complete(take)) => Ending::Made(Box::new(take)),
            Ok(Ready::Clip(take, folder)) => complete(&folder, take),
            Ok(Ready::Work(brief)) => self.make(link, &job, brief, &mut worked).await,
            Err(error) => failed(&error),
        };
        self.settle(&job, &ending).await;
        worked
    }

    async fn make(&self, link: &mut Link, job: &Job, brief: Brief, worked: &mut Worked) -> Ending {
        let Brief { folder, order, files, spent } = brief;
        let mut witness = Witness { post: self, job, spent, estimate: None, recipe: None, has_stored: false };
        let work = Work {
            job: job.id,
            order,
            files: &|blob| files.get(&blob).cloned(),
            place: &|checkpoint| folder.path(checkpoint),
        };
        let let_go = async {
            tokio::select! {
                () = stopped(self.news.course.clone()) => HASTE,
                () = asked(&self.queue, job.id) => self.engine.cancel_limit(),
            }
        };
        let outcome = link.run(work, &mut |news| witness.hear(news), let_go).await;
        match outcome {
            Outcome::Done(cost) => {
                let recipe = recipe_of_clip(&folder, &job.order).or(witness.recipe);
                let recipe = recipe.unwrap_or_else(|| job.order.recipe.clone());
                let take = take_of(job, recipe, witness.spent.with(cost));
                let ending = complete(&folder, take);
                witness.spent.remove();
                ending
            }
            Outcome::Failed { code, message } => Ending::Failed(code, message),
            Outcome::Cancelled => {
                worked.came_forward = witness.has_stored;
                Ending::Released(Release::Stopped)
            }
            Outcome::Lost(loss) => {
                worked.came_forward = witness.has_stored;
                let ending = Ending::Released(Release::Crashed(loss.to_string()));
                worked.loss = Some(loss);
                ending
            }
        }
    }

    /// Writes the end of a job into the database, however long that takes. Where the runner stops before, the next one
    /// finds the job running, and the take in its folder.
    async fn settle(&self, job: &Job, ending: &Ending) {
        let mut told = String::new();
        loop {
            let settled = self.try_settle(job, ending);
            self.board.wrote(&self.engine.name, settled.as_ref().err());
            let error = match settled {
                Ok(state) => {
                    self.board.tell(job.id, JobNews::Left { state });
                    return;
                }
                Err(error) => error,
            };
            let text = format!("{error:#}");
            if text != told {
                self.board.tell(job.id, JobNews::Notice { text: text.clone() });
                told = text;
            }
            // Where somebody else gave the job another end, that one counts.
            if self.is_stopping() || code_of(&error) != Code::Internal {
                return;
            }
            sleep(AGAIN).await;
        }
    }

    fn try_settle(&self, job: &Job, ending: &Ending) -> anyhow::Result<State> {
        let job = match ending {
            Ending::Made(take) => {
                match self.library.index_take(&job.project, job.project_id, take) {
                    // The index can be made again; the job is done all the same.
                    Err(error) if code_of(&error) != Code::Internal => {
                        self.board.tell(job.id, JobNews::Notice { text: format!("{error:#}") });
                    }
                    indexed => indexed?,
                }
                self.queue.finish(job.id, &take.cost)?
            }
            Ending::Failed(code, message) => self.queue.fail(job.id, *code, message)?,
            Ending::Released(why) => self.queue.release(job.id, why)?,
        };
        Ok(job.state)
    }
}

/// Makes the take of a clip.
fn complete(folder: &TakeFolder, take: Take) -> Ending {
    match folder.complete(&take) {
        Ok(()) => Ending::Made(Box::new(take)),
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> Ending {
    let disk = |error: &std::io::Error| {
        use std::io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        matches!(error.kind(), PermissionDenied | QuotaExceeded | ReadOnlyFilesystem | StorageFull)
    };
    let code = match code_of(error) {
        Code::Internal if error.chain().filter_map(|cause| cause.downcast_ref()).any(disk) => message::Code::Disk,
        Code::Internal => message::Code::Internal,
        _ => message::Code::Input,
    };
    Ending::Failed(code, format!("{error:#}"))
}

/// Waits until the user wants a running job paused or cancelled.
async fn asked(queue: &Queue, job: Id) {
    loop {
        sleep(LOOK).await;
        if queue.asked(job).is_ok_and(|asked| asked.is_some()) {
            return;
        }
    }
}

/// Who hears what an engine tells of a job.
struct Witness<'a> {
    post: &'a Post,
    job: &'a Job,
    spent: Spent,
    estimate: Option<Estimate>,
    recipe: Option<Recipe>,
    has_stored: bool,
}

impl Witness<'_> {
    fn hear(&mut self, news: News) {
        let board: &Board = &self.post.board;
        let told = match news {
            News::Begun(recipe) => {
                self.estimate = Estimate::new(&self.post.queue, &self.post.engine.name, self.job, &recipe);
                self.recipe = Some(*recipe.clone());
                JobNews::Begun { recipe }
            }
            News::Started(stage, steps) => {
                self.estimate.iter_mut().for_each(|estimate| estimate.started(stage));
                JobNews::Started { stage, steps, seconds_left: self.seconds_left(None) }
            }
            News::Step { stage, done, total, seconds_left } => JobNews::Step {
                stage,
                done,
                total,
                stage_seconds_left: seconds_left,
                seconds_left: self.seconds_left(Some(seconds_left)),
            },
            News::Preview(picture) => return board.show(self.job.id, picture),
            News::Finished(stage, seconds) => {
                self.estimate.iter_mut().for_each(|estimate| estimate.finished(stage));
                self.spent.finished(stage, seconds);
                JobNews::Finished { stage, seconds }
            }
            News::Notice(text) => JobNews::Notice { text },
            News::Stored(checkpoint, _) => {
                self.has_stored = true;
                self.spent.store();
                // Not worth stopping the work: without it, crashes are only counted from an earlier point.
                self.post.queue.came_forward(self.job.id).ok();
                JobNews::Stored { checkpoint }
            }
        };
        board.tell(self.job.id, told);
    }

    fn seconds_left(&self, of_the_stage: Option<f64>) -> Option<f64> {
        self.estimate.as_ref()?.seconds_left(of_the_stage)
    }
}
