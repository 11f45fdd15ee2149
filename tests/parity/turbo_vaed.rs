//! The TurboVAED decoder: every `in.CASE.z` to `out.CASE.video`.

use anyhow::{Context, Result};
use candle_core::Tensor;
use gallop_models::vae::turbo::{Config, Decoder};
use gallop_models::weights::Scope;

use crate::parity::fixture::Fixture;
use crate::parity::report::{Report, max_rel_err};

pub fn run(fixture: &Fixture, report: &mut Report) -> Result<()> {
    let config: Config = fixture.config("/model")?;
    decode_all(fixture, &config, &fixture.weights()?, "", report)?;
    // The same weights as a released file stores them.
    for extension in pickles(fixture) {
        let weights = fixture.weights_in(&format!("{}.{extension}", fixture.name))?;
        decode_all(fixture, &config, &weights, &format!("@{extension}"), report)?;
    }
    Ok(())
}

fn decode_all(fixture: &Fixture, config: &Config, weights: &Scope, mark: &str, report: &mut Report) -> Result<()> {
    let decoder = Decoder::new(config, weights)?;
    for name in fixture.names() {
        let Some(case) = name.strip_prefix("in.").and_then(|name| name.strip_suffix(".z")) else { continue };
        let video = decoder.decode(&fixture.tensor(name)?).with_context(|| name.to_owned())?;
        compare_as(fixture, report, &format!("out.{case}.video"), mark, &video)?;
    }
    Ok(())
}

/// Compares with a stored tensor under a name that tells where the weights came from.
pub fn compare_as(fixture: &Fixture, report: &mut Report, name: &str, mark: &str, found: &Tensor) -> Result<()> {
    let expected = fixture.tensor(name)?;
    let tolerance = fixture.tolerance(name).with_context(|| format!("no tolerance for `{name}`"))?;
    report.push(&format!("{name}{mark}"), tolerance, max_rel_err(found, &expected));
    Ok(())
}

/// Endings of the PyTorch files beside a fixture.
pub fn pickles(fixture: &Fixture) -> Vec<&'static str> {
    let there = |ending: &&str| fixture.dir.join(format!("{}.{ending}", fixture.name)).exists();
    ["ckpt", "pth"].into_iter().filter(there).collect()
}
