"""The pony, which stands on four legs, and the robot."""

from __future__ import annotations

from typing import Callable

from .light import Light
from .paper import Colour, box, curve, darker, lighter, mix, oval, soft_box
from .rig import Face, Figure, Kit, Pen

MANES: dict[str, tuple[Colour, ...]] = {
    "pink": ((246, 132, 176),), "golden": ((246, 196, 72),), "white": ((250, 246, 240),), "dark": ((66, 50, 62),), "blue": ((84, 140, 226),),
    "rainbow": ((232, 74, 78), (246, 160, 60), (248, 216, 92), (104, 190, 110), (82, 150, 226), (150, 100, 200)),
}
Part = Callable[[Kit], None]


def _strands(colours: tuple[Colour, ...], count: int) -> list[Colour]:
    if len(colours) > 1:
        return [colours[i % len(colours)] for i in range(count)]
    return [darker(colours[0], 0.10) if i % 2 else colours[0] for i in range(count)]


def usual_mane(coat: Colour) -> str:
    """The mane of a pony of which nothing else is said: pale on a dark coat and dark on a pale one."""
    return "dark" if sum(coat) > 520 else "golden" if coat[0] < 180 and coat[2] < 110 else "white"


def build_pony(coat: Colour, mane: str | None, light: Light, detail: float, top: Part) -> Figure:
    """A pony with a coat and a mane of given colours."""
    kit, hair = Kit(light, detail), MANES[mane or usual_mane(coat)]
    pale = mix(coat, (255, 240, 222), 0.42) if sum(coat) < 640 else (246, 214, 196)
    hoof = darker(coat, 0.62) if sum(coat) > 200 else (96, 88, 100)

    def tail(p: Pen) -> None:
        for i, colour in enumerate(_strands(hair, max(3, len(hair)))):
            o = 0.13 * i
            p.cut(curve([(2.30, 1.62 + o * 0.3), (2.72 - o, 1.62 + o), (3.02 - o * 1.2, 2.2), (2.86 - o, 2.9), (3.06 - o, 3.36), (2.56 - o * 0.6, 3.12), (2.50 - o * 0.7, 2.4)]), colour, lift=0.03)

    kit.part("tail", (2.3, 1.7), tail)
    for joint, x in (("leg1", 2.02), ("leg0", -0.02)):
        def far(p: Pen, x: float = x) -> None:
            p.cut(curve([(x - 0.26, 2.2), (x + 0.30, 2.2), (x + 0.22, 3.1), (x + 0.25, 3.86), (x - 0.21, 3.86), (x - 0.18, 3.1)], tension=0.7), darker(coat, 0.24))
            p.cut(box(x - 0.24, 3.66, x + 0.28, 3.96, 0.08), darker(hoof, 0.25), lift=0.02)
        kit.part(joint, (x, 2.4), far)

    def barrel(p: Pen) -> None:
        shape = curve([(-0.62, 1.5), (-0.3, 1.1), (0.36, 1.26), (1.20, 1.42), (2.02, 1.34), (2.44, 1.82), (2.36, 2.5), (1.8, 2.76), (0.9, 2.84), (0.1, 2.82), (-0.56, 2.5), (-0.76, 2.0)])
        p.cut(shape, coat)
        p.print(shape, oval(1.0, 2.92, 1.1, 0.34), pale, 0.6)

    kit.part("body", (0.9, 3.9), barrel)
    for joint, x in (("leg0", 1.62), ("leg1", -0.40)):
        def near(p: Pen, x: float = x) -> None:
            shape = curve([(x - 0.34, 2.1), (x + 0.34, 2.1), (x + 0.25, 3.1), (x + 0.28, 3.88), (x - 0.24, 3.88), (x - 0.21, 3.1)], tension=0.7)
            p.cut(shape, coat)
            p.print(shape, box(x - 0.6, 3.4, x + 0.6, 4.0), pale, 0.8)
            p.cut(box(x - 0.27, 3.68, x + 0.31, 3.98, 0.08), hoof, lift=0.02)
        kit.part(joint, (x, 2.4), near)

    def neck(p: Pen) -> None:
        p.cut(curve([(-0.50, 0.2), (0.62, 0.0), (0.72, 1.0), (0.70, 1.9), (0.0, 2.3), (-0.62, 2.0), (-0.66, 1.2)]), coat)

    def mane_back(p: Pen) -> None:
        for i, colour in enumerate(_strands(hair, max(5, len(hair)))):
            y = -0.66 + 0.46 * i
            p.cut(curve([(0.52, y - 0.36), (1.02, y - 0.26), (1.26 - 0.04 * i, y + 0.26), (1.10, y + 0.62), (0.74, y + 0.44), (0.46, y + 0.3)]), colour, lift=0.035)

    def ears(p: Pen) -> None:
        for s in (-1, 1):
            p.cut(curve([(s * 0.26, -0.82), (s * 0.38, -1.30), (s * 0.64, -1.62), (s * 0.78, -1.16), (s * 0.76, -0.66)]), coat)
            p.fill(curve([(s * 0.42, -0.86), (s * 0.48, -1.18), (s * 0.62, -1.40), (s * 0.68, -1.08), (s * 0.64, -0.76)]), mix(pale, (240, 160, 160), 0.4))

    kit.part("body", (0.9, 3.9), neck)
    kit.part("back", (0, 0.92), mane_back)
    kit.part("back", (0, 0.92), ears)

    def head(p: Pen) -> None:
        shape = curve([(0, -0.98), (0.52, -0.90), (0.86, -0.46), (0.90, 0.06), (0.78, 0.56), (0.66, 0.92), (0.0, 1.14), (-0.66, 0.92), (-0.78, 0.56), (-0.90, 0.06), (-0.86, -0.46), (-0.52, -0.90)])
        p.cut(shape, coat)

    kit.part("head", (0, 0.92), head)

    def muzzle(p: Pen) -> None:
        p.cut(soft_box(0, 0.72, 0.80, 0.52, 2.3), pale, lift=0.04)
        for s in (-1, 1):
            p.fill(oval(s * 0.28, 0.42, 0.07, 0.055, 20 * s), darker(pale, 0.55))

    kit.part("muzzle", (0, 0.92), muzzle)
    kit.face()
    kit.mouth()

    def forelock(p: Pen) -> None:
        colours = _strands(hair, max(4, len(hair)))
        tips = [(-0.52, -0.34), (-0.26, -0.20), (0.02, -0.26), (0.30, -0.34), (0.46, -0.5), (0.6, -0.6)]
        for colour, (tx, ty) in zip(colours, tips):
            p.cut(curve([(tx * 0.5 - 0.02, -1.22), (tx * 0.9 + 0.26, -0.98), (tx + 0.16, -0.56), (tx, ty), (tx - 0.14, -0.62), (tx * 0.8 - 0.2, -1.0)]), colour, lift=0.03)

    kit.part("front", (0, 0.92), forelock)
    top(kit)
    face = Face(eye=(0.50, -0.10), eye_size=(0.20, 0.25), ring=(255, 252, 246), iris=(96, 62, 44), lid=coat, lashes=2, brow=None,
                cheek=(244, 110, 110) if sum(coat) < 640 else (248, 160, 160), cheek_at=(0.68, 0.26), mouth=(0, 0.72), mouth_half=0.38, lips=darker(pale, 0.55))
    return kit.done(face, centre=0.9, stride=0.42)


def build_robot(colour: Colour, light: Light, detail: float, top: Part, held: tuple[Part, Part]) -> Figure:
    """A tin robot painted in a colour."""
    kit, steel = Kit(light, detail), (150, 158, 172)
    plate = (242, 244, 236)
    behind, before = held
    behind(kit)
    for i, s in enumerate((-1, 1)):
        def leg(p: Pen, s: int = s) -> None:
            p.cut(box(s * 0.36 - 0.14, 2.3, s * 0.36 + 0.14, 3.7, 0.05), steel)
            for y in (2.75, 3.0, 3.25):
                p.line(box(s * 0.36 - 0.14, y, s * 0.36 + 0.14, y), darker(steel, 0.4), 0.04)
            p.cut(curve([(s * 0.36 - 0.34, 3.96), (s * 0.36 - 0.30, 3.66), (s * 0.36, 3.54), (s * 0.36 + 0.30, 3.66), (s * 0.36 + 0.34, 3.96)], tension=0.7), darker(colour, 0.12))
        kit.part(f"leg{i}", (s * 0.36, 2.5), leg)

    def body(p: Pen) -> None:
        p.cut(box(-0.2, 0.7, 0.2, 1.2, 0.04), steel)
        for y in (0.9, 1.0):
            p.line(box(-0.2, y, 0.2, y), darker(steel, 0.4), 0.03)
        p.cut(soft_box(0, 1.82, 0.84, 0.82, 4.5), colour)
        p.cut(box(-0.50, 1.40, 0.50, 1.86, 0.1), plate, lift=0.02)
        for i, lamp in enumerate(((236, 88, 84), (248, 200, 76), (96, 190, 120))):
            p.bright(oval(-0.28 + 0.28 * i, 1.63, 0.095, 0.095), lamp)
        for x in (-0.3, -0.1, 0.1, 0.3):
            p.fill(box(x - 0.035, 2.12, x + 0.035, 2.40, 0.03), darker(colour, 0.45))
        for s in (-1, 1):
            for y in (1.18, 2.46):
                p.fill(oval(s * 0.66, y, 0.05, 0.05), lighter(colour, 0.6))

    kit.part("body", (0, 2.6), body)
    for i, s in enumerate((-1, 1)):
        def arm(p: Pen, s: int = s) -> None:
            p.cut(curve([(s * 0.62, 1.20), (s * 0.80, 1.24), (s * 0.96, 1.8), (s * 0.98, 2.2), (s * 0.76, 2.2), (s * 0.74, 1.8)], tension=0.8), steel)
            p.cut(oval(s * 0.70, 1.28, 0.22, 0.22), darker(colour, 0.1))
            p.cut(soft_box(s * 0.87, 2.26, 0.20, 0.16, 4), colour)
            for side in (-1, 1):
                p.cut(curve([(s * 0.87 + side * 0.16, 2.34), (s * 0.87 + side * 0.20, 2.54), (s * 0.87 + side * 0.06, 2.62), (s * 0.87 + side * 0.04, 2.36)], tension=0.6), steel, lift=0.02)
        kit.part(f"arm{i}", (s * 0.64, 1.26), arm)

    def back(p: Pen) -> None:
        p.line(curve([(0, -0.8), (0, -1.30)], closed=False), steel, 0.09)
        p.bright(oval(0, -1.40, 0.17, 0.17), (240, 92, 84))
        p.bright(oval(-0.05, -1.45, 0.05, 0.05), (255, 220, 210))
        for s in (-1, 1):
            p.cut(box(s * 1.14 - 0.13, -0.22, s * 1.14 + 0.13, 0.34, 0.07), steel)

    def head(p: Pen) -> None:
        p.cut(soft_box(0, 0.02, 1.10, 0.92, 5), colour)
        p.cut(soft_box(0, 0.08, 0.90, 0.74, 4.5), plate, lift=0.03)
        for s in (-1, 1):
            p.fill(oval(s * 0.98, -0.74, 0.05, 0.05), lighter(colour, 0.6))

    kit.part("back", (0, 0.92), back)
    kit.part("head", (0, 0.92), head)
    kit.face()
    kit.mouth()
    top(kit)
    before(kit)
    face = Face(eye=(0.42, -0.12), eye_size=(0.24, 0.25), ring=(206, 240, 246), iris=(60, 160, 190), lid=(176, 186, 198), lash=(86, 94, 108), brow=(96, 104, 118), brow_y=-0.37,
                cheek=(248, 150, 130), cheek_at=(0.66, 0.30), mouth=(0, 0.36), mouth_half=0.37, lips=(120, 74, 84))
    return kit.done(face)
