//! What a file is, told of files of all kinds.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use gallop_media::{
    FrameRate,
    inspect::{Depth, Inspection, inspect},
};
use tempfile::TempDir;

/// A file made by the `ffmpeg` program; blanks separate the arguments.
fn made(folder: &TempDir, name: &str, arguments: &str) -> PathBuf {
    let path = folder.path().join(name);
    let run = Command::new("ffmpeg")
        .args(["-hide_banner", "-loglevel", "error", "-y"])
        .args(arguments.split_whitespace())
        .arg(&path)
        .status()
        .expect("the tests need the ffmpeg program; `cargo xtask packages` installs it");
    assert!(run.success(), "ffmpeg {arguments}");
    path
}

fn look(path: &Path) -> Inspection {
    inspect(path, Depth::Whole).unwrap()
}

const PICTURE: &str = "-f lavfi -i testsrc2=s=128x96:r=25:d=2";
const SOUND: &str = "-f lavfi -i sine=f=500:r=44100:d=2";

#[test]
fn a_film_with_b_frames_and_edit_lists() {
    let folder = TempDir::new().unwrap();
    let options = "-c:v libx264 -bf 2 -g 20 -pix_fmt yuv420p -c:a aac -ac 1";
    let found = look(&made(&folder, "a.mp4", &format!("{PICTURE} {SOUND} {options}")));
    let (video, audio) = (&found.video[0], &found.audio[0]);
    assert!(video.reordered && video.edit_list && audio.edit_list && video.constant_rate, "{video:?} {audio:?}");
    assert_eq!((video.frames, video.fps, video.start_secs), (50, FrameRate::whole(25), 0.0));
    assert!((video.duration_secs - 2.0).abs() < 0.001 && (video.key_frame_secs - 0.8).abs() < 0.001, "{video:?}");
    assert_eq!((audio.channels, audio.sample_rate), (1, 44_100));
    assert_eq!(video.color.primaries, "unknown");
    assert_eq!((found.index_first(), found.boxes[0].name.as_str()), (Some(false), "ftyp"));
    assert!(found.boxes.iter().map(|found| found.bytes).sum::<u64>() == found.bytes);
    let content = found.content.unwrap();
    assert_eq!((content.frames, content.damaged), (50, 0));
    // FFmpeg's sine is at an eighth of full scale, -18.1 dB, and the meter hears mono on both sides; its sudden beginning
    // makes AAC go over that.
    assert!((-18.2..-14.0).contains(&content.true_peak_db.unwrap()), "{content:?}");
    assert!((content.integrated_lufs.unwrap() + 18.7).abs() < 0.3, "{content:?}");
    assert!(found.labels.aigc.is_none() && found.recipe.is_none());
}

#[test]
fn a_phone_held_upright() {
    let folder = TempDir::new().unwrap();
    let flat = made(&folder, "flat.mp4", &format!("{PICTURE} -c:v libx264 -pix_fmt yuv420p"));
    let turned = made(&folder, "turned.mp4", &format!("-i {} -c copy -metadata:s:v rotate=90", flat.display()));
    let found = [flat, turned].map(|path| look(&path).video.remove(0).turned);
    assert!(matches!(found, [0, 90 | 270]), "{found:?}");
}

#[test]
fn a_rate_that_varies() {
    let folder = TempDir::new().unwrap();
    let choose = "-vf select='not(eq(mod(n,5),3))' -fps_mode vfr -c:v libx264 -pix_fmt yuv420p -bf 0";
    let found = look(&made(&folder, "a.mp4", &format!("{PICTURE} {choose}")));
    assert!(!found.video[0].constant_rate && found.video[0].frames == 40, "{:?}", found.video);
    assert!(found.audio.is_empty() && found.content.unwrap().integrated_lufs.is_none());
}

#[test]
fn other_containers_and_codecs() {
    let folder = TempDir::new().unwrap();
    let hdr = "-c:v libx265 -x265-params log-level=error -pix_fmt yuv420p10le -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc";
    let found = look(&made(&folder, "hdr.mp4", &format!("{PICTURE} {hdr}")));
    let video = &found.video[0];
    assert_eq!((video.profile.as_deref(), video.pixel_format.as_str()), (Some("Main 10"), "yuv420p10le"));
    assert_eq!((video.color.transfer.as_str(), video.color.matrix.as_str()), ("smpte2084", "bt2020nc"));
    assert!(video.level.is_some_and(|level| (10..=60).contains(&level)), "{:?}", video.level);

    let found = look(&made(&folder, "a.webm", &format!("{PICTURE} {SOUND} -c:v libvpx -c:a libopus")));
    assert_eq!((found.boxes.len(), found.index_first(), found.video[0].codec.as_str()), (0, None, "vp8"));
    assert!(found.video[0].constant_rate && found.audio[0].sample_rate == 48_000);

    let odd =
        look(&made(&folder, "odd.mkv", &format!("{PICTURE} -vf scale=99:65,setsar=4/3 -c:v ffv1 -pix_fmt yuv444p")));
    assert_eq!((odd.video[0].width, odd.video[0].height, odd.video[0].pixel_aspect), (99, 65, (4, 3)));

    let one = look(&made(&folder, "one.mp4", &format!("{PICTURE} -frames:v 1 -c:v libx264 -pix_fmt yuv420p")));
    assert_eq!((one.video[0].frames, one.video[0].fps, one.video[0].constant_rate), (1, FrameRate::whole(25), true));

    let song = look(&made(&folder, "a.mp3", &format!("{SOUND} -metadata title=Snow")));
    assert_eq!((song.video.len(), song.audio[0].codec.as_str(), song.metadata["title"].as_str()), (0, "mp3", "Snow"));
}

#[test]
fn black_and_frozen_stretches_are_timed() {
    let folder = TempDir::new().unwrap();
    let drawn = "-f lavfi -i testsrc2=s=128x96:r=25:d=1[a];color=black:s=128x96:r=25:d=1.6[b];[a][b]concat,tpad=stop_mode=clone:stop_duration=1";
    let content = look(&made(&folder, "a.mp4", &format!("{drawn} -c:v libx264 -pix_fmt yuv420p"))).content.unwrap();
    assert!(
        matches!(&content.black[..], [black] if (black.start_secs - 1.0).abs() < 0.05 && (black.end_secs - 3.6).abs() < 0.05),
        "{content:?}"
    );
    assert!(matches!(&content.frozen[..], [still] if (still.start_secs - 1.0).abs() < 0.05), "{content:?}");
}

#[test]
fn damaged_pictures_are_counted() {
    let folder = TempDir::new().unwrap();
    let path = made(&folder, "a.mp4", &format!("{PICTURE} -c:v libx264 -pix_fmt yuv420p -bf 0 -movflags +faststart"));
    let mut bytes = std::fs::read(&path).unwrap();
    let length = bytes.len();
    bytes[length / 2..length / 2 + 400].fill(0x55);
    std::fs::write(&path, bytes).unwrap();
    assert!(look(&path).content.unwrap().damaged > 0);
}
