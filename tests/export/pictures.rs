//! What is seen: times of frames, which way is up, shape, colours, and what lies beside a source of another shape.

use gallop_media::Picture;

use crate::card::{DARK, GREY, PATCHES, SQUARE, shown};
use crate::case::Case;
use crate::seen::{Shown, apart, around, at, edges, reach};
use crate::sources::Known;

/// How far a flat colour may be off, of 255: two conversions, a lossy source and a lossy clip.
const MOST_OFF: f64 = 7.0;
/// A clip that would lose more of itself than this by filling the picture is seen whole, over a blurred copy.
const MOST_LOST: f64 = 1.0 / 3.0;
/// Black is darker than this.
const BLACK: f64 = 24.0;
/// Neighbours in a blurred picture differ by no more than this.
const SOFT: f64 = 14.0;

/// Where a source lies in a picture.
struct Laid {
    fit: &'static str,
    /// Pixels of the picture for one of the source, across and down.
    scale: (f64, f64),
    /// Half of the source's width and height in pixels of the picture.
    half: (f64, f64),
    /// The picture's middle.
    middle: (f64, f64),
}

pub fn check(case: &Case<'_>) -> Result<(), String> {
    let (Some(seen), Some(rate)) = (&case.shown, case.rate()) else { return Ok(()) };
    let start = seen.times.first().copied().unwrap_or(0.0);
    let step = 1.0 / rate.per_second();
    let off = |(number, time): (usize, &f64)| (time - start - number as f64 * step).abs();
    let most = seen.times.iter().enumerate().map(off).fold(0.0, f64::max);
    // Matroska rounds to thousandths.
    if most > 0.000_6 {
        return Err(format!("a frame is seen {:.2} ms off", most * 1e3));
    }
    if seen.times.len() as u64 != case.pictures() {
        return Err(format!("{} of {} frames can be decoded", seen.times.len(), case.pictures()));
    }
    let Some(known) = case.known() else { return Ok(()) };
    let laid = laid(case, known, &seen.frame);
    square(known, &laid, &seen.frame)?;
    beside(known, &laid, &seen.frame)?;
    if known.is_interlaced { combs(&laid, seen) } else { Ok(()) }
}

/// Where the source should lie, by what is said of fits and not by the code that does it.
fn laid(case: &Case<'_>, known: &Known, frame: &Picture) -> Laid {
    let (w, h) = (f64::from(frame.width), f64::from(frame.height));
    let (x, y) = (w / known.seen.0, h / known.seen.1);
    let usual = if 1.0 - (x / y).min(y / x) <= MOST_LOST + 1e-6 { "cover" } else { "blur" };
    let fit = case.pair.fit.unwrap_or(usual);
    let scale = match fit {
        "cover" => (x.max(y), x.max(y)),
        "stretch" => (x, y),
        _ => (x.min(y), x.min(y)),
    };
    let half = (known.seen.0 * scale.0 / 2.0, known.seen.1 * scale.1 / 2.0);
    Laid { fit, scale, half, middle: (w / 2.0, h / 2.0) }
}

/// The four colours, each in its corner, in a square as large as it should be.
fn square(known: &Known, laid: &Laid, frame: &Picture) -> Result<(), String> {
    let side = known.seen.0.min(known.seen.1) * SQUARE;
    let (across, down) = (side * laid.scale.0, side * laid.scale.1);
    let (x, y) = laid.middle;
    let places = [(-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25)];
    for ((place, color), name) in places.iter().zip(PATCHES).zip(["red", "green", "blue", "yellow"]) {
        let found = around(frame, x + place.0 * across, y + place.1 * down, 3);
        let wanted = shown(color, known.light);
        if apart(found, wanted) > MOST_OFF {
            return Err(format!("{name} is {found:.0?} instead of {wanted:.0?}"));
        }
    }
    // From the middle of the red quarter outwards, and of the yellow one.
    let (near_x, near_y) = (across / 4.0, down / 4.0);
    let red = (x - near_x, y - near_y);
    let yellow = (x + near_x, y + near_y);
    let sides = [
        ("left", reach(frame, red, (-1.0, 0.0)), near_x),
        ("upper", reach(frame, red, (0.0, -1.0)), near_y),
        ("right", reach(frame, yellow, (1.0, 0.0)), near_x),
        ("lower", reach(frame, yellow, (0.0, 1.0)), near_y),
    ];
    // Colour is stored for two pixels of the source together; and two of the picture for its soft edge.
    let near = 2.0 * laid.scale.0.max(laid.scale.1) + 2.0;
    match sides.iter().find(|(_, found, wanted)| (found - wanted).abs() > near) {
        Some((name, found, wanted)) => Err(format!("the {name} side is {found:.0} pixels off instead of {wanted:.0}")),
        None => Ok(()),
    }
}

/// Black, or a blurred copy, or nothing beside the source.
fn beside(known: &Known, laid: &Laid, frame: &Picture) -> Result<(), String> {
    let (x, y) = laid.middle;
    // The middles of what is left at each side, away from corners, where a label may be.
    let gaps = (x - laid.half.0, y - laid.half.1);
    let mut places = Vec::new();
    if gaps.0 > 16.0 {
        places.extend([(gaps.0 / 2.0, y), (2.0 * x - gaps.0 / 2.0, y)]);
    }
    if gaps.1 > 16.0 {
        places.extend([(x, gaps.1 / 2.0), (x, 2.0 * y - gaps.1 / 2.0)]);
    }
    let lightness = |color: [f64; 3]| (color[0] + color[1] + color[2]) / 3.0;
    for place in &places {
        let found = around(frame, place.0, place.1, 3);
        let is_black = lightness(found) < BLACK;
        let what = match laid.fit {
            "contain" if !is_black => Some("no black"),
            "blur" if is_black && !known.is_cut_out => Some("black"),
            "blur" if !is_soft(frame, *place) => Some("nothing blurred"),
            _ => None,
        };
        if let Some(what) = what {
            return Err(format!("{what} but {found:.0?} beside the source at {:.0}, {:.0}", place.0, place.1));
        }
    }
    let is_filled = matches!(laid.fit, "cover" | "stretch");
    if is_filled != places.is_empty() && (gaps.0.max(gaps.1) > 16.0) {
        return Err(format!("{} leaves room beside the source", laid.fit));
    }
    if known.is_cut_out {
        return cut_out(known, laid, frame);
    }
    // At its own edges the source itself is seen: grey, or the bar.
    let (left, right) = ((x - laid.half.0).max(0.0) + 4.0, (x + laid.half.0).min(2.0 * x) - 5.0);
    let row = (y + laid.half.1 * 0.55).min(2.0 * y - 5.0);
    for column in [left, right] {
        let found = around(frame, column, row, 2);
        let wanted = [GREY, DARK].map(|value| shown([value; 3], known.light));
        if wanted.iter().all(|wanted| apart(found, *wanted) > MOST_OFF) {
            return Err(format!(
                "{found:.0?} at the source's edge ({column:.0}, {row:.0}) instead of {:.0?}",
                wanted[0]
            ));
        }
    }
    Ok(())
}

/// Whether a picture is blurred around a place.
fn is_soft(frame: &Picture, (x, y): (f64, f64)) -> bool {
    (-6..6).all(|step| {
        let step = f64::from(step);
        let here = at(frame, x + step, y + step);
        apart(here, at(frame, x + step + 1.0, y + step)) < SOFT
            && apart(here, at(frame, x + step, y + step + 1.0)) < SOFT
    })
}

/// Half white over black around the square, and nothing further off.
fn cut_out(known: &Known, laid: &Laid, frame: &Picture) -> Result<(), String> {
    let side = known.seen.0.min(known.seen.1) * SQUARE * laid.scale.0;
    let (x, y) = laid.middle;
    let rim = around(frame, x - side * 0.625, y, 2);
    if laid.fit == "blur" {
        return Ok(());
    }
    if apart(rim, [128.0; 3]) > MOST_OFF {
        return Err(format!("what is half there is {rim:.0?} instead of 128"));
    }
    if x - side * 0.80 < 2.0 {
        // Cut away: the rim reaches the edge of the clip.
        return Ok(());
    }
    let far = around(frame, x - side * 0.80, y, 2);
    if far.iter().any(|value| *value > BLACK) { Err(format!("what is not there is {far:.0?}")) } else { Ok(()) }
}

/// Fields of two moments that were put together make combs of edges that move.
fn combs(laid: &Laid, seen: &Shown) -> Result<(), String> {
    let frame = &seen.frame;
    let (top, bottom) = (laid.middle.1 + laid.half.1 * 0.46, laid.middle.1 + laid.half.1 * 0.64);
    let rows = top as u32..bottom.min(f64::from(frame.height)) as u32;
    let left = (laid.middle.0 - laid.half.0).max(0.0) as u32 + 4;
    let right = (laid.middle.0 + laid.half.0).min(f64::from(frame.width)) as u32;
    let edges = edges(frame, rows.clone(), left..right, f64::from(GREY + DARK) / 2.0);
    let (least, most) = edges.iter().fold((f64::MAX, f64::MIN), |(least, most), at| (least.min(*at), most.max(*at)));
    if edges.len() < rows.len() {
        return Err("the bar is not seen".into());
    }
    if most - least > 3.0 * laid.scale.0 + 2.0 {
        return Err(format!("the bar's edge is combed by {:.0} pixels", most - least));
    }
    Ok(())
}
