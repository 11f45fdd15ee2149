"""From a scene and a mouth track to the frames: drawn sheets and parts are moved, only faces are drawn anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import numpy as np
import skia

from .actors import build, draw_figure
from .ground import Layer
from .light import light
from .motion import move
from .mouths import VISEMES, Mouth, smooth
from .paper import LINEAR, fill, oval, surface
from .places import build_set
from .props import PROPS
from .scene import Scene
from .shots import Frame, framing
from .weather import draw_weather

#: How far a pan goes (part of the shorter side), and how far a zoom goes.
PAN, ZOOM = 0.09, 0.10
#: How much of a camera move the farthest layer takes part in.
FAR_PAN, FAR_ZOOM = 0.25, 0.35
#: How far a figure with something in its hand stands to the left, in head units.
ASIDE = 0.42


@dataclass
class Film:
    """A drawn clip: frames uint8 [f, h, w, 3]; of the mouth that speaks its opening [f] and box [f, 4] as y0, y1, x0, x1 in
    pixels (all -1 where nobody speaks)."""

    frames: np.ndarray
    opening: np.ndarray
    mouth_box: np.ndarray


def camera_path(camera: str, frames: int, short: int) -> tuple[np.ndarray, np.ndarray]:
    """How far the picture is shifted to the right (pixels) and how much it is enlarged, for every frame. All moves begin at the same
    view, as they do from a given picture."""
    x = np.linspace(0, 1, frames)
    way = x * 0.6 + 0.4 * x * x * (3 - 2 * x)
    shift, zoom = np.zeros(frames), np.ones(frames)
    if camera in ("pan left", "pan right"):
        shift = way * PAN * short * (1 if camera == "pan left" else -1)
    elif camera in ("zoom in", "zoom out"):
        zoom = (1 + ZOOM * way) ** (1 if camera == "zoom in" else -1)
    return shift, zoom


def _vignette(frame: Frame) -> skia.Image:
    """The soft dark corners of every picture."""
    sheet = surface(frame.width, frame.height)
    far = float(np.hypot(frame.width, frame.height)) / 2
    shader = skia.GradientShader.MakeRadial(skia.Point(frame.width / 2, frame.height * 0.47), far * 1.04, [0x00100A20, 0x00100A20, 0x48100A20], [0, 0.58, 1])
    sheet.getCanvas().drawPaint(skia.Paint(Shader=shader, Dither=True))
    return sheet.makeImageSnapshot()


class _Backdrop:
    """The layers of the set under the camera; merged into one picture while the camera stands still."""

    def __init__(self, layers: list[Layer], corner: tuple[float, float], unit: float, frame: Frame, still: str) -> None:
        self.layers, self.frame = layers, frame
        self.x, self.y = frame.width / 2 + corner[0] * unit, frame.ground + corner[1] * unit
        self.solid = skia.Paint(BlendMode=skia.BlendMode.kSrc)  # the first layer covers everything
        self.merged: skia.Image | None = None
        if still == "still":
            sheet = surface(frame.width, frame.height)
            for layer in layers:
                if layer.depth >= 0:
                    sheet.getCanvas().drawImage(layer.image, self.x + layer.at[0], self.y + layer.at[1], LINEAR)
            self.merged = sheet.makeImageSnapshot()

    def draw(self, canvas: skia.Canvas, shift: float, zoom: float, front: int) -> None:
        """Draw what stands behind (`front` 0) or before (1) the figures."""
        if self.merged is not None and not front:
            canvas.drawImage(self.merged, 0, 0)
            return
        for layer in self.layers:
            if (layer.depth < 0) != bool(front):
                continue
            depth = max(0.0, layer.depth)
            scale = 1 + (zoom - 1) * (1 - (1 - FAR_ZOOM) * depth)
            canvas.save()
            canvas.translate(self.frame.width / 2 + shift * (1 - (1 - FAR_PAN) * depth), self.frame.height / 2)
            canvas.scale(scale, scale)
            canvas.translate(self.x - self.frame.width / 2, self.y - self.frame.height / 2)
            canvas.drawImage(layer.image, layer.at[0], layer.at[1], LINEAR, self.solid if layer is self.layers[0] else None)
            canvas.restore()


def film(scene: Scene, mouth: Sequence[Mouth] | None = None, frames: int = 101, loud: Sequence[float] | None = None, only: Sequence[int] | None = None, scale: float = 1.0) -> Film:
    """Draw a scene of the theatre; the same scene and track always give the same frames.

    `mouth` is the track of the speaker, one entry per frame; `loud` (0..1 per frame), if given, moves head and hands instead
    of the opening. `only` draws just these frames of the clip, `scale` makes the picture smaller: both for judges.
    """
    frame = framing(scene.aspect, scene.shot, len(scene.actors), scale)
    lit = light(scene.drawn("time"), scene.drawn("weather"))
    rng = np.random.default_rng([scene.seed, 17])
    layers, corner, unit = build_set(scene.drawn("place"), lit.time, lit.weather, frame, scene.layout)
    backdrop = _Backdrop(layers, corner, unit, frame, scene.camera)
    track = list(mouth)[:frames] if mouth is not None and scene.speaker is not None else []
    track += [("rest", 0.0)] * (frames - len(track))
    shapes = smooth(track)
    openings = [opening for _, opening in shapes]
    accent = list(loud)[:frames] if loud is not None else openings
    accent += [0.0] * (frames - len(accent))
    cast = []
    for i, actor in enumerate(scene.actors):
        figure = build(actor.kind, actor.colour, actor.hair, actor.hat, actor.prop, lit.time, lit.weather, frame.head * (1.0 if scene.camera != "zoom in" else 1.1))
        side = 0.0 if len(scene.actors) == 1 else (1.0 if i == 0 else -1.0)
        reach = frame.width * 0.5 / frame.head - (1.3 if figure.centre == 0 else 2.2)
        poses = move(actor.action, actor.prop, actor.kind, accent if i == scene.speaker else [0.0] * frames, side, max(0.4, reach), rng)
        if actor.prop is not None and PROPS[actor.prop].joint == "hand" and len(scene.actors) == 1:
            side = ASIDE * frame.head / frame.apart  # leaves room for what the hand holds
        middle = figure.centre * frame.head if frame.shot == "wide" else figure.centre * 0.12 * frame.head
        cast.append((figure, poses, frame.width / 2 - side * frame.apart - middle))
    shift, zoom = camera_path(scene.camera, frames, frame.short)
    vignette = _vignette(frame)
    pixels = np.zeros((frame.height, frame.width, 4), np.uint8)
    canvas = skia.Surface(pixels, colorType=skia.kRGBA_8888_ColorType).getCanvas()
    drawn = list(range(frames)) if only is None else list(only)
    out, boxes = np.empty((len(drawn), frame.height, frame.width, 3), np.uint8), np.full((len(drawn), 4), -1.0, np.float32)
    rest = VISEMES["rest"]
    for k, n in enumerate(drawn):
        backdrop.draw(canvas, shift[n], zoom[n], 0)
        draw_weather(canvas, lit, 0, n, (shift[n] * 0.6, 0.0), scale)
        canvas.save()
        canvas.translate(frame.width / 2 + shift[n], frame.height / 2)
        canvas.scale(float(zoom[n]), float(zoom[n]))
        canvas.translate(-frame.width / 2, -frame.height / 2)
        for i, (figure, poses, x) in enumerate(cast):
            canvas.save()
            canvas.translate(x, frame.eyes)
            canvas.scale(frame.head, frame.head)
            pose = poses[n]
            if frame.shot == "wide":
                high = 1 + min(0.0, pose.y)
                canvas.drawPath(oval(pose.x + figure.centre, 4.0, (1.0 if figure.centre == 0 else 1.7) * (0.75 + 0.25 * high), 0.16 * (0.6 + 0.4 * high)), fill((18, 14, 40), 0.24))
            shape, opening = shapes[n] if i == scene.speaker else (rest, 0.0)
            box = draw_figure(canvas, figure, pose, shape, opening)
            if i == scene.speaker:
                boxes[k] = box
            canvas.restore()
        canvas.restore()
        backdrop.draw(canvas, shift[n], zoom[n], 1)
        draw_weather(canvas, lit, 1, n, (shift[n], 0.0), scale)
        canvas.drawImage(vignette, 0, 0)
        out[k] = pixels[..., :3]
    return Film(out, np.array([openings[n] if scene.speaker is not None else -1 for n in drawn], np.float32), boxes)
