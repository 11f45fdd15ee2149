//! A band of rows over a run of frames: the padded copies, the products, and the outputs.

use super::job::{Job, Place, Scratch, Task};
use super::kernel::{Segment, block};
use super::pack::HostBefore;
use super::registers::{Kernel, Simd};
use super::{Spread, TimeEdge, before};

/// A task with the instructions of a machine: copies what it needs, multiplies, and writes.
pub(super) struct Run<'a, 'b>(pub &'a Job<'b>, pub Task, pub &'a mut Scratch);

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
            let source = self.x.as_ptr().add(frame * plane + top * width);
            if let HostBefore::Norm { guard, .. } = self.packed.before {
                let inverse = scratch.inverse.as_mut_ptr();
                before::square_sums::<S>(inverse, span, self.channels_in, source, self.from[0] * plane);
                before::invert::<S>(inverse, span, self.channels_in, guard);
            }
            let slot = scratch.ring.as_mut_ptr().add(frame % self.ring * self.packed.planes * self.channel);
            for copy in 0..self.packed.planes {
                let to = slot.add(copy * self.channel);
                for row in (0..lead).chain(lead + (bottom - top)..local_rows) {
                    for px in 0..sx {
                        let at = (row % sy * sx + px) * phase + row / sy * self.pitch;
                        to.add(at).write_bytes(0, self.pitch);
                    }
                }
                let line = if gap_free { to.add(lead * width) } else { scratch.line.as_mut_ptr() };
                self.words::<S>(copy, source, line, span, scratch);
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

    /// The words of one padded copy, `span` of them, from the channels that it holds; `source` is the first of all channels.
    #[inline(always)]
    unsafe fn words<S: Simd>(&self, copy: usize, source: *const f32, to: *mut f32, span: usize, scratch: &mut Scratch) {
        let (before, inverse) = (&self.packed.before, scratch.inverse.as_ptr());
        let channel = self.from.iter().product::<usize>();
        // SAFETY: the caller's.
        unsafe {
            if S::CHANNELS == 1 {
                before::apply::<S>(before, copy, source.add(copy * channel), inverse, to, span);
                return;
            }
            let (even, odd) = (scratch.line.as_mut_ptr(), scratch.next.as_mut_ptr());
            let first = 2 * copy;
            before::apply::<S>(before, first, source.add(first * channel), inverse, even, span);
            if first + 1 < self.channels_in {
                before::apply::<S>(before, first + 1, source.add((first + 1) * channel), inverse, odd, span);
            } else {
                odd.write_bytes(0, span);
            }
            before::pair::<S>(even, odd, to, span);
        }
    }

    #[inline(always)]
    unsafe fn multiply<S: Simd>(&self, t: usize, task: Task, scratch: &mut Scratch, segments: &mut Vec<Segment>) {
        let [frames, kh, kw] = self.packed.kernel;
        let plane = kh * kw;
        let len = (task.rows.1 - task.rows.0 - 1) * self.pitch + self.to[2];
        let stride = self.sum_stride();
        let slot = self.packed.planes * self.channel;
        let planes = if self.depthwise { 1 } else { self.packed.planes };
        let mut row = 0;
        // SAFETY: the scratch was made for this job, and the packed weights hold every block's taps.
        unsafe {
            for b in &self.packed.blocks[task.blocks.0..task.blocks.1] {
                let out = scratch.sums.as_mut_ptr().add(row * stride);
                let mut weights = self.packed.weights.as_ptr().add(b.at);
                let base = if self.depthwise { b.first } else { 0 };
                let shift = b.pixel[0] * self.pitch + b.pixel[1];
                for start in (0..planes).step_by(self.packed.pass) {
                    let taps = &self.taps[..self.packed.pass.min(planes - start) * plane];
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
        // Row, column and side of the square that a place becomes.
        let (channel, pixel) = match self.place {
            Place::Spread(Spread::PixelsByColumn(side)) => {
                (channel / (side * side), Some([channel % side, channel / side % side, side]))
            }
            Place::Spread(Spread::PixelsByRow) => (channel / 4, Some([channel / 2 % 2, channel % 2, 2])),
            Place::Pixels { channels } => {
                (channel % channels, Some([channel / channels / 2, channel / channels % 2, 2]))
            }
            Place::Spread(Spread::Frames) => {
                let half = self.packed.bias.len() / 2;
                (channel % half * 2 * frames + 2 * t + channel / half, None)
            }
            _ => (channel * frames + t, None),
        };
        if let Some([row, column, side]) = pixel {
            let plane = (channel * frames + t) * height * width * side * side;
            for (i, y) in (rows.0..rows.1).enumerate() {
                let at = plane + (side * y + row) * side * width + column;
                for (x, sum) in sums[i * self.pitch..i * self.pitch + width].iter().enumerate() {
                    let residual = self.residual.map_or(0.0, |residual| residual[at + side * x]);
                    // SAFETY: the caller's.
                    unsafe { *self.out.0.add(at + side * x) = sum + bias + residual };
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
