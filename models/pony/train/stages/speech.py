"""The transformer learns to speak first: sound and text alone, a tenth of the tokens of a clip, lines drawn without end.

    python -m train.stages.speech WORK --total 240 --seconds 240

A whole clip has 3000 tokens, its sound 101: what makes an open vocabulary, hundreds of thousands of different lines, is
affordable only here. The video experts see one token of noise and learn nothing yet. Resumes from WORK/speech.pt.

Which sound comes when is hard to find out from noise: a small layer names the phoneme of each frame from what the audio
tokens are in the middle of the network, and its error is part of the loss (after REPA, Yu et al. 2024, where what is named
are the features of a trained encoder). The layer is thrown away.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from ..codecs.sound_anchor import SoundAnchor
from ..voices.phones import PHONES
from .flow import Batch, flow_losses, tokens
from .lines import GROUP, Lines, spare_processes
from .sizes import PLANS
from .training import Training

KEPT_GROUPS = 6000  # of 16 sounds: 1.2 GB of latents on the device
#: The layer behind which phonemes are named, and the weight of that.
NAMED_BEHIND, NAME_WEIGHT = 4, 0.3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--plan", choices=PLANS, default="full")
    parser.add_argument("--total", type=float, required=True)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--groups", type=int, default=0, help="groups of 16 sounds in a batch; 0: 24 on a GPU, 1 on a CPU")
    parser.add_argument("--processes", type=int, default=-1)
    args = parser.parse_args()
    sizes = PLANS[args.plan]()
    behind = min(NAMED_BEHIND, sizes.dit.num_layers - 1)
    namer = torch.nn.Sequential(torch.nn.LayerNorm(sizes.dit.hidden_size), torch.nn.Linear(sizes.dit.hidden_size, PHONES))
    training = Training(args.work / "speech.pt", None, sizes, args.total, args.seconds, beside=namer)
    where, fixed = training.device, training.device.type == "cuda"
    tokenizer = Tokenizer.from_file(str(args.work / "tokenizer.json"))
    channels, tones = training.weights(args.work)
    anchor = SoundAnchor.load(args.work / "sound_pca.npz", where)
    lines = Lines(spare_processes(args.processes), 10_000_000 + 100_000 * training.step)
    supply, rng = iter(lines), np.random.default_rng(training.step)
    kept: list[tuple] = []

    def take() -> None:
        sounds, phones, prompts = next(supply)
        with torch.no_grad():
            latents = anchor.latents(torch.from_numpy(sounds).to(where).float() / 32767).transpose(1, 2)
        entry = (latents.half(), *tokens(tokenizer, prompts, sizes.most_words, True), torch.from_numpy(phones).long(), prompts)
        if len(kept) < KEPT_GROUPS:
            kept.append(entry)
        else:
            kept[int(rng.integers(KEPT_GROUPS))] = entry

    count = args.groups or (24 if fixed else 1)
    for _ in range(3 * count):
        take()
    sums, drawn = torch.zeros(2, device=where), 0
    for progress in training.clock:
        while lines.pool is not None and lines.ready():
            take()
            drawn += GROUP
        if lines.pool is None and training.step % 4 == 0:
            take()
        picked = [kept[int(i)] for i in rng.integers(0, len(kept), count)]
        audio, ids, mask, phones = (torch.cat([p[i] for p in picked]) for i in range(4))
        if not fixed:
            longest = int(mask.sum(1).max())
            ids, mask = ids[:, :longest], mask[:, :longest]
        nothing = torch.zeros(len(audio), 48, 1, 2, 2)
        blind = torch.zeros(len(audio), 1, 2, 2)
        batch = Batch(nothing, audio.float(), blind, torch.zeros(len(audio), dtype=torch.bool), ids, mask, sum((p[4] for p in picked), []))
        _, loss, heard = flow_losses(training.model, batch.to(where), tokenizer, channels, tones, tap=behind)
        named = F.cross_entropy(namer(heard).flatten(0, 1), phones.to(where).flatten())
        training.update(loss + NAME_WEIGHT * named, progress)
        sums += torch.stack([loss, named]).detach()
        if training.step % 50 == 0:
            print(f"{training.clock.spent:.0f} s, step {training.step}, sound {sums[0] / 50:.3f}, phonemes {sums[1] / 50:.3f}, {drawn} new sounds", flush=True)
            sums.zero_()
    lines.close()
    training.checkpoint()
    print(f"speech: {training.step} steps", flush=True)


if __name__ == "__main__":
    main()
