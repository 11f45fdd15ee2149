"""Clips by number: the same number is always the same clip, in whatever process it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Iterator, Sequence

import numpy as np

from .film import Film, film
from .grammar import draw_scene
from .living import film_picture
from .mouths import Mouth, babble
from .prompt import describe
from .scene import Scene

#: Gives the mouth track and the loudness of a clip, one entry per frame.
Voice = Callable[[Scene, int], tuple[Sequence[Mouth], Sequence[float] | None]]


@dataclass
class Clip:
    """A drawn clip and what is said about it."""

    number: int
    scene: Scene
    description: str
    film: Film


def shoot(scene: Scene, frames: int = 101, mouth: Sequence[Mouth] | None = None, loud: Sequence[float] | None = None,
          only: Sequence[int] | None = None) -> Film:
    """The frames of any scene, of the theatre or a picture, or `only` some of them."""
    return film_picture(scene, frames, only) if scene.picture else film(scene, mouth, frames, loud, only)


def made_up(scene: Scene, frames: int) -> tuple[Sequence[Mouth], None]:
    """A mouth without a voice, for judges and contact sheets."""
    return babble(np.random.default_rng([scene.seed, 41]), frames), None


class Clips:
    """An endless sequence of clips; process `part` of `parts` draws every `parts`-th of them.

    `voice` gives each scene its mouth; `held` gives the held-out combinations instead of those for training.
    """

    def __init__(self, first: int = 0, part: int = 0, parts: int = 1, frames: int = 101, voice: Voice = made_up, held: str = "training") -> None:
        if not 0 <= part < parts or held not in ("training", "held out"):
            raise ValueError(f"part {part} of {parts}, {held!r}: give 0 <= part < parts and 'training' or 'held out'")
        self.first, self.part, self.parts, self.frames, self.voice, self.held = first, part, parts, frames, voice, held == "held out"

    def clip(self, number: int) -> Clip:
        """Clip of this number."""
        scene = draw_scene(number, self.held)
        mouth, loud = self.voice(scene, self.frames)
        words = describe(scene, np.random.default_rng([number, 43, int(self.held)]))
        return Clip(number, scene, words, shoot(scene, self.frames, mouth, loud))

    def __iter__(self) -> Iterator[Clip]:
        number = self.first + self.part
        while True:
            yield self.clip(number)
            number += self.parts

