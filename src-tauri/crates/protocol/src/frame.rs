//! A message and its binary attachment as bytes on a pipe.
//!
//! ```text
//! u32 length of the rest · u32 length of the head · head, JSON in UTF-8 · attachment
//! ```
//!
//! Numbers are big-endian. A frame is at most [`MAX_BYTES`] long, and nothing is set aside for one that claims more.

use std::marker::PhantomData;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::codec::{Decoder, Encoder, LengthDelimitedCodec};

use crate::message::BLOB_BYTES;
use crate::{Error, Result};

/// The longest frame.
pub const MAX_BYTES: usize = 4 * BLOB_BYTES;

/// A message and its attachment.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame<T> {
    /// The message.
    pub head: T,
    /// The attachment; empty for most messages.
    pub bytes: Bytes,
}

impl<T> From<T> for Frame<T> {
    fn from(head: T) -> Self {
        Self { head, bytes: Bytes::new() }
    }
}

impl<T> Frame<T> {
    /// A message with an attachment.
    pub fn with(head: T, bytes: impl Into<Bytes>) -> Self {
        Self { head, bytes: bytes.into() }
    }
}

impl<T: Serialize> Frame<T> {
    /// What stands behind the length.
    ///
    /// # Errors
    /// [`Error::Frame`] where it would be longer than [`MAX_BYTES`].
    pub fn to_payload(&self) -> Result<Bytes> {
        let head = serde_json::to_vec(&self.head).map_err(|error| Error::Frame(error.to_string()))?;
        let total = 4 + head.len() + self.bytes.len();
        if total > MAX_BYTES {
            return Err(Error::Frame(format!("{total} bytes are more than the {MAX_BYTES} of a frame")));
        }
        let mut payload = BytesMut::with_capacity(total);
        payload.put_u32(head.len() as u32);
        payload.put_slice(&head);
        payload.put_slice(&self.bytes);
        Ok(payload.freeze())
    }
}

impl<T: DeserializeOwned> Frame<T> {
    /// Reads what stands behind the length.
    ///
    /// # Errors
    /// [`Error::Frame`] for anything else than a whole message.
    pub fn from_payload(mut payload: Bytes) -> Result<Self> {
        let short = || Error::Frame("it ends too early".into());
        let head_len = payload.try_get_u32().map_err(|_| short())? as usize;
        if head_len > payload.len() {
            return Err(short());
        }
        let head = payload.split_to(head_len);
        let head = serde_json::from_slice(&head).map_err(|error| Error::Frame(error.to_string()))?;
        Ok(Self { head, bytes: payload })
    }
}

/// Frames of `In` from a pipe, frames of `Out` into one.
pub struct Codec<In, Out> {
    lengths: LengthDelimitedCodec,
    kinds: PhantomData<fn(Out) -> In>,
}

impl<In, Out> Default for Codec<In, Out> {
    fn default() -> Self {
        let lengths = LengthDelimitedCodec::builder().max_frame_length(MAX_BYTES).new_codec();
        Self { lengths, kinds: PhantomData }
    }
}

impl<In: DeserializeOwned, Out> Decoder for Codec<In, Out> {
    type Item = Frame<In>;
    type Error = Error;

    fn decode(&mut self, source: &mut BytesMut) -> Result<Option<Frame<In>>> {
        match self.lengths.decode(source) {
            Ok(Some(payload)) => Frame::from_payload(payload.freeze()).map(Some),
            Ok(None) => Ok(None),
            // What came is text of a launcher, say, and not a length: it is shown, for it tells what went wrong.
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err(Error::Frame(strange(source))),
            Err(error) => Err(error.into()),
        }
    }
}

impl<In, Out: Serialize> Encoder<Frame<Out>> for Codec<In, Out> {
    type Error = Error;

    fn encode(&mut self, frame: Frame<Out>, target: &mut BytesMut) -> Result<()> {
        Ok(self.lengths.encode(frame.to_payload()?, target)?)
    }
}

/// What stands where a frame should.
fn strange(source: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(&source[..source.len().min(200)]).trim().escape_debug().collect();
    format!("expected a frame, found `{text}`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Command, Event, Piece};
    use crate::{Digest, Id};

    #[test]
    fn frames_cross() {
        let mut codec = Codec::<Command, Command>::default();
        let piece = Piece { blob: Digest::of("abc"), offset: 0, size: 3 };
        let sent = [
            Frame::from(Command::Hello { protocol: 1, build: "gallop".into() }),
            Frame::with(Command::Blob(piece), &b"abc"[..]),
            Frame::from(Command::Cancel { job: Id::new() }),
        ];
        let mut pipe = BytesMut::new();
        sent.iter().for_each(|frame| codec.encode(frame.clone(), &mut pipe).expect("sent"));
        let whole = pipe.clone();
        let got: Vec<_> = std::iter::from_fn(|| codec.decode(&mut pipe).expect("got")).collect();
        assert_eq!(got, sent);
        // One byte at a time, as a slow network would bring them.
        let (mut pipe, mut got) = (BytesMut::new(), Vec::new());
        for byte in whole {
            pipe.put_u8(byte);
            got.extend(codec.decode(&mut pipe).expect("got"));
        }
        assert_eq!(got, sent);
    }

    #[test]
    fn strange_bytes_are_shown() {
        let mut codec = Codec::<Event, Command>::default();
        let error = codec.decode(&mut "Welcome to gpu1!\n".into()).expect_err("a banner").to_string();
        assert!(error.contains("Welcome to gpu1!"), "{error}");
    }

    #[test]
    fn broken_frames_are_refused() {
        for bad in [&b""[..], b"\0\0", b"\xff\xff\xff\xff{}", b"\0\0\0\x02{}", b"\0\0\0\x01{}", b"\0\0\0\0"] {
            assert!(Frame::<Command>::from_payload(Bytes::copy_from_slice(bad)).is_err(), "{bad:?}");
        }
        let frame = Frame::with(Command::Shutdown, vec![0; MAX_BYTES]);
        assert!(frame.to_payload().is_err(), "too long");
    }
}
