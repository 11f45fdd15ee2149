//! The one table of calls. Each stands here once; from it come the dispatch, the TypeScript, and the list for terminals.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ts_rs::TS;

use super::{
    Studio, app, captions, cast, check, doctor, export, jobs, maker, media, models, project, shot, takes, timeline,
    token,
};
use super::{value, view};
use crate::{Code, coded};

/// A call as it is told to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// Its name, as in `shot.add`.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
}

/// Who wants to see the types of all calls.
pub(super) trait Visitor {
    /// One call.
    fn call<A: TS + 'static, R: TS + 'static>(&mut self, call: Call);
}

macro_rules! calls {
    ($($(#[doc = $about:literal])+ $name:literal => $function:path: $arguments:ty => $result:ty,)+) => {
        /// All calls, in the order of the table.
        pub const CALLS: &[Call] = &[$(Call { name: $name, about: concat!($($about),+) },)+];

        pub(super) fn dispatch(studio: &Studio, name: &str, arguments: Value) -> anyhow::Result<Value> {
            match name {
                $($name => run::<$arguments, $result>(studio, name, arguments, $function),)+
                other => {
                    let other: String = other.chars().take(64).collect();
                    Err(coded(Code::Input, format!("there is no call `{}`", other.escape_debug())))
                }
            }
        }

        pub(super) fn visit(visitor: &mut impl Visitor) {
            $(visitor.call::<$arguments, $result>(Call { name: $name, about: concat!($($about),+) });)+
        }
    };
}

calls! {
    /// What the studio is, and what it has to work with.
    "app.status" => app::status: value::Nothing => app::AppStatus,
    /// What the user chose of the interface.
    "app.settings" => app::settings: value::Nothing => app::UiSettings,
    /// Changes what the user chose; what is left out stays, and fields that are not known are kept.
    "app.set_settings" => app::set_settings: app::SetSettings => app::UiSettings,
    /// What this machine has, and what will run on it how fast.
    "doctor.report" => doctor::report: doctor::ReportArgs => doctor::Report,
    /// All projects that are known, the last saved first.
    "project.list" => project::list: value::Nothing => Vec<view::ProjectSummary>,
    /// Makes a project and opens it.
    "project.create" => project::create: project::CreateArgs => view::ProjectView,
    /// Makes a copy of the sample project and opens it.
    "project.sample" => project::sample: value::Nothing => view::ProjectView,
    /// Opens a project; the one that was open is closed.
    "project.open" => project::open: project::FolderArgs => view::ProjectView,
    /// Closes the project.
    "project.close" => project::close: value::Nothing => (),
    /// Takes a project out of the list. Its folder stays.
    "project.forget" => project::forget: project::FolderArgs => (),
    /// The open project.
    "project.get" => project::get: value::Nothing => Option<view::ProjectView>,
    /// Takes the last edit back.
    "project.undo" => project::undo: value::Nothing => view::ProjectView,
    /// Makes the edit that was taken back again.
    "project.redo" => project::redo: value::Nothing => view::ProjectView,
    /// Changes what holds for the whole project.
    "project.edit" => project::edit: project::EditArgs => view::ProjectView,
    /// Adds a shot, and puts it on the timeline.
    "shot.add" => shot::add: shot::AddArgs => gallop_protocol::Id,
    /// Changes a shot. Edits of the same field in a row are undone as one.
    "shot.edit" => shot::edit: shot::EditArgs => (),
    /// Takes a shot away, with its clips. Its takes stay in the library.
    "shot.remove" => shot::remove: value::Named => (),
    /// Adds a copy of a shot behind it.
    "shot.duplicate" => shot::duplicate: value::Named => gallop_protocol::Id,
    /// Tells how long the lines take, what this model will make badly, and what it will cost.
    "shot.check" => check::check: check::CheckArgs => check::ShotCheck,
    /// Says which take of a shot is used; none for the newest.
    "shot.choose_take" => shot::choose_take: shot::ChooseArgs => (),
    /// Adds a shot behind a clip that begins with the last picture of it.
    "shot.continue_from" => shot::continue_from: shot::ContinueArgs => gallop_protocol::Id,
    /// Adds a character, or changes the one of this id.
    "cast.put" => cast::put: cast::PutArgs => (),
    /// Takes a character away. Shots that name it keep its name.
    "cast.remove" => cast::remove: value::Named => (),
    /// Takes pictures and sounds into the project.
    "media.import" => media::import: media::ImportArgs => Vec<crate::project::MediaItem>,
    /// Makes a shot of what a clip says that it was made from.
    "media.shot_of_clip" => media::shot_of_clip: media::ClipArgs => gallop_protocol::Id,
    /// Takes a file out of the library; where a shot or the timeline uses it, it stays on the disk.
    "media.remove" => media::remove: media::RemoveArgs => (),
    /// Changes the timeline: all of the edits or none, as one step of undo.
    "timeline.edit" => timeline::edit: timeline::EditArgs => view::ProjectView,
    /// Makes the captions of clips anew: the lines of their shots, each when it is said in the take.
    "captions.align" => captions::align: captions::CaptionsAlignArgs => view::ProjectView,
    /// Takes captions in from a file of SRT, WebVTT or ASS.
    "captions.import" => captions::import: captions::CaptionsImportArgs => view::ProjectView,
    /// Writes the captions into a file of SRT, WebVTT or ASS.
    "captions.save" => captions::save: captions::CaptionsSaveArgs => (),
    /// What can be exported for: platforms, masters, sound.
    "export.presets" => export::presets: value::Nothing => export::ExportPresets,
    /// Begins to export the open project.
    "export.start" => export::start: crate::export::Order => super::exports::ExportView,
    /// All exports, the latest first.
    "export.list" => export::list: value::Nothing => Vec<super::exports::ExportView>,
    /// Breaks an export off. The clips that are done stay.
    "export.cancel" => export::cancel: value::Named => (),
    /// Goes on with an export: what is done and whole is not made again.
    "export.retry" => export::retry: value::Named => super::exports::ExportView,
    /// Forgets an export. Its files stay.
    "export.remove" => export::remove: value::Named => (),
    /// Who is said to have made exports, and who signs them.
    "export.maker" => maker::get: value::Nothing => maker::ExportMaker,
    /// Changes who is said to have made exports, and who signs them. Who signs is tried at once.
    "export.set_maker" => maker::set: maker::ExportMaker => maker::ExportMaker,
    /// Hands the cut over to other programs: OTIO and FCPXML, in a folder with the files.
    "export.handover" => export::handover: export::HandoverArgs => crate::handover::Handed,
    /// Removes takes with their files. This cannot be undone.
    "takes.remove" => takes::remove: takes::RemoveArgs => (),
    /// Notes which of several takes was liked best.
    "takes.judge" => takes::judge: takes::JudgeArgs => (),
    /// Puts takes of shots into the queue.
    "jobs.add" => jobs::add: jobs::AddArgs => Vec<view::JobView>,
    /// Puts the finishing of drafts into the queue.
    "jobs.finish" => jobs::finish: jobs::FinishArgs => Vec<view::JobView>,
    /// What waits, runs, is paused or has failed, in its order.
    "jobs.list" => jobs::list: value::Nothing => Vec<view::JobView>,
    /// What came to its end, the latest first.
    "jobs.history" => jobs::history: jobs::HistoryArgs => Vec<view::JobView>,
    /// Holds a job back.
    "jobs.pause" => jobs::pause: value::Named => view::JobView,
    /// Lets a paused job wait for its turn again.
    "jobs.resume" => jobs::resume: value::Named => view::JobView,
    /// Gives a job up.
    "jobs.cancel" => jobs::cancel: value::Named => view::JobView,
    /// Tries a failed or cancelled job again.
    "jobs.retry" => jobs::retry: value::Named => view::JobView,
    /// Adds a copy of a job with another seed.
    "jobs.duplicate" => jobs::duplicate: jobs::DuplicateArgs => view::JobView,
    /// Gives a job another turn.
    "jobs.move" => jobs::put: jobs::MoveArgs => view::JobView,
    /// Changes what a waiting job makes.
    "jobs.edit" => jobs::edit: jobs::EditArgs => view::JobView,
    /// What can be downloaded, and what is here.
    "models.list" => models::list: value::Nothing => Vec<models::ModelView>,
    /// Notes that the user accepts the licence of a model.
    "models.accept" => models::accept: models::ModelArgs => (),
    /// Begins to bring a model here, or goes on; of one that is coming, changes how fast it may.
    "models.pull" => models::pull: models::PullArgs => (),
    /// Takes a model from a folder.
    "models.import" => models::import: models::ImportArgs => (),
    /// Stops bringing a model here; the next pull goes on.
    "models.pause" => models::pause: models::ModelArgs => (),
    /// Stops bringing a model here, and removes what has come.
    "models.cancel" => models::cancel: models::ModelArgs => (),
    /// Checks every file of a model against its hash.
    "models.verify" => models::verify: models::VerifyArgs => Vec<models::FileVerdict>,
    /// Removes a model, and tells how many bytes are free again.
    "models.remove" => models::remove: models::ModelArgs => u64,
    /// Lets engines that lacked a model for a job look for it once more.
    "models.look_again" => models::look_again: value::Nothing => (),
    /// The folder of a model.
    "models.where" => models::place: models::ModelArgs => String,
    /// Where the token for models with a gate lies; the token itself is never told.
    "models.token" => token::get: value::Nothing => token::TokenView,
    /// Puts the token into this system's keychain, or with `null` forgets it.
    "models.set_token" => token::set: token::SetArgs => token::TokenView,
}

fn run<A: DeserializeOwned, R: Serialize>(
    studio: &Studio,
    name: &str,
    arguments: Value,
    function: impl FnOnce(&Studio, A) -> anyhow::Result<R>,
) -> anyhow::Result<Value> {
    let arguments = if arguments.is_null() { Value::Object(Default::default()) } else { arguments };
    if !arguments.is_object() {
        return Err(coded(Code::Input, format!("`{name}` takes its arguments as a JSON object")));
    }
    let unreadable = |error| coded(Code::Input, format!("`{name}` does not take these arguments: {error}"));
    let arguments = serde_json::from_value(arguments).map_err(unreadable)?;
    Ok(serde_json::to_value(function(studio, arguments)?)?)
}
