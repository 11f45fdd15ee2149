//! What a fetch would take, told from what was read of a file by Range. Nothing is asked for or written here.

use std::ops::Range;

use anyhow::Context as _;

use super::select;
use super::shards::Index;

/// Which bytes of a remote safetensors file are needed, and what they become here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// What the local file begins with: a safetensors header that lists only the tensors that are needed.
    pub head: Vec<u8>,
    /// The bytes of the remote file that follow it here, in this order and without gaps; each is one request.
    pub requests: Vec<Range<u64>>,
}

impl Needed {
    /// Length of the local file.
    pub fn bytes(&self) -> u64 {
        self.head.len() as u64 + self.requests.iter().map(|request| request.end - request.start).sum::<u64>()
    }
}

/// Plans the fetch of the tensors whose names begin with one of `prefixes`; of all, where there is none.
///
/// `beginning` is a safetensors file from its first byte to at least the end of its header, `file_bytes` the length of
/// all of it, as the source tells it. Both may come from a stranger.
///
/// # Errors
/// The header is damaged, longer than `beginning`, or has no such tensor; or the file cannot be so long.
pub fn needed_tensors(beginning: &[u8], file_bytes: u64, prefixes: &[String]) -> anyhow::Result<Needed> {
    let (first, rest) = beginning.split_first_chunk().context("the file is too short for a safetensors file")?;
    let bytes = usize::try_from(select::header_bytes(*first, file_bytes)?)?;
    let header = rest.get(..bytes).context("the header goes on behind what was read")?;
    let layout = select::layout(header, file_bytes, prefixes)?;
    layout.check()?;
    let requests = layout.segments().into_iter().map(|segment| segment.remote..segment.remote + segment.bytes);
    Ok(Needed { requests: requests.collect(), head: layout.head })
}

/// The files that an index of shards names for the tensors whose names begin with one of `prefixes` (for all, where there
/// is none), as paths from the folder of the index.
///
/// # Errors
/// The index is damaged, names files outside of its folder, or has no such tensor.
pub fn needed_shards(index: &[u8], prefixes: &[String]) -> anyhow::Result<Vec<String>> {
    Ok(Index::parse(index, prefixes)?.files().into_iter().map(str::to_owned).collect())
}
