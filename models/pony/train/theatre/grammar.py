"""The seeded grammar: which scene clip number n shows, and which combinations are never trained on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from . import words
from .actors import COLOURS, KINDS
from .motion import ACTIONS
from .places import INDOORS
from .pictures import PICTURES
from .scene import Actor, Scene

#: Shares of the shapes, of shots and of camera moves.
ASPECTS = {"9:16": 0.40, "16:9": 0.35, "1:1": 0.25}
SHOTS = {"wide": 0.24, "medium": 0.42, "close": 0.34}
CAMERAS = {"still": 0.44, "pan left": 0.14, "pan right": 0.14, "zoom in": 0.14, "zoom out": 0.14}
#: Shares of clips that show a picture of any kind, an empty place, and two figures.
PICTURE_SHARE, EMPTY_SHARE, PAIR_SHARE = 0.16, 0.03, 0.16
LAYOUTS = 2
HAIRED = ("girl", "boy", "woman", "man")


def held_out(kind: str, colour: str | None, place: str | None, time: str | None) -> bool:
    """Whether this combination of words is kept for the scores: one in sixteen, spread evenly over all words."""
    if colour is None or place is None or time is None:
        return False
    sums = 3 * KINDS.index(kind) + 5 * list(COLOURS).index(colour) + 7 * list(words.PLACE_WORDS).index(place) + 4 * list(words.TIME_WORDS).index(time)
    return sums % 16 == 0


def _one(rng: np.random.Generator, table: dict[str, float]) -> str:
    return str(rng.choice(list(table), p=list(table.values())))


def _actor(rng: np.random.Generator, shot: str, alone: bool) -> Actor:
    kind = str(rng.choice(KINDS))
    colour = str(rng.choice(list(COLOURS))) if rng.random() < 0.88 else None
    hair = None
    if kind == "pony" and rng.random() < 0.4:
        hair = str(rng.choice(list(words.MANE_WORDS)))
    elif kind in HAIRED and rng.random() < 0.35:
        hair = str(rng.choice(list(words.HAIR_WORDS)))
    hat = str(rng.choice(list(words.HAT_WORDS))) if rng.random() < 0.22 else None
    action = prop = None
    if rng.random() < 0.45:
        fitting = [a for a, shots in ACTIONS.items() if shot in shots and not (kind == "pony" and a == "wave") and not (not alone and a.startswith("walk"))]
        action = str(rng.choice(fitting))
    if kind != "pony" and alone and shot != "close" and action not in ("wave", "jump", "dance") and rng.random() < 0.32:
        prop = str(rng.choice(list(words.PROP_WORDS)))
    return Actor(kind, colour, hair, hat, prop, action)


def draw_scene(index: int, held: bool = False) -> Scene:
    """What clip number `index` shows; with `held` a theatre scene of one figure whose words were never trained together."""
    rng = np.random.default_rng([index, 23, int(held)])
    while True:
        scene = _draw(rng, index, held)
        is_held = any(held_out(a.kind, a.colour, scene.place, scene.time) for a in scene.actors)
        if is_held == held:
            return scene


def _draw(rng: np.random.Generator, index: int, held: bool) -> Scene:
    aspect, camera = _one(rng, ASPECTS), _one(rng, CAMERAS)
    subject = rng.random()
    if subject < PICTURE_SHARE and not held:
        name = str(rng.choice(list(PICTURES)))
        return Scene(aspect, "wide", (), camera=camera, seed=index, picture=name)
    place = str(rng.choice(list(words.PLACE_WORDS))) if held or rng.random() < 0.92 else None
    time = str(rng.choice(list(words.TIME_WORDS))) if held or rng.random() < 0.86 else None
    weather = None
    if place is not None and place not in INDOORS and rng.random() < 0.42:
        weather = str(rng.choice(["rain", "snow", "fog", "clear"], p=[0.34, 0.34, 0.24, 0.08]))
    layout = int(rng.integers(LAYOUTS))
    if subject < PICTURE_SHARE + EMPTY_SHARE and place is not None and not held:
        return Scene(aspect, "wide", (), place, time, weather, camera, None, layout, index)
    shot = _one(rng, SHOTS)
    pair = rng.random() < PAIR_SHARE and not held and shot != "close"
    actors = [_actor(rng, shot, not pair)]
    while pair and actors[0].kind != "pony" and len(actors) < 2:
        other = _actor(rng, shot, False)
        # A pony is long: it stands on the right, where its body may leave the picture.
        if other.kind != actors[0].kind and (other.kind != "pony" or shot == "medium"):
            # Two sentences of attributes would be more than a prompt holds: the second figure keeps its colour only.
            actors.append(replace(other, hair=None, hat=None, action=None))
    if held and actors[0].colour is None:
        actors[0] = replace(actors[0], colour=str(rng.choice(list(COLOURS))))
    if actors[0].action in ("walk right", "walk left"):
        camera = "still"
    speaker = None
    if shot != "wide" and rng.random() < 0.9:
        speaker = int(rng.integers(len(actors)))
    return Scene(aspect, shot, tuple(actors), place, time, weather, camera, speaker, layout, index)


def voices_of(scene: Scene) -> tuple[str, ...]:
    """The voices that suit the figure that speaks; none if nobody does."""
    return words.VOICES[scene.actors[scene.speaker].kind] if scene.speaker is not None else ()

