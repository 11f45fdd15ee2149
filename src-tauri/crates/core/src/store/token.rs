//! The key to gated repositories, and the one host that may see it.

use std::path::Path;

use ureq::http::Uri;

/// Where the hub itself is, and so where tokens are for.
pub const HUB: &str = "https://huggingface.co";

/// Somewhere that keeps a token between runs: the keychain of the system, where one is built in.
pub trait Keychain {
    /// The token that lies there.
    fn token(&self) -> Option<String>;
}

/// A token, and the only origin (scheme, host and port) that it is sent to.
#[derive(Clone)]
pub struct Token {
    secret: String,
    origin: String,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token(for {})", self.origin)
    }
}

impl Token {
    /// A token for the host of `endpoint`. Nothing where it is empty, could not stand in a request, or would cross the
    /// network in the clear.
    pub fn bound_to(endpoint: &str, secret: &str) -> Option<Self> {
        let (uri, secret) = (endpoint.parse::<Uri>().ok()?, secret.trim());
        let is_sendable = !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_graphic());
        let is_private = uri.scheme_str() == Some("https") || is_loopback(&uri);
        (is_sendable && is_private).then_some(Self { secret: secret.into(), origin: origin(&uri)? })
    }

    /// The user's token for the hub itself: `HF_TOKEN`, then the keychain, then the file that the hub's own tools keep.
    /// It is never for a mirror, also where `HF_ENDPOINT` names one.
    pub fn of_this_user(keychain: Option<&dyn Keychain>) -> Option<Self> {
        let named = std::env::var("HF_TOKEN").ok().filter(|token| !token.trim().is_empty());
        let kept = || keychain.and_then(Keychain::token);
        let in_file = || {
            let named = std::env::var_os("HF_TOKEN_PATH").map(Into::into);
            let file = named.or_else(|| super::cache::home().map(|home| home.join("token")))?;
            read_short(&file)
        };
        Self::bound_to(HUB, &named.or_else(kept).or_else(in_file)?)
    }

    /// What to send to `uri`, if it may see the token.
    pub(super) fn for_uri(&self, uri: &Uri) -> Option<&str> {
        (origin(uri).as_ref() == Some(&self.origin)).then_some(&self.secret)
    }
}

fn read_short(file: &Path) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    (text.len() < 4096).then_some(text)
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
}
