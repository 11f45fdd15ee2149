//! Whether a job fits this machine, and how: the planner of the models, asked about what is here.

use gallop_models::Device;
use gallop_models::generator::{Layers, Plan, Residency, Stage, Tiles, WeightType};
use gallop_models::ops::Precision;
use gallop_models::plan::{Budgets, Forecast, Processor, gib};
use gallop_protocol::message::Code;

use crate::failure::Refused;
use crate::machine;

/// Where the networks run, as the planner calls it.
pub fn processor(device: &Device) -> Processor {
    if device.is_cuda() { Processor::Card } else { Processor::Cpu }
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
pub fn words(plan: Plan) -> String {
    let residency = match plan.residency {
        Residency::Kept => "all networks kept in memory",
        Residency::PerStage => "one network in memory at a time",
    };
    let mut words = vec![format!("with {residency}")];
    words.extend((plan.precision == Precision::Bf16).then(|| "in bfloat16".into()));
    words.extend((plan.weights == WeightType::Int8).then(|| "with weights in 8 bits".into()));
    words.extend(is_streamed(&plan).then(|| "with layers that come from their files when they are used".into()));
    if let Tiles::AtMost { side } = plan.tiles {
        words.push(format!("with the picture decoded in tiles of {} pixels at most", side * 16));
    }
    words.join(", ")
}

/// Whether layers of any network come for each call.
pub fn is_streamed(plan: &Plan) -> bool {
    [plan.text, plan.base, plan.upscale].iter().any(|layers| *layers != Layers::Resident)
}

/// What this process can use now: what is free, and what it holds already and would give back for a smaller plan.
pub fn budgets(processor: Processor) -> Budgets {
    let ram = machine::memory().available_bytes.map(|free| free + machine::own_memory_bytes().unwrap_or(0));
    let vram_bytes = if processor == Processor::Card { machine::video_memory_bytes() } else { None };
    Budgets { vram_bytes, ram_bytes: ram, disk_bytes: None }
}
