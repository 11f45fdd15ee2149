"""What all trainings of the transformer share: model, optimizers, averaged weights, checkpoints by the clock."""

from __future__ import annotations

import time
from pathlib import Path

import torch
from torch import nn

from .. import fellows
from ..text.encoder import Layer
from ..transformer.dit import Block
from ..transformer.model import Pony
from ..transformer.optimizer import make_optimizers
from .clock import Clock, device, load, save
from .sizes import Sizes

MUON_LR, ADAM_LR = 0.02, 2e-3
EMA = 0.998
#: A run that is killed loses no more than this.
CHECKPOINT_SECS = 150


def new_model(sizes: Sizes) -> Pony:
    """Text encoder and transformer before any training, always the same."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Pony(sizes.text, sizes.dit)


def compile_layers(model: nn.Module) -> None:
    """Compiles the layers, each kind once for all windows, aspects and prompts. Where `tiles` knows the processor those of the
    transformer are computed by `transformer.fused` instead; those of the text encoder take half the time."""
    torch._dynamo.config.cache_size_limit = 64
    torch._dynamo.config.suppress_errors = True  # what cannot be compiled runs as it is written
    for part in model.modules():
        if isinstance(part, (Block, Layer)):
            part.compile(dynamic=True)


def frozen(path: Path, sizes: Sizes, where: torch.device) -> Pony:
    """What a training has averaged, to be asked and not trained."""
    model = new_model(sizes).to(where).eval().requires_grad_(False)
    model.load_state_dict((load(path, where) or {})["average"])
    compile_layers(model)
    return model


def sizes_of_groups(optimizer: dict) -> list[int]:
    """How many parameters each group of an optimizer's state has."""
    return [len(group["params"]) for group in optimizer["param_groups"]]


class Training:
    """A network in training, but for what of it needs no gradients; goes on from `path`, else begins with the averaged weights of
    `start`, else from nothing.

    `beside` is a network that only helps to train: it is trained and resumed too, but not averaged nor in the model's file.
    Several processes may share a training (`fellows.py`); the first one writes.
    """

    def __init__(
        self, path: Path, start: Path | None, model: nn.Module, total_secs: float, call_secs: float, rate: float = 1.0,
        beside: nn.Module | None = None,
    ) -> None:
        fellows.join()
        self.path, self.device, self.rate = path, device(), rate
        self.beside = (beside or nn.Identity()).to(self.device)
        self.model = model.to(self.device)
        state = load(path, self.device)
        before = load(start, self.device) if start is not None and state is None else None
        if before:
            self.model.load_state_dict(before["average"])
            if beside is not None and before.get("beside"):
                self.beside.load_state_dict(before["beside"], strict=False)
        if state:
            self.model.load_state_dict(state["model"])
        self.params = {name: p for name, p in self.model.named_parameters() if p.requires_grad}
        self.average = {k: p.detach().clone() for k, p in self.params.items()}
        self.optimizers = make_optimizers(self.model, MUON_LR, ADAM_LR)
        if beside is not None:
            self.optimizers[-1].add_param_group({"params": list(beside.parameters())})
        self.step, spent = 0, 0.0
        if state:
            for name, p in self.average.items():
                p.copy_(state["average"][name])
            self.step, spent = state["step"], state["spent"]
            # A checkpoint that travelled has neither this nor momenta, one of a training that moved more has others; they come back
            # within some dozen steps.
            if "beside" in state:
                self.beside.load_state_dict(state["beside"], strict=False)
            saved = state.get("optimizers", [])
            if list(map(sizes_of_groups, saved)) == [sizes_of_groups(o.state_dict()) for o in self.optimizers]:
                for optimizer, momenta in zip(self.optimizers, saved):
                    optimizer.load_state_dict(momenta)
        self.since, self.saved = 0, time.monotonic()
        self.clock = Clock(total_secs, call_secs, spent)
        torch.manual_seed(self.step + 1_000_003 * fellows.RANK)
        torch.set_float32_matmul_precision("high")
        compile_layers(self.model)

    def update(self, loss: torch.Tensor, progress: float) -> None:
        """One step: warm-up after each start, linear decay over the last 45 %; a checkpoint now and then."""
        loss.backward()
        fellows.average_gradients([*self.params.values(), *self.beside.parameters()])
        norm = torch.nn.utils.clip_grad_norm_(self.params.values(), 1.0)
        factor = self.rate * min(1.0, (self.since + 1) / 60) * min(1.0, max(0.01, (1 - progress) / 0.45))
        for optimizer, base in zip(self.optimizers, (MUON_LR, ADAM_LR)):
            for group in optimizer.param_groups:
                group["lr"] = base * factor
            if torch.isfinite(norm):
                optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.since += 1
        decay = min(EMA, self.step / (self.step + 20))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.values()), [p.detach() for p in self.params.values()], 1 - decay)
        if time.monotonic() - self.saved > CHECKPOINT_SECS:
            self.checkpoint()

    def say(self, words: str) -> None:
        if fellows.RANK == 0:
            print(f"{self.clock.spent:.0f} s, step {self.step}, {words}", flush=True)

    def checkpoint(self) -> None:
        self.saved = time.monotonic()
        if fellows.RANK > 0:
            return
        state = {name: p.detach() for name, p in self.model.state_dict().items()}
        fixed = {k: v for k, v in state.items() if k not in self.average}
        save(self.path, {
            "model": state, "average": {**self.average, **fixed}, "step": self.step, "spent": self.clock.spent,
            "optimizers": [o.state_dict() for o in self.optimizers], "beside": self.beside.state_dict(),
        })
        if self.clock.is_done:
            self.path.with_suffix(".done").touch()
