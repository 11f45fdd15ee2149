//! The part of a file that is asked for.

/// What a `Range` header asks for, of a file of so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All of it: nothing was asked for, or what cannot be understood.
    All,
    /// From the first byte to the last one, both counted.
    Part {
        /// The first byte.
        first: u64,
        /// The last one.
        last: u64,
    },
    /// What is not there.
    Nothing,
}

/// Reads a header. Of several parts none is given: all is as good, and players do not ask for them.
pub fn wanted(header: Option<&str>, length: u64) -> Wanted {
    let Some(ranges) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else { return Wanted::All };
    let Some((first, last)) = ranges.trim().split_once('-').filter(|_| !ranges.contains(',')) else {
        return Wanted::All;
    };
    let number = |text: &str| match text.trim() {
        "" => Some(None),
        digits if digits.bytes().all(|digit| digit.is_ascii_digit()) => Some(Some(digits.parse().unwrap_or(u64::MAX))),
        _ => None,
    };
    match (number(first), number(last)) {
        // The last so many bytes.
        (Some(None), Some(Some(count))) if count > 0 && length > 0 => {
            Wanted::Part { first: length.saturating_sub(count), last: length - 1 }
        }
        (Some(None), Some(Some(_))) => Wanted::Nothing,
        (Some(Some(first)), Some(last)) => match last {
            Some(last) if last < first => Wanted::All,
            _ if first >= length => Wanted::Nothing,
            last => Wanted::Part { first, last: last.unwrap_or(u64::MAX).min(length - 1) },
        },
        _ => Wanted::All,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_the_standard_says() {
        for (header, expected) in [
            ("bytes=0-0", Wanted::Part { first: 0, last: 0 }),
            ("bytes=0-", Wanted::Part { first: 0, last: 99 }),
            ("bytes=10-19", Wanted::Part { first: 10, last: 19 }),
            ("bytes=90-1000", Wanted::Part { first: 90, last: 99 }),
            ("bytes=-10", Wanted::Part { first: 90, last: 99 }),
            ("bytes=-1000", Wanted::Part { first: 0, last: 99 }),
            ("bytes=99-99", Wanted::Part { first: 99, last: 99 }),
            ("bytes=100-", Wanted::Nothing),
            ("bytes=99999999999999999999999-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=5-4", Wanted::All),
            ("bytes=", Wanted::All),
            ("bytes=-", Wanted::All),
            ("bytes=a-b", Wanted::All),
            ("bytes=0-1,5-6", Wanted::All),
            ("bytes=+1-2", Wanted::All),
            ("lines=0-1", Wanted::All),
            ("", Wanted::All),
        ] {
            assert_eq!(wanted(Some(header), 100), expected, "{header}");
        }
        assert_eq!(wanted(None, 100), Wanted::All);
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Nothing);
        assert_eq!(wanted(Some("bytes=-5"), 0), Wanted::Nothing);
    }
}
