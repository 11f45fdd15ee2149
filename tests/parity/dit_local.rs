//! The transformer with layers that attend to near frames only.

use anyhow::Result;
use candle_core::Tensor;
use gallop_models::ops::attention::Window;
use gallop_models::transformer::{Config, CoordStyle, Grid, Place, Precision, Routing, Transformer};
use serde_json::{Map, Value};

use crate::parity::dit::{Found, compare_found, inputs, suffix_of};
use crate::parity::fixture::Fixture;
use crate::parity::report::Report;

/// Compares all receptive fields in both precisions.
pub fn run(fixture: &Fixture, report: &mut Report) -> Result<()> {
    let config = overridden(fixture, "/model_overrides")?;
    let scope = fixture.weights_in(&weights_file(fixture)?)?;
    let style: CoordStyle = fixture.config("/coords_style")?;
    let (latents, text) = inputs(fixture, fixture.config("/txt_feat_len")?)?;
    let grid = Grid::of(&latents.video)?;
    let mut found = Found::new();
    for precision in [Precision::F32, Precision::Bf16] {
        let transformer = Transformer::new(&config, precision, &scope)?;
        let suffix = suffix_of(precision);
        for radius in fixture.config::<Vec<usize>>("/frame_receptive_fields")? {
            let condition = transformer.condition(&text, grid, latents.audio.dim(1)?, style, Some(radius))?;
            let (queries, keys) = ranges(condition.routing(), grid.frames, radius)?;
            found.insert(format!("mid.frf{radius}_q_ranges"), queries);
            found.insert(format!("mid.frf{radius}_k_ranges"), keys);
            let velocity = transformer.forward_inspected(&latents, &condition, &mut |place, stream| {
                let name = match place {
                    Place::Adapter => format!("mid.frf{radius}_adapter_{suffix}"),
                    Place::Layer(index) => format!("mid.frf{radius}_layer{index}_{suffix}"),
                };
                found.insert(name, stream.clone());
                Ok(())
            })?;
            found.insert(format!("out.frf{radius}_video_{suffix}"), velocity.video);
            found.insert(format!("out.frf{radius}_audio_{suffix}"), velocity.audio);
        }
    }
    compare_found(fixture, report, &found)
}

/// The configuration of the fixture whose weights this one uses, with the keys under `pointer` in place of its own.
pub fn overridden(fixture: &Fixture, pointer: &str) -> Result<Config> {
    let file = weights_file(fixture)?;
    let owner = Fixture::open(&fixture.dir.join(&file).with_extension("json"), &fixture.device)?;
    let mut model: Map<String, Value> = owner.config("/model")?;
    model.extend(fixture.config::<Map<String, Value>>(pointer).unwrap_or_default());
    Ok(serde_json::from_value(Value::Object(model))?)
}

/// The file beside the fixture that holds its weights; a remark may follow the name.
pub fn weights_file(fixture: &Fixture) -> Result<String> {
    let stated: String = fixture.config("/weights_file")?;
    Ok(stated.split_whitespace().next().unwrap_or_default().to_owned())
}

/// The spans in the reference's order: each frame to its neighbours, all video to audio and text, these to everything.
fn ranges(routing: &Routing, frames: usize, radius: usize) -> Result<(Tensor, Tensor)> {
    let spans = Window::Frames { frames, radius }.spans(routing);
    let (mut queries, mut keys) = (Vec::new(), Vec::new());
    let (rest, of_frames) = spans.split_last().expect("a span for audio and text");
    for span in of_frames {
        queries.push(span.queries.clone());
        keys.push(span.keys[0].clone());
    }
    queries.extend([0..routing.video, rest.queries.clone()]);
    keys.extend([of_frames[0].keys[1].clone(), rest.keys[0].clone()]);
    let tensor = |ranges: &[std::ops::Range<usize>]| -> Result<Tensor> {
        let flat: Vec<i64> = ranges.iter().flat_map(|range| [range.start as i64, range.end as i64]).collect();
        Ok(Tensor::from_vec(flat, (ranges.len(), 2), &candle_core::Device::Cpu)?)
    };
    Ok((tensor(&queries)?, tensor(&keys)?))
}
