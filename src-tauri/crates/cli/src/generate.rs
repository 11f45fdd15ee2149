//! `gallop generate`.

use std::path::Path;
use std::time::Instant;

use gallop_engine::clip::Clip;
use gallop_engine::complete::Completed;
use gallop_engine::device;
use gallop_models::Error;
use gallop_models::generator::Latents;
use gallop_protocol::recipe::{Plan, Recipe};

use crate::args::GenerateArgs;
use crate::cancel::Cancel;
use crate::error::{is_cancelled, one_line, usage};
use crate::making::Making;
use crate::prepare::{Given, prepare};
use crate::report::{Format, News, Report, choose};
use crate::sink::Studio;
use crate::{model, output, recipe};

/// Makes a clip, or the draft of one.
pub fn run(args: &GenerateArgs) -> anyhow::Result<()> {
    let mut report = choose(Format::of_flag(args.json));
    let outcome = make(args, &mut *report);
    if let Err(error) = &outcome {
        let message = one_line(error);
        report.tell(&if is_cancelled(error) { News::Cancelled } else { News::Failed { message: &message } });
    }
    outcome
}

fn make(args: &GenerateArgs, report: &mut dyn Report) -> anyhow::Result<()> {
    let started = Instant::now();
    let cancel = Cancel::listen()?;
    check_outputs(args)?;
    let (device, no_card) = device::open(args.device.map(Into::into))?;
    let given = given(args)?;
    let named = given.as_ref().and_then(|given| given.recipe.model.as_ref()).map(|model| Path::new(&model.name));
    let manifest = model::open(args.model.as_deref().or(named))?;
    let Completed { request, mut recipe, notices } = prepare(args, given.as_ref(), &manifest)?;
    for text in no_card.iter().chain(&notices) {
        report.tell(&News::Notice { text });
    }
    let (size, seed) = ([request.size.width(), request.size.height()], request.seed);
    let (model, seconds) = (&manifest.name, request.duration_secs);
    let on = device::name(&device);
    report.tell(&News::Begin { model, device: on, size, seconds, seed, prompt: &request.prompt });

    let mut studio = Studio::new(report, &cancel, args.preview.as_deref());
    let made = given.as_ref().and_then(|given| given.recipe.plan.as_ref());
    let draft = args.finish.as_deref().map(|path| Latents::load(path, &device)).transpose()?;
    let limits = args.limits.budgets();
    let drafted = made.filter(|_| draft.is_some()).cloned();
    let mut making = Making::plan(&manifest, &device, &request, draft, made, limits, &mut studio)?;
    making.load(&mut studio)?;
    let latents = making.draft(&mut studio)?;
    recipe.plan = drafted.or(Some(making.made()));
    let fingerprint = format!("{:016x}", latents.fingerprint()?);
    compare(given.as_ref(), &mut recipe, &fingerprint, &mut studio);
    if let Some(path) = &args.latents {
        let note = recipe.to_json()?;
        output::replace(path, |temporary| Ok(latents.save_with_note(temporary, &note)?))?;
        studio.news(&News::Draft { path, latents: &fingerprint });
    }
    if let Some(path) = &args.output {
        making.finish(&mut studio, &|tile| {
            let plan = recipe.plan.clone().map(|plan| Plan { tile, ..plan });
            Ok(Some(Clip::new(path.clone(), &Recipe { plan, ..recipe.clone() })?))
        })?;
        let clip = studio.clip.take().ok_or(Error::Cancelled)?.finish()?;
        studio.news(&News::Clip {
            path: &clip.path,
            frames: clip.frames,
            seconds: clip.duration_secs,
            bytes: clip.bytes,
            latents: &fingerprint,
            made_in_seconds: started.elapsed().as_secs_f64(),
        });
    }
    Ok(())
}

fn check_outputs(args: &GenerateArgs) -> anyhow::Result<()> {
    let inputs = [&args.image, &args.audio, &args.finish];
    let outputs = [(&args.output, Some("mp4")), (&args.preview, Some("png")), (&args.latents, None)];
    for (path, extension) in outputs {
        let Some(path) = path else { continue };
        match extension {
            Some(extension) => output::check(path, extension)?,
            None => output::check_place(path)?,
        }
        if inputs.into_iter().flatten().any(|input| is_same_file(input, path)) {
            return Err(usage(format!("this file is read, so it cannot be written too: {}", path.display())));
        }
    }
    Ok(())
}

fn is_same_file(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn given(args: &GenerateArgs) -> anyhow::Result<Option<Given>> {
    Ok(match (&args.like, &args.finish) {
        (Some(path), _) => Some(Given { recipe: recipe::of_clip(path)?, path: path.clone() }),
        (None, Some(path)) => Some(Given { recipe: recipe::of_draft(path)?, path: path.clone() }),
        (None, None) => None,
    })
}

/// Puts the fingerprint into the recipe, and says so where the same recipe made other latents.
fn compare(given: Option<&Given>, recipe: &mut Recipe, fingerprint: &str, studio: &mut Studio<'_>) {
    recipe.latents = Some(fingerprint.to_owned());
    let Some(old) = given.map(|given| &given.recipe) else { return };
    let shot_of = |recipe: &Recipe| Recipe { latents: None, engine: None, plan: None, ..recipe.clone() };
    let same_shot = shot_of(recipe) == shot_of(old);
    if same_shot && old.latents.as_deref().is_some_and(|before| before != fingerprint) {
        let before = old.engine.as_deref().unwrap_or("another version");
        let text = format!("the latents are not those of the first clip, which {before} made; it may look different");
        studio.news(&News::Notice { text: &text });
    }
}
