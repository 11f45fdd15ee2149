//! Where on a canvas which part of a picture lies: arithmetic only.

use super::{Fit, Placement, Rect};

/// A rectangle with more digits than [`Rect`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) w: f64,
    pub(super) h: f64,
}

impl Area {
    /// In units of `width` and `height`.
    pub(super) fn times(self, width: f64, height: f64) -> Self {
        Self { x: self.x * width, y: self.y * height, w: self.w * width, h: self.h * height }
    }

    /// What both have in common; none if nothing.
    fn and(self, other: Self) -> Option<Self> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let w = (self.x + self.w).min(other.x + other.w) - x;
        let h = (self.y + self.h).min(other.y + other.h) - y;
        (w > 0.0 && h > 0.0).then_some(Self { x, y, w, h })
    }

    /// The largest rectangle of this shape (width by height) around the same middle that lies in it.
    fn inner(self, shape: f64) -> Self {
        let (w, h) = if self.w > self.h * shape { (self.h * shape, self.h) } else { (self.w, self.w / shape) };
        Self { x: self.x + (self.w - w) / 2.0, y: self.y + (self.h - h) / 2.0, w, h }
    }
}

impl From<Rect> for Area {
    fn from(rect: Rect) -> Self {
        Self { x: rect.x.into(), y: rect.y.into(), w: rect.w.into(), h: rect.h.into() }
    }
}

/// Which part of a picture lies where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Laid {
    /// The part of the picture, in fractions of it.
    pub(super) part: Area,
    /// Where it lies, in pixels of the canvas, all of it inside.
    pub(super) target: Area,
}

/// How a picture of `shape` (width by height, as seen) lies on a canvas of `size` pixels when `progress` (0 to 1) of its
/// time has passed, brought to its frame as `fit` says; [`Fit::Blur`] counts as [`Fit::Contain`]. None if nothing is seen.
pub(super) fn lay(placement: &Placement, fit: Fit, shape: f64, size: (u32, u32), progress: f64) -> Option<Laid> {
    let (width, height) = (f64::from(size.0), f64::from(size.1));
    let crop = between(placement.crop.into(), placement.crop_to.into(), progress);
    let crop = crop.and(Rect::WHOLE.into())?;
    let frame = Area::from(placement.frame).times(width, height);
    if frame.w <= 0.0 || frame.h <= 0.0 {
        return None;
    }
    let (part, target) = match fit {
        Fit::Stretch => (crop, frame),
        // In fractions of the picture a shape is that many times narrower than in pixels.
        Fit::Cover => (crop.inner(frame.w / frame.h / shape), frame),
        Fit::Contain | Fit::Blur => (crop, frame.inner(crop.w / crop.h * shape)),
    };
    let seen = target.and(Area { x: 0.0, y: 0.0, w: width, h: height })?;
    let part = Area {
        x: part.x + (seen.x - target.x) / target.w * part.w,
        y: part.y + (seen.y - target.y) / target.h * part.h,
        w: seen.w / target.w * part.w,
        h: seen.h / target.h * part.h,
    };
    Some(Laid { part, target: seen })
}

fn between(a: Area, b: Area, progress: f64) -> Area {
    let mix = |a: f64, b: f64| a + (b - a) * progress;
    Area { x: mix(a.x, b.x), y: mix(a.y, b.y), w: mix(a.w, b.w), h: mix(a.h, b.h) }
}

/// A rectangle of whole pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pixels {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) w: u32,
    pub(super) h: u32,
}

/// The nearest rectangle with even edges and a size of at least two by two within `size`, whose sides are even.
pub(super) fn to_even(area: Area, size: (u32, u32)) -> Pixels {
    let (x, w) = even_run(area.x, area.w, size.0);
    let (y, h) = even_run(area.y, area.h, size.1);
    Pixels { x, y, w, h }
}

fn even_run(start: f64, length: f64, limit: u32) -> (u32, u32) {
    // A float that is too large or none at all becomes the limit or 0.
    let even = |edge: f64| (((edge / 2.0).round().max(0.0) as u32).saturating_mul(2)).min(limit);
    let (first, last) = (even(start), even(start + length));
    if last > first { (first, last - first) } else { (first.min(limit.saturating_sub(2)), 2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(fit: Fit, shape: f64, size: (u32, u32)) -> Laid {
        lay(&Placement::default(), fit, shape, size, 0.0).expect("something is seen")
    }

    #[test]
    fn a_wide_picture_on_a_tall_canvas() {
        let cover = placed(Fit::Cover, 16.0 / 9.0, (1080, 1920));
        assert_eq!(cover.target, Area { x: 0.0, y: 0.0, w: 1080.0, h: 1920.0 });
        // 9:16 of 16:9 is (9/16)² of its width.
        assert!((cover.part.w - 0.316_406_25).abs() < 1e-9 && (cover.part.x - 0.341_796_875).abs() < 1e-9, "{cover:?}");
        let contain = placed(Fit::Contain, 16.0 / 9.0, (1080, 1920));
        assert_eq!(contain.target, Area { x: 0.0, y: 656.25, w: 1080.0, h: 607.5 });
        assert_eq!(contain.part, Area::from(Rect::WHOLE));
        assert_eq!(placed(Fit::Blur, 16.0 / 9.0, (1080, 1920)), contain);
        assert_eq!(placed(Fit::Stretch, 16.0 / 9.0, (1080, 1920)).target, cover.target);
    }

    #[test]
    fn a_frame_that_sticks_out_is_cut_and_so_is_its_picture() {
        let frame = Rect { x: -0.5, y: 0.5, w: 1.0, h: 1.0 };
        let placement = Placement { frame, ..Placement::default() };
        let laid = lay(&placement, Fit::Cover, 1.0, (100, 100), 0.0).expect("a quarter is seen");
        assert_eq!(laid.target, Area { x: 0.0, y: 50.0, w: 50.0, h: 50.0 });
        assert_eq!(laid.part, Area { x: 0.5, y: 0.0, w: 0.5, h: 0.5 });
        let away = Placement { frame: Rect { x: 1.0, ..Rect::WHOLE }, ..placement };
        assert_eq!(lay(&away, Fit::Cover, 1.0, (100, 100), 0.0), None);
    }

    #[test]
    fn a_pan_goes_from_one_part_to_the_other() {
        let crop = Rect { x: 0.0, y: 0.0, w: 0.5, h: 0.5 };
        let crop_to = Rect { x: 0.5, y: 0.25, w: 0.25, h: 0.25 };
        let placement = Placement { crop, crop_to, ..Placement::default() };
        let half = lay(&placement, Fit::Cover, 1.0, (64, 64), 0.5).expect("seen");
        assert_eq!(half.part, Area { x: 0.25, y: 0.125, w: 0.375, h: 0.375 });
    }

    #[test]
    fn pixels_are_even_and_never_none() {
        let area = |x, w| Area { x, y: 0.0, w, h: 4.0 };
        assert_eq!(to_even(area(0.9, 3.2), (8, 4)), Pixels { x: 0, y: 0, w: 4, h: 4 });
        assert_eq!(to_even(area(7.5, 0.1), (8, 4)), Pixels { x: 6, y: 0, w: 2, h: 4 });
        assert_eq!(to_even(area(f64::NAN, f64::INFINITY), (8, 4)), Pixels { x: 0, y: 0, w: 2, h: 4 });
    }
}
