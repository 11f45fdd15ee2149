"""Plain cards with a face, in place of the theatre where a run only has to prove that the stages work.

Also the shape of what any source of pictures is, a module with two functions: `pick(number, held)` gives a `Plan`, so that the
sound can be made to fit it, and `draw(plan, size, frames, mouth, loud, only)` gives the `Shot` with that sound's mouth, all of its
frames or `only` some.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import numpy as np
from PIL import Image, ImageDraw

COLOURS = {"red": (214, 60, 50), "green": (70, 170, 80), "blue": (60, 100, 210), "yellow": (240, 205, 60)}
#: Width and height of the open mouths, as parts of half a face.
_MOUTHS = {"rest": (0.42, 0.0), "mbp": (0.36, 0.0), "fv": (0.4, 0.2), "l": (0.42, 0.5), "ai": (0.52, 1.0), "e": (0.58, 0.7), "o": (0.36, 0.9),
           "u": (0.22, 0.7), "ss": (0.5, 0.35)}


@dataclass(frozen=True)
class Plan:
    """What a clip will show: its aspect, the voices that suit who speaks (any where none is named), whether anybody speaks,
    and what else the source wants to know of it."""

    number: int
    aspect: str
    voices: tuple[str, ...]
    speaks: bool
    scene: object = None


@dataclass
class Shot:
    """The pictures of a clip and what a prompt says of them.

    frames: uint8 [f, h, w, 3]; mouth_boxes: int [f, 4], y0, y1, x0, x1 of the mouth, -1 where none is seen; face_box: the
    same for the face in the first frame; still: whether it is one picture under a moving camera.
    """

    frames: np.ndarray
    mouth_boxes: np.ndarray
    face_box: tuple[int, int, int, int]
    description: str
    still: bool

    def mouth_reach(self) -> list[int] | None:
        """The box around all places of the mouth, y0, y1, x0, x1; none where it is never seen."""
        seen = self.mouth_boxes[self.mouth_boxes[:, 0] >= 0]
        if not len(seen):
            return None
        return [int(v) for v in (seen[:, 0].min(), seen[:, 1].max(), seen[:, 2].min(), seen[:, 3].max())]


def pick(number: int, held: bool) -> Plan:
    """A card for every number; a few of them do not speak."""
    rng = np.random.default_rng([number, int(held), 51])
    return Plan(number, str(rng.choice(["9:16", "16:9", "1:1"])), (), bool(rng.random() < 0.9))


def draw(plan: Plan, size: tuple[int, int], frames: int, mouth: list[tuple[str, float]], loud: np.ndarray, only: Sequence[int] | None = None) -> Shot:
    """A face of one colour that sways, with the given mouth (viseme and opening) in each frame and its loudness."""
    (height, width), rng = size, np.random.default_rng([plan.number, 52])
    name = list(COLOURS)[int(rng.integers(len(COLOURS)))]
    sky = tuple(int(v) for v in rng.integers(90, 240, 3))
    radius, phase = 0.3 * min(size), rng.uniform(0, 6)
    drawn = list(range(frames)) if only is None else list(only)
    out, boxes = np.empty((len(drawn), height, width, 3), np.uint8), np.empty((len(drawn), 4), np.int64)
    for k, i in enumerate(drawn):
        viseme, opening = mouth[i]
        x, y = width / 2 + 0.06 * width * np.sin(i / 9 + phase), height / 2 + 0.03 * height * (np.sin(i / 7) - loud[i])
        picture = Image.new("RGB", (width, height), sky)
        pen = ImageDraw.Draw(picture)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=COLOURS[name])
        for side in (-1, 1):
            pen.ellipse((x + side * 0.4 * radius - 3, y - 0.35 * radius - 3, x + side * 0.4 * radius + 3, y - 0.35 * radius + 3), fill=(20, 20, 30))
        w, h = _MOUTHS[viseme][0] * radius, 1 + 0.38 * radius * opening * max(_MOUTHS[viseme][1], 0.2)
        pen.ellipse((x - w, y + 0.4 * radius - h, x + w, y + 0.4 * radius + h), fill=(60, 10, 25))
        out[k] = np.asarray(picture)
        boxes[k] = np.clip((y, y + 0.8 * radius, x - 0.6 * radius, x + 0.6 * radius), 0, (height, height, width, width))
    face = tuple(int(v) for v in np.clip((y - radius, y + radius, x - radius, x + radius), 0, (height, height, width, width)))
    return Shot(out, boxes, face, f"A {name} face on a plain card.", False)
