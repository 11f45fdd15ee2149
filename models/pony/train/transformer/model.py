"""Text encoder and transformer as one trainable pair, its loss and its checkpoints."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from ..text.encoder import TextConfig, TextEncoder
from .batches import NEGATIVE_PROMPT, Batch, tokenize
from .dit import Dit, DitConfig

AUDIO_WEIGHT = 0.8


class Pony(nn.Module):
    """Prompts and noisy latents to velocities."""

    def __init__(self, text: TextConfig | None = None, dit: DitConfig | None = None) -> None:
        super().__init__()
        self.text = TextEncoder(text or TextConfig())
        self.dit = Dit(dit or DitConfig(text_in_channels=self.text.config.hidden_size))

    def encode(self, tokenizer: Tokenizer, prompts: list[str]) -> tuple[Tensor, Tensor]:
        """Text features [b, l, d] and the mask of real tokens [b, l]."""
        ids, mask = (x.to(next(self.parameters()).device) for x in tokenize(tokenizer, prompts))
        with torch.autocast(ids.device.type, torch.bfloat16):
            return self.text(ids, mask), mask


@dataclass
class Noise:
    """What a training step adds to the clean latents."""

    sigma: Tensor  # [b]
    video: Tensor
    audio: Tensor
    first_clean: Tensor  # bool [b]
    audio_clean: Tensor  # bool [b]
    drop_text: Tensor  # bool [b]


def draw_sigma(count: int, shift: float) -> Tensor:
    """Noise levels: logit-normal, moved towards 1 by `shift`; every tenth is uniform before the shift."""
    u = torch.sigmoid(torch.randn(count) * 1.1)
    u = torch.where(torch.rand(count) < 0.1, torch.rand(count), u)
    return shift * u / (1 + (shift - 1) * u)


def draw_noise(batch: Batch, shift: float = 4.0) -> Noise:
    count = len(batch.prompts)
    first = torch.rand(count) < torch.where(batch.still, 0.9, 0.4)
    clean = (torch.rand(count) < 0.3) & batch.has_audio
    return Noise(
        draw_sigma(count, shift), torch.randn_like(batch.video), torch.randn_like(batch.audio),
        first, clean, torch.rand(count) < 0.1,
    )


def channel_weight(sigma: np.ndarray) -> Tensor:
    """Loss weight of the latent channels, mean 1: those that explain more of the picture count more."""
    weight = 0.3 + 0.7 * torch.from_numpy(sigma / sigma.mean()).float()
    return weight / weight.mean()


def audio_weight(sigma: np.ndarray) -> Tensor:
    """The same for the sound, with less contrast: loudness alone must not take all."""
    bounded = torch.from_numpy(sigma).float().clamp(max=4)
    weight = 0.4 + 0.6 * bounded / bounded.mean()
    return weight / weight.mean()


def losses(model: Pony, tokenizer: Tokenizer, batch: Batch, noise: Noise, channels: Tensor, tones: Tensor) -> tuple[Tensor, Tensor]:
    """Mean weighted squared velocity errors of picture and sound; `channels` [48] and `tones` [64] weigh their channels."""
    device = channels.device
    move = lambda x: x.to(device)  # noqa: E731
    video, audio, eps_v, eps_a, s = map(move, (batch.video, batch.audio, noise.video, noise.audio, noise.sigma))
    b, _, t, _, _ = video.shape
    s_video = s[:, None].expand(b, t).clone()
    s_video[move(noise.first_clean), 0] = 0
    s_audio = torch.where(move(noise.audio_clean), 0.0, torch.where(move(batch.has_audio), s, 1.0))
    prompts = [NEGATIVE_PROMPT if drop else p for p, drop in zip(batch.prompts, noise.drop_text)]
    text, mask = model.encode(tokenizer, prompts)
    sv, sa = s_video[:, None, :, None, None], s_audio[:, None, None]
    got_v, got_a = model.dit((1 - sv) * video + sv * eps_v, (1 - sa) * audio + sa * eps_a, text, mask)
    weight = channels[:, None, None, None] * move(batch.weight)[:, None, None] * (sv > 0)
    video_loss = ((got_v - (eps_v - video)).square() * weight).mean()
    counts = (move(batch.has_audio) & ~move(noise.audio_clean)).float()[:, None, None]
    audio_loss = ((got_a - (eps_a - audio)).square() * tones * counts).mean()
    return video_loss, audio_loss


def save(path: Path, state: dict) -> None:
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.rename(path)


def load(path: Path, device: torch.device) -> dict:
    return torch.load(path, map_location=device, weights_only=True)
