"""Sounds with their prompts for the transformer, lines drawn without end, and what it has to say about them.

Which sound comes when is hard to find out from noise: a small layer names the phoneme of each frame from what the audio
tokens are in the middle of the network, and its error is part of the loss (after REPA, Yu et al. 2024, where what is named
are the features of a trained encoder). The layer is thrown away.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor

from .. import fellows
from ..codecs.sound_anchor import SoundAnchor
from ..transformer.model import Pony
from ..voices.phones import PHONES
from .flow import Batch, flow, in_sixteens, tokens
from .lines import GROUP, Lines
from .sizes import Sizes

KEPT_GROUPS = 6000  # of 16 sounds: 1.2 GB of latents on the device
#: The layer behind which phonemes are named, and the weight of that loss.
NAMED_BEHIND, NAME_WEIGHT = 4, 0.3
#: Where nobody draws beside the training, a group is drawn every so many batches.
DRAWN_EVERY = 4


def namer(sizes: Sizes) -> torch.nn.Module:
    return torch.nn.Sequential(torch.nn.LayerNorm(sizes.dit.hidden_size), torch.nn.Linear(sizes.dit.hidden_size, PHONES))


class Speaking:
    """Batches of `count` groups of sounds, drawn by `processes` others; `step` is the training's, new lines follow it."""

    def __init__(self, work: Path, sizes: Sizes, tokenizer: Tokenizer, where: torch.device, count: int, processes: int, step: int) -> None:
        self.sizes, self.tokenizer, self.where = sizes, tokenizer, where
        self.fixed, self.count, self.batches, self.drawn = where.type == "cuda", count, 0, 0
        self.behind = min(NAMED_BEHIND, sizes.dit.num_layers - 1)
        self.anchor = SoundAnchor.load(work / "sound_pca.npz", where)
        self.lines = Lines(processes, 10_000_000 + 100_000 * step + 50_000 * fellows.RANK)
        self.supply, self.rng = iter(self.lines), np.random.default_rng([step, fellows.RANK])
        self.kept: list[tuple] = []
        for _ in range(3 * count):
            self._take()

    def _take(self) -> None:
        sounds, phones, prompts = next(self.supply)
        with torch.no_grad():
            latents = self.anchor.latents(torch.from_numpy(sounds).to(self.where).float() / 32767).transpose(1, 2)
        ids = tokens(self.tokenizer, prompts, self.sizes.most_words, True)
        entry = (latents.half(), *ids, torch.from_numpy(phones).long(), prompts)
        self.drawn += GROUP
        if len(self.kept) < KEPT_GROUPS:
            self.kept.append(entry)
        else:
            self.kept[int(self.rng.integers(KEPT_GROUPS))] = entry

    def batch(self) -> tuple[Batch, Tensor]:
        """Sounds beside a picture of nothing that counts for nothing, and the phonemes of their frames [b, a]."""
        while self.lines.pool is not None and self.lines.ready():
            self._take()
        if self.lines.pool is None and self.batches % DRAWN_EVERY == 0:
            self._take()
        self.batches += 1
        picked = [self.kept[int(i)] for i in self.rng.integers(0, len(self.kept), self.count)]
        audio, ids, mask, phones = (torch.cat([p[i] for p in picked]) for i in range(4))
        if not self.fixed:
            longest = in_sixteens(int(mask.sum(1).max()))
            ids, mask = ids[:, :longest], mask[:, :longest]
        nothing = torch.zeros(len(audio), 48, 1, 2, 2)
        blind = torch.zeros(len(audio), 1, 2, 2)
        still = torch.zeros(len(audio), dtype=torch.bool)
        return Batch(nothing, audio.float(), blind, still, ids, mask, sum((p[4] for p in picked), [])), phones

    def losses(self, model: Pony, namer: torch.nn.Module) -> tuple[Tensor, Tensor]:
        """Losses of the sound and of the phonemes' names for one batch."""
        batch, phones = self.batch()
        told = flow(model, batch.to(self.where), self.tokenizer, tap=self.behind)
        return told.sound, F.cross_entropy(namer(told.sound_tokens).flatten(0, 1), phones.to(self.where).flatten())
