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

use super::band::Run;
use super::job::{Job, Output, Task};
use super::pack::Packed;
use super::{Convolution, registers, shape_error};
use crate::Result;

/// Below this number of products, starting other threads costs more than it brings.
const SMALL: usize = 200_000;

impl Packed {
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

fn floats<'a>(storage: &'a Storage, layout: &candle_core::Layout) -> Result<&'a [f32]> {
    let Storage::Cpu(storage) = storage else {
        return Err(shape_error("a CPU layer cannot take a tensor of another device".into()));
    };
    let all = storage.as_slice::<f32>()?;
    Ok(&all[layout.start_offset()..layout.start_offset() + layout.shape().elem_count()])
}

impl Job<'_> {
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
}
