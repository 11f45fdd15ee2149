#![allow(clippy::needless_pass_by_value, reason = "edits are written down where they are made")]

mod chance;

use super::*;
use gallop_protocol::{Digest, Id};

/// Shots of these lengths, each with a line.
struct Film {
    shots: Vec<(Id, u32)>,
    lines: Vec<Line>,
}

impl Film {
    fn new(lengths: &[u32]) -> Self {
        let line = Line { speaker: None, language: Language::English, text: "Hello, my friend!".into() };
        Self { shots: lengths.iter().map(|frames| (Id::new(), *frames)).collect(), lines: vec![line] }
    }

    fn shot(&self, index: usize) -> Id {
        self.shots[index].0
    }

    /// A timeline with all shots in their order.
    fn timeline(&self) -> Timeline {
        let mut timeline = Timeline::default();
        for (shot, _) in &self.shots {
            let at = timeline.end();
            timeline = timeline.after(&TimelineEdit::InsertClip { shot: *shot, at }, self).expect("inserted");
        }
        timeline
    }
}

impl Shots for Film {
    fn frames(&self, shot: Id) -> Option<u32> {
        self.shots.iter().find(|(id, _)| *id == shot).map(|(_, frames)| *frames)
    }

    fn lines(&self, _: Id) -> &[Line] {
        &self.lines
    }
}

/// `(start, in, out)` of all clips.
fn spans(timeline: &Timeline) -> Vec<(u32, u32, u32)> {
    timeline.clips.iter().map(|clip| (clip.start, clip.r#in, clip.out)).collect()
}

fn edited(timeline: &Timeline, film: &Film, edit: TimelineEdit) -> Timeline {
    timeline.after(&edit, film).unwrap_or_else(|error| panic!("{edit:?}: {error}"))
}

fn media() -> MediaRef {
    MediaRef { sha256: Digest::of("x"), name: "x.wav".into(), bytes: 1, other: Default::default() }
}

#[test]
fn a_magnetic_track_has_no_gaps() {
    let film = Film::new(&[100, 50, 80]);
    let timeline = film.timeline();
    assert_eq!(spans(&timeline), [(0, 0, 100), (100, 0, 50), (150, 0, 80)]);
    let ids: Vec<Id> = timeline.clips.iter().map(|clip| clip.id).collect();
    let trimmed = edited(&timeline, &film, TimelineEdit::Trim { clip: ids[0], edge: Edge::In, to: 30 });
    assert_eq!(spans(&trimmed), [(0, 30, 100), (70, 0, 50), (120, 0, 80)]);
    let trimmed = edited(&timeline, &film, TimelineEdit::Trim { clip: ids[0], edge: Edge::Out, to: 10_000 });
    assert_eq!(trimmed, timeline, "no further than the take");
    let trimmed = edited(&timeline, &film, TimelineEdit::Trim { clip: ids[1], edge: Edge::Out, to: 0 });
    assert_eq!(spans(&trimmed), [(0, 0, 100), (100, 0, 1), (101, 0, 80)], "a frame stays");
    let deleted = edited(&timeline, &film, TimelineEdit::Delete { clips: vec![ids[1]], gap: Gap::Leave });
    assert_eq!(spans(&deleted), [(0, 0, 100), (100, 0, 80)]);
    let moved = edited(&timeline, &film, TimelineEdit::Move { clip: ids[2], to: 30 });
    assert_eq!(spans(&moved), [(0, 0, 80), (80, 0, 100), (180, 0, 50)]);
    let moved = edited(&timeline, &film, TimelineEdit::Move { clip: ids[0], to: 60 });
    assert_eq!(moved.clips.iter().map(|clip| clip.id).collect::<Vec<_>>(), [ids[1], ids[0], ids[2]]);
    let double = edited(&timeline, &film, TimelineEdit::Duplicate { clip: ids[0] });
    assert_eq!(spans(&double), [(0, 0, 100), (100, 0, 100), (200, 0, 50), (250, 0, 80)]);
}

#[test]
fn cuts_move_and_takes_slip_within_what_there_is() {
    let film = Film::new(&[100, 100]);
    let timeline = film.timeline();
    let [left, right] = [timeline.clips[0].id, timeline.clips[1].id];
    let trimmed = edited(&timeline, &film, TimelineEdit::Trim { clip: left, edge: Edge::Out, to: 60 });
    let trimmed = edited(&trimmed, &film, TimelineEdit::Trim { clip: right, edge: Edge::In, to: 20 });
    assert_eq!(spans(&trimmed), [(0, 0, 60), (60, 20, 100)]);
    let rolled = |by| spans(&edited(&trimmed, &film, TimelineEdit::Roll { left, by }));
    assert_eq!(rolled(10), [(0, 0, 70), (70, 30, 100)]);
    assert_eq!(rolled(1000), [(0, 0, 100), (100, 60, 100)], "to the end of the left take");
    assert_eq!(rolled(-1000), [(0, 0, 40), (40, 0, 100)], "to the beginning of the right take");
    let slipped = |by| spans(&edited(&trimmed, &film, TimelineEdit::Slip { clip: right, by }))[1];
    assert_eq!((slipped(-5), slipped(-1000), slipped(1000)), ((60, 15, 95), (60, 0, 80), (60, 20, 100)));
    let split = edited(&trimmed, &film, TimelineEdit::Split { at: 70, clip: None });
    assert_eq!(spans(&split), [(0, 0, 60), (60, 20, 30), (70, 30, 100)]);
    for at in [0, 60, 140, 1000] {
        assert!(trimmed.after(&TimelineEdit::Split { at, clip: None }, &film).is_err(), "{at}");
    }
    assert!(trimmed.after(&TimelineEdit::Roll { left: right, by: 1 }, &film).is_err(), "nothing behind it");
}

#[test]
fn a_free_track_keeps_its_gaps_and_never_overlaps() {
    let film = Film::new(&[100, 50]);
    let free = edited(&film.timeline(), &film, TimelineEdit::SetTrack { track: Track::Free });
    let [a, b] = [free.clips[0].id, free.clips[1].id];
    let moved = edited(&free, &film, TimelineEdit::Move { clip: b, to: 300 });
    assert_eq!(spans(&moved), [(0, 0, 100), (300, 0, 50)]);
    let trimmed = edited(&moved, &film, TimelineEdit::Trim { clip: b, edge: Edge::In, to: 20 });
    assert_eq!(spans(&trimmed)[1], (320, 20, 50), "its end stays");
    let inside = edited(&moved, &film, TimelineEdit::InsertClip { shot: film.shot(1), at: 90 });
    assert_eq!(spans(&inside), [(0, 0, 100), (100, 0, 50), (300, 0, 50)], "at the nearer end");
    let pushed = edited(&moved, &film, TimelineEdit::InsertClip { shot: film.shot(0), at: 280 });
    assert_eq!(spans(&pushed), [(0, 0, 100), (280, 0, 100), (380, 0, 50)]);
    let left = edited(&moved, &film, TimelineEdit::Delete { clips: vec![a], gap: Gap::Leave });
    assert_eq!(spans(&left), [(300, 0, 50)]);
    let closed = edited(&moved, &film, TimelineEdit::Delete { clips: vec![a], gap: Gap::Close });
    assert_eq!(spans(&closed), [(200, 0, 50)]);
    let magnetic = edited(&moved, &film, TimelineEdit::SetTrack { track: Track::Magnetic });
    assert_eq!(spans(&magnetic), [(0, 0, 100), (100, 0, 50)]);
}

#[test]
fn captions_go_with_their_clip() {
    let film = Film::new(&[100]);
    let timeline = film.timeline();
    let clip = timeline.clips[0].id;
    let said = edited(&timeline, &film, TimelineEdit::CaptionsFromLines { clip });
    let caption = said.captions[0].clone();
    assert_eq!((caption.text.as_str(), caption.from), ("Hello, my friend!", 5));
    assert!(caption.to > caption.from + 10 && caption.to < 100, "{caption:?}");
    let at = caption.from + 3;
    let split = edited(&said, &film, TimelineEdit::Split { at, clip: None });
    let ranges: Vec<_> = split.captions.iter().map(|caption| (caption.from, caption.to)).collect();
    assert_eq!(ranges, [(caption.from, at), (at, caption.to)], "read on both sides of the cut");
    let deleted = edited(&split, &film, TimelineEdit::Delete { clips: vec![clip], gap: Gap::Close });
    assert_eq!(deleted.captions.len(), 1);
    let double = edited(&said, &film, TimelineEdit::Duplicate { clip });
    assert_eq!(double.captions.len(), 2);
    let long = Caption { to: 5000, ..caption.clone() };
    let put = edited(&said, &film, TimelineEdit::PutCaption { caption: long });
    assert_eq!((put.captions.len(), put.captions[0].to), (1, 100), "within the take");
}

#[test]
fn clips_follow_the_length_of_their_takes() {
    let film = Film::new(&[100, 50]);
    let mut timeline = film.timeline();
    timeline.refit(film.shot(0), Some(100), 120);
    assert_eq!(spans(&timeline), [(0, 0, 120), (120, 0, 50)], "what was whole stays whole");
    timeline.clips[0].out = 110;
    timeline.refit(film.shot(0), Some(120), 80);
    assert_eq!(spans(&timeline), [(0, 0, 80), (80, 0, 50)]);
    timeline.clips[0].r#in = 70;
    timeline.refit(film.shot(0), Some(80), 20);
    assert_eq!(spans(&timeline), [(0, 19, 20), (1, 0, 50)], "a frame stays");

    let clip = timeline.clips[0].id;
    let late = Caption { id: Id::new(), clip, from: 60, to: 75, text: "Later.".into(), language: Language::English };
    timeline.captions.push(late.clone());
    timeline.refit(film.shot(0), Some(20), 30);
    timeline.refit(film.shot(0), Some(30), 100);
    assert_eq!(timeline.captions, [late], "a short take between two long ones takes no caption with it");
}

#[test]
fn sounds_lie_beside_each_other() {
    let film = Film::new(&[100]);
    let add = |track, start| TimelineEdit::AddAudio {
        track,
        kind_of_track: AudioKind::Music,
        media: media(),
        start,
        frames: 50,
    };
    let timeline = edited(&film.timeline(), &film, add(None, 10));
    let track = &timeline.tracks[0];
    assert_eq!((track.items[0].end(), track.duck), (60, Duck::UnderSpeech));
    assert!(timeline.after(&add(Some(track.id), 59), &film).is_err(), "over another");
    let two = edited(&timeline, &film, add(Some(track.id), 60));
    let item = AudioItem { start: 200, fade_in: 10, gain_db: -6.0, ..two.tracks[0].items[0].clone() };
    let moved = edited(&two, &film, TimelineEdit::PutAudio { track: track.id, item: item.clone() });
    assert_eq!(moved.tracks[0].items.iter().map(|item| item.start).collect::<Vec<_>>(), [60, 200]);
    for bad in [
        AudioItem { fade_out: 45, ..item.clone() },
        AudioItem { gain_db: f32::NAN, ..item.clone() },
        AudioItem { gain_db: 100.0, ..item.clone() },
        AudioItem { out: 0, ..item.clone() },
        AudioItem { start: u32::MAX, ..item.clone() },
    ] {
        let edit = TimelineEdit::PutAudio { track: track.id, item: bad };
        assert!(two.after(&edit, &film).is_err(), "{edit:?}");
    }
}

#[test]
fn what_is_not_there_is_refused() {
    let film = Film::new(&[100]);
    let (timeline, id) = (film.timeline(), Id::new());
    let caption = Caption { id, clip: id, from: 0, to: 1, text: String::new(), language: Language::French };
    for edit in [
        TimelineEdit::InsertClip { shot: id, at: 0 },
        TimelineEdit::Move { clip: id, to: 0 },
        TimelineEdit::Trim { clip: id, edge: Edge::In, to: 0 },
        TimelineEdit::Roll { left: id, by: 1 },
        TimelineEdit::Slip { clip: id, by: 1 },
        TimelineEdit::Split { at: 5, clip: Some(id) },
        TimelineEdit::Delete { clips: vec![id], gap: Gap::Close },
        TimelineEdit::Duplicate { clip: id },
        TimelineEdit::PutCaption { caption },
        TimelineEdit::DeleteCaption { id },
        TimelineEdit::CaptionsFromLines { clip: id },
        TimelineEdit::DeleteAudio { id },
        TimelineEdit::DeleteTrack { id },
        TimelineEdit::DeleteMarker { id },
        TimelineEdit::PutMarker { marker: Marker { id, frame: u32::MAX, text: String::new() } },
        TimelineEdit::InsertClip { shot: id, at: u32::MAX },
    ] {
        let error = timeline.after(&edit, &film).expect_err("refused");
        assert_eq!(crate::code_of(&error), crate::Code::Input, "{edit:?}: {error}");
    }
}

#[test]
fn clips_run_faster_and_slower() {
    let film = Film::new(&[100, 50]);
    let timeline = film.timeline();
    let [a, b] = [timeline.clips[0].id, timeline.clips[1].id];
    let fast = edited(&timeline, &film, TimelineEdit::SetSpeed { clips: vec![a], speed: 2.0 });
    let places = |timeline: &Timeline| timeline.clips.iter().map(|clip| (clip.start, clip.end())).collect::<Vec<_>>();
    assert_eq!((spans(&fast)[0], places(&fast)), ((0, 0, 100), vec![(0, 50), (50, 100)]));
    let split = edited(&fast, &film, TimelineEdit::Split { at: 20, clip: None });
    assert_eq!((spans(&split)[0].2, places(&split)[..2].to_vec()), (40, vec![(0, 20), (20, 50)]), "twice as far in");
    let trimmed = edited(&fast, &film, TimelineEdit::Trim { clip: a, edge: Edge::In, to: 50 });
    assert_eq!(places(&trimmed), [(0, 25), (25, 75)]);
    let short = edited(&fast, &film, TimelineEdit::Trim { clip: a, edge: Edge::Out, to: 60 });
    let rolled = |by| spans(&edited(&short, &film, TimelineEdit::Roll { left: a, by }));
    assert_eq!(rolled(10), [(0, 0, 80), (40, 10, 50)]);
    assert_eq!(rolled(1000), [(0, 0, 100), (50, 20, 50)], "to the end of the left take");
    assert_eq!(rolled(-10), [(0, 0, 60), (30, 0, 50)], "there is nothing before the right clip");
    let slow = edited(&timeline, &film, TimelineEdit::SetSpeed { clips: vec![b], speed: 0.1 });
    assert_eq!(places(&slow), [(0, 100), (100, 600)]);
    let split = edited(&slow, &film, TimelineEdit::Split { at: 113, clip: None });
    assert_eq!(places(&split), [(0, 100), (100, 110), (110, 600)], "at the nearest frame of the take");
    let free = edited(&timeline, &film, TimelineEdit::SetTrack { track: Track::Free });
    let slow = edited(&free, &film, TimelineEdit::SetSpeed { clips: vec![a], speed: 0.5 });
    assert_eq!(places(&slow), [(0, 200), (200, 250)], "what is in the way moves right");
    let saved = serde_json::to_value(&timeline).expect("JSON");
    assert!(saved["clips"][0].get("speed").is_none() && saved["clips"][0].get("look").is_none(), "{saved}");
}

#[test]
fn two_halves_of_a_clip_take_what_it_took() {
    let film = Film::new(&[200]);
    let mut snapped = 0;
    for speed in [0.1, 0.25, 0.3, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.3, 7.0, 10.0] {
        for first in [0, 1, 7] {
            let mut timeline = film.timeline();
            (timeline.clips[0].r#in, timeline.clips[0].speed) = (first, speed);
            let whole = timeline.end();
            for at in 1..whole {
                let edit = TimelineEdit::Split { at, clip: None };
                let Ok(split) = timeline.after(&edit, &film) else { panic!("{speed} {first} {at}") };
                assert_eq!(split.end(), whole, "{speed} {first} {at}");
                let missed = split.clips[1].start.abs_diff(at);
                assert!(f64::from(missed) <= 1.0 / speed && (speed < 1.0 || missed == 0), "{speed} {first} {at}");
                snapped += u32::from(missed > 0);
            }
        }
    }
    assert!(snapped > 100, "{snapped} cuts at the nearest frame of a slow clip");
}

#[test]
fn films_and_pictures_lie_between_shots() {
    let film = Film::new(&[100]);
    let add = |footage, frames, at| TimelineEdit::InsertFootage { media: media(), footage, frames, at };
    let timeline = edited(&film.timeline(), &film, add(FootageKind::Film, 75, 1000));
    assert_eq!(spans(&timeline), [(0, 0, 100), (100, 0, 75)]);
    let id = timeline.clips[1].id;
    let out = |to| TimelineEdit::Trim { clip: id, edge: Edge::Out, to };
    assert_eq!(spans(&edited(&timeline, &film, out(500)))[1], (100, 0, 75), "no further than the film");
    let twice = edited(&timeline, &film, add(FootageKind::Film, 75, 0));
    assert_eq!((twice.clips.len(), twice.footage.len()), (3, 1), "one film, seen twice");
    let mut mended = twice.clone();
    mended.mend(|_| false);
    assert_eq!((mended.clips.len(), mended.footage.len()), (2, 1), "the shot is gone, the film is not");
    let gone = TimelineEdit::Delete { clips: mended.clips.iter().map(|clip| clip.id).collect(), gap: Gap::Close };
    assert!(edited(&mended, &film, gone).footage.is_empty());

    let still = edited(&film.timeline(), &film, add(FootageKind::Still, 100, 0));
    let id = still.clips[0].id;
    for (edge, by) in [(Edge::In, -30), (Edge::Out, 30)] {
        let end = if edge == Edge::In { still.clips[0].r#in } else { still.clips[0].out };
        let trim = TimelineEdit::Trim { clip: id, edge, to: end.saturating_add_signed(by) };
        assert_eq!(edited(&still, &film, trim).clips[0].frames(), 130, "a picture is as long as one wants");
    }
    for frames in [0, u32::MAX] {
        assert!(film.timeline().after(&add(FootageKind::Still, frames, 0), &film).is_err());
    }
}

#[test]
fn what_cannot_be_seen_is_refused() {
    let film = Film::new(&[100]);
    let timeline = film.timeline();
    let clips = vec![timeline.clips[0].id];
    let look = Look { opacity: 0.3, fade_in: 5, cross_fade: 12, ..Look::default() };
    let put = |look| TimelineEdit::SetLook { clips: clips.clone(), look };
    assert_eq!(edited(&timeline, &film, put(look)).clips[0].look, look);
    let area = |x, y, w, h| Area { x, y, w, h };
    for bad in [
        Look { opacity: 1.1, ..look },
        Look { opacity: f32::NAN, ..look },
        Look { crop: area(0.6, 0.0, 0.5, 1.0), ..look },
        Look { crop: area(0.0, 0.0, 0.0, 1.0), ..look },
        Look { crop_to: Some(area(-0.1, 0.0, 0.5, 1.0)), ..look },
        Look { frame: area(f32::INFINITY, 0.0, 1.0, 1.0), ..look },
        Look { frame: area(0.0, 0.0, 1e9, 1.0), ..look },
        Look { color: Color { warmth: 1.5, ..Color::default() }, ..look },
        Look { gain_db: 99.0, ..look },
        Look { fade_in: u32::MAX, ..look },
    ] {
        assert!(timeline.after(&put(bad), &film).is_err(), "{bad:?}");
    }
    let zoom = Look { crop_to: Some(area(0.5, 0.5, 0.5, 0.5)), fade_out: 9, ..look };
    let halves = edited(&edited(&timeline, &film, put(zoom)), &film, TimelineEdit::Split { at: 50, clip: None });
    let (left, right) = (halves.clips[0].look, halves.clips[1].look);
    assert_eq!((left.crop_to, right.crop), (Some(area(0.25, 0.25, 0.75, 0.75)), area(0.25, 0.25, 0.75, 0.75)));
    assert_eq!((left.fade_in, left.fade_out, right.fade_in, right.fade_out, right.cross_fade), (5, 0, 0, 9, 0));
    let old = serde_json::json!({ "clips": [{ "id": Id::new(), "shot": Id::new(), "start": 0, "in": 0, "out": 5 }] });
    let old: Timeline = serde_json::from_value(old).expect("a timeline of before");
    assert_eq!((old.clips[0].speed, old.clips[0].look, old.clips[0].frames()), (1.0, Look::default(), 5));
}
