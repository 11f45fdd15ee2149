"""What a picture hears: a layer names the sound at the time of each video token, from what the token is in the middle of the network.

A mouth is one token of the thirty of a frame, and its opening a small part of that, so the flow's own loss hardly asks which
sound a moment has: after 11 000 steps the error of mouths was the same with the sound of another clip. This layer asks every token.
Where the sound is noise still, the mouth tells it, so both ways are learned. The layer is thrown away.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .draw import STEP
from .flow import Batch

#: Latents of a sound that are named, the first of which is its loudness; and the weight of the loss.
NAMED, EARS_WEIGHT = 8, 0.3


def sounds_of(batch: Batch) -> tuple[Tensor, Tensor]:
    """The sounds of the latent frames of a batch, [b, t, STEP * NAMED] with deviations of about one, and which frames have some,
    [b, t]: a clip's first picture is no span of time."""
    b, _, t = batch.video.shape[:3]
    frames = batch.frames if batch.frames is not None else torch.arange(t, device=batch.video.device).expand(b, t)
    at = (STEP * (frames - 1) + 1).clamp_min(0)[..., None] + torch.arange(STEP, device=frames.device)
    named = batch.audio[..., :NAMED]
    named = named / named.flatten(0, 1).std(0).clamp_min(1e-3)
    picked = named[torch.arange(b, device=frames.device)[:, None, None], at.clamp_max(named.shape[1] - 1)]
    return picked.flatten(2), frames > 0


class Ears(nn.Module):
    """Names sounds from video tokens [b, t * n, width], n of them a frame."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, STEP * NAMED))

    def forward(self, tapped: Tensor, batch: Batch) -> Tensor:
        """The mean squared error over the tokens of a batch; nothing where it has no sound."""
        if not batch.has_sound:
            return tapped.new_zeros(())
        wanted, counts = sounds_of(batch)
        named = self.layers(tapped.float()).unflatten(1, (wanted.shape[1], -1))
        return ((named - wanted[:, :, None]).square().mean((2, 3)) * counts).sum() / counts.sum().clamp_min(1)
