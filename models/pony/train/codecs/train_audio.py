"""Trains the two halves of the audio VAE on the anchored latents; neither waits for the other.

    python -m train.codecs.train_audio --data DATA --work WORK --part decoder --minutes 25
    python -m train.codecs.train_audio --data DATA --work WORK --part encoder --minutes 8

The decoder turns latents (with noise, as the transformer's are never exact) into sound with the right spectra; the
encoder learns to compute the anchor's latents from samples. WORK/oobleck_decoder.pt and WORK/oobleck_encoder.pt hold the
averaged weights. With --resume a part goes on from its saved weights.
"""

from __future__ import annotations

import argparse
import math
import time
from enum import Enum
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .clips import Growing, clip_paths, read_audio, split
from .muon import Trainer, inner_kernels
from .oobleck import AudioConfig, decoder, encoder, fuse_activations
from .sound_anchor import SoundAnchor
from .spectral import log_mel_error, spectral_loss

CROP = 20 * 512
BATCH = 6
LATENT_NOISE = 0.1
POSTERIOR_STD = 0.02
REPORT_SECS = 120.0
SOLVE_EVERY = 200
SOLVE_TRACKS = 120
RIDGE = 1e-2


class Part(Enum):
    ENCODER = "encoder"
    DECODER = "decoder"

    @property
    def file(self) -> str:
        return {Part.ENCODER: "oobleck_encoder.pt", Part.DECODER: "oobleck_decoder.pt"}[self]


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


def decoder_loss(model: nn.Module, audio: Tensor, anchor: SoundAnchor) -> Tensor:
    """audio: [b, n]. Only magnitudes are compared: the latents do not hold the phase."""
    z = anchor.latents(audio)
    z = z + LATENT_NOISE * 1.5 * torch.rand(len(z), 1, 1, device=z.device) * torch.randn_like(z)
    with torch.autocast(audio.device.type, dtype=torch.bfloat16):
        got = model(z)[:, 0]
    margin = 512  # the decoder sees no context beyond the crop
    return spectral_loss(got.float()[:, margin:-margin], audio[:, margin:-margin])


def encoder_loss(model: nn.Module, audio: Tensor, anchor: SoundAnchor) -> Tensor:
    want = anchor.latents(audio)
    with torch.autocast(audio.device.type, dtype=torch.bfloat16):
        got = model(audio[:, None])[:, : want.shape[1]]
    weight = torch.from_numpy(anchor.sigma).to(audio.device).clamp_max(8.0)  # loudness and timbre before detail
    weight = 0.3 + 0.7 * weight / weight.mean()
    return ((got.float() - want).square() * weight[:, None])[:, :, 1:-1].mean()


@torch.no_grad()
def held_out_figure(part: Part, model: nn.Module, anchor: SoundAnchor, paths: list[Path], device: torch.device) -> str:
    """Decoder: log-mel error in dB of whole audible tracks. Encoder: squared error of their latents."""
    values = []
    audible = [track for track in map(read_audio, paths) if np.abs(track).max() > 0.05]
    for track in audible[:10]:
        audio = torch.from_numpy(track).to(device)[None]
        want = anchor.latents(audio)
        if part is Part.DECODER:
            values.append(log_mel_error(model(want)[:, 0], audio, 12800).item())
        else:
            values.append((model(audio[:, None])[:, : want.shape[1]] - want).square().mean().item())
    return f"{np.mean(values):.3f}"


@torch.no_grad()
def solve_head(model: nn.Module, tracks: list[np.ndarray], anchor: SoundAnchor, device: torch.device) -> None:
    """Sets the mean half of the encoder's last convolution to the least-squares optimum for the features before it."""
    last, body = model.layers[-1], model.layers[:-1]
    features, wanted = [], []
    for track in tracks:
        audio = torch.from_numpy(track.astype(np.float32)).to(device)[None]
        x = F.pad(body(audio[:, None]), (1, 1)).unfold(2, 3, 1)[0]  # [c, a, taps]
        features.append(x.transpose(0, 1).flatten(1))
        wanted.append(anchor.latents(audio)[0].T)
    x = torch.cat(features).double()
    x = torch.cat([x, torch.ones_like(x[:, :1])], dim=1)
    gram = x.T @ x
    ridge = RIDGE * gram.diagonal().mean() * torch.eye(len(gram), dtype=torch.float64, device=device)
    solution = torch.linalg.solve(gram + ridge, x.T @ torch.cat(wanted).double()).float()
    rows = solution.shape[1]
    kernel = solution[:-1].T.reshape(rows, -1, last.weight_v.shape[2])
    last.weight_v[:rows] = kernel
    last.weight_g[:rows] = kernel.norm(dim=(1, 2), keepdim=True)
    last.bias[:rows] = solution[-1]


@torch.no_grad()
def fix_posterior(model: nn.Module, latent_dim: int) -> None:
    """Makes the deviation half of the encoder a small constant, so that sampling from the posterior is harmless."""
    last = model.layers[-1]
    last.weight_g[latent_dim:] = 0.0
    last.bias[latent_dim:] = math.log(math.expm1(POSTERIOR_STD))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--part", type=Part, required=True)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--rate", type=float, default=1.0, help="factor on the learning rates")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    config = AudioConfig()
    model = (decoder(config) if args.part is Part.DECODER else encoder(config)).to(device)
    saved = args.work / args.part.file
    if args.resume:
        model.load_state_dict(torch.load(saved, map_location=device, weights_only=True))
    anchor = SoundAnchor.load(args.work / "sound_pca.npz", device)
    fuse_activations()

    tracks = Growing(args.data, lambda p: read_audio(p).astype(np.float16), 4000, rng)
    trainer = Trainer(model, list(inner_kernels(model, skip=("layers.0.weight", "layers.6.weight", "weight_g"))), 0.02 * args.rate, 1e-3 * args.rate)
    loss_of = decoder_loss if args.part is Part.DECODER else encoder_loss
    start = report = time.monotonic()
    losses: list[float] = []
    while (progress := (time.monotonic() - start) / (args.minutes * 60)) < 1:
        tracks.refresh()
        audio = torch.from_numpy(np.stack([crop(tracks.items, rng) for _ in range(BATCH)])).to(device)
        if args.part is Part.ENCODER and trainer.steps % SOLVE_EVERY == 0:
            solve_head(model, tracks.items[:SOLVE_TRACKS], anchor, device)
        loss = loss_of(model, audio, anchor)
        trainer.step(loss, progress)
        losses.append(loss.item())
        if time.monotonic() - report > REPORT_SECS:
            report = time.monotonic()
            with trainer.averaged():
                figure = held_out_figure(args.part, model, anchor, split(clip_paths(args.data))[1], device)
                torch.save(model.state_dict(), saved)
            print(f"{(report - start) / 60:.1f} min, step {trainer.steps}, loss {np.mean(losses[-60:]):.3f}, held out {figure}", flush=True)
    with trainer.averaged():
        if args.part is Part.ENCODER:
            solve_head(model, tracks.items[:300], anchor, device)
            fix_posterior(model, config.latent_dim)
        torch.save(model.state_dict(), saved)
        print(f"done, step {trainer.steps}, held out {held_out_figure(args.part, model, anchor, split(clip_paths(args.data))[1], device)}", flush=True)


if __name__ == "__main__":
    main()
