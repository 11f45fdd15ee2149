//! How much later the sound comes than the picture.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{flat, spec};
use gallop_media::{ClipWriter, av_offset_secs};
use tempfile::TempDir;

/// Three seconds of dark with a flash at 1.0 s, or none, and a click at this second, or none.
fn write(path: &std::path::Path, flash: bool, click: Option<f64>) {
    let mut clip = ClipWriter::create(path, &spec(64, 64)).unwrap();
    for frame in 0..75 {
        clip.write_frame(&flat(64, 64, if flash && frame == 25 { [255; 3] } else { [20; 3] })).unwrap();
    }
    let sample = |at: i32| {
        let time = f64::from(at) / 44_100.0 - click.unwrap_or(9.0);
        (0.8 * (-(time / 0.000_25).powi(2)).exp()) as f32
    };
    clip.write_samples(&[(0..3 * 44_100).map(sample).collect()]).unwrap();
    clip.finish().unwrap();
}

#[test]
fn a_click_is_compared_with_a_flash() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.mp4");
    for late in [0.0, 0.021, -0.04, 0.5] {
        write(&path, true, Some(1.0 + late));
        let found = av_offset_secs(&path).unwrap().unwrap();
        assert!((found - late).abs() < 0.001, "{late}: {found}");
    }
    write(&path, false, Some(1.0));
    assert_eq!(av_offset_secs(&path).unwrap(), None);
    write(&path, true, None);
    assert_eq!(av_offset_secs(&path).unwrap(), None);
    assert!(av_offset_secs(&folder.path().join("none.mp4")).is_err());
}
