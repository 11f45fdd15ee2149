"""Runs the stages in their order, as far as the seconds of this call reach: call it until it says that all is done.

    python -m train.stages.all WORK --until 560 --out BACK                          # a GPU: three such calls
    python -m train.stages.all WORK --until 900 --plan trial --scale 0.05           # proves on two cores that all stages run

A stage that trains resumes where the last call stopped it; the clips are drawn by the other cores meanwhile. With `--out`
each call ends with the state in pieces that travel (see `parts.py`); with `--from` it begins by unpacking such pieces.
`--scale` is a factor on all times.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from .parts import join, split
from .sizes import PLANS

#: Seconds that a training needs beside its own: start, first batches, compilation, checkpoint.
AROUND = 25
LEAST = 20
#: The only source of pictures that draws moments too.
THEATRE = "train.stages.theatre"


@dataclass(frozen=True)
class Stage:
    """A command, the file that says that it is done, its seconds; `by_clock` ones take --total and --seconds."""

    name: str
    command: tuple[str, ...]
    done: str
    seconds: float
    by_clock: bool = True


def stages(args: argparse.Namespace) -> list[Stage]:
    work, plan, s = str(args.work), ("--plan", args.plan), args.scale
    drawn = ("--pictures", args.pictures)
    sizes = PLANS[args.plan]()
    widths = ",".join(map(str, sizes.decoder.decoder_block_out_channels)) + "/" + ",".join(map(str, sizes.decoder.decoder_layers_per_block))
    minutes = lambda secs: f"{secs * s / 60:.3f}"  # noqa: E731
    video = ("codecs.train_video", "--data", f"{work}/crops", "--work", work, "--batch-scale", str(args.video_batch))
    encoder = ("--encoder-dim", str(sizes.encoder.dim))
    start = ("codecs.linear_start", "--data", f"{work}/crops", "--work", work, "--batch-scale", str(args.video_batch), *encoder)
    few = 32 if args.plan == "full" else 2
    whole = (*video, "--part", "encoder", *encoder)
    first = ("stages.sample", work, f"{work}/prompts.json", f"{work}/clips", *plan)
    given = ("stages.sample", work, f"{work}/given", "--given", str(few), *plan, *drawn)
    moments = [
        Stage("moments drawn", ("stages.stills", work, "--scenes", str(args.scenes)), "moments.done", 50, False),
        Stage("moments", ("stages.joint", work, "--of", "stills", *plan), "stills.done", 130),
    ]
    excerpts = ("stages.draw", work, "--excerpts", str(args.excerpts), *plan, *drawn)
    return [
        Stage("bases and words", ("stages.draw", work, "--bases", str(args.base_clips), *plan, *drawn), "tokenizer.json", 80, False),
        Stage("speech", ("stages.speech", work, *plan), "speech.done", 230),
        Stage("audio decoder", ("stages.sound", work, "--part", "decoder", *plan), "audio_decoder.done", 100),
        Stage("audio encoder", ("stages.sound", work, "--part", "encoder", *plan), "audio_encoder.done", 40),
        Stage("video decoder", (*video, "--part", "decoder", "--decoder", widths, "--minutes", minutes(200)), "turbo_decoder.done", 200, False),
        Stage("picture encoder, linear", (*start, "--minutes", minutes(20)), "linear.done", 20, False),
        Stage("picture encoder", (*whole, "--resume", "--rate", "0.2", "--minutes", minutes(70)), "wan_encoder.done", 70, False),
        *(moments if args.pictures == THEATRE else []),
        Stage("excerpts drawn", excerpts, "excerpts_drawn.done", 90, False),
        Stage("excerpts", ("stages.joint", work, "--of", "excerpts", *plan), "excerpts.done", 110),
        Stage("picture and sound", ("stages.joint", work, *plan), "joint.done", 330),
        Stage("upscaler", ("stages.upscale", work, *plan), "upscaler.done", 120),
        Stage("student", ("stages.distil", work, *plan), "distilled.done", 150),
        Stage("requests", ("scores.prompts", f"{work}/prompts.json", "--each", str(few // 8 or 1)), "prompts.json", 2, False),
        Stage("clips from prompts", first, "clips/manifest.json", 25, False),
        Stage("clips from pictures", given, "given/manifest.json", 30, False),
        Stage("model folder", ("stages.pack", work, f"{work}/pony", *plan), "pony/model.json", 5, False),
    ]


def run(command: tuple[str, ...], **options) -> subprocess.Popen:
    environment = {**os.environ, "TORCHINDUCTOR_CACHE_DIR": os.environ.get("TORCHINDUCTOR_CACHE_DIR", "/tmp/pony_inductor")}
    return subprocess.Popen([sys.executable, "-u", "-m", f"train.{command[0]}", *command[1:]], env=environment, **options)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--until", type=float, default=1e9, help="seconds of this call")
    parser.add_argument("--plan", choices=PLANS, default="full")
    parser.add_argument("--pictures", default="train.stages.cards")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--clips", type=int, default=8000)
    parser.add_argument("--scenes", type=int, default=8_000, help="of the theatre, whose moments are learned before clips")
    parser.add_argument("--excerpts", type=int, default=6_000, help="of clips, with which picture and sound are learned before whole ones")
    parser.add_argument("--base-clips", type=int, default=240)
    parser.add_argument("--draw-seconds", type=float, default=500)
    parser.add_argument("--processes", type=int, default=max(1, (os.cpu_count() or 1) - 3), help="that draw clips")
    parser.add_argument("--video-batch", type=int, default=4)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--from", dest="source", type=Path)
    args = parser.parse_args()
    began, drawing = time.monotonic(), None
    args.work.mkdir(parents=True, exist_ok=True)
    if args.source and not (args.work / "tokenizer.json").exists():
        join(args.source, args.work)
    left = lambda: args.until - (time.monotonic() - began)  # noqa: E731
    clips = ("stages.draw", str(args.work), "--clips", str(args.clips), "--seconds", str(args.draw_seconds), "--processes", str(args.processes),
             "--plan", args.plan, "--pictures", args.pictures)
    todo = stages(args)
    try:
        for stage in todo:
            done = args.work / stage.done
            if stage.name != "bases and words" and drawing is None:
                drawing = run(clips)
            if done.exists():
                continue
            while stage.name == "video decoder" and len(list((args.work / "crops").glob("*.npz"))) < min(60, args.clips // 2) and left() > 0:
                time.sleep(2)
            seconds = stage.seconds * args.scale
            need = LEAST * min(1.0, args.scale) + AROUND * min(1.0, 2 * args.scale) if stage.by_clock else seconds
            if left() < need:
                print(f"== {left():.0f} s are left, '{stage.name}' waits for the next call", flush=True)
                break
            here = max(1.0, left() - AROUND * min(1.0, 2 * args.scale))
            extra = ("--total", f"{seconds:.1f}", "--seconds", f"{here:.1f}") if stage.by_clock else ()
            print(f"== {stage.name}", flush=True)
            at = time.monotonic()
            if run((*stage.command, *extra)).wait():
                raise SystemExit(f"'{stage.name}' failed; call again to go on from there")
            if not stage.by_clock and stage.done.endswith(".done"):
                done.touch()
            print(f"== {stage.name}: {time.monotonic() - at:.0f} s", flush=True)
            if stage.by_clock and not done.exists():
                break
        else:
            print("== all is done", flush=True)
    finally:
        if drawing is not None and drawing.poll() is None:
            drawing.terminate()
            drawing.wait()
    if args.out:
        paths = split(args.work, args.out)
        print(f"== {len(paths)} pieces in {args.out}", flush=True)


if __name__ == "__main__":
    main()
