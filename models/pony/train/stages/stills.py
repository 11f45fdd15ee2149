"""Moments of clips: their first five frames, which is where the transformer learns what things look like.

    python -m train.stages.stills WORK --scenes 6000     # WORK/stills/*.safetensors

A moment has two latent frames, one of a single picture and one of four, and so a thirteenth of a clip's tokens. What a fox, a
library and a close-up look like is learned from them at a tenth of the price, and from ten times as many scenes; motion and
sound come with the clips. All are the beginning of a clip, where the prompt alone tells what is seen: a later moment would show
a camera and a head that have gone on for a time that nobody knows. Scene n is always the same; `HELD_OUT_EVERY` as for clips.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import save_file
from tokenizers import Tokenizer

from ..codecs.anchor import Halving
from ..codecs.clips import HELD_OUT_EVERY
from ..theatre.film import film
from ..theatre.grammar import draw_scene
from ..theatre.mouths import babble
from ..theatre.prompt import describe
from ..theatre.scene import Scene
from ..voices.prompts import composed
from .draw import FRAMES, STEP, mouth_weight, open_bases, opened
from .flow import Batch, halved, one_aspect, tokens, with_faces
from .theatre import whole_boxes

#: Scenes of a file.
SHARD = 60
#: Share of the batches that have only the first picture of each moment: twice as many scenes for the same price.
ALONE = 0.5
#: Sound tokens beside a moment; noise that nobody has to tell anything about.
SOUNDS = STEP + 1
#: Far from the numbers of clips.
FIRST = 2_000_000


def scenes(shard: int) -> list[tuple[int, Scene]]:
    """The scenes of the theatre in one file, by number; pictures of any kind are left to the clips."""
    numbers = (n for n in range(FIRST + shard * SHARD, FIRST + (shard + 1) * SHARD) if n % HELD_OUT_EVERY)
    return [(n, scene) for n in numbers if not (scene := draw_scene(n)).picture]


def moment(number: int, scene: Scene) -> tuple[np.ndarray, np.ndarray]:
    """Latents float16 [48, 2, h, w] of how a scene begins and the weights of their cells [2, h, w]."""
    drawn = film(scene, babble(np.random.default_rng([number, 25]), FRAMES), FRAMES, only=range(STEP + 1))
    height, width = drawn.frames.shape[1:3]
    weight = mouth_weight(whole_boxes(drawn.mouth_box, height, width), height, width)
    return opened[0].project(drawn.frames).astype(np.float16), weight.astype(np.float16)


def keep(shard: int, work: Path) -> None:
    path = work / "stills" / f"{shard:05d}.safetensors"
    if path.exists():
        return
    kept: dict[str, list] = {}
    for number, scene in scenes(shard):
        video, weight = moment(number, scene)
        for name, array in (("video", video), ("weight", weight), ("number", np.array(number))):
            kept.setdefault(f"{name} {scene.aspect}", []).append(array)
    temporary = path.with_suffix(f".{os.getpid()}")
    save_file({name: np.stack(arrays) for name, arrays in kept.items()}, temporary)
    temporary.rename(path)


class Stills:
    """The moments of a folder that may still grow, at full size or as drafts."""

    def __init__(self, folder: Path, halving: Halving | None = None) -> None:
        self.folder, self.halving, self.seen, self.parts = folder, halving, set(), {}

    def refresh(self) -> None:
        for path in sorted(self.folder.glob("*.safetensors")):
            if path.name in self.seen:
                continue
            self.seen.add(path.name)
            with safe_open(path, "pt") as file:
                for name in file.keys():
                    what, aspect = name.split()
                    read = file.get_tensor(name)
                    if what == "video" and self.halving:
                        read = torch.from_numpy(self.halving(read.numpy())).half()
                    elif what == "weight":
                        cells = halved(read.numpy()) if self.halving else read.numpy()
                        read = torch.from_numpy(np.stack([with_faces(moment) for moment in cells]))
                    self.parts.setdefault(aspect, {}).setdefault(what, []).append(read)

    def __len__(self) -> int:
        return sum(len(n) for part in self.parts.values() for n in part["number"])

    def batch(self, budget: int, tokenizer: Tokenizer, most: int, fixed: bool, rng: np.random.Generator) -> Batch:
        """Moments of one aspect with some `budget` tokens together, described anew each time."""
        part = self.parts[one_aspect(self.parts, rng)]
        h, w = part["video"][0].shape[-2:]
        frames = 1 if rng.random() < ALONE else 2
        count = max(2, budget // (frames * (h // 2) * (w // 2) + SOUNDS + 60))
        video, weight, prompts = [], [], []
        for shard in rng.integers(len(part["number"]), size=count):
            at = int(rng.integers(len(part["number"][shard])))
            number = int(part["number"][shard][at])
            video.append(part["video"][shard][at][:, :frames])
            weight.append(part["weight"][shard][at][:frames])
            prompts.append(composed(describe(draw_scene(number), rng), []))
        nothing = torch.zeros(count, SOUNDS, 64)
        still = torch.zeros(count, dtype=torch.bool)
        return Batch(torch.stack(video).float(), nothing, torch.stack(weight).float(), still, *tokens(tokenizer, prompts, most, fixed), prompts, has_sound=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--scenes", type=int, default=30_000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    (args.work / "stills").mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(args.processes, open_bases, (args.work,)) as pool:
        for done, _ in enumerate(pool.imap_unordered(partial(keep, work=args.work), range(-(-args.scenes // SHARD))), 1):
            if done % 10 == 0:
                print(f"{done * SHARD} scenes after {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
