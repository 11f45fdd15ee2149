"""Latents of the sound of every clip: `python -m train.transformer.audio WORK` (needs WORK/sound_pca.npz)."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from ..codecs.sound_anchor import SoundAnchor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    anchor = SoundAnchor.load(args.work / "sound_pca.npz")
    folder = args.work / "audio_latents"
    folder.mkdir(exist_ok=True)
    for source in sorted((args.work / "latents").glob("*.npz")):
        with np.load(source) as clip:
            latent = np.asarray(anchor.encode_track(clip["audio"]))
        partial = folder / f"{source.stem}.partial"
        with open(partial, "wb") as out:
            np.savez(out, audio=latent.astype(np.float16))
        partial.rename(folder / source.name)


if __name__ == "__main__":
    main()
