"""From the words for a figure to its parts, and the drawing of a figure in a pose."""

from __future__ import annotations

import functools
from math import cos, degrees, sin

import skia

from .animals import ANIMALS, build_animal
from .face import NOD, SLIDE, draw_features, mouth_point, place_mouth
from .hats import put_on
from .light import light
from .mouths import Shape, extent
from .paper import LINEAR, Colour
from .people import PEOPLE, build_person
from .pony import build_pony, build_robot
from .props import hold
from .rig import FEET, NECK, Figure, Pose

#: The colours of coats and clothes, as paper.
COLOURS: dict[str, Colour] = {
    "red": (214, 52, 54), "orange": (242, 142, 44), "yellow": (250, 212, 66), "green": (70, 158, 84), "blue": (52, 104, 204),
    "purple": (136, 76, 176), "pink": (246, 144, 178), "white": (246, 241, 232), "black": (58, 54, 66), "brown": (136, 88, 58),
}
#: The colour a figure has when none is said.
USUAL_COLOUR = {
    "pony": "brown", "girl": "red", "boy": "blue", "woman": "purple", "man": "green", "grandmother": "pink", "grandfather": "brown", "robot": "blue",
    "cat": "yellow", "dog": "red", "fox": "green", "rabbit": "blue", "bear": "red", "panda": "green", "owl": "purple",
}


@functools.lru_cache(maxsize=32)
def build(kind: str, colour: str | None, hair: str | None, hat: str | None, prop: str | None, time: str, weather: str, detail: float) -> Figure:
    """The parts of a figure; `hair` is the mane of a pony; `detail` pixels per head unit."""
    shade, lit = COLOURS[colour or USUAL_COLOUR[kind]], light(time, weather)
    top, held = put_on(hat, kind), hold(prop)
    if kind == "pony":
        return build_pony(shade, hair, lit, detail, top)
    if kind == "robot":
        return build_robot(shade, lit, detail, top, held)
    if kind in PEOPLE:
        return build_person(kind, shade, hair, lit, detail, top, held)
    return build_animal(kind, shade, lit, detail, top, held)


KINDS = ("pony", *PEOPLE, "robot", *ANIMALS)


def hand(lift: float) -> tuple[float, float]:
    """Where the right hand of the picture is when its arm is lifted by `lift` radians."""
    x, y = 0.22, 1.12
    return 0.64 + x * cos(lift) + y * sin(lift), 1.26 - x * sin(lift) + y * cos(lift)


def _join(canvas: skia.Canvas, joint: str, pivot: tuple[float, float], pose: Pose) -> None:
    turn = 0.0
    if joint in ("head", "back", "muzzle", "feature", "front", "hat"):
        canvas.translate(0, pose.head_y)
        turn = pose.head_turn
        pivot = NECK
    elif joint == "tail":
        turn = pose.tail
    elif joint in ("leg0", "leg1"):
        turn = pose.legs[int(joint[-1])]
    elif joint == "arm0":
        turn = pose.arms[0]
    elif joint == "arm1":
        turn = -pose.arms[1]
    elif joint == "hand":
        canvas.translate(*hand(pose.arms[1]))
        turn, pivot = pose.prop, (0.0, 0.0)
    if turn:
        canvas.rotate(degrees(turn), *pivot)
    slide = {"back": (-0.09, -0.05), "muzzle": (SLIDE * 1.25, NOD * 1.2), "feature": (SLIDE, NOD), "front": (0.07, 0.04), "hat": (0.05, 0.03)}.get(joint)
    if slide:
        canvas.translate(pose.yaw * slide[0], pose.pitch * slide[1])


def _root(canvas: skia.Canvas, pose: Pose) -> None:
    canvas.translate(pose.x, pose.y)
    if pose.lean:
        canvas.rotate(degrees(pose.lean), 0, FEET)
    if pose.squash:
        canvas.translate(0, FEET)
        canvas.scale(1 + 0.5 * pose.squash, 1 - pose.squash)
        canvas.translate(0, -FEET)


def draw_figure(canvas: skia.Canvas, figure: Figure, pose: Pose, shape: Shape, opening: float) -> tuple[float, float, float, float]:
    """Draw a figure; the canvas has one unit per head unit. Returns the box of the mouth in pixels: y0, y1, x0, x1."""
    canvas.save()
    _root(canvas, pose)
    mouth = (0.0, 0.0, 0.0, 0.0)
    shrink = 1 / figure.detail
    for part in figure.parts:
        canvas.save()
        if isinstance(part, str):
            _join(canvas, "head", NECK, pose)
            if part == "face":
                draw_features(canvas, figure.face, pose, figure.tint)
            else:
                place_mouth(canvas, figure.face, pose, shape, opening, figure.tint)
                (x, y), (y0, y1, x0, x1) = mouth_point(figure.face, pose), extent(figure.face.mouth_half)
                area = canvas.getTotalMatrix().mapRect(skia.Rect(x + x0, y + y0, x + x1, y + y1))
                mouth = (area.top(), area.bottom(), area.left(), area.right())
        else:
            _join(canvas, part.joint, part.pivot, pose)
            canvas.translate(*part.corner)
            canvas.scale(shrink, shrink)
            canvas.drawImage(part.image, 0, 0, LINEAR)
        canvas.restore()
    canvas.restore()
    return mouth

