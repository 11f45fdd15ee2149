"""How a figure is put together: paper parts, drawn once and then only moved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Sequence

import skia

from .light import Light
from .paper import Colour, add_grain, cut, fill, ink, inside, line, surface

#: Figures are drawn in head units: the middle of the head is (0, 0), its half width about 1, y points down.
NECK = (0.0, 0.92)
FEET = 3.98


class Pen:
    """Draws paper in the light of the scene and remembers how far the drawing reaches."""

    def __init__(self, canvas: skia.Canvas, light: Light) -> None:
        self.canvas, self.light = canvas, light
        self.reach = skia.Rect.MakeEmpty()

    def _extend(self, path: skia.Path, by: float) -> None:
        self.reach.join(self.canvas.getTotalMatrix().mapRect(path.getBounds().makeOutset(by, by)))

    def cut(self, path: skia.Path, colour: Sequence[float], lift: float = 0.055, edge: float = 0.022) -> None:
        """A piece of paper with its shadow."""
        self._extend(path, 0.05 + lift * 3)
        cut(self.canvas, path, self.light.figure(colour), lift, edge)

    def print(self, clip: skia.Path, path: skia.Path, colour: Sequence[float], alpha: float = 1.0) -> None:
        """A pattern on a piece that lies there already."""
        inside(self.canvas, clip, path, self.light.figure(colour), alpha)

    def fill(self, path: skia.Path, colour: Sequence[float], alpha: float = 1.0) -> None:
        """A flat mark without a shadow."""
        self._extend(path, 0.02)
        self.canvas.drawPath(path, fill(self.light.figure(colour), alpha))

    def bright(self, path: skia.Path, colour: Sequence[float], alpha: float = 1.0) -> None:
        """A mark that shines by itself: the light of the scene does not dim it."""
        self._extend(path, 0.02)
        self.canvas.drawPath(path, fill(colour, alpha))

    def halo(self, cx: float, cy: float, radius: float, colour: Sequence[float], alpha: float) -> None:
        """Soft light around a lamp."""
        shader = skia.GradientShader.MakeRadial(skia.Point(cx, cy), radius, [ink(colour, alpha), ink(colour, alpha * 0.3), ink(colour, 0)], [0, 0.4, 1])
        self.reach.join(skia.Rect(cx - radius, cy - radius, cx + radius, cy + radius))
        self.canvas.drawCircle(cx, cy, radius, skia.Paint(AntiAlias=True, Shader=shader))

    def line(self, path: skia.Path, colour: Sequence[float], width: float, alpha: float = 1.0) -> None:
        """A drawn line."""
        self._extend(path, width)
        self.canvas.drawPath(path, line(self.light.figure(colour), width, alpha))


@dataclass
class Face:
    """Where the features of a face lie and how they look, in head units."""

    eye: tuple[float, float] = (0.40, 0.06)  # x to each side, y
    eye_size: tuple[float, float] = (0.135, 0.175)
    iris: Colour = (92, 60, 40)
    ring: Colour | None = None  # the white of the eye, if it shows
    lid: Colour = (240, 200, 170)  # what closes over the eye
    lash: Colour = (50, 34, 40)
    lashes: int = 0  # little lines at the outer corner
    brow: Colour | None = (80, 56, 44)
    brow_y: float = -0.24
    brow_width: float = 0.055
    cheek: Colour | None = (240, 120, 110)
    cheek_at: tuple[float, float] = (0.62, 0.34)
    mouth: tuple[float, float] = (0.0, 0.50)
    mouth_half: float = 0.36
    lips: Colour = (150, 60, 62)


@dataclass
class Part:
    """A drawn piece: its picture, where it lies in head units, the joint it turns about and what moves it."""

    image: skia.Image
    corner: tuple[float, float]
    joint: str
    pivot: tuple[float, float]


@dataclass
class Figure:
    """All parts of a figure from back to front; `face` is drawn anew for every frame at the part named "face"."""

    parts: list[Part | str]
    face: Face
    detail: float  # pixels of a part's picture per head unit
    tint: tuple[float, float, float]
    centre: float = 0.0  # x of the middle of the whole figure
    stride: float = 0.5  # how far the legs swing, radians
    hop: float = 1.0


@dataclass
class Kit:
    """Collects the drawings of a figure's parts, from back to front."""

    light: Light
    detail: float
    parts: list[Part | str] = field(default_factory=list)

    def part(self, joint: str, pivot: tuple[float, float], draw: Callable[[Pen], None]) -> None:
        """Draw a part that turns about `pivot` and follows `joint`."""
        recorder = skia.PictureRecorder()
        pen = Pen(recorder.beginRecording(skia.Rect(-12, -12, 12, 12)), self.light)
        draw(pen)
        picture = recorder.finishRecordingAsPicture()
        reach = pen.reach
        if reach.isEmpty():
            return
        width, height = int(reach.width() * self.detail) + 3, int(reach.height() * self.detail) + 3
        sheet = surface(width, height)
        canvas = sheet.getCanvas()
        canvas.save()
        canvas.scale(self.detail, self.detail)
        canvas.translate(-reach.left() + 1 / self.detail, -reach.top() + 1 / self.detail)
        canvas.drawPicture(picture)
        canvas.restore()
        add_grain(canvas, (37.0 * len(self.parts), 61.0 * len(self.parts)))
        corner = (reach.left() - 1 / self.detail, reach.top() - 1 / self.detail)
        self.parts.append(Part(sheet.makeImageSnapshot(), corner, joint, pivot))

    def face(self) -> None:
        """The features of the face lie here in the order of the parts."""
        self.parts.append("face")

    def mouth(self) -> None:
        """The mouth lies here: above the muzzle."""
        self.parts.append("mouth")

    def done(self, face: Face, centre: float = 0.0, stride: float = 0.5, hop: float = 1.0) -> Figure:
        """The finished figure."""
        white = self.light.figure((255, 255, 255))
        tint = (white[0] / 255, white[1] / 255, white[2] / 255)
        lit = {name: self.light.figure(getattr(face, name)) for name in ("iris", "ring", "lid", "lash", "brow", "cheek", "lips") if getattr(face, name)}
        return Figure(self.parts, Face(**{**vars(face), **lit}), self.detail, tint, centre, stride, hop)


@dataclass
class Pose:
    """Where a figure is and how its joints stand in one frame; lengths in head units, angles in radians."""

    x: float = 0.0
    y: float = 0.0
    lean: float = 0.0
    squash: float = 0.0  # > 0 presses the figure flatter, < 0 stretches it
    head_turn: float = 0.0  # tilt to the side
    yaw: float = 0.0  # -1..1, the face looks to the left or right
    pitch: float = 0.0  # -1..1, the face looks up or down
    head_y: float = 0.0
    arms: tuple[float, float] = (0.0, 0.0)  # left and right arm of the picture, positive lifts
    legs: tuple[float, float] = (0.0, 0.0)
    tail: float = 0.0
    prop: float = 0.0
    lids: float = 0.0  # 0 open, 1 closed
    brows: float = 0.0  # -1..1, lowered or raised
    gaze: tuple[float, float] = (0.0, 0.0)

