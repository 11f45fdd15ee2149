"""Whether the sound says the text: how long it speaks, and how close it is to the synthesiser's own reading.

There is no recogniser here. The closeness of two readings is the path of dynamic time warping (Sakoe and Chiba 1978) over
cepstra; what it means is told by the same figure for readings of other lines in the same language and voice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from ..voices.espeak import speak
from ..voices.grammar import Line, draw_line
from .hearing import cepstra, speech_only, spoken_secs


def warped_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Mean distance along the best path between [n, k] and [m, k]; steps as in Sakoe and Chiba, diagonal ones count twice."""
    cost = np.sqrt(np.maximum((a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T, 0))
    n, m = cost.shape
    # Anti-diagonals of the table, so that numpy does the inner loop.
    before = two_before = np.full(n + 1, np.inf)
    two_before = two_before.copy()
    for d in range(n + m - 1):
        low, high = max(0, d - m + 1), min(n - 1, d)
        rows = np.arange(low, high + 1)
        c = cost[rows, d - rows]
        here = np.full(n + 1, np.inf)
        if d == 0:
            here[1] = 2 * c[0]
        else:
            here[rows + 1] = np.minimum(np.minimum(before[rows + 1], before[rows]) + c, two_before[rows] + 2 * c)
        two_before, before = before, here
    return float(before[n]) / (n + m)


@dataclass(frozen=True)
class Wording:
    """`own` and `others`: mean distance to the reading of the asked line, and of other lines; `closeness` 1 - own / others
    (0: no more alike than other lines; see `ceiling` for what is possible); `found`: share of sounds whose line is the
    nearest of `among`."""

    clips: int
    own: float
    others: float
    closeness: float
    found: float
    among: int


def wording(sounds: list[np.ndarray], lines: list[Line], voices: list[str], among: int = 16, seed: int = 0) -> Wording:
    """Closeness of sounds (mono float32 at 16 kHz, one line each) to the reading of their lines in the asked voices.

    The other lines are held-out ones of the same language whose reading is at most 30 % longer or shorter.
    """
    own, others, wins = [], [], []
    for i, (sound, line, voice) in enumerate(zip(sounds, lines, voices)):
        rng = np.random.default_rng([seed, i])
        heard = cepstra(speech_only(sound))
        reading = speak(line.reading, line.language, voice)
        mine = warped_distance(heard, cepstra(reading.sound))
        far: list[float] = []
        for _ in range(40 * among):
            other = draw_line(rng, line.language, held_out=True)
            spoken = speak(other.reading, line.language, voice)
            if other.text != line.text and 0.7 < spoken.secs / reading.secs < 1.3:
                far.append(warped_distance(heard, cepstra(spoken.sound)))
                if len(far) == among - 1:
                    break
        if not far:  # no line of this length; compare with any
            other = draw_line(rng, line.language, held_out=True)
            far.append(warped_distance(heard, cepstra(speak(other.reading, line.language, voice).sound)))
        own.append(mine)
        others.append(float(np.mean(far)))
        wins.append(mine < min(far))
    a, b = float(np.mean(own)), float(np.mean(others))
    return Wording(len(own), a, b, 1 - a / b, float(np.mean(wins)), among)


@dataclass(frozen=True)
class Lengths:
    """Spearman's rank correlation of how long was spoken with the length of the reading, and with the letters of the text."""

    clips: int
    by_reading: float
    by_letters: float
    ratio: float  # median of heard by expected


def line_lengths(sounds: list[np.ndarray], lines: list[list[Line]], voices: list[str]) -> Lengths:
    """How the spoken time of clips follows their text; each clip has the lines that are said in it."""
    heard = np.array([spoken_secs(sound) for sound in sounds])
    expected = np.array([sum(speak(x.reading, x.language, v).secs for x in rows) for rows, v in zip(lines, voices)])
    letters: dict[str, list[int]] = {}
    for i, rows in enumerate(lines):
        letters.setdefault(rows[0].language, []).append(i)
    # Letters count for different times in different scripts, so ranks are taken within a language.
    by_language = [
        stats.spearmanr(heard[at], [sum(len(x.text) for x in lines[i]) for i in at]).statistic for at in letters.values() if len(at) > 2
    ]
    return Lengths(
        len(sounds), float(stats.spearmanr(heard, expected).statistic), float(np.mean(by_language)) if by_language else float("nan"),
        float(np.median(heard / np.maximum(expected, 0.1))),
    )
