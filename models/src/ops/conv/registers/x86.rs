//! Registers of x86-64 processors.

#[allow(clippy::wildcard_imports, reason = "a list of thirty intrinsics tells nothing")]
use std::arch::x86_64::*;
use std::mem::transmute;

use super::{Kernel, Simd};

/// # Safety
/// The machine has AVX-512F and its products of bfloat16.
#[target_feature(enable = "avx512f,avx512bf16,avx2,fma")]
pub(super) unsafe fn run_avx512_bf16<K: Kernel>(kernel: K) -> K::Output {
    // SAFETY: the caller's.
    unsafe { kernel.run::<Avx512Bf16>() }
}

/// # Safety
/// The machine has AVX-512F.
#[target_feature(enable = "avx512f,avx2,fma")]
pub(super) unsafe fn run_avx512<K: Kernel>(kernel: K) -> K::Output {
    // SAFETY: the caller's.
    unsafe { kernel.run::<Avx512>() }
}

/// # Safety
/// The machine has AVX2 and FMA.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn run_avx2<K: Kernel>(kernel: K) -> K::Output {
    // SAFETY: the caller's.
    unsafe { kernel.run::<Avx2>() }
}

macro_rules! lanes {
    ($name:ident, $lanes:literal, $reg:ty, {$($own:item)*}, $(($fn:ident($($arg:ident),*) => $body:expr)),* $(,)?) => {
        #[derive(Clone, Copy)]
        pub(super) struct $name;

        impl Simd for $name {
            const LANES: usize = $lanes;
            type F = $reg;
            $($own)*
            lanes!(@fns $reg, $(($fn($($arg),*) => $body)),*);
        }
    };
    (@fns $reg:ty, $(($fn:ident($($arg:ident),*) => $body:expr)),*) => {
        $(lanes!(@one $fn, $reg, ($($arg),*) => $body);)*
    };
    (@one splat, $reg:ty, ($a:ident) => $body:expr) => {
        #[inline(always)]
        unsafe fn splat($a: f32) -> $reg {
            // SAFETY: the caller's, see the trait.
            unsafe { $body }
        }
    };
    (@one load, $reg:ty, ($a:ident) => $body:expr) => {
        #[inline(always)]
        unsafe fn load($a: *const f32) -> $reg {
            // SAFETY: the caller's, see the trait.
            unsafe { $body }
        }
    };
    (@one store, $reg:ty, ($a:ident, $b:ident) => $body:expr) => {
        #[inline(always)]
        unsafe fn store($a: *mut f32, $b: $reg) {
            // SAFETY: the caller's, see the trait.
            unsafe { $body }
        }
    };
    (@one $fn:ident, $reg:ty, ($($arg:ident),*) => $body:expr) => {
        #[inline(always)]
        unsafe fn $fn($($arg: $reg),*) -> $reg {
            // SAFETY: the caller's, see the trait.
            unsafe { $body }
        }
    };
}

macro_rules! avx512 {
    ($name:ident, {$($own:item)*}) => {
        lanes!($name, 16, __m512, {$($own)*},
            (splat(v) => _mm512_set1_ps(v)),
            (load(p) => _mm512_loadu_ps(p)),
            (store(p, v) => _mm512_storeu_ps(p, v)),
            (add(a, b) => _mm512_add_ps(a, b)),
            (mul(a, b) => _mm512_mul_ps(a, b)),
            (div(a, b) => _mm512_div_ps(a, b)),
            (fma(a, b, c) => _mm512_fmadd_ps(a, b, c)),
            (max(a, b) => _mm512_max_ps(a, b)),
            (min(a, b) => _mm512_min_ps(a, b)),
            (sqrt(a) => _mm512_sqrt_ps(a)),
            (round(a) => _mm512_roundscale_ps::<0>(a)),
            (scale_by_power(a, n) => _mm512_scalef_ps(a, n)),
        );
    };
}

avx512!(Avx512, {});

avx512!(Avx512Bf16, {
    const CHANNELS: usize = 2;

    #[inline(always)]
    unsafe fn words(a: __m512, next: __m512) -> __m512 {
        // SAFETY: the caller's, see the trait; registers of as many bits.
        unsafe {
            let low = _mm512_cvtepu16_epi32(transmute::<__m256bh, __m256i>(_mm512_cvtneps_pbh(a)));
            let high = _mm512_cvtepu16_epi32(transmute::<__m256bh, __m256i>(_mm512_cvtneps_pbh(next)));
            _mm512_castsi512_ps(_mm512_or_si512(low, _mm512_slli_epi32::<16>(high)))
        }
    }

    #[inline(always)]
    unsafe fn product(a: __m512, b: __m512, sum: __m512) -> __m512 {
        // SAFETY: as above.
        unsafe { _mm512_dpbf16_ps(sum, transmute::<__m512, __m512bh>(a), transmute::<__m512, __m512bh>(b)) }
    }
});

lanes!(Avx2, 8, __m256, {},
    (splat(v) => _mm256_set1_ps(v)),
    (load(p) => _mm256_loadu_ps(p)),
    (store(p, v) => _mm256_storeu_ps(p, v)),
    (add(a, b) => _mm256_add_ps(a, b)),
    (mul(a, b) => _mm256_mul_ps(a, b)),
    (div(a, b) => _mm256_div_ps(a, b)),
    (fma(a, b, c) => _mm256_fmadd_ps(a, b, c)),
    (max(a, b) => _mm256_max_ps(a, b)),
    (min(a, b) => _mm256_min_ps(a, b)),
    (sqrt(a) => _mm256_sqrt_ps(a)),
    (round(a) => _mm256_round_ps::<0x08>(a)),
    (scale_by_power(a, n) => {
        let n = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
        _mm256_mul_ps(a, _mm256_castsi256_ps(_mm256_slli_epi32::<23>(n)))
    }),
);
