//! What a machine has to spend.

use serde::Serialize;

/// Where the networks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Processor {
    /// The processor, in main memory.
    Cpu,
    /// An NVIDIA card, in its own memory.
    Card,
}

/// What may be used, in bytes. What is not known does not limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Budgets {
    /// Memory of the card.
    pub vram_bytes: Option<u64>,
    /// Main memory.
    pub ram_bytes: Option<u64>,
    /// Space for files on their way and the clip.
    pub disk_bytes: Option<u64>,
}

impl Budgets {
    /// The smaller of both in everything.
    #[must_use]
    pub fn at_most(self, other: Self) -> Self {
        let least = |a: Option<u64>, b: Option<u64>| a.into_iter().chain(b).min();
        Self {
            vram_bytes: least(self.vram_bytes, other.vram_bytes),
            ram_bytes: least(self.ram_bytes, other.ram_bytes),
            disk_bytes: least(self.disk_bytes, other.disk_bytes),
        }
    }
}

/// Reads an amount of memory as people write it: `24GB`, `24 GiB`, `512MB`, `1.5T`; a plain number is gigabytes. Makers of
/// memory count in powers of two, so both spellings mean those.
///
/// # Errors
/// One line that says what was expected.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let end = text.find(|char: char| !(char.is_ascii_digit() || char == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = unit.trim().to_ascii_uppercase();
    let shift = match unit.trim_end_matches('B').trim_end_matches('I') {
        "" if unit.is_empty() => 30,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return Err(expected()),
    };
    let number: f64 = number.parse().map_err(|_| expected())?;
    let bytes = number * 2f64.powi(shift);
    if bytes.is_finite() && (0.0..2f64.powi(60)).contains(&bytes) { Ok(bytes as u64) } else { Err(expected()) }
}

fn expected() -> String {
    "expected an amount of memory, as in 24GB".into()
}

/// Bytes as people read them.
pub fn gib(bytes: u64) -> String {
    if bytes < 1 << 30 {
        format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20))
    } else {
        format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
    }
}
