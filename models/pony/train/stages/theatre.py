"""The paper theatre as a source of pictures, for `--pictures train.stages.theatre` (see `cards.py` for what a source is)."""

from __future__ import annotations

from typing import Sequence

import numpy as np
from PIL import Image

from .cards import Plan, Shot

#: How the theatre's prompts call voices, by the names of `voices.espeak.VOICES`; a name that is not here is any voice.
_VOICES = {name.lower(): name for name in ("woman", "man", "girl", "boy", "old woman", "old man", "robot")}


def voice_of(words: str) -> str:
    """The voice behind words such as "Young woman", the empty text for none."""
    low = words.lower()
    for part in sorted(_VOICES, key=len, reverse=True):
        if low.endswith(part):
            return _VOICES[part]
    return ""


def pick(number: int, held: bool) -> Plan:
    """What clip `number` shows; held-out ones show words that were never trained together."""
    from ..theatre.grammar import draw_scene, voices_of

    scene = draw_scene(number, held)
    voices = tuple(filter(None, map(voice_of, voices_of(scene))))
    return Plan(number, scene.aspect, voices, scene.speaker is not None, scene)


def whole_boxes(boxes: np.ndarray, height: int, width: int) -> np.ndarray:
    """Boxes of a film in whole pixels of the picture, int64 [f, 4], -1 where there is none."""
    return np.where(boxes[:, :1] < 0, -1, np.clip(np.round(boxes), 0, [height, height, width, width])).astype(np.int64)


def draw(plan: Plan, size: tuple[int, int], frames: int, mouth: list[tuple[str, float]], loud: np.ndarray, only: Sequence[int] | None = None) -> Shot:
    """The pictures of a plan at a height and width."""
    from ..theatre.clips import shoot
    from ..theatre.prompt import describe

    scene = plan.scene
    film = shoot(scene, frames, mouth, [float(v) for v in loud], only)
    words = describe(scene, np.random.default_rng([plan.number, 43]))
    pictures, boxes = film.frames, film.mouth_box
    height, width = pictures.shape[1:3]
    if (height, width) != size:  # a trial
        pictures = np.stack([np.asarray(Image.fromarray(f).resize((size[1], size[0]), Image.Resampling.BOX)) for f in pictures])
        boxes = boxes * np.array([size[0] / height] * 2 + [size[1] / width] * 2)
    boxes = whole_boxes(boxes, *size)
    y0, y1, x0, x1 = boxes[0] if boxes[0, 0] >= 0 else (size[0] // 3, 2 * size[0] // 3, size[1] // 3, 2 * size[1] // 3)
    # A face is some two mouths wide and stands above its mouth.
    reach = max(x1 - x0, 8)
    face = tuple(int(v) for v in np.clip((y1 - 2 * reach, y1 + reach // 3, x0 - reach // 2, x1 + reach // 2), 0, [size[0]] * 2 + [size[1]] * 2))
    return Shot(pictures, boxes, face, words, scene.picture is not None)
