"""Softmax attention over tokens of which only the first `lengths[i]` of sample i count.

On a GPU this is the built-in attention. On a CPU each key/value group of each sample is done by itself: by `attention.cpp` where
the processor multiplies bfloat16 (`tiles.py`), else as plain matrix products over blocks of queries, whose scores stay in the cache. For
3235 tokens of four heads forward and backward take 58 ms of a Sapphire Rapids core that way, blocks 211 ms; the scores of all
queries at once took 422 ms, and the built-in backward pass several times that.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from . import tiles

#: Rows of queries whose scores are held at once without tiles: with 3000 keys of bf16 3 MB.
ROWS = 512


def _has_tiles(q: Tensor) -> bool:
    return q.shape[-1] == tiles.HEAD and tiles.library() is not None


@torch.library.custom_op("pony::attend", mutates_args=())
def _attend(q: Tensor, k: Tensor, v: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """q [b, l, n, k], k and v [b, l, k], bfloat16, lengths [b] int64, on the CPU; returns [b, l, n, k], and with tiles the logarithms
    of the queries' sums, which the backward pass needs, [b, l * n]."""
    b, l, n, d = q.shape
    q, k, v = q.contiguous(), k.contiguous(), v.contiguous()
    if _has_tiles(q):
        return tiles.forward(q, k, v, lengths.contiguous())
    out = torch.zeros_like(q)
    for i, count in enumerate(lengths.tolist()):
        queries, keys, rows = q[i, :count].reshape(-1, d) * d**-0.5, k[i, :count].T, out[i, :count].view(-1, d)
        for at in range(0, count * n, ROWS):
            torch.mm(torch.softmax(queries[at : at + ROWS] @ keys, -1), v[i, :count], out=rows[at : at + ROWS])
    return out, q.new_zeros((b, l * n), dtype=torch.float32)


@_attend.register_fake
def _(q: Tensor, k: Tensor, v: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    out = torch.empty_like(q, memory_format=torch.contiguous_format)
    return out, q.new_empty((q.shape[0], q.shape[1] * q.shape[2]), dtype=torch.float32)


@torch.library.custom_op("pony::attend_backward", mutates_args=())
def _attend_backward(grad: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, logs: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    n, d = q.shape[2:]
    grad, q, k, v = (x.contiguous() for x in (grad, q, k, v))
    if _has_tiles(q):
        return tiles.backward(grad, q, k, v, out, logs, lengths.contiguous())
    dq, (dk, dv) = torch.zeros_like(q), (torch.zeros_like(x, dtype=torch.float32) for x in (k, v))
    for i, count in enumerate(lengths.tolist()):
        queries, g = q[i, :count].reshape(-1, d) * d**-0.5, grad[i, :count].reshape(-1, d)
        delta = (g.float() * out[i, :count].reshape(-1, d).float()).sum(-1, keepdim=True).to(q.dtype)
        keys, values, rows = k[i, :count], v[i, :count].T, dq[i, :count].view(-1, d)
        for at in range(0, count * n, ROWS):
            block = slice(at, at + ROWS)
            p = torch.softmax(queries[block] @ keys.T, -1)
            dv[i, :count] += p.T @ g[block]
            ds = (g[block] @ values).sub_(delta[block]).mul_(p)
            torch.mm(ds, keys, out=rows[block])
            dk[i, :count] += ds.T @ queries[block]
    return dq.mul_(d**-0.5), dk.to(k.dtype), dv.to(v.dtype)


@_attend_backward.register_fake
def _(grad: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, logs: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return tuple(torch.empty_like(x, memory_format=torch.contiguous_format) for x in (q, k, v))  # type: ignore[return-value]


def _save(ctx, inputs, output: tuple[Tensor, Tensor]) -> None:
    ctx.save_for_backward(*inputs[:3], *output, inputs[3])


def _backward(ctx, grad: Tensor, _: Tensor | None):
    q, k, v, out, logs, lengths = ctx.saved_tensors
    return *_attend_backward(grad, q, k, v, out, logs, lengths), None


_attend.register_autograd(_backward, setup_context=_save)


def attend(q: Tensor, k: Tensor, v: Tensor, lengths: Tensor) -> Tensor:
    """q [b, l, n, k], k and v [b, l, g, k] with n a multiple of g, lengths [b] int64; returns [b, l, n, k] in the type of q."""
    (b, l, n, d), g = q.shape, k.shape[2]
    if q.device.type == "cpu" and q.dtype == torch.bfloat16:
        apart = lambda x: x.view(b, l, g, -1, d).transpose(1, 2).flatten(0, 1)  # noqa: E731
        out = torch.ops.pony.attend(apart(q), apart(k)[:, :, 0], apart(v)[:, :, 0], lengths.repeat_interleave(g))[0]
        return out.view(b, g, l, n // g, d).transpose(1, 2).reshape(b, l, n, d)
    mask = torch.arange(l, device=q.device) < lengths.to(q.device)[:, None]
    q, k, v = (x.transpose(1, 2) for x in (q, k, v))
    if g < n:
        k, v = k.repeat_interleave(n // g, 1), v.repeat_interleave(n // g, 1)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None]).transpose(1, 2)
