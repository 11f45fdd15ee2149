//! A source clip with a flash and a click, graphs over it, and specs for exports of them.
#![allow(dead_code, clippy::unwrap_used, missing_docs)]

use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use gallop_media::{
    Channels, ClipWriter, Container, FrameRate, Ticks,
    encode::{AudioCodec, Effort, Hardware, VideoCodec},
    export::{ExportReport, ExportSpec, PictureSpec, SoundSpec, export},
    inspect::Depth,
    provenance::{Provenance, SourceType},
    render::{Graph, Layer, Role, Sound, Source, Span},
};

/// A clip of 3 seconds: a square that moves over grey, a white flash and a click at 1.000 s, and a soft tone.
pub fn source(folder: &Path) -> PathBuf {
    let path = folder.join("source.mp4");
    let (width, height) = (192, 320);
    let spec = gallop_media::ClipSpec {
        width,
        height,
        fps: FrameRate::whole(25),
        sample_rate: 48_000,
        channels: Channels::Stereo,
        produce_id: "source".into(),
        metadata: BTreeMap::new(),
    };
    let mut clip = ClipWriter::create(&path, &spec).unwrap();
    for number in 0..75_u32 {
        let mut rgb = vec![if number == 25 { 255 } else { 70 }; (width * height * 3) as usize];
        for y in 0..40 {
            for x in 0..40 {
                let at = ((y + number * 3) * width + x + number) * 3;
                rgb[at as usize..at as usize + 3].copy_from_slice(&[220, 90, 20]);
            }
        }
        clip.write_frame(&rgb).unwrap();
    }
    let sample = |at: u32| {
        let time = f64::from(at) / 48_000.0;
        let click = 0.8 * (-((time - 1.0) / 0.000_25).powi(2)).exp();
        (click + 0.05 * (time * 440.0 * std::f64::consts::TAU).sin()) as f32
    };
    let side: Vec<f32> = (0..144_000).map(sample).collect();
    clip.write_samples(&[side.clone(), side]).unwrap();
    clip.finish().unwrap();
    path
}

/// The clip as it is, for so long.
pub fn graph(path: &Path, duration: Ticks) -> Graph {
    let span = Span::until(duration);
    Graph {
        size: (192, 320),
        duration,
        background: [0; 3],
        layers: vec![Layer::new(Source::Video { path: path.to_path_buf(), from: Ticks::ZERO, speed: 1.0 }, span)],
        sounds: vec![Sound::new(path, span, Role::Speech)],
        words: None,
    }
}

/// H.264 and AAC at 30 frames a second.
pub fn spec(place: &Path) -> ExportSpec {
    ExportSpec {
        place: place.to_path_buf(),
        container: Container::Mp4,
        picture: Some(PictureSpec {
            size: (192, 320),
            fps: FrameRate::whole(30),
            codec: VideoCodec::H264,
            crf: 18.0,
            max_bit_rate: Some(12_000_000),
            key_frame_secs: 2.0,
            effort: Effort::Medium,
            hardware: Hardware::Never,
        }),
        sound: Some(SoundSpec { codec: AudioCodec::Aac, bit_rate: 192_000, loudness: None }),
        provenance: Provenance {
            producer: "Gallop".into(),
            produce_id: "01JEXPORT".into(),
            source: SourceType::TrainedAlgorithmicMedia,
            models: vec!["pony 1".into()],
            created: "2026-11-21T10:00:00Z".into(),
            signer: None,
        },
        metadata: BTreeMap::new(),
        check: Depth::Whole,
    }
}

pub fn picture(mut spec: ExportSpec, change: impl FnOnce(&mut PictureSpec)) -> ExportSpec {
    change(spec.picture.as_mut().unwrap());
    spec
}

pub fn run(graph: &Graph, spec: &ExportSpec) -> ExportReport {
    export(graph, spec, |_| ControlFlow::Continue(())).unwrap()
}

/// The names in a folder, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
