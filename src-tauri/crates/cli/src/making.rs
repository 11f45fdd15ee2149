//! A clip on its way: planned before anything is loaded, and gone on with under a smaller plan where memory runs out.

use gallop_engine::clip::Clip;
use gallop_engine::fit;
use gallop_engine::planning::{DECODE, DRAFT, Planning, UPSCALE, stages_left};
use gallop_models::Device;
use gallop_models::generator::{Generator, Latents, Manifest, Request, Stage};
use gallop_models::plan::Budgets;
use gallop_protocol::recipe;

use crate::report::News;
use crate::sink::Studio;

/// A clip on its way, and what there is of it.
pub struct Making<'a> {
    manifest: &'a Manifest,
    device: &'a Device,
    request: &'a Request,
    limits: Budgets,
    planning: Planning,
    generator: Option<Generator>,
    draft: Option<Latents>,
    upscaled: Option<Latents>,
}

impl<'a> Making<'a> {
    /// Plans a clip, or the rest of one whose draft is there, within what is free and `limits`. `made` is how the clip was
    /// made that shall be made again.
    ///
    /// # Errors
    /// No plan fits; the message says what would help.
    pub fn plan(
        manifest: &'a Manifest,
        device: &'a Device,
        request: &'a Request,
        draft: Option<Latents>,
        made: Option<&recipe::Plan>,
        limits: Budgets,
        studio: &mut Studio<'_>,
    ) -> anyhow::Result<Self> {
        let stages = stages_left(draft.is_some(), false);
        let now = budgets(device, limits);
        let (planning, notice) = Planning::new(manifest, device, request, &stages, made, &now)?;
        if let Some(text) = notice {
            studio.news(&News::Notice { text: &text });
        }
        Ok(Self { manifest, device, request, limits, planning, generator: None, draft, upscaled: None })
    }

    /// How it is made, as the clip carries it.
    pub fn made(&self) -> recipe::Plan {
        self.planning.made()
    }

    /// Loads the model.
    ///
    /// # Errors
    /// A part is missing or damaged, or memory ran out under every plan.
    pub fn load(&mut self, studio: &mut Studio<'_>) -> anyhow::Result<()> {
        let at = if self.draft.is_some() { DECODE } else { DRAFT };
        self.attempt(at, studio, |_, _, _| Ok(()))
    }

    /// The draft, made where it is not there.
    ///
    /// # Errors
    /// As the generator's, or memory ran out under every plan.
    pub fn draft(&mut self, studio: &mut Studio<'_>) -> anyhow::Result<Latents> {
        if let Some(draft) = &self.draft {
            return Ok(draft.clone());
        }
        let draft = self.attempt(DRAFT, studio, |generator, request, studio| Ok(generator.draft(request, studio)?))?;
        Ok(self.draft.insert(draft).clone())
    }

    /// Brings the draft to its size and decodes it into what `clip` opens, given how the picture is cut.
    ///
    /// # Errors
    /// As the generator's, the clip's, or memory ran out under every plan.
    pub fn finish(
        &mut self,
        studio: &mut Studio<'_>,
        clip: &dyn Fn(Option<usize>) -> anyhow::Result<Option<Clip>>,
    ) -> anyhow::Result<()> {
        let draft = self.draft(studio)?;
        let upscale = |generator: &mut Generator, request: &Request, studio: &mut Studio<'_>| {
            Ok(generator.upscale(&draft, request, studio)?)
        };
        let upscaled = self.attempt(UPSCALE, studio, upscale)?;
        let latents = upscaled.clone().unwrap_or(draft);
        self.upscaled = Some(latents.clone());
        loop {
            // Begun anew where a smaller plan cuts the picture in another way.
            (studio.frame_count, studio.clip) = (0, clip(self.made().tile)?);
            let decoded = self
                .once(DECODE, studio, |generator, request, studio| Ok(generator.decode(&latents, request, studio)?));
            match decoded {
                Ok(()) => return Ok(()),
                Err(error) => self.shrink(error, DECODE, studio)?,
            }
        }
    }

    /// Runs stages until memory suffices for them.
    fn attempt<T>(
        &mut self,
        at: &[Stage],
        studio: &mut Studio<'_>,
        mut work: impl FnMut(&mut Generator, &Request, &mut Studio<'_>) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        loop {
            match self.once(at, studio, &mut work) {
                Ok(made) => return Ok(made),
                Err(error) => self.shrink(error, at, studio)?,
            }
        }
    }

    /// Runs stages under the present plan, where there is room for them.
    fn once<T>(
        &mut self,
        at: &[Stage],
        studio: &mut Studio<'_>,
        work: impl FnOnce(&mut Generator, &Request, &mut Studio<'_>) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        fit::check(self.planning.forecast(), at, &budgets(self.device, self.limits))?;
        let generator = match &mut self.generator {
            Some(generator) => generator,
            none => none.insert(studio.load(self.manifest, self.device, self.planning.forecast().plan)?),
        };
        work(generator, self.request, studio)
    }

    /// Takes the next smaller plan, and tells.
    fn shrink(&mut self, error: anyhow::Error, at: &[Stage], studio: &mut Studio<'_>) -> anyhow::Result<()> {
        // It goes before the budgets are looked at: what it holds is free then.
        self.generator = None;
        let left = stages_left(self.draft.is_some(), self.upscaled.is_some());
        let text = self.planning.smaller(error, at, &left, &budgets(self.device, self.limits))?;
        studio.news(&News::Notice { text: &text });
        Ok(())
    }
}

/// What can be used now, and is allowed.
fn budgets(device: &Device, limits: Budgets) -> Budgets {
    fit::budgets(fit::processor(device)).at_most(limits)
}
