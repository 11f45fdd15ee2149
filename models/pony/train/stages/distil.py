"""A student that needs no guidance: `python -m train.stages.distil WORK --total 150 --seconds 150`.

Guidance asks the network twice, with and without the prompt, and goes further in their difference. The student learns the
result of both (Meng et al. 2023, the first of their two stages) at the eight noise levels of the sampler and between them,
so that a clip takes eight calls instead of sixteen. With UniPC eight steps gave what 32 gave (study of the first model), so
the second stage, fewer steps than the solver needs, is left out. Begins with the average of WORK/joint.pt.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from .. import fellows
from ..codecs.anchor import Anchor, Halving
from ..transformer.batches import NEGATIVE_PROMPT
from ..transformer.sampling import sigmas
from .clock import load
from .flow import SHIFT, SOUND_WEIGHT, Noised, Records, add_noise, distance, draw_batch, features, noise_levels, tokens, velocities
from .sizes import PLANS, STEPS
from .training import Training, compile_layers, new_model

GUIDANCE_VIDEO, GUIDANCE_AUDIO = 2.0, 2.5
#: Share of samples at the very levels of the sampler.
ON_LEVELS = 0.7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--plan", choices=PLANS, default="full")
    parser.add_argument("--total", type=float, required=True)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--tokens", type=int, default=0)
    args = parser.parse_args()
    sizes = PLANS[args.plan]()
    training = Training(args.work / "distilled.pt", args.work / "joint.pt", new_model(sizes), args.total, args.seconds, rate=0.25)
    where, fixed = training.device, training.device.type == "cuda"
    teacher = new_model(sizes).to(where).eval().requires_grad_(False)
    teacher.load_state_dict((load(args.work / "joint.pt", where) or {})["average"])
    compile_layers(teacher)
    tokenizer = Tokenizer.from_file(str(args.work / "tokenizer.json"))
    records = Records(args.work / "latents", Halving(Anchor.load(args.work / "pca.npz")))
    records.refresh()
    known, budget = records.part(held_out=False), args.tokens or (120_000 if fixed else 6_000)
    rng, levels = np.random.default_rng([training.step, 42, fellows.RANK]), torch.tensor(sigmas(STEPS, SHIFT)[:-1])
    for progress in training.clock:
        batch = draw_batch(known, budget, 0.2, tokenizer, sizes.most_words, fixed, rng).to(where)
        count = len(batch.prompts)
        sigma = torch.where(torch.rand(count) < ON_LEVELS, levels[torch.randint(len(levels), (count,))], noise_levels(count))
        noised = add_noise(batch, sigma.to(where))
        with torch.no_grad():
            ids, mask = (x.to(where) for x in tokens(tokenizer, [NEGATIVE_PROMPT] * count, batch.ids.shape[1], fixed))
            good = teacher.dit(noised.video, noised.audio, features(teacher, batch.ids, batch.mask), batch.mask, frames=batch.frames)
            bad = teacher.dit(noised.video, noised.audio, features(teacher, ids, mask), mask, frames=batch.frames)
            wanted = tuple(b + scale * (g - b) for g, b, scale in zip(good, bad, (GUIDANCE_VIDEO, GUIDANCE_AUDIO)))
        levels_of = (noised.sigma_video, noised.sigma_audio)
        goal = Noised(noised.video, noised.audio, noised.sigma_video, noised.sigma_audio, *velocities(teacher.dit, wanted, *levels_of))
        got = training.model.dit(noised.video, noised.audio, features(training.model, batch.ids, batch.mask), batch.mask, frames=batch.frames)
        video, audio = distance(velocities(training.model.dit, got, *levels_of), goal, batch.weight)
        training.update(video + SOUND_WEIGHT * audio, progress)
        if training.step % 25 == 0:
            training.say(f"video {video.item():.3f} sound {audio.item():.3f}")
    training.checkpoint()
    training.say("distil is over for this call")


if __name__ == "__main__":
    main()
