//! What the first bytes of a picture file say: its kind, its size before unpacking, and which way is up.
//!
//! FFmpeg reads EXIF orientation only for some kinds and some of its versions, so it is read here, for all alike.

use ffmpeg_next::codec::Id;

/// A picture file before decoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Which decoder reads it.
    pub codec: Id,
    /// Pixels across, as stored.
    pub width: u32,
    /// Pixels down, as stored.
    pub height: u32,
    /// EXIF orientation, 1 (as stored) to 8.
    pub orientation: u16,
}

/// Reads the header of a whole picture file, or says what is wrong with it.
pub(super) fn read(file: &[u8]) -> Result<Header, String> {
    let known = if file.starts_with(b"\x89PNG\r\n\x1a\n") {
        png(file)
    } else if file.starts_with(&[0xff, 0xd8, 0xff]) {
        return jpeg(file);
    } else if file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WEBP") {
        return webp(file);
    } else if file.starts_with(b"GIF87a") || file.starts_with(b"GIF89a") {
        gif(file)
    } else if file.starts_with(b"BM") {
        bmp(file)
    } else {
        return Err(foreign(file));
    };
    known.ok_or_else(|| "the file ends too early".to_owned())
}

/// Names the commonest things that are mistaken for a picture.
fn foreign(file: &[u8]) -> String {
    let named = match file.get(4..12) {
        Some(b"ftypheic" | b"ftypheix" | b"ftypmif1" | b"ftyphevc") => Some("HEIC"),
        Some(b"ftypavif" | b"ftypavis") => Some("AVIF"),
        Some(rest) if rest.starts_with(b"ftyp") => Some("video"),
        _ if file.starts_with(b"%PDF") => Some("PDF"),
        _ if file.starts_with(b"II*\0") || file.starts_with(b"MM\0*") => Some("TIFF"),
        _ if file.starts_with(b"<svg") || file.starts_with(b"<?xml") => Some("SVG"),
        _ => None,
    };
    match named {
        Some(kind) => format!("it is a {kind} file"),
        None if file.is_empty() => "it is empty".to_owned(),
        None => "its contents are of no known picture format".to_owned(),
    }
}

fn png(file: &[u8]) -> Option<Header> {
    if file.get(12..16)? != b"IHDR" {
        return None;
    }
    let (width, height) = (be32(file, 16)?, be32(file, 20)?);
    let mut orientation = 1;
    let mut at = 8;
    while let (Some(length), Some(name)) = (be32(file, at), file.get(at + 4..at + 8)) {
        let length = length as usize;
        if name == b"eXIf"
            && let Some(exif) = file.get(at + 8..).and_then(|rest| rest.get(..length))
        {
            orientation = exif_orientation(exif).unwrap_or(1);
        }
        at = at.checked_add(length)?.checked_add(12)?;
    }
    Some(Header { codec: Id::PNG, width, height, orientation })
}

fn jpeg(file: &[u8]) -> Result<Header, String> {
    const EARLY: &str = "the file ends too early";
    let mut orientation = 1;
    let mut at = 2;
    loop {
        // Markers may be preceded by any number of fill bytes.
        while file.get(at) == Some(&0xff) && file.get(at + 1) == Some(&0xff) {
            at += 1;
        }
        let (Some(0xff), Some(&marker)) = (file.get(at), file.get(at + 1)) else { return Err(EARLY.into()) };
        if matches!(marker, 0x01 | 0xd0..=0xd8) {
            at += 2;
            continue;
        }
        let length = usize::from(be16(file, at + 2).ok_or(EARLY)?);
        let segment = file.get(at + 4..at + 2 + length.max(2)).ok_or(EARLY)?;
        match marker {
            0xe1 if segment.starts_with(b"Exif\0\0") => {
                orientation = exif_orientation(&segment[6..]).unwrap_or(orientation);
            }
            // Every start-of-frame but the three codes of that range that are something else.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let (height, width) = (be16(segment, 1).ok_or(EARLY)?, be16(segment, 3).ok_or(EARLY)?);
                if segment.get(5) == Some(&4) {
                    return Err("it is a CMYK picture, meant for printing; save it as RGB".into());
                }
                return Ok(Header { codec: Id::MJPEG, width: width.into(), height: height.into(), orientation });
            }
            0xd9 | 0xda => return Err("it has no size".into()),
            _ => {}
        }
        at += 2 + length.max(2);
    }
}

fn webp(file: &[u8]) -> Result<Header, String> {
    const EARLY: &str = "the file ends too early";
    // FFmpeg would make up what is missing. The last chunk's padding byte is often left out.
    let declared = le32(file, 4).ok_or(EARLY)? as usize;
    if file.len() + 1 < declared.saturating_add(8) {
        return Err(EARLY.into());
    }
    let mut size = None;
    let mut orientation = 1;
    let mut at = 12;
    while let (Some(name), Some(length)) = (file.get(at..at + 4), le32(file, at + 4)) {
        let body = file.get(at + 8..).unwrap_or_default();
        let body = body.get(..length as usize).unwrap_or(body);
        match name {
            b"ANIM" | b"ANMF" => return Err("it is an animation; save one frame of it".into()),
            b"VP8X" => size = le24(body, 4).zip(le24(body, 7)).map(|(w, h)| (w + 1, h + 1)),
            b"VP8 " if size.is_none() => {
                size = le16(body, 6).zip(le16(body, 8)).map(|(w, h)| (u32::from(w & 0x3fff), u32::from(h & 0x3fff)));
            }
            b"VP8L" if size.is_none() => {
                size = le32(body, 1).map(|bits| ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1));
            }
            b"EXIF" => {
                let exif = body.strip_prefix(b"Exif\0\0").unwrap_or(body);
                orientation = exif_orientation(exif).unwrap_or(1);
            }
            _ => {}
        }
        // Chunks are padded to even lengths.
        at = at.saturating_add(8 + length as usize + (length & 1) as usize);
    }
    let (width, height) = size.ok_or(EARLY)?;
    Ok(Header { codec: Id::WEBP, width, height, orientation })
}

fn gif(file: &[u8]) -> Option<Header> {
    let (width, height) = (le16(file, 6)?, le16(file, 8)?);
    Some(Header { codec: Id::GIF, width: width.into(), height: height.into(), orientation: 1 })
}

fn bmp(file: &[u8]) -> Option<Header> {
    let (width, height) = match le32(file, 14)? {
        12 => (u32::from(le16(file, 18)?), u32::from(le16(file, 20)?)),
        // Rows from the top are marked by a negative height.
        _ => (le32(file, 18)?, (le32(file, 22)? as i32).unsigned_abs()),
    };
    Some(Header { codec: Id::BMP, width, height, orientation: 1 })
}

/// The orientation tag (0x0112) of a TIFF structure's first directory, as EXIF 2.3 §4.6 lays it out.
fn exif_orientation(tiff: &[u8]) -> Option<u16> {
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let u16_at = if little { le16 } else { be16 };
    let u32_at = if little { le32 } else { be32 };
    let directory = u32_at(tiff, 4)? as usize;
    let entries = usize::from(u16_at(tiff, directory)?);
    for entry in (0..entries).map(|n| directory + 2 + 12 * n) {
        if u16_at(tiff, entry)? == 0x0112 {
            return u16_at(tiff, entry + 8).filter(|value| (1..=8).contains(value));
        }
    }
    None
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_be_bytes)
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

fn le24(bytes: &[u8], at: usize) -> Option<u32> {
    array::<3>(bytes, at).map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}
