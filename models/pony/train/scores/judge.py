"""A small network that tells what a picture shows: figure, colour, place, time of day, weather.

    python -m train.scores.drawings DRAWINGS
    python -m train.scores.judge train DRAWINGS judge.pt --minutes 15
    python -m train.scores.judge test judge.pt --scenes 300
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import learning
from .drawings import ANSWERS, FIRST, SCALE, draw
from .learning import answered, learn


class Judge(nn.Module):
    """Pictures float [b, 3, h, w] in -1..1 at half size to one row of logits per question."""

    def __init__(self, width: int = 40) -> None:
        super().__init__()
        sizes = (width, 2 * width, 3 * width, 4 * width)
        self.patches = nn.Sequential(nn.Conv2d(3, sizes[0], 6, 4, 1, bias=False), nn.BatchNorm2d(sizes[0]), nn.ReLU())
        blocks = []
        for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
            blocks += [nn.Conv2d(a, b, 3, 2 if i < 2 else 1, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]
        self.body = nn.Sequential(*blocks)
        self.heads = nn.ModuleDict({question: nn.Linear(2 * sizes[-1] + sizes[1], len(answers)) for question, answers in ANSWERS.items()})

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        fine = self.body[:3](self.patches(pictures))
        coarse = self.body[3:](fine)
        pooled = torch.cat((coarse.mean((2, 3)), coarse.amax((2, 3)), fine.mean((2, 3))), 1)
        return {question: head(pooled) for question, head in self.heads.items()}


def halved(frames: np.ndarray) -> Tensor:
    """uint8 [n, h, w, 3] of full size to float [n, 3, h / 2, w / 2] in -1..1."""
    return F.avg_pool2d(torch.from_numpy(frames.copy()).permute(0, 3, 1, 2).float(), 2) / 127.5 - 1


@torch.no_grad()
def seen(judge: Judge, frames: np.ndarray) -> dict[str, str]:
    """What a clip shows, by the mean vote of its frames uint8 [f, h, w, 3] of full size."""
    judge.eval()
    votes = judge(halved(frames))
    return {question: ANSWERS[question][int(logits.softmax(1).mean(0).argmax())] for question, logits in votes.items()}


def disturbed(pictures: Tensor, rng: torch.Generator) -> tuple[Tensor, tuple[int, int]]:
    """The pictures shifted, blurred, noisy or a little paler, as a generated one might be; and by how many pixels they were shifted
    down and right."""
    dy, dx = (int(v) for v in torch.randint(-6, 7, (2,), generator=rng))
    pictures = pictures.roll((dy, dx), (2, 3))
    if torch.rand(1, generator=rng) < 0.3:
        pictures = F.avg_pool2d(pictures, 3, 1, 1)
    n = len(pictures)
    gain, lift = 1 + 0.06 * torch.randn(n, 1, 1, 1, generator=rng), 0.04 * torch.randn(n, 1, 1, 1, generator=rng)
    return pictures * gain + lift + 0.05 * torch.rand(1, generator=rng) * torch.randn(pictures.shape, generator=rng), (dy, dx)


def train(folder: Path, out: Path, minutes: float, rate: float = 3e-3) -> None:
    """Learn from all drawings of a folder for a given time; goes on from `out` if there is one."""
    by_aspect: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as data:
            by_aspect.setdefault(path.stem.split("-")[0], []).append((data["frames"], data["answers"]))
    joined = lambda arrays: torch.from_numpy(np.concatenate(arrays))  # noqa: E731
    sets = [(joined([f for f, _ in rows]).permute(0, 3, 1, 2), joined([a for _, a in rows])) for rows in by_aspect.values()]
    torch.manual_seed(0)
    torch.set_num_threads(1)
    judge, rng = load(out).train() if out.exists() else Judge(), torch.Generator().manual_seed(1)

    def error(judge: nn.Module, pictures: Tensor, answers: Tensor) -> Tensor:
        mirrored = torch.rand(1, generator=rng) < 0.5
        votes = answered(judge, disturbed(pictures.flip(3) if mirrored else pictures, rng)[0])
        return torch.stack([F.cross_entropy(votes[question].float(), answers[:, i]) for i, question in enumerate(ANSWERS)]).sum()

    print(learn(judge, sets, error, minutes, rate))
    torch.save(judge.state_dict(), out)


def load(path: Path) -> Judge:
    """A trained judge."""
    return learning.load(Judge(), path)


def test(path: Path, scenes: int, held: bool) -> dict[str, float]:
    """Share of right answers on drawings of full size the judge has never seen, frame by frame."""
    judge, right, count = load(path), np.zeros(len(ANSWERS)), 0
    for start in range(0, scenes, 50):
        for drawings in draw(FIRST + 5_000_000 + start, min(50, scenes - start), 2, 2 * SCALE, held).values():
            with torch.no_grad():
                votes = judge(halved(drawings.frames))
            right += [float((votes[q].argmax(1).numpy() == drawings.answers[:, i]).sum()) for i, q in enumerate(ANSWERS)]
            count += len(drawings.answers)
    return {question: float(r / count) for question, r in zip(ANSWERS, right)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    training = verbs.add_parser("train")
    training.add_argument("drawings", type=Path)
    training.add_argument("judge", type=Path)
    training.add_argument("--minutes", type=float, default=15)
    training.add_argument("--rate", type=float, default=3e-3, help="highest learning rate; lower it to go on with a trained judge")
    check = verbs.add_parser("test")
    check.add_argument("judge", type=Path)
    check.add_argument("--scenes", type=int, default=300)
    args = parser.parse_args()
    if args.verb == "train":
        train(args.drawings, args.judge, args.minutes, args.rate)
        return
    for title, held in (("words seen together", False), ("held-out combinations", True)):
        table = test(args.judge, args.scenes, held)
        print(title + ": " + ", ".join(f"{question} {100 * share:.1f} %" for question, share in table.items()))


if __name__ == "__main__":
    main()
