//! Edits by chance.

use super::*;

/// Numbers that look like chance and are the same at each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % end.max(1)
    }

    fn frame(&mut self) -> u32 {
        match self.below(20) {
            0 => u32::MAX,
            1 => 0,
            _ => self.below(600) as u32,
        }
    }

    fn by(&mut self) -> i32 {
        match self.below(20) {
            0 => i32::MIN,
            1 => i32::MAX,
            _ => self.below(300) as i32 - 150,
        }
    }

    fn speed(&mut self) -> f64 {
        let some = [1.0, 2.0, 0.5, 10.0, 0.1, 1.0 / 3.0, 1.7, 0.0, -1.0, f64::NAN, f64::INFINITY];
        some[self.below(some.len() as u64) as usize]
    }

    fn look(&mut self) -> Look {
        let mut side = || self.below(130) as f32 / 100.0;
        let crop = Area { x: side() / 2.0, y: side() / 2.0, w: side() / 2.0, h: side() / 2.0 };
        let (fade_in, fade_out, cross_fade) = (self.frame(), self.frame(), self.frame());
        let opacity = if self.below(10) == 0 { f32::NAN } else { 0.5 };
        Look { crop, crop_to: Some(Area::WHOLE), fade_in, fade_out, cross_fade, opacity, ..Look::default() }
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        let index = self.below(list.len() as u64) as usize;
        list.get(index).copied()
    }

    fn edit(&mut self, timeline: &Timeline, film: &Film) -> TimelineEdit {
        let clips: Vec<Id> = timeline.clips.iter().map(|clip| clip.id).collect();
        let clip = self.of(&clips).unwrap_or_default();
        let track = self.of(&timeline.tracks.iter().map(|track| track.id).collect::<Vec<_>>());
        let items: Vec<AudioItem> = timeline.tracks.iter().flat_map(|track| track.items.clone()).collect();
        let captions: Vec<Id> = timeline.captions.iter().map(|caption| caption.id).collect();
        let frame = self.frame();
        match self.below(24) {
            0 | 1 => {
                TimelineEdit::InsertClip { shot: film.shot(self.below(film.shots.len() as u64) as usize), at: frame }
            }
            2 => TimelineEdit::Move { clip, to: frame },
            3 => TimelineEdit::Trim { clip, edge: Edge::In, to: frame },
            4 => TimelineEdit::Trim { clip, edge: Edge::Out, to: frame },
            5 => TimelineEdit::Roll { left: clip, by: self.by() },
            6 => TimelineEdit::Slip { clip, by: self.by() },
            7 | 8 => TimelineEdit::Split { at: frame, clip: None },
            9 => TimelineEdit::Delete {
                clips: vec![clip],
                gap: if self.below(2) == 0 { Gap::Close } else { Gap::Leave },
            },
            10 => TimelineEdit::Duplicate { clip },
            11 => TimelineEdit::SetTrack { track: if self.below(2) == 0 { Track::Magnetic } else { Track::Free } },
            12 => TimelineEdit::CaptionsFromLines { clip },
            13 => {
                let id = self.of(&captions).unwrap_or_default();
                let (from, to) = (frame, self.frame());
                TimelineEdit::PutCaption {
                    caption: Caption { id, clip, from, to, text: "x".into(), language: Language::Korean },
                }
            }
            14 => TimelineEdit::AddAudio {
                track,
                kind_of_track: AudioKind::Voice,
                media: media(),
                start: frame,
                frames: self.frame(),
            },
            15 => {
                let index = self.below(items.len() as u64) as usize;
                match items.get(index) {
                    Some(item) => TimelineEdit::PutAudio {
                        track: track.unwrap_or_default(),
                        item: AudioItem { start: frame, ..item.clone() },
                    },
                    None => TimelineEdit::DeleteAudio { id: Id::new() },
                }
            }
            16 => TimelineEdit::PutMarker { marker: Marker { id: Id::new(), frame, text: "here".into() } },
            17 => TimelineEdit::InsertFootage {
                media: media(),
                footage: if self.below(2) == 0 { FootageKind::Film } else { FootageKind::Still },
                frames: self.frame(),
                at: frame,
            },
            18 | 19 => TimelineEdit::SetSpeed { clips: vec![clip], speed: self.speed() },
            20 | 21 => TimelineEdit::SetLook { clips: vec![clip], look: self.look() },
            22 => {
                let style = CaptionStyle { max_lines: self.below(6) as u8, ..CaptionStyle::default() };
                TimelineEdit::SetCaptionStyle { style }
            }
            _ => TimelineEdit::DeleteCaption { id: self.of(&captions).unwrap_or_default() },
        }
    }
}

/// Any sequence of edits keeps a timeline valid; what is refused changes nothing; undo returns to the very same document, redo
/// to the very same one after it; and what is written can be read.
#[test]
fn any_edits_keep_a_timeline_valid_and_can_be_undone() {
    let film = Film::new(&[1, 2, 101, 26, 200]);
    let (mut made, mut refused) = (0, 0);
    for seed in 1..=60_u64 {
        let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut steps = vec![film.timeline()];
        for _ in 0..80 {
            let now = steps.last().expect("a timeline");
            let edit = chance.edit(now, &film);
            match now.after(&edit, &film) {
                Ok(after) => {
                    made += 1;
                    after.check().unwrap_or_else(|error| panic!("seed {seed}, {edit:?}: {error}"));
                    for clip in &after.clips {
                        let length = after.source_frames(clip.shot, &film).expect("a shot, or footage");
                        assert!(
                            clip.r#in < clip.out && clip.out <= length,
                            "seed {seed}, {edit:?}: {clip:?} of {length}"
                        );
                    }
                    let text = serde_json::to_string(&after).expect("JSON");
                    assert_eq!(serde_json::from_str::<Timeline>(&text).expect("read"), after, "seed {seed}");
                    steps.push(after);
                }
                Err(error) => {
                    refused += 1;
                    assert_eq!(crate::code_of(&error), crate::Code::Input, "seed {seed}, {edit:?}: {error}");
                }
            }
        }
    }
    assert!(made > 2000 && refused > 200, "{made} made, {refused} refused");
}
