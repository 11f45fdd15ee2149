//! Clips: what goes in comes out, at the right time, in a file that every platform takes, or there is no file.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

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
fn impossible_clips_are_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.mp4");
    let good = spec(WIDTH, HEIGHT);
    let with = |name: &str, value: &str| ClipSpec { metadata: [(name.into(), value.into())].into(), ..good.clone() };
    let rate = |num, den| ClipSpec { fps: FrameRate { num, den }, ..good.clone() };
    for (word, bad) in [
        ("321x64", ClipSpec { width: 321, ..good.clone() }),
        ("96x63", ClipSpec { height: 63, ..good.clone() }),
        ("0x64", ClipSpec { width: 0, ..good.clone() }),
        ("96x40000", ClipSpec { height: 40_000, ..good.clone() }),
        ("0/1", rate(0, 1)),
        ("25/0", rate(25, 0)),
        ("0 Hz", ClipSpec { sample_rate: 0, ..good.clone() }),
        ("id", ClipSpec { produce_id: "has space".into(), ..good.clone() }),
        ("id", ClipSpec { produce_id: String::new(), ..good.clone() }),
        ("aigc", with("aigc", "mine")),
        ("名", with("名", "value")),
        ("zero byte", with("name", "a\0b")),
    ] {
        match ClipWriter::create(&path, &bad) {
            Err(Error::Spec(why)) => assert!(why.contains(word), "{why}"),
            Err(other) => panic!("{word}: {other}"),
            Ok(_) => panic!("{word} was taken"),
        }
    }
    let mut clip = ClipWriter::create(&path, &good).unwrap();
    assert!(matches!(clip.write_frame(&[0; 100]), Err(Error::Spec(_))));
    assert!(matches!(clip.write_samples(&[vec![0.0], vec![0.0]]), Err(Error::Spec(_))), "stereo into mono");
    assert!(matches!(clip.write_samples(&[]), Err(Error::Spec(_))));
    drop(clip);
    assert_eq!(left_in(&folder).len(), 0);
}

/// What a model may produce at its worst must not spoil the clip.
#[test]
fn wild_samples_are_tamed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.mp4");
    let mut clip = ClipWriter::create(&path, &spec(WIDTH, HEIGHT)).unwrap();
    let mut wild = vec![0.1; 44_100];
    wild[10_000..10_100].fill(f32::NAN);
    wild[20_000..20_100].fill(f32::INFINITY);
    wild[30_000..30_100].fill(1e9);
    clip.write_samples(&[wild]).unwrap();
    for _ in 0..25 {
        clip.write_frame(&flat(WIDTH, HEIGHT, [5; 3])).unwrap();
    }
    clip.finish().unwrap();
    let sound = read_sound(&path, 48_000, Channels::Mono).unwrap();
    assert!(sound.peak() < 2.0, "{}", sound.peak());
    // Long after the damage it is what it was.
    assert!((sound.channels[0][44_000] - 0.1).abs() < 0.02, "{}", sound.channels[0][44_000]);
}

#[test]
fn bad_places_are_refused_at_once() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"x").unwrap();
    let spec = spec(WIDTH, HEIGHT);
    for path in [folder.path().join("no/such/folder/a.mp4"), file.join("a.mp4")] {
        let error = ClipWriter::create(&path, &spec).err().unwrap();
        assert!(matches!(error, Error::Io { .. }), "{error}");
        let message = error.to_string();
        let folder = path.parent().unwrap().display().to_string();
        assert!(message.ends_with(&folder) && !message.contains(".gallop-"), "{message}");
    }
    for path in [folder.path(), Path::new("/"), Path::new("..")] {
        let error = ClipWriter::create(path, &spec).err().unwrap();
        assert!(matches!(error, Error::Place { .. }), "{error}");
    }
    if cfg!(target_os = "linux") {
        for path in ["/dev/full", "/dev/null"] {
            let error = ClipWriter::create(Path::new(path), &spec).err().unwrap();
            assert!(matches!(error, Error::Place { .. }), "{error}");
        }
        let error = ClipWriter::create(Path::new("/proc/a.mp4"), &spec).err().unwrap();
        assert!(matches!(error, Error::Io { .. }), "{error}");
    }
    assert!(check_place(&folder.path().join("no/such/a.mp4")).is_err() && check_place(folder.path()).is_err());
    check_place(&folder.path().join("new.mp4")).unwrap();
    check_place(&file).unwrap();
    assert_eq!(left_in(&folder), ["file"]);
    assert_eq!(fs::read(&file).unwrap(), b"x");
}

/// Names are bytes on Linux, and what FFmpeg takes for addresses or patterns is still a name.
#[cfg(target_os = "linux")]
#[test]
fn any_name_will_do() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = TempDir::new().unwrap();
    let inner = folder.path().join(std::ffi::OsStr::from_bytes(b"not unicode \xff"));
    fs::create_dir(&inner).unwrap();
    for name in ["http:", "%03d.mp4", "-", "pipe:1", "no extension", "a.avi", "片.mp4"] {
        let path = inner.join(name);
        write(&path, &spec(WIDTH, HEIGHT), 3, Order::First);
        assert_eq!(probe(&path).unwrap().video.unwrap().frames, 3, "{name}");
    }
}

#[test]
fn damaged_clips_are_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.mp4");
    write(&path, &spec(WIDTH, HEIGHT), 25, Order::First);
    let whole = fs::read(&path).unwrap();
    for length in [0, 10, 200, 1_000, whole.len() - 500] {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(probe(&path).is_err(), "{length} bytes are no clip");
        assert!(read_metadata(&path).is_err());
        assert!(for_each_frame(&path, |_, _| ControlFlow::Continue(())).is_err());
    }
}

/// Runs `the_disk_is_full` in a name space of its own, where it may mount a file system of 256 KiB.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_and_nothing_left() {
    let folder = TempDir::new().unwrap();
    let mount = "mount -t tmpfs -o size=256k none \"$GALLOP_SMALL_DISK\" || exit 77; exec \"$0\" --exact the_disk_is_full --ignored";
    let run = std::process::Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", mount])
        .arg(std::env::current_exe().unwrap())
        .env("GALLOP_SMALL_DISK", folder.path())
        .output();
    match run {
        Ok(run) if run.status.success() => assert!(String::from_utf8_lossy(&run.stdout).contains("1 passed")),
        Ok(run) if run.status.code() == Some(101) => panic!("{}", String::from_utf8_lossy(&run.stdout)),
        other => eprintln!("skipped: no small disk can be mounted here: {other:?}"),
    }
}

#[test]
#[ignore = "run by a_full_disk_is_named_and_nothing_left"]
fn the_disk_is_full() {
    let Ok(disk) = std::env::var("GALLOP_SMALL_DISK") else { return };
    let path = Path::new(&disk).join("a.mp4");
    let old = vec![7; 10_000];
    fs::write(&path, &old).unwrap();
    let noise = common::noise(320, 320);
    let spec = spec(320, 320);
    let attempt = || {
        let mut clip = ClipWriter::create(&path, &spec)?;
        for n in 0..200 {
            let mut frame = noise.rgb.clone();
            frame.rotate_left(n * 3 * 320);
            clip.write_frame(&frame)?;
        }
        clip.finish()
    };
    let error = attempt().unwrap_err();
    assert!(matches!(error, Error::DiskFull { .. }), "{error:?}");
    assert!(error.to_string().contains("disk is full"), "{error}");
    assert_eq!(fs::read_dir(&disk).unwrap().count(), 1);
    assert_eq!(fs::read(&path).unwrap(), old);
    // The picture writer has its own way to the disk.
    let error = gallop_media::write_picture(&Path::new(&disk).join("a.png"), &noise).unwrap_err();
    assert!(matches!(error, Error::DiskFull { .. }), "{error:?}");
    assert_eq!(fs::read_dir(&disk).unwrap().count(), 1);
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
