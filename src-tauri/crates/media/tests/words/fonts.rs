//! Fonts and letters, there or not, and orders that make no sense.

use super::*;

#[test]
fn fonts_that_are_not_there_are_named() {
    let ass = compose(&page(TALL), &[Cue::new(secs(0.0, 1.0), "Hallo", "de")], &Style::default(), None).unwrap();
    let new = |ass: String| Lettering::new(&Words { ass, fonts: PathBuf::new() }, (90, 160)).map(|_| ()).unwrap_err();
    let refused = new(ass.replace("Noto Sans CJK KR,40", "Impact,40"));
    assert!(matches!(&refused, Error::NoFont { family, .. } if family == "Impact"), "{refused}");
    let refused = new(ass.replace("}Hallo", "\\fnComic Sans MS}Hallo"));
    assert!(refused.to_string().contains("comic sans ms"), "{refused}");
    // No face of Noto Sans CJK has Thai letters or colour pictures.
    let refused = new(ass.replace("}Hallo", "}Hallo สวัสดี 🐴"));
    let Error::NoGlyphs { family, characters } = &refused else { panic!("{refused}") };
    assert!(family == "Noto Sans CJK KR" && characters.contains('ส') && characters.contains('🐴'), "{refused}");
    assert!(!characters.contains('H'), "{refused}");
    let refused =
        Lettering::new(&Words { ass, fonts: PathBuf::from("/nowhere/fonts") }, (90, 160)).map(|_| ()).unwrap_err();
    assert!(matches!(refused, Error::Io { .. }), "{refused}");
}

#[test]
fn rare_letters_come_from_the_whole_family_where_it_is() {
    let ass = compose(&page(TALL), &[Cue::new(secs(0.0, 1.0), "龘靐", "zh")], &Style::default(), None).unwrap();
    let lettering = Lettering::new(&Words { ass, fonts: PathBuf::new() }, (540, 960));
    match lettering {
        Ok(mut letters) => {
            let mut frame = Frame::filled((540, 960), BACKGROUND).unwrap();
            letters.draw(&mut frame, Ticks::ZERO).unwrap();
            keep(&frame, "rare.png");
            assert!(ink(&frame).len() > 500);
        }
        Err(Error::NoGlyphs { characters, .. }) => assert_eq!(characters, "龘靐"),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_font_of_the_user_is_taken_from_the_folder() {
    // A font that is surely there: our own, under a name of its own.
    let folder = tempfile::TempDir::new().unwrap();
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets/fonts/NotoSansCJK-Bold-subset.ttc");
    let mut font = std::fs::read(own).unwrap();
    let (from, to) = (name("Noto Sans CJK JP"), name("Pony Sans CJK JP"));
    while let Some(at) = font.windows(from.len()).position(|window| window == from) {
        font[at..at + to.len()].copy_from_slice(&to);
    }
    std::fs::write(folder.path().join("pony.ttc"), font).unwrap();
    std::fs::write(folder.path().join("broken.ttf"), [0, 1, 0, 0, 255, 255, 0, 0]).unwrap();
    std::fs::write(folder.path().join("readme.txt"), "no font").unwrap();
    let ass = compose(&page(TALL), &[Cue::new(secs(0.0, 1.0), "Hallo", "de")], &Style::default(), None).unwrap();
    let words = Words { ass: ass.replace("}Hallo", "\\fnPony Sans CJK JP}Hallo"), fonts: folder.path().into() };
    let mut frame = Frame::filled((540, 960), BACKGROUND).unwrap();
    Lettering::new(&words, (540, 960)).unwrap().draw(&mut frame, Ticks::ZERO).unwrap();
    assert!(ink(&frame).len() > 500);
}

/// As a `name` table has it.
fn name(name: &str) -> Vec<u8> {
    name.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

#[test]
fn braces_and_backslashes_are_letters() {
    let plain = ["{\\pos(0,0)}x", "a\\Nb", "{", "}", "\\", "{\\k10}la", "\\{\\}", "\u{202e}abc", "a\tb\u{7}c"];
    for text in plain {
        for look in Look::ALL {
            let ass = compose(&page(TALL), &[Cue::new(secs(0.0, 1.0), text, "en")], &Style::of(look), None).unwrap();
            let ink = ink(&drawn(&ass, TALL, 0.5));
            assert_inside(&ink, &page(TALL), text);
            assert_eq!(bands(&ink).last().unwrap().end.div_ceil(100), 15, "{text:?} is one line at the lower edge");
        }
    }
}

#[test]
fn nothing_that_is_asked_makes_it_fall_over() {
    let long = "word ".repeat(700);
    let texts = ["", " \n \n", "\u{300}\u{301}", "\u{200d}\u{fe0f}", "a\u{0}b", &long, &"漢".repeat(3_000), "\r\r\r"];
    let mut cues: Vec<Cue> = texts.iter().map(|text| Cue::new(secs(0.0, 1.0), *text, "zh")).collect();
    cues.push(Cue::new(secs(2.0, 1.0), "backwards", ""));
    cues.push(Cue::new(Span { start: Ticks(i64::MIN), end: Ticks(i64::MAX) }, "for ever", "x-unknown"));
    let mut odd = Cue::new(secs(0.0, 1.0), "odd words here", "en");
    odd.words = vec![
        Word { text: "here".into(), span: secs(-5.0, 50.0) },
        Word { text: "odd".into(), span: secs(0.9, 0.1) },
        Word { text: String::new(), span: secs(0.0, 0.0) },
    ];
    cues.push(odd);
    for look in Look::ALL {
        for size in [f32::NAN, -1.0, 0.0, 1e9] {
            let style = Style { size, max_lines: 0, box_opacity: f32::NAN, translation_size: -3.0, ..Style::of(look) };
            let ass = compose(&page((64, 64)), &cues, &style, None).unwrap();
            let words = Words { ass, fonts: PathBuf::new() };
            let mut frame = Frame::filled((64, 64), BACKGROUND).unwrap();
            // The font lacks single marks, and says so.
            if let Ok(mut letters) = Lettering::new(&words, (64, 64)) {
                letters.draw(&mut frame, Ticks::of_secs(0.5)).unwrap();
                letters.draw(&mut frame, Ticks(i64::MAX)).unwrap();
                letters.draw(&mut frame, Ticks(i64::MIN)).unwrap();
            }
        }
    }
    let refused = |page: Page| compose(&page, &[], &Style::default(), None).unwrap_err().to_string();
    assert!(refused(Page { size: (0, 100), safe: SAFE }).contains("0x100"));
    assert!(refused(Page { size: TALL, safe: Rect { x: 0.5, y: 0.0, w: 0.9, h: 0.5 } }).contains("safe area"));
    assert!(refused(Page { size: TALL, safe: Rect { x: f32::NAN, ..SAFE } }).contains("safe area"));
    let many = vec![Cue::new(secs(0.0, 1.0), "x", ""); 30_000];
    assert!(compose(&page(TALL), &many, &Style::default(), None).unwrap_err().to_string().contains("30000 captions"));
    let endless = Cue::new(secs(0.0, 1.0), "x".repeat(5_000), "");
    assert!(compose(&page(TALL), &[endless], &Style::default(), None).unwrap_err().to_string().contains("4000"));
    let mut frame = Frame::filled((64, 64), BACKGROUND).unwrap();
    let ass = compose(&page(TALL), &[], &Style::default(), None).unwrap();
    assert!(lettering(&ass, (32, 64)).draw(&mut frame, Ticks::ZERO).is_err(), "another size");
    for ass in ["", "[", "[Events]\nDialogue: 1", "[Script Info]\n[Events]\nDialogue: 0,x,y,Default,,0,0,0,,t"] {
        let _ = Lettering::new(&Words { ass: ass.into(), fonts: PathBuf::new() }, (64, 64));
    }
}
