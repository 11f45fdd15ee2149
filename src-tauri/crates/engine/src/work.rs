//! One order after the other, stage by stage.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use gallop_models::generator::{Generator, Latents, Manifest, Plan, Request, Size, Stage};
use gallop_models::{Device, Error};
use gallop_protocol::message::{Checkpoint, Code, Cost, Event, Goal, Order};
use gallop_protocol::recipe::{Model, Recipe};
use gallop_protocol::{Digest, Id};

use crate::clip::Clip;
use crate::complete::{self, Completed, References};
use crate::inbox::{Cancelled, Inbox};
use crate::meter::Meter;
use crate::outbox::Outbox;
use crate::relay::Relay;
use crate::{device, digest};

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
    /// The model that is loaded, by its place in `models`.
    pub loaded: Option<(usize, Generator)>,
}

/// An error with the code that the studio acts on.
#[derive(Debug)]
struct Refused(Code);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
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
        let references = References { image: kept.image, voice: kept.voice };
        let installed = &self.models[index];
        let Completed { mut request, mut recipe, notices } =
            complete::complete(order.recipe, &references, &installed.manifest, installed.model.clone())
                .map_err(|error| error.context(Refused(Code::Input)))?;

        let preview = self.folder.join(format!("{job}.png"));
        let mut relay = Relay::new(job, self.inbox, self.outbox, meter, preview);
        let generator = load(&mut self.loaded, index, &self.models, &self.device, &self.features, &mut relay)?;
        if order.goal == Goal::Draft {
            request.size = generator.draft_size(request.size);
            recipe.size = Some([request.size.width(), request.size.height()]);
        }
        self.outbox.send(Event::Begun { job, recipe: Box::new(recipe.clone()) })?;
        for text in notices {
            self.outbox.send(Event::Notice { job, text })?;
        }

        let steps = Steps { job, inbox: self.inbox, outbox: self.outbox, folder: &self.folder, device: &self.device };
        let draft = match steps.kept_draft(kept.draft.as_deref(), &recipe)? {
            Some(latents) => latents,
            None => {
                let latents = generator.draft(&request, &mut relay)?;
                steps.store_latents(Checkpoint::Draft, &latents, &recipe, &mut relay)?;
                latents
            }
        };
        recipe.latents = Some(format!("{:016x}", draft.fingerprint()?));
        let upscaled = match steps.kept(kept.upscaled.as_deref())? {
            Some((_, latents)) if is_of_size(&latents, request.size) => Some(latents),
            _ => {
                let upscaled = generator.upscale(&draft, &request, &mut relay)?;
                if let Some(latents) = &upscaled {
                    steps.store_latents(Checkpoint::Upscaled, latents, &recipe, &mut relay)?;
                }
                upscaled
            }
        };
        let clip = self.folder.join(format!("{job}.mp4"));
        decode(generator, upscaled.as_ref().unwrap_or(&draft), &request, &clip, &recipe, &mut relay)?;
        steps.store(Checkpoint::Clip, &clip, &mut relay)?;
        Ok(relay.meter.finish())
    }

    /// Asks for the files of the order and waits for them.
    fn fetch(&self, job: Id, order: &Order) -> anyhow::Result<Kept> {
        let reference = |reference: &Option<gallop_protocol::recipe::Reference>, what: &str| match reference {
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

/// The generator of a model, loaded where another one was.
fn load<'a>(
    loaded: &'a mut Option<(usize, Generator)>,
    index: usize,
    models: &[Installed],
    device: &Device,
    features: &Path,
    relay: &mut Relay<'_>,
) -> anyhow::Result<&'a mut Generator> {
    if loaded.as_ref().is_none_or(|(known, _)| *known != index) {
        // The old one goes first: two may not fit.
        *loaded = None;
        let manifest = &models[index].manifest;
        let made =
            relay.stage(Stage::Load, || Generator::load(manifest.clone(), device.clone(), Plan::for_device(device)));
        let mut generator = made.map_err(|error| match error {
            Error::Cancelled => error.into(),
            error => anyhow::Error::from(error).context(Refused(Code::Model)),
        })?;
        generator.keep_text_features(features, &digest::of_text_encoder(manifest)?)?;
        *loaded = Some((index, generator));
    }
    loaded.as_mut().map(|(_, generator)| generator).context("no model is loaded")
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

/// Keeps what the stages of a job make.
struct Steps<'a> {
    job: Id,
    inbox: &'a Inbox,
    outbox: &'a Outbox,
    folder: &'a Path,
    device: &'a Device,
}

impl Steps<'_> {
    /// Latents that the order brought, and their note. A file that is damaged is no reason not to make the clip.
    fn kept(&self, path: Option<&Path>) -> anyhow::Result<Option<(Option<String>, Latents)>> {
        let Some(path) = path else { return Ok(None) };
        match Latents::note(path).and_then(|note| Ok((note, Latents::load(path, self.device)?))) {
            Ok(kept) => Ok(Some(kept)),
            Err(error) => {
                eprintln!("gallop engine: {error}");
                let text = "latents that were there cannot be read; they are made anew".into();
                self.outbox.send(Event::Notice { job: self.job, text })?;
                Ok(None)
            }
        }
    }

    /// The draft that the order brought, where it is one of the same clip.
    fn kept_draft(&self, path: Option<&Path>, recipe: &Recipe) -> anyhow::Result<Option<Latents>> {
        let Some((note, latents)) = self.kept(path)? else { return Ok(None) };
        let before = note.and_then(|note| Recipe::from_json(&note).ok());
        let Some(before) = before.filter(|before| is_same_clip(before, recipe)) else {
            let text = "the draft that was there is of another clip; a new one is made".into();
            self.outbox.send(Event::Notice { job: self.job, text })?;
            return Ok(None);
        };
        if before.model != recipe.model {
            let text = "the draft was made by another model or other weights".into();
            self.outbox.send(Event::Notice { job: self.job, text })?;
        }
        Ok(Some(latents))
    }

    fn store_latents(
        &self,
        checkpoint: Checkpoint,
        latents: &Latents,
        recipe: &Recipe,
        relay: &mut Relay<'_>,
    ) -> anyhow::Result<()> {
        let path = self.folder.join(format!("{}-{}", self.job, checkpoint.file_name()));
        let recipe = Recipe { latents: Some(format!("{:016x}", latents.fingerprint()?)), ..recipe.clone() };
        latents.save_with_note(&path, &recipe.to_json()?)?;
        self.store(checkpoint, &path, relay)
    }

    /// Sends what a stage made and waits until it is on the studio's disk.
    fn store(&self, checkpoint: Checkpoint, path: &Path, relay: &mut Relay<'_>) -> anyhow::Result<()> {
        let stored = relay.meter.waiting(|| -> anyhow::Result<()> {
            let blob = self.outbox.send_file(path)?;
            self.outbox.send(Event::Checkpoint { job: self.job, checkpoint, blob })?;
            Ok(self.inbox.stored(self.job, checkpoint).map_err(Error::from)?)
        });
        std::fs::remove_file(path).ok();
        stored
    }
}

/// Whether a draft belongs to this clip, whatever size the clip is brought to and whichever weights made it.
fn is_same_clip(draft: &Recipe, recipe: &Recipe) -> bool {
    let hash = |reference: &Option<gallop_protocol::recipe::Reference>| reference.as_ref().map(|found| found.sha256);
    (&draft.prompt, draft.seed, draft.seconds) == (&recipe.prompt, recipe.seed, recipe.seconds)
        && (hash(&draft.image), hash(&draft.voice)) == (hash(&recipe.image), hash(&recipe.voice))
}

fn is_of_size(latents: &Latents, size: Size) -> bool {
    let (h, w) = size.latent_hw();
    matches!(latents.video.dims(), [_, _, _, y, x] if (*y, *x) == (h, w))
}

fn is_cancelled(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(Error::Cancelled)) || crate::outbox::is_closed(error)
}

fn code_of(error: &anyhow::Error) -> Code {
    if let Some(Refused(code)) = error.downcast_ref() {
        return *code;
    }
    let full = |error: &std::io::Error| {
        matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
    };
    if error.chain().filter_map(|cause| cause.downcast_ref()).any(full) {
        return Code::Disk;
    }
    let text = format!("{error:#}").to_lowercase();
    match error.downcast_ref() {
        _ if text.contains("out of memory") || text.contains("out_of_memory") => Code::OutOfMemory,
        _ if text.contains("no space left") => Code::Disk,
        Some(Error::Input(_)) => Code::Input,
        Some(Error::MissingTensor { .. } | Error::TensorShape { .. } | Error::TruncatedTensor { .. }) => Code::Model,
        _ => Code::Internal,
    }
}

/// The causes in one line, without the code. It is short, whatever a file says in it.
fn one_line(error: &anyhow::Error) -> String {
    let mut text = String::new();
    let code = error.downcast_ref::<Refused>().map(ToString::to_string);
    for cause in error.chain().map(ToString::to_string).filter(|cause| Some(cause) != code.as_ref()) {
        // Libraries that put the cause into their own message are not told twice.
        if !text.contains(&cause) {
            text = if text.is_empty() { cause } else { format!("{text}: {cause}") };
        }
    }
    const CHARS: usize = 1000;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_have_codes_and_one_line() {
        let refused = anyhow!("no model `x`").context(Refused(Code::Model));
        assert_eq!((code_of(&refused), one_line(&refused)), (Code::Model, "no model `x`".into()));
        let full = anyhow::Error::from(std::io::Error::from(std::io::ErrorKind::StorageFull)).context("writing");
        assert_eq!(code_of(&full), Code::Disk);
        let input = anyhow::Error::from(Error::Input("two\nlines".into()));
        assert_eq!((code_of(&input), one_line(&input)), (Code::Input, "two lines".into()));
        assert_eq!(code_of(&anyhow!("CUDA_ERROR_OUT_OF_MEMORY")), Code::OutOfMemory);
        assert!(is_cancelled(&anyhow::Error::from(Error::Cancelled).context("while drawing")));
    }
}
