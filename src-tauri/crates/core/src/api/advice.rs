//! What a model makes badly, seen in the words of a shot, and what can be put right without guessing.
//!
//! The rules for the large model are those of its authors' own guide (a body of 150 to 200 English words, no camera moves, no
//! cuts, no large movements of the body; 640 tokens are read) and of its users' reports (a prompt of 20 words blurs faces).
//! The model in the box knows a small world: it wants short sentences, and its camera does pan and zoom.

use std::collections::BTreeMap;

use gallop_protocol::shot::Shot;

use super::check::{Advice, AdviceKind, AdviceValue};
use super::known::PONY;
use super::words::{self, Found};

/// Words of a body below which faces blur, and above which the model forgets.
const FEW_WORDS: usize = 60;
const WANTED_WORDS: usize = 150;
const MANY_WORDS: usize = 260;
/// Tokens that the text encoder reads.
const TOKENS: usize = 640;

/// What is looked at.
pub struct Seen<'a> {
    /// What the shot says.
    pub shot: &'a Shot,
    /// The same, its characters put in their places.
    pub played: &'a Shot,
    /// Names behind `@` that nobody has.
    pub unknown: &'a [String],
    /// The prompt; empty where there is none.
    pub prompt: &'a str,
    /// The model.
    pub model: &'a str,
    /// Shortest, longest and usual length.
    pub range: Option<[f32; 3]>,
    /// The length that the shot asks for.
    pub seconds: Option<f32>,
    /// How long its lines take.
    pub spoken_seconds: f64,
    /// How long it will be.
    pub length: f64,
    /// Whether a voice track sets what is said.
    pub has_voice: bool,
}

/// What will go wrong, the worst first.
pub fn advice(seen: &Seen<'_>) -> Vec<Advice> {
    let mut advice = Vec::new();
    let mut say = |kind, values: &[(&str, AdviceValue)], repair: Option<Shot>| {
        let values: BTreeMap<_, _> = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        // A repair that leaves nothing, or all, is none.
        let repair =
            repair.filter(|shot| shot != seen.shot && (!shot.description.trim().is_empty() || !shot.lines.is_empty()));
        advice.push(Advice { kind, values, repair });
    };
    let number = |number: f64| AdviceValue::Number(number);
    let text = |text: &str| AdviceValue::Words(text.to_owned());
    let description = &seen.shot.description;
    let is_large = seen.model != PONY;
    let described = |description: String| Some(Shot { description, ..seen.shot.clone() });

    for name in seen.unknown {
        say(AdviceKind::UnknownCharacter, &[("name", text(name))], None);
    }
    if let (Some([least, most, _]), Some(seconds)) = (seen.range, seen.seconds)
        && !(least..=most).contains(&seconds)
    {
        let values =
            [("seconds", number(seconds.into())), ("least", number(least.into())), ("most", number(most.into()))];
        say(AdviceKind::SecondsOutOfRange, &values, None);
    }
    if !seen.has_voice && seen.spoken_seconds > seen.length + 0.05 {
        let over = ((seen.spoken_seconds - seen.length) * 10.0).ceil() / 10.0;
        say(
            AdviceKind::SpeechTooLong,
            &[("over_by", number(over)), ("seconds", number(seen.spoken_seconds.ceil()))],
            None,
        );
    }
    let tokens = words::tokens(seen.prompt);
    if tokens > TOKENS {
        say(AdviceKind::CutOff, &[("tokens", number(tokens as f64)), ("limit", number(TOKENS as f64))], None);
    }
    if let Some((said, repair)) = words::speech(seen.shot) {
        say(AdviceKind::SpeechInDescription, &[("words", text(&said))], Some(repair));
    }
    let found = [
        (AdviceKind::SeveralShots, words::cuts(description), words::Remove::Rest),
        (AdviceKind::CameraMove, words::camera(description).filter(|_| is_large), words::Remove::Clause),
        (AdviceKind::LargeMotion, words::motion(description).filter(|_| is_large), words::Remove::Nothing),
        (AdviceKind::Negative, words::negative(description), words::Remove::Clause),
        (AdviceKind::TextInPicture, words::writing(description), words::Remove::Nothing),
    ];
    for (kind, found, remove) in found {
        if let Some(Found { words, .. }) = &found {
            let repair =
                found.as_ref().and_then(|found| words::without(description, found, remove)).and_then(described);
            say(kind, &[("words", text(words))], repair);
        }
    }
    if is_large && !seen.prompt.is_empty() {
        let body = &seen.played.description;
        let count = words::count(body);
        if words::is_other_than_english(body) {
            say(AdviceKind::NotEnglish, &[], None);
        }
        if count < FEW_WORDS {
            say(
                AdviceKind::TooShort,
                &[("words", number(count as f64)), ("wanted", number(WANTED_WORDS as f64))],
                None,
            );
        } else if count > MANY_WORDS && tokens <= TOKENS {
            say(AdviceKind::TooLong, &[("words", number(count as f64)), ("wanted", number(200.0))], None);
        }
    }
    advice
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGE: &str = "daVinci-MagiHuman";

    fn kinds(shot: &Shot, model: &str) -> Vec<AdviceKind> {
        of(shot, model).into_iter().map(|advice| advice.kind).collect()
    }

    fn of(shot: &Shot, model: &str) -> Vec<Advice> {
        let prompt = shot.compose().unwrap_or_default();
        advice(&Seen {
            shot,
            played: shot,
            unknown: &[],
            prompt: &prompt,
            model,
            range: Some([1.0, 8.0, 4.0]),
            seconds: None,
            spoken_seconds: 0.0,
            length: 4.0,
            has_voice: false,
        })
    }

    fn described(description: &str) -> Shot {
        Shot { description: description.into(), ..Shot::default() }
    }

    #[test]
    fn a_good_short_prompt_of_the_model_in_the_box_gets_no_advice() {
        assert_eq!(kinds(&described("A red paper pony stands in a meadow, the camera slowly zooms in."), PONY), []);
        assert_eq!(kinds(&described("A red paper pony."), LARGE), [AdviceKind::TooShort]);
        let long = "A calm woman looks at us. ".repeat(25);
        assert_eq!(kinds(&described(&long), LARGE), []);
        assert_eq!(kinds(&described(&long.repeat(2)), LARGE), [AdviceKind::TooLong]);
        assert!(kinds(&described(&long.repeat(6)), LARGE).contains(&AdviceKind::CutOff));
    }

    #[test]
    fn repairs_take_out_what_the_model_makes_badly_and_nothing_else() {
        for (text, kind, repaired) in [
            (
                "A pony stands. The camera pans left. It rains.",
                AdviceKind::CameraMove,
                Some("A pony stands. It rains."),
            ),
            ("A pony stands, slow zoom in, at dusk.", AdviceKind::CameraMove, Some("A pony stands, at dusk.")),
            ("一只小马站着，镜头推进，下雨。", AdviceKind::CameraMove, Some("一只小马站着，下雨。")),
            ("A street, no people, in fog.", AdviceKind::Negative, Some("A street, in fog.")),
            ("A pony stands. Cut to a dog that barks.", AdviceKind::SeveralShots, Some("A pony stands.")),
            ("Zoom in.", AdviceKind::CameraMove, None),
            ("A sign that reads SALE.", AdviceKind::TextInPicture, None),
        ] {
            let shot = described(text);
            let found = of(&shot, LARGE);
            let advice = found.iter().find(|advice| advice.kind == kind).unwrap_or_else(|| panic!("{text}: {found:?}"));
            let repair = advice.repair.as_ref().map(|shot| shot.description.as_str());
            assert_eq!(repair, repaired, "{text}");
            if let Some(shot) = &advice.repair {
                assert!(!kinds(shot, LARGE).contains(&kind), "{text}");
            }
        }
    }

    #[test]
    fn speech_in_the_description_becomes_a_line() {
        let shot = described("A woman in a kitchen says \"Good morning, my dear!\" and smiles.");
        let found = of(&shot, PONY);
        let repair = found[0].repair.as_ref().expect("a repair");
        assert_eq!(
            (found[0].kind, repair.lines[0].text.as_str()),
            (AdviceKind::SpeechInDescription, "Good morning, my dear!")
        );
        assert_eq!(repair.description, "A woman in a kitchen speaks and smiles.");
    }

    #[test]
    fn names_that_only_look_alike_are_left_alone() {
        for text in [
            "A pandora ring. A zoom lens lies on a table.",
            "She knows nothing of it.",
            "A dolly with blue eyes.",
            "A short cut through the park.",
        ] {
            assert_eq!(kinds(&described(text), LARGE), [AdviceKind::TooShort], "{text}");
        }
    }
}
