//! What the sources show and play: a picture whose colours, places and moments are known.
//!
//! On grey lies a square of four colours, two fifths of the shorter side large, in the middle: it tells which way is up,
//! whether the shape was kept, what was cut, and what became of the colours. A dark bar runs behind it, so that no two
//! frames are alike and fields that do not belong together show. At [`FLASH_SECS`] everything is white, and there is a
//! click.

/// When the picture flashes and the sound clicks.
pub const FLASH_SECS: f64 = 0.8;
/// How long it flashes: longer than a frame of the slowest film.
const FLASH_LENGTH_SECS: f64 = 0.12;
/// The square's side, as a part of the shorter side.
pub const SQUARE: f64 = 0.4;
/// Red, green, blue and yellow: the square's quarters, row by row.
pub const PATCHES: [[u8; 3]; 4] = [[200, 40, 40], [40, 170, 60], [50, 60, 200], [220, 200, 60]];
/// What lies around the square.
pub const GREY: u8 = 96;
/// The bar.
pub const DARK: u8 = 40;
/// The flash.
const BRIGHT: u8 = 235;
/// The bar's width, as a part of the picture's.
const BAR: f64 = 0.1;
/// A picture in HDR shows the same with so much of its white, so that no highlight is bent.
pub const HDR_PART: f64 = 0.8;
/// White of a diffuse surface in HDR, in candela per square metre (ITU-R BT.2408-7 §2.1).
const WHITE: f64 = 203.0;

/// How a colour is written into a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Light {
    /// 8 bits of BT.709.
    Plain,
    /// Perceptual quantizer in BT.2020.
    Pq,
    /// Hybrid log-gamma in BT.2020.
    Hlg,
}

/// A picture of this size, as it is seen.
#[derive(Debug, Clone, Copy)]
pub struct Card {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
}

impl Card {
    /// The picture at a moment, as red, green and blue.
    pub fn frame(self, secs: f64) -> Vec<u8> {
        let Self { width, height } = self;
        // A hair of slack, as times of frames are seldom whole.
        if (FLASH_SECS - 1e-6..FLASH_SECS + FLASH_LENGTH_SECS - 1e-6).contains(&secs) {
            return vec![BRIGHT; width * height * 3];
        }
        let bar = secs.rem_euclid(1.0) * width as f64;
        let is_bar = |x: usize| (bar..bar + BAR * width as f64).contains(&(x as f64));
        let plain: Vec<[u8; 3]> = (0..width).map(|x| if is_bar(x) { [DARK; 3] } else { [GREY; 3] }).collect();
        let side = self.side();
        let (left, top) = ((width - side) / 2, (height - side) / 2);
        let mut halves = [plain.clone(), plain.clone()];
        for (half, colors) in halves.iter_mut().zip(PATCHES.chunks(2)) {
            for (at, pixel) in half.iter_mut().skip(left).take(side).enumerate() {
                *pixel = colors[usize::from(at * 2 >= side)];
            }
        }
        let row = |y: usize| match y.checked_sub(top).filter(|y| *y < side) {
            None => &plain,
            Some(y) => &halves[usize::from(y * 2 >= side)],
        };
        (0..height).flat_map(|y| row(y).iter().flatten().copied()).collect()
    }

    /// The square alone, with nothing around it but a rim that is half there; red, green, blue and alpha.
    pub fn cut_out(self) -> Vec<u8> {
        let Self { width, height } = self;
        let side = self.side();
        let rim = side / 4;
        let (left, top) = ((width - side) / 2, (height - side) / 2);
        let mut pixels = Vec::with_capacity(width * height * 4);
        for y in 0..height {
            for x in 0..width {
                let is_within = |at: usize, start: usize, length: usize| (start..start + length).contains(&at);
                let inside = is_within(x, left, side) && is_within(y, top, side);
                let around = is_within(x, left - rim, side + 2 * rim) && is_within(y, top - rim, side + 2 * rim);
                let quarter = usize::from(y >= top + side / 2) * 2 + usize::from(x >= left + side / 2);
                let [r, g, b] = if inside { PATCHES[quarter] } else { [255; 3] };
                pixels.extend([r, g, b, if inside { 255 } else { u8::from(around) * 128 }]);
            }
        }
        pixels
    }

    fn side(self) -> usize {
        ((self.width.min(self.height) as f64 * SQUARE) / 2.0).round() as usize * 2
    }
}

/// What is played: a click at [`FLASH_SECS`] and a tone before and behind it; mono, −1 to 1.
pub fn sound(rate: u32, secs: f64, before_secs: f64) -> Vec<f32> {
    let sample = |at: usize| {
        let time = at as f64 / f64::from(rate) - before_secs;
        let click = 0.7 * (-((time - FLASH_SECS) / 0.000_25).powi(2)).exp();
        let sounds = !(FLASH_SECS - 0.2..FLASH_SECS + 0.2).contains(&time);
        let tone = if sounds { 0.08 * (time * 440.0 * std::f64::consts::TAU).sin() } else { 0.0 };
        (click + tone) as f32
    };
    (0..(secs * f64::from(rate)).round() as usize).map(sample).collect()
}

/// What an ordinary screen shows of a colour that was written as this light.
pub fn shown(color: [u8; 3], light: Light) -> [f64; 3] {
    let part = if light == Light::Plain { 1.0 } else { HDR_PART.powf(1.0 / 2.4) };
    color.map(|value| f64::from(value) * part)
}

/// A colour in BT.2020 as 16-bit values of red, green and blue (ITU-R BT.2100-2 tables 4 and 5), for a screen of
/// 1000 cd/m².
pub fn deep(color: [u8; 3], light: Light) -> [u16; 3] {
    let linear = color.map(|value| HDR_PART * (f64::from(value) / 255.0).powf(2.4));
    // ITU-R BT.2087-0 §2.
    let wide = [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]
        .map(|row: [f64; 3]| row[0] * linear[0] + row[1] * linear[1] + row[2] * linear[2]);
    let nits = wide.map(|value| value * WHITE);
    let coded = match light {
        Light::Plain => linear.map(|value| value.powf(1.0 / 2.4)),
        Light::Pq => nits.map(|nits| {
            let power = (nits / 10_000.0).powf(2610.0 / 16_384.0);
            let (c1, c2, c3) = (3424.0 / 4096.0, 2413.0 / 128.0, 2392.0 / 128.0);
            ((c1 + c2 * power) / (1.0 + c3 * power)).powf(2523.0 / 32.0)
        }),
        Light::Hlg => {
            let bright = (0.2627 * nits[0] + 0.678 * nits[1] + 0.0593 * nits[2]) / 1000.0;
            nits.map(|nits| {
                let scene = if bright > 0.0 { nits / 1000.0 * bright.powf(1.0 / 1.2 - 1.0) } else { 0.0 };
                let (a, b, c) = (0.178_832_77, 0.284_668_92, 0.559_910_73);
                if scene <= 1.0 / 12.0 { (3.0 * scene).sqrt() } else { a * (12.0 * scene - b).ln() + c }
            })
        }
    };
    coded.map(|value| (value.clamp(0.0, 1.0) * 65_535.0).round() as u16)
}
