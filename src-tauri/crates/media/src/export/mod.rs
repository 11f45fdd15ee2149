//! Making files of a [`Graph`].
//!
//! An export hears the graph once to know how loud it is, then draws every frame and encodes it with its sound, labels the
//! file, reads it back whole, and only then puts it in its place. Frames are drawn on one thread and encoded on another.

mod check;
mod lag;
mod report;
mod spec;
mod write;

use std::{ops::ControlFlow, path::Path};

use self::write::Writing;
pub use self::{
    report::{Correction, ExportReport, Phase, Progress},
    spec::{ExportSpec, LoudnessTarget},
};
pub use crate::encode::{PictureSpec, SoundSpec};
use crate::{
    Error, Picture, Result,
    encode::Hardware,
    ffmpeg,
    files::Draft,
    inspect::Inspection,
    loudness::{self, Target},
    render::{Graph, Mixer, Painter, Source},
};

/// Parts of the whole at which the phases end, by how long they usually take.
const MEASURED: f64 = 0.08;
const WRITTEN: f64 = 0.88;
const LABELLED: f64 = 0.9;

/// Makes a file of a graph, and tells how it goes. Where `progress` breaks, it ends with [`Error::Stopped`]; whatever goes
/// wrong, nothing is left behind, and what stood at the file's place stays.
///
/// The picture's shape should be the graph's: a graph is made for one shape.
pub fn export(
    graph: &Graph,
    spec: &ExportSpec,
    progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<ExportReport> {
    ffmpeg::start();
    spec.validate(graph.duration)?;
    spec.provenance.check(spec.container)?;
    let mut telling = Telling { progress, spec, furthest: 0.0 };
    let mut hardware = None;
    let first = attempt(graph, spec, &mut telling, &mut hardware);
    // A machine's encoder that passed its test may still fail a whole film; software does not depend on the machine.
    match (first, hardware, &spec.picture) {
        (Err(error @ (Error::Write { .. } | Error::Check { .. })), Some(name), Some(picture)) => {
            let picture = PictureSpec { hardware: Hardware::Never, ..picture.clone() };
            let software = ExportSpec { picture: Some(picture), ..spec.clone() };
            let mut report = attempt(graph, &software, &mut telling, &mut None)?;
            report.passed_over.push(format!("{name}: {error}"));
            Ok(report)
        }
        (done, ..) => done,
    }
}

/// Makes the file; `hardware` becomes the machine's encoder that was used, if one was.
fn attempt<P: FnMut(Progress) -> ControlFlow<()>>(
    graph: &Graph,
    spec: &ExportSpec,
    telling: &mut Telling<'_, P>,
    hardware: &mut Option<&'static str>,
) -> Result<ExportReport> {
    let painter = match &spec.picture {
        Some(picture) => Some(Painter::new(graph, picture.size)?.forward()),
        None => None,
    };
    if let Some(painter) = &painter {
        painter.check_files()?;
    }
    let draft = Draft::create(&spec.place, &format!(".{}", spec.container.extension()))?;
    // Also opens the encoders, so that what is missing is known before the sound is heard.
    let mut writing = Writing::open(graph, spec, &draft)?;
    *hardware = writing.hardware();
    let mut mixer = Mixer::new(graph)?;
    let sound = match spec.sound.as_ref().and_then(|sound| sound.loudness) {
        None => None,
        Some(target) => Some(telling.settle(&mut mixer, target)?),
    };
    if let Some((_, level)) = &sound {
        writing.set_level(level);
    }
    let written = writing.run(painter, &mut mixer, |fraction, frame| {
        telling.tell(Phase::Write, MEASURED + (WRITTEN - MEASURED) * fraction, frame)
    })?;
    telling.tell(Phase::Label, WRITTEN, None)?;
    let draft = spec.provenance.label(draft, spec.container, &sources(graph))?;
    telling.tell(Phase::Check, LABELLED, None)?;
    let (file, av_offset_secs) = check::check(&draft, spec, &written, |fraction| {
        telling.tell(Phase::Check, LABELLED + (1.0 - LABELLED) * fraction, None)
    })?;
    telling.tell(Phase::Check, 1.0, None)?;
    let bytes = draft.publish()?;
    Ok(ExportReport {
        place: spec.place.clone(),
        bytes,
        frames: written.frames,
        duration_secs: file.duration_secs,
        video_encoder: written.encoder,
        passed_over: written.passed_over,
        sound: sound.map(|(measured, level)| Correction {
            mixed_lufs: measured.integrated_lufs,
            mixed_peak_db: measured.true_peak_db,
            gain_db: level.gain_db,
            note: level.shortfall.map(|shortfall| shortfall.to_string()),
        }),
        av_offset_secs,
        file: Inspection { path: spec.place.clone(), ..file },
    })
}

/// The files that a graph is made of, each once.
fn sources(graph: &Graph) -> Vec<&Path> {
    let seen = graph.layers.iter().map(|layer| match &layer.source {
        Source::Video { path, .. } | Source::Still { path } => path.as_path(),
    });
    let mut all: Vec<&Path> = seen.chain(graph.sounds.iter().map(|sound| sound.path.as_path())).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Tells how far it is.
struct Telling<'a, P> {
    progress: P,
    spec: &'a ExportSpec,
    /// What was told last: a second attempt does not go back.
    furthest: f64,
}

impl<P: FnMut(Progress) -> ControlFlow<()>> Telling<'_, P> {
    fn tell(&mut self, phase: Phase, fraction: f64, frame: Option<Picture>) -> Result<()> {
        self.furthest = self.furthest.max(fraction.min(1.0));
        match (self.progress)(Progress { phase, fraction: self.furthest, frame }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Stopped { path: self.spec.place.clone() }),
        }
    }

    fn settle(&mut self, mixer: &mut Mixer, target: LoudnessTarget) -> Result<(loudness::Loudness, loudness::Level)> {
        let target = Target { lufs: target.integrated_lufs, peak_db: target.true_peak_db };
        let found = loudness::settle(mixer, target, |done| {
            // Whether to go on; what an error would say is said below.
            match self.tell(Phase::Measure, MEASURED * done, None) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        })?;
        found.ok_or_else(|| Error::Stopped { path: self.spec.place.clone() })
    }
}
