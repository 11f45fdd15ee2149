//! Edits of the music and voice tracks.

use gallop_protocol::Id;

use super::check::refuse;
use super::edit::TrackSettings;
use super::{AudioItem, AudioKind, AudioTrack, Duck, Timeline};
use crate::project::MediaRef;
use crate::{Code, coded};

impl Timeline {
    fn audio_track(&mut self, id: Id) -> anyhow::Result<&mut AudioTrack> {
        let found = self.tracks.iter_mut().find(|track| track.id == id);
        found.ok_or_else(|| coded(Code::Input, format!("there is no track {id} on the timeline")))
    }

    pub(super) fn add_audio(
        &mut self,
        track: Option<Id>,
        kind: AudioKind,
        media: &MediaRef,
        start: u32,
        frames: u32,
    ) -> anyhow::Result<()> {
        let item = AudioItem {
            id: Id::new(),
            media: media.clone(),
            start,
            r#in: 0,
            out: frames,
            gain_db: 0.0,
            fade_in: 0,
            fade_out: 0,
        };
        match track {
            Some(track) => self.audio_track(track)?.items.push(item),
            None => {
                // Music makes room for those who speak unless somebody says otherwise.
                let (name, duck) = match kind {
                    AudioKind::Music => ("Music", Duck::UnderSpeech),
                    AudioKind::Voice => ("Voice", Duck::Off),
                };
                let count = self.tracks.iter().filter(|track| track.kind == kind).count();
                let name = if count == 0 { name.to_owned() } else { format!("{name} {}", count + 1) };
                self.tracks.push(AudioTrack { id: Id::new(), name, kind, gain_db: 0.0, duck, items: vec![item] });
            }
        }
        Ok(())
    }

    pub(super) fn put_audio(&mut self, track: Id, item: &AudioItem) -> anyhow::Result<()> {
        self.audio_track(track)?;
        self.take_audio(item.id);
        self.audio_track(track)?.items.push(item.clone());
        Ok(())
    }

    pub(super) fn delete_audio(&mut self, id: Id) -> anyhow::Result<()> {
        match self.take_audio(id) {
            Some(_) => Ok(()),
            None => refuse(format!("there is no sound {id} on the timeline")),
        }
    }

    pub(super) fn put_track(&mut self, settings: &TrackSettings) {
        let TrackSettings { id, name, kind, gain_db, duck } = settings.clone();
        match self.tracks.iter_mut().find(|track| track.id == id) {
            Some(known) => (known.name, known.kind, known.gain_db, known.duck) = (name, kind, gain_db, duck),
            None => self.tracks.push(AudioTrack { id, name, kind, gain_db, duck, items: Vec::new() }),
        }
    }

    pub(super) fn delete_track(&mut self, id: Id) -> anyhow::Result<()> {
        self.audio_track(id)?;
        self.tracks.retain(|track| track.id != id);
        Ok(())
    }

    fn take_audio(&mut self, id: Id) -> Option<AudioItem> {
        self.tracks.iter_mut().find_map(|track| {
            let index = track.items.iter().position(|item| item.id == id)?;
            Some(track.items.remove(index))
        })
    }
}
