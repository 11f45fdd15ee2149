//! How many checks passed, as other programs' output tells it.

use std::io::{BufRead as _, BufReader};
use std::process::{ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// A test runner that prints nothing for so long hangs: no test takes as long on two slow cores.
const SILENCE: Duration = Duration::from_secs(15 * 60);
/// How long output may come after a check's end from what it left running.
const AFTERWARDS: Duration = Duration::from_secs(5);

/// What passed and what did not.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// Checks that held.
    pub passed: u64,
    /// Checks that did not.
    pub failed: u64,
}

impl Score {
    /// Adds another program's.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// At least one failure for a program that ended badly without naming one: it did not get as far as a result.
    pub fn ended(mut self, succeeded: bool) -> Self {
        if !succeeded && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

/// A check that passes or fails as one.
pub fn whole(command: &mut Command) -> Score {
    let passed = command.status().is_ok_and(|status| status.success());
    Score { passed: u64::from(passed), failed: u64::from(!passed) }
}

/// A check that passes or fails as one.
pub fn of(outcome: &Result<(), String>) -> Score {
    if let Err(reason) = outcome {
        println!("{reason}");
    }
    Score { passed: u64::from(outcome.is_ok()), failed: u64::from(outcome.is_err()) }
}

/// The score of a program that prints `test result: ok. 3 passed; …`.
pub fn of_rust_tests(command: &mut Command) -> Score {
    let mut score = Score::default();
    let succeeded = follow(command, |line| score.add(test_result(line).unwrap_or_default()));
    score.ended(succeeded)
}

/// The score of a program that prints the Test Anything Protocol.
pub fn of_tap(command: &mut Command) -> Score {
    let mut score = Score::default();
    let succeeded = follow_within(command, |line| score.add(tap_result(line).unwrap_or_default()), SILENCE);
    score.ended(succeeded)
}

/// The score of Vitest, which prints `Tests  3 failed | 12 passed (15)`.
pub fn of_vitest(command: &mut Command) -> Score {
    let mut score = Score::default();
    let succeeded = follow(command, |line| score.add(vitest_result(line).unwrap_or_default()));
    score.ended(succeeded)
}

/// The score of a program whose last line of this form is `N passed, M failed`.
pub fn of_summary(command: &mut Command) -> Score {
    let mut last = None;
    let succeeded = follow(command, |line| last = summary(line).or(last));
    match last {
        Some(score) if succeeded == (score.failed == 0) => score,
        _ => Score { passed: 0, failed: 1 },
    }
}

/// Runs `command`, shows its output while it comes, and hands each line on. Tells whether it succeeded.
fn follow(command: &mut Command, take: impl FnMut(&str)) -> bool {
    // Nothing may come for as long as a build takes.
    follow_within(command, take, Duration::MAX)
}

/// As [`follow`], but a check that is silent for so long is ended and has failed. What a check leaves running is not waited
/// for, though it may hold the output.
fn follow_within(command: &mut Command, mut take: impl FnMut(&str), silence: Duration) -> bool {
    let mut child = match command.stdout(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => {
            println!("cannot start it: {error}");
            return false;
        }
    };
    let Some(lines) = child.stdout.take().map(lines) else { return false };
    let (mut heard, mut ended) = (Instant::now(), None);
    loop {
        match lines.recv_timeout(Duration::from_millis(200)) {
            Ok(line) => {
                println!("{line}");
                take(&line);
                heard = Instant::now();
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout)
                if ended.is_none() && child.try_wait().is_ok_and(|status| status.is_some()) =>
            {
                ended = Some(Instant::now());
            }
            Err(RecvTimeoutError::Timeout) if ended.is_some_and(|ended| ended.elapsed() > AFTERWARDS) => break,
            Err(RecvTimeoutError::Timeout) if ended.is_none() && heard.elapsed() > silence => {
                println!("nothing was heard of it for {} s, so it was ended", silence.as_secs());
                child.kill().and_then(|()| child.wait()).ok();
                return false;
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
    child.wait().is_ok_and(|status| status.success())
}

/// The lines of an output as they come.
fn lines(stdout: ChildStdout) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                break;
            }
        }
    });
    lines
}

/// Reads `test result: ok. 3 passed; 0 failed; …`.
fn test_result(line: &str) -> Option<Score> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |word: &str| counts.split("; ").find_map(|part| part.strip_suffix(word)?.trim().parse().ok());
    Some(Score { passed: count("passed")?, failed: count("failed")? })
}

/// Reads the outermost `# pass 3` and `# fail 0`, with which Node's runner ends.
fn tap_result(line: &str) -> Option<Score> {
    let count = |word: &str| line.strip_prefix(word)?.trim().parse().ok();
    match (count("# pass "), count("# fail ")) {
        (Some(passed), _) => Some(Score { passed, failed: 0 }),
        (_, Some(failed)) => Some(Score { passed: 0, failed }),
        _ => None,
    }
}

/// Reads `Tests  3 failed | 12 passed (15)`.
fn vitest_result(line: &str) -> Option<Score> {
    let counts = line.trim_start().strip_prefix("Tests ")?.split_once('(')?.0;
    let count = |word: &str| counts.split('|').find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok());
    Some(Score { passed: count("passed").unwrap_or(0), failed: count("failed").unwrap_or(0) })
}

/// Reads `N passed, M failed`.
fn summary(line: &str) -> Option<Score> {
    let (passed, failed) = line.split_once(" passed, ")?;
    Some(Score { passed: passed.parse().ok()?, failed: failed.strip_suffix(" failed")?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read() {
        let score = test_result("test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out");
        assert!(score.is_some_and(|score| (score.passed, score.failed) == (3, 2)));
        assert!(test_result("running 3 tests").is_none());
        assert!(summary("213 passed, 4 failed").is_some_and(|score| (score.passed, score.failed) == (213, 4)));
        assert!(summary("dit out.video 1e-7 1e-6 ok").is_none());
        assert_eq!(tap_result("# pass 12"), Some(Score { passed: 12, failed: 0 }));
        assert_eq!(tap_result("# fail 2"), Some(Score { passed: 0, failed: 2 }));
        assert_eq!(tap_result("    # fail 2"), None);
        assert_eq!(vitest_result("      Tests  1 failed | 12 passed (13)"), Some(Score { passed: 12, failed: 1 }));
        assert_eq!(vitest_result(" Test Files  1 passed (1)"), None);
    }

    #[cfg(unix)]
    #[test]
    fn neither_a_hanging_check_nor_what_one_leaves_behind_is_waited_for() {
        let shell = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            command
        };
        let mut heard = Vec::new();
        let succeeded =
            follow_within(&mut shell("echo one; exec sleep 600"), |line| heard.push(line.to_owned()), Duration::ZERO);
        assert!(!succeeded && heard.iter().all(|line| line == "one"));
        // The one behind keeps the output open for longer than any test may take.
        assert!(follow(&mut shell("sleep 60 2>/dev/null & echo two"), |line| heard.push(line.to_owned())));
        assert_eq!(heard.last().map(String::as_str), Some("two"));
    }

    #[test]
    fn a_program_that_died_counts_as_a_failure() {
        assert_eq!(Score::default().ended(false).failed, 1);
        assert_eq!(Score { passed: 3, failed: 2 }.ended(false).failed, 2);
        assert_eq!(Score { passed: 3, failed: 0 }.ended(true).failed, 0);
    }
}
