"""A student that needs no guidance: `python -m train.stages.distil WORK --total 150 --seconds 150`.

Guidance asks the network twice, with and without the prompt, and goes further in their difference. The student learns the
result of both (Meng et al. 2023, the first of their two stages) at the eight noise levels of the sampler and between them,
so that a clip takes eight calls instead of sixteen. With UniPC eight steps gave what 32 gave (study of the first model), so
the second stage, fewer steps than the solver needs, is left out. Begins with the average of WORK/joint.pt.
"""

from __future__ import annotations

import numpy as np
import torch
from tokenizers import Tokenizer

from .. import fellows
from ..codecs.anchor import Anchor, Halving
from ..transformer.sampling import sigmas
from .clock import arguments
from .flow import NEGATIVE_PROMPT, SHIFT, SOUND_WEIGHT, Noised, Records, add_noise, distance, draw_batch, features, levels_among, tokens
from .sizes import PLANS, STEPS
from .training import Training, frozen, new_model

GUIDANCE_VIDEO, GUIDANCE_AUDIO = 1.2, 3.0
#: Share of samples at the very levels of the sampler.
ON_LEVELS = 0.7


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--tokens", type=int, default=0)
    args = parser.parse_args()
    sizes = PLANS[args.plan]()
    training = Training(args.work / "distilled.pt", args.work / "joint.pt", new_model(sizes), args.total, args.seconds, rate=0.25)
    where, fixed = training.device, training.device.type == "cuda"
    teacher = frozen(args.work / "joint.pt", sizes, where)
    tokenizer = Tokenizer.from_file(str(args.work / "tokenizer.json"))
    records = Records(args.work / "latents", Halving(Anchor.load(args.work / "pca.npz")))
    records.refresh()
    known, budget = records.part(held_out=False), args.tokens or (120_000 if fixed else 6_000)
    rng, levels = np.random.default_rng([training.step, 42, fellows.RANK]), torch.tensor(sigmas(STEPS, SHIFT)[:-1])
    for progress in training.clock:
        batch = draw_batch(known, budget, 0.2, tokenizer, sizes.most_words, fixed, rng).to(where)
        count = len(batch.prompts)
        noised = add_noise(batch, levels_among(levels, ON_LEVELS, count).to(where))
        with torch.no_grad():
            ids, mask = (x.to(where) for x in tokens(tokenizer, [NEGATIVE_PROMPT] * count, batch.ids.shape[1], fixed))
            good = teacher.dit.velocity(*noised.seen, features(teacher, batch.ids, batch.mask), batch.mask, frames=batch.frames)
            bad = teacher.dit.velocity(*noised.seen, features(teacher, ids, mask), mask, frames=batch.frames)
            wanted = [b + scale * (g - b) for g, b, scale in zip(good, bad, (GUIDANCE_VIDEO, GUIDANCE_AUDIO))]
        got = training.model.dit.velocity(*noised.seen, features(training.model, batch.ids, batch.mask), batch.mask, frames=batch.frames)
        video, audio = distance(got, Noised(*noised.seen, *wanted), batch.weight)
        training.update(video + SOUND_WEIGHT * audio, progress)
        if training.step % 25 == 0:
            training.say(f"video {video.item():.3f} sound {audio.item():.3f}")
    training.checkpoint()
    training.say("distil is over for this call")


if __name__ == "__main__":
    main()
