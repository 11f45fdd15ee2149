//! What cannot be written or read is refused, and nothing is left of it.

use super::*;

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
    let mount = "mount -t tmpfs -o size=256k none \"$GALLOP_SMALL_DISK\" || exit 77; exec \"$0\" --exact refused::the_disk_is_full --ignored";
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
