//! A server of one file that costs next to nothing: on Linux the kernel moves the bytes from the file to the line.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How much goes out at once.
const PIECE: u64 = 256 << 10;
/// A line that was idle may catch up for so long.
const BURST: Duration = Duration::from_millis(5);

/// A line that all connections share.
struct Line {
    /// 0 is no limit.
    bytes_per_second: f64,
    free_at: Mutex<Instant>,
}

impl Line {
    /// Waits until so many bytes may go out.
    fn wait(&self, bytes: u64) {
        if self.bytes_per_second == 0.0 {
            return;
        }
        let due = {
            let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
            let earliest = Instant::now().checked_sub(BURST).unwrap_or(*free_at);
            *free_at = free_at.max(earliest) + Duration::from_secs_f64(bytes as f64 / self.bytes_per_second);
            *free_at
        };
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
}

/// Serves a file under every path until it is killed, over a line of so many megabits a second (0 for as fast as it
/// goes). Its first line on stdout is its address.
pub fn serve(path: &str, mbit: &str) -> Result<(), String> {
    let path = PathBuf::from(path);
    let mbit: f64 = mbit.parse().map_err(|_| format!("not a number: {mbit}"))?;
    let line = Arc::new(Line { bytes_per_second: mbit * 1e6 / 8.0, free_at: Mutex::new(Instant::now()) });
    let told = |error: std::io::Error| format!("cannot serve {}: {error}", path.display());
    let listener = TcpListener::bind("127.0.0.1:0").map_err(told)?;
    println!("http://{}", listener.local_addr().map_err(told)?);
    for stream in listener.incoming().flatten() {
        let (path, line) = (path.clone(), Arc::clone(&line));
        std::thread::spawn(move || answer(&stream, &path, &line));
    }
    Ok(())
}

/// Answers one request after the other. A connection that breaks has ended.
fn answer(stream: &TcpStream, path: &Path, shared: &Line) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut lines, mut file) = (BufReader::new(stream).lines(), File::open(path)?);
    let total = file.metadata()?.len();
    let mut range = None;
    while let Some(line) = lines.next().transpose()? {
        if let Some(asked) = line.to_ascii_lowercase().strip_prefix("range: bytes=") {
            range = part(asked, total);
        }
        if !line.is_empty() {
            continue;
        }
        let mut head = match &range {
            Some(part) => {
                format!("HTTP/1.1 206 Part\r\ncontent-range: bytes {}-{}/{total}\r\n", part.start, part.end - 1)
            }
            None => "HTTP/1.1 200 OK\r\n".to_owned(),
        };
        let part = range.take().unwrap_or(0..total);
        head += &format!("etag: \"made\"\r\ncontent-length: {}\r\n\r\n", part.end - part.start);
        let mut writer = stream;
        writer.write_all(head.as_bytes())?;
        file.seek(SeekFrom::Start(part.start))?;
        let mut left = part.end - part.start;
        while left > 0 {
            let piece = if shared.bytes_per_second == 0.0 { left } else { left.min(PIECE) };
            shared.wait(piece);
            // The kernel does it without a copy through this program.
            std::io::copy(&mut (&file).take(piece), &mut writer)?;
            left -= piece;
        }
    }
    Ok(())
}

/// `5-9` of a file; nothing where it has no such part.
fn part(asked: &str, total: u64) -> Option<Range<u64>> {
    let (first, last) = asked.trim().split_once('-')?;
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    let end = last.checked_add(1)?.min(total);
    (first < end).then_some(first..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read() {
        assert_eq!((part("5-9", 100), part("5-900", 10)), (Some(5..10), Some(5..10)));
        assert_eq!((part("5-", 100), part("10-11", 10), part("0-18446744073709551615", 10)), (None, None, None));
    }
}
