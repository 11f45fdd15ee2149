//! Direct convolution in `f32` on the CPU.
//!
//! A task is a band of rows over a run of frames. It keeps the frames that the kernel spans in a ring of padded
//! copies; norm and activation happen while a frame is copied, so that every value is read from memory about once.
//! Rows of a padded copy follow each other without gap, so that a tap is one constant distance for all positions of
//! the band, and a tile runs over row ends: the few positions computed in the padding are dropped. Strides are taken
//! apart into phases by the copy; a transposed convolution is `stride` plain ones whose outputs interleave.

use std::sync::atomic::{AtomicUsize, Ordering};

use candle_core::{Device, Storage, Tensor};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use super::kernel::{Segment, block, block_channels};
use super::registers::{self, Kernel, Level, Simd};
use super::{Activation, Before, Convolution, Guard, Kind, Spread, TimeEdge, shape_error};
use crate::Result;

/// Floats of a ring that stay near a core.
const RING_FLOATS: usize = 96 * 1024;
/// Taps of one pass over a block of input channels.
const PASS_TAPS: usize = 576;
/// Floats behind a buffer that a tile may touch.
const SLACK: usize = 128;
/// Below this number of products, starting other threads costs more than it brings.
const SMALL: usize = 200_000;

/// Weights in the order the kernel reads them.
pub(super) struct Packed {
    level: Level,
    blocks: Vec<Block>,
    weights: Vec<f32>,
    bias: Vec<f32>,
    /// Input channels of one pass.
    pass: usize,
    /// As [`Convolution`]'s, or what a transposed one becomes.
    kernel: [usize; 3],
    before: HostBefore,
}

/// A few output channels that are computed together.
struct Block {
    first: usize,
    count: usize,
    width: usize,
    at: usize,
    /// The output pixel of two by two that an enlarging layer computes here.
    pixel: [usize; 2],
}

enum HostBefore {
    Nothing,
    Norm { guard: Guard, gain: Option<Vec<f32>>, activation: Activation },
    Snake { frequency: Vec<f32>, height: Vec<f32> },
}

impl Packed {
    pub(super) fn new(layer: &Convolution, weight: &Tensor) -> Result<Self> {
        let level = registers::level();
        let depthwise = matches!(layer.kind, Kind::Depthwise);
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
        let pass = (PASS_TAPS / plane).clamp(1, inputs);
        let lanes = registers::run(level, Lanes);
        let (mut blocks, mut packed, mut first) = (Vec::new(), Vec::new(), 0);
        let group = if matches!(layer.kind, Kind::Enlarged) { layer.channels_out } else { outputs };
        while first < outputs {
            let left = group - first % group;
            let width = if depthwise { 1 } else { block_channels(lanes, left) };
            let count = width.min(left);
            let pixel = [first / group / 2, first / group % 2];
            blocks.push(Block { first, count, width, at: packed.len(), pixel });
            for start in (0..inputs).step_by(pass) {
                for dt in 0..frames {
                    for ci in start..(start + pass).min(inputs) {
                        for tap in 0..plane {
                            packed.extend((0..width).map(|m| {
                                let row = (first + m) * inputs + ci;
                                if m < count { dense[(row * frames + dt) * plane + tap] } else { 0.0 }
                            }));
                        }
                    }
                }
            }
            first += count;
        }
        Ok(Self { level, blocks, weights: packed, bias, pass, kernel, before: HostBefore::Nothing })
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

    pub(super) fn forward(
        &self,
        layer: &Convolution,
        x: &Tensor,
        residual: Option<&Tensor>,
        shape: [usize; 5],
    ) -> Result<Tensor> {
        let x = x.contiguous()?;
        let residual = residual.map(Tensor::contiguous).transpose()?;
        let (x_storage, x_layout) = x.storage_and_layout();
        let x_floats = floats(&x_storage, x_layout)?;
        let residual_storage = residual.as_ref().map(Tensor::storage_and_layout);
        let residual_floats = residual_storage.as_ref().map(|(s, l)| floats(s, l)).transpose()?;

        let count = shape.iter().product();
        let mut out: Vec<f32> = Vec::with_capacity(count);
        let per_out = count / shape[0].max(1);
        let per_in = x_floats.len() / shape[0].max(1);
        for b in 0..shape[0] {
            let job = Job::new(
                self,
                layer,
                x.dims(),
                shape,
                &x_floats[b * per_in..(b + 1) * per_in],
                residual_floats.map(|r| &r[b * per_out..(b + 1) * per_out]),
                // SAFETY: within the capacity.
                Output(unsafe { out.as_mut_ptr().add(b * per_out) }),
            );
            job.run();
        }
        // SAFETY: the tasks of the jobs have written every element.
        unsafe { out.set_len(count) };
        Ok(Tensor::from_vec(out, &shape, &Device::Cpu)?)
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

struct Lanes;

impl Kernel for Lanes {
    type Output = usize;
    #[inline(always)]
    unsafe fn run<S: Simd>(self) -> usize {
        S::LANES
    }
}

fn floats<'a>(storage: &'a Storage, layout: &candle_core::Layout) -> Result<&'a [f32]> {
    let Storage::Cpu(storage) = storage else {
        return Err(shape_error("a CPU layer cannot take a tensor of another device".into()));
    };
    let all = storage.as_slice::<f32>()?;
    Ok(&all[layout.start_offset()..layout.start_offset() + layout.shape().elem_count()])
}

/// Where the tasks write; they never write the same element.
#[derive(Clone, Copy)]
struct Output(*mut f32);
// SAFETY: see above.
unsafe impl Send for Output {}
// SAFETY: see above.
unsafe impl Sync for Output {}

/// One convolution of one batch item.
struct Job<'a> {
    packed: &'a Packed,
    depthwise: bool,
    channels_in: usize,
    /// `[t, h, w]` of the input.
    from: [usize; 3],
    /// `[t, h, w]` that the tasks compute.
    to: [usize; 3],
    stride: [usize; 3],
    dilation: [usize; 3],
    /// Before the first position.
    pad: [usize; 3],
    time_edge: TimeEdge,
    place: Place,
    /// Rows of the input that an output row spans beyond its first.
    reach: usize,
    x: &'a [f32],
    residual: Option<&'a [f32]>,
    out: Output,
    /// Rows of a band.
    band: usize,
    /// Floats from row to row of a padded copy.
    pitch: usize,
    /// Rows of one phase of a padded copy.
    phase_rows: usize,
    /// Floats of one channel of a padded copy.
    channel: usize,
    /// Frames of the ring.
    ring: usize,
    /// Distance of each tap of a pass from the beginning of its frame.
    taps: Vec<u32>,
}

/// Where a computed channel goes.
#[derive(Clone, Copy)]
enum Place {
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
struct Task {
    rows: (usize, usize),
    frames: (usize, usize),
    blocks: (usize, usize),
}

/// What a thread keeps between tasks.
struct Scratch {
    ring: Vec<f32>,
    sums: Vec<f32>,
    line: Vec<f32>,
    inverse: Vec<f32>,
}

impl<'a> Job<'a> {
    fn new(
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
        let row_floats = job.channels_in * job.ring * job.stride[1] * job.stride[2] * job.pitch;
        job.band = (RING_FLOATS / row_floats.max(1)).saturating_sub(halo).max(4.max(2 * halo)).min(job.to[1]);
        job.balance(halo);
        job.phase_rows = job.band + halo;
        let phase = job.phase_rows * job.pitch;
        job.channel = phase * job.stride[1] * job.stride[2];
        let inputs = if job.depthwise { 1 } else { job.channels_in };
        for ci in 0..packed.pass.min(inputs) {
            for dy in (0..kernel[1]).map(|dy| dy * job.dilation[1]) {
                for dx in (0..kernel[2]).map(|dx| dx * job.dilation[2]) {
                    let (py, px) = (dy % job.stride[1], dx % job.stride[2]);
                    let at = ci * job.channel
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

    fn run(&self) {
        let blocks = self.packed.blocks.len();
        let products = self.packed.weights.len() * self.to.iter().product::<usize>();
        let bands = self.to[1].div_ceil(self.band);
        let wanted = if products < SMALL { 1 } else { 3 * rayon::current_num_threads() };
        let runs = wanted.div_ceil(bands).min(self.to[0].div_ceil(4)).max(1);
        let frames = self.to[0].div_ceil(runs);
        let splits = wanted.div_ceil(bands * runs).min(blocks / 2).max(1);
        let split = blocks.div_ceil(splits);
        let mut tasks = Vec::new();
        for y in (0..self.to[1]).step_by(self.band) {
            for t in (0..self.to[0]).step_by(frames) {
                for b in (0..blocks).step_by(split) {
                    tasks.push(Task {
                        rows: (y, (y + self.band).min(self.to[1])),
                        frames: (t, (t + frames).min(self.to[0])),
                        blocks: (b, (b + split).min(blocks)),
                    });
                }
            }
        }
        if wanted == 1 || tasks.len() == 1 {
            let mut scratch = self.scratch(split);
            for task in tasks {
                registers::run(self.packed.level, Run(self, task, &mut scratch));
            }
            return;
        }
        // Threads take the next task when they are free: a fixed share would wait for the slowest.
        let next = AtomicUsize::new(0);
        let workers = rayon::current_num_threads().min(tasks.len());
        (0..workers).into_par_iter().with_max_len(1).for_each(|_| {
            let mut scratch = None;
            while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                let scratch = scratch.get_or_insert_with(|| self.scratch(split));
                registers::run(self.packed.level, Run(self, *task, scratch));
            }
        });
    }

    fn scratch(&self, blocks: usize) -> Scratch {
        let widest = self.packed.blocks.iter().map(|block| block.width).max().unwrap_or(1);
        let rows = (self.phase_rows + 1) * self.stride[1];
        let span = rows * self.from[2] + SLACK;
        Scratch {
            ring: vec![0.0; self.ring * self.channels_in * self.channel + SLACK + 2 * self.pitch],
            sums: vec![0.0; blocks * widest * self.sum_stride()],
            line: vec![0.0; span],
            inverse: vec![0.0; span],
        }
    }

    /// Floats from channel to channel of the sums of a band.
    fn sum_stride(&self) -> usize {
        self.band * self.pitch + SLACK
    }
}

struct Run<'a, 'b>(&'a Job<'b>, Task, &'a mut Scratch);

impl Kernel for Run<'_, '_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Run(job, task, scratch) = self;
        let mut ready = None;
        let mut segments = Vec::with_capacity(job.packed.kernel[0]);
        for t in task.frames.0..task.frames.1 {
            // SAFETY: called by `registers::run`; the scratch was made for this job.
            unsafe {
                job.prepare::<S>(t, task.rows, scratch, &mut ready);
                job.multiply::<S>(t, task, scratch, &mut segments);
                job.finish(t, task, scratch);
            }
        }
    }
}

impl Job<'_> {
    /// The input frame under tap `dt` of output frame `t`.
    #[inline(always)]
    fn frame(&self, t: usize, dt: usize) -> Option<usize> {
        let at = (t * self.stride[0] + dt * self.dilation[0]) as isize - self.pad[0] as isize;
        let last = self.from[0] as isize - 1;
        match self.time_edge {
            TimeEdge::Replicate => Some(at.clamp(0, last) as usize),
            TimeEdge::Zero => (0..=last).contains(&at).then_some(at as usize),
        }
    }

    /// Copies the frames that output frame `t` needs into the ring.
    #[inline(always)]
    unsafe fn prepare<S: Simd>(
        &self,
        t: usize,
        rows: (usize, usize),
        scratch: &mut Scratch,
        ready: &mut Option<usize>,
    ) {
        for dt in 0..self.packed.kernel[0] {
            let Some(frame) = self.frame(t, dt) else { continue };
            if ready.is_none_or(|ready| frame > ready) {
                // SAFETY: the caller's.
                unsafe { self.copy_frame::<S>(frame, rows, scratch) };
                *ready = Some(frame);
            }
        }
    }

    #[inline(always)]
    unsafe fn copy_frame<S: Simd>(&self, frame: usize, rows: (usize, usize), scratch: &mut Scratch) {
        let [_, height, width] = self.from;
        let [_, sy, sx] = self.stride;
        let first = rows.0 * sy;
        let end = (rows.1 - 1) * sy + self.reach + 1;
        // Source rows of the band that exist, and their place in the padded band.
        let top = first.saturating_sub(self.pad[1]).min(height);
        let bottom = (first + end - first).saturating_sub(self.pad[1]).min(height);
        let lead = top + self.pad[1] - first;
        let span = (bottom - top) * width;
        let local_rows = end - first;
        let plane = height * width;
        let phase = self.phase_rows * self.pitch;
        let gap_free = sy == 1 && sx == 1 && self.pitch == width;
        // SAFETY: indices stay within the input and the scratch, whose sizes follow from the same numbers.
        unsafe {
            let source = |ci: usize| self.x.as_ptr().add((ci * self.from[0] + frame) * plane + top * width);
            if let HostBefore::Norm { guard, .. } = self.packed.before {
                let inverse = scratch.inverse.as_mut_ptr();
                square_sums::<S>(inverse, span, self.channels_in, source(0), self.from[0] * plane);
                invert::<S>(inverse, span, self.channels_in, guard);
            }
            let slot = scratch.ring.as_mut_ptr().add(frame % self.ring * self.channels_in * self.channel);
            for ci in 0..self.channels_in {
                let to = slot.add(ci * self.channel);
                for row in (0..lead).chain(lead + (bottom - top)..local_rows) {
                    for px in 0..sx {
                        let at = (row % sy * sx + px) * phase + row / sy * self.pitch;
                        to.add(at).write_bytes(0, self.pitch);
                    }
                }
                let line = if gap_free { to.add(lead * width) } else { scratch.line.as_mut_ptr() };
                self.apply::<S>(ci, source(ci), scratch.inverse.as_ptr(), line, span);
                if gap_free {
                    continue;
                }
                let left = self.pad[2];
                if width == 1 && sx == 1 {
                    let (mut py, mut row) = (lead % sy, lead / sy);
                    for i in 0..span {
                        *to.add(py * phase + row * self.pitch + left) = *line.add(i);
                        py += 1;
                        if py == sy {
                            (py, row) = (0, row + 1);
                        }
                    }
                    continue;
                }
                for i in 0..bottom - top {
                    let row = lead + i;
                    let at = to.add(row % sy * sx * phase + row / sy * self.pitch);
                    let from = line.add(i * width);
                    if sx == 1 {
                        std::ptr::copy_nonoverlapping(from, at.add(left), width);
                    } else {
                        for x in 0..width {
                            let column = x + left;
                            *at.add(column % sx * phase + column / sx) = *from.add(x);
                        }
                    }
                }
            }
        }
    }

    /// The norm or activation in front, for `len` values of one channel.
    #[inline(always)]
    unsafe fn apply<S: Simd>(&self, ci: usize, from: *const f32, inverse: *const f32, to: *mut f32, len: usize) {
        // SAFETY: the caller's.
        unsafe {
            match &self.packed.before {
                HostBefore::Nothing => std::ptr::copy_nonoverlapping(from, to, len),
                HostBefore::Norm { gain, activation, .. } => {
                    let gain = S::splat(gain.as_ref().map_or(1.0, |gain| gain[ci]));
                    let zero = S::splat(0.0);
                    match activation {
                        Activation::None => each::<S>(from, to, len, Scale::<S>(inverse, gain)),
                        Activation::Silu => each::<S>(from, to, len, ScaleSilu::<S>(inverse, gain)),
                        Activation::Relu => each::<S>(from, to, len, ScaleRelu::<S>(inverse, gain, zero)),
                    }
                }
                HostBefore::Snake { frequency, height } => {
                    let snake = Snake::<S>(S::splat(frequency[ci]), S::splat(height[ci]));
                    each::<S>(from, to, len, snake);
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn multiply<S: Simd>(&self, t: usize, task: Task, scratch: &mut Scratch, segments: &mut Vec<Segment>) {
        let [frames, kh, kw] = self.packed.kernel;
        let plane = kh * kw;
        let len = (task.rows.1 - task.rows.0 - 1) * self.pitch + self.to[2];
        let stride = self.sum_stride();
        let slot = self.channels_in * self.channel;
        let inputs = if self.depthwise { 1 } else { self.channels_in };
        let mut row = 0;
        // SAFETY: the scratch was made for this job, and the packed weights hold every block's taps.
        unsafe {
            for b in &self.packed.blocks[task.blocks.0..task.blocks.1] {
                let out = scratch.sums.as_mut_ptr().add(row * stride);
                let mut weights = self.packed.weights.as_ptr().add(b.at);
                let base = if self.depthwise { b.first } else { 0 };
                let shift = b.pixel[0] * self.pitch + b.pixel[1];
                for start in (0..inputs).step_by(self.packed.pass) {
                    let taps = &self.taps[..self.packed.pass.min(inputs - start) * plane];
                    segments.clear();
                    for dt in 0..frames {
                        if let Some(frame) = self.frame(t, dt) {
                            let at = frame % self.ring * slot + (base + start) * self.channel + shift;
                            segments.push(Segment { weights, input: scratch.ring.as_ptr().add(at) });
                        }
                        weights = weights.add(taps.len() * b.width);
                    }
                    block::<S>(b.width, segments, taps, len, out, stride, start > 0);
                }
                row += b.width;
            }
        }
    }

    /// Adds bias and residual and writes the sums of frame `t` where they belong.
    #[inline(always)]
    unsafe fn finish(&self, t: usize, task: Task, scratch: &Scratch) {
        let stride = self.sum_stride();
        let mut row = 0;
        for b in &self.packed.blocks[task.blocks.0..task.blocks.1] {
            for m in 0..b.count {
                let channel = b.first + m;
                let sums = &scratch.sums[(row + m) * stride..];
                let bias = self.packed.bias[channel];
                // SAFETY: the task owns these elements of the output, and they are within it.
                unsafe {
                    match self.place {
                        Place::Samples { stride, pad, length } => {
                            self.write_samples(task.rows, channel, sums, bias, (stride, pad, length));
                        }
                        _ => self.write_rows(t, task.rows, channel, sums, bias),
                    }
                }
            }
            row += b.width;
        }
    }

    #[inline(always)]
    unsafe fn write_rows(&self, t: usize, rows: (usize, usize), channel: usize, sums: &[f32], bias: f32) {
        let [frames, height, width] = self.to;
        // Without gaps the band is one row.
        let (count, length) =
            if self.pitch == width { (1, (rows.1 - rows.0) * width) } else { (rows.1 - rows.0, width) };
        let (channel, pixel) = match self.place {
            Place::Spread(Spread::PixelsByColumn) => (channel / 4, Some([channel % 2, channel / 2 % 2])),
            Place::Spread(Spread::PixelsByRow) => (channel / 4, Some([channel / 2 % 2, channel % 2])),
            Place::Pixels { channels } => (channel % channels, Some([channel / channels / 2, channel / channels % 2])),
            Place::Spread(Spread::Frames) => {
                let half = self.packed.bias.len() / 2;
                (channel % half * 2 * frames + 2 * t + channel / half, None)
            }
            _ => (channel * frames + t, None),
        };
        if let Some([row, column]) = pixel {
            let plane = (channel * frames + t) * height * width * 4;
            for (i, y) in (rows.0..rows.1).enumerate() {
                let at = plane + (2 * y + row) * 2 * width + column;
                for (x, sum) in sums[i * self.pitch..i * self.pitch + width].iter().enumerate() {
                    let residual = self.residual.map_or(0.0, |residual| residual[at + 2 * x]);
                    // SAFETY: the caller's.
                    unsafe { *self.out.0.add(at + 2 * x) = sum + bias + residual };
                }
            }
            return;
        }
        let plane = channel * height * width;
        for i in 0..count {
            let at = plane + rows.0 * width + i * length;
            let from = &sums[i * self.pitch..i * self.pitch + length];
            // SAFETY: the caller's.
            let to = unsafe { std::slice::from_raw_parts_mut(self.out.0.add(at), length) };
            match self.residual {
                Some(residual) => {
                    for ((to, sum), residual) in to.iter_mut().zip(from).zip(&residual[at..at + length]) {
                        *to = sum + bias + residual;
                    }
                }
                None => {
                    for (to, sum) in to.iter_mut().zip(from) {
                        *to = sum + bias;
                    }
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn write_samples(
        &self,
        rows: (usize, usize),
        channel: usize,
        sums: &[f32],
        bias: f32,
        (stride, pad, length): (usize, usize, usize),
    ) {
        let outputs = self.packed.bias.len() / stride;
        let (phase, channel) = (channel / outputs, channel % outputs);
        for (j, sum) in (rows.0..rows.1).zip(sums) {
            let Some(at) = (j * stride + phase).checked_sub(pad).filter(|at| *at < length) else { continue };
            let at = channel * length + at;
            let residual = self.residual.map_or(0.0, |residual| residual[at]);
            // SAFETY: the caller's.
            unsafe { *self.out.0.add(at) = sum + bias + residual };
        }
    }
}

/// A function of registers; the second argument is the position.
trait Each<S: Simd>: Copy {
    unsafe fn call(self, x: S::F, at: usize) -> S::F;
}

#[derive(Clone, Copy)]
struct Scale<S: Simd>(*const f32, S::F);
#[derive(Clone, Copy)]
struct ScaleSilu<S: Simd>(*const f32, S::F);
#[derive(Clone, Copy)]
struct ScaleRelu<S: Simd>(*const f32, S::F, S::F);
#[derive(Clone, Copy)]
struct Snake<S: Simd>(S::F, S::F);

impl<S: Simd> Each<S> for Scale<S> {
    #[inline(always)]
    unsafe fn call(self, x: S::F, at: usize) -> S::F {
        // SAFETY: the caller's, as in all of these.
        unsafe { S::mul(S::mul(x, S::load(self.0.add(at))), self.1) }
    }
}

impl<S: Simd> Each<S> for ScaleSilu<S> {
    #[inline(always)]
    unsafe fn call(self, x: S::F, at: usize) -> S::F {
        // SAFETY: the caller's.
        unsafe { registers::silu::<S>(S::mul(S::mul(x, S::load(self.0.add(at))), self.1)) }
    }
}

impl<S: Simd> Each<S> for ScaleRelu<S> {
    #[inline(always)]
    unsafe fn call(self, x: S::F, at: usize) -> S::F {
        // SAFETY: the caller's.
        unsafe { S::max(self.2, S::mul(S::mul(x, S::load(self.0.add(at))), self.1)) }
    }
}

impl<S: Simd> Each<S> for Snake<S> {
    #[inline(always)]
    unsafe fn call(self, x: S::F, _: usize) -> S::F {
        // SAFETY: the caller's.
        unsafe { S::fma(registers::sin_squared::<S>(S::mul(x, self.0)), self.1, x) }
    }
}

/// `to = f(from)` for `len` values, none behind them touched in `to`; `f` may read a register at any position below
/// `len + LANES`.
#[inline(always)]
unsafe fn each<S: Simd>(from: *const f32, to: *mut f32, len: usize, f: impl Each<S>) {
    // SAFETY: the caller's; the rest of a register goes through a buffer of its own.
    unsafe {
        let mut at = 0;
        while at + S::LANES <= len {
            S::store(to.add(at), f.call(S::load(from.add(at)), at));
            at += S::LANES;
        }
        if at < len {
            let mut rest = [0f32; 16];
            std::ptr::copy_nonoverlapping(from.add(at), rest.as_mut_ptr(), len - at);
            let y = f.call(S::load(rest.as_ptr()), at);
            S::store(rest.as_mut_ptr(), y);
            std::ptr::copy_nonoverlapping(rest.as_ptr(), to.add(at), len - at);
        }
    }
}

/// Sums of squares over the channels, for `len` positions.
#[inline(always)]
unsafe fn square_sums<S: Simd>(to: *mut f32, len: usize, channels: usize, from: *const f32, stride: usize) {
    // SAFETY: the caller's; `to` has room for a register behind `len`.
    unsafe {
        let mut at = 0;
        while at < len {
            let mut sum = S::splat(0.0);
            let left = len - at;
            if left >= S::LANES {
                for ci in 0..channels {
                    let x = S::load(from.add(ci * stride + at));
                    sum = S::fma(x, x, sum);
                }
            } else {
                for ci in 0..channels {
                    let mut rest = [0f32; 16];
                    std::ptr::copy_nonoverlapping(from.add(ci * stride + at), rest.as_mut_ptr(), left);
                    let x = S::load(rest.as_ptr());
                    sum = S::fma(x, x, sum);
                }
            }
            S::store(to.add(at), sum);
            at += S::LANES;
        }
    }
}

/// Turns sums of squares into the factor of the norm.
#[inline(always)]
unsafe fn invert<S: Simd>(sums: *mut f32, len: usize, channels: usize, guard: Guard) {
    let c = channels as f32;
    // SAFETY: the caller's.
    unsafe {
        let mut at = 0;
        while at < len {
            let sum = S::load(sums.add(at));
            let factor = match guard {
                Guard::Add(epsilon) => {
                    let mean = S::add(S::div(sum, S::splat(c)), S::splat(epsilon as f32));
                    S::div(S::splat(1.0), S::sqrt(mean))
                }
                Guard::AtLeast(bound) => {
                    let length = S::max(S::splat(bound as f32), S::sqrt(sum));
                    S::div(S::splat(c.sqrt()), length)
                }
            };
            S::store(sums.add(at), factor);
            at += S::LANES;
        }
    }
}
