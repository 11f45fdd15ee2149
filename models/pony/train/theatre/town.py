"""Places that people built: city street, village, room, stage, library and the plain studio."""

from __future__ import annotations

from math import sin

import numpy as np

from .ground import Set, Sheet
from .paper import box, curve, darker, gradient, lighter, mix, oval, poly

LAMP = (255, 214, 122)


def _window(p: Sheet, x: float, y: float, w: float, h: float, lit: bool, frame: tuple[int, int, int] = (250, 244, 232)) -> None:
    p.fill(box(x - w / 2 - 0.008, y - 0.008, x + w / 2 + 0.008, y + h + 0.008, 0.004), frame)
    if lit:
        p.shine(box(x - w / 2, y, x + w / 2, y + h), mix(LAMP, p.light.haze, 0.25 * p.depth))
    else:
        p.fill(box(x - w / 2, y, x + w / 2, y + h), (120, 158, 186))
        p.fill(poly([(x - w / 2, y + h), (x - w / 2, y + h * 0.5), (x + w / 2, y)]), (190, 216, 230), 0.35)
    p.fill(box(x - 0.004, y, x + 0.004, y + h), frame)


def city(s: Set) -> None:
    """A street with tall houses, shops and lamps."""
    s.layer(1.0, lambda p: p.sky(-0.3), "sky")
    lamps = s.light.lamps

    def skyline(p: Sheet) -> None:
        tall = 0.55 + 0.45 * p.high(-0.34)
        for i, x in enumerate(np.arange(s.left - 0.1, s.right + 0.2, 0.15)):
            h = (0.50 + 0.24 * sin(i * 2.7) + 0.08 * sin(i * 5.1)) * tall
            shape = box(float(x) - 0.085, -0.3 - h, float(x) + 0.085, 0.1)
            p.cut(shape, (132, 150, 184))
            for wy in np.arange(-0.27 - h, -0.2, 0.065):
                for wx in (-0.045, 0.0, 0.045):
                    if lamps and (i * 3 + int(wy * 40) + int(wx * 70)) % 3 == 0:
                        p.shine(box(float(x) + wx - 0.012, float(wy), float(x) + wx + 0.012, float(wy) + 0.03), LAMP, 0.75)
                    else:
                        p.fill(box(float(x) + wx - 0.012, float(wy), float(x) + wx + 0.012, float(wy) + 0.03), (170, 188, 212), 0.7)

    def houses(p: Sheet) -> None:
        tall = 0.6 + 0.4 * p.high(-0.34)
        walls = ((232, 150, 118), (246, 212, 150), (146, 184, 178), (214, 128, 132), (242, 234, 214), (150, 160, 200))
        width, k0, k1 = 0.36, int(np.floor(s.left / 0.36)) - 1, int(np.ceil(s.right / 0.36)) + 1
        for k in range(k0, k1 + 1):
            x, h = (k + 0.5) * width, (0.66 + 0.13 * sin(k * 2.2 + 1)) * tall
            wall = walls[k % 6]
            house = box(x - width / 2, -0.08 - h, x + width / 2, 0.05)
            p.cut(house, wall, 0.014)
            roof = box(x - width / 2 - 0.012, -0.10 - h, x + width / 2 + 0.012, -0.05 - h, 0.008)
            p.cut(roof, darker(wall, 0.35), 0.008)
            p.snow_on(roof, 0.025)
            for row, y in enumerate(np.arange(-0.02 - h, -0.36, 0.165)):
                for col in (-0.10, 0.0, 0.10):
                    _window(p, x + col, float(y), 0.054, 0.088, lamps and (k + row + int(col * 20)) % 3 != 0)
            shop = (190, 66, 70) if k % 2 else (62, 122, 126)
            p.fill(box(x - 0.14, -0.25, x + 0.14, -0.07), (72, 74, 92))
            if lamps:
                p.shine(box(x - 0.13, -0.24, x + 0.02, -0.09), mix(LAMP, (255, 240, 200), 0.3), 0.95)
            else:
                p.fill(box(x - 0.13, -0.24, x + 0.02, -0.09), (186, 214, 224))
            p.fill(box(x + 0.045, -0.23, x + 0.125, -0.07, 0.006), darker(shop, 0.2))
            awning = curve([(x - 0.15, -0.30), (x + 0.15, -0.30), (x + 0.168, -0.24), (x - 0.168, -0.24)], tension=0.1)
            p.cut(awning, shop, 0.010)
            for j in range(3):
                x0 = x - 0.11 + 0.11 * j
                p.print(awning, poly([(x0 - 0.02, -0.31), (x0 + 0.02, -0.31), (x0 + 0.026, -0.23), (x0 - 0.026, -0.23)]), (252, 244, 230))

    def street(p: Sheet) -> None:
        p.ridge([(float(x), -0.075) for x in np.arange(s.left, s.right + 0.3, 0.3)], p.ground((196, 190, 190)), lift=0.008)
        p.ridge([(float(x), 0.045) for x in np.arange(s.left, s.right + 0.3, 0.3)], p.ground((118, 120, 136)), lift=0.010)
        for x in np.arange(np.floor(s.left / 0.24) * 0.24, s.right + 0.2, 0.24):
            p.fill(poly([(float(x), 0.17), (float(x) + 0.12, 0.17), (float(x) + 0.115, 0.19), (float(x) - 0.005, 0.19)]), (246, 238, 214))

    def lamp_posts(p: Sheet) -> None:
        for x in (-0.44 * (0.6 + 0.4 * s.span), 0.46 * (0.6 + 0.4 * s.span)):
            p.line([(x, -0.04), (x, -0.56)], (58, 66, 82), 0.020)
            p.cut(poly([(x - 0.038, -0.66), (x + 0.038, -0.66), (x + 0.026, -0.56), (x - 0.026, -0.56)]), (58, 66, 82), 0.006)
            glass = poly([(x - 0.028, -0.65), (x + 0.028, -0.65), (x + 0.018, -0.57), (x - 0.018, -0.57)])
            if lamps:
                p.shine(glass, (255, 236, 170))
                p.glow(x, -0.61, 0.30, LAMP, 0.55)
            else:
                p.fill(glass, (236, 240, 236))
            p.cut(poly([(x - 0.048, -0.66), (x + 0.048, -0.66), (x, -0.70)]), (58, 66, 82), 0.006)

    s.layer(0.85, skyline)
    s.layer(0.45, houses)
    s.layer(0.05, street)
    s.layer(0.04, lamp_posts)


def _cottage(p: Sheet, x: float, y: float, k: float, wall: tuple[int, int, int], roof: tuple[int, int, int]) -> None:
    p.cut(box(x - 0.17 * k, y - 0.24 * k, x + 0.17 * k, y + 0.01), wall, 0.012)
    p.cut(box(x + 0.08 * k, y - 0.46 * k, x + 0.13 * k, y - 0.3 * k), darker(wall, 0.4), 0.006)
    top = curve([(x - 0.24 * k, y - 0.21 * k), (x - 0.08 * k, y - 0.40 * k), (x, y - 0.46 * k), (x + 0.08 * k, y - 0.40 * k), (x + 0.24 * k, y - 0.21 * k)], tension=0.3)
    p.cut(top, roof, 0.012)
    for row in range(3):
        for i in range(-3, 4):
            p.print(top, oval(x + (i + 0.5 * (row % 2)) * 0.07 * k, y - (0.24 + 0.07 * row) * k, 0.032 * k, 0.022 * k), darker(roof, 0.22), 0.6)
    p.snow_on(top, 0.06 * k)
    p.cut(curve([(x - 0.03 * k, y), (x - 0.03 * k, y - 0.11 * k), (x + 0.015 * k, y - 0.15 * k), (x + 0.06 * k, y - 0.11 * k), (x + 0.06 * k, y)], tension=0.6), (130, 84, 60), 0.004)
    for dx in (-0.11, 0.115):
        _window(p, x + dx * k, y - 0.16 * k, 0.062 * k, 0.07 * k, p.light.lamps)
        if p.light.lamps:
            p.glow(x + dx * k, y - 0.12 * k, 0.10 * k, LAMP, 0.35)


def village(s: Set) -> None:
    """Cottages with tiled roofs on a hill, a church, fences and a path."""
    s.layer(1.0, lambda p: p.sky(-0.36), "sky")

    def hill(p: Sheet) -> None:
        p.rolling(-0.42, 0.08, p.ground((142, 194, 140)), phase=1.7)
        x = 0.24 * (0.6 + 0.4 * s.span)
        p.cut(box(x - 0.05, -0.70, x + 0.05, -0.4), (246, 236, 220))
        spire = poly([(x - 0.065, -0.69), (x, -0.90), (x + 0.065, -0.69)])
        p.cut(spire, (92, 112, 150))
        p.snow_on(spire, 0.03)
        p.fill(oval(x, -0.62, 0.02, 0.02), (110, 90, 84))
        for i, cx in enumerate((-0.95, -0.16, 0.62, 1.1)):
            _cottage(p, cx, -0.40 + 0.015 * (i % 2), 0.62, (248, 236, 214), (206, 110, 84))

    def houses(p: Sheet) -> None:
        p.rolling(-0.22, 0.03, p.ground((124, 184, 112)), phase=0.4)
        wide = 0.5 + 0.5 * s.span
        for x, k, wall, roof in ((-0.42, 1.25, (252, 240, 216), (206, 88, 72)), (0.46, 1.30, (226, 238, 236), (78, 122, 150)), (-1.02, 1.2, (250, 224, 200), (150, 98, 120)), (1.08, 1.2, (252, 240, 216), (206, 88, 72))):
            _cottage(p, x * (wide if abs(x) < 0.7 else 1.0), -0.12, k, wall, roof)

    def front(p: Sheet) -> None:
        p.rolling(-0.10, 0.012, p.ground((108, 172, 96)), phase=2.0)
        p.cut(curve([(-0.06, -0.11), (0.05, -0.11), (0.13, 0.0), (0.34, 0.6), (-0.34, 0.6), (-0.14, 0.0)], tension=0.7), p.ground((232, 210, 168)), 0)
        for x in np.arange(np.floor(s.left / 0.075) * 0.075, s.right, 0.075):
            if abs(x) > 0.21:
                p.cut(poly([(x - 0.014, 0.0), (x - 0.014, -0.085), (x, -0.105), (x + 0.014, -0.085), (x + 0.014, 0.0)]), (252, 246, 234), 0.005)
        for a, b in ((s.left, -0.2), (0.2, s.right)):
            p.fill(box(a, -0.062, b, -0.044), (240, 232, 216))

    s.layer(0.75, hill)
    s.layer(0.35, houses)
    s.layer(0.05, front)


def _sky_in(p: Sheet, x0: float, y0: float, x1: float, y1: float) -> None:
    """A window through which the sky of the hour is seen."""
    lit = p.light
    frame = box(x0 - 0.022, y0 - 0.022, x1 + 0.022, y1 + 0.022, 0.01)
    p.cut(frame, (250, 244, 232), 0.010)
    pane = box(x0, y0, x1, y1)
    p.canvas.drawPath(pane, gradient((0, y0), (0, y1), lit.sky))
    p.canvas.save()
    p.canvas.clipPath(pane)
    cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
    if lit.time == "night":
        for i in range(7):
            p.shine(oval(x0 + (0.13 + 0.37 * i % 0.9) * (x1 - x0), y0 + (0.1 + 0.23 * i % 0.6) * (y1 - y0), 0.004, 0.004), (255, 250, 226))
        p.shine(oval(cx + 0.05, y0 + 0.09, 0.042, 0.042), (255, 248, 222))
    elif lit.time == "noon":
        for dx, dy in ((-0.06, 0.0), (-0.015, -0.018), (0.03, 0.0)):
            p.shine(oval(cx + dx, cy - 0.05 + dy, 0.036, 0.026), (255, 255, 255))
    else:
        p.shine(oval(cx, y1 - (0.07 if lit.time == "sunset" else 0.13), 0.055, 0.055), (255, 226, 140) if lit.time == "sunset" else (255, 246, 220))
    p.shine(curve([(x0 - 0.1, y1 - 0.03), (cx - 0.05, y1 - 0.085), (cx + 0.08, y1 - 0.045), (x1 + 0.1, y1 - 0.09), (x1 + 0.1, y1 + 0.1), (x0 - 0.1, y1 + 0.1)]), lit.place((96, 150, 104), 0.3))
    p.canvas.restore()
    p.fill(box(cx - 0.007, y0, cx + 0.007, y1), (250, 244, 232))
    p.fill(box(x0, cy - 0.007, x1, cy + 0.007), (250, 244, 232))


def _standing_lamp(p: Sheet, x: float) -> None:
    p.line([(x, -0.06), (x, -0.52)], (96, 76, 70), 0.014)
    p.cut(oval(x, -0.055, 0.055, 0.014), (96, 76, 70), 0.004)
    shade = poly([(x - 0.055, -0.66), (x + 0.055, -0.66), (x + 0.095, -0.50), (x - 0.095, -0.50)])
    if p.light.lamps:
        p.glow(x, -0.56, 0.46, LAMP, 0.55)
        p.shine(shade, (255, 222, 140))
    else:
        p.cut(shade, (246, 196, 120), 0.008)


def room(s: Set) -> None:
    """A living room: window, pictures, armchair, lamp, plant and rug."""
    wide = 0.5 + 0.5 * s.span

    def wall(p: Sheet) -> None:
        p.canvas.drawPaint(gradient((0, s.roof), (0, 0), [p.colour((240, 202, 168)), p.colour((250, 220, 186))]))
        for x in np.arange(np.floor(s.left / 0.14) * 0.14, s.right, 0.14):
            p.fill(box(float(x), s.top, float(x) + 0.05, -0.16), (246, 212, 180), 0.7)
        top = max(s.roof + 0.14, -1.02)
        _sky_in(p, -0.42 * wide - 0.02, top, -0.42 * wide + 0.28, top + 0.42)
        for side in (-1, 1):
            x = -0.42 * wide + 0.13 + side * 0.20
            p.cut(curve([(x - side * 0.03, top - 0.05), (x + side * 0.09, top - 0.05), (x + side * 0.10, top + 0.3), (x + side * 0.12, top + 0.54), (x + side * 0.02, top + 0.52), (x + side * 0.02, top + 0.2)], tension=0.6), (96, 150, 146), 0.010)
        p.cut(box(-0.42 * wide - 0.20, top - 0.075, -0.42 * wide + 0.46, top - 0.045, 0.01), (140, 92, 66), 0.006)
        for x, y, w, h, colour in ((0.28 * wide, top + 0.03, 0.20, 0.15, (120, 178, 190)), (0.50 * wide, top + 0.12, 0.13, 0.17, (232, 130, 110)), (0.98, top + 0.05, 0.22, 0.18, (160, 180, 120)), (-1.0, top + 0.1, 0.2, 0.2, (220, 170, 90))):
            p.cut(box(x - w / 2, y, x + w / 2, y + h), (152, 104, 72), 0.010)
            p.fill(box(x - w / 2 + 0.016, y + 0.016, x + w / 2 - 0.016, y + h - 0.016), (250, 242, 226))
            p.fill(oval(x, y + h / 2 + 0.012, w * 0.24, h * 0.26), colour)

    def floor(p: Sheet) -> None:
        p.ridge([(float(x), -0.16) for x in np.arange(s.left, s.right + 0.4, 0.4)], (250, 240, 224), lift=0.008)
        p.ridge([(float(x), -0.125) for x in np.arange(s.left, s.right + 0.4, 0.4)], (190, 130, 86), lift=0.006)
        for y in (-0.05, 0.05, 0.17, 0.30):
            p.line([(s.left, y), (s.right, y)], (160, 104, 70), 0.005, 0.7)
        p.cut(oval(0, 0.03, 0.52 * (0.7 + 0.3 * s.span), 0.105), (206, 92, 88), 0.008)
        p.fill(oval(0, 0.03, 0.45 * (0.7 + 0.3 * s.span), 0.085), (246, 214, 170))
        p.fill(oval(0, 0.03, 0.41 * (0.7 + 0.3 * s.span), 0.075), (206, 92, 88))

    def furniture(p: Sheet) -> None:
        x = 0.44 * wide
        teal = (72, 132, 138)
        p.cut(curve([(x - 0.15, -0.10), (x - 0.16, -0.36), (x - 0.08, -0.44), (x + 0.08, -0.44), (x + 0.16, -0.36), (x + 0.15, -0.10)], tension=0.8), darker(teal, 0.12))
        p.cut(box(x - 0.15, -0.21, x + 0.15, -0.04, 0.03), teal)
        for side in (-1, 1):
            p.cut(box(x + side * 0.16 - 0.04, -0.28, x + side * 0.16 + 0.04, -0.03, 0.035), lighter(teal, 0.1))
        p.cut(box(x - 0.07, -0.33, x + 0.05, -0.20, 0.025), (246, 190, 96), 0.008)
        _standing_lamp(p, 0.66 * wide if s.span > 1.2 else 0.27)
        x = -0.46 * wide
        for a in (-1.0, -0.5, 0.0, 0.5, 1.0):
            p.cut(curve([(x, -0.14), (x + 0.07 * sin(a) - 0.02, -0.26), (x + 0.15 * sin(a), -0.40 + 0.08 * abs(a)), (x + 0.07 * sin(a) + 0.03, -0.24)]), (86, 150, 98), 0.006)
        p.cut(poly([(x - 0.07, -0.16), (x + 0.07, -0.16), (x + 0.05, -0.03), (x - 0.05, -0.03)]), (222, 116, 84), 0.008)

    s.layer(0.6, wall, "the wall covers everything")
    s.layer(0.25, floor)
    s.layer(0.20, furniture)


def library(s: Set) -> None:
    """Shelves full of books up to the ceiling, an arched window and a ladder."""
    spines = ((196, 78, 70), (70, 112, 150), (232, 178, 88), (92, 140, 104), (140, 92, 140), (244, 230, 200), (60, 82, 112), (214, 124, 84))

    def shelves(p: Sheet) -> None:
        p.canvas.drawPaint(gradient((0, s.roof), (0, 0), [p.colour((96, 62, 52)), p.colour((128, 84, 64))]))
        rows = np.arange(-0.20, s.top - 0.2, -0.205)
        for r, y in enumerate(rows):
            p.fill(box(s.left, float(y) - 0.19, s.right, float(y)), (74, 48, 46))
            x, i = s.left - 0.3, r * 5
            while x < s.right:
                i += 1
                w, h = 0.028 + 0.016 * ((i * 7) % 4) / 3, 0.12 + 0.05 * ((i * 5 + r) % 5) / 4
                if (i * 11 + r) % 13 == 0:
                    x += 0.06
                    continue
                spine = box(x, float(y) - h, x + w - 0.004, float(y), 0.003)
                p.fill(spine, spines[(i * 3 + r) % 8])
                p.fill(box(x, float(y) - h * 0.8, x + w - 0.004, float(y) - h * 0.72), (250, 226, 160), 0.7)
                x += w
            p.cut(box(s.left, float(y), s.right, float(y) + 0.020), (170, 114, 78), 0.008)
        for x in np.arange(np.floor(s.left / 0.62) * 0.62 + 0.31, s.right, 0.62):
            p.cut(box(float(x) - 0.018, s.top, float(x) + 0.018, 0), (170, 114, 78), 0.008)
        top = max(s.roof + 0.16, -1.0)
        p.cut(curve([(-0.22, top + 0.52), (-0.22, top + 0.14), (0, top - 0.07), (0.22, top + 0.14), (0.22, top + 0.52)], tension=0.5), (186, 128, 88), 0.014)
        _sky_in(p, -0.15, top + 0.08, 0.15, top + 0.46)

    def front(p: Sheet) -> None:
        p.ridge([(float(x), -0.17) for x in np.arange(s.left, s.right + 0.4, 0.4)], (110, 70, 58), lift=0.008)
        p.ridge([(float(x), -0.13) for x in np.arange(s.left, s.right + 0.4, 0.4)], (74, 112, 100), lift=0.006)
        p.fill(box(s.left, -0.02, s.right, 0.0), (234, 192, 116), 0.9)
        p.fill(box(s.left, 0.16, s.right, 0.18), (234, 192, 116), 0.9)
        x = 0.40 * (0.6 + 0.4 * s.span)
        for dx in (0.0, 0.13):
            p.line([(x + dx + 0.05, -0.04), (x + dx - 0.03, -1.0)], (222, 166, 108), 0.018)
        for k in range(9):
            y = -0.12 - 0.10 * k
            off = 0.05 + 0.08 * (y + 0.04) / 0.96
            p.line([(x + off, y), (x + off + 0.13, y)], (222, 166, 108), 0.014)
        x = -0.42 * (0.6 + 0.4 * s.span)
        for i, (w, colour) in enumerate(((0.12, spines[0]), (0.10, spines[2]), (0.11, spines[1]), (0.085, spines[4]))):
            p.cut(box(x - w, -0.05 - 0.045 * (i + 1), x + w * 0.9, -0.05 - 0.045 * i, 0.006), colour, 0.005)

    s.layer(0.6, shelves, "the shelves cover everything")
    s.layer(0.2, front)


def stage(s: Set) -> None:
    """A theatre stage: a painted sky that shows the hour, red curtains, footlights."""
    def back(p: Sheet) -> None:
        p.sky(-0.2)
        for level, colour in ((-0.30, (120, 150, 190)), (-0.20, (92, 124, 160))):
            xs = np.arange(s.left - 0.1, s.right + 0.2, 0.12)
            p.ridge([(float(x), level - 0.05 * (i % 2)) for i, x in enumerate(xs)], colour, lift=0.010)

    red = (190, 48, 58)

    def boards(p: Sheet) -> None:
        p.ridge([(float(x), -0.13) for x in np.arange(s.left, s.right + 0.4, 0.4)], (206, 148, 96), lift=0.010)
        for x in np.arange(-3.0, 3.0, 0.24):
            p.line([(x * 0.75, -0.128), (x * 1.35, 0.5)], (164, 108, 70), 0.006, 0.7)

    def curtains(p: Sheet) -> None:
        half = s.span / 2
        for side in (-1, 1):
            for k in range(6):
                x = side * (half - 0.01 + 0.30 - 0.075 * k)
                tone = darker(red, 0.26 if k % 2 else 0.0)
                p.cut(curve([(x - 0.06, s.top - 0.1), (x + 0.06, s.top - 0.1), (x + 0.062, -0.5), (x + 0.055, 0.02), (x - 0.055, 0.02), (x - 0.062, -0.5)], tension=0.4), tone, 0.010)
            p.cut(box(side * (half + 0.10) - 0.20, -0.44, side * (half + 0.10) + 0.20, -0.40, 0.02), (246, 206, 98), 0.006)
        y = s.roof + 0.02
        for k in range(-14, 15):
            x = k * 0.17
            p.cut(curve([(x - 0.12, s.top - 0.2), (x + 0.12, s.top - 0.2), (x + 0.11, y + 0.03), (x, y + 0.11), (x - 0.11, y + 0.03)], tension=0.8), darker(red, 0.2 if k % 2 else 0.04), 0.010)
            p.fill(oval(x, y + 0.115, 0.012, 0.016), (250, 214, 110))

    def lights(p: Sheet) -> None:
        p.ridge([(float(x), 0.085) for x in np.arange(s.left, s.right + 0.4, 0.4)], (112, 66, 62), lift=0.010)
        for x in np.arange(np.floor(s.left / 0.2) * 0.2, s.right + 0.1, 0.2):
            p.glow(float(x), 0.06, 0.13, (255, 230, 160), 0.55)
            p.cut(curve([(x - 0.035, 0.115), (x - 0.03, 0.065), (x, 0.05), (x + 0.03, 0.065), (x + 0.035, 0.115)]), (250, 214, 120), 0.005)

    s.layer(0.7, back, "the painted sky covers everything")
    s.layer(0.2, boards)
    s.layer(0.12, curtains)
    s.layer(-0.02, lights)


def studio(s: Set) -> None:
    """Plain paper: where a scene plays of which no place is said."""
    def paper(p: Sheet) -> None:
        tone = p.colour((176, 206, 200))
        p.canvas.drawPaint(gradient((0, s.roof), (0, 0.2), [lighter(tone, 0.28), tone]))
        p.ridge([(float(x), -0.14) for x in np.arange(s.left, s.right + 0.4, 0.4)], (236, 220, 190), lift=0.02)

    s.layer(0.3, paper, "the paper covers everything")

