"""What the judges of pictures share: how they learn for a given time, and how they are read back."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Callable, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

#: Steps in which the rate rises, and between two lines of a report.
WARM_UP, REPORT = 40, 200
Network = TypeVar("Network", bound=nn.Module)
#: Drawings uint8 [n, 3, h, w] of one shape with what is to be told of them [n, ...].
Known = tuple[Tensor, Tensor]


def learn(network: nn.Module, sets: list[Known], error: Callable[[nn.Module, Tensor, Tensor], Tensor], minutes: float, rate: float, batch: int = 32) -> str:
    """Trains in place with what `error` says of pictures float [batch, 3, h, w] in -1..1 and of what is to be told of them; each batch
    has one shape. Returns what there is to report."""
    shares = np.array([len(told) for _, told in sets], float)
    network.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=0.02)
    choose, began, step, recent = np.random.default_rng(2), time.monotonic(), 0, 0.0
    while (passed := (time.monotonic() - began) / (60 * minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / WARM_UP) * (0.5 + 0.5 * np.cos(np.pi * passed)) + 1e-5
        pictures, told = sets[int(choose.choice(len(sets), p=shares / shares.sum()))]
        index = torch.from_numpy(choose.integers(len(told), size=batch))
        loss = error(network, pictures[index].float() / 127.5 - 1, told[index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step, recent = step + 1, 0.95 * recent + 0.05 * float(loss.detach())
        if step % REPORT == 0:
            print(f"step {step}, {60 * minutes * passed:.0f} s, loss {recent:.3f}", flush=True)
    return f"{int(shares.sum())} drawings, {step} steps of {batch}, loss {recent:.3f}"


def answered(network: nn.Module, pictures: Tensor):
    """What a network answers while it learns."""
    with torch.autocast("cpu", torch.bfloat16):
        return network(pictures.contiguous(memory_format=torch.channels_last))


def load(network: Network, path: Path) -> Network:
    """A network as it was trained, to be asked."""
    network.load_state_dict(torch.load(path, weights_only=True))
    return network.eval()
