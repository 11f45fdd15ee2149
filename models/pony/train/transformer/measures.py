"""What can be measured on a film: colour, place and time, the mouth, and how well a picture is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..codecs.anchor import Anchor
from ..world.places import tint
from ..world.vocabulary import COLOURS, Scene, scene_from_json


@dataclass
class Drawn:
    """A drawn clip as the measures need it."""

    number: int
    scene: Scene
    video: np.ndarray  # float32 [48, t, h, w]
    first: np.ndarray  # float32 [48, 1, h, w]
    audio: np.ndarray  # float32 [a, 64]
    mouth: np.ndarray  # float32 [f]
    mouth_box: np.ndarray


def read_drawn(work: Path, numbers: range) -> list[Drawn]:
    """The clips with these numbers, as far as there are any."""
    found = []
    for path in (work / "latents" / f"{number:05d}.npz" for number in numbers):
        if not path.exists():
            continue
        with np.load(path) as clip, np.load(work / "audio_latents" / path.name) as sound:
            scene = scene_from_json(json.loads(str(clip["meta"]))["scene"])
            video, single = clip["video"].astype(np.float32), clip["single"][:, :1].astype(np.float32)
            found.append(Drawn(int(path.stem), scene, video, single, sound["audio"].astype(np.float32), clip["mouth"], clip["mouth_box"]))
    return found


def pictures(anchor: Anchor, latent: np.ndarray) -> np.ndarray:
    """[48, t, h, w] to uint8 [f, h, w, 3] by the linear inverse of the latent basis."""
    return ((anchor.unproject(latent).clip(-1, 1) + 1) * 127.5).astype(np.uint8)


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / max(np.square(a.astype(float) - b).mean(), 1e-9)))


def colour_seen(frames: np.ndarray, scene: Scene) -> str:
    """The puppet colour nearest to the mean of the body below the head."""
    _, h, w, _ = frames.shape
    top = 0.78 if h > w else 0.93
    side = slice(int(0.5 * w - 0.2 * min(h, w)), int(0.5 * w - 0.1 * min(h, w)))
    patch = frames[::10, int(top * h) : int((top + 0.07) * h), side].reshape(-1, 3).astype(float).mean(0)
    lit = {name: np.array(tint(rgb, scene.time, 0.45), float) for name, rgb in COLOURS.items()}
    return min(lit, key=lambda name: float(np.linalg.norm(patch - lit[name])))


def border(frames: np.ndarray) -> np.ndarray:
    """A small picture of what is around the puppet: left and right edges of the mean frame, in 8 rows."""
    mean = frames[::10].astype(float).mean(0)
    h, w, _ = mean.shape
    edges = np.stack((mean[:, : w // 8], mean[:, -(w // 8) :]), 1).mean(2)
    return edges[: h // 8 * 8].reshape(8, h // 8, 2, 3).mean(1)


class Places:
    """Nearest-neighbour judge of place and time, from drawn clips of one aspect."""

    def __init__(self, drawn: list[Drawn], anchor: Anchor, aspect: str) -> None:
        same = [d for d in drawn if d.scene.place and d.scene.aspect == aspect]
        self.known = [(d.scene.place, d.scene.time, border(pictures(anchor, d.video[:, ::8]))) for d in same]

    def seen(self, frames: np.ndarray) -> tuple[str, str]:
        here = border(frames)
        place, time, _ = min(self.known, key=lambda k: float(np.abs(k[2] - here).mean()))
        return place, time


def mouth_seen(frames: np.ndarray, box: np.ndarray) -> np.ndarray:
    """How open the mouth is in each frame: the share of pixels in the box that are much darker than its face."""
    y0, y1, x0, x1 = (int(v) for v in box)
    light = frames[:, y0:y1, x0:x1].astype(float) @ (0.3, 0.59, 0.11)
    return (light < 0.55 * np.percentile(light, 80)).mean((1, 2))


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    n = min(len(a), len(b))
    a, b = a[:n], b[:n]
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 1e-6 and b.std() > 1e-6 else 0.0
