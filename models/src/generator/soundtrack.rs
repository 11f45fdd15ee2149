//! The sound of a clip on its way in and out.

use super::event::{Sink, Sound};
use super::request::{FPS, Length};
use crate::Result;

/// A given voice track, cut to the clip's frames.
pub(super) fn cut(voice: &Sound, length: Length) -> Sound {
    let samples = length.frames() * voice.sample_rate as usize / FPS as usize;
    let channels = voice.channels.iter().map(|channel| channel[..samples.min(channel.len())].to_vec());
    Sound { sample_rate: voice.sample_rate, channels: channels.collect() }
}

/// Hands a sound over in pieces of a second.
pub(super) fn hand_over(sound: &Sound, sink: &mut dyn Sink) -> Result<()> {
    let second = sound.sample_rate.max(1) as usize;
    let samples = sound.channels.iter().map(Vec::len).min().unwrap_or(0);
    for from in (0..samples).step_by(second) {
        let to = samples.min(from + second);
        let channels = sound.channels.iter().map(|channel| channel[from..to].to_vec()).collect();
        sink.samples(&Sound { sample_rate: sound.sample_rate, channels })?;
    }
    Ok(())
}

/// A voice in the layout that the audio encoder reads: `channels` of them, `samples` long each, silence at the end where
/// the voice is shorter. One channel is copied to all, several are averaged into one.
pub(super) fn fit(voice: &[Vec<f32>], channels: usize, samples: usize) -> Vec<Vec<f32>> {
    let mut fitted: Vec<Vec<f32>> = match (voice, channels) {
        ([one], _) => vec![one.clone(); channels],
        (many, 1) => {
            let len = many.iter().map(Vec::len).min().unwrap_or(0);
            vec![(0..len).map(|i| many.iter().map(|channel| channel[i]).sum::<f32>() / many.len() as f32).collect()]
        }
        (many, _) => (0..channels).map(|index| many.get(index).or(many.first()).cloned().unwrap_or_default()).collect(),
    };
    fitted.iter_mut().for_each(|channel| channel.resize(samples, 0.0));
    fitted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voices_fit_every_layout() {
        let stereo = [vec![1.0, 0.0], vec![0.0, 1.0]];
        assert_eq!(fit(&stereo, 1, 3), [[0.5, 0.5, 0.0]]);
        assert_eq!(fit(&stereo, 2, 1), [[1.0], [0.0]]);
        assert_eq!(fit(&stereo[..1], 2, 2), [[1.0, 0.0], [1.0, 0.0]]);
        assert_eq!(fit(&[], 2, 1), [[0.0], [0.0]]);
    }

    #[test]
    fn a_voice_is_cut_to_the_frames() {
        let voice = Sound { sample_rate: 50, channels: vec![vec![0.0; 1000]] };
        let length = Length::following_voice(4.0).expect("length");
        assert_eq!(cut(&voice, length).channels[0].len(), length.frames() * 2);
    }
}
