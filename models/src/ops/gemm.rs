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

/// The left side of a product.
#[derive(Clone, Copy)]
pub(crate) enum Left<'a> {
    /// Rows of `k` values, this far apart.
    Rows(&'a [f32], usize),
    /// `[k, ROWS]`, as [`pack_left`] makes it.
    Packed(&'a [f32]),
}

/// Rows `[rows, k]` as `[k, ROWS]`, [`ROWS`] rows at a time, one such block after the other; missing rows are zeros.
pub(crate) fn pack_left(a: &[f32], k: usize, packed: &mut Vec<f32>) {
    let rows = a.len() / k.max(1);
    packed.clear();
    packed.resize(rows.div_ceil(ROWS) * ROWS * k, 0.0);
    for (block, rows) in packed.chunks_exact_mut((ROWS * k).max(1)).zip(a.chunks((ROWS * k).max(1))) {
        for (place, row) in rows.chunks_exact(k).enumerate() {
            for (column, value) in block.chunks_exact_mut(ROWS).zip(row) {
                column[place] = *value;
            }
        }
    }
}

/// `c[rows, PANEL] (+)= a[rows, k] * b[k, PANEL]` for at most [`ROWS`] rows; `ldb` and `ldc` are the distances between
/// rows. Sums are in float32 in the order of `k`.
#[allow(clippy::too_many_arguments)]
pub(crate) fn tile(rows: usize, k: usize, a: Left, b: &[f32], ldb: usize, c: &mut [f32], ldc: usize, start: Start) {
    if rows == 0 {
        return;
    }
    let (values, between_rows, between_columns) = match a {
        Left::Rows(values, distance) => (values, distance, 1),
        Left::Packed(values) => (values, 1, ROWS),
    };
    assert!(rows <= ROWS && ldb >= PANEL && ldc >= PANEL);
    assert!(k == 0 || values.len() > (rows - 1) * between_rows + (k - 1) * between_columns);
    assert!(k == 0 || b.len() >= (k - 1) * ldb + PANEL);
    assert!(c.len() >= (rows - 1) * ldc + PANEL);
    match level() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the machine has the instructions, and the asserts above keep every access inside the slices.
        Level::Avx512 => unsafe { x86::avx512(rows, k, a, b.as_ptr(), ldb, c.as_mut_ptr(), ldc, start) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Level::Avx2 => unsafe { x86::avx2(rows, k, a, b.as_ptr(), ldb, c.as_mut_ptr(), ldc, start) },
        _ => portable(rows, k, a, b, ldb, c, ldc, start),
    }
}

#[allow(clippy::too_many_arguments)]
fn portable(rows: usize, k: usize, a: Left, b: &[f32], ldb: usize, c: &mut [f32], ldc: usize, start: Start) {
    for row in 0..rows {
        let c = &mut c[row * ldc..row * ldc + PANEL];
        let mut sum = [0f32; PANEL];
        if start == Start::Add {
            sum.copy_from_slice(c);
        }
        for (i, b) in b.chunks(ldb).take(k).enumerate() {
            let a = match a {
                Left::Rows(values, distance) => values[row * distance + i],
                Left::Packed(values) => values[i * ROWS + row],
            };
            for (sum, b) in sum.iter_mut().zip(b) {
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

    use super::{Left, ROWS, Start};

    /// # Safety
    /// The machine has AVX-512; `a` holds `rows` rows of `k` values, the pointers are valid for rows of 32 values, `k` of
    /// them at `b`, `rows` of them at `c`.
    #[target_feature(enable = "avx512f")]
    #[allow(clippy::too_many_arguments)]
    pub(super) unsafe fn avx512(
        rows: usize,
        k: usize,
        a: Left,
        b: *const f32,
        ldb: usize,
        c: *mut f32,
        ldc: usize,
        start: Start,
    ) {
        macro_rules! pick {
            ($($n:literal)*) => {
                match (rows, a) {
                    // SAFETY: passed on from the caller.
                    $(($n, Left::Packed(a)) => unsafe { avx512_rows::<$n, true>(k, a.as_ptr(), 1, b, ldb, c, ldc, start) },
                    // SAFETY: as above.
                    ($n, Left::Rows(a, lda)) => unsafe {
                        avx512_rows::<$n, false>(k, a.as_ptr(), lda, b, ldb, c, ldc, start)
                    },)*
                    _ => {}
                }
            };
        }
        pick!(1 2 3 4 5 6 7 8 9 10 11 12 13 14);
    }

    #[target_feature(enable = "avx512f")]
    #[allow(clippy::too_many_arguments, clippy::needless_range_loop)]
    unsafe fn avx512_rows<const N: usize, const PACKED: bool>(
        k: usize,
        mut a: *const f32,
        lda: usize,
        mut b: *const f32,
        ldb: usize,
        c: *mut f32,
        ldc: usize,
        start: Start,
    ) {
        // SAFETY: every offset is below the bounds that the caller vouches for.
        unsafe {
            let mut left = [_mm512_setzero_ps(); N];
            let mut right = [_mm512_setzero_ps(); N];
            if start == Start::Add {
                for row in 0..N {
                    left[row] = _mm512_loadu_ps(c.add(row * ldc));
                    right[row] = _mm512_loadu_ps(c.add(row * ldc + 16));
                }
            }
            for _ in 0..k {
                let b0 = _mm512_loadu_ps(b);
                let b1 = _mm512_loadu_ps(b.wrapping_add(16));
                for row in 0..N {
                    let a = _mm512_set1_ps(*a.wrapping_add(if PACKED { row } else { row.wrapping_mul(lda) }));
                    left[row] = _mm512_fmadd_ps(a, b0, left[row]);
                    right[row] = _mm512_fmadd_ps(a, b1, right[row]);
                }
                a = a.wrapping_add(if PACKED { ROWS } else { 1 });
                b = b.wrapping_add(ldb);
            }
            for row in 0..N {
                _mm512_storeu_ps(c.add(row * ldc), left[row]);
                _mm512_storeu_ps(c.add(row * ldc + 16), right[row]);
            }
        }
    }

    /// # Safety
    /// As for AVX-512, with AVX2 and FMA.
    #[target_feature(enable = "avx2,fma")]
    #[allow(clippy::too_many_arguments)]
    pub(super) unsafe fn avx2(
        rows: usize,
        k: usize,
        a: Left,
        b: *const f32,
        ldb: usize,
        c: *mut f32,
        ldc: usize,
        start: Start,
    ) {
        let (a, between_rows, between_columns) = match a {
            Left::Rows(values, distance) => (values.as_ptr(), distance, 1),
            Left::Packed(values) => (values.as_ptr(), 1, ROWS),
        };
        for row in (0..rows).step_by(6) {
            for half in [0, 16] {
                // SAFETY: rows `row..row + 6` below `rows` and columns `half..half + 16` lie inside what the caller
                // vouches for.
                unsafe {
                    let a = (a.add(row * between_rows), between_rows, between_columns);
                    let (b, c) = (b.add(half), c.add(row * ldc + half));
                    match rows - row {
                        1 => avx2_rows::<1>(k, a, b, ldb, c, ldc, start),
                        2 => avx2_rows::<2>(k, a, b, ldb, c, ldc, start),
                        3 => avx2_rows::<3>(k, a, b, ldb, c, ldc, start),
                        4 => avx2_rows::<4>(k, a, b, ldb, c, ldc, start),
                        5 => avx2_rows::<5>(k, a, b, ldb, c, ldc, start),
                        _ => avx2_rows::<6>(k, a, b, ldb, c, ldc, start),
                    }
                }
            }
        }
    }

    #[target_feature(enable = "avx2,fma")]
    #[allow(clippy::needless_range_loop)]
    unsafe fn avx2_rows<const N: usize>(
        k: usize,
        (mut a, between_rows, between_columns): (*const f32, usize, usize),
        mut b: *const f32,
        ldb: usize,
        c: *mut f32,
        ldc: usize,
        start: Start,
    ) {
        // SAFETY: every offset is below the bounds that the caller vouches for.
        unsafe {
            let mut left = [_mm256_setzero_ps(); N];
            let mut right = [_mm256_setzero_ps(); N];
            if start == Start::Add {
                for row in 0..N {
                    left[row] = _mm256_loadu_ps(c.add(row * ldc));
                    right[row] = _mm256_loadu_ps(c.add(row * ldc + 8));
                }
            }
            for _ in 0..k {
                let b0 = _mm256_loadu_ps(b);
                let b1 = _mm256_loadu_ps(b.wrapping_add(8));
                for row in 0..N {
                    let a = _mm256_set1_ps(*a.wrapping_add(row.wrapping_mul(between_rows)));
                    left[row] = _mm256_fmadd_ps(a, b0, left[row]);
                    right[row] = _mm256_fmadd_ps(a, b1, right[row]);
                }
                a = a.wrapping_add(between_columns);
                b = b.wrapping_add(ldb);
            }
            for row in 0..N {
                _mm256_storeu_ps(c.add(row * ldc), left[row]);
                _mm256_storeu_ps(c.add(row * ldc + 8), right[row]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every instruction set against the plain loop, for every number of rows and both orders of the left side.
    #[test]
    fn tiles_agree_with_the_plain_loop() {
        let k = 37;
        let a: Vec<f32> = (0..ROWS * k).map(|i| ((i * 7919) % 101) as f32 / 101.0 - 0.5).collect();
        let b: Vec<f32> = (0..k * PANEL).map(|i| ((i * 104_729) % 97) as f32 / 97.0 - 0.5).collect();
        let mut packed = Vec::new();
        for rows in 0..=ROWS {
            pack_left(&a[..rows * k], k, &mut packed);
            for start in [Start::Zero, Start::Add] {
                let mut expected = [0.25; ROWS * PANEL];
                portable(rows, k, Left::Rows(&a, k), &b, PANEL, &mut expected, PANEL, start);
                for left in [Left::Rows(&a, k), Left::Packed(&packed)] {
                    let mut c = [0.25; ROWS * PANEL];
                    let close = |c: &[f32]| c.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5);
                    tile(rows, k, left, &b, PANEL, &mut c, PANEL, start);
                    assert!(close(&c), "{rows} rows");
                    c = [0.25; ROWS * PANEL];
                    portable(rows, k, left, &b, PANEL, &mut c, PANEL, start);
                    assert!(close(&c), "{rows} rows in plain loops");
                    #[cfg(target_arch = "x86_64")]
                    if level() != Level::Baseline && rows > 0 {
                        c = [0.25; ROWS * PANEL];
                        // SAFETY: AVX2 and FMA are there where the level is above the baseline.
                        unsafe { x86::avx2(rows, k, left, b.as_ptr(), PANEL, c.as_mut_ptr(), PANEL, start) };
                        assert!(close(&c), "{rows} rows with AVX2");
                    }
                }
            }
        }
    }
}
