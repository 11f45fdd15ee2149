//! What is read of a remote file before it is fetched: the header of its tensors, or an index of shards.

use std::io::Read as _;

use anyhow::Context as _;
use gallop_protocol::Digest;

use super::fetch::{Facts, ask, patient};
use super::http::{Fault, Remote};
use super::journal::Identity;
use super::pull::Pull;
use super::select;
use super::shards::MAX_INDEX_BYTES;

/// How often it may seem to change in between.
const MAX_CHANGES: u32 = 2;

impl Pull<'_> {
    /// The header of a remote safetensors file, by two small requests.
    pub(super) fn remote_header(&self, remote: &Remote, facts: &Facts) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(first) = self.bytes(remote, facts, 0, 8)? else { return Ok(None) };
        let first = first.first_chunk().copied().context("the file is too short")?;
        let length = select::header_bytes(first, facts.identity.bytes).with_context(|| remote.url.clone())?;
        self.bytes(remote, facts, 8, length)
    }

    /// A remote index, checked against what the source tells of it.
    pub(super) fn remote_index(&self, remote: &Remote, mut facts: Facts) -> anyhow::Result<Option<Vec<u8>>> {
        for _ in 0..=MAX_CHANGES {
            let Identity { bytes, sha256, .. } = facts.identity;
            anyhow::ensure!(bytes <= MAX_INDEX_BYTES, "this is no index, it is too long: {}", remote.url);
            match self.bytes(remote, &facts, 0, bytes) {
                Ok(Some(text)) if sha256.is_some_and(|told| told != Digest::of(&text)) => {}
                Err(error) if error.is::<SeemsChanged>() => {}
                read => return read,
            }
            let Some(anew) = ask(&self.http, remote, self.effort, self.control)? else { return Ok(None) };
            facts = anew;
        }
        anyhow::bail!("the index of the shards keeps changing, or is damaged: {}", remote.url)
    }

    /// A few bytes of a remote file.
    fn bytes(&self, remote: &Remote, facts: &Facts, start: u64, length: u64) -> anyhow::Result<Option<Vec<u8>>> {
        let mut failures = 0;
        loop {
            let part = start..start + length;
            let result = self.http.get(remote, Some(&part), None).and_then(|answer| {
                let begin = answer.part.map_or(0, |(begin, _)| begin);
                if !facts.is_same(&answer) {
                    return Err(Fault::Refused(SeemsChanged.into()));
                }
                if begin > start {
                    return Err(Fault::again("the source sent another part"));
                }
                let mut body = answer.body.into_reader();
                let broke = |error: std::io::Error| Fault::again(format!("the connection broke ({error})"));
                std::io::copy(&mut body.by_ref().take(start - begin), &mut std::io::sink()).map_err(broke)?;
                let mut bytes = Vec::new();
                body.take(length).read_to_end(&mut bytes).map_err(broke)?;
                if bytes.len() as u64 == length {
                    Ok(bytes)
                } else {
                    Err(Fault::again("the connection ended too early"))
                }
            });
            match result {
                Ok(bytes) => return Ok(Some(bytes)),
                Err(fault) => {
                    if !patient(fault, &mut failures, self.effort, self.control)? {
                        return Ok(None);
                    }
                }
            }
        }
    }
}

/// Between two questions about a file, or one of them was answered wrongly: it is looked at anew.
#[derive(Debug)]
pub(super) struct SeemsChanged;

impl std::fmt::Display for SeemsChanged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the file keeps changing at the source")
    }
}

impl std::error::Error for SeemsChanged {}
