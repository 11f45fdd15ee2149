"""Weights as the engine reads them: in float16 or 8 bits, and an encoder whose latents come out with the released statistics.

The anchored latents have statistics of their own, but the engine normalises with those of the released models,
(mu - MEAN) / STD: the encoder's last layer takes the inverse.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .wan_stats import MEAN, STD

UNUSED_LOG_VARIANCE = -9.0


def with_statistics(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Encoder weights whose mean comes out as z * STD + MEAN; the log-variance half, which nobody reads, is made constant."""
    weight, bias = weights["conv1.weight"].clone(), weights["conv1.bias"].clone()
    z_dim = len(MEAN)
    weight[:z_dim] *= STD[:, None, None, None, None]
    bias[:z_dim] = bias[:z_dim] * STD + MEAN
    weight[z_dim:] = 0.0
    bias[z_dim:] = UNUSED_LOG_VARIANCE
    return {**weights, "conv1.weight": weight, "conv1.bias": bias}


def without_statistics(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The way back: encoder weights whose mean comes out as z."""
    weight, bias = weights["conv1.weight"].clone(), weights["conv1.bias"].clone()
    z_dim = len(MEAN)
    weight[:z_dim] /= STD[:, None, None, None, None]
    bias[:z_dim] = (bias[:z_dim] - MEAN) / STD
    return {**weights, "conv1.weight": weight, "conv1.bias": bias}


def as_float16(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    for name, tensor in weights.items():
        if not torch.isfinite(tensor.half()).all():
            raise ValueError(f"{name} does not fit into float16")
    return {name: tensor.half().contiguous() for name, tensor in weights.items()}


def in_8_bits(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Integers [rows, ..] and the scale of each row [rows, 1]; a row of zeros has scale 0."""
    wide = matrix.float().flatten(1)
    scale = wide.abs().amax(1, keepdim=True) / 127
    return torch.where(scale > 0, wide / scale, 0).round().clamp(-127, 127).to(torch.int8).view(matrix.shape), scale


def read_back(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Float32 weights as a reader of the file computes with them."""
    scales = {f"{name}_scale" for name in tensors} & tensors.keys()
    return {
        name: tensor.float() * tensors[f"{name}_scale"].view(-1, *[1] * (tensor.ndim - 1)) if f"{name}_scale" in scales else tensor.float()
        for name, tensor in tensors.items() if name not in scales
    }
