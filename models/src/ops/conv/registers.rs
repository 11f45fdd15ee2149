//! The vector registers of the machine behind one trait, so that a kernel is written once.
//!
//! A kernel is a struct that implements [`Kernel`]; [`run`] calls it compiled for the widest registers that the
//! machine has. Every function of [`Simd`] is inlined into the kernel, which is what makes the instructions legal.

#[cfg(target_arch = "x86_64")]
mod x86;

use crate::ops::Precision;

/// A register of `f32` lanes.
///
/// # Safety
/// The functions may only run on a machine that has the instructions, and `load`/`store` need `LANES` valid floats.
pub(crate) trait Simd: Copy {
    /// Floats per register.
    const LANES: usize;
    /// Channels that a word holds of what [`Simd::product`] multiplies: one float, or two of bfloat16.
    const CHANNELS: usize = 1;
    /// The register.
    type F: Copy;

    unsafe fn splat(value: f32) -> Self::F;
    unsafe fn load(from: *const f32) -> Self::F;
    unsafe fn store(to: *mut f32, value: Self::F);
    unsafe fn add(a: Self::F, b: Self::F) -> Self::F;
    unsafe fn mul(a: Self::F, b: Self::F) -> Self::F;
    unsafe fn div(a: Self::F, b: Self::F) -> Self::F;
    /// `a * b + c`, rounded once where the machine can.
    unsafe fn fma(a: Self::F, b: Self::F, c: Self::F) -> Self::F;
    /// The larger one; `b` where either is not a number.
    unsafe fn max(a: Self::F, b: Self::F) -> Self::F;
    /// The smaller one; `b` where either is not a number.
    unsafe fn min(a: Self::F, b: Self::F) -> Self::F;
    unsafe fn sqrt(a: Self::F) -> Self::F;
    /// To the nearest whole number, halves to even; for |a| below 2^22.
    unsafe fn round(a: Self::F) -> Self::F;
    /// `a * 2^n` for a whole `n` between -126 and 127.
    unsafe fn scale_by_power(a: Self::F, n: Self::F) -> Self::F;
    /// The words of a channel and, where a word holds two, of the next one.
    #[inline(always)]
    unsafe fn words(a: Self::F, _next: Self::F) -> Self::F {
        a
    }
    /// The products of the channels in two words, added to `sum`.
    #[inline(always)]
    unsafe fn product(a: Self::F, b: Self::F, sum: Self::F) -> Self::F {
        // SAFETY: the caller's.
        unsafe { Self::fma(a, b, sum) }
    }
}

/// A computation that can be compiled for several kinds of registers.
pub(crate) trait Kernel {
    type Output;

    /// # Safety
    /// Only [`run`] may call it.
    unsafe fn run<S: Simd>(self) -> Self::Output;
}

/// The registers of this machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Level {
    /// AVX-512 that multiplies pairs of bfloat16.
    #[cfg(target_arch = "x86_64")]
    Avx512Bf16,
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

/// The widest registers of this machine.
pub(crate) fn level() -> Level {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f") {
            return Level::Avx512;
        }
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
            return Level::Avx2;
        }
    }
    Level::Portable
}

/// The registers that multiply in a type; the widest ones where none does so faster than in float32.
pub(crate) fn level_for(products: Precision) -> Level {
    match (products, level()) {
        #[cfg(target_arch = "x86_64")]
        (Precision::Bf16, Level::Avx512) if std::arch::is_x86_feature_detected!("avx512bf16") => Level::Avx512Bf16,
        (_, level) => level,
    }
}

/// Runs a kernel on registers that this machine has; `level` must come from [`level`] or [`level_for`], or be narrower.
pub(crate) fn run<K: Kernel>(level: Level, kernel: K) -> K::Output {
    match level {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the level was found on this machine.
        Level::Avx512Bf16 => unsafe { x86::run_avx512_bf16(kernel) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Level::Avx512 => unsafe { x86::run_avx512(kernel) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Level::Avx2 => unsafe { x86::run_avx2(kernel) },
        // SAFETY: plain arithmetic.
        Level::Portable => unsafe { kernel.run::<Portable>() },
    }
}

/// `e^x`, within two units in the last place; saturates far outside the range of `f32`.
///
/// # Safety
/// As [`Simd`].
#[inline(always)]
pub(crate) unsafe fn exp<S: Simd>(x: S::F) -> S::F {
    // SAFETY: the caller's.
    unsafe {
        let x = S::max(S::splat(-87.0), S::min(S::splat(88.0), x));
        let n = S::round(S::mul(x, S::splat(std::f32::consts::LOG2_E)));
        // ln 2 in two parts, the first short enough that its product with `n` is exact.
        let r = S::fma(n, S::splat(-0.693_115_23), x);
        let r = S::fma(n, S::splat(-3.194_618_4e-5), r);
        let mut p = S::splat(0.001_394_858_1);
        for c in [0.008_375_129, 0.041_666_22, 0.166_664_15, 0.5, 1.0, 1.0] {
            p = S::fma(p, r, S::splat(c));
        }
        S::scale_by_power(p, n)
    }
}

/// `sin(x)^2`. Its period is pi, so that no quadrant has to be told apart.
///
/// # Safety
/// As [`Simd`].
#[inline(always)]
pub(crate) unsafe fn sin_squared<S: Simd>(x: S::F) -> S::F {
    // SAFETY: the caller's.
    unsafe {
        let n = S::round(S::mul(x, S::splat(std::f32::consts::FRAC_1_PI)));
        // pi in three parts, as above.
        let r = S::fma(n, S::splat(-3.140_625), x);
        let r = S::fma(n, S::splat(-0.000_967_025_76), r);
        let r = S::fma(n, S::splat(-6.278_329e-7), r);
        let s = S::mul(r, r);
        let mut p = S::splat(-2.388_892_9e-8);
        for c in [2.752_525_6e-6, -1.984_086_1e-4, 8.333_331e-3, -1.666_666_7e-1, 1.0] {
            p = S::fma(p, s, S::splat(c));
        }
        S::mul(s, S::mul(p, p))
    }
}

/// `x * sigmoid(x)`.
///
/// # Safety
/// As [`Simd`].
#[inline(always)]
pub(crate) unsafe fn silu<S: Simd>(x: S::F) -> S::F {
    // SAFETY: the caller's.
    unsafe {
        let one = S::splat(1.0);
        let e = exp::<S>(S::mul(x, S::splat(-1.0)));
        S::div(x, S::add(one, e))
    }
}

/// Eight lanes in plain Rust; the compiler maps them to what the target has.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

impl Simd for Portable {
    const LANES: usize = 8;
    type F = [f32; 8];

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::F {
        [value; 8]
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::F {
        // SAFETY: the caller's.
        unsafe { from.cast::<[f32; 8]>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, value: Self::F) {
        // SAFETY: the caller's.
        unsafe { to.cast::<[f32; 8]>().write_unaligned(value) };
    }
    #[inline(always)]
    unsafe fn add(a: Self::F, b: Self::F) -> Self::F {
        std::array::from_fn(|i| a[i] + b[i])
    }
    #[inline(always)]
    unsafe fn mul(a: Self::F, b: Self::F) -> Self::F {
        std::array::from_fn(|i| a[i] * b[i])
    }
    #[inline(always)]
    unsafe fn div(a: Self::F, b: Self::F) -> Self::F {
        std::array::from_fn(|i| a[i] / b[i])
    }
    #[inline(always)]
    unsafe fn fma(a: Self::F, b: Self::F, c: Self::F) -> Self::F {
        // Without the instruction, a fused product would be a slow library call.
        if cfg!(target_feature = "fma") || cfg!(target_arch = "aarch64") {
            std::array::from_fn(|i| a[i].mul_add(b[i], c[i]))
        } else {
            std::array::from_fn(|i| a[i] * b[i] + c[i])
        }
    }
    #[inline(always)]
    unsafe fn max(a: Self::F, b: Self::F) -> Self::F {
        std::array::from_fn(|i| if a[i] > b[i] { a[i] } else { b[i] })
    }
    #[inline(always)]
    unsafe fn min(a: Self::F, b: Self::F) -> Self::F {
        std::array::from_fn(|i| if a[i] < b[i] { a[i] } else { b[i] })
    }
    #[inline(always)]
    unsafe fn sqrt(a: Self::F) -> Self::F {
        a.map(f32::sqrt)
    }
    #[inline(always)]
    unsafe fn round(a: Self::F) -> Self::F {
        // 1.5 * 2^23: adding it leaves no room for a fraction.
        const MAGIC: f32 = 12_582_912.0;
        a.map(|a| (a + MAGIC) - MAGIC)
    }
    #[inline(always)]
    unsafe fn scale_by_power(a: Self::F, n: Self::F) -> Self::F {
        // Not a number becomes power 0, and the product stays not a number.
        std::array::from_fn(|i| a[i] * f32::from_bits((((n[i] as i32) + 127) as u32) << 23))
    }
}

/// The levels that this machine can run, for tests that compare them.
#[cfg(test)]
pub(crate) fn levels() -> Vec<Level> {
    let mut levels = vec![Level::Portable];
    #[cfg(target_arch = "x86_64")]
    {
        if level() == Level::Avx512 {
            levels.push(Level::Avx2);
        }
        if level() != Level::Portable {
            levels.push(level());
        }
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::{Kernel, Simd, exp, levels, run, silu, sin_squared};

    struct Apply<'a>(&'a [f32], u8);

    impl Kernel for Apply<'_> {
        type Output = Vec<f32>;

        #[inline(always)]
        unsafe fn run<S: Simd>(self) -> Vec<f32> {
            let mut out = vec![0f32; self.0.len()];
            for i in (0..self.0.len()).step_by(S::LANES) {
                // SAFETY: the length is a multiple of every lane count.
                unsafe {
                    let x = S::load(self.0.as_ptr().add(i));
                    let y = match self.1 {
                        0 => exp::<S>(x),
                        1 => sin_squared::<S>(x),
                        _ => silu::<S>(x),
                    };
                    S::store(out.as_mut_ptr().add(i), y);
                }
            }
            out
        }
    }

    #[test]
    fn functions_are_as_exact_as_their_documentation_says() {
        let xs: Vec<f32> = (0..64_000).map(|i| (i as f32 - 32_000.0) * 0.002).collect();
        for level in levels() {
            for (which, reference, bound) in [
                (0u8, (|x: f64| x.exp()) as fn(f64) -> f64, 2.5e-7),
                (1, |x: f64| x.sin().powi(2), 4e-7),
                (2, |x: f64| x / (1.0 + (-x).exp()), 4e-7),
            ] {
                for (x, y) in xs.iter().zip(run(level, Apply(&xs, which))) {
                    let expected = reference(f64::from(*x));
                    let scale = if which == 1 { 1.0 } else { expected.abs().max(1e-30) };
                    let error = (f64::from(y) - expected).abs() / scale;
                    assert!(error < bound, "{level:?} function {which} at {x}: {y}, expected {expected}");
                }
            }
        }
    }

    #[test]
    fn not_a_number_stays_visible() {
        let xs = [f32::NAN; 16];
        for level in levels() {
            for which in 0..3 {
                assert!(run(level, Apply(&xs, which)).iter().all(|y| y.is_nan()), "{level:?} function {which}");
            }
        }
    }
}
