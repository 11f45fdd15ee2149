use super::ask::{Ask, Form, Of};
use super::desk::{Desk, Kind, What};
use super::run::Run;
use super::{fitted, see, sound};
use std::time::Duration;

use gallop_protocol::shot::Language;

use crate::export::{CaptionUse, Edition, LabelChoice, Tongues};

const SIZE: [u32; 2] = [90, 160];

fn play(from: u32, to: u32, again: Option<u32>) -> Ask {
    Ask::Play { turn: 1, of: Of::Timeline, from, to, again, size: SIZE }
}

/// What is due now, if anything is.
fn due<T>(desk: &Desk, mut due: impl FnMut(&super::desk::Wish) -> Option<T>) -> Option<T> {
    desk.wait(|wish| Some(due(wish))).flatten()
}

#[test]
fn a_run_goes_on_again_where_it_is_told_to() {
    let at = |run: Run, place| run.at(place).map(|(frame, _)| frame);
    let once = Run::new(10, 13, None);
    assert_eq!((0..5).map(|place| at(once, place)).collect::<Vec<_>>(), [Some(10), Some(11), Some(12), None, None]);
    let again = Run::new(10, 13, Some(5));
    assert_eq!(again.at(1), Some((11, 2)));
    assert_eq!(again.at(3), Some((5, 8)));
    assert_eq!(at(again, 10), Some(12));
    assert_eq!(at(again, 11), Some(5));
    for nonsense in [Run::new(13, 13, None), Run::new(13, 10, None), Run::new(3, 3, Some(3))] {
        assert_eq!(nonsense.at(0), None);
    }
    assert_eq!(at(Run::new(20, 13, Some(12)), u32::MAX), Some(12), "behind the end it goes on at once");
}

#[test]
fn of_pictures_that_are_asked_for_the_latest_is_painted() {
    let (desk, mut progress) = (Desk::default(), see::Progress::default());
    assert!(due(&desk, |wish| progress.due(wish)).is_none());
    for frame in [3, 4, 5] {
        desk.take(Ask::Show { turn: frame, of: Of::Timeline, frame, size: SIZE });
    }
    let order = due(&desk, |wish| progress.due(wish)).expect("an order");
    assert_eq!(order.frame, 5);
    progress.note(&order, false, Duration::ZERO);
    let better = due(&desk, |wish| progress.due(wish)).expect("a better one");
    assert_eq!(better.frame, 5);
    progress.note(&better, true, Duration::ZERO);
    assert!(due(&desk, |wish| progress.due(wish)).is_none());
    desk.take(Ask::Stop {});
    assert!(due(&desk, |wish| progress.due(wish)).is_none());
    desk.close();
    assert_eq!(desk.wait(|_| Some(())), None);
}

#[test]
fn a_few_pictures_lie_ahead_and_those_too_late_are_left_out() {
    let (desk, mut progress) = (Desk::default(), see::Progress::default());
    desk.take(play(100, 200, None));
    let painted = |desk: &Desk, progress: &mut see::Progress, cost| {
        let mut places = Vec::new();
        while let Some(order) = due(desk, |wish| progress.due(wish)) {
            assert_eq!(order.frame, 100 + order.place);
            progress.note(&order, true, cost);
            places.push(order.place);
        }
        places
    };
    assert_eq!(painted(&desk, &mut progress, Duration::ZERO), [0, 1, 2, 3]);
    desk.take(Ask::More { shown: 2, clock: 1.2 });
    assert_eq!(painted(&desk, &mut progress, Duration::ZERO), [4, 5]);
    // The page has gone on to 20 meanwhile, and each picture takes as long as two last.
    desk.take(Ask::More { shown: 6, clock: 20.5 });
    assert_eq!(painted(&desk, &mut progress, Duration::from_millis(80)), [21, 22, 23, 24]);
    desk.take(Ask::More { shown: 10, clock: 40.0 });
    let late = painted(&desk, &mut progress, Duration::ZERO);
    assert!((41..=43).contains(&late[0]), "{late:?}");
    // What is told late or is no number changes nothing.
    desk.take(Ask::More { shown: 0, clock: f64::NAN });
    assert!(painted(&desk, &mut progress, Duration::ZERO).is_empty());
    desk.take(Ask::More { shown: 14, clock: 1e300 });
    assert!(painted(&desk, &mut progress, Duration::ZERO).is_empty(), "behind the end");
}

#[test]
fn sound_lies_half_a_second_ahead_and_leaves_nothing_out() {
    let (desk, mut progress) = (Desk::default(), sound::Progress::default());
    desk.take(Ask::Show { turn: 1, of: Of::Timeline, frame: 0, size: SIZE });
    assert!(due(&desk, |wish| progress.due(wish)).is_none());
    desk.take(play(0, 30, Some(10)));
    let mut heard = 0;
    for clock in [0.0, 10.0, 11.0, 25.0, 90.0] {
        desk.take(Ask::More { shown: 0, clock });
        while let Some(portion) = due(&desk, |wish| progress.due(wish)) {
            assert_eq!(portion.place, heard);
            let expected = if heard < 30 { heard } else { 10 + (heard - 30) % 20 };
            assert_eq!(portion.frame, expected);
            assert!(portion.frame + portion.frames <= 30);
            heard += portion.frames;
        }
        assert!(f64::from(heard) >= clock + 12.5 && f64::from(heard) < clock + 17.0, "{heard} at {clock}");
    }
}

#[test]
fn a_new_size_goes_on_with_what_plays() {
    let (desk, mut progress) = (Desk::default(), see::Progress::default());
    desk.take(play(0, 30, None));
    let first = due(&desk, |wish| progress.due(wish)).expect("an order");
    progress.note(&first, true, Duration::ZERO);
    desk.take(Ask::Size([180, 320]));
    let what = due(&desk, |wish| wish.what.clone()).expect("it plays");
    assert!(matches!(what, What { size: [180, 320], kind: Kind::Play { .. }, .. }));
    assert_eq!(due(&desk, |wish| progress.due(wish)).expect("an order").place, 1);
}

#[test]
fn pictures_fit_the_viewer_and_are_never_larger_than_the_canvas() {
    let canvas = (1080, 1920);
    for (viewer, expected) in [
        ([405, 720], (406, 720)),
        ([405, 2000], (406, 720)),
        ([1080, 1920], canvas),
        ([4000, 4000], canvas),
        ([0, 0], (16, 16)),
        ([u32::MAX, u32::MAX], canvas),
    ] {
        assert_eq!(fitted(canvas, viewer), expected, "{viewer:?}");
    }
}

#[test]
fn messages_are_read_as_they_are_written_down() {
    let read = |text| serde_json::from_str::<Ask>(text).expect("a message");
    assert_eq!(
        read(r#"{"show": {"turn": 1, "of": "timeline", "frame": 12, "size": [405, 720]}}"#),
        Ask::Show { turn: 1, of: Of::Timeline, frame: 12, size: [405, 720] }
    );
    assert!(matches!(
        read(
            r#"{"play": {"turn": 2, "of": {"take": "01a1fcdf-74c6-767d-b8ef-b31401a2af28"}, "from": 1, "to": 9, "size": [1, 2]}}"#
        ),
        Ask::Play { turn: 2, of: Of::Take(_), from: 1, to: 9, again: None, size: [1, 2] }
    ));
    let tongues = Some(Tongues { first: Language::Mandarin, second: None });
    let edition = Edition {
        preset: "douyin".into(),
        tongues,
        captions: CaptionUse::Both,
        label: LabelChoice::Without { agreed: None },
    };
    assert_eq!(
        read(
            r#"{"show": {"turn": 3, "of": {"export": {"preset": "douyin", "tongues": {"first": "zh"}, "label": {"kind": "without"}}}, "frame": 0, "size": [1, 2]}}"#
        ),
        Ask::Show { turn: 3, of: Of::Export(edition), frame: 0, size: [1, 2] }
    );
    assert_eq!(read(r#"{"more": {"shown": 7, "clock": 9.5}}"#), Ask::More { shown: 7, clock: 9.5 });
    assert_eq!(read(r#"{"size": [810, 1440]}"#), Ask::Size([810, 1440]));
    assert_eq!(read(r#"{"form": "planes"}"#), Ask::Form(Form::Planes));
    assert_eq!(read(r#"{"stop": {}}"#), Ask::Stop {});
}
