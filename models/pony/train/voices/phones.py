"""Which phoneme is heard in which frame, as classes for a network to name."""

from __future__ import annotations

import zlib

import numpy as np

from .espeak import FPS, Spoken

#: Classes; 0 is silence. Seven languages have some 200 phonemes with their lengths and tones.
PHONES = 512


def phone_class(name: str) -> int:
    """The class of a phoneme in IPA, the same in every process; two may share one."""
    return 1 + zlib.crc32(name.encode()) % (PHONES - 1) if name else 0


def frame_phones(lines: list[tuple[float, Spoken]], frames: int) -> np.ndarray:
    """The class in the middle of each frame, int16 [frames], of lines that begin at the given seconds."""
    times, out = (np.arange(frames) + 0.5) / FPS, np.zeros(frames, np.int16)
    for start, spoken in lines:
        for phone in spoken.phones:
            out[(times >= start + phone.start_secs) & (times < start + phone.end_secs)] = phone_class(phone.name)
    return out
