//! What the pictures of an export depend on beside the timeline, and how they look: the same for who writes them and for who
//! looks at them before.

use std::path::Path;

use gallop_media::render::{Graph, Words};
use gallop_media::words::Cue;
use serde::Deserialize;

use super::captions::{Tongues, cues};
use super::graph::{Materials, graph};
use super::order::{CaptionUse, Item, LabelChoice, Order};
use super::preset::{Preset, own_size};
use super::words::{safe_area, words};
use crate::timeline::Timeline;

/// One clip of an order, as far as it is seen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edition {
    /// The preset.
    pub preset: String,
    /// The languages of its captions; all captions where nothing is said.
    #[serde(default)]
    pub tongues: Option<Tongues>,
    /// Where captions are seen.
    #[serde(default)]
    pub captions: CaptionUse,
    /// Whether the pictures say that AI made them.
    #[serde(default)]
    pub label: LabelChoice,
}

impl Edition {
    /// Of a clip of an order.
    pub fn of(order: &Order, item: &Item) -> Self {
        let (preset, tongues) = (item.preset.clone(), item.tongues);
        Self { preset, tongues, captions: order.captions, label: order.label.clone() }
    }

    /// What is seen and heard in the size of its preset, or the project's own where that has none; without words.
    pub fn graph(preset: &Preset, timeline: &Timeline, materials: &Materials, aspect: &str) -> Graph {
        graph(timeline, materials, preset.size(aspect).unwrap_or_else(|| own_size(aspect)))
    }

    /// What can be read of it, in the picture or beside it.
    pub fn cues(&self, timeline: &Timeline) -> Vec<Cue> {
        cues(timeline, self.tongues)
    }

    /// What is read in the picture of this size: captions within what the platform leaves free, and the label.
    ///
    /// # Errors
    /// As [`words`].
    pub fn words(
        &self,
        preset: &Preset,
        timeline: &Timeline,
        size: (u32, u32),
        fonts: &Path,
    ) -> anyhow::Result<Option<Words>> {
        if preset.picture.is_none() {
            return Ok(None);
        }
        let is_drawn = matches!(self.captions, CaptionUse::Both | CaptionUse::Picture);
        let drawn = if is_drawn { self.cues(timeline) } else { Vec::new() };
        words(size, safe_area(Some(preset), size), &drawn, &timeline.caption_style, self.label.seen(preset), fonts)
    }
}
