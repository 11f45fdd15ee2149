"""Training by the clock: a stage has seconds in all, a call has some of them, and what a call leaves behind the next takes up."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from ..fellows import as_first
from .sizes import PLANS


def arguments(about: str | None) -> argparse.ArgumentParser:
    """What every training by the clock is told."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--plan", choices=PLANS, default="full")
    parser.add_argument("--total", type=float, required=True, help="seconds of the whole stage")
    parser.add_argument("--seconds", type=float, default=1e9, help="seconds of this call")
    return parser


class Clock:
    """Yields the progress 0 to 1 of a stage until it or this call is over; `spent` counts earlier calls too."""

    def __init__(self, total_secs: float, call_secs: float, spent: float = 0.0) -> None:
        self.total, self.before, self.call = total_secs, spent, call_secs
        self.began = time.monotonic()

    @property
    def spent(self) -> float:
        return self.before + time.monotonic() - self.began

    @property
    def is_done(self) -> bool:
        return self.spent >= self.total

    def __iter__(self) -> Iterator[float]:
        self.began = time.monotonic()  # what came before, opening files and first batches, is not training
        while (progress := as_first(self._progress())) >= 0:
            yield progress

    def _progress(self) -> float:
        """How far the stage is; below nought once it or the call is over."""
        return -1.0 if self.is_done or time.monotonic() - self.began >= self.call else self.spent / self.total


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def save(path: Path, state: dict) -> None:
    """Write a checkpoint beside its place, then move it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".partial")
    torch.save(state, temporary)
    temporary.rename(path)


def load(path: Path, where: torch.device | str = "cpu") -> dict | None:
    """A checkpoint, or none where there is none yet."""
    return torch.load(path, map_location=where, weights_only=True) if path.exists() else None


def finish(path: Path, clock: Clock) -> None:
    """Mark a stage as done."""
    if clock.is_done:
        path.with_suffix(".done").touch()
