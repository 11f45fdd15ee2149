"""Clips from prompts by what was trained: `python -m train.stages.sample WORK PROMPTS.json OUT [--aspect 9:16]`.

PROMPTS is what `train.scores.prompts` writes, each with a `description` or taking `--description`. OUT gets the frames
(.npy), the sound (.wav) and the manifest for `train.scores.score`. With `--given N` the first pictures of N held-out clips
are given instead, with their boxes of mouth and face, so that lip-sync and identity can be measured.
"""

from __future__ import annotations

import argparse
import json
import wave
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer
from torch import Tensor

from ..codecs.anchor import Anchor, Halving
from ..codecs.oobleck import decoder
from ..codecs.turbo_decoder import TurboDecoder
from ..codecs.train_video import denormalised
from ..transformer.model import Pony
from ..transformer.sampling import UniPC, sigmas
from ..voices.prompts import composed, sound_blocks
from .clock import device, load
from .distil import GUIDANCE_AUDIO, GUIDANCE_VIDEO
from .draw import FRAMES, WHOLE, shoot
from .flow import NEGATIVE_PROMPT, SHIFT, features, tokens
from .sizes import PLANS, RATE, STEPS, Sizes
from .training import new_model
from .upscale import Upscaler, upscale


@torch.no_grad()
def sample(model: Pony, ids: tuple[Tensor, Tensor], empty: tuple[Tensor, Tensor] | None, shape: tuple[int, int, int], seed: int,
           first: Tensor | None = None, audio: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Latents [b, 48, t, h, w] and [b, a, 64] by UniPC in `STEPS` steps; guidance where the ids of an empty prompt are given."""
    where, count = next(model.parameters()).device, len(ids[0])
    noise = torch.Generator().manual_seed(seed)
    a = torch.randn(count, FRAMES, 64, generator=noise).to(where)
    v = torch.randn(count, 48, *shape, generator=noise).to(where)
    text = [features(model, *pair).half().float() for pair in (ids, empty) if pair is not None]
    masks = [pair[1] for pair in (ids, empty) if pair is not None]
    levels = sigmas(STEPS, SHIFT)
    solve_v, solve_a = UniPC(levels), UniPC(levels)
    for level in levels[:-1]:
        if first is not None:
            v[:, :, :1] = first
        a = audio if audio is not None else a
        sigma = torch.full((count, shape[0]), level, device=where)
        answers = [model.dit.velocity(v, a, sigma, sigma[:, 0], t, m) for t, m in zip(text, masks)]
        (gv, ga), (bv, ba) = answers[0], answers[-1]
        if len(answers) == 2:
            gv, ga = bv + GUIDANCE_VIDEO * (gv - bv), ba + GUIDANCE_AUDIO * (ga - ba)
        v, a = solve_v.step(v, gv), solve_a.step(a, ga)
    if first is not None:
        v[:, :, :1] = first
    return v, a if audio is None else audio


class Decoders:
    """Pictures and sound of latents: the trained decoders, for pictures the linear inverse where there is none yet."""

    def __init__(self, work: Path, sizes: Sizes, where: torch.device) -> None:
        self.where, self.anchor = where, Anchor.load(work / "pca.npz")
        picture, sound = load(work / "turbo_decoder.pt"), load(work / "audio_decoder.pt")
        self.video = self.audio = None
        if picture:
            self.video = TurboDecoder(sizes.decoder).eval()
            self.video.load_state_dict(picture)
            self.video.to(where)
        if sound:
            self.audio = decoder(sizes.audio).eval()
            self.audio.load_state_dict(sound["average"])
            self.audio.to(where)

    @torch.no_grad()
    def pictures(self, latent: Tensor) -> np.ndarray:
        """[48, t, h, w] to uint8 [f, h, w, 3]."""
        if self.video is None:
            pixels = self.anchor.unproject(latent.cpu().numpy())
        else:
            pixels = self.video(denormalised(latent[None]))[0].permute(1, 2, 3, 0).float().cpu().numpy()
        return ((pixels.clip(-1, 1) + 1) * 127.5).astype(np.uint8)

    @torch.no_grad()
    def sound(self, latent: Tensor) -> np.ndarray | None:
        """[a, 64] to float32 [n]."""
        return None if self.audio is None else self.audio(latent.T[None])[0, 0].clamp(-1, 1).float().cpu().numpy()


def write_wav(path: Path, sound: np.ndarray) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((sound * 32767).astype("<i2").tobytes())


def given_clips(count: int, sizes: Sizes, pictures: str, aspect: str) -> list[dict]:
    """Held-out clips of an aspect in which somebody speaks, with their pictures and boxes."""
    out, number = [], 2_000_000
    while len(out) < count:
        number += 40  # held-out numbers say held-out lines
        here, shot, sound = shoot(number, sizes, pictures)
        if here != aspect or not sound.script.said:
            continue
        box = shot.mouth_reach()
        if box is None:
            continue
        out.append({
            "name": f"given{number}", "seed": number, "prompt": composed(shot.description, sound_blocks(sound.script)),
            "voice": sound.script.said[0].voice, "background": sound.script.background,
            "lines": [asdict(s.line) for s in sound.script.said], "mouth_box": box, "face_box": list(shot.face_box), "picture": shot.frames[0],
        })
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("prompts", type=Path, nargs="?")
    parser.add_argument("out", type=Path)
    parser.add_argument("--plan", choices=PLANS, default="full")
    parser.add_argument("--aspect", default="9:16")
    parser.add_argument("--description", default="A red paper pony in a meadow at noon.")
    parser.add_argument("--pictures", default="train.stages.cards")
    parser.add_argument("--given", type=int, default=0)
    parser.add_argument("--teacher", action="store_true", help="the guided model before distillation")
    parser.add_argument("--batch", type=int, default=8)
    args = parser.parse_args()
    sizes, where = PLANS[args.plan](), device()
    state = load(args.work / "distilled.pt", where) if not args.teacher else None
    guided = state is None
    state = state or load(args.work / "joint.pt", where)
    if state is None:
        raise SystemExit(f"{args.work} has no joint.pt yet")
    model = new_model(sizes).to(where).eval()
    model.load_state_dict(state["average"])
    upscaler, trained = Upscaler(sizes).to(where).eval(), load(args.work / "upscaler.pt", where)
    if trained is None:
        raise SystemExit(f"{args.work} has no upscaler.pt yet")
    upscaler.load_state_dict(trained["average"])
    tokenizer, decoders = Tokenizer.from_file(str(args.work / "tokenizer.json")), Decoders(args.work, sizes, where)
    height, width = sizes.drafts[args.aspect]
    halving = Halving(decoders.anchor)
    requests = given_clips(args.given, sizes, args.pictures, args.aspect) if args.given else json.loads(args.prompts.read_text())
    args.out.mkdir(parents=True, exist_ok=True)
    for at in range(0, len(requests), args.batch):
        some = requests[at : at + args.batch]
        prompts = [r["prompt"] if "picture" in r else composed(r.get("description", args.description), [r["prompt"]]) for r in some]
        move = lambda pair: tuple(x.to(where) for x in pair)  # noqa: E731
        ids = move(tokens(tokenizer, prompts, sizes.most_words, False))
        empty = move(tokens(tokenizer, [NEGATIVE_PROMPT] * len(some), sizes.most_words, False)) if guided else None
        first = large = None
        if "picture" in some[0]:
            latents = np.stack([decoders.anchor.project(r["picture"][None]) for r in some])
            first, large = (torch.from_numpy(x).to(where) for x in (halving(latents), latents))
        drafts, audio = sample(model, ids, empty, (WHOLE, height // 16, width // 16), 1000 + at, first)
        video = upscale(upscaler.dit, drafts, audio, features(model, *ids), ids[1], 1000 + at, large)
        for r, v, a in zip(some, video, audio):
            np.save(args.out / f"{r['name']}.npy", decoders.pictures(v))
            r["clip"] = f"{r['name']}.npy"
            sound = decoders.sound(a)
            if sound is not None:
                write_wav(args.out / f"{r['name']}.wav", sound)
                r["sound"] = f"{r['name']}.wav"
            if "picture" in r:
                Image.fromarray(r.pop("picture")).save(args.out / f"{r['name']}.png")
                r["reference"] = f"{r['name']}.png"
    (args.out / "manifest.json").write_text(json.dumps(requests, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(requests)} clips in {args.out}")


if __name__ == "__main__":
    main()
