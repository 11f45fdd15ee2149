"""Training batches: windows of 2 to 4 seconds of the clips' latents, with prompts that fit the window."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from ..codecs.anchor import SIDE
from ..codecs.clips import HELD_OUT_EVERY
from ..world.vocabulary import FPS, Scene, compose, scene_from_json

#: What a dropped prompt is replaced with; guidance at sampling time uses the same words.
NEGATIVE_PROMPT = "Low quality, blurry, distorted."
FRAMES_PER_LATENT = 4
MAX_TOKENS = 160
MOUTH_WEIGHT = 4.0


@dataclass
class Record:
    """The latents of one clip, and what its prompt may say."""

    number: int
    scene: Scene
    video: np.ndarray  # float16 [48, t, h, w]
    single: np.ndarray  # float16 [48, t, h, w]
    audio: np.ndarray | None  # float16 [a, 64]
    weight: np.ndarray  # float32 [h, w], mean 1


def read_record(path: Path, audio_folder: Path) -> Record:
    with np.load(path) as clip:
        video, single, box = clip["video"], clip["single"], clip["mouth_box"]
        scene = scene_from_json(json.loads(str(clip["meta"]))["scene"])
    weight = np.ones(video.shape[2:], np.float32)
    if box[0] >= 0:
        weight[box[0] // SIDE : -(-box[1] // SIDE), box[2] // SIDE : -(-box[3] // SIDE)] = MOUTH_WEIGHT
    sound = audio_folder / path.name
    audio = np.load(sound)["audio"] if sound.exists() else None
    return Record(int(path.stem), scene, video, single, audio, weight / weight.mean())


class Clips:
    """All clips found in a folder, by aspect; `refresh` looks for new ones."""

    def __init__(self, latents: Path, audio: Path) -> None:
        self.latents, self.audio = latents, audio
        self.records: dict[int, Record] = {}

    def refresh(self, limit: int | None = None) -> None:
        for path in sorted(self.latents.glob("*.npz"))[:limit]:
            number = int(path.stem)
            known = self.records.get(number)
            if known is None or (known.audio is None and (self.audio / path.name).exists()):
                self.records[number] = read_record(path, self.audio)

    def part(self, held_out: bool) -> list[Record]:
        return [r for r in self.records.values() if (r.number % HELD_OUT_EVERY == 0) == held_out]


@dataclass
class Batch:
    video: Tensor  # float32 [b, 48, t, h, w]
    audio: Tensor  # float32 [b, a, 64]
    has_audio: Tensor  # bool [b]
    still: Tensor  # bool [b]
    weight: Tensor  # float32 [b, h, w]
    prompts: list[str]


def tokens_per_sample(record: Record, t: int) -> int:
    h, w = record.video.shape[2:]
    return t * (h // 2) * (w // 2) + (t - 1) * FRAMES_PER_LATENT + 1 + 50


def _window(scene: Scene, t: int, total: int, rng: np.random.Generator) -> tuple[int, Scene]:
    """A start block whose window cuts as few lines as possible, and the scene as seen in that window."""
    length = ((t - 1) * FRAMES_PER_LATENT + 1) / FPS

    def inside(line, start: int) -> float:
        begin = start * FRAMES_PER_LATENT / FPS
        overlap = min(line.end_secs, begin + length) - max(line.start_secs, begin)
        return max(overlap, 0) / max(line.end_secs - line.start_secs, 1e-3)

    starts = np.arange(total - t + 1)
    shares = np.array([[inside(line, s) for line in scene.lines] for s in starts]).reshape(len(starts), -1)
    cut = np.minimum(shares, 1 - shares).clip(0).sum(1)
    start = int(rng.choice(starts[cut <= cut.min() + 0.02]))
    lines = [line for line, share in zip(scene.lines, shares[start]) if share > 0.5]
    return start, Scene(**{**vars(scene), "lines": lines})


def make_batch(records: list[Record], t: int, rng: np.random.Generator) -> Batch:
    """Windows of `t` latent frames of clips that all have the same aspect."""
    video, audio, prompts = [], [], []
    for r in records:
        start, scene = _window(r.scene, t, r.video.shape[1], rng)
        z = np.concatenate((r.single[:, start : start + 1], r.video[:, start + 1 : start + t]), 1)
        video.append(torch.from_numpy(z).float())
        first, count = start * FRAMES_PER_LATENT, (t - 1) * FRAMES_PER_LATENT + 1
        sound = r.audio[first : first + count] if r.audio is not None else np.zeros((count, 64), np.float16)
        audio.append(torch.from_numpy(sound).float())
        prompts.append(compose(scene, rng))
    return Batch(
        torch.stack(video), torch.stack(audio), torch.tensor([r.audio is not None for r in records]),
        torch.tensor([r.scene.subject == "still" for r in records]),
        torch.from_numpy(np.stack([r.weight for r in records])), prompts,
    )


def draw_batch(records: list[Record], budget: int, shares: dict[int, float], rng: np.random.Generator) -> Batch:
    """A batch of about `budget` tokens; `shares` gives how often each window length (in latent frames) is drawn."""
    t = int(rng.choice(list(shares), p=list(shares.values())))
    aspect = records[int(rng.integers(len(records)))].scene.aspect
    same = [r for r in records if r.scene.aspect == aspect]
    count = max(2, budget // tokens_per_sample(same[0], t))
    return make_batch([same[int(i)] for i in rng.integers(0, len(same), count)], t, rng)


def tokenize(tokenizer: Tokenizer, prompts: list[str]) -> tuple[Tensor, Tensor]:
    """Token ids [b, l] padded with 0 and the mask of real tokens [b, l]."""
    rows = [tokenizer.encode(p, add_special_tokens=False).ids[:MAX_TOKENS] for p in prompts]
    ids = torch.zeros(len(rows), max(len(r) for r in rows), dtype=torch.long)
    mask = torch.zeros_like(ids, dtype=torch.bool)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = True
    return ids, mask
