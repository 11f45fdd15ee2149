//! The reference picture: crop, resize and scaling, for every case of the fixture.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use candle_core::{DType, Device, Tensor};
use gallop_models::image::{Picture, Size};
use serde::Deserialize;

use crate::parity::fixture::Fixture;
use crate::parity::report::{Report, max_rel_err};

#[derive(Deserialize)]
struct Case {
    image: String,
    target_hw: [usize; 2],
}

/// A correct port may miss a level here and there, but not as a rule.
const MEAN_LEVELS: f64 = 0.01;

pub fn run(fixture: &Fixture, report: &mut Report) -> Result<()> {
    for case in fixture.config::<Vec<Case>>("/cases")? {
        let [height, width] = case.target_hw;
        let stem = case.image.trim_start_matches("image_").trim_end_matches(".png");
        let name = format!("{stem}_{height}x{width}");
        let target = Size { height, width };
        let picture = read_png(&fixture.dir.join(&case.image))?;
        let cropped = picture.crop(target);
        let resized = cropped.resize(target)?;
        report.compare(&format!("mid.{name}.cropped"), &bytes(&cropped)?)?;
        report.compare(&format!("mid.{name}.resized"), &bytes(&resized)?)?;
        let pixels = picture.prepare(target, &fixture.device)?;
        let name = format!("out.{name}");
        report.compare(&name, &pixels)?;
        let difference = mean_levels(&pixels, &fixture.tensor(&name)?);
        report.push(&format!("{name}@mean_levels"), MEAN_LEVELS, difference);
    }
    Ok(())
}

fn bytes(picture: &Picture) -> Result<Tensor> {
    let Size { height, width } = picture.size();
    Ok(Tensor::from_slice(picture.rgb(), (height, width, 3), &Device::Cpu)?)
}

fn mean_levels(found: &Tensor, expected: &Tensor) -> Result<f64> {
    max_rel_err(found, expected)?;
    let difference = (found.to_dtype(DType::F64)? - expected.to_dtype(DType::F64)?)?;
    Ok(difference.abs()?.mean_all()?.to_scalar::<f64>()? * 127.5)
}

/// Three bytes a pixel: grey is repeated, alpha dropped.
fn read_png(path: &Path) -> Result<Picture> {
    let file = std::fs::File::open(path).with_context(|| path.display().to_string())?;
    let mut decoder = png::Decoder::new(std::io::BufReader::new(file));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info()?;
    let mut data = vec![0; reader.output_buffer_size().context("the picture is too large")?];
    let info = reader.next_frame(&mut data)?;
    let samples = info.color_type.samples();
    ensure!(info.bit_depth == png::BitDepth::Eight, "bit depth {:?}", info.bit_depth);
    let rgb = data[..info.buffer_size()]
        .chunks_exact(samples)
        .flat_map(|pixel| if samples < 3 { [pixel[0]; 3] } else { [pixel[0], pixel[1], pixel[2]] })
        .collect();
    Ok(Picture::new(Size { height: info.height as usize, width: info.width as usize }, rgb)?)
}
