//! Seeded noise that is the same on every machine.
//!
//! Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011) turns a counter into random bits,
//! Box and Muller's transform turns them into normals. A value depends on the seed, on what it is drawn for and on its
//! index only, never on the order of draws or the number of threads.

use candle_core::{Device, Tensor};
use rayon::prelude::*;

use crate::Result;

/// What noise is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Draw {
    /// The audio that the base stage starts from.
    Audio,
    /// The video that the base stage starts from.
    Video,
    /// The video after a step of this index.
    StepVideo(usize),
    /// The audio after a step of this index.
    StepAudio(usize),
    /// Mixed into the video that the upscale stage starts from.
    UpscaleVideo,
    /// Mixed into the audio that the upscale stage listens to.
    UpscaleAudio,
    /// Spreads the latents of a given voice; one draw for each window that is encoded.
    Voice(usize),
}

/// A source of standard normals.
pub trait Noise {
    /// A float32 tensor of standard normals.
    ///
    /// # Errors
    /// The source has no such draw; a device failure.
    fn normal(&mut self, draw: Draw, shape: &[usize], device: &Device) -> Result<Tensor>;
}

/// Noise from a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Philox {
    seed: u64,
}

impl Philox {
    /// The noise of a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// `count` standard normals of a draw.
    pub fn normals(&self, draw: Draw, count: usize) -> Vec<f32> {
        let (stream, step) = match draw {
            Draw::Audio => (0, 0),
            Draw::Video => (1, 0),
            Draw::StepVideo(step) => (2, step),
            Draw::StepAudio(step) => (3, step),
            Draw::UpscaleVideo => (4, 0),
            Draw::UpscaleAudio => (5, 0),
            Draw::Voice(window) => (6, window),
        };
        let key = [self.seed as u32, (self.seed >> 32) as u32];
        let mut values = vec![0f32; count];
        values.par_chunks_mut(4 * 1024).enumerate().for_each(|(chunk, values)| {
            for (block, values) in values.chunks_mut(4).enumerate() {
                let index = (chunk * 1024 + block) as u64;
                let bits = philox([index as u32, (index >> 32) as u32, stream, step as u32], key);
                let normals = [box_muller(bits[0], bits[1]), box_muller(bits[2], bits[3])];
                for (value, normal) in values.iter_mut().zip(normals.as_flattened()) {
                    *value = *normal;
                }
            }
        });
        values
    }
}

impl Noise for Philox {
    fn normal(&mut self, draw: Draw, shape: &[usize], device: &Device) -> Result<Tensor> {
        let values = self.normals(draw, shape.iter().product());
        Ok(Tensor::from_vec(values, shape, device)?)
    }
}

/// Philox4x32 with 10 rounds.
fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let a = u64::from(counter[0]) * 0xD251_1F53;
        let b = u64::from(counter[2]) * 0xCD9E_8D57;
        counter = [(b >> 32) as u32 ^ counter[1] ^ key[0], b as u32, (a >> 32) as u32 ^ counter[3] ^ key[1], a as u32];
        key = [key[0].wrapping_add(0x9E37_79B9), key[1].wrapping_add(0xBB67_AE85)];
    }
    counter
}

/// Two independent normals from two uniforms. The logarithm, sine and cosine are `libm`'s: in software, so that every
/// machine computes the same bits; the square root is exact everywhere.
fn box_muller(a: u32, b: u32) -> [f32; 2] {
    let uniform = |bits: u32| (f64::from(bits) + 0.5) / 4_294_967_296.0;
    let radius = (-2.0 * libm::log(uniform(a))).sqrt();
    let (sin, cos) = libm::sincos(uniform(b) * std::f64::consts::TAU);
    [(radius * cos) as f32, (radius * sin) as f32]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers of the Random123 library (`kat_vectors`).
    #[test]
    fn philox_gives_the_known_answers() {
        let all = u32::MAX;
        let cases = [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([all; 4], [all; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ];
        for (counter, key, expected) in cases {
            assert_eq!(philox(counter, key), expected);
        }
    }

    #[test]
    fn normals_are_standard() {
        let values = Philox::new(7).normals(Draw::Video, 400_000);
        let n = values.len() as f64;
        let moment = |power| values.iter().map(|v| f64::from(*v).powi(power)).sum::<f64>() / n;
        assert!(moment(1).abs() < 0.01 && (moment(2) - 1.0).abs() < 0.01 && (moment(4) - 3.0).abs() < 0.1);
    }

    #[test]
    fn a_value_depends_on_seed_draw_and_index_only() {
        let noise = Philox::new(7);
        let long = noise.normals(Draw::StepVideo(3), 10_001);
        assert_eq!(long[..77], noise.normals(Draw::StepVideo(3), 77));
        assert_ne!(long[..77], noise.normals(Draw::StepVideo(4), 77));
        assert_ne!(long[..77], noise.normals(Draw::StepAudio(3), 77));
        assert_ne!(long[..77], Philox::new(8).normals(Draw::StepVideo(3), 77));
    }
}
