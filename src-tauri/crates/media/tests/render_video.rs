//! Which frame of a video is seen when.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::path::Path;

use common::film::{FILM, ffmpeg, film, graph, number, video};
use gallop_media::{FrameRate, Ticks, render::Painter};
use tempfile::TempDir;

fn painter(path: &Path) -> Painter {
    Painter::new(&graph(FILM, vec![video(path)]), FILM).unwrap()
}

fn numbers_at(path: &Path, moments: impl IntoIterator<Item = f64>) -> Vec<usize> {
    let mut painter = painter(path);
    moments.into_iter().map(|secs| number(&painter.frame(Ticks::of_secs(secs)).unwrap())).collect()
}

/// The moments of so many frames at 25 a second.
fn moments(count: u64) -> impl Iterator<Item = Ticks> {
    (0..count).map(|at| Ticks::of_frames(at, FrameRate::whole(25)))
}

/// Numbers in an order that jumps about, each once.
fn shuffled(count: usize) -> Vec<usize> {
    let mut order: Vec<_> = (0..count).collect();
    let mut state = 7_u64;
    for at in (1..count).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        order.swap(at, (state >> 33) as usize % (at + 1));
    }
    order
}

/// Films of 120 frames in every manner of storing that matters to finding a frame.
const FILMS: [(&str, &str); 12] = [
    ("plain.mp4", "-c:v libx264 -pix_fmt yuv420p -bf 0 -g 12"),
    ("b-frames.mp4", "-c:v libx264 -pix_fmt yuv420p -bf 3 -b_strategy 0 -x264-params b-pyramid=normal -g 30"),
    ("open-gop.mp4", "-c:v libx264 -pix_fmt yuv420p -bf 3 -b_strategy 0 -x264-params open-gop=1:scenecut=0 -g 15"),
    ("one-key.mp4", "-c:v libx264 -pix_fmt yuv420p -bf 2 -g 1000 -sc_threshold 0"),
    ("refresh.mp4", "-c:v libx264 -pix_fmt yuv420p -bf 0 -g 20 -x264-params intra-refresh=1:scenecut=0"),
    ("no-edits.mp4", "-c:v libx264 -pix_fmt yuv420p -bf 2 -g 25 -use_editlist 0"),
    ("late.mp4", "-c:v libx264 -pix_fmt yuv420p -bf 2 -g 25 -output_ts_offset 3"),
    ("cues.mkv", "-c:v libx264 -pix_fmt yuv420p -bf 2 -g 25"),
    ("broadcast.ts", "-c:v libx264 -pix_fmt yuv420p -bf 2 -g 25"),
    ("old.avi", "-c:v mpeg4 -q:v 3 -g 25"),
    ("web.webm", "-c:v libvpx-vp9 -b:v 0 -crf 20 -g 25 -auto-alt-ref 1 -lag-in-frames 16 -cpu-used 8"),
    ("hevc.mp4", "-c:v libx265 -pix_fmt yuv420p -x265-params log-level=none:open-gop=1:keyint=15:bframes=4:scenecut=0"),
];

#[test]
fn any_order_shows_the_same_frames_bit_for_bit() {
    let folder = TempDir::new().unwrap();
    for (name, options) in FILMS {
        let path = folder.path().join(name);
        film(&path, 120, options);
        let mut in_order = painter(&path);
        let expected: Vec<_> = moments(120).map(|moment| in_order.frame(moment).unwrap()).collect();
        let found: Vec<_> = expected.iter().map(number).collect();
        assert_eq!(found, (0..120).collect::<Vec<_>>(), "{name}");
        let mut jumping = painter(&path);
        let moments: Vec<_> = moments(120).collect();
        for at in shuffled(120).into_iter().chain((0..120).rev()) {
            assert!(jumping.frame(moments[at]).unwrap() == expected[at], "{name}: frame {at} differs after a jump");
        }
        // A painter that is new for every frame remembers nothing.
        for at in shuffled(120).into_iter().take(12) {
            assert!(painter(&path).frame(moments[at]).unwrap() == expected[at], "{name}: frame {at} differs alone");
        }
    }
}

#[test]
fn before_the_first_and_behind_the_last() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.mp4");
    film(&path, 10, "-c:v libx264 -pix_fmt yuv420p -bf 2");
    assert_eq!(numbers_at(&path, [0.0, 0.36, 0.399, 0.4, 5.0, 3000.0, 0.1, 3599.0, 0.0]), [0, 9, 9, 9, 9, 9, 2, 9, 0]);
    let mut layer = video(&path);
    let gallop_media::render::Source::Video { from, .. } = &mut layer.source else { unreachable!() };
    *from = Ticks::of_secs(-0.2);
    let mut painter = Painter::new(&graph(FILM, vec![layer]), FILM).unwrap();
    let found: Vec<_> =
        [0.0, 0.2, 0.24].map(|secs| number(&painter.frame(Ticks::of_secs(secs)).unwrap())).into_iter().collect();
    assert_eq!(found, [0, 0, 1]);
    // One frame and no more.
    film(&path, 1, "-c:v libx264 -pix_fmt yuv420p");
    assert_eq!(numbers_at(&path, [0.0, 1.0, 0.0]), [0, 0, 0]);
}

#[test]
fn frames_of_uneven_length_are_seen_as_long_as_they_last() {
    let folder = TempDir::new().unwrap();
    for name in ["a.mp4", "a.mkv"] {
        let path = folder.path().join(name);
        // Frame n appears at n²/100 s.
        film(
            &path,
            12,
            "-vf settb=1/1000,setpts=10*N*N -vsync passthrough -enc_time_base 1/1000 -c:v libx264 -bf 2 -pix_fmt yuv420p",
        );
        let starts = (0..12).map(|n| f64::from(n * n) / 100.0);
        assert_eq!(numbers_at(&path, starts.clone()), (0..12).collect::<Vec<_>>(), "{name}");
        let ends = starts.skip(1).map(|secs| secs - 0.002);
        assert_eq!(numbers_at(&path, ends), (0..11).collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn a_frame_that_lasts_long_is_seen_whichever_kind_it_is() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.mp4");
    // Two of three are of the kind that is left out on the way to others.
    for long in [30, 31, 32] {
        let times =
            format!("-vf settb=1/1000,setpts=40*N+4000*gt(N\\,{long}) -vsync passthrough -enc_time_base 1/1000");
        film(
            &path,
            60,
            &format!("{times} -c:v libx264 -pix_fmt yuv420p -g 250 -bf 2 -b_strategy 0 -x264-params b-pyramid=none"),
        );
        let late = f64::from(long) * 0.04 + 3.9;
        assert_eq!(numbers_at(&path, [late]), [long as usize]);
        assert_eq!(
            numbers_at(&path, [late + 1.0, late, 0.4, late]),
            [long as usize + 22, long as usize, 10, long as usize]
        );
    }
}

#[test]
fn rounded_times_make_no_frame_late() {
    // Matroska rounds to milliseconds: frames 1, 2 and 3 at 30 a second are said to be at 33, 67 and 100 ms.
    let folder = TempDir::new().unwrap();
    for (num, den) in [(30, 1), (24, 1), (30_000, 1001), (24_000, 1001), (60, 1)] {
        let path = folder.path().join("a.mkv");
        film(&path, 90, &format!("-vf settb={den}/{num},setpts=N -r {num}/{den} -c:v libx264 -pix_fmt yuv420p"));
        let mut painter = painter(&path);
        for at in 0..90 {
            let frame = painter.frame(Ticks::of_frames(at, FrameRate { num, den })).unwrap();
            assert_eq!(number(&frame) as u64, at, "{num}/{den}");
        }
    }
}

#[test]
fn a_cut_without_encoding_hides_what_lies_before_it() {
    // The keyframe before the cut stays in the file and an edit list hides it.
    let folder = TempDir::new().unwrap();
    let (whole, cut) = (folder.path().join("whole.mp4"), folder.path().join("cut.mp4"));
    film(&whole, 100, "-c:v libx264 -pix_fmt yuv420p -bf 2 -g 50 -sc_threshold 0");
    ffmpeg(&[], &format!("-ss 0.8 -i {} -c copy", whole.display()), &cut);
    assert_eq!(numbers_at(&cut, [0.0, 0.04, 1.2, 0.4, 0.0, 3.16]), [20, 21, 50, 30, 20, 99]);
}

#[test]
fn speed_takes_frames_faster_or_slower() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.mp4");
    film(&path, 100, "-c:v libx264 -pix_fmt yuv420p -g 10");
    let at = |rate: f64, moments: &[f64]| {
        let mut layer = video(&path);
        layer.source =
            gallop_media::render::Source::Video { path: path.clone(), from: Ticks::of_secs(0.4), speed: rate };
        let mut painter = Painter::new(&graph(FILM, vec![layer]), FILM).unwrap();
        moments.iter().map(|secs| number(&painter.frame(Ticks::of_secs(*secs)).unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(at(2.0, &[0.0, 0.04, 0.08, 1.0]), [10, 12, 14, 60]);
    assert_eq!(at(0.5, &[0.0, 0.04, 0.08, 0.12, 2.0]), [10, 10, 11, 11, 35]);
    assert_eq!(at(30.0, &[0.0, 0.04, 0.08, 0.12, 2.0]), [10, 40, 70, 99, 99]);
}

#[test]
fn a_glance_shows_a_frame_from_before() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.mp4");
    // As large as film is, so that decoding it takes long.
    film(
        &path,
        100,
        "-vf scale=1920:1080:flags=neighbor -c:v libx264 -preset ultrafast -pix_fmt yuv420p -bf 2 -g 50 -sc_threshold 0",
    );
    let mut painter = painter(&path);
    let far = painter.glance(Ticks::of_secs(3.2)).unwrap();
    assert_eq!((number(&far.frame), far.exact), (50, false));
    let close = painter.glance(Ticks::of_secs(2.08)).unwrap();
    assert_eq!((number(&close.frame), close.exact), (52, true));
    assert_eq!(number(&painter.frame(Ticks::of_secs(3.2)).unwrap()), 80);
    let back = painter.glance(Ticks::of_secs(3.16)).unwrap();
    assert_eq!((number(&back.frame), back.exact), (79, true), "it was decoded on the way");
    // The third of four is the one that no other needs, and was left out.
    let back = painter.glance(Ticks::of_secs(3.04)).unwrap();
    assert_eq!((number(&back.frame), back.exact), (75, false), "the nearest that is known");
    // Who goes back frame by frame decodes a run of them at once.
    assert_eq!(number(&painter.frame(Ticks::of_secs(3.04)).unwrap()), 76);
    for at in (65..76_u32).rev() {
        let back = painter.glance(Ticks::of_frames(at.into(), FrameRate::whole(25))).unwrap();
        assert_eq!((number(&back.frame), back.exact), (at as usize, true), "kept for a hand that goes back");
    }
    // A small one is decoded as far as it takes no longer than a few large ones.
    film(&path, 100, "-c:v libx264 -pix_fmt yuv420p -g 50 -sc_threshold 0");
    let mut painter = Painter::new(&graph(FILM, vec![video(&path)]), FILM).unwrap();
    let small = painter.glance(Ticks::of_secs(3.2)).unwrap();
    assert_eq!((number(&small.frame), small.exact), (80, true));
}

#[test]
fn what_is_damaged_is_named() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("broken.mp4");
    film(&path, 100, "-c:v libx264 -pix_fmt yuv420p -bf 0 -g 25 -movflags faststart");
    let mut bytes = std::fs::read(&path).unwrap();
    let length = bytes.len();
    // The middle of the pictures' data.
    for byte in &mut bytes[length / 2..length / 2 + 600] {
        *byte = 0xa5;
    }
    std::fs::write(&path, &bytes).unwrap();
    let mut broken = painter(&path);
    let error = moments(100).find_map(|moment| broken.frame(moment).err()).expect("damage is noticed").to_string();
    assert!(error.contains("broken.mp4") && error.contains("damaged at"), "{error}");

    std::fs::write(&path, &bytes[..length / 2]).unwrap();
    let error = painter(&path).frame(Ticks::ZERO).unwrap_err().to_string();
    assert!(error.contains("cut off") && error.contains("broken.mp4"), "{error}");
    let missing = folder.path().join("missing.mp4");
    let error = painter(&missing).check_files().unwrap_err().to_string();
    assert!(error.contains("missing.mp4"), "{error}");
}

#[test]
fn whatever_is_in_a_file_nothing_crashes_or_hangs() {
    let folder = TempDir::new().unwrap();
    let mut state = 11_u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let (mut shown, mut refused) = (0, 0);
    for (name, options) in FILMS {
        let path = folder.path().join(name);
        film(&path, 40, options);
        let whole = std::fs::read(&path).unwrap();
        for round in 0..12 {
            let mut bytes = whole.clone();
            // A few bytes anywhere, a run of them in front where the index is, or an end that is missing.
            for _ in 0..1 + random(20) {
                let at = if round % 3 == 1 { random(bytes.len().min(2_000)) } else { random(bytes.len()) };
                bytes[at] = random(256) as u8;
            }
            if round % 3 == 2 {
                bytes.truncate(bytes.len() / 2 + random(bytes.len() / 2));
            }
            std::fs::write(&path, &bytes).unwrap();
            let mut painter = painter(&path);
            for at in [0, 30, 10, 39, 1_000, 20] {
                match painter.frame(Ticks::of_frames(at, FrameRate::whole(25))) {
                    Ok(frame) => shown += usize::from(frame.size() == FILM),
                    Err(error) => refused += usize::from(error.to_string().contains(name)),
                }
            }
        }
    }
    assert_eq!(shown + refused, FILMS.len() * 12 * 6, "every frame is one, or an error that names the file");
    assert!(shown > 100 && refused > 100, "{shown} {refused}");
}
