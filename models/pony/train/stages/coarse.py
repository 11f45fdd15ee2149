"""The training so far in 4 bits a weight: `python -m train.stages.coarse keep WORK state.npz` and `... take state.npz WORK`.

A training of many hours on a small machine has to survive the machine, and the repository has no room for checkpoints. What is
kept are the averaged weights of the newest state, each row in whole steps of a third of its deviation, what was trained beside
them, and the bases and words that they were trained with. A training that goes on from it has its loss back within some dozen steps.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..codecs.anchor import Anchor
from .clock import load, save
from .parts import asked, newest

#: Steps in a row's standard deviation.
FINENESS = 3.2
#: Vectors and small matrices stay as they are, in 16 bits.
LEAST = 4096


def packed(array: np.ndarray) -> np.ndarray:
    """The bytes of an array in codes of Huffman's; looking for repetition would make noise longer."""
    coder = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_HUFFMAN_ONLY)
    return np.frombuffer(coder.compress(array.tobytes()) + coder.flush(), np.uint8)


def rounded(weight: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """A matrix [rows, columns] in whole steps, packed, and the steps of its rows, float16 [rows, 1]."""
    step = (weight.std(1, keepdim=True) / FINENESS).clamp_min(1e-6).half()
    return packed((weight / step.float()).round().clamp(-127, 127).to(torch.int8).numpy()), step.numpy()


def restored(steps: np.ndarray, step: np.ndarray) -> Tensor:
    """The matrix again, float32."""
    whole = np.frombuffer(zlib.decompress(steps.tobytes()), np.int8).reshape(len(step), -1)
    return torch.from_numpy(whole * step.astype(np.float32))


def keep(work: Path, path: Path) -> int:
    """Writes the newest state of a work folder to a file; returns its bytes. Raises `SystemExit` where nothing is trained."""
    trained = newest(work)
    if trained is None:
        raise SystemExit(f"nothing is trained in {work} yet; run train.stages.joint first")
    arrays: dict[str, np.ndarray] = {"state": np.array(trained.name), "words": packed(np.frombuffer((work / "tokenizer.json").read_bytes(), np.uint8))}
    state = load(trained) or {}
    for name, weight in state.get("beside", {}).items():
        arrays[f"beside {name}"] = weight.half().numpy()
    for name, weight in state["average"].items():
        if weight.ndim == 2 and weight.numel() >= LEAST:
            arrays[f"steps {name}"], arrays[f"step {name}"] = rounded(weight.float())
        else:
            arrays[f"as it is {name}"] = weight.numpy() if "bands" in name else weight.half().numpy()
    base = Anchor.load(work / "pca.npz")
    arrays |= {"mean": base.mean, "sigma": base.sigma, "limit": np.float32(base.limit), "basis": (base.project_matrix * base.sigma).astype(np.float16)}
    with np.load(work / "sound_pca.npz") as sound:
        arrays |= {f"sound {part}": sound[part] for part in sound.files}
    np.savez(path, **arrays)
    return path.stat().st_size


def take(path: Path, work: Path) -> str:
    """Puts what a file keeps into a work folder, to be resumed from; returns the state's name."""
    work.mkdir(parents=True, exist_ok=True)
    with np.load(path) as kept:
        name = str(kept["state"])
        (work / "tokenizer.json").write_bytes(zlib.decompress(kept["words"].tobytes()))
        average, beside, sound = {}, {}, {}
        for key in kept.files:
            what, _, rest = key.rpartition(" ")
            if what == "steps":
                average[rest] = restored(kept[key], kept[f"step {rest}"])
            elif what == "as it is":
                average[rest] = torch.from_numpy(kept[key]).float()
            elif what == "beside":
                beside[rest] = torch.from_numpy(kept[key]).float()
            elif what == "sound":
                sound[rest] = kept[key]
        basis, sigma = kept["basis"].astype(np.float32), kept["sigma"]
        Anchor(kept["mean"], basis / sigma, (basis * sigma).T.copy(), sigma, float(kept["limit"])).save(work / "pca.npz")
    np.savez(work / "sound_pca.npz", **sound)
    save(work / name, {"model": average, "average": average, "step": 0, "spent": 0.0, **({"beside": beside} if beside else {})})
    return name


def main() -> None:
    args = asked(__doc__, ("keep", "take"))
    if args.way == "keep":
        print(f"{keep(args.source, args.target) / 1e6:.2f} MB")
    else:
        print(f"{take(args.source, args.target)} is in {args.target}")


if __name__ == "__main__":
    main()
