"""What an ear takes from a sound: mel spectra, cepstra, and where somebody speaks. Sounds are mono float32 at 16 kHz."""

from __future__ import annotations

import functools

import numpy as np
from scipy import fft

from ..voices.espeak import FPS, RATE, SAMPLES_PER_FRAME
from ..voices.visemes import loudness

BANDS = 40
WINDOW = 400
HOP = 160
FLOOR_DB = -60.0


@functools.lru_cache(maxsize=4)
def mel_filters(bands: int, size: int) -> np.ndarray:
    """Triangular filters on the mel scale up to 7.6 kHz, [bands, size / 2 + 1]."""
    mel = lambda f: 2595 * np.log10(1 + f / 700)  # noqa: E731
    edges = 700 * (10 ** (np.linspace(mel(60.0), mel(7600.0), bands + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(size, 1 / RATE)
    low, mid, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    weights = np.minimum((bins - low) / (mid - low), (high - bins) / (high - mid)).clip(0)
    return weights / weights.sum(1, keepdims=True)


def log_mel(sound: np.ndarray, bands: int = BANDS) -> np.ndarray:
    """[n] to dB per band and 10 ms, [frames, bands], not below `FLOOR_DB` under the loudest."""
    if len(sound) < WINDOW:
        sound = np.pad(sound, (0, WINDOW - len(sound)))
    frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW), 512)) ** 2 @ mel_filters(bands, 512).T
    level = 10 * np.log10(power + 1e-12)
    return np.maximum(level, level.max() + FLOOR_DB).astype(np.float32)


def cepstra(sound: np.ndarray) -> np.ndarray:
    """Half the loudness and cepstra 1 to 12 per 20 ms, without their means: what is said more than by whom, [frames, 13].

    What lies 40 dB below the loudest is taken for silence, so that a quiet background changes little.
    """
    mel = log_mel(sound)
    mel = mel[: len(mel) // 2 * 2].reshape(-1, 2, BANDS).mean(1) if len(mel) > 1 else mel
    values = fft.dct(np.maximum(mel, mel.max() - 40), axis=1, norm="ortho")[:, :13]
    values[:, 0] *= 0.5
    return values - values.mean(0)


def speech_frames(sound: np.ndarray) -> np.ndarray:
    """For each 40 ms whether somebody speaks, bool [f]: well above the quiet parts of 250 to 3500 Hz, short gaps closed.

    Steady noise raises the threshold; events that are as loud as the voice are taken for it.
    """
    frames = len(sound) // SAMPLES_PER_FRAME
    level = loudness(sound, frames)
    if frames == 0 or not level.any():
        return np.zeros(frames, bool)
    quiet = float(np.percentile(level, 10))
    threshold = max(0.18, min(quiet * 1.6 + 0.06, 0.6))
    heard = level > threshold
    gap = int(0.32 * FPS)
    at = np.flatnonzero(heard)
    for a, b in zip(at, at[1:]):
        if b - a <= gap:
            heard[a:b] = True
    # A single click is no speech.
    edges = np.flatnonzero(np.diff(np.concatenate([[False], heard, [False]]).astype(int)))
    for a, b in zip(edges[::2], edges[1::2]):
        if b - a < 4:
            heard[a:b] = False
    return heard


def spoken_secs(sound: np.ndarray) -> float:
    """How long somebody speaks, in seconds."""
    return float(speech_frames(sound).sum()) / FPS


def speech_only(sound: np.ndarray) -> np.ndarray:
    """The stretch from the first to the last spoken frame; the whole sound where nobody speaks."""
    at = np.flatnonzero(speech_frames(sound))
    return sound[at[0] * SAMPLES_PER_FRAME : (at[-1] + 1) * SAMPLES_PER_FRAME] if len(at) else sound
