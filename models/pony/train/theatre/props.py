"""Things that figures hold. A hand prop is drawn around the hand (0, 0); a body prop in front of the chest."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, sin, tau
from typing import Callable

from .paper import box, curve, darker, lighter, oval, poly
from .rig import Kit, Pen


def _nothing(kit: Kit) -> None:
    del kit


@dataclass(frozen=True)
class Prop:
    """How a prop is drawn and how the arms stand while it is held."""

    draw: Callable[[Pen], None]
    joint: str  # "hand" moves with the right hand, "body" with the trunk
    arms: tuple[float, float]
    behind: bool = False  # lies behind the figure


def _umbrella(p: Pen) -> None:
    wood = (120, 78, 56)
    p.line(curve([(0, 0.35), (-0.76, -4.42)], closed=False), wood, 0.09)
    p.line(curve([(0, 0.30), (0.04, 0.52), (0.2, 0.55), (0.26, 0.40)], closed=False), wood, 0.09)
    p.canvas.save()
    p.canvas.translate(-0.66, -1.02)
    rim = [(-2.10, -1.86), (-1.56, -2.0), (-1.08, -1.86), (-0.58, -2.0), (-0.08, -1.86), (0.42, -2.0), (0.92, -1.86), (1.40, -2.0), (1.94, -1.86)]
    canopy = curve([(1.86, -2.3), (1.30, -3.0), (-0.09, -3.42), (-1.46, -3.0), (-2.02, -2.3)] + rim, tension=0.75)
    p.cut(canopy, (226, 72, 78))
    for x0, x1 in ((-1.08, -0.58), (-0.08, 0.42), (0.92, 1.40), (-2.10, -1.56)):
        p.print(canopy, curve([(-0.09, -3.5), (x0, -1.8), (x1, -1.8)], tension=0.3), (250, 238, 222), 0.9)
    p.cut(oval(-0.09, -3.46, 0.07, 0.12), wood, lift=0.01)
    p.canvas.restore()


def _balloon(p: Pen) -> None:
    p.line(curve([(0, 0.1), (0.16, -0.8), (0.06, -1.5), (0.18, -2.06)], closed=False), (250, 246, 240), 0.035)
    shape = curve([(0.18, -2.10), (-0.42, -2.7), (-0.56, -3.3), (0.18, -3.86), (0.92, -3.3), (0.78, -2.7)], tension=0.95)
    p.cut(shape, (230, 66, 76))
    p.print(shape, oval(-0.14, -3.34, 0.14, 0.26, 24), (255, 226, 222), 0.75)
    p.cut(poly([(0.18, -2.14), (0.06, -1.96), (0.30, -1.96)]), darker((230, 66, 76), 0.2), lift=0.01)


def _lantern(p: Pen) -> None:
    p.halo(0, 0.78, 1.5, (255, 206, 110), 0.62)
    p.line(curve([(0, 0), (0, 0.32)], closed=False), (90, 66, 60), 0.05)
    p.bright(oval(0, 0.78, 0.40, 0.42), (246, 104, 66))
    p.bright(oval(0, 0.78, 0.26, 0.41), (252, 150, 76))
    p.bright(oval(0, 0.78, 0.11, 0.40), (255, 216, 130))
    for y in (0.36, 1.18):
        p.cut(box(-0.20, y - 0.06, 0.20, y + 0.06, 0.03), (96, 62, 56), lift=0.015)
    for x in (-0.08, 0, 0.08):
        p.line(curve([(x, 1.24), (x, 1.52)], closed=False), (240, 190, 80), 0.04)


def _flower(p: Pen) -> None:
    p.line(curve([(0.0, 0.28), (0.05, -0.3), (0.02, -0.92)], closed=False), (82, 150, 84), 0.085)
    p.cut(curve([(0.03, -0.16), (0.36, -0.42), (0.44, -0.34), (0.2, -0.1)]), (98, 170, 96), lift=0.02)
    for k in range(7):
        a = k * tau / 7 - 0.2
        p.cut(oval(0.02 + 0.32 * cos(a), -1.14 + 0.32 * sin(a), 0.21, 0.21), (250, 196, 70), lift=0.02)
    p.cut(oval(0.02, -1.14, 0.23, 0.23), (150, 90, 52), lift=0.02)


def _book(p: Pen) -> None:
    for s in (-1, 1):
        p.cut(poly([(0, 1.72), (s * 0.78, 1.58), (s * 0.78, 2.40), (0, 2.54)]), (66, 112, 176))
        p.cut(curve([(0, 1.68), (s * 0.36, 1.54), (s * 0.72, 1.58), (s * 0.72, 2.32), (s * 0.36, 2.28), (0, 2.44)], tension=0.5), (254, 249, 238), lift=0.02)
        for y in (1.76, 1.90, 2.04, 2.18):
            p.line(curve([(s * 0.12, y + 0.06), (s * 0.62, y - 0.02)], closed=False), (176, 168, 164), 0.03)


def _guitar(p: Pen) -> None:
    p.canvas.save()
    p.canvas.translate(0.0, 2.0)
    p.canvas.rotate(-28)
    p.cut(box(0.3, -0.09, 1.86, 0.09, 0.03), (112, 72, 50))
    p.cut(box(1.80, -0.16, 2.16, 0.16, 0.05), (92, 58, 44))
    body = curve([(0.52, -0.30), (0.12, -0.32), (-0.2, -0.50), (-0.72, -0.44), (-0.92, 0), (-0.72, 0.44), (-0.2, 0.50), (0.12, 0.32), (0.52, 0.30), (0.64, 0)])
    p.cut(body, (226, 148, 72))
    p.fill(oval(0.02, 0, 0.21, 0.21), (84, 50, 42))
    p.fill(box(-0.56, -0.2, -0.48, 0.2, 0.02), (112, 72, 50))
    for y in (-0.05, 0, 0.05):
        p.line(curve([(-0.5, y), (2.0, y * 0.8)], closed=False), (250, 240, 220), 0.014)
    p.canvas.restore()


def _gift(p: Pen) -> None:
    p.cut(box(-0.58, 1.62, 0.58, 2.50, 0.05), (94, 176, 170))
    p.cut(box(-0.66, 1.46, 0.66, 1.74, 0.05), (112, 194, 186), lift=0.03)
    p.fill(box(-0.11, 1.46, 0.11, 2.50), (248, 206, 92))
    for s in (-1, 1):
        p.cut(curve([(0, 1.46), (s * 0.16, 1.20), (s * 0.46, 1.14), (s * 0.44, 1.40)]), (250, 214, 110), lift=0.02)
    p.fill(oval(0, 1.42, 0.1, 0.1), lighter((248, 206, 92), 0.3))


PROPS: dict[str, Prop] = {
    "umbrella": Prop(_umbrella, "hand", (0.10, 0.72)),
    "balloon": Prop(_balloon, "hand", (0.10, 0.85), behind=True),
    "lantern": Prop(_lantern, "hand", (0.10, 0.90)),
    "flower": Prop(_flower, "hand", (0.10, 1.05)),
    "book": Prop(_book, "body", (-0.42, -0.42)),
    "guitar": Prop(_guitar, "body", (-0.34, 0.30)),
    "gift": Prop(_gift, "body", (-0.40, -0.40)),
}


def hold(prop: str | None) -> tuple[Callable[[Kit], None], Callable[[Kit], None]]:
    """What adds a prop behind and before a figure."""
    if prop is None:
        return _nothing, _nothing
    thing = PROPS[prop]
    add = lambda kit: kit.part(thing.joint if thing.joint == "body" else "hand", (0, 2.6) if thing.joint == "body" else (0, 0), thing.draw)  # noqa: E731
    return (add, _nothing) if thing.behind else (_nothing, add)
