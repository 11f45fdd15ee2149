//! Opening inputs, and outputs that appear complete or not at all.

use std::{
    fs::File,
    io::{self, Seek as _},
    path::{Path, PathBuf},
};

use ffmpeg_next::{Dictionary, format, media};
use tempfile::NamedTempFile;

use crate::{Error, Result, boxes, ffmpeg};

/// Opens an ordinary file for reading; a folder, a pipe or a device is refused.
pub(crate) fn open(action: &'static str, path: &Path) -> Result<File> {
    let file = File::open(path).map_err(Error::io(action, path))?;
    let kind = file.metadata().map_err(Error::io(action, path))?.file_type();
    if kind.is_file() {
        return Ok(file);
    }
    let what = if kind.is_dir() { "it is a folder, not a file" } else { "it is not an ordinary file" };
    Err(Error::io(action, path)(io::Error::new(io::ErrorKind::InvalidInput, what)))
}

/// Opens a sound or video file with FFmpeg and finds its tracks.
///
/// FFmpeg gets the open file and never its name, so it goes by what is in it, and can open nothing else: a playlist that
/// names other files or addresses is refused.
pub(crate) fn demux(what: &'static str, path: &Path) -> Result<format::context::Input> {
    ffmpeg::start();
    let action = if what == "sound" { "open the sound" } else { "open the video" };
    let mut file = open(action, path)?;
    let unreadable = |why| Error::UnreadableMedia { what, why, path: path.to_path_buf() };
    if file.metadata().map_err(Error::io(action, path))?.len() == 0 {
        return Err(unreadable("it is empty".into()));
    }
    if boxes::cut_short(&mut file).map_err(Error::io(action, path))? {
        return Err(unreadable("it is cut off".into()));
    }
    file.rewind().map_err(Error::io(action, path))?;
    let stream = format::context::StreamIo::from_read_seek(file).map_err(|error| unreadable(ffmpeg::explain(error)))?;
    let options: Dictionary<'_> = [("protocol_whitelist", "none")].iter().collect();
    let file =
        format::input_from_stream(stream, None, Some(options)).map_err(|error| unreadable(ffmpeg::explain(error)))?;
    let holds = |medium| file.streams().best(medium).is_some();
    if holds(media::Type::Video) || holds(media::Type::Audio) {
        Ok(file)
    } else {
        Err(unreadable("there is neither picture nor sound in it".into()))
    }
}

/// Whether a file can be put at `place`: asked before long work, so that nobody waits for a clip that cannot be saved.
pub fn check_place(place: &Path) -> Result<()> {
    Draft::create(place, ".part").map(drop)
}

/// A file being written under a temporary name in the folder of its future place; gone unless published.
pub(crate) struct Draft {
    file: NamedTempFile<File>,
    place: PathBuf,
}

impl Draft {
    /// Makes the temporary file, which proves that the folder can be written.
    pub(crate) fn create(place: &Path, suffix: &str) -> Result<Self> {
        let refuse = |why| Err(Error::Place { why, path: place.to_path_buf() });
        if place.file_name().is_none() {
            return refuse("it does not name a file");
        }
        match std::fs::metadata(place) {
            Ok(found) if found.is_dir() => return refuse("it is a folder; add a file name"),
            Ok(found) if !found.is_file() => return refuse("it is a device or a pipe; name an ordinary file"),
            _ => {}
        }
        let folder = match place.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        // Opened here and not by `tempfile`, whose files are private and whose errors name the temporary file.
        let create = |path: &Path| File::options().read(true).write(true).create_new(true).open(path);
        let mut builder = tempfile::Builder::new();
        let file = builder.prefix(".gallop-").suffix(suffix).make_in(folder, create);
        let file = file.map_err(Error::io("create a file in this folder", folder))?;
        Ok(Self { file, place: place.to_path_buf() })
    }

    /// Where the data is until it is published.
    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Where it will be.
    pub(crate) fn place(&self) -> &Path {
        &self.place
    }

    /// The open temporary file.
    pub(crate) fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Brings the data to the disk and puts the file in its place, over an older one. Returns its size.
    pub(crate) fn publish(mut self) -> Result<u64> {
        let place = self.place;
        let file = self.file.as_file_mut();
        file.sync_all().map_err(Error::io("save the file", &place))?;
        let bytes = file.seek(io::SeekFrom::End(0)).map_err(Error::io("save the file", &place))?;
        self.file
            .persist(&place)
            .map_err(|failed| Error::io("put the finished file in its place", &place)(failed.error))?;
        #[cfg(unix)]
        if let Some(folder) = place.parent() {
            // The new name is as durable as the data; a file system that cannot do this has done what it can.
            let folder = if folder == Path::new("") { Path::new(".") } else { folder };
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(bytes)
    }
}
