"""Draws clips with their sound and keeps their latents; also the bases that the latents are made with.

    python -m train.stages.draw WORK --bases 240                 # WORK/pca.npz, sound_pca.npz, tokenizer.json
    python -m train.stages.draw WORK --excerpts 6000             # WORK/excerpts/*.npz
    python -m train.stages.draw WORK --seconds 240 --crops 1500  # WORK/latents/*.npz, WORK/crops/*.npz

Clip n is always the same clip; numbers that divide by 40 are never trained on, and say lines that no training hears. Whole
pictures are not kept (4 s at 256x448 are 35 MB); the codecs learn from the crops. An excerpt of a clip is its whole sound
with the first picture and a second of the others, drawn in a quarter of the time. `--pictures MODULE` names what draws, see
`cards.py`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import os
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
import torch

from ..codecs import anchor as video_anchor
from ..codecs import sound_anchor
from ..codecs.clips import HELD_OUT_EVERY
from ..text.tokenizer import train_on
from ..voices.clip import ClipSound, draw_script, perform
from ..voices.prompts import composed, sound_blocks
from ..voices.visemes import VISEMES
from .cards import Plan, Shot
from .sizes import PLANS, RATE, Sizes

FRAMES = 101
MOUTH_WEIGHT = 10.0
#: Latent frames of a clip, and of the run of neighbours in an excerpt; numbers of excerpts begin far from those of clips.
WHOLE, RUN = 26, 6
FIRST_EXCERPT = 4_000_000
CROP = (17, 192)  # frames and side; at half its size, as in drafts, it still fills a codec's crop
SIDE, STEP = video_anchor.SIDE, video_anchor.FRAMES


def planned(number: int, pictures: str) -> tuple[Plan, ClipSound]:
    """What clip `number` shows, and its sound. Every `HELD_OUT_EVERY`-th is made of words and lines kept from training."""
    held = number % HELD_OUT_EVERY == 0
    plan = importlib.import_module(pictures).pick(number, held)
    rng = np.random.default_rng([number, 21])
    voice = str(rng.choice(plan.voices)) if plan.voices else ""
    # Where nobody speaks there is something to hear more often.
    shares = {"silent": 0.08} if plan.speaks else {"silent": 1.0, "alone": 0.25}
    return plan, perform(draw_script(rng, FRAMES, voice, held_out=held, **shares), FRAMES)


def shoot(number: int, sizes: Sizes, pictures: str, only: list[int] | None = None) -> tuple[str, Shot, ClipSound]:
    """Clip `number`: its aspect, pictures (all or `only` some) and sound."""
    plan, sound = planned(number, pictures)
    mouth = [(VISEMES[v], float(o)) for v, o in zip(sound.mouth.viseme, sound.mouth.opening)]
    shot = importlib.import_module(pictures).draw(plan, sizes.pictures[plan.aspect], FRAMES, mouth, sound.mouth.loudness, only)
    return plan.aspect, shot, sound


def mouth_weight(boxes: np.ndarray, height: int, width: int) -> np.ndarray:
    """Loss weight of latent cells, float32 [t, h, w] with mean 1: those that touch the mouth in their frames count more."""
    rows = np.concatenate([boxes[:1]] * (STEP - 1) + [boxes]).reshape(-1, STEP, 4)
    weight = np.ones((len(rows), height // SIDE, width // SIDE), np.float32)
    for cells, four in zip(weight, rows):
        seen = four[four[:, 0] >= 0]
        if len(seen):
            y0, y1, x0, x1 = seen[:, 0].min(), seen[:, 1].max(), seen[:, 2].min(), seen[:, 3].max()
            cells[y0 // SIDE : -(-y1 // SIDE), x0 // SIDE : -(-x1 // SIDE)] = MOUTH_WEIGHT
    return weight / weight.mean()


def excerpted(number: int) -> list[int]:
    """The latent frames of an excerpt: the first one and a run of neighbours."""
    start = int(np.random.default_rng([number, 26]).integers(1, WHOLE - RUN + 1))
    return [0, *range(start, start + RUN)]


def pictures_of(latent: list[int]) -> list[int]:
    """The pictures that latent frames are made of; the first one has only one."""
    return [0, *(STEP * n - i for n in latent[1:] for i in reversed(range(STEP)))]


def crop_of(shot: Shot, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A piece of a shot for the codecs, half of them around the mouth: uint8 [17, 192, 192, 3] and the mouth's box in it."""
    frames, side = CROP[0], min(CROP[1], *shot.frames.shape[1:3])
    total, height, width, _ = shot.frames.shape
    start = int(rng.integers(0, (total - frames) // STEP + 1)) * STEP
    box = shot.mouth_boxes[start + frames // 2]
    y, x = int(rng.integers(0, height - side + 1)), int(rng.integers(0, width - side + 1))
    if box[0] >= 0 and rng.random() < 0.5:
        y, x = ((box[0] + box[1]) // 2 - side // 2, (box[2] + box[3]) // 2 - side // 2)
        y, x = int(np.clip(y, 0, height - side)), int(np.clip(x, 0, width - side))
    inside = np.clip(box - [y, y, x, x], 0, side) if box[0] >= 0 else np.full(4, -1)
    if inside[0] >= inside[1] or inside[2] >= inside[3]:
        inside = np.full(4, -1)
    return shot.frames[start : start + frames, y : y + side, x : x + side], inside


def _write(path: Path, **arrays) -> None:
    temporary = path.with_suffix(f".{os.getpid()}.partial")
    with open(temporary, "wb") as out:
        np.savez(out, **arrays)
    temporary.rename(path)


#: The bases of pictures and of sounds in a process that has called `open_bases`.
opened: list = []


def open_bases(work: Path) -> None:
    torch.set_num_threads(1)
    opened[:] = [video_anchor.Anchor.load(work / "pca.npz"), sound_anchor.SoundAnchor.load(work / "sound_pca.npz")]


def keep(number: int, work: Path, sizes: Sizes, pictures: str, crops: int) -> int:
    """Draw clip `number`, or an excerpt of it, and write its latents, and a crop for the first ones."""
    whole = number < FIRST_EXCERPT
    path = work / ("latents" if whole else "excerpts") / f"{number:06d}.npz"
    if path.exists():
        return number
    video_base, sound_base = opened
    frames = list(range(WHOLE)) if whole else excerpted(number)
    aspect, shot, sound = shoot(number, sizes, pictures, pictures_of(frames))
    if number < crops:
        cut, box = crop_of(shot, np.random.default_rng([number, 22]))
        _write(work / "crops" / f"{number:06d}.npz", frames=cut, mouth_box=box)
    about = {"aspect": aspect, "description": shot.description, "still": shot.still, "said": [asdict(s) for s in sound.script.said],
             "background": sound.script.background, "seed": sound.script.seed}
    video, weight = video_base.project(shot.frames), mouth_weight(shot.mouth_boxes, *shot.frames.shape[1:3])
    _write(path, video=video.astype(np.float16), weight=weight.astype(np.float16), frames=np.array(frames, np.int16),
           audio=sound_base.encode_track(sound.mono).astype(np.float16), meta=json.dumps(about, ensure_ascii=False))
    return number


def _samples(number: int, sizes: Sizes, pictures: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    _, shot, sound = shoot(number, sizes, pictures)
    rng = np.random.default_rng([number, 23])
    box = tuple(int(v) for v in shot.mouth_boxes[len(shot.mouth_boxes) // 2])
    blocks, weights = video_anchor.sample_blocks(video_anchor.Clip(shot.frames, box), rng, times=5, share=0.12)
    prompt = composed(shot.description, sound_blocks(sound.script, rng))
    return blocks, weights, sound.mono, [prompt]


def make_bases(work: Path, sizes: Sizes, pictures: str, count: int, processes: int) -> None:
    """The bases of pictures and sounds and the words, from `count` clips (and 60 times as many lines for the words)."""
    numbers = range(1_000_000, 1_000_000 + count)  # no training clip
    with multiprocessing.get_context("spawn").Pool(processes, torch.set_num_threads, (1,)) as pool:
        parts = pool.map(partial(_samples, sizes=sizes, pictures=pictures), numbers, chunksize=2)
    base = video_anchor.fit_blocks(np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts]))
    base.save(work / "pca.npz")
    sound_anchor.fit([p[2] for p in parts], RATE).save(work / "sound_pca.npz")
    prompts = [p[3][0] for p in parts]
    for number in range(60 * count):
        rng = np.random.default_rng([number, 24])
        prompts.append("\n\n".join(sound_blocks(draw_script(rng, FRAMES, voice="man", silent=0, alone=0.8), rng)))
    train_on(prompts, sizes.text.vocab_size).save(str(work / "tokenizer.json"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--plan", choices=PLANS, default="full")
    parser.add_argument("--pictures", default="train.stages.cards")
    parser.add_argument("--bases", type=int, default=0, metavar="CLIPS")
    parser.add_argument("--clips", type=int, default=8000)
    parser.add_argument("--excerpts", type=int, default=0, metavar="CLIPS", help="draw excerpts of so many other clips instead")
    parser.add_argument("--crops", type=int, default=1500)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    sizes, began = PLANS[args.plan](), time.monotonic()
    for name in ("latents", "excerpts", "crops"):
        (args.work / name).mkdir(parents=True, exist_ok=True)
    if args.bases:
        make_bases(args.work, sizes, args.pictures, args.bases, args.processes)
        return
    job = partial(keep, work=args.work, sizes=sizes, pictures=args.pictures, crops=args.crops)
    numbers = range(args.clips)
    if args.excerpts:
        numbers = [n for n in range(FIRST_EXCERPT, FIRST_EXCERPT + args.excerpts) if n % HELD_OUT_EVERY]
    with multiprocessing.get_context("spawn").Pool(args.processes, open_bases, (args.work,)) as pool:
        for done, _ in enumerate(pool.imap_unordered(job, numbers, chunksize=2), 1):
            if done % 200 == 0:
                print(f"{done} clips after {time.monotonic() - began:.0f} s", flush=True)
            if time.monotonic() - began > args.seconds:
                pool.terminate()
                break


if __name__ == "__main__":
    main()
