//! The key to gated repositories, and the one host that may see it.

use std::path::{Path, PathBuf};

use ureq::http::Uri;

use super::keychain::Keychain;

/// Where the hub itself is, and so where tokens are for.
pub const HUB: &str = "https://huggingface.co";

/// What was found where tokens lie.
#[derive(Debug)]
pub struct Found {
    /// The token, and where it lay.
    pub token: Option<(Token, Whence)>,
    /// Why the keychain could not be asked, where it could not.
    pub unreachable: Option<String>,
}

/// Where a token lay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whence {
    /// In `HF_TOKEN`.
    Environment,
    /// In the keychain of this system.
    Keychain,
    /// In the file of the hub's own tools.
    File(PathBuf),
}

impl std::fmt::Display for Whence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Environment => f.write_str("HF_TOKEN"),
            Self::Keychain => f.write_str("the keychain of this system"),
            Self::File(path) => write!(f, "the file of the hub's own tools: {}", path.display()),
        }
    }
}

/// A token, and the only origins (scheme, host and port) that it is sent to: the hub's, and what the user named.
#[derive(Clone)]
pub struct Token {
    secret: String,
    origins: Vec<String>,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token(for {})", self.origins.join(", "))
    }
}

impl Token {
    /// A token for the host of `endpoint`. Nothing where it is empty, could not stand in a request, or would cross the
    /// network in the clear.
    pub fn bound_to(endpoint: &str, secret: &str) -> Option<Self> {
        let secret = secret.trim();
        let is_sendable = !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_graphic());
        is_sendable.then_some(Self { secret: secret.into(), origins: vec![private_origin(endpoint)?] })
    }

    /// The same token, which the host of `endpoint` may see too: only ever because the user said so. Nothing where the
    /// token would cross the network in the clear.
    #[must_use]
    pub fn shown_to(mut self, endpoint: &str) -> Option<Self> {
        self.origins.push(private_origin(endpoint)?);
        Some(self)
    }

    /// The user's token for the hub itself, from the first of: `HF_TOKEN`, the keychain, the file that the hub's own
    /// tools keep. It is never for a mirror, also where `HF_ENDPOINT` names one. A keychain may ask its owner to open
    /// it, so it is only given where a token is needed.
    pub fn of_this_user(keychain: Option<&dyn Keychain>) -> Found {
        let (named, file) = (std::env::var("HF_TOKEN").ok(), token_file());
        Self::look(named.as_deref(), keychain, file.as_deref())
    }

    fn look(named: Option<&str>, keychain: Option<&dyn Keychain>, file: Option<&Path>) -> Found {
        let bound = |secret: Option<&str>| secret.and_then(|secret| Self::bound_to(HUB, secret));
        if let Some(token) = bound(named) {
            return Found { token: Some((token, Whence::Environment)), unreachable: None };
        }
        let (kept, unreachable) = match keychain.map_or(Ok(None), Keychain::token) {
            Ok(kept) => (kept, None),
            Err(error) => (None, Some(format!("{error:#}"))),
        };
        if let Some(token) = bound(kept.as_deref()) {
            return Found { token: Some((token, Whence::Keychain)), unreachable };
        }
        let in_file = file.and_then(|file| Some((bound(read_short(file).as_deref())?, Whence::File(file.into()))));
        Found { token: in_file, unreachable }
    }

    /// What to send to `uri`, if it may see the token.
    pub(super) fn for_uri(&self, uri: &Uri) -> Option<&str> {
        origin(uri).is_some_and(|origin| self.origins.contains(&origin)).then_some(&self.secret)
    }
}

/// The file in which the hub's own tools keep a token.
fn token_file() -> Option<PathBuf> {
    let named = std::env::var_os("HF_TOKEN_PATH").filter(|path| !path.is_empty()).map(PathBuf::from);
    named.or_else(|| super::cache::home().map(|home| home.join("token")))
}

fn read_short(file: &Path) -> Option<String> {
    let bytes = file.metadata().ok().filter(|found| found.is_file() && found.len() < 4096)?.len();
    let text = std::fs::read_to_string(file).ok()?;
    (bytes < 4096).then_some(text)
}

/// The origin of an address to which nobody in between listens.
fn private_origin(endpoint: &str) -> Option<String> {
    let uri = endpoint.parse::<Uri>().ok()?;
    let is_private = uri.scheme_str() == Some("https") || is_loopback(&uri);
    origin(&uri).filter(|_| is_private)
}

/// Scheme, host and port of an address, in one spelling.
pub(super) fn origin(uri: &Uri) -> Option<String> {
    let (scheme, host) = (uri.scheme_str()?.to_ascii_lowercase(), uri.host()?.to_ascii_lowercase());
    let port = uri.port_u16().or(match scheme.as_str() {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    })?;
    Some(format!("{scheme}://{host}:{port}"))
}

/// Whether an address never leaves this machine.
pub(super) fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_host_sees_it() {
        let token = Token::bound_to(HUB, " hf_secret\n").expect("a token");
        let sees = |uri: &str| token.for_uri(&uri.parse().expect("an address")).is_some();
        assert!(sees("https://huggingface.co/a/b") && sees("https://HuggingFace.co:443/"));
        for other in [
            "http://huggingface.co/a",
            "https://huggingface.co:8443/",
            "https://huggingface.co.evil.example/",
            "https://huggingface.co@evil.example/",
            "https://cdn-lfs.huggingface.co/",
            "https://hf-mirror.com/",
            "/a/b",
        ] {
            assert!(!sees(other), "{other}");
        }
        assert!(!format!("{token:?}").contains("secret"));
        assert!(Token::bound_to("http://hub.example", "hf_secret").is_none(), "not in the clear");
        assert!(Token::bound_to(HUB, "two\r\nlines: x").is_none() && Token::bound_to(HUB, " ").is_none());
    }
    struct Chain(anyhow::Result<Option<&'static str>>);

    impl Keychain for Chain {
        fn token(&self) -> anyhow::Result<Option<String>> {
            match &self.0 {
                Ok(token) => Ok(token.map(str::to_owned)),
                Err(error) => Err(anyhow::anyhow!("{error}")),
            }
        }

        fn keep(&self, _token: &str) -> anyhow::Result<()> {
            Ok(())
        }

        fn forget(&self) -> anyhow::Result<bool> {
            Ok(false)
        }
    }

    #[test]
    fn the_first_place_with_a_token_counts() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("token");
        std::fs::write(&path, "hf_file\n").expect("written");
        let look = |named, chain: anyhow::Result<Option<&'static str>>, file| {
            let found = Token::look(named, Some(&Chain(chain)), file);
            let token = found.token.map(|(token, whence)| (token.secret, whence));
            (token, found.unreachable)
        };
        let file = Some(path.as_path());
        let in_file = Some(("hf_file".to_owned(), Whence::File(path.clone())));
        assert_eq!(look(Some("hf_a"), Ok(Some("hf_b")), file).0, Some(("hf_a".into(), Whence::Environment)));
        assert_eq!(look(Some(" "), Ok(Some("hf_b")), file).0, Some(("hf_b".into(), Whence::Keychain)));
        assert_eq!(look(None, Ok(None), file), (in_file.clone(), None));
        // A machine without a keychain says so and goes on.
        assert_eq!(look(None, Err(anyhow::anyhow!("no bus")), file), (in_file, Some("no bus".into())));
        assert_eq!(look(None, Ok(None), None), (None, None));
    }

    #[test]
    fn another_host_sees_it_when_the_user_says_so() {
        let token = || Token::bound_to(HUB, "hf_secret").expect("a token");
        let shown = token().shown_to("https://hub.example:8443/base").expect("a token");
        let sees = |uri: &str| shown.for_uri(&uri.parse().expect("an address")).is_some();
        assert!(sees("https://huggingface.co/a") && sees("https://hub.example:8443/a/b"));
        assert!(!sees("https://hub.example/a") && !sees("http://hub.example:8443/a"));
        assert!(token().shown_to("http://hub.example").is_none() && token().shown_to("hub.example").is_none());
    }
}
