"""Text encoder and transformer as one trainable pair."""

from __future__ import annotations

from torch import nn

from ..text.encoder import TextConfig, TextEncoder
from .dit import Dit, DitConfig


class Pony(nn.Module):
    """Prompts and noisy latents to velocities."""

    def __init__(self, text: TextConfig, dit: DitConfig) -> None:
        super().__init__()
        self.text = TextEncoder(text)
        self.dit = Dit(dit)
