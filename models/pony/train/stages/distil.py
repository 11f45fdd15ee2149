"""A student that needs no guidance: `python -m train.stages.distil WORK --total 150 --seconds 150`.

Guidance asks the network twice, with and without the prompt, and goes further in their difference. The student learns the
result of both (Meng et al. 2023, the first of their two stages) at the eight noise levels of the sampler and between them,
so that a clip takes eight calls instead of sixteen. With UniPC eight steps gave what 32 gave (study of the first model), so
the second stage, fewer steps than the solver needs, is left out. Begins with the average of WORK/joint.pt and is asked about all
that was learned from: clips, excerpts, moments and sounds alone, so that nothing is forgotten over the clips. How far mouths open it
goes on learning from the drawn clips themselves, as the teacher did (`lips.py`): guidance does not help there. The text encoder stays
the teacher's, for the upscaler listens to it too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from .. import fellows
from ..transformer.model import Pony
from ..transformer.sampling import sigmas
from .clock import arguments
from .flow import HALF_SHARES, NEGATIVE_PROMPT, SHIFT, SOUND_WEIGHT, Batch, Noised, add_noise, distance, features, levels_among, tokens
from .joint import SHARES, SPOKEN_EVERY, Sources
from .lines import spare_processes
from .lips import LIPS_WEIGHT, Lips
from .sizes import PLANS, STEPS
from .speaking import Speaking
from .training import Training, frozen, new_model

GUIDANCE_VIDEO, GUIDANCE_AUDIO = 1.2, 3.0
#: Share of samples at the very levels of the sampler.
ON_LEVELS = 0.7
#: How fast it learns beside its teacher.
RATE = 0.25


@torch.no_grad()
def taught(teacher: Pony, noised: Noised, batch: Batch, text: Tensor, tokenizer: Tokenizer, fixed: bool) -> Noised:
    """The same noise, wanted of it what guidance makes of the teacher's two answers; `text` are the features of the batch's prompts,
    `fixed` as for `padded`."""
    none, mask = (x.to(text.device) for x in tokens(tokenizer, [NEGATIVE_PROMPT] * len(text), text.shape[1], fixed))
    good = teacher.dit.velocity(*noised.seen, text, batch.mask, frames=batch.frames)
    bad = teacher.dit.velocity(*noised.seen, features(teacher, none, mask), mask, frames=batch.frames)
    video, audio = (b + scale * (g - b) for g, b, scale in zip(good, bad, (GUIDANCE_VIDEO, GUIDANCE_AUDIO)))
    return replace(noised, want_video=video, want_audio=audio)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--tokens", type=int, default=0, help="tokens of a batch; 0: 120000 on a GPU, 6000 on a CPU")
    parser.add_argument("--processes", type=int, default=-1, help="that draw sounds; -1: all cores but two")
    args = parser.parse_args()
    sizes = PLANS[args.plan]()
    student = new_model(sizes)
    student.text.requires_grad_(False)
    training = Training(args.work / "distilled.pt", args.work / "joint.pt", student, args.total, args.seconds, rate=RATE)
    where, fixed = training.device, training.device.type == "cuda"
    teacher = frozen(args.work / "joint.pt", sizes, where)
    tokenizer = Tokenizer.from_file(str(args.work / "tokenizer.json"))
    speaking = Speaking(args.work, sizes, tokenizer, where, 16 if fixed else 2, spare_processes(args.processes), training.step)
    sources, budget = Sources(args.work, SHARES["clips"]), args.tokens or (120_000 if fixed else 6_000)
    lips = Lips.of(sources.clips, where)
    rng, levels = np.random.default_rng([training.step, 42, fellows.RANK]), torch.tensor(sigmas(STEPS, SHIFT)[:-1])
    sums, looks = torch.zeros(2, 3, device=where), torch.zeros(2, 1)
    for progress in training.clock:
        alone = int(training.step % SPOKEN_EVERY == SPOKEN_EVERY - 1)
        batch = speaking.batch()[0] if alone else sources.batch(budget, HALF_SHARES[1], tokenizer, sizes.most_words, fixed, rng)
        batch = batch.to(where)
        noised = add_noise(batch, levels_among(levels, ON_LEVELS, len(batch.prompts)).to(where))
        with torch.no_grad():
            text = features(teacher, batch.ids, batch.mask)
        wanted = taught(teacher, noised, batch, text, tokenizer, fixed)
        got = training.model.dit.velocity(*noised.seen, text, batch.mask, frames=batch.frames)
        video, audio = distance(got, wanted, batch.weight)
        mouth = lips.loss(batch.video, got[0] - noised.want_video, noised.sigma_video, batch.weight)
        training.update(video + SOUND_WEIGHT * audio * batch.has_sound + LIPS_WEIGHT * mouth, progress)
        sums[alone] += torch.stack([video, audio * batch.has_sound, mouth]).detach()
        looks[alone] += 1
        if training.step % 40 == 0:
            (seen, heard, mouth), (_, spoken, _) = (sums.cpu() / looks).tolist()
            training.say(f"video {seen:.4f} sound {heard:.4f} lips {mouth:.3f}, alone {spoken:.4f}")
            sums.zero_(), looks.zero_()
    speaking.lines.close()
    training.checkpoint()
    training.say("distil is over for this call")


if __name__ == "__main__":
    main()
