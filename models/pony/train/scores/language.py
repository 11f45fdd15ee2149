"""Tells the language from the sound alone: a small network over mel bands, trained on lines and tested on held-out ones.

    python -m train.scores.language --out JUDGES            (about 5 minutes of a core)

Voices, speeds, loudness, backgrounds, frequency responses and noise are drawn anew for each line, as generated sound is
coloured by a codec; the loudness of a band says nothing, its movement does.
"""

from __future__ import annotations

import argparse
import functools
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..voices.espeak import RATE, VOICES, speak
from ..voices.grammar import LANGUAGES, draw_line
from ..voices.sounds import SOUNDS, background
from .hearing import BANDS, log_mel, speech_only

FILE = "language.pt"
STEPS_OF_10_MS = 300
KEPT_LINES = 16_000


class LanguageJudge(nn.Module):
    """[b, t, 40] mel bands in dB to scores of the seven languages."""

    def __init__(self, width: int = 96) -> None:
        super().__init__()
        sizes = [(BANDS, width, 5, 2), (width, width, 5, 2), (width, width, 5, 1), (width, width, 3, 1)]
        self.layers = nn.ModuleList(nn.Conv1d(i, o, k, stride=s, padding=k // 2) for i, o, k, s in sizes)
        self.norms = nn.ModuleList(nn.BatchNorm1d(o) for _, o, _, _ in sizes)
        self.look = nn.Conv1d(width, 4, 1)
        self.out = nn.Linear(width * 5, len(LANGUAGES))

    def forward(self, mel: Tensor) -> Tensor:
        x = (mel - mel.mean(1, keepdim=True)).transpose(1, 2) / 12
        for layer, norm in zip(self.layers, self.norms):
            y = F.gelu(norm(layer(x)))
            x = x + y if y.shape == x.shape else y
        where = torch.softmax(self.look(x), -1)
        pooled = torch.einsum("bht,bct->bhc", where, x).flatten(1)
        return self.out(torch.cat([pooled, x.std(-1)], 1))


def features(sound: np.ndarray) -> np.ndarray:
    """Mel bands of the spoken part, cut or repeated to 3 s, [300, 40]."""
    mel = log_mel(speech_only(sound))
    return mel[:STEPS_OF_10_MS] if len(mel) >= STEPS_OF_10_MS else np.resize(mel, (STEPS_OF_10_MS, BANDS))


@functools.lru_cache(maxsize=None)
def _take(kind: str, number: int) -> np.ndarray:
    """One of a few takes of a background, mono, 4 s: to draw them anew for each line would cost more than all else."""
    return 0.8 * background(kind, 4 * RATE, np.random.default_rng([number, 8])).mean(0)


def example(rng: np.random.Generator, held_out: bool) -> tuple[np.ndarray, int]:
    """A line as it may come out of a clip, and the number of its language."""
    label = int(rng.integers(len(LANGUAGES)))
    line = draw_line(rng, LANGUAGES[label], held_out)
    reading = line.reading
    while len(reading) and rng.random() < 0.4:
        reading += " " + draw_line(rng, LANGUAGES[label], held_out).reading
    sound = speak(reading, LANGUAGES[label], str(rng.choice(list(VOICES)))).sound[: int(3.4 * RATE)]
    sound = np.pad(sound, (int(rng.uniform(0, 0.3) * RATE), int(rng.uniform(0.05, 0.3) * RATE)))
    if rng.random() < 0.4:
        sound = sound + _take(str(rng.choice(list(SOUNDS))), 4 if held_out else int(rng.integers(4)))[: len(sound)]
    mel = features(sound.astype(np.float32))
    if not held_out:
        tilt = np.interp(np.arange(BANDS), np.linspace(0, BANDS, 5), rng.normal(0, 4, 5))
        mel = mel + tilt.astype(np.float32) + rng.normal(0, rng.uniform(0, 3), mel.shape).astype(np.float32)
        shift = int(rng.integers(-1, 2))  # a voice a little smaller or larger
        mel = np.roll(mel, shift, axis=1)
    return mel, label


def batch(rng: np.random.Generator, count: int, held_out: bool = False) -> tuple[Tensor, Tensor]:
    rows = [example(rng, held_out) for _ in range(count)]
    return torch.from_numpy(np.stack([r[0] for r in rows])), torch.tensor([r[1] for r in rows])


def train(steps: int, seed: int = 0) -> LanguageJudge:
    """A judge; the same steps and seed give the same one on the same machine."""
    torch.manual_seed(seed)
    rng = np.random.default_rng([seed, 1])
    judge = LanguageJudge()
    optimizer = torch.optim.AdamW(judge.parameters(), 2e-3, weight_decay=0.02)
    start, kept = time.monotonic(), torch.empty(0, STEPS_OF_10_MS, BANDS)
    labels = torch.empty(0, dtype=torch.long)
    for step in range(steps):
        # Drawing a line costs more than learning from it, so each is seen a few times, mixed with others.
        if step % 3 == 0 and len(kept) < KEPT_LINES:
            mel, label = batch(rng, 32)
            kept, labels = torch.cat([kept, mel]), torch.cat([labels, label])
        chosen = torch.from_numpy(rng.integers(0, len(kept), 32))
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1.0, (step + 1) / 50) * max(0.02, min(1.0, 2 * (1 - step / steps)))
        mel = kept[chosen] + torch.from_numpy(rng.normal(0, 1.5, (32, 1, BANDS)).astype(np.float32))
        loss = F.cross_entropy(judge(mel), labels[chosen], label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if (step + 1) % 200 == 0:
            print(f"{(time.monotonic() - start) / 60:.1f} min, step {step + 1}, loss {loss.item():.3f}", flush=True)
    return judge.eval()


@torch.no_grad()
def accuracy(judge: LanguageJudge, count: int = 350, seed: int = 5) -> float:
    """Share of held-out lines whose language is told."""
    mel, label = batch(np.random.default_rng([seed, 2]), count, held_out=True)
    return float((judge(mel).argmax(1) == label).float().mean())


@torch.no_grad()
def told(judge: LanguageJudge, sounds: list[np.ndarray]) -> list[str]:
    """The language of each sound, mono float32 at 16 kHz."""
    mel = torch.from_numpy(np.stack([features(sound) for sound in sounds]))
    return [LANGUAGES[i] for i in judge(mel).argmax(1).tolist()]


def load(folder: Path) -> LanguageJudge:
    judge = LanguageJudge()
    judge.load_state_dict(torch.load(folder / FILE, map_location="cpu", weights_only=True))
    return judge.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    judge = train(args.steps, args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    torch.save(judge.state_dict(), args.out / FILE)
    print(f"held-out lines: {accuracy(judge):.3f} right of {len(LANGUAGES)} languages; {args.out / FILE}")


if __name__ == "__main__":
    main()
