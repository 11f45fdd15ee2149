//! A timeline as the render graph that preview and export draw. Pure: a timeline and what is known of the files make a
//! graph, or a reason why not.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gallop_media::render::{ColorAdjust, Fit, Graph, Layer, Placement, Rect, Role, Sound, Source, Span};
use gallop_media::{FrameRate, Ticks};
use gallop_protocol::{Digest, Id};
use serde::{Deserialize, Serialize};

use crate::timeline::{self, Area, AudioKind, AudioTrack, Clip, Color, Duck, Look, RATE, Timeline};

/// A clip that would lose more of itself than this by filling the picture is seen whole.
const MOST_LOST: f64 = 1.0 / 3.0;
/// What nobody hears.
const SILENT_DB: f32 = -96.0;

/// What is known of a file that a timeline shows or plays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Material {
    /// Where it is.
    pub path: PathBuf,
    /// What there is to see.
    pub picture: Seen,
    /// Length of a film in frames of the timeline; 0 of what is none.
    pub frames: u32,
    /// Length of its sound in frames of the timeline; nothing where there is none.
    pub sound_frames: Option<u32>,
}

/// What there is to see in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// Nothing.
    Nothing,
    /// A film of this width and height.
    Film([u32; 2]),
    /// A picture of this width and height.
    Still([u32; 2]),
}

/// The files of a timeline.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Materials {
    /// By what a clip says that it shows: a shot, or footage.
    pub clips: BTreeMap<Id, Material>,
    /// Files on the tracks of sounds, by their content.
    pub sounds: BTreeMap<Digest, PathBuf>,
}

/// The graph of a timeline on a canvas of this width and height. What there is no file of is black and silent: the caller
/// knows whether that is an error.
pub fn graph(timeline: &Timeline, materials: &Materials, size: (u32, u32)) -> Graph {
    let duration = moment(length(timeline));
    let (mut layers, mut sounds) = (Vec::new(), Vec::new());
    for (index, clip) in timeline.clips.iter().enumerate() {
        let Some(material) = materials.clips.get(&clip.shot) else { continue };
        let scene = Scene {
            clip,
            material,
            before: index.checked_sub(1).and_then(|index| timeline.clips.get(index)),
            behind: timeline.clips.get(index + 1),
            size,
        };
        layers.extend(scene.layer());
        // How far the clip before can still be heard, this one's sound must know.
        let before = scene.before.and_then(|before| Some((before, materials.clips.get(&before.shot)?)));
        sounds.extend(scene.sound(before.map_or(0, |(before, material)| tail(before, clip, material))));
    }
    for track in &timeline.tracks {
        sounds.extend(of_track(track, &materials.sounds));
    }
    sounds.retain(|sound| sound.span.start < duration);
    for sound in &mut sounds {
        sound.span.end = sound.span.end.min(duration);
    }
    Graph { size, duration, background: [0, 0, 0], layers, sounds, words: None }
}

/// How many frames a timeline is long, with the sounds that go on behind its last clip.
pub fn length(timeline: &Timeline) -> u32 {
    let sounds = timeline.tracks.iter().flat_map(|track| track.items.iter().map(timeline::AudioItem::end));
    sounds.chain([timeline.end()]).max().unwrap_or(0)
}

/// A frame of the timeline as a moment.
pub fn moment(frame: u32) -> Ticks {
    Ticks::of_frames(u64::from(frame), FrameRate::whole(RATE))
}

/// A clip with those beside it.
struct Scene<'a> {
    clip: &'a Clip,
    material: &'a Material,
    before: Option<&'a Clip>,
    behind: Option<&'a Clip>,
    size: (u32, u32),
}

impl Scene<'_> {
    fn layer(&self) -> Option<Layer> {
        let Self { clip, material, .. } = self;
        let Look { opacity, color, .. } = clip.look;
        let (pixels, source) = match material.picture {
            Seen::Nothing => return None,
            Seen::Film(pixels) => {
                let path = material.path.clone();
                (pixels, Source::Video { path, from: moment(clip.r#in), speed: clip.speed })
            }
            Seen::Still(pixels) => (pixels, Source::Still { path: material.path.clone() }),
        };
        let cross = self.before.map_or(0, |before| cross_fade(before, clip));
        let fade_in = if cross > 0 { cross } else { clip.look.fade_in.min(clip.frames()) };
        let under = self.behind.map_or(0, |behind| cross_fade(clip, behind));
        let fade_out = match self.behind {
            // What covers all of it is enough to make it go; what does not, would leave it to vanish at once.
            Some(behind) if under > 0 && !covers(&behind.look) => under,
            _ if under > 0 => 0,
            _ => clip.look.fade_out.min(clip.frames() - fade_in),
        };
        Some(Layer {
            source,
            span: Span { start: moment(clip.start), end: moment(clip.end().saturating_add(under)) },
            place: placement(&clip.look, pixels, self.size),
            opacity,
            fade_in: moment(fade_in),
            fade_out: moment(fade_out),
            color: adjust(color),
        })
    }

    /// The clip's own sound, where the one before it goes on for so many frames below it.
    fn sound(&self, tail_before: u32) -> Option<Sound> {
        let Self { clip, material, .. } = self;
        let known = material.sound_frames.filter(|frames| *frames > clip.r#in)?;
        if clip.look.gain_db <= SILENT_DB {
            return None;
        }
        let crosses = self.before.is_some_and(|before| cross_fade(before, clip) > 0);
        let fade_in = if crosses { tail_before } else { clip.look.fade_in.min(clip.frames()) };
        let tail = self.behind.map_or(0, |behind| tail(clip, behind, material));
        let is_crossed = self.behind.is_some_and(|behind| cross_fade(clip, behind) > 0);
        let fade_out = if is_crossed { tail } else { clip.look.fade_out.min(clip.frames() - fade_in) };
        // No further than there is sound, so that a fade-out is heard.
        let most = clip.frames_to(known);
        let heard = clip.frames().saturating_add(tail).min(most.max(1));
        Some(Sound {
            path: material.path.clone(),
            span: Span { start: moment(clip.start), end: moment(clip.start.saturating_add(heard)) },
            from: moment(clip.r#in),
            speed: clip.speed,
            gain_db: clip.look.gain_db,
            fade_in: moment(fade_in.min(heard)),
            fade_out: moment(fade_out.min(heard - fade_in.min(heard))),
            role: Role::Speech,
        })
    }
}

/// Over how many frames a clip takes the place of the one before it; 0 where they do not touch.
fn cross_fade(before: &Clip, clip: &Clip) -> u32 {
    if before.end() != clip.start { 0 } else { clip.look.cross_fade.min(clip.frames()) }
}

/// For how many frames the sound of a clip goes on below the next one: over the cross-fade, as far as its take has more.
fn tail(clip: &Clip, behind: &Clip, material: &Material) -> u32 {
    let left = material.sound_frames.map_or(0, |frames| clip.frames_to(frames).saturating_sub(clip.frames()));
    if clip.look.gain_db <= SILENT_DB { 0 } else { cross_fade(clip, behind).min(left) }
}

/// Whether nothing is seen beside a clip or through it.
fn covers(look: &Look) -> bool {
    let is_whole = |area: Area| area.x <= 0.0 && area.y <= 0.0 && area.x + area.w >= 1.0 && area.y + area.h >= 1.0;
    look.opacity >= 1.0 && look.fit != Some(timeline::Fit::Contain) && is_whole(look.frame)
}

fn placement(look: &Look, pixels: [u32; 2], size: (u32, u32)) -> Placement {
    let Look { fit, crop, crop_to, frame, .. } = *look;
    let fit = match fit {
        Some(timeline::Fit::Contain) => Fit::Contain,
        Some(timeline::Fit::Cover) => Fit::Cover,
        Some(timeline::Fit::Blur) => Fit::Blur,
        Some(timeline::Fit::Stretch) => Fit::Stretch,
        None => usual_fit(pixels, crop, frame, size),
    };
    Placement { fit, crop: rect(crop), crop_to: rect(crop_to.unwrap_or(crop)), frame: rect(frame) }
}

/// Fills the frame where no more than [`MOST_LOST`] of a clip is lost by that.
fn usual_fit(pixels: [u32; 2], crop: Area, frame: Area, size: (u32, u32)) -> Fit {
    let shape = |w: f64, h: f64| if w > 0.0 && h > 0.0 { w / h } else { 1.0 };
    let part = |length: u32, part: f32| f64::from(length) * f64::from(part);
    let own = shape(part(pixels[0], crop.w), part(pixels[1], crop.h));
    let wanted = shape(part(size.0, frame.w), part(size.1, frame.h));
    let kept = (own / wanted).min(wanted / own);
    if 1.0 - kept <= MOST_LOST + 1e-6 { Fit::Cover } else { Fit::Blur }
}

fn of_track(track: &AudioTrack, files: &BTreeMap<Digest, PathBuf>) -> Vec<Sound> {
    let role = match (track.duck, track.kind) {
        (Duck::UnderSpeech, _) => Role::Ducked,
        (Duck::Off, AudioKind::Voice) => Role::Speech,
        (Duck::Off, AudioKind::Music) => Role::Steady,
    };
    let sound = |item: &timeline::AudioItem| {
        let gain_db = item.gain_db + track.gain_db;
        let path = files.get(&item.media.sha256).filter(|_| gain_db > SILENT_DB)?.clone();
        Some(Sound {
            path,
            span: Span { start: moment(item.start), end: moment(item.end()) },
            from: moment(item.r#in),
            speed: 1.0,
            gain_db,
            fade_in: moment(item.fade_in),
            fade_out: moment(item.fade_out),
            role,
        })
    };
    track.items.iter().filter_map(sound).collect()
}

fn rect(area: Area) -> Rect {
    let Area { x, y, w, h } = area;
    Rect { x, y, w, h }
}

fn adjust(color: Color) -> ColorAdjust {
    let Color { brightness, contrast, saturation, warmth } = color;
    ColorAdjust { brightness, contrast, saturation, warmth }
}
