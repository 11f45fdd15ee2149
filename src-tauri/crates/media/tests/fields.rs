//! Films that are stored in fields.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::path::Path;

use common::film::{ffmpeg, graph, video};
use gallop_media::{
    FrameRate, Ticks,
    render::{Frame, Painter},
};
use tempfile::TempDir;

const SIZE: (u32, u32) = (320, 192);
/// Pictures of 50 moments a second, which move by 6 pixels from one to the next.
const MOVING: &str = "-f lavfi -i testsrc2=s=320x192:r=50:d=1.6,scroll=h=0.02,format=yuv420p";
/// Two moments in each frame.
const TOP_FIRST: &str = "tinterlace=interleave_top,setfield=tff";
const BOTTOM_FIRST: &str = "tinterlace=interleave_bottom,setfield=bff";

fn painter(path: &Path) -> Painter {
    Painter::new(&graph(SIZE, vec![video(path)]), SIZE).unwrap()
}

fn moments() -> Vec<Ticks> {
    (0..40).map(|at| Ticks::of_frames(at, FrameRate::whole(25))).collect()
}

fn painted(path: &Path) -> Vec<Frame> {
    let mut painter = painter(path);
    moments().into_iter().map(|moment| painter.frame(moment).unwrap()).collect()
}

/// How far the brightness of two frames is apart, of 255 and on average.
fn apart(a: &Frame, b: &Frame) -> f64 {
    let (a, b) = (a.planes()[0], b.planes()[0]);
    let pairs = a.rows().zip(b.rows()).flat_map(|(a, b)| a.iter().zip(b));
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / f64::from(SIZE.0 * SIZE.1)
}

#[test]
fn fields_become_pictures_of_their_first_moment() {
    let folder = TempDir::new().unwrap();
    let whole = folder.path().join("whole.mkv");
    ffmpeg(&[], &format!("{MOVING} -vf framestep=2 -c:v ffv1"), &whole);
    let expected = painted(&whole);
    for (name, fields, codec) in [
        ("x264.mp4", TOP_FIRST, "-c:v libx264 -crf 6 -bf 2 -g 12 -flags +ilme+ildct -x264-params tff=1"),
        ("bottom.mp4", BOTTOM_FIRST, "-c:v libx264 -crf 6 -bf 2 -g 12 -flags +ilme+ildct -x264-params bff=1"),
        ("tape.mov", TOP_FIRST, "-c:v prores_ks -flags +ildct"),
        ("disc.mpg", TOP_FIRST, "-c:v mpeg2video -q:v 2 -bf 2 -g 12 -flags +ilme+ildct"),
    ] {
        let path = folder.path().join(name);
        ffmpeg(&[], &format!("{MOVING} -vf {fields} {codec}"), &path);
        let found = painted(&path);
        // The same file, but it says that its frames are whole: what is seen where nothing is done about fields.
        let combed = folder.path().join("combed.mkv");
        ffmpeg(&[], &format!("{MOVING} -vf {fields},setfield=prog -c:v ffv1"), &combed);
        let combed = painted(&combed);
        let mean = |found: &[Frame]| {
            let all = expected.iter().zip(found).map(|(expected, found)| apart(expected, found));
            all.sum::<f64>() / expected.len() as f64
        };
        let (ours, nothing_done) = (mean(&found), mean(&combed));
        eprintln!("{name}: {ours:.2} off, {nothing_done:.2} with combs");
        assert!(ours < nothing_done * 0.5, "{name}: {ours:.2} off, {nothing_done:.2} with combs");
    }
}

#[test]
fn any_order_shows_the_same_pictures_of_fields() {
    let folder = TempDir::new().unwrap();
    for (name, codec) in [
        ("x264.mp4", "-c:v libx264 -bf 2 -g 12 -flags +ilme+ildct -x264-params tff=1"),
        ("open.mp4", "-c:v libx264 -bf 3 -g 12 -flags +ilme+ildct -x264-params tff=1:open-gop=1:scenecut=0"),
        ("tape.mov", "-c:v prores_ks -flags +ildct"),
        ("air.ts", "-c:v mpeg2video -q:v 3 -bf 2 -g 12 -flags +ilme+ildct"),
    ] {
        let path = folder.path().join(name);
        ffmpeg(&[], &format!("{MOVING} -vf {TOP_FIRST} {codec}"), &path);
        let (expected, moments) = (painted(&path), moments());
        let mut jumping = painter(&path);
        // Steps of 17 come to every one of 40, from far and near, and then all of it backwards.
        for at in (0..40).map(|step| step * 17 % 40).chain((0..40).rev()) {
            assert!(jumping.frame(moments[at]).unwrap() == expected[at], "{name}: frame {at} differs after a jump");
        }
        for at in [0, 11, 12, 13, 25, 39] {
            assert!(painter(&path).frame(moments[at]).unwrap() == expected[at], "{name}: frame {at} differs alone");
        }
    }
}

#[test]
fn fields_in_a_part_of_a_film() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("mixed.mkv");
    // Whole for half a second, then fields.
    let mixed = "[0:v]split[a][b];[a]framestep=2,setfield=prog,trim=end=0.52,setpts=PTS-STARTPTS[whole];\
        [b]tinterlace=interleave_top,setfield=tff,trim=start=0.52,setpts=PTS-STARTPTS[fields];[whole][fields]concat"
        .replace(char::is_whitespace, "");
    ffmpeg(&[], &format!("{MOVING} -filter_complex {mixed} -c:v ffv1 -flags +ildct"), &path);
    let (expected, moments) = (painted(&path), moments());
    let mut jumping = painter(&path);
    for at in (0..40).map(|step| step * 17 % 40).chain((0..40).rev()) {
        assert!(jumping.frame(moments[at]).unwrap() == expected[at], "frame {at} differs after a jump");
    }
}
