//! What is seen and heard before an export is what is in the file.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/source.rs"]
mod source;

use std::{ops::ControlFlow, path::Path};

use gallop_media::{
    Channels, Container, FrameRate, Picture, Ticks,
    encode::{AudioCodec, VideoCodec},
    export::{ExportSpec, SoundSpec},
    for_each_frame, read_sound,
    render::{ColorAdjust, Fit, Graph, Layer, Mixer, Painter, Placement, Rect, Role, Source, Span},
    write_picture,
};
use source::{graph, picture, run, source, spec};
use tempfile::TempDir;

fn secs(secs: f64) -> Ticks {
    Ticks::of_secs(secs)
}

/// A clip that fades into a still with pan and zoom, under a smaller, half transparent and faster copy of the clip with
/// other colours; sounds that fade, overlap and duck.
fn lively(folder: &Path) -> Graph {
    let clip = source(folder);
    let still = folder.join("still.png");
    let (width, height) = (300_u32, 400_u32);
    let wave = |at: u32, step: f64| (128.0 + 100.0 * (f64::from(at) * step).sin()) as u8;
    let rgb = (0..width * height).flat_map(|at| {
        let (x, y) = (at % width, at / width);
        [wave(x, 0.05), wave(y, 0.04), wave(x + y, 0.03)]
    });
    write_picture(&still, &Picture { width, height, rgb: rgb.collect() }).unwrap();
    let mut graph = graph(&clip, secs(4.0));
    graph.layers[0].span.end = secs(2.4);
    graph.layers.push(Layer {
        source: Source::Still { path: still },
        span: Span { start: secs(2.0), end: secs(4.0) },
        place: Placement { crop_to: Rect { x: 0.2, y: 0.1, w: 0.6, h: 0.6 }, ..Placement::default() },
        opacity: 1.0,
        fade_in: secs(0.4),
        fade_out: secs(0.5),
        color: ColorAdjust::default(),
    });
    graph.layers.push(Layer {
        source: Source::Video { path: clip, from: secs(0.3), speed: 1.5 },
        span: Span { start: secs(0.5), end: secs(2.0) },
        place: Placement { fit: Fit::Contain, frame: Rect { x: 0.5, y: 0.1, w: 0.4, h: 0.4 }, ..Placement::default() },
        opacity: 0.5,
        fade_in: Ticks::ZERO,
        fade_out: secs(0.2),
        color: ColorAdjust { saturation: -0.5, contrast: 0.2, ..ColorAdjust::default() },
    });
    let mut music = graph.sounds[0].clone();
    (music.role, music.gain_db, music.speed) = (Role::Ducked, -6.0, 1.25);
    (music.span.start, music.fade_in, music.fade_out) = (secs(0.7), secs(0.3), secs(0.5));
    graph.sounds.push(music);
    graph
}

/// Some numbers below `most`, always the same.
fn chosen(count: usize, most: usize) -> Vec<usize> {
    let mut state = 9_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % most
    };
    (0..count).map(|_| next()).collect()
}

/// Structural similarity of the luma (Wang et al. 2004) over squares of eight pixels, four apart.
fn ssim(a: &Picture, b: &Picture) -> f64 {
    assert_eq!((a.width, a.height), (b.width, b.height));
    let luma = |picture: &Picture| -> Vec<f64> {
        let weigh = |p: &[u8]| 0.2126 * f64::from(p[0]) + 0.7152 * f64::from(p[1]) + 0.0722 * f64::from(p[2]);
        picture.rgb.chunks(3).map(weigh).collect()
    };
    let (width, height) = (a.width as usize, a.height as usize);
    let (a, b) = (luma(a), luma(b));
    let (c1, c2) = ((0.01_f64 * 255.0).powi(2), (0.03_f64 * 255.0).powi(2));
    let mut all = Vec::new();
    for top in (0..=height - 8).step_by(4) {
        for left in (0..=width - 8).step_by(4) {
            let places = (0..64).map(|at| (top + at / 8) * width + left + at % 8);
            let (mut sa, mut sb, mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for at in places {
                let (x, y) = (a[at], b[at]);
                (sa, sb, aa, bb, ab) = (sa + x, sb + y, aa + x * x, bb + y * y, ab + x * y);
            }
            let (ma, mb) = (sa / 64.0, sb / 64.0);
            let (va, vb, both) = (aa / 64.0 - ma * ma, bb / 64.0 - mb * mb, ab / 64.0 - ma * mb);
            let top = (2.0 * ma * mb + c1) * (2.0 * both + c2);
            all.push(top / ((ma * ma + mb * mb + c1) * (va + vb + c2)));
        }
    }
    all.iter().sum::<f64>() / all.len() as f64
}

fn frames(path: &Path) -> Vec<Picture> {
    let mut all = Vec::new();
    for_each_frame(path, |_, picture| {
        all.push(picture);
        ControlFlow::Continue(())
    })
    .unwrap();
    all
}

#[test]
fn frames_of_the_file_are_those_of_the_preview() {
    let folder = TempDir::new().unwrap();
    let graph = lively(folder.path());
    let place = folder.path().join("out.mp4");
    // Small pictures at a quality as presets have it lose more than large ones.
    run(&graph, &picture(spec(&place), |picture| picture.crf = 8.0));
    let written = frames(&place);
    assert_eq!(written.len(), 120);
    // The preview has its own painter, which is asked for moments in any order.
    let mut painter = Painter::new(&graph, graph.size).unwrap();
    let mut worst = 1.0_f64;
    for number in chosen(24, 120) {
        let moment = Ticks::of_frames(number as u64, FrameRate::whole(30));
        let seen = painter.frame(moment).unwrap().to_picture().unwrap();
        let same = ssim(&seen, &written[number]);
        assert!(same >= 0.99, "frame {number}: {same}");
        worst = worst.min(same);
        // Another moment is another picture: the measure can tell.
        let other = &written[(number + 60) % 120];
        assert!(ssim(&seen, other) < 0.97, "frame {number} looks like another");
    }
    eprintln!("least similar: {worst}");
}

#[test]
fn without_loss_they_are_the_same_to_the_bit() {
    let folder = TempDir::new().unwrap();
    let graph = lively(folder.path());
    let place = folder.path().join("out.mkv");
    let spec = picture(ExportSpec { container: Container::Mkv, ..spec(&place) }, |picture| {
        picture.codec = VideoCodec::Ffv1;
    });
    let spec = ExportSpec { sound: Some(SoundSpec { codec: AudioCodec::Pcm, bit_rate: 0, loudness: None }), ..spec };
    run(&graph, &spec);
    let written = frames(&place);
    let mut painter = Painter::new(&graph, graph.size).unwrap();
    for number in chosen(24, 120) {
        let moment = Ticks::of_frames(number as u64, FrameRate::whole(30));
        let seen = painter.frame(moment).unwrap().to_picture().unwrap();
        assert!(seen == written[number], "frame {number}");
    }
    // Every sample, to half of one step of 24 bits, whatever portions the preview asks for.
    let written = read_sound(&place, 48_000, Channels::Stereo).unwrap();
    assert_eq!(written.samples(), 192_000);
    let mut mixer = Mixer::new(&graph).unwrap();
    let mut from = 0;
    for portion in chosen(200, 4_000).into_iter().chain([192_000]) {
        let portion = portion.min(192_000 - from);
        let heard = mixer.mix(from as u64, portion).unwrap();
        for (side, heard) in heard.iter().enumerate() {
            let pairs = heard.iter().zip(&written.channels[side][from..from + portion]);
            let apart = pairs.map(|(a, b)| (a.clamp(-1.0, 1.0) - b).abs()).fold(0.0, f32::max);
            assert!(apart < 2.0 / 8_388_608.0, "from {from}: {apart}");
        }
        from += portion;
    }
    assert_eq!(from, 192_000);
    assert!(written.rms() > 0.01);
}
