//! One request to a source of models: redirects are followed by our own rules, and every answer is put into few kinds.

use std::io::Read as _;
use std::ops::Range;
use std::time::Duration;

use ureq::http::{Response, Uri, header};
use ureq::{Agent, Body};

use super::token::{Token, is_loopback, origin};
use crate::{Code, coded};

const MAX_REDIRECTS: usize = 8;
/// As many connections as there can be at the same time: making one anew costs several round trips.
const MAX_IDLE: usize = 64;
/// So much is read of a body that nobody wants, so that its connection can be used again.
const SPARE_BYTES: u64 = 64 << 10;
/// A source that asks for more patience than this is given up instead.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// A file at a source, and the page where a person can do something about a refusal.
#[derive(Debug, Clone)]
pub(super) struct Remote {
    pub url: String,
    pub page: String,
}

/// Why there is no content.
#[derive(Debug)]
pub(super) enum Fault {
    /// It may work later.
    Again { why: String, after: Option<Duration> },
    /// This source will not give it.
    Refused(anyhow::Error),
    /// There is no such part of the file; its length, where it was told.
    NoSuchPart { total: Option<u64> },
}

impl Fault {
    pub fn again(why: impl Into<String>) -> Self {
        Self::Again { why: why.into(), after: None }
    }
}

/// What the hub says about a file before it sends us to where the bytes are.
#[derive(Debug, Default, Clone)]
pub(super) struct Linked {
    pub etag: Option<String>,
    pub commit: Option<String>,
}

/// Content that begins to arrive.
pub(super) struct Answer {
    /// Where in the file it begins, and how long the file is. A whole file begins at 0.
    pub part: Option<(u64, u64)>,
    /// Length of a whole file.
    pub length: Option<u64>,
    pub etag: Option<String>,
    pub linked: Linked,
    pub body: Body,
}

/// How long to wait for a server.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub connect: Duration,
    /// For the next byte.
    pub stall: Duration,
}

pub(super) struct Http {
    agent: Agent,
    token: Option<Token>,
}

impl Http {
    pub fn new(token: Option<Token>, patience: Patience) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(patience.connect))
            .timeout_per_read(Some(patience.stall))
            .timeout_per_write(Some(patience.stall))
            .max_idle_connections(MAX_IDLE)
            .max_idle_connections_per_host(MAX_IDLE)
            .user_agent(concat!("gallop/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("identity")
            .build();
        Self { agent: config.new_agent(), token }
    }

    /// Asks for a part of a file, or all of it. With `unchanged_since`, a server that has another file by now sends all
    /// of that.
    pub fn get(
        &self,
        remote: &Remote,
        part: Option<&Range<u64>>,
        unchanged_since: Option<&str>,
    ) -> Result<Answer, Fault> {
        let mut uri = parse(&remote.url)?;
        let mut linked = Linked::default();
        for hop in 0..=MAX_REDIRECTS {
            let response = self.once(&uri, part, unchanged_since)?;
            if hop == 0 {
                linked = Linked {
                    etag: text(&response, "x-linked-etag").as_deref().and_then(strong_etag),
                    commit: text(&response, "x-repo-commit"),
                };
            }
            match response.status().as_u16() {
                301 | 302 | 303 | 307 | 308 => {
                    uri = next_hop(&uri, &response)?;
                    spare(response.into_body());
                }
                200 | 206 => return answer(response, linked),
                _ => return Err(self.refusal(&response, &uri, remote, hop > 0)),
            }
        }
        Err(refused(format!("the source redirects without end: {}", remote.url)))
    }

    fn once(
        &self,
        uri: &Uri,
        part: Option<&Range<u64>>,
        unchanged_since: Option<&str>,
    ) -> Result<Response<Body>, Fault> {
        let mut request = self.agent.get(uri);
        if let Some(part) = part {
            request = request.header(header::RANGE, format!("bytes={}-{}", part.start, part.end.saturating_sub(1)));
            if let Some(etag) = unchanged_since {
                request = request.header(header::IF_RANGE, etag);
            }
        }
        // Each hop asks anew who may see it: this is the only place where the token is put on the wire.
        if let Some(secret) = self.token.as_ref().and_then(|token| token.for_uri(uri)) {
            request = request.header(header::AUTHORIZATION, format!("Bearer {secret}"));
        }
        let sent = if is_loopback(uri) { request.config().proxy(None).build().call() } else { request.call() };
        sent.map_err(|error| match error {
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => refused(format!("not an address ({error}): {uri}")),
            ureq::Error::Rustls(_) | ureq::Error::Tls(_) => {
                refused(format!("the connection is not safe ({error}): {}", host(uri)))
            }
            error => Fault::again(format!("no answer ({error}): {}", host(uri))),
        })
    }

    fn refusal(&self, response: &Response<Body>, uri: &Uri, remote: &Remote, is_elsewhere: bool) -> Fault {
        let (status, host, page) = (response.status().as_u16(), host(uri), &remote.page);
        match status {
            // Behind a redirect this is a signed address that ran out; the hub makes a new one.
            401 | 403 if is_elsewhere => Fault::again(format!("{host} answered {status}")),
            401 | 403 => {
                let showed = self.token.as_ref().is_some_and(|token| token.for_uri(uri).is_some());
                let is_hub = origin(uri) == super::token::HUB.parse().ok().as_ref().and_then(origin);
                let todo = match (status, showed) {
                    (_, false) if self.token.is_some() && !is_hub => format!(
                        "{host} wants a token, and yours was not shown to it; if it is to see it, say so: \
                         `gallop models pull --token-to {}`; the model's own page is {page}",
                        origin(uri).unwrap_or_default()
                    ),
                    (_, false) => format!(
                        "this model has a gate: sign in and accept its terms at {page}, make a token that may read at \
                         {}/settings/tokens, and give it with `gallop models token set` or in HF_TOKEN",
                        super::token::HUB
                    ),
                    (401, true) => format!(
                        "the token is not valid (any more): make a new one at {}/settings/tokens; the model is at {page}",
                        super::token::HUB
                    ),
                    _ => format!("your account has no access yet: sign in and accept the terms at {page}"),
                };
                Fault::Refused(coded(Code::Gated, todo))
            }
            416 => {
                let total = text(response, "content-range")
                    .and_then(|range| range.strip_prefix("bytes */").and_then(|total| total.trim().parse().ok()));
                Fault::NoSuchPart { total }
            }
            408 | 425 | 429 | 500..=599 => {
                let after = text(response, "retry-after").and_then(|after| after.trim().parse().ok());
                match after.map(Duration::from_secs) {
                    Some(after) if after > LONGEST_WAIT => {
                        refused(format!("{host} is busy and asks to come back in {} minutes", after.as_secs() / 60))
                    }
                    after => Fault::Again { why: format!("{host} answered {status}"), after },
                }
            }
            404 | 410 => refused(format!("the source does not have it ({status}): {}", remote.url)),
            _ => refused(format!("the source answered {status}: {}", remote.url)),
        }
    }
}

/// Reads what is left of a short body, so that its connection can be used again.
pub(super) fn spare(body: Body) {
    if body.content_length().is_some_and(|bytes| bytes <= SPARE_BYTES) {
        // Where that fails, a new connection is made.
        std::io::copy(&mut body.into_reader().take(SPARE_BYTES), &mut std::io::sink()).ok();
    }
}

fn refused(why: String) -> Fault {
    Fault::Refused(anyhow::anyhow!(why))
}

fn parse(url: &str) -> Result<Uri, Fault> {
    url.parse().map_err(|error| refused(format!("not an address ({error}): {url}")))
}

fn host(uri: &Uri) -> &str {
    uri.host().unwrap_or("the source")
}

fn next_hop(uri: &Uri, response: &Response<Body>) -> Result<Uri, Fault> {
    let location = text(response, "location").unwrap_or_default();
    let origin = origin(uri).unwrap_or_default();
    let absolute = if location.contains("://") {
        location
    } else if let Some(rest) = location.strip_prefix("//") {
        format!("{}://{rest}", uri.scheme_str().unwrap_or("https"))
    } else if location.starts_with('/') {
        format!("{origin}{location}")
    } else {
        let folder = uri.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{origin}{folder}/{location}")
    };
    let next = parse(&absolute)?;
    let is_safe = match next.scheme_str() {
        Some("https") => true,
        Some("http") => uri.scheme_str() == Some("http"),
        _ => false,
    };
    if is_safe { Ok(next) } else { Err(refused(format!("{} redirects to an unsafe address", host(uri)))) }
}

fn text(response: &Response<Body>, name: &str) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(str::to_owned)
}

/// An ETag that tells bytes apart: a weak one does not.
fn strong_etag(etag: &str) -> Option<String> {
    (etag.starts_with('"') && etag.len() > 2).then(|| etag.to_owned())
}

fn answer(response: Response<Body>, linked: Linked) -> Result<Answer, Fault> {
    let etag = text(&response, "etag").as_deref().and_then(strong_etag);
    let part = match response.status().as_u16() {
        206 => {
            let range = text(&response, "content-range").unwrap_or_default();
            let found = content_range(&range);
            Some(found.ok_or_else(|| Fault::again(format!("the source answered with a part of nothing: `{range}`")))?)
        }
        _ => None,
    };
    let length = text(&response, "content-length").and_then(|length| length.parse().ok());
    Ok(Answer { part, length, etag, linked, body: response.into_body() })
}

/// First byte and length of the file from `bytes 5-9/10`.
fn content_range(text: &str) -> Option<(u64, u64)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, total): (u64, u64, u64) = (first.parse().ok()?, last.parse().ok()?, total.parse().ok()?);
    (first <= last && last < total).then_some((first, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read() {
        assert_eq!(content_range("bytes 5-9/10"), Some((5, 10)));
        for bad in ["", "bytes 5-9/*", "bytes 9-5/10", "bytes 5-10/10", "bytes */10", "5-9/10", "bytes a-b/c"] {
            assert_eq!(content_range(bad), None, "{bad}");
        }
        assert_eq!(
            (strong_etag("\"a\""), strong_etag("W/\"a\""), strong_etag("a")),
            (Some("\"a\"".into()), None, None)
        );
    }
}
