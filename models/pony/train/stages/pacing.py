"""Where in the time of its line each piece of text is said, told from its text features.

To the transformer all text stands at one place, so it cannot know the order of what is to be said unless the features tell. They
did not: after 8000 steps a linear layer found the place of a token in its line no better than by chance (0.02 of the variance).
The layer here tells the time since the line's beginning and until its end, as sines and cosines, which is what audio tokens know
of their own times; its error is part of the loss, and it is thrown away, as those of `reading.py` and `speaking.py` are.
"""

from __future__ import annotations

import math
import re

import numpy as np
import torch
from tokenizers import Encoding
from torch import Tensor, nn

from ..voices.clip import SECOND_LINE, Said, Script, worded
from ..voices.espeak import VOICES
from ..voices.grammar import LANGUAGES
from .sizes import Sizes

#: Seconds that a letter or character takes, from 40 lines of each language; single lines are some 0.3 s off.
SECS = {"Mandarin": 0.27, "Cantonese": 0.24, "English": 0.072, "Japanese": 0.17, "Korean": 0.20, "German": 0.071, "French": 0.064}
#: Of the sines and cosines, in seconds.
PERIODS = (8.0, 4.0, 2.0, 1.0)
PACE_WEIGHT = 4.0

_LINE = re.compile(r', (\w+)>: "([^"]*)"')


def unspoken(rng: np.random.Generator) -> Script:
    """Lines as clips have them, without the times that only a voice would tell."""
    language, voice = str(rng.choice(LANGUAGES)), str(rng.choice(list(VOICES)))
    count = 2 if rng.random() < SECOND_LINE else 1
    return Script(tuple(Said(worded(rng, language), voice, 0.0, 0.0) for _ in range(count)), "", 0)


def times(prompt: str, encoding: Encoding, length: int) -> np.ndarray:
    """Float32 [length, 2]: the seconds from the beginning of its line to each token and from there to the end, nan outside of lines."""
    out = np.full((length, 2), np.nan, np.float32)
    for line in _LINE.finditer(prompt):
        first, last = line.span(2)
        said = np.cumsum([0, *(c.isalnum() for c in line.group(2))]) * SECS[line.group(1)]
        for row, (start, end) in enumerate(encoding.offsets[:length]):
            if first <= start < end <= last:
                out[row, 0] = (said[start - first] + said[end - first]) / 2
                out[row, 1] = said[-1] - out[row, 0]
    return out


class Pacer(nn.Module):
    """Tells times from text features."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.layer = nn.Linear(sizes.text.hidden_size, 4 * len(PERIODS))

    def loss(self, features: Tensor, wanted: Tensor) -> Tensor:
        """The mean error for features [b, l, d] and times [b, l, 2] as of `times`; 0.5 is what knowing nothing costs."""
        inside = ~wanted[..., 0].isnan()
        turns = (wanted[inside][..., None] * (2 * math.pi / torch.tensor(PERIODS, device=wanted.device))).flatten(1)
        error = (self.layer(features[inside].float()) - torch.cat((turns.sin(), turns.cos()), 1)).square()
        return error.sum() / max(1, error.numel())  # there may be no line in the batch
