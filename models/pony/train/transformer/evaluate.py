"""Sample and measure: `python -m train.transformer.evaluate WORK --task text --sheet sheet.png`.

Pictures come from the linear inverse of the latent basis, so this needs no trained decoder. Tasks: `text` (prompts
alone: colour, place, time, mouth against the loudness of the generated sound), `picture` (first picture of a clip that
was never trained on), `sound` (first picture and sound given: mouth against the drawn mouth).
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
from ..codecs.clips import HELD_OUT_EVERY
from ..world.vocabulary import COLOURS, KINDS, LINES, NATURAL_SPEAKER, PLACES, SIZES, TIMES, Line, Scene, compose
from .measures import Drawn, Places, colour_seen, correlation, mouth_seen, pictures, psnr, read_drawn
from .model import Pony, load
from .sampling import Settings, sample

#: How many drawn clips the measures compare with.
REFERENCE_CLIPS = 300


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
    """Scenes with every kind and colour in turn, a still camera and one spoken line."""
    rng = np.random.default_rng(seed)
    scenes = []
    for i in range(count):
        kind, language = list(KINDS)[i % 3], str(rng.choice(list(LINES)))
        scenes.append(Scene(
            aspect, "puppet", kind, list(COLOURS)[i % 8], str(rng.choice(list(PLACES))), str(rng.choice(list(TIMES))),
            "static", NATURAL_SPEAKER[kind][0], [Line(str(rng.choice(LINES[language])), language)], "", i,
        ))
    return scenes


def contact_sheet(films: list[np.ndarray], path: Path, columns: int = 2, shots: int = 6) -> None:
    rows = [np.concatenate([f[int(i)] for i in np.linspace(0, len(f) - 1, shots)], 1) for f in films]
    rows += [np.zeros_like(rows[0])] * (-len(rows) % columns)
    each = len(rows) // columns
    Image.fromarray(np.concatenate([np.concatenate(rows[i * each : (i + 1) * each]) for i in range(columns)], 1)).save(path)


def mouth_report(films: list[np.ndarray], loudness: list[np.ndarray], box: np.ndarray) -> str:
    """Correlation of each mouth with its own loudness and with that of the other films."""
    mouths = [mouth_seen(f, box) for f in films]
    table = np.array([[correlation(m, sound) for sound in loudness] for m in mouths])
    own = np.diag(table)
    other = (table.sum() - own.sum()) / max(table.size - len(own), 1)
    best = np.mean(table.argmax(1) == np.arange(len(own)))
    return f"mouth r {own.mean():.2f} (other sounds {other:.2f}), right sound first {best:.0%}"


class Evaluation:
    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.model, self.step = load_model(args.work)
        self.tokenizer = Tokenizer.from_file(str(args.work / "tokenizer.json"))
        self.anchor = Anchor.load(args.work / "pca.npz")
        self.drawn = read_drawn(args.work, range(REFERENCE_CLIPS) if args.task == "text" else range(0, 100_000, HELD_OUT_EVERY))
        h, w = SIZES[args.aspect]
        self.thw = (args.seconds * 25 // 4 + 1, h // 16, w // 16)
        self.settings = dataclasses.replace(Settings(), steps=args.steps, guidance_video=args.guidance[0], guidance_audio=args.guidance[1])
        self.same = [d for d in self.drawn if d.scene.aspect == args.aspect and d.scene.subject == "puppet"]
        static = [d.mouth_box for d in self.same if d.scene.camera == "static"]
        self.box = np.median(static, 0)

    def make(self, prompts: list[str], **given: torch.Tensor) -> tuple[list[np.ndarray], np.ndarray]:
        video, audio = sample(self.model, self.tokenizer, prompts, self.thw, self.settings, self.args.seed, **given)
        films = [pictures(self.anchor, z) for z in video.numpy()]
        contact_sheet(films[: self.args.shown], self.args.sheet)
        return films, audio.numpy()

    def text(self) -> str:
        scenes = draw_prompts(self.args.count, self.args.aspect, 5)
        films, audio = self.make([compose(s) for s in scenes])
        judge = Places(self.drawn, self.anchor, self.args.aspect)
        right = np.array([(colour_seen(f, s) == s.colour, *np.equal(judge.seen(f), (s.place, s.time))) for s, f in zip(scenes, films)])
        colour, place, time = right.mean(0)
        mouth = mouth_report(films, [a[:, 0] for a in audio], self.box)
        return f"colour {colour:.0%} place {place:.0%} time {time:.0%}, {mouth}"

    def _held_out(self) -> list[Drawn]:
        return [d for d in self.same if d.scene.lines][: self.args.count]

    def picture(self, with_sound: bool = False) -> str:
        """First picture given; with the sound too when asked for."""
        held = self._held_out()
        frames = (self.thw[0] - 1) * 4 + 1
        given = {"first": torch.from_numpy(np.stack([d.first for d in held]))}
        if with_sound:
            given["audio"] = torch.from_numpy(np.stack([d.audio[:frames] for d in held]))
        films, audio = self.make([compose(d.scene) for d in held], **given)
        real = [pictures(self.anchor, d.video[:, : self.thw[0]]) for d in held]
        rows = [np.mean([psnr(f[i], f[0]) for f in group]) for group in (films, real) for i in (4, frames // 2, frames - 1)]
        kept = "against their first picture, generated {:.1f} {:.1f} {:.1f} dB, drawn {:.1f} {:.1f} {:.1f} dB".format(*rows)
        still = [i for i, d in enumerate(held) if d.scene.camera == "static"]
        loud = [audio[i][:, 0] for i in still]
        mine = mouth_report([films[i] for i in still], loud, self.box)
        drawn = mouth_report([real[i] for i in still], [held[i].audio[:frames, 0] for i in still], self.box)
        truth = np.mean([correlation(mouth_seen(films[i], self.box), held[i].mouth[:frames]) for i in still])
        return f"{len(held)} clips; frames 4, middle, last {kept}; {mine}; the same on drawn clips: {drawn}; r with the drawn mouth {truth:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--task", choices=("text", "picture", "sound"), default="text")
    parser.add_argument("--sheet", type=Path, default=Path("sheet.png"))
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--shown", type=int, default=12, help="films on the sheet")
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--aspect", default="9:16", choices=list(SIZES))
    parser.add_argument("--steps", type=int, default=Settings.steps)
    parser.add_argument("--guidance", type=float, nargs=2, default=(Settings.guidance_video, Settings.guidance_audio), help="of picture and sound")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    run = Evaluation(args)
    result = run.text() if args.task == "text" else run.picture(with_sound=args.task == "sound")
    print(f"step {run.step}, {args.steps} steps, guidance {args.guidance[0]:g}/{args.guidance[1]:g}, {args.seconds} s, {args.task}: {result}")


if __name__ == "__main__":
    main()
