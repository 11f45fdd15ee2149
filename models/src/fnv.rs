//! A short hash for names and comparisons, not for secrets.

/// FNV-1a, 64 bits (Fowler, Noll and Vo; draft-eastlake-fnv).
pub(crate) struct Fnv1a(u64);

impl Fnv1a {
    /// Of no bytes yet.
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    }

    /// The hash of all that was added.
    pub(crate) fn finish(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_hash() {
        let mut hash = Fnv1a::new();
        hash.update(b"foo");
        hash.update(b"bar");
        assert_eq!(hash.finish(), 0x8594_4171_f739_67e8);
    }
}
