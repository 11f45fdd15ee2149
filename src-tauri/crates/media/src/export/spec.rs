//! What an export is to be, as data: a preset and a place make one.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    Error, Result, Ticks,
    encode::{Container, PictureSpec, RATE, SoundSpec, sound_length},
    inspect::Depth,
    provenance::Provenance,
};

/// Longer than any platform takes, and far from every limit of the file.
const LONGEST: Ticks = Ticks(24 * 3600 * Ticks::PER_SECOND);

/// One file to be made of a graph.
///
/// The pictures are those of the graph at the moments 0, 1/fps, 2/fps, … that lie inside it; the sound is cut or padded
/// with silence to exactly their length. A graph without sounds gets a silent track where `sound` is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportSpec {
    /// Where the file will be. What stands there stays until the new one is whole and checked.
    pub place: PathBuf,
    /// The kind of file.
    pub container: Container,
    /// What the pictures are to be; none for sound alone.
    pub picture: Option<PictureSpec>,
    /// What the sound is to be; none for a file without a sound track.
    pub sound: Option<SoundSpec>,
    /// Who made it and with what: always written, in as many ways as the kind of file has.
    pub provenance: Provenance,
    /// Kept in the file under these names, such as `title`. Names are ASCII; values any text. `AIGC` is reserved. A WAV file
    /// has no room for them.
    pub metadata: BTreeMap<String, String>,
    /// How closely the finished file is looked at before it is published. To decode it all again takes a tenth of the time
    /// that encoding took; only then are loudness, black and frozen stretches and the offset of the sound reported.
    #[serde(default)]
    pub check: Depth,
}

impl ExportSpec {
    /// Refuses what cannot be made of a graph of this length, before any work.
    pub(super) fn validate(&self, duration: Ticks) -> Result<()> {
        let refuse = |why: String| Err(Error::Spec(why));
        let kind = self.container.extension();
        if self.picture.is_none() && self.sound.is_none() {
            return refuse("an export needs pictures or sound".into());
        }
        match &self.picture {
            Some(picture) if !self.container.takes_video(picture.codec) => {
                return refuse(format!("a {kind} file cannot hold {} pictures", picture.codec.name()));
            }
            Some(picture) => picture.check("an export")?,
            None if self.container != Container::Wav => {
                return refuse(format!("a {kind} file needs pictures; choose wav for sound alone"));
            }
            None => {}
        }
        match &self.sound {
            Some(sound) if !self.container.takes_audio(sound.codec) => {
                return refuse(format!("a {kind} file cannot hold {} sound", sound.codec.name()));
            }
            Some(sound) => sound.check()?,
            None => {}
        }
        if self.container == Container::Wav && !self.metadata.is_empty() {
            return refuse("a wav file has no room for metadata".into());
        }
        if duration > LONGEST {
            return refuse(format!(
                "an export can be {:.0} hours long at most; export it in parts",
                LONGEST.secs() / 3600.0
            ));
        }
        // Its length is a number of 32 bits; 6 bytes a sample, and room for the labels.
        if self.container == Container::Wav && self.samples(duration) * 6 > u64::from(u32::MAX) - (1 << 20) {
            return refuse("a wav file can be 4 hours long at most; export it in parts".into());
        }
        Ok(())
    }

    /// How many frames a graph of this length has: those whose moment lies in it, and one at least. 0 without pictures.
    pub(super) fn frames(&self, duration: Ticks) -> u64 {
        let Some(PictureSpec { fps, .. }) = self.picture else { return 0 };
        let whole = duration.frame(fps);
        let rest = Ticks::of_frames(whole, fps) < duration;
        (whole + u64::from(rest)).max(1)
    }

    /// How many samples of sound there are: as long as the pictures.
    pub(super) fn samples(&self, duration: Ticks) -> u64 {
        match (&self.sound, &self.picture) {
            (None, _) => 0,
            (Some(_), Some(picture)) => sound_length(self.frames(duration), picture.fps),
            (Some(_), None) => duration.sample(RATE).max(1),
        }
    }
}

/// How loud a sound is made.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LoudnessTarget {
    /// Integrated loudness by ITU-R BS.1770 in LUFS, such as −14.
    pub integrated_lufs: f64,
    /// The highest true peak before it is encoded, in dB of full scale, such as −1.5.
    pub true_peak_db: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        FrameRate,
        encode::{AudioCodec, Effort, Hardware, VideoCodec},
        provenance::SourceType,
    };

    fn spec(fps: FrameRate) -> ExportSpec {
        ExportSpec {
            place: "a.mp4".into(),
            container: Container::Mp4,
            picture: Some(PictureSpec {
                size: (64, 64),
                fps,
                codec: VideoCodec::H264,
                crf: 18.0,
                max_bit_rate: None,
                key_frame_secs: 2.0,
                effort: Effort::Medium,
                hardware: Hardware::Never,
            }),
            sound: Some(SoundSpec { codec: AudioCodec::Aac, bit_rate: 192_000, loudness: None }),
            provenance: Provenance {
                producer: "Gallop".into(),
                produce_id: "1".into(),
                source: SourceType::TrainedAlgorithmicMedia,
                models: Vec::new(),
                created: String::new(),
                signer: None,
            },
            metadata: BTreeMap::new(),
            check: Depth::Whole,
        }
    }

    #[test]
    fn every_moment_inside_gets_its_frame() {
        for (num, den) in [(24, 1), (25, 1), (30, 1), (60, 1), (24_000, 1_001), (30_000, 1_001), (60_000, 1_001)] {
            let fps = FrameRate { num, den };
            for frames in [1, 2, 51, 1_500, 90_000] {
                assert_eq!(spec(fps).frames(Ticks::of_frames(frames, fps)), frames, "{num}/{den}");
            }
        }
        // 51 frames at 25 are 61.2 at 30: the last one begins inside.
        assert_eq!(spec(FrameRate::whole(30)).frames(Ticks::of_frames(51, FrameRate::whole(25))), 62);
        assert_eq!(spec(FrameRate::whole(30)).frames(Ticks::ZERO), 1);
        assert_eq!(spec(FrameRate::whole(30)).samples(Ticks::ZERO), 1_600);
        let alone = ExportSpec { picture: None, container: Container::Wav, ..spec(FrameRate::whole(25)) };
        assert_eq!((alone.frames(Ticks::of_secs(2.0)), alone.samples(Ticks::of_secs(2.0))), (0, 96_000));
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let good = spec(FrameRate::whole(25));
        assert!(good.validate(Ticks::ZERO).is_ok());
        let refused = |spec: ExportSpec| spec.validate(Ticks::ZERO).is_err();
        assert!(refused(ExportSpec { picture: None, ..good.clone() }));
        assert!(refused(ExportSpec { picture: None, sound: None, ..good.clone() }));
        assert!(refused(ExportSpec { container: Container::Wav, ..good.clone() }));
        assert!(refused(ExportSpec {
            container: Container::Mov,
            picture: good.picture.clone().map(|picture| PictureSpec { codec: VideoCodec::Ffv1, ..picture }),
            ..good.clone()
        }));
        let picture = |change: fn(&mut PictureSpec)| {
            let mut spec = good.clone();
            spec.picture.iter_mut().for_each(change);
            spec
        };
        for bad in [
            picture(|picture| picture.size = (63, 64)),
            picture(|picture| picture.fps.den = 0),
            picture(|picture| picture.crf = f32::NAN),
            picture(|picture| picture.crf = 52.0),
            picture(|picture| picture.max_bit_rate = Some(0)),
            picture(|picture| picture.key_frame_secs = 0.0),
        ] {
            assert!(refused(bad));
        }
        let quiet = SoundSpec { codec: AudioCodec::Aac, bit_rate: 1, loudness: None };
        assert!(refused(ExportSpec { sound: Some(quiet), ..good.clone() }));
        let loud = LoudnessTarget { integrated_lufs: 0.0, true_peak_db: 3.0 };
        let loud = SoundSpec { codec: AudioCodec::Aac, bit_rate: 192_000, loudness: Some(loud) };
        assert!(refused(ExportSpec { sound: Some(loud), ..good.clone() }));
        assert!(
            good.validate(Ticks::of_secs(25.0 * 3600.0)).is_err() && good.validate(Ticks::of_secs(9_000.0)).is_ok()
        );
        let pcm = SoundSpec { codec: AudioCodec::Pcm, bit_rate: 0, loudness: None };
        let alone = ExportSpec { container: Container::Wav, picture: None, sound: Some(pcm), ..good };
        assert!(alone.validate(Ticks::of_secs(18_000.0)).is_err() && alone.validate(Ticks::of_secs(14_000.0)).is_ok());
    }
}
