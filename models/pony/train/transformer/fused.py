"""A transformer layer for training on a processor that multiplies bfloat16: products by PyTorch, attention by `attention.cpp`,
gradients of weights by `outer.cpp`, and each thing in between in one pass of `layer.cpp` forward and one backward.

The layer as `dit.Block` writes it spends four fifths of its time on small operations that read and write all tokens. Here the
tokens of all samples lie in one list `[r, d]`, sorted by modality and without padding, so that an expert's are neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from . import tiles


@dataclass
class Rows:
    """Where the rows of a batch belong.

    ends: int64 [3], behind the last row of each modality; place: int64 [r], sample * length + position; lengths: int64 [b], real
    tokens of the samples; sin and cos: float32 [r, 24].
    """

    ends: Tensor
    place: Tensor
    lengths: Tensor
    length: int
    sin: Tensor
    cos: Tensor

    @staticmethod
    def of(spans: tuple[int, int, int], mask: Tensor, sin: Tensor, cos: Tensor) -> "Rows":
        """Rows of samples with `spans` tokens of each modality, of whose text `mask` [b, l] tells the real ones; angles [b or 1, l, 24]."""
        batch, length = len(mask), sum(spans)
        all_places = torch.arange(batch * length).view(batch, length)
        parts = all_places.split(spans, 1)
        parts = [parts[0].flatten(), parts[1].flatten(), parts[2][mask]]
        place = torch.cat(parts)
        at = place if len(sin) > 1 else place % length
        ends = torch.tensor([len(p) for p in parts]).cumsum(0)
        return Rows(ends, place, spans[0] + spans[1] + mask.sum(1), length, sin.flatten(0, 1)[at], cos.flatten(0, 1)[at])

    def of_experts(self, experts: int) -> Tensor:
        return self.ends if experts > 1 else self.ends[2:]


def usable(x: Tensor, head_dim: int, compute: torch.dtype) -> bool:
    """Whether layers may be computed here: on a processor that `tiles` knows, in bfloat16, with heads of 64 components."""
    return x.device.type == "cpu" and compute == torch.bfloat16 and head_dim == tiles.HEAD and tiles.library() is not None


def _parts(x: Tensor, rows: Rows) -> list[Tensor]:
    return list(x.tensor_split(rows.ends[:2]))


def _times(x: Tensor, weight: Tensor, out: Tensor) -> None:
    """x [r, i] times weight [i, o], in two halves of a round number of rows that overlap: for each new number of rows the library
    writes a kernel of its own, which takes longer than the product."""
    half = -(-len(x) // 512) * 256
    if half >= len(x):
        torch.mm(x, weight, out=out)
    else:
        torch.mm(x[:half], weight, out=out[:half])
        torch.mm(x[-half:], weight, out=out[-half:])


def _product(x: Tensor, weight: Tensor, rows: Rows) -> Tensor:
    """x [r, i] times the weight [experts, o, i] of each row's expert: [r, o]."""
    out = x.new_empty(len(x), weight.shape[1])
    parts = zip(_parts(x, rows), _parts(out, rows), weight) if len(weight) > 1 else [(x, out, weight[0])]
    for part, to, w in parts:
        _times(part, w.T, to)
    return out


def _product_back(grad: Tensor, x: Tensor, weight: Tensor, rows: Rows) -> tuple[Tensor, Tensor]:
    """The gradients of `_product`: of x, and of the weight in float32."""
    of_weight = torch.empty(weight.shape)
    pairs = zip(_parts(grad, rows), _parts(x, rows)) if len(weight) > 1 else [(grad, x)]
    for (g, part), to in zip(pairs, of_weight):
        tiles.call("pony_outer", [g, part, to], (len(g), *to.shape))
    return _product(grad, weight.transpose(1, 2), rows), of_weight


def _norm(x: Tensor, y: Tensor | None, weight: Tensor, rows: Rows) -> tuple[Tensor, Tensor]:
    """x + y and its norm, bfloat16; x itself where there is no y."""
    total = x if y is None else torch.empty_like(x)
    out, experts = torch.empty(x.shape, dtype=torch.bfloat16), weight.numel() // x.shape[1]
    tiles.call("pony_norm", [x, y, weight, total, out, rows.of_experts(experts)], (experts, x.shape[1]))
    return total, out


def _norm_back(grad: Tensor, x: Tensor, weight: Tensor, dx: Tensor, rows: Rows) -> tuple[Tensor, Tensor]:
    """Adds to dx what a norm's output gets; returns dx in bfloat16 and the weight's gradient."""
    copy, of_weight, experts = torch.empty_like(grad), torch.zeros_like(weight), weight.numel() // x.shape[1]
    tiles.call("pony_norm_back", [grad, x, weight, dx, copy, of_weight, rows.of_experts(experts)], (experts, x.shape[1]))
    return copy, of_weight


class _Layer(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, rows: Rows, experts: int, gated: bool, *weights: Tensor) -> Tensor:
        """x float32 [r, d]; weights: norm, products, norms of q and k, projection; norm, up, down."""
        norm_a, qkv_w, norm_q, norm_k, proj_w, norm_m, up_w, down_w = weights
        qkv_w, proj_w, up_w, down_w = (w.bfloat16().view(experts, -1, w.shape[1]) for w in (qkv_w, proj_w, up_w, down_w))
        heads = proj_w.shape[2] // tiles.HEAD
        if gated:  # the stored rows interleave gate and linear part
            up_w = up_w.view(experts, -1, 2, up_w.shape[2]).transpose(1, 2).reshape(up_w.shape)
        groups = (qkv_w.shape[1] - heads * (tiles.HEAD + 1)) // (2 * tiles.HEAD)
        sizes = (heads, groups, rows.length)
        _, h = _norm(x, None, norm_a, rows)
        qkv = _product(h, qkv_w, rows)
        # To attention each group is a sample of its own.
        shape, lengths = (len(rows.lengths) * groups, rows.length), rows.lengths.repeat_interleave(groups)
        q = qkv.new_empty(*shape, heads // groups, tiles.HEAD)
        k, v = qkv.new_empty(*shape, tiles.HEAD), qkv.new_empty(*shape, tiles.HEAD)
        turns = [norm_q, norm_k, rows.sin, rows.cos, rows.place]
        tiles.call("pony_spread", [qkv, *turns, q, k, v, rows.of_experts(experts)], (experts, *sizes))
        said, logs = tiles.forward(q, k, v, lengths)
        mixed = qkv.new_empty(len(x), heads * tiles.HEAD)
        tiles.call("pony_gate", [said, qkv, rows.place, mixed], (len(x), *sizes))
        between, h_m = _norm(x, _product(mixed, proj_w, rows), norm_m, rows)
        up = _product(h_m, up_w, rows)
        acted = up.new_empty(len(x), down_w.shape[2])
        tiles.call("pony_swiglu" if gated else "pony_gelu", [up, acted], acted.shape)
        out = between + _product(acted, down_w, rows)
        ctx.save_for_backward(x, h, qkv, q, k, v, said, logs, mixed, between, h_m, up, acted, qkv_w, proj_w, up_w, down_w, norm_a, norm_q, norm_k, norm_m)
        ctx.rows, ctx.experts, ctx.gated, ctx.sizes, ctx.lengths = rows, experts, gated, sizes, lengths
        return out

    @staticmethod
    def backward(ctx, grad: Tensor):
        x, h, qkv, q, k, v, said, logs, mixed, between, h_m, up, acted, qkv_w, proj_w, up_w, down_w, norm_a, norm_q, norm_k, norm_m = ctx.saved_tensors
        rows, experts, gated, sizes = ctx.rows, ctx.experts, ctx.gated, ctx.sizes
        dx = grad.clone(memory_format=torch.contiguous_format)
        of_acted, of_down = _product_back(dx.bfloat16(), acted, down_w, rows)
        of_up_out = torch.empty_like(up)
        tiles.call("pony_swiglu_back" if gated else "pony_gelu_back", [of_acted, up, of_up_out], acted.shape)
        of_h, of_up = _product_back(of_up_out, h_m, up_w, rows)
        if gated:
            of_up = of_up.view(experts, 2, -1, up_w.shape[2]).transpose(1, 2)
        low, of_norm_m = _norm_back(of_h, between, norm_m, dx, rows)
        of_mixed, of_proj = _product_back(low, mixed, proj_w, rows)
        of_said, of_qkv_out = torch.zeros_like(said), torch.empty_like(qkv)
        tiles.call("pony_gate_back", [of_mixed, said, qkv, rows.place, of_said, of_qkv_out], (len(x), *sizes))
        dq, dk, dv = tiles.backward(of_said, q, k, v, said, logs, ctx.lengths)
        of_norm_q, of_norm_k = torch.zeros_like(norm_q), torch.zeros_like(norm_k)
        tiles.call("pony_spread_back", [dq, dk, dv, qkv, norm_q, norm_k, rows.sin, rows.cos, rows.place, of_qkv_out, of_norm_q, of_norm_k,
                                        rows.of_experts(experts)], (experts, *sizes))
        of_h, of_qkv = _product_back(of_qkv_out, h, qkv_w, rows)
        _, of_norm_a = _norm_back(of_h, x, norm_a, dx, rows)
        flat = lambda w: w.reshape(-1, w.shape[-1])  # noqa: E731
        return dx, None, None, None, of_norm_a, flat(of_qkv), of_norm_q, of_norm_k, flat(of_proj), of_norm_m, flat(of_up), flat(of_down)


def layer(x: Tensor, rows: Rows, block) -> Tensor:
    """What `dit.Block` makes of the rows x, float32 [r, d]."""
    a, m = block.attention, block.mlp
    return _Layer.apply(x, rows, a.pre_norm.experts, bool(m.gated), a.pre_norm.weight, a.linear_qkv.weight, a.q_norm.weight, a.k_norm.weight,
                        a.linear_proj.weight, m.pre_norm.weight, m.up_gate_proj.weight, m.down_proj.weight)
