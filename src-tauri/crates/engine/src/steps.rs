//! What the stages of a job make, on its way to the studio, and what earlier ones made, on its way back.

use std::path::Path;

use anyhow::anyhow;
use gallop_models::generator::{Latents, Size};
use gallop_models::{Device, Error};
use gallop_protocol::Id;
use gallop_protocol::message::{Checkpoint, Code, Event};
use gallop_protocol::recipe::{Plan, Recipe};

use crate::failure::code_of;
use crate::inbox::Inbox;
use crate::outbox::Outbox;
use crate::relay::Relay;

/// Keeps what the stages of a job make.
pub struct Steps<'a> {
    /// Whose.
    pub job: Id,
    /// What the studio sent.
    pub inbox: &'a Inbox,
    /// Where events go.
    pub outbox: &'a Outbox,
    /// For files on their way.
    pub folder: &'a Path,
    /// Where latents are loaded to.
    pub device: &'a Device,
}

impl Steps<'_> {
    /// Latents that the order brought, and their note. A file that is damaged is no reason not to make the clip.
    pub fn kept(&self, path: Option<&Path>) -> anyhow::Result<Option<(Option<String>, Latents)>> {
        let Some(path) = path else { return Ok(None) };
        match Latents::note(path).and_then(|note| Ok((note, Latents::load(path, self.device)?))) {
            Ok(kept) => Ok(Some(kept)),
            Err(error) if code_of(&anyhow!("{error}")) == Code::OutOfMemory => Err(error.into()),
            Err(error) => {
                eprintln!("gallop engine: {error}");
                let text = "latents that were there cannot be read; they are made anew".into();
                self.outbox.send(Event::Notice { job: self.job, text })?;
                Ok(None)
            }
        }
    }

    /// The draft that the order brought, where it is one of the same clip, and how it was made.
    pub fn kept_draft(&self, path: Option<&Path>, recipe: &Recipe) -> anyhow::Result<Option<(Latents, Option<Plan>)>> {
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
        Ok(Some((latents, before.plan)))
    }

    /// Sends latents with the recipe that they belong to.
    pub fn store_latents(
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
    pub fn store(&self, checkpoint: Checkpoint, path: &Path, relay: &mut Relay<'_>) -> anyhow::Result<()> {
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

/// Whether latents are of a clip of this size.
pub fn is_of_size(latents: &Latents, size: Size) -> bool {
    let (h, w) = size.latent_hw();
    matches!(latents.video.dims(), [_, _, _, y, x] if (*y, *x) == (h, w))
}
