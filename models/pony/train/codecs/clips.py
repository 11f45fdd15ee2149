"""Reads the crops of drawn clips that the video codecs learn from: one .npz each, with `frames` and `mouth_box`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HELD_OUT_EVERY = 40


@dataclass
class Clip:
    frames: np.ndarray  # uint8 [f, h, w, 3]
    mouth_box: tuple[int, int, int, int]  # y0, y1, x0, x1; -1 if there is no mouth


def clip_paths(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.npz"))


def split(paths: list[Path]) -> tuple[list[Path], list[Path]]:
    """Training clips and held-out clips: those whose number divides by 40 are never trained on."""
    held = [p for p in paths if int(p.stem) % HELD_OUT_EVERY == 0]
    return [p for p in paths if p not in set(held)], held


def read_clip(path: Path) -> Clip:
    with np.load(path, allow_pickle=False) as data:
        return Clip(data["frames"], tuple(int(v) for v in data["mouth_box"]))


class Growing:
    """Items of a folder that is still being filled: asks for new files now and then and loads them."""

    def __init__(self, folder: Path, load, limit: int, rng: np.random.Generator, every_secs: float = 60.0) -> None:
        self.folder, self.load, self.limit, self.rng, self.every_secs = folder, load, limit, rng, every_secs
        self.items: list = []
        self.seen: set[Path] = set()
        self.next_look = 0.0

    def training_paths(self) -> list[Path]:
        return split(clip_paths(self.folder))[0]

    def refresh(self) -> None:
        if time.monotonic() < self.next_look:
            return
        self.next_look = time.monotonic() + self.every_secs
        new = [p for p in self.training_paths() if p not in self.seen]
        for path in self.rng.permutation(np.array(new, dtype=object))[: max(0, self.limit - len(self.items))]:
            try:
                self.items.append(self.load(path))
            except (OSError, ValueError, KeyError, EOFError):
                continue  # still being written; the next look takes it
            self.seen.add(path)
