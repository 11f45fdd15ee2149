//! The window draws a drag by the same rules as the core edits by. Both are held against the same examples: this test
//! writes down what the core does, and `ui/src/lib/timeline/examples.test.ts` reads it.
//!
//! After a change of the rules: `GALLOP_WRITE_EXAMPLES=1 cargo test -p gallop-core --test timeline_examples`, then the
//! window's rules.

use gallop_core::timeline::{Clip, Edge, Gap, Shots, Timeline, TimelineEdit, Track};
use gallop_protocol::Id;
use gallop_protocol::shot::Line;
use serde_json::{Value, json};

/// Frames of the takes, by the last digit of the shot.
const LENGTHS: [u32; 4] = [101, 51, 126, 26];

struct Takes;

impl Shots for Takes {
    fn frames(&self, shot: Id) -> Option<u32> {
        (0..LENGTHS.len()).find(|index| id(9, *index) == shot).map(|index| LENGTHS[index])
    }

    fn lines(&self, _: Id) -> &[Line] {
        &[]
    }
}

fn id(kind: usize, index: usize) -> Id {
    format!("00000000-0000-7000-8000-00000000{kind:02}{index:02}").parse().expect("an id")
}

/// Numbers that look random and are the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, below: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(below.max(1))).expect("below a number of 32 bits")
    }

    fn within(&mut self, far: i32) -> i32 {
        i32::try_from(self.below(far.unsigned_abs() * 2 + 1)).expect("small") - far
    }
}

/// How fast clips run in the examples of clips that do not run as they were taken.
const SPEEDS: [f64; 6] = [0.5, 2.0, 1.5, 0.3, 3.7, 1.0];

/// Some clips in a row, with gaps on a free track.
fn some_clips(dice: &mut Dice, track: Track, speeds: &[f64]) -> Timeline {
    let mut start = 0;
    let clips = (0..6)
        .map(|index| {
            let shot = dice.below(4) as usize;
            let first = dice.below(LENGTHS[shot] / 2);
            let out = first + 1 + dice.below(LENGTHS[shot] - first);
            if track == Track::Free {
                start += [0, 0, dice.below(60)][dice.below(3) as usize];
            }
            let mut clip = Clip { id: id(1, index), start, ..Clip::of(id(9, shot), first, out) };
            if !speeds.is_empty() {
                clip.speed = speeds[dice.below(speeds.len() as u32) as usize];
            }
            start = clip.end();
            clip
        })
        .collect();
    Timeline { track, clips, ..Timeline::default() }
}

fn some_edit(dice: &mut Dice, timeline: &Timeline) -> TimelineEdit {
    let clip = timeline.clips[dice.below(6).min(timeline.clips.len() as u32 - 1) as usize].id;
    let end = timeline.clips.last().map_or(0, Clip::end);
    match dice.below(6) {
        0 | 1 => TimelineEdit::Move { clip, to: dice.below(end + 40) },
        2 => {
            let edge = if dice.below(2) == 0 { Edge::In } else { Edge::Out };
            TimelineEdit::Trim { clip, edge, to: dice.below(150) }
        }
        3 => TimelineEdit::Roll { left: clip, by: dice.within(60) },
        4 => TimelineEdit::Slip { clip, by: dice.within(60) },
        _ => {
            let gap = if dice.below(2) == 0 { Gap::Close } else { Gap::Leave };
            TimelineEdit::Delete { clips: vec![clip], gap }
        }
    }
}

/// Clips and shots go by the ends of their ids, which are told apart by them here.
fn row(timeline: &Timeline) -> Vec<Value> {
    timeline
        .clips
        .iter()
        .map(|clip| {
            let mut row = vec![
                json!(clip.id.short()),
                json!(clip.shot.short()),
                json!(clip.start),
                json!(clip.r#in),
                json!(clip.out),
            ];
            row.extend(Some(clip.speed).filter(|speed| *speed != 1.0).map(|speed| json!(speed)));
            Value::Array(row)
        })
        .collect()
}

#[test]
fn the_window_is_told_what_the_rules_do() {
    let mut dice = Dice(5);
    let mut examples = Vec::new();
    for round in 0..300 {
        let track = if round % 2 == 0 { Track::Magnetic } else { Track::Free };
        let before = some_clips(&mut dice, track, if round < 160 { &[] } else { &SPEEDS });
        let edit = some_edit(&mut dice, &before);
        // What is refused leaves all as it was: so does a rule of the window that finds nothing to do.
        let after = before.after(&edit, &Takes).unwrap_or_else(|_| before.clone());
        let mut example = json!({ "track": track, "before": row(&before), "edit": edit, "after": row(&after) });
        // Their order depends on a feature that any crate of the build may switch on.
        example.sort_all_objects();
        examples.push(example.to_string());
    }
    let shots: serde_json::Map<_, _> = (0..4).map(|index| (id(9, index).short(), json!(LENGTHS[index]))).collect();
    let made = format!("{{\"lengths\":{},\"examples\":[\n{}\n]}}\n", Value::Object(shots), examples.join(",\n"));

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../ui/src/lib/timeline/examples.json");
    if std::env::var_os("GALLOP_WRITE_EXAMPLES").is_some() {
        std::fs::write(path, &made).expect("write the examples");
    }
    let kept = std::fs::read_to_string(path).expect("the examples");
    let changed = made.lines().zip(kept.lines()).find(|(made, kept)| made != kept);
    assert!(made == kept, "the rules changed; see the top of this file: {changed:?}");
}
