"""Trains the picture encoder and the video decoder on the anchored latents.

    python -m train.codecs.train_video --data DATA --work WORK --part encoder --minutes 10
    python -m train.codecs.train_video --data DATA --work WORK --part decoder --minutes 40

The encoder learns to compute the anchor's latents from pixels, the decoder to turn them (with noise, as the
transformer's are never exact) into pixels; neither waits for the other. WORK/wan_encoder.pt and WORK/turbo_decoder.pt
hold the averaged weights. The encoder yields anchored latents (`export` folds the released latent statistics into its
last layer); the decoder is trained on z * STD + MEAN, what the engine feeds it, because its first convolution pads with
zeros and folding would be wrong at the borders.
With --resume a part goes on from its saved weights.
"""

from __future__ import annotations

import argparse
import time
from enum import Enum
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from .anchor import Anchor
from .clips import clip_paths, read_clip, split
from .layers import channels_last, fuse
from .muon import Trainer, inner_kernels
from .pictures import SIZES, Crops
from .turbo_decoder import Chunk, DecoderConfig, TurboDecoder, of_widths
from .wan_encoder import CausalConv3d, EncoderConfig, WanEncoder
from .wan_stats import MEAN, STD

LATENT_NOISE = 0.1
REPORT_SECS = 180.0


class Part(Enum):
    ENCODER = "encoder"
    DECODER = "decoder"

    @property
    def file(self) -> str:
        return {Part.ENCODER: "wan_encoder.pt", Part.DECODER: "turbo_decoder.pt"}[self]


def decoder_config(sizes: str) -> DecoderConfig:
    """The decoder's numbers from `widths/layers`."""
    return of_widths(*([int(v) for v in part.split(",")] for part in sizes.split("/")))


def to_pixels(frames: np.ndarray, device: torch.device) -> Tensor:
    """uint8 [b, f, h, w, 3] -> float32 [b, 3, f, h, w] in [-1, 1]."""
    return torch.from_numpy(frames).to(device).permute(0, 4, 1, 2, 3).float() / 127.5 - 1.0


class Projection:
    """The anchor on the training device."""

    def __init__(self, anchor: Anchor, device: torch.device) -> None:
        self.mean = torch.from_numpy(anchor.mean).to(device)
        self.matrix = torch.from_numpy(anchor.project_matrix).to(device)
        self.limit = anchor.limit
        weight = 0.3 + 0.7 * anchor.sigma / anchor.sigma.mean()
        self.channel_weight = torch.from_numpy((weight / weight.mean()).astype(np.float32)).to(device)

    def __call__(self, pixels: Tensor) -> Tensor:
        """[b, 3, 1 + 4k, h, w] -> [b, 48, 1 + k, h/16, w/16]; the same as `Anchor.project`."""
        b, _, f, h, w = pixels.shape
        padded = torch.cat([pixels[:, :, :1]] * 3 + [pixels], dim=2)
        blocks = padded.reshape(b, 3, (f + 3) // 4, 4, h // 16, 16, w // 16, 16).permute(0, 2, 4, 6, 3, 5, 7, 1)
        z = (blocks.flatten(4) - self.mean) @ self.matrix
        return z.clamp(-self.limit, self.limit).permute(0, 4, 1, 2, 3)


def denormalised(z: Tensor) -> Tensor:
    """Anchored latents as the decoder gets them. z: [b, 48, t, h, w]."""
    return z * STD.to(z.device)[:, None, None, None] + MEAN.to(z.device)[:, None, None, None]


def difference(x: Tensor, axis: int) -> Tensor:
    return x.narrow(axis, 1, x.shape[axis] - 1) - x.narrow(axis, 0, x.shape[axis] - 1)


def picture_loss(got: Tensor, want: Tensor, weight: Tensor) -> Tensor:
    """L1 and squared error, weighted by place, plus edges in space and changes in time. weight: [b, f, h, w]."""
    error = got - want
    weight = weight[:, None]
    loss = (weight * (error.abs() + error.square())).mean()
    for axis, factor in ((2, 0.5), (3, 0.25), (4, 0.25)):
        trimmed = weight.expand_as(error).narrow(axis, 1, weight.shape[axis] - 1)
        loss = loss + factor * (trimmed * difference(error, axis).abs()).mean()
    return loss


def decoder_loss(model: TurboDecoder, crops: Crops, projection: Projection, device: torch.device) -> Tensor:
    """Half of the steps train the first window, half a later one, whose outermost latents are context."""
    rng = crops.rng
    chunk = Chunk.FIRST if rng.random() < 0.5 else Chunk.LATER
    frames, weight = crops.batch(4, 9 if chunk is Chunk.FIRST else 13, SIZES[rng.integers(len(SIZES))])
    pixels = to_pixels(frames, device)
    z = projection(pixels)
    z = z + LATENT_NOISE * rng.random() * 1.5 * torch.randn_like(z)
    where = torch.from_numpy(weight).to(device)[:, None].repeat(1, pixels.shape[2], 1, 1)
    if chunk is Chunk.LATER:
        z, pixels, where = z[:, :, 1:], pixels[:, :, 1:], where[:, 1:].clone()
        where[:, :4] *= 0.3
    z = denormalised(z).contiguous(memory_format=torch.channels_last_3d)
    with torch.autocast(device.type, dtype=torch.bfloat16):
        got = model.decoder(z, chunk)
    return picture_loss(got.float(), pixels, where)


def encoder_loss(model: WanEncoder, crops: Crops, projection: Projection, device: torch.device) -> Tensor:
    """Single pictures half of the time, else clips long enough to fill the temporal stages."""
    rng = crops.rng
    size = SIZES[rng.integers(len(SIZES))]
    single = rng.random() < 0.5
    frames, _ = crops.batch(20 if single else 4, 1 if single else 13, size)
    pixels = to_pixels(frames, device)
    with torch.autocast(device.type, dtype=torch.bfloat16):
        got = model(pixels.contiguous(memory_format=torch.channels_last_3d))
    error = (got.float() - projection(pixels)).square() * projection.channel_weight[:, None, None, None]
    return error.mean()


def initialise(model: nn.Module) -> None:
    """Residual branches start small and every other kernel near a copy of its input, so that the signal passes."""
    for name, module in model.named_modules():
        if not isinstance(module, (nn.Conv2d, nn.Conv3d)):
            continue
        nn.init.zeros_(module.bias)
        if name.endswith(("conv2.conv", "residual.6", "proj")):
            nn.init.kaiming_uniform_(module.weight, a=5**0.5)
            module.weight.data *= 0.2
        elif any(part in name for part in ("resample", "shortcut", "conv_in.conv", "time_conv", "encoder.conv1")):
            centre = torch.empty(module.weight.shape[:2])
            nn.init.orthogonal_(centre)
            module.weight.data *= 0.2
            taps = [slice(None), slice(None)] + [size // 2 for size in module.kernel_size]
            if isinstance(module, CausalConv3d):
                taps[2] = module.kernel_size[0] - 1
            module.weight.data[tuple(taps)] += centre


@torch.no_grad()
def held_out_figure(part: Part, model: nn.Module, projection: Projection, paths: list[Path], device: torch.device) -> str:
    """Decoder: PSNR of whole clips from anchored latents. Encoder: squared error against the anchor, picture and clip."""
    values = []
    for path in paths[1:5] or paths:
        frames = read_clip(path).frames[:33]
        pixels = to_pixels(frames[None], device)
        want = projection(pixels)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            if part is Part.DECODER:
                got = model(denormalised(want)).float().clamp(-1, 1)
                values.append([-10 * (got - pixels).div(2).square().mean().log10().item()])
            else:
                clip, picture = model(pixels).float(), model(pixels[:, :, :1]).float()
                values.append([(clip - want).square().mean().item(), (picture - want[:, :, :1]).square().mean().item()])
    return ", ".join(f"{v:.4f}" for v in np.mean(values, axis=0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--part", type=Part, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--rate", type=float, default=1.0, help="factor on the learning rates")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--decoder", default="64,64,96/2,1,1,1", help="widths and layers of the decoder")
    parser.add_argument("--encoder-dim", type=int, default=EncoderConfig().dim)
    parser.add_argument("--batch-scale", type=int, default=1, help="factor on the crops in a batch")
    args = parser.parse_args()

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    model = TurboDecoder(decoder_config(args.decoder)) if args.part is Part.DECODER else WanEncoder(EncoderConfig(dim=args.encoder_dim))
    saved = args.work / args.part.file
    if args.resume:
        model.load_state_dict(torch.load(saved, map_location="cpu", weights_only=True))
    else:
        initialise(model)
    channels_last(model.to(device))
    projection = Projection(Anchor.load(args.work / "pca.npz"), device)
    crops = Crops(args.data, rng, scale=args.batch_scale)
    fuse()
    loss_of = decoder_loss if args.part is Part.DECODER else encoder_loss
    edges = ("decoder.conv_in.", "decoder.conv_out.", "encoder.conv1.", "encoder.head.")
    kernels = list(inner_kernels(model, skip=edges))
    trainer = Trainer(model, kernels, 0.01 * args.rate, 1e-3 * args.rate, ema=0.997)
    held = split(clip_paths(args.data))[1]
    start = report = time.monotonic()
    losses: list[float] = []
    while (progress := (time.monotonic() - start) / (args.minutes * 60)) < 1:
        loss = loss_of(model, crops, projection, device)
        trainer.step(loss, progress)
        losses.append(loss.item())
        if time.monotonic() - report > REPORT_SECS:
            report = time.monotonic()
            with trainer.averaged():
                figure = held_out_figure(args.part, model, projection, held, device)
                torch.save(model.state_dict(), saved)
            print(f"{(report - start) / 60:.1f} min, step {trainer.steps}, loss {np.mean(losses[-100:]):.4f}, "
                  f"held out {figure}", flush=True)
    with trainer.averaged():
        torch.save(model.state_dict(), saved)
        print(f"done, step {trainer.steps}, held out {held_out_figure(args.part, model, projection, held, device)}", flush=True)


if __name__ == "__main__":
    main()
