"""Muon for the inner matrices of text encoder and transformer (one expert at a time), AdamW for the rest."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .. import fellows
from ..codecs.muon import orthogonalised


class ExpertMuon(torch.optim.Optimizer):
    """Muon on stacked expert matrices [experts * out, in]; the update of each expert is orthogonalised alone.

    Fellows that train one network share the work: each makes the updates of some matrices and gets the others'.
    """

    def __init__(self, params: list[tuple[Tensor, int]], lr: float, momentum: float = 0.95) -> None:
        groups = [{"params": [p], "experts": n} for p, n in params]
        super().__init__(groups, {"lr": lr, "momentum": momentum})
        loads = [0] * fellows.COUNT
        self.maker: dict[Tensor, int] = {}
        for p, _ in sorted(params, key=lambda pair: -pair[0].numel()):
            self.maker[p] = loads.index(min(loads))
            loads[self.maker[p]] += p.numel()

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        moved = [(group["params"][0], group) for group in self.param_groups if group["params"][0].grad is not None]
        sizes = [p.numel() for p, _ in moved]
        updates = torch.zeros(sum(sizes), dtype=torch.bfloat16, device=moved[0][0].device)
        parts = [part.view_as(p) for part, (p, _) in zip(updates.split(sizes), moved)]
        for (p, group), part in zip(moved, parts):
            buffer = self.state[p].setdefault("momentum", torch.zeros_like(p))
            buffer.lerp_(p.grad, 1 - group["momentum"])
            if self.maker[p] == fellows.RANK:
                ahead = p.grad.lerp(buffer, group["momentum"]).to(torch.bfloat16)
                part.copy_(torch.cat([orthogonalised(update) for update in ahead.chunk(group["experts"])]))
        fellows.put_together(updates)
        for (p, group), part in zip(moved, parts):
            scale = max(1.0, p.shape[0] / group["experts"] / p.shape[1]) ** 0.5
            p.add_(part.float(), alpha=-group["lr"] * scale)


def make_optimizers(model: nn.Module, muon_lr: float, adam_lr: float) -> list[torch.optim.Optimizer]:
    """For what is to be trained of a network whose transformer is its `dit`."""
    inner, other = [], []
    for name, p in model.named_parameters():
        if not p.requires_grad:
            continue
        if name.endswith(("linear_qkv.weight", "linear_proj.weight", "up_gate_proj.weight", "down_proj.weight")) and "dit" in name:
            layer = int(name.split("layers.")[1].split(".")[0])
            inner.append((p, 3 if layer in model.dit.config.mm_layers else 1))
        elif name.endswith("_proj.weight"):
            inner.append((p, 1))
        else:
            other.append(p)
    return [ExpertMuon(inner, muon_lr), torch.optim.AdamW(other, adam_lr, betas=(0.9, 0.98), weight_decay=0.0)]
