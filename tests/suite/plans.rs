//! How a clip is made where memory is short, and that it says so.

use serde_json::{Value, json};

use crate::released::put_wide_pony;
use crate::{Place, last, notices, text};

const SHOT: &str = "--prompt 'A red paper pony.' --size 64x64 --seconds 1 --seed 3";

/// The recipe in a clip.
fn recipe(place: &Place, name: &str) -> Value {
    let metadata = gallop_media::read_metadata(&place.path(name)).expect("metadata");
    serde_json::from_str(&metadata[gallop_protocol::recipe::KEY]).expect("a recipe")
}

/// What a plan of the shot takes of main memory, in kilobytes.
fn ram(place: &Place, wanted: impl Fn(&Value) -> bool) -> u64 {
    let output = place.run("plan --model ./wide --size 64x64 --seconds 1 --ram 8GB --device cpu --json");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let planned: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let plans = planned["plans"].as_array().expect("plans");
    let plan = plans.iter().find(|forecast| wanted(&forecast["plan"])).unwrap_or_else(|| panic!("{planned:#}"));
    plan["ram_bytes"].as_u64().expect("bytes") / 1024 + 1
}

#[test]
fn a_clip_with_streamed_layers_is_the_same_clip() {
    let place = Place::empty();
    // In 8 bits a transformer is no more than what is computed with it.
    put_wide_pony(&place.path("wide"));
    let wide = format!("generate {SHOT} --model ./wide --device cpu");
    let usual = place.events(&format!("{wide} -o usual.mp4"));
    assert_eq!(recipe(&place, "usual.mp4")["plan"], json!({"precision": "f32", "layers": "resident"}));
    let kilobytes = ram(&place, |plan| plan["base"] != "resident" && plan["precision"] == "f32");
    let little = place.events(&format!("{wide} --ram {kilobytes}K -o little.mp4"));
    assert_eq!(last(&usual, "clip")["latents"], last(&little, "clip")["latents"]);
    assert_eq!(recipe(&place, "little.mp4")["plan"], json!({"precision": "f32", "layers": "streamed"}));
    assert!(notices(&little).iter().all(|text| !text.contains("memory")), "{little:#?}");
    place.refuses(&format!("{wide} --ram 1MB -o none.mp4"), 1, "main memory");
}

#[test]
fn a_clip_is_made_again_the_way_it_was_made() {
    let place = Place::empty();
    let shot = json!({
        "format": 1, "shot": {"description": "A red paper pony."}, "seed": 3, "size": [64, 64], "seconds": 1.0,
        "plan": {"precision": "bf16", "weights": "int8", "layers": "resident"},
    });
    place.write("shot.json", shot.to_string());
    let first = place.events("generate --like shot.json --device cpu -o first.mp4");
    let plan = recipe(&place, "first.mp4")["plan"].clone();
    assert_eq!(plan, json!({"precision": "bf16", "weights": "int8", "layers": "resident"}));
    let again = place.events("generate --like first.mp4 --device cpu -o again.mp4");
    assert_eq!(last(&first, "clip")["latents"], last(&again, "clip")["latents"]);
    // Of another size than it was trained at, which is told, and nothing else.
    assert!(notices(&again).iter().all(|text| text.contains("not trained at 64x64")), "{again:#?}");
    let usual = place.events(&format!("generate {SHOT} --device cpu -o usual.mp4"));
    assert_ne!(last(&first, "clip")["latents"], last(&usual, "clip")["latents"], "the way is seen in the latents");

    place.write("odd.json", shot.to_string().replace("bf16", "f4"));
    let odd = place.events("generate --like odd.json --device cpu -o odd.mp4");
    assert!(notices(&odd).iter().any(|text| text.contains("newer Gallop")), "{odd:#?}");
    assert_eq!(recipe(&place, "odd.mp4")["plan"], json!({"precision": "f32", "layers": "resident"}));
}

#[test]
fn a_model_in_8_bits_is_pulled_and_makes_clips() {
    let place = Place::empty();
    let pony = place.path("wide");
    put_wide_pony(&pony);
    let mut names: Vec<_> = std::fs::read_dir(&pony)
        .expect("the folder")
        .map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let files: String = names.iter().map(|name| format!("[[files]]\npath = \"{name}\"\n")).collect();
    let entry = format!(
        "format = 1\nid = \"pony8\"\nname = \"Pony\"\nsummary = \"For tests.\"\nrepo = \"them/pony\"\nrevision = \"main\"\n\
         page = \"https://hub.example/them/pony\"\ndownload_bytes = 1\ndisk_bytes = 1\n[licence]\nname = \"Toy\"\n\
         url = \"https://hub.example/licence\"\nsummary = \"Be good.\"\ngate = \"none\"\n[convert]\nto = \"bf16\"\n\
         keep = [\"norm\", \"embed\", \"adapter.\", \"final_linear\", \"conv\"]\n{files}"
    );
    std::fs::create_dir_all(place.path("home/config/catalog")).expect("folder");
    place.write("home/config/catalog/pony8.toml", entry);
    let run = |line: &str| {
        let mut command = place.gallop(crate::words(line));
        command.env("GALLOP_HOME", place.path("home")).env("GALLOP_MODEL_DIR", place.path("store"));
        command.env("HF_HOME", place.path("hub")).env_remove("HF_TOKEN").env_remove("HF_ENDPOINT");
        let output = command.output().expect("gallop starts");
        assert!(output.status.success(), "{line}: {}", text(&output.stderr));
        text(&output.stdout)
    };
    let pull = format!("models pull pony8 --from '{}' --accept-licence", pony.display());
    run(&format!("{pull} --precision int8"));
    run("models verify pony8");
    let folder = std::path::PathBuf::from(run("models where pony8").trim());
    let length = |path: std::path::PathBuf| path.metadata().expect("a file").len();
    let (whole, narrow) =
        (length(pony.join("transformer.safetensors")), length(folder.join("transformer.safetensors")));
    assert!(narrow < whole * 3 / 4, "{narrow} of {whole} bytes");
    // A second pull finds it whole, and leaves it as it is.
    run(&pull);
    assert_eq!(length(folder.join("transformer.safetensors")), narrow);

    let made = run(&format!("generate --model '{}' {SHOT} --device cpu --json -o eight.mp4", folder.display()));
    let events: Vec<Value> = made.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(last(&events, "clip")["frames"], 25);
}
