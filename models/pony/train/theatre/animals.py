"""Seven animals that walk upright and wear a jumper, each with its own head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from .light import Light
from .paper import Colour, box, curve, darker, lighter, mix, oval, soft_box
from .people import jumper, sleeves
from .rig import Face, Figure, Kit, Pen

DARK = (44, 34, 40)


@dataclass(frozen=True)
class Animal:
    """What makes one animal."""

    fur: Colour
    light: Colour  # muzzle, belly and paws
    ears: Callable[[Pen, "Animal"], None]  # behind the head
    head: Callable[[Pen, "Animal"], None]
    muzzle: Callable[[Pen, "Animal"], None]
    face: Face
    tail: Callable[[Pen, "Animal"], None] | None = None
    mask: Callable[[Pen, "Animal"], None] | None = None  # moves with the eyes
    flaps: Callable[[Pen, "Animal"], None] | None = None  # ears that hang in front


def _pointed(spread: float, width: float, tip: tuple[float, float], inner: Colour, ends: Colour | None = None) -> Callable[[Pen, Animal], None]:
    def ears(p: Pen, a: Animal) -> None:
        for s in (-1, 1):
            shape = curve([(s * (spread - width), -0.62), (s * (tip[0] - 0.05), tip[1] + 0.06), (s * tip[0], tip[1]), (s * (tip[0] + 0.05), tip[1] + 0.08), (s * (spread + width), -0.30)], tension=0.35)
            p.cut(shape, a.fur)
            if ends:
                p.print(shape, box(-2, tip[1] - 0.2, 2, tip[1] + 0.34), ends)
            p.fill(curve([(s * (spread - width * 0.40), -0.66), (s * tip[0], tip[1] + 0.26), (s * (spread + width * 0.56), -0.46)], tension=0.35), inner)
    return ears


def _round(spread: float, radius: float, inner: Colour) -> Callable[[Pen, Animal], None]:
    def ears(p: Pen, a: Animal) -> None:
        colour = a.fur if sum(a.fur) < 700 else DARK
        for s in (-1, 1):
            p.cut(oval(s * spread, -0.74, radius, radius), colour)
            p.fill(oval(s * spread, -0.70, radius * 0.55, radius * 0.55), inner)
    return ears


def _rabbit_ears(p: Pen, a: Animal) -> None:
    for s in (-1, 1):
        p.cut(curve([(s * 0.16, -0.7), (s * 0.20, -1.5), (s * 0.42, -2.0), (s * 0.66, -1.5), (s * 0.60, -0.66)]), a.fur)
        p.fill(curve([(s * 0.30, -0.8), (s * 0.32, -1.45), (s * 0.42, -1.78), (s * 0.54, -1.45), (s * 0.48, -0.8)]), (246, 176, 182))


def _owl_tufts(p: Pen, a: Animal) -> None:
    for s in (-1, 1):
        p.cut(curve([(s * 0.30, -0.76), (s * 0.86, -1.28), (s * 1.02, -1.30), (s * 1.0, -0.3)], tension=0.5), darker(a.fur, 0.2))


def _floppy(p: Pen, a: Animal) -> None:
    for s in (-1, 1):
        p.cut(curve([(s * 0.56, -0.84), (s * 0.98, -0.78), (s * 1.26, -0.2), (s * 1.24, 0.46), (s * 0.98, 0.60), (s * 0.86, 0.10), (s * 0.80, -0.36)]), (112, 68, 44))


def _plain_head(rx: float, ry: float, power: float = 2.4) -> Callable[[Pen, Animal], None]:
    def head(p: Pen, a: Animal) -> None:
        p.cut(soft_box(0, 0.04, rx, ry, power), a.fur)
    return head


def _cat_head(p: Pen, a: Animal) -> None:
    shape = soft_box(0, 0.06, 1.10, 0.90, 2.5)
    p.cut(shape, a.fur)
    for x, length in ((0.0, 0.40), (-0.24, 0.30), (0.24, 0.30)):
        p.print(shape, curve([(x - 0.06, -0.9), (x + 0.06, -0.9), (x * 0.9, -0.84 + length)], tension=0.4), darker(a.fur, 0.42))
    for s in (-1, 1):
        for y in (0.10, 0.36):
            p.print(shape, curve([(s * 1.2, y - 0.06), (s * 1.2, y + 0.08), (s * 0.78, y + 0.05)], tension=0.4), darker(a.fur, 0.42))


def _dog_head(p: Pen, a: Animal) -> None:
    shape = soft_box(0, 0.04, 1.00, 0.96, 2.5)
    p.cut(shape, a.fur)
    p.print(shape, curve([(-0.14, -1), (0.14, -1), (0.20, -0.2), (0.34, 0.3), (-0.34, 0.3), (-0.20, -0.2)]), a.light)


def _fox_head(p: Pen, a: Animal) -> None:
    shape = curve([(0, -0.86), (0.60, -0.76), (0.98, -0.28), (1.30, 0.36), (0.86, 0.66), (0.42, 0.96), (0, 1.06), (-0.42, 0.96), (-0.86, 0.66), (-1.30, 0.36), (-0.98, -0.28), (-0.60, -0.76)], tension=0.85)
    p.cut(shape, a.fur)
    for s in (-1, 1):
        p.print(shape, curve([(s * 1.4, 0.30), (s * 0.86, 0.12), (s * 0.46, 0.22), (s * 0.14, 0.40), (0, 0.6), (0, 1.2), (s * 0.9, 1.0)], tension=0.8), a.light)


def _panda_head(p: Pen, a: Animal) -> None:
    shape = soft_box(0, 0.04, 1.10, 0.94, 2.35)
    p.cut(shape, a.fur)


def _panda_mask(p: Pen, a: Animal) -> None:
    for s in (-1, 1):
        p.fill(oval(s * 0.46, 0.06, 0.27, 0.36, 24 * s), DARK)


def _owl_head(p: Pen, a: Animal) -> None:
    shape = soft_box(0, 0.04, 1.10, 0.98, 2.3)
    p.cut(shape, a.fur)


def _owl_mask(p: Pen, a: Animal) -> None:
    for s in (-1, 1):
        p.cut(oval(s * 0.44, 0.0, 0.56, 0.58), a.light, lift=0.02)
    p.fill(curve([(-0.34, -0.66), (0.34, -0.66), (0.0, -0.1)], tension=0.3), darker(a.fur, 0.2))


def _small_nose(colour: Colour, width: float = 0.13, y: float = 0.26) -> Callable[[Pen], None]:
    def nose(p: Pen) -> None:
        p.cut(curve([(-width, y - 0.07), (width, y - 0.07), (width * 0.5, y + 0.06), (0, y + 0.10), (-width * 0.5, y + 0.06)], tension=0.8), colour, lift=0.02)
    return nose


def _cheeks_muzzle(nose: Colour, rx: float = 0.46, whiskers: bool = False) -> Callable[[Pen, Animal], None]:
    def muzzle(p: Pen, a: Animal) -> None:
        p.cut(curve([(-rx * 1.2, 0.48), (-rx * 0.62, 0.20), (0, 0.30), (rx * 0.62, 0.20), (rx * 1.2, 0.48), (rx * 0.75, 0.86), (0, 0.96), (-rx * 0.75, 0.86)]), a.light, lift=0.03)
        if whiskers:
            for s in (-1, 1):
                for y, drop in ((0.42, -0.06), (0.54, 0.05)):
                    p.line(curve([(s * 0.60, y), (s * 1.22, y + drop)], closed=False), lighter(a.light, 0.4), 0.024, 0.9)
        _small_nose(nose)(p)
    return muzzle


def _big_muzzle(rx: float, y: float, ry: float, nose: float) -> Callable[[Pen, Animal], None]:
    def muzzle(p: Pen, a: Animal) -> None:
        p.cut(soft_box(0, y, rx, ry, 2.3), a.light, lift=0.04)
        p.cut(soft_box(0, y - ry * 0.72, nose, nose * 0.68, 2.4), DARK, lift=0.02)
        p.fill(oval(-nose * 0.3, y - ry * 0.72 - nose * 0.25, nose * 0.3, nose * 0.14), (255, 255, 255), 0.6)
    return muzzle


def _fox_muzzle(p: Pen, a: Animal) -> None:
    p.cut(soft_box(0, 0.29, 0.15, 0.11, 2.3), DARK, lift=0.02)
    p.fill(oval(-0.04, 0.25, 0.05, 0.02), (255, 255, 255), 0.6)


def _rabbit_muzzle(p: Pen, a: Animal) -> None:
    _cheeks_muzzle((240, 140, 150), 0.42)(p, a)


def _owl_beak(p: Pen, a: Animal) -> None:
    p.cut(soft_box(0, 0.56, 0.46, 0.36, 2.2), mix(a.light, (240, 190, 110), 0.5), lift=0.03)
    p.cut(curve([(-0.15, 0.16), (0.15, 0.16), (0.0, 0.42)], tension=0.4), (240, 164, 50), lift=0.03)


def _fox_tail(p: Pen, a: Animal) -> None:
    shape = curve([(0.40, 2.5), (0.90, 2.72), (1.36, 2.36), (1.50, 1.66), (1.78, 1.30), (2.02, 1.86), (1.86, 2.62), (1.30, 3.10), (0.60, 3.0)])
    p.cut(shape, a.fur)
    p.print(shape, box(0.5, 1.0, 2.4, 1.86), a.light)


def _thin_tail(p: Pen, a: Animal) -> None:
    p.line(curve([(0.5, 2.6), (1.06, 2.76), (1.42, 2.36), (1.30, 1.86), (1.46, 1.60)], closed=False), darker(a.fur, 0.1), 0.22)


def _dog_tail(p: Pen, a: Animal) -> None:
    p.cut(curve([(0.5, 2.36), (0.96, 2.2), (1.36, 1.74), (1.50, 1.80), (1.36, 2.24), (0.96, 2.6), (0.5, 2.66)]), a.fur)


def _puff_tail(p: Pen, a: Animal) -> None:
    p.cut(oval(0.82, 2.52, 0.28, 0.28), lighter(a.fur, 0.3))


ANIMALS: dict[str, Animal] = {
    "cat": Animal((142, 150, 172), (246, 242, 238), _pointed(0.66, 0.38, (0.88, -1.34), (240, 168, 176)), _cat_head, _cheeks_muzzle((236, 120, 134), whiskers=True),
                  Face(eye=(0.48, 0.02), eye_size=(0.17, 0.20), ring=(236, 232, 150), iris=(112, 168, 84), brow=None, mouth=(0, 0.56), mouth_half=0.31, cheek_at=(0.80, 0.38)), _thin_tail),
    "dog": Animal((224, 168, 104), (252, 240, 222), _pointed(0.4, 0.1, (0.4, -0.7), DARK), _dog_head, _big_muzzle(0.52, 0.50, 0.46, 0.19),
                  Face(eye=(0.44, -0.08), mouth=(0, 0.52), mouth_half=0.34, brow=(132, 84, 52), iris=(112, 70, 44), cheek=None), _dog_tail, flaps=_floppy),
    "fox": Animal((232, 118, 44), (254, 246, 234), _pointed(0.62, 0.40, (0.92, -1.52), (88, 48, 44), (70, 44, 44)), _fox_head, _fox_muzzle,
                  Face(eye=(0.46, -0.04), eye_size=(0.135, 0.165), mouth=(0, 0.58), mouth_half=0.32, brow=(150, 66, 24), iris=(150, 96, 40), cheek=None, lashes=1), _fox_tail),
    "rabbit": Animal((246, 238, 230), (255, 251, 246), _rabbit_ears, _plain_head(1.02, 0.92), _rabbit_muzzle,
                     Face(eye=(0.48, -0.02), eye_size=(0.15, 0.20), mouth=(0, 0.56), mouth_half=0.31, brow=(196, 170, 160), iris=(168, 84, 96), cheek=(250, 140, 150), cheek_at=(0.72, 0.34)), _puff_tail),
    "bear": Animal((138, 88, 58), (230, 192, 146), _round(0.78, 0.36, (206, 150, 110)), _plain_head(1.08, 0.94, 2.3), _big_muzzle(0.56, 0.50, 0.46, 0.19),
                   Face(eye=(0.44, -0.12), mouth=(0, 0.52), mouth_half=0.35, brow=(90, 54, 40), iris=(96, 56, 34), cheek=(220, 110, 84), cheek_at=(0.76, 0.26))),
    "panda": Animal((250, 248, 244), (255, 253, 250), _round(0.80, 0.36, (72, 62, 70)), _panda_head, _big_muzzle(0.48, 0.53, 0.42, 0.16),
                    Face(eye=(0.44, 0.04), eye_size=(0.15, 0.18), ring=(128, 108, 112), iris=(58, 42, 44), lid=DARK, lash=(120, 110, 116), brow=None, mouth=(0, 0.56), mouth_half=0.32, cheek=(248, 150, 150), cheek_at=(0.80, 0.44)), mask=_panda_mask),
    "owl": Animal((134, 108, 92), (248, 232, 206), _owl_tufts, _owl_head, _owl_beak,
                  Face(eye=(0.44, 0.0), eye_size=(0.26, 0.28), ring=(255, 250, 236), iris=(236, 160, 40), brow=(92, 70, 60), brow_y=-0.46, brow_width=0.09, lid=(248, 232, 206), mouth=(0, 0.58), mouth_half=0.30, cheek=None), mask=_owl_mask),
}


def build_animal(kind: str, colour: Colour, light: Light, detail: float, top: Callable[[Kit], None], held: tuple[Callable[[Kit], None], Callable[[Kit], None]]) -> Figure:
    """An animal in a jumper of a colour."""
    a, kit = ANIMALS[kind], Kit(light, detail)
    limb = DARK if kind == "panda" else darker(a.fur, 0.10)
    behind, before = held
    behind(kit)
    if a.tail:
        kit.part("tail", (0.45, 2.6), lambda p: a.tail(p, a))
    for i, s in enumerate((-1, 1)):
        def leg(p: Pen, s: int = s) -> None:
            p.cut(box(s * 0.36 - 0.23, 2.35, s * 0.36 + 0.23, 3.80, 0.2), limb)
            p.cut(oval(s * 0.40, 3.78, 0.32, 0.20), limb if kind == "panda" else mix(a.fur, a.light, 0.4))
        kit.part(f"leg{i}", (s * 0.36, 2.5), leg)
    jumper(kit, colour)
    sleeves(kit, darker(colour, 0.06), limb if kind == "panda" else mix(a.fur, a.light, 0.25), lighter(colour, 0.45))
    kit.part("back", (0, 0.92), lambda p: a.ears(p, a))
    kit.part("head", (0, 0.92), lambda p: a.head(p, a))
    if a.mask:
        kit.part("feature", (0, 0.92), lambda p: a.mask(p, a))
    kit.face()
    kit.part("muzzle", (0, 0.92), lambda p: a.muzzle(p, a))
    kit.mouth()
    if a.flaps:
        kit.part("front", (0, 0.92), lambda p: a.flaps(p, a))
    top(kit)
    before(kit)
    face = vars(a.face)
    return kit.done(Face(**{**face, "lid": face["lid"] if kind in ("panda", "owl") else a.fur}))

