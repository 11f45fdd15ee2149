//! The numbers of a decoder.

use serde::Deserialize;

use crate::{Error, Result};

/// What a decoder file's JSON says; what is left out is as in the released decoder. The lists of blocks begin at the
/// output.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Channels of the latent.
    pub latent_channels: usize,
    /// Channels of the pixels.
    pub out_channels: usize,
    /// Channels of each up block.
    pub decoder_block_out_channels: Vec<usize>,
    /// Residual blocks of each up block, and at the end those in the middle.
    pub decoder_layers_per_block: Vec<usize>,
    /// Which up blocks enlarge.
    pub decoder_spatio_temporal_scaling: Vec<bool>,
    /// Which of these leave the time as it is.
    pub decoder_spatio_only: Vec<bool>,
    /// Which blocks convolve channel by channel; the last one is the middle.
    pub decoder_is_dw_conv: Vec<bool>,
    /// Extent of those kernels.
    pub decoder_dw_kernel_size: usize,
    /// Extent of the pixel squares that the last convolution makes at once.
    pub patch_size: usize,
    /// Whether it does so; else a convolution before it enlarges.
    pub use_unpatchify: bool,
    /// Guard of the norm in front of a shortcut.
    pub resnet_norm_eps: f64,
    /// Latent frames of the first chunk.
    pub first_chunk_size: usize,
    /// Latent frames of each further chunk.
    pub step_size: usize,
    /// Pixel frames per latent frame.
    pub temporal_compression_ratio: usize,
    /// Whether a frame depends on earlier frames only; no such decoder exists.
    pub decoder_causal: bool,
}

/// Pixels along a side of a latent cell.
const PIXELS_OF_A_CELL: usize = 16;

impl Default for Config {
    fn default() -> Self {
        Self {
            latent_channels: 48,
            out_channels: 3,
            decoder_block_out_channels: vec![64, 128, 256, 512],
            decoder_layers_per_block: vec![2, 2, 2, 3, 3],
            decoder_spatio_temporal_scaling: vec![false, true, true, true],
            decoder_spatio_only: vec![false, true, false, false],
            decoder_is_dw_conv: vec![false; 5],
            decoder_dw_kernel_size: 5,
            patch_size: 2,
            use_unpatchify: true,
            resnet_norm_eps: 1e-6,
            first_chunk_size: 7,
            step_size: 7,
            temporal_compression_ratio: 4,
            decoder_causal: false,
        }
    }
}

/// What an up block does.
pub(super) struct Stage {
    pub channels: usize,
    pub layers: usize,
    pub enlarge: Enlarge,
    pub separable: bool,
}

/// What an up block enlarges.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Enlarge {
    Nothing,
    Space,
    SpaceAndTime,
}

impl Config {
    /// The up blocks, from the latent to the pixels.
    pub(super) fn stages(&self) -> Vec<Stage> {
        let stage = |i: usize| Stage {
            channels: self.decoder_block_out_channels[i],
            layers: self.decoder_layers_per_block[i],
            enlarge: match (self.decoder_spatio_temporal_scaling[i], self.decoder_spatio_only[i]) {
                (false, _) => Enlarge::Nothing,
                (true, true) => Enlarge::Space,
                (true, false) => Enlarge::SpaceAndTime,
            },
            separable: self.decoder_is_dw_conv[i],
        };
        (0..self.decoder_block_out_channels.len()).rev().map(stage).collect()
    }

    /// The extent `[c, t, h, w]` of what each up block makes of a latent of `[t, h, w]`; the frames in front that a
    /// first chunk loses are counted.
    pub(crate) fn extents(&self, [t, h, w]: [usize; 3]) -> Vec<[usize; 4]> {
        let mut extent = [0, t, h, w];
        let enlarge = |stage: Stage| {
            let (time, space) = match stage.enlarge {
                Enlarge::Nothing => (1, 1),
                Enlarge::Space => (1, 2),
                Enlarge::SpaceAndTime => (2, 2),
            };
            extent = [stage.channels, extent[1] * time, extent[2] * space, extent[3] * space];
            extent
        };
        self.stages().into_iter().map(enlarge).collect()
    }

    /// Operations of one pass over a latent of `[t, h, w]`: two for each channel, tap and output. `enlarging_taps` are
    /// those of the kernel that runs over an enlarged picture: 9, or 4 where it is folded into kernels of 2x2.
    pub(crate) fn flops(&self, [t, h, w]: [usize; 3], enlarging_taps: usize) -> f64 {
        let kernel = self.decoder_dw_kernel_size;
        let conv = |from: usize, to: usize, taps: usize| 2.0 * (from * to * taps) as f64;
        let block_conv = |from, to, separable| match separable {
            true => 2.0 * (from * kernel.pow(3)) as f64 + conv(from, to, 1),
            false => conv(from, to, 27),
        };
        let block = |from, to, separable| {
            let shortcut = if from == to { 0.0 } else { conv(from, to, 1) };
            block_conv(from, to, separable) + block_conv(to, to, separable) + shortcut
        };
        let stages = self.stages();
        let (mut width, mut places) = (stages.first().map_or(0, |stage| stage.channels), (t * h * w) as f64);
        let mut sum = conv(self.latent_channels, width, 27) * places;
        sum += self.mid_layers() as f64 * block(width, width, self.mid_separable()) * places;
        for stage in stages {
            let to = stage.channels;
            if width != to {
                sum += block(width, to, stage.separable) * places;
            }
            if stage.enlarge == Enlarge::SpaceAndTime {
                sum += conv(to, 2 * to, 3) * places;
                places *= 2.0;
            }
            if stage.enlarge != Enlarge::Nothing {
                places *= 4.0;
                sum += conv(to, to, enlarging_taps) * places;
            }
            sum += stage.layers as f64 * block(to, to, stage.separable) * places;
            width = to;
        }
        if self.use_unpatchify {
            return sum + conv(width, self.patch_size.pow(2) * self.out_channels, 27) * places;
        }
        sum + (conv(width, width, 9) + 4.0 * conv(width / 4, self.out_channels, 27)) * places
    }

    pub(super) fn mid_layers(&self) -> usize {
        self.decoder_layers_per_block[self.decoder_block_out_channels.len()]
    }

    pub(super) fn mid_separable(&self) -> bool {
        self.decoder_is_dw_conv[self.decoder_block_out_channels.len()]
    }

    pub(super) fn check(&self) -> Result<()> {
        let blocks = self.decoder_block_out_channels.len();
        let lists = [
            ("decoder_layers_per_block", self.decoder_layers_per_block.len(), blocks + 1),
            ("decoder_spatio_temporal_scaling", self.decoder_spatio_temporal_scaling.len(), blocks),
            ("decoder_spatio_only", self.decoder_spatio_only.len(), blocks),
            ("decoder_is_dw_conv", self.decoder_is_dw_conv.len(), blocks + 1),
        ];
        let fail = |reason: String| Err(Error::Input(format!("video decoder configuration: {reason}")));
        if blocks == 0 || self.decoder_block_out_channels.contains(&0) {
            return fail("`decoder_block_out_channels` names no channels".into());
        }
        for (name, found, expected) in lists {
            if found != expected {
                return fail(format!("`{name}` has {found} entries, {blocks} blocks need {expected}"));
            }
        }
        if self.decoder_causal {
            return fail("`decoder_causal` is not a decoder that exists".into());
        }
        let enlarging = self.stages().iter().filter(|stage| stage.enlarge != Enlarge::Nothing).count();
        let side = if self.use_unpatchify { self.patch_size } else { 2 };
        if (0..enlarging).try_fold(side, |side, _| side.checked_mul(2)) != Some(PIXELS_OF_A_CELL) {
            return fail(format!(
                "{enlarging} blocks and squares of {side} pixels do not enlarge {PIXELS_OF_A_CELL} times"
            ));
        }
        if self.first_chunk_size == 0 || self.step_size == 0 || self.decoder_dw_kernel_size.is_multiple_of(2) {
            return fail("chunk sizes must be positive and kernels odd".into());
        }
        if !self.use_unpatchify && !self.decoder_block_out_channels[0].is_multiple_of(4) {
            return fail("the last block's channels must be a multiple of 4 without `use_unpatchify`".into());
        }
        Ok(())
    }
}
