//! Where the networks run.

use gallop_models::Device;

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
        Some(Kind::Cuda) if !cfg!(feature = "cuda") => {
            anyhow::bail!("this gallop was built without CUDA; use --device cpu, or build it with --features cuda")
        }
        Some(Kind::Cuda) => Ok((Device::new_cuda(0)?, None)),
        None if cfg!(feature = "cuda") => Ok(match Device::new_cuda(0) {
            Ok(device) => (device, None),
            Err(error) => (Device::Cpu, Some(format!("no NVIDIA card can be used ({error}), so the CPU is"))),
        }),
        None => Ok((Device::Cpu, None)),
    }
}

/// What users call a device.
pub fn name(device: &Device) -> &'static str {
    if device.is_cuda() { "cuda" } else { "cpu" }
}
