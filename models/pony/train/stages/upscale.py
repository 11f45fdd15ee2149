"""Trains the network that brings a draft to twice its height and width.

    python -m train.stages.upscale WORK --total 600

As in the released model: a draft's latents are enlarged, some noise is mixed in, and from there the network flows to the latents of
the full size, listening to the draft's sound under some noise. What a draft leaves open has been decided there, so a smaller network
does, and most of what it learns is near: it sees moments and excerpts, and whole clips never. The text encoder is the drafts' own.

Most drafts that it learns from have the faults of those that it will be given: they are what the network of drafts makes of drawn ones
under noise. From drawn ones alone it learned to enlarge, and a face that came blurred stayed so. (Cascaded models blur or noise what
they enlarge for the same reason, Ho et al. 2022.) And in most of them the mouth moves less than it should or stands as it does at other
times, so that the sound is what tells how it moves: it is known by now, which it was not while the draft was made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor, nn

from .. import fellows
from ..codecs.anchor import Anchor, Halving
from ..codecs.clips import clip_paths, split
from ..transformer.dit import Dit
from ..transformer.sampling import UniPC, sigmas
from .astray import mouths, mouths_astray
from .clock import arguments
from .ears import EARS_WEIGHT, Ears
from .flow import Batch, Noised, Records, draw_batch, features, frame_levels, levels_among, read_record
from .lips import LIPS_WEIGHT, Lips
from .parts import newest
from .sizes import PLANS, UPSCALE_STEPS, Sizes
from .stills import Stills
from .training import Training, frozen

#: How much of an enlarged draft is kept beside the noise: the one of the released model's noise levels that `model.json` names. What
#: is finer than the noise is drawn anew, so that a draft's small faults are not kept.
NOISE_LEVEL, KEPT = 80, 0.955
#: The share of noise in the sound that is listened to, and the shift of the sampler's levels; the released model has 0.7 and 5. With
#: that much noise a linear reading of the sound follows drawn openings with r 0.82, with none 0.89.
AUDIO_NOISE, SHIFT = 0.3, 5.0
#: Share of samples at the very levels of the sampler, of those whose first picture is given, and of moments among the batches.
ON_LEVELS, FIRST_GIVEN, MOMENTS = 0.6, 0.4, 0.35
#: Share of drafts that come as they were drawn; the noise of which the others were made is between these levels. Above them a network
#: finds another layout than the drawn one, below them what it makes has fewer faults than a draft from noise alone.
EXACT, LEAST_NOISE, MOST_NOISE = 0.1, 0.7, 0.9
#: Share of drafts whose mouths go astray. While those of made drafts opened half as far as drawn ones, a share of a half left more of them
#: as they were.
ASTRAY = 0.9
#: The layer behind which video tokens name the sound.
NAMED_BEHIND = 3


class Upscaler(nn.Module):
    """The network, named as `Training` expects it."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.dit = Dit(sizes.upscaler)


def enlarged(draft: Tensor, height: int, width: int) -> Tensor:
    """Latents [b, c, t, h, w] at another height and width, linearly from corner to corner, as `sampling/interpolate.rs` does it."""
    b, c, t, h, w = draft.shape
    frames = draft.transpose(1, 2).reshape(b * t, c, h, w)
    return F.interpolate(frames, (height, width), mode="bilinear", align_corners=True).view(b, t, c, height, width).transpose(1, 2)


def start(draft: Tensor, height: int, width: int, noise: Tensor) -> Tensor:
    """What the upscaler starts from."""
    return KEPT * enlarged(draft, height, width) + (1 - KEPT**2) ** 0.5 * noise


def heard(audio: Tensor, noise: Tensor) -> Tensor:
    """The sound that the upscaler listens to."""
    return AUDIO_NOISE * noise + (1 - AUDIO_NOISE) * audio


@torch.no_grad()
def upscale(dit: Dit, video: Tensor, audio: Tensor, text: Tensor, mask: Tensor, seed: int, first: Tensor | None = None) -> Tensor:
    """Latents of drafts [b, 48, t, h, w] with their sound at twice the height and width; `first` are first pictures of that size."""
    (b, c, t, h, w), noise = video.shape, torch.Generator().manual_seed(seed)
    v = start(video, 2 * h, 2 * w, torch.randn(b, c, t, 2 * h, 2 * w, generator=noise).to(video.device))
    sound = heard(audio, torch.randn(audio.shape, generator=noise).to(audio.device))
    levels = sigmas(UPSCALE_STEPS, SHIFT)
    solve = UniPC(levels)
    for level in levels[:-1]:
        if first is not None:
            v[:, :, :1] = first
        sigma = torch.full((b, t), level, device=v.device)
        v = solve.step(v, dit.velocity(v, sound, sigma, sigma[:, 0], text, mask, upscaling=True)[0])
    if first is not None:
        v[:, :, :1] = first
    return v


def given_firsts(batch: Batch) -> Tensor:
    """Whose first pictures are given, bool [b]."""
    b, _, t, _, _ = batch.video.shape
    return (torch.rand(b, device=batch.video.device) < FIRST_GIVEN) & (t > 1)


def draft_mouths(weight: Tensor) -> Tensor:
    """Which cells of drafts are a mouth's, bool [b, t, h, w], from the weights [b, t, 2h, 2w] of the full size."""
    return F.max_pool2d(mouths(weight).float(), 2) > 0


@torch.no_grad()
def redrawn(drafts: Dit, batch: Batch, draft: Tensor, text: Tensor, given: Tensor) -> Tensor:
    """Drawn drafts [b, 48, t, h, w] with the faults of the network that makes them: what it finds in them under noise."""
    (b, _, t, _, _), where = draft.shape, draft.device
    level = torch.where(torch.rand(b) < EXACT, 0.0, LEAST_NOISE + (MOST_NOISE - LEAST_NOISE) * torch.rand(b)).to(where)
    noised = Noised.of(draft, batch.audio, frame_levels(level, t, given), level)
    velocity, _ = drafts.velocity(*noised.seen, text, batch.mask, frames=batch.frames)
    noise = noised.sigma_video[:, None, :, None, None]
    return torch.where(noise > 0, noised.video - noise * velocity, draft)


@dataclass
class Asked:
    """What an upscaler made of a batch at drawn noise levels: its loss, the errors of its velocities and the levels of their frames."""

    loss: Tensor
    error: Tensor  # [b, 48, t, h, w]
    sigma: Tensor  # [b, t]
    video_tokens: Tensor | None = None  # [b, n, width] in the middle of the network


def ask(dit: Dit, batch: Batch, draft: Tensor, text: Tensor, given: Tensor, tap: int | None = None) -> Asked:
    """One batch with drafts [b, 48, t, h/2, w/2] and text features [b, l, d]; the loss is the squared error of the velocity, weighed by
    place. With `tap` the tokens are those behind that layer."""
    clean, (b, _, t, h, w) = batch.video, batch.video.shape
    noisy = start(draft, h, w, torch.randn_like(clean))
    levels = torch.tensor(sigmas(UPSCALE_STEPS, SHIFT)[:-1])
    sigma_sound = levels_among(levels, ON_LEVELS, b).to(clean.device)  # nobody asks for the sound
    sigma = frame_levels(sigma_sound, t, given)
    noise = sigma[:, None, :, None, None]
    mixed, sound = (1 - noise) * clean + noise * noisy, heard(batch.audio, torch.randn_like(batch.audio))
    velocity, _, *tapped = dit.velocity(mixed, sound, sigma, sigma_sound, text, batch.mask, frames=batch.frames, tap=tap, upscaling=True)
    error, place = velocity - (noisy - clean), (batch.weight * (noise[:, 0] > 0))[:, None]
    return Asked((error.square() * place).mean(), error, sigma, *tapped[:1])


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--tokens", type=int, default=0)
    args = parser.parse_args()
    sizes = PLANS[args.plan]()
    base = newest(args.work)
    if base is None:
        raise SystemExit(f"nothing is trained in {args.work} yet; run train.stages.joint first")
    ears = Ears(sizes.upscaler.hidden_size)
    training = Training(args.work / "upscaler.pt", None, Upscaler(sizes), args.total, args.seconds, beside=ears)
    where, fixed = training.device, training.device.type == "cuda"
    reader = frozen(base, sizes, where)
    tokenizer, halving = Tokenizer.from_file(str(args.work / "tokenizer.json")), Halving(Anchor.load(args.work / "pca.npz"))
    moments, excerpts = Stills(args.work / "stills"), Records(args.work / "excerpts")
    moments.refresh(), excerpts.refresh()
    known, budget = excerpts.part(held_out=False), args.tokens or (120_000 if fixed else 8_000)
    if not known and not len(moments):
        raise SystemExit("nothing is drawn yet; run train.stages.stills or train.stages.draw --excerpts first")
    lips = Lips.of(map(read_record, split(clip_paths(args.work / "latents"))[0]), where)
    behind = min(NAMED_BEHIND, sizes.upscaler.num_layers - 1)
    rng, told = np.random.default_rng([training.step, 43, fellows.RANK]), []
    for progress in training.clock:
        if len(moments) and (not known or rng.random() < MOMENTS):
            batch = moments.batch(budget, tokenizer, sizes.most_words, fixed, rng)
        else:
            batch = draw_batch(known, budget, 0.0, tokenizer, sizes.most_words, fixed, rng)
        draft, batch = torch.from_numpy(halving(batch.video.numpy())).to(where), batch.to(where)
        given = given_firsts(batch)
        with torch.no_grad():
            text = features(reader, batch.ids, batch.mask)
        if batch.has_sound:
            draft = mouths_astray(draft, draft_mouths(batch.weight), ASTRAY)
        draft = redrawn(reader.dit, batch, draft, text, given)
        asked = ask(training.model.dit, batch, draft, text, given, behind)
        mouth, named = lips.loss(batch.video, asked.error, asked.sigma, batch.weight), ears(asked.video_tokens, batch)
        training.update(asked.loss + LIPS_WEIGHT * mouth + EARS_WEIGHT * named, progress)
        told.append(torch.stack((asked.loss, mouth, named)).detach())
        if training.step % 40 == 0:
            velocity, mouth, named = torch.stack(told).mean(0).tolist()
            training.say(f"velocity {velocity:.4f} lips {mouth:.3f} ears {named:.3f}")
            told.clear()
    training.checkpoint()
    training.say("the upscaler is over for this call")


if __name__ == "__main__":
    main()
