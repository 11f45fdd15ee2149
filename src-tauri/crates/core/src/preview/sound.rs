//! Mixes.

use std::sync::Arc;

use gallop_media::render::Mixer;
use tokio::sync::mpsc;

use super::ask::Of;
use super::desk::{Desk, Kind, Wish};
use super::message::{Message, Part};
use super::programme::{Programme, Reel};
use crate::api::Refusal;
use crate::timeline::RATE;

/// Samples of a frame.
const PER_FRAME: u32 = Mixer::SAMPLE_RATE / RATE;
/// Frames of a portion: 0.16 s.
const PORTION: u32 = 4;
/// Sound that the page has is heard no sooner than in this many frames: half a second.
const AHEAD: f64 = 12.5;

/// Mixes what is asked for until the page has gone.
pub fn mix(desk: &Desk, reel: &Reel, out: &mpsc::Sender<Message>) {
    let (mut sounding, mut progress) = (Sounding::default(), Progress::default());
    while let Some(portion) = desk.wait(|wish| progress.due(wish)) {
        let (sound, trouble) = sounding.mixed(reel, &portion);
        let new = trouble.filter(|trouble| progress.told.as_ref() != Some(trouble));
        let messages =
            new.as_ref().map(|trouble| Message::trouble(portion.turn, Part::Sound, trouble)).into_iter().chain([sound]);
        progress.told = new.or(progress.told);
        for message in messages {
            if out.blocking_send(message).is_err() {
                return;
            }
        }
    }
}

/// A portion that is to be mixed.
#[derive(Debug, Clone, PartialEq)]
pub struct Portion {
    turn: u32,
    of: Of,
    /// Its place.
    pub place: u32,
    /// Its first frame in the programme.
    pub frame: u32,
    /// How many frames it has.
    pub frames: u32,
}

/// How far it is with what is asked for.
#[derive(Default)]
pub struct Progress {
    number: u64,
    next: u32,
    /// What was told to be missing.
    told: Option<Refusal>,
}

impl Progress {
    /// What to mix next.
    pub fn due(&mut self, wish: &Wish) -> Option<Portion> {
        if self.number != wish.number {
            *self = Self { number: wish.number, ..Self::default() };
        }
        let what = wish.what.as_ref()?;
        let Kind::Play { run, clock, .. } = what.kind else { return None };
        if f64::from(self.next) >= clock + AHEAD {
            return None;
        }
        let (frame, left) = run.at(self.next)?;
        let of = what.of.clone();
        let portion = Portion { turn: wish.turn, of, place: self.next, frame, frames: PORTION.min(left) };
        self.next = self.next.saturating_add(portion.frames);
        Some(portion)
    }
}

/// Both channels, and what is missing of them.
type Heard = ([Vec<f32>; 2], Option<Refusal>);

/// A mixer with what it mixes.
#[derive(Default)]
struct Sounding {
    standing: Option<(Arc<Programme>, Mixer)>,
}

impl Sounding {
    /// A portion, silent where something is wrong, and what.
    fn mixed(&mut self, reel: &Reel, portion: &Portion) -> (Message, Option<Refusal>) {
        let samples = (portion.frames * PER_FRAME) as usize;
        let sample = portion.frame.saturating_mul(PER_FRAME);
        let silence = || [vec![0.0; samples], vec![0.0; samples]];
        let (sound, trouble) = match self.samples(reel, portion, sample, samples) {
            Ok((sound, missing)) => (sound, missing),
            Err(error) => (silence(), Some(Refusal::of(&error))),
        };
        (Message::sound(portion.turn, portion.place, sample, &sound), trouble)
    }

    /// The samples, and what is missing of them.
    fn samples(&mut self, reel: &Reel, portion: &Portion, sample: u32, samples: usize) -> anyhow::Result<Heard> {
        let programme = reel.programme(&portion.of)?;
        let is_same = |(known, _): &(Arc<Programme>, Mixer)| Arc::ptr_eq(known, &programme);
        let mut mixer = match self.standing.take() {
            Some(standing) if is_same(&standing) => standing.1,
            Some((_, mut mixer)) => {
                mixer.show(&programme.graph)?;
                mixer
            }
            None => Mixer::new(&programme.graph)?,
        };
        let sound = mixer.mix(sample.into(), samples);
        let missing = programme.unheard_at(portion.frame).cloned();
        self.standing = Some((programme, mixer));
        Ok((sound?, missing))
    }
}
