//! Which bytes of a remote file a local file is made of.

use gallop_protocol::{Digest, Hasher};

/// Bytes of one request. Small enough that a broken one costs little and that the hash follows while the bytes are still
/// in memory; large enough that requests cost nothing.
const SEGMENT: u64 = 32 << 20;
/// No file of a model is longer. A source may claim any length, and a list of requests is made of it.
const LONGEST: u64 = 4 << 40;

/// A stretch of a remote file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub start: u64,
    pub bytes: u64,
}

/// A local file: our own head, and after it stretches of a remote file without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub head: Vec<u8>,
    pub extents: Vec<Extent>,
}

/// What one request fetches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    /// Where it is in the remote file.
    pub remote: u64,
    /// Where it goes in the local file.
    pub local: u64,
    pub bytes: u64,
}

impl Layout {
    /// A file as it is.
    pub fn whole(bytes: u64) -> Self {
        Self { head: Vec::new(), extents: vec![Extent { start: 0, bytes }] }
    }

    /// Checks that it is not too long to be a file of a model.
    ///
    /// # Errors
    /// It is.
    pub fn check(&self) -> anyhow::Result<()> {
        let bytes = self.bytes();
        anyhow::ensure!(bytes <= LONGEST, "no file of a model has as many as {bytes} bytes");
        Ok(())
    }

    /// Length of the local file.
    pub fn bytes(&self) -> u64 {
        let head = self.head.len() as u64;
        self.extents.iter().fold(head, |bytes, extent| bytes.saturating_add(extent.bytes))
    }

    /// The requests, in the order of the local file.
    pub fn segments(&self) -> Vec<Segment> {
        let mut local = self.head.len() as u64;
        let mut segments = Vec::new();
        for extent in &self.extents {
            let mut done = 0;
            while done < extent.bytes {
                let bytes = SEGMENT.min(extent.bytes - done);
                segments.push(Segment { remote: extent.start + done, local, bytes });
                (done, local) = (done + bytes, local + bytes);
            }
        }
        segments
    }

    /// Tells two layouts apart.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::default();
        hasher.update(&SEGMENT.to_le_bytes());
        hasher.update(&(self.head.len() as u64).to_le_bytes());
        hasher.update(&self.head);
        for extent in &self.extents {
            hasher.update(&extent.start.to_le_bytes());
            hasher.update(&extent.bytes.to_le_bytes());
        }
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_in_one_segment() {
        let extents = vec![Extent { start: 100, bytes: SEGMENT * 2 + 1 }, Extent { start: 1 << 40, bytes: 7 }];
        let layout = Layout { head: vec![0; 16], extents };
        let mut local = 16;
        for segment in layout.segments() {
            assert_eq!(segment.local, local);
            local += segment.bytes;
        }
        assert_eq!((local, layout.segments().len()), (layout.bytes(), 4));
        assert_eq!(Layout::whole(0).segments(), []);
        assert_ne!(Layout::whole(5).digest(), layout.digest());
        assert!(layout.check().is_ok() && Layout::whole(u64::MAX).check().is_err());
    }
}
