//! The innermost product of a convolution: a few output channels times a few registers of neighbouring positions,
//! all kept in registers while the taps go by.

use super::registers::Simd;

/// A run of taps: consecutive words of weights and where in memory the inputs of their frame begin.
#[derive(Clone, Copy)]
pub(super) struct Segment {
    pub weights: *const f32,
    pub input: *const f32,
}

/// One tile: `MR` output channels by `NR` registers of positions.
///
/// Tap `k` of a segment has its `MR` weights at `weights + k * MR` and its inputs at `input + taps[k]`.
/// Channel `m` is written to `out + m * out_stride`; `resume` adds to what is there.
///
/// # Safety
/// All addresses reached are valid, and the machine has the instructions of `S`.
#[inline(always)]
#[allow(clippy::needless_range_loop, reason = "the compiler unrolls plain indices into registers")]
pub(super) unsafe fn tile<S: Simd, const MR: usize, const NR: usize>(
    segments: &[Segment],
    taps: &[u32],
    position: usize,
    out: *mut f32,
    out_stride: usize,
    resume: bool,
) {
    // SAFETY: the caller's.
    unsafe {
        let mut sum = [[S::splat(0.0); NR]; MR];
        if resume {
            for m in 0..MR {
                for n in 0..NR {
                    sum[m][n] = S::load(out.add(m * out_stride + n * S::LANES));
                }
            }
        }
        for segment in segments {
            let mut weights = segment.weights;
            let input = segment.input.add(position);
            for &tap in taps {
                let x = input.add(tap as usize);
                let mut xs = [S::splat(0.0); NR];
                for n in 0..NR {
                    xs[n] = S::load(x.add(n * S::LANES));
                }
                for m in 0..MR {
                    let w = S::splat(*weights.add(m));
                    for n in 0..NR {
                        sum[m][n] = S::product(w, xs[n], sum[m][n]);
                    }
                }
                weights = weights.add(MR);
            }
        }
        for m in 0..MR {
            for n in 0..NR {
                S::store(out.add(m * out_stride + n * S::LANES), sum[m][n]);
            }
        }
    }
}

/// How many output channels a block holds when `left` remain: the register file decides.
pub(super) fn block_channels(lanes: usize, left: usize) -> usize {
    match left {
        1 => 1,
        2 => 2,
        3 | 4 => 4,
        _ if lanes == 16 => 8,
        _ => 4,
    }
}

/// All positions `0..len` of a block of `mr` channels, tile by tile. Up to 128 positions behind `len` are touched.
///
/// # Safety
/// As [`tile`].
#[inline(always)]
pub(super) unsafe fn block<S: Simd>(
    mr: usize,
    segments: &[Segment],
    taps: &[u32],
    len: usize,
    out: *mut f32,
    out_stride: usize,
    resume: bool,
) {
    let mut at = 0;
    while at < len {
        let registers = (len - at).div_ceil(S::LANES);
        // SAFETY: the caller's.
        unsafe {
            let to = out.add(at);
            macro_rules! go {
                ($mr:literal, $nr:literal) => {{
                    tile::<S, $mr, $nr>(segments, taps, at, to, out_stride, resume);
                    at += $nr * S::LANES;
                }};
            }
            // 32 registers of 16 lanes hold 24 sums; 16 registers of 8 lanes hold 12.
            match (mr, registers) {
                (8, 3..) => go!(8, 3),
                (8, 2) => go!(8, 2),
                (8, _) => go!(8, 1),
                (4, 6..) if S::LANES == 16 => go!(4, 6),
                (4, 3..) => go!(4, 3),
                (4, 2) => go!(4, 2),
                (4, _) => go!(4, 1),
                (2, 4..) => go!(2, 4),
                (2, _) => go!(2, 1),
                (_, 8..) => go!(1, 8),
                (_, 4..) => go!(1, 4),
                _ => go!(1, 1),
            }
        }
    }
}
