//! The flags of what works on projects.

use std::path::PathBuf;

use gallop_engine::shape::{Aspect, Pixels};

use crate::args::{Words, seconds};

/// Flags of `gallop new`.
#[derive(Debug, clap::Args)]
pub struct NewArgs {
    /// The project's folder; `.gallop` is added where it is missing
    #[arg(value_name = "PROJECT")]
    pub project: PathBuf,

    /// Shape of its clips
    #[arg(long, value_name = "W:H", default_value = "9:16")]
    pub aspect: Aspect,

    /// The model that its shots are made with
    #[arg(long, value_name = "NAME", default_value = gallop_engine::model_folder::DEFAULT)]
    pub model: String,
}

/// What can be done with shots.
#[derive(Debug, clap::Subcommand)]
pub enum ShotCommand {
    /// Add a shot
    Add(Box<ShotArgs>),
    /// List the shots and their takes
    List(ListArgs),
}

/// Flags of `gallop shot add`.
#[derive(Debug, clap::Args)]
pub struct ShotArgs {
    /// The project's folder
    #[arg(value_name = "PROJECT")]
    pub project: PathBuf,

    /// What is to be seen and heard.
    #[command(flatten)]
    pub words: Words,

    /// The picture that the clip starts from (png, jpg, webp); it is copied into the project
    #[arg(long, value_name = "FILE")]
    pub image: Option<PathBuf>,

    /// A voice track that the picture follows; it is copied into the project
    #[arg(long, value_name = "FILE")]
    pub audio: Option<PathBuf>,

    /// Length of the clip [default: the model's]
    #[arg(long, value_name = "N", value_parser = seconds)]
    pub seconds: Option<f32>,

    /// Same seed, same clip [default: a new one for each take]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// Flags of `gallop shot list`.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// The project's folder
    #[arg(value_name = "PROJECT")]
    pub project: PathBuf,

    /// Print one JSON object on stdout
    #[arg(long)]
    pub json: bool,
}

/// Flags of `gallop render`. Without `--shot`, `--takes` and `--seed`, what is missing is made.
#[derive(Debug, clap::Args)]
pub struct RenderArgs {
    /// The project's folder
    #[arg(value_name = "PROJECT")]
    pub project: PathBuf,

    /// Write the timeline as it is, once its takes are there: a film (.mp4, .mov, .mkv), its sound (.wav), or with --frame
    /// a picture (.png, .jpg)
    #[arg(short, long = "output", value_name = "FILE", conflicts_with_all = ["later", "finish"])]
    pub output: Option<PathBuf>,

    /// The moment of the picture, in seconds
    #[arg(long, value_name = "SECONDS", requires = "output", allow_negative_numbers = true)]
    pub frame: Option<f64>,

    /// A shot by its number, from 1; give it again for the next [default: all shots]
    #[arg(long, value_name = "N", conflicts_with = "finish")]
    pub shot: Vec<usize>,

    /// How many new takes of each shot, each with another seed [default: one of each shot that has none]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000), conflicts_with = "finish")]
    pub takes: Option<u32>,

    /// Stop at the draft: the clip at the size of the model's base stage
    #[arg(long, conflicts_with = "finish")]
    pub draft: bool,

    /// Bring this draft to the final size, without rolling it again: a take by the end of its id
    #[arg(long, value_name = "TAKE")]
    pub finish: Option<String>,

    /// Exact size of the picture in pixels, as in 1080x1920 [default: the model's for the project's shape]
    #[arg(long, value_name = "WxH")]
    pub size: Option<Pixels>,

    /// Seed of the first take; each further one counts up [default: the shot's, or a new one each time]
    #[arg(long, value_name = "N", conflicts_with = "finish")]
    pub seed: Option<u64>,

    /// Only put the jobs into the queue; `gallop jobs run` works it off
    #[arg(long)]
    pub later: bool,

    /// Print events as JSON lines on stdout
    #[arg(long)]
    pub json: bool,
}

/// What can be done with the queue. A job is named by its id or the end of it.
#[derive(Debug, clap::Subcommand)]
pub enum JobsCommand {
    /// List what is waiting, running, paused and failed
    List(JobsListArgs),
    /// List what was made or given up, the latest first, and what it cost
    History(HistoryArgs),
    /// Work the queue off
    Run(JobsRunArgs),
    /// Hold jobs back
    Pause(JobNames),
    /// Let held jobs go on
    Resume(JobNames),
    /// Take jobs out of the queue
    Cancel(JobNames),
    /// Try failed or cancelled jobs again; they go on behind their last finished stage
    Retry(JobNames),
    /// Change the turn of a job
    Move(MoveArgs),
    /// Change what a waiting job is to make
    Edit(Box<EditArgs>),
    /// Add a copy of a job with another seed
    Duplicate(DuplicateArgs),
}

/// Flags of `gallop jobs list`.
#[derive(Debug, clap::Args)]
pub struct JobsListArgs {
    /// Print one JSON array on stdout
    #[arg(long)]
    pub json: bool,
}

/// Flags of `gallop jobs history`.
#[derive(Debug, clap::Args)]
pub struct HistoryArgs {
    /// So many at most
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,

    /// Print one JSON array on stdout
    #[arg(long)]
    pub json: bool,
}

/// Flags of `gallop jobs run`.
#[derive(Debug, clap::Args)]
pub struct JobsRunArgs {
    /// Print events as JSON lines on stdout
    #[arg(long)]
    pub json: bool,
}

/// Jobs.
#[derive(Debug, clap::Args)]
pub struct JobNames {
    /// The jobs
    #[arg(value_name = "JOB", required = true)]
    pub jobs: Vec<String>,
}

/// Flags of `gallop jobs move`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("place").required(true).args(["front", "end", "before", "after"]))]
pub struct MoveArgs {
    /// The job
    #[arg(value_name = "JOB")]
    pub job: String,

    /// Before all others
    #[arg(long)]
    pub front: bool,

    /// Behind all others
    #[arg(long)]
    pub end: bool,

    /// Directly before this job
    #[arg(long, value_name = "JOB")]
    pub before: Option<String>,

    /// Directly behind this job
    #[arg(long, value_name = "JOB")]
    pub after: Option<String>,
}

/// Flags of `gallop jobs edit`.
#[derive(Debug, clap::Args)]
pub struct EditArgs {
    /// The job
    #[arg(value_name = "JOB")]
    pub job: String,

    /// What is to be seen and heard.
    #[command(flatten)]
    pub words: Words,

    /// Length of the clip
    #[arg(long, value_name = "N", value_parser = seconds)]
    pub seconds: Option<f32>,

    /// Another seed
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// Flags of `gallop jobs duplicate`.
#[derive(Debug, clap::Args)]
pub struct DuplicateArgs {
    /// The job
    #[arg(value_name = "JOB")]
    pub job: String,

    /// The copy's seed [default: a new one]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// What can be done with the library.
#[derive(Debug, clap::Subcommand)]
pub enum LibraryCommand {
    /// List all takes, the latest first
    List(LibraryListArgs),
    /// Make the index anew from the projects' folders
    Rebuild(RebuildArgs),
}

/// Flags of `gallop library list`.
#[derive(Debug, clap::Args)]
pub struct LibraryListArgs {
    /// Print one JSON object on stdout
    #[arg(long)]
    pub json: bool,
}

/// Flags of `gallop library rebuild`.
#[derive(Debug, clap::Args)]
pub struct RebuildArgs {
    /// Projects, or folders that hold projects, beside those that are known
    #[arg(value_name = "FOLDER")]
    pub folders: Vec<PathBuf>,
}
