//! One convolution of one batch item: where its padded copies, its taps and its outputs lie.

use super::pack::Packed;
use super::{Convolution, Kind, Spread, TimeEdge};

/// Floats of a ring that stay near a core.
const RING_FLOATS: usize = 96 * 1024;
/// Floats behind a buffer that a tile may touch.
const SLACK: usize = 128;

/// Where the tasks write; they never write the same element.
#[derive(Clone, Copy)]
pub(super) struct Output(pub *mut f32);
// SAFETY: see above.
unsafe impl Send for Output {}
// SAFETY: see above.
unsafe impl Sync for Output {}

/// One convolution of one batch item.
pub(super) struct Job<'a> {
    pub packed: &'a Packed,
    pub depthwise: bool,
    pub channels_in: usize,
    /// `[t, h, w]` of the input.
    pub from: [usize; 3],
    /// `[t, h, w]` that the tasks compute.
    pub to: [usize; 3],
    pub stride: [usize; 3],
    pub dilation: [usize; 3],
    /// Before the first position.
    pub pad: [usize; 3],
    pub time_edge: TimeEdge,
    pub place: Place,
    /// Rows of the input that an output row spans beyond its first.
    pub reach: usize,
    pub x: &'a [f32],
    pub residual: Option<&'a [f32]>,
    pub out: Output,
    /// Rows of a band.
    pub band: usize,
    /// Floats from row to row of a padded copy.
    pub pitch: usize,
    /// Rows of one phase of a padded copy.
    pub phase_rows: usize,
    /// Floats of one plane of a padded copy.
    pub channel: usize,
    /// Frames of the ring.
    pub ring: usize,
    /// Distance of each tap of a pass from the beginning of its frame.
    pub taps: Vec<u32>,
}

/// Where a computed channel goes.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Spread(Spread),
    /// Four pixels by two bits, each all channels.
    Pixels {
        channels: usize,
    },
    /// `stride` samples, counted from `pad` on, up to `length`.
    Samples {
        stride: usize,
        pad: usize,
        length: usize,
    },
}

#[derive(Clone, Copy)]
pub(super) struct Task {
    pub rows: (usize, usize),
    pub frames: (usize, usize),
    pub blocks: (usize, usize),
}

/// What a thread keeps between tasks.
pub(super) struct Scratch {
    pub ring: Vec<f32>,
    pub sums: Vec<f32>,
    /// A channel on its way into the ring, and the one that shares its words.
    pub line: Vec<f32>,
    pub next: Vec<f32>,
    pub inverse: Vec<f32>,
}

impl<'a> Job<'a> {
    pub(super) fn new(
        packed: &'a Packed,
        layer: &Convolution,
        x_dims: &[usize],
        shape: [usize; 5],
        x: &'a [f32],
        residual: Option<&'a [f32]>,
        out: Output,
    ) -> Self {
        let kernel = packed.kernel;
        let from = [x_dims[2], x_dims[3], x_dims[4]];
        let mut job = Self {
            packed,
            depthwise: matches!(layer.kind, Kind::Depthwise),
            channels_in: layer.channels_in,
            from,
            to: [shape[2], shape[3], shape[4]],
            stride: layer.geometry.stride,
            dilation: layer.geometry.dilation,
            pad: layer.geometry.pad.map(|pad| pad[0]),
            time_edge: layer.geometry.time_edge,
            place: Place::Spread(layer.spread),
            reach: layer.geometry.dilation[1] * (kernel[1] - 1),
            x,
            residual,
            out,
            band: 0,
            pitch: 0,
            phase_rows: 0,
            channel: 0,
            ring: layer.geometry.dilation[0] * (kernel[0] - 1) + 1,
            taps: Vec::new(),
        };
        let factors = layer.spread.factors().1;
        (0..3).for_each(|axis| job.to[axis] /= factors[axis]);
        match layer.kind {
            Kind::Transposed { stride, pad } => {
                job.place = Place::Samples { stride, pad, length: shape[3] };
                job.pad[1] = kernel[1] - 1;
                job.to[1] = (shape[3] + pad).div_ceil(stride);
            }
            Kind::Enlarged => {
                job.place = Place::Pixels { channels: layer.channels_out };
                job.reach = 2;
                job.to = from;
            }
            Kind::Dense | Kind::Depthwise => {}
        }
        let width = from[2] + layer.geometry.pad[2][0] + layer.geometry.pad[2][1];
        job.pitch = width.div_ceil(job.stride[2]);
        let halo = job.reach / job.stride[1];
        let row_floats = packed.planes * job.ring * job.stride[1] * job.stride[2] * job.pitch;
        job.band = (RING_FLOATS / row_floats.max(1)).saturating_sub(halo).max(4.max(2 * halo)).min(job.to[1]);
        job.balance(halo);
        job.phase_rows = job.band + halo;
        let phase = job.phase_rows * job.pitch;
        job.channel = phase * job.stride[1] * job.stride[2];
        let planes = if job.depthwise { 1 } else { packed.planes };
        for copy in 0..packed.pass.min(planes) {
            for dy in (0..kernel[1]).map(|dy| dy * job.dilation[1]) {
                for dx in (0..kernel[2]).map(|dx| dx * job.dilation[2]) {
                    let (py, px) = (dy % job.stride[1], dx % job.stride[2]);
                    let at = copy * job.channel
                        + (py * job.stride[2] + px) * phase
                        + dy / job.stride[1] * job.pitch
                        + dx / job.stride[2];
                    job.taps.push(at as u32);
                }
            }
        }
        job
    }

    /// Makes bands lower where there would be too few of them for the threads.
    fn balance(&mut self, halo: usize) {
        let wanted = 2 * rayon::current_num_threads();
        let runs = self.to[0].div_ceil(4);
        while self.to[1].div_ceil(self.band) * runs < wanted && self.band > 2 * halo.max(1) {
            self.band = self.band.div_ceil(2);
        }
        // Bands of equal height: a last one of one row would cost nearly as much as a full one.
        self.band = self.to[1].div_ceil(self.to[1].div_ceil(self.band));
    }

    pub(super) fn scratch(&self, blocks: usize) -> Scratch {
        let widest = self.packed.blocks.iter().map(|block| block.width).max().unwrap_or(1);
        let rows = (self.phase_rows + 1) * self.stride[1];
        let span = rows * self.from[2] + SLACK;
        Scratch {
            ring: vec![0.0; self.ring * self.packed.planes * self.channel + SLACK + 2 * self.pitch],
            sums: vec![0.0; blocks * widest * self.sum_stride()],
            line: vec![0.0; span],
            next: vec![0.0; if self.packed.channels > 1 { span } else { 0 }],
            inverse: vec![0.0; span],
        }
    }

    /// Floats from channel to channel of the sums of a band.
    pub(super) fn sum_stride(&self) -> usize {
        self.band * self.pitch + SLACK
    }
}
