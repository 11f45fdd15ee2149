//! The fonts that words are drawn with: the one in the program, the whole family where the system has it, and a folder of the
//! user's.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use super::{
    ass::Document,
    font::{self, Face},
};
use crate::{Error, Result, files};

/// The common characters of Noto Sans CJK Bold; see `assets/fonts/README.md`.
pub(super) static OWN: &[u8] = include_bytes!("../../../../../assets/fonts/NotoSansCJK-Bold-subset.ttc");

/// The families in it: Chinese of the mainland, of Taiwan and of Hong Kong, Japanese, Korean.
pub(super) const FAMILIES: [&str; 5] =
    ["Noto Sans CJK SC", "Noto Sans CJK TC", "Noto Sans CJK HK", "Noto Sans CJK JP", "Noto Sans CJK KR"];

/// Where systems keep the whole of it (Debian, Arch, Fedora new and old, Homebrew).
const WHOLE: [&str; 6] = [
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Bold.ttc",
    "/opt/homebrew/share/fonts/NotoSansCJK-Bold.ttc",
    "/Library/Fonts/NotoSansCJK-Bold.ttc",
];

/// Font files over this size, more of them in one folder, and more bytes of them together are not read.
const MAX_FONT_BYTES: u64 = 64 << 20;
const MAX_FONTS: usize = 64;
const MAX_BYTES: u64 = 256 << 20;

/// The family that draws a language: Han characters differ from region to region. Quotation marks are as wide as Han
/// characters in the Chinese families, so the languages of Europe have the Korean one.
pub(super) fn family(language: &str) -> &'static str {
    let language = language.to_lowercase().replace('_', "-");
    let has = |part: &str| language.split('-').any(|own| own == part);
    match language.split('-').next() {
        Some("ja") => FAMILIES[3],
        Some("ko") => FAMILIES[4],
        Some("yue") if !has("hans") => FAMILIES[2],
        Some("zh") if has("hk") || has("mo") => FAMILIES[2],
        Some("zh") if has("hant") || has("tw") => FAMILIES[1],
        Some("zh" | "yue" | "") | None => FAMILIES[0],
        _ => FAMILIES[4],
    }
}

/// A face of the font in the program.
pub(super) fn own(family: &str) -> Result<Face<'static>> {
    let wanted = family.to_lowercase();
    font::faces(OWN)
        .into_iter()
        .find(|face| face.names.contains(&wanted))
        .ok_or_else(|| Error::NoFont { family: family.into(), folder: PathBuf::new() })
}

/// Font files in memory.
pub(super) struct Fonts {
    files: Vec<(String, std::borrow::Cow<'static, [u8]>)>,
}

impl Fonts {
    /// The fonts that this document needs, from the folder and the program. The whole family is read only where the one in the
    /// program lacks letters: its drawings are the same.
    ///
    /// An [`Error::NoFont`] names the family that is nowhere, an [`Error::NoGlyphs`] the letters that its font lacks.
    pub(super) fn of(document: &Document<'_>, folder: &Path) -> Result<Self> {
        let mut fonts = Self { files: Vec::new() };
        if !folder.as_os_str().is_empty() {
            fonts.read_folder(folder)?;
        }
        fonts.files.push(("own".into(), OWN.into()));
        let lack = fonts.lack(document, folder);
        let Err(Error::NoGlyphs { .. }) = lack else { return lack.map(|()| fonts) };
        let Some(whole) = WHOLE.map(Path::new).into_iter().find(|place| place.is_file()) else {
            return lack.map(|()| fonts);
        };
        fonts.files.pop();
        fonts.files.push(("whole".into(), fs::read(whole).map_err(Error::io("read the font", whole))?.into()));
        fonts.lack(document, folder).map(|()| fonts)
    }

    /// Names and bytes, as libass takes them.
    pub(super) fn files(&self) -> Vec<(&str, &[u8])> {
        self.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_ref())).collect()
    }

    fn read_folder(&mut self, folder: &Path) -> Result<()> {
        let action = "read the folder of fonts";
        let entries = fs::read_dir(folder).map_err(Error::io(action, folder))?;
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(Error::io(action, folder))?.path();
            let kind = path.extension().map(|kind| kind.to_string_lossy().to_lowercase());
            if kind.is_some_and(|kind| ["otf", "ttf", "ttc", "otc"].contains(&kind.as_str())) {
                paths.push(path);
            }
        }
        // The same order on every system, because the first of two fonts of one name is taken.
        paths.sort();
        let mut total = 0;
        for path in paths.into_iter().take(MAX_FONTS) {
            use std::io::Read as _;
            let mut bytes = Vec::new();
            let file = files::open("open the font", &path)?;
            file.take(MAX_FONT_BYTES + 1).read_to_end(&mut bytes).map_err(Error::io("read the font", &path))?;
            total += bytes.len() as u64;
            if bytes.len() as u64 > MAX_FONT_BYTES || total > MAX_BYTES {
                return Err(Error::Spec(format!("the font is too large to be used: {}", path.display())));
            }
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            self.files.push((name, bytes.into()));
        }
        Ok(())
    }

    /// Whether every letter of the document is in the font that draws it.
    fn lack(&self, document: &Document<'_>, folder: &Path) -> Result<()> {
        let faces: Vec<Face<'_>> = self.files.iter().flat_map(|(_, bytes)| font::faces(bytes)).collect();
        let mut letters: Vec<_> = document.letters().into_iter().collect();
        letters.sort();
        for (family, letters) in letters {
            let written = document.styles.values().find(|name| name.eq_ignore_ascii_case(&family));
            let family_written = written.map_or(family.clone(), |name| (*name).to_owned());
            let Some(face) = faces.iter().find(|face| face.names.contains(&family)) else {
                return Err(Error::NoFont { family: family_written, folder: folder.to_path_buf() });
            };
            let mut missing: Vec<char> = Vec::new();
            let mut seen = HashSet::new();
            for c in letters.into_iter().filter(|c| !font::is_invisible(*c) && seen.insert(*c)) {
                if !face.has(c) && missing.len() < 40 {
                    missing.push(c);
                }
            }
            if !missing.is_empty() {
                return Err(Error::NoGlyphs { family: family_written, characters: missing.into_iter().collect() });
            }
        }
        Ok(())
    }
}
