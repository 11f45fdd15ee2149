"""The three puppets of cut paper: a body sprite and one head sprite per mouth opening."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from .places import tint
from .vocabulary import COLOURS

#: Sprites are drawn this much larger than they appear in a frame whose short side is 128.
DETAIL = 2.0
MOUTH_LEVELS = 17
#: The head sprite in frame pixels (short side 128), and the point about which it tilts.
HEAD_SIZE, HEAD_PIVOT = (92, 104), (46, 88)
BODY_SIZE, BODY_PIVOT = (96, 140), (48, 6)
#: Mouth centre inside the head sprite and its width.
MOUTH_CENTRE, MOUTH_WIDTH = (46, 70), 30

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Puppet:
    """Sprites of one puppet: RGBA images, `DETAIL` times the size in a frame."""

    body: Image.Image
    heads: tuple[Image.Image, ...]


def _shade(colour: Colour, factor: float) -> Colour:
    return tuple(int(min(255, c * factor)) for c in colour)  # type: ignore[return-value]


class _Pen:
    """Shapes in frame pixels with a darker paper edge, on a four times larger drawing."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.scale = DETAIL * 2
        self.target = (int(size[0] * DETAIL), int(size[1] * DETAIL))
        self.image = Image.new("RGBA", (self.target[0] * 2, self.target[1] * 2), (30, 26, 30, 0))
        self.draw = ImageDraw.Draw(self.image)

    def _at(self, *values: float) -> tuple[float, ...]:
        return tuple(v * self.scale for v in values)

    def oval(self, cx: float, cy: float, rx: float, ry: float, colour: Colour, edge: float = 0.0) -> None:
        if edge:
            self.draw.ellipse(self._at(cx - rx - edge, cy - ry - edge, cx + rx + edge, cy + ry + edge), fill=_shade(colour, 0.55))
        self.draw.ellipse(self._at(cx - rx, cy - ry, cx + rx, cy + ry), fill=colour)

    def box(self, x0: float, y0: float, x1: float, y1: float, radius: float, colour: Colour, edge: float = 0.0) -> None:
        if edge:
            self.draw.rounded_rectangle(self._at(x0 - edge, y0 - edge, x1 + edge, y1 + edge), self.scale * radius, fill=_shade(colour, 0.55))
        self.draw.rounded_rectangle(self._at(x0, y0, x1, y1), self.scale * radius, fill=colour)

    def shape(self, points: list[tuple[float, float]], colour: Colour) -> None:
        self.draw.polygon([self._at(*p) for p in points], fill=colour, outline=_shade(colour, 0.6), width=int(self.scale))

    def done(self) -> Image.Image:
        return self.image.resize(self.target, Image.Resampling.BOX)


def _eyes(pen: _Pen, x: float, y: float, r: float, light: Colour) -> None:
    for side in (-1, 1):
        pen.oval(46 + side * x, y, r, r * 1.15, light, 0.8)
        pen.oval(46 + side * x, y + 1, r * 0.55, r * 0.65, (24, 20, 28))
        pen.oval(46 + side * x + 1.5, y - 1.5, r * 0.2, r * 0.2, (255, 255, 255))


def _mouth(pen: _Pen, level: int, lip: Colour, square: bool) -> None:
    """A mouth of level 0 (a line) to `MOUTH_LEVELS - 1` (wide open)."""
    opening = level / (MOUTH_LEVELS - 1)
    (cx, cy), half = MOUTH_CENTRE, MOUTH_WIDTH / 2
    ry = 1.2 + 9.8 * opening
    cy += 2 * opening
    inside, tongue, teeth = (58, 12, 22), (226, 80, 90), (250, 246, 238)
    if square:
        pen.box(cx - half, cy - ry, cx + half, cy + ry, 2.0, inside, 1.0)
        if opening > 0.2:
            pen.box(cx - half + 3, cy + ry * 0.35, cx + half - 3, cy + ry - 1, 1.5, tongue)
        return
    pen.oval(cx, cy, half, ry, lip, 0.0)
    pen.oval(cx, cy, half - 1.6, max(ry - 1.2, 0.5), inside)
    if opening > 0.2:
        pen.oval(cx, cy + ry * 0.5, half * 0.55, ry * 0.38, tongue)
        pen.box(cx - half * 0.5, cy - ry + 1.2, cx + half * 0.5, cy - ry + 1.4 + 2.6 * opening, 0.8, teeth)


def _pony_head(pen: _Pen, coat: Colour, light: Colour, time: str) -> None:
    mane = _shade(coat, 0.5) if sum(coat) < 600 else tint((196, 120, 150), time)
    for side in (-1, 1):
        pen.shape([(46 + side * 34, 40), (46 + side * 14, 26), (46 + side * 30, 4)], coat)
        pen.shape([(46 + side * 30, 34), (46 + side * 20, 26), (46 + side * 28, 12)], _shade(coat, 0.75))
    pen.oval(46, 52, 35, 36, coat, 1.5)
    for cx, cy in ((38, 20), (50, 17), (46, 26), (56, 23)):
        pen.oval(cx, cy, 9, 8, mane)
    muzzle = tuple((c + 2 * l) // 3 for c, l in zip(coat, light))
    pen.oval(46, 70, 26, 22, muzzle, 0.8)  # type: ignore[arg-type]
    for side in (-1, 1):
        pen.oval(46 + side * 9, 55, 2.4, 1.8, _shade(coat, 0.4))
    _eyes(pen, 18, 39, 8, light)


def _child_head(pen: _Pen, coat: Colour, light: Colour, time: str) -> None:
    skin, hair = tint((246, 206, 168), time, 0.8), tint((84, 52, 34), time, 0.8)
    pen.oval(46, 48, 38, 40, hair, 1.0)
    pen.oval(46, 55, 34, 36, skin, 1.0)
    for side in (-1, 1):
        pen.oval(46 + side * 22, 62, 6, 4.5, tint((246, 150, 140), time, 0.8))
    pen.draw.pieslice(pen._at(6, 2, 86, 72), 180, 360, fill=coat, outline=_shade(coat, 0.6), width=int(pen.scale))
    pen.box(6, 33, 86, 40, 3, _shade(coat, 0.72))
    pen.oval(46, 5, 6, 5, _shade(coat, 0.8), 0.8)
    pen.oval(46, 58, 2.6, 2.2, _shade(skin, 0.8))
    _eyes(pen, 15, 50, 5.5, light)


def _robot_head(pen: _Pen, coat: Colour, light: Colour, time: str) -> None:
    pen.box(44.5, 4, 47.5, 18, 1, (90, 90, 96))
    pen.oval(46, 6, 5, 5, (224, 60, 60), 0.8)
    for side in (-1, 1):
        pen.box(46 + side * 39 - 4, 40, 46 + side * 39 + 4, 58, 2, _shade(coat, 0.6), 0.8)
    pen.box(10, 18, 82, 90, 9, coat, 1.5)
    pen.box(18, 26, 74, 54, 7, light, 0.8)
    _eyes(pen, 14, 40, 7, light)


def _body(kind: str, coat: Colour, light: Colour, time: str) -> Image.Image:
    pen = _Pen(BODY_SIZE)
    if kind == "robot":
        pen.box(40, 0, 56, 16, 2, (110, 110, 118), 0.8)
        for side in (-1, 1):
            pen.box(48 + side * 39 - 7, 20, 48 + side * 39 + 7, 150, 5, _shade(coat, 0.7), 1.0)
        pen.box(16, 12, 80, 150, 6, coat, 1.5)
        pen.box(28, 26, 68, 44, 3, light, 0.8)
        for i, lamp in enumerate(((226, 70, 60), (244, 200, 60), (80, 190, 90))):
            pen.oval(36 + 12 * i, 35, 4, 4, tint(lamp, time, 0.5))
        return pen.done()
    for side in (-1, 1):
        pen.oval(48 + side * 34, 66, 12, 46, _shade(coat, 0.75), 1.2)
    pen.oval(48, 86, 36, 84, coat, 1.5)
    if kind == "child":
        pen.oval(48, 10, 20, 9, light, 0.8)
        for i in range(4):
            pen.oval(48, 32 + 20 * i, 3, 3, _shade(coat, 0.5))
    else:
        pen.oval(48, 90, 20, 60, tuple((c + l) // 2 for c, l in zip(coat, light)))  # type: ignore[arg-type]
    return pen.done()


@functools.lru_cache(maxsize=128)
def draw_puppet(kind: str, colour: str, time: str) -> Puppet:
    """The sprites of a puppet of a colour in the light of a time of day."""
    coat, light = tint(COLOURS[colour], time, 0.45), tint((250, 248, 240), time, 0.7)
    face = {"pony": _pony_head, "child": _child_head, "robot": _robot_head}[kind]
    heads = []
    for level in range(MOUTH_LEVELS):
        pen = _Pen(HEAD_SIZE)
        face(pen, coat, light, time)
        _mouth(pen, level, (110, 40, 44), kind == "robot")
        heads.append(pen.done())
    return Puppet(_body(kind, coat, light, time), tuple(heads))


def mouth_extent() -> np.ndarray:
    """The box of the widest open mouth inside the head sprite: (y0, y1, x0, x1) in frame pixels."""
    (cx, cy), half = MOUTH_CENTRE, MOUTH_WIDTH / 2
    return np.array([cy - 10, cy + 14, cx - half, cx + half])
