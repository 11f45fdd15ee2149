//! The generator with the model in the box: the real path, small.

use std::ops::ControlFlow;
use std::path::PathBuf;

use candle_core::Device;
use gallop_models::Error;
use gallop_models::generator::manifest::{GuidanceScales, UpscalePart};
use gallop_models::generator::{
    Event, Frames, Generator, Latents, Layers, Length, Manifest, Picture, Plan, Request, Residency, Sink, Size, Sound,
    Stage, Tiles,
};
use gallop_models::image;

#[derive(Default)]
struct Collected {
    stages: Vec<Stage>,
    previews: usize,
    notices: Vec<String>,
    frames: Vec<u8>,
    frame_count: usize,
    sound: Vec<f32>,
    sample_rate: u32,
    cancel_after: Option<usize>,
}

impl Sink for Collected {
    fn event(&mut self, event: Event<'_>) -> ControlFlow<()> {
        match event {
            Event::Started { stage, .. } => self.stages.push(stage),
            Event::Step { done, preview, .. } => {
                if let Some(preview) = preview {
                    let frames = preview.render().expect("preview");
                    self.previews += usize::from(frames.count == 1 && !frames.rgb.is_empty());
                }
                if self.cancel_after == Some(done) {
                    return ControlFlow::Break(());
                }
            }
            Event::Notice(notice) => self.notices.push(notice),
            Event::Finished { .. } => {}
        }
        ControlFlow::Continue(())
    }

    fn samples(&mut self, sound: &Sound) -> gallop_models::Result<()> {
        self.sample_rate = sound.sample_rate;
        self.sound.extend_from_slice(&sound.channels[0]);
        Ok(())
    }

    fn frames(&mut self, frames: &Frames) -> gallop_models::Result<()> {
        self.frame_count += frames.count;
        self.frames.extend_from_slice(&frames.rgb);
        Ok(())
    }
}

fn plan(residency: Residency) -> Plan {
    Plan { residency, ..Plan::for_device(&Device::Cpu) }
}

fn pony(residency: Residency) -> Generator {
    planned(plan(residency))
}

fn planned(plan: Plan) -> Generator {
    Generator::load(manifest(), Device::Cpu, plan).expect("model")
}

fn manifest() -> Manifest {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pony");
    Manifest::open(&folder).expect("model description")
}

/// The model in the box needs no guidance; this asks it with some.
fn guided() -> Generator {
    let mut manifest = manifest();
    manifest.base.guidance = Some(GuidanceScales { video: 1.2, video_low: 1.2, audio: 3.0 });
    Generator::load(manifest, Device::Cpu, plan(Residency::PerStage)).expect("model")
}

fn request(seed: u64) -> Request {
    let prompt = "A red paper pony stands in a meadow.".into();
    Request { prompt, size: Size::nearest(64, 96), duration_secs: 1.0, seed, image: None, voice: None }
}

fn fingerprint(latents: &Latents) -> u64 {
    latents.fingerprint().expect("fingerprint")
}

#[test]
fn a_prompt_becomes_frames_and_sound() {
    let mut generator = pony(Residency::Kept);
    let mut sink = Collected::default();
    let latents = generator.generate(&request(7), &mut sink).expect("clip");
    let length = Length::generated(1.0).expect("length");
    assert_eq!(sink.stages, [Stage::Text, Stage::Denoise, Stage::DecodeAudio, Stage::DecodeVideo]);
    assert_eq!(sink.frame_count, length.frames());
    assert_eq!(sink.frames.len(), length.frames() * 64 * 96 * 3);
    assert_eq!(sink.sound.len(), length.audio_latents * sink.sample_rate as usize / 25);
    assert!(sink.previews > 0);
    assert!(sink.sound.iter().all(|sample| sample.is_finite()));
    let (low, high) = sink.frames.iter().fold((255, 0), |(low, high), &value| (value.min(low), value.max(high)));
    assert!(high - low > 40, "the frames are flat: {low} to {high}");

    let again = generator.draft(&request(7), &mut Collected::default()).expect("the same clip");
    assert_eq!(fingerprint(&latents), fingerprint(&again));
    let other = generator.draft(&request(8), &mut Collected::default()).expect("another clip");
    assert_ne!(fingerprint(&latents), fingerprint(&other));
}

#[test]
fn a_saved_draft_is_finished_without_rolling_it_again() {
    let mut generator = pony(Residency::PerStage);
    let mut whole = Collected::default();
    let latents = generator.generate(&request(3), &mut whole).expect("clip");
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("draft.safetensors");
    latents.save(&file).expect("saved");

    let draft = Latents::load(&file, &Device::Cpu).expect("loaded");
    let mut finished = Collected::default();
    generator.finish(&draft, &request(3), &mut finished).expect("finished");
    assert_eq!(finished.stages, [Stage::DecodeAudio, Stage::DecodeVideo]);
    assert!(whole.frames == finished.frames && whole.sound == finished.sound);

    let longer = Request { duration_secs: 2.0, ..request(3) };
    let error = generator.finish(&draft, &longer, &mut Collected::default()).expect_err("another clip's draft");
    assert!(error.to_string().contains("another clip"), "{error}");
}

#[test]
fn a_plan_with_streamed_layers_makes_the_same_clip() {
    let whole = pony(Residency::Kept).draft(&request(5), &mut Collected::default()).expect("draft");
    let (text, base) = (Layers::Streamed { kept: 0 }, Layers::Streamed { kept: 2 });
    let plan = Plan { text, base, ..plan(Residency::PerStage) };
    let streamed = planned(plan).draft(&request(5), &mut Collected::default()).expect("draft");
    assert_eq!(fingerprint(&whole), fingerprint(&streamed));
}

#[test]
fn a_tiled_picture_is_nearly_the_whole_one() {
    let request = Request { size: Size::nearest(192, 320), duration_secs: 0.4, ..request(11) };
    let latents = pony(Residency::Kept).draft(&request, &mut Collected::default()).expect("draft");
    let decoded = |tiles| {
        let mut sink = Collected::default();
        let plan = Plan { tiles, ..Plan::for_device(&Device::Cpu) };
        planned(plan).decode(&latents, &request, &mut sink).expect("decoded");
        (sink.frame_count, sink.frames)
    };
    let (count, whole) = decoded(Tiles::Whole);
    for (side, mean_bound, most_bound) in [(8, 2.0, 60), (16, 0.5, 20)] {
        let (tiled_count, tiled) = decoded(Tiles::AtMost { side });
        assert_eq!((count, whole.len()), (tiled_count, tiled.len()));
        let differences = whole.iter().zip(&tiled).map(|(a, b)| u64::from(a.abs_diff(*b)));
        let mean = differences.clone().sum::<u64>() as f64 / whole.len() as f64;
        let most = differences.max().unwrap_or(0);
        assert!(mean < mean_bound && most < most_bound, "{side}: {mean} levels of 255, {most} at most");
    }
}

/// The model in the box with its transformer as its own upscaler: not a good picture, but the whole way.
fn upscaling_pony() -> Generator {
    let mut manifest = Manifest::open(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pony")).expect("description");
    manifest.upscale = vec![UpscalePart {
        name: "160p".into(),
        weights: manifest.base.weights.clone(),
        config: manifest.base.config.clone(),
        local_attn_layers: vec![2, 3],
        steps: 2,
        noise_level: 220,
        audio_noise: 0.7,
        short_side: 160,
    }];
    Generator::load(manifest, Device::Cpu, Plan::for_device(&Device::Cpu)).expect("model")
}

#[test]
fn a_draft_is_upscaled_and_each_stage_can_be_kept() {
    let mut generator = upscaling_pony();
    let large = Request { size: Size::nearest(160, 288), ..request(4) };
    let draft_size = generator.manifest().draft_size(large.size);
    assert_eq!((draft_size.width(), draft_size.height()), (128, 224));

    let mut whole = Collected::default();
    let draft = generator.generate(&large, &mut whole).expect("clip");
    assert!(whole.stages.contains(&Stage::Upscale));
    assert_eq!(whole.frames.len(), whole.frame_count * 160 * 288 * 3);

    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("upscaled.safetensors");
    let upscaled = generator.upscale(&draft, &large, &mut Collected::default()).expect("upscaled").expect("larger");
    upscaled.save(&file).expect("saved");
    let mut decoded = Collected::default();
    let upscaled = Latents::load(&file, &Device::Cpu).expect("loaded");
    generator.decode(&upscaled, &large, &mut decoded).expect("decoded");
    assert!(whole.frames == decoded.frames && whole.sound == decoded.sound, "a kept stage is as good as one just made");

    let mut small = Collected::default();
    let at_draft_size = Request { size: draft_size, ..large.clone() };
    assert!(generator.upscale(&draft, &at_draft_size, &mut small).expect("nothing to do").is_none());
    generator.decode(&draft, &at_draft_size, &mut small).expect("decoded");
    assert_eq!((small.frame_count, &small.sound), (whole.frame_count, &whole.sound), "the sound stays the draft's");
    assert!(generator.upscale(&upscaled, &large, &mut small).is_err(), "upscaled already");
}

#[test]
fn a_description_of_what_cannot_be_is_refused_by_name() {
    let box_model = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pony/model.json");
    let description = std::fs::read_to_string(box_model).expect("description");
    let cases = [
        ("\"format\": 1", "\"format\": 9", "format 9"),
        ("\"fps\": 25", "\"fps\": 24", "24 frames"),
        ("\"noise_level\": 80", "\"noise_level\": 1000", "`noise_level` of `256p`"),
        ("\"audio_noise\": 0.3", "\"audio_noise\": 1.5", "`audio_noise` of `256p`"),
        ("\"audio_noise\": 0.3", "\"audio_noise\": \"loud\"", "not a model description"),
    ];
    for (was, is, why) in cases {
        assert!(description.contains(was), "{was}");
        let folder = tempfile::tempdir().expect("folder");
        std::fs::write(folder.path().join("model.json"), description.replace(was, is)).expect("written");
        let error = Manifest::open(folder.path()).expect_err(is).to_string();
        assert!(error.contains(why) && error.contains("model.json"), "{error}");
    }
}

#[test]
fn a_prompt_is_encoded_once() {
    let folder = tempfile::tempdir().expect("folder");
    let files = || -> usize {
        let encoders = std::fs::read_dir(folder.path()).expect("folder").map(|entry| entry.expect("entry").path());
        encoders.map(|encoder| std::fs::read_dir(encoder).expect("folder").count()).sum()
    };
    let drafted = |encoder: &str| {
        let mut generator = guided();
        generator.keep_text_features(folder.path(), encoder).expect("kept");
        fingerprint(&generator.draft(&request(7), &mut Collected::default()).expect("draft"))
    };
    let first = drafted("one");
    assert_eq!(files(), 2, "the prompt and the one that guidance leads away from");
    assert_eq!((drafted("one"), files()), (first, 2));
    assert_eq!((drafted("two"), files()), (first, 4), "another encoder's features are not taken");
    let plain = pony(Residency::PerStage).draft(&request(7), &mut Collected::default()).expect("draft");
    assert_ne!(fingerprint(&plain), first, "guidance changes nothing");
}

#[test]
fn a_reference_picture_is_the_first_frame() {
    let mut generator = pony(Residency::Kept);
    // A size that the model was trained for: at others it may do what it likes with a picture.
    let (width, height) = (128, 224);
    let rgb = (0..height * width).flat_map(|i| [(i % width * 2) as u8, (i / width) as u8, 90]).collect();
    let picture = Picture::new(image::Size { height, width }, rgb).expect("picture");
    let mut sink = Collected::default();
    let size = Size::nearest(128, 224);
    generator.generate(&Request { image: Some(picture.clone()), size, ..request(1) }, &mut sink).expect("clip");
    assert!(sink.stages.contains(&Stage::Reference));
    let first = &sink.frames[..height * width * 3];
    let error = |rgb: &[u8]| {
        let squares = first.iter().zip(rgb).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2));
        squares.sum::<f64>() / first.len() as f64
    };
    let flat = vec![first.iter().map(|&v| u64::from(v)).sum::<u64>() as u8; first.len()];
    assert!(error(picture.rgb()) < error(&flat) / 10.0, "{} against {}", error(picture.rgb()), error(&flat));
    assert!(error(picture.rgb()) < 400.0, "mean square error {}", error(picture.rgb()));
}

#[test]
fn a_given_voice_stays_the_soundtrack() {
    let mut generator = pony(Residency::Kept);
    let voice = |hz: f32| {
        let samples = (0..48_000).map(|i| 0.3 * (i as f32 * hz * std::f32::consts::TAU / 48_000.0).sin()).collect();
        Sound { sample_rate: 48_000, channels: vec![samples] }
    };
    let mut sink = Collected::default();
    let request = Request { voice: Some(voice(300.0)), duration_secs: 9.0, ..request(1) };
    let latents = generator.generate(&request, &mut sink).expect("clip");
    assert_eq!(latents.audio.dim(1).expect("length"), 25);
    assert_eq!(sink.sound, voice(300.0).channels[0][..sink.frame_count * 48_000 / 25]);
    let other = Request { voice: Some(voice(900.0)), ..request };
    let other = generator.draft(&other, &mut Collected::default()).expect("clip");
    assert_ne!(fingerprint(&latents), fingerprint(&other));
}

#[test]
fn a_run_stops_between_steps() {
    let mut generator = pony(Residency::Kept);
    let mut sink = Collected { cancel_after: Some(2), ..Collected::default() };
    let error = generator.generate(&request(1), &mut sink).expect_err("cancelled");
    assert!(matches!(error, Error::Cancelled), "{error}");
    assert!(sink.frames.is_empty());
    generator.draft(&request(1), &mut Collected::default()).expect("the generator is still good");
}

#[test]
fn bad_requests_are_refused_in_one_line() {
    let mut generator = pony(Residency::Kept);
    for bad in [
        Request { prompt: "  ".into(), ..request(1) },
        Request { duration_secs: f32::NAN, ..request(1) },
        Request { duration_secs: -1.0, ..request(1) },
        Request { voice: Some(Sound { sample_rate: 48_000, channels: vec![] }), ..request(1) },
    ] {
        let error = generator.draft(&bad, &mut Collected::default()).expect_err("refused").to_string();
        assert!(!error.is_empty() && !error.contains('\n'), "{error}");
    }
    let long = Request { prompt: "pony ".repeat(2000), ..request(1) };
    let mut sink = Collected::default();
    generator.draft(&long, &mut sink).expect("cut, not refused");
    assert!(sink.notices.iter().any(|notice| notice.contains("cut")), "{:?}", sink.notices);
}
