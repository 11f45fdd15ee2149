//! What was measured on this machine, kept in the cache: `gallop plan` and the next doctor tell seconds from it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gallop_core::clock::now_unix_ms;
use gallop_core::disk;
use gallop_core::files;
use gallop_core::places::Places;
use gallop_engine::cards::Cards;
use gallop_engine::machine;
use gallop_models::plan::{Probe, Processor};
use gallop_protocol::doctor;
use serde::{Deserialize, Serialize};

const FORMAT: u32 = 1;
const FILE: &str = "speed.json";
/// What is longer is not ours.
const MOST_BYTES: u64 = 1 << 16;

/// All that was measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    format: u32,
    /// By device: `cpu`, `cuda`.
    #[serde(default)]
    devices: BTreeMap<String, Measured>,
    /// Of the models' disk.
    #[serde(default)]
    disk: Option<MeasuredDisk>,
}

/// A device as it was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Measured {
    of: Fingerprint,
    unix_ms: u64,
    probe: Probe,
}

/// A disk as it was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct MeasuredDisk {
    folder: PathBuf,
    unix_ms: u64,
    read_bytes_per_second: f64,
}

/// What a measurement holds for: on another machine, with another card, driver or Gallop it says nothing. Names only, no
/// serial numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    build: String,
    cpu: Option<String>,
    threads: usize,
    vector: Vec<String>,
    card: Option<String>,
    driver: Option<String>,
}

impl Fingerprint {
    /// Of a device of this machine.
    pub fn of(processor: Processor, cards: &Cards) -> Self {
        let machine::Cpu { name, threads, vector } = machine::cpu();
        let is_card = processor == Processor::Card;
        let card = cards.cards.first().map(|card| card.name.clone()).filter(|_| is_card);
        Self {
            build: env!("CARGO_PKG_VERSION").into(),
            cpu: name,
            threads,
            vector: vector.into_iter().map(Into::into).collect(),
            card,
            driver: cards.driver.clone().filter(|_| is_card),
        }
    }
}

impl Kept {
    /// What is kept; nothing where there is nothing that can be read: it can be measured again.
    pub fn load(places: &Places) -> Self {
        let empty = Self { format: FORMAT, ..Self::default() };
        read(&places.cache.join(FILE)).filter(|kept| kept.format == FORMAT).unwrap_or(empty)
    }

    /// Keeps it.
    ///
    /// # Errors
    /// The cache cannot be written.
    pub fn save(&self, places: &Places) -> anyhow::Result<()> {
        files::write_json(&places.cache.join(FILE), self)
    }

    /// How fast a device of this machine is; nothing where it was not measured, or was another one then.
    pub fn probe(&self, processor: Processor, cards: &Cards) -> Option<&Probe> {
        let measured = self.devices.get(device_name(processor))?;
        (measured.of == Fingerprint::of(processor, cards)).then_some(&measured.probe)
    }

    /// Takes a measurement in.
    pub fn put(&mut self, processor: Processor, cards: &Cards, probe: Probe) {
        let measured = Measured { of: Fingerprint::of(processor, cards), unix_ms: now_unix_ms(), probe };
        self.devices.insert(device_name(processor).into(), measured);
    }

    /// How fast the disk of this folder reads.
    pub fn disk_read_bytes_per_second(&self, folder: &Path) -> Option<f64> {
        let measured = self.disk.as_ref().filter(|disk| disk.folder == folder)?;
        Some(measured.read_bytes_per_second).filter(|rate| rate.is_finite() && *rate > 0.0)
    }

    /// Takes the measurement of a disk in, where it could be read.
    pub fn put_disk(&mut self, folder: &Path, speed: &disk::Speed) {
        if let Some(read_bytes_per_second) = speed.read_bytes_per_second {
            self.disk = Some(MeasuredDisk { folder: folder.into(), unix_ms: now_unix_ms(), read_bytes_per_second });
        }
    }

    /// What holds for this machine, as it is reported.
    pub fn speeds(&self, cards: &Cards) -> Vec<doctor::Speed> {
        let both = [Processor::Cpu, Processor::Card];
        both.into_iter().filter_map(|processor| self.speed(processor, cards)).collect()
    }

    fn speed(&self, processor: Processor, cards: &Cards) -> Option<doctor::Speed> {
        let probe = self.probe(processor, cards)?;
        let device = device_name(processor);
        let types = probe.types.iter().map(|rates| doctor::TypeSpeed {
            precision: format!("{:?}", rates.precision).to_lowercase(),
            product_flops_per_second: rates.product_flops_per_second,
            attention_flops_per_second: rates.attention_flops_per_second,
        });
        Some(doctor::Speed {
            device: device.into(),
            unix_ms: self.devices.get(device)?.unix_ms,
            types: types.collect(),
            convolution_flops_per_second: probe.convolution_flops_per_second,
            memory_bytes_per_second: probe.memory_bytes_per_second,
            upload_bytes_per_second: probe.upload_bytes_per_second,
        })
    }
}

fn read(path: &Path) -> Option<Kept> {
    let is_ours = path.metadata().is_ok_and(|found| found.is_file() && found.len() <= MOST_BYTES);
    is_ours.then(|| files::read_json(path).ok()).flatten()
}

/// What users call a device.
pub fn device_name(processor: Processor) -> &'static str {
    match processor {
        Processor::Cpu => "cpu",
        Processor::Card => "cuda",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gallop_engine::cards::Card;

    fn probe() -> Probe {
        Probe {
            types: Vec::new(),
            convolution_flops_per_second: 1e12,
            memory_bytes_per_second: 1e10,
            upload_bytes_per_second: None,
        }
    }

    fn cards(name: &str) -> Cards {
        let card = Card { name: name.into(), ..Card::default() };
        Cards { driver: Some("580.1".into()), cards: vec![card] }
    }

    #[test]
    fn a_measurement_holds_for_the_device_that_was_measured() {
        let folder = tempfile::tempdir().expect("folder");
        let places = Places::under(folder.path());
        places.make().expect("places");
        let mut kept = Kept::load(&places);
        let (old, new) = (cards("Old"), cards("New"));
        assert_eq!(kept.probe(Processor::Card, &old), None);
        kept.put(Processor::Card, &old, probe());
        kept.put(Processor::Cpu, &old, probe());
        kept.save(&places).expect("saved");
        let kept = Kept::load(&places);
        assert_eq!(kept.probe(Processor::Card, &old), Some(&probe()));
        assert_eq!(kept.probe(Processor::Card, &new), None, "another card");
        let newer = Cards { driver: Some("590.1".into()), ..old.clone() };
        assert_eq!(kept.probe(Processor::Card, &newer), None, "another driver");
        assert_eq!(kept.probe(Processor::Cpu, &new), Some(&probe()), "the processor is the same");
        assert_eq!(kept.speeds(&new).len(), 1);
    }

    #[test]
    fn what_cannot_be_read_is_as_good_as_nothing() {
        let folder = tempfile::tempdir().expect("folder");
        let places = Places::under(folder.path());
        places.make().expect("places");
        let path = places.cache.join(FILE);
        let bad = ["", "{", "[]", r#"{"format": 2}"#, r#"{"format": 1, "devices": {"cpu": 3}}"#];
        for text in bad.map(str::to_owned).into_iter().chain([" ".repeat(1 << 20)]) {
            std::fs::write(&path, &text).expect("written");
            assert_eq!(Kept::load(&places), Kept { format: FORMAT, ..Kept::default() }, "{}", text.len());
        }
        let disk = disk::Speed { bytes: 1, write_bytes_per_second: 1.0, read_bytes_per_second: Some(0.0) };
        let mut kept = Kept::default();
        kept.put_disk(folder.path(), &disk);
        assert_eq!(kept.disk_read_bytes_per_second(folder.path()), None, "a rate that cannot be");
    }
}
