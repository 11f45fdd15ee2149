"""Hats, drawn for a head whose top lies at y = -0.62, half as wide as 0.86."""

from __future__ import annotations

from math import cos, sin, tau
from typing import Callable

from .paper import box, curve, darker, lighter, oval, poly, star
from .rig import Kit, Pen

#: Kind to where its hat sits: how much lower than on a person, and how large.
FIT: dict[str, tuple[float, float]] = {
    "pony": (0.02, 0.72), "cat": (0.12, 0.80), "dog": (0.06, 0.92), "fox": (0.16, 0.76), "rabbit": (0.16, 0.72), "bear": (0.08, 0.86), "panda": (0.08, 0.86),
    "owl": (0.02, 0.84), "robot": (0.06, 0.96), "grandmother": (-0.04, 1.0),
}


def _top_hat(p: Pen) -> None:
    p.cut(curve([(-0.62, -0.66), (-0.58, -1.60), (-0.3, -1.68), (0.3, -1.68), (0.58, -1.60), (0.62, -0.66)], tension=0.5), (52, 46, 62))
    p.cut(box(-0.63, -0.96, 0.63, -0.74, 0.02), (206, 62, 70), lift=0.015)
    p.cut(curve([(-1.06, -0.70), (0, -0.60), (1.06, -0.70), (0.9, -0.56), (0, -0.46), (-0.9, -0.56)], tension=0.8), (60, 54, 72))


def _straw_hat(p: Pen) -> None:
    p.cut(curve([(-0.66, -0.66), (-0.58, -1.20), (0, -1.38), (0.58, -1.20), (0.66, -0.66)], tension=0.8), (242, 208, 130))
    p.cut(curve([(-0.68, -0.88), (0, -0.80), (0.68, -0.88), (0.68, -0.68), (0, -0.60), (-0.68, -0.68)], tension=0.5), (226, 90, 84), lift=0.015)
    p.cut(curve([(-1.32, -0.62), (-0.7, -0.76), (0, -0.68), (0.7, -0.76), (1.32, -0.62), (0.8, -0.42), (0, -0.36), (-0.8, -0.42)], tension=0.9), (246, 216, 144))


def _woolly_hat(p: Pen) -> None:
    shape = curve([(-0.98, -0.52), (-0.86, -1.12), (-0.4, -1.42), (0.4, -1.42), (0.86, -1.12), (0.98, -0.52)], tension=0.9)
    p.cut(shape, (70, 124, 190))
    for y in (-0.96, -1.2):
        p.print(shape, box(-1.2, y, 1.2, y + 0.09), (250, 244, 232))
    p.cut(box(-1.04, -0.72, 1.04, -0.40, 0.14), (250, 244, 232), lift=0.03)
    p.cut(oval(0, -1.52, 0.27, 0.26), (250, 244, 232), lift=0.03)


def _crown(p: Pen) -> None:
    p.cut(poly([(-0.74, -0.50), (-0.84, -1.30), (-0.40, -0.94), (0, -1.44), (0.40, -0.94), (0.84, -1.30), (0.74, -0.50)]), (248, 204, 76))
    p.print(box(-1, -0.7, 1, -0.5), box(-0.78, -0.68, 0.78, -0.56), darker((248, 204, 76), 0.25))
    for x, y, colour in ((0, -0.84, (222, 66, 84)), (-0.46, -0.80, (84, 150, 214)), (0.46, -0.80, (84, 150, 214))):
        p.cut(oval(x, y, 0.10, 0.12), colour, lift=0.012)
    for x, y in ((-0.84, -1.32), (0, -1.46), (0.84, -1.32)):
        p.cut(oval(x, y, 0.08, 0.08), lighter((248, 204, 76), 0.4), lift=0.012)


def _wizard_hat(p: Pen) -> None:
    shape = curve([(-0.70, -0.62), (-0.40, -1.30), (-0.10, -1.86), (0.26, -2.06), (0.20, -1.70), (0.46, -1.20), (0.70, -0.62)], tension=0.7)
    p.cut(shape, (84, 64, 150))
    for x, y, r in ((-0.22, -1.02, 0.15), (0.22, -1.26, 0.12), (0.04, -1.66, 0.09)):
        p.fill(star(x, y, r, r * 0.45), (250, 214, 96))
    p.cut(curve([(-1.20, -0.58), (0, -0.76), (1.20, -0.58), (0.7, -0.40), (0, -0.36), (-0.7, -0.40)], tension=0.9), (98, 76, 168))


def _flower_wreath(p: Pen) -> None:
    p.line(curve([(-0.96, -0.48), (-0.6, -0.76), (0, -0.86), (0.6, -0.76), (0.96, -0.48)], closed=False), (92, 148, 88), 0.16)
    for i, (x, y) in enumerate(((-0.92, -0.50), (-0.50, -0.78), (0, -0.88), (0.50, -0.78), (0.92, -0.50))):
        colour = ((246, 130, 150), (255, 246, 236), (250, 196, 84))[i % 3]
        for k in range(5):
            p.cut(oval(x + 0.13 * cos(k * tau / 5), y + 0.13 * sin(k * tau / 5), 0.11, 0.11), colour, lift=0.012, edge=0.01)
        p.fill(oval(x, y, 0.075, 0.075), (232, 150, 60) if i % 3 else (255, 226, 120))


HATS: dict[str, Callable[[Pen], None]] = {
    "top hat": _top_hat, "straw hat": _straw_hat, "woolly hat": _woolly_hat, "crown": _crown, "wizard hat": _wizard_hat, "flower wreath": _flower_wreath,
}


def put_on(hat: str | None, kind: str) -> Callable[[Kit], None]:
    """What adds a hat, or nothing, to a figure of a kind."""
    if hat is None:
        return lambda kit: None
    drop, size = FIT.get(kind, (0.0, 1.0))

    def scaled(p: Pen) -> None:
        p.canvas.save()
        p.canvas.translate(0, -0.5 + drop)
        p.canvas.scale(size, size)
        p.canvas.translate(0, 0.5)
        HATS[hat](p)
        p.canvas.restore()

    return lambda kit: kit.part("hat", (0, 0.92), scaled)
