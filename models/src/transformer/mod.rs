//! The single-stream transformer: one self-attention stream over video, audio and text tokens that predicts the velocity
//! of video and audio together. There is no timestep input; the noise level shows in the tokens.
//!
//! Source: daVinci-MagiHuman `inference/model/dit/dit_module.py` (commit 209209b), arXiv 2603.21986.

mod adapter;
mod config;
pub mod coords;
mod heads;
mod layer;
mod layout;
#[cfg(test)]
pub(crate) mod tests;
pub mod tokens;

use candle_core::Tensor;

use crate::ops::attention::Window;
use crate::weights::{Layers, Scope, Stack};
use crate::{Error, Result};

pub use crate::ops::{Precision, Routing, WeightType};
pub use config::{Config, PATCH};
pub use coords::{CoordStyle, Grid};
pub use tokens::{Latents, Text};

use adapter::Adapter;
use heads::Heads;
use layer::{Layer, Surroundings};

/// The single-stream transformer.
pub struct Transformer {
    config: Config,
    adapter: Adapter,
    layers: Stack<Layer>,
    heads: Heads,
}

/// What stays the same over all calls of one generation: the text in the transformer's own width, and where every token
/// stands.
pub struct Condition {
    text: Tensor,
    /// What is added to video and audio tokens; `[video + audio, hidden]`.
    places: Option<Tensor>,
    rope: Tensor,
    routing: Routing,
    grid: Grid,
    window: Window,
    first_given: bool,
}

impl Condition {
    /// The Fourier embedding of the tokens, `[l, 6 * head_dim / 8]`.
    pub fn rope(&self) -> &Tensor {
        &self.rope
    }

    /// For latents whose first frame is a given one, without noise, if `given`.
    pub fn with_first_frame(self, given: bool) -> Self {
        Self { first_given: given, ..self }
    }

    /// How many tokens of each modality there are.
    pub fn routing(&self) -> &Routing {
        &self.routing
    }
}

/// A place inside the transformer where [`Transformer::forward_inspected`] shows the residual stream, `[l, hidden]`
/// float32 in the order video, audio, text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// After the adapter.
    Adapter,
    /// After the layer of this index.
    Layer(usize),
}

impl Transformer {
    /// Loads a transformer; `scope` is the root of the checkpoint's names, and its device is where the network runs.
    ///
    /// # Errors
    /// A configuration that does not fit itself; a tensor that is missing or has another shape.
    pub fn new(config: &Config, precision: Precision, scope: &Scope) -> Result<Self> {
        Self::with_layers(config, precision, Layers::Resident, scope)
    }

    /// As [`Self::new`], with some layers left in their file: each call brings them one after the other.
    ///
    /// # Errors
    /// As [`Self::new`]; what is wrong with a layer that is left shows in the call.
    pub fn with_layers(config: &Config, precision: Precision, layers: Layers, scope: &Scope) -> Result<Self> {
        config.validate()?;
        // What stands outside of the layers is small, and always float32.
        let (of_all, scope) = (scope, &scope.keeping(WeightType::Computed));
        // Whoever only asks whether a checkpoint fits asks for all of it.
        let layers = if scope.is_dry() { Layers::Resident } else { layers };
        let (of_layers, scope_of_layers) = (config.clone(), of_all.pp("block.layers"));
        let load = move |index| Layer::new(&of_layers, index, precision, &scope_of_layers.pp(index));
        Ok(Self {
            adapter: Adapter::new(config, &scope.pp("adapter"))?,
            layers: Stack::new(config.num_layers, layers, load)?,
            heads: Heads::new(config, scope)?,
            config: config.clone(),
        })
    }

    /// The numbers it was made from.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Prepares what all calls for one text, `grid` and audio length (latent frames) share. `frame_radius` is how many
    /// latent frames away the local layers look (11 in the released 1080p model); without it they see everything.
    ///
    /// # Errors
    /// Text of another width or without tokens, a grid that is empty or odd, one text token in the upscale style.
    pub fn condition(
        &self,
        text: &Text,
        grid: Grid,
        audio_len: usize,
        style: CoordStyle,
        frame_radius: Option<usize>,
    ) -> Result<Condition> {
        let rows = text.rows()?;
        let width = rows.dim(1)?;
        if width != self.config.text_in_channels {
            let expected = self.config.text_in_channels;
            return Err(Error::Input(format!("text features are {width} wide, the transformer expects {expected}")));
        }
        if grid.tokens() == 0 || !grid.height.is_multiple_of(PATCH) || !grid.width.is_multiple_of(PATCH) {
            return Err(Error::Input(format!("a video latent cannot have {grid:?}: height and width must be even")));
        }
        let places = coords::coordinates(style, grid, audio_len, text.len);
        let rope = coords::fourier(&places, self.adapter.bands(), rows.device())?;
        let routing = Routing { video: grid.tokens(), audio: audio_len, text: text.len };
        Ok(Condition {
            text: self.adapter.embed_text(&rows)?,
            places: self.adapter.embed_places(&rope.narrow(0, 0, routing.video + routing.audio)?)?,
            rope,
            routing,
            grid,
            window: frame_radius.map_or(Window::Full, |radius| Window::Frames { frames: grid.frames, radius }),
            first_given: false,
        })
    }

    /// The velocity at `latents` of noise level `sigma` above 0, of the same shapes: video `[1, c, t, h, w]`, audio `[1, a, c]`,
    /// float32.
    ///
    /// # Errors
    /// Latents of other shapes than `condition` was made for.
    pub fn velocity(&self, latents: &Latents, condition: &Condition, sigma: f32) -> Result<Latents> {
        let out = self.forward(latents, condition)?;
        if !self.config.input_skip {
            return Ok(out);
        }
        let scale = 1.0 / f64::from(sigma);
        Ok(Latents { video: (out.video * scale)?, audio: (out.audio * scale)? })
    }

    /// What the network says of `latents`: the velocity, or that times the noise level where it has an input skip.
    ///
    /// # Errors
    /// As [`Self::velocity`].
    pub fn forward(&self, latents: &Latents, condition: &Condition) -> Result<Latents> {
        self.forward_inspected(latents, condition, &mut |_, _| Ok(()))
    }

    /// [`Self::forward`], showing the residual stream on its way.
    ///
    /// # Errors
    /// As [`Self::forward`], and whatever `inspect` returns.
    pub fn forward_inspected(
        &self,
        latents: &Latents,
        condition: &Condition,
        inspect: &mut dyn FnMut(Place, &Tensor) -> Result<()>,
    ) -> Result<Latents> {
        self.check(latents, condition)?;
        let (video, audio) = (tokens::pack_video(&latents.video)?, tokens::pack_audio(&latents.audio)?);
        let mut x = self.adapter.forward(&video, &audio, &condition.text, condition.places.as_ref())?;
        inspect(Place::Adapter, &x)?;
        let routing = condition.routing;
        let around = Surroundings { rope: &condition.rope, routing, window: condition.window };
        self.layers.each(|index, layer| {
            x = layer.forward(&x, &around)?;
            inspect(Place::Layer(index), &x)
        })?;
        self.heads.forward(&x, latents, &routing, condition.grid, condition.first_given)
    }

    fn check(&self, latents: &Latents, condition: &Condition) -> Result<()> {
        let Grid { frames, height, width } = condition.grid;
        let video = [1, self.config.video_channels(), frames, height, width];
        let audio = [1, condition.routing.audio, self.config.audio_in_channels];
        if latents.video.dims() == video && latents.audio.dims() == audio {
            return Ok(());
        }
        Err(Error::Input(format!(
            "latents have shapes {:?} and {:?}, expected {video:?} and {audio:?}",
            latents.video.dims(),
            latents.audio.dims()
        )))
    }
}
