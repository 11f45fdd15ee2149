"""Writes the three codecs as the engine reads them: float16 safetensors with the released tensor names, and their configs.

    python -m train.codecs.export --work WORK --out models/pony

Every file is written beside its place and moved there when complete. The anchored latents are white, but the engine
normalises with the statistics of the released models, (mu - MEAN) / STD: the encoder's last layer takes the inverse.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from .oobleck import PREFIX, AudioConfig
from .turbo_decoder import DecoderConfig
from .wan_encoder import EncoderConfig
from .wan_stats import MEAN, STD

UNUSED_LOG_VARIANCE = -9.0


def load(path: Path) -> dict[str, Tensor]:
    return torch.load(path, map_location="cpu", weights_only=True)


def with_statistics(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Encoder weights whose mean comes out as z * STD + MEAN; the log-variance half, which nobody reads, is made constant."""
    weight, bias = weights["conv1.weight"].clone(), weights["conv1.bias"].clone()
    z_dim = len(MEAN)
    weight[:z_dim] *= STD[:, None, None, None, None]
    bias[:z_dim] = bias[:z_dim] * STD + MEAN
    weight[z_dim:] = 0.0
    bias[z_dim:] = UNUSED_LOG_VARIANCE
    return {**weights, "conv1.weight": weight, "conv1.bias": bias}


def as_float16(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    for name, tensor in weights.items():
        if not torch.isfinite(tensor.half()).all():
            raise ValueError(f"{name} does not fit into float16")
    return {name: tensor.half().contiguous() for name, tensor in weights.items()}


def write(out: Path, name: str, weights: dict[str, Tensor], config: dict) -> None:
    temporary = out / f".{name}.tmp"
    save_file(as_float16(weights), temporary, metadata={"format": "pt"})
    temporary.chmod(0o644)
    os.replace(temporary, out / f"{name}.safetensors")
    temporary.write_text(json.dumps(config, indent=1) + "\n")
    os.replace(temporary, out / f"{name}.json")
    size = (out / f"{name}.safetensors").stat().st_size
    print(f"{name}: {sum(t.numel() for t in weights.values())} parameters, {size / 1e6:.2f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    write(args.out, "image_encoder", with_statistics(load(args.work / "wan_encoder.pt")), EncoderConfig().to_json())
    write(args.out, "video_decoder", load(args.work / "turbo_decoder.pt"), DecoderConfig().to_json())
    halves = {half: load(args.work / f"oobleck_{half}.pt") for half in ("encoder", "decoder")}
    audio = {f"{PREFIX}{half}.{name}": tensor for half, weights in halves.items() for name, tensor in weights.items()}
    write(args.out, "audio_vae", audio, AudioConfig().to_json())


if __name__ == "__main__":
    main()
