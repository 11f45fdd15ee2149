//! What the user chose: `settings.json` in the config folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::export::Maker;
use crate::places::Places;
use crate::{Code, coded, files};

/// Version of the file.
pub const FORMAT: u32 = 1;
/// The name of the engine that is there without any settings.
pub const THIS_MACHINE: &str = "this machine";

const FILE_NAME: &str = "settings.json";

/// What the user chose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Version of the file.
    pub format: u32,
    /// The engines that jobs may go to, in order of preference.
    #[serde(default = "this_machine")]
    pub engines: Vec<EngineSettings>,
    /// Who makes exports, and who signs them.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub export: Maker,
    /// What this version does not know. It is kept on saving.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

fn is_usual(maker: &Maker) -> bool {
    *maker == Maker::default()
}

/// An engine and how to reach it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EngineSettings {
    /// What the user calls it.
    pub name: String,
    /// The command line that starts it, as `["ssh", "gpu1", "gallop", "engine"]`. An empty one is this very program with
    /// the argument `engine`.
    #[serde(default)]
    pub launch: Vec<String>,
    /// How long it may take until it answers; longer than usual where a cluster has to find a card first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_seconds: Option<u32>,
    /// How long it is kept without work, with its weights in memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_seconds: Option<u32>,
    /// How long it may take to stop a job, before it is ended by force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_seconds: Option<u32>,
    /// What this version does not know. It is kept on saving.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl EngineSettings {
    /// An engine behind a command line.
    pub fn new(name: impl Into<String>, launch: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            name: name.into(),
            launch: launch.into_iter().map(Into::into).collect(),
            start_seconds: None,
            idle_seconds: None,
            cancel_seconds: None,
            rest: Map::new(),
        }
    }

    /// How long it may take until it answers.
    pub fn start_limit(&self) -> Duration {
        seconds(self.start_seconds, 120)
    }

    /// How long it is kept without work.
    pub fn idle_limit(&self) -> Duration {
        seconds(self.idle_seconds, 600)
    }

    /// How long it may take to stop a job. A step of a large clip takes several seconds on a good card.
    pub fn cancel_limit(&self) -> Duration {
        seconds(self.cancel_seconds, 30)
    }
}

fn seconds(chosen: Option<u32>, usual: u32) -> Duration {
    Duration::from_secs(chosen.unwrap_or(usual).into())
}

fn this_machine() -> Vec<EngineSettings> {
    vec![EngineSettings::new(THIS_MACHINE, [""; 0])]
}

impl Default for Settings {
    fn default() -> Self {
        Self { format: FORMAT, engines: this_machine(), export: Maker::default(), rest: Map::new() }
    }
}

impl Settings {
    /// Where they are kept.
    pub fn path(places: &Places) -> PathBuf {
        places.config.join(FILE_NAME)
    }

    /// Reads them; the usual ones where there are none yet.
    ///
    /// # Errors
    /// [`Code::Input`] for a file that is damaged, of a newer Gallop, or cannot work. It is left as it is.
    pub fn load(places: &Places) -> anyhow::Result<Self> {
        let path = Self::path(places);
        match std::fs::read(&path) {
            Ok(text) => Self::parse(&text, &path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("the settings cannot be read: {}", path.display())),
        }
    }

    fn parse(text: &[u8], path: &Path) -> anyhow::Result<Self> {
        let refuse = |why: String| coded(Code::Input, format!("{why}: {}", path.display()));
        let damaged =
            |error: serde_json::Error| refuse(format!("the settings are damaged ({error}); mend or remove the file"));
        let value: Value = serde_json::from_slice(text).map_err(damaged)?;
        if value.get("format").and_then(Value::as_u64).is_some_and(|format| format > FORMAT.into()) {
            return Err(refuse("the settings were saved by a newer Gallop; use that one, or remove the file".into()));
        }
        let settings: Self = serde_json::from_value(value).map_err(damaged)?;
        settings.check().map_err(refuse)?;
        Ok(settings)
    }

    /// Saves them.
    ///
    /// # Errors
    /// [`Code::Input`] for settings that cannot work; or the file cannot be written, and the older one stays.
    pub fn save(&self, places: &Places) -> anyhow::Result<()> {
        self.check().map_err(|why| coded(Code::Input, why))?;
        files::write_json(&Self::path(places), self)
    }

    fn check(&self) -> Result<(), String> {
        for (index, engine) in self.engines.iter().enumerate() {
            let name = &engine.name;
            if name.trim().is_empty() {
                return Err("an engine in the settings has no name".into());
            }
            if name.contains(char::is_control) || engine.launch.iter().any(|word| word.contains('\0')) {
                return Err(format!(
                    "an engine in the settings has characters that nobody can read: {}",
                    name.escape_debug()
                ));
            }
            if self.engines.iter().take(index).any(|other| other.name == *name) {
                return Err(format!("two engines in the settings have the name `{name}`"));
            }
            if engine.launch.first().is_some_and(String::is_empty) {
                return Err(format!("the launch command of the engine `{name}` begins with an empty word"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code_of;

    fn places() -> (tempfile::TempDir, Places) {
        let folder = tempfile::tempdir().expect("folder");
        let places = Places::under(folder.path());
        places.make().expect("places");
        (folder, places)
    }

    #[test]
    fn there_is_an_engine_without_settings() {
        let (_folder, places) = places();
        let settings = Settings::load(&places).expect("settings");
        assert_eq!(settings, Settings::default());
        settings.save(&places).expect("saved");
        let text = std::fs::read_to_string(Settings::path(&places)).expect("text");
        let text: Value = serde_json::from_str(&text).expect("json");
        assert_eq!(text, serde_json::json!({"format": 1, "engines": [{"name": "this machine", "launch": []}]}));
        assert_eq!(Settings::load(&places).expect("settings"), settings);
    }

    #[test]
    fn what_is_not_known_is_kept() {
        let (_folder, places) = places();
        let text =
            r#"{"format": 1, "theme": "dark", "engines": [{"name": "gpu1", "launch": ["ssh", "gpu1"], "note": [3]}]}"#;
        std::fs::write(Settings::path(&places), text).expect("written");
        let mut settings = Settings::load(&places).expect("settings");
        settings.engines[0].start_seconds = Some(3600);
        settings.save(&places).expect("saved");
        let saved: Value = files::read_json(&Settings::path(&places)).expect("json");
        let mut expected: Value = serde_json::from_str(text).expect("json");
        expected["engines"][0]["start_seconds"] = 3600.into();
        assert_eq!(saved, expected);
    }

    #[test]
    fn a_file_that_cannot_work_is_named_and_left_alone() {
        let (_folder, places) = places();
        let path = Settings::path(&places);
        let engines = |engines: &str| format!(r#"{{"format": 1, "engines": {engines}}}"#);
        let cases = [
            ("{\"format\": 1, \"engi".to_owned(), "damaged"),
            ("[]".to_owned(), "damaged"),
            ("{}".to_owned(), "damaged"),
            (engines("3"), "damaged"),
            (engines(r#"[{"launch": []}]"#), "damaged"),
            (r#"{"format": 2, "engines": 7}"#.to_owned(), "newer"),
            (engines(r#"[{"name": " "}]"#), "no name"),
            (engines(r#"[{"name": "a\u0000"}]"#), "nobody can read"),
            (engines(r#"[{"name": "a", "launch": ["b\u0000"]}]"#), "nobody can read"),
            (engines(r#"[{"name": "a"}, {"name": "a"}]"#), "two engines"),
            (engines(r#"[{"name": "a", "launch": [""]}]"#), "empty word"),
        ];
        for (text, expected) in cases {
            std::fs::write(&path, &text).expect("written");
            let error = Settings::load(&places).expect_err(&text);
            let message = format!("{error:#}");
            assert!(message.contains(expected) && message.ends_with("settings.json"), "{text}: {message}");
            assert_eq!(code_of(&error), Code::Input);
            assert_eq!(std::fs::read_to_string(&path).expect("text"), text);
        }
    }

    #[test]
    fn nothing_that_cannot_work_is_saved() {
        let (_folder, places) = places();
        let mut settings = Settings::default();
        settings.save(&places).expect("saved");
        settings.engines.push(settings.engines[0].clone());
        assert!(settings.save(&places).is_err());
        assert_eq!(Settings::load(&places).expect("settings"), Settings::default());
    }
}
