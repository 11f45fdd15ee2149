"""The fixed linear codec that anchors the video latents: a PCA of 4x16x16 pixel blocks, half whitened.

The transformer learns these latents, the encoder learns to compute them, the decoder learns to read them: all three
can train at once, and the latents are decorrelated without a KL term or a normalising pass.

How loud a channel is decides when a sampler settles it. With all at unit variance the strokes of an eye are settled
together with where a head is, from the most of the noise, which is hard to learn; at their deviation in pixels they would be
forty times below the noise. So a channel's amplitude grows with the root of that deviation: first the layout, then what is in it.

Convention. Pixels are uint8 / 127.5 - 1. A clip has 1 + 4k frames; latent frame 0 is the first frame four times over,
latent frame i > 0 holds frames 4i - 3 .. 4i. A block is flattened in the order (frame, row, column, colour) to 3072
values x; z = clip((x - mean) @ project, -limit, limit), x is about z @ unproject + mean. Channels are sorted by the
variance that they explain (`sigma` holds what a unit of each is in pixels, for loss weights).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .clips import Clip

CHANNELS = 48
SIDE = 16
FRAMES = 4
BLOCK = FRAMES * SIDE * SIDE * 3
LIMIT = 5.0
#: The deviation of the first channel.
LOUDEST = 2.0
MOUTH_WEIGHT = 3.0


def to_blocks(frames: np.ndarray) -> np.ndarray:
    """uint8 [1 + 4k, h, w, 3] -> float32 [1 + k, h/16, w/16, 3072] in [-1, 1]."""
    return cut(frames) / np.float32(127.5) - np.float32(1.0)


def cut(frames: np.ndarray) -> np.ndarray:
    """The blocks as `to_blocks` gives them, but still from 0 to 255."""
    if (frames.shape[0] - 1) % FRAMES or frames.shape[1] % SIDE or frames.shape[2] % SIDE:
        raise ValueError(f"a clip needs 1 + 4k frames and sides in multiples of 16, not {frames.shape}")
    padded = np.concatenate([frames[:1]] * (FRAMES - 1) + [frames])
    t, h, w = padded.shape[0] // FRAMES, frames.shape[1] // SIDE, frames.shape[2] // SIDE
    blocks = padded.reshape(t, FRAMES, h, SIDE, w, SIDE, 3).transpose(0, 2, 4, 1, 3, 5, 6)
    return blocks.astype(np.float32, order="C").reshape(t, h, w, BLOCK)


def from_blocks(blocks: np.ndarray) -> np.ndarray:
    """The inverse of `to_blocks`, float32 [1 + 4k, h, w, 3], not clamped; the copies of the first frame are averaged."""
    t, h, w, _ = blocks.shape
    video = blocks.reshape(t, h, w, FRAMES, SIDE, SIDE, 3).transpose(0, 3, 1, 4, 2, 5, 6)
    video = video.reshape(t * FRAMES, h * SIDE, w * SIDE, 3)
    return np.concatenate([video[:FRAMES].mean(axis=0, keepdims=True), video[FRAMES:]])


@dataclass
class Anchor:
    mean: np.ndarray  # [3072]
    project_matrix: np.ndarray  # [3072, 48]
    unproject_matrix: np.ndarray  # [48, 3072]
    sigma: np.ndarray  # [48]
    limit: float

    @staticmethod
    def load(path: Path | str) -> "Anchor":
        with np.load(path) as d:
            return Anchor(d["mean"], d["project"], d["unproject"], d["sigma"], float(d["limit"]))

    def save(self, path: Path) -> None:
        np.savez(path, mean=self.mean, project=self.project_matrix, unproject=self.unproject_matrix,
                 sigma=self.sigma, limit=np.float32(self.limit))

    def project(self, frames: np.ndarray) -> np.ndarray:
        """uint8 [1 + 4k, h, w, 3] -> float32 [48, 1 + k, h/16, w/16], clipped to +-limit."""
        # The pixels' scale and mean go into the product, which saves three passes over all of them.
        z = cut(frames) @ (self.project_matrix / np.float32(127.5)) - (self.mean + 1) @ self.project_matrix
        return np.ascontiguousarray(z.clip(-self.limit, self.limit).transpose(3, 0, 1, 2))

    def unproject(self, z: np.ndarray) -> np.ndarray:
        """[48, 1 + k, h, w] -> float32 [1 + 4k, 16h, 16w, 3]: the linear reconstruction."""
        return from_blocks(z.transpose(1, 2, 3, 0) @ self.unproject_matrix + self.mean)


class Halving:
    """Latents of pictures to those of the same pictures at half their height and width, without the pictures: each new cell is made
    of four, linearly."""

    def __init__(self, anchor: Anchor) -> None:
        half = SIDE // 2
        small = anchor.unproject_matrix.reshape(CHANNELS, FRAMES, half, 2, half, 2, 3).mean((3, 5))
        mean = anchor.mean.reshape(FRAMES, half, 2, half, 2, 3).mean((2, 4))
        quarters = np.zeros((2, 2, CHANNELS, FRAMES, SIDE, SIDE, 3), np.float32)
        whole = np.zeros((FRAMES, SIDE, SIDE, 3), np.float32)
        for y in range(2):
            for x in range(2):
                rows, columns = slice(half * y, half * (y + 1)), slice(half * x, half * (x + 1))
                quarters[y, x, :, :, rows, columns] = small
                whole[:, rows, columns] = mean
        self.matrix = quarters.reshape(4 * CHANNELS, BLOCK) @ anchor.project_matrix
        self.offset = (whole.reshape(BLOCK) - anchor.mean) @ anchor.project_matrix
        self.limit = anchor.limit

    def __call__(self, z: np.ndarray) -> np.ndarray:
        """[..., 48, t, h, w] to [..., 48, t, h/2, w/2], float32; h and w even."""
        *n, c, t, h, w = z.shape
        cells = z.reshape(-1, c, t, h // 2, 2, w // 2, 2).transpose(0, 2, 3, 5, 4, 6, 1)
        out = cells.reshape(-1, 4 * c).astype(np.float32) @ self.matrix + self.offset
        out = out.clip(-self.limit, self.limit).reshape(-1, t, h // 2, w // 2, c).transpose(0, 4, 1, 2, 3)
        return np.ascontiguousarray(out.reshape(*n, c, t, h // 2, w // 2))


def sample_blocks(clip: Clip, rng: np.random.Generator, times: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Some blocks of a clip and their weights, [n, 3072] and [n]: blocks that touch the mouth count three times."""
    blocks = to_blocks(clip.frames)
    t, h, w, _ = blocks.shape
    weights = np.ones((h, w), dtype=np.float32)
    y0, y1, x0, x1 = clip.mouth_box
    if y0 >= 0:
        weights[y0 // SIDE : -(-y1 // SIDE), x0 // SIDE : -(-x1 // SIDE)] = MOUTH_WEIGHT
    chosen = np.concatenate([[0], rng.choice(np.arange(1, t), times, replace=False)])
    keep = rng.random((len(chosen), h, w)) < share
    return blocks[chosen][keep], np.broadcast_to(weights, keep.shape)[keep]


def units(sigma: np.ndarray, loudest: float) -> np.ndarray:
    """What a unit of each channel is, so that amplitudes grow with the root of the deviation `sigma`, up to `loudest`."""
    return np.sqrt(sigma * sigma[0]) / loudest


def fit_blocks(x: np.ndarray, weights: np.ndarray) -> Anchor:
    """An anchor of blocks [n, 3072], which are changed: directions from the covariance weighted by `weights` [n]; amplitudes and order
    from the unweighted one."""
    mean = x.mean(axis=0)
    x -= mean
    weighted = x * np.sqrt(weights / weights.sum())[:, None]
    _, vectors = np.linalg.eigh(weighted.T @ weighted)
    basis = vectors[:, -CHANNELS:]
    inner = x @ basis
    variances, rotation = np.linalg.eigh(inner.T @ inner / len(inner))
    order = np.argsort(-variances)
    basis, sigma = basis @ rotation[:, order], np.sqrt(variances[order])
    scale, f = units(sigma, LOUDEST), np.float32
    return Anchor(mean.astype(f), (basis / scale).astype(f), (basis * scale).T.astype(f), scale.astype(f), LIMIT)
