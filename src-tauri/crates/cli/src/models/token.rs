//! `gallop models token`: the key to models with a gate, in this system's keychain.

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::Context as _;
use gallop_core::Detail;
use gallop_core::store::{HUB, Keychain, SystemKeychain, Token, Whence};

use super::args::{ListArgs, TokenCommand};
use super::lines;
use crate::error::usage;

/// Keeps, forgets or shows the token.
pub fn run(command: &TokenCommand) -> anyhow::Result<()> {
    match command {
        TokenCommand::Set => set(),
        TokenCommand::Forget => match SystemKeychain.forget().map_err(elsewhere)? {
            true => lines(["The token is forgotten.".into()]),
            false => lines(["There was no token in the keychain.".into()]),
        },
        TokenCommand::Show(args) => show(args),
    }
}

fn set() -> anyhow::Result<()> {
    let mut secret = String::new();
    if std::io::stdin().is_terminal() {
        let page = format!("A token that may read is made at {HUB}/settings/tokens");
        eprintln!("{page}. What you type or paste is not shown.");
        secret = rpassword::prompt_password("Token: ").context("the token cannot be read from the terminal")?;
    } else {
        std::io::stdin().lock().read_line(&mut secret).context("the token cannot be read from stdin")?;
    }
    let secret = secret.trim();
    if Token::bound_to(HUB, secret).is_none() {
        return Err(usage(Detail::NotAToken.to_string()));
    }
    SystemKeychain.keep(secret).map_err(elsewhere)?;
    lines([format!("The token is in the keychain of this system. Only {HUB} sees it.")])
}

/// A machine without a keychain is told what works instead: the token is never put into a file of ours.
fn elsewhere(error: anyhow::Error) -> anyhow::Error {
    error.context(
        "there is no place for a token here; set HF_TOKEN, or log in with the hub's own tool (`hf auth login`)",
    )
}

fn show(args: &ListArgs) -> anyhow::Result<()> {
    let found = Token::of_this_user(Some(&SystemKeychain));
    let whence = found.token.as_ref().map(|(_, whence)| whence);
    if args.json {
        let from = whence.map(|whence| match whence {
            Whence::Environment => "environment",
            Whence::Keychain => "keychain",
            Whence::File(_) => "file",
        });
        let json = serde_json::json!({ "from": from, "for": HUB, "keychain_trouble": found.unreachable });
        return lines([json.to_string()]);
    }
    let first = match whence {
        Some(whence) => format!("A token for {HUB} comes from {whence}"),
        None => "There is no token; models with a gate need one: `gallop models token set`, or HF_TOKEN".into(),
    };
    lines([first].into_iter().chain(found.unreachable.map(|why| format!("Note: {why}"))))
}
