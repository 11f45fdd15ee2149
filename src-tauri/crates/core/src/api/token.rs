//! The user's token for models with a gate, as far as a user interface may know of it: where it lies, never what it is.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::studio::Studio;
use super::value::{Nothing, Patch};
use crate::store::{HUB, Keychain, SystemKeychain, Token, Whence};
use crate::{Code, Detail, coded, told};

/// What is known of the token for models with a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TokenView {
    /// Where it comes from; nothing where there is none.
    pub place: Option<TokenPlace>,
    /// The file, where it comes from one.
    pub file: Option<String>,
    /// The only site that sees it.
    pub site: String,
    /// Where one is made.
    pub page: String,
    /// Why this system's keychain cannot be used, where it cannot.
    pub keychain_trouble: Option<String>,
}

/// Where a token comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TokenPlace {
    /// `HF_TOKEN`.
    Environment,
    /// The keychain of this system.
    Keychain,
    /// The file of the hub's own tools.
    File,
}

/// A token for the keychain.
#[derive(Clone, PartialEq, Deserialize, TS)]
#[ts(rename = "ModelsSetTokenArgs")]
pub struct SetArgs {
    /// The token; `null` to forget the one that lies there.
    #[serde(default)]
    #[ts(as = "Option<String>")]
    pub token: Patch<String>,
}

/// Nobody sees the token in a log either.
impl std::fmt::Debug for SetArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SetArgs { .. }")
    }
}

pub(super) fn get(_: &Studio, _: Nothing) -> anyhow::Result<TokenView> {
    let found = Token::of_this_user(Some(&SystemKeychain));
    let whence = found.token.map(|(_, whence)| whence);
    let file = match &whence {
        Some(Whence::File(path)) => Some(path.display().to_string()),
        _ => None,
    };
    let place = whence.map(|whence| match whence {
        Whence::Environment => TokenPlace::Environment,
        Whence::Keychain => TokenPlace::Keychain,
        Whence::File(_) => TokenPlace::File,
    });
    let page = format!("{HUB}/settings/tokens");
    Ok(TokenView { place, file, site: HUB.into(), page, keychain_trouble: found.unreachable })
}

pub(super) fn set(studio: &Studio, args: SetArgs) -> anyhow::Result<TokenView> {
    match args.token {
        Patch::Keep => return Err(coded(Code::Input, "there is neither a token nor `null` to forget the old one")),
        Patch::Clear => drop(SystemKeychain.forget().map_err(elsewhere)?),
        Patch::Set(secret) => {
            let secret = secret.trim();
            if Token::bound_to(HUB, secret).is_none() {
                return Err(told(Code::Input, Detail::NotAToken));
            }
            SystemKeychain.keep(secret).map_err(elsewhere)?;
        }
    }
    get(studio, Nothing {})
}

/// A machine without a keychain is told what works instead: the token is never put into a file of ours.
fn elsewhere(error: anyhow::Error) -> anyhow::Error {
    let instead = "start Gallop with HF_TOKEN set, or log in with the hub's own tool (`hf auth login`)";
    coded(Code::Input, format!("there is no place for a token here ({error}); {instead}"))
}
