//! Files on disks of this machine: their hashes, copies of what is needed of them, and how much room there is.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use anyhow::Context as _;
use gallop_protocol::{Digest, Hasher};

use super::layout::Layout;
use super::select;
use crate::disk::free_bytes;
use crate::{Code, coded, files};

const BUFFER: usize = 1 << 20;
/// What stays free, so that the rest of the system goes on.
const RESERVE: u64 = 256 << 20;

/// The hash of a file; nothing where `go_on` said no.
pub(super) fn digest(path: &Path, go_on: &dyn Fn() -> bool) -> std::io::Result<Option<Digest>> {
    digest_counted(path, &|_| go_on())
}

/// As [`digest`]; `go_on` hears how many bytes have been read.
pub(super) fn digest_counted(path: &Path, go_on: &dyn Fn(u64) -> bool) -> std::io::Result<Option<Digest>> {
    let (mut file, mut hasher, mut buffer) = (File::open(path)?, Hasher::default(), vec![0; BUFFER]);
    let mut read = 0;
    loop {
        if !go_on(read) {
            return Ok(None);
        }
        match file.read(&mut buffer)? {
            0 => return Ok(Some(hasher.finish())),
            count => hasher.update(buffer.get(..count).unwrap_or_default()),
        }
        read = file.stream_position()?;
    }
}

/// Which bytes of a file are needed.
pub(super) fn layout(path: &Path, prefixes: &[String]) -> anyhow::Result<Layout> {
    let cannot = || format!("cannot read: {}", path.display());
    let mut file = File::open(path).with_context(cannot)?;
    let bytes = file.metadata().with_context(cannot)?.len();
    if prefixes.is_empty() {
        return Ok(Layout::whole(bytes));
    }
    select::layout(&header(&mut file, bytes).with_context(cannot)?, bytes, prefixes).with_context(cannot)
}

/// The header of a safetensors file; the file stands at its data after it.
pub(super) fn header(file: &mut File, file_bytes: u64) -> anyhow::Result<Vec<u8>> {
    let mut first = [0; 8];
    file.read_exact(&mut first)?;
    let mut header = vec![0; usize::try_from(select::header_bytes(first, file_bytes)?)?];
    file.read_exact(&mut header)?;
    Ok(header)
}

/// Copies what is needed of a file, and tells its hash; nothing where `go_on` said no.
pub(super) fn copy(
    from: &Path,
    layout: &Layout,
    into: &Path,
    expected: Option<Digest>,
    go_on: &dyn Fn(u64) -> bool,
) -> anyhow::Result<Option<Digest>> {
    let cannot = || format!("cannot read: {}", from.display());
    let mut source = File::open(from).with_context(cannot)?;
    let (mut file, draft) = files::draft(into)?;
    let (mut hasher, mut buffer) = (Hasher::default(), vec![0; BUFFER]);
    let mut keep = |bytes: &[u8]| {
        hasher.update(bytes);
        file.write_all(bytes).map_err(|error| super::fetch::disk(error, into))
    };
    keep(&layout.head)?;
    for extent in &layout.extents {
        source.seek(SeekFrom::Start(extent.start)).with_context(cannot)?;
        let mut left = extent.bytes;
        while left > 0 {
            let wanted = BUFFER.min(usize::try_from(left).unwrap_or(BUFFER));
            let room = buffer.get_mut(..wanted).unwrap_or_default();
            source.read_exact(room).with_context(cannot)?;
            keep(room)?;
            left -= wanted as u64;
            if !go_on(wanted as u64) {
                return Ok(None);
            }
        }
    }
    let digest = hasher.finish();
    if expected.is_some_and(|expected| expected != digest) {
        anyhow::bail!("this is another file than the catalog's, by its hash: {}", from.display());
    }
    files::publish(&file, draft, into)?;
    Ok(Some(digest))
}

/// Checks that there is room for so many more bytes in a folder.
pub(super) fn check_room(folder: &Path, bytes: u64) -> anyhow::Result<()> {
    let Some(free) = free_bytes(folder) else { return Ok(()) };
    if bytes == 0 || free >= bytes.saturating_add(RESERVE) {
        return Ok(());
    }
    let gb = |bytes: u64| bytes as f64 / 1e9;
    let (needed, free) = (gb(bytes + RESERVE), gb(free));
    Err(coded(
        Code::DiskFull,
        format!(
            "the disk is too small: {needed:.1} GB are needed and {free:.1} GB are free; make room, or set {} to a folder \
             on another disk: {}",
            super::record::MODEL_DIR,
            folder.display()
        ),
    ))
}
