//! The keychain of this system: where the user's token lies between runs.
//!
//! The Secret Service (GNOME, KDE and others) on Linux, the Keychain on macOS, the Credential Manager on Windows. A
//! machine without a desktop often has none; the token is then taken from elsewhere, and never written to a file of ours.

use anyhow::Context as _;
use keyring::{Entry, Error};

/// Under what name the token lies there.
const SERVICE: &str = "Gallop";
const ACCOUNT: &str = "token for huggingface.co";

/// Somewhere that keeps a token between runs.
pub trait Keychain {
    /// The token that lies there.
    ///
    /// # Errors
    /// It cannot be reached, and why.
    fn token(&self) -> anyhow::Result<Option<String>>;

    /// Keeps a token, over an older one.
    ///
    /// # Errors
    /// As [`Self::token`].
    fn keep(&self, token: &str) -> anyhow::Result<()>;

    /// Forgets the token; whether there was one.
    ///
    /// # Errors
    /// As [`Self::token`].
    fn forget(&self) -> anyhow::Result<bool>;
}

/// The keychain of this system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemKeychain;

impl SystemKeychain {
    fn entry() -> anyhow::Result<Entry> {
        Entry::new(SERVICE, ACCOUNT).map_err(unreachable)
    }
}

impl Keychain for SystemKeychain {
    fn token(&self) -> anyhow::Result<Option<String>> {
        match Self::entry()?.get_password() {
            Ok(token) => Ok(Some(token)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(unreachable(error)),
        }
    }

    fn keep(&self, token: &str) -> anyhow::Result<()> {
        Self::entry()?.set_password(token).map_err(unreachable)
    }

    fn forget(&self) -> anyhow::Result<bool> {
        match Self::entry()?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(unreachable(error)),
        }
    }
}

fn unreachable(error: Error) -> anyhow::Error {
    // What lies under the other name could be any text, so only the kind of trouble is told.
    let cause = match error {
        Error::BadEncoding(_) => Err(anyhow::anyhow!("what lies there is no text")),
        other => Err(anyhow::Error::from(other)),
    };
    cause.context("the keychain of this system cannot be used").unwrap_or_else(|error: anyhow::Error| error)
}
