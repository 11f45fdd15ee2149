//! Reading a finished clip back before anyone else sees it.

use std::{collections::BTreeMap, fs::File};

use super::{ClipSpec, PRODUCER};
use crate::{
    boxes::Movie,
    encode::{RATE, sound_length},
    files::Draft,
    probe,
    provenance::{AIGC, Aigc},
};

/// Checks everything that platforms and our own readers rely on; says what is wrong.
pub(super) fn check(
    draft: &Draft,
    spec: &ClipSpec,
    frames: u64,
    metadata: &BTreeMap<String, String>,
) -> Result<(), String> {
    let mut file = File::open(draft.path()).map_err(|error| error.to_string())?;
    let movie = Movie::read(&mut file)?;
    if !movie.index_first() {
        return Err(format!("the index is not in front: {}", movie.order.join(" ")));
    }
    let [video, audio] = &movie.tracks[..] else {
        return Err(format!("it has {} tracks instead of 2", movie.tracks.len()));
    };
    if video.handler != "vide" || audio.handler != "soun" {
        return Err(format!("its tracks are {} and {}", video.handler, audio.handler));
    }
    if video.edited || audio.edited {
        return Err("it has an edit list".into());
    }
    if video.color != Some((1, 1, 1, false)) {
        return Err(format!("its colour tag is {:?} instead of BT.709", video.color));
    }
    // One run of equally long frames is what a constant frame rate means.
    let (scale, (num, den)) = (u64::from(video.timescale), (u64::from(spec.fps.num), u64::from(spec.fps.den)));
    match video.runs[..] {
        [(count, length)] if u64::from(count) == frames && u64::from(length) * num == scale * den => {}
        _ => return Err(format!("its frames are {:?} at {scale} a second, not {frames} equal ones", video.runs)),
    }
    let samples = sound_length(frames, spec.fps);
    if (u64::from(audio.timescale), audio.duration) != (u64::from(RATE), samples) {
        let (found, rate) = (audio.duration, audio.timescale);
        return Err(format!("its sound is {found} samples at {rate} Hz instead of {samples}"));
    }
    let found = probe::read_metadata(draft.path()).map_err(|error| error.to_string())?;
    if let Some(name) = metadata.iter().find(|(name, value)| found.get(*name) != Some(*value)).map(|(name, _)| name) {
        return Err(format!("its metadata {name:?} was not kept"));
    }
    if found.get(AIGC).and_then(|json| Aigc::parse(json).ok()) != Aigc::new(PRODUCER, &spec.produce_id).ok() {
        return Err("its AI label cannot be read".into());
    }
    Ok(())
}
