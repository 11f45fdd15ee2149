//! Coordinates and their Fourier embedding.

use anyhow::Result;
use gallop_models::transformer::coords::{Coordinates, coordinates, fourier, grid_coordinates};
use gallop_models::transformer::{CoordStyle, Grid};
use serde::Deserialize;

use crate::parity::fixture::Fixture;
use crate::parity::report::Report;

#[derive(Deserialize)]
struct Case {
    case: usize,
    #[serde(flatten)]
    sample: Sample,
    head_dims: Vec<usize>,
}

#[derive(Deserialize)]
struct Sample {
    coords_style: CoordStyle,
    latent_thw: [usize; 3],
    audio_feat_len: usize,
    txt_feat_len: usize,
}

impl Sample {
    fn places(&self) -> Vec<Coordinates> {
        let [frames, height, width] = self.latent_thw;
        let grid = Grid { frames, height, width };
        coordinates(self.coords_style, grid, self.audio_feat_len, self.txt_feat_len)
    }
}

#[derive(Deserialize)]
struct Cells {
    shape: [usize; 3],
    #[serde(rename = "ref")]
    reference: [usize; 3],
    offset: [i64; 3],
}

/// Compares all cases.
pub fn run(fixture: &Fixture, report: &mut Report) -> Result<()> {
    for Case { case, sample, head_dims } in fixture.config::<Vec<Case>>("/cases")? {
        let places = sample.places();
        report.compare(&format!("out.case{case}.coords"), &tensor(&places, fixture)?)?;
        for dim in head_dims {
            let bands = fixture.tensor(&format!("in.bands_hd{dim}"))?.to_vec1()?;
            let embedded = fourier(&places, &bands, &fixture.device)?;
            report.compare(&format!("out.case{case}.rope_hd{dim}"), &embedded)?;
        }
    }
    if fixture.has("out.get_coords") {
        let Cells { shape, reference, offset } = fixture.config("/get_coords")?;
        report.compare("out.get_coords", &tensor(&grid_coordinates(shape, reference, offset), fixture)?)?;
    }
    let refused = fixture.config::<Vec<Sample>>("/refused_by_the_reference").unwrap_or_default();
    for (index, sample) in refused.iter().enumerate() {
        let outcome = fourier(&sample.places(), &[1.0], &fixture.device);
        let outcome = match outcome {
            Err(_) => Ok(0.0),
            Ok(_) => Err(anyhow::anyhow!("the reference refuses this sample, we did not")),
        };
        report.push(&format!("refused{index}"), 0.0, outcome);
    }
    Ok(())
}

/// Coordinates as `[l, 9]`.
pub fn tensor(places: &[Coordinates], fixture: &Fixture) -> Result<candle_core::Tensor> {
    Ok(candle_core::Tensor::from_slice(places.as_flattened(), (places.len(), 9), &fixture.device)?)
}
