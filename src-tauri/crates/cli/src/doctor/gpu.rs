//! NVIDIA cards, found without linking CUDA.

use std::fs::{read_dir, read_to_string};
use std::process::{Command, Stdio};

use serde::Serialize;

use gallop_engine::machine::{field, gib};

/// The NVIDIA cards and their driver.
#[derive(Debug, PartialEq, Serialize)]
pub struct Gpu {
    /// Version of the driver; none where it does not run.
    pub driver: Option<String>,
    /// The cards.
    pub cards: Vec<Card>,
}

/// An NVIDIA card.
#[derive(Debug, PartialEq, Serialize)]
pub struct Card {
    /// Its name.
    pub name: String,
    /// Its memory, where the driver tells.
    pub memory_bytes: Option<u64>,
    /// Its generation, as in 9.0.
    pub compute_capability: Option<String>,
}

/// Asks the driver's tool, else the driver, else the bus.
pub fn look() -> Gpu {
    ask_tool().or_else(ask_driver).unwrap_or_else(ask_bus)
}

fn ask_tool() -> Option<Gpu> {
    let mut command = Command::new("nvidia-smi");
    command.args(["--query-gpu=driver_version,memory.total,compute_cap,name", "--format=csv,noheader,nounits"]);
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok().filter(|out| out.status.success())?;
    parse_tool(&String::from_utf8_lossy(&output.stdout))
}

fn parse_tool(text: &str) -> Option<Gpu> {
    let mut driver = None;
    let mut cards = Vec::new();
    for line in text.lines() {
        let parts: Vec<_> = line.splitn(4, ',').map(str::trim).collect();
        let [version, mebibytes, capability, name] = parts[..] else { continue };
        driver = Some(version.to_owned());
        let memory_bytes = mebibytes.parse::<u64>().ok().map(|mebibytes| mebibytes << 20);
        let compute_capability = capability.contains('.').then(|| capability.to_owned());
        cards.push(Card { name: name.to_owned(), memory_bytes, compute_capability });
    }
    (!cards.is_empty()).then_some(Gpu { driver, cards })
}

/// The driver's own files, where its tool is not installed.
fn ask_driver() -> Option<Gpu> {
    let version = read_to_string("/proc/driver/nvidia/version").ok()?;
    let driver = version.split_whitespace().find(|word| word.starts_with(|char: char| char.is_ascii_digit()));
    let entries = read_dir("/proc/driver/nvidia/gpus").ok()?;
    let cards = entries.filter_map(|entry| {
        let information = read_to_string(entry.ok()?.path().join("information")).ok()?;
        let name = field(&information, "Model")?.to_owned();
        Some(Card { name, memory_bytes: None, compute_capability: None })
    });
    Some(Gpu { driver: driver.map(str::to_owned), cards: cards.collect() })
}

/// Cards that are there although no driver runs.
fn ask_bus() -> Gpu {
    let entries = read_dir("/sys/bus/pci/devices").into_iter().flatten().flatten();
    let cards = entries.filter_map(|entry| {
        let read = |name| read_to_string(entry.path().join(name)).unwrap_or_default();
        // Vendor 0x10de is NVIDIA, class 0x03 is a display controller.
        let is_card = read("vendor").trim() == "0x10de" && read("class").starts_with("0x03");
        let name = format!("NVIDIA card {}", read("device").trim());
        is_card.then_some(Card { name, memory_bytes: None, compute_capability: None })
    });
    Gpu { driver: None, cards: cards.collect() }
}

impl std::fmt::Display for Gpu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.cards.is_empty() {
            return f.write_str("no NVIDIA card");
        }
        let describe = |card: &Card| match card.memory_bytes {
            Some(bytes) => format!("{}, {}", card.name, gib(bytes)),
            None => card.name.clone(),
        };
        f.write_str(&self.cards.iter().map(describe).collect::<Vec<_>>().join("; "))?;
        match &self.driver {
            Some(driver) => write!(f, ", driver {driver}"),
            None => f.write_str(", but its driver does not run"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tool_is_understood() {
        let gpu =
            parse_tool("550.54.15, 81559, 9.0, NVIDIA H100 80GB HBM3\n550.54.15, [N/A], [N/A], NVIDIA GH, special\n");
        let gpu = gpu.expect("cards");
        assert_eq!(gpu.driver.as_deref(), Some("550.54.15"));
        assert_eq!(gpu.cards[0].memory_bytes, Some(81_559 << 20));
        assert_eq!(gpu.cards[0].compute_capability.as_deref(), Some("9.0"));
        let unknown = Card { name: "NVIDIA GH, special".into(), memory_bytes: None, compute_capability: None };
        assert_eq!(gpu.cards[1], unknown);
        assert_eq!(parse_tool("No devices were found\n"), None);
        assert_eq!(gpu.to_string().matches("driver").count(), 1);
    }

    #[test]
    fn absence_is_said_plainly() {
        assert_eq!(Gpu { driver: None, cards: Vec::new() }.to_string(), "no NVIDIA card");
    }
}
