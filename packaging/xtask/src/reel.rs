//! The show reel: what the model in the box can do, in one film and one picture.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::{absolute, at_root, root, run, target};
use crate::packages;
use crate::sample;

/// A shot of the reel: what is seen, what is said, and what is heard.
struct Shot {
    prompt: &'static str,
    line: &'static str,
    language: &'static str,
    speaker: &'static str,
    sound: &'static str,
    given: Given,
}

/// What a shot begins with beside its words.
enum Given {
    Words,
    Picture,
    /// A voice that another clip was made with.
    Voice,
}

const fn shot(
    prompt: &'static str,
    language: &'static str,
    speaker: &'static str,
    line: &'static str,
    sound: &'static str,
) -> Shot {
    Shot { prompt, line, language, speaker, sound, given: Given::Words }
}

/// Seven languages in as many places, then a given picture, then a given voice. The lines are none that the model was trained with.
const SHOTS: [Shot; 9] = [
    shot(
        "A fox in a green jumper speaks in the desert at dawn, close-up, the camera is still.",
        "en",
        "Young woman",
        "Welcome to my channel, my friend!",
        "Wind",
    ),
    shot(
        "A girl in a purple dress speaks in a village at night, medium shot, the camera is still.",
        "zh",
        "Girl",
        "天上有一千颗星星。",
        "Crickets",
    ),
    shot(
        "A panda in a yellow jumper speaks in a library at noon, close-up, the camera is still.",
        "yue",
        "Boy",
        "我哋一齊畫畫啦。",
        "",
    ),
    shot(
        "A cat in a pink jumper with a straw hat speaks by the sea at dawn, medium shot, the camera is still.",
        "ja",
        "Young woman",
        "皆さん、おはよう！",
        "Waves",
    ),
    shot(
        "An owl in a blue jumper speaks in a forest at night, close-up, the camera slowly zooms in.",
        "ko",
        "Old man",
        "오늘은 달 보여 줄게요.",
        "Crickets",
    ),
    shot(
        "A blue robot speaks in a city street at noon, medium shot, the camera is still.",
        "de",
        "Robot",
        "Wir gehen zum Bäcker.",
        "City traffic",
    ),
    shot(
        "A grandmother in a purple shawl speaks in a living room at night, close-up, the camera is still.",
        "fr",
        "Old woman",
        "Bonne nuit, mesdames.",
        "A crackling fire",
    ),
    Shot {
        given: Given::Picture,
        ..shot(
            "A red pony with a flower wreath speaks in a meadow at sunset, medium shot, the camera is still.",
            "en",
            "Girl",
            "What a treasure, it is perfect!",
            "Birds",
        )
    },
    Shot {
        given: Given::Voice,
        ..shot(
            "A bear in a red jumper speaks on a stage at noon, close-up, the camera is still.",
            "fr",
            "Young man",
            "Merci, mesdames.",
            "",
        )
    },
];
const PICTURE: &str = "assets/sample/pony.png";
/// Pictures of each clip on the sheet, and the pixels across of each.
const PICTURES: u32 = 6;
const WIDTH: u32 = 128;

/// Makes the shots, the film and the sheet. `--into FOLDER` says where.
pub fn make(options: &[&str]) -> Result<(), String> {
    let into = match options {
        [] => target()?.join("reel"),
        ["--into", folder] => absolute(folder)?,
        _ => return Err("there is only --into FOLDER".into()),
    };
    packages::ensure(&[packages::PROGRAM, &[packages::MEDIA]])?;
    let program = sample::build()?;
    fs::create_dir_all(&into).map_err(|error| format!("cannot make {}: {error}", into.display()))?;
    // A home of its own: the reel is no work of the user's.
    let home = into.join("home");
    let gallop = || {
        let mut command = at_root(&program);
        command.env("GALLOP_HOME", &home);
        command
    };
    let film = into.join("reel.gallop");
    if film.exists() {
        fs::remove_dir_all(&film).map_err(|error| format!("cannot begin again in {}: {error}", film.display()))?;
    }
    let voice = into.join("voice.mp4");
    run(gallop().args(["generate", "--seed", "3"]).args(words(&SHOTS[8])).arg("-o").arg(&voice))?;
    run(gallop().arg("new").arg(&film))?;
    for (number, shot) in SHOTS.iter().enumerate() {
        let mut add = gallop();
        add.args(["shot", "add"]).arg(&film).args(words(shot)).args(["--seed", &(number + 1).to_string()]);
        match shot.given {
            Given::Words => {}
            Given::Picture => drop(add.args(["--image", PICTURE])),
            Given::Voice => drop(add.arg("--audio").arg(&voice)),
        }
        run(&mut add)?;
    }
    run(gallop().arg("render").arg(&film))?;
    let (reel, sheet) = (into.join("reel.mp4"), into.join("reel.jpg"));
    run(gallop().arg("render").arg(&film).arg("-o").arg(&reel))?;
    draw_sheet(&reel, &sheet)?;
    println!("\nThe reel: {}\nIts pictures: {}", reel.display(), sheet.display());
    Ok(())
}

fn words(shot: &Shot) -> Vec<&'static str> {
    let mut words = vec!["--prompt", shot.prompt, "--say", shot.line, "--language", shot.language];
    words.extend(["--speaker", shot.speaker]);
    if !shot.sound.is_empty() {
        words.extend(["--sound", shot.sound]);
    }
    words
}

/// Some pictures of each clip in a row, three clips side by side.
fn draw_sheet(reel: &Path, sheet: &Path) -> Result<(), String> {
    // Clips are about four seconds long; pictures come evenly.
    let (rate, columns) = (f64::from(PICTURES) / 4.0, PICTURES * 3);
    let rows = SHOTS.len() as u32 / 3;
    let filter = format!("fps={rate},scale={WIDTH}:-2:flags=area,tile={columns}x{rows}:padding=4:color=white");
    let draw = ["-y", "-v", "error", "-i"];
    run(Command::new("ffmpeg")
        .current_dir(root())
        .args(draw)
        .arg(reel)
        .args(["-vf", &filter, "-frames:v", "1", "-q:v", "3"])
        .arg(sheet))
}
