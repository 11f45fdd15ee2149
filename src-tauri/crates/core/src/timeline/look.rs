//! How a clip is seen: where on the picture, which part of it, how it comes and goes.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::MAX_FRAMES;
use super::check::{check_gain, refuse};

/// The smallest part of a picture that can fill the frame: beyond a hundred times, nothing can be made out.
const LEAST_SIDE: f32 = 0.01;
/// How far outside of the picture, and how large beside it, a clip can be: far enough to fly in from anywhere.
const FARTHEST: f32 = 8.0;

/// How a clip is seen and heard. As [`Default`] says, all of it fills the picture and nothing is changed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Look {
    /// How it is brought to the picture's shape. Where nothing is said, the picture is filled if no more than a third of the
    /// clip is lost by that, and else has a blurred copy at its sides.
    pub fit: Option<Fit>,
    /// The part of the clip that is seen when it begins.
    pub crop: Area,
    /// The part that is seen when it ends, where it is another one: a pan or a zoom.
    pub crop_to: Option<Area>,
    /// Where it lies in the picture.
    pub frame: Area,
    /// How much of it covers what lies below: 0 to 1.
    pub opacity: f32,
    /// Frames over which picture and sound come.
    pub fade_in: u32,
    /// Frames over which picture and sound go.
    pub fade_out: u32,
    /// Frames over which it takes the place of the clip that ends where it begins. That one goes on below it, with what its
    /// take has left, and then with its last picture.
    pub cross_fade: u32,
    /// What is done to its colours.
    pub color: Color,
    /// How much louder or softer its own sound is; at −96 it is silent.
    pub gain_db: f32,
}

/// How a picture is brought to another shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// All of it is seen, with black on two sides.
    Contain,
    /// The frame is filled, and what sticks out is cut.
    Cover,
    /// All of it is seen, with a blurred copy of itself on two sides.
    Blur,
    /// It is stretched.
    Stretch,
}

/// A rectangle in fractions of a picture; (0, 0) is its top left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct Area {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub w: f32,
    /// Height.
    pub h: f32,
}

/// Simple changes of colour. All zeros change nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(rename = "ColorChange")]
pub struct Color {
    /// Darker below 0, lighter above: −1 to 1.
    pub brightness: f32,
    /// Flatter below 0, harder above: −1 to 1.
    pub contrast: f32,
    /// Greyer below 0, more colourful above: −1 to 1.
    pub saturation: f32,
    /// Towards blue below 0, towards orange above: −1 to 1.
    pub warmth: f32,
}

impl Area {
    /// All of a picture.
    pub const WHOLE: Self = Self { x: 0.0, y: 0.0, w: 1.0, h: 1.0 };

    /// The rectangle that lies so far on the way to another.
    fn towards(&self, to: &Self, part: f32) -> Self {
        let between = |from: f32, to: f32| from + (to - from) * part;
        let (x, y) = (between(self.x, to.x), between(self.y, to.y));
        Self { x, y, w: between(self.w, to.w), h: between(self.h, to.h) }
    }

    fn is_inside(&self) -> bool {
        let Self { x, y, w, h } = *self;
        // Fractions that were added up may be a little more than a whole.
        let is_part = |from: f32, length: f32| from >= 0.0 && length >= LEAST_SIDE && from + length <= 1.0001;
        is_part(x, w) && is_part(y, h)
    }

    fn is_near(&self) -> bool {
        let Self { x, y, w, h } = *self;
        let sides = [w, h].into_iter().all(|side| (LEAST_SIDE..=FARTHEST).contains(&side));
        sides && [x, y].into_iter().all(|edge| (-FARTHEST..=FARTHEST).contains(&edge))
    }
}

impl Default for Look {
    fn default() -> Self {
        Self {
            fit: None,
            crop: Area::WHOLE,
            crop_to: None,
            frame: Area::WHOLE,
            opacity: 1.0,
            fade_in: 0,
            fade_out: 0,
            cross_fade: 0,
            color: Color::default(),
            gain_db: 0.0,
        }
    }
}

impl Look {
    /// Whether nothing was said of it.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// How the two halves are seen of a clip that is cut after this part of it: what comes and goes does so once, and a pan
    /// or zoom goes on over the cut.
    pub(super) fn split(&self, part: f32) -> (Self, Self) {
        let middle = self.crop_to.map(|to| self.crop.towards(&to, part));
        let left = Self { fade_out: 0, crop_to: middle, ..*self };
        let right = Self { fade_in: 0, cross_fade: 0, crop: middle.unwrap_or(self.crop), ..*self };
        (left, right)
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        let Self { fit: _, crop, crop_to, frame, opacity, fade_in, fade_out, cross_fade, color, gain_db } = self;
        if ![*crop].iter().chain(crop_to).all(Area::is_inside) {
            return refuse("the part of a clip that is seen lies inside of it, and is at least a hundredth".into());
        }
        if !frame.is_near() {
            return refuse(format!("a clip lies at most {FARTHEST} pictures away, and is at most so large"));
        }
        if !(0.0..=1.0).contains(opacity) {
            return refuse(format!("an opacity goes from 0 to 1, not {opacity}"));
        }
        if [fade_in, fade_out, cross_fade].into_iter().any(|frames| *frames > MAX_FRAMES) {
            return refuse("a fade takes longer than a day".into());
        }
        let Color { brightness, contrast, saturation, warmth } = color;
        if let Some(bad) =
            [brightness, contrast, saturation, warmth].into_iter().find(|value| !(-1.0..=1.0).contains(*value))
        {
            return refuse(format!("a change of colour goes from -1 to 1, not {bad}"));
        }
        check_gain(*gain_db)
    }
}
