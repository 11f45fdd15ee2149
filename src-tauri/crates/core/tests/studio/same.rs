//! What the page is shown before an export is what the export writes, at full size, with captions and label.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use gallop_media::Ticks;
use gallop_media::render::{Display, Graph, Layer, Painter, Source, Span};
use serde_json::{Value, json};

use crate::preview::Page;
use crate::{House, exports, text};

const SIZE: (u32, u32) = (1080, 1920);
/// Of the sample, as [`exports::house`] leaves it.
const FRAMES: u32 = 60;

/// As much of a platform's preset as is seen, without loss.
const EXACT: &str = r#"
format = 1
id = "exact"
name = "Exact"
summary = "For tests."
container = "mkv"

[picture]
size = [1080, 1920]
rates = [25]
codec = "ffv1"
crf = 1
key_frame_secs = 1.0

[sound]
codec = "pcm"

[safe]
top = 250
bottom = 420
left = 60
right = 170

[label]
visible = "required"
text = "chinese"
seconds = 2.0
"#;

/// Exports the sample by a preset and gives the file.
fn exported(house: &House, preset: &str) -> PathBuf {
    let languages = json!([{ "first": "zh", "second": "en" }]);
    let order =
        json!({ "presets": [preset], "languages": languages, "folder": exports::folder(house), "name": "Film" });
    let started = text(&house.call("export.start", order)["id"]);
    // Pictures of this size take their time on a busy machine.
    let begun = Instant::now();
    let export = loop {
        let list = house.call("export.list", json!({}));
        let found = list.as_array().expect("a list").iter().find(|export| export["id"] == started.as_str());
        let export = found.expect("the export").clone();
        if !["waiting", "running"].contains(&export["state"].as_str().expect("a state")) {
            break export;
        }
        assert!(begun.elapsed() < Duration::from_secs(900), "still waiting: {export}");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(export["state"], "done", "{export}");
    let folder = PathBuf::from(text(&export["items"][0]["folder"]));
    let names = ["Film.mp4", "Film.mkv"].map(|name| folder.join(name));
    names.into_iter().find(|path| path.is_file()).expect("a film")
}

/// What the page asks for to see that export before.
fn edition(preset: &str) -> Value {
    json!({ "export": { "preset": preset, "tongues": { "first": "zh", "second": "en" } } })
}

/// Reads frames of a file as screens show them.
struct File(Painter, Display);

impl File {
    fn new(path: PathBuf) -> Self {
        let duration = gallop_core::export::moment(FRAMES);
        let source = Source::Video { path, from: Ticks::ZERO, speed: 1.0 };
        let layer = Layer::new(source, Span::until(duration));
        let (background, sounds) = ([0; 3], Vec::new());
        let graph = Graph { size: SIZE, duration, background, layers: vec![layer], sounds, words: None };
        Self(Painter::new(&graph, SIZE).expect("a painter"), Display::default())
    }

    fn shown(&mut self, frame: u32) -> Vec<u8> {
        let frame = self.0.frame(gallop_core::export::moment(frame)).expect("a frame");
        self.1.rgba(&frame).expect("pixels")
    }
}

/// Some frames in no order, always the same.
fn chosen(count: usize) -> Vec<u32> {
    let mut state = 5_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % FRAMES
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn an_export_has_the_pixels_that_the_page_was_shown() {
    let house = exports::house();
    let presets = house.home.path().join("config/presets");
    std::fs::write(presets.join("exact.toml"), EXACT).expect("a preset");
    let (exact, coded) = (exported(&house, "exact"), exported(&house, "douyin"));
    let mut page = Page::with_room(&house, [SIZE.0, SIZE.1]);
    let mut seen = |of: &Value, frame| {
        let (part, trouble) = page.show(of, frame);
        assert!(trouble.is_none(), "{trouble:?}");
        assert_eq!((part.numbers[4], part.numbers[5]), SIZE);
        part.rest
    };
    // Nothing is lost: all pixels of all these frames are the same. All have the label, and those up to 28 captions.
    let mut exact = File::new(exact);
    for frame in [0, 49, 50].into_iter().chain(chosen(9)) {
        assert!(seen(&edition("exact"), frame) == exact.shown(frame), "frame {frame}");
    }
    let plain = json!("timeline");
    assert!(seen(&plain, 10) != exact.shown(10), "captions and label are seen");
    assert!(seen(&plain, 45) != exact.shown(45), "the label is seen alone");
    // What platforms get, in their own size and quality; in a smaller size codecs lose more, which nobody sees there.
    let mut coded = File::new(coded);
    for frame in chosen(6) {
        let seen = seen(&edition("douyin"), frame);
        let alike = likeness(&seen, &coded.shown(frame));
        assert!(alike >= 0.99, "frame {frame}: {alike:.4}");
        // Of a frame of the other clip that is not said.
        let other = (frame + FRAMES / 2) % FRAMES;
        let unlike = likeness(&seen, &coded.shown(other));
        assert!(unlike < 0.97, "frames {frame} and {other}: {unlike:.4}");
    }
}

/// How alike two pictures are, 1 for the same: structural similarity of their luma (Wang and others, 2004), in squares of 8
/// pixels.
fn likeness(a: &[u8], b: &[u8]) -> f64 {
    const SIDE: usize = 8;
    let width = SIZE.0 as usize;
    let luma =
        |pixel: &[u8]| 0.2126 * f64::from(pixel[0]) + 0.7152 * f64::from(pixel[1]) + 0.0722 * f64::from(pixel[2]);
    let [a, b] = [a, b].map(|rgba| rgba.chunks(4).map(luma).collect::<Vec<_>>());
    assert_eq!(a.len(), b.len());
    let (c1, c2) = ((0.01_f64 * 255.0).powi(2), (0.03_f64 * 255.0).powi(2));
    let (mut likeness, mut squares) = (0.0, 0.0);
    for top in (0..=SIZE.1 as usize - SIDE).step_by(SIDE) {
        for left in (0..=width - SIDE).step_by(SIDE) {
            let (mut sa, mut sb, mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for row in top..top + SIDE {
                let at = row * width + left;
                for (x, y) in a[at..at + SIDE].iter().zip(&b[at..at + SIDE]) {
                    (sa, sb, aa, bb, ab) = (sa + x, sb + y, aa + x * x, bb + y * y, ab + x * y);
                }
            }
            let count = (SIDE * SIDE) as f64;
            let (ma, mb) = (sa / count, sb / count);
            let (va, vb, both) = (aa / count - ma * ma, bb / count - mb * mb, ab / count - ma * mb);
            likeness += (2.0 * ma * mb + c1) * (2.0 * both + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2));
            squares += 1.0;
        }
    }
    likeness / squares
}
