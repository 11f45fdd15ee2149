"""Spectral losses and the error figure for sound."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

WINDOWS = (2048, 1024, 512, 256)


@lru_cache(maxsize=None)
def window(size: int, device: torch.device) -> Tensor:
    return torch.hann_window(size, device=device)


def magnitude(audio: Tensor, size: int, hop: int) -> Tensor:
    """[b, n] -> [b, size / 2 + 1, frames]."""
    spectrum = torch.stft(audio, size, hop, window=window(size, audio.device), return_complex=True)
    return torch.view_as_real(spectrum).square().sum(-1).add(1e-9).sqrt() / size**0.5


@lru_cache(maxsize=None)
def mel_bank(bands: int, size: int, rate: int, device: torch.device) -> Tensor:
    """Triangular filters on the mel scale, [bands, size / 2 + 1]."""
    top = 2595 * math.log10(1 + rate / 2 / 700)
    edges = 700 * (10 ** (torch.linspace(0, top, bands + 2) / 2595) - 1)
    bins = torch.linspace(0, rate / 2, size // 2 + 1)
    low, mid, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    up, down = (bins - low) / (mid - low), (high - bins) / (high - mid)
    return torch.minimum(up, down).clamp_min(0).to(device)


def log_mel(audio: Tensor, rate: int, bands: int = 80, size: int = 1024, hop: int = 128) -> Tensor:
    """[b, n] -> [b, bands, frames] in dB with a floor of -60."""
    mel = mel_bank(bands, size, rate, audio.device) @ magnitude(audio, size, hop)
    return 20 * torch.log10(mel.clamp_min(1e-3))


def log_mel_error(got: Tensor, want: Tensor, rate: int) -> Tensor:
    """Mean absolute log-mel difference in dB, one number per row of [b, n]."""
    return (log_mel(got, rate) - log_mel(want, rate)).abs().mean(dim=(1, 2))


def spectral_loss(got: Tensor, want: Tensor) -> Tensor:
    """Spectral convergence plus log-magnitude distance over several window sizes. got, want: [b, n]."""
    total = got.new_zeros(())
    for size in WINDOWS:
        a, b = magnitude(got, size, size // 4), magnitude(want, size, size // 4)
        convergence = (a - b).norm() / b.norm().clamp_min(1.0)  # over the batch: silence must not divide
        total = total + convergence + F.l1_loss((a + 2e-3).log(), (b + 2e-3).log())
    return total / len(WINDOWS)
