//! What a page is answered.
//!
//! Bytes begin with seven little-endian numbers of 32 bits:
//!
//! ```text
//!      picture                            sound
//!  0   1, or 3 where it comes as planes   2
//!  4   turn                               turn
//!  8   place (0 of `show`)                place
//! 12   frame of the programme             sample of the programme, at 48 kHz
//! 16   width                              samples of one channel
//! 20   height                             0
//! 24   1: it is the frame that was        0
//!      asked for, not one from near it;
//!      2: something of it is missing,
//!      a trouble says what
//! 28   R, G, B, 255 of each pixel,        32-bit floats: all of the left channel,
//!      row by row from the top            then all of the right one
//! ```
//!
//! Planes are Y', then Cb and Cr, which are half as wide and high, a byte for each sample, row by row from the top: BT.709,
//! limited range.

use bytes::Bytes;
use gallop_media::render::{Display, Frame};
use serde::Serialize;
use serde_json::json;

use super::ask::Form;
use crate::api::Refusal;

/// Where pixels or samples begin.
pub const HEADER_BYTES: usize = 28;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A picture or a sound.
    Bytes(Bytes),
    /// A trouble, as JSON.
    Text(String),
}

/// What is to be known of a picture beside its pixels.
pub struct Picture {
    /// What was asked for.
    pub turn: u32,
    /// Its place.
    pub place: u32,
    /// The frame of the programme that was asked for.
    pub frame: u32,
    /// Width and height.
    pub size: (u32, u32),
    /// Whether it is that frame.
    pub is_exact: bool,
    /// Whether something of it is missing.
    pub is_torn: bool,
    /// How it is told.
    pub form: Form,
}

/// The bytes of a picture of this form behind room for its header, so that they need not be copied for that.
pub fn pixels(frame: &Frame, form: Form, display: &mut Display) -> gallop_media::Result<Vec<u8>> {
    let (width, height) = frame.size();
    let pixels = width as usize * height as usize;
    let mut bytes = Vec::with_capacity(HEADER_BYTES + pixels * 4);
    bytes.resize(HEADER_BYTES, 0);
    match form {
        Form::Rgba => bytes.extend_from_slice(&display.rgba(frame)?),
        Form::Planes => {
            for plane in frame.planes() {
                // Both sides of a frame are even.
                let rows = if bytes.len() == HEADER_BYTES { height } else { height / 2 };
                plane.rows().take(rows as usize).for_each(|row| bytes.extend_from_slice(row));
            }
        }
    }
    Ok(bytes)
}

/// What a trouble is one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Of what is seen: it lasts until a picture comes of which nothing is missing.
    Picture,
    /// Of what is heard.
    Sound,
    /// Of captions: what is seen comes without them.
    Words,
    /// Of what was asked.
    Ask,
}

impl Message {
    /// A picture with its [`pixels`].
    pub fn picture(picture: &Picture, mut pixels: Vec<u8>) -> Self {
        let Picture { turn, place, frame, size: (width, height), is_exact, is_torn, form } = *picture;
        let marks = u32::from(is_exact) | u32::from(is_torn) << 1;
        let kind = if form == Form::Planes { 3 } else { 1 };
        let numbers = [kind, turn, place, frame, width, height, marks];
        for (four, number) in pixels.chunks_exact_mut(4).zip(numbers) {
            four.copy_from_slice(&number.to_le_bytes());
        }
        Self::Bytes(pixels.into())
    }

    /// Both channels of a portion of sound, which begins at a sample of the programme.
    pub fn sound(turn: u32, place: u32, sample: u32, [left, right]: &[Vec<f32>; 2]) -> Self {
        let mut bytes = header([2, turn, place, sample, left.len() as u32, 0, 0], size_of_val(&left[..]) * 2);
        bytes.extend(left.iter().chain(right).flat_map(|sample| sample.to_le_bytes()));
        Self::Bytes(bytes.into())
    }

    /// Why something cannot be seen or heard.
    pub fn trouble(turn: u32, of: Part, refusal: &Refusal) -> Self {
        let Refusal { code, message, detail } = refusal;
        let trouble = json!({ "turn": turn, "of": of, "code": code, "message": message, "detail": detail });
        Self::Text(json!({ "trouble": trouble }).to_string())
    }
}

fn header(numbers: [u32; HEADER_BYTES / 4], rest: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER_BYTES + rest);
    bytes.extend(numbers.into_iter().flat_map(u32::to_le_bytes));
    bytes
}
