"""The TurboVAED video decoder, with the tensor names of the released checkpoint.

1 + k latent frames become 1 + 4k frames at 16 times the width and height. Long clips are decoded in windows that
overlap by one latent frame. Structure and conventions: `turbo_vaed` of daVinci-MagiHuman (Apache-2.0); our own code.
Only what the released configuration uses is here: plain convolutions and the unpatchify at the end.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import Enum

import torch
from torch import Tensor, nn

from .layers import Fused, rms_norm

FRAMES_PER_LATENT = 4


class Chunk(Enum):
    """Where a window lies: the first one yields 4t - 3 frames, later ones 4t."""

    FIRST = "first"
    LATER = "later"


@dataclass
class DecoderConfig:
    """Keys as in the released configuration; lists are given from the output side."""

    decoder_causal: bool = False
    in_channels: int = 3
    latent_channels: int = 48
    decoder_layers_per_block: list[int] = field(default_factory=lambda: [1, 1, 1, 1, 1])
    out_channels: int = 3
    patch_size: int = 2
    patch_size_t: int = 1
    resnet_norm_eps: float = 1e-6
    scaling_factor: int = 1
    decoder_spatio_temporal_scaling: list[bool] = field(default_factory=lambda: [False, True, True, True])
    decoder_spatio_only: list[bool] = field(default_factory=lambda: [False, True, False, False])
    decoder_is_dw_conv: list[bool] = field(default_factory=lambda: [False] * 5)
    decoder_dw_kernel_size: int = 5
    spatial_compression_ratio: int = 16
    temporal_compression_ratio: int = FRAMES_PER_LATENT
    first_chunk_size: int = 7
    step_size: int = 7
    use_unpatchify: bool = True
    decoder_block_out_channels: list[int] = field(default_factory=lambda: [16, 32, 48, 72])

    def to_json(self) -> dict:
        return asdict(self)


class EdgeConv3d(nn.Module):
    """A 3-D convolution whose time axis is padded by repeating the edge frames, height and width by zeros."""

    def __init__(self, in_channels: int, out_channels: int, kernel: int | tuple[int, int, int]) -> None:
        super().__init__()
        kt, kh, kw = (kernel,) * 3 if isinstance(kernel, int) else kernel
        self.conv = nn.Conv3d(in_channels, out_channels, (kt, kh, kw), padding=(0, kh // 2, kw // 2))
        self.edge = kt // 2

    def forward(self, x: Tensor) -> Tensor:
        if self.edge:
            x = torch.cat([x[:, :, :1]] * self.edge + [x] + [x[:, :, -1:]] * self.edge, dim=2)
        return self.conv(x)


class ResBlock(nn.Module):
    """norm, activation, conv, twice. After an upsampler the first activation is ReLU instead of SiLU."""

    def __init__(self, in_channels: int, out_channels: int, eps: float, after_upsampler: bool = False) -> None:
        super().__init__()
        self.conv1 = EdgeConv3d(in_channels, out_channels, 3)
        self.conv2 = EdgeConv3d(out_channels, out_channels, 3)
        self.after_upsampler = after_upsampler
        self.conv_shortcut = EdgeConv3d(in_channels, out_channels, 1) if in_channels != out_channels else None
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        first = Fused.rms_norm_relu if self.after_upsampler else Fused.rms_norm_silu
        h = self.conv1(first(x, 1e-8))
        h = self.conv2(Fused.rms_norm_silu(h, 1e-8))
        if self.conv_shortcut is not None:
            x = self.conv_shortcut(rms_norm(x, self.eps))
        return h + x


class Upsample(nn.Module):
    """Doubles height and width and, if `temporal`, the frames."""

    def __init__(self, dim: int, temporal: bool) -> None:
        super().__init__()
        self.time_conv = EdgeConv3d(dim, dim * 2, (3, 1, 1)) if temporal else None
        self.resample = nn.Sequential(nn.Upsample(scale_factor=2.0, mode="nearest"), nn.Conv2d(dim, dim, 3, padding=1))

    def forward(self, x: Tensor, chunk: Chunk) -> Tensor:
        b = x.shape[0]
        if self.time_conv is not None:
            even, odd = self.time_conv(x).chunk(2, dim=1)
            x = torch.stack([frames.permute(0, 2, 3, 4, 1) for frames in (even, odd)], dim=2)
            x = x.flatten(1, 2).permute(0, 4, 1, 2, 3)  # the channels stay innermost in memory
            if chunk is Chunk.FIRST:
                x = x[:, :, 1:]
        t = x.shape[2]
        x = self.resample(x.transpose(1, 2).flatten(0, 1))
        return x.unflatten(0, (b, t)).transpose(1, 2)


class MidBlock(nn.Module):
    def __init__(self, channels: int, layers: int, eps: float) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(ResBlock(channels, channels, eps) for _ in range(layers))

    def forward(self, x: Tensor) -> Tensor:
        for block in self.resnets:
            x = block(x)
        return x


class UpBlock(nn.Module):
    def __init__(self, in_channels: int, channels: int, layers: int, eps: float, scaling: bool, space_only: bool) -> None:
        super().__init__()
        self.conv_in = ResBlock(in_channels, channels, eps) if in_channels != channels else None
        self.upsamplers = nn.ModuleList([Upsample(channels, not space_only)] if scaling else [])
        self.resnets = nn.ModuleList(ResBlock(channels, channels, eps, scaling) for _ in range(layers))

    def forward(self, x: Tensor, chunk: Chunk) -> Tensor:
        if self.conv_in is not None:
            x = self.conv_in(x)
        for upsampler in self.upsamplers:
            x = upsampler(x, chunk)
        for block in self.resnets:
            x = block(x)
        return x


def of_widths(widths: list[int], layers: list[int]) -> DecoderConfig:
    """A decoder of four blocks, as the released one, which writes patches of 2x2, or of three, without the finest resolution, which
    writes patches of 4x4 from half as large pictures. Widths from the output side, layers those of the blocks and of the middle."""
    blocks = len(widths)
    if blocks not in (3, 4) or len(layers) != blocks + 1:
        raise ValueError(f"widths {widths} and layers {layers} are no decoder of three or four blocks")
    return DecoderConfig(
        decoder_block_out_channels=widths, decoder_layers_per_block=layers, decoder_is_dw_conv=[False] * (blocks + 1),
        decoder_spatio_temporal_scaling=[False] + [True] * (blocks - 1), decoder_spatio_only=[False, blocks == 4] + [False] * (blocks - 2),
        patch_size=2 if blocks == 4 else 4,
    )


def unpatchify(x: Tensor, side: int) -> Tensor:
    """[b, 3 * side², t, h, w] -> [b, 3, t, side * h, side * w], channel index (c * side + column) * side + row."""
    b, c, t, h, w = x.shape
    x = x.reshape(b, c // side**2, side, side, t, h, w)
    return x.permute(0, 1, 4, 5, 3, 6, 2).reshape(b, c // side**2, t, h * side, w * side)


class Decoder3d(nn.Module):
    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        channels = config.decoder_block_out_channels[::-1]
        layers = config.decoder_layers_per_block[::-1]
        scaling = config.decoder_spatio_temporal_scaling[::-1]
        space_only = config.decoder_spatio_only[::-1]
        eps = config.resnet_norm_eps
        self.conv_in = EdgeConv3d(config.latent_channels, channels[0], 3)
        self.mid_block = MidBlock(channels[0], layers[0], eps)
        self.up_blocks = nn.ModuleList(
            UpBlock(channels[max(i - 1, 0)], channels[i], layers[i + 1], eps, scaling[i], space_only[i])
            for i in range(len(channels)))
        self.patch_size = config.patch_size
        self.conv_out = EdgeConv3d(channels[-1], config.out_channels * config.patch_size**2, 3)

    def forward(self, z: Tensor, chunk: Chunk) -> Tensor:
        x = self.mid_block(self.conv_in(z))
        for block in self.up_blocks:
            x = block(x, chunk)
        return unpatchify(self.conv_out(Fused.rms_norm_silu(x, 1e-8)), self.patch_size)


class TurboDecoder(nn.Module):
    """Latents [b, 48, t, h, w] (already de-normalised) -> pixels [b, 3, 4t - 3, 16h, 16w], about [-1, 1], not clamped."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.config = config
        self.decoder = Decoder3d(config)

    def forward(self, z: Tensor) -> Tensor:
        """Decodes a whole clip in overlapping windows, as the released model does."""
        first, step = self.config.first_chunk_size, self.config.step_size
        frames = z.shape[2]
        missing = first - frames if frames < first else -(frames - first) % step
        z = torch.cat([z] + [z[:, :, -1:]] * missing, dim=2)
        total = frames + missing
        if total == first:
            pieces = [self.decoder(z, Chunk.FIRST)]
        else:
            pieces = [self.decoder(z[:, :, : first + 1], Chunk.FIRST)[:, :, :-FRAMES_PER_LATENT]]
            for start in range(first, total, step):
                stop = start + step
                piece = self.decoder(z[:, :, start - 1 : stop + 1], Chunk.LATER)[:, :, FRAMES_PER_LATENT:]
                pieces.append(piece if stop == total else piece[:, :, :-FRAMES_PER_LATENT])
        return torch.cat(pieces, dim=2)[:, :, : frames * FRAMES_PER_LATENT - 3]
