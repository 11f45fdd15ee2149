//! What Gallop must survive. A studio: its processes killed at random moments, a full disk, a folder that cannot be written, a
//! reference that is gone. Real processes, real files; after each fault nothing is lost, nothing is there twice, and the
//! clips are those of an undisturbed run to the bit. A download: see [`pull`].

mod pull;
mod random;
mod rounds;
#[path = "../../src-tauri/crates/core/tests/http/server.rs"]
#[allow(dead_code, reason = "the tests of the model store use the rest of it")]
pub mod server;
mod studio;

use std::path::PathBuf;

pub use random::Random;
#[allow(unused_imports, reason = "for the tests of the command line, which include this folder")]
pub use studio::tall_model;

/// What is disturbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "the tests of the command line disturb one after the other")]
pub enum About {
    /// Jobs of a studio.
    Studio,
    /// Downloads of models.
    Pull,
    /// Both, in turns.
    Both,
}

/// What is to be tried.
pub struct Options {
    /// What is disturbed.
    pub about: About,
    /// The program `gallop`.
    pub gallop: PathBuf,
    /// The folder of models.
    pub models: PathBuf,
    /// How many rounds.
    pub count: u64,
    /// Decides all that is random.
    pub seed: u64,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Score {
    /// Rounds without a complaint.
    pub passed: u64,
    /// Rounds with one.
    pub failed: u64,
}

/// Runs the rounds and tells each in a line. `tell` gets the lines.
pub fn run(options: &Options, tell: &mut dyn FnMut(String)) -> Result<Score, String> {
    let expected = if options.about == About::Pull { None } else { Some(rounds::undisturbed(options)?) };
    let pulls = if options.about == About::Studio { None } else { Some(pull::Pulls::new()) };
    let mut score = Score::default();
    for number in 0..options.count {
        // Each round has its own numbers, so that one can be run again alone.
        let seed = options.seed.wrapping_add(number);
        let mut random = Random::new(seed);
        let (kind, outcome) = match (&expected, &pulls) {
            (Some(expected), None) => studio_round(number, options, expected, &mut random),
            (Some(expected), Some(_)) if number % 2 == 0 => studio_round(number / 2, options, expected, &mut random),
            (_, Some(pulls)) => ("Pull".to_owned(), pulls.run(options, &mut random)),
            (None, None) => return Ok(score),
        };
        match &outcome {
            Ok(story) => {
                score.passed += 1;
                tell(format!("round {number} seed {seed} {kind}: ok, {story}"));
            }
            Err(complaint) => {
                score.failed += 1;
                tell(format!("round {number} seed {seed} {kind}: FAIL {complaint}"));
            }
        }
    }
    Ok(score)
}

fn studio_round(
    number: u64,
    options: &Options,
    expected: &rounds::Expected,
    random: &mut Random,
) -> (String, Result<String, String>) {
    let kind = rounds::Kind::of(number);
    (format!("{kind:?}"), rounds::run(kind, options, expected, random))
}
