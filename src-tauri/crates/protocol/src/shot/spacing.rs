//! Single spaces between the characters of Chinese, Japanese and Korean.
//!
//! The model was trained on such text. The rules are those of the reference's examples: `子，还` (full-width marks stay
//! where they are), `아 .` (other marks are apart), `"有 的` (quotation marks and brackets stay as they are written).

use unicode_segmentation::UnicodeSegmentation;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A character of Chinese, Japanese or Korean.
    Cjk,
    /// A full-width mark.
    Mark,
    /// Quotation marks and brackets.
    Quote,
    /// Everything else.
    Other,
}

/// Puts single spaces between such characters, removes other runs of blanks, keeps line ends (at most one empty line
/// in a row). What a reader sees as one character stays whole. Spacing a second time changes nothing.
pub fn space_cjk(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<_> = text.lines().map(space_line).collect();
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    lines.join("\n").trim().to_owned()
}

fn space_line(line: &str) -> String {
    let mut spaced = String::with_capacity(line.len() * 2);
    let (mut before, mut blank) = (None, false);
    for character in line.graphemes(true) {
        let Some(first) = character.chars().next() else { continue };
        if first.is_whitespace() {
            blank = true;
            continue;
        }
        if first.is_control() || matches!(first, '\u{200b}' | '\u{feff}' | '\u{2060}') {
            continue;
        }
        let kind = kind(first);
        if let Some(before) = before
            && wants_space(before, kind, blank)
        {
            spaced.push(' ');
        }
        spaced.push_str(character);
        (before, blank) = (Some(kind), false);
    }
    spaced
}

fn wants_space(before: Kind, next: Kind, blank: bool) -> bool {
    match (before, next) {
        (Kind::Mark, Kind::Mark | Kind::Cjk) | (Kind::Cjk, Kind::Mark) => false,
        (Kind::Mark | Kind::Quote, _) | (_, Kind::Mark | Kind::Quote) => blank,
        (Kind::Cjk, _) | (_, Kind::Cjk) => true,
        (Kind::Other, Kind::Other) => blank,
    }
}

/// Blocks of the Unicode standard, version 16.
fn kind(character: char) -> Kind {
    match character {
        '"' | '\'' | '“' | '”' | '‘' | '’' | '„' | '«' | '»' | '(' | ')' | '[' | ']' | '<' | '>' => Kind::Quote,
        '\u{2014}' | '\u{2026}' // dash, ellipsis
        | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{3030}' | '\u{303d}' // 、。「」…
        | '\u{30a0}' | '\u{30fb}' // ・
        | '\u{fe30}'..='\u{fe6f}' // vertical and small forms
        | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}' => Kind::Mark,
        '\u{1100}'..='\u{11ff}' // hangul jamo
        | '\u{2e80}'..='\u{2fdf}' // radicals
        | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{302f}' | '\u{3031}'..='\u{303c}' // 々〇
        | '\u{3041}'..='\u{31ff}' // kana, bopomofo, hangul letters
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' // han
        | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}' // hangul
        | '\u{1b000}'..='\u{1b16f}' // more kana
        | '\u{ff66}'..='\u{ffdc}' => Kind::Cjk, // half-width kana and hangul
        _ => Kind::Other,
    }
}
