"""Reads clips and sounds as arrays; films go through the programs `ffmpeg` and `ffprobe`."""

from __future__ import annotations

import io
import json
import subprocess
import wave
from pathlib import Path

import numpy as np
from scipy import signal

from ..voices.espeak import RATE


def resampled(sound: np.ndarray, rate: int, to: int = RATE) -> np.ndarray:
    """float32 [n] at another rate."""
    common = int(np.gcd(rate, to))
    return sound if rate == to else signal.resample_poly(sound, to // common, rate // common).astype(np.float32)


def read_wav(source: Path | bytes) -> np.ndarray:
    """A wav file of 16 bits as mono float32 at 16 kHz, channels averaged.

    Raises `ValueError` for other sample formats.
    """
    with wave.open(io.BytesIO(source) if isinstance(source, bytes) else str(source)) as reader:
        if reader.getsampwidth() != 2:
            raise ValueError(f"{source}: samples of {8 * reader.getsampwidth()} bits, 16 are read")
        channels, rate = reader.getnchannels(), reader.getframerate()
        pcm = np.frombuffer(reader.readframes(reader.getnframes()), np.int16)
    return resampled(pcm.reshape(-1, channels).mean(1).astype(np.float32) / 32768, rate)


def _run(command: list[str]) -> bytes:
    try:
        return subprocess.run(command, capture_output=True, check=True).stdout
    except FileNotFoundError as error:
        raise RuntimeError(f"the program {command[0]} is not there; install ffmpeg") from error
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"{command[0]} fails: {error.stderr.decode(errors='replace').strip()[-300:]}") from error


def read_sound(path: Path) -> np.ndarray:
    """The sound of a wav, npy or film as mono float32 at 16 kHz; an array is taken to be at 16 kHz, [n] or [c, n]."""
    if path.suffix == ".npy":
        sound = np.load(path).astype(np.float32)
        return sound if sound.ndim == 1 else sound.mean(0)
    if path.suffix == ".wav":
        try:
            return read_wav(path)
        except (ValueError, wave.Error):
            pass  # floats and the like; ffmpeg reads them
    raw = _run(["ffmpeg", "-v", "error", "-i", str(path), "-vn", "-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"])
    return np.frombuffer(raw, np.float32).copy()


def read_frames(path: Path) -> np.ndarray:
    """The pictures of a film or npy as uint8 [f, h, w, 3]."""
    if path.suffix == ".npy":
        return np.load(path)
    about = _run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height", "-of", "json", str(path)])
    streams = json.loads(about)["streams"]
    if not streams:
        raise ValueError(f"{path} has no picture")
    width, height = int(streams[0]["width"]), int(streams[0]["height"])
    raw = _run(["ffmpeg", "-v", "error", "-i", str(path), "-an", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)
