"""Measures the exported codecs on held-out clips and draws what they do.

    python -m train.codecs.evaluate --data DATA --model models/pony --anchor WORK/pca.npz --out SHEETS [--picture photo.jpg]

Reads the exported files through the normalisation that the engine uses, so it checks the export as well. Prints PSNR
of clips (encoder then decoder; anchored latents then decoder) and of their mouths, the log-mel error of the sound and
the times; writes contact sheets (original above, decoded below) and spectrograms.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from .anchor import Anchor, psnr
from .clips import Clip, clip_paths, read_audio, read_clip, split
from .oobleck import PREFIX, AudioConfig, AudioVae
from .spectral import log_mel, log_mel_error
from .turbo_decoder import DecoderConfig, TurboDecoder
from .wan_encoder import EncoderConfig, WanEncoder
from .wan_stats import MEAN, STD

MEAN_5D, STD_5D = MEAN.view(1, -1, 1, 1, 1), STD.view(1, -1, 1, 1, 1)
SHOWN = (0, 4, 30, 60, 100)


def weights(path: Path) -> dict[str, Tensor]:
    return {name: tensor.float() for name, tensor in load_file(path).items()}


class Codecs:
    def __init__(self, folder: Path) -> None:
        self.encoder = WanEncoder(EncoderConfig())
        self.encoder.load_state_dict(weights(folder / "image_encoder.safetensors"))
        self.decoder = TurboDecoder(DecoderConfig())
        self.decoder.load_state_dict(weights(folder / "video_decoder.safetensors"))
        self.audio = AudioVae(AudioConfig())
        audio = weights(folder / "audio_vae.safetensors")
        self.audio.load_state_dict({name.removeprefix(PREFIX): tensor for name, tensor in audio.items()})

    def encode(self, frames: np.ndarray) -> Tensor:
        """uint8 [1 + 4k, h, w, 3] -> normalised latents [1, 48, 1 + k, h/16, w/16]."""
        pixels = torch.tensor(frames).permute(3, 0, 1, 2)[None].float() / 127.5 - 1.0
        return (self.encoder(pixels) - MEAN_5D) / STD_5D

    def decode(self, z: Tensor) -> np.ndarray:
        """Normalised latents -> float32 [1 + 4k, h, w, 3] in about [-1, 1]."""
        return self.decoder(z * STD_5D + MEAN_5D)[0].permute(1, 2, 3, 0).numpy()


def to_bytes(pixels: np.ndarray) -> np.ndarray:
    return ((pixels.clip(-1, 1) + 1) * 127.5).astype(np.uint8)


def mouth_psnr(got: np.ndarray, clip: Clip) -> float:
    y0, y1, x0, x1 = clip.mouth_box
    return psnr(got[:, y0:y1, x0:x1], clip.frames[:, y0:y1, x0:x1]) if y0 >= 0 else float("nan")


def measure_video(codecs: Codecs, anchor: Anchor, paths: list[Path], out: Path) -> None:
    rows = []
    for path in paths:
        clip = read_clip(path)
        want = torch.from_numpy(anchor.project(clip.frames))[None]
        start = time.monotonic()
        z = codecs.encode(clip.frames)
        middle = time.monotonic()
        through = codecs.decode(z)
        decode_secs = time.monotonic() - middle
        anchored = codecs.decode(want)
        error, first = (z - want).square().mean().item(), (codecs.encode(clip.frames[:1]) - want[:, :, :1]).square().mean().item()
        rows.append([psnr(through, clip.frames), psnr(anchored, clip.frames), psnr(anchored[:1], clip.frames[:1]),
                     mouth_psnr(anchored, clip), error, first, middle - start, decode_secs])
        print(path.stem, " ".join(f"{v:.3f}" for v in rows[-1]), flush=True)
        pictures = [np.concatenate([frames[i] for i in SHOWN], axis=1) for frames in (clip.frames, to_bytes(anchored), to_bytes(through))]
        Image.fromarray(np.concatenate(pictures)).save(out / f"clip_{path.stem}.png")
    names = ("through", "anchored", "first frame", "mouth", "latent error", "picture error", "encode s", "decode s")
    print("mean:", ", ".join(f"{n} {v:.3f}" for n, v in zip(names, np.nanmean(rows, axis=0))), flush=True)


def measure_picture(codecs: Codecs, path: Path, out: Path) -> None:
    picture = Image.open(path).convert("RGB")
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    frames = np.asarray(picture.crop((left, top, left + side, top + side)).resize((160, 160), Image.Resampling.LANCZOS))[None]
    got = codecs.decode(codecs.encode(frames))
    print(f"{path.name}: {psnr(got, frames):.2f} dB", flush=True)
    Image.fromarray(np.concatenate([frames[0], to_bytes(got)[0]], axis=1)).resize((960, 480)).save(out / f"picture_{path.stem}.png")


def measure_audio(codecs: Codecs, paths: list[Path], out: Path) -> None:
    errors, seconds = [], []
    for path in paths:
        track = torch.from_numpy(read_audio(path))[None]
        if track.abs().max() < 0.05:
            continue
        mean, std = codecs.audio.posterior(track[:, None])
        start = time.monotonic()
        got = codecs.audio.decoder(mean + std * torch.randn_like(mean))[:, 0]
        seconds.append(time.monotonic() - start)
        errors.append(log_mel_error(got, track, codecs.audio.config.sample_rate).item())
        pair = [((log_mel(x, 12800)[0].flip(0) + 60) * 4.5).clamp(0, 255).byte().numpy() for x in (track, got)]
        Image.fromarray(np.concatenate(pair)).resize((1200, 480)).save(out / f"sound_{path.stem}.png")
    print(f"sound: {len(errors)} tracks, log-mel error {np.mean(errors):.2f} dB, decode {np.mean(seconds):.3f} s", flush=True)


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--anchor", type=Path, required=True, help="the pca.npz of the training")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=6)
    parser.add_argument("--picture", type=Path, nargs="*", default=[])
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    held = split(clip_paths(args.data))[1]
    codecs = Codecs(args.model)
    measure_video(codecs, Anchor.load(args.anchor), held[: args.clips], args.out)
    for path in args.picture:
        measure_picture(codecs, path, args.out)
    measure_audio(codecs, held, args.out)


if __name__ == "__main__":
    main()
