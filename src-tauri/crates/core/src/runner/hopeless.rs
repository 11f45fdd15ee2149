//! Why no engine takes a job that waits.

use std::fmt;

use serde::Serialize;
use ts_rs::TS;

use crate::engine::Loss;

/// Why no engine takes a job that waits: what stands against each of them. There are no engines where there are no obstacles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Hopeless {
    /// The model of the job; nothing where any would do.
    pub model: Option<String>,
    /// What stands against each engine of the settings.
    pub obstacles: Vec<Obstacle>,
}

/// Why an engine does not take a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Obstacle {
    /// It could not be started, again and again.
    NoStart {
        /// The engine.
        engine: String,
        /// One sentence.
        why: String,
    },
    /// It does not have the model.
    NoModel {
        /// The engine.
        engine: String,
        /// The models that it has.
        models: Vec<String>,
        /// What it last wrote to its standard error: why a model is left out, say.
        words: Vec<String>,
    },
}

impl fmt::Display for Hopeless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.obstacles.is_empty() {
            return f.write_str("there is no engine in the settings");
        }
        let wanted = self.model.as_deref().unwrap_or("any");
        let mut reasons: Vec<_> = self.obstacles.iter().map(|obstacle| obstacle.reason(wanted)).collect();
        reasons.dedup();
        f.write_str(&reasons.join("; "))
    }
}

impl Obstacle {
    fn reason(&self, wanted: &str) -> String {
        match self {
            Self::NoStart { why, .. } => why.clone(),
            Self::NoModel { engine, models, words } => {
                let names = if models.is_empty() { "none".into() } else { models.join(", ") };
                let why = format!("the engine `{engine}` does not have the model `{wanted}`; it has {names}");
                Loss { why, last_words: words.clone() }.to_string()
            }
        }
    }
}
