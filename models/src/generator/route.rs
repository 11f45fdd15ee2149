//! Where a clip's pictures are made.

use std::collections::BTreeMap;

use super::request::Size;

/// The draft's size, and the upscaler that brings it to the final one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Route {
    /// The size of the draft.
    pub draft: Size,
    /// The upscaler, by its place in the model description, where one is needed and there.
    pub upscaler: Option<usize>,
}

impl Route {
    /// The base size for a final one, and the upscaler in between where the model has one and it is needed. `sizes` are
    /// those that the base model was trained for, `upscalers` the shorter sides of the targets.
    pub(crate) fn new(size: Size, sizes: &BTreeMap<String, [u32; 2]>, upscalers: &[u32]) -> Self {
        let short_side = |size: Size| size.width().min(size.height());
        let aspect = |size: Size| f64::from(size.width()) / f64::from(size.height());
        let distance = |known: &Size| (aspect(*known) / aspect(size)).ln().abs();
        let known = sizes.values().map(|&[width, height]| Size::nearest(width, height));
        let base = known.min_by(|a, b| distance(a).total_cmp(&distance(b)));
        let wanted = short_side(size);
        let upscaler = upscalers.iter().enumerate().min_by_key(|(_, side)| side.abs_diff(wanted)).map(|(i, _)| i);
        match (base, upscaler) {
            (Some(base), Some(index)) if wanted > short_side(base) => Self { draft: base, upscaler: Some(index) },
            _ => Self { draft: size, upscaler: None },
        }
    }
}
