"""The tools a place is drawn with: layers at different depths, sky, hills, trees, clouds.

A place is drawn in stage units: the short side of the picture is 1, x = 0 is the middle, y = 0 the line on which the
figures stand, y points down. So a place looks the same in an upright and in a wide picture; only more of it is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Sequence

import numpy as np
import skia

from .light import Light
from .paper import Colour, add_grain, curve, cut, darker, fill, glow, gradient, ink, inside, lighter, line, mix, oval, poly, surface


#: How far the lamps of a place under a roof keep its own colours.
LAMPLIGHT = {"sunset": 0.25, "night": 0.36}


@dataclass
class Layer:
    """One sheet of the set: how deep it stands (0 with the figures, 1 at the horizon, below 0 before them) and its picture."""

    depth: float
    image: skia.Image
    at: tuple[int, int] = (0, 0)  # where the picture lies in the set, in pixels: empty margins are cut off


def merged(layers: Sequence[Layer], within: float = 0.25) -> list[Layer]:
    """Glue neighbouring layers that stand nearly at the same depth: each layer costs time in every frame of a moving camera."""
    groups: list[list[Layer]] = []
    for layer in layers:
        near = groups and layer.depth >= 0 and groups[-1][0].depth - layer.depth <= within
        if near:
            groups[-1].append(layer)
        else:
            groups.append([layer])
    glued = []
    for group in groups:
        left, top = (min(layer.at[k] for layer in group) for k in (0, 1))
        width = max(layer.at[0] + layer.image.width() for layer in group) - left
        height = max(layer.at[1] + layer.image.height() for layer in group) - top
        sheet = surface(width, height)
        for layer in group:
            sheet.getCanvas().drawImage(layer.image, layer.at[0] - left, layer.at[1] - top)
        glued.append(Layer(sum(layer.depth for layer in group) / len(group), sheet.makeImageSnapshot(), (left, top)))
    return glued


@dataclass
class Set:
    """The set of a scene while it is built: `left`..`right` and `top`..`bottom` bound what the camera may see."""

    light: Light
    left: float
    right: float
    top: float
    bottom: float
    unit: float  # pixels per stage unit
    rng: np.random.Generator
    roof: float = -1.4  # y of the upper edge of the picture while the camera stands still
    span: float = 1.0  # width of the picture
    layers: list[Layer] = field(default_factory=list)
    haze: float = 1.0  # how far depth fades colours; little under a roof
    soft: float = 0.0  # blur of the set in pixels, for close shots

    def layer(self, depth: float, draw: Callable[["Sheet"], None], opaque: str = "") -> None:
        """Draw one layer; `opaque` says why nothing shines through it (the sky)."""
        width, height = int(np.ceil((self.right - self.left) * self.unit)), int(np.ceil((self.bottom - self.top) * self.unit))
        sheet = surface(width, height)
        canvas = sheet.getCanvas()
        canvas.save()
        canvas.scale(self.unit, self.unit)
        canvas.translate(-self.left, -self.top)
        draw(Sheet(canvas, self, depth))
        canvas.restore()
        if not opaque:
            add_grain(canvas, (53.0 * len(self.layers), 29.0 * len(self.layers)))
        image = sheet.makeImageSnapshot()
        blur = self.soft * min(1.0, 0.4 + depth)
        if blur > 0.3 and depth > 0.05:
            soft = surface(width, height)
            soft.getCanvas().drawImage(image, 0, 0, skia.SamplingOptions(), skia.Paint(ImageFilter=skia.ImageFilters.Blur(blur, blur, skia.TileMode.kClamp)))
            image = soft.makeImageSnapshot()
        rows, columns = (0, height), (0, width)
        if not opaque:
            alpha = image.toarray()[..., 3]
            filled, across = np.flatnonzero(alpha.any(1)), np.flatnonzero(alpha.any(0))
            if len(filled):
                rows, columns = (int(filled[0]), int(filled[-1]) + 1), (int(across[0]), int(across[-1]) + 1)
                image = image.makeSubset(skia.IRect(columns[0], rows[0], columns[1], rows[1]))
        self.layers.append(Layer(depth, image, (columns[0], rows[0])))


@dataclass
class Sheet:
    """The drawing of one layer."""

    canvas: skia.Canvas
    set: Set
    depth: float

    @property
    def rng(self) -> np.random.Generator:
        return self.set.rng

    @property
    def light(self) -> Light:
        return self.set.light

    def colour(self, colour: Sequence[float]) -> Colour:
        lit = self.light.place(colour, self.depth * self.set.haze)
        return mix(lit, colour, LAMPLIGHT.get(self.light.time, 0.0)) if self.set.haze < 1 else lit

    def cut(self, path: skia.Path, colour: Sequence[float], lift: float = 0.012, edge: float = 0.004, shade: float = 0.30) -> None:
        """A piece of paper with its shadow."""
        cut(self.canvas, path, self.colour(colour), lift, edge, shade)

    def fill(self, path: skia.Path, colour: Sequence[float], alpha: float = 1.0) -> None:
        """A flat mark."""
        self.canvas.drawPath(path, fill(self.colour(colour), alpha))

    def print(self, clip: skia.Path, path: skia.Path, colour: Sequence[float], alpha: float = 1.0) -> None:
        """A pattern on a piece."""
        inside(self.canvas, clip, path, self.colour(colour), alpha)

    def line(self, points: Sequence[tuple[float, float]], colour: Sequence[float], width: float, alpha: float = 1.0) -> None:
        """A smooth line."""
        self.canvas.drawPath(curve(points, closed=False), line(self.colour(colour), width, alpha))

    def shine(self, path: skia.Path, colour: Sequence[float], alpha: float = 1.0) -> None:
        """A mark that gives light itself."""
        self.canvas.drawPath(path, fill(colour, alpha))

    def glow(self, x: float, y: float, radius: float, colour: Sequence[float] = (255, 206, 120), alpha: float = 0.6) -> None:
        """Soft light around a lamp or the sun."""
        glow(self.canvas, x, y, radius, colour, alpha, skia.BlendMode.kPlus if self.light.dark else skia.BlendMode.kScreen)

    # Landscape ---------------------------------------------------------------------------------------------------------

    def sky(self, horizon: float) -> None:
        """The sky with the sun or the moon, stars and clouds, down to y = `horizon`."""
        s, lit = self.set, self.light
        paint = gradient((0, min(s.top + 0.15, -1.3)), (0, horizon), lit.sky, [0, 0.55, 1])
        self.canvas.drawPaint(paint)
        if lit.time == "night" and lit.weather == "clear":
            for x, y, r in zip(self.rng.uniform(s.left, s.right, 70), self.rng.uniform(s.top, horizon - 0.15, 70), self.rng.uniform(0.0025, 0.006, 70)):
                self.shine(oval(x, y, r, r), (255, 250, 226), 0.85)
        self.sun(horizon)
        if lit.weather != "fog":
            self.clouds(horizon)

    def sun(self, horizon: float) -> None:
        """Sun or moon; always at the same side for a time of day, so that no word is needed for it."""
        lit = self.light
        if lit.sun_hidden:
            return
        x, rise, r, colour = {"dawn": (-0.28, 0.20, 0.105, (255, 244, 214)), "noon": (0.30, 0.62, 0.095, (255, 240, 160)), "sunset": (0.26, 0.16, 0.14, (255, 216, 120)), "night": (-0.28, 0.60, 0.085, (255, 248, 222))}[lit.time]
        x, y = x * (0.35 + 0.65 * self.set.span), horizon - rise * self.high(horizon)
        glow(self.canvas, x, y, r * 4.2, colour, 0.50)
        for k, share in ((1.55, 0.22), (1.26, 0.34)):
            self.shine(oval(x, y, r * k, r * k), mix(colour, lit.sky[1], 0.35), share)
        cut(self.canvas, oval(x, y, r, r), colour, 0.012, 0.004, 0.16)
        if lit.time == "night":
            self.shine(oval(x + 0.028, y - 0.02, 0.018, 0.018), (232, 220, 190), 0.8)
            self.shine(oval(x - 0.03, y + 0.022, 0.012, 0.012), (232, 220, 190), 0.8)

    def clouds(self, horizon: float) -> None:
        """A few flat clouds, more of them when it rains or snows."""
        lit = self.light
        colour = mix((255, 252, 248), lit.sky[1], 0.22) if not lit.dark else mix(lit.sky[1], (150, 160, 210), 0.28)
        spots = [(-0.36, 0.86, 1.0), (0.42, 0.98, 1.15), (0.16, 0.44, 0.7), (-0.78, 0.52, 0.9), (0.86, 0.60, 0.9)]
        if lit.weather in ("rain", "snow"):
            colour = mix(darker(colour, 0.22) if lit.weather == "rain" else colour, lit.sky[0], 0.25)
            spots += [(-0.10, 1.08, 1.5), (0.62, 0.80, 1.3), (-0.62, 1.06, 1.4), (0.10, 0.78, 1.1)]
        for x, rise, size in spots:
            wide = 0.35 + 0.65 * self.set.span
            self.cloud(x * wide + float(self.rng.uniform(-0.05, 0.05)), horizon - rise * self.high(horizon), 0.13 * size * (0.6 + 0.4 * self.high(horizon)), colour)

    def high(self, horizon: float) -> float:
        """How much sky the picture has: 1 in an upright one."""
        return min(1.0, max(0.45, (horizon - self.set.roof) / 1.08))

    def cloud(self, x: float, y: float, r: float, colour: Colour) -> None:
        """One cloud of paper: flat below, round above."""
        path = skia.Path()
        for dx, dy, k in ((-1.1, 0.0, 0.42), (-0.5, -0.26, 0.58), (0.2, -0.36, 0.66), (0.85, -0.10, 0.5), (1.35, 0.06, 0.34)):
            path = skia.Op(path, oval(x + dx * r, y + dy * r, k * r, k * r), skia.PathOp.kUnion_PathOp)
        base = skia.Path()
        base.addRoundRect(skia.Rect(x - 1.5 * r, y, x + 1.7 * r, y + 0.40 * r), 0.2 * r, 0.2 * r)
        path = skia.Op(path, base, skia.PathOp.kUnion_PathOp)
        cut(self.canvas, path, colour, 0.012, 0.004, 0.18)

    def ridge(self, points: Sequence[tuple[float, float]], colour: Sequence[float], sharp: float = 1.0, lift: float = 0.016, low: float | None = None) -> skia.Path:
        """A hill or mountain whose upper edge runs through the points (stretched to the width); returns its outline."""
        s = self.set
        top = [(s.left - 0.1, points[0][1]), *points, (s.right + 0.1, points[-1][1])]
        floor = s.bottom + 0.1 if low is None else low
        path = curve(top, closed=False, tension=sharp)
        path.lineTo(s.right + 0.1, floor)
        path.lineTo(s.left - 0.1, floor)
        path.close()
        # The shadow of a layer falls upwards, on what lies behind it.
        shadow = skia.Paint(AntiAlias=True, Color=ink((18, 14, 40), 0.26))
        shadow.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, lift, True))
        self.canvas.save()
        self.canvas.translate(lift * 0.3, -lift * 0.5)
        self.canvas.drawPath(path, shadow)
        self.canvas.restore()
        tone = self.colour(colour)
        self.canvas.drawPath(path, gradient((0, min(y for _, y in points)), (0, min(y for _, y in points) + 0.6), [lighter(tone, 0.06), tone, darker(tone, 0.10)], [0, 0.4, 1]))
        edge = curve(top, closed=False, tension=sharp)
        self.canvas.drawPath(edge, line(lighter(tone, 0.5), 0.006, 0.4))
        return path

    def rolling(self, level: float, height: float, colour: Sequence[float], step: float = 0.42, phase: float = 0.0) -> skia.Path:
        """Soft hills around y = `level`."""
        xs = np.arange(self.set.left - 0.2, self.set.right + 0.3, step)
        ys = level - height * (np.sin(xs * 2.1 + phase) * 0.6 + np.sin(xs * 3.7 + phase * 1.9) * 0.4)
        return self.ridge([(float(x), float(y)) for x, y in zip(xs, ys)], colour)

    def snow_on(self, path: skia.Path, depth: float = 0.02) -> None:
        """Snow along the upper edge of a piece."""
        if self.light.weather != "snow":
            return
        self.canvas.save()
        self.canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        lower = skia.Path(path)
        lower.offset(0, depth)
        self.canvas.clipPath(lower, skia.ClipOp.kDifference, True)
        self.canvas.drawPath(path, fill(self.light.place((250, 252, 255), self.depth * 0.4)))
        self.canvas.restore()

    def leaf_tree(self, x: float, y: float, size: float, colour: Sequence[float], trunk: Colour = (126, 84, 58)) -> None:
        """A round tree of three leaves of paper."""
        self.cut(poly([(x - 0.05 * size, y), (x - 0.03 * size, y - 0.5 * size), (x + 0.03 * size, y - 0.5 * size), (x + 0.055 * size, y)]), trunk)
        for dx, dy, r, tone in ((-0.20, -0.58, 0.26, 0.18), (0.20, -0.56, 0.25, 0.10), (0.0, -0.80, 0.30, 0.0)):
            shape = oval(x + dx * size, y + dy * size, r * size, r * size * 0.94)
            self.cut(shape, darker(colour, tone))
            self.snow_on(shape, 0.07 * size)

    def fir(self, x: float, y: float, size: float, colour: Sequence[float], trunk: Colour = (112, 78, 58)) -> None:
        """A fir of four skirts."""
        self.cut(poly([(x - 0.04 * size, y), (x - 0.03 * size, y - 0.3 * size), (x + 0.03 * size, y - 0.3 * size), (x + 0.04 * size, y)]), trunk)
        for k in range(4):
            base, half = y - size * (0.16 + 0.19 * k), size * (0.30 - 0.058 * k)
            shape = curve([(x, base - size * 0.34), (x + half * 0.6, base - size * 0.08), (x + half, base), (x, base + size * 0.03), (x - half, base), (x - half * 0.6, base - size * 0.08)], tension=0.5)
            self.cut(shape, lighter(colour, 0.05 * k), 0.010)
            self.snow_on(shape, 0.06 * size)

    def ground(self, colour: Sequence[float], snow: Sequence[float] = (244, 247, 252)) -> Sequence[float]:
        """The colour of the ground, white when it snows."""
        return mix(colour, snow, 0.82) if self.light.weather == "snow" else colour

