"""Measures of pictures that need no judge: likeness to a reference, identity, motion, seeds. Frames are uint8 [f, h, w, 3]."""

from __future__ import annotations

import numpy as np


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    """Peak signal to noise ratio of two pictures in dB; 100 where they are equal. Raises `ValueError` for other shapes."""
    if a.shape != b.shape:
        raise ValueError(f"pictures of {a.shape} and {b.shape} cannot be compared")
    error = float(np.square(a.astype(np.float64) - b).mean())
    return 100.0 if error == 0 else min(100.0, 10 * np.log10(255**2 / error))


def first_frame_psnr(frames: np.ndarray, reference: np.ndarray) -> float:
    """How well the first frame is the given picture [h, w, 3]."""
    return psnr(frames[0], reference)


def _colours(pixels: np.ndarray) -> np.ndarray:
    """Shares of 6x6x6 colours, smoothed over neighbours so that a small change of light moves little."""
    cells = (pixels.reshape(-1, 3).astype(np.float32) / 255 * 5).clip(0, 5)
    low = np.floor(cells).astype(int).clip(0, 4)
    part = cells - low
    out = np.zeros((6, 6, 6))
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(np.array(corner), part, 1 - part), axis=1)
        np.add.at(out, tuple((low + corner).T), weight)
    return out / out.sum()


def identity_distance(frames: np.ndarray, box: tuple[int, int, int, int] | None = None) -> float:
    """How far the colours of the face (y0, y1, x0, x1; else the middle of the picture) go from the first frame to the last
    ones, 0 to 1: half the difference of their colour shares, the last five frames averaged."""
    _, h, w, _ = frames.shape
    y0, y1, x0, x1 = box or (h // 5, 4 * h // 5, w // 5, 4 * w // 5)
    face = frames[:, y0:y1, x0:x1]
    last = np.mean([_colours(f) for f in face[-5:]], axis=0)
    return float(0.5 * np.abs(_colours(face[0]) - last).sum())


def motion(frames: np.ndarray) -> float:
    """Mean change of light between frames a fifth of a second apart, in levels of 255; noise below 4 levels does not count."""
    light = frames[::5].astype(np.float32).mean(3)
    if len(light) < 2:
        return 0.0
    change = np.abs(np.diff(light, axis=0))
    return float(np.where(change > 4, change, 0).mean())


#: A clip with less motion is a still: a mouth of 30x20 pixels that speaks gives four times this at 256x256.
STILL_BELOW = 0.05


def moves(frames: np.ndarray) -> bool:
    """Whether the clip is no still picture."""
    return motion(frames) >= STILL_BELOW


def seed_difference(a: np.ndarray, b: np.ndarray) -> float:
    """Mean difference of two clips in levels of 255: 0 for the same seed, well above 1 for different ones."""
    return float(np.abs(a.astype(np.float32) - b).mean())
