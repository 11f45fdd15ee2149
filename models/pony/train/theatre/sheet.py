"""Contact sheets: `python -m train.theatre.sheet OUT.png --first 0 --clips 24`; `--held` shows the held-out scenes."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from PIL import Image

from .clips import Clips


def sheet(first: int, clips: int, columns: int, held: str, moments: int) -> Image.Image:
    """Moments of clips side by side, all brought to the same height; prints descriptions and drawing speed."""
    source, rows, row = Clips(frames=101, held=held), [], []
    for number in range(first, first + clips):
        began = time.process_time()
        clip = source.clip(number)
        speed = len(clip.film.frames) / (time.process_time() - began)
        print(f"{number}: {speed:.0f} frames/s  {clip.description}", flush=True)
        for k in np.linspace(8, 92, moments).astype(int):
            picture = Image.fromarray(clip.film.frames[k])
            row.append(np.asarray(picture.resize((round(picture.width * 256 / picture.height), 256))))
        if (number - first) % columns == columns - 1:
            rows.append(np.concatenate(row, 1))
            row = []
    if row:
        rows.append(np.concatenate(row, 1))
    width = max(r.shape[1] for r in rows)
    return Image.fromarray(np.concatenate([np.pad(r, ((0, 4), (0, width - r.shape[1]), (0, 0)), constant_values=255) for r in rows]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--columns", type=int, default=6)
    parser.add_argument("--moments", type=int, default=1, help="pictures of each clip")
    parser.add_argument("--held", action="store_true", help="scenes that are kept for the scores")
    args = parser.parse_args()
    sheet(args.first, args.clips, args.columns, "held out" if args.held else "training", args.moments).save(args.out)


if __name__ == "__main__":
    main()
