use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use gallop_media::Ticks;
use gallop_media::render::{Fit, Role, Source, Span};
use gallop_protocol::shot::Language;
use gallop_protocol::{Digest, Id};

use super::*;
use crate::project::MediaRef;
use crate::timeline::{Area, AudioItem, AudioKind, AudioTrack, Caption, Clip, Duck, Look, Timeline};

/// A clip of a take that has a second more at both ends.
fn clip(frames: u32) -> Clip {
    Clip::of(Id::new(), 25, 25 + frames)
}

fn in_a_row(clips: Vec<Clip>) -> Timeline {
    let mut start = 0;
    let clips = clips.into_iter().map(|clip| {
        let clip = Clip { start, ..clip };
        start = clip.end();
        clip
    });
    Timeline { clips: clips.collect(), ..Timeline::default() }
}

/// Each clip's take has sound and a second more behind its end.
fn files(timeline: &Timeline, size: [u32; 2]) -> Materials {
    let material = |clip: &Clip| Material {
        path: format!("{}.mp4", clip.shot).into(),
        picture: Seen::Film(size),
        frames: clip.out + 25,
        sound_frames: Some(clip.out + 25),
    };
    let clips = timeline.clips.iter().map(|clip| (clip.shot, material(clip))).collect();
    Materials { clips, ..Materials::default() }
}

fn frames(from: u32, to: u32) -> Span {
    Span { start: moment(from), end: moment(to) }
}

#[test]
fn clips_are_seen_and_heard_one_after_the_other() {
    let timeline = in_a_row(vec![Clip { speed: 2.0, ..clip(100) }, clip(50)]);
    let graph = graph(&timeline, &files(&timeline, [1080, 1920]), (1080, 1920));
    assert_eq!((graph.duration, graph.layers.len(), graph.sounds.len()), (moment(100), 2, 2));
    let [first, second] = &graph.layers[..] else { panic!("two layers") };
    assert_eq!((first.span, second.span), (frames(0, 50), frames(50, 100)));
    assert!(matches!(&first.source, Source::Video { from, speed: 2.0, .. } if *from == moment(25)));
    assert_eq!((first.place.fit, first.opacity), (Fit::Cover, 1.0));
    let [first, second] = &graph.sounds[..] else { panic!("two sounds") };
    assert_eq!((first.span, first.speed, second.span), (frames(0, 50), 2.0, frames(50, 100)));
    assert!(graph.sounds.iter().all(|sound| sound.role == Role::Speech && sound.fade_in == Ticks::ZERO));
}

#[test]
fn a_cross_fade_goes_on_below_the_next_clip() {
    let look = Look { cross_fade: 10, fade_in: 3, ..Look::default() };
    let timeline = in_a_row(vec![clip(100), Clip { look, ..clip(50) }]);
    let whole = files(&timeline, [1080, 1920]);
    let made = graph(&timeline, &whole, (1080, 1920));
    let [under, over] = &made.layers[..] else { panic!("two layers") };
    assert_eq!((under.span, under.fade_out), (frames(0, 110), Ticks::ZERO), "covered, not gone");
    assert_eq!((over.span, over.fade_in), (frames(100, 150), moment(10)));
    let [under, over] = &made.sounds[..] else { panic!("two sounds") };
    assert_eq!((under.span, under.fade_out, over.fade_in), (frames(0, 110), moment(10), moment(10)));

    // The take ends with the clip: its last picture stays, and no word of the next clip is lost in a fade.
    let mut short = whole.clone();
    let first = timeline.clips[0];
    if let Some(material) = short.clips.get_mut(&first.shot) {
        material.sound_frames = Some(first.out);
    }
    let made = graph(&timeline, &short, (1080, 1920));
    assert_eq!((made.layers[0].span, made.sounds[0].span), (frames(0, 110), frames(0, 100)));
    assert_eq!((made.sounds[0].fade_out, made.sounds[1].fade_in), (Ticks::ZERO, Ticks::ZERO));

    // What lies beside the next clip goes too.
    let small = Look { frame: Area { x: 0.5, y: 0.5, w: 0.4, h: 0.4 }, ..look };
    let timeline = in_a_row(vec![clip(100), Clip { look: small, ..clip(50) }]);
    assert_eq!(graph(&timeline, &files(&timeline, [1080, 1920]), (1080, 1920)).layers[0].fade_out, moment(10));

    // Over a gap there is nothing to fade over from.
    let mut apart = timeline.clone();
    apart.clips[1].start += 5;
    let made = graph(&apart, &files(&apart, [1080, 1920]), (1080, 1920));
    assert_eq!((made.layers[0].span, made.layers[1].fade_in), (frames(0, 100), moment(3)));
}

#[test]
fn fades_are_never_longer_than_their_clip() {
    let look = Look { fade_in: 80, fade_out: 80, cross_fade: u32::MAX, ..Look::default() };
    let timeline = in_a_row(vec![Clip { look, ..clip(100) }, Clip { look, ..clip(5) }, Clip { look, ..clip(7) }]);
    let made = graph(&timeline, &files(&timeline, [640, 360]), (1080, 1920));
    for layer in &made.layers {
        assert!(layer.fade_in + layer.fade_out <= layer.span.length(), "{layer:?}");
        assert_eq!(layer.place.fit, Fit::Blur, "a wide film in a tall picture");
    }
    for sound in &made.sounds {
        assert!(sound.fade_in + sound.fade_out <= sound.span.length() && sound.span.end <= made.duration, "{sound:?}");
    }
}

#[test]
fn the_picture_is_filled_where_little_is_lost() {
    let fit = |pixels: [u32; 2], size, look| {
        let timeline = in_a_row(vec![Clip { look, ..clip(10) }]);
        graph(&timeline, &files(&timeline, pixels), size).layers[0].place.fit
    };
    let plain = Look::default();
    for (pixels, size, expected) in [
        ([1080, 1920], (1080, 1920), Fit::Cover),
        ([1080, 1440], (1080, 1920), Fit::Cover),
        ([1080, 1080], (1080, 1920), Fit::Blur),
        ([1920, 1080], (1080, 1920), Fit::Blur),
        ([1920, 1080], (1440, 1080), Fit::Cover),
        ([0, 0], (1440, 1080), Fit::Cover),
    ] {
        assert_eq!(fit(pixels, size, plain), expected, "{pixels:?} in {size:?}");
    }
    let cropped = Look { crop: Area { x: 0.3, y: 0.0, w: 0.3, h: 1.0 }, ..plain };
    assert_eq!(fit([1920, 1080], (1080, 1920), cropped), Fit::Cover, "the tall part of a wide film");
    let told = Look { fit: Some(crate::timeline::Fit::Stretch), ..plain };
    assert_eq!(fit([1920, 1080], (1080, 1920), told), Fit::Stretch);
}

#[test]
fn tracks_play_their_part() {
    let media = MediaRef { sha256: Digest::of("a"), name: "a.wav".into(), bytes: 1, other: Default::default() };
    let item = |start, gain_db| AudioItem {
        id: Id::new(),
        media: media.clone(),
        start,
        r#in: 10,
        out: 60,
        gain_db,
        fade_in: 5,
        fade_out: 6,
    };
    let track = |kind, duck, items| AudioTrack { id: Id::new(), name: "a".into(), kind, gain_db: -3.0, duck, items };
    let tracks = vec![
        track(AudioKind::Music, Duck::UnderSpeech, vec![item(0, 1.0), item(80, -95.0)]),
        track(AudioKind::Music, Duck::Off, vec![item(0, 0.0)]),
        track(AudioKind::Voice, Duck::Off, vec![item(70, 0.0)]),
    ];
    let mut timeline = Timeline { tracks, ..in_a_row(vec![clip(100)]) };
    let mut materials = files(&timeline, [1080, 1920]);
    materials.sounds.insert(media.sha256, "a.wav".into());
    let made = graph(&timeline, &materials, (1080, 1920));
    assert_eq!(made.duration, moment(130), "the longest counts");
    let roles: Vec<_> = made.sounds.iter().map(|sound| (sound.role, sound.span, sound.gain_db)).collect();
    let expected = [
        (Role::Speech, frames(0, 100), 0.0),
        (Role::Ducked, frames(0, 50), -2.0),
        (Role::Steady, frames(0, 50), -3.0),
        (Role::Speech, frames(70, 120), -3.0),
    ];
    assert_eq!(roles, expected);
    assert_eq!(
        (made.sounds[1].from, made.sounds[1].fade_in, made.sounds[1].fade_out),
        (moment(10), moment(5), moment(6))
    );
    timeline.clips[0].look.gain_db = -96.0;
    assert_eq!(graph(&timeline, &materials, (1080, 1920)).sounds.len(), 3, "muted");
    let nothing = graph(&timeline, &Materials::default(), (1080, 1920));
    assert_eq!((nothing.layers.len(), nothing.sounds.len(), nothing.duration), (0, 0, moment(130)));
}

#[test]
fn captions_are_read_when_their_clip_is_seen() {
    let said = |clip: &Clip, from, to, text: &str, language| Caption {
        id: Id::new(),
        clip: clip.id,
        from,
        to,
        text: text.into(),
        language,
    };
    let mut timeline = in_a_row(vec![Clip { speed: 2.0, ..clip(100) }, clip(50)]);
    let [a, b] = [timeline.clips[0], timeline.clips[1]];
    timeline.captions = vec![
        said(&b, 0, 40, "zwei", Language::German),
        said(&a, 45, 65, " 一 ", Language::Mandarin),
        said(&a, 40, 60, "one", Language::English),
        said(&a, 0, 20, "before it begins", Language::English),
        said(&b, 30, 40, "", Language::English),
    ];
    let found = |tongues| {
        let cues = cues(&timeline, tongues);
        cues.into_iter().map(|cue| (cue.text, cue.span, cue.translation.map(|below| below.text))).collect::<Vec<_>>()
    };
    let of = |first, second| Some(Tongues { first, second });
    assert_eq!(found(of(Language::German, None)), [("zwei".to_owned(), frames(50, 65), None)]);
    let both = found(of(Language::English, Some(Language::Mandarin)));
    assert_eq!(both, [("one".to_owned(), frames(7, 17), Some("一".to_owned()))]);
    assert_eq!(found(None).len(), 3);
    assert_eq!(captions(&timeline), [Language::English, Language::Mandarin, Language::German]);
    assert!(captions::has_translations(&timeline), "one and 一");
    timeline.captions.retain(|caption| caption.language != Language::Mandarin);
    assert!(!captions::has_translations(&timeline), "two people who speak one language each");
}

/// The numbers in a preset by their names, as in `picture.size`.
fn numbers(value: &toml::Value, name: &str, found: &mut BTreeSet<String>) {
    match value {
        toml::Value::Integer(_) | toml::Value::Float(_) => drop(found.insert(name.to_owned())),
        toml::Value::Array(list) => list.iter().for_each(|value| numbers(value, name, found)),
        toml::Value::Table(table) => table.iter().for_each(|(key, value)| {
            numbers(value, &if name.is_empty() { key.clone() } else { format!("{name}.{key}") }, found);
        }),
        _ => {}
    }
}

#[test]
fn every_number_of_a_preset_has_its_source() {
    let presets = Presets::shipped().expect("presets");
    assert!(presets.iter().count() >= 14);
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets/presets"));
    for preset in presets.iter() {
        let text = std::fs::read_to_string(folder.join(format!("{}.toml", preset.id))).expect("a file");
        let mut table: toml::Table = text.parse().expect("TOML");
        table.remove("format");
        table.remove("sources");
        let mut found = BTreeSet::new();
        numbers(&toml::Value::Table(table), "", &mut found);
        let told: Vec<_> = preset.sources.iter().flat_map(|source| &source.of).collect();
        let is_told = |name: &str, of: &str| name == of || name.starts_with(&format!("{of}."));
        for name in &found {
            assert!(told.iter().any(|of| is_told(name, of)), "{}: where is {name} from?", preset.id);
        }
        for of in told {
            assert!(found.iter().any(|name| is_told(name, of)), "{}: there is no {of}", preset.id);
        }
        assert!(preset.sources.iter().all(|source| source.says.len() > 3), "{}", preset.id);
    }
}

#[test]
fn presets_are_what_platforms_take() {
    let presets = Presets::shipped().expect("presets");
    let sizes: BTreeMap<_, _> = presets.iter().map(|preset| (preset.id.as_str(), preset.size("4:5"))).collect();
    assert_eq!(sizes["douyin"], Some((1080, 1920)));
    assert_eq!((sizes["taobao-3x4"], sizes["taobao-1x1"]), (Some((1080, 1440)), Some((1080, 1080))));
    assert_eq!((sizes["master"], sizes["wav"]), (Some((1080, 1350)), None));
    let rate = |id: &str| presets.get(id).expect("a preset").rate().map(|rate| (rate.num, rate.den));
    assert_eq!((rate("tiktok"), rate("xiaohongshu"), rate("wav")), (Some((25, 1)), Some((30, 1)), None));
    for id in ["douyin", "kuaishou", "xiaohongshu", "channels", "bilibili", "taobao-3x4", "taobao-1x1"] {
        let label = presets.get(id).expect("a preset").label.expect("a label");
        assert_eq!((label.visible, label.text), (LabelWish::Required, LabelText::Chinese), "{id}");
    }
    let error = presets.get("nope").expect_err("no preset").to_string();
    assert!(error.contains("`nope`") && error.contains("douyin, kuaishou"), "{error}");
}

#[test]
fn what_cannot_be_a_preset_says_why() {
    let good = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets/presets/douyin.toml"));
    let good = good.expect("a preset");
    Preset::parse("douyin", &good).expect("good");
    for (from, to, why) in [
        ("format = 1", "format = 2", "format 2"),
        ("id = \"douyin\"", "id = \"Douyin\"", "its own name"),
        ("size = [1080, 1920]", "size = [1081, 1920]", "even sides"),
        ("size = [1080, 1920]", "size = [4294967295, 4294967295]", "even sides"),
        ("rates = [24", "rates = [0", "rates of 1"),
        ("crf = 18", "crf = nan", "crf"),
        ("crf = 18", "crf = 0", "crf of 1 to 51"),
        ("crf = 18", "crf = 52", "crf of 1 to 51"),
        ("key_frame_secs = 2.0", "key_frame_secs = inf", "key frame"),
        ("codec = \"h264\"", "codec = \"ffv1\"", "kind of file"),
        ("codec = \"h264\"", "codec = \"vhs\"", "cannot be read"),
        ("bit_rate = 192_000", "bit_rate = 1", "bits of sound"),
        ("true_peak_db = -1.5", "", "neither"),
        ("top = 250", "top = 4294967295", "covers all"),
        ("seconds = 3.0", "seconds = 0.5", "label"),
        ("longest_secs = 900", "longest_secs = -1", "lengths"),
        ("summary = ", "summry = ", "cannot be read"),
        ("name = \"9x16\"", "name = \"../9x16\"", "cover"),
    ] {
        assert!(good.contains(from), "{from}");
        let error = Preset::parse("douyin", &good.replacen(from, to, 1)).expect_err(to).to_string();
        assert!(error.contains("douyin.toml") && error.contains(why), "{to}: {error}");
        assert_eq!(crate::code_of(&Preset::parse("douyin", "x").expect_err("bad")), crate::Code::Input);
    }
}
