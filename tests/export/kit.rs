//! What belongs to a clip, and what its report says.

use gallop_core::export::{Check, Checked, Found};
use gallop_media::read_picture;

use crate::case::{Case, is_there, same};

pub fn check(case: &Case<'_>) -> Result<(), String> {
    for cover in &case.preset.covers {
        let path = case.file(&format!("cover-{}.jpg", cover.name));
        let picture = read_picture(&path).map_err(|error| format!("cover {}: {error}", cover.name))?;
        same("size of a cover", [picture.width, picture.height], cover.size)?;
    }
    for ending in ["txt", "provenance.json"] {
        if !is_there(&case.file(ending)) {
            return Err(format!("there is no {ending}"));
        }
    }
    let report = &case.made.report;
    let bytes = case.made.clip.metadata().map_or(0, |file| file.len());
    same("size in the report", report.facts.bytes, bytes)?;
    let (seconds, limits) = (case.secs(), &case.preset.limits);
    let too_short = limits.shortest_secs.is_some_and(|least| seconds < least);
    let too_long = limits.longest_secs.is_some_and(|most| seconds > most);
    let too_large = limits.most_bytes.is_some_and(|most| bytes > most);
    for check in &report.checks {
        let wanted = match check.what {
            Checked::Length if too_short || too_long => Found::Wrong,
            Checked::Size if too_large => Found::Wrong,
            _ => Found::Good,
        };
        // What should be looked at is told, and is not wrong.
        let Check { what, found, says } = check;
        if (*found == Found::Wrong) != (wanted == Found::Wrong) {
            return Err(format!("the report says of {what:?}: {found:?}, {says}"));
        }
    }
    Ok(())
}
