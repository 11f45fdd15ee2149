"""Checkpoints in pieces that travel: `python -m train.stages.parts split WORK OUT` and `... join IN WORK`.

What travels is what the next machine cannot make again in a minute: the weights (float32 becomes bfloat16, averages and
codecs float16; no optimizer) and the bases, packed as one archive in at most 4 pieces below 16 MiB with a list of their
SHA-256. `join` checks them.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import tarfile
from pathlib import Path

import torch

from .clock import load, save

PIECE = 15 * 2**20
MOST = 7
TRAINED = ("distilled.pt", "joint.pt", "excerpts.pt", "stills.pt", "speech.pt")
OTHERS = ("upscaler.pt", "pca.npz", "sound_pca.npz", "tokenizer.json", "turbo_decoder.pt", "wan_encoder.pt", "audio_decoder.pt", "audio_encoder.pt")


def newest(work: Path) -> Path | None:
    """The state of a work folder that was trained last; none where nothing is."""
    return max((work / name for name in TRAINED if (work / name).exists()), key=lambda path: path.stat().st_mtime, default=None)


def slim(state: dict) -> dict:
    """A checkpoint without its momenta and at half the width."""
    kept = {k: v for k, v in state.items() if k in ("step", "spent")}
    narrow = lambda weights, kind: {k: v.to(kind) if v.is_floating_point() and "bands" not in k else v for k, v in weights.items()}  # noqa: E731
    return {**kept, "model": narrow(state["model"], torch.bfloat16), "average": narrow(state["average"], torch.float16)}


def split(work: Path, out: Path) -> list[Path]:
    """Write the pieces of the newest trained state; returns their paths. Raises `SystemExit` where they are too many."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz", compresslevel=1) as tar:
        trained = newest(work)
        if trained is not None:
            state = io.BytesIO()
            torch.save(slim(load(trained) or {}), state)
            entry = tarfile.TarInfo(trained.name)
            entry.size = state.tell()
            state.seek(0)
            tar.addfile(entry, state)
        for name in (*OTHERS, *(f"{Path(n).stem}.done" for n in (*TRAINED, *OTHERS))):
            if (work / name).exists():
                tar.add(work / name, name)
    raw = archive.getvalue()
    pieces = [raw[i : i + PIECE] for i in range(0, len(raw), PIECE)]
    if len(pieces) > MOST:
        raise SystemExit(f"{len(raw) / 1e6:.0f} MB in {len(pieces)} pieces; {MOST} travel")
    out.mkdir(parents=True, exist_ok=True)
    paths, rows = [], []
    for number, piece in enumerate(pieces):
        paths.append(out / f"state.{number:02d}")
        paths[-1].write_bytes(piece)
        rows.append(f"{hashlib.sha256(piece).hexdigest()}  {paths[-1].name}")
    (out / "state.sha256").write_text("\n".join(rows) + "\n")
    return paths


def join(source: Path, work: Path) -> None:
    """Unpack the pieces into a work folder. Raises `SystemExit` where one is missing or changed."""
    raw = b""
    for row in (source / "state.sha256").read_text().splitlines():
        digest, name = row.split()
        piece = (source / name).read_bytes() if (source / name).exists() else b""
        if hashlib.sha256(piece).hexdigest() != digest:
            raise SystemExit(f"{source / name} is not the piece that was sent; copy it again")
        raw += piece
    work.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(raw), mode="r:gz") as tar:
        tar.extractall(work, filter="data")
    for name in TRAINED:
        state = load(work / name)
        if state:
            for part in ("model", "average"):
                state[part] = {n: t.float() if t.is_floating_point() else t for n, t in state[part].items()}
            save(work / name, state)


def asked(about: str, ways: tuple[str, str]) -> argparse.Namespace:
    """Which way, from where and to where, as the command line says."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("way", choices=ways)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    return parser.parse_args()


def main() -> None:
    args = asked(__doc__, ("split", "join"))
    if args.way == "join":
        join(args.source, args.target)
    else:
        paths = split(args.source, args.target)
        print(f"{len(paths)} pieces, {sum(p.stat().st_size for p in paths) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
