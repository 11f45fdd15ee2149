use std::collections::BTreeSet;

use gallop_protocol::shot::Shot;
use gallop_protocol::{Digest, Id};
use serde_json::Value;

use super::*;
use crate::export::{Material, Materials, Seen};
use crate::project::{MediaRef, NewProject, ProjectData, ShotEntry};
use crate::timeline::{
    Area, AudioItem, AudioKind, AudioTrack, Clip, Duck, Footage, FootageKind, Look, Marker, Timeline,
};

/// Two shots with a gap between them, the second faster and faded over a picture; music that goes on behind the end.
fn cut() -> Cut {
    let mut data = ProjectData::new(NewProject {
        name: "Tea & \"dogs\" <三>".into(),
        aspect: "9:16".into(),
        model: "pony".into(),
    });
    let titles = ["Paper/town #1", "小马"];
    data.shots =
        titles.map(|title| ShotEntry { title: Some(title.into()), ..ShotEntry::new(Shot::default()) }).to_vec();
    let media =
        |name: &str| MediaRef { sha256: Digest::of(name), name: name.into(), bytes: 1, other: Default::default() };
    let still = Footage { id: Id::new(), media: media("a map.png"), kind: FootageKind::Still, frames: 90_000 };
    let zoom = Look { crop_to: Some(Area { x: 0.25, y: 0.25, w: 0.5, h: 0.5 }), ..Look::default() };
    let small = Look {
        cross_fade: 10,
        frame: Area { x: 0.5, y: 0.0, w: 0.5, h: 0.5 },
        opacity: 0.5,
        gain_db: -6.0,
        ..Look::default()
    };
    let clips = vec![
        Clip { start: 0, ..Clip::of(data.shots[0].id, 5, 80) },
        Clip { start: 100, look: zoom, ..Clip::of(still.id, 1500, 1550) },
        Clip { start: 150, speed: 2.0, look: small, ..Clip::of(data.shots[1].id, 20, 100) },
    ];
    let item = AudioItem {
        id: Id::new(),
        media: media("tune.m4a"),
        start: 30,
        r#in: 12,
        out: 232,
        gain_db: -2.0,
        fade_in: 5,
        fade_out: 0,
    };
    let track = AudioTrack {
        id: Id::new(),
        name: "Music".into(),
        kind: AudioKind::Music,
        gain_db: -1.0,
        duck: Duck::Off,
        items: vec![item],
    };
    let markers = vec![Marker { id: Id::new(), frame: 155, text: "here & now".into() }];
    let timeline =
        Timeline { clips, footage: vec![still.clone()], tracks: vec![track], markers, ..Timeline::default() };
    let mut materials = Materials::default();
    for (entry, name) in data.shots.iter().zip(["one", "two"]) {
        let material = Material {
            path: format!("{name}.mp4").into(),
            picture: Seen::Film([720, 1280]),
            frames: 101,
            sound_frames: Some(101),
        };
        materials.clips.insert(entry.id, material);
    }
    let picture = Material { path: "map.png".into(), picture: Seen::Still([800, 600]), frames: 0, sound_frames: None };
    materials.clips.insert(still.id, picture);
    materials.sounds.insert(media("tune.m4a").sha256, "tune.m4a".into());
    Cut::new(&data, &timeline, &materials, (1080, 1920))
}

#[test]
fn files_have_names_that_every_system_takes() {
    let names: Vec<_> = cut().files.into_iter().map(|file| file.name).collect();
    assert_eq!(names, ["01 Paper town 1.mp4", "02 a map.png", "03 小马.mp4", "04 tune.m4a"]);
    assert_eq!(fcpxml::url("03 小马.mp4"), "03%20%E5%B0%8F%E9%A9%AC.mp4");
}

/// `(schema, frames)` of what lies on a track.
fn row(track: &Value) -> Vec<(&str, f64)> {
    let children = track["children"].as_array().expect("children").iter();
    let frames = |child: &Value| child["source_range"]["duration"]["value"].as_f64().unwrap_or(-1.0);
    children.map(|child| (child["OTIO_SCHEMA"].as_str().expect("a schema"), frames(child))).collect()
}

#[test]
fn otio_says_what_lies_where() {
    let made = otio(&cut());
    let tracks = made["tracks"]["children"].as_array().expect("tracks");
    let expected = [("Clip.1", 75.0), ("Gap.1", 25.0), ("Clip.1", 50.0), ("Transition.1", -1.0), ("Clip.1", 40.0)];
    assert_eq!((tracks.len(), row(&tracks[0])), (3, expected.to_vec()));
    assert_eq!(row(&tracks[1]), [("Clip.1", 75.0), ("Gap.1", 25.0), ("Gap.1", 50.0), ("Clip.1", 40.0)]);
    assert_eq!(row(&tracks[2]), [("Gap.1", 30.0), ("Clip.1", 220.0)]);
    let last = &tracks[0]["children"][4];
    assert_eq!(last["effects"][0]["time_scalar"], 2.0);
    assert_eq!(last["media_reference"]["target_url"], "media/03%20%E5%B0%8F%E9%A9%AC.mp4");
    assert_eq!(last["metadata"]["gallop"]["look"]["opacity"], 0.5);
    if let Some(path) = std::env::var_os("GALLOP_HANDOVER_SAMPLE") {
        let path = std::path::PathBuf::from(path);
        std::fs::write(path.with_extension("otio"), made.to_string()).expect("written");
        std::fs::write(path.with_extension("fcpxml"), fcpxml(&cut())).expect("written");
    }
}

#[test]
fn fcpxml_says_what_lies_where() {
    let text = fcpxml(&cut());
    for expected in [
        "<project name=\"Tea &amp; &quot;dogs&quot; &lt;三&gt;\">",
        "duration=\"10s\" tcStart",
        "<asset-clip ref=\"a0\" offset=\"0s\" name=\"Paper/town #1\" start=\"5/25s\" duration=\"3s\"",
        "<gap name=\"Gap\" offset=\"3s\" start=\"0s\" duration=\"1s\">",
        "<video ref=\"a1\" offset=\"4s\" name=\"a map.png\" start=\"60s\" duration=\"2s\">",
        "<pan-rect left=\"33.333\" top=\"25.000\" right=\"33.333\" bottom=\"25.000\"/>",
        "<transition name=\"Cross Dissolve\" offset=\"6s\" duration=\"10/25s\"/>",
        "<asset-clip ref=\"a2\" offset=\"6s\" name=\"小马\" start=\"10/25s\" duration=\"40/25s\"",
        "<timept time=\"51/25s\" value=\"101/25s\" interp=\"linear\"/>",
        "<adjust-transform position=\"14.062 25.000\" scale=\"0.5000 0.5000\"/>",
        "<adjust-blend amount=\"0.5000\"/>",
        "<adjust-volume amount=\"-6.00dB\"/>",
        "<asset-clip ref=\"a3\" lane=\"-1\" offset=\"35/25s\" name=\"tune.m4a\" start=\"12/25s\"",
        "<marker start=\"15/25s\" duration=\"1/25s\" value=\"here &amp; now\"/>",
        "<media-rep kind=\"original-media\" src=\"./media/01%20Paper%20town%201.mp4\"/>",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    // Every reference is to something that is there.
    let named = |mark: &str| -> BTreeSet<String> {
        let parts = text.split(mark).skip(1);
        parts.map(|part| part.split('"').next().unwrap_or_default().to_owned()).collect()
    };
    let ids = named(" id=\"");
    assert!(named(" ref=\"").is_subset(&ids) && named(" format=\"").is_subset(&ids), "{text}");
}

#[test]
fn a_folder_is_handed_over_whole_or_not_at_all() {
    let place = tempfile::tempdir().expect("folder");
    let mut cut = cut();
    for (index, file) in cut.files.iter_mut().enumerate() {
        file.path = place.path().join(format!("source {index}"));
        std::fs::write(&file.path, format!("file {index}")).expect("written");
    }
    let handed = hand_over(place.path(), &cut, &[]).expect("handed over");
    let folder = std::path::PathBuf::from(&handed.folder);
    assert_eq!(std::fs::read_to_string(folder.join("media/03 小马.mp4")).expect("a file"), "file 2");
    assert!(std::path::Path::new(&handed.otio).is_file() && std::path::Path::new(&handed.fcpxml).is_file());
    let error = hand_over(place.path(), &cut, &[]).expect_err("there already").to_string();
    assert!(error.contains("already"), "{error}");
    std::fs::remove_dir_all(&folder).expect("removed");
    std::fs::remove_file(&cut.files[2].path).expect("removed");
    let error = format!("{:#}", hand_over(place.path(), &cut, &[]).expect_err("a file is gone"));
    assert!(error.contains("source 2") && !folder.exists(), "{error}");
}
