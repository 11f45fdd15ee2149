//! What says that AI made it.

use gallop_core::export::LabelWish;
use gallop_media::encode::Container;
use gallop_media::provenance::C2pa;

use crate::case::{Case, same};
use crate::house::Signed;
use crate::seen::{Shown, white};

/// Somebody's own film beside what a model makes (IPTC's digital source types).
const COMPOSITE: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";
/// The lowest height of the label that is seen, as a part of the shorter side (GB 45438-2025, 5.4).
const LEAST_HEIGHT: f64 = 0.05;

pub fn check(case: &Case<'_>) -> Result<(), String> {
    let labels = &case.file.labels;
    let aigc = labels.aigc.as_ref().ok_or("there is no AIGC label")?;
    same("AIGC label", (aigc.label.as_str(), aigc.content_producer.as_str()), ("1", "Gallop"))?;
    same("what is wrong with the AIGC label", &labels.aigc_problem, &None)?;
    if case.preset.container != Container::Mkv {
        same("digital source type", labels.xmp_source_type.as_deref(), Some(COMPOSITE))?;
    }
    let is_signed = case.pair.signed == Signed::Yes && case.preset.container != Container::Mkv;
    match &labels.c2pa {
        C2pa::Valid { trusted: false, source_type, .. } if is_signed => {
            same("digital source type of the manifest", source_type.as_deref(), Some(COMPOSITE))?;
        }
        C2pa::Absent if !is_signed => {}
        found => return Err(format!("C2PA is {found:?}, signed: {is_signed}")),
    }
    match (&case.shown, case.known()) {
        (Some(shown), Some(known)) if !known.is_cut_out => visible(case, shown),
        _ => Ok(()),
    }
}

/// Nothing in the sources is white but the flash; the label is.
fn visible(case: &Case<'_>, shown: &Shown) -> Result<(), String> {
    let is_required = case.preset.label.is_some_and(|label| label.visible == LabelWish::Required);
    let (count, height) = white(&shown.frame);
    let least = f64::from(shown.frame.width.min(shown.frame.height)) * LEAST_HEIGHT;
    match is_required {
        true if count == 0 => Err("the label is not seen".into()),
        // The outline softens a pixel at both ends.
        true if f64::from(height) < least - 3.0 => Err(format!("the label is {height} pixels high, under {least:.0}")),
        false if count > 0 => Err(format!("{count} white pixels where there is no label")),
        _ => Ok(()),
    }
}
