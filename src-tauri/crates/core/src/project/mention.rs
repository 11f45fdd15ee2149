//! `@name` in the words of a shot: what it stands for is in the cast.

use gallop_protocol::shot::Shot;

use super::cast::Character;
use super::data::MediaRef;

/// A shot with its characters put in their places.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    /// The words without any `@name` that is in the cast.
    pub shot: Shot,
    /// How the first character looks who is named and has a picture.
    pub picture: Option<MediaRef>,
    /// Names behind `@` that nobody in the cast has.
    pub unknown: Vec<String>,
}

/// Puts the cast into a shot. In the description the first `@name` becomes the name and how they look, further ones the
/// name; as a speaker it becomes how they sound.
pub fn play(shot: &Shot, cast: &[Character]) -> Played {
    let (mut seen, mut unknown) = (Vec::new(), Vec::new());
    let mut played = shot.clone();
    played.description = replaced(&shot.description, cast, &mut unknown, |character, rest| {
        let is_first = !seen.contains(&character.id);
        seen.push(character.id);
        let (name, looks) = (&character.name, character.prompt.trim().trim_end_matches(['.', ',', ' ']));
        match looks {
            looks if is_first && !looks.is_empty() => {
                let ends = rest.chars().next().is_none_or(|next| !next.is_whitespace() && !next.is_alphanumeric());
                format!("{name}, {looks}{}", if ends { "" } else { "," })
            }
            _ => name.clone(),
        }
    });
    for line in &mut played.lines {
        let Some(speaker) = &line.speaker else { continue };
        let words = replaced(speaker, cast, &mut unknown, |character, _| {
            seen.push(character.id);
            let sounds = [&character.voice, &character.prompt, &character.name];
            sounds
                .into_iter()
                .find(|words| !words.trim().is_empty())
                .map_or_else(String::new, |words| words.trim().to_owned())
        });
        line.speaker = Some(words);
    }
    let picture = seen.iter().find_map(|id| cast.iter().find(|character| character.id == *id)?.picture.clone());
    Played { shot: played, picture, unknown }
}

fn replaced(
    text: &str,
    cast: &[Character],
    unknown: &mut Vec<String>,
    mut word: impl FnMut(&Character, &str) -> String,
) -> String {
    let (mut made, mut rest, mut before) = (String::new(), text, None::<char>);
    while let Some(at) = rest.find('@') {
        let (head, mention) = rest.split_at(at);
        made.push_str(head);
        before = head.chars().next_back().or(before);
        let behind = mention.strip_prefix('@').unwrap_or(mention);
        // An address is no mention.
        let is_mention = !before.is_some_and(|letter| letter.is_ascii_alphanumeric());
        let known = cast.iter().filter(|character| is_mention && begins_with(behind, &character.name));
        rest = match known.max_by_key(|character| character.name.len()) {
            Some(character) => {
                let rest = behind.get(behind.len().min(length_of(behind, &character.name))..).unwrap_or_default();
                made.push_str(&word(character, rest));
                rest
            }
            None => {
                let name: String = behind
                    .chars()
                    .take_while(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
                    .collect();
                if is_mention && !name.is_empty() && !unknown.contains(&name) {
                    unknown.push(name);
                }
                made.push('@');
                behind
            }
        };
        before = made.chars().next_back();
    }
    made + rest
}

/// Whether a text begins with a name, in whatever capitals, and the name ends there.
fn begins_with(text: &str, name: &str) -> bool {
    let head: String = text.chars().take(name.chars().count()).collect();
    let next = text.get(head.len()..).and_then(|rest| rest.chars().next());
    let last = name.chars().next_back();
    // Scripts without blanks between words: any character may follow.
    let runs_on = |letter: char| letter.is_ascii_alphanumeric();
    head.to_lowercase() == name.to_lowercase() && !(next.is_some_and(runs_on) && last.is_some_and(runs_on))
}

fn length_of(text: &str, name: &str) -> usize {
    text.chars().take(name.chars().count()).map(char::len_utf8).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gallop_protocol::Id;
    use gallop_protocol::shot::{Language, Line};

    fn character(name: &str, prompt: &str, voice: &str) -> Character {
        let (name, prompt, voice) = (name.into(), prompt.into(), voice.into());
        Character { id: Id::new(), name, picture: None, voice, prompt, other: Default::default() }
    }

    #[test]
    fn characters_are_put_in_their_places() {
        let cast = [
            character("Mia", "a young woman with red hair.", "Young woman, warm voice"),
            character("Mia Wong", "", ""),
            character("小明", "一个男孩", ""),
        ];
        let described = |text: &str| play(&Shot { description: text.into(), ..Shot::default() }, &cast);
        for (text, expected) in [
            ("@Mia smiles. @mia waves.", "Mia, a young woman with red hair, smiles. Mia waves."),
            ("A dog and @Mia.", "A dog and Mia, a young woman with red hair."),
            ("@Mia Wong sits.", "Mia Wong sits."),
            ("@小明在笑", "小明, 一个男孩,在笑"),
            ("mail me@mia.com", "mail me@mia.com"),
            ("nobody", "nobody"),
            ("@", "@"),
        ] {
            let played = described(text);
            assert_eq!((played.shot.description.as_str(), played.unknown.len()), (expected, 0), "{text}");
        }
        assert_eq!(described("@Miab and @Tom, @Tom").unknown, ["Miab", "Tom"]);
        let line = Line { speaker: Some("@Mia".into()), language: Language::English, text: "Hi".into() };
        let played = play(&Shot { lines: vec![line], ..Shot::default() }, &cast);
        assert_eq!(played.shot.lines[0].speaker.as_deref(), Some("Young woman, warm voice"));
    }
}
