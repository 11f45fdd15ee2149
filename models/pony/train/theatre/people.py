"""The six people: heads, hair and clothes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

import skia

from .light import Light
from .paper import Colour, box, curve, darker, lighter, mix, oval, poly, soft_box
from .rig import Face, Figure, Kit, Pen

HAIR_COLOURS: dict[str, Colour] = {
    "black": (44, 38, 50), "brown": (112, 68, 44), "blonde": (238, 192, 96), "red": (196, 82, 40), "white": (236, 232, 226),
}
Draw = Callable[[Pen, Colour], None]


@dataclass(frozen=True)
class Person:
    """What makes one person."""

    skin: Colour
    hair: str
    back: Draw
    front: Draw
    outfit: Callable[[Kit, Colour, Colour], None]
    face: Face
    beard: Draw | None = None
    glasses: bool = False
    jaw: float = 2.5  # the power of the superellipse of the head


# Hair ----------------------------------------------------------------------------------------------------------------

def _cap(fringe: list[tuple[float, float]], top: float = -1.10, side: float = 1.05, low: float = 0.12) -> skia.Path:
    """Hair over the top of the head; `fringe` runs from the right temple back to the left one."""
    over = [(-side, low), (-side * 0.99, -0.42), (-0.66, top + 0.18), (0.0, top), (0.66, top + 0.18), (side * 0.99, -0.42), (side, low)]
    return curve(over + fringe, tension=0.9)


def _bunches_back(p: Pen, hair: Colour) -> None:
    for side in (-1, 1):
        p.cut(curve([(side * 0.92, -0.05), (side * 1.30, -0.12), (side * 1.52, 0.34), (side * 1.42, 0.98), (side * 1.16, 1.34), (side * 1.10, 0.82), (side * 0.96, 0.42)]), darker(hair, 0.12))
        p.fill(oval(side * 1.02, -0.02, 0.13, 0.16), (236, 84, 92))


def _bunches_front(p: Pen, hair: Colour) -> None:
    cap = _cap([(0.90, -0.22), (0.62, -0.50), (0.30, -0.42), (0.02, -0.52), (-0.34, -0.40), (-0.66, -0.48), (-0.90, -0.22)])
    p.cut(cap, hair)
    p.line(curve([(0, -1.05), (0.03, -0.8), (0.0, -0.56)], closed=False), darker(hair, 0.4), 0.03, 0.7)
    p.print(cap, curve([(-0.8, -0.66), (-0.4, -0.90), (-0.12, -0.93), (-0.4, -0.78)]), lighter(hair, 0.35), 0.5)


def _tousled_front(p: Pen, hair: Colour) -> None:
    for x, y, r in ((-0.78, -0.62, 0.30), (-0.46, -0.88, 0.33), (-0.05, -1.0, 0.35), (0.38, -0.94, 0.33), (0.74, -0.68, 0.30), (-0.96, -0.28, 0.22), (0.96, -0.28, 0.22)):
        p.cut(oval(x, y, r, r * 0.92), hair, lift=0.03)
    for x, y, r in ((-0.62, -0.50, 0.24), (-0.24, -0.62, 0.26), (0.18, -0.64, 0.26), (0.56, -0.52, 0.24)):
        p.cut(oval(x, y, r, r * 0.86), lighter(hair, 0.08), lift=0.035)


def _long_back(p: Pen, hair: Colour) -> None:
    p.cut(curve([(-1.02, -0.5), (0, -1.1), (1.02, -0.5), (1.20, 0.4), (1.16, 1.25), (0.86, 1.62), (0.3, 1.5), (-0.3, 1.5), (-0.86, 1.62), (-1.16, 1.25), (-1.20, 0.4)]), darker(hair, 0.16))


def _long_front(p: Pen, hair: Colour) -> None:
    left = curve([(0.20, -1.08), (-0.5, -1.04), (-0.98, -0.66), (-1.12, 0.0), (-1.10, 0.72), (-0.92, 0.92), (-0.86, 0.30), (-0.72, -0.18), (-0.28, -0.52), (0.16, -0.72)])
    right = curve([(0.16, -1.08), (0.62, -0.98), (1.00, -0.60), (1.12, 0.0), (1.10, 0.72), (0.92, 0.92), (0.88, 0.30), (0.76, -0.22), (0.46, -0.56), (0.14, -0.74)])
    p.cut(right, hair)
    p.cut(left, hair)
    p.print(left, curve([(-0.86, -0.5), (-0.5, -0.86), (-0.1, -0.96), (-0.46, -0.72)]), lighter(hair, 0.4), 0.5)


def _short_front(p: Pen, hair: Colour) -> None:
    cap = curve([(-1.03, 0.06), (-1.06, -0.46), (-0.78, -0.96), (-0.2, -1.20), (0.46, -1.14), (0.92, -0.82), (1.06, -0.40), (1.03, 0.06), (0.90, -0.30), (0.74, -0.52), (0.30, -0.46), (-0.16, -0.58), (-0.50, -0.72), (-0.72, -0.50), (-0.90, -0.26)], tension=0.85)
    p.cut(cap, hair)
    p.print(cap, curve([(-0.2, -1.0), (0.3, -1.02), (0.74, -0.74), (0.24, -0.86)]), lighter(hair, 0.4), 0.45)


def _beard(p: Pen, hair: Colour) -> None:
    outer = curve([(-1.00, 0.02), (-0.99, 0.60), (-0.68, 1.08), (0, 1.28), (0.68, 1.08), (0.99, 0.60), (1.00, 0.02),
                   (0.86, 0.28), (0.74, 0.62), (0.42, 0.87), (0.0, 0.93), (-0.42, 0.87), (-0.74, 0.62), (-0.86, 0.28)], tension=0.9)
    p.cut(outer, hair, lift=0.02)


def _bun_back(p: Pen, hair: Colour) -> None:
    p.cut(oval(0, -1.16, 0.44, 0.38), darker(hair, 0.10))
    p.line(curve([(-0.24, -1.2), (0.0, -1.32), (0.24, -1.2)], closed=False), darker(hair, 0.3), 0.03)


def _bun_front(p: Pen, hair: Colour) -> None:
    cap = _cap([(0.92, -0.20), (0.70, -0.46), (0.34, -0.62), (0.0, -0.72), (-0.34, -0.62), (-0.70, -0.46), (-0.92, -0.20)], top=-1.06)
    p.cut(cap, hair)
    for side in (-1, 1):
        p.line(curve([(side * 0.08, -0.98), (side * 0.46, -0.82), (side * 0.80, -0.48)], closed=False), darker(hair, 0.22), 0.025, 0.8)


def _bald_back(p: Pen, hair: Colour) -> None:
    for side in (-1, 1):
        for x, y, r in ((0.96, -0.24, 0.24), (1.08, 0.04, 0.24), (1.02, 0.30, 0.2)):
            p.cut(oval(side * x, y, r, r), hair, lift=0.03)


def _moustache(p: Pen, hair: Colour) -> None:
    for side in (-1, 1):
        p.cut(curve([(0, 0.26), (side * 0.26, 0.22), (side * 0.56, 0.38), (side * 0.66, 0.32), (side * 0.52, 0.47), (side * 0.22, 0.40), (0, 0.37)]), hair, lift=0.03)


def _none(p: Pen, hair: Colour) -> None:
    del p, hair


# Clothes -------------------------------------------------------------------------------------------------------------

def _legs(kit: Kit, cloth: Colour, shoe: Colour, top: float = 2.35) -> None:
    for i, side in enumerate((-1, 1)):
        def leg(p: Pen, side: int = side) -> None:
            p.cut(box(side * 0.34 - 0.20, top, side * 0.34 + 0.20, 3.74, 0.12), cloth)
            p.cut(curve([(side * 0.34 - 0.22, 3.66), (side * 0.34 + 0.22, 3.66), (side * 0.34 + 0.25 + side * 0.10, 3.94), (side * 0.34 - 0.25 + side * 0.10, 3.94)], tension=0.7), shoe)
        kit.part(f"leg{i}", (side * 0.34, top + 0.15), leg)


def sleeves(kit: Kit, cloth: Colour, hand: Colour, cuff: Colour | None = None) -> None:
    """Both arms, hanging down from the shoulders."""
    for i, side in enumerate((-1, 1)):
        def arm(p: Pen, side: int = side) -> None:
            p.cut(oval(side * 0.86, 2.36, 0.19, 0.21), hand)
            p.cut(curve([(side * 0.50, 1.10), (side * 0.74, 1.14), (side * 0.98, 1.62), (side * 1.06, 2.20), (side * 0.70, 2.26), (side * 0.60, 1.72)], tension=0.9), cloth)
            if cuff:
                p.cut(curve([(side * 1.08, 2.10), (side * 1.09, 2.26), (side * 0.68, 2.31), (side * 0.67, 2.16)], tension=0.5), cuff, lift=0.02)
        kit.part(f"arm{i}", (side * 0.64, 1.26), arm)


def trunk(flare: float = 0.74, low: float = 2.55, shoulder: float = 0.66) -> skia.Path:
    """The outline of a coat or jumper."""
    return curve([(-0.30, 0.86), (0.30, 0.86), (shoulder, 1.06), (flare * 0.98, 1.8), (flare, low), (0, low + 0.10), (-flare, low), (-flare * 0.98, 1.8), (-shoulder, 1.06)], tension=0.8)


def _dress(kit: Kit, colour: Colour, skin: Colour) -> None:
    _legs(kit, (250, 244, 236), (96, 58, 60))
    shape = curve([(-0.28, 0.86), (0.28, 0.86), (0.60, 1.06), (0.66, 1.7), (1.08, 2.86), (0.5, 2.98), (0, 3.0), (-0.5, 2.98), (-1.08, 2.86), (-0.66, 1.7), (-0.60, 1.06)], tension=0.8)

    def body(p: Pen) -> None:
        p.cut(shape, colour)
        for x in (-0.78, -0.39, 0.0, 0.39, 0.78):
            p.print(shape, oval(x, 2.72, 0.085, 0.085), lighter(colour, 0.62))
        for side in (-1, 1):
            p.cut(curve([(0, 1.02), (side * 0.10, 0.86), (side * 0.46, 0.92), (side * 0.50, 1.14), (side * 0.22, 1.26)], tension=0.8), (252, 246, 236), lift=0.03)
        p.fill(oval(0, 1.36, 0.05, 0.05), lighter(colour, 0.6))

    kit.part("body", (0, 2.6), body)
    sleeves(kit, darker(colour, 0.06), skin, (252, 246, 236))


def _jumper(kit: Kit, colour: Colour, skin: Colour) -> None:
    _legs(kit, (72, 84, 116), (226, 226, 220))
    jumper(kit, colour)
    sleeves(kit, darker(colour, 0.06), skin, lighter(colour, 0.45))


def jumper(kit: Kit, colour: Colour) -> None:
    """A woolly jumper with light stripes, worn by the boy and by all small animals."""
    shape = trunk()

    def body(p: Pen) -> None:
        p.cut(shape, colour)
        for y in (1.72, 2.04):
            p.print(shape, box(-1, y, 1, y + 0.13), lighter(colour, 0.5))
        p.print(shape, box(-1, 2.44, 1, 2.8), darker(colour, 0.22))
        p.cut(box(-0.40, 0.84, 0.40, 1.06, 0.1), lighter(colour, 0.24), lift=0.02)

    kit.part("body", (0, 2.6), body)


def _coat(kit: Kit, colour: Colour, skin: Colour) -> None:
    _legs(kit, (64, 52, 62), (54, 40, 46))
    shape = curve([(-0.28, 0.86), (0.28, 0.86), (0.62, 1.06), (0.58, 1.75), (0.86, 3.06), (0, 3.16), (-0.86, 3.06), (-0.58, 1.75), (-0.62, 1.06)], tension=0.8)

    def body(p: Pen) -> None:
        p.cut(shape, colour)
        p.line(curve([(0.04, 1.3), (0.03, 2.2), (0.08, 3.1)], closed=False), darker(colour, 0.35), 0.03)
        p.print(shape, box(-1, 1.74, 1, 1.92), darker(colour, 0.34))
        p.fill(box(-0.1, 1.73, 0.14, 1.93, 0.03), (242, 204, 110))
        for side in (-1, 1):
            p.cut(poly([(0.02, 1.44), (side * 0.20, 0.86), (side * 0.48, 0.96), (side * 0.40, 1.24)]), lighter(colour, 0.22), lift=0.03)
        for y in (2.2, 2.55):
            p.fill(oval(-0.14, y, 0.055, 0.055), (242, 204, 110))

    kit.part("body", (0, 2.6), body)
    sleeves(kit, darker(colour, 0.06), skin, darker(colour, 0.24))


def _jacket(kit: Kit, colour: Colour, skin: Colour) -> None:
    _legs(kit, (70, 66, 78), (92, 60, 46))
    shape = trunk(0.80, 2.62, 0.74)

    def body(p: Pen) -> None:
        p.cut(shape, colour)
        shirt = poly([(-0.26, 0.84), (0.26, 0.84), (0.0, 1.62)])
        p.cut(shirt, (250, 246, 238), lift=0)
        p.cut(poly([(-0.09, 0.96), (0.09, 0.96), (0.12, 1.38), (0, 1.54), (-0.12, 1.38)]), darker(colour, 0.5), lift=0.015)
        for side in (-1, 1):
            p.cut(poly([(side * 0.02, 1.70), (side * 0.22, 0.84), (side * 0.50, 0.94), (side * 0.44, 1.26)]), lighter(colour, 0.18), lift=0.03)
        p.line(curve([(0, 1.66), (0.0, 2.62)], closed=False), darker(colour, 0.35), 0.03)
        for y in (1.92, 2.26):
            p.fill(oval(0.12, y, 0.055, 0.055), darker(colour, 0.5))

    kit.part("body", (0, 2.6), body)
    sleeves(kit, darker(colour, 0.06), skin)


def _shawl(kit: Kit, colour: Colour, skin: Colour) -> None:
    _legs(kit, (150, 128, 132), (86, 62, 66))
    skirt = curve([(-0.60, 1.4), (0.60, 1.4), (0.92, 3.1), (0, 3.24), (-0.92, 3.1)], tension=0.7)

    def body(p: Pen) -> None:
        p.cut(skirt, mix(darker(colour, 0.45), (120, 110, 130), 0.4))
        p.print(skirt, box(-1, 2.84, 1, 2.92), (250, 240, 226), 0.8)

    def shawl(p: Pen) -> None:
        shape = curve([(-0.28, 0.86), (0.28, 0.86), (0.86, 1.20), (1.06, 1.96), (0.5, 2.10), (0, 2.58), (-0.5, 2.10), (-1.06, 1.96), (-0.86, 1.20)], tension=0.7)
        p.cut(shape, colour)
        p.line(curve([(-0.98, 1.86), (-0.46, 1.98), (0, 2.40), (0.46, 1.98), (0.98, 1.86)], closed=False, tension=0.7), lighter(colour, 0.6), 0.06)
        p.line(curve([(-0.3, 1.0), (0, 1.32), (0.3, 1.0)], closed=False), darker(colour, 0.3), 0.04)
        p.fill(oval(0, 1.36, 0.10, 0.10), (246, 214, 120))

    kit.part("body", (0, 2.6), body)
    sleeves(kit, mix(darker(colour, 0.35), (120, 110, 130), 0.25), skin)
    kit.part("body", (0, 2.6), shawl)


def _waistcoat(kit: Kit, colour: Colour, skin: Colour) -> None:
    _legs(kit, (104, 92, 86), (70, 50, 44))
    shape = trunk(0.86, 2.64, 0.70)

    def body(p: Pen) -> None:
        p.cut(shape, (246, 240, 228))
        for side in (-1, 1):
            half = curve([(side * 0.02, 1.62), (side * 0.30, 0.90), (side * 0.62, 1.06), (side * 0.84, 1.8), (side * 0.86, 2.64), (side * 0.02, 2.74)], tension=0.6)
            p.cut(half, colour, lift=0.03)
            p.line(box(side * 0.50 - 0.16, 2.14, side * 0.50 + 0.16, 2.17), darker(colour, 0.4), 0.03)
        for y in (1.84, 2.12, 2.40):
            p.fill(oval(0.07, y, 0.05, 0.05), (246, 214, 120))
        for side in (-1, 1):
            p.cut(curve([(0, 1.08), (side * 0.30, 0.94), (side * 0.32, 1.24)], tension=0.5), darker(colour, 0.42), lift=0.02)

    kit.part("body", (0, 2.6), body)
    sleeves(kit, (246, 240, 228), skin, darker(colour, 0.1))


_OLD = dict(eye_size=(0.115, 0.14), cheek=(232, 130, 116))
PEOPLE: dict[str, Person] = {
    "girl": Person((250, 214, 184), "brown", _bunches_back, _bunches_front, _dress, Face(lashes=2, iris=(118, 78, 52), brow=(92, 58, 44), eye_size=(0.145, 0.19))),
    "boy": Person((176, 118, 82), "black", _none, _tousled_front, _jumper, Face(iris=(128, 84, 50), brow=(44, 34, 38), cheek=(206, 92, 76), lips=(120, 46, 48), eye_size=(0.145, 0.185))),
    "woman": Person((240, 196, 152), "black", _long_back, _long_front, _coat, Face(lashes=2, iris=(104, 76, 52), brow=(52, 40, 46), lips=(196, 54, 66))),
    "man": Person((238, 198, 166), "red", _none, _short_front, _jacket, Face(iris=(78, 112, 120), brow=(150, 62, 34), brow_width=0.075, lips=(150, 66, 60), mouth=(0, 0.52), cheek_at=(0.54, 0.34)), beard=_beard, jaw=2.9),
    "grandmother": Person((244, 208, 184), "white", _bun_back, _bun_front, _shawl, Face(brow=(190, 182, 178), iris=(92, 108, 130), lashes=1, lips=(178, 72, 78), mouth=(0, 0.54), **_OLD), glasses=True),
    "grandfather": Person((206, 152, 114), "white", _bald_back, _none, _waistcoat, Face(brow=(240, 236, 230), brow_width=0.10, iris=(96, 70, 52), lips=(136, 66, 60), mouth=(0, 0.57), mouth_half=0.33, **_OLD), beard=_moustache),
}


def _glasses(p: Pen) -> None:
    for side in (-1, 1):
        p.fill(oval(side * 0.40, 0.08, 0.27, 0.27), (230, 244, 250), 0.22)
        p.line(oval(side * 0.40, 0.08, 0.27, 0.27), (158, 104, 62), 0.05)
    p.line(curve([(-0.14, 0.05), (0, 0.0), (0.14, 0.05)], closed=False), (158, 104, 62), 0.05)


def build_person(kind: str, colour: Colour, hair: str | None, light: Light, detail: float, top: Callable[[Kit], None], held: tuple[Callable[[Kit], None], Callable[[Kit], None]]) -> Figure:
    """A person in clothes of a colour; `top` adds a hat, `held` what lies behind and before the figure in its hands."""
    who, kit = PEOPLE[kind], Kit(light, detail)
    shade = HAIR_COLOURS[hair or who.hair]
    behind, before = held
    behind(kit)
    kit.part("back", (0, 0.6), lambda p: who.back(p, shade))
    who.outfit(kit, colour, who.skin)

    def head(p: Pen) -> None:
        p.cut(box(-0.2, 0.7, 0.2, 1.05, 0.1), darker(who.skin, 0.16), lift=0)
        for side in (-1, 1):
            p.cut(oval(side * 0.98, 0.14, 0.17, 0.21), who.skin, lift=0.03)
            p.fill(oval(side * 0.99, 0.15, 0.08, 0.11), darker(who.skin, 0.18))
        p.cut(soft_box(0, 0.02, 0.99, 0.95, who.jaw), who.skin)

    kit.part("head", (0, 0.92), head)
    if who.beard and kind == "man":
        kit.part("front", (0, 0.92), lambda p: who.beard(p, shade))
    kit.face()

    def nose(p: Pen) -> None:
        p.cut(oval(0, 0.25, 0.085 if kind != "grandfather" else 0.13, 0.075 if kind != "grandfather" else 0.11), mix(who.skin, (222, 120, 96), 0.32), lift=0.02, edge=0)

    kit.part("muzzle", (0, 0.92), nose)
    kit.mouth()
    if who.beard and kind != "man":
        kit.part("muzzle", (0, 0.92), lambda p: who.beard(p, shade))
    if who.glasses:
        kit.part("feature", (0, 0.92), _glasses)
    kit.part("front", (0, 0.92), lambda p: who.front(p, shade))
    top(kit)
    before(kit)
    brow = darker(shade, 0.15) if hair else who.face.brow
    return kit.done(Face(**{**vars(who.face), "lid": who.skin, "brow": brow}))

