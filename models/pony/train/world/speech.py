"""Spoken lines by espeak-ng, background sounds, and the mouth opening that follows from a voice."""

from __future__ import annotations

import functools
import io
import subprocess
import wave

import numpy as np
from scipy import signal

from .vocabulary import FPS, SAMPLE_RATE, SPEAKERS, VOICES

SAMPLES_PER_FRAME = SAMPLE_RATE // FPS


@functools.lru_cache(maxsize=4096)
def speak(text: str, language: str, speaker: str) -> np.ndarray:
    """A spoken line, float32 at 12.8 kHz, peak 0.5, silence at both ends removed.

    Raises `RuntimeError` when espeak-ng is missing or fails.
    """
    variant, pitch, speed = SPEAKERS[speaker]
    command = ["espeak-ng", "-v", f"{VOICES[language]}+{variant}", "-p", str(pitch), "-s", str(speed), "--stdout", text]
    try:
        done = subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise RuntimeError(f"espeak-ng could not speak a line; install the package espeak-ng ({error})") from error
    with wave.open(io.BytesIO(done.stdout)) as reader:
        rate = reader.getframerate()
        pcm = np.frombuffer(reader.readframes(reader.getnframes()), np.int16)
    sound = pcm.astype(np.float32) / 32768
    common = np.gcd(rate, SAMPLE_RATE)
    sound = signal.resample_poly(sound, SAMPLE_RATE // common, rate // common).astype(np.float32)
    loud = np.flatnonzero(np.abs(sound) > 0.01 * max(float(np.abs(sound).max()), 1e-6))
    if len(loud):
        sound = sound[loud[0] : loud[-1] + 1]
    return sound * (0.5 / max(float(np.abs(sound).max()), 1e-6))


def mouth_opening(voice: np.ndarray, frames: int) -> np.ndarray:
    """Mouth opening 0..1 per frame: the 250-3500 Hz loudness of each 40 ms, with attack and release."""
    band = signal.sosfilt(signal.butter(2, [250, 3500], "band", fs=SAMPLE_RATE, output="sos"), voice)
    blocks = band[: frames * SAMPLES_PER_FRAME].reshape(frames, SAMPLES_PER_FRAME)
    level = np.sqrt((blocks**2).mean(1))
    active = level[level > 1e-3]
    if len(active) < 2:
        return np.zeros(frames, np.float32)
    target = np.clip(level / np.percentile(active, 95) * 1.1 - 0.08, 0, 1) ** 0.8
    opening, state = np.zeros(frames, np.float32), 0.0
    for i, goal in enumerate(target):
        state += (goal - state) * (0.75 if goal > state else 0.6)
        opening[i] = state
    return opening


def background(kind: str, samples: int, rng: np.random.Generator) -> np.ndarray:
    """A quiet background sound of one of the named kinds; silence for the empty name."""
    time = np.arange(samples) / SAMPLE_RATE
    noise = rng.standard_normal(samples)
    butter = lambda edges, kind="band": signal.butter(2, edges, kind, fs=SAMPLE_RATE, output="sos")  # noqa: E731
    if kind == "Wind":
        gust = 0.6 + 0.4 * np.sin(2 * np.pi * (0.35 * time + rng.random()))
        sound = signal.sosfilt(butter([150, 700]), noise) * gust * 0.09
    elif kind == "Rain":
        drops = noise * (rng.random(samples) < 0.02) * 3
        sound = signal.sosfilt(butter(1500, "high"), noise * 0.4 + drops) * 0.04
    elif kind == "Waves":
        swell = np.clip(np.sin(2 * np.pi * (0.3 * time + rng.random())), 0, 1) ** 1.5 + 0.15
        sound = signal.sosfilt(butter([200, 2500]), noise) * swell * 0.06
    elif kind == "Birds":
        sound = np.zeros(samples)
        for start in rng.uniform(0, samples / SAMPLE_RATE, 7):
            length, pitch = rng.uniform(0.08, 0.2), rng.uniform(2400, 3600)
            local = time - start
            chirp = np.sin(2 * np.pi * (pitch * local + 12 * np.sin(2 * np.pi * 14 * local)))
            sound += chirp * np.where((local > 0) & (local < length), np.sin(np.pi * local / length), 0) * 0.06
    else:
        sound = np.zeros(samples)
    return sound.astype(np.float32)
