//! Matrix products by panels: `c[m, n] = a[m, k] * b[k, n]` where `b` lies in panels of [`PANEL`] columns, each panel
//! `[k, PANEL]` without gaps. The weights of a network are brought into this order once, when they are loaded.

use super::simd::{Level, level};

/// Columns of a panel: two AVX-512 registers.
pub(crate) const PANEL: usize = 32;

/// Rows that one call of [`tile`] computes at most.
pub(crate) const ROWS: usize = 14;

/// Room for the result of one [`tile`] call.
pub(crate) type Tile = [f32; ROWS * PANEL];

/// Whether a tile starts from zero or adds to what it holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    Zero,
    Add,
}

/// `c[rows, PANEL] (+)= a[rows, k] * b[k, PANEL]` for at most [`ROWS`] rows; `lda`, `ldb` and `ldc` are the distances
/// between rows. Sums are in float32 in the order of `k`.
#[allow(clippy::too_many_arguments)]
pub(crate) fn tile(
    rows: usize,
    k: usize,
    a: &[f32],
    lda: usize,
    b: &[f32],
    ldb: usize,
    c: &mut [f32],
    ldc: usize,
    start: Start,
) {
    if rows == 0 {
        return;
    }
    assert!(rows <= ROWS && ldb >= PANEL && ldc >= PANEL);
    assert!(k == 0 || (a.len() >= (rows - 1) * lda + k && b.len() >= (k - 1) * ldb + PANEL));
    assert!(c.len() >= (rows - 1) * ldc + PANEL);
    match level() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the machine has the instructions, and the asserts above keep every access inside the slices.
        Level::Avx512 => unsafe { x86::avx512(rows, k, a.as_ptr(), lda, b.as_ptr(), ldb, c.as_mut_ptr(), ldc, start) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Level::Avx2 => unsafe { x86::avx2(rows, k, a.as_ptr(), lda, b.as_ptr(), ldb, c.as_mut_ptr(), ldc, start) },
        _ => portable(rows, k, a, lda, b, ldb, c, ldc, start),
    }
}

#[allow(clippy::too_many_arguments)]
fn portable(
    rows: usize,
    k: usize,
    a: &[f32],
    lda: usize,
    b: &[f32],
    ldb: usize,
    c: &mut [f32],
    ldc: usize,
    start: Start,
) {
    for row in 0..rows {
        let c = &mut c[row * ldc..row * ldc + PANEL];
        let mut sum = [0f32; PANEL];
        if start == Start::Add {
            sum.copy_from_slice(c);
        }
        for (i, &a) in a[row * lda..row * lda + k].iter().enumerate() {
            for (sum, b) in sum.iter_mut().zip(&b[i * ldb..i * ldb + PANEL]) {
                *sum += a * b;
            }
        }
        c.copy_from_slice(&sum);
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_setzero_ps, _mm256_storeu_ps, _mm512_fmadd_ps,
        _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
    };

    use super::Start;

    /// # Safety
    /// The machine has AVX-512; the pointers are valid for `rows` rows of `k` and 32 values.
    #[target_feature(enable = "avx512f")]
    #[allow(clippy::too_many_arguments)]
    pub(super) unsafe fn avx512(
        rows: usize,
        k: usize,
        a: *const f32,
        lda: usize,
        b: *const f32,
        ldb: usize,
        c: *mut f32,
        ldc: usize,
        start: Start,
    ) {
        macro_rules! pick {
            ($($n:literal)*) => {
                match rows {
                    // SAFETY: passed on from the caller.
                    $($n => unsafe { avx512_rows::<$n>(k, a, lda, b, ldb, c, ldc, start) },)*
                    _ => unreachable!("at most {} rows", super::ROWS),
                }
            };
        }
        pick!(1 2 3 4 5 6 7 8 9 10 11 12 13 14);
    }

    #[target_feature(enable = "avx512f")]
    #[allow(clippy::too_many_arguments)]
    unsafe fn avx512_rows<const ROWS: usize>(
        k: usize,
        a: *const f32,
        lda: usize,
        b: *const f32,
        ldb: usize,
        c: *mut f32,
        ldc: usize,
        start: Start,
    ) {
        // SAFETY: every offset is below the bounds that the caller vouches for.
        unsafe {
            let mut left = [_mm512_setzero_ps(); ROWS];
            let mut right = [_mm512_setzero_ps(); ROWS];
            if start == Start::Add {
                for row in 0..ROWS {
                    left[row] = _mm512_loadu_ps(c.add(row * ldc));
                    right[row] = _mm512_loadu_ps(c.add(row * ldc + 16));
                }
            }
            for i in 0..k {
                let b0 = _mm512_loadu_ps(b.add(i * ldb));
                let b1 = _mm512_loadu_ps(b.add(i * ldb + 16));
                for row in 0..ROWS {
                    let a = _mm512_set1_ps(*a.add(row * lda + i));
                    left[row] = _mm512_fmadd_ps(a, b0, left[row]);
                    right[row] = _mm512_fmadd_ps(a, b1, right[row]);
                }
            }
            for row in 0..ROWS {
                _mm512_storeu_ps(c.add(row * ldc), left[row]);
                _mm512_storeu_ps(c.add(row * ldc + 16), right[row]);
            }
        }
    }

    /// # Safety
    /// The machine has AVX2 and FMA; the pointers are valid for `rows` rows of `k` and 32 values.
    #[target_feature(enable = "avx2,fma")]
    #[allow(clippy::too_many_arguments)]
    pub(super) unsafe fn avx2(
        rows: usize,
        k: usize,
        a: *const f32,
        lda: usize,
        b: *const f32,
        ldb: usize,
        c: *mut f32,
        ldc: usize,
        start: Start,
    ) {
        let mut row = 0;
        while row < rows {
            let step = (rows - row).min(6);
            for half in [0, 16] {
                // SAFETY: rows `row..row + step` and columns `half..half + 16` lie inside what the caller vouches for.
                unsafe {
                    let (a, b, c) = (a.add(row * lda), b.add(half), c.add(row * ldc + half));
                    match step {
                        1 => avx2_rows::<1>(k, a, lda, b, ldb, c, ldc, start),
                        2 => avx2_rows::<2>(k, a, lda, b, ldb, c, ldc, start),
                        3 => avx2_rows::<3>(k, a, lda, b, ldb, c, ldc, start),
                        4 => avx2_rows::<4>(k, a, lda, b, ldb, c, ldc, start),
                        5 => avx2_rows::<5>(k, a, lda, b, ldb, c, ldc, start),
                        _ => avx2_rows::<6>(k, a, lda, b, ldb, c, ldc, start),
                    }
                }
            }
            row += step;
        }
    }

    #[target_feature(enable = "avx2,fma")]
    #[allow(clippy::too_many_arguments)]
    unsafe fn avx2_rows<const ROWS: usize>(
        k: usize,
        a: *const f32,
        lda: usize,
        b: *const f32,
        ldb: usize,
        c: *mut f32,
        ldc: usize,
        start: Start,
    ) {
        // SAFETY: every offset is below the bounds that the caller vouches for.
        unsafe {
            let mut left = [_mm256_setzero_ps(); ROWS];
            let mut right = [_mm256_setzero_ps(); ROWS];
            if start == Start::Add {
                for row in 0..ROWS {
                    left[row] = _mm256_loadu_ps(c.add(row * ldc));
                    right[row] = _mm256_loadu_ps(c.add(row * ldc + 8));
                }
            }
            for i in 0..k {
                let b0 = _mm256_loadu_ps(b.add(i * ldb));
                let b1 = _mm256_loadu_ps(b.add(i * ldb + 8));
                for row in 0..ROWS {
                    let a = _mm256_set1_ps(*a.add(row * lda + i));
                    left[row] = _mm256_fmadd_ps(a, b0, left[row]);
                    right[row] = _mm256_fmadd_ps(a, b1, right[row]);
                }
            }
            for row in 0..ROWS {
                _mm256_storeu_ps(c.add(row * ldc), left[row]);
                _mm256_storeu_ps(c.add(row * ldc + 8), right[row]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every instruction set against the plain loop, for every number of rows.
    #[test]
    fn tiles_agree_with_the_plain_loop() {
        let k = 37;
        let a: Vec<f32> = (0..ROWS * k).map(|i| ((i * 7919) % 101) as f32 / 101.0 - 0.5).collect();
        let b: Vec<f32> = (0..k * PANEL).map(|i| ((i * 104_729) % 97) as f32 / 97.0 - 0.5).collect();
        for rows in 0..=ROWS {
            for start in [Start::Zero, Start::Add] {
                let (mut c, mut expected) = ([0.25; ROWS * PANEL], [0.25; ROWS * PANEL]);
                portable(rows, k, &a, k, &b, PANEL, &mut expected, PANEL, start);
                let close = |c: &[f32]| c.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5);
                tile(rows, k, &a, k, &b, PANEL, &mut c, PANEL, start);
                assert!(close(&c), "{rows} rows");
                #[cfg(target_arch = "x86_64")]
                if level() != Level::Baseline && rows > 0 {
                    c = [0.25; ROWS * PANEL];
                    // SAFETY: AVX2 and FMA are there where the level is above the baseline.
                    unsafe { x86::avx2(rows, k, a.as_ptr(), k, b.as_ptr(), PANEL, c.as_mut_ptr(), PANEL, start) };
                    assert!(close(&c), "{rows} rows with AVX2");
                }
            }
        }
    }
}
