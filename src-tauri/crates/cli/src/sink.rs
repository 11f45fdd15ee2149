//! Takes what the generator tells and makes.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use gallop_engine::clip::{Clip, picture};
use gallop_models::Device;
use gallop_models::generator::{self, Event, Frames, Generator, Manifest, Plan, Preview, Sink, Sound};
use gallop_protocol::message::Stage;

use crate::cancel::Cancel;
use crate::report::{News, Report};

/// How long a stage took.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct StageTime {
    /// The stage.
    pub stage: Stage,
    /// Its steps; 0 where it has none.
    pub steps: usize,
    /// How long it took.
    pub seconds: f64,
}

/// Takes what the generator tells and makes.
pub struct Studio<'a> {
    report: &'a mut dyn Report,
    cancel: &'a Cancel,
    preview: Option<&'a Path>,
    /// Where frames and sound go; without it they are only counted.
    pub clip: Option<Clip>,
    /// The finished stages.
    pub times: Vec<StageTime>,
    /// Frames that came.
    pub frame_count: usize,
    running: (Instant, usize),
}

impl<'a> Studio<'a> {
    /// Tells `report`, stops for `cancel`, and keeps the newest preview picture at `preview`.
    pub fn new(report: &'a mut dyn Report, cancel: &'a Cancel, preview: Option<&'a Path>) -> Self {
        let running = (Instant::now(), 0);
        Self { report, cancel, preview, clip: None, times: Vec::new(), frame_count: 0, running }
    }

    /// Loads a model, as a stage that the generator itself cannot tell about.
    pub fn load(&mut self, manifest: &Manifest, device: &Device, plan: Plan) -> anyhow::Result<Generator> {
        let stage = generator::Stage::Load;
        let started = Instant::now();
        self.tell(Event::Started { stage, steps: 0 });
        let made = Generator::load(manifest.clone(), device.clone(), plan)?;
        self.tell(Event::Finished { stage, seconds: started.elapsed().as_secs_f64() });
        self.go_on()?;
        Ok(made)
    }

    /// Tells the report.
    pub fn news(&mut self, news: &News<'_>) {
        self.report.tell(news);
    }

    fn go_on(&self) -> gallop_models::Result<()> {
        if self.cancel.is_asked() { Err(gallop_models::Error::Cancelled) } else { Ok(()) }
    }

    fn tell(&mut self, event: Event<'_>) {
        use gallop_engine::stage as named;
        match event {
            Event::Started { stage, steps } => {
                let stage = named(stage);
                self.running = (Instant::now(), steps);
                self.report.tell(&News::Started { stage, steps });
            }
            Event::Step { stage, done, total, preview } => {
                let seconds_left = gallop_engine::seconds_left(self.running.0.elapsed(), done, total);
                self.running.1 = total;
                self.report.tell(&News::Step { stage: named(stage), done, total, seconds_left });
                if let Some(preview) = preview {
                    self.keep_preview(preview);
                }
            }
            Event::Finished { stage, seconds } => {
                let stage = named(stage);
                let steps = self.running.1;
                self.times.push(StageTime { stage, steps, seconds });
                self.report.tell(&News::Finished { stage, steps, seconds });
            }
            Event::Notice(text) => self.report.tell(&News::Notice { text: &text }),
        }
    }

    /// A preview that cannot be kept is no reason to lose the clip: it is told once, and no further one is tried.
    fn keep_preview(&mut self, preview: &dyn Preview) {
        let Some(path) = self.preview else { return };
        let kept = preview
            .render()
            .map_err(anyhow::Error::from)
            .and_then(|frames| Ok(gallop_media::write_picture(path, &picture(&frames))?));
        if let Err(error) = kept {
            self.preview = None;
            self.report.tell(&News::Notice { text: &format!("no more previews: {error:#}") });
        }
    }
}

impl Sink for Studio<'_> {
    fn event(&mut self, event: Event<'_>) -> ControlFlow<()> {
        self.tell(event);
        if self.cancel.is_asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn samples(&mut self, sound: &Sound) -> gallop_models::Result<()> {
        self.go_on()?;
        self.clip.as_mut().map_or(Ok(()), |clip| clip.samples(sound)).map_err(|error| as_input(&error))
    }

    fn frames(&mut self, frames: &Frames) -> gallop_models::Result<()> {
        self.go_on()?;
        self.frame_count += frames.count;
        let Some(clip) = &mut self.clip else { return Ok(()) };
        self.cancel.writing_begins();
        clip.frames(frames).map_err(|error| as_input(&error))
    }
}

/// Carries an error of media through the generator, which knows nothing of media, with its words as they are.
fn as_input(error: &gallop_media::Error) -> gallop_models::Error {
    gallop_models::Error::Input(error.to_string())
}
