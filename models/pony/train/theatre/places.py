"""All places, and the set of one of them for a shot."""

from __future__ import annotations

import functools
from typing import Callable

import numpy as np

from . import outdoors, town
from .ground import Layer, Set, merged
from .light import light
from .shots import Frame

PLACES: dict[str, Callable[[Set], None]] = {
    "meadow": outdoors.meadow, "city": town.city, "sea": outdoors.sea, "forest": outdoors.forest, "room": town.room, "stage": town.stage,
    "mountains": outdoors.mountains, "desert": outdoors.desert, "village": town.village, "library": town.library, "studio": town.studio,
}
INDOORS = frozenset({"room", "stage", "library", "studio"})
#: How far the set reaches beyond the picture on each side, for the camera, in stage units.
MARGIN = 0.20


@functools.lru_cache(maxsize=24)
def build_set(place: str, time: str, weather: str, frame: Frame, layout: int) -> tuple[list[Layer], tuple[float, float], float]:
    """The layers of a place from the back to the front, their upper left corner in stage units, and pixels per stage unit."""
    unit = frame.short * frame.zoom
    left, right = -frame.width / 2 / unit - MARGIN, frame.width / 2 / unit + MARGIN
    top, bottom = -frame.ground / unit - MARGIN, (frame.height - frame.ground) / unit + MARGIN
    rng = np.random.default_rng([7, sorted(PLACES).index(place), layout])
    blur = {"wide": 0.0, "medium": 0.9, "close": 1.8}[frame.shot] * frame.short / 256
    s = Set(light(time, weather), left, right, top, bottom, unit, rng, roof=top + MARGIN, span=frame.width / unit, haze=0.2 if place in INDOORS else 1.0, soft=blur)
    PLACES[place](s)
    return merged(s.layers), (left, top), unit
