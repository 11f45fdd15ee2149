"""Backgrounds of cut paper: sky, far layers, ground and props of the six places at four times of day."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

OVERSAMPLE = 2
#: The canvas is larger than the frame, so that the camera can move over it.
MARGIN = 1.36

#: Sky colours (top, bottom) and the factor that the time of day puts on everything else.
SKIES = {
    "morning": ((158, 202, 236), (250, 226, 196), (1.0, 0.96, 0.88)),
    "day": ((64, 148, 236), (178, 222, 250), (1.0, 1.0, 1.0)),
    "sunset": ((148, 66, 120), (252, 146, 74), (1.0, 0.74, 0.62)),
    "night": ((12, 14, 52), (40, 44, 96), (0.40, 0.44, 0.68)),
}
#: Where the sun or the moon stands, as parts of the frame: always the same, so that a prompt need not say it.
SUNS = {"morning": (0.17, 0.20), "day": (0.82, 0.12), "sunset": (0.84, 0.36), "night": (0.17, 0.13)}


def tint(colour: tuple[int, int, int], time: str, strength: float = 1.0) -> tuple[int, int, int]:
    """A colour in the light of a time of day; `strength` 0 leaves it as it is."""
    light = SKIES[time][2]
    return tuple(int(np.clip(c * (1 - strength + strength * f), 0, 255)) for c, f in zip(colour, light))  # type: ignore[return-value]


class _Canvas:
    """A drawing in frame coordinates (0..1 inside the frame, beyond it in the margin)."""

    def __init__(self, height: int, width: int, time: str, rng: np.random.Generator) -> None:
        self.h, self.w, self.time, self.rng = height, width, time, rng
        self.unit = min(height, width) * OVERSAMPLE
        self.size = (int(width * MARGIN) * OVERSAMPLE, int(height * MARGIN) * OVERSAMPLE)
        self.image = Image.new("RGB", self.size)
        self.pen = ImageDraw.Draw(self.image)

    def x(self, part: float) -> float:
        return self.size[0] / 2 + (part - 0.5) * self.w * OVERSAMPLE

    def y(self, part: float) -> float:
        return self.size[1] / 2 + (part - 0.5) * self.h * OVERSAMPLE

    def sky(self) -> None:
        top, bottom, _ = SKIES[self.time]
        ramp = np.clip((np.arange(self.size[1]) - self.y(0)) / (self.y(0.7) - self.y(0)), 0, 1)[:, None]
        rows = (np.array(top) * (1 - ramp) + np.array(bottom) * ramp).astype(np.uint8)
        self.image.paste(Image.fromarray(np.repeat(rows[:, None], self.size[0], 1)))
        if self.time == "night":
            for _ in range(40):
                px, py = self.rng.uniform(0, self.size[0]), self.rng.uniform(0, self.y(0.5))
                self.disc(px, py, self.unit * 0.008, (236, 236, 210))
        sx, sy = SUNS[self.time]
        colour = {"night": (240, 238, 214), "sunset": (255, 206, 96)}.get(self.time, (255, 240, 150))
        self.disc(self.x(sx), self.y(sy), self.unit * 0.1, colour)
        if self.time in ("morning", "day"):
            for _ in range(4):
                self.cloud(self.rng.uniform(-0.1, 1.1), self.rng.uniform(0.02, 0.3))

    def disc(self, px: float, py: float, radius: float, colour: tuple[int, int, int]) -> None:
        self.pen.ellipse((px - radius, py - radius, px + radius, py + radius), fill=colour)

    def cloud(self, cx: float, cy: float) -> None:
        for shift in (-0.08, -0.02, 0.05, 0.1):
            self.disc(self.x(cx) + shift * self.unit, self.y(cy), self.unit * 0.05, (252, 250, 244))

    def layer(self, level: float, colour: tuple[int, int, int], height: float, waves: float, jag: float = 0.0) -> None:
        """A paper layer with a wavy or jagged upper edge and a soft shadow along it."""
        xs = np.linspace(0, self.size[0], 60)
        phase = self.rng.uniform(0, 6.28, 2)
        turn = xs / self.unit * 6.28 * waves
        edge = self.y(level) - self.unit * height * (0.6 * np.sin(turn + phase[0]) + 0.4 * np.sin(1.7 * turn + phase[1]))
        edge -= self.unit * jag * (np.arange(60) % 2)
        outline = [*zip(xs, edge), (self.size[0], self.size[1]), (0, self.size[1])]
        shadow = Image.new("L", self.size)
        ImageDraw.Draw(shadow).polygon([(x, y - 0.02 * self.unit) for x, y in outline], fill=90)
        shadow = shadow.filter(ImageFilter.BoxBlur(0.02 * self.unit))
        self.image.paste((10, 10, 20), mask=shadow)
        self.pen.polygon(outline, fill=tint(colour, self.time))

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: tuple[int, int, int]) -> None:
        self.pen.rectangle((self.x(x0), self.y(y0), self.x(x1), self.y(y1)), fill=colour)


def _meadow(c: _Canvas) -> None:
    c.layer(0.60, (120, 196, 110), 0.05, 0.5)
    c.layer(0.70, (84, 172, 74), 0.04, 0.6)
    c.layer(0.84, (62, 146, 58), 0.03, 0.8)
    for _ in range(36):
        flower = [(250, 240, 240), (250, 210, 60), (236, 90, 110)][int(c.rng.integers(3))]
        c.disc(c.x(c.rng.uniform(-0.2, 1.2)), c.y(c.rng.uniform(0.78, 1.15)), c.unit * 0.016, tint(flower, c.time))


def _city(c: _Canvas) -> None:
    left, lit = -0.25, c.time in ("night", "sunset")
    while left < 1.25:
        width, top = c.rng.uniform(0.16, 0.26) * c.h / max(c.h, c.w) + 0.06, c.rng.uniform(0.22, 0.48)
        wall = [(150, 140, 160), (182, 130, 112), (120, 136, 160)][int(c.rng.integers(3))]
        c.box(left, top, left + width, 1.3, tint(wall, c.time))
        step_x, step_y = 0.075 * c.unit / (c.w * OVERSAMPLE), 0.1 * c.unit / (c.h * OVERSAMPLE)
        for wx in np.arange(left + step_x * 0.5, left + width - step_x * 0.7, step_x):
            for wy in np.arange(top + step_y * 0.5, 0.8, step_y):
                on = lit and c.rng.random() < 0.6
                pane = (250, 220, 110) if on else tint((96, 108, 132), c.time)
                c.box(wx, wy, wx + step_x * 0.5, wy + step_y * 0.5, pane)
        left += width
    c.layer(0.86, (92, 92, 98), 0.0, 0.5)
    for i in range(-2, 9):
        c.box(i * 0.16, 0.94, i * 0.16 + 0.08, 0.955, tint((236, 232, 200), c.time))


def _beach(c: _Canvas) -> None:
    c.box(-0.3, 0.5, 1.3, 1.3, tint((44, 120, 186), c.time))
    c.box(-0.3, 0.6, 1.3, 1.3, tint((60, 150, 200), c.time))
    c.layer(0.74, (232, 208, 150), 0.02, 0.4)
    trunk_x = 0.9
    c.pen.line((c.x(trunk_x), c.y(0.8), c.x(trunk_x + 0.03), c.y(0.4)), fill=tint((134, 92, 54), c.time), width=int(0.035 * c.unit))
    for angle in (-2.9, -2.3, -0.8, -0.2, 0.35, 2.8):
        tip = (c.x(trunk_x + 0.03) + 0.2 * c.unit * np.cos(angle), c.y(0.4) + 0.13 * c.unit * np.sin(angle) + 0.04 * c.unit)
        c.pen.line((c.x(trunk_x + 0.03), c.y(0.4), *tip), fill=tint((40, 140, 76), c.time), width=int(0.045 * c.unit))


def _forest(c: _Canvas) -> None:
    for level, green, size in ((0.62, (70, 128, 92), 0.34), (0.76, (44, 104, 66), 0.42)):
        c.layer(level, green, 0.01, 0.5)
        for px in np.arange(-0.25, 1.3, size * 0.62 * c.unit / (c.w * OVERSAMPLE)):
            x, y, s = c.x(px + c.rng.uniform(-0.03, 0.03)), c.y(level + 0.04), size * c.unit * c.rng.uniform(0.85, 1.15)
            for k in range(3):
                base, half = y - s * 0.28 * k, s * (0.3 - 0.07 * k)
                c.pen.polygon([(x - half, base), (x + half, base), (x, base - s * 0.48)], fill=tint(green, c.time))
    c.layer(0.86, (104, 84, 56), 0.02, 0.6)


def _room(c: _Canvas) -> None:
    sky_top, sky_bottom, _ = SKIES[c.time]
    c.box(-0.3, -0.3, 1.3, 1.3, tint((226, 194, 148), c.time, 0.6))
    stripe = 0.14 * c.unit / (c.w * OVERSAMPLE)
    for px in np.arange(-0.28, 1.3, stripe):
        c.box(px, -0.3, px + stripe * 0.5, 1.3, tint((216, 180, 132), c.time, 0.6))
    c.box(-0.3, 0.84, 1.3, 1.3, tint((142, 92, 58), c.time, 0.6))
    left, right = (0.62, 1.0) if c.h > c.w else (0.7, 0.95)
    c.box(left - 0.02, 0.08, right + 0.02, 0.42, tint((246, 240, 228), c.time, 0.5))
    c.box(left, 0.1, right, 0.25, sky_top)
    c.box(left, 0.25, right, 0.4, sky_bottom)
    if c.time == "night":
        c.disc(c.x(right - 0.08), c.y(0.16), 0.04 * c.unit, (240, 238, 214))
    middle = (left + right) / 2
    c.box(middle - 0.008, 0.1, middle + 0.008, 0.4, tint((246, 240, 228), c.time, 0.5))
    c.box(0.06, 0.55, 0.08, 0.84, (110, 74, 48))
    c.pen.polygon([(c.x(-0.02), c.y(0.56)), (c.x(0.16), c.y(0.56)), (c.x(0.12), c.y(0.44)), (c.x(0.02), c.y(0.44))], fill=(212, 84, 60))


def _mountains(c: _Canvas) -> None:
    for px, top, half in ((0.12, 0.26, 0.42), (0.86, 0.2, 0.5), (0.48, 0.34, 0.4)):
        x, y, w, foot = c.x(px), c.y(top), half * c.unit, c.y(0.8)
        c.pen.polygon([(x - w, foot), (x + w, foot), (x, y)], fill=tint((112, 124, 156), c.time))
        cap, part = y + (foot - y) * 0.34, 0.34
        zig = [(x - w * part, cap), (x - w * 0.12, cap - 0.05 * c.unit), (x, cap + 0.02 * c.unit), (x + w * 0.14, cap - 0.05 * c.unit), (x + w * part, cap)]
        c.pen.polygon([(x, y), *zig[::-1]], fill=tint((246, 248, 252), c.time))
    c.layer(0.74, (226, 234, 246), 0.03, 0.5)
    c.layer(0.88, (204, 218, 238), 0.02, 0.7)


_PLACES = {"meadow": _meadow, "city": _city, "beach": _beach, "forest": _forest, "room": _room, "mountains": _mountains}


def draw_place(place: str, time: str, height: int, width: int, seed: int) -> Image.Image:
    """The canvas of a place: an RGB image `MARGIN` times as large as the frame."""
    canvas = _Canvas(height, width, time, np.random.default_rng(seed))
    canvas.sky()
    _PLACES[place](canvas)
    small = canvas.image.resize((canvas.size[0] // OVERSAMPLE, canvas.size[1] // OVERSAMPLE), Image.Resampling.BOX)
    grain = np.random.default_rng(seed).normal(0, 2.0, (small.height, small.width, 1))
    return Image.fromarray(np.clip(np.asarray(small, np.float32) + grain, 0, 255).astype(np.uint8))
