//! Why a job failed: a code for the studio, a line for people.

use gallop_models::{Error, card};
use gallop_protocol::message::Code;

/// An error with the code that the studio acts on.
#[derive(Debug)]
pub struct Refused(pub Code);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// Whether the studio stopped the work, or is gone.
pub fn is_cancelled(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(Error::Cancelled)) || crate::outbox::is_closed(error)
}

/// What the studio acts on.
pub fn code_of(error: &anyhow::Error) -> Code {
    if let Some(Refused(code)) = error.downcast_ref() {
        return *code;
    }
    let full = |error: &std::io::Error| {
        matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
    };
    if error.chain().filter_map(|cause| cause.downcast_ref()).any(full) {
        return Code::Disk;
    }
    let text = format!("{error:#}");
    if let Some(card::Problem::OutOfMemory) = card::explain(&text) {
        return Code::OutOfMemory;
    }
    let text = text.to_lowercase();
    match error.downcast_ref() {
        _ if text.contains("out of memory") || text.contains("out_of_memory") => Code::OutOfMemory,
        _ if text.contains("no space left") => Code::Disk,
        Some(Error::Input(_)) => Code::Input,
        Some(Error::MissingTensor { .. } | Error::TensorShape { .. } | Error::TruncatedTensor { .. }) => Code::Model,
        _ => Code::Internal,
    }
}

/// Causes one behind the other. Libraries that put the cause into their own message are not told twice.
pub fn joined(causes: impl Iterator<Item = String>) -> String {
    let join = |text: String, cause: String| match text.contains(&cause) {
        true => text,
        false if text.is_empty() => cause,
        false => format!("{text}: {cause}"),
    };
    causes.fold(String::new(), join)
}

/// The causes in one line, without the code. It is short, whatever a file says in it.
pub fn one_line(error: &anyhow::Error) -> String {
    let code = error.downcast_ref::<Refused>().map(ToString::to_string);
    let causes = error.chain().map(ToString::to_string).filter(|cause| Some(cause) != code.as_ref());
    const CHARS: usize = 1000;
    let line = joined(causes);
    // The driver's own words come last, for those who can read them.
    let line = card::explain(&line).map_or_else(|| line.clone(), |problem| format!("{problem}: {line}"));
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(CHARS).collect()
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn failures_have_codes_and_one_line() {
        let refused = anyhow!("no model `x`").context(Refused(Code::Model));
        assert_eq!((code_of(&refused), one_line(&refused)), (Code::Model, "no model `x`".into()));
        let full = anyhow::Error::from(std::io::Error::from(std::io::ErrorKind::StorageFull)).context("writing");
        assert_eq!(code_of(&full), Code::Disk);
        let input = anyhow::Error::from(Error::Input("two\nlines".into()));
        assert_eq!((code_of(&input), one_line(&input)), (Code::Input, "two lines".into()));
        assert_eq!(code_of(&anyhow!("CUDA_ERROR_OUT_OF_MEMORY")), Code::OutOfMemory);
        let lost = one_line(&anyhow!("DriverError(CUDA_ERROR_ECC_UNCORRECTABLE)"));
        assert!(lost.starts_with("the card was lost (its memory failed)"), "{lost}");
        assert!(is_cancelled(&anyhow::Error::from(Error::Cancelled).context("while drawing")));
    }
}
