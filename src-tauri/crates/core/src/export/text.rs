//! The words for an upload.

use std::fmt::Write as _;

use gallop_media::words::Cue;

use super::order::Item;
use super::preset::Preset;
use super::scene::Scene;

/// Title and text within the limits of a platform, and how to declare there that AI made the clip.
pub fn text(scene: &Scene, preset: &Preset, item: &Item, cues: &[Cue]) -> String {
    let mut text = String::new();
    if preset.text.title.is_some() || preset.text.body.is_none() {
        writeln!(text, "{}\n", shortened(&item.name, preset.text.title)).ok();
    }
    // What is said is what a clip is about, where its author has not written more.
    let spoken: Vec<_> = cues.iter().map(|cue| cue.text.replace('\n', " ")).collect();
    let body = if spoken.is_empty() { scene.name.clone() } else { spoken.join("\n") };
    writeln!(text, "{}", shortened(&body, preset.text.body)).ok();
    if let Some(declare) = &preset.declare {
        writeln!(text, "\n--\n{declare}").ok();
    }
    text
}

/// The beginning of a text, in characters, and a mark where something is missing.
fn shortened(text: &str, most: Option<u32>) -> String {
    let Some(most) = most.map(|most| most as usize).filter(|most| text.chars().count() > *most) else {
        return text.to_owned();
    };
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_as_long_as_a_platform_takes() {
        assert_eq!(shortened("一二三四五", Some(5)), "一二三四五");
        assert_eq!(shortened("一二三四五六", Some(5)), "一二三四…");
        assert_eq!(shortened("一二三", None), "一二三");
        assert_eq!(shortened("一二三", Some(0)), "…");
    }
}
