"""Pictures of any kind, so that a photograph keeps its look: textures, patterns, marks, and things that look photographed."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from typing import Callable

import numpy as np
import skia

from .paper import curve, fill, gradient, ink, line, oval, poly, surface

Pixels = np.ndarray
#: Hues of most skies.
SKY = (0.52, 0.64)


def coloured_noise(rng: np.random.Generator, h: int, w: int, slope: float, channels: int = 1) -> Pixels:
    """Noise whose spectrum falls with the frequency to the power `slope`: float [channels, h, w], unit variance."""
    fy, fx = np.fft.fftfreq(h)[:, None], np.fft.rfftfreq(w)[None]
    falloff = 1.0 / np.maximum(np.hypot(fy, fx), 1.0 / max(h, w)) ** slope
    noise = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((channels, h, w))) * falloff, (h, w))
    return (noise - noise.mean((1, 2), keepdims=True)) / noise.std((1, 2), keepdims=True)


def _hue(rng: np.random.Generator, strong: tuple[float, float] = (0.2, 0.85), bright: tuple[float, float] = (0.3, 0.95), usual: tuple[float, float] = (0.0, 1.0)) -> tuple[int, int, int]:
    """A colour; its hue mostly between two `usual` ones, now and then any."""
    hue = rng.uniform(*usual) if rng.random() < 0.85 else rng.random()
    return tuple(int(255 * c) for c in colorsys.hsv_to_rgb(hue, rng.uniform(*strong), rng.uniform(*bright)))  # type: ignore[return-value]


def _harmony(rng: np.random.Generator, count: int) -> list[tuple[int, int, int]]:
    """Colours that go together: neighbours on the colour wheel and one from the other side."""
    base, spread = rng.random(), rng.uniform(0.04, 0.16)
    hues = [base + spread * (i - count / 2) for i in range(count - 1)] + [base + 0.5]
    return [tuple(int(255 * c) for c in colorsys.hsv_to_rgb(h % 1, rng.uniform(0.15, 0.8), rng.uniform(0.35, 0.97))) for h in hues]  # type: ignore[misc]


def _skia(h: int, w: int, draw: Callable[[skia.Canvas], None]) -> Pixels:
    sheet = surface(w, h)
    draw(sheet.getCanvas())
    return sheet.makeImageSnapshot().toarray(colorType=skia.kRGBA_8888_ColorType)[..., :3].astype(np.float32)


def _blur(picture: Pixels, sigma: float) -> Pixels:
    h, w, _ = picture.shape
    rgba = np.dstack((picture.clip(0, 255).astype(np.uint8), np.full((h, w), 255, np.uint8)))
    image = skia.Image.fromarray(np.ascontiguousarray(rgba), colorType=skia.kRGBA_8888_ColorType)
    paint = skia.Paint(ImageFilter=skia.ImageFilters.Blur(sigma, sigma, skia.TileMode.kClamp))
    return _skia(h, w, lambda c: c.drawImage(image, 0, 0, skia.SamplingOptions(), paint))


def _cloth(rng: np.random.Generator, h: int, w: int) -> Pixels:
    layers = coloured_noise(rng, h, w, rng.uniform(0.9, 1.8), 3)
    mixing = np.eye(3) * rng.uniform(0.1, 0.6) + rng.uniform(0.3, 1.0)
    return np.einsum("ij,jhw->hwi", mixing, layers) * rng.uniform(14, 32) + rng.uniform(60, 200, 3)


def _gradient(rng: np.random.Generator, h: int, w: int) -> Pixels:
    def draw(c: skia.Canvas) -> None:
        a, b = rng.uniform(0, (w, h)), rng.uniform(0, (w, h))
        c.drawPaint(gradient((a[0], a[1]), (b[0], b[1]), [_hue(rng) for _ in range(3)]))
        for _ in range(int(rng.integers(1, 4))):
            x, y, r = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(0.3, 0.8) * h
            shade = _hue(rng)
            c.drawPaint(skia.Paint(Shader=skia.GradientShader.MakeRadial(skia.Point(x, y), r, [ink(shade, 0.8), ink(shade, 0)]), Dither=True))
    return _skia(h, w, draw)


def _collage(rng: np.random.Generator, h: int, w: int) -> Pixels:
    def draw(c: skia.Canvas) -> None:
        colours = _harmony(rng, 6)
        c.drawPaint(fill(colours[0]))
        for _ in range(int(rng.integers(6, 18))):
            x, y, r = rng.uniform(-0.1, 1.1) * w, rng.uniform(-0.1, 1.1) * h, rng.uniform(0.05, 0.32) * min(h, w)
            kind = rng.random()
            corners = [(x + r * rng.uniform(0.5, 1.2) * np.cos(t), y + r * rng.uniform(0.5, 1.2) * np.sin(t)) for t in np.sort(rng.uniform(0, 6.28, int(rng.integers(3, 8))))]
            path = oval(x, y, r, r * rng.uniform(0.4, 1)) if kind < 0.3 else poly(corners) if kind < 0.7 else curve(corners)
            if rng.random() < 0.5:
                shadow = fill((0, 0, 0), 0.35)
                shadow.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 5))
                c.drawPath(path, shadow)
            c.drawPath(path, fill(colours[int(rng.integers(6))]))
    return _skia(h, w, draw)


def _rings(rng: np.random.Generator, h: int, w: int) -> Pixels:
    y, x = np.mgrid[:h, :w].astype(np.float32)
    a, b = np.array(_hue(rng), float), np.array(_hue(rng), float)
    cx, cy, step = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(14, 60)
    wave = 0.5 + 0.5 * np.clip(np.sin(np.hypot(x - cx, y - cy) * 6.283 / step) * rng.uniform(1, 6), -1, 1)
    return wave[..., None] * a + (1 - wave[..., None]) * b


def _stripes(rng: np.random.Generator, h: int, w: int) -> Pixels:
    y, x = np.mgrid[:h, :w].astype(np.float32)
    turn, step = rng.uniform(0, np.pi), rng.uniform(14, 60)
    u, v = x * np.cos(turn) + y * np.sin(turn), -x * np.sin(turn) + y * np.cos(turn)
    a, b, c = (np.array(t, float) for t in _harmony(rng, 3))
    first = np.clip(np.sin(u * 6.283 / step) * 8, -1, 1) * 0.5 + 0.5
    second = np.clip(np.sin(v * 6.283 / step / rng.uniform(0.8, 2)) * 8, -1, 1) * 0.5 + 0.5 if rng.random() < 0.5 else np.zeros_like(u)
    return a + first[..., None] * (b - a) + (0.5 * second)[..., None] * (c - a)


def _marks(rng: np.random.Generator, h: int, w: int) -> Pixels:
    def draw(c: skia.Canvas) -> None:
        page, pen = ((246, 240, 228), (40, 38, 48)) if rng.random() < 0.6 else (_hue(rng, bright=(0.2, 0.5)), (246, 240, 228))
        c.drawPaint(fill(page))
        size = rng.uniform(9, 30)
        y = size
        while y < h:
            x = size
            while x < w - size:
                if rng.random() < 0.15:
                    x += size
                    continue
                points = [(x + rng.uniform(0, 0.7) * size, y + rng.uniform(-0.1, 0.9) * size) for _ in range(int(rng.integers(2, 5)))]
                c.drawPath(curve(points, closed=False), line(pen, size * 0.11))
                if rng.random() < 0.5:
                    c.drawLine(x, y + 0.45 * size, x + 0.6 * size, y + 0.45 * size, line(pen, size * 0.10))
                x += size
            y += size * 1.6
    return _skia(h, w, draw)


def _shaded(shape: Pixels, normal: Pixels, colour: Pixels, light: Pixels, gloss: float) -> Pixels:
    """Diffuse and glossy light on a surface: `normal` [h, w, 3], `colour` [h, w, 3]."""
    diffuse = np.clip((normal * light).sum(-1), 0, 1)
    half = light + (0, 0, 1)
    half = half / np.linalg.norm(half)
    shine = np.clip((normal * half).sum(-1), 0, 1) ** 40 * gloss
    return (colour * (0.22 + 0.85 * diffuse[..., None]) + 255 * shine[..., None]) * shape[..., None]


def _spheres(rng: np.random.Generator, h: int, w: int) -> Pixels:
    y, x = np.mgrid[:h, :w].astype(np.float32)
    table = h * rng.uniform(0.45, 0.65)
    wall, top = np.array(_hue(rng, (0.05, 0.4), (0.4, 0.9)), float), np.array(_hue(rng, (0.1, 0.5), (0.3, 0.8)), float)
    down = np.clip((y - table) / 6, 0, 1)[..., None]
    picture = wall * (0.75 + 0.3 * (x / w))[..., None] * (1 - down) + top * (0.7 + 0.4 * np.clip((y - table) / h, 0, 1))[..., None] * down
    light = np.array((rng.uniform(-0.7, 0.7), -0.6, 0.6))
    light /= np.linalg.norm(light)
    balls = sorted(((rng.uniform(0.1, 0.9) * w, table + rng.uniform(0.0, 0.5) * (h - table), rng.uniform(0.08, 0.2) * min(h, w)) for _ in range(int(rng.integers(2, 6)))), key=lambda b: b[1])
    for cx, base, r in balls:
        cy = base - r * 0.8
        shadow = np.exp(-(((x - cx + light[0] * r * 1.2) / (1.3 * r)) ** 2 + ((y - base - 0.15 * r) / (0.4 * r)) ** 2) * 1.6)
        picture *= 1 - 0.55 * shadow[..., None]
        dx, dy = (x - cx) / r, (y - cy) / r
        inside = np.clip((1 - np.hypot(dx, dy)) * r, 0, 1)
        z = np.sqrt(np.clip(1 - dx * dx - dy * dy, 0, 1))
        normal = np.stack((dx, dy, z), -1)
        colour = np.broadcast_to(np.array(_hue(rng), float), (h, w, 3))
        picture = picture * (1 - inside[..., None]) + _shaded(inside, normal, colour, light, rng.uniform(0, 0.9))
    return picture


def _landscape(rng: np.random.Generator, h: int, w: int) -> Pixels:
    y = np.mgrid[:h, :w][0].astype(np.float32)
    top, low = np.array(_hue(rng, (0.2, 0.6), (0.5, 0.95), SKY), float), np.array(_hue(rng, (0.05, 0.4), (0.8, 1.0)), float)
    horizon = h * rng.uniform(0.4, 0.6)
    share = np.clip(y / horizon, 0, 1)[..., None]
    picture = top * (1 - share) + low * share
    cloud = coloured_noise(rng, h, w, 1.7)[0]
    picture += np.clip(cloud - 0.3, 0, 1.5)[..., None] * 42
    near = np.array(_hue(rng, (0.2, 0.6), (0.15, 0.45), (0.08, 0.40)), float)
    for k in range(4):
        depth = 1 - k / 3.2
        edge = horizon + h * (0.02 + 0.13 * k) - h * (0.09 - 0.012 * k) * np.cumsum(coloured_noise(rng, 2, w, 1.4)[0, 0])[None] / np.sqrt(w) * 0.5
        edge = edge - (edge.mean() - (horizon + h * 0.12 * k - h * 0.02))
        mask = np.clip(y - edge, 0, 1)[..., None]
        ground = near + (low - near) * max(0.0, depth) * 0.75
        rough = coloured_noise(rng, h, w, 0.9)[0] * (7 + 5 * k)
        picture = picture * (1 - mask) + (ground + rough[..., None]) * mask
    return picture


def _portrait(rng: np.random.Generator, h: int, w: int) -> Pixels:
    y, x = np.mgrid[:h, :w].astype(np.float32)
    back = _blur(_collage(rng, h, w), 14) * rng.uniform(0.5, 0.9)
    cx, cy, r = w * rng.uniform(0.42, 0.58), h * rng.uniform(0.40, 0.5), min(h, w) * rng.uniform(0.20, 0.30)
    skin = np.array(((244, 206, 178), (214, 164, 126), (150, 102, 74), (98, 66, 50))[int(rng.integers(4))], float)
    hair, cloth = np.array(_hue(rng, (0.1, 0.6), (0.08, 0.6), (0.03, 0.12)), float), np.array(_hue(rng), float)
    light = np.array((rng.choice((-0.6, 0.6)), -0.35, 0.7))
    light /= np.linalg.norm(light)
    picture = back

    def blob(bx: float, by: float, rx: float, ry: float, colour: Pixels, soft: float = 1.0) -> None:
        nonlocal picture
        dx, dy = (x - bx) / rx, (y - by) / ry
        z = np.sqrt(np.clip(1 - dx * dx - dy * dy, 0, 1))
        inside = np.clip((1 - np.hypot(dx, dy)) * min(rx, ry) / soft, 0, 1)
        rough = 1 + 0.04 * coloured_noise(rng, h, w, 1.0)[0][..., None]
        lit = _shaded(inside, np.stack((dx, dy, z), -1), colour * rough, light, 0.05)
        picture = picture * (1 - inside[..., None]) + lit

    blob(cx, cy - 0.18 * r, 1.16 * r, 1.36 * r, hair, 2.0)
    blob(cx, cy + 2.7 * r, 2.0 * r, 1.45 * r, cloth, 2.0)
    blob(cx, cy + 1.2 * r, 0.42 * r, 0.8 * r, skin * 0.86, 2.0)
    blob(cx, cy, 0.92 * r, 1.18 * r, skin, 1.5)
    blob(cx, cy - 0.92 * r, 0.98 * r, 0.50 * r, hair, 3.0)
    for s in (-1, 1):
        blob(cx + s * 0.36 * r, cy - 0.10 * r, 0.15 * r, 0.09 * r, np.array((236.0, 232, 226)))
        blob(cx + s * 0.36 * r, cy - 0.10 * r, 0.075 * r, 0.085 * r, np.array((52.0, 38, 34)))
        blob(cx + s * 0.36 * r, cy - 0.32 * r, 0.20 * r, 0.035 * r, hair * 0.8)
    blob(cx, cy + 0.22 * r, 0.10 * r, 0.16 * r, skin * 0.95, 2.0)
    blob(cx, cy + 0.58 * r, 0.26 * r, 0.075 * r, skin * (0.86, 0.55, 0.55), 1.5)
    return picture


def _clouds(rng: np.random.Generator, h: int, w: int) -> Pixels:
    sky = np.linspace(np.array(_hue(rng, (0.3, 0.7), (0.5, 0.9), SKY)), np.array(_hue(rng, (0.05, 0.3), (0.8, 1), SKY)), h)[:, None]
    amount = np.clip(coloured_noise(rng, h, w, 1.9)[0] * 0.6 + 0.3, 0, 1)[..., None]
    return sky * (1 - amount) + np.array((250, 248, 246)) * amount


def _water(rng: np.random.Generator, h: int, w: int) -> Pixels:
    fy, fx = np.fft.fftfreq(h)[:, None], np.fft.rfftfreq(w)[None]
    spectrum = 1 / np.maximum(np.hypot(fy * 0.45, fx * 2.2), 0.01) ** 1.7
    waves = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((h, w))) * spectrum, (h, w))
    waves /= waves.std()
    deep, pale = np.array(_hue(rng, (0.4, 0.8), (0.2, 0.6), (0.45, 0.63)), float), np.array(_hue(rng, (0.1, 0.4), (0.7, 1), SKY), float)
    share = np.clip(0.4 + 0.28 * waves, 0, 1)[..., None]
    return deep * (1 - share) + pale * share + 200 * np.clip(waves - 2.0, 0, 1)[..., None]


def _leaves(rng: np.random.Generator, h: int, w: int) -> Pixels:
    base = rng.uniform(0.05, 0.42)

    def draw(c: skia.Canvas) -> None:
        c.drawPaint(fill((24, 34, 24)))
        for i in range(260):
            x, y, r, t = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(10, 30), rng.uniform(0, 360)
            tone = tuple(int(255 * k) for k in colorsys.hsv_to_rgb((base + rng.uniform(-0.05, 0.05)) % 1, rng.uniform(0.4, 0.8), rng.uniform(0.15, 0.3) + 0.55 * i / 260))
            c.save()
            c.translate(x, y)
            c.rotate(t)
            c.drawPath(curve([(-r, 0), (-0.2 * r, -0.36 * r), (r, 0), (-0.2 * r, 0.36 * r)]), fill(tone))
            c.drawLine(-r, 0, 0.8 * r, 0, line((240, 250, 220), 1, 0.35))
            c.restore()
    return _skia(h, w, draw)


def _lights(rng: np.random.Generator, h: int, w: int) -> Pixels:
    def draw(c: skia.Canvas) -> None:
        c.drawPaint(gradient((0, 0), (0, h), [_hue(rng, (0.3, 0.8), (0.05, 0.25)), _hue(rng, (0.3, 0.8), (0.1, 0.35))]))
        for _ in range(46):
            x, y, r = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(4, 30)
            c.drawCircle(x, y, r, skia.Paint(AntiAlias=True, Color=ink(_hue(rng, (0.1, 0.7), (0.8, 1)), rng.uniform(0.15, 0.6)), BlendMode=skia.BlendMode.kScreen))
    return _skia(h, w, draw)


def _bricks(rng: np.random.Generator, h: int, w: int) -> Pixels:
    base = np.array(_hue(rng, (0.2, 0.6), (0.4, 0.8), (0.0, 0.10)), float)
    bw, bh = rng.uniform(28, 60), rng.uniform(14, 26)

    def draw(c: skia.Canvas) -> None:
        c.drawPaint(fill(base * 0.55))
        for row in range(int(h / bh) + 2):
            for col in range(-1, int(w / bw) + 2):
                x, y = (col + 0.5 * (row % 2)) * bw, row * bh
                c.drawRoundRect(skia.Rect(x + 1.5, y + 1.5, x + bw - 1.5, y + bh - 1.5), 2, 2, fill(np.clip(base * rng.uniform(0.75, 1.2), 0, 255)))
    return _skia(h, w, draw) + 9 * coloured_noise(rng, h, w, 0.5)[0][..., None]


def _wood(rng: np.random.Generator, h: int, w: int) -> Pixels:
    y = np.mgrid[:h, :w][0].astype(np.float32)
    bent = y + 18 * coloured_noise(rng, h, w, 2.2)[0]
    rings = np.sin(bent * rng.uniform(0.2, 0.6)) * 0.5 + 0.5 + 0.2 * coloured_noise(rng, h, w, 0.6)[0]
    dark, pale = np.array((104, 62, 36.0)) * rng.uniform(0.6, 1.3), np.array((206, 150, 98.0)) * rng.uniform(0.8, 1.2)
    return dark + (pale - dark) * np.clip(rings, 0, 1)[..., None]


@dataclass(frozen=True)
class Picture:
    """One kind of picture: what it is called (English, Chinese) and how it is drawn."""

    words: tuple[tuple[str, ...], tuple[str, ...]]
    draw: Callable[[np.random.Generator, int, int], Pixels]


PICTURES: dict[str, Picture] = {
    "cloth": Picture((("a picture of coloured texture", "an abstract texture"), ("彩色纹理图片", "抽象纹理")), _cloth),
    "gradient": Picture((("a picture of soft colours", "a colour gradient"), ("柔和的彩色图片", "渐变色图片")), _gradient),
    "collage": Picture((("a collage of coloured shapes", "a picture of shapes"), ("彩色形状拼贴画",)), _collage),
    "rings": Picture((("a picture of coloured rings", "concentric rings"), ("彩色圆环图片",)), _rings),
    "stripes": Picture((("a picture of coloured stripes", "a striped pattern"), ("彩色条纹图片",)), _stripes),
    "marks": Picture((("a page of written signs", "a sheet of handwriting"), ("写满字迹的纸",)), _marks),
    "spheres": Picture((("a photograph of balls on a table", "a photo of shiny balls"), ("桌上小球的照片",)), _spheres),
    "landscape": Picture((("a photograph of a landscape", "a photo of hills under a sky"), ("风景照片", "山野的照片")), _landscape),
    "portrait": Picture((("a portrait photograph", "a photo of a person"), ("人像照片", "一个人的照片")), _portrait),
    "clouds": Picture((("a photograph of clouds", "a photo of the sky"), ("云的照片", "天空的照片")), _clouds),
    "water": Picture((("a photograph of water", "a photo of waves"), ("水面的照片",)), _water),
    "leaves": Picture((("a photograph of leaves", "a photo of foliage"), ("树叶的照片",)), _leaves),
    "lights": Picture((("a photograph of blurred lights", "a photo of city lights out of focus"), ("模糊灯光的照片",)), _lights),
    "bricks": Picture((("a photograph of a brick wall", "a photo of bricks"), ("砖墙的照片",)), _bricks),
    "wood": Picture((("a photograph of wood", "a photo of a wooden board"), ("木头的照片",)), _wood),
}


def draw_picture(name: str, rng: np.random.Generator, h: int, w: int) -> Pixels:
    """A picture, uint8 [h, w, 3], with the blur, noise and tone of a camera or a scanner now and then."""
    picture = PICTURES[name].draw(rng, h, w)
    if rng.random() < 0.35:
        picture = _blur(picture, float(rng.uniform(0.6, 2.0)))
    if rng.random() < 0.5:
        picture = picture + coloured_noise(rng, h, w, float(rng.uniform(0.0, 0.6)), 3).transpose(1, 2, 0) * rng.uniform(1.0, 5.0)
    if rng.random() < 0.5:
        picture = picture * rng.uniform(0.85, 1.1, 3) + rng.uniform(-12, 12)
    if rng.random() < 0.3:
        y, x = np.linspace(-1, 1, h)[:, None], np.linspace(-1, 1, w)[None]
        picture = picture * (1 - 0.3 * (x * x + y * y))[..., None]
    return picture.clip(0, 255).astype(np.uint8)
