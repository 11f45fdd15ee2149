"""The fixed analysis that anchors the audio latents: a half whitened PCA of log band energies, 64 numbers per 40 ms.

As for the video, transformer, encoder and decoder can then all train at once, and the first channels mean something
(loudness comes first), which helps the transformer to move the mouths. The phase of the sound is not kept: the decoder
invents it.

Convention. Mono at 16 kHz; a frame is 40 ms, 640 samples, and latent frame a describes samples 640 a .. 640 (a + 1). Two times per frame, low bands every 25 Hz up to 1 kHz from windows of two frames
(they carry the pitch); four times per frame, 28 wide bands up to half the rate from windows of half a frame. Values are
log(energy root + FLOOR); z = clip((x - mean) @ project, -limit, limit).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .anchor import units

RATE = 16_000
FRAMES_PER_SECOND = 25
CHANNELS = 64
LOW_BANDS = 40
LOW_HZ = 25.0
HIGH_BANDS = 28
FLOOR = 2e-3
#: The deviation of the first channel; about 1 over all of them. Sounds have few tokens, so that noise hides more of them than of pictures.
LOUDEST = 4.0
LIMIT = 10.0


def triangles(centres: Tensor, size: int, rate: int = RATE) -> Tensor:
    """Triangular filters between neighbouring centres (the outermost two only bound them), [bands, size / 2 + 1]."""
    bins = torch.linspace(0, rate / 2, size // 2 + 1)
    low, mid, high = centres[:-2, None], centres[1:-1, None], centres[2:, None]
    weights = torch.minimum((bins - low) / (mid - low), (high - bins) / (high - mid)).clamp_min(0)
    return weights / weights.sum(dim=1, keepdim=True).clamp_min(1e-6)


def band_levels(audio: Tensor, size: int, hop: int, filters: Tensor) -> Tensor:
    """[b, n] -> log levels [b, n / hop, bands]; window k is centred on sample hop k + hop / 2."""
    margin = (size - hop) // 2
    window = torch.hann_window(size, device=audio.device)
    spectrum = torch.stft(F.pad(audio, (margin, margin)), size, hop, window=window, center=False, return_complex=True)
    energy = torch.view_as_real(spectrum).square().sum(-1) / size
    return ((filters.to(audio.device) @ energy).sqrt() + FLOOR).log().transpose(1, 2)


class SoundAnalysis:
    """Band levels of a frame, [b, n] -> [b, n / frame, values]."""

    def __init__(self, rate: int = RATE) -> None:
        self.frame = frame = rate // FRAMES_PER_SECOND
        self.low = triangles(LOW_HZ * torch.arange(1, LOW_BANDS + 3), 2 * frame, rate)
        edges = torch.cat([torch.tensor([0.0]), torch.logspace(np.log10(120.0), np.log10(rate / 2), HIGH_BANDS + 1)])
        self.high = triangles(edges, frame // 2, rate)

    def __call__(self, audio: Tensor) -> Tensor:
        (b, n), frame = audio.shape, self.frame
        if n % frame:
            raise ValueError(f"a track needs a multiple of {frame} samples, not {n}")
        low = band_levels(audio, 2 * frame, frame // 2, self.low).reshape(b, n // frame, -1)
        high = band_levels(audio, frame // 2, frame // 4, self.high).reshape(b, n // frame, -1)
        return torch.cat([low, high], dim=2)


class SoundAnchor:
    def __init__(self, mean: np.ndarray, project: np.ndarray, sigma: np.ndarray, device: torch.device | str = "cpu", rate: int = RATE) -> None:
        self.analysis, self.rate = SoundAnalysis(rate), rate
        self.mean_values, self.project_matrix, self.sigma = mean, project, sigma
        self.mean = torch.from_numpy(mean).to(device)
        self.matrix = torch.from_numpy(project).to(device)

    @staticmethod
    def load(path: Path | str, device: torch.device | str = "cpu") -> "SoundAnchor":
        with np.load(path) as d:
            return SoundAnchor(d["mean"], d["project"], d["sigma"], device, int(d["rate"]) if "rate" in d else RATE)

    def save(self, path: Path) -> None:
        np.savez(path, mean=self.mean_values, project=self.project_matrix, sigma=self.sigma, rate=self.rate)

    def latents(self, audio: Tensor) -> Tensor:
        """[b, n] -> [b, 64, n / frame], clipped to +-LIMIT."""
        return ((self.analysis(audio) - self.mean) @ self.matrix).clamp(-LIMIT, LIMIT).transpose(1, 2)

    def encode_track(self, audio: np.ndarray) -> np.ndarray:
        """float32 [a * frame] -> latents float32 [a, 64], in the order in which the transformer reads them."""
        return self.latents(torch.from_numpy(np.asarray(audio, dtype=np.float32))[None])[0].T.contiguous().numpy()


def fit(tracks: list[np.ndarray], rate: int = RATE) -> SoundAnchor:
    """Principal components, sorted by the deviation that they explain; amplitudes grow as in `anchor.py`, `sigma` is what a unit of each is."""
    analysis = SoundAnalysis(rate)
    x = np.concatenate([analysis(torch.from_numpy(track)[None])[0].numpy() for track in tracks])
    mean = x.mean(axis=0)
    variances, vectors = np.linalg.eigh(np.cov(x.T))
    order = np.argsort(-variances)[:CHANNELS]
    sigma = np.sqrt(variances[order])
    scale, f = units(sigma, LOUDEST), np.float32
    print(f"{x.shape[1]} values, {CHANNELS} components hold {variances[order].sum() / variances.sum():.3f} of the variance")
    return SoundAnchor(mean.astype(f), (vectors[:, order] / scale).astype(f), scale.astype(f), rate=rate)
