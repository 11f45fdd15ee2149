"""Train transformer and text encoder on latents: `python -m train.transformer.train WORK --minutes 95`.

Resumes from WORK/ckpt/pony.pt, looks for new clips while it runs, and keeps an average of the weights.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from ..codecs.anchor import Anchor
from ..codecs.sound_anchor import SoundAnchor
from .batches import Clips, draw_batch
from .model import AUDIO_WEIGHT, Pony, audio_weight, channel_weight, draw_noise, load, losses, save
from .optimizer import make_optimizers

MUON_LR, ADAM_LR = 0.02, 2e-3
EMA = 0.998
LOG_EVERY = 20
#: Window length in latent frames (2, 3 and 4 seconds) to its share of the batches: first and second half.
SHARES = ({13: 0.55, 19: 0.2, 26: 0.25}, {13: 0.4, 19: 0.2, 26: 0.4})


def learning_rate(progress: float, step: int) -> float:
    """Factor on the learning rates: short warm-up, constant, linear decay over the last 45 %."""
    return min(1.0, (step + 1) / 60) * min(1.0, max(0.01, (1 - progress) / 0.45))


class Training:
    def __init__(self, work: Path, device: torch.device) -> None:
        self.path = work / "ckpt" / "pony.pt"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.device = device
        self.model = Pony().to(device)
        self.params = dict(self.model.named_parameters())
        self.average = {k: p.detach().clone() for k, p in self.params.items()}
        self.optimizers = make_optimizers(self.model, MUON_LR, ADAM_LR)
        self.step, self.spent = 0, 0.0
        if self.path.exists():
            state = load(self.path, device)
            self.model.load_state_dict(state["model"])
            for k, p in self.average.items():
                p.copy_(state["average"][k])
            for optimizer, saved in zip(self.optimizers, state["optimizers"]):
                optimizer.load_state_dict(saved)
            self.step, self.spent = state["step"], state["spent"]

    def checkpoint(self) -> None:
        save(self.path, {
            "model": self.model.state_dict(), "average": self.average, "step": self.step, "spent": self.spent,
            "optimizers": [o.state_dict() for o in self.optimizers],
        })

    def update(self, progress: float) -> None:
        torch.nn.utils.clip_grad_norm_(self.params.values(), 1.0)
        for optimizer, base in zip(self.optimizers, (MUON_LR, ADAM_LR)):
            for group in optimizer.param_groups:
                group["lr"] = base * learning_rate(progress, self.step)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.step += 1
        decay = min(EMA, self.step / (self.step + 20))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.values()), [p.detach() for p in self.params.values()], 1 - decay)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--minutes", type=float, required=True, help="length of the whole training, earlier runs included")
    parser.add_argument("--tokens", type=int, default=8000, help="tokens per batch")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--eager", action="store_true", help="do not compile the blocks (needs no C++ compiler, takes twice as long)")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    training = Training(args.work, device)
    tokenizer = Tokenizer.from_file(str(args.work / "tokenizer.json"))
    channels = channel_weight(Anchor.load(args.work / "pca.npz").sigma).to(device)
    tones = audio_weight(SoundAnchor.load(args.work / "sound_pca.npz").sigma).to(device)
    if not args.eager:
        for layer in training.model.dit.block["layers"]:
            layer.compile(dynamic=True)
    clips = Clips(args.work / "latents", args.work / "audio_latents")
    rng = np.random.default_rng(training.step)
    torch.manual_seed(training.step)
    began, looked, saved = time.monotonic() - training.spent, -1e9, time.monotonic()
    sums, samples = np.zeros(2), 0
    while (now := time.monotonic()) - began < args.minutes * 60:
        if now - looked > 60:
            clips.refresh()
            looked, records = now, clips.part(held_out=False)
        progress = (now - began) / (args.minutes * 60)
        batch = draw_batch(records, args.tokens, SHARES[progress > 0.5], rng)
        video, audio = losses(training.model, tokenizer, batch, draw_noise(batch), channels, tones)
        (video + AUDIO_WEIGHT * audio).backward()
        training.update(progress)
        training.spent = time.monotonic() - began
        sums += (video.item(), audio.item())
        samples += len(batch.prompts)
        if training.step % LOG_EVERY == 0:
            v, a = sums / LOG_EVERY
            print(f"{training.spent / 60:.1f} min step {training.step} {samples} samples of {len(records)} clips, video {v:.3f} audio {a:.3f}", flush=True)
            sums[:] = 0
        if now - saved > 120:
            training.checkpoint()
            saved = now
    training.checkpoint()


if __name__ == "__main__":
    main()
