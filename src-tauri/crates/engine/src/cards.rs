//! NVIDIA cards, found without linking CUDA: the driver is asked, else its files, else the bus.

use std::fs::{read_dir, read_to_string};

use nvml_wrapper::Nvml;

use crate::machine::field;

/// The NVIDIA cards and their driver.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cards {
    /// Version of the driver; none where it does not run.
    pub driver: Option<String>,
    /// The cards.
    pub cards: Vec<Card>,
}

/// An NVIDIA card.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Card {
    /// Its name.
    pub name: String,
    /// Its memory, where the driver tells.
    pub total_bytes: Option<u64>,
    /// What is free of it now.
    pub free_bytes: Option<u64>,
    /// Its generation, as in 9.0.
    pub compute_capability: Option<String>,
}

/// Looks for cards. A driver that hangs holds the caller.
pub fn look() -> Cards {
    ask_library().or_else(ask_driver).unwrap_or_else(ask_bus)
}

/// The driver's own library.
fn ask_library() -> Option<Cards> {
    let nvml = Nvml::init().ok()?;
    let card = |index| {
        let card = nvml.device_by_index(index).ok()?;
        let memory = card.memory_info().ok();
        let capability = card.cuda_compute_capability().ok();
        Some(Card {
            name: card.name().ok()?,
            total_bytes: memory.as_ref().map(|memory| memory.total),
            free_bytes: memory.map(|memory| memory.free),
            compute_capability: capability.map(|capability| format!("{}.{}", capability.major, capability.minor)),
        })
    };
    let cards: Vec<_> = (0..nvml.device_count().ok()?).filter_map(card).collect();
    (!cards.is_empty()).then(|| Cards { driver: nvml.sys_driver_version().ok(), cards })
}

/// The driver's files, where its library is not installed.
fn ask_driver() -> Option<Cards> {
    let version = read_to_string("/proc/driver/nvidia/version").ok()?;
    let entries = read_dir("/proc/driver/nvidia/gpus").ok()?;
    let cards = entries.filter_map(|entry| {
        let information = read_to_string(entry.ok()?.path().join("information")).ok()?;
        Some(Card { name: field(&information, "Model")?.to_owned(), ..Card::default() })
    });
    Some(Cards { driver: driver_version(&version).map(str::to_owned), cards: cards.collect() })
}

/// The first word that begins with a digit: `NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue …`.
fn driver_version(text: &str) -> Option<&str> {
    text.split_whitespace().find(|word| word.starts_with(|char: char| char.is_ascii_digit()))
}

/// Cards that are there although no driver runs.
fn ask_bus() -> Cards {
    let entries = read_dir("/sys/bus/pci/devices").into_iter().flatten().flatten();
    let cards = entries.filter_map(|entry| {
        let read = |name| read_to_string(entry.path().join(name)).unwrap_or_default();
        // Vendor 0x10de is NVIDIA, class 0x03 is a display controller.
        let is_card = read("vendor").trim() == "0x10de" && read("class").starts_with("0x03");
        is_card.then(|| Card { name: format!("NVIDIA card {}", read("device").trim()), ..Card::default() })
    });
    Cards { driver: None, cards: cards.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drivers_file_is_understood() {
        let text =
            "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\nGCC version:";
        assert_eq!(driver_version(text), Some("550.54.15"));
        assert_eq!(driver_version(""), None);
    }

    #[test]
    fn looking_finds_as_much_as_there_is() {
        let found = look();
        for card in &found.cards {
            assert!(!card.name.is_empty() && card.free_bytes <= card.total_bytes, "{card:?}");
        }
    }
}
