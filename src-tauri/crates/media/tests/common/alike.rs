//! How alike pictures are.

use gallop_media::render::Frame;

/// Structural similarity of the luma (Wang and others 2004), 1 for the same: over squares of eight pixels, four apart. Luma as
/// it is stored, so that no conversion has a part in it.
pub fn ssim(a: &Frame, b: &Frame) -> f64 {
    assert_eq!(a.size(), b.size());
    let luma =
        |frame: &Frame| -> Vec<f64> { frame.planes()[0].rows().flatten().map(|value| f64::from(*value)).collect() };
    let (width, height) = (a.size().0 as usize, a.size().1 as usize);
    let (a, b) = (luma(a), luma(b));
    let (c1, c2) = ((0.01_f64 * 255.0).powi(2), (0.03_f64 * 255.0).powi(2));
    let (mut all, mut count) = (0.0, 0_u32);
    for top in (0..=height - 8).step_by(4) {
        for left in (0..=width - 8).step_by(4) {
            let (mut sa, mut sb, mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for row in 0..8 {
                let from = (top + row) * width + left;
                for (x, y) in a[from..from + 8].iter().zip(&b[from..from + 8]) {
                    (sa, sb, aa, bb, ab) = (sa + x, sb + y, aa + x * x, bb + y * y, ab + x * y);
                }
            }
            let (ma, mb) = (sa / 64.0, sb / 64.0);
            let (va, vb, both) = (aa / 64.0 - ma * ma, bb / 64.0 - mb * mb, ab / 64.0 - ma * mb);
            let top = (2.0 * ma * mb + c1) * (2.0 * both + c2);
            all += top / ((ma * ma + mb * mb + c1) * (va + vb + c2));
            count += 1;
        }
    }
    all / f64::from(count)
}

/// Some numbers below `most`, always the same.
pub fn chosen(count: usize, most: usize) -> Vec<usize> {
    let mut state = 9_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % most
    };
    (0..count).map(|_| next()).collect()
}
