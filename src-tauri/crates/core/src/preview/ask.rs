//! What a page asks for.

use gallop_protocol::Id;
use serde::Deserialize;

use crate::export::Edition;

/// A message of the page.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Ask {
    /// One picture, first one that is near and quick where the right one takes long.
    Show {
        /// What the answers are to be called.
        turn: u32,
        /// Of what.
        of: Of,
        /// The frame.
        frame: u32,
        /// Width and height in pixels that the viewer has for it.
        size: [u32; 2],
    },
    /// Pictures and sound from a frame on.
    Play {
        /// What the answers are to be called.
        turn: u32,
        /// Of what.
        of: Of,
        /// The first frame.
        from: u32,
        /// The frame behind the last one.
        to: u32,
        /// The frame to go on with from there; none ends it.
        #[serde(default)]
        again: Option<u32>,
        /// Width and height in pixels that the viewer has.
        size: [u32; 2],
    },
    /// How far the page is with what plays.
    More {
        /// Pictures that it has used up since `play`: drawn, or too late for that.
        shown: u32,
        /// Frames since `play` that were heard.
        clock: f64,
    },
    /// How pictures are to be told from now on, the next ones first.
    Form(Form),
    /// The viewer has become larger or smaller while it plays.
    Size([u32; 2]),
    /// Nothing more.
    Stop {},
}

/// How a picture is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Four bytes for each pixel, which any page can show.
    #[default]
    Rgba,
    /// The planes that were painted, three bytes for two pixels: nothing is converted, and less than half of it to be sent. For
    /// pages that can show those.
    Planes,
}

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// The timeline of the open project.
    Timeline,
    /// One of its takes, whole.
    Take(Id),
    /// The timeline as an export will show it: its size and fit, its captions and its label.
    Export(Edition),
}
