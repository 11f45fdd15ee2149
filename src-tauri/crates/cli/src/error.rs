//! From an error to a line and an exit status.

/// Exit status where the command line itself is wrong.
pub const USAGE: u8 = 2;
const FAILED: u8 = 1;
/// Exit status where the user stopped the work.
pub const CANCELLED: u8 = 130;

/// Flags that cannot be carried out together or as they stand.
#[derive(Debug)]
pub struct Usage(pub String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// A [`Usage`] error with this message.
pub fn usage(message: impl Into<String>) -> anyhow::Error {
    Usage(message.into()).into()
}

/// Whether the user asked to stop.
pub fn is_cancelled(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(gallop_models::Error::Cancelled))
}

/// The exit status that tells this error.
pub fn exit_status(error: &anyhow::Error) -> u8 {
    if is_cancelled(error) {
        CANCELLED
    } else if error.is::<Usage>() {
        USAGE
    } else {
        FAILED
    }
}

/// What clap says, in one line: its message without the summary of all flags.
pub fn clap_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let message =
        text.lines().take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"));
    let lines: Vec<_> = message.map(str::trim).filter(|line| !line.is_empty()).collect();
    format!("{}; `gallop --help` tells more", lines.join(" ").trim_start_matches("error: "))
}

/// The whole error in one line, whatever the libraries below put into their messages.
pub fn one_line(error: &anyhow::Error) -> String {
    if is_cancelled(error) {
        return "cancelled".into();
    }
    let text = gallop_engine::joined(error.chain().map(ToString::to_string));
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    #[test]
    fn errors_fit_on_a_line_and_say_things_once() {
        let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
        let error = gallop_models::Error::io("reading weights", "a.bin", missing());
        let text = one_line(&error.into());
        assert_eq!(text, format!("reading weights failed: {}: a.bin", missing()));
        let error = anyhow::Error::from(missing()).context("two\n  lines");
        assert_eq!(one_line(&error), format!("two lines: {}", missing()));
        assert_eq!(exit_status(&usage("no")), USAGE);
        let cancelled: anyhow::Result<()> = Err(gallop_models::Error::Cancelled.into());
        assert_eq!(exit_status(&cancelled.context("while drawing").expect_err("cancelled")), CANCELLED);
    }
}
