//! `cargo xtask export-matrix`: sources of many kinds by every preset, read back. The last line is `N passed, M failed`.

#![allow(clippy::print_stdout, reason = "its table is what it is for")]

mod card;
mod case;
mod choice;
mod heard;
mod house;
mod kit;
mod labels;
mod pictures;
mod seen;
mod sounds;
mod sources;
mod tracks;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use gallop_core::export::Preset;

use crate::choice::{Extent, Pair, pairs};
use crate::house::{Film, House};
use crate::sources::{Length, Source};

/// What is asked for.
#[derive(Default)]
struct Options {
    /// Every source by every preset, and the long one as long as it is.
    full: bool,
    /// A folder with further sources.
    media: Option<PathBuf>,
    /// A folder in which all that is made stays.
    keep: Option<PathBuf>,
    /// Of the names of sources and presets, those that hold this.
    only: Vec<String>,
}

/// A line of the table.
struct Line {
    source: String,
    preset: String,
    how: String,
    wrong: Option<String>,
    secs: f64,
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(error) => {
            eprintln!("exports: {error}\nusage: exports [--full] [--media FOLDER] [--keep FOLDER] [--only NAME]...");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(lines) => tell(&lines),
        Err(error) => {
            eprintln!("exports: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> anyhow::Result<Options> {
    let (mut options, mut args) = (Options::default(), std::env::args().skip(1));
    while let Some(flag) = args.next() {
        let mut value = || args.next().with_context(|| format!("{flag} needs a value"));
        match flag.as_str() {
            "--full" => options.full = true,
            "--media" => options.media = Some(value()?.into()),
            "--keep" => options.keep = Some(value()?.into()),
            "--only" => options.only.push(value()?),
            _ => bail!("there is no {flag}"),
        }
    }
    Ok(options)
}

fn run(options: &Options) -> anyhow::Result<Vec<Line>> {
    let scratch = tempfile::tempdir()?;
    let folder = options.keep.clone().unwrap_or_else(|| scratch.path().to_owned());
    let folder = std::path::absolute(folder)?;
    let (of_sources, into) = (folder.join("sources"), folder.join("out"));
    std::fs::create_dir_all(&of_sources)?;
    let length = if options.full { Length::Whole } else { Length::Short };
    let mut sources = sources::all(&of_sources, length);
    if let Some(media) = &options.media {
        sources.extend(sources::found(media)?);
    }
    let house = House::new(&scratch.path().join("home"))?;
    let presets: Vec<&Preset> = house.presets.iter().collect();
    let extent = if options.full { Extent::All } else { Extent::Some };
    let mut pairs = pairs(&sources, &presets, extent);
    pairs.retain(|pair| {
        let names = (&sources[pair.source].name, &presets[pair.preset].id);
        let is_meant = |part: &String| names.0.contains(part.as_str()) || names.1.contains(part.as_str());
        options.only.iter().all(is_meant)
    });
    let begun = Instant::now();
    let is_wanted = |name: &str| pairs.iter().any(|pair| sources[pair.source].name == name);
    let made = sources::make(&of_sources, length, is_wanted)?;
    println!("{made} sources made in {:.0} s", begun.elapsed().as_secs_f64());
    let (mut lines, mut films) = (Vec::new(), None);
    for pair in pairs {
        let (source, preset) = (&sources[pair.source], presets[pair.preset]);
        let begun = Instant::now();
        let outcome = film(&house, source, pair, &mut films)
            .and_then(|film| one(&house, film, source, preset, pair, &into).map_err(anyhow::Error::msg));
        let line = Line {
            source: source.name.clone(),
            preset: preset.id.clone(),
            how: how(pair, preset),
            wrong: outcome.err().map(|error| format!("{error:#}")),
            secs: begun.elapsed().as_secs_f64(),
        };
        println!("{}", line.text());
        lines.push(line);
        if options.keep.is_none() {
            std::fs::remove_dir_all(&into).ok();
        }
    }
    Ok(lines)
}

/// The source's film, taken in once.
fn film<'a>(
    house: &House,
    source: &Source,
    pair: Pair,
    films: &'a mut Option<(usize, Film)>,
) -> anyhow::Result<&'a Film> {
    let known = films.take().filter(|(index, _)| *index == pair.source);
    let known = match known {
        Some(known) => known,
        None => (pair.source, house.film(source, pair.aspect)?),
    };
    Ok(&films.insert(known).1)
}

fn one(house: &House, film: &Film, source: &Source, preset: &Preset, pair: Pair, into: &Path) -> Result<(), String> {
    let into = into.join(&source.name);
    let made = house.fit(film, pair.fit).and_then(|()| house.export(film, &preset.id, pair.signed, &into));
    let made = made.map_err(|error| format!("it was not exported: {error:#}"))?;
    case::check(source, preset, pair, film, &made)
}

fn how(pair: Pair, preset: &Preset) -> String {
    let is_own = preset.picture.as_ref().is_some_and(|picture| picture.size.is_none());
    let shape = if is_own { format!(" {}", pair.aspect) } else { String::new() };
    let fit = if preset.picture.is_some() { pair.fit.unwrap_or("usual") } else { "sound" };
    format!("{fit}{shape}")
}

impl Line {
    fn text(&self) -> String {
        let Self { source, preset, how, wrong, secs } = self;
        let wrong = wrong.as_deref().unwrap_or("ok").replace('\n', " ");
        format!("{source:<16} {preset:<12} {how:<13} {secs:>6.1} s  {wrong}")
    }
}

/// Prints the table: sources down, presets across, and what is wrong below.
fn tell(lines: &[Line]) -> ExitCode {
    let mut presets: Vec<&str> = Vec::new();
    let mut sources: Vec<&str> = Vec::new();
    for line in lines {
        if !presets.contains(&line.preset.as_str()) {
            presets.push(&line.preset);
        }
        if !sources.contains(&line.source.as_str()) {
            sources.push(&line.source);
        }
    }
    println!("\n{:<16} {}", "", presets.join("  "));
    for source in sources {
        let cell = |preset: &&str| {
            let line = lines.iter().find(|line| line.source == source && line.preset == **preset);
            let text = match line {
                Some(Line { wrong: None, .. }) => "ok",
                Some(_) => "WRONG",
                None => "·",
            };
            format!("{text:<width$}", width = preset.chars().count())
        };
        println!("{source:<16} {}", presets.iter().map(cell).collect::<Vec<_>>().join("  ").trim_end());
    }
    let failed = lines.iter().filter(|line| line.wrong.is_some()).count();
    if failed > 0 {
        println!();
    }
    for line in lines.iter().filter(|line| line.wrong.is_some()) {
        println!("WRONG {}", line.text());
    }
    println!("\n{} passed, {failed} failed", lines.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
