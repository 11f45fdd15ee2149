//! `gallop call`: one call of the studio from a terminal.

use std::io::Write as _;

use anyhow::Context as _;
use gallop_core::api::{CALLS, Engines, Refusal, Studio};
use gallop_core::places::Places;
use gallop_core::{Code, coded};
use serde_json::{Value, json};

use crate::args::CallArgs;
use crate::error::usage;
use crate::studio::project;

/// Calls that answer when the work has begun, which would end with this program; and what does that work and waits for it.
const BEGINNINGS: [(&str, &str); 3] =
    [("models.pull", "gallop models pull"), ("export.start", "gallop export"), ("export.retry", "gallop export")];

/// Makes the call and prints its result as JSON.
pub fn run(args: &CallArgs) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    let Some(name) = &args.name else {
        let widest = CALLS.iter().map(|call| call.name.len()).max().unwrap_or(0);
        for call in CALLS {
            writeln!(stdout, "{:<widest$} {}", call.name, call.about)?;
        }
        return Ok(());
    };
    if let Some((_, instead)) = BEGINNINGS.iter().find(|(call, _)| call == name) {
        return Err(usage(format!("`{name}` only begins what a studio goes on with; use `{instead}`")));
    }
    let arguments: Value =
        serde_json::from_str(&args.arguments).map_err(|error| usage(format!("the arguments are no JSON: {error}")))?;
    // The engines stay as they are: what is put into the queue here, a studio or `gallop jobs run` works off.
    let studio = Studio::start(Places::of_this_user()?, Engines::LeaveAlone)?;
    if let Some(folder) = &args.project {
        let folder = std::path::absolute(project::find(folder)).context("this is not the name of a folder")?;
        studio.call_here("project.open", json!({ "folder": folder })).map_err(said)?;
    }
    let result = studio.call_here(name, arguments).map_err(said);
    studio.close_here();
    writeln!(stdout, "{}", serde_json::to_string_pretty(&result?)?)?;
    Ok(())
}

fn said(refusal: Refusal) -> anyhow::Error {
    match refusal.code {
        Code::Internal => anyhow::anyhow!(refusal.message),
        code => coded(code, refusal.message),
    }
}
