//! What the decoder is made of.

use candle_core::{DType, Tensor};

use super::config::{Enlarge, Stage};
use crate::Result;
use crate::ops::conv::{Activation, Before, Convolution, Geometry, Guard, Spread, TimeEdge};
use crate::weights::Scope;

/// Guard of the norms in front of 3x3x3 convolutions.
const EPSILON: f64 = 1e-8;

/// Whether the clip begins with this chunk: its first frame then stands for itself, not for four.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FirstFrame {
    OfClip,
    OfChunk,
}

/// A root mean square norm over channels, without gain, and an activation.
pub(super) fn norm(epsilon: f64, activation: Activation) -> Before {
    Before::Norm { guard: Guard::Add(epsilon), gain: None, activation }
}

/// A 3x3x3 convolution that repeats edge frames.
pub(super) fn conv3(scope: &Scope, from: usize, to: usize) -> Result<Convolution> {
    load(&scope.pp("conv"), from, to, [3; 3])
}

fn load(scope: &Scope, from: usize, to: usize, kernel: [usize; 3]) -> Result<Convolution> {
    let weight = scope.get_as((to, from, kernel[0], kernel[1], kernel[2]), "weight", scope.convolved())?;
    let bias = scope.get_as(to, "bias", DType::F32)?;
    Convolution::new(&weight, Some(&bias), Geometry::same(kernel, TimeEdge::Replicate))
}

/// A convolution of a residual block: in one piece, or channel by channel and then across channels.
struct BlockConv {
    depthwise: Option<Convolution>,
    dense: Convolution,
}

impl BlockConv {
    fn new(scope: &Scope, from: usize, to: usize, separable: bool, kernel: usize, before: Before) -> Result<Self> {
        if !separable {
            let dense = load(&scope.pp("conv"), from, to, [kernel; 3])?.after(before)?;
            return Ok(Self { depthwise: None, dense });
        }
        let depth = scope.pp("depthwise_conv");
        let weight = depth.get_as((from, 1, kernel, kernel, kernel), "weight", DType::F32)?;
        let bias = depth.get_as(from, "bias", DType::F32)?;
        let geometry = Geometry::same([kernel; 3], TimeEdge::Replicate);
        let depthwise = Convolution::depthwise(&weight, Some(&bias), geometry)?.after(before)?;
        let dense = load(&scope.pp("pointwise_conv"), from, to, [1; 3])?;
        Ok(Self { depthwise: Some(depthwise), dense })
    }

    fn forward(&self, x: &Tensor, residual: Option<&Tensor>) -> Result<Tensor> {
        let between = self.depthwise.as_ref().map(|depthwise| depthwise.forward(x)).transpose()?;
        let x = between.as_ref().unwrap_or(x);
        match residual {
            Some(residual) => self.dense.forward_add(x, residual),
            None => self.dense.forward(x),
        }
    }
}

/// Two normed convolutions beside a shortcut.
pub(super) struct ResBlock {
    conv1: BlockConv,
    conv2: BlockConv,
    shortcut: Option<BlockConv>,
}

impl ResBlock {
    /// `channels` are those of input and output, `first` the activation in front of the first convolution.
    pub(super) fn new(
        scope: &Scope,
        channels: (usize, usize),
        separable: bool,
        dw_kernel: usize,
        first: Activation,
        shortcut_epsilon: f64,
    ) -> Result<Self> {
        let (from, to) = channels;
        let kernel = if separable { dw_kernel } else { 3 };
        let conv1 = BlockConv::new(&scope.pp("conv1"), from, to, separable, kernel, norm(EPSILON, first))?;
        let silu = norm(EPSILON, Activation::Silu);
        let conv2 = BlockConv::new(&scope.pp("conv2"), to, to, separable, kernel, silu)?;
        let mut shortcut = None;
        if from != to {
            let plain = norm(shortcut_epsilon, Activation::None);
            shortcut = Some(BlockConv::new(&scope.pp("conv_shortcut"), from, to, separable, 1, plain)?);
        }
        Ok(Self { conv1, conv2, shortcut })
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let inner = self.conv1.forward(x, None)?;
        match &self.shortcut {
            Some(shortcut) => self.conv2.forward(&inner, Some(&shortcut.forward(x, None)?)),
            None => self.conv2.forward(&inner, Some(x)),
        }
    }
}

/// Doubles height and width, and the frames where `time` is there.
struct Upsampler {
    time: Option<Convolution>,
    space: Convolution,
}

impl Upsampler {
    fn new(scope: &Scope, channels: usize, time: bool) -> Result<Self> {
        let resample = scope.pp("resample").pp(1);
        let weight = resample.get_as((channels, channels, 3, 3), "weight", resample.convolved())?;
        let bias = resample.get_as(channels, "bias", DType::F32)?;
        let space = Convolution::enlarged(&weight, Some(&bias))?;
        let mut conv = None;
        if time {
            let scope = scope.pp("time_conv").pp("conv");
            conv = Some(load(&scope, channels, 2 * channels, [3, 1, 1])?.spread(Spread::Frames)?);
        }
        Ok(Self { time: conv, space })
    }

    fn forward(&self, x: &Tensor, first: FirstFrame) -> Result<Tensor> {
        let Some(time) = &self.time else {
            return self.space.forward(x);
        };
        let x = time.forward(x)?;
        match first {
            FirstFrame::OfClip => self.space.forward(&x.narrow(2, 1, x.dim(2)? - 1)?),
            FirstFrame::OfChunk => self.space.forward(&x),
        }
    }
}

/// A change of width, an enlargement, residual blocks.
pub(super) struct UpBlock {
    conv_in: Option<ResBlock>,
    upsampler: Option<Upsampler>,
    resnets: Vec<ResBlock>,
}

impl UpBlock {
    pub(super) fn new(scope: &Scope, from: usize, stage: &Stage, dw_kernel: usize, epsilon: f64) -> Result<Self> {
        let to = stage.channels;
        let resnet =
            |scope: &Scope, from, first| ResBlock::new(scope, (from, to), stage.separable, dw_kernel, first, epsilon);
        let mut conv_in = None;
        if from != to {
            conv_in = Some(resnet(&scope.pp("conv_in"), from, Activation::Silu)?);
        }
        let (upsampler, first) = match stage.enlarge {
            Enlarge::Nothing => (None, Activation::Silu),
            enlarge => {
                let scope = scope.pp("upsamplers").pp(0);
                (Some(Upsampler::new(&scope, to, enlarge == Enlarge::SpaceAndTime)?), Activation::Relu)
            }
        };
        let resnets =
            (0..stage.layers).map(|i| resnet(&scope.pp("resnets").pp(i), to, first)).collect::<Result<_>>()?;
        Ok(Self { conv_in, upsampler, resnets })
    }

    pub(super) fn forward(&self, mut x: Tensor, first: FirstFrame) -> Result<Tensor> {
        if let Some(conv_in) = &self.conv_in {
            x = conv_in.forward(&x)?;
        }
        if let Some(upsampler) = &self.upsampler {
            x = upsampler.forward(&x, first)?;
        }
        for resnet in &self.resnets {
            x = resnet.forward(&x)?;
        }
        Ok(x)
    }
}
