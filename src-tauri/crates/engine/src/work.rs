//! One order after the other, stage by stage.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use gallop_models::generator::{Generator, Latents, Manifest, Plan, Request, Size, Stage, Tiles};
use gallop_models::plan::Budgets;
use gallop_models::{Device, Error};
use gallop_protocol::message::{Checkpoint, Code, Cost, Event, Goal, Order};
use gallop_protocol::recipe::{self, Model, Recipe};
use gallop_protocol::{Digest, Id};

use crate::clip::Clip;
use crate::complete::{self, Completed, References};
use crate::failure::{Refused, code_of, is_cancelled, one_line};
use crate::inbox::{Cancelled, Inbox};
use crate::meter::Meter;
use crate::outbox::Outbox;
use crate::planning::{DECODE, DRAFT, Planning, UPSCALE, stages_left};
use crate::relay::Relay;
use crate::steps::{Steps, is_of_size};
use crate::{device, digest, fit};

/// A model that orders can name.
pub struct Installed {
    /// What it is.
    pub manifest: Manifest,
    /// Its name and hash.
    pub model: Model,
}

/// Works orders off.
pub struct Worker<'a> {
    /// What the studio sent.
    pub inbox: &'a Inbox,
    /// Where events go.
    pub outbox: &'a Outbox,
    /// Where the networks run.
    pub device: Device,
    /// What orders can name; the first is taken where they name none.
    pub models: Vec<Installed>,
    /// Text features are kept here.
    pub features: PathBuf,
    /// For files on their way.
    pub folder: PathBuf,
    /// What can be used now. It is asked again before each stage.
    pub budgets: Box<dyn Fn() -> Budgets>,
    /// The model that is loaded.
    pub loaded: Option<Loaded>,
}

/// A model that is loaded.
pub struct Loaded {
    /// Its place in [`Worker::models`].
    index: usize,
    plan: Plan,
    /// The size that it upscaled for; another one may need another upscaler beside the first.
    size: Size,
    generator: Generator,
}

impl From<Cancelled> for Error {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl Worker<'_> {
    /// Works one order off and says how it ended.
    ///
    /// # Errors
    /// The studio is gone.
    pub fn work(&mut self, job: Id, order: Order) -> Result<(), gallop_protocol::Error> {
        let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.make(job, order)));
        let made = made.unwrap_or_else(|panic| {
            // Whatever state it left behind is loaded anew.
            self.loaded = None;
            let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            Err(anyhow!("the engine made a mistake: {}", text.unwrap_or("unknown")))
        });
        self.inbox.clear();
        self.outbox.send(match made {
            Ok(cost) => Event::Done { job, cost },
            Err(error) if is_cancelled(&error) => Event::Cancelled { job },
            Err(error) => {
                let code = code_of(&error);
                if code == Code::OutOfMemory {
                    self.loaded = None;
                }
                Event::Failed { job, code, message: one_line(&error) }
            }
        })
    }

    fn make(&mut self, job: Id, order: Order) -> anyhow::Result<Cost> {
        let mut meter = Meter::begin(device::name(&self.device));
        let kept = meter.waiting(|| self.fetch(job, &order))?;
        let index = self.choose(order.recipe.model.as_ref())?;
        let references = References { image: kept.image.clone(), voice: kept.voice.clone() };
        let installed = &self.models[index];
        let made = order.recipe.plan.clone();
        let Completed { mut request, mut recipe, mut notices } =
            complete::complete(order.recipe, &references, &installed.manifest, installed.model.clone())
                .map_err(|error| error.context(Refused(Code::Input)))?;

        if order.goal == Goal::Draft {
            request.size = installed.manifest.draft_size(request.size);
            recipe.size = Some([request.size.width(), request.size.height()]);
        }
        let (mut planning, notice) =
            Planning::new(&installed.manifest, &self.device, &request, &[], made.as_ref(), &(self.budgets)())?;

        notices.extend(notice);
        let preview = self.folder.join(format!("{job}.png"));
        let relay = Relay::new(job, self.inbox, self.outbox, meter, preview);
        let mut making = Making {
            job,
            index,
            request,
            recipe,
            kept,
            notices,
            begun: false,
            at: DRAFT,
            draft: None,
            upscaled: None,
            relay,
        };
        // What a stage has made stays: a smaller plan goes on from there.
        while let Err(error) = self.attempt(&mut making, &planning) {
            if code_of(&error) != Code::OutOfMemory {
                return Err(error);
            }
            self.loaded = None;
            let left = stages_left(making.draft.is_some(), making.upscaled.is_some());
            let text = planning.smaller(error, making.at, &left, &(self.budgets)())?;
            self.outbox.send(Event::Notice { job, text })?;
        }
        Ok(making.relay.meter.finish())
    }

    /// Goes the way from what is there to the clip, under one plan.
    fn attempt(&mut self, making: &mut Making<'_>, planning: &Planning) -> anyhow::Result<()> {
        let Making { job, index, request, recipe, kept, notices, begun, at, draft, upscaled, relay } = making;
        let forecast = planning.forecast();
        let job = *job;
        let clip = self.folder.join(format!("{job}.mp4"));
        let budgets = &self.budgets;
        let mut room_for = |stages: &'static [Stage]| {
            *at = stages;
            fit::check(forecast, stages, &budgets())
        };
        let wanted = Wanted { index: *index, plan: forecast.plan, size: request.size };
        let generator = load(&mut self.loaded, &wanted, &self.models, &self.device, &self.features, relay)?;
        if draft.is_none() {
            recipe.plan = Some(planning.made());
        }
        if !std::mem::replace(begun, true) {
            self.outbox.send(Event::Begun { job, recipe: Box::new(recipe.clone()) })?;
            for text in notices.drain(..) {
                self.outbox.send(Event::Notice { job, text })?;
            }
        }
        let steps = Steps { job, inbox: self.inbox, outbox: self.outbox, folder: &self.folder, device: &self.device };
        if draft.is_none()
            && let Some((latents, made)) = steps.kept_draft(kept.draft.as_deref(), recipe)?
        {
            recipe.plan = made.or(recipe.plan.take());
            *draft = Some(latents);
        }
        let draft = match draft {
            Some(latents) => latents,
            None => {
                room_for(DRAFT)?;
                let latents = generator.draft(request, relay)?;
                steps.store_latents(Checkpoint::Draft, &latents, recipe, relay)?;
                draft.insert(latents)
            }
        };
        recipe.latents = Some(format!("{:016x}", draft.fingerprint()?));
        if upscaled.is_none() {
            let found = steps.kept(kept.upscaled.as_deref())?;
            *upscaled = found.map(|(_, latents)| latents).filter(|latents| is_of_size(latents, request.size));
        }
        if upscaled.is_none() {
            room_for(UPSCALE)?;
            *upscaled = generator.upscale(draft, request, relay)?;
            if let Some(latents) = upscaled {
                steps.store_latents(Checkpoint::Upscaled, latents, recipe, relay)?;
            }
        }
        room_for(DECODE)?;
        // The draft was made as it was made; the picture is cut as it is now.
        let tile = planning.made().tile;
        recipe.plan = recipe.plan.take().map(|made| recipe::Plan { tile, ..made });
        decode(generator, upscaled.as_ref().unwrap_or(draft), request, &clip, recipe, relay)?;
        steps.store(Checkpoint::Clip, &clip, relay)
    }

    /// Asks for the files of the order and waits for them.
    fn fetch(&self, job: Id, order: &Order) -> anyhow::Result<Kept> {
        let reference = |reference: &Option<recipe::Reference>, what: &str| match reference {
            None => Ok(None),
            Some(named) => named.sha256.map(Some).ok_or_else(|| {
                anyhow!("the {what} is named, but not by its content: {}", named.file).context(Refused(Code::Input))
            }),
        };
        let image = reference(&order.recipe.image, "reference picture")?;
        let voice = reference(&order.recipe.voice, "voice")?;
        let checkpoint = |checkpoint| order.checkpoints.get(&checkpoint).copied();
        let [draft, upscaled] = [Checkpoint::Draft, Checkpoint::Upscaled].map(checkpoint);
        let blobs = self.inbox.lacking([image, voice, draft, upscaled].into_iter().flatten());
        if !blobs.is_empty() {
            self.outbox.send(Event::Need { job, blobs })?;
        }
        let get = |blob: Option<Digest>, what: &str| -> anyhow::Result<Option<PathBuf>> {
            let Some(blob) = blob else { return Ok(None) };
            let got = self.inbox.file(job, blob).map_err(Error::from)?;
            got.map(Some).map_err(|reason| anyhow!("the {what} cannot be had: {reason}").context(Refused(Code::Input)))
        };
        Ok(Kept {
            image: get(image, "reference picture")?,
            voice: get(voice, "voice")?,
            draft: get(draft, "draft")?,
            upscaled: get(upscaled, "upscaled latents")?,
        })
    }

    /// The model that an order names.
    fn choose(&self, wanted: Option<&Model>) -> anyhow::Result<usize> {
        let is_wanted = |installed: &Installed| wanted.is_none_or(|wanted| wanted.name == installed.model.name);
        self.models.iter().position(is_wanted).ok_or_else(|| {
            let names: Vec<_> = self.models.iter().map(|installed| installed.model.name.as_str()).collect();
            let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            let name = wanted.map_or("", |wanted| &wanted.name);
            anyhow!("this engine has no model `{name}`; it has {known}").context(Refused(Code::Model))
        })
    }
}

/// The files of an order.
struct Kept {
    image: Option<PathBuf>,
    voice: Option<PathBuf>,
    draft: Option<PathBuf>,
    upscaled: Option<PathBuf>,
}

/// A job on its way, and what it has so far.
struct Making<'a> {
    job: Id,
    /// The model's place in [`Worker::models`].
    index: usize,
    request: Request,
    recipe: Recipe,
    kept: Kept,
    /// What is to be told when the work begins.
    notices: Vec<String>,
    begun: bool,
    /// The stages that were begun last.
    at: &'static [Stage],
    draft: Option<Latents>,
    upscaled: Option<Latents>,
    relay: Relay<'a>,
}

/// The model that a job needs.
struct Wanted {
    index: usize,
    plan: Plan,
    size: Size,
}

impl Loaded {
    /// Whether it serves. A generator that keeps its networks holds an upscaler that another size may not count on.
    fn is(&self, wanted: &Wanted, manifest: &Manifest) -> bool {
        let same_upscaler = [self.size, wanted.size].iter().any(|size| manifest.draft_size(*size) == *size)
            || manifest.upscale.len() < 2
            || self.size == wanted.size;
        self.index == wanted.index && uncut(self.plan) == uncut(wanted.plan) && same_upscaler
    }
}

/// A plan but for how the picture is cut, which a loaded generator can be told.
fn uncut(plan: Plan) -> Plan {
    Plan { tiles: Tiles::Whole, ..plan }
}

/// The generator of a model, loaded where another one was.
fn load<'a>(
    loaded: &'a mut Option<Loaded>,
    wanted: &Wanted,
    models: &[Installed],
    device: &Device,
    features: &Path,
    relay: &mut Relay<'_>,
) -> anyhow::Result<&'a mut Generator> {
    let Wanted { index, plan, size } = *wanted;
    let manifest = &models[index].manifest;
    if !loaded.as_ref().is_some_and(|loaded| loaded.is(wanted, manifest)) {
        // The old one goes first: two may not fit.
        *loaded = None;
        let made = relay.stage(Stage::Load, || Generator::load(manifest.clone(), device.clone(), plan));
        let mut generator = made.map_err(|error| match error {
            Error::Cancelled => error.into(),
            error => {
                let code = match code_of(&anyhow!(error.to_string())) {
                    Code::OutOfMemory => Code::OutOfMemory,
                    _ => Code::Model,
                };
                anyhow::Error::from(error).context(Refused(code))
            }
        })?;
        generator.keep_text_features(features, &digest::of_text_encoder(manifest)?)?;
        *loaded = Some(Loaded { index, plan, size, generator });
    }
    let loaded = loaded.as_mut().context("no model is loaded")?;
    if manifest.draft_size(size) != size {
        loaded.size = size;
    }
    loaded.generator.cut_pictures(plan.tiles);
    Ok(&mut loaded.generator)
}

/// Decodes into a clip at `path`.
fn decode(
    generator: &mut Generator,
    latents: &Latents,
    request: &Request,
    path: &Path,
    recipe: &Recipe,
    relay: &mut Relay<'_>,
) -> anyhow::Result<()> {
    relay.clip = Some(Clip::new(path.to_owned(), recipe)?);
    let decoded = generator.decode(latents, request, relay);
    if let Some(failure) = relay.failure.take() {
        return Err(failure.into());
    }
    decoded?;
    if let Some(clip) = relay.clip.take() {
        clip.finish()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
