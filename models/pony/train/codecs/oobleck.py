"""The Oobleck audio VAE of Stable Audio, with the tensor names of the released checkpoint (`pretransform.model.*`).

Structure and conventions: `sa_audio` of daVinci-MagiHuman (Apache-2.0); our own code. Weight norm is stored as
`weight_g` and `weight_v`, snake's alpha and beta as logarithms.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn

PREFIX = "pretransform.model."


@dataclass
class AudioConfig:
    """One Oobleck pair. Samples per latent frame = the product of the strides."""

    audio_channels: int = 1
    encoder_channels: int = 8
    decoder_channels: int = 20
    c_mults: list[int] = field(default_factory=lambda: [1, 2, 6, 12])
    strides: list[int] = field(default_factory=lambda: [10, 4, 4, 4])
    latent_dim: int = 64
    sample_rate: int = 16_000

    def downsampling(self) -> int:
        product = 1
        for stride in self.strides:
            product *= stride
        return product

    def to_json(self) -> dict:
        """The nesting of the released `model_config.json`."""
        shared = {"c_mults": self.c_mults, "strides": self.strides, "use_snake": True}
        encoder = {"in_channels": self.audio_channels, "channels": self.encoder_channels, "latent_dim": self.latent_dim * 2, **shared}
        decoder = {"out_channels": self.audio_channels, "channels": self.decoder_channels, "latent_dim": self.latent_dim,
                   "final_tanh": False, **shared}
        pretransform = {
            "encoder": {"type": "oobleck", "requires_grad": False, "config": encoder},
            "decoder": {"type": "oobleck", "config": decoder},
            "bottleneck": {"type": "vae"},
            "latent_dim": self.latent_dim,
            "downsampling_ratio": self.downsampling(),
            "io_channels": self.audio_channels,
        }
        return {
            "model_type": "diffusion_cond",
            "sample_rate": self.sample_rate,
            "audio_channels": self.audio_channels,
            "model": {"pretransform": {"type": "autoencoder", "iterate_batch": True, "config": pretransform}},
        }


def snake(x: Tensor, log_alpha: Tensor, log_beta: Tensor) -> Tensor:
    """Computed in float32, returned in the type of x."""
    alpha, beta = log_alpha.exp()[:, None], log_beta.exp()[:, None]
    wide = x.float()
    return (wide + torch.sin(wide * alpha).square() / (beta + 1e-9)).to(x.dtype)


def fuse_activations() -> None:
    """Compiles the activation, which halves a training step; without a C++ compiler the plain function stays."""
    torch._dynamo.config.force_parameter_static_shapes = False  # one kernel for all channel counts
    compiled = torch.compile(snake, dynamic=True)
    try:
        probe = torch.zeros(2, 3, 8, requires_grad=True)
        compiled(probe, torch.zeros(3), torch.zeros(3)).sum().backward()
    except Exception as error:  # the compiler raises many types; training works without it
        print(f"activations are not fused: {type(error).__name__}")
        return
    Snake.function = staticmethod(compiled)


class Snake(nn.Module):
    """x + sin(exp(alpha) x)^2 / (exp(beta) + 1e-9), per channel. x: [b, c, n]."""

    function = staticmethod(snake)

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(channels))
        self.beta = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        return Snake.function(x, self.alpha, self.beta)


def exact(stride: int) -> AbstractContextManager:
    """Keeps strided convolutions in float32: torch 2.15 on CPUs with AMX gets some with few channels plainly wrong in bf16."""
    return torch.autocast("cpu", enabled=False) if stride > 1 else nullcontext()


class NormedConv(nn.Module):
    """A 1-D convolution whose kernel is g * v / |v|, the norm over all axes but the first."""

    def __init__(self, weight: Tensor, bias: bool, stride: int = 1, padding: int = 0, dilation: int = 1) -> None:
        super().__init__()
        self.weight_v = nn.Parameter(weight)
        self.weight_g = nn.Parameter(weight.norm(dim=(1, 2), keepdim=True).clone())
        self.bias = nn.Parameter(torch.zeros(self.out_channels)) if bias else None
        self.stride, self.padding, self.dilation = stride, padding, dilation

    @property
    def out_channels(self) -> int:
        return self.weight_v.shape[0]

    def weight(self) -> Tensor:
        return self.weight_v * (self.weight_g / self.weight_v.norm(dim=(1, 2), keepdim=True))

    def forward(self, x: Tensor) -> Tensor:
        with exact(self.stride):
            return F.conv1d(x if self.stride == 1 else x.float(), self.weight(), self.bias, self.stride, self.padding, self.dilation)


class NormedTransposedConv(NormedConv):
    """The same for a transposed convolution; the first axis of the kernel is the input channel."""

    @property
    def out_channels(self) -> int:
        return self.weight_v.shape[1]

    def forward(self, x: Tensor) -> Tensor:
        with exact(self.stride):
            return F.conv_transpose1d(x if self.stride == 1 else x.float(), self.weight(), self.bias, self.stride, self.padding)


def conv(in_channels: int, out_channels: int, kernel: int, stride: int = 1, dilation: int = 1, bias: bool = True) -> NormedConv:
    weight = torch.randn(out_channels, in_channels, kernel) * (in_channels * kernel) ** -0.5
    padding = (stride + 1) // 2 if stride > 1 else dilation * (kernel - 1) // 2
    return NormedConv(weight, bias, stride, padding, dilation)


def transposed_conv(in_channels: int, out_channels: int, stride: int) -> NormedTransposedConv:
    weight = torch.randn(in_channels, out_channels, 2 * stride) * (2 * in_channels) ** -0.5
    return NormedTransposedConv(weight, True, stride, (stride + 1) // 2)


class ResidualUnit(nn.Module):
    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            Snake(channels), conv(channels, channels, 7, dilation=dilation), Snake(channels), conv(channels, channels, 1))
        with torch.no_grad():  # 24 units in a row must not double the signal each
            self.layers[3].weight_g *= 0.2

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


class Block(nn.Module):
    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


def residual_units(channels: int) -> list[nn.Module]:
    return [ResidualUnit(channels, dilation) for dilation in (1, 3, 9)]


def encoder(config: AudioConfig) -> Block:
    """[b, audio_channels, n] -> [b, 2 * latent_dim, n / downsampling]: mean and raw scale."""
    widths = [config.encoder_channels * m for m in [1, *config.c_mults]]
    first = conv(config.audio_channels, widths[0], 7)
    with torch.no_grad():  # snake is linear for small values; each channel starts to bend at another loudness
        first.weight_g *= torch.logspace(0.0, 1.9, widths[0])[:, None, None]
    layers: list[nn.Module] = [first]
    for i, stride in enumerate(config.strides):
        down = conv(widths[i], widths[i + 1], 2 * stride, stride=stride)
        layers.append(Block(*residual_units(widths[i]), Snake(widths[i]), down))
    return Block(*layers, Snake(widths[-1]), conv(widths[-1], config.latent_dim * 2, 3))


def decoder(config: AudioConfig) -> Block:
    """[b, latent_dim, a] -> [b, audio_channels, a * downsampling], about [-1, 1], not clamped."""
    widths = [config.decoder_channels * m for m in [1, *config.c_mults]]
    layers: list[nn.Module] = [conv(config.latent_dim, widths[-1], 7)]
    for i in reversed(range(len(config.strides))):
        up = transposed_conv(widths[i + 1], widths[i], config.strides[i])
        layers.append(Block(Snake(widths[i + 1]), up, *residual_units(widths[i])))
    last = conv(widths[0], config.audio_channels, 7, bias=False)
    with torch.no_grad():
        last.weight_g *= 0.05  # start near silence
    return Block(*layers, Snake(widths[0]), last)


class AudioVae(nn.Module):
    """Both halves, with a sampling bottleneck in between."""

    def __init__(self, config: AudioConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = encoder(config)
        self.decoder = decoder(config)

    def posterior(self, audio: Tensor) -> tuple[Tensor, Tensor]:
        """[b, 1, n] -> mean and standard deviation, both [b, latent_dim, n / downsampling]."""
        mean, scale = self.encoder(audio).chunk(2, dim=1)
        return mean, F.softplus(scale) + 1e-4
