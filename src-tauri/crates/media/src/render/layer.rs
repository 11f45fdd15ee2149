//! One layer of a graph, ready to be drawn.

use std::sync::Arc;

use ffmpeg_next::{ffi, frame};

use super::{
    Fit, Layer, Source,
    alpha::{self, Alpha},
    blend::{self, OPAQUE, Sheet},
    blur,
    color::Adjust,
    develop::Developer,
    frame::{Frame, MAX_SIDE},
    pan,
    place::{self, Area, Laid},
    still::Still,
    turn::Turn,
    video::VideoSource,
};
use crate::{Result, Ticks, picture};

/// An open source with what it needs to be drawn again.
pub(super) struct Drawn {
    source: Opened,
    tools: Tools,
    adjust: Option<Adjust>,
    /// What was drawn last of a video that keeps its place.
    last: Option<(Arc<frame::Video>, Arc<Sheet>)>,
}

enum Opened {
    Video(Box<VideoSource>),
    Still(Still),
    /// A still that looks the same all the time.
    Fixed(Option<Arc<Sheet>>),
    /// A still that is panned or zoomed.
    Moving(Working),
}

/// Converters for a layer and for what lies behind it.
#[derive(Default)]
struct Tools {
    front: Developer,
    alpha: Developer,
    back: Developer,
}

/// A picture to be placed.
#[derive(Clone, Copy)]
struct Material<'a> {
    picture: &'a frame::Video,
    /// With this, the picture is multiplied with it.
    alpha: Option<&'a frame::Video>,
    turn: Turn,
    /// Width by height, as seen.
    shape: f64,
}

/// A picture as a frame, large enough to cut every part from it that is seen.
struct Working {
    frame: Frame,
    alpha: Option<frame::Video>,
    shape: f64,
}

impl Drawn {
    /// Opens a layer's file.
    pub(super) fn open(layer: &Layer) -> Result<Self> {
        let source = match &layer.source {
            Source::Video { path, .. } => Opened::Video(Box::new(VideoSource::open(path, 0)?)),
            Source::Still { path } => Opened::Still(Still::open(path)?),
        };
        Ok(Self { source, tools: Tools::default(), adjust: Adjust::new(&layer.color), last: None })
    }

    /// Opens a file and closes it again.
    pub(super) fn check(source: &Source) -> Result<()> {
        match source {
            Source::Video { path, .. } => VideoSource::open(path, 0).map(drop),
            Source::Still { path } => Still::open(path).map(drop),
        }
    }

    /// How many bytes of decoded frames it may keep.
    pub(super) fn set_room(&mut self, room: usize) {
        if let Opened::Video(video) = &mut self.source {
            video.set_room(room);
        }
    }

    /// What is seen of it on a canvas of `size` at a moment of the graph, if anything, and whether it is the picture of that
    /// moment. With `pixels`, a video decodes about that many.
    pub(super) fn sheet(
        &mut self,
        layer: &Layer,
        size: (u32, u32),
        moment: Ticks,
        pixels: Option<u32>,
    ) -> Result<(Option<Arc<Sheet>>, bool)> {
        let passed = moment - layer.span.start;
        let progress = (passed.0 as f64 / layer.span.length().0.max(1) as f64).clamp(0.0, 1.0);
        let moves = layer.place.crop != layer.place.crop_to;
        if let Opened::Still(still) = &self.source {
            let (width, height) = (f64::from(still.rgb.width()), f64::from(still.rgb.height()));
            let (picture, alpha) = (&still.rgb, still.alpha.as_ref());
            let material = Material { picture, alpha, turn: Turn::NONE, shape: width / height };
            self.source = if moves {
                Opened::Moving(Working::new(&mut self.tools, material, layer, size)?)
            } else {
                let sheet = fixed(&mut self.tools, material, layer, size, progress)?;
                Opened::Fixed(sheet.map(|sheet| Arc::new(adjusted(sheet, self.adjust))))
            };
        }
        match (&mut self.source, &layer.source) {
            (Opened::Fixed(sheet), _) => Ok((sheet.clone(), true)),
            (Opened::Moving(working), _) => {
                let sheet = moving(&mut self.tools, working, layer, size, progress)?;
                Ok((sheet.map(|sheet| Arc::new(adjusted(sheet, self.adjust))), true))
            }
            (Opened::Video(video), Source::Video { from, speed, .. }) => {
                let at = *from + run(passed, *speed);
                let shown = match pixels {
                    None => video.at(at)?,
                    Some(pixels) => video.near(at, pixels)?,
                };
                if let Some((frame, sheet)) = &self.last
                    && Arc::ptr_eq(frame, &shown.frame)
                {
                    return Ok((Some(Arc::clone(sheet)), shown.exact));
                }
                let alpha = alpha_of(&shown.frame)?;
                let (turn, shape) = (shown.turn, shown.shape);
                let material = Material { picture: &shown.frame, alpha: alpha.as_ref(), turn, shape };
                let sheet = if moves {
                    let working = Working::new(&mut self.tools, material, layer, size)?;
                    moving(&mut self.tools, &working, layer, size, progress)?
                } else {
                    fixed(&mut self.tools, material, layer, size, progress)?
                };
                let sheet = sheet.map(|sheet| Arc::new(adjusted(sheet, self.adjust)));
                self.last = match &sheet {
                    Some(sheet) if !moves => Some((shown.frame, Arc::clone(sheet))),
                    _ => None,
                };
                Ok((sheet, shown.exact))
            }
            _ => Ok((None, true)),
        }
    }
}

/// How far a source has run after this time.
fn run(passed: Ticks, speed: f64) -> Ticks {
    // Not through floating point where it changes nothing.
    if speed == 1.0 { passed } else { Ticks((passed.0 as f64 * speed).round() as i64) }
}

fn adjusted(mut sheet: Sheet, adjust: Option<Adjust>) -> Sheet {
    if let Some(adjust) = adjust {
        adjust.apply(&mut sheet);
    }
    sheet
}

/// The alpha of a video's frame, if it has any.
fn alpha_of(frame: &frame::Video) -> Result<Option<frame::Video>> {
    let bytes = picture::alpha(frame).map_err(|why| crate::Error::Spec(format!("its alpha cannot be read: {why}")))?;
    bytes.map(|bytes| alpha::plane(&bytes, frame.width(), frame.height())).transpose()
}

/// Places a picture whose crop does not move: one pass of FFmpeg's converter, to whole pixels.
fn fixed(
    tools: &mut Tools,
    material: Material<'_>,
    layer: &Layer,
    size: (u32, u32),
    progress: f64,
) -> Result<Option<Sheet>> {
    let Some(laid) = place::lay(&layer.place, layer.place.fit, material.shape, size, progress) else { return Ok(None) };
    // Whole pixels of the source are too coarse where they are enlarged.
    let (stored_width, _) = material.turn.size((material.picture.width(), material.picture.height()));
    if laid.part.w < 0.999 && laid.target.w > 2.0 * laid.part.w * f64::from(stored_width) {
        let working = Working::new(tools, material, layer, size)?;
        return moving(tools, &working, layer, size, progress);
    }
    let target = place::to_even(laid.target, size);
    let part = material.turn.stored(laid.part);
    let mut frame = tools.front.frame(&cropped(material.picture, part), material.turn, (target.w, target.h))?;
    let alpha = match material.alpha {
        Some(alpha) => {
            let plane = tools.alpha.plane(&cropped(alpha, part), material.turn, (target.w, target.h))?;
            Some(Alpha::new(plane)?)
        }
        None => None,
    };
    multiply_straight(&mut frame, alpha.as_ref(), material.picture);
    let front = Sheet { frame, alpha, target };
    on_backdrop(tools, material, layer, size, progress, front).map(Some)
}

/// Cuts what is seen now from a picture that is panned or zoomed.
fn moving(
    tools: &mut Tools,
    working: &Working,
    layer: &Layer,
    size: (u32, u32),
    progress: f64,
) -> Result<Option<Sheet>> {
    let Some(Laid { part, target: exact }) = place::lay(&layer.place, layer.place.fit, working.shape, size, progress)
    else {
        return Ok(None);
    };
    let target = place::to_even(exact, size);
    // The part that belongs to whole pixels of the canvas, a little more or less than what is laid there.
    let (across, down) = (part.w / exact.w, part.h / exact.h);
    let (width, height) = working.frame.size();
    let part = Area {
        x: part.x + (f64::from(target.x) - exact.x) * across,
        y: part.y + (f64::from(target.y) - exact.y) * down,
        w: f64::from(target.w) * across,
        h: f64::from(target.h) * down,
    }
    .times(width.into(), height.into());
    let frame = pan::part(&working.frame, part, (target.w, target.h))?;
    let alpha = match &working.alpha {
        Some(alpha) => Some(Alpha::new(pan::part_of_plane(alpha, part, (target.w, target.h))?)?),
        None => None,
    };
    let (picture, alpha_plane) = (working.frame.video(), working.alpha.as_ref());
    let material = Material { picture, alpha: alpha_plane, turn: Turn::NONE, shape: working.shape };
    on_backdrop(tools, material, layer, size, progress, Sheet { frame, alpha, target }).map(Some)
}

/// Draws a sheet over the blurred copy of its picture, where its place asks for one.
fn on_backdrop(
    tools: &mut Tools,
    material: Material<'_>,
    layer: &Layer,
    size: (u32, u32),
    progress: f64,
    front: Sheet,
) -> Result<Sheet> {
    if layer.place.fit != Fit::Blur {
        return Ok(front);
    }
    let Some(laid) = place::lay(&layer.place, Fit::Cover, material.shape, size, progress) else { return Ok(front) };
    let target = place::to_even(laid.target, size);
    if target == front.target && front.alpha.is_none() {
        return Ok(front);
    }
    let part = cropped(material.picture, material.turn.stored(laid.part));
    let mut small = tools.back.frame(&part, material.turn, blur::size(laid.target.w, laid.target.h))?;
    blur::soften(&mut small);
    let (width, height) = small.size();
    let all = Area { x: 0.0, y: 0.0, w: width.into(), h: height.into() };
    let mut frame = pan::part(&small, all, (target.w, target.h))?;
    let (x, y) = (front.target.x.saturating_sub(target.x), front.target.y.saturating_sub(target.y));
    let inside = place::Pixels { x, y, ..front.target };
    blend::draw(&mut frame, &Sheet { target: inside, ..front }, OPAQUE);
    Ok(Sheet { frame, alpha: None, target })
}

impl Working {
    fn new(tools: &mut Tools, material: Material<'_>, layer: &Layer, size: (u32, u32)) -> Result<Self> {
        let Material { picture, alpha, turn, shape } = material;
        let (width, height) = turn.size((picture.width(), picture.height()));
        // How many pixels all of the picture would have at the closest that is seen of it.
        let mut closest = (0.0_f64, 0.0_f64);
        for progress in [0.0, 1.0] {
            if let Some(laid) = place::lay(&layer.place, layer.place.fit, shape, size, progress) {
                closest.0 = closest.0.max(laid.target.w / laid.part.w);
                closest.1 = closest.1.max(laid.target.h / laid.part.h);
            }
        }
        // Half as much again leaves what is fine in it to the second step.
        let side = |stored: u32, closest: f64| (stored.min((closest * 1.5).ceil() as u32) & !1).clamp(2, MAX_SIDE);
        let size = (side(width, closest.0), side(height, closest.1));
        let mut frame = tools.front.frame(picture, turn, size)?;
        let alpha = match alpha {
            Some(alpha) => Some(tools.alpha.plane(alpha, turn, size)?),
            None => None,
        };
        if let Some(alpha) = &alpha {
            multiply_straight(&mut frame, Some(&Alpha::new(alpha.clone())?), picture);
        }
        Ok(Self { frame, alpha, shape })
    }
}

/// Videos store colours that are not multiplied with their alpha; of stills it was done before.
fn multiply_straight(frame: &mut Frame, alpha: Option<&Alpha>, picture: &frame::Video) {
    if let Some(alpha) = alpha
        && picture::may_have_alpha(picture)
    {
        alpha.multiply(frame);
    }
}

/// The part of a picture, to whole samples of its chroma, without copying it.
fn cropped(picture: &frame::Video, part: Area) -> frame::Video {
    let mut cut = frame::Video::empty();
    let (width, height) = (picture.width(), picture.height());
    let area = part.times(f64::from(width), f64::from(height));
    let (across, down) = picture.format().descriptor().map_or((0, 0), |it| (it.log2_chroma_w(), it.log2_chroma_h()));
    let (left, right) = run_of(area.x, area.w, width, across);
    let (top, bottom) = run_of(area.y, area.h, height, down);
    // SAFETY: the new frame refers to the same buffers; the crop leaves at least one pixel and FFmpeg moves the pointers. On
    // failure the frame stays whole, or empty and is refused by the converter.
    unsafe {
        let raw = cut.as_mut_ptr();
        if ffi::av_frame_ref(raw, picture.as_ptr()) >= 0 {
            (*raw).crop_left = left as usize;
            (*raw).crop_top = top as usize;
            (*raw).crop_right = (width - right) as usize;
            (*raw).crop_bottom = (height - bottom) as usize;
            ffi::av_frame_apply_cropping(raw, ffi::AV_FRAME_CROP_UNALIGNED as i32);
        }
    }
    cut
}

/// First pixel and the one behind the last of a part, on a grid of 2 to the power of `shift`; an end of the picture stays
/// one, also where it is odd.
fn run_of(start: f64, length: f64, limit: u32, shift: u8) -> (u32, u32) {
    let grid = f64::from(1_u32 << shift.min(3));
    let snapped = |edge: f64| ((edge / grid).round() * grid).clamp(0.0, f64::from(limit)) as u32;
    let last_start = ((f64::from(limit.saturating_sub(1)) / grid).floor() * grid) as u32;
    let first = snapped(start).min(last_start);
    let end = start + length;
    let end = if end + 0.5 >= f64::from(limit) { limit } else { snapped(end) };
    (first, end.clamp(first + 1, limit.max(first + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_lie_on_the_grid_and_are_never_empty() {
        assert_eq!(run_of(0.0, 321.0, 321, 1), (0, 321));
        assert_eq!(run_of(10.9, 20.0, 321, 1), (10, 30));
        assert_eq!(run_of(10.9, 20.0, 321, 0), (11, 31));
        assert_eq!(run_of(320.9, 0.1, 321, 1), (320, 321));
        assert_eq!(run_of(5.0, 0.0, 321, 1), (6, 7));
        assert_eq!(run_of(f64::NAN, f64::NAN, 3, 1), (0, 1));
    }
}
