//! The generator on the right device.

use gallop_models::Device;
use gallop_models::generator::{Generator, Manifest, Plan, Stage};

use crate::args::DeviceName;
use crate::sink::Studio;

/// The device that was asked for, else the NVIDIA card where this program can use one, else the CPU.
pub fn device(asked: Option<DeviceName>) -> anyhow::Result<Device> {
    match asked {
        Some(DeviceName::Cpu) => Ok(Device::Cpu),
        Some(DeviceName::Cuda) if !cfg!(feature = "cuda") => {
            anyhow::bail!("this gallop was built without CUDA; use --device cpu, or build it with --features cuda")
        }
        Some(DeviceName::Cuda) => Ok(Device::new_cuda(0)?),
        None if cfg!(feature = "cuda") => Ok(Device::new_cuda(0).unwrap_or(Device::Cpu)),
        None => Ok(Device::Cpu),
    }
}

/// Loads the model.
pub fn load(studio: &mut Studio<'_>, manifest: Manifest, device: &Device) -> anyhow::Result<Generator> {
    let plan = Plan::for_device(device);
    studio.stage(Stage::Load, || Generator::load(manifest, device.clone(), plan))
}
