//! The table of contents of a zip archive whose members are stored as they are, which is what `torch.save` writes.
//!
//! Only where members lie is read (PKWARE APPNOTE 6.3, with zip64), so that tensors can be mapped in place.

use std::collections::HashMap;
use std::ops::Range;

/// What local headers, the table of contents and its end record begin with.
const LOCAL: &[u8; 4] = b"PK\x03\x04";
const CENTRAL: &[u8; 4] = b"PK\x01\x02";
const END: &[u8; 4] = b"PK\x05\x06";
const END64: &[u8; 4] = b"PK\x06\x06";
const END64_LOCATOR: &[u8; 4] = b"PK\x06\x07";

/// Why an archive is not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ZipError {
    /// No end record: the file was cut short.
    Incomplete,
    /// A member is compressed.
    Compressed(String),
    /// Two statements of the file contradict each other.
    Damaged(&'static str),
}

/// Where each member's bytes lie.
pub(super) type Members = HashMap<String, Range<usize>>;

/// Whether the bytes begin like a zip archive.
pub(super) fn is(bytes: &[u8]) -> bool {
    bytes.starts_with(LOCAL)
}

/// Reads the table of contents.
pub(super) fn members(bytes: &[u8]) -> Result<Members, ZipError> {
    let (count, mut at) = table(bytes).ok_or(ZipError::Incomplete)?;
    let mut members = HashMap::new();
    for _ in 0..count {
        let damaged = ZipError::Damaged("its table of contents leads outside of it");
        let (name, member, next) = central(bytes, at).ok_or(damaged)??;
        if members.insert(name, member).is_some() {
            return Err(ZipError::Damaged("two members have the same name"));
        }
        at = next;
    }
    Ok(members)
}

/// Number of entries and offset of the table of contents, from the end of the file.
fn table(bytes: &[u8]) -> Option<(u64, usize)> {
    let tail = bytes.len().saturating_sub(22 + 0xffff);
    let end = bytes.get(tail..)?.windows(4).rposition(|window| window == END)? + tail;
    bytes.get(end + 22 + usize::from(u16_at(bytes, end + 20)?)..)?;
    let (count, offset) = (u64::from(u16_at(bytes, end + 10)?), u32_at(bytes, end + 16)?);
    let locator = end.checked_sub(20).filter(|at| bytes.get(*at..*at + 4) == Some(END64_LOCATOR));
    let Some(locator) = locator else {
        return Some((count, usize::try_from(offset).ok()?));
    };
    let end64 = usize::try_from(u64_at(bytes, locator + 8)?).ok()?;
    if bytes.get(end64..end64.checked_add(4)?)? != END64 {
        return None;
    }
    Some((u64_at(bytes, end64 + 32)?, usize::try_from(u64_at(bytes, end64 + 48)?).ok()?))
}

type Central = Result<(String, Range<usize>, usize), ZipError>;

/// One entry of the table: name, place of the bytes, offset of the next entry. Nothing where it leaves the file.
fn central(bytes: &[u8], at: usize) -> Option<Central> {
    if bytes.get(at..at.checked_add(46)?)?.get(..4)? != CENTRAL {
        return None;
    }
    let (method, name_len) = (u16_at(bytes, at + 10)?, usize::from(u16_at(bytes, at + 28)?));
    let (extra_len, comment_len) = (usize::from(u16_at(bytes, at + 30)?), usize::from(u16_at(bytes, at + 32)?));
    let name = String::from_utf8_lossy(bytes.get(at + 46..at + 46 + name_len)?).into_owned();
    let extra = bytes.get(at + 46 + name_len..at + 46 + name_len + extra_len)?;
    if method != 0 {
        return Some(Err(ZipError::Compressed(name)));
    }
    // Sizes of 4 GiB and more stand in the zip64 extra field, each only where the short field is full.
    let mut wide = zip64(extra).unwrap_or_default().chunks_exact(8).filter_map(|chunk| u64_at(chunk, 0));
    let mut field = |offset| match u32_at(bytes, at + offset)? {
        0xffff_ffff => wide.next(),
        value => Some(value),
    };
    let (size, _packed) = (field(24)?, field(20)?);
    let local = usize::try_from(field(42)?).ok()?;
    let start = local_data(bytes, local)?.end;
    let end = start.checked_add(usize::try_from(size).ok()?).filter(|end| *end <= bytes.len())?;
    Some(Ok((name, start..end, at + 46 + name_len + extra_len + comment_len)))
}

/// A local header. The member's bytes begin where it ends.
fn local_data(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    if bytes.get(at..at.checked_add(30)?)?.get(..4)? != LOCAL {
        return None;
    }
    let (name_len, extra_len) = (usize::from(u16_at(bytes, at + 26)?), usize::from(u16_at(bytes, at + 28)?));
    bytes.get(at + 30..at + 30 + name_len)?;
    Some(at..at + 30 + name_len + extra_len)
}

/// The name in a local header.
fn local_name(bytes: &[u8], at: usize) -> Option<String> {
    let name_len = usize::from(u16_at(bytes, at + 26)?);
    Some(String::from_utf8_lossy(bytes.get(at + 30..at + 30 + name_len)?).into_owned())
}

fn zip64(mut extra: &[u8]) -> Option<&[u8]> {
    loop {
        let (id, len) = (u16_at(extra, 0)?, usize::from(u16_at(extra, 2)?));
        if id == 1 {
            return extra.get(4..4 + len);
        }
        extra = extra.get(4 + len..)?;
    }
}

/// The members of an archive whose end is missing: local headers in the order of the file, as far as they go. A
/// member's range reaches to the next header, or to the end of the file.
///
/// `size` tells how long a member is where that is known, so that its bytes need not be searched.
pub(super) fn salvage(bytes: &[u8], size: impl Fn(&str) -> Option<usize>) -> Members {
    let mut members = HashMap::new();
    let mut at = 0;
    while let Some((start, name)) = local_data(bytes, at).and_then(|head| Some((head.end, local_name(bytes, at)?))) {
        let skip = start.saturating_add(size(&name).unwrap_or(0)).min(bytes.len());
        let next = bytes.get(skip..).and_then(|rest| rest.windows(4).position(|window| window == LOCAL));
        let end = next.map_or(bytes.len(), |next| skip + next);
        members.insert(name, start.min(bytes.len())..end);
        if next.is_none() {
            break;
        }
        at = end;
    }
    members
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?)))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}
