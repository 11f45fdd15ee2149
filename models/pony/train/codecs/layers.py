"""Norm and activation of the video networks, fused when a compiler is at hand, and the memory layout for convolutions."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def rms_norm(x: Tensor, eps: float) -> Tensor:
    """Divides by the root mean square over axis 1, in float32; returns the type of x. x: [b, c, ...]."""
    wide = x.float()
    return (wide * torch.rsqrt(wide.square().mean(dim=1, keepdim=True) + eps)).to(x.dtype)


def rms_norm_silu(x: Tensor, eps: float) -> Tensor:
    return F.silu(rms_norm(x, eps).float()).to(x.dtype)


def rms_norm_relu(x: Tensor, eps: float) -> Tensor:
    return F.relu(rms_norm(x, eps))


def l2_norm(x: Tensor, gain: Tensor) -> Tensor:
    """Scales axis 1 to length sqrt(c), the length clamped at 1e-12, then by `gain`. x: [b, c, ...]."""
    wide = x.float()
    length = wide.square().sum(dim=1, keepdim=True).sqrt().clamp_min(1e-12)
    return (wide * (x.shape[1] ** 0.5 / length) * gain).to(x.dtype)


def l2_norm_silu(x: Tensor, gain: Tensor) -> Tensor:
    return F.silu(l2_norm(x, gain).float()).to(x.dtype)


class Fused:
    """The functions in use; `fuse` replaces them by compiled ones, which makes a training step several times faster."""

    rms_norm_silu = staticmethod(rms_norm_silu)
    rms_norm_relu = staticmethod(rms_norm_relu)
    l2_norm_silu = staticmethod(l2_norm_silu)


def fuse() -> None:
    """Compiles norm and activation into one pass; without a C++ compiler the plain functions stay."""
    torch._dynamo.config.force_parameter_static_shapes = False
    torch._dynamo.config.recompile_limit = 64
    try:
        probe = torch.zeros(1, 4, 2, 2, 2, requires_grad=True)
        torch.compile(rms_norm_silu)(probe, 1e-8).sum().backward()
    except Exception as error:  # the compiler raises many types; training works without it
        print(f"norms are not fused: {type(error).__name__}")
        return
    for function in (rms_norm_silu, rms_norm_relu, l2_norm_silu):
        setattr(Fused, function.__name__, staticmethod(torch.compile(function, dynamic=True)))


def channels_last(model: nn.Module) -> nn.Module:
    """Lays kernels out with the channels innermost, the layout in which bf16 convolutions are fastest on CPU."""
    for p in model.parameters():
        if p.dim() == 5:
            p.data = p.data.contiguous(memory_format=torch.channels_last_3d)
        elif p.dim() == 4:
            p.data = p.data.contiguous(memory_format=torch.channels_last)
    return model
