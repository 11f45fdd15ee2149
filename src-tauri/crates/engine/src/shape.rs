//! Sizes, shapes and lengths as people write them.

use std::str::FromStr;

/// The longest clip in seconds; memory and time grow with its square.
pub const MAX_SECONDS: f32 = 60.0;

/// Two sides in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pixels {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

impl Pixels {
    /// The longest side that is made. H.264 players end here too.
    const LONGEST: u32 = 4096;

    /// A size that can be made.
    ///
    /// # Errors
    /// A side is 0 or beyond what players take.
    pub fn new(width: u32, height: u32) -> Result<Self, String> {
        let allowed = 1..=Self::LONGEST;
        if allowed.contains(&width) && allowed.contains(&height) {
            Ok(Self { width, height })
        } else {
            Err(format!("each side must be from 1 to {} pixels", Self::LONGEST))
        }
    }
}

impl FromStr for Pixels {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (width, height) = pair(text, &['x', 'X', '×']).ok_or("expected WIDTHxHEIGHT, as in 128x224")?;
        Self::new(width, height)
    }
}

impl std::fmt::Display for Pixels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// A shape as two whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aspect {
    width: u32,
    height: u32,
}

impl Aspect {
    /// The shape of a picture; its sides are not 0.
    pub fn of(width: u32, height: u32) -> Self {
        Self { width: width.max(1), height: height.max(1) }
    }

    /// Width by height.
    pub fn ratio(self) -> f64 {
        f64::from(self.width) / f64::from(self.height)
    }
}

impl FromStr for Aspect {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match pair(text, &[':', '/']) {
            Some((width @ 1.., height @ 1..)) if width.max(height) <= 16 * width.min(height) => {
                Ok(Self { width, height })
            }
            _ => Err("expected WIDTH:HEIGHT, as in 9:16".into()),
        }
    }
}

impl std::fmt::Display for Aspect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.width, self.height)
    }
}

fn pair(text: &str, separators: &[char]) -> Option<(u32, u32)> {
    let (first, second) = text.split_once(separators)?;
    Some((first.trim().parse().ok()?, second.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_shapes_are_read() {
        assert_eq!("128x224".parse(), Ok(Pixels { width: 128, height: 224 }));
        for bad in ["", "128", "0x10", "128x", "-1x4", "9999x10", "99999999999x1", "axb"] {
            assert!(bad.parse::<Pixels>().is_err(), "{bad}");
        }
        assert_eq!("9:16".parse(), Ok(Aspect { width: 9, height: 16 }));
        for bad in ["", "9", "0:1", "1:0", "100:1", ":"] {
            assert!(bad.parse::<Aspect>().is_err(), "{bad}");
        }
    }
}
