//! Final Cut Pro XML 1.10 (<https://developer.apple.com/documentation/professional-video-applications/fcpxml-reference>).
//!
//! Times are written in 25ths of a second. A piece that runs at another speed has a map from its own time to that of the
//! file, and its `start` is counted in its own. Sounds of other tracks hang on the piece under which they begin.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::cut::{Cut, File, Piece};
use crate::export::Seen;
use crate::timeline::{Area, Fit, Look, RATE};

/// Identifiers of the resources: the sequence's format is the first.
const SEQUENCE: &str = "r1";

/// A cut in Final Cut Pro XML.
pub fn fcpxml(cut: &Cut) -> String {
    let mut text =
        String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE fcpxml>\n<fcpxml version=\"1.10\">\n");
    // Writing into a text cannot fail.
    write(&mut text, cut).ok();
    text.push_str("</fcpxml>\n");
    text
}

fn write(text: &mut String, cut: &Cut) -> std::fmt::Result {
    let (width, height) = cut.size;
    writeln!(text, "  <resources>")?;
    format(text, SEQUENCE, [width, height], Some(RATE))?;
    let sizes = formats(cut);
    for (size, id) in &sizes {
        let rate = if size.1 { None } else { Some(RATE) };
        format(text, id, size.0, rate)?;
    }
    for (index, file) in cut.files.iter().enumerate() {
        asset(text, index, file, &sizes)?;
    }
    let name = escaped(&cut.name);
    let duration = time(cut.frames());
    writeln!(text, "  </resources>\n  <library>\n    <event name=\"{name}\">\n      <project name=\"{name}\">")?;
    writeln!(
        text,
        "        <sequence format=\"{SEQUENCE}\" duration=\"{duration}\" tcStart=\"0s\" tcFormat=\"NDF\" \
         audioLayout=\"stereo\" audioRate=\"48k\">\n          <spine>"
    )?;
    spine(text, cut)?;
    writeln!(text, "          </spine>\n        </sequence>\n      </project>\n    </event>\n  </library>")
}

/// The formats of the files by their size, and whether they stand still.
fn formats(cut: &Cut) -> BTreeMap<([u32; 2], bool), String> {
    let mut sizes = BTreeMap::new();
    for file in &cut.files {
        let size = match file.seen {
            Seen::Film(size) => (size, false),
            Seen::Still(size) => (size, true),
            Seen::Nothing => continue,
        };
        let id = std::format!("r{}", sizes.len() + 2);
        sizes.entry(size).or_insert(id);
    }
    sizes
}

fn format(text: &mut String, id: &str, [width, height]: [u32; 2], rate: Option<u32>) -> std::fmt::Result {
    // A picture has no rate; this is what Final Cut calls that.
    let rate = rate.map_or_else(
        || " name=\"FFVideoFormatRateUndefined\"".to_owned(),
        |rate| std::format!(" frameDuration=\"1/{rate}s\""),
    );
    let color = "1-1-1 (Rec. 709)";
    writeln!(text, "    <format id=\"{id}\"{rate} width=\"{width}\" height=\"{height}\" colorSpace=\"{color}\"/>")
}

fn asset(text: &mut String, index: usize, file: &File, sizes: &BTreeMap<([u32; 2], bool), String>) -> std::fmt::Result {
    let (picture, duration) = match file.seen {
        Seen::Film(size) => (sizes.get(&(size, false)), time(file.frames)),
        Seen::Still(size) => (sizes.get(&(size, true)), "0s".to_owned()),
        Seen::Nothing => (None, time(file.frames)),
    };
    let name = escaped(&file.name);
    write!(text, "    <asset id=\"a{index}\" name=\"{name}\" start=\"0s\" duration=\"{duration}\"")?;
    if let Some(format) = picture {
        write!(text, " hasVideo=\"1\" format=\"{format}\" videoSources=\"1\"")?;
    }
    if file.has_sound {
        write!(text, " hasAudio=\"1\" audioSources=\"1\" audioChannels=\"2\" audioRate=\"48000\"")?;
    }
    let src = escaped(&std::format!("./media/{}", url(&file.name)));
    writeln!(text, ">\n      <media-rep kind=\"original-media\" src=\"{src}\"/>\n    </asset>")
}

/// A stretch of the main track: a piece, or nothing.
struct Stretch<'a> {
    from: u32,
    to: u32,
    piece: Option<&'a Piece>,
}

fn spine(text: &mut String, cut: &Cut) -> std::fmt::Result {
    let (mut stretches, mut at) = (Vec::new(), 0);
    for piece in &cut.pieces {
        let (from, to) = (piece.clip.start, piece.clip.end());
        if from > at {
            stretches.push(Stretch { from: at, to: from, piece: None });
        }
        stretches.push(Stretch { from, to, piece: Some(piece) });
        at = to;
    }
    // Sounds that go on need something to hang on.
    if cut.frames() > at {
        stretches.push(Stretch { from: at, to: cut.frames(), piece: None });
    }
    for stretch in &stretches {
        let mut hanging = String::new();
        sounds(&mut hanging, cut, stretch)?;
        let mut markers = String::new();
        for marker in cut.markers.iter().filter(|marker| (stretch.from..stretch.to).contains(&marker.frame)) {
            let start = time(own(stretch, marker.frame));
            let value = escaped(&marker.text);
            writeln!(markers, "              <marker start=\"{start}\" duration=\"1/{RATE}s\" value=\"{value}\"/>")?;
        }
        let (offset, duration) = (time(stretch.from), time(stretch.to - stretch.from));
        let Some(piece) = stretch.piece else {
            writeln!(
                text,
                "            <gap name=\"Gap\" offset=\"{offset}\" start=\"0s\" duration=\"{duration}\">\n{hanging}{markers}            </gap>"
            )?;
            continue;
        };
        if piece.cross_fade > 0 {
            let fade = time(piece.cross_fade);
            writeln!(
                text,
                "            <transition name=\"Cross Dissolve\" offset=\"{offset}\" duration=\"{fade}\"/>"
            )?;
        }
        let start = time(own(stretch, stretch.from));
        let is_still = matches!(cut.files.get(piece.file).map(|file| file.seen), Some(Seen::Still(_)));
        let element = if is_still { "video" } else { "asset-clip" };
        let (name, file) = (escaped(&piece.name), piece.file);
        let format = if is_still { "" } else { " tcFormat=\"NDF\"" };
        writeln!(
            text,
            "            <{element} ref=\"a{file}\" offset=\"{offset}\" name=\"{name}\" start=\"{start}\" duration=\"{duration}\"{format}>"
        )?;
        speed(text, cut, piece)?;
        look(text, cut, piece)?;
        writeln!(text, "{hanging}{markers}            </{element}>")?;
    }
    Ok(())
}

/// A frame of the timeline in the time of what lies there.
fn own(stretch: &Stretch<'_>, frame: u32) -> u32 {
    let first = stretch.piece.map_or(0, |piece| {
        // The frame at which it would be on a timeline that began with its take.
        crate::timeline::Clip { r#in: 0, ..piece.clip }.frames_to(piece.clip.r#in)
    });
    first.saturating_add(frame.saturating_sub(stretch.from))
}

fn speed(text: &mut String, cut: &Cut, piece: &Piece) -> std::fmt::Result {
    let frames = cut.files.get(piece.file).map_or(0, |file| file.frames);
    if piece.clip.speed == 1.0 || frames == 0 {
        return Ok(());
    }
    let whole = crate::timeline::Clip { r#in: 0, out: frames, ..piece.clip };
    let (own, of_file) = (time(whole.frames()), time(frames));
    writeln!(text, "              <timeMap>")?;
    writeln!(text, "                <timept time=\"0s\" value=\"0s\" interp=\"linear\"/>")?;
    writeln!(text, "                <timept time=\"{own}\" value=\"{of_file}\" interp=\"linear\"/>")?;
    writeln!(text, "              </timeMap>")
}

fn look(text: &mut String, cut: &Cut, piece: &Piece) -> std::fmt::Result {
    let Look { fit, crop, crop_to, frame, opacity, gain_db, .. } = piece.clip.look;
    let file = cut.files.get(piece.file);
    let size = match file.map(|file| file.seen) {
        Some(Seen::Film(size) | Seen::Still(size)) => size,
        _ => [cut.size.0, cut.size.1],
    };
    let to = crop_to.unwrap_or(crop);
    if to != crop {
        writeln!(text, "              <adjust-crop mode=\"pan\">")?;
        edges(text, "pan-rect", crop, size)?;
        edges(text, "pan-rect", to, size)?;
        writeln!(text, "              </adjust-crop>")?;
    } else if crop != Area::WHOLE {
        writeln!(text, "              <adjust-crop mode=\"crop\">")?;
        edges(text, "crop-rect", crop, size)?;
        writeln!(text, "              </adjust-crop>")?;
    }
    let conform = if fit == Some(Fit::Contain) || fit == Some(Fit::Blur) { "fit" } else { "fill" };
    writeln!(text, "              <adjust-conform type=\"{conform}\"/>")?;
    if frame != Area::WHOLE {
        // From the middle, in hundredths of the height, upwards.
        let (width, height) = (cut.size.0 as f32, cut.size.1.max(1) as f32);
        let x = (frame.x + frame.w / 2.0 - 0.5) * width / height * 100.0;
        let y = (0.5 - frame.y - frame.h / 2.0) * 100.0;
        let Area { w, h, .. } = frame;
        writeln!(text, "              <adjust-transform position=\"{x:.3} {y:.3}\" scale=\"{w:.4} {h:.4}\"/>")?;
    }
    if opacity < 1.0 {
        writeln!(text, "              <adjust-blend amount=\"{opacity:.4}\"/>")?;
    }
    if gain_db != 0.0 && file.is_some_and(|file| file.has_sound) {
        volume(text, gain_db, (0, 0))?;
    }
    Ok(())
}

/// What is cut off at each side, in hundredths of the height.
fn edges(text: &mut String, element: &str, area: Area, [width, height]: [u32; 2]) -> std::fmt::Result {
    let wide = width as f32 / height.max(1) as f32 * 100.0;
    let (left, right) = (area.x * wide, (1.0 - area.x - area.w).max(0.0) * wide);
    let (top, bottom) = (area.y * 100.0, (1.0 - area.y - area.h).max(0.0) * 100.0);
    writeln!(
        text,
        "                <{element} left=\"{left:.3}\" top=\"{top:.3}\" right=\"{right:.3}\" bottom=\"{bottom:.3}\"/>"
    )
}

fn volume(text: &mut String, gain_db: f32, (fade_in, fade_out): (u32, u32)) -> std::fmt::Result {
    if fade_in == 0 && fade_out == 0 {
        return writeln!(text, "              <adjust-volume amount=\"{gain_db:.2}dB\"/>");
    }
    writeln!(text, "              <adjust-volume amount=\"{gain_db:.2}dB\">\n                <param name=\"amount\">")?;
    for (name, frames) in [("fadeIn", fade_in), ("fadeOut", fade_out)] {
        if frames > 0 {
            writeln!(text, "                  <{name} type=\"easeIn\" duration=\"{}\"/>", time(frames))?;
        }
    }
    writeln!(text, "                </param>\n              </adjust-volume>")
}

/// The sounds of other tracks that begin over a stretch.
fn sounds(text: &mut String, cut: &Cut, stretch: &Stretch<'_>) -> std::fmt::Result {
    for (lane, track) in (1..).zip(&cut.tracks) {
        for (item, file) in &track.items {
            if !(stretch.from..stretch.to).contains(&item.start) {
                continue;
            }
            let (offset, start) = (time(own(stretch, item.start)), time(item.r#in));
            let (duration, name) = (time(item.frames()), escaped(&item.media.name));
            writeln!(
                text,
                "              <asset-clip ref=\"a{file}\" lane=\"-{lane}\" offset=\"{offset}\" name=\"{name}\" \
                 start=\"{start}\" duration=\"{duration}\" srcEnable=\"audio\" tcFormat=\"NDF\">"
            )?;
            volume(text, item.gain_db + track.gain_db, (item.fade_in, item.fade_out))?;
            writeln!(text, "              </asset-clip>")?;
        }
    }
    Ok(())
}

/// Frames as a fraction of seconds.
fn time(frames: u32) -> String {
    if frames.is_multiple_of(RATE) { std::format!("{}s", frames / RATE) } else { std::format!("{frames}/{RATE}s") }
}

/// Text as it may stand in an attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // XML has no words for these.
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() => safe.push(' '),
            letter => safe.push(letter),
        }
    }
    safe
}

/// The name of a file as a part of an address (RFC 3986): everything but letters, digits and `-._~` in hexadecimal.
pub(super) fn url(name: &str) -> String {
    let mut safe = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            write!(safe, "%{byte:02X}").ok();
        }
    }
    safe
}
