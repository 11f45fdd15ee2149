//! Projects, the queue and the library, from a terminal.

use serde_json::Value;

use crate::{Place, picture, text, words};

/// A user with a home.
struct Studio(Place);

impl Studio {
    fn new() -> Self {
        Self(Place::empty())
    }

    fn try_run(&self, line: &str) -> (Option<i32>, String, String) {
        let mut command = self.0.gallop(words(line));
        let output = command.env("GALLOP_HOME", self.0.path("home")).output().expect("gallop starts");
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    fn run(&self, line: &str) -> String {
        let (status, told, error) = self.try_run(line);
        assert_eq!(status, Some(0), "{line}: {error}");
        told
    }

    fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.run(&format!("{line} --json"))).expect("JSON")
    }

    /// A line that must fail with `status` and one clear line that holds `said`.
    fn refuses(&self, line: &str, status: i32, said: &str) {
        let (code, _, error) = self.try_run(line);
        assert_eq!(code, Some(status), "{line}: {error}");
        let told: Vec<_> = error.lines().filter(|line| line.starts_with("gallop: ")).collect();
        assert!(matches!(told[..], [one] if one.contains(said)), "{line}: expected `{said}`, got {error}");
        assert!(!error.contains("panicked"), "{error}");
    }

    fn jobs(&self) -> Vec<Value> {
        self.json("jobs list").as_array().expect("a list").clone()
    }
}

fn id(job: &Value) -> &str {
    job["id"].as_str().expect("id")
}

#[test]
fn a_film_from_a_terminal() {
    let studio = Studio::new();
    picture(&studio.0, "ref.png", 90, 160);
    assert!(studio.run("new film").contains("gallop shot add"), "it says what comes next");
    studio.run("shot add film.gallop --prompt 'A red pony.' --say 'Hello!' --seconds 1 --seed 3");
    studio.run("shot add film --prompt 'A blue robot.' --seconds 1 --image ref.png");
    let told = studio.run("render film --shot 1 --takes 2 --size 64x96 --json");
    let events: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).expect("an event is JSON")).collect();
    for event in ["queued", "started", "step", "finished", "take"] {
        assert!(events.iter().any(|found| found["event"] == event), "no {event} in {told}");
    }

    let listed = studio.json("shot list film");
    let takes = listed["shots"][0]["takes"].as_array().expect("takes").clone();
    assert_eq!(takes.iter().map(|take| take["seed"].as_u64().expect("seed")).collect::<Vec<_>>(), [3, 4]);
    assert_eq!(listed["shots"][1]["takes"].as_array().map(Vec::len), Some(0));
    assert!(listed["shots"][1]["image"]["name"] == "ref.png");
    let folder = studio.0.path("film.gallop/takes").join(id(&takes[0]));
    let poster = gallop_media::read_picture(&folder.join("poster.png")).expect("poster");
    assert_eq!((poster.width, poster.height), (64, 96));

    // A take is what `gallop generate` makes, and knows what it cost.
    let clip = folder.join("clip.mp4");
    studio.run(&format!("generate --like {} -o again.mp4", clip.display()));
    assert!(std::fs::read(&clip).expect("clip") == std::fs::read(studio.0.path("again.mp4")).expect("clip"));
    let history = studio.json("jobs history");
    assert_eq!(history.as_array().map(Vec::len), Some(2));
    assert!(history[0]["cost"]["stages"]["denoise"].as_f64() > Some(0.0), "{history:#}");
    if cfg!(target_os = "linux") {
        assert!(history[0]["cost"]["peak_memory_bytes"].as_u64() > Some(1 << 20));
    }
    assert_eq!(studio.json("library list")["totals"]["takes"], 2);

    // What is missing is made, and nothing else; then the timeline is written as it is.
    let told = studio.run("render film -o cut.mp4");
    assert!(told.trim_end().ends_with("cut.mp4"), "{told}");
    let takes = |shot: usize| studio.json("shot list film")["shots"][shot]["takes"].as_array().map(Vec::len);
    assert_eq!((takes(0), takes(1)), (Some(2), Some(1)));
    let info = gallop_media::probe(&studio.0.path("cut.mp4")).expect("a film");
    let video = info.video.expect("pictures");
    assert_eq!(video.seen, (1080, 1920));
    assert!((video.duration_secs - 2.0).abs() < 0.05 && info.audio.is_some(), "{} s", video.duration_secs);
    let (_, _, said) = studio.try_run("render film");
    assert!(said.contains("Every shot has a take"), "{said}");
    assert_eq!((takes(0), takes(1)), (Some(2), Some(1)));
    studio.run("render film --frame 1.5 -o now.png --json");
    let now = gallop_media::read_picture(&studio.0.path("now.png")).expect("a picture");
    let mean = now.rgb.iter().map(|level| u64::from(*level)).sum::<u64>() / now.rgb.len() as u64;
    assert!((now.width, now.height) == (1080, 1920) && (10..246).contains(&mean), "{mean}");

    studio.refuses("render film --frame 1", 2, "--output");
    studio.refuses("render film -o now.png", 2, "--frame");
    studio.refuses("render film -o now.gif", 2, ".mp4");
    studio.refuses("render film --frame 1 -o cut.mp4", 2, ".png");
    studio.refuses("render film --frame -1 -o now.png", 2, "--frame");
    studio.refuses("render film --frame 99 -o now.png", 1, "2.00 s long");
    studio.refuses("render film -o nowhere/cut.mp4", 1, "no folder");
    studio.refuses("render film --later -o cut.mp4", 2, "--later");
}

#[test]
fn the_queue_is_the_users() {
    let studio = Studio::new();
    studio.run("new film");
    studio.run("shot add film --prompt 'A red pony.' --seconds 1");
    studio.run("render film --size 64x64 --takes 4 --seed 1 --later");
    let order = |studio: &Studio| -> Vec<u64> {
        let jobs = studio.jobs();
        jobs.iter().map(|job| job["order"]["recipe"]["seed"].as_u64().expect("seed")).collect()
    };
    assert_eq!(order(&studio), [1, 2, 3, 4]);
    let jobs = studio.jobs();
    studio.run(&format!("jobs move {} --front", id(&jobs[3])));
    studio.run(&format!("jobs move {} --after {}", id(&jobs[0]), id(&jobs[2])));
    assert_eq!(order(&studio), [4, 2, 3, 1]);
    studio.run(&format!("jobs duplicate {} --seed 9", id(&jobs[1])));
    assert_eq!(order(&studio), [4, 2, 9, 3, 1]);
    studio.run(&format!("jobs edit {} --prompt 'A green pony.'", id(&jobs[0])));
    studio.run(&format!("jobs pause {}", id(&jobs[1])));
    studio.run(&format!("jobs cancel {} {}", id(&jobs[2]), id(&jobs[3])));
    studio.refuses(&format!("jobs resume {}", id(&jobs[2])), 1, "cancelled");
    studio.refuses("jobs pause ffffffff", 1, "no job");
    studio.refuses("jobs pause ab", 2, "too short");

    studio.run("jobs run");
    let left = studio.jobs();
    assert_eq!(left.iter().map(|job| job["state"].as_str().expect("state")).collect::<Vec<_>>(), ["paused"]);
    let takes = studio.json("shot list film")["shots"][0]["takes"].as_array().expect("takes").clone();
    assert_eq!(takes.len(), 2, "{takes:#?}");
    let words: Vec<Value> = studio.json("library list")["takes"].as_array().expect("takes").clone();
    assert!(words.iter().any(|take| take["description"] == "A green pony."), "{words:#?}");

    // A lost database is made again from the folder; what was unfinished comes back and waits for a word.
    std::fs::remove_dir_all(studio.0.path("home/data")).expect("removed");
    assert!(studio.jobs().is_empty());
    assert!(studio.run("library rebuild film.gallop").contains("1 projects, 2 takes"));
    assert_eq!(studio.json("library list")["totals"]["takes"], 2);
    let back = studio.jobs();
    assert_eq!(
        back.iter().map(|job| (id(job), &job["state"])).collect::<Vec<_>>(),
        [(id(&jobs[1]), &Value::from("paused"))]
    );
    studio.run(&format!("jobs resume {}", id(&jobs[1])));
    studio.run("jobs run");
    assert_eq!(studio.json("library list")["totals"]["takes"], 3);
}

#[cfg(target_os = "linux")]
#[test]
fn a_chosen_draft_is_finished_without_a_new_roll() {
    let studio = Studio::new();
    crate::faults::tall_model(&crate::models().join("pony"), &studio.0.path("models/tall")).expect("a model");
    studio.run("new film --model tall");
    studio.run("shot add film --prompt 'A red pony.' --seconds 1");
    let models = studio.0.path("models");
    let run = |line: &str| {
        let mut command = studio.0.gallop(words(line));
        command.env("GALLOP_HOME", studio.0.path("home")).env("GALLOP_MODEL_DIR", &models);
        let output = command.output().expect("gallop starts");
        assert!(output.status.success(), "{line}: {}", text(&output.stderr));
    };
    run("render film --draft --size 160x288 --seed 5");
    let takes = || studio.json("shot list film")["shots"][0]["takes"].as_array().expect("takes").clone();
    let draft = takes().remove(0);
    assert_eq!((&draft["goal"], &draft["size"]), (&"draft".into(), &serde_json::json!([128, 224])));
    run(&format!("render film --finish {} --size 160x288", id(&draft)));
    run("render film --size 160x288 --seed 5");
    let [_, finished, whole] = &takes()[..] else { panic!("{:#?}", takes()) };
    assert_eq!(finished["size"], serde_json::json!([160, 288]));
    let stages = |take: &Value| take["cost"]["stages"].as_object().expect("stages").keys().cloned().collect::<Vec<_>>();
    assert!(!stages(finished).contains(&"denoise".into()) && stages(finished).contains(&"upscale".into()));
    let clip = |take: &Value| std::fs::read(studio.0.path(take["clip"].as_str().expect("clip"))).expect("clip");
    assert!(clip(finished) == clip(whole), "a finished draft is the clip that would have been made at once");
}

#[test]
fn what_cannot_be_is_refused_in_a_line() {
    let studio = Studio::new();
    studio.run("new film");
    studio.refuses("new film", 1, "already");
    studio.refuses("new nowhere/film", 1, "nowhere");
    studio.refuses("shot add none.gallop --prompt 'A pony.'", 1, "none.gallop");
    studio.refuses("shot add film", 1, "prompt is empty");
    studio.refuses("shot add film --prompt 'A pony.' --image none.png", 1, "none.png");
    studio.refuses("shot add film --prompt 'A pony.' --speaker me", 2, "--say");
    studio.refuses("render film", 1, "no shots");
    studio.run("shot add film --prompt 'A pony.' --seconds 1");
    studio.refuses("render film --shot 2", 2, "no shot 2");
    studio.refuses("render film --finish 12345678", 2, "--size");
    studio.refuses("render film --finish 12345678 --size 64x64", 1, "no take");
    studio.refuses("render film --takes 0", 2, "takes");
    studio.run("new other --model unheard-of");
    studio.run("shot add other --prompt 'A pony.'");
    studio.refuses("render other", 1, "unheard-of");
    studio.0.write("home/config/settings.json", "{");
    studio.refuses("jobs run", 1, "settings.json");
}

#[cfg(target_os = "linux")]
#[test]
fn faults_lose_nothing() {
    use crate::{faults, models};
    let gallop = env!("CARGO_BIN_EXE_gallop").into();
    let options = faults::Options { about: faults::About::Studio, gallop, models: models(), count: 10, seed: 1010 };
    let mut lines = Vec::new();
    let score = faults::run(&options, &mut |line| lines.push(line)).expect("an undisturbed run");
    assert_eq!((score.passed, score.failed), (10, 0), "{}", lines.join("\n"));
}
