//! Where labels stand in the different kinds of files: boxes in MP4 and MOV, chunks in WAV.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
};

use super::{aigc::AIGC, xmp::UUID};
use crate::boxes::Outer;

/// No label is longer; what is, is not read.
const LONGEST: u64 = 1 << 24;
/// The chunk that holds XMP in WAV files (XMP specification, part 3, §1.1.3).
const XMP_CHUNK: [u8; 4] = *b"_PMX";

/// Adds an XMP packet behind everything else in an MP4 or MOV file, where nothing that is there moves.
pub(super) fn append_box(file: &mut File, packet: &str) -> io::Result<()> {
    let size = u32::try_from(packet.len() + 24).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
    file.seek(SeekFrom::End(0))?;
    file.write_all(&size.to_be_bytes())?;
    file.write_all(b"uuid")?;
    file.write_all(&UUID)?;
    file.write_all(packet.as_bytes())
}

/// The XMP packet of an MP4 or MOV file.
pub(super) fn read_box(file: &mut File, boxes: &[Outer]) -> io::Result<Option<String>> {
    for found in boxes.iter().filter(|found| &found.name == b"uuid") {
        let length = found.bytes.saturating_sub(found.head + 16);
        if length > LONGEST {
            continue;
        }
        let mut id = [0; 16];
        file.seek(SeekFrom::Start(found.at + found.head))?;
        if file.read_exact(&mut id).is_err() || id != UUID {
            continue;
        }
        return text(file, length).map(Some);
    }
    Ok(None)
}

/// Adds the AIGC label and the XMP packet as chunks behind the sound of a WAV file (TC260-PG-202510A).
pub(super) fn append_chunks(file: &mut File, label: &str, packet: &str) -> io::Result<()> {
    file.seek(SeekFrom::End(0))?;
    for (name, text) in [(*b"AIGC", label), (XMP_CHUNK, packet)] {
        if file.stream_position()? % 2 == 1 {
            file.write_all(&[0])?;
        }
        let length = u32::try_from(text.len()).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
        file.write_all(&name)?;
        file.write_all(&length.to_le_bytes())?;
        file.write_all(text.as_bytes())?;
    }
    if file.stream_position()? % 2 == 1 {
        file.write_all(&[0])?;
    }
    // The outermost length counts everything behind itself.
    let whole = u32::try_from(file.stream_position()? - 8).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
    file.seek(SeekFrom::Start(4))?;
    file.write_all(&whole.to_le_bytes())
}

/// The AIGC label and the XMP packet of a WAV file; nothing for another kind of file.
pub(super) fn read_chunks(file: &mut File) -> io::Result<(Option<String>, Option<String>)> {
    let (mut label, mut packet) = (None, None);
    let end = file.seek(SeekFrom::End(0))?;
    let mut head = [0; 12];
    file.rewind()?;
    if end < 12 || file.read_exact(&mut head).is_err() || &head[..4] != b"RIFF" || &head[8..] != b"WAVE" {
        return Ok((None, None));
    }
    let mut at = 12;
    // More chunks than this no program writes.
    for _ in 0..10_000 {
        if end - at < 8 {
            break;
        }
        let mut head = [0; 8];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut head)?;
        let length = u64::from(u32::from_le_bytes([head[4], head[5], head[6], head[7]]));
        if length > end - at - 8 {
            break;
        }
        let name = [head[0], head[1], head[2], head[3]];
        if length <= LONGEST && (name == XMP_CHUNK || name == AIGC.as_bytes()) {
            let text = text(file, length)?;
            *if name == XMP_CHUNK { &mut packet } else { &mut label } = Some(text);
        }
        at += 8 + length + length % 2;
        if at > end {
            break;
        }
    }
    Ok((label, packet))
}

/// The next `length` bytes; what is not UTF-8 in them is replaced.
fn text(file: &mut File, length: u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> io::Result<File> {
        let mut file = tempfile::tempfile()?;
        file.write_all(bytes)?;
        Ok(file)
    }

    #[test]
    fn chunks_come_back_and_the_length_is_right() -> io::Result<()> {
        // A sound of one byte, which is padded to two.
        let mut file = file(b"RIFF\x0d\0\0\0WAVEdata\x01\0\0\0\x07")?;
        append_chunks(&mut file, "{label}", "<xmp>é")?;
        assert_eq!(read_chunks(&mut file)?, (Some("{label}".into()), Some("<xmp>é".into())));
        let mut bytes = Vec::new();
        file.rewind()?;
        file.read_to_end(&mut bytes)?;
        assert_eq!(u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]) as usize, bytes.len() - 8);
        assert_eq!(bytes.len() % 2, 0);
        Ok(())
    }

    #[test]
    fn damaged_files_hold_nothing() -> io::Result<()> {
        for bytes in [
            &b""[..],
            b"RIFF",
            b"RIFF\0\0\0\0WAVE",
            b"RIFF\0\0\0\0WAVEAIGC\xff\xff\xff\xff{",
            b"RIFX\0\0\0\0WAVEAIGC\0\0\0\0",
        ] {
            assert_eq!(read_chunks(&mut file(bytes)?)?, (None, None), "{bytes:?}");
        }
        let short = Outer { name: *b"uuid", at: 0, head: 8, bytes: 12 };
        assert_eq!(read_box(&mut file(b"\0\0\0\x0cuuid1234")?, &[short])?, None);
        Ok(())
    }
}
