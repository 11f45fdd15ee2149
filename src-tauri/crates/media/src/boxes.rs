//! The boxes of an MP4 file (ISO/IEC 14496-12), as far as a finished clip is checked by them.

use std::io::{Read, Seek, SeekFrom};

/// What the index of an MP4 file says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Movie {
    /// Names of the outermost boxes, in order.
    pub order: Vec<String>,
    /// The tracks, in order.
    pub tracks: Vec<Track>,
}

/// One `trak` box.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Track {
    /// `vide`, `soun`, …
    pub handler: String,
    /// Units per second of the durations here.
    pub timescale: u32,
    /// Length of the track.
    pub duration: u64,
    /// Runs of samples: how many, and how long each is.
    pub runs: Vec<(u32, u32)>,
    /// Whether there is an edit list.
    pub edited: bool,
    /// The `colr` box of type `nclx`: primaries, transfer, matrix, full range.
    pub color: Option<(u16, u16, u16, bool)>,
}

impl Movie {
    /// Reads the outermost boxes, and the index whole.
    pub(crate) fn read(file: &mut (impl Read + Seek)) -> Result<Self, String> {
        let mut movie = Self::default();
        for found in outer_boxes(file)? {
            if &found.name == b"moov" {
                // An index is some 16 bytes a frame; 1 GiB would be a year of video.
                if found.bytes > 1 << 30 {
                    return Err("its index is impossibly large".into());
                }
                let mut index = vec![0; (found.bytes - found.head) as usize];
                file.seek(SeekFrom::Start(found.at + found.head)).map_err(|error| error.to_string())?;
                file.read_exact(&mut index).map_err(|error| error.to_string())?;
                for (name, body) in inner(&index) {
                    if name == b"trak" {
                        let mut track = Track::default();
                        track.take(body);
                        movie.tracks.push(track);
                    }
                }
            }
            movie.order.push(String::from_utf8_lossy(&found.name).into_owned());
        }
        Ok(movie)
    }

    /// Whether the index stands before the data, so that playing can start before the whole file has come.
    pub(crate) fn index_first(&self) -> bool {
        let place = |name| self.order.iter().position(|found| found == name);
        matches!((place("moov"), place("mdat")), (Some(index), Some(data)) if index < data)
    }
}

impl Track {
    /// Takes what is of interest from a box and the boxes inside it.
    fn take(&mut self, parent: &[u8]) {
        for (name, body) in inner(parent) {
            match name {
                b"mdia" | b"minf" | b"stbl" => self.take(body),
                b"edts" | b"elst" => self.edited = true,
                b"mdhd" => {
                    let (timescale, duration) = match body.first() {
                        Some(1) => (be(body, 20, 4), be(body, 24, 8)),
                        _ => (be(body, 12, 4), be(body, 16, 4)),
                    };
                    (self.timescale, self.duration) = (timescale as u32, duration);
                }
                b"hdlr" if self.handler.is_empty() => {
                    self.handler = String::from_utf8_lossy(body.get(8..12).unwrap_or_default()).into_owned();
                }
                b"stts" => {
                    let runs = be(body, 4, 4) as usize;
                    let runs = body.get(8..).unwrap_or_default().chunks_exact(8).take(runs);
                    self.runs = runs.map(|run| (be(run, 0, 4) as u32, be(run, 4, 4) as u32)).collect();
                }
                // A sample description holds one entry; a picture's own boxes follow 78 bytes of fields (§12.1.3).
                b"stsd" => {
                    for (_, entry) in inner(body.get(8..).unwrap_or_default()) {
                        for (name, body) in inner(entry.get(78..).unwrap_or_default()) {
                            if name == b"colr" && body.starts_with(b"nclx") {
                                let code = |at| be(body, at, 2) as u16;
                                self.color = Some((code(4), code(6), code(8), be(body, 10, 1) & 0x80 != 0));
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// One of the outermost boxes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outer {
    /// Its four letters.
    pub name: [u8; 4],
    /// Where it begins.
    pub at: u64,
    /// Length of its head.
    pub head: u64,
    /// Its length with its head.
    pub bytes: u64,
}

/// The outermost boxes, in order. Says so where they do not add up to the file, as those of a file of another kind do not.
pub(crate) fn outer_boxes(file: &mut (impl Read + Seek)) -> Result<Vec<Outer>, String> {
    let end = file.seek(SeekFrom::End(0)).map_err(|error| error.to_string())?;
    let mut all = Vec::new();
    let mut at = 0;
    while at < end {
        // Fragmented files have two for every second or so; a file of nothing but heads would fill the memory.
        if all.len() == 1_000_000 {
            return Err("it has impossibly many boxes".into());
        }
        let (name, head, bytes) = outer(file, at, end)?;
        all.push(Outer { name, at, head, bytes });
        at += bytes;
    }
    Ok(all)
}

/// Whether an MP4 file ends before its index or its data does. FFmpeg would show what little it finds.
pub(crate) fn cut_short(file: &mut (impl Read + Seek)) -> Result<bool, std::io::Error> {
    let end = file.seek(SeekFrom::End(0))?;
    let mut at = 0;
    let mut head = [0; 16];
    while end - at >= 16 {
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut head)?;
        let size = match be(&head, 0, 4) {
            0 => end - at,
            1 => be(&head, 8, 8),
            size => size,
        };
        let is_mp4 = at > 0 || &head[4..8] == b"ftyp";
        if !is_mp4 || size < 8 {
            return Ok(false);
        }
        if size > end - at {
            return Ok(matches!(&head[4..8], b"moov" | b"mdat"));
        }
        at += size;
    }
    Ok(false)
}

/// The name, header length and whole length of the box at `at`.
fn outer(file: &mut (impl Read + Seek), at: u64, end: u64) -> Result<([u8; 4], u64, u64), String> {
    let torn = || "its boxes do not add up to its length".to_owned();
    let mut head = [0; 16];
    let room = (end - at).min(16) as usize;
    file.seek(SeekFrom::Start(at)).map_err(|error| error.to_string())?;
    file.read_exact(&mut head[..room]).map_err(|error| error.to_string())?;
    let (header, size) = match be(&head, 0, 4) {
        0 => (8, end - at),
        1 => (16, be(&head, 8, 8)),
        size => (8, size),
    };
    if room < header as usize || size < header || size > end - at {
        return Err(torn());
    }
    Ok(([head[4], head[5], head[6], head[7]], header, size))
}

/// The boxes in a stretch of bytes; stops at the first that does not fit.
fn inner(mut bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (head, _) = bytes.split_at_checked(8)?;
        let size = be(head, 0, 4) as usize;
        let (this, rest) = bytes.split_at_checked(size)?;
        bytes = rest;
        Some((this.get(4..8)?.try_into().ok()?, this.get(8..)?))
    })
}

/// A big-endian number of `length` bytes; bytes beyond the end count as 0.
fn be(bytes: &[u8], at: usize, length: usize) -> u64 {
    (at..at + length).fold(0, |value, at| value << 8 | u64::from(bytes.get(at).copied().unwrap_or(0)))
}
