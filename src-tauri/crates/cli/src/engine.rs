//! The generator on the right device.

use gallop_models::Device;
use gallop_models::generator::{Generator, Manifest, Plan, Stage};

use crate::args::DeviceName;
use crate::sink::Studio;

/// The device that was asked for, else the NVIDIA card where this program can use one, else the CPU. Where a card was
/// hoped for in vain, the reason comes with it.
pub fn device(asked: Option<DeviceName>) -> anyhow::Result<(Device, Option<String>)> {
    match asked {
        Some(DeviceName::Cpu) => Ok((Device::Cpu, None)),
        Some(DeviceName::Cuda) if !cfg!(feature = "cuda") => {
            anyhow::bail!("this gallop was built without CUDA; use --device cpu, or build it with --features cuda")
        }
        Some(DeviceName::Cuda) => Ok((Device::new_cuda(0)?, None)),
        None if cfg!(feature = "cuda") => Ok(match Device::new_cuda(0) {
            Ok(device) => (device, None),
            Err(error) => (Device::Cpu, Some(format!("no NVIDIA card can be used ({error}), so the CPU is"))),
        }),
        None => Ok((Device::Cpu, None)),
    }
}

/// What users call a device.
pub fn device_name(device: &Device) -> &'static str {
    if device.is_cuda() { "cuda" } else { "cpu" }
}

/// Loads the model.
pub fn load(studio: &mut Studio<'_>, manifest: Manifest, device: &Device) -> anyhow::Result<Generator> {
    let plan = Plan::for_device(device);
    studio.stage(Stage::Load, || Generator::load(manifest, device.clone(), plan))
}
