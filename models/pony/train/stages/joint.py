"""Trains picture and sound together.

    python -m train.stages.joint WORK --of stills --total 200     # moments, see stills.py
    python -m train.stages.joint WORK --of excerpts --total 200   # a few moments of a clip with its whole sound
    python -m train.stages.joint WORK --total 460 --seconds 400   # clips

What a picture is made of is learned where it costs least: from moments, then, with the sound that belongs to it, from
excerpts, which have less than half of a clip's tokens. Each begins with what came before (`speech` first of all), resumes from its
own file in WORK, and takes in what is drawn beside it. Once there is an upscaler the text encoder stays as it is, for the upscaler
listens to it too.
"""

from __future__ import annotations

import queue
import threading
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from .. import fellows
from ..codecs.anchor import Anchor, Halving
from .clock import arguments
from .ears import EARS_WEIGHT
from .flow import HALF_SHARES, SOUND_WEIGHT, Batch, Record, Records, draw_batch, flow
from .lines import spare_processes
from .lips import LIPS_WEIGHT, Lips
from .reading import READ_WEIGHT, namers
from .sizes import PLANS
from .speaking import NAME_WEIGHT, Speaking
from .stills import Stills
from .training import Training, new_model

#: Each so many steps one hears sounds alone, so that lines that no clip says are not forgotten.
SPOKEN_EVERY = 4
#: What is learned from, in this order.
STATES = {"stills": "stills.pt", "excerpts": "excerpts.pt", "clips": "joint.pt"}
#: Shares of the batches of moments, excerpts and clips: what came before goes on beside, for it shows more scenes.
SHARES = {"stills": (1.0, 0.0, 0.0), "excerpts": (0.3, 0.7, 0.0), "clips": (0.1, 0.3, 0.6)}


def start_of(work: Path, of: str) -> Path | None:
    """What a training begins with: the state of the last one before it that has been made."""
    files = ["speech.pt", *STATES.values()]
    before = reversed(files[: files.index(STATES[of])])
    return next((work / name for name in before if (work / name).exists()), None)


class Sources:
    """Moments, excerpts and clips of a work folder as drafts, each where it has a share of the batches and has been drawn."""

    def __init__(self, work: Path, shares: tuple[float, float, float]) -> None:
        self.shares, halving = np.array(shares), Halving(Anchor.load(work / "pca.npz"))
        self.stills, self.records = Stills(work / "stills", halving), [Records(work / name, halving) for name in ("excerpts", "latents")]
        self.refresh()

    def refresh(self) -> None:
        for source, share in zip((self.stills, *self.records), self.shares):
            if share > 0:
                source.refresh()
        self.known = [r.part(held_out=False) for r in self.records]

    @property
    def clips(self) -> list[Record]:
        return self.known[-1]

    def __len__(self) -> int:
        return len(self.stills) + sum(map(len, self.known))

    def batch(self, budget: int, half_share: float, tokenizer: Tokenizer, most: int, fixed: bool, rng: np.random.Generator) -> Batch:
        """Some `budget` tokens of one source; `half_share` as for `draw_batch`."""
        shares = self.shares * [len(known) > 0 for known in (self.stills, *self.known)]
        if not shares.any():
            raise SystemExit("nothing is drawn yet; run train.stages.stills or train.stages.draw first")
        kind = int(rng.choice(3, p=shares / shares.sum()))
        if kind == 0:
            return self.stills.batch(budget, tokenizer, most, fixed, rng)
        return draw_batch(self.known[kind - 1], budget, half_share, tokenizer, most, fixed, rng)


class Feeder:
    """Draws batches in threads while the network computes."""

    def __init__(self, draw, threads: int) -> None:
        self.ready: queue.Queue[Batch] = queue.Queue(maxsize=8)
        self.stopped = threading.Event()
        for number in range(threads):
            threading.Thread(target=self._work, args=(draw, number), daemon=True).start()

    def _work(self, draw, number: int) -> None:
        rng = np.random.default_rng([number, time.time_ns() % 2**31])
        while not self.stopped.is_set():
            batch = draw(rng)
            while not self.stopped.is_set():
                try:
                    self.ready.put(batch, timeout=1)
                    break
                except queue.Full:
                    continue


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--tokens", type=int, default=0, help="tokens of a batch; 0: 150000 on a GPU, 12000 on a CPU")
    parser.add_argument("--processes", type=int, default=-1, help="that draw sounds; -1: all cores but two")
    parser.add_argument("--of", choices=STATES, default="clips", help="moments, excerpts of clips, or clips")
    args = parser.parse_args()
    sizes = PLANS[args.plan]()
    name = STATES[args.of]
    model, reads = new_model(sizes), not (args.work / "upscaler.pt").exists()
    model.text.requires_grad_(reads)
    training = Training(args.work / name, start_of(args.work, args.of), model, args.total, args.seconds, beside=namers(sizes))
    where, fixed = training.device, training.device.type == "cuda"
    tokenizer = Tokenizer.from_file(str(args.work / "tokenizer.json"))
    speaking = Speaking(args.work, sizes, tokenizer, where, 16 if fixed else 2, spare_processes(args.processes), training.step)
    budget = args.tokens or (150_000 if fixed else 12_000)
    sources = Sources(args.work, SHARES[args.of])
    lips = Lips.of(sources.clips, where)

    def draw(rng: np.random.Generator) -> Batch:
        share = HALF_SHARES[training.clock.spent > 0.5 * training.clock.total]
        return sources.batch(budget, share, tokenizer, sizes.most_words, fixed, rng)

    # On a CPU the same batches come in the same order for the same seed; a GPU is fed by threads, in whatever order.
    feeder, rng = (Feeder(draw, 6), None) if fixed else (None, np.random.default_rng([training.step, 41, fellows.RANK]))
    looked = time.monotonic()
    samples, sums, looks = 0, torch.zeros(2, 6, device=where), torch.zeros(2, 1)
    for progress in training.clock:
        alone = int(training.step % SPOKEN_EVERY == SPOKEN_EVERY - 1)
        if alone:
            figures = speaking.losses(training.model, training.beside["phonemes"])
            training.update(figures[0] + NAME_WEIGHT * figures[1], progress)
        else:
            if time.monotonic() - looked > 20:
                sources.refresh()
                looked = time.monotonic()
            batch = feeder.ready.get() if feeder else draw(rng)
            batch = batch.to(where)
            told = flow(training.model, batch, tokenizer, tap=speaking.behind)
            mouth = lips.loss(batch.video, told.velocity - told.noised.want_video, told.noised.sigma_video, batch.weight)
            ears = training.beside["ears"](told.video_tokens, batch)
            reading = right = pace = torch.zeros((), device=where)
            if reads:
                reading, right, pace = training.beside["descriptions"].loss(training.model, tokenizer, sizes.most_words, fixed, training.step)
            helping = READ_WEIGHT * reading + EARS_WEIGHT * ears + LIPS_WEIGHT * mouth
            training.update(told.video + SOUND_WEIGHT * told.sound + helping, progress)
            figures = (told.video, told.sound, right, pace, ears, mouth)
            samples += len(batch.prompts)
        sums[alone, : len(figures)] += torch.stack(figures).detach()
        looks[alone] += 1
        if training.step % 40 == 0:
            (seen, heard, read, pace, ears, mouth), (spoken, named, *_) = (sums.cpu() / looks).tolist()
            losses = f"video {seen:.3f} sound {heard:.3f} read {read:.3f} pace {pace:.3f} ears {ears:.3f} lips {mouth:.3f}, alone {spoken:.3f} phonemes {named:.3f}"
            training.say(f"{samples} samples of {len(sources)}, {losses}")
            sums.zero_(), looks.zero_()
    speaking.lines.close()
    if feeder:
        feeder.stopped.set()
    training.checkpoint()
    training.say(f"{name} is over for this call")


if __name__ == "__main__":
    main()
