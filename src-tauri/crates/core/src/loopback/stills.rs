//! A picture of a film that was taken in: drawn once, then kept in the cache.

use std::path::{Path, PathBuf};

use gallop_media::Ticks;
use gallop_media::render::{Graph, Layer, Painter, Source, Span};
use gallop_protocol::Digest;

/// The longer side of the picture: sharp on a card and on the timeline, small on the disk.
const SIDE: u32 = 640;
/// So far into a film its first pictures are over: black, or a hand that still moves.
const INTO_SECS: f64 = 1.0;

/// The file with the picture; nothing where there is none that can be read.
pub fn of_film(cache: &Path, sha256: Digest, film: &Path) -> Option<PathBuf> {
    let folder = cache.join("stills");
    let path = folder.join(format!("{sha256}.png"));
    if path.is_file() {
        return Some(path);
    }
    let video = gallop_media::probe(film).ok()?.video?;
    let size = within(video.seen);
    let from = Ticks::of_secs((video.duration_secs / 2.0).min(INTO_SECS));
    let duration = Ticks(1);
    let source = Source::Video { path: film.to_path_buf(), from, speed: 1.0 };
    let layer = Layer::new(source, Span::until(duration));
    let graph = Graph { size, duration, background: [0, 0, 0], layers: vec![layer], sounds: Vec::new(), words: None };
    let picture = Painter::new(&graph, size).ok()?.frame(Ticks::ZERO).ok()?.to_picture().ok()?;
    std::fs::create_dir_all(&folder).ok()?;
    gallop_media::write_picture(&path, &picture).ok()?;
    Some(path)
}

/// A size of the same shape whose longer side is [`SIDE`], both sides even.
fn within((width, height): (u32, u32)) -> (u32, u32) {
    let longer = u64::from(width.max(height).max(1));
    let side = |side: u32| ((u64::from(side) * u64::from(SIDE) / longer) as u32 / 2 * 2).max(16);
    (side(width), side(height))
}
