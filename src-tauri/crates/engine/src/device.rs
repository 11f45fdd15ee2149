//! Where the networks run.

use gallop_models::{Device, card};

/// Where the networks can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The processor.
    Cpu,
    /// The first NVIDIA card.
    Cuda,
}

/// The device that was asked for, else the NVIDIA card where this program can use one, else the CPU. Where a card was
/// hoped for in vain, the reason comes with it.
///
/// # Errors
/// The card was asked for and cannot be used.
pub fn open(asked: Option<Kind>) -> anyhow::Result<(Device, Option<String>)> {
    match asked {
        Some(Kind::Cpu) => Ok((Device::Cpu, None)),
        Some(Kind::Cuda) => Ok((card::open()?, None)),
        None if cfg!(feature = "cuda") => Ok(match card::open() {
            Ok(device) => (device, None),
            Err(error) => (Device::Cpu, Some(format!("the CPU is used: {error}"))),
        }),
        None => Ok((Device::Cpu, None)),
    }
}

/// What users call a device.
pub fn name(device: &Device) -> &'static str {
    if device.is_cuda() { "cuda" } else { "cpu" }
}
