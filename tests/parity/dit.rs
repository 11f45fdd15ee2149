//! One call of the transformer, in both coordinate styles and both precisions, and its values on the way.

use std::collections::HashMap;

use anyhow::{Result, anyhow};
use candle_core::Tensor;
use gallop_models::transformer::coords::coordinates;
use gallop_models::transformer::{
    Config, CoordStyle, Grid, Latents, Place, Precision, Routing, Text, Transformer, tokens,
};

use crate::parity::fixture::Fixture;
use crate::parity::report::Report;

/// Values by the name they are stored under.
pub type Found = HashMap<String, Tensor>;

/// Compares everything that the fixture stores.
pub fn run(fixture: &Fixture, report: &mut Report) -> Result<()> {
    let config: Config = fixture.config("/model")?;
    let scope = fixture.weights()?;
    check_detection(&config, &Config::detect(&scope)?, report);
    let (latents, text) = inputs(fixture, fixture.config("/txt_feat_len")?)?;
    let mut found = packed(&latents, &text)?;
    for precision in [Precision::F32, Precision::Bf16] {
        let transformer = Transformer::new(&config, precision, &scope)?;
        for (style, suffix) in [(CoordStyle::Base, ""), (CoordStyle::Upscale, "_v1")] {
            let suffix = format!("{suffix}_{}", suffix_of(precision));
            let grid = Grid::of(&latents.video)?;
            let condition = transformer.condition(&text, grid, latents.audio.dim(1)?, style, None)?;
            found.insert(format!("mid.rope{suffix}"), condition.rope().clone());
            let velocity = transformer.forward_inspected(&latents, &condition, &mut |place, stream| {
                let name = match place {
                    Place::Adapter => format!("mid.adapter{suffix}"),
                    Place::Layer(index) => format!("mid.layer{index}{suffix}"),
                };
                found.insert(name, stream.clone());
                Ok(())
            })?;
            found.insert(format!("out.video{suffix}"), velocity.video);
            found.insert(format!("out.audio{suffix}"), velocity.audio);
        }
    }
    compare_found(fixture, report, &found)
}

/// How the names of a precision end.
pub fn suffix_of(precision: Precision) -> &'static str {
    match precision {
        Precision::F32 => "f32",
        Precision::Bf16 => "bf16",
    }
}

/// The latents and the text of one call.
pub fn inputs(fixture: &Fixture, text_len: usize) -> Result<(Latents, Text)> {
    let latents = Latents { video: fixture.tensor("in.x_t")?, audio: fixture.tensor("in.audio_x_t")? };
    Ok((latents, Text { features: fixture.tensor("in.txt_feat")?, len: text_len }))
}

/// Compares each stored result for which a value was found.
pub fn compare_found(fixture: &Fixture, report: &mut Report, found: &Found) -> Result<()> {
    for name in fixture.names() {
        if let (Some(tensor), Some(_)) = (found.get(name), fixture.tolerance(name)) {
            report.compare(name, tensor)?;
        }
    }
    Ok(())
}

/// The stream before the adapter: rows of all modalities, padded to the widest.
fn packed(latents: &Latents, text: &Text) -> Result<Found> {
    let (video, audio) = (tokens::pack_video(&latents.video)?, tokens::pack_audio(&latents.audio)?);
    let text = text.rows()?;
    let grid = Grid::of(&latents.video)?;
    let routing = Routing { video: video.dim(0)?, audio: audio.dim(0)?, text: text.dim(0)? };
    let parts = [video, audio, text];
    let width = parts.iter().map(|part| part.dims()[1]).max().unwrap_or(0);
    let padded = parts
        .iter()
        .map(|part| part.pad_with_zeros(1, 0, width - part.dims()[1]))
        .collect::<candle_core::Result<Vec<_>>>()?;
    let device = padded[0].device();
    let mut modalities = Vec::new();
    for (modality, rows) in routing.rows(3) {
        modalities.extend(rows.map(|_| modality as i64));
    }
    let mut found = Found::new();
    found.insert("mid.token_sequence".to_owned(), Tensor::cat(&padded, 0)?);
    found.insert("mid.modality_mapping".to_owned(), Tensor::new(modalities, device)?);
    for (style, suffix) in [(CoordStyle::Base, ""), (CoordStyle::Upscale, "_v1")] {
        let places = coordinates(style, grid, routing.audio, routing.text);
        let tensor = Tensor::from_slice(places.as_flattened(), (places.len(), 9), device)?;
        found.insert(format!("mid.coords_mapping{suffix}"), tensor);
    }
    Ok(found)
}

fn check_detection(stated: &Config, detected: &Config, report: &mut Report) {
    // Which layers attend locally cannot be seen in a checkpoint.
    let detected = Config { local_attn_layers: stated.local_attn_layers.clone(), ..detected.clone() };
    let outcome =
        if detected == *stated { Ok(0.0) } else { Err(anyhow!("the shapes say {detected:?}, stated is {stated:?}")) };
    report.push("config", 0.0, outcome);
}
