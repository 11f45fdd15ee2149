//! Edits of the captions and markers.

use gallop_protocol::Id;
use gallop_protocol::shot::speech;

use super::check::refuse;
use super::{Caption, Marker, RATE, Shots, Timeline};

/// Before the first word: the model lets people breathe in.
const LEAD_SECONDS: f64 = 0.2;
/// Between two lines.
const PAUSE_SECONDS: f64 = 0.3;

impl Timeline {
    pub(super) fn put_caption(&mut self, caption: &Caption, shots: &impl Shots) -> anyhow::Result<()> {
        let clip = *self.clip(caption.clip)?;
        let length = self.source_frames(clip.shot, shots).unwrap_or(clip.out).max(clip.out);
        let from = caption.from.min(length.saturating_sub(1));
        let caption = Caption { from, to: caption.to.clamp(from + 1, length.max(from + 1)), ..caption.clone() };
        match self.captions.iter_mut().find(|known| known.id == caption.id) {
            Some(known) => *known = caption,
            None => self.captions.push(caption),
        }
        Ok(())
    }

    pub(super) fn delete_caption(&mut self, id: Id) -> anyhow::Result<()> {
        let before = self.captions.len();
        self.captions.retain(|caption| caption.id != id);
        if self.captions.len() == before {
            return refuse(format!("there is no caption {id} on the timeline"));
        }
        Ok(())
    }

    pub(super) fn captions_from_lines(&mut self, id: Id, shots: &impl Shots) -> anyhow::Result<()> {
        let clip = *self.clip(id)?;
        let lines: Vec<_> = shots.lines(clip.shot).iter().filter(|line| !line.text.trim().is_empty()).collect();
        if lines.is_empty() {
            return refuse("nothing is said in this shot; write a line first".into());
        }
        let length = shots.frames(clip.shot).unwrap_or(clip.out).max(clip.out);
        let seconds: Vec<f64> = lines.iter().map(|line| speech::seconds(&line.text, line.language)).collect();
        let pauses = LEAD_SECONDS + PAUSE_SECONDS * (lines.len() - 1) as f64;
        let needed = (seconds.iter().sum::<f64>() + pauses) * f64::from(RATE);
        // Where there is not time enough, everything is said faster.
        let pace = (f64::from(length) / needed.max(1.0)).min(1.0) * f64::from(RATE);
        self.captions.retain(|caption| caption.clip != id);
        let mut at = LEAD_SECONDS * pace;
        for (line, seconds) in lines.into_iter().zip(seconds) {
            let from = (at.round() as u32).min(length.saturating_sub(1));
            at += seconds * pace;
            let to = (at.round() as u32).clamp(from + 1, length.max(from + 1));
            at += PAUSE_SECONDS * pace;
            let text = line.text.trim().to_owned();
            self.captions.push(Caption { id: Id::new(), clip: id, from, to, text, language: line.language });
        }
        Ok(())
    }

    pub(super) fn put_marker(&mut self, marker: &Marker) {
        match self.markers.iter_mut().find(|known| known.id == marker.id) {
            Some(known) => known.clone_from(marker),
            None => self.markers.push(marker.clone()),
        }
    }

    pub(super) fn delete_marker(&mut self, id: Id) -> anyhow::Result<()> {
        let before = self.markers.len();
        self.markers.retain(|marker| marker.id != id);
        if self.markers.len() == before {
            return refuse(format!("there is no marker {id} on the timeline"));
        }
        Ok(())
    }
}
