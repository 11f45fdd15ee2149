//! Frames and samples into an mp4 while they come.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gallop_media::{Channels, ClipInfo, ClipSpec, ClipWriter, FrameRate, Picture};
use gallop_models::generator::{FPS, Frames, Sound};
use gallop_protocol::Digest;
use gallop_protocol::recipe::{KEY, Recipe};

/// The first of some frames, as a picture.
pub fn picture(frames: &Frames) -> Picture {
    let rgb = frames.frame(0).unwrap_or_default().to_vec();
    Picture { width: side(frames.size.width), height: side(frames.size.height), rgb }
}

/// A side in the units of media; none that is made comes near the end of them.
fn side(side: usize) -> u32 {
    u32::try_from(side).unwrap_or(u32::MAX)
}

/// A clip that is being written.
pub struct Clip {
    path: PathBuf,
    recipe: String,
    /// Sound that came before the first frame told the clip's size. The generator hands over all sound first.
    waiting: Option<Sound>,
    writer: Option<ClipWriter>,
}

impl Clip {
    /// A clip that will stand at `path` and carry `recipe`.
    ///
    /// # Errors
    /// The recipe cannot be written as text.
    pub fn new(path: PathBuf, recipe: &Recipe) -> anyhow::Result<Self> {
        Ok(Self { path, recipe: recipe.to_json()?, waiting: None, writer: None })
    }

    /// Adds the next samples.
    ///
    /// # Errors
    /// The writer's.
    pub fn samples(&mut self, sound: &Sound) -> gallop_media::Result<()> {
        if let Some(writer) = &mut self.writer {
            return writer.write_samples(&sound.channels);
        }
        match &mut self.waiting {
            Some(waiting) => {
                waiting.channels.iter_mut().zip(&sound.channels).for_each(|(all, more)| all.extend_from_slice(more));
            }
            None => self.waiting = Some(sound.clone()),
        }
        Ok(())
    }

    /// Adds the next frames.
    ///
    /// # Errors
    /// The writer's.
    pub fn frames(&mut self, frames: &Frames) -> gallop_media::Result<()> {
        let mut writer = match self.writer.take() {
            Some(writer) => writer,
            None => self.open(frames)?,
        };
        (0..frames.count).filter_map(|index| frames.frame(index)).try_for_each(|rgb| writer.write_frame(rgb))?;
        self.writer = Some(writer);
        Ok(())
    }

    /// Completes the file and puts it in its place.
    ///
    /// # Errors
    /// The writer's, or no frame came.
    pub fn finish(self) -> gallop_media::Result<ClipInfo> {
        match self.writer {
            Some(writer) => writer.finish(),
            None => Err(gallop_media::Error::Spec("the model made no frames".into())),
        }
    }

    fn open(&mut self, frames: &Frames) -> gallop_media::Result<ClipWriter> {
        let sound = self.waiting.take();
        let spec = ClipSpec {
            width: side(frames.size.width),
            height: side(frames.size.height),
            fps: FrameRate::whole(FPS),
            sample_rate: sound.as_ref().map_or(48_000, |sound| sound.sample_rate),
            channels: match sound.as_ref().map(|sound| sound.channels.len()) {
                Some(1) => Channels::Mono,
                _ => Channels::Stereo,
            },
            produce_id: self.id(),
            metadata: BTreeMap::from([(KEY.to_owned(), self.recipe.clone())]),
        };
        let mut writer = ClipWriter::create(&self.path, &spec)?;
        if let Some(sound) = sound {
            writer.write_samples(&sound.channels)?;
        }
        Ok(writer)
    }

    /// The same for two clips exactly when their recipes are the same: then they are the same content.
    fn id(&self) -> String {
        Digest::of(&self.recipe).to_string()[..32].to_owned()
    }
}
