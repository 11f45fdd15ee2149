//! A shot before it is made: how long its lines take, what will go wrong, what it will cost.

use std::collections::BTreeMap;

use gallop_protocol::Id;
use gallop_protocol::message::Goal;
use gallop_protocol::recipe::{Model, Recipe};
use gallop_protocol::shot::{Shot, speech};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::project::{ProjectData, ShotEntry, play};

use super::advice::advice;
use super::estimate;
use super::studio::Studio;
use super::value::{Patch, Pixels};

/// What is to be checked: a shot of the project, with changes that are not made yet; or one that is in no project.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, TS)]
#[serde(default)]
pub struct CheckArgs {
    /// The shot.
    #[ts(optional)]
    pub id: Option<Id>,
    /// What is to be seen and heard, instead of what the shot says.
    #[ts(optional)]
    pub shot: Option<Shot>,
    /// Length, instead of the shot's; `null` for the model's usual one.
    #[ts(as = "Option<f32>", optional = nullable)]
    pub seconds: Patch<f32>,
    /// Width and height, instead of the shot's; `null` for the model's.
    #[ts(as = "Option<Pixels>", optional = nullable)]
    pub size: Patch<Pixels>,
    /// How far it would be made; a draft where nothing is said.
    #[ts(optional)]
    pub goal: Option<Goal>,
}

/// What is known of a shot before it is made.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ShotCheck {
    /// How long it will be.
    pub seconds: f64,
    /// How long its lines take, all together with the pauses between them.
    pub spoken_seconds: f64,
    /// Its lines, in their order.
    pub lines: Vec<LineCheck>,
    /// What this model makes badly.
    pub advice: Vec<Advice>,
    /// What it will cost; nothing where it cannot be made as it stands.
    pub estimate: Option<EstimateView>,
    /// Why it cannot be made as it stands.
    pub problem: Option<String>,
    /// The prompt as the model will get it, characters put in their places.
    pub prompt: Option<String>,
}

/// How long a line takes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, TS)]
pub struct LineCheck {
    /// To say it.
    pub seconds: f64,
    /// Whether it is over before the clip is, the lines before it said first.
    pub fits: bool,
    /// By how much it is too late, in seconds.
    pub over_by: f64,
}

/// Something that this model makes badly.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Advice {
    /// What.
    pub kind: AdviceKind,
    /// What stands in its sentence: numbers, and words of the prompt.
    pub values: BTreeMap<String, AdviceValue>,
    /// The shot with it put right, where that can be done without guessing.
    pub repair: Option<Shot>,
}

/// A value in a sentence.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(untagged)]
pub enum AdviceValue {
    /// Words.
    Words(String),
    /// A number.
    Number(f64),
}

/// What a model makes badly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AdviceKind {
    /// Too few words (`words`, `wanted`): faces blur.
    TooShort,
    /// More words (`words`, `wanted`) than it keeps in mind.
    TooLong,
    /// Beyond what the model reads (`tokens`, `limit`): the end is cut off.
    CutOff,
    /// The camera is to move (`words`): it cannot.
    CameraMove,
    /// Several shots in one (`words`).
    SeveralShots,
    /// Something that is not to be seen (`words`): naming it brings it.
    Negative,
    /// Big movements of the body (`words`).
    LargeMotion,
    /// Speech in quotation marks in the description (`words`) instead of in a line.
    SpeechInDescription,
    /// Writing in the picture (`words`): letters come out wrong.
    TextInPicture,
    /// Not in English, which works best.
    NotEnglish,
    /// `@name` of nobody in the cast (`name`).
    UnknownCharacter,
    /// A length (`seconds`) outside of what the model makes (`least`, `most`).
    SecondsOutOfRange,
    /// The lines take longer (`over_by`) than the shot: it could be `seconds` long.
    SpeechTooLong,
}

/// What a shot will cost.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "Estimate")]
pub struct EstimateView {
    /// How long it will take.
    pub seconds: Option<f64>,
    /// The most memory that it will take.
    pub peak_bytes: Option<u64>,
    /// The memory that there is for it.
    pub budget_bytes: Option<u64>,
    /// What the card will draw.
    pub energy_wh: Option<f64>,
    /// Width and height.
    pub size: Option<Pixels>,
    /// How that is known.
    pub basis: Basis,
}

/// How a forecast is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Clips like it were made here.
    Measured,
    /// Computed from the speed that the doctor measured here.
    Probe,
    /// It is not.
    Unknown,
}

/// Before the first word.
const LEAD_SECONDS: f64 = 0.2;
/// Between two lines.
const BETWEEN_SECONDS: f64 = 0.3;

pub(super) fn check(studio: &Studio, args: CheckArgs) -> anyhow::Result<ShotCheck> {
    let CheckArgs { id, shot, seconds, size, goal } = args;
    let models = studio.models();
    // Copied out: what follows may take a while, and holds nobody up.
    let data = studio.open_project().as_ref().map(|open| open.project.data().clone());
    let mut entry = match (id, &data) {
        (Some(id), Some(data)) => data.shot(id)?.clone(),
        (Some(_), None) => return Err(crate::told(crate::Code::Input, crate::Detail::NoProject)),
        (None, _) => ShotEntry::new(Shot::default()),
    };
    entry.shot = shot.unwrap_or(entry.shot);
    seconds.put(&mut entry.seconds);
    size.put(&mut entry.size);
    let (model, aspect) = data.as_ref().map_or((super::known::PONY, "9:16"), |data| (&data.model, &data.aspect));
    let known = models.get(model);
    let voice = data.as_ref().and_then(|data| voice_seconds(data, &entry));
    let length = f64::from(entry.seconds.or(voice).unwrap_or_else(|| models.usual_seconds(model)));
    let (lines, spoken_seconds) = spoken(&entry.shot, length);
    let cast = data.as_ref().map_or(&[][..], |data| &data.cast);
    let played = play(&entry.shot, cast);
    let composed = played.shot.compose();
    let seen = super::advice::Seen {
        shot: &entry.shot,
        played: &played.shot,
        unknown: &played.unknown,
        prompt: composed.as_deref().unwrap_or_default(),
        model,
        range: known.map(|model| model.seconds),
        seconds: entry.seconds,
        spoken_seconds,
        length,
        has_voice: entry.voice.is_some(),
    };
    let advice = advice(&seen);
    let recipe = Recipe {
        size: entry.size,
        aspect: Some(aspect.to_owned()),
        seconds: entry.seconds.or(voice),
        model: Some(Model { name: model.to_owned(), sha256: None }),
        ..Recipe::new(played.shot)
    };
    let estimate =
        composed.is_ok().then(|| estimate::estimate(studio, &models, &recipe, goal.unwrap_or(Goal::Draft), length));
    let problem = composed.as_ref().err().map(ToString::to_string);
    Ok(ShotCheck { seconds: length, spoken_seconds, lines, advice, estimate, problem, prompt: composed.ok() })
}

/// How long the lines take, one after the other, and whether each is over before the clip is.
fn spoken(shot: &Shot, length: f64) -> (Vec<LineCheck>, f64) {
    let mut end = 0.0;
    let mut check = |line: &gallop_protocol::shot::Line| {
        let seconds = speech::seconds(&line.text, line.language);
        if seconds > 0.0 {
            end += seconds + if end > 0.0 { BETWEEN_SECONDS } else { LEAD_SECONDS };
        }
        let over_by = (end - length).max(0.0);
        // Nobody measures speech to the hundredth.
        LineCheck { seconds, fits: over_by < 0.05 || seconds == 0.0, over_by }
    };
    let lines = shot.lines.iter().map(&mut check).collect();
    (lines, end)
}

fn voice_seconds(data: &ProjectData, entry: &ShotEntry) -> Option<f32> {
    let sha256 = entry.voice.as_ref()?.sha256;
    let frames = data.library.iter().find(|item| item.sha256 == sha256)?.frames?;
    Some(frames as f32 / crate::timeline::RATE as f32)
}
