//! Paints.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gallop_media::render::{Display, Frame, Graph, Painter};
use tokio::sync::mpsc;

use super::ask::Form;
use super::desk::{Desk, Kind, What, Wish};
use super::message::{Message, Part, Picture, pixels};
use super::programme::{LEAST, Programme, Reel, fitted};
use crate::api::Refusal;
use crate::export::moment;
use crate::timeline::RATE;

/// Pictures that the page has and has not used up yet: enough to bridge one that takes three times as long as it lasts.
const AHEAD: u32 = 4;
/// What a picture is taken to cost at most, where some have to be left out.
const DEAREST: Duration = Duration::from_secs(1);

/// Paints what is asked for until the page has gone.
pub fn paint(desk: &Desk, reel: &Reel, out: &mpsc::Sender<Message>) {
    let (mut easel, mut progress) = (Easel::default(), Progress::default());
    while let Some(order) = desk.wait(|wish| progress.due(wish)) {
        let begun = Instant::now();
        let painted = easel.painted(reel, &order).or_else(|error| easel.nothing(&order, &error));
        // Without memory for a black picture there is no preview either.
        let Ok(Painted { size, pixels, is_exact, missing, unread }) = painted else { return };
        progress.note(&order, is_exact, begun.elapsed());
        let Order { turn, place, frame, .. } = order;
        let picture = Picture { turn, place, frame, size, is_exact, is_torn: missing.is_some(), form: order.form };
        let mut messages = vec![Message::picture(&picture, pixels)];
        for (part, now, told) in
            [(Part::Picture, missing, &mut progress.told.0), (Part::Words, unread, &mut progress.told.1)]
        {
            let news = now.as_ref().filter(|now| told.as_ref() != Some(*now));
            messages.extend(news.map(|why| Message::trouble(turn, part, why)));
            *told = now;
        }
        for message in messages {
            if out.blocking_send(message).is_err() {
                return;
            }
        }
    }
}

/// A picture that is to be painted.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    number: u64,
    turn: u32,
    what: What,
    form: Form,
    /// Its place.
    pub place: u32,
    /// Its frame in the programme.
    pub frame: u32,
    /// Whether one that is near does for now.
    is_glance: bool,
}

/// How far it is with what is asked for.
#[derive(Default)]
pub struct Progress {
    number: u64,
    /// Pictures that were sent.
    sent: u32,
    /// Place of the last one.
    last: Option<u32>,
    /// Whether there is a better one of what was shown.
    is_rough: bool,
    cost: Duration,
    /// What was told to be missing of pictures and of captions, so that it is not told with every picture.
    told: (Option<Refusal>, Option<Refusal>),
}

impl Progress {
    /// What to paint next.
    pub fn due(&mut self, wish: &Wish) -> Option<Order> {
        let is_new = self.number != wish.number;
        if is_new {
            *self = Self { number: wish.number, cost: self.cost, ..Self::default() };
        }
        let what = wish.what.as_ref()?;
        let order = |place, frame, is_glance| {
            Some(Order {
                number: wish.number,
                turn: wish.turn,
                what: what.clone(),
                form: wish.form,
                place,
                frame,
                is_glance,
            })
        };
        match what.kind {
            Kind::Show(frame) if self.sent == 0 => order(0, frame, true),
            Kind::Show(frame) if self.is_rough => order(0, frame, false),
            Kind::Show(_) => None,
            Kind::Play { run, shown, clock } => {
                if self.sent.saturating_sub(shown) >= AHEAD {
                    return None;
                }
                let place = self.place(clock);
                let (frame, _) = run.at(place)?;
                order(place, frame, false)
            }
        }
    }

    /// The place behind the last one; where its time has passed, the first that can still be in time.
    fn place(&self, clock: f64) -> u32 {
        let next = self.last.map_or(0, |last| last.saturating_add(1));
        if f64::from(next) >= clock.floor() {
            return next;
        }
        let cost = self.cost.as_secs_f64() * f64::from(RATE);
        (clock + cost).min(f64::from(u32::MAX - 1)) as u32 + 1
    }

    /// Notes what has been painted, and what it took.
    pub fn note(&mut self, order: &Order, is_exact: bool, cost: Duration) {
        self.sent += 1;
        self.last = Some(order.place);
        self.is_rough = !is_exact && order.is_glance;
        // Of the last few, so that one file that has to be opened does not count for long.
        self.cost = ((self.cost * 3 + cost) / 4).min(DEAREST);
    }
}

/// What comes of an order.
struct Painted {
    size: (u32, u32),
    pixels: Vec<u8>,
    is_exact: bool,
    missing: Option<Refusal>,
    /// Why there are no captions.
    unread: Option<Refusal>,
}

/// A painter with what it paints.
#[derive(Default)]
struct Easel {
    standing: Option<Standing>,
    display: Display,
}

struct Standing {
    programme: Arc<Programme>,
    painter: Painter,
    unread: Option<Refusal>,
}

impl Standing {
    /// Without captions where these cannot be drawn: the rest can still be looked at.
    fn new(programme: Arc<Programme>, size: (u32, u32)) -> anyhow::Result<Self> {
        let unread = programme.unread.clone();
        let (painter, unread) = match Painter::new(&programme.graph, size) {
            Ok(painter) => (painter, unread),
            Err(error) if programme.graph.words.is_none() => return Err(error.into()),
            Err(error) => {
                let wordless = Graph { words: None, ..programme.graph.clone() };
                (Painter::new(&wordless, size)?, Some(Refusal::of(&error.into())))
            }
        };
        Ok(Self { programme, painter, unread })
    }
}

impl Easel {
    /// Blackness. There is an answer to everything, so that the page can count on it.
    fn nothing(&mut self, order: &Order, why: &anyhow::Error) -> anyhow::Result<Painted> {
        let frame = Frame::filled((LEAST, LEAST), [0; 3])?;
        let pixels = pixels(&frame, order.form, &mut self.display)?;
        Ok(Painted { size: frame.size(), pixels, is_exact: true, missing: Some(Refusal::of(why)), unread: None })
    }

    fn painted(&mut self, reel: &Reel, order: &Order) -> anyhow::Result<Painted> {
        let programme = reel.programme(&order.what.of)?;
        let size = fitted(programme.graph.size, order.what.size);
        let is_same = |now: &Standing| Arc::ptr_eq(&now.programme, &programme) && now.painter.size() == size;
        if !self.standing.as_ref().is_some_and(is_same) {
            // The old one's files are closed before others are opened.
            self.standing = None;
        }
        let standing = match &mut self.standing {
            Some(standing) => standing,
            none => none.insert(Standing::new(programme, size)?),
        };
        let at = moment(order.frame);
        let (frame, is_exact) = if order.is_glance {
            let glance = standing.painter.glance(at)?;
            (glance.frame, glance.exact)
        } else {
            (standing.painter.frame(at)?, true)
        };
        let pixels = pixels(&frame, order.form, &mut self.display)?;
        let missing = standing.programme.unseen_at(order.frame).cloned();
        Ok(Painted { size, pixels, is_exact, missing, unread: standing.unread.clone() })
    }
}
