//! The text of an event, with its override tags.

/// A part of an event's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// Letters. Escapes are replaced, so a line break is a line feed.
    Text(&'a str),
    /// An override tag: its name without the backslash and the value behind it, without parentheses. Only the tags that
    /// anything here needs are told apart: `k`, `fn`, `r`, `p`.
    Tag(&'a str, &'a str),
}

/// Takes the text of an event apart.
pub(crate) fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    // What is left of an override block.
    let mut block = "";
    let mut closes = true;
    std::iter::from_fn(move || {
        loop {
            if let Some((tag, more)) = next_tag(block) {
                block = more;
                if let Some(tag) = tag {
                    return Some(tag);
                }
                continue;
            }
            if rest.is_empty() {
                return None;
            }
            if closes && let Some(behind) = rest.strip_prefix('{') {
                if let Some((inside, more)) = behind.split_once('}') {
                    (block, rest) = (inside, more);
                    continue;
                }
                // Looked for once only: a text of nothing but opening braces is read in one go too.
                closes = false;
            }
            let escapes = [("\\N", "\n"), ("\\n", "\n"), ("\\h", "\u{a0}"), ("\\{", "{"), ("\\}", "}")];
            if let Some((written, meant)) = escapes.into_iter().find(|(written, _)| rest.starts_with(written)) {
                rest = &rest[written.len()..];
                return Some(Part::Text(meant));
            }
            // Up to the next brace or backslash that is not at the very start.
            let end =
                rest.char_indices().skip(1).find(|(_, c)| matches!(c, '{' | '\\')).map_or(rest.len(), |(at, _)| at);
            let (letters, more) = rest.split_at(end);
            rest = more;
            return Some(Part::Text(letters));
        }
    })
}

/// The next tag of a block, if anybody here needs it, and what is behind it. `None` at the end.
fn next_tag(block: &str) -> Option<(Option<Part<'_>>, &str)> {
    let (_, tag) = block.split_once('\\')?;
    let end = tag.find('\\').unwrap_or(tag.len());
    let (tag, rest) = tag.split_at(end);
    // A tag inside `\t(…)` ends with its parenthesis.
    let tag = tag.trim_end().trim_end_matches(')');
    let after = |name: &str| tag.strip_prefix(name);
    let number = |value: &str| value.starts_with(|c: char| c.is_ascii_digit());
    let known = if let Some(name) = after("fn") {
        Some(Part::Tag("fn", name.trim_matches(['(', ' '])))
    } else if let Some(time) = ["kf", "ko", "k", "K"].iter().find_map(|name| after(name)).filter(|time| number(time)) {
        Some(Part::Tag("k", time))
    } else if let Some(scale) = after("p").filter(|scale| number(scale)) {
        Some(Part::Tag("p", scale))
    } else {
        let style = after("r").filter(|style| !style.starts_with("nd"));
        style.map(|style| Part::Tag("r", style.trim_matches(['(', ' '])))
    };
    Some((known, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Part<'_>> {
        parts(text).collect()
    }

    #[test]
    fn tags_and_letters_come_apart() {
        use Part::{Tag, Text};
        assert_eq!(read("plain"), [Text("plain")]);
        assert_eq!(read("{\\b1\\fnArial Black}a\\Nb"), [Tag("fn", "Arial Black"), Text("a"), Text("\n"), Text("b")]);
        assert_eq!(read("{\\k50}he{\\kf25}llo"), [Tag("k", "50"), Text("he"), Tag("k", "25"), Text("llo")]);
        assert_eq!(read("\\{x\\} {comment}y"), [Text("{"), Text("x"), Text("}"), Text(" "), Text("y")]);
        assert_eq!(
            read("{\\p1}m 0 0{\\p0}{\\pos(1,2)}{\\rAlt}"),
            [Tag("p", "1"), Text("m 0 0"), Tag("p", "0"), Tag("r", "Alt")]
        );
        assert_eq!(read("{not closed"), [Text("{not closed")]);
        assert_eq!(read("a\\"), [Text("a"), Text("\\")]);
        assert_eq!(read("{\\t(0,10,\\fnX)}{\\k}é"), [Tag("fn", "X"), Text("é")]);
    }
}
