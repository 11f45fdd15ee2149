//! What this machine has, as the engine's own program tells it.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use gallop_protocol::doctor;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Code, coded, program};

use super::studio::{Studio, lock};

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
    pub report: doctor::Report,
}

/// How long the doctor may take to look, and to measure: more than its own patience with each thing, so that it can say which
/// one does not answer.
const LOOK_LIMIT: Duration = Duration::from_secs(200);
const PROBE_LIMIT: Duration = Duration::from_secs(300);
/// How often it is looked whether it is done.
const NAP: Duration = Duration::from_millis(20);

/// The last report, for forecasts.
#[derive(Default)]
pub struct Kept {
    report: Mutex<Option<Arc<doctor::Report>>>,
    /// Whether somebody has begun to fetch one.
    is_asked: AtomicBool,
}

impl Kept {
    /// The last report, if there is one. The first who asks has one fetched, for those who ask later.
    pub fn report(&self, studio: &Studio) -> Option<Arc<doctor::Report>> {
        let report = lock(&self.report).clone();
        if report.is_none() && !self.is_asked.swap(true, Ordering::SeqCst) {
            studio.beside("doctor", |studio| drop(report_of(studio, Probe::Kept)));
        }
        report
    }
}

pub(super) fn report(studio: &Studio, args: ReportArgs) -> anyhow::Result<Report> {
    Ok(Report { report: doctor::Report::clone(&*report_of(studio, args.probe)?) })
}

fn report_of(studio: &Studio, probe: Probe) -> anyhow::Result<Arc<doctor::Report>> {
    let (arguments, limit): (&[&str], _) = match probe {
        Probe::Kept => (&["doctor", "--json"], LOOK_LIMIT),
        Probe::Run => (&["doctor", "--json", "--probe"], PROBE_LIMIT),
    };
    let text = ask_program(arguments, limit)?;
    let report: doctor::Report = serde_json::from_str(&text).map_err(|error| {
        coded(Code::Internal, format!("the doctor's report cannot be read ({error}): is this installation whole?"))
    })?;
    let report = Arc::new(report);
    *lock(&studio.doctor.report) = Some(Arc::clone(&report));
    Ok(report)
}

/// What the command line program prints.
fn ask_program(arguments: &[&str], limit: Duration) -> anyhow::Result<String> {
    let mut command = Command::new(program::gallop()?);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().context("cannot ask the doctor")?;
    let mut output = child.stdout.take().context("the doctor cannot be heard")?;
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut output, &mut text).map(|_| text)
    });
    let begun = Instant::now();
    while !reader.is_finished() {
        if begun.elapsed() > limit {
            child.kill().ok();
            child.wait().ok();
            let why = format!("the doctor did not answer within {} seconds; try again", limit.as_secs());
            return Err(coded(Code::Internal, why));
        }
        std::thread::sleep(NAP);
    }
    // It ends with 1 where no clip can be made: the report tells that too.
    child.wait().ok();
    let text = reader.join().map_err(|_| anyhow::anyhow!("the doctor cannot be heard"))??;
    if text.trim().is_empty() {
        return Err(coded(Code::Internal, "the doctor said nothing: is this installation whole?"));
    }
    Ok(text)
}
