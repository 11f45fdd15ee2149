//! Norm and activation of a layer's input, register by register.

use super::pack::HostBefore;
use super::registers::{self, Simd};
use super::{Activation, Guard};

/// The norm or activation in front, for `len` values of channel `ci`; `inverse` holds the factors of the norm.
///
/// # Safety
/// `from` and `to` hold `len` floats, `inverse` a register more, and the machine has the instructions of `S`.
#[inline(always)]
pub(super) unsafe fn apply<S: Simd>(
    before: &HostBefore,
    ci: usize,
    from: *const f32,
    inverse: *const f32,
    to: *mut f32,
    len: usize,
) {
    // SAFETY: the caller's.
    unsafe {
        match before {
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

/// The words of a channel and of the next one, for `len` positions; `to` may be one of them.
///
/// # Safety
/// `even` and `odd` hold a register more than `len` floats, `to` holds `len`, and the machine has the instructions of `S`.
#[inline(always)]
pub(super) unsafe fn pair<S: Simd>(even: *const f32, odd: *const f32, to: *mut f32, len: usize) {
    // SAFETY: the caller's; the rest of a register goes through a buffer of its own.
    unsafe {
        for at in (0..len).step_by(S::LANES) {
            let words = S::words(S::load(even.add(at)), S::load(odd.add(at)));
            if at + S::LANES <= len {
                S::store(to.add(at), words);
            } else {
                let mut rest = [0f32; 16];
                S::store(rest.as_mut_ptr(), words);
                std::ptr::copy_nonoverlapping(rest.as_ptr(), to.add(at), len - at);
            }
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
///
/// # Safety
/// `to` has room for a register behind `len`, and every channel `len` floats.
#[inline(always)]
pub(super) unsafe fn square_sums<S: Simd>(to: *mut f32, len: usize, channels: usize, from: *const f32, stride: usize) {
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
///
/// # Safety
/// As [`square_sums`].
#[inline(always)]
pub(super) unsafe fn invert<S: Simd>(sums: *mut f32, len: usize, channels: usize, guard: Guard) {
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
