//! A file seen as bytes.

use std::fs::File;
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use crate::{Error, Result};

/// A read-only memory map of a file: pages are read from disk when they are looked at.
pub(crate) struct Mapped {
    path: PathBuf,
    map: Mmap,
}

impl Mapped {
    /// Maps a file.
    ///
    /// # Errors
    /// The file cannot be opened, or is empty.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let failed = |source| Error::io("reading weights", path, source);
        // Looked at before it is opened: a pipe would be waited for.
        if !std::fs::metadata(path).map_err(failed)?.is_file() {
            return Err(Error::format(path, "not a file"));
        }
        let file = File::open(path).map_err(failed)?;
        if file.metadata().map_err(failed)?.len() == 0 {
            return Err(Error::format(path, "the file is empty; download it again"));
        }
        // SAFETY: the map is only read; a file that is changed underneath a running program is undefined for every
        // reader, which is why the studio publishes downloads by renaming them.
        let map = unsafe { Mmap::map(&file) }.map_err(failed)?;
        Ok(Self { path: path.to_owned(), map })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.map
    }
}
