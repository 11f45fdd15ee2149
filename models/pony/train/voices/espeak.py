"""The espeak-ng synthesiser through its C interface: a line's sound, and its phonemes with their times.

The library is the system's, or that of the folder that `GALLOP_ESPEAK` names (made by `python -m train.voices.carry`), so
that a machine without packages can speak. About 3 ms a line. Only recipes use it; nothing of it is in the product.

C interface: `speak_lib.h` of espeak-ng 1.51 (events, parameters, return codes).
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import signal

#: Samples a second of all sounds in this package, and of a frame of 40 ms.
RATE = 16_000
FPS = 25
SAMPLES_PER_FRAME = RATE // FPS

#: Language name in the prompt to espeak-ng voice. `cmn` and `fr-fr` would be wrong here: the first spells Mandarin in
#: English letters, the second is not a name that the library finds.
ESPEAK_LANGUAGE = {
    "Mandarin": "cmn-latn-pinyin",
    "Cantonese": "yue",
    "English": "en-us",
    "Japanese": "ja",
    "Korean": "ko",
    "German": "de",
    "French": "fr",
}


@dataclass(frozen=True)
class Voice:
    """A speaker: espeak-ng variant, pitch and pitch range 0 to 99, words a minute, and how prompts name it."""

    variant: str
    pitch: int
    spread: int
    speed: int
    names: tuple[str, ...]


VOICES = {
    "woman": Voice("f2", 55, 55, 165, ("Young woman", "Woman", "Young woman, warm voice")),
    "man": Voice("m3", 38, 50, 160, ("Young man", "Man", "Man, deep voice")),
    "girl": Voice("f5", 90, 70, 175, ("Girl", "Little girl", "Child")),
    "boy": Voice("m3", 99, 70, 178, ("Boy", "Little boy", "Child")),
    "old woman": Voice("grandma", 45, 40, 140, ("Old woman", "Grandmother", "Old woman, soft voice")),
    "old man": Voice("grandpa", 20, 35, 135, ("Old man", "Grandfather", "Old man, slow voice")),
    "robot": Voice("robosoft5", 30, 10, 150, ("Robot", "Machine", "Robot, flat voice")),
}


@dataclass(frozen=True)
class Phone:
    """A phoneme in IPA, empty for a pause, and when it sounds, in seconds."""

    name: str
    start_secs: float
    end_secs: float


@dataclass(frozen=True)
class Spoken:
    """A line: mono float32 at `RATE`, loudness evened out, and its phonemes."""

    sound: np.ndarray
    phones: tuple[Phone, ...]

    @property
    def secs(self) -> float:
        return len(self.sound) / RATE


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int), ("unique_identifier", ctypes.c_uint), ("text_position", ctypes.c_int), ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int), ("sample", ctypes.c_int), ("user_data", ctypes.c_void_p), ("name", ctypes.c_char * 8),
    ]


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))
_SYNCHRONOUS, _PHONEME_EVENTS, _PHONEME_IPA, _DONT_EXIT = 2, 1, 2, 0x8000
_LIST_TERMINATED, _PHONEME = 0, 7
_RATE, _PITCH, _RANGE = 1, 3, 4
_UTF8 = 1


class Engine:
    """The library, once in a process."""

    def __init__(self) -> None:
        carried = os.environ.get("GALLOP_ESPEAK")
        if carried:
            folder = Path(carried).resolve()
            for name in ("libpcaudio.so.0", "libsonic.so.0"):
                ctypes.CDLL(str(folder / "lib" / name), mode=ctypes.RTLD_GLOBAL)
            path, data = str(folder / "lib" / "libespeak-ng.so.1"), str(folder).encode()
        else:
            path, data = ctypes.util.find_library("espeak-ng") or "libespeak-ng.so.1", None
        try:
            self.lib = ctypes.CDLL(path)
        except OSError as error:
            raise RuntimeError(f"espeak-ng is not there; install the package espeak-ng, or set GALLOP_ESPEAK ({error})") from error
        options = _PHONEME_EVENTS | _PHONEME_IPA | _DONT_EXIT
        self.rate = self.lib.espeak_Initialize(_SYNCHRONOUS, 0, data, options)
        if self.rate <= 0:
            raise RuntimeError(f"espeak-ng does not start; is its data beside it? ({data or 'system folder'})")
        self.pieces: list[np.ndarray] = []
        self.events: list[tuple[int, str]] = []
        self.callback = _CALLBACK(self._take)  # kept, as the library holds only its address
        self.lib.espeak_SetSynthCallback(self.callback)

    def _take(self, wave, count: int, events) -> int:
        index = 0
        while events[index].type != _LIST_TERMINATED:
            if events[index].type == _PHONEME:
                self.events.append((events[index].audio_position, events[index].name.decode("utf-8", "ignore")))
            index += 1
        if wave and count > 0:
            self.pieces.append(np.ctypeslib.as_array(wave, (count,)).astype(np.float32) / 32768)
        return 0

    def say(self, text: str, language: str, voice: Voice) -> tuple[np.ndarray, list[tuple[int, str]]]:
        """Samples at `self.rate`, and phonemes with the milliseconds at which they begin."""
        name = f"{ESPEAK_LANGUAGE[language]}+{voice.variant}"
        if self.lib.espeak_SetVoiceByName(name.encode()) != 0:
            raise RuntimeError(f"espeak-ng does not know the voice {name}")
        for parameter, value in ((_PITCH, voice.pitch), (_RANGE, voice.spread), (_RATE, voice.speed)):
            self.lib.espeak_SetParameter(parameter, value, 0)
        self.pieces, self.events = [], []
        raw = text.encode()
        if self.lib.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, _UTF8, None, None) != 0:
            raise RuntimeError(f"espeak-ng cannot say {text!r}")
        self.lib.espeak_Synchronize()
        if not self.pieces:
            raise RuntimeError(f"espeak-ng says nothing for {text!r} in {language}")
        return np.concatenate(self.pieces), self.events


@functools.lru_cache(maxsize=1)
def engine() -> Engine:
    return Engine()


def evened(sound: np.ndarray) -> np.ndarray:
    """The sound at a usual loudness of speech: 0.1 RMS where it is not silent, peaks below 0.7."""
    level = np.sqrt(np.mean(sound[np.abs(sound) > 0.02 * max(float(np.abs(sound).max()), 1e-6)] ** 2)) if len(sound) else 0
    sound = sound * (0.1 / max(float(level), 1e-6))
    return (sound / max(1.0, float(np.abs(sound).max()) / 0.7)).astype(np.float32)


@functools.lru_cache(maxsize=20_000)
def speak(reading: str, language: str, voice: str) -> Spoken:
    """A line in one of the `VOICES`, silence at its ends cut off.

    Raises `RuntimeError` when espeak-ng is missing or says nothing.
    """
    raw, events = engine().say(reading, language, VOICES[voice])
    common = int(np.gcd(engine().rate, RATE))
    sound = signal.resample_poly(raw, RATE // common, engine().rate // common)
    loud = np.flatnonzero(np.abs(sound) > 0.01 * max(float(np.abs(sound).max()), 1e-6))
    first, last = (int(loud[0]), int(loud[-1]) + 1) if len(loud) else (0, len(sound))
    length = (last - first) / RATE
    edges = [min(max(ms / 1000 - first / RATE, 0.0), length) for ms, _ in events] + [length]
    names = [name if not name.startswith("(") else "" for _, name in events]
    phones = tuple(Phone(n, a, b) for n, a, b in zip(names, edges, edges[1:]) if b > a)
    return Spoken(evened(sound[first:last]), phones)
