"""Several processes that train one network, each on batches of its own: gradients are averaged, so that all of them stay alike.

    torchrun --nproc-per-node 2 -m train.stages.joint WORK --of excerpts --total 200

On a processor one process a core is faster than one process over all of them. Alone, nothing here does anything.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterable

import torch
import torch.distributed as dist
from torch import Tensor

#: This process among its fellows, and how many they are.
RANK, COUNT = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))


def join() -> None:
    """Finds the others; the addresses are those that torchrun tells."""
    if COUNT > 1 and not dist.is_initialized():
        dist.init_process_group("gloo")
        atexit.register(dist.destroy_process_group)  # threads that still wait for others would abort the process


def average_gradients(params: Iterable[Tensor]) -> None:
    """Gives each parameter the mean of all processes' gradients; one that has none counts as nought."""
    if COUNT == 1:
        return
    params = list(params)
    flat = torch.cat([(torch.zeros_like(p) if p.grad is None else p.grad).flatten() for p in params])
    dist.all_reduce(flat)
    for p, mean in zip(params, (flat / COUNT).split([p.numel() for p in params])):
        p.grad = mean.view_as(p)


def put_together(parts: Tensor) -> None:
    """Gives all the same 16-bit numbers, an even count of them, each of which all but one process have as nought."""
    if COUNT > 1:
        dist.all_reduce(parts.view(torch.int32))  # the sum of bits with zeros is exact, and gloo does not add bfloat16


def as_first(value: float) -> float:
    """What the first process has: all look at its clock."""
    if COUNT == 1:
        return value
    told = torch.tensor([value], dtype=torch.float64)
    dist.broadcast(told, 0)
    return float(told)
