//! The doctor: what it tells people and programs, and that nothing is too broken to be told about.

use std::path::Path;
use std::process::Output;

use gallop_protocol::doctor::{DiskTest, EngineKind, FORMAT, Fit, ModelFit, ModelKind, Presence, ReasonCode, Report};

use crate::{Place, text, words};

fn doctor(place: &Place, line: &str) -> Output {
    let mut command = place.gallop(words(&format!("doctor {line}")));
    command.env("GALLOP_HOME", place.path("home")).env_remove("HF_TOKEN");
    command.output().expect("gallop starts")
}

fn report(output: &Output) -> Report {
    assert!(!text(&output.stderr).contains("panicked"), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON object of the documented shape")
}

fn model<'a>(report: &'a Report, id: &str) -> &'a ModelFit {
    report.models.iter().find(|model| model.id == id).unwrap_or_else(|| panic!("no {id} in {report:#?}"))
}

#[test]
fn the_machine_and_what_runs_on_it_are_told() {
    let place = Place::empty();
    let output = doctor(&place, "--json --skip-disk");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let report = report(&output);
    assert_eq!(report.format, FORMAT);
    assert!(report.machine.threads > 0 && report.machine.cards.iter().all(|card| !card.name.is_empty()));
    assert_eq!(report.disk.test, DiskTest::Skipped);
    assert!(report.media.h264_encoder.is_some() && report.media.encoders.iter().any(|name| name == "aac"));
    assert!(matches!(&report.engines[..], [engine, ..] if engine.kind == EngineKind::ThisProgram && engine.found));
    assert_eq!(report.places.models.as_deref(), crate::models().to_str());

    // The model in the box runs anywhere; how fast is not known, and not guessed.
    let pony = model(&report, "pony");
    assert_eq!((pony.fit, pony.kind, report.speed.len()), (Fit::Runs, ModelKind::Clips, 0), "{pony:#?}");
    assert!(matches!(pony.presence, Presence::Whole { bytes } if bytes > 10_000_000));
    assert_eq!(pony.reasons.iter().map(|reason| reason.code).collect::<Vec<_>>(), [ReasonCode::NotMeasured]);
    for size in &pony.sizes {
        assert!(size.ram_bytes.is_some_and(|bytes| bytes > 1 << 26) && size.precision.is_some(), "{size:#?}");
        assert_eq!((size.seconds, size.longest_seconds), (None, Some(8)));
    }
    // Each entry of the catalog has its line, and whatever does not run says why.
    for id in ["magihuman-distill", "magihuman-1080p", "t5gemma-9b-encoder", "wan22-vae"] {
        let model = model(&report, id);
        assert_eq!(model.presence, Presence::Absent);
        assert!(model.fit == Fit::Runs || !model.reasons.is_empty(), "{model:#?}");
        assert!(!model.sizes.is_empty());
    }

    let page = text(&doctor(&place, "--skip-disk").stdout);
    for word in ["CPU", "Memory", "Page file", "GPU", "Disk", "FFmpeg", "Engine", "Models", "pony", "--probe"] {
        assert!(page.contains(word), "{word} is not in {page}");
    }
}

#[test]
fn a_probe_brings_seconds_that_stay() {
    let place = Place::empty();
    let output = doctor(&place, "--probe --json");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let found = report(&output);
    let [speed] = &found.speed[..] else { panic!("{:?}", found.speed) };
    assert!(speed.convolution_flops_per_second > 1e6 && speed.unix_ms > 0 && !speed.types.is_empty(), "{speed:?}");
    let seconds = |report: &Report| model(report, "pony").sizes.iter().map(|size| size.seconds).collect::<Vec<_>>();
    assert!(seconds(&found).iter().all(|seconds| seconds.is_some_and(|seconds| seconds > 0.0)), "{found:#?}");

    let again = report(&doctor(&place, "--json --skip-disk"));
    assert_eq!((seconds(&again), &again.speed), (seconds(&found), &found.speed), "it is not measured anew");
    let page = place.gallop(words("plan")).env("GALLOP_HOME", place.path("home")).output().expect("gallop starts");
    assert!(text(&page.stdout).contains("About "), "{}", text(&page.stdout));
    // A card that is only imagined was never measured.
    let line = "plan --model daVinci-MagiHuman --vram 80GB --ram 64GB --json";
    let plan = place.gallop(words(line)).env("GALLOP_HOME", place.path("home")).output().expect("gallop starts");
    let plan: serde_json::Value = serde_json::from_slice(&plan.stdout).expect("JSON");
    assert_eq!((&plan["runs"], &plan["work_seconds"]), (&true.into(), &serde_json::Value::Null));
    // A measurement that is not readable is as good as none.
    std::fs::write(place.path("home/cache/speed.json"), "{\"format\": 1, \"devices\": 7}").expect("written");
    assert_eq!(report(&doctor(&place, "--json --skip-disk")).speed, []);
}

#[test]
fn nothing_is_left_on_the_disk_but_the_measurement() {
    let place = Place::empty();
    let found = report(&doctor(&place, "--json"));
    match found.disk.test {
        DiskTest::Measured { bytes, write_bytes_per_second, .. } => {
            assert!(bytes > 0 && write_bytes_per_second > 0.0);
            assert_eq!(place.files(), ["home".to_owned()].into());
        }
        // A nearly full disk is not filled for a test.
        DiskTest::Failed { reason } => assert!(reason.contains("room"), "{reason}"),
        DiskTest::Skipped => panic!("it was not to be skipped"),
    }
    let kept = std::fs::read_dir(place.path("home")).into_iter().flatten().flatten().map(|entry| entry.file_name());
    assert!(kept.into_iter().all(|name| name == "cache"), "only the cache is made");
}

#[test]
fn nothing_is_too_broken_to_be_told() {
    let place = Place::empty();
    std::fs::create_dir_all(place.path("home/config/catalog")).expect("folder");
    std::fs::create_dir_all(place.path("home/data")).expect("folder");
    place.write("home/config/settings.json", "{\"format\": 1, \"engi");
    place.write("home/config/catalog/bad.toml", "id = ");
    place.write("home/data/gallop.db", "this is no database");
    place.write("home/cache", "a file where a folder should be");
    std::fs::create_dir_all(place.path("models/broken")).expect("folder");
    place.write("models/broken/model.json", "{");
    let mut command = place.gallop(words("doctor --json --skip-disk --probe --device cpu"));
    command.env("GALLOP_HOME", place.path("home")).env("GALLOP_MODEL_DIR", place.path("models"));
    let found = report(&command.output().expect("gallop starts"));
    for about in ["settings", "catalog", "projects", "speed"] {
        assert!(found.notes.iter().any(|note| note.about == about), "no note about {about}: {:#?}", found.notes);
    }
    assert_eq!(model(&found, "broken").reasons[0].code, ReasonCode::Unreadable);
    assert_eq!(std::fs::read(place.path("home/data/gallop.db")).expect("left alone"), b"this is no database");
    assert_eq!(found.engines.len(), 1, "the usual engine stands in for settings that cannot be read");
}

#[test]
fn nothing_at_all_is_told_too() {
    let place = Place::empty();
    // Even root cannot make a folder there; and there is no user, no home, no program to be found.
    for home in ["/proc/nowhere", "/dev/null/home", ""] {
        let mut command = place.gallop(words("doctor --json --model none"));
        command.env_clear().env("GALLOP_MODEL_DIR", "/proc/none/models").env("GALLOP_HOME", home);
        let output = command.output().expect("gallop starts");
        let found = report(&output);
        assert_eq!(output.status.code(), Some(1), "without a model the doctor does not say that all is well");
        let first = &found.models[0];
        assert_eq!(
            (first.id.as_str(), first.fit, first.reasons[0].code),
            ("none", Fit::DoesNotRun, ReasonCode::Unreadable)
        );
        assert!(first.reasons[0].text.contains("/proc/none/models/none"), "it tells where it looked");
        assert!(matches!(found.disk.test, DiskTest::Failed { .. }), "{:?}", found.disk);
    }
    assert_eq!(place.files(), [].into());
}

/// Somebody whose every name would be found in a report.
const NAMES: [&str; 12] = [
    "annalena",
    "lake-studio",
    "divorce",
    "hf_AbCdEf0123456789",
    "Tr0ub4dor",
    "10.20.30.40",
    "annas-lora",
    "2f1c9b2e",
    "gpu.lake.example",
    "secret-film",
    "Example-Holding",
    "wedding",
];

#[test]
fn a_report_tells_nothing_about_its_owner() {
    let place = Place::empty();
    let home = place.path("annalena/Example-Holding");
    std::fs::create_dir_all(home.join("config/catalog")).expect("folder");
    std::fs::create_dir_all(home.join("models/wedding")).expect("folder");
    let settings = r#"{"format": 1, "engines": [
        {"name": "annalena's box", "launch": ["ssh", "annalena@10.20.30.40", "gallop", "engine"]},
        {"name": "lake-studio", "launch": ["/opt/Example-Holding/run", "--key", "Tr0ub4dor"]},
        {"name": "this machine"}]}"#;
    std::fs::write(home.join("config/settings.json"), settings).expect("written");
    let entry = include_str!("../../models/catalog/wan22-vae.toml")
        .replace("id = \"wan22-vae\"", "id = \"annas-lora\"")
        .replace("name = \"Wan 2.2 VAE\"", "name = \"annalena's LoRA\"");
    std::fs::write(home.join("config/catalog/annas-lora.toml"), entry).expect("written");
    std::fs::write(home.join("config/catalog/divorce.toml"), "id = \"GPU-2f1c9b2e-11aa-4d5c-9b7e-0123456789ab\"")
        .expect("written");
    std::fs::write(home.join("models/wedding/model.json"), "{").expect("written");
    let with = |line: &str| {
        let mut command = place.gallop(words(line));
        command.env("GALLOP_HOME", &home).env("HOME", place.path("annalena")).env("USER", "annalena");
        command.env("HOSTNAME", "lake-studio").env("HF_TOKEN", "hf_AbCdEf0123456789").env("DB_PASSWORD", "Tr0ub4dor");
        command.env("GALLOP_MODEL_DIR", home.join("models")).env("HF_ENDPOINT", "https://gpu.lake.example");
        let output = command.output().expect("gallop starts");
        assert!(!text(&output.stderr).contains("panicked"), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    with("new secret-film");
    with("library rebuild secret-film.gallop");
    let here = place.path("").display().to_string();
    let own = text(&std::fs::read("/proc/sys/kernel/hostname").unwrap_or_default()).trim().to_owned();
    let own = Some(own.as_str()).filter(|name| name.len() > 2 && !name.contains("localhost"));

    let whole = with("doctor --json --skip-disk");
    for name in ["annalena", "10.20.30.40", "annas-lora", "wedding", "secret-film", "divorce"] {
        // The launch line of an engine is not printed at all; its program and name are.
        assert!(whole.contains(name) || name == "10.20.30.40", "{name} is what there is to be hidden: {whole}");
    }
    for line in
        ["doctor --report", "doctor --report --json --skip-disk", "doctor --report --skip-disk --model ./divorce/x"]
    {
        let told = with(line);
        for name in NAMES.iter().copied().chain([here.as_str()]).chain(own) {
            assert!(!told.to_lowercase().contains(&name.to_lowercase()), "{line} tells {name}: {told}");
        }
        assert!(!told.contains("/tmp") && !told.contains("/opt"), "{line} tells a folder: {told}");
        for word in ["ssh", "wan22-vae", "magihuman-distill", "engine 2"] {
            assert!(told.contains(word), "{line} lacks {word}: {told}");
        }
    }
    assert!(Path::new(&home).is_dir());
}
