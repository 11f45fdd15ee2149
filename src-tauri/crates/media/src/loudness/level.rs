//! How much a sound is raised or lowered.

use std::{fmt, ops::ControlFlow};

use super::{Limiter, Loudness, MIN_SECS, Meter, meter::measure};
use crate::{Result, render::Mixer};

/// A sound is raised by so much at most, in dB; what is softer than that is noise.
const MAX_RAISE_DB: f64 = 30.0;
/// A limiter that takes more than this away, in LU, is heard: what it took is not given back beyond that.
const MAX_GIVEN_BACK: f64 = 3.0;
/// How often a sound is heard through the limiter to find its gain.
const MAX_PASSES: u32 = 3;
/// As near to the target as is tried, in LU.
const NEAR_LU: f64 = 0.1;

/// How loud a sound is to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// Integrated loudness in LUFS, such as −14.
    pub lufs: f64,
    /// The highest true peak in dB of full scale, such as −1.5.
    pub peak_db: f64,
}

/// What is to be done to a sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// How much all of it is raised (below 0: lowered), in dB.
    pub gain_db: f64,
    /// What its true peaks are then held below, in dB of full scale.
    pub ceiling_db: f64,
    /// Why it does not come out as loud as asked for, if so.
    pub shortfall: Option<Shortfall>,
}

/// Why a sound is not as loud as asked for. Its words are for the user.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shortfall {
    /// There is nothing to be heard; it was left alone.
    Silent,
    /// It is shorter than [`MIN_SECS`]; it was left alone.
    Short,
    /// It would have to be raised too far, by so many dB.
    Soft(f64),
    /// Its peaks stand so high above the rest that holding them down makes it softer by so many LU.
    Peaky(f64),
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent => write!(f, "the sound is silent, so it was left as it is"),
            Self::Short => write!(f, "the sound is shorter than {MIN_SECS} s, so its loudness was left as it is"),
            Self::Soft(needed) => write!(
                f,
                "the sound is so soft that it would have to be raised by {needed:.0} dB; it was raised by {MAX_RAISE_DB:.0} dB"
            ),
            Self::Peaky(lu) => {
                write!(f, "holding down the sound's peaks made it {lu:.1} LU softer than asked for")
            }
        }
    }
}

/// What a sound of this loudness needs. Its peaks are held below the ceiling also where it is left alone.
pub fn level(measured: &Loudness, target: Target) -> Level {
    let left_alone = |why| Level { gain_db: 0.0, ceiling_db: target.peak_db, shortfall: Some(why) };
    if measured.is_silent() {
        return left_alone(Shortfall::Silent);
    }
    // A sound that is never loud enough for BS.1770's absolute gate, −70 LUFS, has no loudness either.
    let Some(loudness) = measured.integrated_lufs else {
        let short = measured.duration_secs < MIN_SECS;
        return left_alone(if short { Shortfall::Short } else { Shortfall::Silent });
    };
    let needed = target.lufs - loudness;
    let shortfall = (needed > MAX_RAISE_DB).then_some(Shortfall::Soft(needed));
    Level { gain_db: needed.min(MAX_RAISE_DB), ceiling_db: target.peak_db, shortfall }
}

/// Measures a mixer's sound and finds what makes it as loud as asked for.
///
/// Where the limiter will have to work, the sound is heard again through it, and what it takes is given back: two or three
/// times as long, and only then. `go_on` is told how much is done, 0 to 1; none if it breaks.
pub fn settle(
    mixer: &mut Mixer,
    target: Target,
    mut go_on: impl FnMut(f64) -> ControlFlow<()>,
) -> Result<Option<(Loudness, Level)>> {
    let Some(measured) = measure(mixer, |done| go_on(done * 0.5))? else { return Ok(None) };
    let mut found = level(&measured, target);
    let limited = |level: &Level| measured.true_peak_db.is_some_and(|peak| peak + level.gain_db > level.ceiling_db);
    let most = found.gain_db + MAX_GIVEN_BACK;
    for pass in 0..MAX_PASSES {
        if found.shortfall.is_some() || !limited(&found) {
            break;
        }
        let mut limiter = Limiter::new(found.gain_db, found.ceiling_db);
        let mut meter = Meter::new()?;
        let so_far = |done| go_on(0.5 + 0.5 * (f64::from(pass) + done) / f64::from(MAX_PASSES));
        if !mixer.play(so_far, |sound| meter.add(&limiter.push(&sound)))? {
            return Ok(None);
        }
        meter.add(&limiter.finish())?;
        let missing = target.lufs - meter.finish()?.integrated_lufs.unwrap_or(target.lufs);
        if missing.abs() <= NEAR_LU {
            break;
        }
        let wanted = found.gain_db + missing;
        found.gain_db = wanted.min(most);
        found.shortfall = (wanted > most).then_some(Shortfall::Peaky(wanted - most));
    }
    Ok(Some((measured, found)))
}
