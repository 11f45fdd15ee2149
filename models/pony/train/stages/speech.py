"""The transformer learns to speak first: sound and text alone, a tenth of the tokens of a clip.

    python -m train.stages.speech WORK --total 240 --seconds 240

A whole clip has 3000 tokens, its sound 101: what makes an open vocabulary, hundreds of thousands of different lines, is
affordable only here (`speaking.py`). The video experts see one token of noise and learn nothing yet. Resumes from
WORK/speech.pt.
"""

from __future__ import annotations

import torch
from tokenizers import Tokenizer

from .clock import arguments
from .lines import spare_processes
from .reading import READ_WEIGHT, namers
from .sizes import PLANS
from .speaking import NAME_WEIGHT, Speaking
from .training import Training, new_model


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--groups", type=int, default=0, help="groups of 16 sounds in a batch; 0: 24 on a GPU, 1 on a CPU")
    parser.add_argument("--processes", type=int, default=-1)
    args = parser.parse_args()
    sizes = PLANS[args.plan]()
    training = Training(args.work / "speech.pt", None, new_model(sizes), args.total, args.seconds, beside=namers(sizes))
    tokenizer = Tokenizer.from_file(str(args.work / "tokenizer.json"))
    fixed = training.device.type == "cuda"
    count = args.groups or (24 if fixed else 1)
    speaking = Speaking(args.work, sizes, tokenizer, training.device, count, spare_processes(args.processes), training.step)
    sums = torch.zeros(3, device=training.device)
    for progress in training.clock:
        loss, named = speaking.losses(training.model, training.beside["phonemes"])
        reading, right, _ = training.beside["descriptions"].loss(training.model, tokenizer, sizes.most_words, fixed, training.step)
        training.update(loss + NAME_WEIGHT * named + READ_WEIGHT * reading, progress)
        sums += torch.stack([loss, named, right]).detach()
        if training.step % 50 == 0:
            training.say(f"sound {sums[0] / 50:.3f}, phonemes {sums[1] / 50:.3f}, read {sums[2] / 50:.3f}, {speaking.drawn} sounds drawn")
            sums.zero_()
    speaking.lines.close()
    training.checkpoint()
    training.say("speech is over for this call")


if __name__ == "__main__":
    main()
