"""Encode the sound of every clip: `python -m train.transformer.audio WORK` (needs WORK/audio_encoder.pt)."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from ..codecs.audio_latents import encode_track, load_encoder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    encoder = load_encoder(args.work / "audio_encoder.pt", device)
    folder = args.work / "audio_latents"
    folder.mkdir(exist_ok=True)
    for source in sorted((args.work / "latents").glob("*.npz")):
        with np.load(source) as clip:
            latent = encode_track(encoder, clip["audio"])
        partial = folder / f"{source.stem}.partial"
        with open(partial, "wb") as out:
            np.savez(out, audio=latent.clip(-5, 5).astype(np.float16))
        partial.rename(folder / source.name)


if __name__ == "__main__":
    main()
