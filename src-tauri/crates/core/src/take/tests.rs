use std::fs;

use gallop_media::{Channels, ClipSpec, ClipWriter, FrameRate};
use gallop_protocol::message::Stage;
use gallop_protocol::shot::Shot;
use serde_json::{Value, json};

use super::*;
use crate::code_of;

/// A take of this id.
fn take(id: Id) -> Take {
    let shot = Shot { description: "A pony.".into(), ..Shot::default() };
    Take {
        format: FORMAT,
        id,
        shot: Id::new(),
        recipe: Recipe { seed: Some(u64::MAX), ..Recipe::new(shot) },
        goal: Goal::Draft,
        parent: Some(Id::new()),
        created_unix_ms: 1_790_000_000_000,
        cost: Cost { seconds: 1.5, stages: [(Stage::Denoise, 1.25)].into(), ..Cost::default() },
    }
}

/// A folder for takes, and the first one in it.
fn folder() -> (tempfile::TempDir, TakeFolder) {
    let project = tempfile::tempdir().expect("folder");
    let folder = TakeFolder::create(project.path(), Id::new()).expect("a take's folder");
    (project, folder)
}

/// One second: red, then green for three frames, then blue; silent, then a tone to the left after half a second.
fn write_clip(path: &Path) {
    let spec = ClipSpec {
        width: 64,
        height: 32,
        fps: FrameRate::whole(25),
        sample_rate: 48_000,
        channels: Channels::Stereo,
        produce_id: "1".into(),
        metadata: BTreeMap::new(),
    };
    let mut clip = ClipWriter::create(path, &spec).expect("a clip");
    for frame in 0..25 {
        let color: [u8; 3] = match frame {
            0..12 => [255, 0, 0],
            12..15 => [0, 255, 0],
            _ => [0, 0, 255],
        };
        clip.write_frame(&color.repeat(64 * 32)).expect("a frame");
    }
    let tone = |sample: usize| if sample < 24_000 { 0.0 } else { 0.5 * (sample as f32 * 0.06).sin() };
    clip.write_samples(&[(0..48_000).map(tone).collect(), vec![0.0; 48_000]]).expect("sound");
    clip.finish().expect("a clip");
}

/// A file of tensors with this table and so many bytes behind it.
fn tensors(table: &str, bytes: usize) -> Vec<u8> {
    let mut file = (table.len() as u64).to_le_bytes().to_vec();
    file.extend(table.as_bytes());
    file.resize(file.len() + bytes, 7);
    file
}

const TABLE: &str = r#"{"__metadata__": {"a": "b"}, "video": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
    "audio": {"dtype": "F32", "shape": [1], "data_offsets": [8, 12]}}"#;

#[test]
fn a_take_is_there_when_it_is_complete() {
    let (project, folder) = folder();
    let take = take(folder.id());
    assert_eq!(folder.read().expect("nothing yet"), None);
    assert!(folder.complete(&take).is_err(), "there is no clip");
    fs::write(folder.folder().join(".gallop-x.part"), "of a killed program").expect("written");
    write_clip(&folder.path(Checkpoint::Clip));
    folder.complete(&take).expect("complete");
    folder.complete(&take).expect("once more");
    assert_eq!(folder.read().expect("read"), Some(take.clone()));
    assert!(!folder.folder().join(".gallop-x.part").exists());

    let again = TakeFolder::find(project.path(), take.id).expect("looked").expect("there");
    assert_eq!(again, folder);
    let found = TakeFolder::list(project.path()).expect("listed");
    assert_eq!((found.takes, found.unfinished.len(), found.damaged.len()), (vec![take], 0, 0));

    let poster = gallop_media::read_picture(&folder.poster_path()).expect("a poster");
    assert_eq!((poster.width, poster.height), (64, 32));
    let middle = &poster.rgb[(16 * 64 + 32) * 3..][..3];
    assert!(middle[1] > 200 && middle[0] < 60 && middle[2] < 60, "the frame in the middle is green: {middle:?}");

    let peaks = folder.peaks().expect("peaks");
    assert_eq!((peaks.per_second, peaks.peaks.len()), (50, 50));
    let loudest = |parts: &[[i8; 2]]| parts.iter().flatten().map(|peak| peak.unsigned_abs()).max();
    assert!(loudest(&peaks.peaks[..24]) <= Some(3), "silence: {peaks:?}");
    for [low, high] in &peaks.peaks[27..49] {
        // Half of full scale, give or take what the encoder changes.
        assert!((50..=80).contains(high) && (-80..=-50).contains(low), "a tone: {peaks:?}");
    }
}

#[test]
fn without_a_good_clip_there_is_no_take() {
    let (_project, folder) = folder();
    let clip = folder.path(Checkpoint::Clip);
    write_clip(&clip);
    let good = fs::read(&clip).expect("bytes");
    for bad in [&good[..good.len() / 2], b"no clip", b""] {
        fs::write(&clip, bad).expect("written");
        assert!(folder.complete(&take(folder.id())).is_err(), "{} bytes", bad.len());
        assert_eq!(folder.checkpoints().expect("looked"), BTreeMap::new());
    }
    fs::write(&clip, &good).expect("written");
    let error = folder.complete(&take(Id::new())).expect_err("another take");
    assert_eq!(code_of(&error), Code::Input);
    assert_eq!(folder.read().expect("nothing"), None);
    let found = folder.checkpoints().expect("looked");
    assert_eq!(found, [(Checkpoint::Clip, Digest::of(&good))].into());
}

#[test]
fn only_whole_checkpoints_count() {
    let (_project, folder) = folder();
    assert_eq!(folder.checkpoints().expect("looked"), BTreeMap::new());
    let good = tensors(TABLE, 12);
    let draft = folder.path(Checkpoint::Draft);
    fs::write(&draft, &good).expect("written");
    assert_eq!(folder.checkpoints().expect("looked"), [(Checkpoint::Draft, Digest::of(&good))].into());
    fs::write(folder.path(Checkpoint::Upscaled), tensors(TABLE, 12)).expect("written");
    assert_eq!(folder.checkpoints().expect("looked").len(), 2);

    let overflow = TABLE.replace("12]", &format!("{}]", u64::MAX));
    let mut endless = tensors(TABLE, 12);
    endless[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    for bad in [
        tensors(TABLE, 11),
        tensors(TABLE, 13),
        tensors(&overflow, 12),
        tensors("{}", 0),
        tensors("[1]", 0),
        tensors(&"[".repeat(1000), 0),
        tensors(&TABLE.replace("12]", "-1]"), 12),
        tensors(&TABLE.replace("12]", "12, 13]"), 12),
        good[..100].to_vec(),
        good[..7].to_vec(),
        endless,
        Vec::new(),
    ] {
        fs::write(&draft, &bad).expect("written");
        let found = folder.checkpoints().expect("looked");
        assert_eq!(found.keys().collect::<Vec<_>>(), [&Checkpoint::Upscaled], "{} bytes", bad.len());
    }
}

#[test]
fn a_damaged_take_does_not_hide_the_others() {
    let project = tempfile::tempdir().expect("folder");
    let create = || TakeFolder::create(project.path(), Id::new()).expect("a folder");
    let put = |folder: &TakeFolder, change: &dyn Fn(&mut Value)| {
        let mut value = serde_json::to_value(take(folder.id())).expect("JSON");
        change(&mut value);
        files::write_json(&folder.folder().join(FILE), &value).expect("written");
    };
    let good = create();
    put(&good, &|_| ());
    let waiting = create();
    type Change<'a> = (&'a str, &'a dyn Fn(&mut Value));
    let changes: [Change<'_>; 8] = [
        ("newer", &|value| value["format"] = 2.into()),
        ("damaged", &|value| value["format"] = "1".into()),
        ("format", &|value| value["format"] = 0.into()),
        ("this is the take", &|value| value["id"] = json!(Id::new())),
        ("damaged", &|value| value["id"] = json!("../../etc")),
        ("damaged", &|value| value["created_unix_ms"] = json!(1e300)),
        ("no date", &|value| value["created_unix_ms"] = json!(u64::MAX)),
        ("damaged", &|value| *value = json!([])),
    ];
    for (_, change) in &changes {
        put(&create(), change);
    }
    let cut_off = create();
    fs::write(cut_off.folder().join(FILE), "{\"format\": 1,").expect("written");
    let long = create();
    fs::write(long.folder().join(FILE), vec![b'['; 17 << 20]).expect("written");
    let takes = project.path().join("takes");
    let upper = takes.join(Id::new().to_string().to_uppercase());
    for stray in [takes.join("zebra"), takes.join(".hidden"), upper] {
        fs::create_dir(stray).expect("folder");
    }
    fs::write(takes.join("Thumbs.db"), "").expect("written");

    let found = TakeFolder::list(project.path()).expect("listed");
    assert_eq!(found.takes, [good.read().expect("read").expect("there")]);
    assert_eq!(found.unfinished, [waiting]);
    let reasons: Vec<_> = found.damaged.iter().map(|damaged| damaged.error.to_string()).collect();
    assert_eq!(reasons.len(), changes.len() + 4, "{reasons:#?}");
    for ((why, _), reason) in changes.iter().zip(reasons.iter().filter(|reason| !reason.contains("has not the name"))) {
        assert!(reason.contains(why), "{why}: {reason}");
    }
    assert!(found.damaged.iter().any(|damaged| code_of(&damaged.error) == Code::ProjectNewer));
    assert_eq!(TakeFolder::list(&takes).expect("no takes there").takes, []);
}

#[cfg(unix)]
#[test]
fn links_in_a_takes_folder_are_not_followed() {
    use std::os::unix::fs::symlink;
    let (project, folder) = folder();
    let outside = tempfile::tempdir().expect("folder");
    let target = outside.path().join("x");
    fs::write(&target, tensors(TABLE, 12)).expect("written");
    symlink(&target, folder.path(Checkpoint::Draft)).expect("a link");
    assert!(folder.checkpoints().is_err());
    fs::write(&target, serde_json::to_vec(&take(folder.id())).expect("JSON")).expect("written");
    for name in [FILE, JOB_FILE] {
        symlink(&target, folder.folder().join(name)).expect("a link");
    }
    assert!(folder.read().is_err() && folder.read_job::<Value>().is_err());
    // Writing replaces the link; what it leads to stays as it is.
    let before = fs::read(&target).expect("bytes");
    folder.write_job(&1).expect("written");
    assert_eq!(folder.read_job::<u8>().expect("read"), Some(1));
    assert_eq!(fs::read(&target).expect("bytes"), before);
    // Removing a take removes its links.
    symlink(outside.path(), folder.folder().join("deep")).expect("a link");
    let linked = Id::new();
    symlink(outside.path(), project.path().join("takes").join(linked.to_string())).expect("a link");
    assert!(TakeFolder::find(project.path(), linked).is_err() && TakeFolder::create(project.path(), linked).is_err());
    folder.remove().expect("removed");
    assert_eq!(fs::read(&target).expect("bytes"), before);
    assert_eq!(TakeFolder::list(project.path()).expect("listed").damaged.len(), 1);
}

#[test]
fn a_job_is_remembered_until_it_is_forgotten() {
    let (project, folder) = folder();
    assert_eq!(folder.read_job::<Value>().expect("none"), None);
    folder.remove_job().expect("nothing to forget");
    let job = json!({"order": {"seed": u64::MAX}, "added": 1.5});
    folder.write_job(&job).expect("written");
    assert_eq!(folder.read_job().expect("read"), Some(job));
    assert_eq!(TakeFolder::list(project.path()).expect("listed").unfinished, std::slice::from_ref(&folder));
    fs::write(folder.folder().join(JOB_FILE), "{").expect("spoilt");
    assert!(folder.read_job::<Value>().expect_err("damaged").to_string().ends_with(JOB_FILE));
    folder.remove_job().expect("forgotten");
    assert_eq!(folder.read_job::<Value>().expect("none"), None);
}

#[test]
fn a_removed_take_is_gone_at_once_and_altogether() {
    let (project, folder) = folder();
    let id = folder.id();
    let takes = project.path().join("takes");
    // What another removal left when it was interrupted.
    let left = takes.join(format!("{}{}", list::GONE, Id::new()));
    fs::create_dir(&left).expect("folder");
    fs::write(left.join(FILE), "{}").expect("written");
    let not_ours = takes.join(".gone-fishing");
    fs::create_dir(&not_ours).expect("folder");
    let found = TakeFolder::list(project.path()).expect("listed");
    assert_eq!((found.takes.len(), found.unfinished.len(), found.damaged.len()), (0, 1, 0));

    fs::write(folder.path(Checkpoint::Draft), "x").expect("written");
    folder.remove().expect("removed");
    assert_eq!(TakeFolder::find(project.path(), id).expect("looked"), None);
    assert!(!left.exists() && not_ours.exists());
    assert_eq!(fs::read_dir(&takes).expect("folder").count(), 1);
    TakeFolder::create(project.path(), id).expect("the name is free");
}

#[test]
fn a_take_of_format_1_can_be_read_for_ever() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/format-1.gallop");
    let found = TakeFolder::list(&project).expect("listed");
    let [take] = found.takes.as_slice() else { panic!("one take: {found:?}") };
    assert_eq!(take.id.to_string(), "0199d0a2-1111-7000-8000-00000000f001");
    assert_eq!((take.goal, take.parent, take.created_unix_ms), (Goal::Draft, None, 1_790_000_000_000));
    assert_eq!((take.recipe.seed, take.recipe.size, take.cost.seconds), (Some(7), Some([128, 224]), 12.5));
    assert_eq!(take.cost.stages.get(&Stage::DecodeVideo), Some(&2.5));
}

#[test]
fn an_hour_has_an_outline() {
    const RATE: u32 = 1_000;
    const SECS: u32 = 3_600;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("long.wav");
    let data = RATE * SECS;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend([RATE, RATE].map(u32::to_le_bytes).concat());
    bytes.extend(b"\x01\0\x08\0data");
    bytes.extend(data.to_le_bytes());
    // Silence, and in its last minute the loudest square wave.
    let loud = |at: u32| if at % 10 < 5 { 255 } else { 0 };
    bytes.extend((0..data).map(|at| if at < data - 60 * RATE { 128 } else { loud(at) }));
    fs::write(&path, bytes).expect("written");
    let peaks = Peaks::read(&path).expect("read").peaks;
    assert_eq!(peaks.len(), 50 * SECS as usize);
    let (silent, loud) = peaks.split_at(50 * (SECS as usize - 60));
    let odd = |parts: &[[i8; 2]], is_right: fn(&[i8; 2]) -> bool| {
        parts.iter().position(|part| !is_right(part)).map(|at| (at, parts[at]))
    };
    assert_eq!(odd(&silent[..silent.len() - 5], |part| *part == [0, 0]), None);
    assert_eq!(odd(&loud[5..loud.len() - 5], |[low, high]| *low < -100 && *high > 100), None);
    assert!(Peaks::read(&folder.path().join("lost.wav")).is_err());
}
