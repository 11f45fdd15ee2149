"""Cut paper: smooth outlines, pieces with a soft shadow and a light edge, and the grain of the sheet."""

from __future__ import annotations

import functools
import math
from typing import Sequence

import numpy as np
import skia

Colour = tuple[int, int, int]
Point = tuple[float, float]

#: Bilinear sampling, used wherever an image is drawn turned or scaled.
LINEAR = skia.SamplingOptions(skia.FilterMode.kLinear)


def mix(a: Sequence[float], b: Sequence[float], share: float) -> Colour:
    """The colour between `a` (share 0) and `b` (share 1)."""
    return tuple(int(round(min(255.0, max(0.0, x + (y - x) * share)))) for x, y in zip(a, b))  # type: ignore[return-value]


def darker(colour: Sequence[float], by: float) -> Colour:
    """A deeper tone of the same paper: darker and a little cooler, as shade is."""
    return mix(colour, (colour[0] * 0.32, colour[1] * 0.28, colour[2] * 0.42), by)


def lighter(colour: Sequence[float], by: float) -> Colour:
    """A paler tone of the same paper, towards warm white."""
    return mix(colour, (255, 250, 240), by)


def ink(colour: Sequence[float], alpha: float = 1.0) -> int:
    """An RGB colour and an opacity (0..1) as a Skia colour."""
    return skia.Color(*(int(c) for c in colour), int(round(255 * alpha)))


def fill(colour: Sequence[float], alpha: float = 1.0) -> skia.Paint:
    """A smooth-edged filling."""
    return skia.Paint(AntiAlias=True, Color=ink(colour, alpha))


def line(colour: Sequence[float], width: float, alpha: float = 1.0) -> skia.Paint:
    """A round-ended line."""
    return skia.Paint(
        AntiAlias=True, Color=ink(colour, alpha), Style=skia.Paint.kStroke_Style, StrokeWidth=width,
        StrokeCap=skia.Paint.kRound_Cap, StrokeJoin=skia.Paint.kRound_Join,
    )


def poly(points: Sequence[Point], closed: bool = True) -> skia.Path:
    """Straight edges through the points."""
    path = skia.Path()
    path.addPoly([skia.Point(x, y) for x, y in points], closed)
    return path


def curve(points: Sequence[Point], closed: bool = True, tension: float = 1.0) -> skia.Path:
    """A smooth outline through the points (Catmull-Rom as cubic Bezier pieces)."""
    n, path = len(points), skia.Path()
    path.moveTo(*points[0])
    for i in range(n if closed else n - 1):
        p0, p1 = points[(i - 1) % n if closed else max(i - 1, 0)], points[i]
        p2, p3 = points[(i + 1) % n], points[(i + 2) % n if closed else min(i + 2, n - 1)]
        k = tension / 6
        path.cubicTo(
            p1[0] + (p2[0] - p0[0]) * k, p1[1] + (p2[1] - p0[1]) * k,
            p2[0] - (p3[0] - p1[0]) * k, p2[1] - (p3[1] - p1[1]) * k, p2[0], p2[1],
        )
    if closed:
        path.close()
    return path


def oval(cx: float, cy: float, rx: float, ry: float, turn: float = 0.0) -> skia.Path:
    """An ellipse, turned by `turn` degrees clockwise."""
    path = skia.Path()
    path.addOval(skia.Rect(cx - rx, cy - ry, cx + rx, cy + ry))
    if turn:
        path.transform(skia.Matrix.RotateDeg(turn, skia.Point(cx, cy)))
    return path


def box(x0: float, y0: float, x1: float, y1: float, radius: float = 0.0) -> skia.Path:
    """A rectangle with round corners."""
    path = skia.Path()
    path.addRoundRect(skia.Rect(x0, y0, x1, y1), radius, radius)
    return path


def soft_box(cx: float, cy: float, rx: float, ry: float, power: float = 2.6) -> skia.Path:
    """A superellipse: between an oval (power 2) and a box."""
    points = []
    for i in range(24):
        c, s = math.cos(i * math.tau / 24), math.sin(i * math.tau / 24)
        points.append((cx + rx * math.copysign(abs(c) ** (2 / power), c), cy + ry * math.copysign(abs(s) ** (2 / power), s)))
    return curve(points)


def star(cx: float, cy: float, outer: float, inner: float, points: int = 5, turn: float = -90.0) -> skia.Path:
    """A star with its first point at `turn` degrees."""
    corners = []
    for i in range(2 * points):
        angle, radius = math.radians(turn + i * 180 / points), outer if i % 2 == 0 else inner
        corners.append((cx + radius * math.cos(angle), cy + radius * math.sin(angle)))
    return poly(corners)


def cut(
    canvas: skia.Canvas, path: skia.Path, colour: Sequence[float], lift: float = 0.04, edge: float = 0.02, shade: float = 0.30,
) -> None:
    """Lay a piece of paper on the picture.

    `lift` is how far it floats above what is below (shadow offset and softness, in the canvas's units, 0 for none); `edge`
    the width of the light rim along the cut; `shade` the darkness of the shadow.
    """
    if lift > 0:
        shadow = skia.Paint(AntiAlias=True, Color=ink((18, 14, 40), shade))
        shadow.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, lift * 0.8, True))
        canvas.save()
        canvas.translate(lift * 0.45, lift * 0.85)
        canvas.drawPath(path, shadow)
        canvas.restore()
    canvas.drawPath(path, fill(colour))
    if edge > 0:
        canvas.save()
        canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        canvas.drawPath(path, line(lighter(colour, 0.5), edge * 2, 0.42))
        canvas.restore()


def inside(canvas: skia.Canvas, clip: skia.Path, path: skia.Path, colour: Sequence[float], alpha: float = 1.0) -> None:
    """Print a pattern on a piece: `path` as far as it lies inside `clip`, without a shadow."""
    canvas.save()
    canvas.clipPath(clip, skia.ClipOp.kIntersect, True)
    canvas.drawPath(path, fill(colour, alpha))
    canvas.restore()


def gradient(top: Point, bottom: Point, colours: Sequence[Colour], stops: Sequence[float] | None = None) -> skia.Paint:
    """A filling whose colour changes along a line."""
    shader = skia.GradientShader.MakeLinear([skia.Point(*top), skia.Point(*bottom)], [ink(c) for c in colours], list(stops or []) or None)
    return skia.Paint(AntiAlias=True, Shader=shader, Dither=True)


def glow(canvas: skia.Canvas, cx: float, cy: float, radius: float, colour: Sequence[float], alpha: float, blend: skia.BlendMode = skia.BlendMode.kScreen) -> None:
    """Soft round light."""
    shader = skia.GradientShader.MakeRadial(skia.Point(cx, cy), radius, [ink(colour, alpha), ink(colour, alpha * 0.35), ink(colour, 0)], [0, 0.45, 1])
    canvas.drawCircle(cx, cy, radius, skia.Paint(AntiAlias=True, Shader=shader, BlendMode=blend, Dither=True))


@functools.cache
def grain_image() -> skia.Image:
    """A sheet of paper, seamless: grey tones as transparent black and white, to be laid over any colour."""
    rng, size = np.random.default_rng(1), 384
    fy, fx = np.fft.fftfreq(size)[:, None], np.fft.fftfreq(size)[None]
    falling = 1.0 / np.maximum(np.hypot(fy, fx), 0.02) ** 0.75
    fibres = np.fft.ifft2(np.fft.fft2(rng.standard_normal((size, size))) * falling).real
    fibres /= fibres.std()
    alpha = np.clip(np.abs(fibres) * 5.0, 0, 20).astype(np.uint8)
    sheet = np.zeros((size, size, 4), np.uint8)
    sheet[..., :3] = np.where(fibres > 0, 255, 0)[..., None]
    sheet[..., 3] = alpha
    image = skia.Image.fromarray(sheet, colorType=skia.kRGBA_8888_ColorType)
    surface = skia.Surface(size, size)
    surface.getCanvas().drawImage(image, 0, 0)
    return surface.makeImageSnapshot()


def add_grain(canvas: skia.Canvas, shift: Point = (0.0, 0.0)) -> None:
    """Give everything drawn so far the grain of paper; call it with the canvas in pixels."""
    matrix = skia.Matrix.Translate(*shift)
    shader = grain_image().makeShader(skia.TileMode.kRepeat, skia.TileMode.kRepeat, LINEAR, matrix)
    canvas.drawPaint(skia.Paint(Shader=shader, BlendMode=skia.BlendMode.kSrcATop))


def surface(width: int, height: int) -> skia.Surface:
    """An empty, transparent picture in pixels, RGBA."""
    return skia.Surface.MakeRaster(skia.ImageInfo.Make(width, height, skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType))
