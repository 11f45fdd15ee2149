//! `gallop inspect`: what a media file is, in words.

use gallop_media::inspect::{AudioTrack, Content, Depth, Inspection, Stretch, VideoTrack, inspect};
use gallop_media::provenance::{C2pa, Labels};

use super::args::InspectArgs;
use super::tell::print;

/// Looks into files.
pub fn run(args: &InspectArgs) -> anyhow::Result<()> {
    let depth = if args.quick { Depth::Surface } else { Depth::Whole };
    for (index, file) in args.files.iter().enumerate() {
        let found = inspect(file, depth)?;
        if args.json {
            print(&serde_json::to_string(&found)?)?;
            continue;
        }
        if index > 0 {
            print("")?;
        }
        for line in lines(&found) {
            print(&gallop_protocol::shown(&line))?;
        }
    }
    Ok(())
}

fn lines(file: &Inspection) -> Vec<String> {
    let mut lines = vec![
        format!("File       {}", file.path.display()),
        format!("Kind       {}, {:.3} s, {}", file.format, file.duration_secs, megabytes(file.bytes)),
    ];
    if !file.boxes.is_empty() {
        let boxes: Vec<_> = file.boxes.iter().map(|found| format!("{} {}", found.name, found.bytes)).collect();
        let index = match file.index_first() {
            Some(true) => "; plays before it has come whole",
            Some(false) => "; must come whole before it plays",
            None => "",
        };
        lines.push(format!("Boxes      {}{index}", boxes.join(", ")));
    }
    lines.extend(file.video.iter().flat_map(video));
    lines.extend(file.audio.iter().map(audio));
    if file.audio.is_empty() {
        lines.push("Sound      none".into());
    }
    if let Some(content) = &file.content {
        lines.extend(seen_and_heard(content, file));
    }
    lines.extend(labels(&file.labels));
    lines.push(match &file.recipe {
        Some(_) => "Recipe     Gallop's: `gallop generate --like` makes the take again".into(),
        None => "Recipe     none".into(),
    });
    let known = ["gallop_recipe", "AIGC"];
    let tags = file.metadata.iter().filter(|(name, _)| !known.iter().any(|known| name.eq_ignore_ascii_case(known)));
    lines.extend(
        tags.map(|(name, value)| format!("Tag        {name}: {}", value.chars().take(200).collect::<String>())),
    );
    lines
}

fn video(track: &VideoTrack) -> Vec<String> {
    let profile = track.profile.as_deref().map(|profile| format!(" {profile}")).unwrap_or_default();
    let level = track.level.map(|level| format!(" level {}.{}", level / 10, level % 10)).unwrap_or_default();
    let rate = f64::from(track.fps.num) / f64::from(track.fps.den.max(1));
    let steady = if track.constant_rate { "constant" } else { "variable" };
    let turned = if track.turned == 0 { String::new() } else { format!(", turned by {} degrees", track.turned) };
    let aspect = match track.pixel_aspect {
        (1, 1) => String::new(),
        (w, h) => format!(", pixels {w}:{h}"),
    };
    let color = &track.color;
    vec![
        format!(
            "Picture    {}{profile}{level}, {}x{}{aspect}{turned}, {}, {:.0} kbit/s",
            track.codec,
            track.width,
            track.height,
            track.pixel_format,
            track.bit_rate as f64 / 1e3
        ),
        format!(
            "           {rate:.3} frames a second ({}/{}), {steady}; {} frames from {:.4} s, {:.4} s long",
            track.fps.num, track.fps.den, track.frames, track.start_secs, track.duration_secs
        ),
        format!(
            "           colour {} / {} / {} / {}; key frame every {:.2} s at most; {}; {}",
            color.primaries,
            color.transfer,
            color.matrix,
            color.range,
            track.key_frame_secs,
            if track.reordered { "with B-frames" } else { "no B-frames" },
            edits(track.edit_list)
        ),
    ]
}

fn audio(track: &AudioTrack) -> String {
    let profile = track.profile.as_deref().map(|profile| format!(" {profile}")).unwrap_or_default();
    format!(
        "Sound      {}{profile}, {} Hz, {} channels, {:.0} kbit/s; from {:.4} s, {:.4} s long; {}",
        track.codec,
        track.sample_rate,
        track.channels,
        track.bit_rate as f64 / 1e3,
        track.start_secs,
        track.duration_secs,
        edits(track.edit_list)
    )
}

fn edits(has_list: bool) -> &'static str {
    if has_list { "an edit list" } else { "no edit list" }
}

fn seen_and_heard(content: &Content, file: &Inspection) -> Vec<String> {
    let mut lines = Vec::new();
    if !file.audio.is_empty() {
        let told = |value: Option<f64>, unit: &str| value.map(|value| format!("{value:.1} {unit}"));
        let parts = [
            told(content.integrated_lufs, "LUFS"),
            told(content.true_peak_db, "dB true peak"),
            told(content.loudness_range_lu, "LU range"),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        let loud = if parts.is_empty() { "silent, or too short to tell".to_owned() } else { parts.join(", ") };
        lines.push(format!("Loudness   {loud}"));
    }
    if !file.video.is_empty() {
        lines.push(format!("Black      {}", stretches(&content.black)));
        lines.push(format!("Still      {}", stretches(&content.frozen)));
    }
    lines
}

fn stretches(stretches: &[Stretch]) -> String {
    let told = stretches.iter().map(|part| format!("{:.2} to {:.2} s", part.start_secs, part.end_secs));
    let told: Vec<_> = told.take(10).collect();
    if told.is_empty() { "never".into() } else { told.join(", ") }
}

fn labels(labels: &Labels) -> Vec<String> {
    let mut lines = Vec::new();
    lines.push(match (&labels.aigc, &labels.aigc_problem) {
        (Some(aigc), _) => {
            let meaning = match aigc.label.as_str() {
                "1" => "made by AI",
                "2" => "possibly made by AI",
                _ => "suspected to be made by AI",
            };
            format!("AIGC       {meaning}; by {}, number {}", aigc.content_producer, aigc.produce_id)
        }
        (None, Some(problem)) => format!("AIGC       there is a label that cannot be read: {problem}"),
        (None, None) => "AIGC       no label".into(),
    });
    lines.push(match &labels.xmp_source_type {
        Some(address) => format!("XMP        digital source type {address}"),
        None => "XMP        no digital source type".into(),
    });
    lines.push(match &labels.c2pa {
        C2pa::Absent => "C2PA       not signed".into(),
        C2pa::Valid { trusted, signer, generator, source_type } => {
            let by = signer.as_deref().unwrap_or("somebody without a name");
            let with = generator.as_deref().map(|program| format!(" with {program}")).unwrap_or_default();
            let of = source_type.as_deref().map(|address| format!(", source type {address}")).unwrap_or_default();
            let trust = if *trusted { "on the list of trust" } else { "on no list of trust" };
            format!("C2PA       signed by {by}{with}{of}; holds; {trust}")
        }
        C2pa::Invalid { why } => format!("C2PA       does NOT hold: {}", why.join(", ")),
    });
    lines
}

fn megabytes(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.2} MB", bytes as f64 / 1e6),
    }
}
