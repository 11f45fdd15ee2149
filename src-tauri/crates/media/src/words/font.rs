//! What a font file says of itself: names, measures, and which characters it has (OpenType 1.9, chapters `name`, `head`,
//! `hhea`, `hmtx`, `OS/2` and `cmap`). Every number in it is looked at before it is believed.

/// One face of a font file.
#[derive(Debug, Clone)]
pub(super) struct Face<'a> {
    /// Every family and full name it goes by, in lower case.
    pub names: Vec<String>,
    /// Units of its design to an em.
    pub em: f32,
    /// Units from the baseline up and down to the ends of a line, after `OS/2`, whose sum is what libass calls the font size.
    pub line: (f32, f32),
    /// Height of capital letters, 0 if not known.
    pub capital: f32,
    widths: &'a [u8],
    wide: usize,
    characters: Characters<'a>,
}

/// The two forms of a `cmap` that fonts of today have.
#[derive(Debug, Clone)]
enum Characters<'a> {
    /// Format 4: segments of 16 bits.
    Segments(&'a [u8]),
    /// Format 12: groups of 32 bits.
    Groups(&'a [u8]),
}

/// At most so many faces of a collection, names of a face and groups of characters are looked at.
const MOST: usize = 100_000;

/// The faces of an OpenType font or collection; none where it is not one.
pub(super) fn faces(file: &[u8]) -> Vec<Face<'_>> {
    let starts: Vec<usize> = if file.starts_with(b"ttcf") {
        let count = u32_at(file, 8).unwrap_or(0).min(64);
        (0..count).filter_map(|face| u32_at(file, 12 + face * 4)).collect()
    } else {
        vec![0]
    };
    starts.into_iter().filter_map(|start| Face::read(file, start)).collect()
}

impl<'a> Face<'a> {
    fn read(file: &'a [u8], start: usize) -> Option<Self> {
        let table = |tag: &[u8; 4]| {
            let count = u16_at(file, start.checked_add(4)?)?;
            let entries = file.get(start.checked_add(12)?..)?.chunks_exact(16).take(count);
            let entry = entries.into_iter().find(|entry| entry.starts_with(tag))?;
            let (from, length) = (u32_at(entry, 8)?, u32_at(entry, 12)?);
            file.get(from..from.checked_add(length)?)
        };
        let (head, hhea, os2) = (table(b"head")?, table(b"hhea")?, table(b"OS/2")?);
        let em = u16_at(head, 18).filter(|em| *em > 0)?;
        // `sCapHeight` came with version 2.
        let capital = if u16_at(os2, 0)? >= 2 { u16_at(os2, 88)? } else { 0 };
        Some(Self {
            names: names(table(b"name")?),
            em: em as f32,
            line: (u16_at(os2, 74)? as f32, u16_at(os2, 76)? as f32),
            capital: capital as f32,
            widths: table(b"hmtx")?,
            wide: u16_at(hhea, 34).filter(|count| *count > 0)?,
            characters: Characters::find(table(b"cmap")?)?,
        })
    }

    /// Whether it draws this character.
    pub(super) fn has(&self, c: char) -> bool {
        self.characters.glyph(c) != 0
    }

    /// How far this character moves on, in units of the design; an em for one that it lacks.
    pub(super) fn advance(&self, c: char) -> f32 {
        match self.characters.glyph(c) {
            0 => self.em,
            glyph => u16_at(self.widths, glyph.min(self.wide - 1) * 4).map_or(self.em, |units| units as f32),
        }
    }

    /// How wide a text is, in ems, without kerning.
    pub(super) fn width(&self, text: &str) -> f32 {
        text.chars().filter(|c| !is_invisible(*c)).map(|c| self.advance(c)).sum::<f32>() / self.em
    }
}

/// Characters that are not drawn, and that no font needs to have.
pub(super) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}')
}

impl<'a> Characters<'a> {
    /// The best of the tables: all of Unicode before its first 65,536 characters.
    fn find(cmap: &'a [u8]) -> Option<Self> {
        let mut segments = None;
        for at in 0..u16_at(cmap, 2)? {
            let entry = cmap.get(4 + at * 8..)?;
            let table = cmap.get(u32_at(entry, 4)?..)?;
            match (u16_at(entry, 0)?, u16_at(entry, 2)?, u16_at(table, 0)?) {
                (0, _, 12) | (3, 10, 12) => return Some(Self::Groups(table)),
                (0, _, 4) | (3, 1, 4) => segments = Some(Self::Segments(table)),
                _ => {}
            }
        }
        segments
    }

    /// Number of the outline; 0 for none.
    fn glyph(&self, c: char) -> usize {
        let found = match self {
            Self::Segments(table) => segment(table, c as usize),
            Self::Groups(table) => group(table, c as usize),
        };
        found.unwrap_or(0)
    }
}

fn segment(table: &[u8], c: usize) -> Option<usize> {
    let bytes = u16_at(table, 6)?;
    let (mut low, mut high) = (0, bytes / 2);
    while low < high {
        let middle = (low + high) / 2;
        if u16_at(table, 14 + middle * 2)? < c { low = middle + 1 } else { high = middle }
    }
    let at = |part: usize| u16_at(table, 16 + bytes * part + low * 2);
    let (first, delta, offset) = (at(1)?, at(2)?, at(3)?);
    if c > u16_at(table, 14 + low * 2)? || c < first || low >= bytes / 2 {
        return None;
    }
    if offset == 0 {
        return Some((c + delta) & 0xffff);
    }
    match u16_at(table, 16 + bytes * 3 + low * 2 + offset + (c - first) * 2)? {
        0 => None,
        glyph => Some((glyph + delta) & 0xffff),
    }
}

fn group(table: &[u8], c: usize) -> Option<usize> {
    let (mut low, mut high) = (0, u32_at(table, 12)?.min(MOST));
    while low < high {
        let middle = (low + high) / 2;
        if u32_at(table, 16 + middle * 12 + 4)? < c { low = middle + 1 } else { high = middle }
    }
    let (first, last, glyph) =
        (u32_at(table, 16 + low * 12)?, u32_at(table, 20 + low * 12)?, u32_at(table, 24 + low * 12)?);
    (first..=last).contains(&c).then(|| glyph.saturating_add(c - first))
}

/// Family names (1, 16, 21) and full names (4), which are what an ASS document may call a font.
fn names(table: &[u8]) -> Vec<String> {
    let (count, strings) = (u16_at(table, 2).unwrap_or(0), u16_at(table, 4).unwrap_or(0));
    let mut names: Vec<String> = Vec::new();
    for at in 0..count {
        let Some(entry) = table.get(6 + at * 12..18 + at * 12) else { break };
        let field = |place: usize| u16_at(entry, place).unwrap_or(0);
        if !matches!(field(6), 1 | 4 | 16 | 21) {
            continue;
        }
        let from = strings + field(10);
        let Some(bytes) = table.get(from..from + field(8)) else { continue };
        let name = match field(0) {
            0 | 3 => String::from_utf16_lossy(
                &bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect::<Vec<_>>(),
            ),
            1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
            _ => continue,
        };
        let name = name.to_lowercase();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    Some(usize::from(u16::from_be_bytes([pair[0], pair[1]])))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_be_bytes([four[0], four[1], four[2], four[3]])).ok()
}
