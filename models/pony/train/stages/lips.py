"""How far a mouth opens, read from latents, so that a training can ask for just that.

In the cells of a mouth 3 % of what changes follows the sound: the rest is the head that moves and the colours around. The flow's own
loss weighs all of it alike, and after 11 000 steps mouths still moved as if they were deaf. So a small network is fitted, when a training
begins, to read from the cells around a mouth how far it is open in each of their four pictures; how far its reading of a predicted clip
is from that of the drawn one is a loss of its own, as a trained reader of lips judges the generator in Wav2Lip (Prajwal et al. 2020).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..voices.clip import perform
from .astray import mouths
from .draw import FRAMES, STEP, WHOLE
from .flow import Record

#: Weight of the loss; clips that are enough for the reader.
LIPS_WEIGHT, ENOUGH = 1.0, 500
#: Height and width of what the reader sees, in cells.
REACH = 5
#: Its widths, and its training: steps, samples of a step, rate, and noise in what it sees.
KERNELS, HIDDEN = 32, 128
STEPS, SAMPLES, RATE, NOISE = 1000, 128, 1e-3, 0.15


def around(video: Tensor, mouth: Tensor) -> Tensor:
    """The latents [b, 48, t, h, w] of the cells around the middles of mouths, bool [b, t, h, w], as [b, t, 49, REACH, REACH]; the last
    value is whether a cell is the mouth's."""
    b, t, h, w = mouth.shape
    cells = mouth.to(video.dtype)
    count = cells.sum((-2, -1)).clamp_min(1)
    corners = []
    for along, size in ((cells.sum(-1), h), (cells.sum(-2), w)):
        middle = (along * torch.arange(size, device=video.device)).sum(-1) / count
        corners.append((middle + (1 - REACH) / 2).round().long() + REACH)  # the edges are REACH wide
    shown = F.pad(torch.cat((video.transpose(1, 2), cells[:, :, None]), 2), (REACH,) * 4)
    reach = torch.arange(REACH, device=video.device)
    ys, xs = (corner[..., None] + reach for corner in corners)
    rows, times = (torch.arange(n, device=video.device) for n in (b, t))
    found = shown[rows[:, None, None, None], times[:, None, None], :, ys[..., :, None], xs[..., None, :]]
    return found.movedim(-1, 2)


class Reader(nn.Module):
    """Openings [n, STEP] from what is around mouths, [n, 49, REACH, REACH]."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.kernels = nn.Conv2d(49, KERNELS, 3, padding=1)
            self.hidden, self.out = nn.Linear(KERNELS * REACH * REACH, HIDDEN), nn.Linear(HIDDEN, STEP)

    def forward(self, around: Tensor) -> Tensor:
        return self.out(F.gelu(self.hidden(F.gelu(self.kernels(around)).flatten(1))))


def fitted(shown: Tensor, opening: Tensor) -> Reader:
    """A reader of clips [n, t, 49, REACH, REACH] with openings [n, t, STEP]. Half of what it sees is a mixture of two moments of a clip,
    for a network that is not sure predicts one, and means one (mixup, Zhang et al. 2018)."""
    reader, chance = Reader().to(shown.device), torch.Generator().manual_seed(0)
    optimizer = torch.optim.AdamW(reader.parameters(), RATE, weight_decay=0.05)
    clips, times = shown.shape[:2]
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 30) * (1 - step / STEPS)
        clip, one, other = (torch.randint(n, (SAMPLES,), generator=chance) for n in (clips, times, times))
        mixed = torch.rand(SAMPLES, generator=chance) * (torch.rand(SAMPLES, generator=chance) < 0.5)
        mixed = mixed.to(shown.device)
        seen = torch.lerp(shown[clip, one], shown[clip, other], mixed[:, None, None, None])
        want = torch.lerp(opening[clip, one], opening[clip, other], mixed[:, None])
        noise = NOISE * torch.randn(seen.shape, generator=chance).to(shown.device)
        optimizer.zero_grad()
        (reader(seen + noise) - want).square().mean().backward()
        optimizer.step()
    return reader.eval().requires_grad_(False)


@dataclass
class Lips:
    """What reads openings, and their variance; nothing where there were no clips to fit it to."""

    reader: Reader | None
    variance: float

    @classmethod
    def of(cls, clips: Iterable[Record], where: torch.device) -> "Lips":
        """The reader that fits the clips whose mouths are seen throughout."""
        shown, openings = [], []
        for record in clips:
            if len(shown) == ENOUGH:
                break
            if len(record.frames) != WHOLE or not record.script.said:
                continue
            mouth = mouths(torch.from_numpy(record.weight))
            if not mouth[1:].any(1).any(1).all():
                continue
            shown.append(around(torch.from_numpy(record.video).float()[None], mouth[None])[0, 1:])
            drawn = perform(record.script, FRAMES).mouth.opening
            openings.append(torch.from_numpy(np.asarray(drawn[1:FRAMES], np.float32).reshape(-1, STEP)))
        if not shown:
            return cls(None, 1.0)
        known = torch.stack(openings)
        return cls(fitted(torch.stack(shown).to(where), known.to(where)), float(known.var()))

    def loss(self, clean: Tensor, error: Tensor, sigma: Tensor, weight: Tensor) -> Tensor:
        """How wrong the openings are, squared, in what a velocity with this `error` [b, 48, t, h, w] makes of `clean` latents at noise
        levels `sigma` [b, t]; `weight` is the batch's. 1 is to know nothing."""
        mouth = mouths(weight)
        seen = mouth.any(-1).any(-1) & (sigma > 0)
        if self.reader is None or not seen.any():
            return torch.zeros((), device=error.device)
        with torch.no_grad():
            drawn = self.reader(around(clean, mouth)[seen])
        guess = clean - error * sigma[:, None, :, None, None]
        return (self.reader(around(guess, mouth)[seen]) - drawn).square().mean() / self.variance
