//! What the readers of caption files share: bytes to text, times, and tidy lines.

use super::Fault;
use crate::Ticks;

/// Caption files over this size are refused.
pub(super) const MAX_BYTES: u64 = 16 << 20;

/// The latest moment that a caption file may name.
const MAX_HOURS: i64 = 1_000;

/// The text of a file in UTF-8 or UTF-16, with or without a mark in front. Other encodings are refused in words: which of the
/// many it is cannot be known, and a guess would burn wrong letters into a film.
pub(super) fn decoded(bytes: &[u8]) -> Result<String, Fault> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        if bytes.len() % 2 == 1 {
            return Err(Fault::new(1, "it is UTF-16 that ends in the middle of a character"));
        }
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text: Result<String, _> = char::decode_utf16(units).collect();
        text.map_err(|_| Fault::new(1, "it is damaged UTF-16"))
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes)?,
        // A caption file begins with a digit, a letter or a bracket, which leave one byte of two empty.
        [0, first, ..] if *first != 0 => wide(bytes, u16::from_be_bytes)?,
        [first, 0, ..] if *first != 0 => wide(bytes, u16::from_le_bytes)?,
        _ => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            match std::str::from_utf8(bytes) {
                Ok(text) => text.to_owned(),
                Err(error) => {
                    let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
                    let why = "its letters are not UTF-8 (an old encoding such as GBK, Big5 or Windows-1252?); save it as \
                               UTF-8";
                    return Err(Fault::new(line, why));
                }
            }
        }
    };
    if let Some(at) = text.find('\0') {
        let line = text[..at].matches('\n').count() + 1;
        return Err(Fault::new(line, "there is a zero byte in it, so it is not a text file"));
    }
    Ok(text)
}

/// A time of hours, minutes and seconds with any number of decimals behind a point or a comma.
pub(super) fn moment(hours: &str, minutes: &str, seconds: &str) -> Option<Ticks> {
    let whole = |digits: &str| {
        let plain = !digits.is_empty() && digits.len() <= 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse::<i64>().ok()).flatten()
    };
    let (seconds, decimals) = seconds.split_once(['.', ',']).unwrap_or((seconds, "0"));
    let plain = !decimals.is_empty() && decimals.bytes().all(|byte| byte.is_ascii_digit());
    // Nine decimals are finer than a tick.
    let nanoseconds =
        plain.then(|| format!("{decimals:0<9}").get(..9).map(str::to_owned)).flatten()?.parse::<i64>().ok()?;
    let (hours, minutes, seconds) = (whole(hours)?, whole(minutes)?, whole(seconds)?);
    if hours >= MAX_HOURS || minutes > 59 || seconds > 59 {
        return None;
    }
    let fraction = (i128::from(nanoseconds) * i128::from(Ticks::PER_SECOND) + 500_000_000) / 1_000_000_000;
    let whole = ((hours * 60 + minutes) * 60 + seconds) * Ticks::PER_SECOND;
    Some(Ticks(whole + i64::try_from(fraction).ok()?))
}

/// A moment as hours, minutes, seconds and milliseconds, to the nearest.
pub(super) fn clock(moment: Ticks, point: char) -> String {
    let per_milli = Ticks::PER_SECOND / 1_000;
    let millis = (moment.0.max(0).saturating_add(per_milli / 2)) / per_milli;
    let (seconds, millis) = (millis / 1_000, millis % 1_000);
    format!("{:02}:{:02}:{:02}{point}{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Lines without white space at their ends and without empty ones.
pub(super) fn tidied(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}
