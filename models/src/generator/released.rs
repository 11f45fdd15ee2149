//! The layout in which the weights of daVinci-MagiHuman and the models it builds on are released, so that a folder of
//! downloads works without a `model.json`.
//!
//! Folder and file names: the example configurations of the reference, commit 209209b.

use std::path::{Path, PathBuf};

use super::manifest::{
    AudioPart, BasePart, CoordsName, Folders, GuidanceScales, Manifest, Part, SamplerName, Seconds, TextPart,
    UpscalePart, released_audio_noise, released_noise_level,
};
use crate::{Error, Result};

/// Layers of the 1080p upscaler that attend to the whole clip; the other 32 of 40 attend locally.
pub(crate) const GLOBAL_LAYERS_1080P: [usize; 8] = [3, 7, 11, 15, 19, 23, 27, 31];

/// Describes released files, in one folder or spread over several.
///
/// # Errors
/// [`Error::Format`] where neither `distill` nor `base` is there, or a companion model is missing.
pub(super) fn manifest(folders: &Folders<'_>) -> Result<Manifest> {
    let is_here = |name: &str| folders.find(Path::new(name)).is_some_and(|path| path.is_dir());
    let distill = is_here("distill");
    if !distill && !is_here("base") {
        let reason = "no model in this folder: it needs a model.json, or the released folders `distill` or `base`";
        return Err(Error::format(folders.first(), reason));
    }
    let base = BasePart {
        weights: if distill { "distill" } else { "base" }.into(),
        config: None,
        coords: CoordsName::V2,
        sampler: if distill { SamplerName::Renoise } else { SamplerName::Unipc },
        steps: if distill { 8 } else { 32 },
        shift: 5.0,
        guidance: (!distill).then_some(GuidanceScales { video: 5.0, video_low: 2.0, audio: 5.0 }),
        negative_prompt: NEGATIVE_PROMPT.join(", "),
    };
    let text = PathBuf::from("t5gemma-9b-9b-ul2");
    let audio = PathBuf::from("stable-audio-open-1.0");
    let manifest = Manifest {
        name: "daVinci-MagiHuman".into(),
        format: 1,
        text: TextPart {
            config: Some(text.join("config.json")),
            tokenizer: text.join("tokenizer.json"),
            weights: text,
            max_tokens: 640,
        },
        base,
        upscale: upscalers(is_here),
        image_encoder: Part { weights: PathBuf::from("Wan2.2-TI2V-5B").join("Wan2.2_VAE.pth"), config: None },
        video_decoder: turbo_decoder(folders)?,
        audio: AudioPart {
            weights: audio.join("model.safetensors"),
            config: Some(audio.join("model_config.json")),
            sample_rate: 44_100,
        },
        fps: 25,
        seconds: Seconds { min: 1.0, max: 10.0, default: 5.0 },
        sizes: [("16:9", [448, 256]), ("9:16", [256, 448]), ("1:1", [352, 352])].map(|(k, v)| (k.into(), v)).into(),
    };
    Ok(manifest)
}

fn upscalers(is_here: impl Fn(&str) -> bool) -> Vec<UpscalePart> {
    let local = |layer: &usize| !GLOBAL_LAYERS_1080P.contains(layer);
    let known = [("540p", 512, Vec::new()), ("1080p", 1088, (0..40).filter(local).collect::<Vec<_>>())];
    let upscalers = known.into_iter().map(|(name, short_side, local_attn_layers)| UpscalePart {
        name: name.into(),
        weights: format!("{name}_sr").into(),
        config: None,
        local_attn_layers,
        steps: 5,
        noise_level: released_noise_level(),
        audio_noise: released_audio_noise(),
        short_side,
    });
    upscalers.filter(|part| part.weights.to_str().is_some_and(&is_here)).collect()
}

/// The decoder's weights are named after their training step, so they are found by extension.
fn turbo_decoder(folders: &Folders<'_>) -> Result<Part> {
    let name = Path::new("turbo_vae");
    let place = folders.find(name).unwrap_or_else(|| folders.first().join(name));
    let entries =
        std::fs::read_dir(&place).map_err(|error| Error::io("looking for the video decoder", &place, error))?;
    let mut files: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.sort();
    let find = |extensions: &[&str]| {
        let matches =
            |path: &&PathBuf| path.extension().is_some_and(|ext| extensions.iter().any(|known| ext == *known));
        let found = files.iter().rev().find(matches);
        let relative = found.and_then(|path| path.file_name()).map(|file| name.join(file));
        relative
            .ok_or_else(|| Error::format(&place, format!("no file that ends in .{} here", extensions.join(" or ."))))
    };
    Ok(Part { weights: find(&["ckpt", "safetensors"])?, config: Some(find(&["json"])?) })
}

/// What the base weights are led away from, by theme: picture, sound, delivery. The wording is part of the released
/// model, since its guidance was tuned with it (reference: `pipeline/video_generate.py`).
const NEGATIVE_PROMPT: [&str; 3] = [
    "Bright tones, overexposed, static, blurred details, subtitles, style, works, paintings, images, static, overall gray, worst quality, low quality, JPEG compression residue, ugly, incomplete, extra fingers, poorly drawn hands, poorly drawn faces, deformed, disfigured, misshapen limbs, fused fingers, still picture, messy background, three legs, many people in the background, walking backwards",
    "low quality, worst quality, poor quality, noise, background noise, hiss, hum, buzz, crackle, static, compression artifacts, MP3 artifacts, digital clipping, distortion, muffled, muddy, unclear, echo, reverb, room echo, over-reverberated, hollow sound, distant, washed out, harsh, shrill, piercing, grating, tinny, thin sound, boomy, bass-heavy, flat EQ, over-compressed, abrupt cut, jarring transition, sudden silence, looping artifact, music, instrumental, sirens, alarms, crowd noise, unrelated sound effects, chaotic, disorganized, messy, cheap sound",
    "emotionless, flat delivery, deadpan, lifeless, apathetic, robotic, mechanical, monotone, flat intonation, undynamic, boring, reading from a script, AI voice, synthetic, text-to-speech, TTS, insincere, fake emotion, exaggerated, overly dramatic, melodramatic, cheesy, cringey, hesitant, unconfident, tired, weak voice, stuttering, stammering, mumbling, slurred speech, mispronounced, bad articulation, lisp, vocal fry, creaky voice, mouth clicks, lip smacks, wet mouth sounds, heavy breathing, audible inhales, plosives, p-pops, coughing, clearing throat, sneezing, speaking too fast, rushed, speaking too slow, dragged out, unnatural pauses, awkward silence, choppy, disjointed, multiple speakers, two voices, background talking, out of tune, off-key, autotune artifacts",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn released_folders_are_recognised() {
        let folder = tempfile::tempdir().expect("folder");
        let error = Manifest::open(folder.path()).expect_err("an empty folder is no model");
        assert!(error.to_string().contains("model.json"), "{error}");

        for name in ["distill", "540p_sr", "turbo_vae"] {
            std::fs::create_dir(folder.path().join(name)).expect("folder");
        }
        let manifest = || manifest(&Folders(&[folder.path().to_owned()]));
        let error = manifest().expect_err("no decoder yet");
        assert!(error.to_string().contains(".ckpt"), "{error}");

        for name in ["checkpoint-340000.ckpt", "TurboV3-Wan22-TinyShallow_7_7.json"] {
            std::fs::write(folder.path().join("turbo_vae").join(name), "").expect("file");
        }
        let manifest = manifest().expect("manifest");
        assert_eq!(manifest.base.sampler, SamplerName::Renoise);
        assert_eq!(manifest.upscale.len(), 1);
        assert_eq!(manifest.video_decoder.weights, Path::new("turbo_vae/checkpoint-340000.ckpt"));
    }
    #[test]
    fn parts_are_taken_from_the_first_folder_that_has_them() {
        let root = tempfile::tempdir().expect("folder");
        let [first, second] = ["first", "second"].map(|name| root.path().join(name));
        let put = |folder: &Path, file: &str| {
            let path = folder.join(file);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("folder");
            std::fs::write(path, "").expect("file");
        };
        put(&first, "base/model.safetensors");
        put(&first, "turbo_vae/a.json");
        put(&first, "turbo_vae/a.ckpt");
        put(&second, "turbo_vae/b.ckpt");
        put(&second, "t5gemma-9b-9b-ul2/config.json");
        put(&second, "t5gemma-9b-9b-ul2/tokenizer.json");
        put(&second, "stable-audio-open-1.0/model_config.json");
        put(&second, "stable-audio-open-1.0/model.safetensors");
        put(&second, "1080p_sr/model.safetensors");
        let error = Manifest::open_spread(&[first.clone(), second.clone()]).expect_err("a part is missing").to_string();
        assert!(error.ends_with("Wan2.2_VAE.pth"), "{error}");

        put(&second, "Wan2.2-TI2V-5B/Wan2.2_VAE.pth");
        let manifest = Manifest::open_spread(&[first.clone(), second.clone()]).expect("manifest");
        assert_eq!((manifest.base.weights, manifest.base.sampler), (first.join("base"), SamplerName::Unipc));
        assert_eq!(manifest.video_decoder.weights, first.join("turbo_vae/a.ckpt"));
        assert_eq!(manifest.text.weights, second.join("t5gemma-9b-9b-ul2"));
        assert_eq!(manifest.upscale.iter().map(|part| part.short_side).collect::<Vec<_>>(), [1088]);
        assert!(Manifest::open_spread(&[]).is_err());
    }
}
