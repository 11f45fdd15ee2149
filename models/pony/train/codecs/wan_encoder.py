"""The encoder half of the Wan 2.2 VAE, with the tensor names of the released checkpoint.

A clip of 1 + 4k frames becomes 1 + k latent frames at a sixteenth of the width and height. The released code walks
over the clip in pieces with a cache; one causal pass over the whole clip gives the same numbers and is what we do.
Structure and conventions: Wan 2.2 `vae2_2` as used by daVinci-MagiHuman (Apache-2.0); the code here is our own.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers import Fused, l2_norm


@dataclass
class EncoderConfig:
    """Keys as in the `model` section of the released configuration (the spelling of `temperal` is theirs)."""

    dim: int = 12
    dec_dim: int = 12
    z_dim: int = 48
    dim_mult: list[int] = field(default_factory=lambda: [1, 2, 4, 4])
    num_res_blocks: int = 1
    attn_scales: list[float] = field(default_factory=list)
    temperal_downsample: list[bool] = field(default_factory=lambda: [False, True, True])
    dropout: float = 0.0

    def to_json(self) -> dict:
        return asdict(self)


class CausalConv3d(nn.Conv3d):
    """A 3-D convolution that sees only the past: the time axis is padded in front, with zeros."""

    def __init__(self, in_channels: int, out_channels: int, kernel: int) -> None:
        space = kernel // 2
        super().__init__(in_channels, out_channels, kernel, padding=(0, space, space))
        self.past = kernel - 1

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[2] == 1:  # only the last time tap meets a picture
            out = F.conv2d(x[:, :, 0], self.weight[:, :, -1], self.bias, padding=self.padding[1:])
            return out.unsqueeze(2)
        if self.past:
            x = torch.cat([x.new_zeros(x.shape[:2] + (self.past,) + x.shape[3:]), x], dim=2)
        return super().forward(x)


class Norm(nn.Module):
    """L2 norm over the channels times sqrt(channels) and a gain per channel; with `axes` 3 a SiLU follows."""

    def __init__(self, dim: int, axes: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(dim, *([1] * axes)))

    def forward(self, x: Tensor) -> Tensor:
        return Fused.l2_norm_silu(x, self.gamma) if self.gamma.dim() == 4 else l2_norm(x, self.gamma)


class ResidualBlock(nn.Module):
    def __init__(self, in_dim: int, out_dim: int, dropout: float) -> None:
        super().__init__()
        self.residual = nn.Sequential(  # identities keep the released numbering, in which SiLU is a layer
            Norm(in_dim, 3), nn.Identity(), CausalConv3d(in_dim, out_dim, 3),
            Norm(out_dim, 3), nn.Identity(), nn.Dropout(dropout), CausalConv3d(out_dim, out_dim, 3),
        )
        self.shortcut = CausalConv3d(in_dim, out_dim, 1) if in_dim != out_dim else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return self.residual(x) + self.shortcut(x)


class Attention(nn.Module):
    """One head over all pixels of a frame."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.norm = Norm(dim, 2)
        self.to_qkv = nn.Conv2d(dim, dim * 3, 1)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: Tensor) -> Tensor:
        b, c, t, h, w = x.shape
        frames = x.transpose(1, 2).reshape(b * t, c, h, w)
        qkv = self.to_qkv(self.norm(frames)).reshape(b * t, 3, c, h * w).transpose(2, 3)
        q, k, v = qkv.unbind(1)
        out = F.scaled_dot_product_attention(q.unsqueeze(1), k.unsqueeze(1), v.unsqueeze(1)).squeeze(1)
        out = self.proj(out.transpose(1, 2).reshape(b * t, c, h, w))
        return x + out.reshape(b, t, c, h, w).transpose(1, 2)


class Downsample(nn.Module):
    """Halves height and width and, if `temporal`, the frames after the first one."""

    def __init__(self, dim: int, temporal: bool) -> None:
        super().__init__()
        self.resample = nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(dim, dim, 3, stride=2))
        self.time_conv = nn.Conv3d(dim, dim, (3, 1, 1), stride=(2, 1, 1)) if temporal else None

    def forward(self, x: Tensor) -> Tensor:
        b, _, t, _, _ = x.shape
        x = self.resample(x.transpose(1, 2).flatten(0, 1))
        x = x.unflatten(0, (b, t)).transpose(1, 2)
        if self.time_conv is None or t == 1:
            return x
        return torch.cat([x[:, :, :1], self.time_conv(x)], dim=2)


def average_down(x: Tensor, out_dim: int, factor_t: int, factor_s: int) -> Tensor:
    """The shortcut of a stage: space-to-depth, then the mean over groups of consecutive channels.

    x: [b, c, t, h, w] -> [b, out_dim, ceil(t / factor_t), h / factor_s, w / factor_s]. An odd number of frames gets
    one zero frame in front, so the first frame arrives at half strength (the reference does the same).
    """
    x = F.pad(x, (0, 0, 0, 0, -x.shape[2] % factor_t, 0))
    b, c, t, h, w = x.shape
    x = x.reshape(b, c, t // factor_t, factor_t, h // factor_s, factor_s, w // factor_s, factor_s)
    x = x.permute(0, 1, 3, 5, 7, 2, 4, 6).reshape(b, out_dim, -1, t // factor_t, h // factor_s, w // factor_s)
    return x.mean(dim=2)


class DownStage(nn.Module):
    def __init__(self, in_dim: int, out_dim: int, config: EncoderConfig, downsample: bool, temporal: bool) -> None:
        super().__init__()
        blocks: list[nn.Module] = []
        for i in range(config.num_res_blocks):
            blocks.append(ResidualBlock(in_dim if i == 0 else out_dim, out_dim, config.dropout))
        if downsample:
            blocks.append(Downsample(out_dim, temporal))
        self.downsamples = nn.Sequential(*blocks)
        self.out_dim = out_dim
        self.factor_s = 2 if downsample else 1
        self.factor_t = 2 if temporal else 1

    def forward(self, x: Tensor) -> Tensor:
        return self.downsamples(x) + average_down(x, self.out_dim, self.factor_t, self.factor_s)


class Encoder3d(nn.Module):
    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        dims = [config.dim * m for m in [1, *config.dim_mult]]
        last = len(config.dim_mult) - 1
        self.conv1 = CausalConv3d(12, dims[0], 3)
        self.downsamples = nn.Sequential(*[
            DownStage(dims[i], dims[i + 1], config, i != last, i != last and config.temperal_downsample[i])
            for i in range(len(config.dim_mult))
        ])
        top = dims[-1]
        self.middle = nn.Sequential(
            ResidualBlock(top, top, config.dropout), Attention(top), ResidualBlock(top, top, config.dropout))
        self.head = nn.Sequential(Norm(top, 3), nn.Identity(), CausalConv3d(top, config.z_dim * 2, 3))

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.middle(self.downsamples(self.conv1(x))))


def patchify(video: Tensor) -> Tensor:
    """[b, 3, t, h, w] -> [b, 12, t, h/2, w/2], channel index c*4 + column*2 + row."""
    b, c, t, h, w = video.shape
    x = video.reshape(b, c, t, h // 2, 2, w // 2, 2)
    return x.permute(0, 1, 6, 4, 2, 3, 5).reshape(b, c * 4, t, h // 2, w // 2)


class WanEncoder(nn.Module):
    """Pixels in [-1, 1], [b, 3, 1 + 4k, h, w] -> mean of the posterior [b, z_dim, 1 + k, h/16, w/16]."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder3d(config)
        self.conv1 = CausalConv3d(config.z_dim * 2, config.z_dim * 2, 1)

    def forward(self, video: Tensor) -> Tensor:
        if (video.shape[2] - 1) % 4 or video.shape[3] % 16 or video.shape[4] % 16:
            raise ValueError(f"a clip needs 1 + 4k frames and sides in multiples of 16, not {tuple(video.shape[2:])}")
        return self.conv1(self.encoder(patchify(video)))[:, : self.config.z_dim]
