//! A server of one file that costs next to nothing: on Linux the kernel moves the bytes from the file to the line.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Serves a file under every path until it is killed. Its first line on stdout is its address.
pub fn serve(path: &str) -> Result<(), String> {
    let path = PathBuf::from(path);
    let told = |error: std::io::Error| format!("cannot serve {}: {error}", path.display());
    let listener = TcpListener::bind("127.0.0.1:0").map_err(told)?;
    println!("http://{}", listener.local_addr().map_err(told)?);
    for stream in listener.incoming().flatten() {
        let path = path.clone();
        std::thread::spawn(move || answer(&stream, &path));
    }
    Ok(())
}

/// Answers one request after the other. A connection that breaks has ended.
fn answer(stream: &TcpStream, path: &Path) -> std::io::Result<()> {
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
        std::io::copy(&mut (&file).take(part.end - part.start), &mut writer)?;
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
