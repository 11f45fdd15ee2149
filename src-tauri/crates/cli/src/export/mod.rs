//! `gallop export` and `gallop handover`.

pub mod args;
mod inspect;
mod tell;

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context as _, bail};
use gallop_core::api::{hand_over_scene, read_scene};
use gallop_core::export::{Batch, EncoderChoice, EntryState, LabelChoice, Order, Presets, STATEMENT, STATEMENT_TEXT};
use gallop_core::places::Places;
use gallop_core::settings::Settings;
use gallop_core::timeline::RATE;

use self::args::{ExportArgs, HandoverArgs};
pub use self::tell::{Tell, print};
use crate::cancel::Cancel;
use crate::error::usage;
use crate::report::Format;
use crate::studio::project;

pub use inspect::run as inspect;

/// Exports a project.
pub fn run(args: &ExportArgs) -> anyhow::Result<()> {
    let places = Places::of_this_user()?;
    let (presets, troubles) = Presets::of_this_user(&places)?;
    for trouble in &troubles {
        eprintln!("Note: {trouble}");
    }
    let (false, Some(project), Some(output)) = (args.list, &args.project, &args.output) else {
        return list(&presets);
    };
    let folder = std::path::absolute(project::find(project)).context("this is not the name of a folder")?;
    let order = order(args, &presets, output)?;
    let (scene, _) = read_scene(&folder)?;
    let maker = Settings::load(&places)?.export;
    let mut batch = Batch::new(&places, order, scene, &presets)?;
    let cancel = Cancel::listen()?;
    cancel.writing_begins();
    let mut tell = Tell::new(Format::of_flag(args.json), batch.entries.len());
    while let Some(index) = batch.next() {
        if cancel.is_asked() {
            break;
        }
        if let Some(entry) = batch.entries.get(index) {
            tell.begin(&entry.item);
        }
        batch.make(index, &places, &presets, &maker, &mut |progress| {
            tell.step(&progress);
            if cancel.is_asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if let Some(entry) = batch.entries.get(index) {
            tell.end(entry);
        }
    }
    if cancel.is_asked() {
        return Err(gallop_models::Error::Cancelled.into());
    }
    let failed = batch.entries.iter().filter(|entry| entry.state == EntryState::Failed).count();
    match (failed, batch.entries.as_slice()) {
        (0, _) => Ok(()),
        (_, [only]) => bail!("{}", only.failure.as_deref().unwrap_or("the export failed")),
        (failed, all) => bail!("{failed} of {} clips could not be made; what was made is kept", all.len()),
    }
}

/// Hands a project's cut over to other programs.
pub fn handover(args: &HandoverArgs) -> anyhow::Result<()> {
    let folder = std::path::absolute(project::find(&args.project)).context("this is not the name of a folder")?;
    let (scene, data) = read_scene(&folder)?;
    std::fs::create_dir_all(&args.output).with_context(|| format!("cannot make: {}", args.output.display()))?;
    let handed = hand_over_scene(&args.output, &scene, &data)?;
    if args.json {
        return print(&serde_json::to_string(&handed)?);
    }
    print(&format!("{}\n{}\n{} files in {}/media", handed.otio, handed.fcpxml, handed.files, handed.folder))
}

fn order(args: &ExportArgs, presets: &Presets, output: &Path) -> anyhow::Result<Order> {
    let output = std::path::absolute(output).context("this is not the name of a folder")?;
    std::fs::create_dir_all(&output).with_context(|| format!("cannot make this folder: {}", output.display()))?;
    let label = match (args.label, args.no_label) {
        (true, _) => LabelChoice::With,
        (_, true) => LabelChoice::Without { agreed: agreed(args, presets)? },
        _ => LabelChoice::Usual,
    };
    let cover_frame = match args.cover_at {
        Some(seconds) if seconds >= 0.0 => Some((seconds * f64::from(RATE)).round() as u32),
        Some(seconds) => return Err(usage(format!("a cover shows a moment of the clip, not {seconds} seconds"))),
        None => None,
    };
    Ok(Order {
        presets: args.preset.clone(),
        languages: args.languages.clone(),
        folder: output.to_str().context("the folder's name has characters that are not Unicode")?.to_owned(),
        name: args.name.clone(),
        captions: args.captions.into(),
        label,
        cover_frame,
        encoder: if args.hardware { EncoderChoice::Hardware } else { EncoderChoice::Software },
    })
}

/// Asks the user to agree to leaving the label out, where a law asks for it.
fn agreed(args: &ExportArgs, presets: &Presets) -> anyhow::Result<Option<String>> {
    let without = Order { label: LabelChoice::Without { agreed: None }, ..order_of(args) };
    let mut asked = false;
    for id in &args.preset {
        asked |= without.is_unlabelled(presets.get(id)?);
    }
    if !asked || args.i_will_declare {
        return Ok(asked.then(|| STATEMENT.to_owned()));
    }
    if !std::io::stdin().is_terminal() {
        return Err(usage(format!("--no-label needs --i-will-declare here, which says: {STATEMENT_TEXT}")));
    }
    eprint!("{STATEMENT_TEXT}\nWrite yes to agree: ");
    std::io::stderr().flush().ok();
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if answer.trim().eq_ignore_ascii_case("yes") {
        Ok(Some(STATEMENT.to_owned()))
    } else {
        bail!("not agreed; nothing was made")
    }
}

fn order_of(args: &ExportArgs) -> Order {
    Order {
        presets: args.preset.clone(),
        languages: Vec::new(),
        folder: String::new(),
        name: None,
        captions: args.captions.into(),
        label: LabelChoice::Usual,
        cover_frame: None,
        encoder: EncoderChoice::Software,
    }
}

fn list(presets: &Presets) -> anyhow::Result<()> {
    let widest = presets.iter().map(|preset| preset.id.len()).max().unwrap_or(0);
    for preset in presets.iter() {
        let size = preset.picture.as_ref().and_then(|picture| picture.size);
        let size = size.map(|[width, height]| format!(" {width}x{height}.")).unwrap_or_default();
        print(&format!("{:<widest$}  {}. {}{size}", preset.id, preset.name, preset.summary))?;
    }
    Ok(())
}
