"""Sample prompts and measure obedience: `python -m train.transformer.evaluate WORK --sheet sheet.png`.

Pictures come from the linear inverse of the latent basis, so this needs no trained decoder. Measured are: colour
(nearest of the eight colours in the puppet's light over the body), place and time (nearest mean picture of the drawn
clips, borders only), the held first picture, and how well the mouth follows the loudness of the sound latents.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer

from ..codecs.anchor import Anchor
from ..world.places import tint
from ..world.vocabulary import COLOURS, KINDS, LINES, NATURAL_SPEAKER, PLACES, SIZES, TIMES, Line, Scene, compose
from .batches import Clips, Record
from .model import Pony, load
from .sampling import Settings, sample


def load_model(work: Path) -> tuple[Pony, int]:
    """The averaged weights of the latest checkpoint and its step."""
    state = load(work / "ckpt" / "pony.pt", torch.device("cpu"))
    model = Pony()
    model.load_state_dict(state["model"])
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.copy_(state["average"][name])
    return model.eval(), state["step"]


def draw_prompts(count: int, aspect: str, seed: int) -> list[Scene]:
    rng = np.random.default_rng(seed)
    scenes = []
    for i in range(count):
        kind, language = list(KINDS)[i % 3], str(rng.choice(list(LINES)))
        scenes.append(Scene(
            aspect, "puppet", kind, list(COLOURS)[i % 8], str(rng.choice(list(PLACES))), str(rng.choice(list(TIMES))),
            "static" if i % 2 else str(rng.choice(["pan left", "zoom in"])), NATURAL_SPEAKER[kind][0],
            [Line(str(rng.choice(LINES[language])), language)], "", i,
        ))
    return scenes


def pictures(anchor: Anchor, latent: np.ndarray) -> np.ndarray:
    """[48, t, h, w] to uint8 [f, h, w, 3]."""
    return ((anchor.unproject(latent).clip(-1, 1) + 1) * 127.5).astype(np.uint8)


def colour_seen(frames: np.ndarray, scene: Scene) -> str:
    """The puppet colour nearest to the mean of the body below the head."""
    _, h, w, _ = frames.shape
    top = 0.78 if h > w else 0.93
    side = slice(int(0.5 * w - 0.2 * min(h, w)), int(0.5 * w - 0.1 * min(h, w)))
    patch = frames[::10, int(top * h) : int((top + 0.07) * h), side].reshape(-1, 3).astype(float).mean(0)
    lit = {name: np.array(tint(rgb, scene.time, 0.45), float) for name, rgb in COLOURS.items()}
    return min(lit, key=lambda name: float(np.linalg.norm(patch - lit[name])))


def border(frames: np.ndarray) -> np.ndarray:
    """A small picture of what is around the puppet: left and right edges of the mean frame, in 8 rows."""
    mean = frames[::10].astype(float).mean(0)
    h, w, _ = mean.shape
    edges = np.stack((mean[:, : w // 8], mean[:, -(w // 8) :]), 1).mean(2)
    return edges[: h // 8 * 8].reshape(8, h // 8, 2, 3).mean(1)


def place_references(records: list[Record], anchor: Anchor, aspect: str) -> dict[tuple[str, str], np.ndarray]:
    found: dict[tuple[str, str], list[np.ndarray]] = {}
    for r in records:
        if r.scene.place and r.scene.aspect == aspect and r.scene.camera == "static":
            found.setdefault((r.scene.place, r.scene.time), []).append(border(pictures(anchor, r.video[:, ::8].astype(np.float32))))
    return {key: np.mean(values, 0) for key, values in found.items()}


def contact_sheet(films: list[np.ndarray], path: Path, columns: int = 2, shots: int = 6) -> None:
    rows = [np.concatenate([f[int(i)] for i in np.linspace(0, len(f) - 1, shots)], 1) for f in films]
    rows += [np.zeros_like(rows[0])] * (-len(rows) % columns)
    each = len(rows) // columns
    Image.fromarray(np.concatenate([np.concatenate(rows[i * each : (i + 1) * each]) for i in range(columns)], 1)).save(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--sheet", type=Path, default=Path("sheet.png"))
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--aspect", default="9:16")
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--guidance", type=float, nargs=2, default=(2.0, 2.5))
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model, step = load_model(args.work)
    tokenizer = Tokenizer.from_file(str(args.work / "tokenizer.json"))
    anchor = Anchor.load(args.work / "pca.npz")
    scenes = draw_prompts(args.count, args.aspect, 5)
    height, width = SIZES[args.aspect]
    thw = (args.seconds * 25 // 4 + 1, height // 16, width // 16)
    settings = dataclasses.replace(Settings(), steps=args.steps, guidance_video=args.guidance[0], guidance_audio=args.guidance[1])
    video, _ = sample(model, tokenizer, [compose(s) for s in scenes], thw, settings)
    films = [pictures(anchor, z) for z in video.numpy()]
    contact_sheet(films, args.sheet)
    clips = Clips(args.work / "latents", args.work / "audio_latents")
    clips.refresh()
    references = place_references(list(clips.records.values()), anchor, args.aspect)
    right = np.zeros(3)
    for scene, frames in zip(scenes, films):
        place, time = min(references, key=lambda k: float(np.abs(references[k] - border(frames)).mean()))
        right += (colour_seen(frames, scene) == scene.colour, place == scene.place, time == scene.time)
    print(f"step {step}: colour {right[0] / args.count:.0%} place {right[1] / args.count:.0%} time {right[2] / args.count:.0%} of {args.count} prompts")
    check = [r for r in clips.part(held_out=True) if r.scene.subject == "puppet" and r.scene.aspect == args.aspect]
    ceiling = [colour_seen(pictures(anchor, r.video.astype(np.float32)), r.scene) == r.scene.colour for r in check]
    print(f"colour measure on drawn clips: {np.mean(ceiling):.0%}")


if __name__ == "__main__":
    main()
