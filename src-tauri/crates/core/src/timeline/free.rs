//! Where a clip comes to lie on a track with gaps.

use super::Clip;

/// Puts a clip at a frame. Where that lies inside another clip, at its nearer end. What is in the way then moves right, as
/// far as it must and no further.
pub(super) fn place(clips: &mut Vec<Clip>, clip: Clip, at: u32) {
    let under = clips.iter().find(|other| other.start < at && at < other.end());
    let at = under.map_or(at, |other| if (at - other.start) * 2 < other.frames() { other.start } else { other.end() });
    let index = clips.partition_point(|other| other.start < at);
    clips.insert(index, Clip { start: at, ..clip });
    part(clips);
}

/// Moves clips that lie over the one before them right, as far as they must.
pub(super) fn part(clips: &mut [Clip]) {
    let mut end = 0;
    for clip in clips {
        clip.start = clip.start.max(end);
        end = clip.end();
    }
}
