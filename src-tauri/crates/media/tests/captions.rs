//! Caption files: what is read is what they say, in any of the encodings, and bad ones are refused by line.
#![allow(clippy::unwrap_used, missing_docs)]

use gallop_media::{
    Error, Ticks,
    render::Span,
    words::{CaptionFormat, Cue, Translation, Word, format_captions, parse_captions, read_captions, write_captions},
};
use tempfile::TempDir;

fn secs(start: f64, end: f64) -> Span {
    Span { start: Ticks::of_secs(start), end: Ticks::of_secs(end) }
}

fn word(text: &str, start: f64, end: f64) -> Word {
    Word { text: text.into(), span: secs(start, end) }
}

/// Start and end in seconds, and text.
fn told(cues: &[Cue]) -> Vec<(f64, f64, &str)> {
    let millis = |moment: Ticks| (moment.secs() * 1_000.0).round() / 1_000.0;
    cues.iter().map(|cue| (millis(cue.span.start), millis(cue.span.end), cue.text.as_str())).collect()
}

fn read(text: &str) -> Vec<Cue> {
    parse_captions(text, "en").unwrap()
}

#[test]
fn every_format_comes_back_as_it_was() {
    let mut timed = Cue::new(secs(3.0, 6.5), "one {two} <three>\nfour & five", "de");
    timed.words = vec![
        word("one", 3.0, 3.5),
        word("{two}", 3.5, 4.0),
        word("<three>", 4.0, 4.5),
        word("four", 5.0, 5.5),
        word("&", 5.5, 6.0),
        word("five", 6.0, 6.5),
    ];
    let cues = [
        Cue::new(secs(0.0, 1.25), "你好，世界！", "de"),
        timed,
        Cue::new(secs(3_600.0, 3_601.0), "<i> after 1 < 2 && 2 > 1", "de"),
        Cue::new(secs(86_399.5, 86_400.75), "#1 – “quoted” 'single'", "de"),
    ];
    let folder = TempDir::new().unwrap();
    for format in CaptionFormat::ALL {
        let path = folder.path().join("a").with_extension(format.extension());
        write_captions(&path, &cues, format).unwrap();
        let found = read_captions(&path, "de").unwrap();
        let mut expected = cues.to_vec();
        if format == CaptionFormat::Srt {
            // SubRip has no times of words, and cannot say that something is not a tag.
            expected[1].words.clear();
            expected[1].text = "one {two}\nfour & five".into();
            expected[2].text = "after 1 < 2 && 2 > 1".into();
        }
        assert_eq!(told(&found), told(&expected), "{format:?}");
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found.language, "de");
            if !expected.words.is_empty() {
                let spoken: Vec<Word> = found.timed_words();
                let starts = |words: &[Word]| words.iter().map(|word| word.span.start).collect::<Vec<_>>();
                assert_eq!(starts(&spoken), starts(&expected.words), "{format:?} {found:?}");
                assert_eq!(spoken.len(), expected.words.len(), "{format:?}");
            }
        }
        // What was read and is written again is the same file.
        let written = format_captions(&found, format);
        assert_eq!(format_captions(&parse_captions(&written, "de").unwrap(), format), written, "{format:?}");
    }
}

#[test]
fn translations_are_the_last_line() {
    let mut cue = Cue::new(secs(1.0, 2.0), "你好", "zh");
    cue.translation = Some(Translation { text: "Hello".into(), language: "en".into() });
    for format in CaptionFormat::ALL {
        let text = format_captions(std::slice::from_ref(&cue), format);
        assert_eq!(told(&read(&text)), [(1.0, 2.0, "你好\nHello")], "{format:?}");
    }
}

#[test]
fn subrip_as_people_write_it() {
    let text = "\u{feff}1\r\n00:00:01,000 --> 00:00:02,500 X1:40 X2:600\r\n<i>Hello</i> {\\an8}you\r\n<font color=\"#ff0\">two</font>\r\n\r\n\r\n\
                7\r\n00:00:03.25-->0:00:04,5\r\nfirst\r\n\r\nstill the same\r\n\r\n00:05,000 --> 00:06,000\r\nno number, 1 < 2\r\n\r\n\
                9\r\n00:00:08,000 --> 00:00:07,000\r\nends before it begins\r\n\r\n10\r\n00:00:09,000 --> 00:00:10,000\r\n\r\n";
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.srt");
    std::fs::write(&path, text).unwrap();
    let cues = read_captions(&path, "en").unwrap();
    assert_eq!(
        told(&cues),
        [(1.0, 2.5, "Hello you\ntwo"), (3.25, 4.5, "first\nstill the same"), (5.0, 6.0, "no number, 1 < 2")]
    );
}

#[test]
fn web_captions_as_the_standard_has_them() {
    let text = "WEBVTT - a title\nKind: captions\nLanguage: zh-Hant\n\nSTYLE\n::cue { color: red }\n\nNOTE\nnot --> a cue\n\n\
                intro\n00:01.500 --> 00:00:03.000 align:start position:0%\n<v Pony>Hello &amp; <b>wel</b>come</v>&nbsp;&lt;3\n\n\
                1:00:00.000 --> 1:00:02.000\n<c.red>one</c> <01:00:00.500>two <01:00:01.000><i>three</i>\n";
    let cues = read(text);
    assert_eq!(told(&cues), [(1.5, 3.0, "Hello & welcome\u{a0}<3"), (3_600.0, 3_602.0, "one two three")]);
    assert_eq!(cues[0].language, "zh-Hant");
    assert_eq!(
        cues[1].words,
        [word("one", 3_600.0, 3_600.5), word("two", 3_600.5, 3_601.0), word("three", 3_601.0, 3_602.0)]
    );
}

#[test]
fn substation_documents_of_other_editors() {
    let text = "; made elsewhere\n[Script Info]\nTitle: x\nLanguage: ja\n[V4 Styles]\nFormat: Name, Fontname, Fontsize\n\
                Style: *Default,Arial,20\n[Fonts]\nfontname: x.ttf\n!!!\n[Events]\n\
                Format: Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n\
                Comment: 0,0:00:00.00,0:00:01.00,*Default,,0,0,0,,not seen\n\
                Dialogue: Marked=0,0:00:01.00,0:00:02.50,*Default,Pony,0000,0000,0000,,{\\b1}Hello{\\b0}, {\\i1}you\\Nand me\n\
                Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\\k50}か{\\kf25\\1c&HFF&}ら{\\k25}\n\
                Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\\p1}m 0 0 l 10 10{\\p0}\n";
    let cues = read(text);
    assert_eq!(told(&cues), [(1.0, 2.5, "Hello, you\nand me"), (5.0, 6.0, "から")]);
    assert_eq!(cues[1].language, "ja");
    assert_eq!(cues[1].words, [word("か", 5.0, 5.5), word("ら", 5.5, 5.75)]);
}

#[test]
fn encodings_are_told_apart_or_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.srt");
    let text = "1\n00:00:01,000 --> 00:00:02,000\n你好 é 🐴\n";
    let wide = |unit: fn(u16) -> [u8; 2], mark: bool| {
        let mark = mark.then_some(0xfeff);
        mark.into_iter().chain(text.encode_utf16()).flat_map(unit).collect::<Vec<u8>>()
    };
    let good = [
        text.as_bytes().to_vec(),
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        wide(u16::to_le_bytes, true),
        wide(u16::to_be_bytes, true),
        wide(u16::to_le_bytes, false),
        wide(u16::to_be_bytes, false),
    ];
    for bytes in good {
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(told(&read_captions(&path, "").unwrap()), [(1.0, 2.0, "你好 é 🐴")]);
    }
    let refused = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let error = read_captions(&path, "").unwrap_err();
        assert!(error.to_string().ends_with("a.srt"), "{error}");
        let Error::Captions { line, why, .. } = error else { panic!("{error}") };
        (line, why)
    };
    // 你好 in GB 18030, and é in Windows-1252.
    let (line, why) = refused(b"1\n00:00:01,000 --> 00:00:02,000\n\xc4\xe3\xba\xc3\n");
    assert!(line == 3 && why.contains("UTF-8") && why.contains("GBK"), "{line}: {why}");
    assert_eq!(refused(b"1\n00:00:01,000 --> 00:00:02,000\ncaf\xe9\n").0, 3);
    assert!(refused(b"\xff\xfe1\0\n").1.contains("UTF-16"));
    assert!(refused(b"\xff\xfe\x00\xd8").1.contains("UTF-16"));
    assert!(refused(b"1\n00:00:01,000 --> 00:00:02,000\nab\0c\n").1.contains("zero byte"));
    assert!(refused(b"").1.contains("empty"));
    assert!(refused(b" \n\n").1.contains("empty"));
    assert!(matches!(read_captions(folder.path(), "").unwrap_err(), Error::Io { .. }), "a folder");
}

#[test]
fn mistakes_are_told_by_their_line() {
    let list = [
        ("1\n00:00:01,000 -> 00:00:02,000\nx\n", 2, "two times"),
        ("1\n00:00:01,000 --> 00:61:02,000\nx\n", 2, "00:61:02"),
        ("1\n00:00:01,000 --> 00:00:02,000\nx\n\n2\n00:00:aa,000 --> 00:00:02,000\nx\n", 6, "aa"),
        ("hello there\n", 1, "hello there"),
        ("1\n", 2, "end of the file"),
        ("WEBVTT\n\n00:01.000 --> later\nx\n", 3, "later"),
        ("WEBVTTX\n\n00:01.000 --> 00:02.000\nx\n", 1, "WEBVTT"),
        ("[Script Info]\n[Events]\nDialogue: 0,0:00:01.00\n", 3, "2 fields instead of 10"),
        ("[Script Info]\n[Events]\nDialogue: 0,soon,0:00:02.00,Default,,0,0,0,,x\n", 3, "\"soon\""),
        ("[Script Info]\n[Events]\nFormat: Text, Start, End\n", 3, "last field"),
        ("[nothing]\nx: y\n", 1, "[Events]"),
        ("1\n999999999:00:01,000 --> 00:00:02,000\nx\n", 2, "999999999"),
        ("1\n-00:00:01,000 --> 00:00:02,000\nx\n", 2, "-00:00:01"),
    ];
    for (text, line, part) in list {
        let (found, why) = parse_captions(text, "").unwrap_err();
        assert!(found == line && why.contains(part), "{text:?}: {found}: {why}");
    }
}

#[test]
fn damaged_files_never_make_it_fall_over() {
    let cue = |text: &str| {
        let mut cue = Cue::new(secs(1.0, 2.0), text, "zh");
        cue.words = cue.timed_words();
        cue
    };
    let cues = [cue("你好，{世界}！\nb <i>c</i> & d"), cue("é\u{301}🐴 \\N x")];
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    for format in CaptionFormat::ALL {
        let whole: Vec<char> = format_captions(&cues, format).chars().collect();
        for _ in 0..3_000 {
            let mut text = whole.clone();
            for _ in 0..=next() % 4 {
                let at = next() % text.len();
                match next() % 4 {
                    0 => text.truncate(at + 1),
                    1 => text[at] = ['{', '}', '<', '\\', '\n', ':', '9', '\u{2028}', '漢', '-', ','][next() % 11],
                    2 => drop(text.remove(at)),
                    _ => {
                        let part = text[at..(at + next() % 40).min(text.len())].to_vec();
                        text.splice(at..at, part);
                    }
                }
                if text.is_empty() {
                    text.push('x');
                }
            }
            let text: String = text.into_iter().collect();
            if let Ok(found) = parse_captions(&text, "") {
                for cue in &found {
                    assert!(cue.span.end > cue.span.start && !cue.text.is_empty());
                    let words = cue.timed_words();
                    assert!(words.windows(2).all(|two| two[0].span.end <= two[1].span.start), "{words:?}");
                }
                // What was read can be written and read.
                for format in CaptionFormat::ALL {
                    parse_captions(&format_captions(&found, format), "").unwrap();
                }
            }
        }
    }
    // Large and pointless ones end in a moment.
    for text in ["{".repeat(1 << 20), "<".repeat(1 << 20), "{\\".repeat(1 << 19), "\n".repeat(1 << 20)] {
        for start in [
            "",
            "WEBVTT\n\n00:00.000 --> 00:01.000\n",
            "1\n00:00:00,000 --> 00:00:01,000\n",
            "[Events]\nDialogue: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,",
        ] {
            let _ = parse_captions(&format!("{start}{text}"), "");
        }
    }
}

#[test]
fn words_without_times_take_their_share() {
    let mut cue = Cue::new(secs(10.0, 20.0), "ab cdefgh ij", "en");
    let told = |cue: &Cue| -> Vec<(String, f64, f64)> {
        cue.timed_words().into_iter().map(|word| (word.text, word.span.start.secs(), word.span.end.secs())).collect()
    };
    assert_eq!(told(&cue), [("ab".into(), 10.0, 12.0), ("cdefgh".into(), 12.0, 18.0), ("ij".into(), 18.0, 20.0)]);
    // One word that is known, with a time of its own; the others share the rest.
    cue.words = vec![word("cdefgh", 13.0, 14.0)];
    assert_eq!(told(&cue), [("ab".into(), 10.0, 13.0), ("cdefgh".into(), 13.0, 14.0), ("ij".into(), 14.0, 20.0)]);
    // A word that is no more in the text is forgotten; one that is longer than ours is shared out.
    let mut cue = Cue::new(secs(0.0, 4.0), "你好世界", "zh");
    cue.words = vec![word("您", 0.0, 1.0), word("世界", 3.0, 4.0)];
    assert_eq!(
        told(&cue),
        [("你".into(), 0.0, 1.5), ("好".into(), 1.5, 3.0), ("世".into(), 3.0, 3.5), ("界".into(), 3.5, 4.0)]
    );
}
