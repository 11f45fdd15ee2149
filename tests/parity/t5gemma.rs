//! The text encoder at every stored length, with and without the cap on attention scores.

use anyhow::{Context, Result, anyhow};
use candle_core::{DType, Tensor};
use gallop_models::text::t5gemma::{Config, Encoder, Precision, Softcap, features, inverse_frequencies, pad_or_cut};

use crate::parity::fixture::Fixture;
use crate::parity::report::Report;

/// Compares everything that the fixture stores.
pub fn run(fixture: &Fixture, report: &mut Report) -> Result<()> {
    let config: Config = fixture.config("/encoder")?;
    let scope = fixture.weights()?;
    let build = |precision, softcap| anyhow::Ok(Encoder::new(&config, precision, &scope)?.with_softcap(softcap));
    let plain = build(Precision::F32, Softcap::Ignored)?;
    let capped = build(Precision::F32, Softcap::Applied)?;
    let frequencies = inverse_frequencies(&config);
    let mut found = vec![("mid.inv_freq".to_owned(), Tensor::new(frequencies, &fixture.device)?)];
    for name in fixture.names() {
        let Some(len) = name.strip_prefix("in.ids") else { continue };
        let ids = fixture.tensor(name)?.to_dtype(DType::U32)?.to_vec2::<u32>().context("ids are [b, l]")?;
        let (mut hidden, mut layers, mut softcap) = (Vec::new(), Vec::new(), Vec::new());
        for ids in &ids {
            let mut streams = Vec::new();
            hidden.push(plain.forward_inspected(ids, &mut |_, stream| {
                streams.push(stream.unsqueeze(0)?);
                Ok(())
            })?);
            layers.push(Tensor::stack(&streams, 0)?);
            softcap.push(capped.forward(ids)?);
        }
        let hidden = Tensor::cat(&hidden, 0)?;
        if fixture.has(&format!("out.len{len}_padded")) {
            let padded = pad_or_cut(&features(&hidden)?, fixture.config("/padded_to")?)?;
            found.push((format!("out.len{len}_padded"), padded));
        }
        found.push((format!("mid.len{len}_layers"), Tensor::cat(&layers, 1)?));
        found.push((format!("out.len{len}_sdpa"), hidden));
        found.push((format!("out.len{len}_softcap"), Tensor::cat(&softcap, 0)?));
    }
    for name in fixture.names().into_iter().filter(|name| fixture.tolerance(name).is_some()) {
        match found.iter().find(|(computed, _)| computed == name) {
            Some((_, tensor)) => report.compare(name, tensor)?,
            None => report.push(name, 0.0, Err(anyhow!("nothing here computes it"))),
        }
    }
    Ok(())
}
