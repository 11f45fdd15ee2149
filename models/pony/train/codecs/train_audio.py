"""Trains the audio VAE in two parts: both halves together, then the decoder alone on frozen latents.

    python -m train.codecs.train_audio --data DATA --work WORK --minutes 12 --part both
    python -m train.codecs.train_audio --data DATA --work WORK --minutes 20 --part decoder

The first part writes WORK/audio_encoder.pt: from then on the latents (white, 25 per second) do not change, so the
transformer can train on them while the decoder goes on. WORK/audio_vae.pt always holds the newest pair.
"""

from __future__ import annotations

import argparse
import time
from enum import Enum
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .audio_latents import Standardised, freeze_standardised
from .clips import Growing, clip_paths, read_audio, split
from .muon import Trainer, inner_kernels
from .oobleck import AudioConfig, AudioVae, fuse_activations
from .spectral import log_mel_error, spectral_loss

CROP = 20 * 512
BATCH = 6
LATENT_NOISE = 0.1
WAVEFORM_WEIGHT = 1.5


class Part(Enum):
    BOTH = "both"
    DECODER = "decoder"


def crop(tracks: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """A piece of a track at a random speed and loudness, now and then over a second track; float32 [CROP]."""
    speed = 1.0 if rng.random() < 0.6 else rng.uniform(0.8, 1.25)
    need = int(CROP * speed) + 2

    def piece() -> np.ndarray:
        track = tracks[rng.integers(len(tracks))]
        start = rng.integers(0, len(track) - need + 1)
        return track[start : start + need].astype(np.float32)

    sound = piece()
    for _ in range(4):  # silence teaches little
        if np.abs(sound).max() > 0.02 or rng.random() < 0.1:
            break
        sound = piece()
    if rng.random() < 0.15:
        sound = sound + rng.uniform(0.1, 0.8) * piece()
    if speed != 1.0:
        sound = np.interp(np.arange(CROP) * speed, np.arange(need), sound).astype(np.float32)
    sound = sound[:CROP] * 10 ** (rng.uniform(-9, 3) / 20 if rng.random() < 0.5 else 0.0)
    return sound / max(1.0, float(np.abs(sound).max()))


@torch.no_grad()
def held_out_error(model: AudioVae, latents: Standardised, paths: list[Path], device: torch.device) -> float:
    """Mean log-mel error in dB over whole held-out tracks that hold sound, without latent noise."""
    errors = []
    audible = [track for track in map(read_audio, paths) if np.abs(track).max() > 0.05]
    for track in audible[:12]:
        audio = torch.from_numpy(track).to(device)[None]
        got = model.decoder(latents.eval()(model.posterior(audio[:, None])[0]))[:, 0]
        errors.append(log_mel_error(got, audio, model.config.sample_rate).item())
    latents.train()
    return float(np.mean(errors))


def loss_of(model: AudioVae, latents: Standardised, audio: Tensor, part: Part) -> Tensor:
    """audio: [b, n]."""
    with torch.autocast(audio.device.type, dtype=torch.bfloat16):
        if part is Part.BOTH:
            z = latents(model.posterior(audio[:, None])[0])
        else:
            with torch.no_grad():
                z = latents(model.posterior(audio[:, None])[0])
        got = model.decoder(z + LATENT_NOISE * torch.randn_like(z))[:, 0]
    got = got.float()
    return spectral_loss(got, audio) + WAVEFORM_WEIGHT * (got - audio).abs().mean()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--part", type=Part, required=True)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    config = AudioConfig()
    model = AudioVae(config).to(device)
    latents = Standardised(config.latent_dim).to(device)
    saved = args.work / "audio_vae.pt"
    if args.part is Part.DECODER:
        model.load_state_dict(torch.load(saved, map_location=device, weights_only=True))
        model.encoder.requires_grad_(False)
        latents.identity()
    fuse_activations()

    tracks = Growing(args.data, lambda p: read_audio(p).astype(np.float16), 4000, rng)
    kernels = list(inner_kernels(model, skip=("encoder.layers.0.", "encoder.layers.6.", "decoder.layers.0.", "weight_g")))
    lr = (0.02, 1e-3) if args.part is Part.BOTH else (0.012, 6e-4)
    trainer = Trainer(model, kernels, *lr)
    start = report = time.monotonic()
    losses: list[float] = []
    while (progress := (time.monotonic() - start) / (args.minutes * 60)) < 1:
        tracks.refresh()
        audio = torch.from_numpy(np.stack([crop(tracks.items, rng) for _ in range(BATCH)])).to(device)
        loss = loss_of(model, latents, audio, args.part)
        trainer.step(loss, progress)
        losses.append(loss.item())
        if time.monotonic() - report > (60 if trainer.steps > 100 else 20):
            report = time.monotonic()
            held = split(clip_paths(args.data))[1]
            with trainer.averaged():
                error = held_out_error(model, latents, held, device)
                if args.part is Part.DECODER:
                    torch.save(model.state_dict(), saved)
            print(f"{(report - start) / 60:.1f} min, step {trainer.steps}, {len(tracks.items)} tracks, "
                  f"loss {np.mean(losses[-40:]):.3f}, held out {error:.2f} dB", flush=True)
    with trainer.averaged():
        if args.part is Part.BOTH:
            freeze_standardised(model, latents, [t.astype(np.float32) for t in tracks.items[:300]], device)
            torch.save({"config": config.__dict__, "encoder": model.encoder.state_dict()}, args.work / "audio_encoder.pt")
            latents.identity()
        torch.save(model.state_dict(), saved)
        error = held_out_error(model, latents, split(clip_paths(args.data))[1], device)
        print(f"done, step {trainer.steps}, held out {error:.2f} dB", flush=True)


if __name__ == "__main__":
    main()
