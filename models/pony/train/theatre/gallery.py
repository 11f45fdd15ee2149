"""A poster of the theatre: `python -m train.theatre.gallery OUT.jpg` draws the picture beside the README."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from .clips import shoot
from .mouths import Mouth
from .scene import Actor, Scene

#: Moment of each scene that is shown, and its mouth.
MOMENT = 40
UPRIGHT: tuple[tuple[Scene, Mouth], ...] = (
    (Scene("9:16", "close", (Actor("pony", "red", "rainbow"),), "meadow", "noon", speaker=0), ("ai", 0.8)),
    (Scene("9:16", "medium", (Actor("girl", "yellow", prop="umbrella"),), "city", "night", "rain", speaker=0), ("e", 0.5)),
    (Scene("9:16", "close", (Actor("grandfather", "green"),), "village", "sunset", speaker=0), ("o", 0.8)),
    (Scene("9:16", "medium", (Actor("fox", "blue", hat="crown"),), "forest", "dawn", "fog", speaker=0), ("rest", 0.0)),
    (Scene("9:16", "close", (Actor("robot", "orange"),), "library", "night", speaker=0), ("ai", 1.0)),
    (Scene("9:16", "wide", (Actor("boy", "red", prop="balloon", action="jump"),), "mountains", "noon", "snow", seed=3), ("rest", 0.0)),
    (Scene("9:16", "close", (Actor("woman", "purple", hat="straw hat"),), "sea", "sunset", speaker=0), ("l", 0.6)),
    (Scene("9:16", "medium", (Actor("panda", "red", prop="lantern"),), "village", "night", "snow", speaker=0), ("u", 0.5)),
)
WIDE: tuple[tuple[Scene, Mouth], ...] = (
    (Scene("16:9", "medium", (Actor("cat", "pink", hat="wizard hat"), Actor("dog", "green")), "stage", "sunset", speaker=0), ("ai", 0.7)),
    (Scene("16:9", "wide", (Actor("pony", "white", "pink", action="walk right"),), "village", "dawn", seed=5), ("rest", 0.0)),
    (Scene("16:9", "medium", (Actor("bear", "blue", prop="guitar"),), "desert", "night", speaker=0), ("e", 0.6)),
    (Scene("16:9", "medium", (Actor("grandmother", "pink"), Actor("rabbit", "yellow")), "room", "noon", speaker=1), ("o", 0.7)),
    (Scene("16:9", "close", (Actor("owl", "purple"),), "library", "dawn", speaker=0), ("ss", 0.4)),
    (Scene("16:9", "medium", (Actor("man", "orange", prop="book"),), "sea", "dawn", speaker=0), ("ai", 0.5)),
    (Scene("16:9", "wide", (Actor("girl", "blue", prop="flower"), Actor("robot", "red")), "meadow", "sunset"), ("rest", 0.0)),
    (Scene("16:9", "wide", (), "city", "night"), ("rest", 0.0)),
)


def _picture(scene: Scene, mouth: Mouth, height: int) -> Image.Image:
    frame = shoot(scene, MOMENT + 1, [mouth] * (MOMENT + 1)).frames[MOMENT]
    picture = Image.fromarray(frame)
    return picture.resize((round(picture.width * height / picture.height), height), Image.Resampling.LANCZOS)


def poster() -> Image.Image:
    """Upright pictures in the first row, wide ones in the two below."""
    rows, gap = [], 6
    for scenes, height, count in ((UPRIGHT, 272, 8), (WIDE, 181, 4)):
        for start in range(0, len(scenes), count):
            pictures = [_picture(scene, mouth, height) for scene, mouth in scenes[start : start + count]]
            row = np.full((height + gap, sum(p.width + gap for p in pictures) - gap, 3), 255, np.uint8)
            x = 0
            for p in pictures:
                row[:height, x : x + p.width] = np.asarray(p)
                x += p.width + gap
            rows.append(row)
    width = max(r.shape[1] for r in rows)
    return Image.fromarray(np.concatenate([np.pad(r, ((0, 0), (0, width - r.shape[1]), (0, 0)), constant_values=255) for r in rows]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    poster().save(parser.parse_args().out, quality=76)


if __name__ == "__main__":
    main()
