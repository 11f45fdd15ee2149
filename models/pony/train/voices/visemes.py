"""From phonemes to mouths: for every frame one of nine shapes and how far it is open.

A vowel is wide, a consonant takes half of what is around it, lips close for m, b, p whatever the vowels want. The
opening also follows the loudness of the voice, as a mouth does that speaks up, and it moves with attack and release.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
from scipy import signal

from .espeak import FPS, RATE, SAMPLES_PER_FRAME, Phone, Spoken

#: The mouths that the theatre draws.
VISEMES = ("rest", "mbp", "fv", "l", "ai", "e", "o", "u", "ss")

#: First letters of a phoneme to its mouth and how far it is open, 0 to 1; longer entries first.
_CONSONANTS = {
    "tʃ": ("ss", 0.30), "dʒ": ("ss", 0.30), "dʑ": ("ss", 0.30), "tɕ": ("ss", 0.30), "ts": ("ss", 0.25), "dz": ("ss", 0.25),
    "tʂ": ("ss", 0.30), "pf": ("fv", 0.15),
    "m": ("mbp", 0.0), "b": ("mbp", 0.0), "p": ("mbp", 0.0),
    "f": ("fv", 0.15), "v": ("fv", 0.15), "ɸ": ("fv", 0.15), "β": ("fv", 0.15), "ʋ": ("fv", 0.15),
    "s": ("ss", 0.25), "z": ("ss", 0.25), "ʃ": ("ss", 0.30), "ʒ": ("ss", 0.30), "ɕ": ("ss", 0.30), "ʑ": ("ss", 0.30),
    "ʂ": ("ss", 0.30), "ʐ": ("ss", 0.30), "c\u0327": ("ss", 0.30),
    "l": ("l", 0.45), "ɫ": ("l", 0.45), "ɭ": ("l", 0.45), "n": ("l", 0.40), "ɲ": ("l", 0.40), "t": ("l", 0.35), "d": ("l", 0.35),
    "ɾ": ("l", 0.45), "ɽ": ("l", 0.45), "r": ("l", 0.45), "θ": ("l", 0.35), "ð": ("l", 0.35),
    "w": ("u", 0.35), "ɥ": ("u", 0.35), "ɹ": ("u", 0.40), "ɻ": ("u", 0.40),
    "j": ("e", 0.45), "ʎ": ("e", 0.45),
}
#: Made behind the lips, which stay as the neighbours want them.
_HIDDEN = ("k", "ɡ", "g", "ŋ", "h", "x", "χ", "ʁ", "ʔ", "c", "q", "ɦ", "ɣ", "ɰ", "ɟ", "ɴ", "ʲ")
_VOWELS = {
    "a": ("ai", 1.0), "ɑ": ("ai", 1.0), "æ": ("ai", 0.95), "ɐ": ("ai", 0.9), "ʌ": ("ai", 0.85),
    "e": ("e", 0.8), "ɛ": ("e", 0.85), "ə": ("e", 0.7), "ɜ": ("e", 0.75), "ɚ": ("e", 0.7), "ɝ": ("e", 0.75), "ɘ": ("e", 0.7),
    "i": ("e", 0.65), "ɪ": ("e", 0.65), "ɨ": ("e", 0.6), "ᵻ": ("e", 0.65),
    "o": ("o", 0.9), "ɔ": ("o", 0.95), "ɒ": ("o", 0.95), "ɤ": ("o", 0.75), "ø": ("o", 0.75), "œ": ("o", 0.8),
    "u": ("u", 0.65), "ʊ": ("u", 0.65), "ɯ": ("u", 0.6), "ʉ": ("u", 0.65), "y": ("u", 0.6), "ʏ": ("u", 0.6),
}
#: Lips that are round already before the vowel comes.
_ROUND = ("o", "u")
#: How long a pause may be until the mouth rests, in seconds.
_GAP_SECS = 0.09
_STEP = 4  # positions in a frame at which the mouth is computed
#: Lips are a little ahead of what is heard, in seconds.
_LEAD_SECS = 0.012


@dataclass(frozen=True)
class Mouth:
    """What the mouth does: per frame the index of one of `VISEMES` and the opening 0 to 1, and the voice's loudness 0 to 1."""

    viseme: np.ndarray
    opening: np.ndarray
    loudness: np.ndarray


def shapes(phone: Phone) -> list[tuple[str | None, float, bool]]:
    """Mouth, opening and whether it is a vowel, of each part of a phoneme; no mouth where the lips follow their neighbours."""
    # A nasal vowel is the vowel with a mark of its own.
    name = unicodedata.normalize("NFD", phone.name)
    if not name:
        return [("rest", 0.0, False)]
    vowels = [_VOWELS[letter] for letter in name if letter in _VOWELS]
    for length in (2, 1):
        if name[:length] in _CONSONANTS:
            mouth, opening = _CONSONANTS[name[:length]]
            return [(mouth, opening, False)]
    if name[0] in _HIDDEN or not vowels:
        return [(None, 0.4, False)]
    parts = [vowels[0], *(b for a, b in zip(vowels, vowels[1:]) if a != b)][:2]
    return [(mouth, opening, True) for mouth, opening in parts]


def loudness(voice: np.ndarray, frames: int) -> np.ndarray:
    """How loud speech is in each frame, 0 to 1: the RMS of 250 to 3500 Hz in 40 ms, to the power 0.6, by its 95th percentile.

    `voice`: float32 at 16 kHz, as long as the frames or longer.
    """
    band = signal.sosfilt(signal.butter(2, [250, 3500], "band", fs=RATE, output="sos"), voice)
    level = np.sqrt((band[: frames * SAMPLES_PER_FRAME].reshape(frames, -1) ** 2).mean(1))
    heard = level[level > 2e-3]
    if len(heard) < 2:
        return np.zeros(frames, np.float32)
    return (np.clip(level / np.percentile(heard, 95), 0, 1) ** 0.6).astype(np.float32)


def _segments(phones: tuple[Phone, ...]) -> list[list]:
    """[start, end, mouth or None, opening, is vowel], diphthongs in two, short pauses bridged."""
    out: list[list] = []
    for phone in phones:
        parts = shapes(phone)
        cuts = [0.0, 0.6, 1.0] if len(parts) == 2 else [0.0, 1.0]
        span = phone.end_secs - phone.start_secs
        if not phone.name and span < _GAP_SECS:
            parts = [(None, 0.3, False)]
        for (mouth, opening, vowel), a, b in zip(parts, cuts, cuts[1:]):
            out.append([phone.start_secs + a * span, phone.start_secs + b * span, mouth, opening, vowel])
    return out


def _coarticulate(segments: list[list]) -> None:
    """Lips behind which a sound is made take the next vowel's shape; consonants before a round vowel are round and smaller."""
    for i, segment in enumerate(segments):
        after = next((s for s in segments[i + 1 : i + 4] if s[4]), None)
        before = next((s for s in reversed(segments[max(0, i - 3) : i]) if s[4]), None)
        near = [s for s in (before, after) if s is not None]
        if segment[2] is None:
            segment[2] = (after or before or [0, 0, "e"])[2]
            segment[3] = 0.55 * float(np.mean([s[3] for s in near])) if near else 0.3
        elif segment[2] in ("l", "ss") and near:
            segment[3] = 0.5 * segment[3] + 0.35 * float(np.mean([s[3] for s in near]))
            if segment[2] == "l" and after is not None and after[2] in _ROUND and segment[1] - segment[0] < 0.08:
                segment[2] = after[2]


def mouth_of(lines: list[tuple[float, Spoken]], frames: int) -> Mouth:
    """The mouth of a speaker whose lines begin at the given seconds."""
    voice = np.zeros(frames * SAMPLES_PER_FRAME, np.float32)
    grid = frames * _STEP
    wish, kind = np.zeros(grid, np.float32), np.zeros(grid, np.int64)
    times = (np.arange(grid) + 0.5) / (_STEP * FPS)
    for start, spoken in lines:
        at = int(round(start * RATE))
        piece = spoken.sound[: len(voice) - at]
        voice[at : at + len(piece)] += piece
        segments = _segments(spoken.phones)
        _coarticulate(segments)
        for a, b, mouth, opening, _ in segments:
            here = (times + _LEAD_SECS >= start + a) & (times + _LEAD_SECS < start + b)
            wish[here], kind[here] = opening, VISEMES.index(mouth)
    loud = loudness(voice, frames)
    # The mouth speaks up with the voice; between frames the loudness is taken linearly.
    local = np.interp(times * FPS, np.arange(frames) + 0.5, loud)
    wish = wish * (0.25 + 0.85 * local)
    opening, state = np.zeros(frames, np.float32), 0.0
    for i in range(frames):
        goal = float(wish[i * _STEP : (i + 1) * _STEP].mean())
        state += (goal - state) * (0.9 if goal > state else 0.8)
        opening[i] = min(state, 1.0)
    viseme = np.zeros(frames, np.int64)
    for i in range(frames):
        cells = kind[i * _STEP : (i + 1) * _STEP]
        counts = np.bincount(cells, minlength=len(VISEMES)).astype(float)
        counts[VISEMES.index("mbp")] *= 2.5  # short, and what an eye looks for
        counts[VISEMES.index("fv")] *= 1.5
        counts[0] *= 0.5
        viseme[i] = int(counts.argmax())
    opening[viseme == VISEMES.index("mbp")] *= 0.3
    viseme[(opening < 0.06) & (viseme != VISEMES.index("mbp"))] = 0
    return Mouth(viseme, opening.astype(np.float32), loud)
