"""The single-stream transformer: tensor names and maths of the released model, tiny.

Source of the conventions: the daVinci-MagiHuman reference implementation (Apache-2.0), without its
local attention. Shapes use `b` batch, `l` tokens, `d` width, `n` heads, `k` head size, `c` channels,
`t` latent frames, `h` and `w` latent rows and columns.

One sample is video tokens (raster order over the 2x2-patched grid), audio tokens, text tokens.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import fused
from .attention import attend

LATENT_CHANNELS = 48
MODALITIES = 3  # video, audio, text


@dataclass
class DitConfig:
    num_layers: int = 6
    hidden_size: int = 192
    head_dim: int = 64
    num_query_groups: int = 1
    text_in_channels: int = 128
    video_in_channels: int = 192
    audio_in_channels: int = 64
    mm_layers: list[int] = field(default_factory=lambda: [0, 5])
    gelu7_layers: list[int] = field(default_factory=lambda: [0])
    local_attn_layers: list[int] = field(default_factory=list)
    enable_attn_gating: bool = True
    #: Whether video and audio tokens are told their places at the way in; the released model knows them by rotation alone.
    place_embedder: bool = False
    #: Whether what comes in is added to what comes out, which then is the velocity times the noise level: what the layers have to say is
    #: the clean latents alone, and noise has not to be carried through them.
    input_skip: bool = False
    #: Whether a second linear layer says, for each number of a video token, how far it goes from its own prediction to that of the first
    #: frame at its place, which is the first frame itself where that is given. Needs `input_skip`, without which nothing clean is predicted.
    first_frame_skip: bool = False

    @property
    def heads(self) -> int:
        return self.hidden_size // self.head_dim

    def to_json(self) -> dict:
        return asdict(self)


def _experts(x: Tensor, weight: Tensor, spans: tuple[int, int, int], apply) -> Tensor:
    """Apply `apply(x, weight)` with the weight of each token's modality, or with the one shared weight."""
    if weight.shape[0] == 1:
        return apply(x, weight[0])
    return torch.cat([apply(part, weight[i]) for i, part in enumerate(x.split(spans, 1))], 1)


class Norm(nn.Module):
    """RMS norm in float32 times (1 + weight), one weight per expert."""

    def __init__(self, width: int, experts: int = 1) -> None:
        super().__init__()
        self.experts = experts
        self.weight = nn.Parameter(torch.zeros(experts * width))

    def forward(self, x: Tensor, spans: tuple[int, int, int]) -> Tensor:
        x = x.float()
        x = x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6)
        scale = 1 + self.weight.view(self.experts, *[1] * (x.ndim - 3), -1)
        return _experts(x, scale, spans, torch.mul)


class Linear(nn.Module):
    """A matrix product without bias, one weight per expert, in the compute type."""

    def __init__(self, inputs: int, outputs: int, experts: int = 1) -> None:
        super().__init__()
        self.experts = experts
        self.weight = nn.Parameter(torch.randn(experts * outputs, inputs) * inputs**-0.5)

    def forward(self, x: Tensor, spans: tuple[int, int, int], compute: torch.dtype) -> Tensor:
        weight = self.weight.to(compute).view(self.experts, -1, self.weight.shape[1])
        return _experts(x.to(compute), weight, spans, F.linear)


def rotate(x: Tensor, sin: Tensor, cos: Tensor) -> Tensor:
    """Rotate the first 3/4 of each head: x [b, l, n, k], sin and cos [b or 1, l, 1, 3k/8], float32."""
    half = sin.shape[-1]
    a, b, rest = x.split((half, half, x.shape[-1] - 2 * half), -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin, rest), -1)


class Attention(nn.Module):
    def __init__(self, c: DitConfig, experts: int) -> None:
        super().__init__()
        self.c = c
        rows = (c.heads + 2 * c.num_query_groups) * c.head_dim + c.heads
        self.pre_norm = Norm(c.hidden_size, experts)
        self.linear_qkv = Linear(c.hidden_size, rows, experts)
        self.linear_proj = Linear(c.heads * c.head_dim, c.hidden_size, experts)
        self.q_norm, self.k_norm = Norm(c.head_dim, experts), Norm(c.head_dim, experts)
        nn.init.zeros_(self.linear_proj.weight)

    def forward(self, x: Tensor, spans, sin: Tensor, cos: Tensor, lengths: Tensor, compute: torch.dtype) -> Tensor:
        c, (b, l, _) = self.c, x.shape
        wide, narrow = c.heads * c.head_dim, c.num_query_groups * c.head_dim
        qkv = self.linear_qkv(self.pre_norm(x, spans), spans, compute)
        q, k, v, gate = qkv.split((wide, narrow, narrow, c.heads), -1)
        q = rotate(self.q_norm(q.reshape(b, l, c.heads, c.head_dim), spans), sin, cos).to(compute)
        k = rotate(self.k_norm(k.reshape(b, l, c.num_query_groups, c.head_dim), spans), sin, cos).to(compute)
        out = attend(q, k, v.reshape(b, l, c.num_query_groups, c.head_dim), lengths)
        out = (out.float() * gate.float().sigmoid().unsqueeze(-1)).reshape(b, l, wide)
        return self.linear_proj(out, spans, compute)


def gelu7(x: Tensor) -> Tensor:
    x = x.float().clamp(max=7)
    return x * torch.sigmoid(1.702 * x)


def swiglu7(x: Tensor) -> Tensor:
    """Gate in the first half of the columns, linear part in the second half."""
    gate, linear = x.float().chunk(2, -1)
    gate, linear = gate.clamp(max=7), linear.clamp(-7, 7)
    return gate * torch.sigmoid(1.702 * gate) * (linear + 1)


class Mlp(nn.Module):
    def __init__(self, c: DitConfig, experts: int, gated: int) -> None:
        super().__init__()
        inner = c.hidden_size * 8 // 3 // 4 * 4 if gated else c.hidden_size * 4
        self.gated = gated
        self.pre_norm = Norm(c.hidden_size, experts)
        self.up_gate_proj = Linear(c.hidden_size, inner * (2 if gated else 1), experts)
        self.down_proj = Linear(inner, c.hidden_size, experts)
        nn.init.zeros_(self.down_proj.weight)

    def forward(self, x: Tensor, spans, compute: torch.dtype) -> Tensor:
        x = self.pre_norm(x, spans)
        if not self.gated:
            return self.down_proj(gelu7(self.up_gate_proj(x, spans, compute)), spans, compute)
        # The stored rows interleave gate and linear part; two contiguous halves are faster to compute with.
        up = self.up_gate_proj
        weight = up.weight.view(up.experts, -1, 2, up.weight.shape[1]).transpose(1, 2)
        weight = weight.reshape(up.experts, -1, up.weight.shape[1]).to(compute)
        return self.down_proj(swiglu7(_experts(x.to(compute), weight, spans, F.linear)), spans, compute)


class Block(nn.Module):
    def __init__(self, c: DitConfig, index: int) -> None:
        super().__init__()
        experts = MODALITIES if index in c.mm_layers else 1
        self.attention = Attention(c, experts)
        self.mlp = Mlp(c, experts, index not in c.gelu7_layers)

    def forward(self, x: Tensor, spans, sin: Tensor, cos: Tensor, lengths: Tensor, compute: torch.dtype) -> Tensor:
        """x [b, l, d] float32, the residual stream."""
        x = x + self.attention(x, spans, sin, cos, lengths, compute)
        return x + self.mlp(x, spans, compute)


class _Rope(nn.Module):
    def __init__(self, head_dim: int) -> None:
        super().__init__()
        count = head_dim // 8
        self.register_buffer("bands", 10_000.0 ** (-torch.arange(count, dtype=torch.float32) / count))


class _Adapter(nn.Module):
    def __init__(self, c: DitConfig) -> None:
        super().__init__()
        self.video_embedder = nn.Linear(c.video_in_channels, c.hidden_size)
        self.audio_embedder = nn.Linear(c.audio_in_channels, c.hidden_size)
        self.text_embedder = nn.Linear(c.text_in_channels, c.hidden_size)
        if c.place_embedder:
            self.place_embedder = nn.Linear(c.head_dim // 8 * 6, c.hidden_size, bias=False)
            nn.init.normal_(self.place_embedder.weight, std=0.25)
        self.rope = _Rope(c.head_dim)


def positions(
    thw: tuple[int, int, int], audio: int, text: int, device: torch.device, frames: Tensor | None = None, words: Tensor | None = None,
) -> Tensor:
    """Scaled positions [b, l, 3] of all tokens; `thw` is the latent size before patching.

    `frames` [b, t] tells which latent frames of their clips the samples have; without it these are the first ones. All text stands at
    one place (style v2) unless `words` [b] tells how many tokens of it each sample has: these stand from 0 to 1, as upscalers have
    it (v1). Without either b is 1.
    """
    t, h, w = thw[0], thw[1] // 2, thw[2] // 2
    axes = [torch.arange(n, dtype=torch.float32, device=device) - centre for n, centre in ((t, 0), (h, (h - 1) / 2), (w, (w - 1) / 2))]
    video = torch.stack(torch.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)[None]
    if frames is not None:
        video = video.repeat(len(frames), 1, 1)
        video[..., 0] = frames.repeat_interleave(h * w, 1)
    sound = torch.zeros(1, audio, 3, device=device)
    if audio > 1:
        sound[..., 0] = torch.arange(audio, device=device) * (((audio - 1) // 4) / (audio - 1))
    said = torch.zeros(1, text, 3, device=device)
    if words is not None:
        said = said.repeat(len(words), 1, 1)
        said[..., 0] = torch.arange(text, device=device) / (words[:, None] - 1)
    elif text == 1:
        said[..., 0] = -1
    parts = (video, sound, said)
    count = max(map(len, parts))
    return torch.cat([part.expand(count, -1, -1) for part in parts], 1)


def patchify(latent: Tensor) -> Tensor:
    """Latent [b, c, t, h, w] to input tokens [b, t*h/2*w/2, c*4], channel-major."""
    b, c, t, h, w = latent.shape
    x = latent.view(b, c, t, h // 2, 2, w // 2, 2).permute(0, 2, 3, 5, 1, 4, 6)
    return x.reshape(b, t * (h // 2) * (w // 2), c * 4)


def unpatchify(tokens: Tensor, thw: tuple[int, int, int]) -> Tensor:
    """Output tokens [b, l, 4*c], channel-last, to a latent [b, c, t, h, w]."""
    t, h, w = thw
    x = tokens.view(tokens.shape[0], t, h // 2, w // 2, 2, 2, -1).permute(0, 6, 1, 2, 4, 3, 5)
    return x.reshape(tokens.shape[0], -1, t, h, w)


class Dit(nn.Module):
    def __init__(self, config: DitConfig) -> None:
        super().__init__()
        self.config = config
        self.adapter = _Adapter(config)
        self.block = nn.ModuleDict({"layers": nn.ModuleList(Block(config, i) for i in range(config.num_layers))})
        self.final_norm_video, self.final_norm_audio = Norm(config.hidden_size), Norm(config.hidden_size)
        self.final_linear_video = nn.Linear(config.hidden_size, config.video_in_channels, bias=False)
        self.final_linear_audio = nn.Linear(config.hidden_size, config.audio_in_channels, bias=False)
        nn.init.zeros_(self.final_linear_video.weight)
        nn.init.zeros_(self.final_linear_audio.weight)
        if config.first_frame_skip:
            self.final_linear_first = nn.Linear(config.hidden_size, config.video_in_channels, bias=False)
            nn.init.zeros_(self.final_linear_first.weight)

    def forward(
        self, video: Tensor, audio: Tensor, text: Tensor, mask: Tensor | None = None, compute: torch.dtype = torch.bfloat16,
        frames: Tensor | None = None, tap: int | None = None, upscaling: bool = False, given: Tensor | None = None,
    ) -> tuple[Tensor, ...]:
        """Velocities of video [b, 48, t, h, w] and audio [b, a, 64] for text features [b, l, d]; times their noise levels with `input_skip`.

        `mask` [b, l] is true for real text tokens, which come first; without it all count. `frames` as in `positions`.
        With `tap` the video and audio tokens behind that layer come third and fourth, float32 [b, n, width].
        `upscaling` spreads the text, two tokens at least. `given` [b] tells whose first frames have no noise; without it, nobody's.
        """
        thw = tuple(video.shape[2:])
        tokens = patchify(video)
        spans = (tokens.shape[1], audio.shape[1], text.shape[1])
        parts = [self.adapter.video_embedder(tokens), self.adapter.audio_embedder(audio), self.adapter.text_embedder(text)]
        if mask is None:
            mask = torch.ones(text.shape[:2], dtype=torch.bool, device=text.device)
        places = positions(thw, *spans[1:], video.device, frames, mask.sum(1) if upscaling else None)
        angle = (places[..., None] * self.adapter.rope.bands).flatten(2)
        sin, cos = angle.sin(), angle.cos()
        if self.config.place_embedder:
            told = self.adapter.place_embedder(torch.cat((sin, cos), -1)[:, : spans[0] + spans[1]]).split(spans[:2], 1)
            parts = [parts[0] + told[0], parts[1] + told[1], parts[2]]
        run = self._packed if fused.usable(video, self.config.head_dim, compute) else self._padded
        seen, heard, *tapped = run(parts, spans, mask, sin, cos, compute, tap)
        one = (seen.shape[1], 0, 0)
        seen = self.final_norm_video(seen, one)
        video_out = unpatchify(self.final_linear_video(seen), thw)
        audio_out = self.final_linear_audio(self.final_norm_audio(heard, one))
        if self.config.first_frame_skip:
            shares, first = unpatchify(self.final_linear_first(seen), thw), -video_out[:, :, :1]
            if given is not None:
                first = torch.where(given[:, None, None, None, None], video[:, :, :1], first)
            video_out = torch.cat((video_out[:, :, :1], video_out[:, :, 1:] - shares[:, :, 1:] * (video_out[:, :, 1:] + first)), 2)
        if self.config.input_skip:
            video_out, audio_out = video_out + video, audio_out + audio
        return video_out, audio_out, *tapped

    def velocity(
        self, video: Tensor, audio: Tensor, sigma_video: Tensor, sigma_audio: Tensor, text: Tensor, mask: Tensor | None = None, **options,
    ) -> tuple[Tensor, ...]:
        """What `forward` says of latents at the noise levels of their frames [b, t] and sounds [b], as velocities; `options` are its own.
        Where there is no noise nobody asks."""
        video_out, audio_out, *tapped = self(video, audio, text, mask, given=sigma_video[:, 0] == 0, **options)
        if self.config.input_skip:
            frames, sounds = (torch.where(sigma > 0, sigma, 1.0) for sigma in (sigma_video, sigma_audio))
            video_out, audio_out = video_out / frames[:, None, :, None, None], audio_out / sounds[:, None, None]
        return video_out, audio_out, *tapped

    def _padded(self, parts: list[Tensor], spans, mask: Tensor, sin: Tensor, cos: Tensor, compute: torch.dtype, tap: int | None) -> list[Tensor]:
        """The layers over samples [b, l, d] as they are written: what became of video and audio, and behind layer `tap`."""
        x, tapped = torch.cat(parts, 1), []
        lengths = (spans[0] + spans[1] + mask.sum(1)).cpu()
        for index, layer in enumerate(self.block["layers"]):
            x = layer(x, spans, sin[:, :, None], cos[:, :, None], lengths, compute)
            if index == tap:
                tapped = x.split(spans, 1)[:2]
        return [*x.split(spans, 1)[:2], *tapped]

    def _packed(self, parts: list[Tensor], spans, mask: Tensor, sin: Tensor, cos: Tensor, _: torch.dtype, tap: int | None) -> list[Tensor]:
        """The same over the rows of all samples."""
        rows, tapped = fused.Rows.of(spans, mask, sin, cos), []
        x = torch.cat((parts[0].flatten(0, 1), parts[1].flatten(0, 1), parts[2][mask]))
        apart = lambda: [part.view(*like.shape) for part, like in zip(x.tensor_split(rows.ends[:2]), parts[:2])]  # noqa: E731
        for index, layer in enumerate(self.block["layers"]):
            x = fused.layer(x, rows, layer)
            if index == tap:
                tapped = apart()
        return [*apart(), *tapped]
