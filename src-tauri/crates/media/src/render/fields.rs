//! Whole pictures out of fields.
//!
//! Television and older cameras store two fields of different moments in a frame, line by line. FFmpeg's `bwdif` makes a
//! picture of the first field's moment from it and the frames beside it; frames that are whole pass through it unchanged.
//! Each result depends on the frame before, the frame and the frame behind, and on nothing else: what was started in the
//! middle of a file gives no picture of its first frame of fields.

use std::collections::VecDeque;

use ffmpeg_next::{ffi, filter, format::Pixel, frame};

use super::decode::Timed;

type Done<T = ()> = Result<T, ffmpeg_next::Error>;

/// Frames on their way from a decoder.
#[derive(Default)]
pub(super) struct Fields {
    filter: Option<(Shape, Filter)>,
    /// The frame before the next one.
    last: Option<Timed>,
    ready: VecDeque<Timed>,
    /// Whether a frame of fields was ever seen.
    seen: bool,
}

/// What a filter is made for.
type Shape = (Pixel, u32, u32);

/// What lies before the next frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// The file's beginning, or frames that were given.
    Known,
    /// Frames that were jumped over.
    Unknown,
}

impl Fields {
    /// Whether there are frames of fields in the file.
    pub(super) fn seen(&self) -> bool {
        self.seen
    }

    /// Forgets what was given: the next frame comes from another place.
    pub(super) fn clear(&mut self) {
        *self = Self { seen: self.seen, ..Self::default() };
    }

    /// The next picture, if one is ready.
    pub(super) fn take(&mut self) -> Option<Timed> {
        self.ready.pop_front()
    }

    /// Gives the next frame in the order of showing.
    pub(super) fn give(&mut self, frame: Timed, before: Before) -> Done {
        self.seen |= frame.1.is_interlaced();
        let shape = (frame.1.format(), frame.1.width(), frame.1.height());
        let is_alike = |known: &Timed| (known.1.format(), known.1.width(), known.1.height()) == shape;
        if self.filter.as_ref().is_some_and(|(known, _)| *known != shape) {
            self.end()?;
        }
        let last = self.last.replace(frame.clone()).filter(is_alike);
        match &mut self.filter {
            Some((_, filter)) => filter.give(Some(&frame), Told::Yes)?,
            None if !frame.1.is_interlaced() => self.ready.push_back(frame),
            None => {
                let mut filter = Filter::new(shape)?;
                let is_lost = last.is_none() && before == Before::Unknown;
                if let Some(last) = &last {
                    filter.give(Some(last), Told::Before)?;
                }
                filter.give(Some(&frame), if is_lost { Told::Before } else { Told::Yes })?;
                self.filter = Some((shape, filter));
            }
        }
        if let Some((_, filter)) = &mut self.filter {
            filter.drain(&mut self.ready)?;
        }
        Ok(())
    }

    /// No frame follows.
    pub(super) fn end(&mut self) -> Done {
        self.last = None;
        if let Some((_, mut filter)) = self.filter.take() {
            filter.give(None, Told::Yes)?;
            filter.drain(&mut self.ready)?;
        }
        Ok(())
    }
}

/// Whether a frame is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// It is.
    Yes,
    /// It was before, or cannot be: it is only there for the next one.
    Before,
}

/// FFmpeg's filter, and what it has not given back yet: it gives a frame for each.
struct Filter {
    graph: filter::Graph,
    waiting: VecDeque<(i64, Told)>,
    /// So many frames were given. They are its clock.
    given: i64,
}

impl Filter {
    fn new((format, width, height): Shape) -> Done<Self> {
        let missing = ffmpeg_next::Error::FilterNotFound;
        let find = |name| filter::find(name).ok_or(missing);
        let mut graph = filter::Graph::new();
        let format = ffi::AVPixelFormat::from(format) as i32;
        let shape = format!("video_size={width}x{height}:pix_fmt={format}:time_base=1/25:pixel_aspect=1/1");
        let mut source = graph.add(&find("buffer")?, "in", &shape)?;
        let mut fields = graph.add(&find("bwdif")?, "fields", "mode=send_frame:parity=auto:deint=interlaced")?;
        let mut sink = graph.add(&find("buffersink")?, "out", "")?;
        source.link(0, &mut fields, 0);
        fields.link(0, &mut sink, 0);
        graph.validate()?;
        Ok(Self { graph, waiting: VecDeque::new(), given: 0 })
    }

    /// Gives a frame, or tells that there are no more.
    fn give(&mut self, frame: Option<&Timed>, told: Told) -> Done {
        let mut source = self.graph.get("in").ok_or(ffmpeg_next::Error::FilterNotFound)?;
        match frame {
            None => source.source().flush(),
            Some((time, frame)) => {
                self.waiting.push_back((*time, told));
                // A reference of its own: the filter takes what it is given.
                let mut given = frame::Video::empty();
                // SAFETY: both frames are alive; the new one refers to the same buffers, which nobody writes to.
                let referred = unsafe { ffi::av_frame_ref(given.as_mut_ptr(), frame.as_ptr()) };
                if referred < 0 {
                    return Err(referred.into());
                }
                given.set_pts(Some(self.given));
                self.given += 1;
                source.source().add(&given)
            }
        }
    }

    /// Takes the pictures that are done.
    fn drain(&mut self, into: &mut VecDeque<Timed>) -> Done {
        let mut sink = self.graph.get("out").ok_or(ffmpeg_next::Error::FilterNotFound)?;
        loop {
            let mut frame = frame::Video::empty();
            match sink.sink().frame(&mut frame) {
                Ok(()) => {}
                Err(ffmpeg_next::Error::Eof | ffmpeg_next::Error::Other { errno: ffmpeg_next::error::EAGAIN }) => {
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
            if let Some((time, Told::Yes)) = self.waiting.pop_front() {
                frame.set_pts(Some(time));
                into.push_back((time, frame.into()));
            }
        }
    }
}
