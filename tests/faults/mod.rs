//! What a studio must survive: its processes killed at random moments, a full disk, a folder that cannot be written, a
//! reference that is gone. Real processes, real files; after each fault nothing is lost, nothing is there twice, and the
//! clips are those of an undisturbed run to the bit.

mod random;
mod rounds;
mod studio;

use std::path::PathBuf;

pub use random::Random;
#[allow(unused_imports, reason = "for the tests of the command line, which include this folder")]
pub use studio::tall_model;

/// What is to be tried.
pub struct Options {
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
    let expected = rounds::undisturbed(options)?;
    let mut score = Score::default();
    for number in 0..options.count {
        // Each round has its own numbers, so that one can be run again alone.
        let seed = options.seed.wrapping_add(number);
        let mut random = Random::new(seed);
        let kind = rounds::Kind::of(number);
        let outcome = rounds::run(kind, options, &expected, &mut random);
        match &outcome {
            Ok(story) => {
                score.passed += 1;
                tell(format!("round {number} seed {seed} {kind:?}: ok, {story}"));
            }
            Err(complaint) => {
                score.failed += 1;
                tell(format!("round {number} seed {seed} {kind:?}: FAIL {complaint}"));
            }
        }
    }
    Ok(score)
}
