"""Rain, snow and fog: seamless tiles that drift before and behind the figures."""

from __future__ import annotations

import functools

import numpy as np
import skia

from .light import Light
from .paper import LINEAR, fill, line, mix, oval, surface

TILE = 320


def _wrapped(draw: object, x: float, y: float, canvas: skia.Canvas) -> None:
    for dx in (-TILE, 0, TILE):
        for dy in (-TILE, 0, TILE):
            if -60 < x + dx < TILE + 60 and -60 < y + dy < TILE + 60:
                draw(canvas, x + dx, y + dy)  # type: ignore[operator]


@functools.cache
def _tile(weather: str, near: int, colour: tuple[int, int, int]) -> skia.Image:
    sheet, rng = surface(TILE, TILE), np.random.default_rng([9, near])
    canvas = sheet.getCanvas()
    if weather == "rain":
        for x, y in rng.uniform(0, TILE, (34 if near else 60, 2)):
            length, width, alpha = (26, 1.9, 0.55) if near else (15, 1.2, 0.40)
            paint = line(colour, width, alpha)
            _wrapped(lambda c, a, b: c.drawLine(a, b, a - length * 0.22, b + length, paint), float(x), float(y), canvas)
    elif weather == "snow":
        for x, y, k in rng.uniform((0, 0, 0.6), (TILE, TILE, 1.3), (26 if near else 64, 3)):
            r = k * (3.4 if near else 1.9)
            _wrapped(lambda c, a, b: c.drawPath(oval(a, b, r, r), fill(colour, 0.92 if near else 0.80)), float(x), float(y), canvas)
    else:
        fy, fx = np.fft.fftfreq(TILE)[:, None], np.fft.fftfreq(TILE)[None]
        slope = 1 / np.maximum(np.hypot(fy * 2.2, fx), 1.0 / TILE) ** 2.2
        cloud = np.fft.ifft2(np.fft.fft2(rng.standard_normal((TILE, TILE))) * slope).real
        cloud = np.clip(0.5 + 0.32 * cloud / cloud.std(), 0, 1)
        pixels = np.empty((TILE, TILE, 4), np.uint8)
        pixels[..., :3] = colour
        pixels[..., 3] = (cloud * (54 if near else 120)).astype(np.uint8)
        canvas.drawImage(skia.Image.fromarray(pixels, colorType=skia.kRGBA_8888_ColorType), 0, 0)
    return sheet.makeImageSnapshot()


def draw_weather(canvas: skia.Canvas, light: Light, near: int, frame: int, drift: tuple[float, float] = (0.0, 0.0), size: float = 1.0) -> None:
    """Cover the picture with the weather behind (`near` 0) or before (1) the figures; `drift` follows the camera, in pixels, `size`
    is the scale of the picture."""
    if light.weather == "clear":
        return
    if light.weather == "rain":
        colour, speed = mix((226, 238, 250), light.haze, 0.15 if not light.dark else 0.35), (22.0 if near else 15.0)
        x, y = -speed * 0.22 * frame, speed * frame
    elif light.weather == "snow":
        colour, speed = mix((255, 255, 255), light.haze, 0.10 if not light.dark else 0.30), (2.6 if near else 1.5)
        x, y = 9 * np.sin(frame * 0.05 + near), speed * frame
    else:
        colour, speed = mix(light.haze, (255, 255, 255), 0.2 if not light.dark else 0.05), (1.1 if near else 0.6)
        x, y = speed * frame, 0.0
    image = _tile(light.weather, near, colour)
    scale = size * (1.6 if light.weather == "fog" else 1.0)
    matrix = skia.Matrix.Scale(scale, scale)
    matrix.postTranslate(float((x * size + drift[0]) % (TILE * scale)), float((y * size + drift[1]) % (TILE * scale)))
    canvas.drawPaint(skia.Paint(Shader=image.makeShader(skia.TileMode.kRepeat, skia.TileMode.kRepeat, LINEAR, matrix)))
