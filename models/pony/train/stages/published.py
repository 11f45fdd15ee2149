"""Trains on from published weights: `python -m train.stages.published take MODEL WORK`; `... keep WORK MODEL` for those who publish.

A model folder has all networks, rounded to 8 bits. What it lacks are the bases that its latents are made with; they lie beside
the recipe, in MODEL/train/bases.npz. Whoever has both can draw more clips, train any network further and write the folder anew.
Momenta, and the small layers that only help to train, come back within some hundred steps. A transformer that is asked without
guidance is a student: it is put down as one and as its own teacher, which it becomes when `joint` trains it on.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from safetensors.torch import load_file
from torch import Tensor

from ..codecs.anchor import Anchor
from ..codecs.export import read_back, without_statistics
from ..codecs.oobleck import PREFIX
from .clock import save
from .pack import is_guided
from .parts import asked

BASES = Path("train/bases.npz")


def keep(work: Path, model: Path) -> int:
    """Writes the bases of a work folder beside the recipe of a model; returns the bytes of the file."""
    base = Anchor.load(work / "pca.npz")
    # The way back is the transpose of the way there, so one of them is enough.
    arrays = {"mean": base.mean, "sigma": base.sigma, "limit": np.float32(base.limit), "basis": (base.project_matrix * base.sigma).astype(np.float16)}
    with np.load(work / "sound_pca.npz") as sound:
        arrays |= {f"sound {part}": sound[part] for part in sound.files}
    (model / BASES).parent.mkdir(parents=True, exist_ok=True)
    np.savez(model / BASES, **arrays)
    return (model / BASES).stat().st_size


def take(model: Path, work: Path) -> None:
    """Puts the networks and bases of a model folder into a work folder, as the stages would have left them."""
    weights = lambda name: read_back(load_file(model / f"{name}.safetensors"))  # noqa: E731
    begun = lambda average: {"model": average, "average": average, "step": 0, "spent": 0.0}  # noqa: E731
    within = lambda name, tensors: {f"{name}.{key}": tensor for key, tensor in tensors.items()}  # noqa: E731
    work.mkdir(parents=True, exist_ok=True)
    with np.load(model / BASES) as kept:
        basis, sigma = kept["basis"].astype(np.float32), kept["sigma"]
        Anchor(kept["mean"], basis / sigma, (basis * sigma).T.copy(), sigma, float(kept["limit"])).save(work / "pca.npz")
        np.savez(work / "sound_pca.npz", **{key.removeprefix("sound "): kept[key] for key in kept.files if key.startswith("sound ")})
    shutil.copyfile(model / "tokenizer.json", work / "tokenizer.json")
    pony = begun({**within("dit", weights("transformer")), **within("text", weights("text_encoder"))})
    save(work / "joint.pt", pony)
    if not is_guided(model):
        save(work / "distilled.pt", pony)
    save(work / "upscaler.pt", begun(within("dit", weights("upscaler"))))
    save(work / "wan_encoder.pt", without_statistics(weights("image_encoder")))
    save(work / "turbo_decoder.pt", weights("video_decoder"))
    audio = weights("audio_vae")
    for half in ("encoder", "decoder"):
        prefix = f"{PREFIX}{half}."
        part: dict[str, Tensor] = {key.removeprefix(prefix): tensor for key, tensor in audio.items() if key.startswith(prefix)}
        save(work / f"audio_{half}.pt", {"raw": part, "average": part, "spent": 0.0})


def main() -> None:
    args = asked(__doc__, ("keep", "take"))
    if args.way == "keep":
        print(f"{args.target / BASES}: {keep(args.source, args.target) / 1e6:.2f} MB")
    else:
        take(args.source, args.target)
        print(f"{args.target} has all that was trained")


if __name__ == "__main__":
    main()
