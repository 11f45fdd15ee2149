"""Starts the picture encoder as the best linear map that its skip connections can carry.

    python -m train.codecs.linear_start --data DATA --work WORK --minutes 4

The anchored latents are a linear function of the pixels, and the encoder without its residual branches is linear up
to the norm in front of its head. So those few convolutions are fitted first, at a tenth of the price of a full step. The
norm is made nearly linear too: one channel of the stream is a large constant, which then fixes the scale of the others.
`train_video --part encoder --resume` goes on from here with the whole network.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from .anchor import Anchor
from .layers import channels_last
from .muon import Trainer
from .pictures import SIZES, Crops
from .train_video import Part, Projection, initialise, to_pixels
from .wan_encoder import EncoderConfig, WanEncoder, average_down, patchify

CONSTANT = 240.0


def linear_stream(model: WanEncoder, pixels: Tensor) -> Tensor:
    """The stream in front of the head if all residual branches were silent, [b, top, 1 + k, h/16, w/16]."""
    x = model.encoder.conv1(patchify(pixels))
    for stage in model.encoder.downsamples:
        main = stage.downsamples[0].shortcut(x)
        for downsample in stage.downsamples[model.config.num_res_blocks :]:
            main = downsample(main)
        x = main + average_down(x, stage.out_dim, stage.factor_t, stage.factor_s)
    return x


class LinearEncoder(nn.Module):
    """The skip path of an encoder and a matrix that reads the latents from all channels but the last."""

    def __init__(self, model: WanEncoder) -> None:
        super().__init__()
        self.model = model
        top = model.encoder.head[0].gamma.shape[0]
        self.read = nn.Conv3d(top - 1, model.config.z_dim, 1)
        for name, p in model.named_parameters():
            p.requires_grad_(name.startswith("encoder.conv1") or any(part in name for part in ("resample", "time_conv", "shortcut")))

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Latents, and the last channel, which has to vanish."""
        x = linear_stream(self.model, pixels)
        return self.read(x[:, :-1]), x[:, -1]


@torch.no_grad()
def install(linear: LinearEncoder) -> WanEncoder:
    """Silences the branches, makes the last channel the constant and puts the matrix into the head."""
    model = linear.model
    for name, p in model.named_parameters():
        if name.endswith((".residual.6.weight", ".residual.6.bias", ".proj.weight", ".proj.bias")):
            p.mul_(0.02 if name.endswith("weight") else 0.0)
        if name.endswith("gamma"):
            p.fill_(1.0)
    model.encoder.middle[-1].residual[-1].bias[-1] = CONSTANT
    head = model.encoder.head[-1]
    top, z_dim = head.weight.shape[1], model.config.z_dim
    head.weight.mul_(0.02)
    gain = 2.0 * CONSTANT / top**0.5  # the norm divides by constant / sqrt(top), SiLU halves small values
    head.weight[:z_dim, : top - 1, -1, 1, 1] += linear.read.weight[:, :, 0, 0, 0] * gain
    head.bias.zero_()
    head.bias[:z_dim] = linear.read.bias
    model.conv1.weight.zero_()
    model.conv1.weight[:, :, 0, 0, 0] = torch.eye(2 * z_dim)
    model.conv1.bias.zero_()
    for p in model.parameters():
        p.requires_grad_(True)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--encoder-dim", type=int, default=EncoderConfig().dim)
    parser.add_argument("--batch-scale", type=int, default=1, help="factor on the crops in a batch")
    args = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(0)
    model = WanEncoder(EncoderConfig(dim=args.encoder_dim))
    initialise(model)
    linear = LinearEncoder(model)
    channels_last(linear.to(device))
    projection = Projection(Anchor.load(args.work / "pca.npz"), device)
    crops = Crops(args.data, np.random.default_rng(1), pool=40, scale=args.batch_scale)
    kernels = [p for name, p in linear.named_parameters() if p.requires_grad and p.dim() >= 4 and "encoder.conv1" not in name]
    trainer = Trainer(linear, kernels, 0.02, 3e-3, ema=0.99)
    start, losses = time.monotonic(), []
    while (progress := (time.monotonic() - start) / (args.minutes * 60)) < 1:
        frames, _ = crops.batch(6, 1 if trainer.steps % 3 == 0 else 9, SIZES[trainer.steps % len(SIZES)])
        pixels = to_pixels(frames, device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            z, last = linear(pixels.contiguous(memory_format=torch.channels_last_3d))
        error = (z.float() - projection(pixels)).square() * projection.channel_weight[:, None, None, None]
        trainer.step(error.mean() + 0.3 * last.float().square().mean(), progress)
        losses.append(error.mean().item())
        if trainer.steps % 50 == 0:
            print(f"step {trainer.steps}, error {np.mean(losses[-50:]):.4f}", flush=True)
    with trainer.averaged():
        install(linear)
        pixels = to_pixels(crops.batch(6, 9, SIZES[0])[0], device)
        with torch.no_grad():
            print(f"whole network: error {(model(pixels) - projection(pixels)).square().mean().item():.4f}")
        torch.save(model.state_dict(), args.work / Part.ENCODER.file)


if __name__ == "__main__":
    main()
