"""Trains the two halves of the audio VAE on drawn sounds at 16 kHz, against the fixed latents of `codecs.sound_anchor`.

    python -m train.stages.sound WORK --part decoder --total 90 --seconds 90
    python -m train.stages.sound WORK --part encoder --total 45 --seconds 45

Losses and the closed form of the encoder's head are those of `codecs.sound_losses`. Resumes from WORK/audio_PART.pt.
"""

from __future__ import annotations

import itertools

import numpy as np
import torch

from ..codecs.muon import Trainer, inner_kernels
from ..codecs.oobleck import decoder, encoder, fuse_activations
from ..codecs.sound_anchor import SoundAnchor
from ..codecs.sound_losses import Part, decoder_loss, encoder_loss, fix_posterior, solve_head
from ..codecs.spectral import log_mel_error
from ..voices.clip import draw_script, perform
from .clock import Clock, arguments, device, finish, load, save
from .draw import FRAMES
from .lines import Lines, spare_processes
from .sizes import PLANS, RATE

CROP_FRAMES = 25
KEPT_SOUNDS = 4000
#: Steps after which the encoder's head is solved for anew.
SOLVE_EVERY = 200


class Ring:
    """The last sounds that came, int16 [n, samples] in one array; new ones take the places of the oldest."""

    def __init__(self, most: int) -> None:
        self.most, self.count, self.store = most, 0, None

    def add(self, sounds: np.ndarray) -> None:
        if self.store is None:
            self.store = np.empty((self.most, sounds.shape[1]), np.int16)
        self.store[np.arange(self.count, self.count + len(sounds)) % self.most] = sounds
        self.count += len(sounds)

    @property
    def all(self) -> np.ndarray:
        assert self.store is not None
        return self.store[: min(self.count, self.most)]


def crops(kept: np.ndarray, count: int, rng: np.random.Generator) -> torch.Tensor:
    """Pieces of 1 s at other loudness, some over another sound, most of them where there is something to hear."""
    frame = RATE // 25
    length = CROP_FRAMES * frame
    out = np.empty((count, length), np.float32)
    for row in out:
        for _ in range(4):
            track, start = kept[rng.integers(len(kept))], int(rng.integers(0, FRAMES - CROP_FRAMES + 1)) * frame
            row[:] = track[start : start + length] / 32768.0
            if np.abs(row).max() > 0.05 or rng.random() < 0.1:
                break
        if rng.random() < 0.1:
            row += rng.uniform(0.1, 0.6) * kept[rng.integers(len(kept))][:length] / 32768.0
        if rng.random() < 0.5:
            row *= 10 ** (rng.uniform(-9, 3) / 20)
        row /= max(1.0, float(np.abs(row).max()))
    return torch.from_numpy(out)


@torch.no_grad()
def figure(part: Part, model: torch.nn.Module, anchor: SoundAnchor, where: torch.device) -> float:
    """Log-mel error in dB of held-out sounds through the decoder, or squared error of the encoder's latents."""
    values = []
    for n in range(8):
        script = draw_script(np.random.default_rng([n, 32]), FRAMES, held_out=True, silent=0.0)
        audio = torch.from_numpy(perform(script, FRAMES).mono)[None].to(where)
        want = anchor.latents(audio)
        if part is Part.DECODER:
            values.append(log_mel_error(model(want)[:, 0], audio, RATE).item())
        else:
            values.append((model(audio[:, None])[:, : want.shape[1]] - want).square().mean().item())
    return float(np.mean(values))


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--part", type=Part, required=True)
    parser.add_argument("--batch", type=int, default=0, help="0: 48 on a GPU, 6 on a CPU")
    parser.add_argument("--processes", type=int, default=-1)
    args = parser.parse_args()
    where = device()
    torch.manual_seed(0)
    config = PLANS[args.plan]().audio
    model = (decoder(config) if args.part is Part.DECODER else encoder(config)).to(where)
    anchor = SoundAnchor.load(args.work / "sound_pca.npz", where)
    path = args.work / f"audio_{args.part.value}.pt"
    state = load(path, where)
    if state:
        model.load_state_dict(state["raw"])
    fuse_activations()
    last = f"layers.{len(config.strides) + 2}."
    kernels = list(inner_kernels(model, skip=("layers.0.weight", last, "weight_g")))
    trainer = Trainer(model, kernels, 0.02, 1e-3)
    clock = Clock(args.total, args.seconds, state["spent"] if state else 0.0)  # runs from its loop on
    rng = np.random.default_rng(int(clock.before))
    lines = Lines(spare_processes(args.processes), int(clock.before) * 1000)
    supply = iter(lines)
    heard = Ring(KEPT_SOUNDS)
    for sounds, _, _ in itertools.islice(supply, 16 if where.type == "cuda" else 3):
        heard.add(sounds)
    loss_of, batch = (decoder_loss if args.part is Part.DECODER else encoder_loss), args.batch or (48 if where.type == "cuda" else 6)

    def heads() -> list[np.ndarray]:
        return [heard.all[i].astype(np.float32) / 32768 for i in rng.integers(0, len(heard.all), 60)]

    for progress in clock:
        if (lines.ready() if lines.pool else trainer.steps % 20 == 0) or trainer.steps % 30 == 0:
            heard.add(next(supply)[0])
        if args.part is Part.ENCODER and trainer.steps % SOLVE_EVERY == 0:
            solve_head(model, heads(), anchor, where)
        loss = loss_of(model, crops(heard.all, batch, rng).to(where), anchor)
        trainer.step(loss, progress)
        if trainer.steps % 100 == 0:
            print(f"{clock.spent:.0f} s, step {trainer.steps}, loss {loss.item():.3f}", flush=True)
    lines.close()
    raw = {k: v.clone() for k, v in model.state_dict().items()}
    with trainer.averaged():
        if args.part is Part.ENCODER:
            solve_head(model, heads(), anchor, where)
            fix_posterior(model, config.latent_dim)
        save(path, {"raw": raw, "average": model.state_dict(), "spent": clock.spent})
        print(f"audio {args.part.value}: {trainer.steps} steps, held out {figure(args.part, model, anchor, where):.3f}", flush=True)
    finish(path, clock)


if __name__ == "__main__":
    main()
