"""Training crops: pieces of the drawn clips, and textures that no theatre has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from .clips import Clip, Growing, read_clip

SIZES = ((64, 96), (96, 64), (80, 80))
TEXTURE_SHARE = 0.15
#: Share of the crops that are shown at half their size, as drafts are.
DRAFT_SHARE = 0.3
STILL_SHARE = 0.06


@dataclass
class Crop:
    frames: np.ndarray  # uint8 [f, h, w, 3]
    weight: np.ndarray  # float32 [h, w], 3 in the mouth box, 1 elsewhere


def coloured_noise(rng: np.random.Generator, h: int, w: int) -> np.ndarray:
    """Noise whose spectrum falls like that of a photograph, uint8 [h, w, 3]."""
    fy, fx = np.fft.fftfreq(h)[:, None], np.fft.fftfreq(w)[None]
    falloff = 1.0 / np.maximum(np.hypot(fy, fx), 1.0 / max(h, w)) ** rng.uniform(0.9, 1.8)
    layers = np.fft.ifft2(np.fft.fft2(rng.standard_normal((3, h, w))) * falloff).real
    layers /= layers.std(axis=(1, 2), keepdims=True)
    mix = np.eye(3) * rng.uniform(0.1, 0.6) + rng.uniform(0.3, 1.0)
    picture = np.einsum("ij,jhw->hwi", mix, layers) * rng.uniform(20, 45) + rng.uniform(60, 200, 3)
    return picture.clip(0, 255).astype(np.uint8)


def textured(rng: np.random.Generator, h: int, w: int) -> np.ndarray:
    """Noise, a gradient and some polygons, ellipses and lines, uint8 [h, w, 3]."""
    picture = Image.fromarray(coloured_noise(rng, h, w))
    if rng.random() < 0.5:
        ramp = np.linspace(rng.uniform(0, 255, 3), rng.uniform(0, 255, 3), h)[:, None].repeat(w, axis=1)
        picture = Image.blend(picture, Image.fromarray(ramp.astype(np.uint8)), rng.uniform(0.3, 0.95))
    draw = ImageDraw.Draw(picture)
    for _ in range(rng.integers(0, 9)):
        colour = tuple(int(v) for v in rng.integers(0, 256, 3))
        points = [(float(x), float(y)) for x, y in rng.uniform((-0.1 * w, -0.1 * h), (1.1 * w, 1.1 * h), (rng.integers(3, 6), 2))]
        kind = rng.random()
        if kind < 0.5:
            draw.polygon(points, fill=colour)
        elif kind < 0.75:
            (x0, x1), (y0, y1) = sorted((points[0][0], points[1][0])), sorted((points[0][1], points[1][1]))
            draw.ellipse((x0, y0, x1, y1), fill=colour)
        else:
            draw.line(points, fill=colour, width=int(rng.integers(1, 7)))
    return np.asarray(picture)


def moving_texture(rng: np.random.Generator, frames: int, h: int, w: int) -> np.ndarray:
    """A window that slides over a texture, uint8 [frames, h, w, 3]."""
    path = np.outer(np.arange(frames), rng.normal(0, 1.0, 2) * (rng.random() < 0.8))
    margin = int(np.ceil(np.abs(path).max())) + 1
    big = textured(rng, h + 2 * margin, w + 2 * margin)
    offsets = (path + margin).round().astype(int)
    return np.stack([big[y : y + h, x : x + w] for y, x in offsets])


def clip_crop(clip: Clip, rng: np.random.Generator, frames: int, h: int, w: int) -> Crop:
    """Half of the crops lie around the mouth, if there is one."""
    total, height, width, _ = clip.frames.shape
    y0, y1, x0, x1 = clip.mouth_box
    weight = np.ones((height, width), dtype=np.float32)
    if y0 >= 0:
        weight[y0:y1, x0:x1] = 3.0
    if y0 >= 0 and rng.random() < 0.5:
        y = int((y0 + y1) / 2 - h / 2 + rng.normal(0, h / 6))
        x = int((x0 + x1) / 2 - w / 2 + rng.normal(0, w / 6))
    else:
        y, x = rng.integers(0, height - h + 1), rng.integers(0, width - w + 1)
    y, x = int(np.clip(y, 0, height - h)), int(np.clip(x, 0, width - w))
    start = rng.integers(0, total - frames + 1)
    return Crop(clip.frames[start : start + frames, y : y + h, x : x + w], weight[y : y + h, x : x + w])


def shrunk(clip: Clip) -> Clip:
    """A clip at half its height and width."""
    f, h, w, _ = clip.frames.shape
    frames = clip.frames[:, : h // 2 * 2, : w // 2 * 2].reshape(f, h // 2, 2, w // 2, 2, 3).mean((2, 4))
    box = clip.mouth_box
    return Clip(np.round(frames).astype(np.uint8), tuple(v // 2 for v in box) if box[0] >= 0 else box)


class Crops:
    """An endless supply of crops from a changing pool of clips, so that memory stays small."""

    def __init__(self, folder: Path, rng: np.random.Generator, pool: int = 80, scale: int = 1) -> None:
        self.rng, self.scale = rng, scale
        self.source = Growing(folder, read_clip, 10**9, rng, every_secs=120.0)
        self.source.limit = pool
        self.known: list[Path] = []

    def exchange(self) -> None:
        """Replaces one clip of the pool by another from the disk."""
        self.source.refresh()
        self.known = self.known if self.rng.random() < 0.98 and self.known else self.source.training_paths()
        path = self.known[self.rng.integers(len(self.known))]
        try:
            self.source.items[self.rng.integers(len(self.source.items))] = read_clip(path)
        except (OSError, ValueError, KeyError, EOFError):
            pass  # still being written

    def one(self, frames: int, h: int, w: int) -> Crop:
        if self.rng.random() < TEXTURE_SHARE:
            crop = Crop(moving_texture(self.rng, frames, h, w), np.ones((h, w), dtype=np.float32))
        else:
            clip = self.source.items[self.rng.integers(len(self.source.items))]
            if self.rng.random() < DRAFT_SHARE and clip.frames.shape[1] >= 2 * h and clip.frames.shape[2] >= 2 * w:
                clip = shrunk(clip)
            crop = clip_crop(clip, self.rng, frames, h, w)
        pixels, weight = crop.frames, crop.weight
        if self.rng.random() < STILL_SHARE:
            pixels = np.repeat(pixels[:1], frames, axis=0)
        if self.rng.random() < 0.5:
            pixels, weight = pixels[:, :, ::-1], weight[:, ::-1]
        if self.rng.random() < 0.2:
            pixels = pixels[..., self.rng.permutation(3)]
        return Crop(pixels, weight)

    def batch(self, count: int, frames: int, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """uint8 [count * scale, frames, h, w, 3] and weights float32 [count * scale, h, w]."""
        self.exchange()
        crops = [self.one(frames, *size) for _ in range(count * self.scale)]
        return np.stack([c.frames for c in crops]), np.stack([c.weight for c in crops])
