"""Mouth shapes: nine visemes, drawn as one outline whose height is the opening alone."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Sequence

import numpy as np
import skia

from .paper import Colour, curve, fill, line

#: What drives a mouth for one frame at 25 fps: the viseme and how far the mouth is open, 0..1.
Mouth = tuple[str, float]


@dataclass(frozen=True)
class Shape:
    """One viseme; lengths are parts of half the width of the resting mouth."""

    width: float  # half width
    square: float  # 0 a pointed leaf, 1 a full round mouth
    smile: float  # how far the corners lie above the middle
    teeth: float  # upper teeth, 0 none .. 1 all of the opening
    tongue: float  # 0 none .. 1 a large tongue at the bottom
    lip: float  # extra thickness of the lips


VISEMES: dict[str, Shape] = {
    "rest": Shape(0.86, 0.30, 0.40, 0.0, 0.3, 0.00),
    "mbp": Shape(0.80, 0.20, 0.06, 0.0, 0.0, 0.45),
    "fv": Shape(0.84, 0.50, 0.06, 0.8, 0.0, 0.20),
    "l": Shape(0.92, 0.60, 0.12, 0.25, 0.9, 0.00),
    "ai": Shape(1.00, 0.72, 0.14, 0.25, 0.7, 0.00),
    "e": Shape(1.12, 0.80, 0.20, 0.45, 0.5, 0.00),
    "o": Shape(0.66, 1.00, 0.00, 0.0, 0.4, 0.35),
    "u": Shape(0.42, 1.00, 0.00, 0.0, 0.0, 0.75),
    "ss": Shape(1.02, 0.90, 0.10, 1.0, 0.0, 0.00),
}

INSIDE: Colour = (72, 14, 30)
TONGUE: Colour = (226, 92, 98)
TEETH: Colour = (252, 248, 240)
#: Height of a fully open mouth below and above its resting line, in half widths.
DROP, RISE = 1.10, 0.22


def smooth(track: Sequence[Mouth]) -> list[tuple[Shape, float]]:
    """The shape and opening of every frame; shapes glide over three frames, the opening is kept as given."""
    values = np.array([astuple(VISEMES[name]) for name, _ in track], float)
    padded = np.concatenate((values[:1], values, values[-1:]))
    values = 0.22 * padded[:-2] + 0.56 * padded[1:-1] + 0.22 * padded[2:]
    return [(Shape(*(float(v) for v in row)), float(np.clip(opening, 0, 1))) for row, (_, opening) in zip(values, track)]


def draw_mouth(canvas: skia.Canvas, cx: float, cy: float, half: float, shape: Shape, opening: float, lips: Colour, tint: Sequence[float]) -> None:
    """Draw a mouth whose resting line lies at (cx, cy); `tint` is the factor of the light on its colours."""
    lit = [tuple(int(c * t) for c, t in zip(colour, tint)) for colour in (INSIDE, TONGUE, TEETH)]
    w, smile = half * shape.width, half * shape.smile * (1 - 0.5 * opening)
    top, bottom = cy + smile * 0.6 - half * RISE * opening, cy + smile * 0.6 + half * DROP * opening
    corner = cy - smile * 0.5 + (bottom - top) * 0.30 * shape.square
    bulge = 0.36 + 0.22 * shape.square
    path = skia.Path()
    path.moveTo(cx - w, corner)
    path.cubicTo(cx - w, corner + (top - corner) * (0.4 + 0.6 * shape.square), cx - w * bulge, top, cx, top)
    path.cubicTo(cx + w * bulge, top, cx + w, corner + (top - corner) * (0.4 + 0.6 * shape.square), cx + w, corner)
    path.cubicTo(cx + w, corner + (bottom - corner) * (0.35 + 0.5 * shape.square), cx + w * (bulge + 0.08), bottom, cx, bottom)
    path.cubicTo(cx - w * (bulge + 0.08), bottom, cx - w, corner + (bottom - corner) * (0.35 + 0.5 * shape.square), cx - w, corner)
    path.close()
    canvas.drawPath(path, fill(lit[0]))
    height = bottom - top
    if height > 0.08 * half:
        canvas.save()
        canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        if shape.tongue > 0.05:
            canvas.drawOval(skia.Rect(cx - w * 0.66, bottom - height * (0.26 + 0.2 * shape.tongue), cx + w * 0.66, bottom + height * 0.45), fill(lit[1]))
        if shape.teeth > 0.05:
            low = top + min(height * (0.12 + 0.66 * shape.teeth), half * (0.20 + 0.5 * shape.teeth))
            canvas.drawPath(curve([(cx - w, top - half), (cx + w, top - half), (cx + w * 0.86, low - half * 0.04), (cx, low), (cx - w * 0.86, low - half * 0.04)], tension=0.6), fill(lit[2]))
        canvas.restore()
    canvas.drawPath(path, line(lips, half * (0.13 + 0.16 * shape.lip)))


def extent(half: float) -> tuple[float, float, float, float]:
    """The box (y0, y1, x0, x1) around the resting point that holds every mouth of this half width."""
    return -half * 0.45, half * 1.3, -half * 1.2, half * 1.2


def babble(rng: np.random.Generator, frames: int) -> list[Mouth]:
    """A made-up line that starts at a random time: for pictures and tests where no voice is at hand."""
    track: list[Mouth] = [("rest", 0.0)] * frames
    at = int(rng.integers(3, max(4, frames // 2)))
    end = min(frames, at + int(rng.integers(max(10, frames // 3), max(11, frames))))
    vowels, closures = ("ai", "e", "o", "u", "l", "ai"), ("mbp", "fv", "ss", "l", "mbp", "e")
    while at < end:
        vowel, before = str(rng.choice(vowels)), str(rng.choice(closures))
        peak = float(rng.uniform(0.5, 1.0)) * (0.6 if vowel == "u" else 1.0)
        low = 0.0 if before == "mbp" else 0.18
        syllable = [(before, low), (vowel, peak * 0.7), (vowel, peak), (vowel, peak * 0.75), (before, 0.3 * peak)][: int(rng.integers(3, 6))]
        for step in syllable:
            if at < end:
                track[at] = step
                at += 1
        if rng.random() < 0.15:
            at += int(rng.integers(3, 9))
    return track
