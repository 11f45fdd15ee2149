"""Compare the networks with reference values: `python -m train.check_golden FOLDER` (files dit.* and t5gemma.*).

Prints one line per tensor and ends with status 1 when any is outside its tolerance.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

from .text.encoder import TextConfig, TextEncoder
from .transformer.dit import Dit, DitConfig

failures = 0


def report(name: str, got: torch.Tensor, want: torch.Tensor, tolerance: float) -> None:
    global failures
    error = ((got - want).abs().max() / want.abs().max()).item()
    failures += not error <= tolerance
    print(f"{name} {error:.2e} {tolerance:.0e} {'ok' if error <= tolerance else 'FAIL'}")


def known(config: type, values: dict) -> dict:
    names = {f.name for f in dataclasses.fields(config)}
    return {k: v for k, v in values.items() if k in names}


def weights(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {k: v.float() for k, v in tensors.items() if not k.startswith(("in.", "mid.", "out."))}


def check_dit(folder: Path) -> None:
    tensors, case = load_file(folder / "dit.safetensors"), json.loads((folder / "dit.json").read_text())["config"]
    net = Dit(DitConfig(**known(DitConfig, case["model"])))
    net.load_state_dict(weights(tensors))
    text = tensors["in.txt_feat"][:, : case["txt_feat_len"]]
    # A second, padded copy of the text must not change anything.
    padded, mask = pad_text(text)
    for label, words, keys in (("", text, None), (" padded", padded, mask)):
        video, audio = net(tensors["in.x_t"], tensors["in.audio_x_t"], words, keys, torch.float32)
        report(f"dit out.video_f32{label}", video, tensors["out.video_f32"], 2e-5)
        report(f"dit out.audio_f32{label}", audio, tensors["out.audio_f32"], 2e-5)
    video, audio = net(tensors["in.x_t"], tensors["in.audio_x_t"], text, None, torch.bfloat16)
    report("dit out.video_bf16", video, tensors["out.video_bf16"], 0.03)
    report("dit out.audio_bf16", audio, tensors["out.audio_bf16"], 0.03)


def pad_text(text: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    junk = torch.randn(text.shape[0], 5, text.shape[2])
    mask = torch.arange(text.shape[1] + 5)[None] < text.shape[1]
    return torch.cat((text, junk), 1), mask


def check_text(folder: Path) -> None:
    tensors, case = load_file(folder / "t5gemma.safetensors"), json.loads((folder / "t5gemma.json").read_text())["config"]
    net = TextEncoder(TextConfig(**known(TextConfig, case["encoder"])))
    net.load_state_dict(weights(tensors))
    for length in (7, 40):
        ids = tensors[f"in.ids{length}"]
        report(f"t5gemma out.len{length}_sdpa", net(ids, torch.ones_like(ids, dtype=torch.bool)), tensors[f"out.len{length}_sdpa"], 4e-5)


if __name__ == "__main__":
    with torch.no_grad():
        check_dit(Path(sys.argv[1]))
        check_text(Path(sys.argv[1]))
    sys.exit(failures > 0)
