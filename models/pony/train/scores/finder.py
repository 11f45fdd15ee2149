"""A small network that finds the mouth in a picture, so that its opening can be read where a generated figure stands.

    python -m train.scores.finder train finder.pt --scenes 3000 --minutes 6
    python -m train.scores.finder test finder.pt --scenes 40

It only finds the place: how far a mouth is open is measured on the pixels there, by `mouth.openings`. A prompt does not say where
a figure stands, so no box of a drawing can be taken for it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import median_filter
from torch import Tensor, nn
from torch.nn import functional as F

from ..stages.draw import FRAMES
from ..theatre.film import film
from ..theatre.grammar import draw_scene
from ..theatre.mouths import babble
from ..theatre.scene import Scene
from . import learning
from .drawings import SCALE, some_moments
from .judge import disturbed, halved
from .learning import answered, learn
from .lipsync import correlation
from .mouth import openings

#: Where it is kept among the judges; scenes of its own, far from those of trainings and of the other judges.
FILE, FIRST, HELD_BACK = "mouths.pt", 12_000_000, 1_500_000
#: Pixels of full size in a cell, of which each has its answer; frames over which a place is steadied.
CELL, AROUND = 16, 9


class Finder(nn.Module):
    """Pictures float [b, 3, h, w] in -1..1 at half size to [b, 5, h / 8, w / 8]: how likely the middle of the mouth is in a cell, how
    far from the cell's own middle (y, x, in cells), and the logarithms of height and width in cells."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.patches = nn.Sequential(nn.Conv2d(3, width, 6, 4, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU())
        blocks = []
        for before, stride, apart in ((width, 2, 1), (2 * width, 1, 2), (2 * width, 1, 3), (2 * width, 1, 1)):
            blocks += [nn.Conv2d(before, 2 * width, 3, stride, apart, apart, bias=False), nn.BatchNorm2d(2 * width), nn.ReLU()]
        self.body = nn.Sequential(*blocks, nn.Conv2d(2 * width, 5, 1))

    def forward(self, pictures: Tensor) -> Tensor:
        return self.body(self.patches(pictures))


def speaking_scene(number: int, held: bool = False) -> Scene:
    """A scene in which somebody speaks."""
    while (scene := draw_scene(number, held)).speaker is None:
        number += 100_000
    return scene


def middles(boxes: Tensor) -> tuple[Tensor, Tensor]:
    """Boxes [b, 4] (y0, y1, x0, x1 in pixels of full size) as middles and sizes [b, 2] in cells."""
    cells = boxes / CELL
    low, high = cells[:, 0::2], cells[:, 1::2]
    return (low + high) / 2, (high - low).clamp_min(0.1)


def loss(answers: Tensor, boxes: Tensor) -> Tensor:
    """How wrong answers [b, 5, h, w] are about boxes [b, 4]."""
    b, _, h, w = answers.shape
    middle, size = middles(boxes)
    cell = middle.long().clamp_min(0).minimum(torch.tensor([h - 1, w - 1]))
    which = cell[:, 0] * w + cell[:, 1]
    at = answers.flatten(2)[torch.arange(b), :, which]
    wanted = torch.cat((middle - cell - 0.5, size.log()), 1)
    return F.cross_entropy(answers[:, 0].flatten(1), which) + F.smooth_l1_loss(at[:, 1:], wanted, beta=0.1)


@torch.no_grad()
def find(finder: Finder, frames: np.ndarray) -> np.ndarray:
    """Boxes float [f, 4] of the mouth in the frames uint8 [f, h, w, 3] of a clip, steadied over `AROUND` of them."""
    answers = torch.cat([finder(halved(part)) for part in np.array_split(frames, max(1, len(frames) // 25))])
    f, _, _, w = answers.shape
    likely = answers[:, 0].flatten(1).softmax(1)
    # A mouth does not jump: what its neighbours in time find counts for a frame, too.
    likely = F.avg_pool1d(likely.T[None], 3, 1, 1, count_include_pad=False)[0].T
    which = likely.argmax(1)
    at = answers.flatten(2)[torch.arange(f), :, which].numpy()
    middle = np.stack([(which // w).numpy(), (which % w).numpy()], 1) + 0.5 + at[:, 1:3]
    size = np.exp(at[:, 3:])
    boxes = CELL * np.stack([middle - size / 2, middle + size / 2], 2).reshape(-1, 4)
    return median_filter(boxes, (AROUND, 1), mode="nearest")


def drawn(first: int, scenes: int, moments: int = 2) -> dict[str, tuple[Tensor, Tensor]]:
    """Pictures at half size uint8 [n, 3, h, w] by aspect, with the boxes of their mouths at full size [n, 4]."""
    found: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for number in range(first, first + scenes):
        scene, rng = speaking_scene(number), np.random.default_rng([number, 52])
        shown = some_moments(scene, rng, moments, SCALE)
        found.setdefault(scene.aspect, []).extend(zip(shown.frames, shown.mouth_box / SCALE))
    return {
        aspect: (torch.from_numpy(np.stack([f for f, _ in rows])).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(np.stack([b for _, b in rows])).float())
        for aspect, rows in found.items()
    }


def train(out: Path, scenes: int, minutes: float, rate: float = 3e-3) -> None:
    """Learn from drawings for a given time."""
    sets = list(drawn(FIRST, scenes).values())
    torch.manual_seed(0)
    finder, rng = Finder(), torch.Generator().manual_seed(1)

    def error(finder: nn.Module, pictures: Tensor, boxes: Tensor) -> Tensor:
        shown, (down, right) = disturbed(pictures, rng)
        moved = boxes + torch.tensor([down, down, right, right]) / SCALE
        return loss(answered(finder, shown).float(), moved)

    print(learn(finder, sets, error, minutes, rate))
    torch.save(finder.state_dict(), out)


def load(path: Path) -> Finder:
    """A trained finder."""
    return learning.load(Finder(), path)


def test(path: Path, scenes: int) -> tuple[float, float]:
    """The mean correlation of openings read where the mouth is found with those that were drawn, and the share of clips above 0.8."""
    finder, found = load(path), []
    for number in range(FIRST + HELD_BACK, FIRST + HELD_BACK + scenes):
        shown = film(speaking_scene(number, held=True), babble(np.random.default_rng([number, 61]), FRAMES), FRAMES)
        found.append(correlation(openings(shown.frames, find(finder, shown.frames)), shown.opening))
    return float(np.mean(found)), float(np.mean(np.array(found) > 0.8))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    training, check = verbs.add_parser("train"), verbs.add_parser("test")
    for verb, scenes in ((training, 3000), (check, 40)):
        verb.add_argument("finder", type=Path)
        verb.add_argument("--scenes", type=int, default=scenes)
    training.add_argument("--minutes", type=float, default=6)
    args = parser.parse_args()
    if args.verb == "train":
        train(args.finder, args.scenes, args.minutes)
    else:
        mean, share = test(args.finder, args.scenes)
        print(f"openings of drawn mouths it found itself: r {mean:.3f}; {100 * share:.0f} % of clips above 0.8")


if __name__ == "__main__":
    main()
