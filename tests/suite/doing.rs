//! What the program does when it is asked for something sensible.

use gallop_media::{Channels, probe, read_metadata, read_picture, read_sound};
use serde_json::Value;

use crate::{Place, last, notices, picture, text, tone, wav};

/// A short, small clip: the real model, in little time.
const SMALL: &str = "generate --prompt 'A red paper pony stands in a meadow.' --size 64x64 --seconds 1 --seed 5";

fn recipe(place: &Place, clip: &str) -> Value {
    let metadata = read_metadata(&place.path(clip)).expect("metadata");
    serde_json::from_str(&metadata["gallop_recipe"]).expect("recipe")
}

#[test]
fn a_prompt_becomes_a_clip() {
    let place = Place::empty();
    let line = format!("{SMALL} --say '你好' --say 'Hello' --language zh --language en --speaker Child --sound wind");
    let events = place.events(&format!("{line} -o clip.mp4"));

    let prompt = last(&events, "begin")["prompt"].as_str().expect("prompt");
    for part in ["<Child, Mandarin>: \"你 好\"", "<Child, English>: \"Hello\"", "Background Sound:\n<"] {
        assert!(prompt.contains(part), "{part} is not in {prompt}");
    }
    let steps: Vec<_> = events.iter().filter(|event| event["event"] == "step" && event["stage"] == "denoise").collect();
    let total = steps[0]["total"].as_u64().expect("total");
    let done: Vec<_> = steps.iter().filter_map(|event| event["done"].as_u64()).collect();
    assert_eq!(done, (1..=total).collect::<Vec<_>>());
    for stage in ["load", "text", "denoise", "decode_audio", "decode_video"] {
        assert!(events.iter().any(|event| event["event"] == "finished" && event["stage"] == stage), "{stage}");
    }

    let info = probe(&place.path("clip.mp4")).expect("a clip");
    let (video, audio) = (info.video.expect("picture"), info.audio.expect("sound"));
    assert_eq!((video.width, video.height, video.frames), (64, 64, 25));
    assert_eq!((video.fps.num, video.fps.den), (25, 1));
    assert_eq!((video.codec.as_str(), video.pixel_format.as_str(), audio.codec.as_str()), ("h264", "yuv420p", "aac"));
    assert_eq!((audio.sample_rate, audio.channels), (48_000, 2));
    assert!((video.duration_secs - 1.0).abs() < 1e-3 && (audio.duration_secs - 1.0).abs() < 1e-3);
    assert_eq!(place.files(), ["clip.mp4".to_owned()].into());
}

#[test]
fn a_clip_can_be_made_again() {
    let place = Place::empty();
    place.events(&format!("{SMALL} -o one.mp4 --latents one.st"));
    place.events("generate --like one.mp4 -o two.mp4 --latents two.st");
    let read = |name: &str| std::fs::read(place.path(name)).expect("file");
    assert!(read("one.st") == read("two.st"), "the latents differ");
    assert!(read("one.mp4") == read("two.mp4"), "the clips differ");

    let events = place.events("generate --like one.mp4 --seed 6 -o three.mp4");
    assert!(!notices(&events).iter().any(|notice| notice.contains("clip")), "{events:#?}");
    let (one, three) = (recipe(&place, "one.mp4"), recipe(&place, "three.mp4"));
    assert_ne!(one["latents"], three["latents"], "another seed is another clip");
    assert_eq!(one["shot"], three["shot"]);
    assert_eq!(three["seed"], 6);
    for field in ["engine", "prompt", "size", "seconds", "model", "sampler"] {
        assert!(!one[field].is_null() && one[field] == three[field], "{field}");
    }
}

#[test]
fn other_latents_of_the_same_recipe_are_told() {
    let place = Place::empty();
    place.events(&format!("{SMALL} -o one.mp4"));
    let mut recipe = recipe(&place, "one.mp4");
    recipe["latents"] = "0123456789abcdef".into();
    place.write("shot.json", recipe.to_string());
    let told = |line: &str| notices(&place.events(line)).iter().any(|notice| notice.contains("latents"));
    assert!(told("generate --like shot.json --latents draft.st"));
    assert!(!told("generate --like shot.json --seed 6 --latents draft.st"), "another seed has other latents");
    assert!(!told("generate --like one.mp4 --latents draft.st"));
}

#[test]
fn a_clip_of_other_weights_is_told() {
    let place = Place::empty();
    let recipe = r#"{"format": 1, "shot": {"description": "A pony."}, "size": [64, 64], "seconds": 1, "seed": 5,
                     "model": {"name": "pony", "sha256": "0"}, "latents": "0"}"#;
    place.write("shot.json", recipe);
    let events = place.events("generate --like shot.json --latents draft.st");
    assert!(notices(&events).iter().any(|notice| notice.contains("other weights")), "{events:#?}");
}

#[test]
fn a_draft_is_finished_later() {
    let place = Place::empty();
    let drafted = place.events(&format!("{SMALL} --latents draft.st --preview now.png"));
    assert_eq!(place.files(), ["draft.st".to_owned(), "now.png".to_owned()].into(), "nothing else is written");
    assert!(read_picture(&place.path("now.png")).expect("a preview").width > 0);
    place.events("generate --finish draft.st -o late.mp4");
    place.events(&format!("{SMALL} -o at-once.mp4"));
    assert_eq!(recipe(&place, "late.mp4")["latents"], last(&drafted, "draft")["latents"]);
    let read = |name: &str| std::fs::read(place.path(name)).expect("file");
    assert!(read("late.mp4") == read("at-once.mp4"), "the clips differ");
}

#[test]
fn references_are_kept_by_name_and_content() {
    let place = Place::empty();
    picture(&place, "ref.png", 90, 160);
    let with = place.events(&format!("{SMALL} --image ref.png --latents a.st -o a.mp4"));
    let without = place.events(&format!("{SMALL} --latents b.st"));
    assert_ne!(last(&with, "draft")["latents"], last(&without, "draft")["latents"], "the picture changes the clip");
    assert_eq!(recipe(&place, "a.mp4")["image"]["file"], "ref.png");

    let again = place.events("generate --like a.mp4 --latents c.st");
    assert_eq!(last(&again, "draft")["latents"], last(&with, "draft")["latents"]);

    std::fs::rename(place.path("ref.png"), place.path("moved.png")).expect("moved");
    place.refuses("generate --like a.mp4 -o d.mp4", 1, "--image");
    let again = place.events("generate --like a.mp4 --image moved.png --latents c.st");
    assert_eq!(last(&again, "draft")["latents"], last(&with, "draft")["latents"], "given again under another name");

    picture(&place, "ref.png", 91, 160);
    place.refuses("generate --like a.mp4 -o d.mp4", 1, "not the file that the clip was made with");
}

#[test]
fn a_voice_stays_the_soundtrack() {
    let place = Place::empty();
    place.write("voice.wav", wav(22_050, tone(22_050, 1.2)));
    place.events("generate --prompt 'A blue robot speaks.' --size 64x64 --seed 1 --audio voice.wav -o clip.mp4");
    let voice = read_sound(&place.path("voice.wav"), 48_000, Channels::Mono).expect("voice");
    let clip = read_sound(&place.path("clip.mp4"), 48_000, Channels::Mono).expect("sound");
    let info = probe(&place.path("clip.mp4")).expect("clip");
    assert!((info.duration_secs - 1.2).abs() < 0.13, "{} s", info.duration_secs);
    // The encoder's own start-up lies in the first 21 ms.
    let (a, b) = (&voice.channels[0][2_000..40_000], &clip.channels[0][2_000..40_000]);
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
    let alike = dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
    assert!(alike > 0.98, "the clip's sound is like the voice by {alike:.3}");
}

#[test]
fn sizes_in_between_are_told() {
    let place = Place::empty();
    let line = "generate --prompt 'A pony.' --seconds 1 --seed 1 --latents draft.st";
    let events = place.events(&format!("{line} --size 70x60"));
    assert!(notices(&events).iter().any(|notice| notice.contains("64x64") && notice.contains("70x60")), "{events:#?}");
    assert_eq!(last(&events, "begin")["size"], serde_json::json!([64, 64]));
}

#[test]
fn a_long_prompt_is_cut_and_told() {
    let place = Place::empty();
    let long = "a pony in a meadow and ".repeat(400);
    let events = place.events(&format!("generate --prompt '{long}' --size 64x64 --seconds 1 --latents draft.st"));
    assert!(notices(&events).iter().any(|notice| notice.contains("cut")), "{:#?}", notices(&events));
}

#[test]
fn every_seed_is_new_unless_given() {
    let place = Place::empty();
    let line = "generate --prompt 'A pony.' --size 64x64 --seconds 1 --latents draft.st";
    let seeds = [1, 2].map(|_| last(&place.events(line), "begin")["seed"].as_u64().expect("seed"));
    assert_ne!(seeds[0], seeds[1]);
}

#[test]
fn people_get_a_line_a_stage() {
    let place = Place::empty();
    let output = place.run(&format!("{SMALL} -o clip.mp4"));
    assert!(output.status.success() && output.stdout.is_empty());
    let told = text(&output.stderr);
    for word in ["seed 5", "Denoise", "Picture", "25 frames, 1.00 s", "clip.mp4"] {
        assert!(told.contains(word), "{word} is not in {told}");
    }
    assert!(!told.contains('\x1b'), "no cursor movement into a pipe: {told:?}");
}

#[test]
fn a_clip_is_planned_before_anything_is_loaded() {
    let place = Place::empty();
    let planned = |line: &str| {
        let output = place.run(&format!("{line} --json"));
        let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(output.status.code(), Some(if found["runs"] == true { 0 } else { 1 }), "{found:#}");
        found
    };
    let found = planned("plan --size 128x224 --seconds 2 --device cpu --ram 4GB");
    assert_eq!((&found["model"], &found["runs"], &found["seconds"]), (&"pony".into(), &true.into(), &2.0.into()));
    let first = &found["plans"][0];
    assert_eq!(first["plan"]["residency"], "kept");
    assert!(first["ram_bytes"].as_u64().is_some_and(|bytes| bytes > 1 << 26 && bytes < 4 << 30), "{first:#}");
    assert!(first["stages"].as_array().is_some_and(|stages| stages.iter().all(|stage| stage["seconds"].is_null())));

    // The released model is told from its configuration; none of its files is here.
    let released = "plan --model daVinci-MagiHuman --seconds 5 --ram 64GB";
    let found = planned(&format!("{released} --size 448x256 --vram 80GB"));
    assert_eq!((&found["runs"], &found["plans"][0]["plan"]["precision"]), (&true.into(), &"bf16".into()));
    let found = planned(&format!("{released} --size 1920x1088 --vram 24GB"));
    assert_eq!((&found["runs"], &found["later"]["state"]), (&false.into(), &"not yet".into()));
    assert!(found["reason"].as_str().is_some_and(|reason| reason.contains("24.0 GiB")), "{found:#}");
    let page = text(&place.run(&format!("{released} --size 1920x1088 --vram 24GB")).stdout);
    for word in ["It does not run", "Not yet: with operations of its own", "weights in 8 bits", "not measured yet"] {
        assert!(page.contains(word), "{word} is not in {page}");
    }
    place.refuses("plan --vram lots", 2, "24GB");
    place.refuses("plan --vram 8GB --device cpu", 2, "--vram");
    place.refuses("plan --model none-such", 1, "none-such");
    assert!(place.files().is_empty());
}

#[test]
fn a_bench_is_measured() {
    let place = Place::empty();
    let output = place.run("bench --size 64x64 --seconds 1 --json");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found["frames"], 25);
    let denoise = found["stages"].as_array().and_then(|all| all.iter().find(|stage| stage["stage"] == "denoise"));
    assert!(denoise.is_some_and(|stage| stage["steps"].as_u64() > Some(0) && stage["seconds"].as_f64() > Some(0.0)));
    assert!(found["real_time_factor"].as_f64() > Some(0.0));
    if cfg!(target_os = "linux") {
        assert!(found["peak_memory_bytes"].as_u64() > Some(1 << 20));
    }
    assert!(place.files().is_empty(), "no clip without -o");
}
