//! What a clip takes, and how a machine can make it: told before anything is loaded.
//!
//! [`ModelSizes`] reads what each network takes off the tables of contents of its weight files, or off the released
//! configuration where there are no files. [`plan`] is a pure function from these sizes, a [`Task`] and [`Budgets`] to a
//! [`Planned`]: the fastest [`Plan`] that fits, the smaller ones behind it, what every stage takes, and where nothing
//! fits, why, and what would make it run.
//!
//! A plan says in which type weights are, whether networks stay loaded, which layers come from their files for each
//! call, and into which tiles a picture is cut. As many layers stay and tiles are as large as a machine has room for.
//!
//! Two things are kept apart. A [`Forecast`] promises only what the [`Generator`](crate::generator::Generator) does
//! today. [`Later`] tells what a card could do with operations of our own on it; it is marked as not yet built and is
//! never handed to a generator.
//!
//! Peaks on the CPU were compared with measured ones. Peaks on a card are computed from what its operations allocate and
//! have not been measured yet.

mod activations;
mod budget;
mod flops;
mod forecast;
mod later;
mod released;
mod rungs;
mod sizes;
#[cfg(test)]
mod tests;
mod verdict;

pub use crate::generator::plan::{Plan, Residency};
pub use budget::{Budgets, Processor, gib, parse_bytes};
pub use flops::{Probe, TypeRates};
pub use forecast::{Forecast, Source, StageNeed};
pub use later::{Later, Missing};
pub use rungs::Look;
pub use sizes::{ModelSizes, Network, UpscalerSizes};
pub use verdict::{Planned, Remedy, Resource, Shortfall, Task, Terms, plan, plan_on};
