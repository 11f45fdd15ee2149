//! The audio autoencoder, the resampling behind it and the merging of long sound.

use anyhow::Result;
use gallop_models::audio::resample;
use gallop_models::vae::oobleck::{Config, Decoder, Encoder, merge_windows};

use crate::parity::fixture::Fixture;
use crate::parity::report::Report;

pub fn run(fixture: &Fixture, report: &mut Report) -> Result<()> {
    let config: Config = fixture.config("/model_config")?;
    let weights = fixture.weights()?;
    let rates: (usize, usize) = (fixture.config("/sample_rate_in")?, fixture.config("/sample_rate_out")?);

    let waveform = Decoder::new(&config, &weights)?.decode(&fixture.tensor("in.latents")?)?;
    report.compare("out.waveform", &waveform.unsqueeze(0)?)?;
    // The stored waveform, so that the bound of the resampling is not the decoder's.
    let stored = fixture.tensor("out.waveform")?.squeeze(0)?;
    report.compare("out.resampled", &resample(&stored, rates.0, rates.1)?.t()?)?;
    for name in fixture.names() {
        let Some(case) = name.strip_prefix("in.resample_") else { continue };
        let signal = fixture.tensor(name)?.t()?;
        report.compare(&format!("out.resample_{case}"), &resample(&signal, rates.0, rates.1)?.t()?)?;
    }

    let posterior = Encoder::new(&config, &weights)?.encode(&fixture.tensor("in.audio")?.unsqueeze(0)?)?;
    report.compare("out.enc_mean", &posterior.mean)?;
    report.compare("out.enc_scale", &posterior.scale)?;
    report.compare("out.enc_latents", &posterior.sample(&fixture.tensor("in.enc_noise")?)?)?;

    let blocks = fixture.tensor("in.merge_blocks")?;
    let windows = (0..blocks.dim(0)?).map(|i| Ok(blocks.narrow(0, i, 1)?)).collect::<Result<Vec<_>>>()?;
    report.compare("out.merged", &merge_windows(&windows)?)
}
