//! The flags of `gallop models`.

use std::path::PathBuf;
use std::time::Duration;

use gallop_core::store::Precision;

/// What can be done with models. A model is named by its id in the catalog.
#[derive(Debug, clap::Subcommand)]
pub enum ModelsCommand {
    /// List what can be downloaded and what is here
    List(ListArgs),
    /// Tell all about a model: licence, size, files, what could not be verified
    Show(ShowArgs),
    /// Download a model, or the rest of it; it goes on where it stopped
    Pull(Box<PullArgs>),
    /// Check every file of a model against its hash
    Verify(VerifyArgs),
    /// Take a model from a folder, a USB disk or another program
    Import(ImportArgs),
    /// Remove a model from this machine
    Remove(ShowArgs),
    /// Print the folder of a model
    Where(ShowArgs),
    /// The token for models with a gate: keep it in this system's keychain, forget it, tell where it comes from
    #[command(subcommand)]
    Token(TokenCommand),
}

/// What can be done with the token.
#[derive(Debug, clap::Subcommand)]
pub enum TokenCommand {
    /// Read a token from the terminal, unseen, or from stdin, and keep it in the keychain
    Set,
    /// Forget the token in the keychain
    Forget,
    /// Tell where the token comes from; never the token itself
    Show(ListArgs),
}

/// Flags of `gallop models list`.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Print one JSON array on stdout
    #[arg(long)]
    pub json: bool,
}

/// Flags of what needs only a model.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// The model
    #[arg(value_name = "MODEL")]
    pub model: String,

    /// Print one JSON object on stdout
    #[arg(long)]
    pub json: bool,
}

/// Flags of `gallop models pull`.
#[derive(Debug, clap::Args)]
pub struct PullArgs {
    /// The model
    #[arg(value_name = "MODEL")]
    pub model: String,

    /// Where from: `hub`, `mirror`, an address like https://hub.example, or a folder; give it again for the next to try
    /// [default: the hub or HF_ENDPOINT, then the mirrors]
    #[arg(long = "from", value_name = "SOURCE")]
    pub from: Vec<String>,

    /// Accept the licences of the model and of what comes with it, which `gallop models show` tells
    #[arg(long)]
    pub accept_licence: bool,

    /// Bring this model only, and not what it needs
    #[arg(long)]
    pub only: bool,

    /// Show the hub token to this address, too, as to https://hub.example; by default only the hub itself sees it
    #[arg(long, value_name = "ADDRESS")]
    pub token_to: Vec<String>,

    /// Take at most so many megabytes a second
    #[arg(long, value_name = "MB", value_parser = megabytes)]
    pub limit: Option<u64>,

    /// Requests at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=32))]
    pub connections: u8,

    /// What the weights become on arrival; int8 takes half of bf16, and loses a little [default: what the model suggests]
    #[arg(long, value_enum, value_name = "TYPE")]
    pub precision: Option<PrecisionName>,

    /// Ask again where nothing has come for so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub stall: Duration,

    /// Wait so many seconds before a request is tried again; it doubles each time, and the sixth failure ends the pull
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    pub backoff: Duration,

    /// Do not look into the cache of the hub's own tools
    #[arg(long)]
    pub no_cache: bool,

    /// Print progress as JSON lines on stdout
    #[arg(long)]
    pub json: bool,
}

/// What weights can become on arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum PrecisionName {
    /// 16-bit floats
    Bf16,
    /// 8-bit integers with a scale for each row
    Int8,
}

impl From<PrecisionName> for Precision {
    fn from(name: PrecisionName) -> Self {
        match name {
            PrecisionName::Bf16 => Self::Bf16,
            PrecisionName::Int8 => Self::Int8,
        }
    }
}

/// Flags of `gallop models verify`.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// The model
    #[arg(value_name = "MODEL")]
    pub model: String,

    /// Forget files that are damaged, so that the next pull fetches them again
    #[arg(long)]
    pub mend: bool,

    /// Print one JSON object on stdout
    #[arg(long)]
    pub json: bool,
}

/// Flags of `gallop models import`.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The model
    #[arg(value_name = "MODEL")]
    pub model: String,

    /// The folder with its files
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,

    /// Use the files where they lie, instead of copying them
    #[arg(long)]
    pub in_place: bool,

    /// Accept the model's licence, which `gallop models show` tells
    #[arg(long)]
    pub accept_licence: bool,
}

/// Reads seconds, also parts of one.
fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.001..=3600.0).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => Err("expected seconds, as in 30 or 0.5".into()),
    }
}

/// Reads megabytes a second as bytes a second.
fn megabytes(text: &str) -> Result<u64, String> {
    match text.parse::<f64>() {
        Ok(megabytes) if (0.001..=1e6).contains(&megabytes) => Ok((megabytes * 1e6) as u64),
        _ => Err("expected megabytes a second, as in 2.5".into()),
    }
}
