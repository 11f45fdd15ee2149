"""Audio latents: standardised during training, then frozen into the weights, and how to encode a clip with them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from .oobleck import AudioConfig, AudioVae

POSTERIOR_STD = 0.02


class Standardised(nn.Module):
    """Shifts and scales every latent channel to mean 0 and variance 1 by running statistics.

    Statistics of the batch alone would not do: a batch holds a few sounds of very different loudness, and the decoder
    could not tell them apart.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("square", torch.ones(channels))
        self.batches = 0

    def std(self) -> Tensor:
        return (self.square - self.mean.square()).clamp_min(1e-6).sqrt()

    def identity(self) -> None:
        """From here on the latents pass as they are: the encoder weights hold the scale."""
        self.mean.zero_()
        self.square.fill_(1.0)

    def forward(self, z: Tensor) -> Tensor:
        """z: [b, latent_dim, a]."""
        z = z.float()
        if self.training and z.requires_grad:
            with torch.no_grad():
                self.batches += 1
                rate = min(max(30 / self.batches, 0.01), 0.2) if self.batches > 1 else 1.0
                self.mean.lerp_(z.mean(dim=(0, 2)), rate)
                self.square.lerp_(z.square().mean(dim=(0, 2)), rate)
        return (z - self.mean[:, None]) / self.std()[:, None]


@torch.no_grad()
def freeze_standardised(model: AudioVae, latents: Standardised, tracks: list[np.ndarray], device: torch.device) -> None:
    """Measures the latents of `tracks`, then folds shift and scale into both sides of the bottleneck.

    The decoder has learned on latents standardised by running values; the encoder's last convolution takes those over
    exactly, then the remaining difference to unit variance on whole tracks goes into both convolutions. The scale
    half of the encoder becomes a constant small deviation, so that sampling from the posterior is harmless.
    """
    last, first = model.encoder.layers[-1], model.decoder.layers[0]
    half = model.config.latent_dim
    rescale_rows(last, half, latents.mean, latents.std())
    means = torch.cat([model.posterior(torch.from_numpy(t).to(device)[None, None])[0][0] for t in tracks], dim=1)
    mean, std = means.mean(dim=1), means.std(dim=1)
    rescale_rows(last, half, mean, std)
    kernel = first.weight()
    first.bias += (kernel * mean[None, :, None]).sum(dim=(1, 2))
    kernel = kernel * std[None, :, None]
    first.weight_v.copy_(kernel)
    first.weight_g.copy_(kernel.norm(dim=(1, 2), keepdim=True))
    last.weight_g[half:] = 0.0
    last.bias[half:] = math.log(math.expm1(POSTERIOR_STD))


def rescale_rows(conv: nn.Module, rows: int, mean: Tensor, std: Tensor) -> None:
    """Makes the first `rows` output channels come out as (old - mean) / std."""
    conv.weight_g[:rows] /= std[:, None, None]
    conv.bias[:rows] = (conv.bias[:rows] - mean) / std


def load_encoder(path: Path, device: torch.device | str = "cpu") -> AudioVae:
    """The frozen encoder of `audio_encoder.pt`; the decoder of the returned pair is untrained."""
    saved = torch.load(path, map_location=device, weights_only=True)
    model = AudioVae(AudioConfig(**saved["config"])).to(device).eval().requires_grad_(False)
    model.encoder.load_state_dict(saved["encoder"])
    return model


@torch.no_grad()
def encode_track(model: AudioVae, audio: np.ndarray) -> np.ndarray:
    """float32 [a * 512] at 12.8 kHz -> latents float32 [a, 64], about unit variance."""
    device = next(model.parameters()).device
    mean, _ = model.posterior(torch.from_numpy(np.asarray(audio, dtype=np.float32)).to(device)[None, None])
    return mean[0].T.cpu().numpy()
