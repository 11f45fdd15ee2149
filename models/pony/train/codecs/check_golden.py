"""Compares the three networks with recorded outputs of the reference implementation.

    python -m train.codecs.check_golden FOLDER      (the folder holds wan_vae, turbo_vaed and oobleck .safetensors/.json)

Prints one line per tensor and exits with 1 if any is farther off than its tolerance.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from .oobleck import PREFIX, AudioConfig, AudioVae
from .turbo_decoder import DecoderConfig, TurboDecoder
from .wan_encoder import EncoderConfig, WanEncoder
from .wan_stats import MEAN, STD


def per_channel(values: Tensor) -> Tensor:
    return values.view(1, -1, 1, 1, 1)


def wan_outputs(data: dict[str, Tensor], config: dict) -> dict[str, Tensor]:
    model = WanEncoder(EncoderConfig(**config["model"]))
    weights = {k: v for k, v in data.items() if k.startswith("encoder.") or k in ("conv1.weight", "conv1.bias")}
    model.load_state_dict(weights)
    normalised = {name: (model(data[f"in.{name}"]) - per_channel(MEAN)) / per_channel(STD) for name in ("image", "clip")}
    return {f"out.{name}_latent": latent for name, latent in normalised.items()}


def turbo_outputs(data: dict[str, Tensor], config: dict) -> dict[str, Tensor]:
    model = TurboDecoder(DecoderConfig(**config["model"]))
    model.load_state_dict({k: v for k, v in data.items() if k.startswith("decoder.")})
    cases = [k.split(".")[1] for k in data if k.startswith("in.")]
    return {f"out.{c}.video": model(data[f"in.{c}.z"] * per_channel(STD) + per_channel(MEAN)) for c in cases}


def oobleck_outputs(data: dict[str, Tensor], config: dict) -> dict[str, Tensor]:
    inner = config["model_config"]["model"]["pretransform"]["config"]
    enc, dec = inner["encoder"]["config"], inner["decoder"]["config"]
    model = AudioVae(AudioConfig(
        enc["in_channels"], enc["channels"], dec["channels"], enc["c_mults"], enc["strides"], inner["latent_dim"]))
    model.load_state_dict({k.removeprefix(PREFIX): v for k, v in data.items() if k.startswith(PREFIX)})
    mean, std = model.posterior(data["in.audio"].unsqueeze(0))
    return {
        "out.waveform": model.decoder(data["in.latents"].T.unsqueeze(0)),
        "out.enc_mean": mean,
        "out.enc_latents": mean + std * data["in.enc_noise"],
    }


@torch.no_grad()
def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    failures = 0
    for fixture, run in (("wan_vae", wan_outputs), ("turbo_vaed", turbo_outputs), ("oobleck", oobleck_outputs)):
        data = load_file(folder / f"{fixture}.safetensors")
        about = json.loads((folder / f"{fixture}.json").read_text())
        for name, got in run(data, about["config"]).items():
            error = ((got - data[name]).abs().max() / data[name].abs().max()).item()
            tolerance = about["tolerance_max_rel"][name]
            failures += error > tolerance
            print(f"{fixture} {name} {error:.2e} {tolerance:.0e} {'ok' if error <= tolerance else 'FAIL'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
