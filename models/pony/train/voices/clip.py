"""The sound of a clip: who says what and when, what is heard behind it, and what the mouth does."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from .espeak import RATE, SAMPLES_PER_FRAME, VOICES, Spoken, speak
from .grammar import LANGUAGES, Line, draw_line
from .sounds import SOUNDS, background
from .visemes import Mouth, mouth_of

#: How long a line may be, and how late the first one may begin, in seconds.
SHORTEST_SECS, LONGEST_SECS, LATEST_SECS = 0.6, 3.4, 0.8
#: Lines begin with a latent frame of the picture, which is four of its frames, so that a word always is the same frames of sound and
#: of a mouth, wherever it is said.
GRID_SECS = 4 * SAMPLES_PER_FRAME / RATE
#: Silence that is kept at the end.
TAIL_SECS = 0.08
#: Shares of clips in which a line is two sentences, in which a second line follows, and in which a line may begin at any
#: time at which it fits rather than in the first 0.8 s. Without the last, all mouths would open together, and which sound
#: belongs to which mouth could not be told.
TWO_SENTENCES, SECOND_LINE, ANY_START = 0.4, 0.35, 0.5
#: A background under a voice, and one that is all there is.
UNDER_SPEECH, ALONE = 0.8, 1.5


@dataclass(frozen=True)
class Said:
    """A line in a clip."""

    line: Line
    voice: str
    start_secs: float
    end_secs: float


@dataclass(frozen=True)
class Script:
    """What is heard in a clip, by names: it can be stored and played again."""

    said: tuple[Said, ...]
    background: str
    seed: int


@dataclass
class ClipSound:
    """The sound of a clip and its mouth."""

    script: Script
    voice: np.ndarray  # float32 [n], mono, alone
    stereo: np.ndarray  # float32 [2, n], voice in the middle over the background
    mouth: Mouth
    spoken: list[tuple[float, Spoken]] = field(default_factory=list)

    @property
    def mono(self) -> np.ndarray:
        """What a codec of one channel gets: the mean of both sides."""
        return self.stereo.mean(0)


def worded(rng: np.random.Generator, language: str, held_out: bool = False, two: float = TWO_SENTENCES) -> Line:
    """A line of one sentence or, in the share `two`, of two."""
    line = draw_line(rng, language, held_out)
    if rng.random() >= two:
        return line
    more = draw_line(rng, language, held_out)
    gap = "" if language in ("Mandarin", "Cantonese", "Japanese") else " "
    return Line(language, line.text + gap + more.text, line.reading + " " + more.reading)


def _line(rng: np.random.Generator, language: str, held_out: bool, room_secs: float, voice: str) -> tuple[Line, Spoken] | None:
    """A line that fits into the room, one or two sentences; none where ten tries are too long or too short."""
    for attempt in range(10):
        line = worded(rng, language, held_out, TWO_SENTENCES if attempt < 6 else 0.0)
        spoken = speak(line.reading, language, voice)
        if SHORTEST_SECS <= spoken.secs <= min(LONGEST_SECS, room_secs):
            return line, spoken
    return None


def draw_script(rng: np.random.Generator, frames: int, voice: str = "", language: str = "", held_out: bool = False, silent: float = 0.08,
                alone: float = 0.45) -> Script:
    """A script for a clip of so many frames; a drawn voice and language where none is named.

    `silent` is the share of clips in which nobody speaks, `alone` the share with speech and no background.
    """
    seed = int(rng.integers(2**31))
    kind = "" if rng.random() < alone else str(rng.choice(list(SOUNDS)))
    voice, language = voice or str(rng.choice(list(VOICES))), language or str(rng.choice(LANGUAGES))
    said: list[Said] = []
    total = frames * SAMPLES_PER_FRAME / RATE - TAIL_SECS
    if rng.random() >= silent:
        found = _line(rng, language, held_out, total, voice)
        if found:
            line, spoken = found
            latest = total - spoken.secs
            latest = latest if rng.random() < ANY_START else min(latest, LATEST_SECS)
            start = GRID_SECS * int(rng.integers(int(latest / GRID_SECS) + 1))
            said.append(Said(line, voice, start, start + spoken.secs))
            after = GRID_SECS * math.ceil((said[0].end_secs + rng.uniform(0.25, 0.6)) / GRID_SECS)
            if rng.random() < SECOND_LINE and total - after > SHORTEST_SECS:
                more = _line(rng, language, held_out, total - after, voice)
                if more:
                    said.append(Said(more[0], voice, after, after + more[1].secs))
    return Script(tuple(said), kind, seed)


def perform(script: Script, frames: int) -> ClipSound:
    """The sound of a script; the same script always gives the same sound."""
    n = frames * SAMPLES_PER_FRAME
    voice, spoken = np.zeros(n, np.float32), []
    for said in script.said:
        sound = speak(said.line.reading, said.line.language, said.voice)
        at = int(round(said.start_secs * RATE))
        voice[at : at + len(sound.sound)] += sound.sound[: n - at]
        spoken.append((said.start_secs, sound))
    around = background(script.background, n, np.random.default_rng([script.seed, 3]))
    stereo = np.clip(voice + around * (UNDER_SPEECH if spoken else ALONE), -1, 1).astype(np.float32)
    return ClipSound(script, voice, stereo, mouth_of(spoken, frames), spoken)
