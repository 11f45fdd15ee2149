"""An endless supply of drawn sounds with their prompts, made by other processes while the network trains."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator

import numpy as np

from ..voices.clip import draw_script, perform
from ..voices.phones import frame_phones
from ..voices.prompts import sound_blocks
from .draw import FRAMES

#: Sounds that are drawn at once.
GROUP = 16
#: Sounds int16 [GROUP, n], the classes of their phonemes int16 [GROUP, FRAMES], and their prompts.
Group = tuple[np.ndarray, np.ndarray, list[str]]


def group(seed: int) -> Group:
    """`GROUP` sounds; the same seed gives the same."""
    sounds, phones, prompts = [], [], []
    for index in range(GROUP):
        rng = np.random.default_rng([seed, index, 31])
        script = draw_script(rng, FRAMES, silent=0.04)
        performed = perform(script, FRAMES)
        sounds.append((performed.mono * 32767).astype(np.int16))
        phones.append(frame_phones(performed.spoken, FRAMES))
        prompts.append("\n\n".join(sound_blocks(script, rng)))
    return np.stack(sounds), np.stack(phones), prompts


class Lines:
    """Groups drawn by `processes` others, or here where there are none; `first` is the seed to begin with."""

    def __init__(self, processes: int, first: int) -> None:
        self.seed = first
        self.pool = multiprocessing.get_context("spawn").Pool(processes) if processes else None
        self.coming: list = []
        self.width = 4 * processes

    def __iter__(self) -> Iterator[Group]:
        while True:
            if self.pool is None:
                yield group(self._next())
                continue
            while len(self.coming) < self.width:
                self.coming.append(self.pool.apply_async(group, (self._next(),)))
            yield self.coming.pop(0).get()

    def _next(self) -> int:
        self.seed += 1
        return self.seed

    def ready(self) -> bool:
        """Whether a group can be taken without waiting for it long."""
        return self.pool is None or bool(self.coming and self.coming[0].ready())

    def close(self) -> None:
        if self.pool is not None:
            self.pool.terminate()


def spare_processes(asked: int) -> int:
    """Processes for drawing: as asked; else all cores but two, none on a small machine."""
    return asked if asked >= 0 else max(0, (os.cpu_count() or 1) - 2)
