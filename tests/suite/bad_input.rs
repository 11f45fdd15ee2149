//! What the program does with input that cannot work: one clear line, a status that is not 0, nothing left behind.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Place, models, picture, text, tone, wav, words};

const ASK: &str = "generate --prompt 'A red pony.' --size 64x64 --seconds 1 --seed 1 -o clip.mp4";

#[test]
fn words_that_cannot_work() {
    let place = Place::empty();
    place.refuses("generate --prompt '' -o clip.mp4", 1, "prompt is empty");
    place.refuses("generate --prompt '  ' -o clip.mp4", 1, "prompt is empty");
    place.refuses("generate -o clip.mp4", 2, "--prompt");
    place.refuses(&format!("{ASK} --say Hallo --language xx"), 2, "xx");
    place.refuses(&format!("{ASK} --say ''"), 1, "empty");
    place.refuses(&format!("{ASK} --language de"), 2, "--say");
    place.refuses(&format!("{ASK} --say a --say b --say c --language de --language fr"), 2, "--language");
}

#[test]
fn numbers_that_cannot_work() {
    let place = Place::empty();
    for flag in
        ["--size 0x64", "--size 100000x64", "--size 64", "--aspect 9", "--aspect 0:1", "--seed=-1", "--device tpu"]
    {
        place.refuses(&format!("generate --prompt 'A pony.' -o clip.mp4 {flag}"), 2, "invalid value");
    }
    for seconds in ["0", "nan", "1e9", "x"] {
        place.refuses(&format!("generate --prompt 'A pony.' -o clip.mp4 --seconds {seconds}"), 2, "seconds");
    }
    place.refuses("generate --prompt 'A pony.' -o clip.mp4 --seconds=-1", 2, "seconds");
}

#[test]
fn pictures_that_cannot_work() {
    let place = Place::empty();
    place.refuses(&format!("{ASK} --image none.png"), 1, "none.png");
    place.write("words.png", "not a picture");
    place.refuses(&format!("{ASK} --image words.png"), 1, "words.png");
    place.write("empty.png", "");
    place.refuses(&format!("{ASK} --image empty.png"), 1, "empty.png");
    place.refuses(&format!("{ASK} --image ."), 1, "folder");
    picture(&place, "dot.png", 1, 1);
    place.refuses(&format!("{ASK} --image dot.png"), 1, "too small");
    let whole = std::fs::read(picture(&place, "whole.png", 64, 64)).expect("picture");
    place.write("cut.png", &whole[..whole.len() / 2]);
    place.refuses(&format!("{ASK} --image cut.png"), 1, "cut.png");
    // The same file, but its header claims 60000 by 60000 pixels: 10 GB, if anybody believed it.
    let mut huge = whole;
    huge[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    huge[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    place.write("huge.png", huge);
    place.refuses(&format!("{ASK} --image huge.png"), 1, "huge.png");
}

#[test]
fn sounds_that_cannot_work() {
    let place = Place::empty();
    let ask = "generate --prompt 'A pony.' --size 64x64 -o clip.mp4 --audio";
    place.refuses(&format!("{ask} none.wav"), 1, "none.wav");
    place.write("words.wav", "not a sound");
    place.refuses(&format!("{ask} words.wav"), 1, "words.wav");
    place.write("silent.wav", wav(16_000, [0.0; 32_000]));
    place.refuses(&format!("{ask} silent.wav"), 1, "silent");
    place.write("click.wav", wav(16_000, tone(16_000, 0.05)));
    place.refuses(&format!("{ask} click.wav"), 1, "too short");
    place.write("none.wav", wav(16_000, []));
    place.refuses(&format!("{ask} none.wav"), 1, "none.wav");
    place.write("no-rate.wav", wav(0, tone(16_000, 1.0)));
    place.refuses(&format!("{ask} no-rate.wav"), 1, "no-rate.wav");
    place.write("long.wav", wav(2_000, tone(2_000, 90.0)));
    place.refuses(&format!("{ask} long.wav"), 1, "long.wav");
    picture(&place, "picture.png", 64, 64);
    place.refuses(&format!("{ask} picture.png"), 1, "picture.png");
}

#[test]
fn odd_sample_rates_work() {
    let place = Place::empty();
    for rate in [7_999, 11_025, 96_000] {
        place.write("voice.wav", wav(rate, tone(rate, 0.6)));
        let line = "generate --prompt 'A pony.' --size 64x64 --seed 1 --audio voice.wav --latents draft.st";
        assert!(place.events(line).iter().any(|event| event["event"] == "draft"), "{rate}");
    }
}

#[test]
fn outputs_that_cannot_work() {
    let place = Place::empty();
    std::fs::create_dir(place.path("folder.mp4")).expect("folder");
    let ask = "generate --prompt 'A pony.' --size 64x64 --seconds 1";
    place.refuses(&format!("{ask} -o folder.mp4"), 1, "folder");
    place.refuses(&format!("{ask} -o none/clip.mp4"), 1, "none");
    place.refuses(&format!("{ask} -o clip.mkv"), 2, ".mp4");
    place.refuses(&format!("{ask} -o clip.mp4 --preview now.jpg"), 2, ".png");
    place.refuses(&format!("{ask} --latents none/draft.st"), 1, "none");
    place.refuses(ask, 2, "--output");
    // Even root cannot make a file here.
    if Path::new("/proc/self").exists() {
        place.refuses(&format!("{ask} -o /proc/clip.mp4"), 1, "/proc");
    }
    place.write("voice.mp4", "a file of the user's");
    place.refuses(&format!("{ask} --audio voice.mp4 -o voice.mp4"), 2, "voice.mp4");
    assert_eq!(std::fs::read_to_string(place.path("voice.mp4")).expect("read"), "a file of the user's");
}

#[test]
fn recipes_that_cannot_work() {
    let place = Place::empty();
    place.refuses("generate --like none.mp4 -o clip.mp4", 1, "none.mp4");
    place.write("words.mp4", "not a clip");
    place.refuses("generate --like words.mp4 -o clip.mp4", 1, "words.mp4");
    place.write("shot.json", r#"{"format": 1, "shot": {"lines": [{"text": "Hi", "language": "tlh"}]}}"#);
    place.refuses("generate --like shot.json -o clip.mp4", 1, "shot.json");
    place.write("new.json", r#"{"format": 99}"#);
    place.refuses("generate --like new.json -o clip.mp4", 1, "newer");
    place.write("words.st", "not latents");
    place.refuses("generate --finish words.st -o clip.mp4", 1, "words.st");
}

/// A copy of the model in the box that may be spoilt.
fn copied_model(place: &Place) {
    let folder = place.path("model");
    std::fs::create_dir(&folder).expect("folder");
    for entry in std::fs::read_dir(models().join("pony")).expect("the model in the box") {
        let from = entry.expect("entry").path();
        if from.is_file() {
            std::fs::copy(&from, folder.join(from.file_name().expect("name"))).expect("copied");
        }
    }
}

#[test]
fn weights_that_cannot_work() {
    let place = Place::empty();
    copied_model(&place);
    let ask = format!("{ASK} --model ./model");
    let file = |name: &str| place.path("model").join(name);
    let parts = ["transformer", "text_encoder", "image_encoder", "video_decoder", "audio_vae"];
    for part in parts.map(|part| format!("{part}.safetensors")) {
        let whole = std::fs::read(file(&part)).expect("weights");
        std::fs::write(file(&part), &whole[..whole.len() - 1000]).expect("cut");
        place.refuses(&ask, 1, &part);
        std::fs::write(file(&part), "these are no weights").expect("written");
        place.refuses(&ask, 1, &part);
        let other = if part.starts_with("transformer") { "audio_vae.safetensors" } else { "transformer.safetensors" };
        std::fs::copy(file(other), file(&part)).expect("swapped");
        place.refuses(&ask, 1, &part);
        std::fs::remove_file(file(&part)).expect("removed");
        place.refuses(&ask, 1, &format!("download it again: ./model/{part}"));
        std::fs::write(file(&part), &whole).expect("restored");
    }
    for config in ["text_encoder.json", "video_decoder.json", "audio_vae.json", "tokenizer.json", "model.json"] {
        let whole = std::fs::read(file(config)).expect("configuration");
        std::fs::write(file(config), "{").expect("written");
        place.refuses(&ask, 1, config);
        std::fs::write(file(config), &whole).expect("restored");
    }
    place.refuses(&format!("{ASK} --model ./none"), 1, "./none");
    place.refuses(&format!("{ASK} --model unheard-of"), 1, "unheard-of");
    let output = place.run(&ask);
    assert!(output.status.success(), "the restored copy works: {}", text(&output.stderr));
}

/// Starts `line`, waits for the first step of `stage`, presses Ctrl-C, and gives back the exit status.
fn stop_in(place: &Place, line: &str, stage: &str) -> Option<i32> {
    let mut command = place.gallop(words(&format!("{line} --json")));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("gallop starts");
    let mut events = BufReader::new(child.stdout.take().expect("stdout")).lines();
    let wanted = |event: &str| event.contains(r#""event":"step""#) && event.contains(stage);
    let reached = events.by_ref().map_while(Result::ok).any(|event| wanted(&event));
    assert!(reached, "{line} reaches {stage}");
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(status.success());
    let told: Vec<_> = events.map_while(Result::ok).collect();
    let status = child.wait().expect("ended");
    assert!(told.iter().any(|event| event.contains("cancelled")), "{told:?}");
    status.code()
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_nothing() {
    let place = Place::empty();
    place.write("clip.mp4", "an older clip");
    assert_eq!(stop_in(&place, ASK, "denoise"), Some(130));
    assert_eq!(place.files(), ["clip.mp4".to_owned()].into());

    // Long enough that the end of the decoding is far from its first step.
    let draft = "generate --prompt 'A pony.' --size 96x96 --seconds 8 --seed 1 --latents draft.st";
    place.events(draft);
    assert_eq!(stop_in(&place, "generate --finish draft.st -o clip.mp4", "decode_video"), Some(130));
    assert_eq!(place.files(), ["clip.mp4".to_owned(), "draft.st".to_owned()].into());
    assert_eq!(std::fs::read_to_string(place.path("clip.mp4")).expect("read"), "an older clip");
}

/// A disk of 32 KiB, in a mount namespace of its own so that nothing has to be cleaned up.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_nothing() {
    let place = Place::empty();
    let disk = place.path("disk");
    std::fs::create_dir(&disk).expect("folder");
    let within = |script: &str| {
        let script = format!("mount -t tmpfs -o size=32k none disk && {script}");
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", &script]).current_dir(place.path(""));
        command.env("GALLOP_MODEL_DIR", models()).output()
    };
    if !within("true").is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: this machine does not let a test mount a small disk");
        return;
    }
    let line = "generate --prompt 'A red pony.' --size 160x160 --seconds 2 --seed 1 -o disk/clip.mp4";
    let line = words(line).join("' '");
    let output = within(&format!("'{}' '{line}'; echo status $?; ls -A disk", env!("CARGO_BIN_EXE_gallop")));
    let output = output.expect("started");
    assert_eq!(text(&output.stdout).trim(), "status 1", "only the status, and no file: {}", text(&output.stderr));
    assert!(text(&output.stderr).contains("disk is full"), "{}", text(&output.stderr));
}
