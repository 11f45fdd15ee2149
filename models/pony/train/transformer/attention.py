"""Softmax attention over tokens of which only the first `lengths[i]` of sample i count.

On a GPU this is the built-in attention. On a CPU with one key/value group it is done sample by sample with
plain matrix products, which use the bf16 tile units and keep the scores in the cache: the built-in backward
pass is about five times slower there.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


@torch.library.custom_op("pony::attend", mutates_args=())
def _attend(q: Tensor, k: Tensor, v: Tensor, lengths: Tensor) -> Tensor:
    """q [b, l, n, k], k and v [b, l, k], lengths [b] int64 on the CPU; returns [b, l, n, k]."""
    _, _, n, d = q.shape
    out = torch.zeros_like(q, memory_format=torch.contiguous_format)
    for i, l in enumerate(lengths.tolist()):
        queries = q[i, :l].reshape(l * n, d)
        p = torch.softmax((queries * d**-0.5) @ k[i, :l].T, -1)
        torch.mm(p, v[i, :l], out=out[i, :l].view(l * n, d))
    return out


@_attend.register_fake
def _(q: Tensor, k: Tensor, v: Tensor, lengths: Tensor) -> Tensor:
    return torch.empty_like(q, memory_format=torch.contiguous_format)


@torch.library.custom_op("pony::attend_backward", mutates_args=())
def _attend_backward(grad: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    _, _, n, d = q.shape
    dq, dk, dv = (torch.zeros_like(x, memory_format=torch.contiguous_format) for x in (q, k, v))
    for i, l in enumerate(lengths.tolist()):
        queries = q[i, :l].reshape(l * n, d) * d**-0.5
        g = grad[i, :l].reshape(l * n, d)
        delta = (g.float() * out[i, :l].reshape(l * n, d).float()).sum(-1, keepdim=True).to(q.dtype)
        p = torch.softmax(queries @ k[i, :l].T, -1)
        torch.mm(p.T, g, out=dv[i, :l])
        ds = (g @ v[i, :l].T).sub_(delta).mul_(p)
        torch.mm(ds, k[i, :l], out=dq[i, :l].view(l * n, d))
        torch.mm(ds.T, queries, out=dk[i, :l])
    return dq.mul_(d**-0.5), dk, dv


@_attend_backward.register_fake
def _(grad: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return tuple(torch.empty_like(x, memory_format=torch.contiguous_format) for x in (q, k, v))  # type: ignore[return-value]


def _save(ctx, inputs, output: Tensor) -> None:
    ctx.save_for_backward(*inputs[:3], output, inputs[3])


def _backward(ctx, grad: Tensor):
    q, k, v, out, lengths = ctx.saved_tensors
    return *_attend_backward(grad.contiguous(), q, k, v, out, lengths), None


_attend.register_autograd(_backward, setup_context=_save)


def attend(q: Tensor, k: Tensor, v: Tensor, lengths: Tensor) -> Tensor:
    """q [b, l, n, k], k and v [b, l, g, k] with n a multiple of g, lengths [b] int64; returns [b, l, n, k] in the type of q."""
    n, g = q.shape[2], k.shape[2]
    if g == 1 and q.device.type == "cpu" and q.dtype == torch.bfloat16:
        return torch.ops.pony.attend(q, k[:, :, 0], v[:, :, 0], lengths)
    mask = torch.arange(q.shape[1], device=q.device) < lengths.to(q.device)[:, None]
    q, k, v = (x.transpose(1, 2) for x in (q, k, v))
    if g < n:
        k, v = k.repeat_interleave(n // g, 1), v.repeat_interleave(n // g, 1)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None]).transpose(1, 2)
