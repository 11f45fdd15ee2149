//! Captions and the label as they are seen: styles, places, languages and fonts, measured on rendered pixels.
#![allow(clippy::unwrap_used, missing_docs)]

mod fonts;

use std::{collections::HashSet, ops::Range, path::PathBuf};

use gallop_media::{
    Error, FrameRate, Ticks, read_picture,
    render::{Frame, Rect, Span, Words},
    words::{
        Cue, Label, LabelText, Lettering, Look, Page, Place, Style, Translation, Word, compose, cover, label_height,
        write_cover,
    },
    write_picture,
};

const BACKGROUND: [u8; 3] = [60, 90, 120];
const TALL: (u32, u32) = (1080, 1920);
/// What TikTok leaves free of 1080x1920.
const SAFE: Rect = Rect { x: 0.0556, y: 0.1302, w: 0.787, h: 0.651 };

fn page(size: (u32, u32)) -> Page {
    Page { size, safe: SAFE }
}

fn secs(start: f64, end: f64) -> Span {
    Span { start: Ticks::of_secs(start), end: Ticks::of_secs(end) }
}

fn lettering(ass: &str, size: (u32, u32)) -> Lettering {
    Lettering::new(&Words { ass: ass.into(), fonts: PathBuf::new() }, size).unwrap()
}

fn drawn(ass: &str, size: (u32, u32), moment: f64) -> Frame {
    let mut frame = Frame::filled(size, BACKGROUND).unwrap();
    lettering(ass, size).draw(&mut frame, Ticks::of_secs(moment)).unwrap();
    frame
}

/// The luma values that are not the background's, with their places.
fn ink(frame: &Frame) -> Vec<(usize, usize, u8)> {
    let background = Frame::filled((2, 2), BACKGROUND).unwrap().planes()[0].rows().next().unwrap()[0];
    let mut ink = Vec::new();
    for (y, row) in frame.planes()[0].rows().enumerate() {
        let differs = row.iter().enumerate().filter(|(_, value)| **value != background);
        ink.extend(differs.map(|(x, value)| (x, y, *value)));
    }
    ink
}

/// Columns and rows that ink covers.
fn bounds(ink: &[(usize, usize, u8)]) -> (Range<usize>, Range<usize>) {
    let x = |end: fn(usize, usize) -> usize, start| ink.iter().map(|place| place.0).fold(start, end);
    let y = |end: fn(usize, usize) -> usize, start| ink.iter().map(|place| place.1).fold(start, end);
    (x(usize::min, usize::MAX)..x(usize::max, 0) + 1, y(usize::min, usize::MAX)..y(usize::max, 0) + 1)
}

/// Runs of rows with ink in them.
fn bands(ink: &[(usize, usize, u8)]) -> Vec<Range<usize>> {
    let rows: HashSet<usize> = ink.iter().map(|place| place.1).collect();
    let mut rows: Vec<usize> = rows.into_iter().collect();
    rows.sort_unstable();
    let mut bands: Vec<Range<usize>> = Vec::new();
    for row in rows {
        match bands.last_mut() {
            Some(band) if band.end == row => band.end += 1,
            _ => bands.push(row..row + 1),
        }
    }
    bands
}

fn assert_inside(ink: &[(usize, usize, u8)], page: &Page, what: &str) {
    assert!(!ink.is_empty(), "{what}: nothing is drawn");
    let (width, height) = (page.size.0 as f32, page.size.1 as f32);
    let (x, y) = bounds(ink);
    let safe = page.safe;
    // Half a pixel of a soft edge may lie outside.
    assert!(x.start as f32 >= safe.x * width - 1.0 && x.end as f32 <= (safe.x + safe.w) * width + 1.0, "{what}: {x:?}");
    assert!(
        y.start as f32 >= safe.y * height - 1.0 && y.end as f32 <= (safe.y + safe.h) * height + 1.0,
        "{what}: {y:?}"
    );
}

/// With `LOOK=folder` in the environment the pictures can be looked at.
fn keep(frame: &Frame, name: &str) {
    if let Some(folder) = std::env::var_os("LOOK") {
        write_picture(&PathBuf::from(folder).join(name), &frame.to_picture().unwrap()).unwrap();
    }
}

#[test]
fn every_style_and_language_stays_in_the_safe_area() {
    let texts = [
        ("zh", "今天天气真好，我们一起去公园骑小马吧！"),
        ("yue", "今日天氣真係好，我哋一齊去公園騎馬仔啦！"),
        ("ja", "今日はいい天気ですね。公園でポニーに乗りましょう！"),
        ("ko", "오늘 날씨가 정말 좋네요. 공원에 가서 조랑말을 타요!"),
        ("de", "Heute ist schönes Wetter – wir reiten im Park auf dem Pony!"),
        ("fr", "Il fait beau aujourd’hui… allons à la fête du poney !"),
    ];
    for (look, name) in Look::ALL.into_iter().zip(["plain", "box", "highlight", "karaoke"]) {
        for (language, text) in texts {
            for (size, place) in [(TALL, Place::Bottom), ((1920, 1080), Place::Top), ((540, 540), Place::Middle)] {
                let page = page(size);
                let mut cue = Cue::new(secs(0.5, 4.5), text, language);
                cue.translation = Some(Translation {
                    text: "The weather is lovely, let us ride the pony!".into(),
                    language: "en".into(),
                });
                let label = Label { text: LabelText::of(language), length: Ticks::ZERO };
                let ass = compose(&page, &[cue], &Style { place, ..Style::of(look) }, Some(&label)).unwrap();
                let what = format!("{name}-{language}-{}x{}", size.0, size.1);
                for moment in [0.6, 2.0, 4.4] {
                    let frame = drawn(&ass, size, moment);
                    assert_inside(&ink(&frame), &page, &what);
                    if moment == 2.0 {
                        keep(&frame, &format!("{what}.png"));
                    }
                }
            }
        }
    }
}

#[test]
fn the_label_is_as_high_as_the_law_asks_from_the_first_frame_on() {
    let sizes = [TALL, (720, 1280), (512, 896), (1920, 1080), (1080, 1080), (1080, 1440), (360, 640), (256, 456)];
    for size in sizes {
        for text in [LabelText::Chinese, LabelText::English] {
            let page = page(size);
            let label = Label { text, length: Ticks::ZERO };
            let least = f64::from(size.0.min(size.1)) * 0.05;
            let measured = label_height(&page, &label).unwrap();
            assert!(f64::from(measured) >= least, "{size:?}: {measured} of {least} pixels");
            assert!(f64::from(measured) <= least * 1.3 + 3.0, "{size:?}: {measured} is more than is needed, {least}");
            let ass = compose(&page, &[], &Style::default(), Some(&label)).unwrap();
            let first = drawn(&ass, size, 0.0);
            assert_inside(&ink(&first), &page, "label");
            // And the same on the frame itself: the letter A is the first that is bright.
            let bright: Vec<_> = ink(&first).into_iter().filter(|place| place.2 > 200).collect();
            let (columns, _) = bounds(&bright);
            let a: Vec<_> =
                bright.iter().filter(|place| place.0 < columns.start + measured as usize / 2).copied().collect();
            let (_, rows) = bounds(&a);
            assert!(rows.len() as f64 >= least - 1.0, "{size:?}: {rows:?} of {least}");
            assert_eq!(drawn(&ass, size, 2.99), first, "{size:?}");
            assert!(ink(&drawn(&ass, size, 3.01)).is_empty(), "{size:?}");
            keep(&first, &format!("label-{text:?}-{}x{}.png", size.0, size.1));
        }
    }
    let long = Label { text: LabelText::Chinese, length: Ticks::of_secs(60.0) };
    let ass = compose(&page(TALL), &[], &Style::default(), Some(&long)).unwrap();
    assert!(!ink(&drawn(&ass, (540, 960), 59.9)).is_empty());
    let narrow = Page { size: TALL, safe: Rect { w: 0.15, ..SAFE } };
    let refused = compose(&narrow, &[], &Style::default(), Some(&long)).unwrap_err().to_string();
    assert!(refused.contains("too small for the label"), "{refused}");
}

/// How many pixels have about this luma and red difference.
fn count(frame: &Frame, luma: u8, red: u8) -> usize {
    let [y, _, v] = frame.planes();
    let v: Vec<&[u8]> = v.rows().collect();
    let pixels = y.rows().enumerate().flat_map(|(at, row)| row.iter().enumerate().map(move |(x, y)| (x, at, *y)));
    pixels.filter(|(x, at, y)| y.abs_diff(luma) <= 1 && v[at / 2][x / 2].abs_diff(red) <= 1).count()
}

#[test]
fn the_word_that_is_said_has_the_accent() {
    // Red by the standard is 63, 102, 240; white 235, 128, 128.
    let style = Style { accent: [255, 0, 0], ..Style::of(Look::Highlight) };
    let mut cue = Cue::new(secs(1.0, 4.0), "eins zwei drei", "de");
    cue.words = [("eins", 1.0, 1.5), ("zwei", 2.5, 3.0), ("drei", 3.0, 4.0)]
        .map(|(text, start, end)| Word { text: text.into(), span: secs(start, end) })
        .to_vec();
    let ass = compose(&page(TALL), &[cue], &style, None).unwrap();
    let mut letters = lettering(&ass, TALL);
    let mut at = |moment: f64| {
        let mut frame = Frame::filled(TALL, BACKGROUND).unwrap();
        letters.draw(&mut frame, Ticks::of_secs(moment)).unwrap();
        let [y, _, v] = frame.planes();
        let v: Vec<&[u8]> = v.rows().collect();
        let mut red: Vec<usize> = Vec::new();
        for (row, y) in y.rows().enumerate() {
            let own = |(x, y): (usize, &u8)| (y.abs_diff(63) <= 1 && v[row / 2][x / 2].abs_diff(240) <= 1).then_some(x);
            red.extend(y.iter().enumerate().filter_map(own));
        }
        let middle = (!red.is_empty()).then(|| red.iter().sum::<usize>() / red.len());
        (middle, count(&frame, 235, 128))
    };
    let [(first, white), (none, all_white), (second, _), (third, _)] = [1.2, 2.0, 2.7, 3.5].map(&mut at);
    assert!(none.is_none(), "nobody speaks at 2 s");
    assert!(white > 500 && all_white > white, "{white} {all_white}");
    let (first, second, third) = (first.unwrap(), second.unwrap(), third.unwrap());
    assert!(first + 60 < second && second + 60 < third, "{first} {second} {third}");
    assert!(at(0.9) == (None, 0) && at(4.0) == (None, 0));
}

#[test]
fn a_song_fills_from_left_to_right() {
    let style = Style { accent: [255, 0, 0], ..Style::of(Look::Karaoke) };
    let cue = Cue::new(secs(0.0, 4.0), "我们一起去公园骑小马", "zh");
    let ass = compose(&page(TALL), &[cue], &style, None).unwrap();
    let red: Vec<usize> = (0..8).map(|step| count(&drawn(&ass, TALL, f64::from(step) * 0.5 + 0.1), 63, 240)).collect();
    assert!(red[0] < red[7] / 8 && red.windows(2).all(|two| two[0] < two[1]), "{red:?}");
    let white: Vec<usize> = [0.1, 3.9].map(|moment| count(&drawn(&ass, TALL, moment), 235, 128)).to_vec();
    assert!(white[0] > white[1] * 8, "{white:?}");
}

#[test]
fn what_was_drawn_before_changes_nothing() {
    let cues = [
        Cue::new(secs(0.0, 2.0), "The pony runs through the park", "en"),
        Cue::new(secs(1.0, 3.0), "小马在公园里跑", "zh"),
    ];
    let label = Label { text: LabelText::English, length: Ticks::ZERO };
    let size = (360, 640);
    let ass = compose(&page(TALL), &cues, &Style::of(Look::Karaoke), Some(&label)).unwrap();
    let mut used = lettering(&ass, size);
    // Every moment once, in an order that jumps.
    for step in 0..80_u64 {
        let moment = Ticks::of_frames(step * 37 % 80, FrameRate::whole(25));
        let mut frame = Frame::filled(size, BACKGROUND).unwrap();
        used.draw(&mut frame, moment).unwrap();
        assert_eq!(frame, drawn(&ass, size, moment.secs()), "{moment:?}");
    }
}

#[test]
fn a_small_preview_looks_like_the_export() {
    let cue = Cue::new(secs(0.0, 2.0), "The pony runs through the park and over the hills", "en");
    for look in Look::ALL {
        let ass = compose(&page(TALL), std::slice::from_ref(&cue), &Style::of(look), None).unwrap();
        let (large, small) = (ink(&drawn(&ass, TALL, 1.0)), ink(&drawn(&ass, (270, 480), 1.0)));
        let ((x, y), (small_x, small_y)) = (bounds(&large), bounds(&small));
        let pairs = [(x.start, small_x.start), (x.end, small_x.end), (y.start, small_y.start), (y.end, small_y.end)];
        for (large, small) in pairs {
            assert!((large as f64 / 4.0 - small as f64).abs() <= 1.5, "{look:?}: {large} is not four times {small}");
        }
        // The same share of the canvas is covered, so outlines are as thick.
        let ratio = large.len() as f64 / (small.len() as f64 * 16.0);
        assert!((0.8..1.05).contains(&ratio), "{look:?}: {ratio}");
    }
}

#[test]
fn captions_are_seen_in_exactly_their_frames() {
    let rates = [(24_000, 1001), (24, 1), (25, 1), (30_000, 1001), (30, 1), (50, 1), (60, 1)];
    for rate in rates.map(|(num, den)| FrameRate { num, den }) {
        let moment = |frame| Ticks::of_frames(frame, rate);
        for (first, behind) in [(1, 2), (7, 19), (100, 101), (1_000, 1_003)] {
            let cue = Cue::new(Span { start: moment(first), end: moment(behind) }, "x", "en");
            for look in Look::ALL {
                let ass = compose(&page(TALL), std::slice::from_ref(&cue), &Style::of(look), None).unwrap();
                let mut letters = lettering(&ass, (90, 160));
                for frame in first - 1..=behind {
                    let mut picture = Frame::filled((90, 160), BACKGROUND).unwrap();
                    letters.draw(&mut picture, moment(frame)).unwrap();
                    let seen = !ink(&picture).is_empty();
                    assert_eq!(seen, (first..behind).contains(&frame), "{rate:?} {first}..{behind} {frame} {look:?}");
                }
            }
        }
    }
}

#[test]
fn captions_at_one_time_stand_one_above_the_other() {
    for place in [Place::Top, Place::Middle, Place::Bottom] {
        let cues = ["one pony", "two ponies", "three ponies"].map(|text| Cue::new(secs(0.0, 2.0), text, "en"));
        let ass = compose(&page(TALL), &cues, &Style { place, ..Style::default() }, None).unwrap();
        let bands = bands(&ink(&drawn(&ass, TALL, 1.0)));
        assert_eq!(bands.len(), 3, "{place:?}: {bands:?}");
    }
    // The one that stays keeps its place when the other goes.
    let cues = [Cue::new(secs(0.0, 4.0), "below", "en"), Cue::new(secs(1.0, 2.0), "above", "en")];
    let ass = compose(&page(TALL), &cues, &Style::default(), None).unwrap();
    let [alone, both, after] = [0.5, 1.5, 3.0].map(|moment| bands(&ink(&drawn(&ass, TALL, moment))));
    assert_eq!((alone.len(), both.len()), (1, 2), "{alone:?} {both:?}");
    assert!(alone == after && both[1] == alone[0], "{alone:?} {both:?} {after:?}");
}

#[test]
fn a_long_caption_comes_in_portions_in_time() {
    let text = "第一句话很短。第二句话要长一些，所以会换行。第三句话结束。";
    let ass = compose(&page(TALL), &[Cue::new(secs(0.0, 6.0), text, "zh")], &Style::default(), None).unwrap();
    let mut seen = HashSet::new();
    for step in 0..60 {
        let found = bands(&ink(&drawn(&ass, TALL, f64::from(step) / 10.0))).len();
        assert!((1..=2).contains(&found), "{step}: {found} lines");
        let lines: Vec<&str> = ass.lines().filter(|line| line.starts_with("Dialogue")).collect();
        seen.extend(lines.into_iter().map(str::to_owned));
    }
    assert!(seen.len() >= 3, "{seen:?}");
}

#[test]
fn covers_are_cut_around_the_middle() {
    let folder = tempfile::TempDir::new().unwrap();
    let ass =
        compose(&page(TALL), &[], &Style::default(), Some(&Label { text: LabelText::Chinese, length: Ticks::ZERO }));
    let frame = drawn(&ass.unwrap(), TALL, 0.0);
    for size in [(1080, 1920), (1080, 1440), (1920, 1080), (16, 16), (540, 540)] {
        let path = folder.path().join("cover.jpg");
        write_cover(&path, &frame, size).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(bytes, cover(&frame, size).unwrap());
        assert_eq!(&bytes[..11], b"\xff\xd8\xff\xe0\x00\x10JFIF\0");
        let picture = read_picture(&path).unwrap();
        assert_eq!((picture.width, picture.height), size);
        // The middle of the picture is the background in the cover too.
        let at = ((size.1 / 2 * size.0 + size.0 / 2) * 3) as usize;
        let off = (0..3).map(|c| picture.rgb[at + c].abs_diff(BACKGROUND[c])).max();
        assert!(off <= Some(4), "{size:?}: {:?}", &picture.rgb[at..at + 3]);
        // What is cut away above takes the label along: it ends at row 328 of 1920.
        let bright = picture.rgb.chunks(3).filter(|pixel| pixel.iter().all(|value| *value > 220)).count();
        assert_eq!(bright > 0, size.1 > size.0, "{size:?}: {bright}");
    }
    assert!(cover(&frame, (15, 16)).is_err() && cover(&frame, (0, 0)).is_err() && cover(&frame, (9_000, 16)).is_err());
}
