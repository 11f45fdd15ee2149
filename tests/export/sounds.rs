//! How loud a clip is, and when it clicks.

use gallop_media::encode::AudioCodec;

use crate::case::Case;

/// Meters differ by a tenth; AAC and a limiter that is at work, by more.
const NEAR_LU: f64 = 1.0;
/// AAC adds up to half a decibel to a peak.
const ABOVE_DB: f64 = 0.6;
/// Sound that is further off than this is seen on lips.
const MOST_OFFSET_SECS: f64 = 0.005;

pub fn check(case: &Case<'_>) -> Result<(), String> {
    let content = case.file.content.as_ref().ok_or("nothing was decoded")?;
    if content.damaged > 0 {
        return Err(format!("{} pictures are damaged", content.damaged));
    }
    let clicks = case.known().map(|known| known.clicks);
    if clicks == Some(false) && case.heard.peak > 0.0 {
        return Err(format!("a sound of {} where there was none", case.heard.peak));
    }
    // A packet of AAC is 1024 samples; what was behind the end, in the last of them, is silence.
    if case.preset.sound.codec == AudioCodec::Pcm && case.heard.behind_secs > 0.0 {
        return Err(format!("sound goes on {:.1} ms behind the end", case.heard.behind_secs * 1e3));
    }
    loudness(case, content.integrated_lufs, content.true_peak_db)?;
    offset(case)
}

fn loudness(case: &Case<'_>, lufs: Option<f64>, peak_db: Option<f64>) -> Result<(), String> {
    let sound = &case.preset.sound;
    let (Some(wanted), Some(most)) = (sound.integrated_lufs, sound.true_peak_db) else { return Ok(()) };
    if let Some(peak) = peak_db.filter(|peak| *peak > most + ABOVE_DB) {
        return Err(format!("true peak is {peak:.2} dB over {most}"));
    }
    // What is silent or too short to tell has no loudness, and what cannot be made so loud says why.
    let is_told = case.made.report.details["sound"]["note"].is_string();
    match lufs {
        Some(found) if (found - wanted).abs() > NEAR_LU && !is_told => {
            Err(format!("{found:.2} LUFS instead of {wanted}"))
        }
        None if case.known().is_some_and(|known| known.clicks) => Err("it has no loudness".into()),
        _ => Ok(()),
    }
}

/// When the flash is seen and the click is heard, against when both are in the source.
///
/// A picture of the clip is the one that the source shows at that moment; a flash that begins between two of the clip's
/// moments is seen at the second. So the flash is where it must be when it is there to the frame, and the click when it is
/// there to five milliseconds.
fn offset(case: &Case<'_>) -> Result<(), String> {
    if let Some(offset) = case.made.report.facts.offset_ms.filter(|offset| offset.abs() / 1e3 >= MOST_OFFSET_SECS) {
        return Err(format!("sound and picture are {offset:.1} ms apart, core says"));
    }
    let Some(known) = case.known() else { return Ok(()) };
    if let (Some(shown), Some(rate), Some(flash)) = (&case.shown, case.rate(), known.flash_secs) {
        let rate = rate.per_second();
        let wanted = (flash * rate - 1e-3).ceil() / rate;
        let Some(found) = shown.flash_secs else { return Err("no flash is seen".into()) };
        if (found - wanted).abs() >= MOST_OFFSET_SECS {
            return Err(format!("the flash is seen at {found:.4} s instead of {wanted:.4}"));
        }
    }
    if known.clicks {
        let Some(found) = case.heard.click_secs else { return Err("no click is heard".into()) };
        let off = found - crate::card::FLASH_SECS;
        if off.abs() >= MOST_OFFSET_SECS {
            return Err(format!("the click is heard {:.1} ms late", off * 1e3));
        }
    }
    Ok(())
}
