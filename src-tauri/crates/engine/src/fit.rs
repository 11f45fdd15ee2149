//! Whether a job fits this machine, and how: the planner of the models, asked about what is here.

use gallop_models::Device;
use gallop_models::generator::{Manifest, Plan, Request, Residency, Stage};
use gallop_models::ops::Precision;
use gallop_models::plan::{self, Budgets, Forecast, ModelSizes, Planned, Processor, Task, gib};
use gallop_protocol::message::Code;

use crate::failure::Refused;
use crate::machine;

/// Where the networks run, as the planner calls it.
pub fn processor(device: &Device) -> Processor {
    if device.is_cuda() { Processor::Card } else { Processor::Cpu }
}

/// Plans a request within budgets. Nothing is loaded.
///
/// # Errors
/// A part of the model is missing or misshapen, or the request has no length.
pub fn plan(manifest: &Manifest, device: &Device, request: &Request, budgets: &Budgets) -> anyhow::Result<Planned> {
    let sizes = ModelSizes::of(manifest).map_err(|error| anyhow::Error::from(error).context(Refused(Code::Model)))?;
    let task = Task { size: request.size, length: request.length()? };
    Ok(plan::plan(&sizes, &task, processor(device), budgets, None))
}

/// Asks, before stages begin, whether there is still room for them: other programs take memory too.
///
/// # Errors
/// There is not; the error has the code of memory that ran out.
pub fn check(forecast: &Forecast, stages: &[Stage], now: &Budgets) -> anyhow::Result<()> {
    for need in forecast.stages.iter().filter(|need| stages.contains(&need.stage)) {
        let kinds = [("video memory", need.vram_bytes, now.vram_bytes), ("main memory", need.ram_bytes, now.ram_bytes)];
        for (kind, needed, there) in kinds {
            if let Some(there) = there.filter(|there| *there < needed) {
                let (network, needed, there) = (need.network, gib(needed), gib(there));
                let text = format!("the {network} needs {needed} of {kind}, and {there} are left");
                return Err(anyhow::anyhow!(text).context(Refused(Code::OutOfMemory)));
            }
        }
    }
    Ok(())
}

/// A plan in words.
pub fn words(plan: Plan) -> &'static str {
    match (plan.residency, plan.precision) {
        (Residency::Kept, Precision::F32) => "with all networks kept in memory",
        (Residency::PerStage, Precision::F32) => "with one network in memory at a time",
        (Residency::Kept, Precision::Bf16) => "with all networks kept in memory, in bfloat16",
        (Residency::PerStage, Precision::Bf16) => "with one network in memory at a time, in bfloat16",
    }
}

/// What this process can use now: what is free, and what it holds already and would give back for a smaller plan.
pub fn budgets(processor: Processor) -> Budgets {
    let ram = machine::memory().available_bytes.map(|free| free + machine::own_memory_bytes().unwrap_or(0));
    let vram_bytes = if processor == Processor::Card { machine::video_memory_bytes() } else { None };
    Budgets { vram_bytes, ram_bytes: ram, disk_bytes: None }
}
