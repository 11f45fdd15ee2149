"""How large the networks are, and what that costs: `python -m train.stages.sizes`.

The file sizes are exact, the operations are counted by torch on empty tensors, the seconds are these by the rates that
`models/BENCHMARKS.md` reports for two cores.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from ..codecs.oobleck import AudioConfig, decoder, encoder
from ..codecs.sound_anchor import RATE
from ..codecs.turbo_decoder import Chunk, DecoderConfig, TurboDecoder, of_widths
from ..codecs.wan_encoder import EncoderConfig, WanEncoder
from ..text.encoder import TextConfig, TextEncoder
from ..transformer.dit import Dit, DitConfig

LATENTS = 26  # of 4 s
SOUNDS = 101
WORDS = 110  # tokens of a usual prompt
STEPS, UPSCALE_STEPS = 8, 4
#: Operations a second on two cores, 1e9: 128x224 decodes in 1.01 s and takes 226e9 by torch's count; matrix products and
#: attention of 1892 tokens at width 512 run at 250.
DECODER_RATE, TRANSFORMER_RATE = 224e9, 250e9
LIMIT_BYTES = 20_000_000


@dataclass
class Sizes:
    """The networks of a model: the transformer makes drafts at half of the height and width of `pictures`, the upscaler the rest."""

    text: TextConfig
    dit: DitConfig
    upscaler: DitConfig
    decoder: DecoderConfig
    encoder: EncoderConfig
    audio: AudioConfig
    pictures: dict[str, tuple[int, int]] = field(default_factory=lambda: {"9:16": (448, 256), "16:9": (256, 448), "1:1": (256, 256)})
    most_words: int = 192

    @property
    def drafts(self) -> dict[str, tuple[int, int]]:
        return {name: (height // 2, width // 2) for name, (height, width) in self.pictures.items()}


def full() -> Sizes:
    """What is published."""
    text = TextConfig(
        vocab_size=2048, hidden_size=192, intermediate_size=512, num_hidden_layers=3, num_attention_heads=6, num_key_value_heads=3, head_dim=32,
    )
    return Sizes(
        text,
        DitConfig(
            num_layers=8, hidden_size=256, head_dim=64, num_query_groups=1, text_in_channels=192, mm_layers=[0, 7], gelu7_layers=[0],
            place_embedder=True, input_skip=True, first_frame_skip=True,
        ),
        DitConfig(
            num_layers=6, hidden_size=192, head_dim=64, num_query_groups=1, text_in_channels=192, mm_layers=[0, 5], gelu7_layers=[0],
            place_embedder=True, input_skip=True, first_frame_skip=True,
        ),
        of_widths([64, 64, 96], [2, 1, 1, 1]),
        EncoderConfig(),
        AudioConfig(),
    )


def trial() -> Sizes:
    """The same networks small enough to run every stage on a CPU in minutes; what comes out proves nothing but that it runs."""
    text = TextConfig(
        vocab_size=1024, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1, head_dim=32,
    )
    return Sizes(
        text,
        DitConfig(
            num_layers=3, hidden_size=128, head_dim=64, num_query_groups=1, text_in_channels=64, mm_layers=[0, 2], gelu7_layers=[0],
            place_embedder=True, input_skip=True, first_frame_skip=True,
        ),
        DitConfig(
            num_layers=2, hidden_size=128, head_dim=64, num_query_groups=1, text_in_channels=64, mm_layers=[0, 1], gelu7_layers=[0],
            place_embedder=True, input_skip=True, first_frame_skip=True,
        ),
        of_widths([12, 16, 24], [1, 1, 1, 1]),
        EncoderConfig(dim=4),
        AudioConfig(1, 4, 6, [1, 2, 6, 12], [10, 4, 4, 4], 64, RATE),
        {"9:16": (192, 128), "16:9": (128, 192), "1:1": (128, 128)},
    )


PLANS = {"full": full, "trial": trial}
#: What is stored in 8 bits: the matrices of linear layers inside the blocks, the table of words, and kernels of convolutions that
#: are worth it.
INT8 = ("linear_qkv.weight", "linear_proj.weight", "up_gate_proj.weight", "down_proj.weight", "q_proj.weight", "k_proj.weight",
        "v_proj.weight", "o_proj.weight", "gate_proj.weight", "up_proj.weight")
WORD_TABLE, LEAST_KERNEL = "embed_tokens.weight", 4096


def is_int8(name: str, tensor: torch.Tensor) -> bool:
    return ("layers." in name and name.endswith(INT8)) or name.endswith(WORD_TABLE) or (tensor.ndim > 2 and tensor.numel() >= LEAST_KERNEL)


def stored_bytes(network: nn.Module) -> int:
    """Bytes in a file: one a value and four a row for what is in 8 bits, two for the rest."""
    return sum(p.numel() + 4 * p.shape[0] if is_int8(name, p) else 2 * p.numel() for name, p in network.named_parameters())


def operations(run) -> float:
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        run()
    return float(counter.get_total_flops())


def networks(sizes: Sizes) -> dict[str, nn.Module]:
    with torch.device("meta"):
        return {
            "transformer": Dit(sizes.dit), "upscaler": Dit(sizes.upscaler), "text encoder": TextEncoder(sizes.text),
            "video decoder": TurboDecoder(sizes.decoder), "picture encoder": WanEncoder(sizes.encoder),
            "audio decoder": decoder(sizes.audio), "audio encoder": encoder(sizes.audio),
        }


def denoise_operations(c: DitConfig, height: int, width: int) -> float:
    """One call of a transformer on 4 s of pictures and sound: products of all tokens, and attention between them."""
    tokens = LATENTS * (height // 32) * (width // 32) + SOUNDS + WORDS
    wide, narrow = c.heads * c.head_dim, c.num_query_groups * c.head_dim
    inner = lambda i: c.hidden_size * 4 if i in c.gelu7_layers else 3 * (c.hidden_size * 8 // 3 // 4 * 4) / 2  # noqa: E731
    per_token = sum(c.hidden_size * (2 * wide + 2 * narrow + c.heads) + 2 * c.hidden_size * inner(i) for i in range(c.num_layers))
    return 2 * per_token * tokens + 4 * tokens**2 * wide * c.num_layers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plan", choices=PLANS, default="full")
    sizes = PLANS[parser.parse_args().plan]()
    total = 0
    for name, network in networks(sizes).items():
        size = stored_bytes(network)
        total += size
        print(f"{name}: {sum(p.numel() for p in network.parameters()) / 1e6:.2f} M parameters, {size / 1e6:.2f} MB")
    print(f"in all {total / 1e6:.2f} MB of {LIMIT_BYTES / 1e6:.0f}")
    with torch.device("meta"):
        video = TurboDecoder(sizes.decoder)
    for aspect, (height, width) in sizes.pictures.items():
        window = torch.zeros(1, 48, 7, height // 16, width // 16, device="meta")
        # Windows of 7 latents overlap by one: 6 new ones each.
        decode = operations(lambda: video.decoder(window, Chunk.FIRST)) / 6 * (LATENTS - 1)
        draft = denoise_operations(sizes.dit, *sizes.drafts[aspect])
        call = denoise_operations(sizes.upscaler, height, width)
        drafting, upscaling, decoding = STEPS * draft / TRANSFORMER_RATE, UPSCALE_STEPS * call / TRANSFORMER_RATE, decode / DECODER_RATE
        print(f"{aspect} {width}x{height}: calls {draft / 1e9:.0f} and {call / 1e9:.0f} GFLOP, decoding {decode / 1e9:.0f} GFLOP; "
              f"draft {drafting:.1f} s + upscaling {upscaling:.1f} s + decoding {decoding:.1f} s = {drafting + upscaling + decoding:.1f} s "
              f"on two cores; training {3 * draft / 1e12:.2f} and {3 * call / 1e12:.2f} TFLOP a sample")


if __name__ == "__main__":
    main()
