"""The tune of the sample project, on paper marimba and a soft bass, made from sine waves.

python music.py tune.wav && ffmpeg -i tune.wav -c:a aac -b:a 72k -movflags +faststart -map_metadata -1 paper-town.m4a
"""

import sys
import wave

import numpy as np

RATE = 44_100
BEAT = 60 / 96
CHORDS = [
    (48, [64, 67, 72, 76]),
    (45, [64, 69, 72, 76]),
    (41, [65, 69, 72, 77]),
    (43, [62, 67, 71, 74]),
    (48, [64, 67, 72, 79]),
    (48, [64, 67, 72, 76]),
]
PATTERN = [0, 2, 1, 3, 2, 1, 3, 2]


def frequency(midi: int) -> float:
    return 440 * 2 ** ((midi - 69) / 12)


def marimba(midi: int) -> np.ndarray:
    t, f = np.arange(int(RATE * 1.1)) / RATE, frequency(midi)
    partials = [(1, 1.0, 5), (4, 0.35, 16), (9.9, 0.12, 40)]
    return sum(level * np.sin(2 * np.pi * f * times * t) * np.exp(-t * decay) for times, level, decay in partials)


def bass(midi: int) -> np.ndarray:
    t, f = np.arange(int(RATE * 1.6)) / RATE, frequency(midi)
    return (np.sin(2 * np.pi * f * t) + 0.2 * np.sin(4 * np.pi * f * t)) * np.exp(-t * 2) * np.minimum(1, t * 60)


def tune() -> np.ndarray:
    out = np.zeros(int(RATE * (len(CHORDS) * 4 * BEAT + 2)))

    def put(at: float, sound: np.ndarray, level: float) -> None:
        start = int(at * RATE)
        out[start : start + len(sound)] += level * sound[: len(out) - start]

    for bar, (root, chord) in enumerate(CHORDS):
        for step, voice in enumerate(PATTERN):
            if bar == len(CHORDS) - 1 and step > 4:
                break
            swing = 0.06 * BEAT if step % 2 else 0
            octave = 12 if (bar + step) % 5 == 0 else 0
            put((bar * 4 + step * 0.5) * BEAT + swing, marimba(chord[voice] + octave), 0.22 if step % 4 == 0 else 0.15)
        put(bar * 4 * BEAT, bass(root), 0.3)
        put((bar * 4 + 2) * BEAT, bass(root + (7 if bar % 2 else 0)), 0.2)
    delay = int(RATE * 0.75 * BEAT)
    out[delay:] += out[:-delay] * 0.22
    return out / np.abs(out).max() * 0.7


with wave.open(sys.argv[1], "wb") as file:
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(RATE)
    file.writeframes((tune() * 32767).astype("<i2").tobytes())
