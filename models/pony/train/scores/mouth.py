"""How far a mouth is open, read from the pixels: `python -m train.scores.mouth --clips 40` compares it with what was drawn."""

from __future__ import annotations

import argparse

import numpy as np

from ..theatre.film import film
from ..theatre.grammar import draw_scene
from ..theatre.mouths import babble
from ..theatre.scene import Scene

#: A pixel belongs to the mouth when it is darker than this part of the skin around it.
DARK = 0.62
#: The opening is the height of this many of the tallest columns.
COLUMNS = 5
#: The widest bright gap inside a mouth, as a part of the height of its box.
GAP = 0.26


def expected_boxes(scene: Scene, frames: int) -> np.ndarray:
    """Where the mouth of a drawn scene would be: [f, 4] as y0, y1, x0, x1; every tenth frame is drawn, the rest lies between."""
    at = list(range(0, frames, 10)) + [frames - 1]
    boxes = film(scene, None, frames, only=at, scale=0.25).mouth_box * 4
    return np.stack([np.interp(np.arange(frames), at, boxes[:, k]) for k in range(4)], 1)


def _tallest(patch: np.ndarray) -> float:
    """Height of the mouth in a patch of brightness [h, w] whose upper quarter lies above the resting mouth."""
    height, width = patch.shape
    skin = np.percentile(patch[: int(0.75 * height)], 70)
    # Half a pixel of darkness counts half: so a mouth of a few pixels is still measured finely.
    share = np.clip((DARK * skin - patch) / (0.22 * skin) + 0.5, 0, 1)[:, int(0.32 * width) : int(0.68 * width) + 1]
    dark = share > 0.35
    first, last = np.full(dark.shape[1], -1), np.full(dark.shape[1], -1)
    for row in range(int(0.08 * height), height):
        # Teeth and tongue leave a gap in the darkness of the mouth; a wider one parts it from chin and collar.
        on = dark[row] & ((first < 0) & (row < 0.5 * height) | (first >= 0) & (row - last <= GAP * height))
        first[on & (first < 0)] = row
        last[on] = row
    columns = np.arange(dark.shape[1])
    tall = np.where(first >= 0, last - first - 1 + share[first, columns] + share[last, columns], 0.0)
    return float(np.sort(tall)[-COLUMNS:].mean())


def openings(frames: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """The opening of the mouth in each frame as a part of the height of its box, 0 where it is closed.

    `frames` is uint8 [f, h, w, 3]; `boxes` [f, 4] as y0, y1, x0, x1, or one box [4] for all frames.
    """
    boxes = np.broadcast_to(boxes, (len(frames), 4))
    height, width = frames.shape[1:3]
    measured = np.zeros(len(frames))
    for i, (frame, (y0, y1, x0, x1)) in enumerate(zip(frames, boxes)):
        a, b = int(np.clip(y0, 0, height - 2)), int(np.clip(np.ceil(y1), 2, height))
        c, d = int(np.clip(x0, 0, width - 2)), int(np.clip(np.ceil(x1), 2, width))
        if b - a < 4 or d - c < 4:
            continue
        measured[i] = _tallest(frame[a:b, c:d].astype(float) @ (0.30, 0.59, 0.11)) / (y1 - y0)
    return measured


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson's r; 0 where one side does not change."""
    return float(np.corrcoef(a, b)[0, 1]) if min(a.std(), b.std()) > 1e-6 else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=40)
    parser.add_argument("--first", type=int, default=20_000_000)
    args = parser.parse_args()
    found, number = [], args.first
    while len(found) < args.clips:
        scene = draw_scene(number)
        number += 1
        if scene.speaker is None:
            continue
        track = babble(np.random.default_rng([number, 61]), 101)
        shown = film(scene, track, 101)
        exact = correlation(openings(shown.frames, shown.mouth_box), shown.opening)
        guessed = correlation(openings(shown.frames, expected_boxes(scene, 101)), shown.opening)
        found.append((exact, guessed))
        actor = scene.actors[scene.speaker]
        print(f"{number - 1} {actor.kind:12s} {scene.aspect:5s} {scene.shot:6s} {scene.drawn('time'):6s} {scene.drawn('weather'):5s} r {exact:.3f}, boxes guessed {guessed:.3f}", flush=True)
    table = np.array(found)
    print(f"mean r {table[:, 0].mean():.3f}, lowest {table[:, 0].min():.3f}; boxes guessed: mean {table[:, 1].mean():.3f}, lowest {table[:, 1].min():.3f}")


if __name__ == "__main__":
    main()
