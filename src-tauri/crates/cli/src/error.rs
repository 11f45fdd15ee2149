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

/// The whole error in one line, whatever the libraries below put into their messages.
pub fn one_line(error: &anyhow::Error) -> String {
    if is_cancelled(error) {
        return "cancelled".into();
    }
    let text = format!("{error:#}");
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}
