//! The picture of a graph at a moment.

use std::sync::Arc;

use super::{
    Graph, Layer, Source,
    blend::{self, OPAQUE, Sheet},
    frame::Frame,
    layer::Drawn,
};
use crate::{Error, Result, Ticks, ffmpeg, words::Lettering};

/// Draws the pictures of a graph at one size.
///
/// A picture depends on nothing but the graph, its files, the size and the moment: what was drawn before only makes it
/// faster. Files are opened when their layer is first seen, and few of them are open at a time.
pub struct Painter {
    graph: Arc<Graph>,
    size: (u32, u32),
    words: Option<Lettering>,
    /// What is ready to be drawn, by the index of its layer, the last used at the end.
    ready: Vec<(usize, Drawn)>,
    /// How much memory decoded frames take at most.
    room: usize,
}

/// A frame, and whether it is the one of its moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// The picture.
    pub frame: Frame,
    /// False where a video shows a frame from shortly before, which was at hand sooner.
    pub exact: bool,
}

/// This many layers stay ready, or as many as are seen together.
const READY: usize = 4;
/// And no more than this many, however many are seen together: beyond that they are opened again for every frame.
const MOST: usize = 24;
/// Decoded frames of all videos together take this much memory at most (and each video one frame in any case): 80 frames of
/// 1080p.
const ROOM: usize = 256 << 20;
/// A glance decodes about this many pixels: four frames of 1080p.
const GLANCE: u32 = 4 * 1920 * 1080;

/// What a frame is asked for.
#[derive(Clone, Copy)]
enum Care {
    Exact,
    Glance,
}

impl Painter {
    /// Prepares to draw a graph at this size in pixels, both even, which should have the shape of [`Graph::size`].
    ///
    /// Fails if the graph holds numbers that say nothing (a speed of 0, an opacity that is no number), or words whose fonts
    /// are not there. Pictures are not opened yet: [`Painter::check_files`] does that.
    pub fn new(graph: &Graph, size: (u32, u32)) -> Result<Self> {
        ffmpeg::start();
        Frame::filled(size, graph.background)?;
        for (at, layer) in graph.layers.iter().enumerate() {
            check(layer).map_err(|why| Error::Spec(format!("layer {} cannot be drawn: {why}", at + 1)))?;
        }
        let words = graph.words.as_ref().map(|words| Lettering::new(words, size)).transpose()?;
        Ok(Self { graph: Arc::new(graph.clone()), size, words, ready: Vec::new(), room: ROOM })
    }

    /// The same for moments that only go forward, as in an export: what was seen is not kept.
    pub(crate) fn forward(self) -> Self {
        Self { room: 0, ..self }
    }

    /// Width and height of its frames in pixels.
    pub fn size(&self) -> (u32, u32) {
        self.size
    }

    /// Opens every picture and video that is seen at some time, one after the other: asked before long work, so that nobody
    /// waits for an export that stops in the middle.
    pub fn check_files(&self) -> Result<()> {
        ffmpeg::start();
        let mut seen: Vec<&std::path::Path> = Vec::new();
        for layer in &self.graph.layers {
            let (Source::Video { path, .. } | Source::Still { path }) = &layer.source;
            if layer.span.length() > Ticks::ZERO && !seen.contains(&path.as_path()) {
                Drawn::check(&layer.source)?;
                seen.push(path);
            }
        }
        Ok(())
    }

    /// The picture at a moment. Outside the graph's time only its background is seen.
    pub fn frame(&mut self, moment: Ticks) -> Result<Frame> {
        Ok(self.draw(moment, Care::Exact)?.frame)
    }

    /// The picture at a moment, or one from shortly before where that would take long, for scrubbing: ask for
    /// [`Painter::frame`] when the hand rests.
    pub fn glance(&mut self, moment: Ticks) -> Result<Glance> {
        self.draw(moment, Care::Glance)
    }

    fn draw(&mut self, moment: Ticks, care: Care) -> Result<Glance> {
        ffmpeg::start();
        let graph = Arc::clone(&self.graph);
        let seen = seen(&graph, moment);
        let mut sheets = Vec::with_capacity(seen.len());
        let mut exact = true;
        // From above, as what is wholly covered need not be drawn.
        for (index, layer, opacity) in seen.iter().rev() {
            let (sheet, is_exact) = self.sheet(*index, layer, moment, care, seen.len())?;
            exact &= is_exact;
            let Some(sheet) = sheet else { continue };
            let covers = *opacity >= OPAQUE && sheet.covers(self.size);
            sheets.push((sheet, *opacity));
            if covers {
                break;
            }
        }
        let mut frame = match sheets.pop() {
            Some((lowest, OPAQUE..)) if lowest.covers(self.size) => match Arc::try_unwrap(lowest) {
                Ok(sheet) => sheet.frame,
                Err(shared) => shared.frame.clone(),
            },
            lowest => {
                sheets.extend(lowest);
                Frame::filled(self.size, graph.background)?
            }
        };
        for (sheet, opacity) in sheets.iter().rev() {
            blend::draw(&mut frame, sheet, *opacity);
        }
        if let Some(words) = &mut self.words
            && is_within(&graph, moment)
        {
            words.draw(&mut frame, moment)?;
        }
        Ok(Glance { frame, exact })
    }

    /// What a layer draws at a moment, and whether it is exact. So many layers are open at the same time.
    fn sheet(
        &mut self,
        index: usize,
        layer: &Layer,
        moment: Ticks,
        care: Care,
        open: usize,
    ) -> Result<(Option<Arc<Sheet>>, bool)> {
        let found = self.ready.iter().position(|(ready, _)| *ready == index);
        let mut drawn = match found {
            Some(at) => self.ready.remove(at).1,
            None => {
                // Closed before another one is opened.
                let many = open.clamp(READY, MOST);
                self.ready.drain(..(self.ready.len() + 1).saturating_sub(many));
                let room = self.room / (self.ready.len() + 1);
                self.ready.iter_mut().for_each(|(_, ready)| ready.set_room(room));
                Drawn::open(layer)?
            }
        };
        drawn.set_room(self.room / (self.ready.len() + 1));
        let pixels = match care {
            Care::Exact => None,
            Care::Glance => Some(GLANCE),
        };
        let sheet = drawn.sheet(layer, self.size, moment, pixels)?;
        self.ready.push((index, drawn));
        Ok(sheet)
    }
}

fn is_within(graph: &Graph, moment: Ticks) -> bool {
    (Ticks::ZERO..graph.duration).contains(&moment)
}

/// Which layers are seen at a moment, with their index and opacity, the lowest first.
fn seen(graph: &Graph, moment: Ticks) -> Vec<(usize, &Layer, u16)> {
    if !is_within(graph, moment) {
        return Vec::new();
    }
    let all = graph.layers.iter().enumerate().map(|(index, layer)| (index, layer, opacity(layer, moment)));
    all.filter(|(_, _, opacity)| *opacity > 0).collect()
}

/// How opaque a layer is at a moment, 0 to [`OPAQUE`].
fn opacity(layer: &Layer, moment: Ticks) -> u16 {
    if !layer.span.contains(moment) {
        return 0;
    }
    let ramp = |passed: Ticks, length: Ticks| {
        if passed >= length { 1.0 } else { passed.0.max(0) as f64 / length.0.max(1) as f64 }
    };
    let fades = ramp(moment - layer.span.start, layer.fade_in) * ramp(layer.span.end - moment, layer.fade_out);
    (f64::from(layer.opacity.clamp(0.0, 1.0)) * fades * f64::from(OPAQUE)).round() as u16
}

/// Refuses what has no meaning, before it becomes a wrong picture.
fn check(layer: &Layer) -> std::result::Result<(), String> {
    let place = &layer.place;
    let rects = [place.crop, place.crop_to, place.frame];
    if rects.iter().any(|it| ![it.x, it.y, it.w, it.h].iter().all(|number| number.is_finite())) {
        return Err("its place is not a number".into());
    }
    if rects.iter().any(|it| it.w <= 0.0 || it.h <= 0.0) {
        return Err("its place has no size".into());
    }
    if rects.iter().any(|it| [it.x, it.y, it.w, it.h].iter().any(|number| number.abs() > 1000.0)) {
        return Err("its place is over a thousand canvases away".into());
    }
    let color = &layer.color;
    if ![layer.opacity, color.brightness, color.contrast, color.saturation, color.warmth]
        .iter()
        .all(|it| it.is_finite())
    {
        return Err("its opacity or a colour adjustment is not a number".into());
    }
    match layer.source {
        Source::Video { speed, .. } if !(speed.is_finite() && speed > 0.0) => {
            Err(format!("its speed is {speed}, but must be more than 0"))
        }
        _ => Ok(()),
    }
}
