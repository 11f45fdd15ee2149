"""Still pictures of many kinds, over which the camera pans and zooms."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .places import MARGIN, draw_place
from .vocabulary import PLACES, TIMES


def _fractal(rng: np.random.Generator, height: int, width: int, slope: float) -> np.ndarray:
    """A colour field [h, w, 3] in 0..255 whose amplitude falls with frequency like 1/f^slope."""
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    amplitude = 1 / np.maximum(np.hypot(fy, fx), 1 / max(height, width)) ** slope
    planes = [np.fft.irfft2(amplitude * np.exp(2j * np.pi * rng.random(amplitude.shape)), (height, width)) for _ in range(3)]
    field = np.stack(planes, -1)
    mixed = field @ rng.uniform(-1, 1, (3, 3)) + field.mean(-1, keepdims=True) * 2
    mixed = (mixed - mixed.mean()) / (mixed.std() + 1e-9)
    return np.clip(rng.uniform(70, 190, 3) + mixed * rng.uniform(25, 60), 0, 255)


def _polygons(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    image = Image.new("RGB", (width, height), tuple(int(v) for v in rng.integers(20, 236, 3)))
    pen = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(4, 14))):
        centre, size = rng.random(2) * (width, height), rng.uniform(0.08, 0.5) * width
        angles = np.sort(rng.uniform(0, 6.28, int(rng.integers(3, 7))))
        colour = tuple(int(v) for v in rng.integers(0, 256, 3))
        if rng.random() < 0.4:
            pen.ellipse((*(centre - size / 2), *(centre + size / 2)), fill=colour)
        else:
            pen.polygon([tuple(centre + size * 0.6 * np.array((np.cos(a), np.sin(a)))) for a in angles], fill=colour)
    return np.asarray(image, np.float32)


def _gradient(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    corners = rng.uniform(0, 255, (2, 2, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(corners).resize((width, height), Image.Resampling.BICUBIC), np.float32)


def _rings(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width] / min(height, width)
    distance = np.hypot(y - rng.random(), x - rng.random()) if rng.random() < 0.5 else y * rng.uniform(-1, 1) + x
    wave = 0.5 + 0.5 * np.sin(2 * np.pi * distance * rng.uniform(2, 8))
    a, b = rng.uniform(0, 255, (2, 3))
    return wave[..., None] * a + (1 - wave[..., None]) * b


def draw_still(height: int, width: int, seed: int) -> Image.Image:
    """A canvas as large as the one of `draw_place` that shows any kind of picture."""
    rng = np.random.default_rng(seed)
    h, w = int(height * MARGIN), int(width * MARGIN)
    kind = rng.choice(["fractal", "polygons", "gradient", "rings", "place", "mixed"], p=[0.3, 0.2, 0.1, 0.1, 0.15, 0.15])
    if kind == "place":
        canvas = draw_place(str(rng.choice(list(PLACES))), str(rng.choice(list(TIMES))), height, width, seed)
        return Image.fromarray(np.asarray(canvas)[..., rng.permutation(3)].copy())
    if kind == "fractal":
        picture = _fractal(rng, h, w, rng.uniform(1.2, 2.2))
    elif kind == "polygons":
        picture = _polygons(rng, h, w)
    elif kind == "gradient":
        picture = _gradient(rng, h, w)
    elif kind == "rings":
        picture = _rings(rng, h, w)
    else:
        mask = (_fractal(rng, h, w, 2.0)[..., :1] > 128).astype(np.float32)
        picture = mask * _polygons(rng, h, w) + (1 - mask) * _gradient(rng, h, w)
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.2)))
