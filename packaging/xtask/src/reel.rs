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
#[derive(PartialEq, Eq)]
enum Given {
    Words,
    Picture,
    /// A picture, and a voice that another clip was made with.
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

/// Each language and each place, then a given picture, then a given voice.
const SHOTS: [Shot; 9] = [
    shot("A red pony in a meadow at sunset.", "en", "Young woman", "Welcome to my world.", "Wind"),
    shot("A blue robot in a city at night.", "de", "Robot", "Wie geht es dir?", "Rain"),
    shot("A child in a yellow coat in a room at noon.", "zh", "Child", "今天天气很好", ""),
    shot("A white pony in snowy mountains in the morning.", "fr", "Young man", "Quelle belle journée!", "Wind"),
    shot("A pink pony on a beach at noon.", "ja", "Young woman", "そらがきれい", "Waves"),
    shot("A green robot in a forest in the morning.", "ko", "Robot", "여기가 좋아", "Birds"),
    shot("A child in a purple coat in a city at sunset.", "yue", "Child", "我哋返屋企", ""),
    Shot {
        given: Given::Picture,
        ..shot("A red pony, the camera is still.", "en", "Young man", "Look at the sky.", "Birds")
    },
    Shot {
        given: Given::Voice,
        ..shot("A red pony, the camera is still.", "fr", "Young woman", "Merci beaucoup!", "")
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
        if shot.given != Given::Words {
            add.args(["--image", PICTURE]);
        }
        if shot.given == Given::Voice {
            add.arg("--audio").arg(&voice);
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
