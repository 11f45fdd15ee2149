//! Events on their way to the studio.

use std::io::{self, Read as _, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use bytes::{Bytes, BytesMut};
use gallop_protocol::frame::{Codec, Frame};
use gallop_protocol::message::{BLOB_BYTES, Command, Event, Piece};
use gallop_protocol::{Digest, Error};
use tokio_util::codec::Encoder as _;

use crate::digest;

/// The pipe to the studio. Frames go out whole, whichever thread sends them.
pub struct Outbox {
    pipe: Mutex<Box<dyn Write + Send>>,
}

impl Outbox {
    /// Sends into this pipe.
    pub fn new(pipe: impl Write + Send + 'static) -> Self {
        Self { pipe: Mutex::new(Box::new(pipe)) }
    }

    /// Sends an event.
    ///
    /// # Errors
    /// The pipe is closed: nobody listens any more.
    pub fn send(&self, event: Event) -> Result<(), Error> {
        self.send_frame(event.into())
    }

    /// Sends an event with an attachment.
    ///
    /// # Errors
    /// As [`Self::send`], and for an attachment that no frame holds.
    pub fn send_with(&self, event: Event, bytes: impl Into<Bytes>) -> Result<(), Error> {
        self.send_frame(Frame::with(event, bytes))
    }

    /// Sends a file in pieces.
    ///
    /// # Errors
    /// The file cannot be read, or as [`Self::send`].
    pub fn send_file(&self, path: &Path) -> anyhow::Result<Digest> {
        let cannot = || format!("cannot read: {}", path.display());
        let blob = digest::of_file(path)?;
        let mut file = std::fs::File::open(path).with_context(cannot)?;
        let size = file.metadata().with_context(cannot)?.len();
        let mut offset = 0;
        loop {
            let mut bytes = Vec::new();
            (&mut file).take(BLOB_BYTES as u64).read_to_end(&mut bytes).with_context(cannot)?;
            let count = bytes.len() as u64;
            self.send_with(Event::Blob(Piece { blob, offset, size }), bytes)?;
            offset += count;
            if offset >= size || count == 0 {
                return Ok(blob);
            }
        }
    }

    fn send_frame(&self, frame: Frame<Event>) -> Result<(), Error> {
        let mut bytes = BytesMut::new();
        Codec::<Command, Event>::default().encode(frame, &mut bytes)?;
        // A thread that died while sending has sent a part of a frame at most; the studio will say so.
        let mut pipe = self.pipe.lock().unwrap_or_else(PoisonError::into_inner);
        pipe.write_all(&bytes)?;
        pipe.flush()?;
        Ok(())
    }
}

/// A pipe into which nobody looks, for tests of what stands before it.
#[cfg(test)]
impl Outbox {
    pub fn nowhere() -> Self {
        Self::new(io::sink())
    }
}

/// Whether the studio is gone.
pub fn is_closed(error: &anyhow::Error) -> bool {
    let pipe = error.downcast_ref::<Error>().and_then(|error| match error {
        Error::Pipe(error) => Some(error.kind()),
        _ => None,
    });
    pipe.is_some_and(|kind| matches!(kind, io::ErrorKind::BrokenPipe | io::ErrorKind::WriteZero))
}
