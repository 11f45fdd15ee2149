//! The sizes of the released model, told from its configuration: no file of it is needed.

use super::sizes::{ModelSizes, Network, Numbers, UpscalerSizes};
use crate::Result;
use crate::generator::released::GLOBAL_LAYERS_1080P;
use crate::text::t5gemma;
use crate::transformer::{self, Transformer};
use crate::vae::{oobleck, turbo, wan};
use crate::weights::{Scope, StoredType};

impl ModelSizes {
    /// daVinci-MagiHuman, distilled, with both upscalers and the networks that it builds on, in the types that they are
    /// released in: transformers in float32, the text encoder in bfloat16, the others in float32.
    ///
    /// # Errors
    /// None, as long as the released configurations fit their networks.
    pub fn released() -> Result<Self> {
        let wide = Scope::imagined(StoredType::F32);
        let denoiser = |config: &transformer::Config| {
            Network::of(&wide, |precision, scope| Transformer::new(config, precision, scope))
        };
        let numbers = Numbers {
            base: transformer::Config::default(),
            base_steps: 8,
            calls_per_step: 1,
            text: t5gemma::Config::default(),
            max_tokens: 640,
            image: wan::Config::default(),
            video: turbo::Config::default(),
            audio: oobleck::Config::default(),
            sizes: [("16:9", [448, 256]), ("9:16", [256, 448]), ("1:1", [352, 352])]
                .map(|(name, size)| (name.into(), size))
                .into(),
            shortest_seconds: 1.0,
        };
        let local = (0..numbers.base.num_layers).filter(|layer| !GLOBAL_LAYERS_1080P.contains(layer)).collect();
        let upscaler = |name: &str, short_side, local_attn_layers| {
            let config = transformer::Config { local_attn_layers, ..numbers.base.clone() };
            let network = denoiser(&config)?;
            Ok::<_, crate::Error>(UpscalerSizes { name: name.into(), short_side, steps: 5, network, config })
        };
        Ok(Self {
            name: "daVinci-MagiHuman".into(),
            text: Network::of(&Scope::imagined(StoredType::BF16), |precision, scope| {
                t5gemma::Encoder::new(&numbers.text, precision, scope)
            })?,
            base: denoiser(&numbers.base)?,
            upscalers: vec![upscaler("540p", 512, Vec::new())?, upscaler("1080p", 1088, local)?],
            image_encoder: wide.footprint(|scope| wan::Encoder::new(&numbers.image, scope))?,
            video_decoder: wide.footprint(|scope| turbo::Decoder::new(&numbers.video, scope))?,
            audio_encoder: wide.footprint(|scope| oobleck::Encoder::new(&numbers.audio, scope))?,
            audio_decoder: wide.footprint(|scope| oobleck::Decoder::new(&numbers.audio, scope))?,
            numbers,
        })
    }

    /// The same with the base weights, which take more steps, and each of them twice for guidance.
    ///
    /// # Errors
    /// As [`Self::released`].
    pub fn released_base() -> Result<Self> {
        let released = Self::released()?;
        Ok(Self { numbers: Numbers { base_steps: 32, calls_per_step: 2, ..released.numbers }, ..released })
    }
}
