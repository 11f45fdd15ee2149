//! Decoded pixels to bytes, and the enlarging of frames.

use anyhow::{Context, Result, bail};
use candle_core::{DType, Device, Tensor};
use gallop_models::image::{Frames, Size, Upsample};

use crate::parity::fixture::Fixture;
use crate::parity::report::Report;

pub fn run(fixture: &Fixture, report: &mut Report) -> Result<()> {
    for name in fixture.names() {
        let Some(kind) = name.strip_prefix("out.frames") else { continue };
        let frames = Frames::from_pixels(&fixture.tensor(&format!("in.video{kind}"))?)?;
        report.compare(name, &tensor(&frames)?)?;
    }
    let [height, width]: [usize; 2] = fixture.config("/upsample_hw")?;
    let frames = Frames::from_pixels(&fixture.tensor("in.video")?)?;
    for mode in fixture.config::<Vec<String>>("/upsample_modes")? {
        let kind = match mode.as_str() {
            "bilinear" => Upsample::Bilinear,
            "bicubic" => Upsample::Bicubic,
            "nearest" => Upsample::Nearest,
            _ => bail!("unknown way to upsample: {mode}"),
        };
        let name = format!("out.upsampled_{mode}");
        let found = tensor(&frames.upsample(Size { height, width }, kind)?)?;
        // Ties may fall to either side: a level, whatever the fixture's bound says.
        report.push(&name, 1.0, levels(&found, &fixture.tensor(&name)?).context(mode));
    }
    Ok(())
}

fn tensor(frames: &Frames) -> Result<Tensor> {
    let Size { height, width } = frames.size;
    Ok(Tensor::from_slice(&frames.rgb, (frames.count, height, width, 3), &Device::Cpu)?)
}

fn levels(found: &Tensor, expected: &Tensor) -> Result<f64> {
    let difference = (found.to_dtype(DType::F64)? - expected.to_dtype(DType::F64)?)?;
    Ok(difference.abs()?.max_all()?.to_scalar()?)
}
