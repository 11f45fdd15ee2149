//! Weights laid out for the kernel.

use candle_core::Tensor;
use half::bf16;

use super::kernel::block_channels;
use super::registers::{self, Kernel, Level, Simd};
use super::{Activation, Before, Convolution, Guard, Kind};
use crate::Result;
use crate::ops::Precision;

/// Taps of one pass over a block of input channels.
const PASS_TAPS: usize = 576;

/// Weights in the order the kernel reads them.
pub(super) struct Packed {
    pub level: Level,
    pub blocks: Vec<Block>,
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
    /// Input channels that share a word.
    pub channels: usize,
    /// Padded copies of a frame, each of as many channels.
    pub planes: usize,
    /// Padded copies of one pass.
    pub pass: usize,
    /// As [`Convolution`]'s, or what a transposed one becomes.
    pub kernel: [usize; 3],
    pub before: HostBefore,
}

/// A few output channels that are computed together.
pub(super) struct Block {
    pub first: usize,
    pub count: usize,
    pub width: usize,
    pub at: usize,
    /// The output pixel of two by two that an enlarging layer computes here.
    pub pixel: [usize; 2],
}

/// [`Before`] with its vectors at hand.
pub(super) enum HostBefore {
    Nothing,
    Norm { guard: Guard, gain: Option<Vec<f32>>, activation: Activation },
    Snake { frequency: Vec<f32>, height: Vec<f32> },
}

impl Packed {
    pub(super) fn new(layer: &Convolution, weight: &Tensor, products: Precision) -> Result<Self> {
        let depthwise = matches!(layer.kind, Kind::Depthwise);
        // A channel that reads itself has no second one to be multiplied with.
        let level = if depthwise { registers::level() } else { registers::level_for(products) };
        let weights = weight.flatten_all()?.to_vec1::<f32>()?;
        let bias = layer.bias.as_ref().map(Tensor::to_vec1::<f32>).transpose()?;
        let (mut kernel, mut outputs) = (layer.kernel, layer.channels_out);
        // `[c_out, c_in, taps]`; each of the `stride` outputs between two inputs is a channel of its own.
        let (dense, bias) = match layer.kind {
            Kind::Transposed { stride, .. } => {
                let (taps, k) = (kernel[1].div_ceil(stride), kernel[1]);
                let mut dense = vec![0f32; stride * outputs * layer.channels_in * taps];
                for (i, w) in weights.iter().enumerate() {
                    let (ci, co, k) = (i / (k * outputs), i / k % outputs, i % k);
                    // Output `j * stride + k` of input `i` is output `j` of phase `k`: the taps run backwards.
                    let (phase, tap) = (k % stride, taps - 1 - k / stride);
                    dense[((phase * outputs + co) * layer.channels_in + ci) * taps + tap] = *w;
                }
                kernel[1] = taps;
                let bias = bias.unwrap_or_else(|| vec![0.0; outputs]);
                outputs *= stride;
                (dense, bias.repeat(stride))
            }
            Kind::Enlarged => {
                let bias = bias.unwrap_or_else(|| vec![0.0; outputs]);
                let dense = enlarged_weights(&weights);
                kernel = [1, 2, 2];
                outputs *= 4;
                (dense, bias.repeat(4))
            }
            _ => (weights, bias.unwrap_or_else(|| vec![0.0; outputs])),
        };
        let frames = kernel[0];
        let plane = kernel[1] * kernel[2];
        let inputs = if depthwise { 1 } else { layer.channels_in };
        let (lanes, channels) = registers::run(level, Shape);
        let words = inputs.div_ceil(channels);
        let pass = (PASS_TAPS / plane).clamp(1, words);
        let (mut blocks, mut packed, mut first) = (Vec::new(), Vec::new(), 0);
        let group = if matches!(layer.kind, Kind::Enlarged) { layer.channels_out } else { outputs };
        while first < outputs {
            let left = group - first % group;
            let width = if depthwise { 1 } else { block_channels(lanes, left) };
            let count = width.min(left);
            let pixel = [first / group / 2, first / group % 2];
            blocks.push(Block { first, count, width, at: packed.len(), pixel });
            for start in (0..words).step_by(pass) {
                for dt in 0..frames {
                    for word in start..(start + pass).min(words) {
                        for tap in 0..plane {
                            let of = |m: usize, ci: usize| {
                                let row = (first + m) * inputs + ci;
                                if m < count && ci < inputs { dense[(row * frames + dt) * plane + tap] } else { 0.0 }
                            };
                            packed.extend((0..width).map(|m| match channels {
                                1 => of(m, word),
                                _ => pair(of(m, 2 * word), of(m, 2 * word + 1)),
                            }));
                        }
                    }
                }
            }
            first += count;
        }
        let planes = layer.channels_in.div_ceil(channels);
        Ok(Self { level, blocks, weights: packed, bias, channels, planes, pass, kernel, before: HostBefore::Nothing })
    }

    pub(super) fn set_before(&mut self, before: &Before) -> Result<()> {
        let host = |t: &Tensor| -> Result<Vec<f32>> { Ok(t.to_dtype(candle_core::DType::F32)?.to_vec1()?) };
        self.before = match before {
            Before::Nothing => HostBefore::Nothing,
            Before::Norm { guard, gain, activation } => {
                HostBefore::Norm { guard: *guard, gain: gain.as_ref().map(host).transpose()?, activation: *activation }
            }
            Before::Snake { frequency, height } => {
                HostBefore::Snake { frequency: host(frequency)?, height: host(height)? }
            }
        };
        Ok(())
    }
}

/// `[4, c_out, c_in, 2, 2]` from `[c_out, c_in, 3, 3]`: of the three taps in a row, two read the same source pixel of
/// a doubled picture, which two depends on the output pixel.
fn enlarged_weights(weights: &[f32]) -> Vec<f32> {
    let filters = weights.len() / 9;
    let mut out = vec![0f32; filters * 16];
    for (i, w) in weights.iter().enumerate() {
        let (filter, dy, dx) = (i / 9, i / 3 % 3, i % 3);
        for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            // Position `p + d - 1` of the doubled axis is source `(p + d - 1) / 2`, one ahead of it the padding.
            let (y, x) = ((row + dy).div_ceil(2) - row, (column + dx).div_ceil(2) - column);
            out[((row * 2 + column) * filters + filter) * 4 + y * 2 + x] += w;
        }
    }
    out
}

/// Two values as bfloat16 in one word, the first in its lower half.
fn pair(a: f32, b: f32) -> f32 {
    let bits = |value| u32::from(bf16::from_f32(value).to_bits());
    f32::from_bits(bits(a) | bits(b) << 16)
}

/// Lanes of a register, and channels of a word.
struct Shape;

impl Kernel for Shape {
    type Output = (usize, usize);
    #[inline(always)]
    unsafe fn run<S: Simd>(self) -> (usize, usize) {
        (S::LANES, S::CHANNELS)
    }
}
