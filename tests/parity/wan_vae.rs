//! The Wan 2.2 autoencoder: `out.NAME_latent` from `in.NAME`, `out.decoded_rawN` from `in.zN`.

use anyhow::{Context, Result};
use gallop_models::vae::stats;
use gallop_models::vae::wan::{Config, Decoder, Encoder};
use gallop_models::weights::Scope;

use crate::parity::fixture::Fixture;
use crate::parity::report::Report;
use crate::parity::turbo_vaed::{compare_as, pickles};

pub fn run(fixture: &Fixture, report: &mut Report) -> Result<()> {
    let config: Config = fixture.config("/model")?;
    check_constants(fixture, report);
    compare_all(fixture, &config, &fixture.weights()?, "", report)?;
    // The same weights as a released file stores them.
    for extension in pickles(fixture) {
        let weights = fixture.weights_in(&format!("{}.{extension}", fixture.name))?;
        compare_all(fixture, &config, &weights, &format!("@{extension}"), report)?;
    }
    Ok(())
}

fn compare_all(fixture: &Fixture, config: &Config, weights: &Scope, mark: &str, report: &mut Report) -> Result<()> {
    let encoder = Encoder::new(config, weights)?;
    let decoder = Decoder::new(config, weights)?;
    for name in fixture.names() {
        let Some(case) = name.strip_prefix("out.") else { continue };
        let found = if let Some(input) = case.strip_suffix("_latent") {
            encoder.encode(&fixture.tensor(&format!("in.{input}"))?)
        } else if let Some(number) = case.strip_prefix("decoded_raw") {
            decoder.decode_raw(&fixture.tensor(&format!("in.z{number}"))?)
        } else {
            continue;
        };
        compare_as(fixture, report, name, mark, &found.with_context(|| name.to_owned())?)?;
    }
    Ok(())
}

/// The constants in the fixture are the ones that are built in.
fn check_constants(fixture: &Fixture, report: &mut Report) {
    for (name, ours) in [("mean", stats::MEAN), ("std", stats::STD)] {
        let Ok(stored) = fixture.config::<Vec<f32>>(&format!("/{name}")) else { continue };
        let equal = stored == ours;
        report.push(&format!("config.{name}"), 0.0, Ok(if equal { 0.0 } else { 1.0 }));
    }
}
