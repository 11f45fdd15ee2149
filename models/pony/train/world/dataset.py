"""Draw the training clips: `python -m train.world.dataset OUT --clips 2400 --processes 2`."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from multiprocessing import Pool
from pathlib import Path

import numpy as np

from .film import film
from .vocabulary import compose, draw_scene


def draw_clip(index: int, folder: Path) -> None:
    """Write clip number `index` as an .npz file; the same number always gives the same clip."""
    path = folder / f"{index:05d}.npz"
    if path.exists():
        return
    scene = draw_scene(np.random.default_rng([index, 1]), index)
    clip = film(scene)
    meta = json.dumps({"scene": asdict(scene), "prompt": compose(scene)}, ensure_ascii=False)
    partial = path.with_suffix(".partial")
    with open(partial, "wb") as out:
        np.savez(out, frames=clip.frames, audio=clip.audio, mouth_box=clip.mouth_box, mouth=clip.mouth, meta=meta)
    partial.rename(path)


def _draw(job: tuple[int, Path]) -> None:
    draw_clip(*job)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--clips", type=int, default=2400)
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    jobs = [(i, args.folder) for i in range(args.first, args.first + args.clips)]
    with Pool(args.processes) as pool:
        for done, _ in enumerate(pool.imap(_draw, jobs, chunksize=4), 1):
            if done % 100 == 0:
                print(f"{done} of {len(jobs)} clips", flush=True)


if __name__ == "__main__":
    main()
