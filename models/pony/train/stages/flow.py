"""Flow matching on windows of clips and on sounds alone: batches, noise and losses. Shapes as in `transformer.dit`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from ..codecs.clips import HELD_OUT_EVERY
from ..transformer.batches import NEGATIVE_PROMPT
from ..transformer.model import Pony, draw_sigma
from ..voices.clip import Said, Script
from ..voices.grammar import Line
from ..voices.prompts import sound_blocks
from .draw import HALF, STEP

FPS = 25
WHOLE = 26
#: Share of windows of 2 s among the batches while more than half of the time is left, and after that.
HALF_SHARES = (0.5, 0.2)
#: Shares of samples whose first picture is given (of still pictures: nearly all), whose sound is given, without prompt.
FIRST_GIVEN, STILL_GIVEN, SOUND_GIVEN, NO_PROMPT = 0.4, 0.9, 0.3, 0.1
SHIFT = 4.0
#: Weight of the sound's loss.
SOUND_WEIGHT = 1.0


@dataclass
class Record:
    """A drawn clip in latents."""

    number: int
    aspect: str
    description: str
    still: bool
    script: Script
    video: np.ndarray  # float16 [48, 26, h, w]
    middle: np.ndarray  # float16 [48, 1, h, w]: the picture at half time encoded as a first one
    audio: np.ndarray  # float16 [101, 64]
    weight: np.ndarray  # float16 [26, h, w]


def read_script(about: dict) -> Script:
    said = tuple(Said(Line(**s["line"]), s["voice"], s["start_secs"], s["end_secs"]) for s in about["said"])
    return Script(said, about["background"], about["seed"])


def read_record(path: Path, spacing: int) -> Record:
    """A clip at its size (1) or half of it (2)."""
    with np.load(path) as clip:
        about = json.loads(str(clip["meta"]))
        arrays = [clip[name] for name in (f"video_{spacing}", f"middle_{spacing}", "audio", f"weight_{spacing}")]
    return Record(int(path.stem), about["aspect"], about["description"], about["still"], read_script(about), *arrays)


class Records:
    """The clips of a folder that may still grow, all at one size."""

    def __init__(self, folder: Path, spacing: int = 1) -> None:
        self.folder, self.spacing, self.known = folder, spacing, {}

    def refresh(self) -> None:
        for path in sorted(self.folder.glob("*.npz")):
            if path.stem not in self.known:
                self.known[path.stem] = read_record(path, self.spacing)

    def part(self, held_out: bool) -> list[Record]:
        return [r for r in self.known.values() if (r.number % HELD_OUT_EVERY == 0) == held_out]


@dataclass
class Batch:
    video: Tensor  # float32 [b, 48, t, h, w]
    audio: Tensor  # float32 [b, a, 64]
    weight: Tensor  # float32 [b, t, h, w]
    still: Tensor  # bool [b]
    ids: Tensor  # int64 [b, l]
    mask: Tensor  # bool [b, l]
    prompts: list[str]

    def to(self, where: torch.device) -> "Batch":
        move = lambda x: x.to(where, non_blocking=True)  # noqa: E731
        return Batch(*(move(x) for x in (self.video, self.audio, self.weight, self.still, self.ids, self.mask)), self.prompts)


def tokens(tokenizer: Tokenizer, prompts: list[str], most: int, fixed: bool) -> tuple[Tensor, Tensor]:
    """Ids and mask [b, l], l the longest prompt or, where shapes must not change, always `most`."""
    rows = [e.ids[:most] for e in tokenizer.encode_batch(prompts, add_special_tokens=False)]
    ids = torch.zeros(len(rows), most if fixed else max(map(len, rows)), dtype=torch.long)
    mask = torch.zeros_like(ids, dtype=torch.bool)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = True
    return ids, mask


def windowed(record: Record, start: int, length: int) -> Script | None:
    """What is said between two latent frames; none where a line would be cut."""
    begin, end = start * STEP / FPS, ((start + length - 1) * STEP + 1) / FPS
    inside = [s for s in record.script.said if s.start_secs >= begin - 0.05 and s.end_secs <= end + 0.05]
    outside = [s for s in record.script.said if s.end_secs <= begin + 0.05 or s.start_secs >= end - 0.05]
    if len(inside) + len(outside) < len(record.script.said):
        return None
    return Script(tuple(inside), record.script.background, record.script.seed)


def window(record: Record, start: int, length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Video, audio and weight from latent frame 0 or `HALF` on."""
    stop = start + length
    video = record.video[:, start:stop]
    if start:
        video = np.concatenate([record.middle, video[:, 1:]], axis=1)
    return video, record.audio[start * STEP : (stop - 1) * STEP + 1], record.weight[start:stop]


def draw_batch(
    records: list[Record], budget: int, half_share: float, tokenizer: Tokenizer, most: int, fixed: bool, rng: np.random.Generator,
) -> Batch:
    """Windows of one aspect and length with about `budget` tokens in all."""
    aspect = records[int(rng.integers(len(records)))].aspect
    same = [r for r in records if r.aspect == aspect]
    length = HALF if rng.random() < half_share else WHOLE
    h, w = same[0].video.shape[2:]
    count = max(2, budget // (length * (h // 2) * (w // 2) + length * STEP + most))
    rows, prompts = [], []
    while len(rows) < count:
        record = same[int(rng.integers(len(same)))]
        start = HALF if length == HALF and rng.random() < 0.5 else 0
        script = windowed(record, start, length)
        if script is None:
            if length == HALF and rng.random() < 0.9:
                continue  # a line in the middle; another clip
            script = Script((), record.script.background, 0)
        rows.append((record, *window(record, start, length)))
        prompts.append("\n\n".join([record.description, *sound_blocks(script, rng)]))
    stack = lambda i: torch.from_numpy(np.stack([r[i] for r in rows])).float()  # noqa: E731
    still = torch.tensor([r[0].still for r in rows])
    return Batch(stack(1), stack(2), stack(3), still, *tokens(tokenizer, prompts, most, fixed), prompts)


@dataclass
class Noised:
    """Noisy latents, the noise levels of their frames, and the velocities that are wanted."""

    video: Tensor
    audio: Tensor
    sigma_video: Tensor  # [b, t]
    sigma_audio: Tensor  # [b]
    want_video: Tensor
    want_audio: Tensor


def add_noise(batch: Batch, sigma: Tensor) -> Noised:
    """Noise of level `sigma` [b]; some samples keep their first frame or their sound."""
    (b, _, t, _, _), where = batch.video.shape, batch.video.device
    given = torch.rand(b, device=where) < torch.where(batch.still, STILL_GIVEN, FIRST_GIVEN)
    sigma_video = sigma[:, None].expand(b, t).clone()
    sigma_video[given, 0] = 0
    sigma_audio = torch.where(torch.rand(b, device=where) < SOUND_GIVEN, torch.zeros_like(sigma), sigma)
    noise_v, noise_a = torch.randn_like(batch.video), torch.randn_like(batch.audio)
    sv, sa = sigma_video[:, None, :, None, None], sigma_audio[:, None, None]
    return Noised((1 - sv) * batch.video + sv * noise_v, (1 - sa) * batch.audio + sa * noise_a, sigma_video, sigma_audio,
                  noise_v - batch.video, noise_a - batch.audio)


def features(model: Pony, ids: Tensor, mask: Tensor) -> Tensor:
    with torch.autocast(ids.device.type, torch.bfloat16):
        return model.text(ids, mask)


def distance(got: tuple[Tensor, Tensor], noised: Noised, weight: Tensor, channels: Tensor, tones: Tensor) -> tuple[Tensor, Tensor]:
    """Weighted squared errors of both velocities where there was noise; `channels` [48] and `tones` [64] weigh channels."""
    place = channels[:, None, None, None] * (weight * (noised.sigma_video > 0)[:, :, None, None])[:, None]
    video = ((got[0] - noised.want_video).square() * place).mean()
    heard = (noised.sigma_audio > 0).float()[:, None, None]
    return video, ((got[1] - noised.want_audio).square() * tones * heard).mean()


def flow_losses(
    model: Pony, batch: Batch, tokenizer: Tokenizer, channels: Tensor, tones: Tensor, spacing: int = 1,
    tap: int | None = None,
) -> tuple[Tensor, ...]:
    """Losses of picture and sound for one batch at drawn noise levels, some samples without their prompt.

    With `tap` what the audio tokens are behind that layer comes third. Pictures of half the size (`spacing` 2) have a quarter of the cells, and take less noise to hide as much.
    """
    where = batch.video.device
    sigma = draw_sigma(len(batch.prompts), SHIFT / spacing).to(where)
    noised = add_noise(batch, sigma)
    drop = torch.rand(len(sigma)) < NO_PROMPT
    ids, mask = batch.ids.clone(), batch.mask.clone()
    none, _ = tokens(tokenizer, [NEGATIVE_PROMPT], ids.shape[1], False)
    row = torch.zeros(ids.shape[1], dtype=torch.long)
    row[: none.shape[1]] = none[0]
    ids[drop], mask[drop] = row.to(where), (torch.arange(ids.shape[1]) < none.shape[1]).to(where)
    video, audio, *tapped = model.dit(noised.video, noised.audio, features(model, ids, mask), mask, spacing=spacing, tap=tap)
    return *distance((video, audio), noised, batch.weight, channels, tones), *tapped
