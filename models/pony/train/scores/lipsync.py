"""Whether a mouth belongs to a sound, from the mouth's opening per frame and the voice's loudness per frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..voices.espeak import SAMPLES_PER_FRAME
from ..voices.visemes import loudness

#: Offsets that are tried, in frames.
REACH = 8


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson's, 0 where one of them does not move."""
    n = min(len(a), len(b))
    a, b = a[:n] - a[:n].mean(), b[:n] - b[:n].mean()
    spread = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum()) / spread if spread > 1e-6 else 0.0


def shifted(mouth: np.ndarray, loud: np.ndarray, offset: int) -> float:
    """Correlation with the mouth `offset` frames later than the sound, over the frames that both have."""
    n = min(len(mouth), len(loud))
    if offset >= 0:
        return correlation(mouth[offset:n], loud[: n - offset])
    return correlation(mouth[: n + offset], loud[-offset:n])


@dataclass(frozen=True)
class LipSync:
    """`matched` and `mismatched` mean correlation, `offset_frames` at which the mean is best (positive: the mouth is
    late), and `found`: the share of mouths whose own sound is the best of `among`."""

    clips: int
    matched: float
    mismatched: float
    offset_frames: int
    found: float
    among: int


def lip_sync(mouths: list[np.ndarray], louds: list[np.ndarray], among: int = 32, seed: int = 0) -> LipSync:
    """Measures of clips: `mouths[i]` and `louds[i]`, float [f], belong together.

    Each mouth is compared with its own sound and with `among - 1` drawn others (fewer where there are fewer clips).
    Raises `ValueError` for less than two clips or lists of different length.
    """
    count = len(mouths)
    if count < 2 or count != len(louds):
        raise ValueError(f"{count} mouths and {len(louds)} sounds: two or more of each are needed")
    table = np.array([[correlation(m, s) for s in louds] for m in mouths])
    rng = np.random.default_rng(seed)
    apart = table[~np.eye(count, dtype=bool)]
    wins = []
    for i in range(count):
        others = rng.choice([j for j in range(count) if j != i], min(among, count) - 1, replace=False)
        wins.append(table[i, i] > table[i, others].max())
    by_offset = {k: np.mean([shifted(m, s, k) for m, s in zip(mouths, louds)]) for k in range(-REACH, REACH + 1)}
    best = max(by_offset, key=lambda k: (by_offset[k], -abs(k)))
    return LipSync(count, float(np.diag(table).mean()), float(apart.mean()), best, float(np.mean(wins)), min(among, count))


def loudness_track(sound: np.ndarray, frames: int) -> np.ndarray:
    """Loudness per frame of a sound, mono float32 at 16 kHz, silence added where it is shorter than the frames."""
    need = frames * SAMPLES_PER_FRAME
    return loudness(np.pad(sound[:need], (0, max(0, need - len(sound)))), frames)


def mouth_track(frames: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    """How open a mouth of dark inside is, float [f]: the share of the box (y0, y1, x0, x1) that is darker than its skin.

    frames: uint8 [f, h, w, 3].
    """
    y0, y1, x0, x1 = box
    light = frames[:, y0:y1, x0:x1].astype(np.float32) @ np.array([0.3, 0.59, 0.11], np.float32)
    skin = np.percentile(light, 80)
    return np.clip((0.75 * skin - light) / (0.5 * skin + 1e-6), 0, 1).mean((1, 2))
