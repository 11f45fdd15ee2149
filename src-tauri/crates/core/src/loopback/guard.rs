//! Who may ask.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Method};

/// Bytes of a token.
const TOKEN_BYTES: usize = 16;
/// Origins of the window, by system.
const WINDOW: [&str; 3] = ["tauri://localhost", "http://tauri.localhost", "https://tauri.localhost"];
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The token of a server, and the names that it goes by.
pub struct Guard {
    token: String,
    hosts: [String; 2],
    origins: [String; 2],
}

/// What somebody may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leave {
    /// All that there is.
    All,
    /// Read clips and pictures; the origin is told that it may.
    Read(String),
    /// Nothing, and why. The words help whoever stands before the browser and nobody else.
    None(&'static str),
}

impl Guard {
    /// With a new token.
    pub fn new(port: u16) -> anyhow::Result<Self> {
        let mut bytes = [0; TOKEN_BYTES];
        getrandom::fill(&mut bytes)
            .map_err(|error| anyhow::anyhow!("the system has no chance for a token ({error})"))?;
        let token = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let names = ["127.0.0.1", "localhost"];
        // A browser leaves the usual port of http out.
        let at = |name: &str| if port == 80 { name.to_owned() } else { format!("{name}:{port}") };
        let hosts = names.map(at);
        let origins = names.map(|name| format!("http://{}", at(name)));
        Ok(Self { token, hosts, origins })
    }

    /// What stands at the beginning of every path.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Whether this is the token. Takes the same time for every wrong one of its length.
    pub fn is_token(&self, said: &str) -> bool {
        let (said, token) = (said.as_bytes(), self.token.as_bytes());
        let differ = said.iter().zip(token).fold(0, |differ, (said, token)| differ | (said ^ token));
        said.len() == token.len() && std::hint::black_box(differ) == 0
    }

    /// The address of the socket, for the page's policy.
    pub fn socket_origins(&self) -> String {
        self.hosts.iter().map(|host| format!("ws://{host}")).collect::<Vec<_>>().join(" ")
    }

    /// What the sender of these headers may do.
    pub fn leave(&self, method: &Method, headers: &HeaderMap) -> Leave {
        let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        // A name of a stranger that was made to point at this machine is not ours.
        let mut hosts = headers.get_all(HOST).iter();
        let host = hosts.next().and_then(|host| host.to_str().ok());
        if hosts.next().is_some()
            || !host.is_some_and(|host| self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host)))
        {
            return Leave::None("this server answers only to 127.0.0.1 and localhost");
        }
        let is_reading = matches!(*method, Method::GET | Method::HEAD);
        match text(&ORIGIN) {
            Some(origin) if self.origins.iter().any(|own| own == origin) => Leave::All,
            Some(origin) if is_reading && WINDOW.contains(&origin) => Leave::Read(origin.to_owned()),
            Some(_) => Leave::None("this server answers only to its own pages"),
            // Browsers tell an origin with everything that changes something; without one it is no page of a stranger.
            None if !is_reading && text(&SITE).is_some_and(|site| !matches!(site, "same-origin" | "none")) => {
                Leave::None("this server answers only to its own pages")
            }
            None => Leave::All,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leave(guard: &Guard, method: &Method, headers: &[(HeaderName, &str)]) -> Leave {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().expect("a value"))).collect();
        guard.leave(method, &headers)
    }

    #[test]
    fn strangers_have_no_leave() {
        let guard = Guard::new(4000).expect("a guard");
        let ours = (HOST, "127.0.0.1:4000");
        let of = |method: Method, headers: &[(HeaderName, &str)]| leave(&guard, &method, headers);
        assert_eq!(of(Method::GET, std::slice::from_ref(&ours)), Leave::All);
        assert_eq!(of(Method::POST, &[ours.clone(), (ORIGIN, "http://127.0.0.1:4000")]), Leave::All);
        assert_eq!(of(Method::GET, &[(HOST, "localhost:4000")]), Leave::All);
        let window = "tauri://localhost";
        assert_eq!(of(Method::GET, &[ours.clone(), (ORIGIN, window)]), Leave::Read(window.into()));
        for (method, headers) in [
            (Method::GET, vec![]),
            (Method::GET, vec![(HOST, "evil.example:4000")]),
            (Method::GET, vec![(HOST, "127.0.0.1:4001")]),
            (Method::GET, vec![(HOST, "127.0.0.1")]),
            (Method::GET, vec![ours.clone(), (HOST, "evil.example")]),
            (Method::GET, vec![ours.clone(), (ORIGIN, "http://evil.example")]),
            (Method::GET, vec![ours.clone(), (ORIGIN, "null")]),
            (Method::GET, vec![ours.clone(), (ORIGIN, "http://127.0.0.1:4001")]),
            (Method::POST, vec![ours.clone(), (ORIGIN, window)]),
            (Method::POST, vec![ours.clone(), (SITE, "cross-site")]),
        ] {
            assert!(matches!(of(method.clone(), &headers), Leave::None(_)), "{method} {headers:?}");
        }
    }

    #[test]
    fn the_usual_port_goes_without_saying() {
        let guard = Guard::new(80).expect("a guard");
        let headers = [(HOST, "127.0.0.1"), (ORIGIN, "http://127.0.0.1")];
        assert_eq!(leave(&guard, &Method::POST, &headers), Leave::All);
        assert!(matches!(leave(&guard, &Method::GET, &[(HOST, "evil.example")]), Leave::None(_)));
    }

    #[test]
    fn tokens_are_long_new_and_exact() {
        let (one, two) = (Guard::new(1).expect("a guard"), Guard::new(1).expect("a guard"));
        assert_eq!(one.token().len(), 2 * TOKEN_BYTES);
        assert_ne!(one.token(), two.token());
        assert!(one.is_token(one.token()));
        for wrong in [
            "",
            two.token(),
            &one.token()[1..],
            &format!("{}0", one.token()),
            &one.token().to_uppercase().replace(|c: char| c.is_ascii_digit(), "a"),
        ] {
            assert!(!one.is_token(wrong), "{wrong}");
        }
    }
}
