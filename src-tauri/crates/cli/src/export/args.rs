//! The flags of exports.

use std::path::PathBuf;

use gallop_core::export::{CaptionUse, Tongues};
use gallop_protocol::shot::Language;

/// Flags of `gallop export`.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// The project's folder
    #[arg(value_name = "PROJECT", required_unless_present = "list")]
    pub project: Option<PathBuf>,

    /// Platforms, with commas between them, as in douyin,shorts
    #[arg(long, value_name = "NAMES", value_delimiter = ',', required_unless_present = "list")]
    pub preset: Vec<String>,

    /// Languages of the captions, each a clip of its own; zh+en shows English below Chinese
    /// [default: all, or the most used where some are translations of others]
    #[arg(long, value_name = "CODES", value_delimiter = ',', value_parser = tongues)]
    pub languages: Vec<Tongues>,

    /// The folder for what is made; a folder is made in it for each clip
    #[arg(short, long = "output", value_name = "FOLDER", required_unless_present = "list")]
    pub output: Option<PathBuf>,

    /// How the files are called [default: as the project]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// Where captions are seen
    #[arg(long, value_name = "WHERE", value_enum, default_value_t = Captions::Both)]
    pub captions: Captions,

    /// Show the AI label in the picture also where no law asks for it
    #[arg(long, conflicts_with = "no_label")]
    pub label: bool,

    /// Leave the AI label in the picture out, also where a law asks for it; asks you to agree to a statement
    #[arg(long)]
    pub no_label: bool,

    /// Agree to the statement of --no-label without being asked
    #[arg(long, requires = "no_label")]
    pub i_will_declare: bool,

    /// The moment that covers show, in seconds [default: a third into the clip]
    #[arg(long, value_name = "SECONDS")]
    pub cover_at: Option<f64>,

    /// Use the encoder of a graphics card where one works
    #[arg(long)]
    pub hardware: bool,

    /// List the presets
    #[arg(long, exclusive = true)]
    pub list: bool,

    /// Print events as JSON lines on stdout
    #[arg(long)]
    pub json: bool,
}

/// Where captions are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Captions {
    /// In the picture, and in files beside it
    Both,
    /// In the picture
    Picture,
    /// In files
    Files,
    /// Nowhere
    None,
}

impl From<Captions> for CaptionUse {
    fn from(captions: Captions) -> Self {
        match captions {
            Captions::Both => Self::Both,
            Captions::Picture => Self::Picture,
            Captions::Files => Self::Files,
            Captions::None => Self::Nowhere,
        }
    }
}

/// Flags of `gallop handover`.
#[derive(Debug, clap::Args)]
pub struct HandoverArgs {
    /// The project's folder
    #[arg(value_name = "PROJECT")]
    pub project: PathBuf,

    /// The folder in which a folder is made for the cut
    #[arg(short, long = "output", value_name = "FOLDER")]
    pub output: PathBuf,

    /// Print one JSON object on stdout
    #[arg(long)]
    pub json: bool,
}

/// Flags of `gallop inspect`.
#[derive(Debug, clap::Args)]
pub struct InspectArgs {
    /// The clip or sound
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,

    /// Look at what the file says only, and decode nothing
    #[arg(long)]
    pub quick: bool,

    /// Print one JSON object a line on stdout
    #[arg(long)]
    pub json: bool,
}

/// Reads `zh`, or `zh+en` for English below Chinese.
fn tongues(text: &str) -> Result<Tongues, String> {
    let (first, second) = match text.split_once('+') {
        Some((first, second)) => (first, Some(second)),
        None => (text, None),
    };
    let language = |text: &str| text.parse::<Language>().map_err(|error| error.to_string());
    let (first, second) = (language(first)?, second.map(language).transpose()?);
    if second == Some(first) {
        return Err(format!("`{text}` names the same language twice"));
    }
    Ok(Tongues { first, second })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_read() {
        let both = Tongues { first: Language::Mandarin, second: Some(Language::English) };
        assert_eq!(tongues("zh+en"), Ok(both));
        assert_eq!(tongues("yue"), Ok(Tongues { first: Language::Cantonese, second: None }));
        for bad in ["", "xx", "zh+", "+zh", "zh+zh", "zh+en+ja"] {
            assert!(tongues(bad).is_err(), "{bad}");
        }
    }
}
