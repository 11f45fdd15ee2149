"""Places under the open sky: meadow, sea, forest, mountains and desert."""

from __future__ import annotations

from math import pi, sin

import numpy as np

from .ground import Set, Sheet
from .paper import curve, darker, lighter, oval, poly

HORIZON = -0.34


def _spread(s: Set, step: float, jitter: float) -> list[float]:
    """Places along the ground, about `step` apart."""
    xs = np.arange(s.left - step / 2, s.right + step, step)
    return [float(x + d) for x, d in zip(xs, s.rng.uniform(-jitter, jitter, len(xs)))]


def _flower(p: Sheet, x: float, y: float, size: float, colour: tuple[int, int, int]) -> None:
    p.line([(x, y), (x + 0.2 * size, y - 1.2 * size)], (74, 132, 70), 0.16 * size)
    for k in range(5):
        a = k * 2 * pi / 5
        p.fill(oval(x + 0.2 * size + 0.36 * size * np.cos(a), y - 1.3 * size + 0.36 * size * sin(a), 0.28 * size, 0.28 * size), colour)
    p.fill(oval(x + 0.2 * size, y - 1.3 * size, 0.24 * size, 0.24 * size), (250, 206, 84))


def meadow(s: Set) -> None:
    """Rolling green hills, round trees, flowers."""
    s.layer(1.0, lambda p: p.sky(HORIZON), "sky")

    def far(p: Sheet) -> None:
        p.rolling(-0.40, 0.07, p.ground((116, 184, 128)), phase=0.6)

    def middle(p: Sheet) -> None:
        p.snow_on(p.rolling(-0.27, 0.06, p.ground((112, 188, 96)), phase=2.4))
        for x, y, k in ((-0.56, -0.25, 0.34), (-0.34, -0.30, 0.26), (0.44, -0.27, 0.36), (0.98, -0.26, 0.34), (-1.04, -0.27, 0.30)):
            p.leaf_tree(x, y, k, (84, 158, 86))

    def near(p: Sheet) -> None:
        p.rolling(-0.12, 0.03, p.ground((92, 172, 82)), phase=4.0)
        p.rolling(0.06, 0.025, p.ground((78, 158, 74)), phase=5.2)
        if s.light.weather == "snow":
            return
        colours = ((255, 246, 240), (250, 120, 130), (252, 208, 88), (190, 140, 220))
        for i, x in enumerate(_spread(s, 0.10, 0.03)):
            _flower(p, x, 0.06 + 0.10 * ((i * 7) % 5) / 4 + 0.02, 0.026, colours[(i * 3) % 4])
        for i, x in enumerate(_spread(s, 0.16, 0.05)):
            _flower(p, x, -0.05 + 0.015 * (i % 3), 0.017, colours[(i * 5 + 1) % 4])

    s.layer(0.8, far)
    s.layer(0.5, middle)
    s.layer(0.0, near)


def sea(s: Set) -> None:
    """A beach with waves, a sailing boat, a palm and a parasol."""
    s.layer(1.0, lambda p: p.sky(HORIZON - 0.04), "sky")

    def water(p: Sheet) -> None:
        for level, colour in ((HORIZON - 0.04, (58, 140, 192)), (HORIZON + 0.04, (66, 160, 204)), (HORIZON + 0.115, (92, 184, 212))):
            xs = np.arange(s.left - 0.1, s.right + 0.12, 0.045)
            p.ridge([(float(x), level - 0.008 * sin(i * pi)) if level < -0.36 else (float(x), level - 0.010 * (i % 2)) for i, x in enumerate(xs)], colour, lift=0.010)
            for x in _spread(s, 0.34, 0.12):
                p.line([(x, level + 0.032), (x + 0.05, level + 0.026), (x + 0.11, level + 0.032)], (236, 250, 252), 0.007, 0.75)

    def boat(p: Sheet) -> None:
        x, y = -0.24 * (0.6 + 0.4 * s.span), HORIZON + 0.02
        p.cut(poly([(x - 0.005, y - 0.02), (x - 0.005, y - 0.24), (x + 0.12, y - 0.03)]), (252, 248, 238))
        p.cut(poly([(x - 0.02, y - 0.02), (x - 0.02, y - 0.20), (x - 0.10, y - 0.03)]), (236, 110, 92))
        p.cut(curve([(x - 0.13, y - 0.012), (x + 0.14, y - 0.012), (x + 0.09, y + 0.034), (x - 0.08, y + 0.034)], tension=0.5), (150, 92, 64))

    def sand(p: Sheet) -> None:
        p.ridge([(float(x), -0.155 + 0.012 * sin(x * 7)) for x in np.arange(s.left, s.right + 0.1, 0.12)], (250, 246, 236), lift=0.008)
        p.ridge([(float(x), -0.135 + 0.012 * sin(x * 7 + 0.4)) for x in np.arange(s.left, s.right + 0.1, 0.12)], p.ground((244, 220, 166)))
        p.rolling(0.05, 0.02, p.ground((236, 206, 146)), phase=1.0)
        for x, y in ((-0.36, 0.06), (0.26, 0.12), (0.62, 0.03), (-0.72, 0.10)):
            p.fill(oval(x, y, 0.022, 0.014), (250, 180, 160))
            p.fill(oval(x, y + 0.003, 0.010, 0.006), (255, 226, 210))

    def palm(p: Sheet) -> None:
        x = 0.38 + 0.34 * (s.span - 1)
        p.line([(x + 0.06, 0.0), (x + 0.035, -0.3), (x, -0.6)], (158, 110, 72), 0.042)
        for k in range(7):
            y = -0.06 - 0.08 * k
            p.line([(x + 0.04 - 0.006 * k, y), (x + 0.075 - 0.007 * k, y - 0.008)], (122, 82, 56), 0.008)
        for dx, dy in ((-0.30, -0.03), (-0.24, -0.16), (-0.05, -0.22), (0.17, -0.17), (0.28, -0.04), (-0.20, 0.10), (0.20, 0.10)):
            leaf = curve([(x, -0.6), (x + dx * 0.5, -0.64 + dy * 0.9), (x + dx, -0.58 + dy), (x + dx * 0.55, -0.565 + dy * 0.6)], tension=0.9)
            p.cut(leaf, (72, 150, 92) if dy < 0 else (56, 128, 82))
            p.snow_on(leaf, 0.018)
        for dx in (-0.022, 0.024):
            p.cut(oval(x + dx, -0.575, 0.023, 0.023), (124, 80, 52), 0.006)

    s.layer(0.85, water)
    s.layer(0.7, boat)
    s.layer(0.0, sand)
    s.layer(0.02, palm)


def forest(s: Set) -> None:
    """Firs in three rows, ferns and toadstools."""
    s.layer(1.0, lambda p: p.sky(HORIZON), "sky")

    def row(level: float, size: float, step: float, colour: tuple[int, int, int], offset: float) -> object:
        def draw(p: Sheet) -> None:
            for i, x in enumerate(np.arange(s.left - 0.2 + offset, s.right + 0.2, step)):
                p.fir(float(x) + 0.03 * sin(i * 2.3), level + 0.03, size * (1.0 + 0.16 * sin(i * 1.7 + offset * 9)), colour)
            p.ridge([(float(x), level + 0.015 * sin(x * 5)) for x in np.arange(s.left, s.right + 0.2, 0.2)], p.ground(darker(colour, 0.1)))
        return draw

    s.layer(0.80, row(-0.36, 0.52, 0.165, (104, 158, 132), 0.0))  # type: ignore[arg-type]
    s.layer(0.50, row(-0.24, 0.66, 0.25, (66, 128, 94), 0.11))  # type: ignore[arg-type]

    def sides(p: Sheet) -> None:
        for x in (-0.52 * s.span, 0.54 * s.span):
            p.fir(x, -0.02, 0.95, (44, 104, 74))
        p.rolling(-0.09, 0.02, p.ground((122, 110, 74)), phase=0.5)
        p.rolling(0.07, 0.02, p.ground((104, 94, 64)), phase=2.5)
        if s.light.weather != "snow":
            for x, y in ((-0.36, -0.02), (0.34, 0.10), (-0.62, 0.09), (0.70, 0.0), (-0.14, 0.14)):
                p.cut(curve([(x - 0.012, y), (x - 0.009, y - 0.045), (x + 0.009, y - 0.045), (x + 0.012, y)], tension=0.4), (250, 240, 224), 0.004)
                p.cut(curve([(x - 0.040, y - 0.038), (x, y - 0.085), (x + 0.040, y - 0.038), (x, y - 0.030)]), (222, 70, 60), 0.005)
                p.fill(oval(x - 0.012, y - 0.056, 0.006, 0.006), (255, 250, 240))
                p.fill(oval(x + 0.014, y - 0.050, 0.006, 0.006), (255, 250, 240))
        for x in _spread(s, 0.30, 0.04):
            for a in (-0.9, -0.45, 0.0, 0.45, 0.9):
                p.line([(x, 0.05), (x + 0.05 * sin(a), 0.0), (x + 0.10 * sin(a), -0.035 + 0.03 * abs(a))], (84, 142, 84), 0.011)

    s.layer(0.05, sides)


def mountains(s: Set) -> None:
    """Snow-capped peaks over a lake and dark firs."""
    s.layer(1.0, lambda p: p.sky(HORIZON), "sky")

    def peaks(height: float, step: float, colour: tuple[int, int, int], seed: int, cap: float) -> object:
        def draw(p: Sheet) -> None:
            tall = 0.62 + 0.38 * p.high(HORIZON)
            k0, k1 = int(np.floor(s.left / step)) - 1, int(np.ceil(s.right / step)) + 1
            for k in range(k0, k1 + 1):
                x, h = (k + 0.5 * (seed % 2)) * step, height * tall * (0.80 + 0.28 * sin(k * 2.4 + seed))
                y = HORIZON - h
                p.cut(poly([(x - step * 0.86, HORIZON + 0.1), (x - step * 0.3, y + h * 0.36), (x, y), (x + step * 0.34, y + h * 0.42), (x + step * 0.9, HORIZON + 0.1)]), colour, 0.014)
                p.fill(poly([(x, y), (x + step * 0.34, y + h * 0.42), (x + step * 0.9, HORIZON + 0.1), (x + step * 0.16, HORIZON + 0.1), (x + step * 0.02, y + h * 0.5)]), darker(colour, 0.22), 0.7)
                c = cap
                p.cut(poly([(x, y), (x + step * 0.34 * c * 1.5, y + h * 0.42 * c * 1.5), (x + step * 0.12, y + h * c * 0.52), (x + step * 0.02, y + h * c * 0.78), (x - step * 0.10, y + h * c * 0.48), (x - step * 0.3 * c * 1.6, y + h * 0.36 * c * 1.6)]), (250, 252, 255), 0.004)
        return draw

    s.layer(0.85, peaks(0.66, 0.62, (136, 150, 190), 1, 0.46))  # type: ignore[arg-type]
    s.layer(0.62, peaks(0.36, 0.46, (104, 122, 164), 2, 0.40))  # type: ignore[arg-type]

    def lake(p: Sheet) -> None:
        p.ridge([(float(x), HORIZON + 0.05) for x in np.arange(s.left, s.right + 0.3, 0.3)], (104, 176, 206), lift=0.008)
        for i, x in enumerate(_spread(s, 0.26, 0.08)):
            p.line([(x, HORIZON + 0.08 + 0.02 * (i % 3)), (x + 0.10, HORIZON + 0.08 + 0.02 * (i % 3))], (226, 244, 250), 0.006, 0.7)

    def shore(p: Sheet) -> None:
        for i, x in enumerate(np.arange(s.left - 0.1, s.right + 0.2, 0.13)):
            if abs(x) > 0.22:
                p.fir(float(x), -0.14, 0.22 + 0.07 * sin(i * 2.1) + 0.10 * min(1.0, abs(x)), (54, 108, 96))
        p.rolling(-0.15, 0.02, p.ground((120, 164, 110)), phase=1.2)

    def front(p: Sheet) -> None:
        p.rolling(-0.03, 0.025, p.ground((104, 150, 96)), phase=3.1)
        for x, y, r in ((-0.42, 0.03, 0.06), (0.46, 0.06, 0.075), (-0.86, 0.05, 0.07), (0.90, 0.02, 0.06)):
            stone = curve([(x - r, y), (x - r * 0.7, y - r * 0.7), (x + r * 0.2, y - r * 0.9), (x + r, y - r * 0.2), (x + r * 0.9, y + r * 0.1)], tension=0.6)
            p.cut(stone, (150, 152, 164))
            p.snow_on(stone, 0.02)

    s.layer(0.5, lake)
    s.layer(0.25, shore)
    s.layer(0.0, front)


def desert(s: Set) -> None:
    """Dunes, a rock arch and cactuses."""
    s.layer(1.0, lambda p: p.sky(HORIZON), "sky")

    def mesas(p: Sheet) -> None:
        for x, w, h in ((-0.52, 0.30, 0.26), (0.10, 0.18, 0.16), (0.60, 0.34, 0.32), (-1.1, 0.3, 0.2), (1.16, 0.28, 0.22)):
            shape = curve([(x - w * 0.62, HORIZON + 0.06), (x - w * 0.5, HORIZON - h * 0.5), (x - w * 0.44, HORIZON - h), (x + w * 0.42, HORIZON - h), (x + w * 0.5, HORIZON - h * 0.45), (x + w * 0.64, HORIZON + 0.06)], tension=0.4)
            p.cut(shape, (206, 112, 78), 0.014)
            for k in (0.28, 0.52):
                p.print(shape, poly([(x - w, HORIZON - h * (1 - k)), (x + w, HORIZON - h * (1 - k) + 0.01), (x + w, HORIZON - h * (0.9 - k)), (x - w, HORIZON - h * (0.9 - k))]), (232, 148, 104))

    def dunes(p: Sheet) -> None:
        p.rolling(-0.33, 0.05, p.ground((240, 190, 122)), 0.5, 0.2)
        p.rolling(-0.22, 0.05, p.ground((236, 176, 102)), 0.5, 2.2)

    def cactus(p: Sheet, x: float, y: float, k: float) -> None:
        green = (84, 146, 96)
        for pts in ([(x - 0.08 * k, y - 0.22 * k), (x - 0.16 * k, y - 0.24 * k), (x - 0.17 * k, y - 0.40 * k)], [(x + 0.08 * k, y - 0.30 * k), (x + 0.15 * k, y - 0.32 * k), (x + 0.16 * k, y - 0.46 * k)], [(x, y), (x, y - 0.3 * k), (x, y - 0.58 * k)]):
            p.line([(a + 0.006, b + 0.008) for a, b in pts], (30, 30, 40), 0.085 * k, 0.25)
            p.line(pts, green, 0.085 * k)
        p.line([(x - 0.015 * k, y - 0.03 * k), (x - 0.015 * k, y - 0.56 * k)], lighter(green, 0.35), 0.008 * k)
        p.fill(oval(x, y - 0.635 * k, 0.04 * k, 0.03 * k), (246, 120, 150))

    def front(p: Sheet) -> None:
        cactus(p, -0.38 * (0.5 + 0.5 * s.span), -0.06, 0.85)
        cactus(p, 0.42 * (0.5 + 0.5 * s.span), -0.05, 0.66)
        p.rolling(-0.09, 0.03, p.ground((238, 186, 116)), 0.5, 3.9)
        p.rolling(0.07, 0.025, p.ground((230, 172, 100)), 0.5, 5.6)
        for x, y, r in ((0.30, 0.10, 0.035), (-0.34, 0.13, 0.028), (0.76, 0.08, 0.04)):
            p.cut(curve([(x - r, y), (x - r * 0.5, y - r * 0.8), (x + r * 0.5, y - r * 0.7), (x + r, y)], tension=0.7), (184, 120, 90))

    s.layer(0.85, mesas)
    s.layer(0.5, dunes)
    s.layer(0.0, front)

