//! How much room a disk has, and how fast it is.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;

/// Bytes between two looks at the clock; each such piece is brought to the disk before the next.
const PIECE: usize = 16 << 20;
/// Pieces that are written at most.
const MOST_PIECES: usize = 16;
/// The test leaves this much of a disk free.
const SPARE_BYTES: u64 = 1 << 30;

/// The room on a disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// What this user can still write.
    pub free_bytes: u64,
    /// All of it.
    pub total_bytes: u64,
}

/// How fast a disk is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed {
    /// Length of the file that was written and read.
    pub bytes: u64,
    /// Bytes a second until they lay on the disk.
    pub write_bytes_per_second: f64,
    /// Bytes a second from the disk; none where what was written cannot be kept out of the system's cache.
    pub read_bytes_per_second: Option<f64>,
}

/// `folder`, or the nearest one above it that is there.
pub fn nearest(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.into());
    absolute.ancestors().find(|folder| folder.is_dir()).map_or_else(|| absolute.clone(), Path::to_path_buf)
}

/// The room on the disk of a folder that is there; nothing where the system does not tell.
#[cfg(unix)]
pub fn room(folder: &Path) -> Option<Room> {
    let found = rustix::fs::statvfs(folder).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
    Some(Room { free_bytes: bytes(found.f_bavail), total_bytes: bytes(found.f_blocks) })
}

/// The room on the disk of a folder that is there; nothing where the system does not tell.
#[cfg(windows)]
pub fn room(folder: &Path) -> Option<Room> {
    use std::os::windows::ffi::OsStrExt as _;
    let path: Vec<u16> = folder.as_os_str().encode_wide().chain([0]).collect();
    let (mut free_bytes, mut total_bytes) = (0, 0);
    // SAFETY: `path` ends in a zero and both numbers are places for answers; all outlive the call. The last answer may be
    // left out.
    let is_told = unsafe {
        windows_sys::Win32::Storage::FileSystem::GetDiskFreeSpaceExW(
            path.as_ptr(),
            &raw mut free_bytes,
            &raw mut total_bytes,
            std::ptr::null_mut(),
        )
    };
    (is_told != 0).then_some(Room { free_bytes, total_bytes })
}

/// The room on the disk of a folder that is there; nothing where the system does not tell.
#[cfg(not(any(unix, windows)))]
pub fn room(_folder: &Path) -> Option<Room> {
    None
}

/// Bytes that this user can still write on the disk of a folder that is there.
pub fn free_bytes(folder: &Path) -> Option<u64> {
    room(folder).map(|room| room.free_bytes)
}

/// Writes a file of up to 256 MiB into a folder for about `limit`, reads it back for as long, and tells how fast that was.
/// The file has no name, where the system has such files, and is gone however this process ends.
///
/// # Errors
/// The folder cannot be written, or has so little room that the test would take the last of it.
pub fn measure(folder: &Path, limit: Duration) -> anyhow::Result<Speed> {
    let most = (PIECE * MOST_PIECES) as u64;
    if room(folder).is_some_and(|room| room.free_bytes < most + SPARE_BYTES) {
        anyhow::bail!("there is too little room for a test: {}", folder.display());
    }
    let cannot = || format!("cannot write in this folder: {}", folder.display());
    let mut file = tempfile::tempfile_in(folder).with_context(cannot)?;
    let mut piece = vec![0; PIECE];
    let (began, mut bytes) = (Instant::now(), 0u64);
    let mut spent = Duration::ZERO;
    for round in 0..MOST_PIECES as u64 {
        // Not counted: making the bytes, which are drawn so that no file system can make them smaller.
        draw(&mut piece, round);
        let start = Instant::now();
        file.write_all(&piece).and_then(|()| file.sync_data()).with_context(cannot)?;
        spent += start.elapsed();
        bytes += PIECE as u64;
        if began.elapsed() >= limit {
            break;
        }
    }
    let write_bytes_per_second = bytes as f64 / spent.as_secs_f64().max(1e-9);
    let read_bytes_per_second = if forget_cached(&file) { Some(read(&mut file, &mut piece, limit)?) } else { None };
    Ok(Speed { bytes, write_bytes_per_second, read_bytes_per_second })
}

fn read(file: &mut File, piece: &mut [u8], limit: Duration) -> anyhow::Result<f64> {
    let (mut bytes, began) = (0, Instant::now());
    file.seek(SeekFrom::Start(0)).context("a file that was just written cannot be read")?;
    while began.elapsed() < limit || bytes == 0 {
        match file.read(piece).context("a file that was just written cannot be read")? {
            0 => break,
            some => bytes += some,
        }
    }
    Ok(bytes as f64 / began.elapsed().as_secs_f64().max(1e-9))
}

/// Takes a file that lies on the disk out of the system's cache; tells whether that can be done.
#[cfg(target_os = "linux")]
fn forget_cached(file: &File) -> bool {
    rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed).is_ok()
}

/// Takes a file that lies on the disk out of the system's cache; tells whether that can be done.
#[cfg(not(target_os = "linux"))]
fn forget_cached(_file: &File) -> bool {
    false
}

/// Fills a piece with bytes that look drawn, other ones in each round.
fn draw(piece: &mut [u8], round: u64) {
    let mut state = 0x9e37_79b9_7f4a_7c15 ^ round.wrapping_mul(0xd134_2543_de82_ef95);
    for bytes in piece.chunks_exact_mut(8) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.copy_from_slice(&state.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_measured_and_left_as_it_was() {
        let folder = tempfile::tempdir().expect("folder");
        let Ok(speed) = measure(folder.path(), Duration::ZERO) else {
            eprintln!("skipped: the disk of the temporary folder is nearly full");
            return;
        };
        assert_eq!(speed.bytes, PIECE as u64, "no time for a second piece");
        assert!(speed.write_bytes_per_second > 0.0 && speed.read_bytes_per_second.is_none_or(|rate| rate > 0.0));
        assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 0);
        assert!(room(folder.path()).is_none_or(|room| room.free_bytes <= room.total_bytes));
    }

    #[test]
    fn a_folder_that_is_not_there_is_not_made() {
        let folder = tempfile::tempdir().expect("folder");
        let below = folder.path().join("a/b");
        assert_eq!(nearest(&below), folder.path());
        assert!(measure(&below, Duration::ZERO).is_err() && !below.exists());
    }

    #[test]
    fn pieces_differ() {
        let mut pieces = [[0; 64]; 2];
        pieces.iter_mut().zip(0..).for_each(|(piece, round)| draw(piece, round));
        assert_ne!(pieces[0], pieces[1]);
        assert!(pieces[0].iter().any(|byte| *byte != pieces[0][0]));
    }
}
