//! The studio through its calls and its server, with `examples/fake_engine.rs` for an engine.

mod calls;
mod editing;
mod exports;
mod jobs;
mod preview;
#[path = "../engines/program.rs"]
mod program;
mod same;
mod server;
mod socket;

use std::sync::Arc;
use std::time::{Duration, Instant};

use gallop_core::Code;
use gallop_core::api::{Engines, Refusal, Studio};
use gallop_core::places::Places;
use gallop_core::settings::{EngineSettings, Settings};
use gallop_media::{Channels, ClipSpec, ClipWriter, FrameRate};
use serde_json::{Value, json};

/// A user with a studio and an engine.
struct House {
    home: tempfile::TempDir,
    studio: Arc<Studio>,
}

impl House {
    /// With engines that work.
    fn at_work() -> Self {
        Self::new(Engines::Run)
    }

    /// Where nothing is made.
    fn at_rest() -> Self {
        Self::new(Engines::LeaveAlone)
    }

    fn new(engines: Engines) -> Self {
        let home = tempfile::tempdir().expect("folder");
        let places = Places::under(home.path());
        places.make().expect("places");
        let clip = home.path().join("clip.mp4");
        write_clip(&clip);
        let words =
            [program::fake_engine(), "--clip".into(), clip].map(|word| word.to_str().expect("a path").to_owned());
        let engine = EngineSettings { start_seconds: Some(20), ..EngineSettings::new("fake", words) };
        Settings { engines: vec![engine], ..Settings::default() }.save(&places).expect("settings");
        let studio = Studio::start(places, engines).expect("a studio");
        Self { home, studio }
    }

    /// Closes the studio and opens it again, as on the next day.
    fn opened_again(mut self, engines: Engines) -> Self {
        self.studio.close_here();
        self.studio = Studio::start(Places::under(self.home.path()), engines).expect("a studio");
        self
    }

    fn try_call(&self, name: &str, arguments: Value) -> Result<Value, Refusal> {
        self.studio.call_here(name, arguments)
    }

    fn call(&self, name: &str, arguments: Value) -> Value {
        let shown = arguments.to_string();
        self.try_call(name, arguments).unwrap_or_else(|refusal| panic!("{name} {shown}: {refusal:?}"))
    }

    /// A call that must be refused as something that cannot be asked for.
    fn refuses(&self, name: &str, arguments: Value) -> String {
        let shown = arguments.to_string();
        match self.try_call(name, arguments) {
            Err(Refusal { code: Code::Internal, message, .. }) => panic!("{name} {shown}: {message}"),
            Err(refusal) => refusal.message,
            Ok(result) => panic!("{name} {shown}: {result}"),
        }
    }

    /// Makes a project and gives its view.
    fn project(&self) -> Value {
        self.call("project.create", json!({ "name": "Film", "aspect": "9:16", "model": "pony" }))
    }

    fn view(&self) -> Value {
        self.call("project.get", json!({}))
    }

    fn add_shot(&self, description: &str) -> String {
        let shot = json!({ "description": description, "lines": [], "sound": null });
        text(&self.call("shot.add", json!({ "shot": shot, "seconds": 2.0 })))
    }

    /// Waits for something that a thread brings about.
    fn wait(&self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self) {
            assert!(
                begun.elapsed() < Duration::from_secs(120),
                "still waiting: {what}: {}",
                self.call("jobs.list", json!({}))
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.studio.close_here();
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

/// Two seconds of nothing much.
fn write_clip(path: &std::path::Path) {
    let spec = ClipSpec {
        width: 64,
        height: 96,
        fps: FrameRate::whole(25),
        sample_rate: 48_000,
        channels: Channels::Stereo,
        produce_id: "1".into(),
        metadata: Default::default(),
    };
    let mut clip = ClipWriter::create(path, &spec).expect("a clip");
    for number in 0..49_u8 {
        clip.write_frame(&vec![number * 4; 64 * 96 * 3]).expect("a frame");
    }
    let samples = vec![0.1; 48_000 * 49 / 25];
    clip.write_samples(&[samples.clone(), samples]).expect("sound");
    clip.finish().expect("finished");
}
