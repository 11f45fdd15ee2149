"""Muon for the inner matrices of text encoder and transformer (one expert at a time), AdamW for the rest."""

from __future__ import annotations

import torch
from torch import Tensor

from ..codecs.muon import orthogonalised
from .model import Pony


class ExpertMuon(torch.optim.Optimizer):
    """Muon on stacked expert matrices [experts * out, in]; the update of each expert is orthogonalised alone."""

    def __init__(self, params: list[tuple[Tensor, int]], lr: float, momentum: float = 0.95) -> None:
        groups = [{"params": [p], "experts": n} for p, n in params]
        super().__init__(groups, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        for group in self.param_groups:
            (p,) = group["params"]
            if p.grad is None:
                continue
            buffer = self.state[p].setdefault("momentum", torch.zeros_like(p))
            buffer.lerp_(p.grad, 1 - group["momentum"])
            ahead = p.grad.lerp(buffer, group["momentum"]).to(torch.bfloat16)
            for update, part in zip(ahead.chunk(group["experts"]), p.chunk(group["experts"])):
                scale = max(1.0, part.shape[0] / part.shape[1]) ** 0.5
                part.add_(orthogonalised(update).float(), alpha=-group["lr"] * scale)


def make_optimizers(model: Pony, muon_lr: float, adam_lr: float) -> list[torch.optim.Optimizer]:
    inner, other = [], []
    for name, p in model.named_parameters():
        if name.endswith(("linear_qkv.weight", "linear_proj.weight", "up_gate_proj.weight", "down_proj.weight")) and "dit" in name:
            layer = int(name.split("layers.")[1].split(".")[0])
            inner.append((p, 3 if layer in model.dit.config.mm_layers else 1))
        elif name.endswith("_proj.weight"):
            inner.append((p, 1))
        else:
            other.append(p)
    return [ExpertMuon(inner, muon_lr), torch.optim.AdamW(other, adam_lr, betas=(0.9, 0.98), weight_decay=0.0)]
