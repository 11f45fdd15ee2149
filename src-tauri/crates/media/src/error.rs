use std::path::{Path, PathBuf};

/// What goes wrong while reading or writing media. Each message says what happened and what to do; the path comes last.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused: missing file, no permission, a folder where a file is expected.
    #[error("could not {action}: {source}: {}", path.display())]
    Io {
        /// What was tried, as in "could not …".
        action: &'static str,
        /// The system's answer.
        source: std::io::Error,
        /// The file.
        path: PathBuf,
    },
    /// The disk (or the quota) is full; nothing was left behind.
    #[error("the disk is full; free some space or choose another place for the file: {}", path.display())]
    DiskFull {
        /// The file that was being written.
        path: PathBuf,
    },
    /// The file is not a picture, is damaged, or is of a kind that is not read.
    #[error("this is not a picture that can be read ({why}); use a PNG, JPEG or WebP file: {}", path.display())]
    UnreadablePicture {
        /// What was found instead.
        why: String,
        /// The file.
        path: PathBuf,
    },
    /// A side is under [`crate::MIN_PICTURE_SIDE`].
    #[error("the picture is {width}x{height} pixels, too small to use; choose one of at least {min}x{min}: {}", path.display(), min = crate::MIN_PICTURE_SIDE)]
    PictureTooSmall {
        /// Pixels across, as stored.
        width: u32,
        /// Pixels down, as stored.
        height: u32,
        /// The file.
        path: PathBuf,
    },
    /// Over [`crate::MAX_PICTURE_SIDE`] or [`crate::MAX_PICTURE_PIXELS`]; refused before it is unpacked.
    #[error("the picture is {width}x{height} pixels, too large to open; scale it down to at most {side} a side and {mega} megapixels: {}", path.display(), side = crate::MAX_PICTURE_SIDE, mega = crate::MAX_PICTURE_PIXELS / 1_000_000)]
    PictureTooLarge {
        /// Pixels across, as stored.
        width: u32,
        /// Pixels down, as stored.
        height: u32,
        /// The file.
        path: PathBuf,
    },
    /// The file is not a sound or video file, is damaged, or is of a kind that this FFmpeg does not read.
    #[error("this is not a {what} file that can be read ({why}); convert it to WAV, FLAC, MP3, M4A or MP4: {}", path.display())]
    UnreadableMedia {
        /// "sound" or "video".
        what: &'static str,
        /// FFmpeg's own words.
        why: String,
        /// The file.
        path: PathBuf,
    },
    /// The file can be read but holds no sound.
    #[error("the file has no sound in it; choose one with an audio track: {}", path.display())]
    NoSound {
        /// The file.
        path: PathBuf,
    },
    /// The sound is longer than [`crate::MAX_SOUND_SECS`].
    #[error("the sound is longer than {} minutes; cut it first: {}", crate::MAX_SOUND_SECS / 60, path.display())]
    SoundTooLong {
        /// The file.
        path: PathBuf,
    },
    /// What was asked for cannot be a clip (odd size, frame rate of zero, reserved metadata name).
    #[error("{0}")]
    Spec(String),
    /// The chosen place cannot take a file.
    #[error("cannot write there: {why}: {}", path.display())]
    Place {
        /// What is wrong with it.
        why: &'static str,
        /// The place.
        path: PathBuf,
    },
    /// No H.264 or AAC encoder of this FFmpeg could be opened.
    #[error(
        "this FFmpeg has no {kind} encoder that works (tried {tried}); install a build with libx264, such as your system's ffmpeg package"
    )]
    NoEncoder {
        /// "H.264" or "AAC".
        kind: &'static str,
        /// The encoders that were tried, with the reason of each.
        tried: String,
    },
    /// The family that words are to be drawn in is neither in the folder of fonts nor in the program.
    #[error("the font {family:?} is not there; put its file into the folder of fonts, or choose another font: {}", folder.display())]
    NoFont {
        /// The family.
        family: String,
        /// The folder that was looked in; empty for none.
        folder: PathBuf,
    },
    /// The font that words are to be drawn in has no drawing of some of their letters.
    #[error(
        "the font {family:?} has no letters for {characters:?}; install the whole font (on Debian and Ubuntu the package fonts-noto-cjk) or change the words"
    )]
    NoGlyphs {
        /// The family.
        family: String,
        /// The letters, as many as 40.
        characters: String,
    },
    /// libass put another font in the place of the one that was asked for.
    #[error("words would be drawn in another font than the one chosen ({said}); please report this")]
    Substitute {
        /// libass's own words.
        said: String,
    },
    /// A caption file is damaged, or of a kind that is not read.
    #[error("the captions cannot be read (line {line}: {why}): {}", path.display())]
    Captions {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
        /// The file.
        path: PathBuf,
    },
    /// FFmpeg failed while encoding or writing.
    #[error("writing failed while trying to {action}: {why}: {}", path.display())]
    Write {
        /// The step.
        action: &'static str,
        /// FFmpeg's own words.
        why: String,
        /// The file that was to be made.
        path: PathBuf,
    },
    /// The signer that was set for C2PA does not work.
    #[error("the file cannot be signed ({why}); check the signer's certificates and key, or export unsigned: {}", path.display())]
    Sign {
        /// What its certificates, key or program said.
        why: String,
        /// The file with its certificates.
        path: PathBuf,
    },
    /// Whoever asked for the work stopped it; nothing was left behind.
    #[error("stopped before it was finished: {}", path.display())]
    Stopped {
        /// The file that was to be made.
        path: PathBuf,
    },
    /// The finished file was read back and is not what it should be. It was not published.
    #[error("the finished file failed its check ({why}), so it was thrown away; please report this: {}", path.display())]
    Check {
        /// What differs.
        why: String,
        /// The file that was to be made.
        path: PathBuf,
    },
}

/// The result of everything here.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Wraps an error of the operating system, giving a full disk its own name.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Io { action, source, path },
        }
    }

    /// An FFmpeg error while writing the file that is to stand at `path`, giving a full disk its own name.
    pub(crate) fn write(action: &'static str, error: ffmpeg_next::Error, path: &Path) -> Self {
        if let ffmpeg_next::Error::Other { errno } = error {
            let kind = std::io::Error::from_raw_os_error(errno).kind();
            if matches!(kind, std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded) {
                return Self::DiskFull { path: path.to_path_buf() };
            }
        }
        Self::Write { action, why: crate::ffmpeg::explain(error), path: path.to_path_buf() }
    }
}
