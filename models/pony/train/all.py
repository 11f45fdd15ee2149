"""Make the model in the box from nothing: `python -m train.all --work WORK --out FOLDER` (run in models/pony).

Draws the clips, trains the three codecs and the transformer, measures them and writes the model folder. The stages
run one after another, commands of one stage side by side; a stage whose result is there already is skipped, so a
broken run goes on where it stopped. Training uses a CUDA device when there is one, else the CPU.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

#: glibc keeps big blocks instead of giving them back to the system: page faults cost a third of the time otherwise.
ALLOCATOR = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "100000000000", "MALLOC_TOP_PAD_": "300000000", "MALLOC_ARENA_MAX": "1"}


@dataclass
class Stage:
    title: str
    commands: list[list[str]]
    result: Path | None = None  # skip the stage when this exists


def stages(work: Path, out: Path, clips: int, scale: float) -> list[Stage]:
    data, w = str(work / "data"), str(work)

    def minutes(value: float) -> str:
        return f"{value * scale:g}"

    sound, video = (["codecs.train_audio", "--data", data, "--work", w], ["codecs.train_video", "--data", data, "--work", w])
    return [
        Stage("draw the clips", [["world.dataset", data, "--clips", str(clips)]], work / "data" / f"{clips - 1:05d}.npz"),
        Stage("fit the bases of picture and sound latents, learn the vocabulary", [
            ["codecs.anchor", "--data", data, "--out", str(work / "pca.npz")],
            ["codecs.sound_anchor", "--data", data, "--out", str(work / "sound_pca.npz")],
            ["text.tokenizer", str(work / "tokenizer.json")],
        ], work / "pca.npz"),
        Stage("project the clips to latents", [
            ["transformer.latents", data, str(work / "latents"), "--anchor", str(work / "pca.npz")],
        ], work / "latents" / f"{clips - 1:05d}.npz"),
        Stage("project the sound of the clips", [["transformer.audio", w]], work / "audio_latents" / f"{clips - 1:05d}.npz"),
        Stage("train video decoder and audio decoder", [
            [*video, "--part", "decoder", "--minutes", minutes(40)], [*sound, "--part", "decoder", "--minutes", minutes(30)],
        ], work / "turbo_decoder.pt"),
        Stage("start the picture encoder as a linear map", [
            ["codecs.linear_start", "--data", data, "--work", w, "--minutes", minutes(4)],
        ], work / "wan_encoder.pt"),
        Stage("train picture encoder and audio encoder", [
            [*video, "--part", "encoder", "--resume", "--rate", "0.2", "--minutes", minutes(16)],
            [*sound, "--part", "encoder", "--minutes", minutes(10)],
        ], work / "oobleck_encoder.pt"),
        Stage("train transformer and text encoder", [["transformer.train", w, "--minutes", minutes(120)]]),
        Stage("measure", [["transformer.evaluate", w, "--sheet", str(work / "sheet.png")]]),
        Stage("write the model folder", [
            ["transformer.export", w, str(out)], ["codecs.export", "--work", w, "--out", str(out)],
        ]),
    ]


def run(stage: Stage) -> None:
    """Run the commands of a stage side by side; raises `SystemExit` when one fails."""
    share = str(max(1, (os.cpu_count() or 2) // len(stage.commands)))
    environment = {**os.environ, **ALLOCATOR, "OMP_NUM_THREADS": share}
    jobs = [subprocess.Popen([sys.executable, "-m", f"train.{c[0]}", *c[1:]], env=environment) for c in stage.commands]
    if any([job.wait() for job in jobs]):  # a list, so that all are waited for
        raise SystemExit(f"the stage '{stage.title}' failed; run again to go on from there")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("work"), help="clips, latents and checkpoints: about 20 GB")
    parser.add_argument("--out", type=Path, default=Path("."), help="the model folder to write")
    parser.add_argument("--clips", type=int, default=1600)
    parser.add_argument("--scale", type=float, default=1.0, help="factor on all training times")
    args = parser.parse_args()
    for folder in (args.work, args.out):
        folder.mkdir(parents=True, exist_ok=True)
    for stage in stages(args.work, args.out, args.clips, args.scale):
        if stage.result is not None and stage.result.exists():
            continue
        began = time.monotonic()
        print(f"== {stage.title}", flush=True)
        run(stage)
        print(f"== {stage.title}: {(time.monotonic() - began) / 60:.1f} minutes", flush=True)


if __name__ == "__main__":
    main()
