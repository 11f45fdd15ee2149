"""Small drawings with known words, from which the picture judge learns: `python -m train.scores.drawings FOLDER --scenes 8000`."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..stages.draw import FRAMES
from ..theatre import words
from ..theatre.actors import COLOURS, KINDS, USUAL_COLOUR
from ..theatre.film import Film, film
from ..theatre.grammar import draw_scene
from ..theatre.mouths import babble
from ..theatre.scene import Scene

#: Questions and their answers. A figure of which no colour is said has its usual one.
ANSWERS: dict[str, tuple[str, ...]] = {
    "kind": KINDS, "colour": tuple(COLOURS), "place": tuple(words.PLACE_WORDS), "time": tuple(words.TIME_WORDS), "weather": ("clear", "rain", "snow", "fog"),
}
#: Pictures are judged at half their size.
SCALE = 0.5
#: Scenes of the judge lie far away from the numbers of training clips.
FIRST = 10_000_000


@dataclass
class Drawings:
    """Frames of one aspect, uint8 [n, h, w, 3], and the number of the right answer to each question [n, 5]."""

    frames: np.ndarray
    answers: np.ndarray


def answers_of(scene: Scene) -> list[int]:
    """The right answers about a scene of one figure in a place."""
    actor = scene.actors[0]
    said = (actor.kind, actor.colour or USUAL_COLOUR[actor.kind], scene.drawn("place"), scene.drawn("time"), scene.drawn("weather"))
    return [ANSWERS[question].index(answer) for question, answer in zip(ANSWERS, said)]


def judged_scene(number: int, held: bool = False) -> Scene:
    """A scene of one figure in a place, as the prompts of the scores ask for."""
    while True:
        scene = draw_scene(number, held)
        if len(scene.actors) == 1 and scene.place is not None:
            return scene
        number += 500_000_000


def some_moments(scene: Scene, rng: np.random.Generator, moments: int, scale: float) -> Film:
    """A scene in which somebody babbles, at that many moments of its clip."""
    return film(scene, babble(rng, FRAMES), FRAMES, only=sorted(rng.choice(FRAMES, moments, replace=False)), scale=scale)


def draw(first: int, scenes: int, moments: int = 2, scale: float = SCALE, held: bool = False) -> dict[str, Drawings]:
    """Some frames of many scenes, by aspect."""
    found: dict[str, list[tuple[np.ndarray, list[int]]]] = {}
    for number in range(first, first + scenes):
        scene = judged_scene(number, held)
        rng = np.random.default_rng([number, 51])
        if rng.random() < 0.5:
            scene = replace(scene, seed=number)
        for frame in some_moments(scene, rng, moments, scale).frames:
            found.setdefault(scene.aspect, []).append((frame, answers_of(scene)))
    return {aspect: Drawings(np.stack([f for f, _ in rows]), np.array([a for _, a in rows])) for aspect, rows in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scenes", type=int, default=8000)
    parser.add_argument("--part", type=int, default=0, help="draw every PARTS-th block of 200 scenes, for several processes")
    parser.add_argument("--parts", type=int, default=1)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    for block in range(args.part, args.scenes // 200, args.parts):
        for aspect, drawings in draw(FIRST + block * 200, 200).items():
            partial = args.folder / f"{aspect.replace(':', 'x')}-{block:04d}.partial"
            with open(partial, "wb") as out:
                np.savez(out, frames=drawings.frames, answers=drawings.answers)
            partial.rename(partial.with_suffix(".npz"))
        print(f"block {block} drawn", flush=True)


if __name__ == "__main__":
    main()
