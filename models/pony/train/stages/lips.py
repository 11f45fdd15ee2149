"""How far a mouth opens, read from latents, so that a training can ask for just that.

In the cells of a mouth 3 % of what changes follows the sound: the rest is the head that moves and the colours around. The flow's own
loss weighs all of it alike, and after 11 000 steps mouths still moved as if they were deaf. A linear reading of 48 latents finds the
opening of their four pictures (half of its variance); the error of a predicted clip in these four numbers alone is what counts here,
as a trained reader of lips judges the generator in Wav2Lip (Prajwal et al. 2020).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from ..voices.clip import perform
from .draw import FRAMES, STEP, WHOLE
from .flow import Record

#: Weight of the loss; clips that are enough for the reading; how much it is held back.
LIPS_WEIGHT, ENOUGH, RIDGE = 0.5, 300, 10.0


def mouths(weight: Tensor) -> Tensor:
    """Which cells of `Record.weight` [..., t, h, w] are a mouth's."""
    least, most = weight.amin((-3, -2, -1), keepdim=True), weight.amax((-3, -2, -1), keepdim=True)
    return (weight > 0.99 * most) & (most > 5 * least)


def inside(video: Tensor, mouth: Tensor) -> Tensor:
    """The mean [..., t, c] of latents [..., c, t, h, w] over the cells of a mouth [..., t, h, w], nought where there is none."""
    mouth = mouth.to(video.dtype)
    summed = (video * mouth.unsqueeze(-4)).sum((-2, -1)).transpose(-2, -1)
    return summed / mouth.sum((-2, -1)).clamp_min(1)[..., None]


def moving(values: Tensor, seen: Tensor) -> Tensor:
    """Values [..., t, n] without their mean over the frames that are seen [..., t]; nought in the others."""
    counts = seen[..., None].to(values.dtype)
    mean = (values * counts).sum(-2, keepdim=True) / counts.sum(-2, keepdim=True).clamp_min(1)
    return (values - mean) * counts


class Lips:
    """A reading [48, STEP] of openings from the movement of a mouth's latents; what it reads in drawn clips has a deviation of one."""

    def __init__(self, reading: Tensor) -> None:
        self.reading = reading

    @classmethod
    def of(cls, clips: Iterable[Record], where: torch.device) -> "Lips":
        """The reading that fits the clips whose mouths are seen throughout; without such clips it reads nothing."""
        latents, openings = [np.zeros((1, 48))], [np.zeros((1, STEP))]
        for record in clips:
            if len(latents) > ENOUGH:
                break
            if len(record.frames) != WHOLE or not record.script.said:
                continue
            mouth = mouths(torch.from_numpy(record.weight))
            if not mouth[1:].any(1).any(1).all():
                continue
            drawn = perform(record.script, FRAMES).mouth.opening
            latent = inside(torch.from_numpy(record.video).float(), mouth)[1:].numpy()
            opening = np.asarray(drawn[1:FRAMES], float).reshape(-1, STEP)
            latents.append(latent - latent.mean(0))
            openings.append(opening - opening.mean(0))
        x, y = np.concatenate(latents), np.concatenate(openings)
        reading = np.linalg.solve(x.T @ x + RIDGE * np.eye(48), x.T @ y)
        return cls(torch.from_numpy(reading / max(float((x @ reading).std()), 1e-6)).float().to(where))

    def loss(self, error: Tensor, sigma: Tensor, weight: Tensor) -> Tensor:
        """How wrong the openings are, squared, in the clean clip that a velocity points to with this `error` [b, 48, t, h, w], at noise
        levels `sigma` [b, t]; `weight` is the batch's. 1 is to know nothing."""
        mouth = mouths(weight)
        seen = mouth.any(-1).any(-1) & (sigma > 0)
        wrong = moving(inside(error * sigma[:, None, :, None, None], mouth) @ self.reading, seen)
        return wrong.square().sum() / (STEP * seen.sum()).clamp_min(1)
