//! One engine and the pipe to it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::{pending, ready};
use std::path::{Path, PathBuf};
use std::time::Duration;

use gallop_core::engine::{Link, News, Outcome, Work};
use gallop_core::protocol::message::{Checkpoint, Code, Goal, Order, Stage};
use gallop_core::protocol::recipe::{Recipe, Reference};
use gallop_core::protocol::shot::Shot;
use gallop_core::protocol::{Digest, Id};
use gallop_core::settings::EngineSettings;
use gallop_core::{Code as Kind, code_of};

use crate::{fake, fake_with, program};

/// A job and the folder that its results go to.
struct Bench {
    folder: tempfile::TempDir,
    job: Id,
    order: Order,
    files: BTreeMap<Digest, PathBuf>,
    news: RefCell<Vec<News>>,
}

impl Bench {
    fn new(script: &str) -> Self {
        let shot = Shot { description: script.into(), ..Shot::default() };
        let recipe = Recipe { seed: Some(7), ..Recipe::new(shot) };
        let order = Order { recipe, goal: Goal::Draft, checkpoints: BTreeMap::new() };
        let folder = tempfile::tempdir().expect("folder");
        Self { folder, job: Id::new(), order, files: BTreeMap::new(), news: RefCell::default() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn add(&mut self, name: &str, bytes: &[u8]) -> Digest {
        let digest = Digest::of(bytes);
        std::fs::write(self.path(name), bytes).expect("written");
        self.files.insert(digest, self.path(name));
        digest
    }

    fn add_image(&mut self, bytes: &[u8]) {
        let sha256 = Some(self.add("face.png", bytes));
        self.order.recipe.image = Some(Reference { file: "face.png".into(), sha256 });
    }

    async fn run(&self, link: &mut Link, cancel: impl Future<Output = Duration>) -> Outcome {
        let work = Work {
            job: self.job,
            order: self.order.clone(),
            files: &|blob| self.files.get(&blob).cloned(),
            place: &|checkpoint| self.path(checkpoint.file_name()),
        };
        link.run(work, &mut |news| self.news.borrow_mut().push(news), cancel).await
    }

    /// With an engine of its own.
    async fn outcome(&self) -> Outcome {
        let mut link = Link::start(&fake("")).await.expect("started");
        let outcome = self.run(&mut link, pending()).await;
        assert_eq!(link.is_usable(), !matches!(outcome, Outcome::Lost(_)));
        outcome
    }

    fn stored(&self) -> Vec<Checkpoint> {
        let news = self.news.borrow();
        news.iter().filter_map(|news| if let News::Stored(stored, _) = news { Some(*stored) } else { None }).collect()
    }

    fn file_names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).expect("folder");
        let mut names: Vec<_> =
            entries.map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

async fn start_error(engine: &EngineSettings) -> String {
    let error = Link::start(engine).await.err().expect("an error");
    assert_eq!(code_of(&error), Kind::NoEngine);
    let message = format!("{error:#}");
    assert!(message.starts_with("the engine `fake` cannot be started: "), "{message}");
    message
}

#[tokio::test]
async fn a_job_from_its_files_to_its_clip() {
    let mut bench = Bench::new("A pony.");
    bench.add_image(&vec![3; 5 << 20]);
    bench.order.goal = Goal::Final;
    let mut link = Link::start(&fake("")).await.expect("started");
    assert_eq!(link.hello().models[0].name, "pony");
    let outcome = bench.run(&mut link, pending()).await;
    let Outcome::Done(cost) = outcome else { panic!("{outcome:?}") };
    assert_eq!(cost.stages.keys().copied().collect::<Vec<_>>(), [Stage::Denoise, Stage::Upscale, Stage::DecodeVideo]);
    assert_eq!(bench.stored(), Checkpoint::ALL);
    assert_eq!(bench.file_names(), ["clip.mp4", "draft.safetensors", "face.png", "upscaled.safetensors"]);
    for news in bench.news.borrow().iter() {
        match news {
            News::Stored(checkpoint, blob) => {
                let bytes = std::fs::read(bench.path(checkpoint.file_name())).expect("checkpoint");
                assert_eq!(Digest::of(bytes), *blob);
            }
            News::Begun(recipe) => assert_eq!(recipe.size, Some([36, 64])),
            _ => {}
        }
    }
    let pictures = bench.news.borrow().iter().filter(|news| matches!(news, News::Preview(_))).count();
    assert_eq!(pictures, 6);

    // The next one, with the same engine, finishes the first one's draft.
    let mut next = Bench::new("Another.");
    let draft = next.add("draft", &std::fs::read(bench.path("draft.safetensors")).expect("draft"));
    next.order.checkpoints.insert(Checkpoint::Draft, draft);
    assert!(matches!(next.run(&mut link, pending()).await, Outcome::Done(_)));
    assert_eq!(next.stored(), [Checkpoint::Clip]);
    link.stop().await;
}

#[tokio::test]
async fn engines_that_do_not_start() {
    let gone = EngineSettings::new("fake", ["/nowhere/gallop", "engine"]);
    assert!(start_error(&gone).await.ends_with("/nowhere/gallop"));
    let message = start_error(&fake("--end")).await;
    assert!(message.contains("exit status: 7") && message.contains("error: no card found"), "{message}");
    let message = start_error(&fake_with(["--banner", "Welcome to gpu1!\nLast login: today\n"])).await;
    assert!(message.contains("Welcome to gpu1!"), "{message}");
    let message = start_error(&fake_with(["--banner", "$ ", "--end"])).await;
    assert!(message.contains("it wrote `$`"), "{message}");
    let message = start_error(&fake("--version 2")).await;
    assert!(message.contains("protocol 2") && message.contains("same version"), "{message}");
    let silent = EngineSettings { start_seconds: Some(1), ..fake_with(["--banner", "pw?", "--silent"]) };
    let message = start_error(&silent).await;
    assert!(message.contains("did not answer within 1 s") && message.contains("`pw?`"), "{message}");
}

#[tokio::test]
async fn engines_that_break_the_protocol_are_ended() {
    let cases = [
        ("digest", "arrived damaged"),
        ("order", "out of order"),
        ("huge", "a file of 18446744073709551615 bytes"),
        ("nameless", "did not send"),
        ("job", "does not have"),
        ("hello", "without being asked"),
        ("garbage", "Segmentation fault"),
        ("json", "missing field `event`"),
        ("short", "ends too early"),
        ("head", "ends too early"),
        ("greedy", "101 files"),
    ];
    for (way, expected) in cases {
        let bench = Bench::new(&format!("odd:{way}"));
        match bench.outcome().await {
            Outcome::Lost(loss) => assert!(loss.why.contains(expected), "{way}: {loss}"),
            other => panic!("{way}: {other:?}"),
        }
        assert_eq!(bench.file_names(), [""; 0], "{way}: nothing half-written is left");
    }
    let bench = Bench::new("no-clip");
    assert!(matches!(bench.outcome().await, Outcome::Lost(loss) if loss.why.contains("without a clip")));
}

#[tokio::test]
async fn what_was_stored_survives_the_engine() {
    let points = [
        ("need", vec![]),
        ("begun", vec![]),
        ("denoise", vec![]),
        ("draft-half", vec![]),
        ("draft-stored", vec![Checkpoint::Draft]),
        ("done", vec![Checkpoint::Draft, Checkpoint::Clip]),
    ];
    for (point, stored) in points {
        let mut bench = Bench::new(&format!("die:{point}"));
        bench.add_image(b"face");
        let outcome = bench.outcome().await;
        let Outcome::Lost(loss) = outcome else { panic!("{point}: {outcome:?}") };
        let text = loss.to_string();
        assert!(text.contains("exit status: 3") && text.contains(&format!("told to die at {point}")), "{text}");
        assert_eq!(bench.stored(), stored, "{point}");
        let mut files: Vec<_> = stored.iter().map(|stored| stored.file_name().to_owned()).collect();
        files.push("face.png".into());
        files.sort();
        assert_eq!(bench.file_names(), files, "{point}: no draft of a file is left");
    }
}

#[tokio::test]
async fn a_failure_leaves_the_engine_usable() {
    let mut link = Link::start(&fake("")).await.expect("started");
    let bench = Bench::new("fail:memory");
    let outcome = bench.run(&mut link, pending()).await;
    assert!(matches!(&outcome, Outcome::Failed { code: Code::OutOfMemory, message } if message == "the card is full"));
    assert!(matches!(Bench::new("A pony.").run(&mut link, pending()).await, Outcome::Done(_)));
}

#[tokio::test]
async fn a_reference_that_is_gone_or_changed_is_told() {
    let mut link = Link::start(&fake("")).await.expect("started");
    for expected in ["cannot be read", "has changed"] {
        let mut bench = Bench::new("A pony.");
        bench.add_image(&vec![1; 3 << 20]);
        match expected {
            "has changed" => std::fs::write(bench.path("face.png"), vec![2; 3 << 20]).expect("written"),
            _ => std::fs::remove_file(bench.path("face.png")).expect("removed"),
        }
        match bench.run(&mut link, pending()).await {
            Outcome::Failed { code: Code::Input, message } => assert!(message.contains(expected), "{message}"),
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(Bench::new("A pony.").run(&mut link, pending()).await, Outcome::Done(_)));
}

#[tokio::test]
async fn a_cancel_stops_the_job_and_not_the_engine() {
    let mut link = Link::start(&fake("")).await.expect("started");
    for point in ["begun", "denoise", "decodevideo"] {
        let bench = Bench::new(&format!("wait:{point}"));
        assert!(matches!(bench.run(&mut link, ready(Duration::from_secs(1))).await, Outcome::Cancelled), "{point}");
    }
    assert!(matches!(Bench::new("A pony.").run(&mut link, pending()).await, Outcome::Done(_)));
}

#[tokio::test]
async fn an_engine_that_does_not_stop_is_ended() {
    let mut link = Link::start(&fake("")).await.expect("started");
    let bench = Bench::new("hang:begun");
    assert!(matches!(bench.run(&mut link, ready(Duration::from_secs(1))).await, Outcome::Cancelled));
    assert!(!link.is_usable());
    assert!(matches!(bench.run(&mut link, pending()).await, Outcome::Lost(_)));
}

#[tokio::test]
async fn a_disk_that_takes_nothing_fails_the_job() {
    let mut link = Link::start(&fake("")).await.expect("started");
    let bench = Bench::new("A pony.");
    // A folder in the place of the clip: its file comes whole, but cannot get its name.
    std::fs::create_dir_all(bench.path("clip.mp4/x")).expect("folder");
    match bench.run(&mut link, pending()).await {
        Outcome::Failed { code: Code::Disk, message } => assert!(message.contains("clip.mp4"), "{message}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.file_names(), ["clip.mp4", "draft.safetensors"]);
    // No folder at all.
    let bench = Bench::new("A pony.");
    std::fs::remove_dir(bench.folder.path()).expect("removed");
    assert!(matches!(bench.run(&mut link, pending()).await, Outcome::Failed { code: Code::Disk, .. }));
    assert!(matches!(Bench::new("A pony.").run(&mut link, pending()).await, Outcome::Done(_)));
}

#[tokio::test]
async fn an_engine_without_work_is_watched() {
    let mut link = Link::start(&fake("--die-idle")).await.expect("started");
    let loss = link.watch().await;
    assert!(loss.to_string().contains("fatal: bored"), "{loss}");
    assert!(!link.is_usable());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_a_launcher_started_ends_with_it() {
    let folder = tempfile::tempdir().expect("folder");
    let pid = folder.path().join("pid");
    // A launcher that stays between: the engine is not the process that was started.
    // What a shell puts in the background gets no input, unless by another number.
    let script = "exec 3<&0; 'PROGRAM' --ignore-end <&3 & echo $! > 'PID'; wait";
    let script =
        script.replace("PROGRAM", &program::fake_engine().to_string_lossy()).replace("PID", &pid.to_string_lossy());
    let engine = EngineSettings::new("fake", ["sh", "-c", &script]);
    let mut link = Link::start(&engine).await.expect("started");
    let engine = std::fs::read_to_string(&pid).expect("pid");
    let engine = Path::new("/proc").join(engine.trim());
    assert!(engine.exists());
    let outcome = Bench::new("hang:begun").run(&mut link, ready(Duration::from_secs(1))).await;
    assert!(matches!(outcome, Outcome::Cancelled), "{outcome:?}");
    drop(link);
    // Its parent is gone as well, so somebody else buries it.
    let is_dead = || std::fs::read_to_string(engine.join("stat")).map_or(true, |stat| stat.contains(") Z"));
    for _ in 0..3000 {
        if is_dead() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it is still there: {}", engine.display());
}
