//! The flags.

use std::path::PathBuf;

use gallop_engine::device::Kind;
use gallop_engine::shape::{Aspect, MAX_SECONDS, Pixels};
use gallop_models::bench::Preset;
use gallop_models::plan::{Budgets, parse_bytes};
use gallop_protocol::shot::Language;

use crate::export::args as export;
use crate::models::args as models;
use crate::studio::args as studio;

/// Make clips with picture and sound from a prompt, a reference picture and spoken lines, on this machine.
#[derive(Debug, clap::Parser)]
#[command(name = "gallop", version, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make a clip
    Generate(Box<GenerateArgs>),
    /// Tell what this machine has and what will run on it
    Doctor(DoctorArgs),
    /// Tell what a clip takes, and how it will be made here, before anything is loaded
    Plan(PlanArgs),
    /// Make a clip and tell how long each stage took
    Bench(BenchArgs),
    /// Make a project: a folder for shots and what is made of them
    New(studio::NewArgs),
    /// Add shots to a project, and see them
    #[command(subcommand)]
    Shot(studio::ShotCommand),
    /// Make the takes that a project lacks, or more of them, and write its timeline as a film or a picture
    Render(Box<studio::RenderArgs>),
    /// Export a project for platforms: clips with covers, captions, labels and a report
    Export(Box<export::ExportArgs>),
    /// Hand a project's cut over to Resolve, Final Cut, Premiere: OTIO and FCPXML with the files
    Handover(export::HandoverArgs),
    /// Tell what a clip is: tracks, colours, labels, who signed it, how loud it is
    Inspect(export::InspectArgs),
    /// See the queue, and change it
    #[command(subcommand)]
    Jobs(studio::JobsCommand),
    /// See all takes of all projects
    #[command(subcommand)]
    Library(studio::LibraryCommand),
    /// Download models, see and check them
    #[command(subcommand)]
    Models(models::ModelsCommand),
    /// Open the studio in a browser: serves it on this machine and prints the link
    Serve(ServeArgs),
    /// Make one call of the studio, as its window does; without a name, list them
    Call(CallArgs),
    /// Serve a studio over stdin and stdout; started by Gallop itself, also on other machines
    Engine(EngineArgs),
}

/// What is to be seen and heard.
#[derive(Debug, Default, clap::Args)]
pub struct Words {
    /// What is to be seen: who, where, light, camera
    #[arg(long, value_name = "TEXT")]
    pub prompt: Option<String>,

    /// A line to be spoken; give it again for the next line
    #[arg(long, value_name = "TEXT")]
    pub say: Vec<String>,

    /// Language of the spoken lines in their order, or one for all: zh, yue, en, ja, ko, de, fr
    /// [default: by the script of the line]
    #[arg(long, value_name = "CODE")]
    pub language: Vec<Language>,

    /// Who speaks the lines in their order, or one for all, as in "young woman"
    /// [default: whom the prompt mentions]
    #[arg(long, value_name = "WHO")]
    pub speaker: Vec<String>,

    /// Background sound, as in "wind"
    #[arg(long, value_name = "TEXT")]
    pub sound: Option<String>,
}

/// Flags of `gallop generate`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("source").required(true).multiple(true).args(["prompt", "like", "finish"]))]
pub struct GenerateArgs {
    /// What is to be seen and heard.
    #[command(flatten)]
    pub words: Words,

    /// The picture that the clip starts from (png, jpg, webp)
    #[arg(long, value_name = "FILE")]
    pub image: Option<PathBuf>,

    /// A voice track that the picture follows; it becomes the soundtrack and sets the length
    #[arg(long, value_name = "FILE")]
    pub audio: Option<PathBuf>,

    /// Length of the clip [default: the model's]
    #[arg(long, value_name = "N", value_parser = seconds)]
    pub seconds: Option<f32>,

    /// Shape of the picture, as in 9:16 [default: the reference picture's, or 9:16]
    #[arg(long, value_name = "W:H", conflicts_with = "size")]
    pub aspect: Option<Aspect>,

    /// Exact size of the picture in pixels, as in 128x224
    #[arg(long, value_name = "WxH")]
    pub size: Option<Pixels>,

    /// Same seed, same clip [default: a new one each time]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// Name of an installed model, or a model folder [default: pony]
    #[arg(long, value_name = "NAME|FOLDER")]
    pub model: Option<PathBuf>,

    /// Make this clip again: an mp4 made by Gallop, or a shot file (json). Flags beside it change the shot
    #[arg(long, value_name = "CLIP")]
    pub like: Option<PathBuf>,

    /// Keep the draft (latents and recipe) in this file; without -o nothing is decoded
    #[arg(long, value_name = "FILE")]
    pub latents: Option<PathBuf>,

    /// Decode a draft that --latents kept, instead of making a new one
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["prompt", "image", "say", "language", "speaker", "sound", "seconds", "aspect", "size", "seed", "like", "latents", "preview"]
    )]
    pub finish: Option<PathBuf>,

    /// Keep the newest preview picture in this file while the clip is being made (png)
    #[arg(long, value_name = "FILE")]
    pub preview: Option<PathBuf>,

    /// Where the networks run [default: the NVIDIA card where there is one, else the CPU]
    #[arg(long, value_enum)]
    pub device: Option<DeviceName>,

    /// What may be used.
    #[command(flatten)]
    pub limits: Limits,

    /// Print events as JSON lines on stdout
    #[arg(long)]
    pub json: bool,

    /// The clip (mp4)
    #[arg(short, long = "output", value_name = "CLIP", required_unless_present = "latents")]
    pub output: Option<PathBuf>,
}

/// Flags of `gallop doctor`.
#[derive(Debug, clap::Args)]
pub struct DoctorArgs {
    /// Look at this model too: the name of an installed one, or a model folder
    #[arg(long, value_name = "NAME|FOLDER")]
    pub model: Option<PathBuf>,

    /// Measure for about ten seconds how fast the networks run here, and keep it for `plan` and `bench`
    #[arg(long)]
    pub probe: bool,

    /// Do not write and read a test file in the models' folder
    #[arg(long)]
    pub skip_disk: bool,

    /// Leave out names, folders, addresses and keys, so that it can be pasted into a bug report
    #[arg(long)]
    pub report: bool,

    /// Where the networks run [default: the NVIDIA card where there is one, else the CPU]
    #[arg(long, value_enum)]
    pub device: Option<DeviceName>,

    /// Print one JSON object on stdout
    #[arg(long)]
    pub json: bool,
}

/// Flags of `gallop serve`.
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// The port [default: any that is free]
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub port: u16,

    /// Open the link in the browser
    #[arg(long)]
    pub open: bool,
}

/// Flags of `gallop call`.
#[derive(Debug, clap::Args)]
pub struct CallArgs {
    /// The call, as in `shot.add`
    #[arg(value_name = "NAME")]
    pub name: Option<String>,

    /// Its arguments as JSON
    #[arg(value_name = "JSON", default_value = "{}")]
    pub arguments: String,

    /// Open this project for it
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<PathBuf>,
}

/// Flags of `gallop plan`.
#[derive(Debug, clap::Args)]
pub struct PlanArgs {
    /// Name of an installed model, or a model folder; daVinci-MagiHuman need not be here [default: pony]
    #[arg(long, value_name = "NAME|FOLDER")]
    pub model: Option<PathBuf>,

    /// Size of the picture in pixels, as in 1920x1088 [default: the model's]
    #[arg(long, value_name = "WxH")]
    pub size: Option<Pixels>,

    /// Length of the clip [default: the model's]
    #[arg(long, value_name = "N", value_parser = seconds)]
    pub seconds: Option<f32>,

    /// Memory of the NVIDIA card, as in 24GB [default: what is free on this one]
    #[arg(long, value_name = "SIZE", value_parser = parse_bytes)]
    pub vram: Option<u64>,

    /// Main memory, as in 64GB [default: what is free here]
    #[arg(long, value_name = "SIZE", value_parser = parse_bytes)]
    pub ram: Option<u64>,

    /// Disk space for the clip and files on their way, as in 1GB [default: not looked at]
    #[arg(long, value_name = "SIZE", value_parser = parse_bytes)]
    pub disk: Option<u64>,

    /// Where the networks run [default: the NVIDIA card where there is one, else the CPU]
    #[arg(long, value_enum)]
    pub device: Option<DeviceName>,

    /// Print one JSON object on stdout
    #[arg(long)]
    pub json: bool,
}

/// Flags of `gallop bench`.
#[derive(Debug, clap::Args)]
pub struct BenchArgs {
    /// Name of an installed model, or a model folder [default: pony]
    #[arg(long, value_name = "NAME|FOLDER")]
    pub model: Option<PathBuf>,

    /// Length of the clip [default: the model's]
    #[arg(long, value_name = "N", value_parser = seconds)]
    pub seconds: Option<f32>,

    /// Exact size of the picture in pixels, as in 128x224 [default: the model's]
    #[arg(long, value_name = "WxH")]
    pub size: Option<Pixels>,

    /// Where the networks run [default: the NVIDIA card where there is one, else the CPU]
    #[arg(long, value_enum)]
    pub device: Option<DeviceName>,

    /// What may be used.
    #[command(flatten)]
    pub limits: Limits,

    /// Print one JSON object on stdout
    #[arg(long)]
    pub json: bool,

    /// Keep the clip; without it, frames and sound are made but not encoded
    #[arg(short, long = "output", value_name = "CLIP")]
    pub output: Option<PathBuf>,

    /// Measure the released network at full size with random weights, without its files
    #[arg(long, requires = "preset", conflicts_with_all = ["model", "seconds", "size", "output"])]
    pub random_weights: bool,

    /// Which clip of five seconds that is to be
    #[arg(long, value_name = "256p|540p|1080p", value_parser = preset, requires = "random_weights")]
    pub preset: Option<Preset>,
}

fn preset(name: &str) -> Result<Preset, String> {
    Preset::of(name).ok_or_else(|| "there are 256p, 540p, 1080p, and tiny to try it".to_owned())
}

/// Flags of `gallop engine`.
#[derive(Debug, clap::Args)]
pub struct EngineArgs {
    /// A model folder that may be used; give it again for the next [default: all installed models]
    #[arg(long, value_name = "FOLDER")]
    pub model: Vec<PathBuf>,

    /// Where the networks run [default: the NVIDIA card where there is one, else the CPU]
    #[arg(long, value_enum)]
    pub device: Option<DeviceName>,

    /// What may be used.
    #[command(flatten)]
    pub limits: Limits,
}

/// What a clip may use of this machine.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct Limits {
    /// Use no more of the card's memory than this, as in 12GB [default: what is free]
    #[arg(long, value_name = "SIZE", value_parser = parse_bytes)]
    pub vram: Option<u64>,

    /// Use no more main memory than this, as in 16GB [default: what is free]
    #[arg(long, value_name = "SIZE", value_parser = parse_bytes)]
    pub ram: Option<u64>,
}

impl Limits {
    /// The same as the planner takes it.
    pub fn budgets(self) -> Budgets {
        Budgets { vram_bytes: self.vram, ram_bytes: self.ram, disk_bytes: None }
    }
}

/// Where the networks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DeviceName {
    /// The processor
    Cpu,
    /// The first NVIDIA card
    Cuda,
}

impl From<DeviceName> for Kind {
    fn from(name: DeviceName) -> Self {
        match name {
            DeviceName::Cpu => Self::Cpu,
            DeviceName::Cuda => Self::Cuda,
        }
    }
}

/// Reads a length in seconds.
pub fn seconds(text: &str) -> Result<f32, String> {
    match text.trim_end_matches('s').parse::<f32>() {
        Ok(seconds) if seconds > 0.0 && seconds <= MAX_SECONDS => Ok(seconds),
        _ => Err(format!("expected a length above 0 and up to {MAX_SECONDS} seconds")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory as _, Parser as _};

    #[test]
    fn flags_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn lengths_are_read() {
        assert_eq!(seconds("4"), Ok(4.0));
        assert_eq!(seconds("2.5s"), Ok(2.5));
        for bad in ["0", "-1", "nan", "inf", "1e9", "", "four"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_draft_is_finished_as_it_is() {
        let parse = |line: &str| Cli::try_parse_from(line.split(' '));
        assert!(parse("gallop generate --finish a.safetensors -o b.mp4").is_ok());
        assert!(parse("gallop generate --finish a.safetensors --seed 3 -o b.mp4").is_err());
        assert!(parse("gallop generate --prompt a --latents b.safetensors").is_ok());
        assert!(parse("gallop generate --prompt a").is_err());
        assert!(parse("gallop generate -o b.mp4").is_err());
    }
}
