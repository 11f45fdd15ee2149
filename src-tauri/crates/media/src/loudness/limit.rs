//! Keeping the waveform below a ceiling.

use std::collections::VecDeque;

use crate::render::Mixer;

/// Each of the two averages over the gain takes so many samples (2.5 ms).
const AVERAGED: usize = 120;
/// The gain begins to go down so many samples (5 ms) before a peak, and is all the way down at it.
const AHEAD: usize = 2 * (AVERAGED - 1);
/// How long it takes to come most of the way (1 − 1/e) up again.
const RELEASE_SECS: f64 = 0.1;
/// The waveform is looked at in so many places from each sample on, …
const PHASES: usize = 4;
/// … each computed from so many samples around it. More would be nearer to the truth for the highest tones, and further
/// from what every meter by BS.1770 shows.
const TAPS: usize = 12;
/// The gain moves, so that a peak between samples may stand a little above what was computed for it.
const MARGIN_DB: f64 = 0.05;
/// A gain of 1. Gains are whole numbers, so that sums over them are exact.
const ONE: u64 = 1 << 32;

/// Applies a gain and a true-peak limiter to 48 kHz stereo sound as it comes.
///
/// Both sides get one gain, which moves smoothly: it is the smallest that is needed within 5 ms ahead, rises again
/// slowly, and is averaged over those 5 ms. Peaks are looked for in the waveform at four times the rate (ITU-R BS.1770-4,
/// annex 2). What comes out is as long as what went in, is not late, and is the same however it is portioned; where
/// nothing stands above the ceiling, it is what went in times the gain.
pub struct Limiter {
    gain: f64,
    ceiling: f64,
    filter: [[f32; TAPS]; PHASES],
    release: f64,
    /// The last samples of both sides, for the filter.
    recent: [[f32; TAPS]; 2],
    /// What was raised but not yet limited, the oldest first.
    waiting: VecDeque<[f32; 2]>,
    /// Needed gains with the count of their samples, without those before smaller ones.
    needed: VecDeque<(u64, f64)>,
    count: u64,
    released: f64,
    averages: [Average; 2],
}

/// Samples between the newest and the one that is given out.
const LATE: usize = AHEAD + TAPS / 2;

impl Limiter {
    /// Raises by `gain_db`, then holds true peaks below `ceiling_db` of full scale.
    pub fn new(gain_db: f64, ceiling_db: f64) -> Self {
        Self {
            gain: 10_f64.powf(gain_db / 20.0),
            ceiling: 10_f64.powf((ceiling_db - MARGIN_DB) / 20.0),
            filter: filter(),
            release: 1.0 - (-1.0 / (RELEASE_SECS * f64::from(Mixer::SAMPLE_RATE))).exp(),
            recent: [[0.0; TAPS]; 2],
            waiting: VecDeque::with_capacity(LATE + 1),
            needed: VecDeque::new(),
            count: 0,
            released: 1.0,
            averages: [Average::new(), Average::new()],
        }
    }

    /// Takes what comes next, left and right equally long, and returns what is ready: a little more than 5 ms less at
    /// first.
    pub fn push(&mut self, sound: &[Vec<f32>; 2]) -> [Vec<f32>; 2] {
        let mut out = [Vec::with_capacity(sound[0].len()), Vec::with_capacity(sound[0].len())];
        for (left, right) in sound[0].iter().zip(&sound[1]) {
            self.step([*left, *right].map(|sample| (f64::from(sample) * self.gain) as f32), &mut out);
        }
        out
    }

    /// What was held back.
    pub fn finish(mut self) -> [Vec<f32>; 2] {
        let held = self.waiting.len();
        let mut out = [Vec::with_capacity(LATE), Vec::with_capacity(LATE)];
        // What was held is followed by silence; of that nothing is given out.
        for _ in 0..LATE {
            self.step([0.0; 2], &mut out);
        }
        let silence = out[0].len().saturating_sub(held);
        out.iter_mut().for_each(|side| drop(side.drain(..silence)));
        out
    }

    fn step(&mut self, newest: [f32; 2], out: &mut [Vec<f32>; 2]) {
        self.waiting.push_back(newest);
        let needed = self.ceiling / f64::from(self.peak(newest)).max(self.ceiling);
        while self.needed.back().is_some_and(|(_, later)| *later >= needed) {
            self.needed.pop_back();
        }
        self.needed.push_back((self.count, needed));
        // A peak between two samples needs the gain at both, so one sample more than is looked ahead.
        while self.needed.front().is_some_and(|(place, _)| place + AHEAD as u64 + 1 < self.count) {
            self.needed.pop_front();
        }
        self.count += 1;
        let smallest = self.needed.front().map_or(1.0, |(_, gain)| *gain);
        self.released = smallest.min(self.released + (1.0 - self.released) * self.release);
        let gain =
            self.averages.iter_mut().fold((self.released * ONE as f64) as u64, |gain, average| average.add(gain));
        if self.waiting.len() <= LATE {
            return;
        }
        let Some(oldest) = self.waiting.pop_front() else { return };
        for (out, sample) in out.iter_mut().zip(oldest) {
            out.push((f64::from(sample) * (gain as f64 / ONE as f64)) as f32);
        }
    }

    /// The highest value of both sides from the sample before the newest half of the filter to the next.
    fn peak(&mut self, newest: [f32; 2]) -> f32 {
        let mut peak = 0.0_f32;
        for (recent, newest) in self.recent.iter_mut().zip(newest) {
            recent.copy_within(1.., 0);
            recent[TAPS - 1] = newest;
            for phase in &self.filter {
                peak = peak.max(product(phase, recent).abs());
            }
        }
        peak
    }
}

/// The sum of products, in four sums that a processor can make at once.
fn product(a: &[f32; TAPS], b: &[f32; TAPS]) -> f32 {
    let mut sums = [0.0_f32; 4];
    for (a, b) in a.as_chunks::<4>().0.iter().zip(b.as_chunks::<4>().0) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum()
}

/// Weights of [`TAPS`] samples that give the waveform at the middle one and at each quarter behind it: sinc under a
/// raised cosine.
fn filter() -> [[f32; TAPS]; PHASES] {
    let middle = (TAPS / 2 - 1) as f64;
    let mut filter = [[0.0; TAPS]; PHASES];
    for (phase, weights) in filter.iter_mut().enumerate() {
        let place = middle + phase as f64 / PHASES as f64;
        let weight = |tap: usize| {
            let x = (tap as f64 - place) * std::f64::consts::PI;
            let window = (x / TAPS as f64).cos().powi(2);
            if x.abs() < 1e-9 { 1.0 } else { x.sin() / x * window }
        };
        weights.iter_mut().enumerate().for_each(|(tap, to)| *to = weight(tap) as f32);
    }
    filter
}

/// The average of the last [`AVERAGED`] gains.
struct Average {
    last: VecDeque<u64>,
    sum: u64,
}

impl Average {
    fn new() -> Self {
        Self { last: VecDeque::from(vec![ONE; AVERAGED]), sum: ONE * AVERAGED as u64 }
    }

    fn add(&mut self, gain: u64) -> u64 {
        self.last.push_back(gain);
        self.sum = self.sum + gain - self.last.pop_front().unwrap_or(0);
        self.sum / AVERAGED as u64
    }
}
