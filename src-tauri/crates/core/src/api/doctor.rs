//! What this machine has, as the engine's own program tells it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::Studio;
use super::studio::not_yet;

/// What is wanted of the doctor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[ts(rename = "DoctorReportArgs")]
pub struct ReportArgs {
    /// Whether speed is measured.
    #[serde(default)]
    pub probe: Probe,
}

/// Whether speed is measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// What was measured before.
    #[default]
    Kept,
    /// Measured now: it takes some seconds.
    Run,
}

/// The doctor's report.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "DoctorReport")]
pub struct Report {
    /// The report of `gallop doctor --json`.
    #[ts(type = "unknown")]
    pub report: Value,
}

pub(super) fn report(_: &Studio, _: ReportArgs) -> anyhow::Result<Report> {
    not_yet()
}
