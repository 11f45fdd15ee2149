"""Mouths that stand as they do at other times, so that only the sound tells how they move.

Each step of a sampler begins with what the ones before it made. Early ones know little of the sound and open mouths half; a network that
learned from drawn clips under noise alone believes the mouth that it is shown, and leaves it so.
"""

from __future__ import annotations

import torch
from torch import Tensor

#: Share of clips whose mouths move less than they should, all being drawn to the same other time; in the rest each frame has its own.
FROZEN = 0.5


def mouths(weight: Tensor) -> Tensor:
    """Which cells of `Record.weight` [..., t, h, w] are a mouth's."""
    least, most = weight.amin((-3, -2, -1), keepdim=True), weight.amax((-3, -2, -1), keepdim=True)
    return (weight > 0.99 * most) & (most > 5 * least)


def mouths_astray(video: Tensor, mouth: Tensor, share: float) -> Tensor:
    """Latents [b, c, t, h, w], in that share of which the cells of the mouth, bool [b, t, h, w], are on the way to what they are in other
    frames; the first frames stay."""
    b, _, t, _, _ = video.shape
    times = torch.where(torch.rand(b, 1) < FROZEN, torch.randint(t, (b, 1)), torch.randint(t, (b, t)))
    others = video[torch.arange(b)[:, None], :, times].transpose(1, 2)
    far = torch.where(torch.rand(b) < share, torch.rand(b).sqrt(), 0.0).to(video.device)
    later = (torch.arange(t, device=video.device) > 0)[:, None, None]
    return torch.lerp(video, others, far[:, None, None, None, None] * (mouth & later)[:, None])
