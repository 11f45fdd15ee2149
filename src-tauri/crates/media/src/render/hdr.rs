//! From the wide and bright pictures of phones and cameras (HLG, PQ, BT.2020) to BT.709.

use ffmpeg_next::{color, format::Pixel, frame};

use super::frame::allocate;
use crate::Result;

/// What the numbers of a picture mean as light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Light {
    /// As on an ordinary screen, in colours near enough to BT.709.
    Plain,
    /// As on an ordinary screen, in the colours of BT.2020.
    Wide,
    /// Perceptual quantizer (SMPTE ST 2084).
    Pq,
    /// Hybrid log-gamma (ARIB STD-B67).
    Hlg,
}

impl Light {
    /// Reads the tags of a frame.
    pub(super) fn of(frame: &frame::Video) -> Self {
        match frame.color_transfer_characteristic() {
            color::TransferCharacteristic::SMPTE2084 => Self::Pq,
            color::TransferCharacteristic::ARIB_STD_B67 => Self::Hlg,
            _ if frame.color_primaries() == color::Primaries::BT2020 => Self::Wide,
            _ => Self::Plain,
        }
    }
}

/// White of paper and of captions in HDR, in candela per square metre (ITU-R BT.2408-7 §2.1). It becomes the white of SDR
/// but for the room that highlights need.
const WHITE: f32 = 203.0;
/// What is brighter than this, in candela per square metre, becomes white.
const PEAK: f32 = 1000.0;
/// Up to this part of SDR's white nothing is changed.
const KNEE: f32 = 0.6;

/// BT.2020 to BT.709 for linear light (ITU-R BT.2087-0 §2, inverted).
const TO_709: [[f32; 3]; 3] =
    [[1.660_491, -0.587_641, -0.072_85], [-0.124_55, 1.132_9, -0.008_349], [-0.018_151, -0.100_579, 1.118_73]];

/// Turns light into 8-bit BT.709.
pub(super) struct ToneMap {
    light: Light,
    /// Light of each 16-bit value, 1 for SDR's white. For HLG the light of the scene.
    linear: Vec<f32>,
    /// What a screen shows, by the square root of the light in 1/4095.
    encoded: Vec<u8>,
    /// How much brighter a screen shows light of the scene, in the same steps: the system gamma of a screen of 1000 cd/m²
    /// (ITU-R BT.2100-2 table 5). 1 for what is not HLG.
    gain: Vec<f32>,
}

impl ToneMap {
    pub(super) fn new(light: Light) -> Self {
        let linear = (0..=u16::MAX).map(|value| to_light(light, f32::from(value) / 65_535.0)).collect();
        // BT.1886 with a black of 0: the inverse of 2.4.
        let encoded = (0..4096_u16).map(|root| {
            let light = (f32::from(root) / 4095.0).powi(2);
            (255.0 * light.powf(1.0 / 2.4)).round() as u8
        });
        let gain = (0..4096_u16).map(|root| match light {
            Light::Hlg => (f32::from(root.max(1)) / 4095.0).powi(2).powf(0.2) * PEAK / WHITE,
            _ => 1.0,
        });
        Self { light, linear, encoded: encoded.collect(), gain: gain.collect() }
    }

    /// What it was made for.
    pub(super) fn light(&self) -> Light {
        self.light
    }

    /// A picture of three native 16-bit values a pixel (full range) as three of 8 bits.
    pub(super) fn run(&self, deep: &frame::Video) -> Result<frame::Video> {
        let mut flat = allocate(Pixel::RGB24, deep.width(), deep.height())?;
        let width = deep.width() as usize;
        let (from_stride, to_stride) = (deep.stride(0), flat.stride(0));
        let rows = deep.data(0).chunks_exact(from_stride);
        for (to, from) in flat.data_mut(0).chunks_exact_mut(to_stride).zip(rows) {
            let pixels = from[..width * 6].as_chunks::<6>().0;
            for (to, from) in to.as_chunks_mut::<3>().0.iter_mut().zip(pixels) {
                let value = |at: usize| self.linear[usize::from(u16::from_ne_bytes([from[at], from[at + 1]]))];
                *to = self.pixel([value(0), value(2), value(4)]);
            }
        }
        Ok(flat)
    }

    fn pixel(&self, mut light: [f32; 3]) -> [u8; 3] {
        if self.light == Light::Hlg {
            let scene = 0.2627 * light[0] + 0.678 * light[1] + 0.0593 * light[2];
            let gain = self.gain[root(scene)];
            light = light.map(|value| value * gain);
        }
        let mut rgb = TO_709.map(|row| row[0] * light[0] + row[1] * light[1] + row[2] * light[2]);
        let brightest = rgb[0].max(rgb[1]).max(rgb[2]);
        if self.light != Light::Wide && brightest > KNEE {
            // All three by the same factor, so that highlights keep their colour.
            let factor = rolled_off(brightest) / brightest;
            rgb = rgb.map(|value| value * factor);
        }
        rgb.map(|value| self.encoded[root(value)])
    }
}

/// The square root of light, in 1/4095.
fn root(light: f32) -> usize {
    (light.clamp(0.0, 1.0).sqrt() * 4095.0).round() as usize
}

/// Light of a value between 0 and 1.
fn to_light(light: Light, value: f32) -> f32 {
    match light {
        Light::Plain | Light::Wide => value.powf(2.4),
        // SMPTE ST 2084, equation 4.1.
        Light::Pq => {
            let (m1, m2) = (2610.0 / 16_384.0, 2523.0 / 4096.0 * 128.0);
            let (c1, c2, c3) = (3424.0 / 4096.0, 2413.0 / 4096.0 * 32.0, 2392.0 / 4096.0 * 32.0);
            let power = value.powf(1.0 / m2);
            10_000.0 / WHITE * ((power - c1).max(0.0) / (c2 - c3 * power)).powf(1.0 / m1)
        }
        // ITU-R BT.2100-2 table 5, the inverse of the opto-electronic transfer function.
        Light::Hlg => {
            let (a, b, c) = (0.178_832_77_f32, 0.284_668_92, 0.559_910_7);
            if value <= 0.5 { value * value / 3.0 } else { (((value - c) / a).exp() + b) / 12.0 }
        }
    }
}

/// Light above [`KNEE`], bent so that [`PEAK`] becomes 1: starts with slope 1, so no edge is seen where it begins.
fn rolled_off(light: f32) -> f32 {
    let over = (light - KNEE) / (1.0 - KNEE);
    let most = (PEAK / WHITE - KNEE) / (1.0 - KNEE);
    KNEE + (1.0 - KNEE) * over * (1.0 + over / (most * most)) / (1.0 + over)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(light: Light, value: f32) -> u8 {
        let map = ToneMap::new(light);
        let linear = map.linear[(value * 65_535.0) as usize];
        let [r, g, b] = map.pixel([linear; 3]);
        assert!(r.abs_diff(g) <= 1 && g.abs_diff(b) <= 1, "grey stays grey: {r} {g} {b}");
        g
    }

    #[test]
    fn known_levels_come_out_as_they_should() {
        // PQ says 58 % for 203 cd/m² and 75 % for 1000; HLG says 75 % and 100 % (ITU-R BT.2408-7 table 1).
        for (light, white, peak) in [(Light::Pq, 0.5807, 0.7518), (Light::Hlg, 0.75, 1.0)] {
            let (white, peak) = (shown(light, white), shown(light, peak));
            assert!((225..=240).contains(&white) && peak >= 254, "{light:?}: {white} {peak}");
            assert_eq!(shown(light, 0.0), 0);
        }
        // A grey card of 18 % is 26 cd/m²: 38 % in both, and 43 % or so in SDR.
        assert!((100..=115).contains(&shown(Light::Pq, 0.38)), "{}", shown(Light::Pq, 0.38));
        assert!((100..=115).contains(&shown(Light::Hlg, 0.38)), "{}", shown(Light::Hlg, 0.38));
        assert!((127..=128).contains(&shown(Light::Wide, 0.5)));
    }

    #[test]
    fn brighter_is_never_darker() {
        let map = ToneMap::new(Light::Pq);
        let mut last = 0;
        for value in (0..=65_535).step_by(97) {
            let [_, green, _] = map.pixel([map.linear[value]; 3]);
            assert!(green >= last, "{value}");
            last = green;
        }
    }
}
