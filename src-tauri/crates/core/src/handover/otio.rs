//! OpenTimelineIO: the JSON of `opentimelineio`'s schemas `Timeline.1`, `Clip.1` and so on
//! (<https://opentimelineio.readthedocs.io/en/latest/tutorials/otio-serialized-schema.html>).

use serde_json::{Value, json};

use super::cut::{Cut, File, Piece};
use crate::export::Seen;
use crate::timeline::{AudioItem, RATE};

/// A cut in OpenTimelineIO.
pub fn otio(cut: &Cut) -> Value {
    let mut tracks = vec![track("Picture", "Video", &pieces(cut, &|piece| picture(cut, piece), Fade::Written))];
    if cut.pieces.iter().any(|piece| is_heard(cut, piece)) {
        tracks.push(track("Sound of the clips", "Audio", &pieces(cut, &|piece| own_sound(cut, piece), Fade::Left)));
    }
    for sounds in &cut.tracks {
        let (mut children, mut at) = (Vec::new(), 0);
        for (item, file) in &sounds.items {
            children.extend(gap(at, item.start));
            children.push(sound(cut, item, *file, sounds.gain_db));
            at = item.end();
        }
        tracks.push(track(&sounds.name, "Audio", &children));
    }
    let markers: Vec<Value> = cut
        .markers
        .iter()
        .map(|marker| {
            json!({
                "OTIO_SCHEMA": "Marker.2", "metadata": {}, "name": marker.text, "color": "RED",
                "marked_range": range(marker.frame, 0),
            })
        })
        .collect();
    json!({
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": { "gallop": { "width": cut.size.0, "height": cut.size.1 } },
        "name": cut.name,
        "global_start_time": time(0),
        "tracks": {
            "OTIO_SCHEMA": "Stack.1", "metadata": {}, "name": "tracks", "source_range": null,
            "effects": [], "markers": markers, "children": tracks,
        },
    })
}

/// Whether cross-fades are written between the pieces of a track.
#[derive(Clone, Copy, PartialEq)]
enum Fade {
    Written,
    Left,
}

fn pieces(cut: &Cut, write: &dyn Fn(&Piece) -> Value, fade: Fade) -> Vec<Value> {
    let (mut children, mut at) = (Vec::new(), 0);
    for piece in &cut.pieces {
        children.extend(gap(at, piece.clip.start));
        if piece.cross_fade > 0 && fade == Fade::Written {
            // It begins at the cut: the clip before goes on for as long.
            children.push(json!({
                "OTIO_SCHEMA": "Transition.1", "metadata": {}, "name": "Cross-fade",
                "transition_type": "SMPTE_Dissolve", "in_offset": time(0), "out_offset": time(piece.cross_fade),
            }));
        }
        children.push(write(piece));
        at = piece.clip.end();
    }
    children
}

fn picture(cut: &Cut, piece: &Piece) -> Value {
    let mut clip = of_piece(cut, piece);
    if let Some(clip) = clip.as_object_mut() {
        let look = serde_json::to_value(piece.clip.look).unwrap_or_default();
        clip.insert("metadata".into(), json!({ "gallop": { "look": look } }));
    }
    clip
}

fn own_sound(cut: &Cut, piece: &Piece) -> Value {
    if is_heard(cut, piece) { of_piece(cut, piece) } else { empty(piece.clip.frames()) }
}

fn is_heard(cut: &Cut, piece: &Piece) -> bool {
    cut.files.get(piece.file).is_some_and(|file| file.has_sound) && piece.clip.look.gain_db > -96.0
}

fn of_piece(cut: &Cut, piece: &Piece) -> Value {
    let clip = &piece.clip;
    let effects = if clip.speed == 1.0 {
        Vec::new()
    } else {
        vec![json!({
            "OTIO_SCHEMA": "LinearTimeWarp.1", "metadata": {}, "name": "Speed", "effect_name": "LinearTimeWarp",
            "time_scalar": clip.speed,
        })]
    };
    let first = if is_still(cut, piece.file) { 0 } else { clip.r#in };
    json!({
        "OTIO_SCHEMA": "Clip.1", "metadata": {}, "name": piece.name, "source_range": range(first, clip.frames()),
        "effects": effects, "markers": [], "enabled": true, "media_reference": reference(cut, piece.file),
    })
}

fn sound(cut: &Cut, item: &AudioItem, file: usize, gain_db: f32) -> Value {
    let AudioItem { fade_in, fade_out, .. } = item;
    json!({
        "OTIO_SCHEMA": "Clip.1", "name": item.media.name, "source_range": range(item.r#in, item.frames()),
        "metadata": { "gallop": { "gain_db": item.gain_db + gain_db, "fade_in": fade_in, "fade_out": fade_out } },
        "effects": [], "markers": [], "enabled": true, "media_reference": reference(cut, file),
    })
}

fn is_still(cut: &Cut, file: usize) -> bool {
    cut.files.get(file).is_some_and(|file| matches!(file.seen, Seen::Still(_)))
}

fn reference(cut: &Cut, file: usize) -> Value {
    let Some(File { name, frames, .. }) = cut.files.get(file) else {
        return json!({ "OTIO_SCHEMA": "MissingReference.1", "metadata": {}, "name": "", "available_range": null });
    };
    let available = (*frames > 0).then(|| range(0, *frames));
    json!({
        "OTIO_SCHEMA": "ExternalReference.1", "metadata": {}, "name": name, "available_range": available,
        "target_url": format!("media/{}", super::fcpxml::url(name)),
    })
}

fn track(name: &str, kind: &str, children: &[Value]) -> Value {
    json!({
        "OTIO_SCHEMA": "Track.1", "metadata": {}, "name": name, "kind": kind, "source_range": null, "effects": [],
        "markers": [], "children": children,
    })
}

fn gap(from: u32, to: u32) -> Option<Value> {
    (to > from).then(|| empty(to - from))
}

fn empty(frames: u32) -> Value {
    json!({
        "OTIO_SCHEMA": "Gap.1", "metadata": {}, "name": "", "source_range": range(0, frames), "effects": [], "markers": [],
    })
}

fn range(first: u32, frames: u32) -> Value {
    json!({ "OTIO_SCHEMA": "TimeRange.1", "start_time": time(first), "duration": time(frames) })
}

fn time(frames: u32) -> Value {
    json!({ "OTIO_SCHEMA": "RationalTime.1", "rate": f64::from(RATE), "value": f64::from(frames) })
}
