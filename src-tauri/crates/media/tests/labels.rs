//! Labels: what says where a file comes from is read back, and what was changed is seen.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/source.rs"]
mod source;

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::Command,
};

use gallop_media::{
    Container, Error, Ticks,
    encode::AudioCodec,
    export::{ExportSpec, SoundSpec, export},
    inspect::{Depth, inspect},
    provenance::{C2pa, SignatureAlgorithm, Signer, SigningKey, SourceType},
};
use source::{graph, names, run, source, spec};
use tempfile::TempDir;

const SECOND: Ticks = Ticks(Ticks::PER_SECOND);

fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/signer").join(name)
}

fn signer() -> Signer {
    Signer {
        certificates: beside("chain.pem"),
        algorithm: SignatureAlgorithm::Es256,
        key: SigningKey::File(beside("key.pem")),
    }
}

fn openssl(arguments: &[&str]) -> Signer {
    let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    Signer { key: SigningKey::Command { program: "openssl".into(), arguments }, ..signer() }
}

#[test]
fn a_signed_file_is_valid_until_a_byte_changes() {
    let folder = TempDir::new().unwrap();
    let source = source(folder.path());
    let place = folder.path().join("out.mp4");
    let mut spec = spec(&place);
    spec.provenance.source = SourceType::CompositeWithTrainedAlgorithmicMedia;
    spec.provenance.signer = Some(signer());
    let report = run(&graph(&source, SECOND), &spec);
    let address = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";
    match &report.file.labels.c2pa {
        C2pa::Valid { trusted, signer, generator, source_type } => {
            assert!(!trusted);
            assert_eq!(signer.as_deref(), Some("Gallop test signer"));
            assert!(generator.as_ref().is_some_and(|generator| generator.starts_with("Gallop ")), "{generator:?}");
            assert_eq!(source_type.as_deref(), Some(address));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(report.file.index_first(), Some(true));
    assert!(report.av_offset_secs.unwrap().abs() < 0.000_5);
    assert_eq!(names(folder.path()), ["out.mp4", "source.mp4"]);

    let whole = fs::read(&place).unwrap();
    let changed = folder.path().join("changed.mp4");
    let find = |name: &[u8]| whole.windows(name.len()).position(|found| found == name).unwrap();
    // In the label, in the pictures, in the XMP packet behind everything.
    for at in [find(b"01JEXPORT"), whole.len() / 2, whole.len() - 200] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&changed, &bytes).unwrap();
        let found = inspect(&changed, Depth::Surface).unwrap().labels.c2pa;
        assert!(matches!(found, C2pa::Invalid { .. }), "byte {at}: {found:?}");
    }
}

/// What an imported clip says by C2PA stays inside the manifest of what is made of it.
#[test]
fn manifests_of_sources_are_kept() {
    let folder = TempDir::new().unwrap();
    let first = folder.path().join("first.mp4");
    let mut spec = spec(&first);
    spec.provenance.signer = Some(signer());
    run(&graph(&source(folder.path()), SECOND), &spec);
    spec.place = folder.path().join("second.mp4");
    spec.provenance.produce_id = "SECOND".into();
    let labels = run(&graph(&first, SECOND), &spec).file.labels;
    assert!(matches!(labels.c2pa, C2pa::Valid { .. }), "{labels:?}");
    let bytes = fs::read(&spec.place).unwrap();
    let count = |word: &[u8]| bytes.windows(word.len()).filter(|found| *found == word).count();
    assert!(count(b"c2pa.placed") == 1 && count(b"c2pa.ingredient") > 1, "{}", count(b"c2pa.ingredient"));
    // The first one's own action with its id stands in it, beside the second one's action, tag and packet.
    assert_eq!(count(b"01JEXPORT"), 1);
    // A source that was tampered with is told to readers, and does not stop the export.
    let mut bytes = fs::read(&first).unwrap();
    let at = bytes.len() - 200;
    bytes[at] ^= 1;
    fs::write(&first, bytes).unwrap();
    run(&graph(&first, SECOND), &spec);
}

#[test]
fn mov_and_wav_are_signed_and_matroska_says_that_it_cannot() {
    let folder = TempDir::new().unwrap();
    let source = source(folder.path());
    let pcm = Some(SoundSpec { codec: AudioCodec::Pcm, bit_rate: 0, loudness: None });
    for container in [Container::Mov, Container::Wav, Container::Mkv] {
        let place = folder.path().join(format!("out.{}", container.extension()));
        let mut spec = ExportSpec { container, sound: pcm.clone(), ..spec(&place) };
        if container == Container::Wav {
            spec.picture = None;
        }
        spec.provenance.signer = Some(signer());
        let made = export(&graph(&source, SECOND), &spec, |_| ControlFlow::Continue(()));
        match (container, made) {
            (Container::Mkv, Err(Error::Spec(why))) => assert!(why.contains("mkv"), "{why}"),
            (_, Ok(report)) => {
                let labels = report.file.labels;
                assert!(matches!(labels.c2pa, C2pa::Valid { .. }) && labels.aigc.is_some(), "{container:?} {labels:?}");
            }
            (_, other) => panic!("{container:?} {other:?}"),
        }
    }
}

/// The key stays with a program of the user's: here the `openssl` program, as it would be a token's.
#[test]
fn a_program_signs() {
    let folder = TempDir::new().unwrap();
    let source = source(folder.path());
    let mut spec = spec(&folder.path().join("out.mp4"));
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("skipped: there is no openssl program here");
        return;
    }
    let key = beside("key.pem");
    spec.provenance.signer = Some(openssl(&["dgst", "-sha256", "-sign", key.to_str().unwrap()]));
    let labels = run(&graph(&source, SECOND), &spec).file.labels;
    assert!(matches!(labels.c2pa, C2pa::Valid { .. }), "{labels:?}");
}

#[test]
fn a_signer_that_does_not_work_is_named_before_anything_is_made() {
    let folder = TempDir::new().unwrap();
    let source = source(folder.path());
    let place = folder.path().join("out.mp4");
    let file = |certificates: PathBuf, key: PathBuf| Signer { certificates, key: SigningKey::File(key), ..signer() };
    for (signer, word) in [
        (file(beside("none.pem"), beside("key.pem")), "none.pem"),
        (file(beside("chain.pem"), beside("none.pem")), "none.pem"),
        (file(beside("chain.pem"), beside("README.md")), "chain.pem"),
        (openssl(&["dgst", "-sha256", "-sign", "/nowhere.pem"]), "nowhere.pem"),
        (
            Signer { key: SigningKey::Command { program: "/no/such".into(), arguments: Vec::new() }, ..signer() },
            "/no/such",
        ),
    ] {
        let mut spec = spec(&place);
        spec.provenance.signer = Some(signer);
        let error = export(&graph(&source, SECOND), &spec, |_| panic!("it began to work")).unwrap_err().to_string();
        assert!(error.contains(word), "{word}: {error}");
        assert_eq!(names(folder.path()), ["source.mp4"]);
    }
}

#[test]
fn labels_of_others_are_read_and_their_absence_is_told() {
    let folder = TempDir::new().unwrap();
    let source = source(folder.path());
    let made = |options: &str| {
        let path = folder.path().join("other.mp4");
        let run = Command::new("ffmpeg")
            .args(["-loglevel", "error", "-y", "-i"])
            .arg(&source)
            .args(options.split('|'))
            .arg(&path)
            .status();
        assert!(run.unwrap().success());
        inspect(&path, Depth::Surface).unwrap().labels
    };
    // Without the flag FFmpeg drops the label in silence.
    let labels = made("-c|copy|-map_metadata|-1");
    assert_eq!(
        (labels.aigc, labels.aigc_problem, labels.xmp_source_type, labels.c2pa),
        (None, None, None, C2pa::Absent)
    );
    let labels = made("-c|copy|-movflags|use_metadata_tags|-metadata|AIGC={\"Label\":\"1\"}");
    assert!(labels.aigc.is_none() && labels.aigc_problem.is_some_and(|why| why.contains("ContentProducer")));
    let other = r#"{"Label":"2","ContentProducer":"001191110102MAD55U9H0F10002","ProduceID":"1","ReservedCode1":"","ContentPropagator":"x","PropagateID":"2","ReservedCode2":""}"#;
    let labels = made(&format!("-c|copy|-movflags|use_metadata_tags|-metadata|AIGC={other}"));
    assert_eq!(labels.aigc.unwrap().label, "2");
}

/// Whatever stands in a manifest, reading it ends, and never says that it is valid when a byte of the file was changed.
#[test]
fn damaged_manifests_are_told() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("out.mp4");
    let mut spec = spec(&place);
    spec.provenance.signer = Some(signer());
    run(&graph(&source(folder.path()), Ticks::of_secs(0.2)), &spec);
    let whole = fs::read(&place).unwrap();
    // The box of the manifest stands second, behind `ftyp`; its length and name may not be changed, or it is another box.
    let at = |from: usize| u32::from_be_bytes(whole[from..from + 4].try_into().unwrap()) as usize;
    let (begin, end) = (at(0) + 24, at(0) + at(at(0)));
    let mut state = 1_u32;
    let mut chance = |most: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % most
    };
    for round in 0..150 {
        let mut bytes = whole.clone();
        for _ in 0..1 + round % 4 {
            bytes[begin + chance(end - begin)] ^= 1 << chance(8);
        }
        if round % 5 == 0 {
            let from = begin + chance(end - begin - 16);
            bytes[from..from + 8].fill(if round % 2 == 0 { 0xff } else { 0 });
        }
        fs::write(&place, bytes).unwrap();
        let found = inspect(&place, Depth::Surface).unwrap().labels.c2pa;
        if let C2pa::Valid { signer, .. } = &found {
            // Padding behind the signature may be anything.
            assert_eq!(signer.as_deref(), Some("Gallop test signer"), "round {round}");
        }
    }
}

#[test]
fn what_is_no_media_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let source = source(folder.path());
    let whole = fs::read(&source).unwrap();
    let path = folder.path().join("bad.mp4");
    for bytes in
        [&b""[..], b"hello", &[0; 5_000], &whole[..200], &whole[..whole.len() - 300], &b"RIFF\xff\xff\xff\xffWAVE"[..]]
    {
        fs::write(&path, bytes).unwrap();
        let error = inspect(&path, Depth::Whole).unwrap_err().to_string();
        assert!(error.contains("bad.mp4"), "{error}");
    }
    assert!(inspect(folder.path(), Depth::Surface).is_err());
    assert!(inspect(&folder.path().join("none"), Depth::Surface).is_err());
}
