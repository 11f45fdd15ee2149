//! Which sources are exported by which presets, in which shape and fit.

use gallop_core::export::Preset;

use crate::house::Signed;
use crate::sources::Source;

/// A source that is exported by a preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Which source.
    pub source: usize,
    /// Which preset.
    pub preset: usize,
    /// How the source is brought to the picture's shape; as usual where nothing is said.
    pub fit: Option<&'static str>,
    /// Shape of the project, which presets without a size take.
    pub aspect: &'static str,
    /// Whether the clip is signed.
    pub signed: Signed,
}

/// How much is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Every source by two presets at least, and every preset with two sources.
    Some,
    /// Every source by every preset.
    All,
}

/// Most are as usual.
const FITS: [Option<&str>; 7] = [None, Some("contain"), None, Some("blur"), None, Some("cover"), Some("stretch")];
/// Shapes of projects.
const ASPECTS: [&str; 4] = ["9:16", "16:9", "1:1", "4:5"];
/// The long source goes by these where there is little time: they are the quickest.
const FOR_LONG: [&str; 2] = ["x", "wav"];

/// The pairs, the same in every run.
pub fn pairs(sources: &[Source], presets: &[&Preset], extent: Extent) -> Vec<Pair> {
    let (many, mut chosen) = (presets.len(), Vec::new());
    for (index, source) in sources.iter().enumerate() {
        match extent {
            Extent::All => chosen.extend((0..many).map(|preset| (index, preset))),
            Extent::Some if source.name == "long" => {
                let is_quick = |preset: &usize| FOR_LONG.contains(&presets[*preset].id.as_str());
                chosen.extend((0..many).filter(is_quick).map(|preset| (index, preset)));
            }
            Extent::Some => {
                // Two that are far from each other, and other ones in the next round.
                let (first, second) = (index % many, (index + 5 + index / many) % many);
                chosen.extend([first, second].map(|preset| (index, preset)));
            }
        }
    }
    for preset in 0..many {
        let mut others = (0..sources.len()).cycle().skip(preset * 3).take(sources.len());
        while chosen.iter().filter(|(_, known)| *known == preset).count() < 2 {
            let Some(source) = others.next() else { break };
            if !chosen.contains(&(source, preset)) {
                chosen.push((source, preset));
            }
        }
    }
    chosen.sort_unstable();
    let is_cut_out = |source: usize| sources[source].known.is_some_and(|known| known.is_cut_out);
    let pair = |(number, (source, preset)): (usize, (usize, usize))| Pair {
        source,
        preset,
        // Over black, what shines through a cut-out can be told.
        fit: FITS[number % FITS.len()].or(is_cut_out(source).then_some("contain")),
        aspect: ASPECTS[source % ASPECTS.len()],
        signed: if number % 3 == 0 { Signed::Yes } else { Signed::No },
    };
    chosen.into_iter().enumerate().map(pair).collect()
}
