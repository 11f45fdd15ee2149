"""Flow matching on windows of clips and on sounds alone: batches, noise and losses. Shapes as in `transformer.dit`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor

from ..codecs.anchor import Halving
from ..codecs.clips import HELD_OUT_EVERY
from ..transformer.model import Pony
from ..voices.clip import Said, Script
from ..voices.grammar import Line
from ..voices.prompts import composed, sound_blocks
from .astray import mouths, mouths_astray
from .draw import MOUTH_WEIGHT, STEP, WHOLE
from .sizes import STEPS

FPS = 25
#: What a dropped prompt is replaced with; guidance uses the same words.
NEGATIVE_PROMPT = "Low quality, blurry, distorted."
#: Latent frames of the first half of a clip; its share of the windows while more than half of the time is left, and after that.
HALF, HALF_SHARES = 13, (0.5, 0.2)
#: Shares of samples whose first picture is given (of still pictures: nearly all), whose sound is given, without prompt.
FIRST_GIVEN, STILL_GIVEN, SOUND_GIVEN, NO_PROMPT = 0.4, 0.9, 0.3, 0.1
#: Noise levels are as dense as the sampler's, who asks for none below its last one, and so many of them are the first one, of
#: noise alone: what is settled there is what the prompt says, and all other levels only refine it.
SHIFT, FIRST_LEVEL, FIRST_LEVEL_OF_MOMENTS = 5.0, 0.2, 0.6
#: Shares of the batches by shape, those of what is drawn: mouths are smaller where a picture is less high, and harder to learn.
ASPECTS = {"9:16": 0.4, "16:9": 0.35, "1:1": 0.25}
#: Share of the clips of a batch in which somebody speaks: half of all do, and mouths are what is learned last.
SPEAKING = 0.75
#: Weight of the cells of a face beside those of its mouth, `draw.MOUTH_WEIGHT`: an eye is small and all that one looks at.
FACE_WEIGHT = 3.0
#: Share of the clips with a sound whose mouths go astray.
ASTRAY = 0.5
#: Weight of the sound's loss.
SOUND_WEIGHT = 1.0


@dataclass
class Record:
    """A drawn clip in latents, or an excerpt of one."""

    number: int
    aspect: str
    description: str
    still: bool
    script: Script
    frames: np.ndarray  # int16 [t]: which latent frames of the clip these are
    video: np.ndarray  # float16 [48, t, h, w]
    audio: np.ndarray  # float16 [101, 64]
    weight: np.ndarray  # float32 [t, h, w]

    @cached_property
    def first_half(self) -> "Record | None":
        return half(self)


def read_script(about: dict) -> Script:
    said = tuple(Said(Line(**s["line"]), s["voice"], s["start_secs"], s["end_secs"]) for s in about["said"])
    return Script(said, about["background"], about["seed"])


def with_faces(weight: np.ndarray) -> np.ndarray:
    """Weights [t, h, w] of cells of which those of the mouth count more, with the face around it, a face being two mouths wide and
    standing above its mouth; the mean stays 1."""
    out = np.ones_like(weight, np.float32)
    for cells, to in zip(weight, out):
        mouth = cells > cells.min()
        ys, xs = mouth.any(1).nonzero()[0], mouth.any(0).nonzero()[0]
        if len(ys):
            bottom, left, right = ys[-1] + 1, xs[0], xs[-1] + 1
            reach = right - left
            to[max(0, bottom - 2 * reach) : bottom + -(-reach // 3), max(0, left - reach // 2) : right + reach // 2] = FACE_WEIGHT
            to[mouth] = MOUTH_WEIGHT
    return out / out.mean()


def halved(weight: np.ndarray) -> np.ndarray:
    """Weights [..., h, w] of cells as those of [..., h/2, w/2] cells, the most of each four."""
    *n, h, w = weight.shape
    return weight.reshape(*n, h // 2, 2, w // 2, 2).max((-3, -1))


def read_record(path: Path, halving: Halving | None = None) -> Record:
    """A record of a file; with `halving` at half its height and width, the size of drafts."""
    with np.load(path) as clip:
        about = json.loads(str(clip["meta"]))
        frames, video, audio, weight = (clip[name] for name in ("frames", "video", "audio", "weight"))
    if halving:
        video, weight = halving(video).astype(np.float16), halved(weight)
    return Record(int(path.stem), about["aspect"], about["description"], about["still"], read_script(about), frames, video, audio, with_faces(weight))


class Records:
    """The clips or excerpts of a folder that may still grow, at full size or as drafts."""

    def __init__(self, folder: Path, halving: Halving | None = None) -> None:
        self.folder, self.halving, self.known = folder, halving, {}

    def refresh(self) -> None:
        for path in sorted(self.folder.glob("*.npz")):
            if path.stem not in self.known:
                self.known[path.stem] = read_record(path, self.halving)

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
    frames: Tensor | None = None  # int64 [b, t]: which latent frames of their clips these are; none: the first ones
    has_sound: bool = True  # else the sound is there for its tokens alone

    def to(self, where: torch.device) -> "Batch":
        move = lambda x: x.to(where, non_blocking=True)  # noqa: E731
        tensors = (move(x) for x in (self.video, self.audio, self.weight, self.still, self.ids, self.mask))
        return Batch(*tensors, self.prompts, None if self.frames is None else move(self.frames), self.has_sound)


def in_sixteens(length: int) -> int:
    return -(-length // 16) * 16


def padded(rows: list[list[int]], most: int, fixed: bool) -> tuple[Tensor, Tensor]:
    """Ids and mask [b, l] of prompts, l the longest one in whole sixteens or, where shapes must not change, always `most`: each new
    length costs a processor's library a kernel of its own."""
    rows = [row[:most] for row in rows]
    ids = torch.zeros(len(rows), most if fixed else in_sixteens(max(map(len, rows))), dtype=torch.long)
    mask = torch.zeros_like(ids, dtype=torch.bool)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = True
    return ids, mask


def tokens(tokenizer: Tokenizer, prompts: list[str], most: int, fixed: bool) -> tuple[Tensor, Tensor]:
    """The same from the prompts themselves."""
    return padded([e.ids for e in tokenizer.encode_batch(prompts, add_special_tokens=False)], most, fixed)


def one_aspect(known: Iterable[str], rng: np.random.Generator) -> str:
    """The shape of a batch, of those that there are."""
    names = sorted(known)
    shares = np.array([ASPECTS[name] for name in names])
    return names[int(rng.choice(len(names), p=shares / shares.sum()))]


def half(record: Record) -> Record | None:
    """The first half of a clip with what is said in it; none where a line would be cut."""
    end = ((HALF - 1) * STEP + 1) / FPS
    inside = [s for s in record.script.said if s.end_secs <= end + 0.05]
    if any(s.start_secs < end - 0.05 for s in record.script.said if s not in inside):
        return None
    script = Script(tuple(inside), record.script.background, record.script.seed)
    pictures = (record.frames[:HALF], record.video[:, :HALF], record.audio[: (HALF - 1) * STEP + 1], record.weight[:HALF])
    return Record(record.number, record.aspect, record.description, record.still, script, *pictures)


def chances(records: list[Record]) -> np.ndarray:
    """How likely each record is to be drawn, so that `SPEAKING` of a batch speak."""
    speaks = np.array([bool(r.script.said) for r in records])
    if speaks.all() or not speaks.any():
        return np.full(len(records), 1 / len(records))
    return np.where(speaks, SPEAKING / speaks.sum(), (1 - SPEAKING) / (~speaks).sum())


def draw_batch(
    records: list[Record], budget: int, half_share: float, tokenizer: Tokenizer, most: int, fixed: bool, rng: np.random.Generator,
) -> Batch:
    """Clips of one aspect with about `budget` tokens in all, or their first halves; or excerpts, which are not cut."""
    aspect = one_aspect({r.aspect for r in records}, rng)
    same = [r for r in records if r.aspect == aspect]
    if len(same[0].frames) == WHOLE and rng.random() < half_share:
        same = [h for r in same if (h := r.first_half)] or same
    length, h, w = same[0].video.shape[1:]
    count = max(2, budget // (length * (h // 2) * (w // 2) + len(same[0].audio) + most))
    rows = [same[int(i)] for i in rng.choice(len(same), size=count, p=chances(same))]
    prompts = [composed(r.description, sound_blocks(r.script, rng)) for r in rows]
    stack = lambda arrays: torch.from_numpy(np.stack(arrays))  # noqa: E731
    still = torch.tensor([r.still for r in rows])
    video, audio, weight = (stack(arrays).float() for arrays in ([r.video for r in rows], [r.audio for r in rows], [r.weight for r in rows]))
    return Batch(video, audio, weight, still, *tokens(tokenizer, prompts, most, fixed), prompts, stack([r.frames for r in rows]).long())


@dataclass
class Noised:
    """Noisy latents, the noise levels of their frames, and the velocities that are wanted."""

    video: Tensor
    audio: Tensor
    sigma_video: Tensor  # [b, t]
    sigma_audio: Tensor  # [b]
    want_video: Tensor
    want_audio: Tensor

    @classmethod
    def of(cls, video: Tensor, audio: Tensor, sigma_video: Tensor, sigma_audio: Tensor, shown: Tensor | None = None) -> "Noised":
        """Clean latents under new noise of these levels. With `shown` those are under the noise, and the velocities lead from there to
        `video` all the same; what has no noise must be the same in both."""
        noise_v, noise_a = torch.randn_like(video), torch.randn_like(audio)
        sv, sa = sigma_video[:, None, :, None, None], sigma_audio[:, None, None]
        shown = video if shown is None else shown
        seen, want = (1 - sv) * shown + sv * noise_v, noise_v - video + (1 - sv) / sv.clamp_min(1e-6) * (shown - video)
        return cls(seen, (1 - sa) * audio + sa * noise_a, sigma_video, sigma_audio, want, noise_a - audio)

    @property
    def seen(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """What a network is told of it, as `Dit.velocity` takes it."""
        return self.video, self.audio, self.sigma_video, self.sigma_audio


def noise_levels(count: int, first: float = FIRST_LEVEL) -> Tensor:
    u = torch.where(torch.rand(count) < first, 1.0, 1 / STEPS + (1 - 1 / STEPS) * torch.rand(count))
    return SHIFT * u / (1 + (SHIFT - 1) * u)


def levels_among(known: Tensor, share: float, count: int) -> Tensor:
    """Noise levels [count], in that share those that are known to be asked for."""
    return torch.where(torch.rand(count) < share, known[torch.randint(len(known), (count,))], noise_levels(count))


def frame_levels(sigma: Tensor, frames: int, given: Tensor) -> Tensor:
    """Levels [b, frames] of clips with noise of level `sigma` [b], none in the first frames that are `given` [b]."""
    levels = sigma[:, None].repeat(1, frames)
    levels[given, 0] = 0
    return levels


def add_noise(batch: Batch, sigma: Tensor) -> Noised:
    """Noise of level `sigma` [b]; some samples keep their first frame or their sound, and in some mouths have gone astray."""
    (b, _, t, _, _), where = batch.video.shape, batch.video.device
    given = (torch.rand(b, device=where) < torch.where(batch.still, STILL_GIVEN, FIRST_GIVEN)) & (t > 1)
    sigma_audio = torch.where(torch.rand(b, device=where) < SOUND_GIVEN, torch.zeros_like(sigma), sigma)
    shown = mouths_astray(batch.video, mouths(batch.weight), ASTRAY if batch.has_sound else 0.0)
    return Noised.of(batch.video, batch.audio, frame_levels(sigma, t, given), sigma_audio, shown)


def features(model: Pony, ids: Tensor, mask: Tensor) -> Tensor:
    with torch.autocast(ids.device.type, torch.bfloat16):
        return model.text(ids, mask)


def distance(got: tuple[Tensor, Tensor], noised: Noised, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Squared errors of both velocities where there was noise, those of pictures weighed by place."""
    place = (weight * (noised.sigma_video > 0)[:, :, None, None])[:, None]
    video = ((got[0] - noised.want_video).square() * place).mean()
    heard = (noised.sigma_audio > 0).float()[:, None, None]
    return video, ((got[1] - noised.want_audio).square() * heard).mean()


@dataclass
class Flow:
    """What a network made of a batch at drawn noise levels, and its losses."""

    noised: Noised
    velocity: Tensor  # of the picture, as its latents
    video: Tensor
    sound: Tensor
    video_tokens: Tensor | None = None  # [b, n, width] in the middle of the network
    sound_tokens: Tensor | None = None


def flow(model: Pony, batch: Batch, tokenizer: Tokenizer, tap: int | None = None) -> Flow:
    """One batch at drawn noise levels, some samples without their prompt; with `tap` the tokens are those behind that layer."""
    where = batch.video.device
    sigma = noise_levels(len(batch.prompts), FIRST_LEVEL if batch.has_sound else FIRST_LEVEL_OF_MOMENTS).to(where)
    noised = add_noise(batch, sigma)
    drop = torch.rand(len(sigma)) < NO_PROMPT
    ids, mask = batch.ids.clone(), batch.mask.clone()
    none, counts = (F.pad(x[0], (0, ids.shape[1] - x.shape[1])).to(where) for x in tokens(tokenizer, [NEGATIVE_PROMPT], ids.shape[1], False))
    ids[drop], mask[drop] = none, counts
    video, audio, *tapped = model.dit.velocity(*noised.seen, features(model, ids, mask), mask, frames=batch.frames, tap=tap)
    seen, heard = distance((video, audio), noised, batch.weight)
    return Flow(noised, video, seen, heard * batch.has_sound, *tapped)
