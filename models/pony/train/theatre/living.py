"""Pictures of any kind in motion: the camera moves over them, and now and then they sway a little."""

from __future__ import annotations

from typing import Sequence

import numpy as np
import skia

from .film import Film, camera_path
from .paper import LINEAR
from .pictures import draw_picture
from .scene import Scene
from .shots import SIZES

#: The drawing is larger than the picture, so that the camera can move.
MARGIN = 1.34
#: Cells of the mesh that bends a swaying picture.
MESH = 14


def _mesh(width: int, height: int) -> tuple[np.ndarray, list[int]]:
    xs, ys = np.meshgrid(np.linspace(0, width, MESH + 1), np.linspace(0, height, MESH + 1))
    corners = np.stack((xs, ys), -1).reshape(-1, 2)
    indices = []
    for r in range(MESH):
        for c in range(MESH):
            a = r * (MESH + 1) + c
            indices += [a, a + 1, a + MESH + 1, a + 1, a + MESH + 2, a + MESH + 1]
    return corners, indices


def film_picture(scene: Scene, frames: int = 101, only: Sequence[int] | None = None) -> Film:
    """The clip of a scene that shows a picture, or `only` these frames of it; the same scene always gives the same frames."""
    height, width = SIZES[scene.aspect]
    rng = np.random.default_rng([scene.seed, 31])
    h, w = int(height * MARGIN), int(width * MARGIN)
    drawn = draw_picture(str(scene.picture), rng, h, w)
    image = skia.Image.fromarray(np.ascontiguousarray(np.dstack((drawn, np.full((h, w), 255, np.uint8)))), colorType=skia.kRGBA_8888_ColorType)
    shift, zoom = camera_path(scene.camera, frames, min(height, width))
    sway = float(rng.uniform(0.6, 2.6)) if rng.random() < (0.75 if scene.camera == "still" else 0.3) else 0.0
    phase, speed, wave = rng.uniform(0, 6.28, 4), rng.uniform(0.15, 0.6, 2), rng.uniform(0.010, 0.03, 2)
    corners, indices = _mesh(w, h)
    points = [skia.Point(float(x), float(y)) for x, y in corners]
    paint = skia.Paint(Shader=image.makeShader(skia.TileMode.kMirror, skia.TileMode.kMirror, LINEAR))
    pixels = np.zeros((height, width, 4), np.uint8)
    canvas = skia.Surface(pixels, colorType=skia.kRGBA_8888_ColorType).getCanvas()
    chosen = list(range(frames)) if only is None else list(only)
    out = np.empty((len(chosen), height, width, 3), np.uint8)
    for k, n in enumerate(chosen):
        canvas.save()
        canvas.translate(width / 2 + float(shift[n]), height / 2)
        canvas.scale(float(zoom[n]), float(zoom[n]))
        canvas.translate(-w / 2, -h / 2)
        if sway:
            t = 2 * np.pi * n / 25
            dx = sway * np.sin(corners[:, 1] * wave[0] + speed[0] * t + phase[0]) * np.sin(corners[:, 0] * wave[1] * 0.6 + phase[1])
            dy = 0.7 * sway * np.sin(corners[:, 0] * wave[1] + speed[1] * t + phase[2])
            bent = [skia.Point(float(x), float(y)) for x, y in corners + np.stack((dx, dy), -1)]
            canvas.drawVertices(skia.Vertices(skia.Vertices.kTriangles_VertexMode, bent, points, None, indices), paint)
        else:
            canvas.drawImage(image, 0, 0, LINEAR)
        canvas.restore()
        out[k] = pixels[..., :3]
    return Film(out, np.full(len(out), -1, np.float32), np.full((len(out), 4), -1, np.float32))
