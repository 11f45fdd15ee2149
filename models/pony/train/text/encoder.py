"""A T5Gemma-style text encoder: tensor names and maths of the released encoder, tiny.

Source of the conventions: the public T5Gemma configuration and module (Apache-2.0), encoder part only.
Shapes use `b` batch, `l` tokens, `d` width, `n` heads, `k` head size.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass
class TextConfig:
    """The keys that the released configuration uses."""

    vocab_size: int = 1024
    hidden_size: int = 128
    intermediate_size: int = 208
    num_hidden_layers: int = 3
    num_attention_heads: int = 4
    num_key_value_heads: int = 2
    head_dim: int = 32
    query_pre_attn_scalar: int = 32
    sliding_window: int = 4096
    rope_theta: float = 10_000.0
    rms_norm_eps: float = 1e-6
    hidden_activation: str = "gelu_pytorch_tanh"
    max_position_embeddings: int = 1024
    attention_bias: bool = False
    attn_logit_softcapping: float = 50.0
    final_logit_softcapping: float = 30.0
    pad_token_id: int = 0
    layer_types: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.layer_types:
            kinds = ("sliding_attention", "full_attention")
            self.layer_types = [kinds[i % 2] for i in range(self.num_hidden_layers)]

    def to_json(self) -> dict:
        return asdict(self)


class Norm(nn.Module):
    """RMS norm in float32 times (1 + weight)."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        x = x.float()
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * (1 + self.weight)


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotate half-split pairs of x [b, n, l, k] by the angles behind cos and sin [l, k/2]."""
    a, b = x.chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)


class SelfAttention(nn.Module):
    def __init__(self, c: TextConfig, kind: str) -> None:
        super().__init__()
        self.c, self.window = c, c.sliding_window if kind == "sliding_attention" else 0
        wide, narrow = c.num_attention_heads * c.head_dim, c.num_key_value_heads * c.head_dim
        self.q_proj = nn.Linear(c.hidden_size, wide, bias=False)
        self.k_proj = nn.Linear(c.hidden_size, narrow, bias=False)
        self.v_proj = nn.Linear(c.hidden_size, narrow, bias=False)
        self.o_proj = nn.Linear(wide, c.hidden_size, bias=False)

    def forward(self, x: Tensor, mask: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """x [b, l, d]; mask [b, 1, 1, l], true where a key counts."""
        c, (b, l, _) = self.c, x.shape
        split = lambda y, n: y.view(b, l, n, c.head_dim).transpose(1, 2)  # noqa: E731
        q = _rotate(split(self.q_proj(x), c.num_attention_heads), cos, sin)
        k = _rotate(split(self.k_proj(x), c.num_key_value_heads), cos, sin)
        v = split(self.v_proj(x), c.num_key_value_heads)
        if 0 < self.window < l:
            at = torch.arange(l, device=x.device)
            mask = mask & ((at[:, None] - at[None]).abs() < self.window)
        repeat = c.num_attention_heads // c.num_key_value_heads
        k, v = k.repeat_interleave(repeat, 1).to(v.dtype), v.repeat_interleave(repeat, 1)
        q, scale = q.to(v.dtype), c.query_pre_attn_scalar**-0.5
        if x.device.type == "cpu":  # where the built-in backward pass is slow
            out = (q @ k.mT * scale).masked_fill(~mask, -torch.inf).softmax(-1).to(v.dtype) @ v
        else:
            out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=scale)
        return self.o_proj(out.transpose(1, 2).reshape(b, l, -1))


class GatedMlp(nn.Module):
    def __init__(self, c: TextConfig) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(c.hidden_size, c.intermediate_size, bias=False)
        self.up_proj = nn.Linear(c.hidden_size, c.intermediate_size, bias=False)
        self.down_proj = nn.Linear(c.intermediate_size, c.hidden_size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.gelu(self.gate_proj(x), approximate="tanh") * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, c: TextConfig, kind: str) -> None:
        super().__init__()
        norm = lambda: Norm(c.hidden_size, c.rms_norm_eps)  # noqa: E731
        self.self_attn, self.mlp = SelfAttention(c, kind), GatedMlp(c)
        self.pre_self_attn_layernorm, self.post_self_attn_layernorm = norm(), norm()
        self.pre_feedforward_layernorm, self.post_feedforward_layernorm = norm(), norm()

    def forward(self, x: Tensor, mask: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self.post_self_attn_layernorm(self.self_attn(self.pre_self_attn_layernorm(x), mask, cos, sin))
        return x + self.post_feedforward_layernorm(self.mlp(self.pre_feedforward_layernorm(x)))


class _Encoder(nn.Module):
    def __init__(self, c: TextConfig) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(c.vocab_size, c.hidden_size)
        self.layers = nn.ModuleList(Layer(c, kind) for kind in c.layer_types)
        self.norm = Norm(c.hidden_size, c.rms_norm_eps)


class TextEncoder(nn.Module):
    """Token ids to text features; the tensor names start with `model.encoder.`."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.config = config
        self.model = nn.ModuleDict({"encoder": _Encoder(config)})
        nn.init.normal_(self.encoder.embed_tokens.weight, std=config.hidden_size**-0.5)
        for name, weight in self.named_parameters():
            if name.endswith("proj.weight"):
                nn.init.normal_(weight, std=weight.shape[1] ** -0.5)

    @property
    def encoder(self) -> _Encoder:
        return self.model["encoder"]  # type: ignore[return-value]

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """ids [b, l] int64, mask [b, l] bool (true for real tokens); returns [b, l, d] float32."""
        c = self.config
        half = c.head_dim // 2
        speed = c.rope_theta ** (-torch.arange(half, device=ids.device, dtype=torch.float32) / half)
        angle = torch.arange(ids.shape[1], device=ids.device)[:, None] * speed
        cos, sin, keys = angle.cos(), angle.sin(), mask[:, None, None, :]
        x = self.encoder.embed_tokens(ids).float() * c.hidden_size**0.5
        for layer in self.encoder.layers:
            x = layer(x, keys, cos, sin)
        return self.encoder.norm(x)
