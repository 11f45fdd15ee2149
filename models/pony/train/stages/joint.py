"""Trains picture and sound together on the drawn clips.

    python -m train.stages.joint WORK --small --total 200
    python -m train.stages.joint WORK --total 460 --seconds 400

First at half the size, where a clip has a quarter of the tokens: what a picture is made of is learned there. Both begin with
what came before (`speech`, then `small`), resume from WORK/small.pt and WORK/joint.pt, and take in new clips while they are
drawn.
"""

from __future__ import annotations

import argparse
import queue
import threading
import time
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from .flow import HALF_SHARES, SOUND_WEIGHT, Batch, Records, draw_batch, flow_losses
from .sizes import PLANS
from .training import Training


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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--plan", choices=PLANS, default="full")
    parser.add_argument("--total", type=float, required=True)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--tokens", type=int, default=0, help="tokens of a batch; 0: 150000 on a GPU, 12000 on a CPU")
    parser.add_argument("--small", action="store_true", help="pictures of half the size")
    args = parser.parse_args()
    sizes = PLANS[args.plan]()
    name, before, spacing = ("small.pt", ["speech.pt"], 2) if args.small else ("joint.pt", ["small.pt", "speech.pt"], 1)
    start = next((args.work / b for b in before if (args.work / b).exists()), None)
    training = Training(args.work / name, start, sizes, args.total, args.seconds)
    where, fixed = training.device, training.device.type == "cuda"
    tokenizer = Tokenizer.from_file(str(args.work / "tokenizer.json"))
    channels, tones = training.weights(args.work)
    records = Records(args.work / "latents", spacing)
    records.refresh()
    known, budget = records.part(held_out=False), args.tokens or (150_000 if fixed else 12_000)

    def draw(rng: np.random.Generator) -> Batch:
        share = HALF_SHARES[training.clock.spent > 0.5 * training.clock.total]
        return draw_batch(known, budget, share, tokenizer, sizes.most_words, fixed, rng)

    # On a CPU the same batches come in the same order for the same seed; a GPU is fed by threads, in whatever order.
    feeder, rng = (Feeder(draw, 6), None) if fixed else (None, np.random.default_rng([training.step, 41]))
    looked = time.monotonic()
    samples = 0
    for progress in training.clock:
        if time.monotonic() - looked > 20:
            records.refresh()
            known[:] = records.part(held_out=False)
            looked = time.monotonic()
        batch = feeder.ready.get() if feeder else draw(rng)
        video, audio = flow_losses(training.model, batch.to(where), tokenizer, channels, tones, spacing)
        training.update(video + SOUND_WEIGHT * audio, progress)
        samples += len(batch.prompts)
        if training.step % 25 == 0:
            print(f"{training.clock.spent:.0f} s, step {training.step}, {samples} windows of {len(known)} clips, "
                  f"video {video.item():.3f} sound {audio.item():.3f}", flush=True)
    if feeder:
        feeder.stopped.set()
    training.checkpoint()
    print(f"{name}: {training.step} steps, {samples} windows in this call", flush=True)


if __name__ == "__main__":
    main()
