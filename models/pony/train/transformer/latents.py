"""Project drawn clips to latents: `python -m train.transformer.latents CLIPS LATENTS --anchor pca.npz`.

Each output file holds `video` float16 [48, t, h, w] as the encoder gives it, `single` of the same shape,
where frame j is picture 4j encoded alone (so that a window can start there), `audio` float32 samples,
and what is needed to compose prompts.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from ..codecs.anchor import FRAMES, SIDE, Anchor, to_blocks


def singles(anchor: Anchor, frames: np.ndarray) -> np.ndarray:
    """Every fourth picture of frames [1 + 4k, h, w, 3] encoded as a first frame: [48, 1 + k, h/16, w/16]."""
    first = to_blocks(np.ascontiguousarray(frames[:1]))
    block = first.shape[-1] // FRAMES
    matrix = anchor.project_matrix.reshape(FRAMES, block, -1).sum(0)
    pictures = frames[::FRAMES]
    n, h, w = pictures.shape[0], frames.shape[1] // SIDE, frames.shape[2] // SIDE
    blocks = pictures.reshape(n, h, SIDE, w, SIDE, 3).transpose(0, 1, 3, 2, 4, 5).reshape(n, h, w, block)
    z = (blocks.astype(np.float32) / 127.5 - 1.0) @ matrix - anchor.mean @ anchor.project_matrix
    return z.clip(-anchor.limit, anchor.limit).transpose(3, 0, 1, 2)


def project_clip(source: Path, target: Path, anchor: Anchor) -> None:
    with np.load(source) as clip:
        frames = clip["frames"]
        fields = {name: clip[name] for name in ("audio", "mouth", "mouth_box", "meta")}
    partial = target.with_suffix(".partial")
    with open(partial, "wb") as out:
        video = anchor.project(frames).astype(np.float16)
        np.savez(out, video=video, single=singles(anchor, frames).astype(np.float16), **fields)
    partial.rename(target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", type=Path)
    parser.add_argument("latents", type=Path)
    parser.add_argument("--anchor", type=Path, required=True)
    parser.add_argument("--expect", type=int, default=0, help="wait until so many clips are done")
    args = parser.parse_args()
    args.latents.mkdir(parents=True, exist_ok=True)
    anchor = Anchor.load(args.anchor)
    while True:
        for source in sorted(args.clips.glob("*.npz")):
            target = args.latents / source.name
            if not target.exists():
                project_clip(source, target, anchor)
        if len(list(args.latents.glob("*.npz"))) >= args.expect:
            break
        time.sleep(2)


if __name__ == "__main__":
    main()
