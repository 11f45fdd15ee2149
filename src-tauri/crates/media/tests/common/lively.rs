//! A graph with everything in it that a film can have, and the files for it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use gallop_media::{
    Picture, Ticks,
    render::{ColorAdjust, Fit, Graph, Layer, Placement, Rect, Role, Sound, Source, Span, Words},
    words::{Cue, Label, LabelText, Look, Page, Style, Translation, compose},
    write_picture,
};

use super::{click, film::ffmpeg, heard::voice, wav};

/// How long it is.
pub const SECS: f64 = 6.0;

fn secs(secs: f64) -> Ticks {
    Ticks::of_secs(secs)
}

fn span(start: f64, end: f64) -> Span {
    Span { start: secs(start), end: secs(end) }
}

/// On a canvas of this size: a clip that cross-fades into a still with pan and zoom, that into a slow bright (HDR) film, that
/// into one held upright (rotated by its header), which fades away; over the first a smaller, half transparent and faster copy
/// with other colours; sounds that fade, overlap, run faster and duck; captions of every style, in one language and in two;
/// and the AI label.
pub fn lively(folder: &Path, size: (u32, u32)) -> Graph {
    let (width, height) = size;
    let made = |name: &str, options: &str| {
        let path = folder.join(name);
        ffmpeg(&[], options, &path);
        path
    };
    let tags = "-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv";
    let h264 = format!("-c:v libx264 -preset ultrafast -crf 12 -pix_fmt yuv420p -bf 2 -g 50 {tags}");
    let clip = made("clip.mp4", &format!("-f lavfi -i testsrc2=s={width}x{height}:r=25:d=3 {h264}"));
    let lying = format!("-f lavfi -i mandelbrot=s={height}x{width}:r=25:start_scale=2 -t 2 {h264}");
    let turned = upright(&made("lying.mp4", &lying));
    let bright = made(
        "bright.mkv",
        &format!(
            "-f lavfi -i testsrc2=s={width}x{height}:r=30:d=2,format=yuv420p10le -c:v ffv1 \
             -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc -color_range tv"
        ),
    );
    let still = still(folder);
    let said = folder.join("said.wav");
    // With a click that a limiter has to hold down.
    let mut samples = voice(&[(0.3, 1.4), (2.6, 3.3), (4.5, 5.0)], 6);
    samples.iter_mut().zip(click(48_000)).for_each(|(sample, click)| *sample = *sample * 0.4 + click);
    fs::write(&said, wav(48_000, &[samples])).unwrap();
    let music = made("music.wav", "-f lavfi -i sine=f=220:r=44100:d=8,volume=0.7 -ac 2");

    let plain = Layer::new(Source::Video { path: clip.clone(), from: Ticks::ZERO, speed: 1.0 }, span(0.0, 2.4));
    let closer = Rect { x: 0.2, y: 0.1, w: 0.6, h: 0.6 };
    let layers = vec![
        plain.clone(),
        Layer {
            source: Source::Still { path: still },
            span: span(2.0, 4.0),
            place: Placement { crop_to: closer, ..Placement::default() },
            fade_in: secs(0.4),
            ..plain.clone()
        },
        Layer {
            source: Source::Video { path: bright, from: secs(0.2), speed: 0.8 },
            span: span(3.5, 5.0),
            fade_in: secs(0.5),
            ..plain.clone()
        },
        Layer {
            source: Source::Video { path: turned, from: Ticks::ZERO, speed: 1.0 },
            span: span(4.6, SECS),
            fade_in: secs(0.4),
            fade_out: secs(0.5),
            ..plain.clone()
        },
        Layer {
            source: Source::Video { path: clip, from: secs(0.3), speed: 1.5 },
            span: span(0.5, 2.0),
            place: Placement { fit: Fit::Contain, frame: Rect { x: 0.5, y: 0.1, w: 0.4, h: 0.4 }, ..plain.place },
            opacity: 0.5,
            fade_out: secs(0.2),
            color: ColorAdjust { saturation: -0.5, contrast: 0.2, ..ColorAdjust::default() },
            ..plain
        },
    ];
    let speech = Sound { fade_out: secs(0.3), ..Sound::new(said, span(0.0, SECS), Role::Speech) };
    let music = Sound {
        path: music,
        span: span(0.7, SECS),
        speed: 1.25,
        gain_db: -6.0,
        fade_in: secs(0.3),
        fade_out: secs(0.5),
        role: Role::Ducked,
        ..speech.clone()
    };
    let steady = Sound { span: span(3.0, 4.5), from: secs(2.0), gain_db: -20.0, role: Role::Steady, ..music.clone() };
    let words = Some(Words { ass: captions(size), fonts: PathBuf::new() });
    Graph { size, duration: secs(SECS), background: [0, 0, 60], layers, sounds: vec![speech, music, steady], words }
}

/// A caption of each style one after the other, each in the document that [`compose`] makes for that style: as a graph has
/// one document, they are put together under styles of their own names.
fn captions(size: (u32, u32)) -> String {
    let page = Page { size, safe: Rect { x: 0.0556, y: 0.1302, w: 0.787, h: 0.651 } };
    let [plain, boxed, highlight, karaoke] = Look::ALL;
    let styles = [plain, boxed, highlight, karaoke, plain, boxed];
    let (mut head, mut events) = (String::new(), String::new());
    for (number, look) in styles.into_iter().enumerate() {
        let start = number as f64 * SECS / styles.len() as f64;
        let mut cue = Cue::new(span(start, start + 0.9), "今天天气真好，我们去公园骑小马吧！", "zh");
        if number % 3 == 1 {
            cue = Cue::new(cue.span, "The weather is lovely today.", "en");
        }
        if number >= 4 {
            let text = "Let us ride the pony!".into();
            cue.translation = Some(Translation { text, language: "en".into() });
        }
        let label = Label { text: LabelText::Chinese, length: Ticks::ZERO };
        let document = compose(&page, &[cue], &Style::of(look), (number == 0).then_some(&label)).unwrap();
        let (own_head, own_events) = document.split_once("\n[Events]\n").unwrap();
        for line in own_head.lines() {
            match line.strip_prefix("Style: ") {
                Some(style) => head += &format!("Style: {number} {style}\n"),
                None if number == 0 => head += &format!("{line}\n"),
                None => {}
            }
        }
        for line in own_events.lines() {
            let mut fields: Vec<&str> = line.splitn(10, ',').collect();
            let style = format!("{number} {}", fields[3]);
            if line.starts_with("Dialogue: ") {
                fields[3] = &style;
                events += &format!("{}\n", fields.join(","));
            } else if number == 0 {
                events += &format!("{line}\n");
            }
        }
    }
    format!("{head}\n[Events]\n{events}")
}

/// The clip with a header that says it is to be turned by a quarter (ISO/IEC 14496-12 §8.3.2), as phones write it.
fn upright(path: &Path) -> PathBuf {
    let mut bytes = fs::read(path).unwrap();
    let matrix = bytes.windows(4).position(|it| it == b"tkhd").unwrap() + 44;
    for (at, number) in [0, 1, 0, -1, 0].into_iter().enumerate() {
        bytes[matrix + at * 4..][..4].copy_from_slice(&(number * 65_536_i32).to_be_bytes());
    }
    let turned = path.with_file_name("upright.mp4");
    fs::write(&turned, bytes).unwrap();
    turned
}

fn still(folder: &Path) -> PathBuf {
    let path = folder.join("still.png");
    let (width, height) = (900_u32, 1200_u32);
    let wave = |at: u32, step: f64| (128.0 + 100.0 * (f64::from(at) * step).sin()) as u8;
    let rgb = (0..width * height).flat_map(|at| {
        let (x, y) = (at % width, at / width);
        let bright = wave(x, 0.05) / 2 + wave(y, 0.04) / 2;
        [bright, wave(x + y, 0.03) / 3 + bright / 2, 255 - bright]
    });
    write_picture(&path, &Picture { width, height, rgb: rgb.collect() }).unwrap();
    path
}
