//! The text encoder and the tokenizer, beside what the parity program compares.

#![allow(clippy::unwrap_used)] // a test may fail where it stands

use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use gallop_models::Error;
use gallop_models::text::t5gemma::{Config, Encoder, Precision, Softcap};
use gallop_models::text::tokenizer::Tokenizer;
use gallop_models::weights::{Layers, Scope, Weights};

fn golden(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(file)
}

fn tiny() -> (Config, Scope) {
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(golden("t5gemma.json")).unwrap()).unwrap();
    let config: Config = serde_json::from_value(json["config"].clone()).unwrap();
    (config, Weights::open(golden("t5gemma.safetensors")).unwrap().root(&Device::Cpu))
}

fn difference(a: &Tensor, b: &Tensor) -> f32 {
    let max = |tensor: &Tensor| tensor.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
    max(&(a - b).unwrap()) / max(b)
}

#[test]
fn a_streamed_encoder_gives_the_same_features_and_can_be_stopped() {
    let (config, scope) = tiny();
    let ids: Vec<u32> = (4..24).collect();
    let whole = Encoder::new(&config, Precision::F32, &scope).unwrap().features(&ids).unwrap();
    for kept in [0, 2] {
        let layers = Layers::Streamed { kept };
        let streamed = Encoder::with_layers(&config, Precision::F32, layers, &scope).unwrap();
        assert_eq!(difference(&streamed.features(&ids).unwrap(), &whole), 0.0);
        let mut seen: Vec<(usize, Vec<usize>)> = Vec::new();
        let look = &mut |index: usize, stream: &Tensor| {
            seen.push((index, stream.dims().to_vec()));
            Ok::<_, Error>(())
        };
        streamed.forward_inspected(&ids, look).unwrap();
        assert_eq!(seen, [0, 1, 2, 3].map(|index| (index, vec![20, 48])));
        let stop = &mut |index: usize, _: &Tensor| if index == 1 { Err(Error::Cancelled) } else { Ok(()) };
        assert!(matches!(streamed.forward_inspected(&ids, stop), Err(Error::Cancelled)));
    }
    assert_eq!(whole.dims(), [1, 20, 48]);
}

#[test]
fn features_are_float16_values() {
    let (config, scope) = tiny();
    let encoder = Encoder::new(&config, Precision::F32, &scope).unwrap();
    let (hidden, features) = (encoder.forward(&[5, 6, 7]).unwrap(), encoder.features(&[5, 6, 7]).unwrap());
    let rounded = hidden.to_dtype(DType::F16).unwrap().to_dtype(DType::F32).unwrap();
    assert_eq!(difference(&features, &rounded), 0.0);
    assert!(difference(&features, &hidden) > 0.0);
}

#[test]
fn bfloat16_is_near_float32_but_rounded() {
    let (config, scope) = tiny();
    let ids: Vec<u32> = (0..40).collect();
    let full = Encoder::new(&config, Precision::F32, &scope).unwrap().forward(&ids).unwrap();
    let half = Encoder::new(&config, Precision::Bf16, &scope).unwrap().forward(&ids).unwrap();
    let distance = difference(&half, &full);
    // PyTorch's own bfloat16 is 0.068 away from its float32 on this network and these tokens.
    assert!(distance > 1e-3 && distance < 0.1, "{distance}");
    let rounded = half.to_dtype(DType::BF16).unwrap().to_dtype(DType::F32).unwrap();
    assert_eq!(difference(&rounded, &half), 0.0);
}

#[test]
fn the_cap_changes_scores_only_when_it_is_asked_for() {
    let (mut config, scope) = tiny();
    let run = |config: &Config, softcap| {
        Encoder::new(config, Precision::F32, &scope).unwrap().with_softcap(softcap).forward(&[1, 2, 3]).unwrap()
    };
    let (ignored, applied) = (run(&config, Softcap::Ignored), run(&config, Softcap::Applied));
    assert!(difference(&applied, &ignored) > 0.1);
    config.attn_logit_softcapping = None;
    assert!(difference(&run(&config, Softcap::Applied), &ignored) < 1e-5);
}

#[test]
fn a_window_as_wide_as_the_prompt_is_no_window() {
    let (mut config, scope) = tiny();
    let ids: Vec<u32> = (0..12).collect();
    let mut with = |window| {
        config.sliding_window = window;
        Encoder::new(&config, Precision::F32, &scope).unwrap().forward(&ids).unwrap()
    };
    let (never, barely, narrow) = (with(4096), with(12), with(3));
    assert_eq!(difference(&barely, &never), 0.0);
    assert!(difference(&narrow, &never) > 1e-3);
}

#[test]
fn tokens_of_another_vocabulary_and_empty_prompts_are_refused() {
    let (config, scope) = tiny();
    let encoder = Encoder::new(&config, Precision::F32, &scope).unwrap();
    assert!(encoder.forward(&[]).is_err());
    let message = encoder.forward(&[3, 96]).unwrap_err().to_string();
    assert!(message.contains("token 96") && message.contains("vocabulary of 96"), "{message}");
}

#[test]
fn a_checkpoint_is_checked_without_reading_it() {
    let (mut config, scope) = tiny();
    assert!(Encoder::new(&config, Precision::F32, &scope.dry()).is_ok());
    config.vocab_size = 97;
    let error = Encoder::new(&config, Precision::F32, &scope.dry()).err().unwrap();
    assert!(
        matches!(&error, Error::TensorShape { name, .. } if name == "model.encoder.embed_tokens.weight"),
        "{error}"
    );
    let (mut config, _) = tiny();
    (config.num_hidden_layers, config.layer_types) = (5, Vec::new());
    let error = Encoder::new(&config, Precision::F32, &scope.dry()).err().unwrap();
    assert!(
        matches!(&error, Error::MissingTensor { name, .. } if name.starts_with("model.encoder.layers.4.")),
        "{error}"
    );
}

/// A byte-level tokenizer without merges that, as published files do, says to pad, to cut and to begin with a mark.
fn bytes_tokenizer() -> (tempfile::TempDir, PathBuf) {
    let mut alphabet: Vec<char> = tokenizers::pre_tokenizers::byte_level::ByteLevel::alphabet().into_iter().collect();
    alphabet.sort_unstable();
    let mut vocab: serde_json::Map<String, serde_json::Value> =
        alphabet.iter().enumerate().map(|(id, letter)| (letter.to_string(), id.into())).collect();
    vocab.insert("<bos>".into(), 256.into());
    let special = serde_json::json!({"id": 256, "content": "<bos>", "single_word": false, "lstrip": false,
        "rstrip": false, "normalized": false, "special": true});
    let json = serde_json::json!({
        "version": "1.0",
        "truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0},
        "padding": {"strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
            "pad_type_id": 0, "pad_token": "!"},
        "added_tokens": [special],
        "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": true},
        "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<bos>", "type_id": 0}},
            {"Sequence": {"id": "A", "type_id": 0}}], "pair": [{"Sequence": {"id": "A", "type_id": 0}},
            {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {"<bos>": {"id": "<bos>", "ids": [256], "tokens": ["<bos>"]}}},
        "decoder": null,
        "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "vocab": vocab, "merges": []},
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokenizer.json");
    std::fs::write(&path, json.to_string()).unwrap();
    (folder, path)
}

#[test]
fn a_prompt_has_no_marks_and_no_padding() {
    let (_folder, path) = bytes_tokenizer();
    let tokenizer = Tokenizer::open(&path, 640).unwrap();
    let prompt = tokenizer.encode("Hi you").unwrap();
    assert_eq!((prompt.ids.len(), prompt.cut), (6, None));
    assert!(prompt.ids.iter().all(|id| *id < 256));
    assert_eq!(tokenizer.vocabulary_size(), 257);
    assert!(tokenizer.encode("").unwrap_err().to_string().contains("empty"));
}

#[test]
fn what_is_cut_off_is_told() {
    let (_folder, path) = bytes_tokenizer();
    let tokenizer = Tokenizer::open(&path, 5).unwrap();
    let cut = |prompt: &str| tokenizer.encode(prompt).unwrap();
    assert_eq!(cut("12345").cut, None);
    let (short, long) = (cut("12345"), cut("12345 and more"));
    assert_eq!((long.ids, long.cut.as_deref()), (short.ids, Some("and more")));
    // The fifth token ends inside of the second character: it is told whole.
    assert_eq!(cut("你好吗").cut.as_deref(), Some("好吗"));
}

#[test]
fn files_that_are_no_tokenizer_are_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokenizer.json");
    for (text, why) in [
        ("", "empty"),
        ("version https://git-lfs.github.com/spec/v1\nsize 34362748\n", "git-lfs"),
        ("<!DOCTYPE html>", "web page"),
        ("{\"model\": 3}", "not a tokenizer"),
        ("{\"version\":\"1.0\"", "not a tokenizer"),
        ("\u{1}\u{2}", "not a tokenizer"),
    ] {
        std::fs::write(&path, text).unwrap();
        let message = Tokenizer::open(&path, 640).err().unwrap().to_string();
        assert!(message.contains(why) && message.ends_with("tokenizer.json") && !message.contains('\n'), "{message}");
    }
    std::fs::remove_file(&path).unwrap();
    assert!(Tokenizer::open(&path, 640).err().unwrap().to_string().ends_with("tokenizer.json"));
}
