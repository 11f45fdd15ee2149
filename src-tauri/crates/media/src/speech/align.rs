//! When each of several known lines is spoken.
//!
//! The text is known and so is its order; what is sought are the places between the lines. Every pause and every soft
//! moment is a place where one may end, the better the longer and softer; and each line should take about as long as it is
//! expected to, at the pace at which all of them were spoken. Dynamic programming finds the places that are best together.

use super::{FRAME, Level, levels, spoken};
use crate::{Ticks, render::Span};

/// Captions come up so many frames (0.08 s) before their line and stay so many (0.15 s) after it.
const BEFORE: usize = 8;
const AFTER: usize = 15;
/// So many places where a line may end are looked at, the best ones.
const MAX_PLACES: usize = 800;
/// A line is spoken for so many frames at least.
const SHORTEST: usize = 10;
/// A pause of so many frames (0.6 s) is as good as a longer one.
const LONG_PAUSE: f64 = 60.0;
/// What a long pause is worth: more than a line costs that takes twice as long as expected. Voices differ more in pace than
/// in where they breathe.
const PAUSE_WORTH: f64 = 5.0;
/// What a cut through a word costs: between this for its softest moment …
const SOFT_CUT: f64 = 1.0;
/// … and so much more for one as loud as the rest.
const LOUD_CUT: f64 = 3.0;
/// How much it costs when a line takes e times as long as expected, or as short.
const PACE: f64 = 5.0;

/// A line that is spoken somewhere in a sound.
#[derive(Debug, Clone, PartialEq)]
pub struct LineToSay {
    /// What is said.
    pub text: String,
    /// About how long that takes, in seconds. Only the proportions between lines count.
    pub seconds_expected: f64,
}

impl LineToSay {
    /// A line whose length is guessed from its letters: a Chinese or Japanese character is a syllable, a Korean one too,
    /// and of other scripts' letters some three are.
    pub fn new(text: &str) -> Self {
        let secs = |letter: char| match letter {
            '\u{3040}'..='\u{30ff}' => 0.13,
            '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => {
                0.22
            }
            '.' | '!' | '?' | ';' | ':' | '。' | '！' | '？' | '；' | '：' | '…' => 0.25,
            ',' | '，' | '、' => 0.15,
            letter if letter.is_alphabetic() => 0.065,
            digit if digit.is_numeric() => 0.25,
            _ => 0.0,
        };
        Self { text: text.to_owned(), seconds_expected: text.chars().map(secs).sum::<f64>().max(0.2) }
    }
}

/// When each line is spoken in 48 kHz sound (one slice per channel, equally long), counted from its first sample.
///
/// There is one span for each line, in order and without overlaps. Where no speech is found at all, the lines share the
/// sound's length.
pub fn align(channels: &[Vec<f32>], lines: &[LineToSay]) -> Vec<Span> {
    let levels = levels(channels.iter().map(Vec::as_slice));
    let spoken = spoken(&levels);
    let expected: Vec<f64> = lines.iter().map(|line| expectation(line.seconds_expected)).collect();
    let found = match (spoken.iter().position(|spoken| *spoken), spoken.iter().rposition(|spoken| *spoken)) {
        (Some(first), Some(last)) => {
            let cuts = cuts(&levels, &spoken, (first, last + 1), &expected);
            let parts = cuts.windows(2).map(|pair| trimmed(&spoken, pair[0], pair[1]));
            with_room(&parts.collect::<Vec<_>>(), levels.len())
        }
        _ => shares(&expected, levels.len()),
    };
    let ticks = |frame: usize| Ticks::of_samples((frame * FRAME) as u64, 48_000);
    found.into_iter().map(|(start, end)| Span { start: ticks(start), end: ticks(end) }).collect()
}

/// A number of seconds that can be reckoned with.
fn expectation(secs: f64) -> f64 {
    if secs.is_finite() { secs.clamp(0.05, 3_600.0) } else { 1.0 }
}

/// Divides so many frames in proportion.
fn shares(expected: &[f64], frames: usize) -> Vec<(usize, usize)> {
    let all: f64 = expected.iter().sum();
    let mut done = 0.0;
    let mut start = 0;
    let share = |secs: &f64| {
        done += secs;
        let end = ((done / all * frames as f64).round() as usize).min(frames);
        (std::mem::replace(&mut start, end), end)
    };
    expected.iter().map(share).collect()
}

/// A frame at which a line may end, and what that costs.
#[derive(Clone, Copy)]
struct Place {
    frame: usize,
    cost: f64,
}

/// The frames between the lines, with the first and the last of all.
fn cuts(levels: &[Level], spoken: &[bool], whole: (usize, usize), expected: &[f64]) -> Vec<usize> {
    // How many frames before each are spoken.
    let mut before = vec![0_usize];
    for spoken in spoken {
        before.push(before.last().copied().unwrap_or(0) + usize::from(*spoken));
    }
    let all = (before[whole.1] - before[whole.0]) as f64;
    let pace = all / expected.iter().sum::<f64>().max(0.05);
    let mut places = places(levels, spoken, whole);
    places.insert(0, Place { frame: whole.0, cost: 0.0 });
    places.push(Place { frame: whole.1, cost: 0.0 });

    // The least that it costs to end line by line at each place, and where the line before ended then.
    let mut least: Vec<f64> =
        places.iter().map(|place| if place.frame == whole.0 { 0.0 } else { f64::INFINITY }).collect();
    let mut from: Vec<Vec<usize>> = Vec::new();
    for secs in expected {
        let mut next = vec![f64::INFINITY; places.len()];
        let mut origins = vec![0; places.len()];
        for (end, place) in places.iter().enumerate() {
            for start in (0..end).rev() {
                let frames = before[place.frame] - before[places[start].frame];
                let times = frames as f64 / (secs * pace);
                // Further back it only gets longer.
                if times > 6.0 && next[end].is_finite() {
                    break;
                }
                if frames < SHORTEST || !least[start].is_finite() {
                    continue;
                }
                let cost = least[start] + place.cost + PACE * times.ln().powi(2);
                if cost < next[end] {
                    (next[end], origins[end]) = (cost, start);
                }
            }
        }
        least = next;
        from.push(origins);
    }
    let mut at = places.len() - 1;
    if !least[at].is_finite() {
        // More lines than sounds: each gets its share of what is spoken.
        let shares = shares(expected, whole.1 - whole.0);
        return std::iter::once(whole.0).chain(shares.iter().map(|share| whole.0 + share.1)).collect();
    }
    let mut cuts = vec![places[at].frame];
    for origins in from.iter().rev() {
        at = origins[at];
        cuts.push(places[at].frame);
    }
    cuts.reverse();
    cuts
}

/// Where lines may end: in the middle of each pause, and in the soft moments of what is spoken.
fn places(levels: &[Level], spoken: &[bool], whole: (usize, usize)) -> Vec<Place> {
    let smooth: Vec<f32> = (0..levels.len())
        .map(|at| {
            let around = &levels[at.saturating_sub(2)..(at + 3).min(levels.len())];
            around.iter().map(|level| level.voice.max(-70.0)).sum::<f32>() / around.len() as f32
        })
        .collect();
    let inside = &smooth[whole.0..whole.1];
    let (soft, loud) =
        inside.iter().fold((f32::MAX, f32::MIN), |(soft, loud), level| (soft.min(*level), loud.max(*level)));
    let mut places = Vec::new();
    let mut at = whole.0;
    while at < whole.1 {
        if !spoken[at] {
            let end = spoken[at..].iter().position(|spoken| *spoken).map_or(whole.1, |length| at + length);
            let worth = ((end - at) as f64 / LONG_PAUSE).min(1.0);
            places.push(Place { frame: at.midpoint(end), cost: -PAUSE_WORTH * worth });
            at = end;
            continue;
        }
        let around = &smooth[at.saturating_sub(3)..(at + 4).min(smooth.len())];
        // The first of equals, so that a plateau is one place.
        let softest = around.iter().all(|other| *other >= smooth[at]) && at > 0 && smooth[at - 1] > smooth[at];
        if softest && at > whole.0 {
            let loudness = f64::from((smooth[at] - soft) / (loud - soft).max(1.0));
            places.push(Place { frame: at, cost: SOFT_CUT + (LOUD_CUT - SOFT_CUT) * loudness });
        }
        at += 1;
    }
    if places.len() > MAX_PLACES {
        places.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        places.truncate(MAX_PLACES);
        places.sort_by_key(|place| place.frame);
    }
    places
}

/// What is spoken between two frames, from its beginning to its end.
fn trimmed(spoken: &[bool], from: usize, to: usize) -> (usize, usize) {
    let part = &spoken[from..to];
    let first = part.iter().position(|spoken| *spoken).unwrap_or(0);
    let last = part.iter().rposition(|spoken| *spoken).map_or(part.len(), |last| last + 1);
    (from + first, from + last)
}

/// Spans with a little time before and after, as far as their neighbours leave some.
fn with_room(parts: &[(usize, usize)], frames: usize) -> Vec<(usize, usize)> {
    let roomy = |(at, (start, end)): (usize, &(usize, usize))| {
        let before = at.checked_sub(1).map_or(0, |before| parts[before].1.midpoint(*start));
        let after = parts.get(at + 1).map_or(frames, |after| end.midpoint(after.0));
        (start.saturating_sub(BEFORE).max(before), (end + AFTER).min(after))
    };
    parts.iter().enumerate().map(roomy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: usize = 48_000;

    /// A buzz of syllables wherever one of these spans (in seconds) is.
    fn sound(spans: &[(f64, f64)], secs: f64) -> Vec<Vec<f32>> {
        let samples = (secs * SECOND as f64) as usize;
        let mut sound = vec![0.0; samples];
        for (start, end) in spans {
            for (at, sample) in sound.iter_mut().enumerate() {
                let time = at as f64 / SECOND as f64;
                if (*start..*end).contains(&time) {
                    let buzz: f64 = (1..12).map(|part| (880.0 * f64::from(part) * time).sin() / f64::from(part)).sum();
                    let syllable = (std::f64::consts::PI * 4.0 * (time - start)).sin().abs().max(0.2);
                    *sample += (0.2 * buzz * syllable) as f32;
                }
            }
        }
        vec![sound]
    }

    fn lines(secs: &[f64]) -> Vec<LineToSay> {
        secs.iter().map(|secs| LineToSay { text: "…".into(), seconds_expected: *secs }).collect()
    }

    fn found(channels: &[Vec<f32>], lines: &[LineToSay]) -> Vec<(f64, f64)> {
        let spans = align(channels, lines);
        assert_eq!(spans.len(), lines.len());
        assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start), "{spans:?}");
        assert!(spans.iter().all(|span| span.start < span.end), "{spans:?}");
        spans.iter().map(|span| (span.start.secs(), span.end.secs())).collect()
    }

    /// Spans of captions begin up to 0.08 s before what is said and end up to 0.15 s after it.
    fn near(found: &[(f64, f64)], spoken: &[(f64, f64)]) {
        assert_eq!(found.len(), spoken.len());
        for ((start, end), (from, to)) in found.iter().zip(spoken) {
            assert!(
                (from - start - 0.04).abs() < 0.08 && (end - to - 0.07).abs() < 0.13,
                "{found:.2?} for {spoken:.2?}"
            );
        }
    }

    #[test]
    fn lines_with_pauses_between_them_are_found() {
        let spoken = [(0.5, 1.7), (2.3, 2.9), (3.5, 5.5)];
        near(&found(&sound(&spoken, 6.5), &lines(&[1.0, 0.5, 2.0])), &spoken);
        // Expectations that are half wrong change nothing, with pauses as clear as these.
        near(&found(&sound(&spoken, 6.5), &lines(&[0.7, 0.7, 2.0])), &spoken);
    }

    #[test]
    fn a_breath_within_a_line_is_no_end_of_it() {
        let spoken = [(0.5, 1.5), (1.9, 3.0), (3.4, 4.0), (4.4, 6.4)];
        let found = found(&sound(&spoken, 7.0), &lines(&[2.0, 0.6, 2.0]));
        near(&found, &[(0.5, 3.0), (3.4, 4.0), (4.4, 6.4)]);
    }

    #[test]
    fn lines_without_a_pause_share_what_is_spoken() {
        let found = found(&sound(&[(1.0, 5.0)], 6.0), &lines(&[1.0, 3.0]));
        assert!((found[0].1 - 2.0).abs() < 0.3 && found[0].1 <= found[1].0, "{found:.2?}");
        assert!((found[0].0 - 0.92).abs() < 0.06 && (found[1].1 - 5.15).abs() < 0.06, "{found:.2?}");
    }

    #[test]
    fn without_speech_the_lines_share_the_sound() {
        assert_eq!(found(&[vec![0.0; 4 * SECOND]], &lines(&[1.0, 3.0])), [(0.0, 1.0), (1.0, 4.0)]);
        assert!(align(&[vec![0.0; SECOND]], &[]).is_empty());
        assert_eq!(align(&[], &lines(&[1.0])).len(), 1);
        let many = vec![1.0; 40];
        let spans = align(&sound(&[(0.2, 0.6)], 1.0), &lines(&many));
        assert_eq!(spans.len(), 40);
        assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start), "{spans:?}");
        let odd = lines(&[f64::NAN, -1.0, f64::INFINITY, 0.0]);
        assert_eq!(align(&sound(&[(0.5, 3.0)], 4.0), &odd).len(), 4);
    }

    #[test]
    fn a_longer_text_takes_longer() {
        let secs = |text: &str| LineToSay::new(text).seconds_expected;
        assert!((secs("早上好") - 0.66).abs() < 0.01);
        assert!(secs("Welcome to my world.") > secs("Welcome.") && secs("Welcome to my world.") < 2.0);
        assert_eq!(secs(""), 0.2);
    }
}
