//! Clips: what goes in comes out, at the right time, in a file that every platform takes, or there is no file.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../common/mod.rs"]
mod common;
mod refused;

use std::{fs, ops::ControlFlow, path::Path};

use common::{click, flat, loudest_secs, spec};
use gallop_media::{
    Channels, ClipSpec, ClipWriter, Error, FrameRate, Picture, check_place, for_each_frame, h264_encoder, probe,
    read_metadata, read_sound,
};
use tempfile::TempDir;

const WIDTH: u32 = 96;
const HEIGHT: u32 = 64;

/// Every frame with its time.
fn frames(path: &Path) -> Vec<(f64, Picture)> {
    let mut all = Vec::new();
    for_each_frame(path, |time_secs, picture| {
        all.push((time_secs, picture));
        ControlFlow::Continue(())
    })
    .unwrap();
    all
}

/// How the sound is handed over.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Order {
    First,
    Between,
    Last,
}

/// A clip of 51 grey frames, white at 1.000 s, with a click at 1.000 s.
fn write(path: &Path, spec: &ClipSpec, frames: usize, order: Order) -> gallop_media::ClipInfo {
    let sound = vec![click(spec.sample_rate); spec.channels.count()];
    let length = sound[0].len();
    let mut clip = ClipWriter::create(path, spec).unwrap();
    if order == Order::First {
        clip.write_samples(&sound).unwrap();
    }
    let mut at = 0;
    let mut give = |clip: &mut ClipWriter, count: usize| {
        let to = (at + count).min(length);
        let part: Vec<Vec<f32>> = sound.iter().map(|channel| channel[at..to].to_vec()).collect();
        clip.write_samples(&part).unwrap();
        at = to;
    };
    let bright = spec.fps.per_second().round() as usize;
    for n in 0..frames {
        let color = if n == bright { [255; 3] } else { [60; 3] };
        clip.write_frame(&flat(spec.width, spec.height, color)).unwrap();
        if order == Order::Between {
            // Portions that fit neither frames nor packets, some of them empty.
            give(&mut clip, (n * 977) % 4_001);
        }
    }
    if order == Order::Between {
        give(&mut clip, length);
    }
    if order == Order::Last {
        clip.write_samples(&sound).unwrap();
    }
    clip.finish().unwrap()
}

fn left_in(folder: &TempDir) -> Vec<String> {
    let names = fs::read_dir(folder.path()).unwrap();
    names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn colors_survive() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.mp4");
    let colors = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [128, 128, 128], [255, 255, 255], [0, 0, 0], [230, 180, 140]];
    let mut clip = ClipWriter::create(&path, &spec(WIDTH, HEIGHT)).unwrap();
    for color in colors {
        clip.write_frame(&flat(WIDTH, HEIGHT, color)).unwrap();
    }
    clip.finish().unwrap();
    let frames = frames(&path);
    assert_eq!(frames.len(), colors.len());
    for ((_, picture), color) in frames.iter().zip(colors) {
        for found in picture.rgb.chunks(3) {
            let off = found.iter().zip(color).map(|(a, b)| a.abs_diff(b)).max();
            assert!(off <= Some(3), "{found:?} instead of {color:?}");
        }
    }
    let color = probe(&path).unwrap().video.unwrap().color;
    assert_eq!([&*color.primaries, &*color.transfer, &*color.matrix, &*color.range], ["bt709", "bt709", "bt709", "tv"]);
}

#[test]
fn rows_and_columns_stay_in_place() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.mp4");
    // A width whose rows are padded in FFmpeg's frames.
    let corners = common::corners(98, 66);
    let mut clip = ClipWriter::create(&path, &spec(98, 66)).unwrap();
    clip.write_frame(&corners.rgb).unwrap();
    clip.finish().unwrap();
    let (_, seen) = frames(&path).remove(0);
    assert_eq!((seen.width, seen.height), (98, 66));
    for (x, y) in [(8, 8), (90, 8), (8, 58), (90, 58)] {
        let at = (y * 98 + x) * 3;
        let off = (0..3).map(|c| seen.rgb[at + c].abs_diff(corners.rgb[at + c])).max();
        assert!(off <= Some(8), "at {x},{y}: {:?}", &seen.rgb[at..at + 3]);
    }
}

#[test]
fn frames_are_equally_long_and_all_there() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.mp4");
    for (num, den, count) in [(25, 1, 51), (24, 1, 48), (30, 1, 7), (30_000, 1_001, 61), (60, 1, 1)] {
        let spec = ClipSpec { fps: FrameRate { num, den }, ..spec(WIDTH, HEIGHT) };
        let info = write(&path, &spec, count, Order::Between);
        let seconds = count as f64 * f64::from(den) / f64::from(num);
        assert_eq!((info.frames, info.duration_secs), (count as u64, seconds));
        assert_eq!(info.bytes, fs::metadata(&path).unwrap().len());
        assert_eq!(info.encoder, h264_encoder().unwrap());
        let found = probe(&path).unwrap();
        let video = found.video.unwrap();
        assert_eq!((video.codec.as_str(), video.pixel_format.as_str()), ("h264", "yuv420p"));
        assert_eq!((video.width, video.height, video.frames), (WIDTH, HEIGHT, count as u64));
        if count > 1 {
            assert_eq!(video.fps, FrameRate { num, den });
        }
        let audio = found.audio.unwrap();
        assert_eq!((audio.codec.as_str(), audio.sample_rate, audio.channels), ("aac", 48_000, 2));
        assert!((video.duration_secs - seconds).abs() < 1e-6, "{}", video.duration_secs);
        assert!((audio.duration_secs - seconds).abs() < 0.6 / 48_000.0, "{} of {seconds}", audio.duration_secs);
        let times = frames(&path);
        assert_eq!(times.len(), count);
        for (n, (time_secs, _)) in times.iter().enumerate() {
            assert!((time_secs - n as f64 * f64::from(den) / f64::from(num)).abs() < 1e-6, "frame {n} at {time_secs}");
        }
    }
}

#[test]
fn picture_and_sound_meet() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.mp4");
    for order in [Order::First, Order::Between, Order::Last] {
        for (rate, channels) in
            [(8_000, Channels::Mono), (44_100, Channels::Stereo), (48_000, Channels::Mono), (96_000, Channels::Stereo)]
        {
            write(&path, &ClipSpec { sample_rate: rate, channels, ..spec(WIDTH, HEIGHT) }, 51, order);
            let bright: Vec<f64> =
                frames(&path).into_iter().filter(|(_, picture)| picture.rgb[0] > 200).map(|(time, _)| time).collect();
            assert_eq!(bright, [1.0], "{order:?} {rate}");
            let sound = read_sound(&path, 48_000, Channels::Stereo).unwrap();
            assert_eq!(sound.samples(), 51 * 1_920, "{order:?} {rate}");
            for side in &sound.channels {
                let at = loudest_secs(side, 48_000);
                assert!((at - 1.0).abs() < 0.000_2, "{order:?} {rate}: heard at {at}");
                // Nothing is lost on the way from mono to both sides.
                let peak = side.iter().fold(0_f32, |peak, sample| peak.max(sample.abs()));
                assert!((0.65..0.9).contains(&peak), "{order:?} {rate}: peak {peak}");
            }
        }
    }
}

/// Sound given in one piece, in scraps, before or after the picture is the same sound.
#[test]
fn portions_make_no_difference() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.mp4");
    let mut heard = Vec::new();
    for order in [Order::First, Order::Between, Order::Last] {
        write(&path, &spec(WIDTH, HEIGHT), 51, order);
        heard.push(read_sound(&path, 48_000, Channels::Stereo).unwrap());
    }
    assert!(heard[0].rms() > 0.005);
    for other in &heard[1..] {
        let apart = heard[0].channels[0].iter().zip(&other.channels[0]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 1e-4, "{apart}");
    }
}

#[test]
fn sound_is_cut_or_padded_to_the_picture() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.mp4");
    for seconds in [0.0, 0.01, 0.5, 1.0, 9.0] {
        let mut clip = ClipWriter::create(&path, &spec(WIDTH, HEIGHT)).unwrap();
        let tone = (0..(44_100.0 * seconds) as usize).map(|n| 0.5 * (n as f32 * 0.1).sin()).collect();
        clip.write_samples(&[tone]).unwrap();
        for _ in 0..25 {
            clip.write_frame(&flat(WIDTH, HEIGHT, [9; 3])).unwrap();
        }
        clip.finish().unwrap();
        let found = probe(&path).unwrap();
        assert_eq!((found.video.unwrap().duration_secs, found.audio.unwrap().duration_secs), (1.0, 1.0), "{seconds}");
        let sound = read_sound(&path, 48_000, Channels::Mono).unwrap();
        assert_eq!(sound.samples(), 48_000);
        let tail = &sound.channels[0][36_000..47_000];
        let loud = tail.iter().fold(0_f32, |peak, sample| peak.max(sample.abs()));
        assert_eq!(loud > 0.3, seconds >= 1.0, "{seconds}: {loud}");
    }
}

/// What YouTube and Instagram ask of a file: the index in front, no edit lists; and the colours in the container too.
#[test]
fn the_file_is_laid_out_for_platforms() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.mp4");
    write(&path, &spec(WIDTH, HEIGHT), 120, Order::Between);
    let bytes = fs::read(&path).unwrap();
    let find = |name: &[u8]| bytes.windows(name.len()).position(|found| found == name);
    let (index, data) = (find(b"moov").unwrap(), find(b"mdat").unwrap());
    assert!(index < data, "moov at {index}, mdat at {data}");
    assert_eq!((find(b"elst"), find(b"edts")), (None, None));
    let color = find(b"colrnclx").unwrap();
    assert_eq!(bytes[color + 8..color + 15], [0, 1, 0, 1, 0, 1, 0]);
    // A key frame every two seconds at least (`stss`: version, count, numbers), and no frame out of order (`ctts`).
    let keys = find(b"stss").unwrap();
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    let mut numbers: Vec<u32> = (0..number(keys + 8) as usize).map(|n| number(keys + 12 + 4 * n)).collect();
    assert_eq!(numbers[0], 1);
    numbers.push(121);
    assert!(numbers.windows(2).all(|pair| pair[1] - pair[0] <= 50), "{numbers:?}");
    assert_eq!(find(b"ctts"), None);
    // The profile in `avcC` is High.
    assert_eq!(bytes[find(b"avcC").unwrap() + 5], 100);
    let label = br#"{"Label":"1","ContentProducer":"Gallop","ProduceID":"01JTEST","ReservedCode1":"","ContentPropagator":"Gallop","PropagateID":"01JTEST","ReservedCode2":""}"#;
    let (name, value) = (find(b"mdtaAIGC").unwrap(), find(label).unwrap());
    assert!(index < name && name < value && value < data);
}

#[test]
fn metadata_comes_back_in_any_script() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("clip 片 %d.mp4");
    let mut spec = spec(WIDTH, HEIGHT);
    let recipe = "{\"prompt\":\"一匹穿红外套的小马在雪地里奔跑，说：“你好！”\",\"lines\":[\"こんにちは\",\"안녕\",\"Grüße\"],\"emoji\":\"🐴\\n\\\"\"}";
    spec.metadata.insert("gallop_recipe".into(), recipe.into());
    spec.metadata.insert("title".into(), "雪".into());
    spec.metadata.insert("long".into(), "长".repeat(100_000));
    let mut clip = ClipWriter::create(&path, &spec).unwrap();
    clip.write_frame(&flat(WIDTH, HEIGHT, [1, 2, 3])).unwrap();
    clip.finish().unwrap();
    let found = read_metadata(&path).unwrap();
    for (name, value) in &spec.metadata {
        assert_eq!(found.get(name), Some(value));
    }
    assert!(found["AIGC"].starts_with(r#"{"Label":"1","ContentProducer":"Gallop","ProduceID":"01JTEST""#));
    assert_eq!(found, probe(&path).unwrap().metadata);
}

#[test]
fn nothing_is_left_of_an_unfinished_clip_and_the_old_file_stays() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.mp4");
    fs::write(&path, b"precious").unwrap();
    let mut clip = ClipWriter::create(&path, &spec(WIDTH, HEIGHT)).unwrap();
    for _ in 0..60 {
        clip.write_frame(&flat(WIDTH, HEIGHT, [5; 3])).unwrap();
    }
    clip.write_samples(&[click(44_100)]).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    assert_eq!(left_in(&folder).len(), 2, "a temporary file stands beside it");
    drop(clip);
    assert_eq!(left_in(&folder), ["a.mp4"]);
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    let empty = ClipWriter::create(&path, &spec(WIDTH, HEIGHT)).unwrap();
    assert!(matches!(empty.finish(), Err(Error::Spec(_))), "no frames");
    assert_eq!(left_in(&folder), ["a.mp4"]);
    write(&path, &spec(WIDTH, HEIGHT), 5, Order::First);
    assert_eq!(left_in(&folder), ["a.mp4"]);
    assert!(probe(&path).is_ok());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_ne!(mode & 0o044, 0, "others may read it as any new file: {mode:o}");
    }
}

#[test]
fn ffmpeg_tells_what_it_is() {
    let version = gallop_media::ffmpeg_version();
    assert!(version.chars().any(|letter| letter.is_ascii_digit()), "{version:?}");
    assert!(
        gallop_media::has_encoder("aac") && !gallop_media::has_encoder("no such") && !gallop_media::has_encoder("a\0b")
    );
}

#[test]
fn a_writer_can_change_threads() {
    fn movable<T: Send>(_: T) {}
    let folder = TempDir::new().unwrap();
    movable(ClipWriter::create(&folder.path().join("a.mp4"), &spec(WIDTH, HEIGHT)).unwrap());
}
