//! Exports: what was asked for is what is in the file, or there is no file.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/source.rs"]
mod source;

use std::{fs, ops::ControlFlow, path::Path};

use gallop_media::{
    Channels, Container, Error, FrameRate, Picture, Ticks,
    encode::{AudioCodec, Hardware, VideoCodec},
    export::{ExportSpec, LoudnessTarget, Phase, SoundSpec, export},
    for_each_frame, has_encoder,
    inspect::{Depth, inspect},
    read_sound,
    render::{Graph, Source},
    write_picture,
};
use source::{graph, names, picture, run, source, spec};
use tempfile::TempDir;

const SECONDS: Ticks = Ticks(3 * Ticks::PER_SECOND);

/// When the picture flashes and when the sound clicks, in seconds.
fn flash_and_click(path: &Path) -> (f64, f64) {
    let mut bright = None;
    for_each_frame(path, |time, picture| {
        if bright.is_none() && picture.rgb.iter().filter(|value| **value > 200).count() * 2 > picture.rgb.len() {
            bright = Some(time);
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    let sound = read_sound(path, 48_000, Channels::Mono).unwrap();
    let samples = &sound.channels[0];
    let loudest = (0..samples.len()).max_by(|a, b| samples[*a].abs().total_cmp(&samples[*b].abs())).unwrap();
    (bright.unwrap(), loudest as f64 / 48_000.0)
}

#[test]
fn a_clip_is_exported_as_asked() {
    let folder = TempDir::new().unwrap();
    let source = source(folder.path());
    let place = folder.path().join("out.mp4");
    let mut spec = spec(&place);
    spec.metadata.insert("title".into(), "雪の中の馬".into());
    spec.metadata.insert("gallop_recipe".into(), "{\"seed\":7}".into());
    let mut told: Vec<(Phase, f64)> = Vec::new();
    let mut frames: Vec<Picture> = Vec::new();
    let report = export(&graph(&source, SECONDS), &spec, |progress| {
        told.push((progress.phase, progress.fraction));
        frames.extend(progress.frame);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(names(folder.path()), ["out.mp4", "source.mp4"]);
    assert_eq!((report.frames, report.duration_secs, report.bytes), (90, 3.0, fs::metadata(&place).unwrap().len()));
    assert!(told.is_sorted_by(|a, b| a.1 <= b.1) && told.last() == Some(&(Phase::Check, 1.0)), "{told:?}");
    assert!(!frames.is_empty() && frames.iter().all(|frame| (frame.width, frame.height) == (192, 320)));

    let file = &report.file;
    let order: Vec<&str> = file.boxes.iter().map(|found| found.name.as_str()).collect();
    assert_eq!((order, file.index_first()), (vec!["ftyp", "moov", "free", "mdat", "uuid"], Some(true)));
    let [video] = &file.video[..] else { panic!("{:?}", file.video) };
    assert_eq!(
        (video.codec.as_str(), video.profile.as_deref(), video.pixel_format.as_str()),
        ("h264", Some("High"), "yuv420p")
    );
    assert_eq!(
        (video.fps, video.frames, video.constant_rate, video.edit_list),
        (FrameRate::whole(30), 90, true, false)
    );
    assert_eq!((video.start_secs, video.duration_secs, video.key_frame_secs), (0.0, 3.0, 2.0));
    assert!(video.level.is_some_and(|level| (10..=40).contains(&level)), "{:?}", video.level);
    let [audio] = &file.audio[..] else { panic!("{:?}", file.audio) };
    assert_eq!(
        (audio.codec.as_str(), audio.profile.as_deref(), audio.sample_rate, audio.channels),
        ("aac", Some("LC"), 48_000, 2)
    );
    assert_eq!((audio.start_secs, audio.duration_secs, audio.edit_list), (0.0, 3.0, false));
    assert_eq!(file.recipe.as_deref(), Some("{\"seed\":7}"));
    assert_eq!(file.metadata["title"], "雪の中の馬");
    let label = file.labels.aigc.as_ref().unwrap();
    assert_eq!((label.label.as_str(), label.produce_id.as_str()), ("1", "01JEXPORT"));
    let address = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
    assert_eq!(file.labels.xmp_source_type.as_deref(), Some(address));

    // Measured by the exporter and by the flash and the click.
    let offset = report.av_offset_secs.unwrap();
    assert!(offset.abs() < 0.000_5, "{offset}");
    let (flash, click) = flash_and_click(&place);
    assert!((flash - 1.0).abs() < 1e-6 && (click - 1.0).abs() < 0.000_5, "{flash} {click}");
    let content = file.content.as_ref().unwrap();
    assert_eq!((content.frames, content.damaged, content.black.len(), content.frozen.len()), (90, 0, 0, 0));
    // Looked at again it is the same.
    assert_eq!(&inspect(&place, Depth::Whole).unwrap(), file);
}

#[test]
fn every_rate_is_exact_and_both_tracks_end_together() {
    let folder = TempDir::new().unwrap();
    let source = source(folder.path());
    let place = folder.path().join("out.mp4");
    for (num, den) in [(24_000, 1_001), (24, 1), (25, 1), (30_000, 1_001), (50, 1), (60_000, 1_001), (60, 1)] {
        let fps = FrameRate { num, den };
        for frames in [1, 2, 31] {
            let spec = picture(spec(&place), |picture| picture.fps = fps);
            let report = run(&graph(&source, Ticks::of_frames(frames, fps)), &spec);
            let (video, audio) = (&report.file.video[0], &report.file.audio[0]);
            assert_eq!((report.frames, video.frames, video.constant_rate), (frames, frames, true), "{num}/{den}");
            assert!((video.fps.per_second() - fps.per_second()).abs() < 1e-9, "{:?}", video.fps);
            assert!((video.duration_secs - audio.duration_secs).abs() < 0.001, "{num}/{den} {frames}");
        }
    }
}

#[test]
fn every_codec_comes_back() {
    let folder = TempDir::new().unwrap();
    let source = source(folder.path());
    let one = graph(&source, Ticks::ZERO);
    let graph = graph(&source, Ticks::of_secs(2.5));
    let pcm = Some(SoundSpec { codec: AudioCodec::Pcm, bit_rate: 0, loudness: None });
    for (container, codec, encoder, offset) in [
        (Container::Mp4, VideoCodec::Hevc, "libx265", 0.000_5),
        (Container::Mp4, VideoCodec::Av1, "libsvtav1", 0.000_5),
        (Container::Mov, VideoCodec::ProRes, "prores_ks", 0.000_1),
        (Container::Mkv, VideoCodec::Ffv1, "ffv1", 0.000_1),
    ] {
        if !has_encoder(encoder) {
            eprintln!("skipped: this FFmpeg has no {encoder}");
            continue;
        }
        let place = folder.path().join(format!("out.{}", container.extension()));
        let mut spec = picture(ExportSpec { container, ..spec(&place) }, |picture| {
            (picture.codec, picture.crf, picture.key_frame_secs) = (codec, 20.0, 1.0);
        });
        if container != Container::Mp4 {
            spec.sound.clone_from(&pcm);
        }
        spec.metadata.insert("title".into(), "雪".into());
        assert_eq!(run(&one, &spec).frames, 1, "{encoder}");
        let report = run(&graph, &spec);
        assert_eq!(report.video_encoder.as_deref(), Some(encoder));
        assert!(report.av_offset_secs.unwrap().abs() < offset, "{encoder}: {:?}", report.av_offset_secs);
        let (flash, click) = flash_and_click(&place);
        assert!((flash - 1.0).abs() < 0.001 && (click - 1.0).abs() < 0.001, "{encoder}: {flash} {click}");
        let labels = &report.file.labels;
        assert!(
            labels.aigc.is_some() && labels.xmp_source_type.is_some() == (container != Container::Mkv),
            "{labels:?}"
        );
    }
}

/// Four fields of colour come back as the same colours, from every encoder and container.
#[test]
fn colours_survive() {
    let folder = TempDir::new().unwrap();
    let still = folder.path().join("fields.png");
    let colors = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [230, 180, 140]];
    let (width, height) = (128_u32, 96_u32);
    let field = |x: u32, y: u32| colors[(x * 2 / width + y * 2 / height * 2) as usize];
    let rgb = (0..width * height).flat_map(|at| field(at % width, at / width)).collect();
    write_picture(&still, &Picture { width, height, rgb }).unwrap();
    let mut graph = graph(&still, Ticks::of_secs(0.2));
    graph.layers[0].source = Source::Still { path: still };
    (graph.size, graph.sounds) = ((width, height), Vec::new());
    for (container, codec, encoder) in [
        (Container::Mp4, VideoCodec::H264, "libx264"),
        (Container::Mp4, VideoCodec::Hevc, "libx265"),
        (Container::Mp4, VideoCodec::Av1, "libsvtav1"),
        (Container::Mov, VideoCodec::ProRes, "prores_ks"),
        (Container::Mkv, VideoCodec::Ffv1, "ffv1"),
    ] {
        if !has_encoder(encoder) {
            eprintln!("skipped: this FFmpeg has no {encoder}");
            continue;
        }
        let place = folder.path().join(format!("out.{}", container.extension()));
        let spec = picture(ExportSpec { container, sound: None, ..spec(&place) }, |picture| {
            (picture.codec, picture.size, picture.crf) = (codec, (width, height), 12.0);
        });
        assert!(run(&graph, &spec).file.audio.is_empty());
        let mut seen = 0;
        for_each_frame(&place, |_, picture| {
            seen += 1;
            for (x, y) in [(32, 24), (96, 24), (32, 72), (96, 72)] {
                let at = ((y * width + x) * 3) as usize;
                let found = &picture.rgb[at..at + 3];
                let off = found.iter().zip(field(x, y)).map(|(a, b)| a.abs_diff(b)).max();
                assert!(off <= Some(6), "{encoder}: {found:?} instead of {:?}", field(x, y));
            }
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(seen, 6, "{encoder}");
    }
}

#[test]
fn sound_alone_is_a_wav_file_with_labels() {
    let folder = TempDir::new().unwrap();
    let source = source(folder.path());
    let place = folder.path().join("out.wav");
    let mut spec = ExportSpec { container: Container::Wav, picture: None, ..spec(&place) };
    spec.sound = Some(SoundSpec { codec: AudioCodec::Pcm, bit_rate: 0, loudness: None });
    let report = run(&graph(&source, SECONDS), &spec);
    assert_eq!((report.frames, report.duration_secs, report.file.audio[0].codec.as_str()), (0, 3.0, "pcm_s24le"));
    assert!(report.file.labels.aigc.is_some() && report.file.labels.xmp_source_type.is_some());
    let (before, after) =
        (read_sound(&source, 48_000, Channels::Stereo).unwrap(), read_sound(&place, 48_000, Channels::Stereo).unwrap());
    assert_eq!((after.samples(), before.samples()), (144_000, 144_000));
    let apart = before.channels[0].iter().zip(&after.channels[0]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart < 1e-5, "24 bits are near: {apart}");
}

/// Matroska's clock is coarse; everything is still where it should be.
#[test]
fn odd_lengths_fit_matroska() {
    let folder = TempDir::new().unwrap();
    let source = source(folder.path());
    let spec = picture(ExportSpec { container: Container::Mkv, ..spec(&folder.path().join("out.mkv")) }, |picture| {
        (picture.codec, picture.fps) = (VideoCodec::Ffv1, FrameRate { num: 24_000, den: 1_001 });
    });
    let spec = ExportSpec { sound: Some(SoundSpec { codec: AudioCodec::Pcm, bit_rate: 0, loudness: None }), ..spec };
    for frames in [1, 2, 7, 23, 50] {
        let report = run(&graph(&source, Ticks::of_frames(frames, FrameRate { num: 24_000, den: 1_001 })), &spec);
        assert_eq!((report.frames, report.file.video[0].constant_rate), (frames, true));
    }
}

#[test]
fn it_is_made_as_loud_as_asked_for() {
    let folder = TempDir::new().unwrap();
    let source = source(folder.path());
    let place = folder.path().join("out.mp4");
    let mut spec = spec(&place);
    let target = LoudnessTarget { integrated_lufs: -20.0, true_peak_db: -1.5 };
    spec.sound.as_mut().unwrap().loudness = Some(target);
    let report = run(&graph(&source, SECONDS), &spec);
    let (sound, content) = (report.sound.unwrap(), report.file.content.unwrap());
    eprintln!("{sound:?} {:?} LUFS {:?} dBTP", content.integrated_lufs, content.true_peak_db);
    assert!((content.integrated_lufs.unwrap() + 20.0).abs() < 0.5, "{content:?}");
    // The encoder adds up to half a decibel.
    assert!(content.true_peak_db.unwrap() < -1.0, "{content:?}");
    assert!(sound.gain_db > 3.0 && sound.note.is_none(), "{sound:?}");
    assert!(report.av_offset_secs.unwrap().abs() < 0.000_5);

    // A graph without sounds gets a silent track, and says why it was left alone.
    let mut silent = graph(&source, SECONDS);
    silent.sounds.clear();
    let report = run(&silent, &spec);
    let (sound, content) = (report.sound.unwrap(), report.file.content.unwrap());
    assert_eq!((content.integrated_lufs, sound.gain_db, report.av_offset_secs), (None, 0.0, None));
    assert!(sound.note.is_some() && report.file.audio[0].duration_secs == 3.0);
}

#[test]
fn what_is_black_or_stands_still_is_told() {
    let folder = TempDir::new().unwrap();
    let source = source(folder.path());
    let place = folder.path().join("out.mp4");
    let mut graph = graph(&source, Ticks::of_secs(7.0));
    // Moving for a second, black for one, then the last frame of the clip for four.
    graph.layers[0].span.end = Ticks::of_secs(1.0);
    let mut rest = graph.layers[0].clone();
    (rest.span.start, rest.span.end) = (Ticks::of_secs(2.0), Ticks::of_secs(7.0));
    if let Source::Video { from, .. } = &mut rest.source {
        *from = Ticks::of_secs(2.0);
    }
    graph.layers.push(rest);
    let content = run(&graph, &spec(&place)).file.content.unwrap();
    let near = |found: f64, expected: f64| (found - expected).abs() < 0.04;
    assert!(
        matches!(&content.black[..], [black] if near(black.start_secs, 1.0) && near(black.end_secs, 2.0)),
        "{content:?}"
    );
    assert!(
        matches!(&content.frozen[..], [still] if near(still.start_secs, 2.97) && near(still.end_secs, 7.0)),
        "{content:?}"
    );
}

#[test]
fn the_bit_rate_is_kept() {
    let folder = TempDir::new().unwrap();
    let noise = folder.path().join("noise.mkv");
    let made = std::process::Command::new("ffmpeg")
        .args([
            "-loglevel",
            "error",
            "-f",
            "lavfi",
            "-i",
            "nullsrc=s=320x320:r=30,geq=random(1)*255:128:128",
            "-t",
            "4",
        ])
        .args(["-c:v", "ffv1", "-y"])
        .arg(&noise)
        .status()
        .expect("the tests need the ffmpeg program; `cargo xtask packages` installs it");
    assert!(made.success());
    let place = folder.path().join("out.mp4");
    let mut graph = graph(&noise, Ticks::of_secs(4.0));
    graph.sounds.clear();
    let limited = picture(spec(&place), |picture| {
        (picture.size, picture.max_bit_rate) = ((320, 320), Some(2_000_000));
    });
    let kept = run(&graph, &limited).file.video[0].bit_rate;
    let free = run(&graph, &picture(limited, |picture| picture.max_bit_rate = None)).file.video[0].bit_rate;
    assert!(kept < 3_000_000 && free > 6_000_000, "{kept} of {free}");
}

#[test]
fn a_stopped_export_leaves_nothing_and_the_old_file_stays() {
    let folder = TempDir::new().unwrap();
    let source = source(folder.path());
    let place = folder.path().join("out.mp4");
    fs::write(&place, b"precious").unwrap();
    let mut spec = spec(&place);
    spec.sound.as_mut().unwrap().loudness = Some(LoudnessTarget { integrated_lufs: -14.0, true_peak_db: -1.5 });
    // The last is in the middle of what is read back.
    for (phase, from) in
        [(Phase::Measure, 0.0), (Phase::Write, 0.0), (Phase::Label, 0.0), (Phase::Check, 0.0), (Phase::Check, 0.94)]
    {
        let mut furthest = 0.0;
        let stopped = export(&graph(&source, SECONDS), &spec, |progress| {
            furthest = progress.fraction;
            let is_there = progress.phase == phase && progress.fraction >= from;
            if is_there { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(furthest < 0.97, "{phase:?}: stopped at {furthest}");
        assert!(matches!(stopped, Err(Error::Stopped { .. })), "{phase:?}: {stopped:?}");
        assert_eq!(names(folder.path()), ["out.mp4", "source.mp4"], "{phase:?}");
        assert_eq!(fs::read(&place).unwrap(), b"precious", "{phase:?}");
    }
}

#[test]
fn what_is_missing_is_named_before_anything_is_made() {
    let folder = TempDir::new().unwrap();
    let source = source(folder.path());
    let place = folder.path().join("out.mp4");
    let go =
        |graph: &Graph, spec: &ExportSpec| export(graph, spec, |_| panic!("it began to work")).unwrap_err().to_string();
    let lost = folder.path().join("lost.mp4");
    assert!(go(&graph(&lost, SECONDS), &spec(&place)).contains("lost.mp4"));
    let torn = folder.path().join("torn.mp4");
    let bytes = fs::read(&source).unwrap();
    fs::write(&torn, &bytes[..bytes.len() / 2]).unwrap();
    assert!(go(&graph(&torn, SECONDS), &spec(&place)).contains("torn.mp4"));
    assert!(go(&graph(&source, SECONDS), &spec(&folder.path().join("no/out.mp4"))).contains("no"));
    assert!(
        go(&graph(&source, SECONDS), &picture(spec(&place), |picture| picture.size = (193, 320))).contains("193x320")
    );
    let mut odd = spec(&place);
    odd.provenance.produce_id = "has space".into();
    assert!(go(&graph(&source, SECONDS), &odd).contains("has space"));
    assert_eq!(names(folder.path()), ["source.mp4", "torn.mp4"]);
}

#[test]
fn hardware_is_used_only_if_it_passes_its_test() {
    let folder = TempDir::new().unwrap();
    let source = source(folder.path());
    let place = folder.path().join("out.mp4");
    let spec = picture(spec(&place), |picture| picture.hardware = Hardware::Preferred);
    let report = run(&graph(&source, Ticks::of_secs(1.0)), &spec);
    eprintln!("{:?}, passed over: {:#?}", report.video_encoder, report.passed_over);
    assert!(report.passed_over.iter().all(|why| why.contains(": ")), "{:?}", report.passed_over);
    assert!(report.video_encoder.is_some());
}
