"""What the two halves of the audio VAE learn by; neither waits for the other, see `stages/sound.py`.

The decoder turns latents (with noise, as the transformer's are never exact) into sound with the right spectra; the
encoder learns to compute the anchor's latents from samples.
"""

from __future__ import annotations

import math
from enum import Enum

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .sound_anchor import SoundAnchor
from .spectral import spectral_loss

LATENT_NOISE = 0.1
POSTERIOR_STD = 0.02
RIDGE = 1e-2


class Part(Enum):
    ENCODER = "encoder"
    DECODER = "decoder"


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
