"""Compares the video and the audio decoder with PyTorch on the CPU: same weights, same shapes, same threads, one run.

    python models/benches/compare_vae.py --threads 2

PyTorch and our benchmarks take turns, so that other work on the machine slows both. Of all samples the fastest
counts, as other work only ever adds time. `--clock cpu` compares the processor time that a run takes instead of the
time that passes: on a busy machine with one thread the fair number. Needs torch, safetensors and a Rust toolchain.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

ROOT = Path(__file__).resolve().parents[2]
PONY = ROOT / "models" / "pony"
sys.path.insert(0, str(PONY))

from train.codecs.export import read_back  # noqa: E402
from train.codecs.layers import channels_last  # noqa: E402
from train.codecs.oobleck import PREFIX, AudioConfig, decoder as audio_decoder  # noqa: E402
from train.codecs.turbo_decoder import DecoderConfig, TurboDecoder  # noqa: E402

VIDEO_LATENT = (1, 48, 26, 8, 14)  # 4 s of 128x224
AUDIO_LATENT = (1, 64, 101)  # 4 s


def known(config_class: type, values: dict) -> object:
    """The dataclass from the keys it knows."""
    return config_class(**{k: v for k, v in values.items() if k in config_class.__dataclass_fields__})


def audio_config(values: dict) -> AudioConfig:
    stack = values["model"]["pretransform"]["config"]["decoder"]["config"]
    return AudioConfig(audio_channels=stack["out_channels"], decoder_channels=stack["channels"],
                       c_mults=stack["c_mults"], strides=stack["strides"], latent_dim=stack["latent_dim"])


def load(model: nn.Module, state: dict[str, Tensor]) -> nn.Module:
    model.load_state_dict(read_back(state))
    return model.eval()


def networks(folder: Path) -> dict[str, tuple[nn.Module, Tensor]]:
    video = TurboDecoder(known(DecoderConfig, json.loads((folder / "video_decoder.json").read_text())))
    audio = audio_decoder(audio_config(json.loads((folder / "audio_vae.json").read_text())))
    prefix = f"{PREFIX}decoder."
    state = load_file(folder / "audio_vae.safetensors")
    audio_state = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
    return {
        "video_decoder": (load(video, load_file(folder / "video_decoder.safetensors")), torch.randn(VIDEO_LATENT)),
        "audio_decoder": (load(audio, audio_state), torch.randn(AUDIO_LATENT)),
    }


CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


def fastest(call: Callable[[], object], clock: Callable[[], float], runs: int = 3) -> float:
    """The shortest of some runs, after one to warm up."""
    call()
    times = []
    for _ in range(runs):
        start = clock()
        call()
        times.append(clock() - start)
    return min(times)


def ours(name: str, folder: Path, threads: int, clock: str) -> float:
    """The shortest sample of the criterion benchmark of that name, or the least processor time."""
    environment = {**os.environ, "GALLOP_BENCH_WEIGHTS": str(folder), "RAYON_NUM_THREADS": str(threads)}
    command = ["cargo", "bench", "-q", "-p", "gallop-models", "--bench", name]
    if clock == "cpu":
        environment["GALLOP_BENCH_CPU_TIME"] = "3"
        out = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
        return float(out.split()[0])
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    metadata = subprocess.run(["cargo", "metadata", "--format-version=1", "--no-deps"], cwd=ROOT, check=True, capture_output=True)
    target = Path(json.loads(metadata.stdout)["target_directory"])
    sample = json.loads((target / "criterion" / name / "new" / "sample.json").read_text())
    return min(t / n for t, n in zip(sample["times"], sample["iters"])) / 1e9


def torch_layouts(model: nn.Module, x: Tensor) -> dict[str, Callable[[], Tensor]]:
    """PyTorch in the memory layouts it offers; the faster one is compared with."""
    layouts = {"plain": lambda: model(x)}
    if x.dim() == 5:
        inner = channels_last(copy.deepcopy(model))
        last = x.contiguous(memory_format=torch.channels_last_3d)
        layouts["channels last"] = lambda: inner(last)
    return layouts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, help="folder with video_decoder and audio_vae (default: models/pony)")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--clock", choices=list(CLOCKS), default="wall")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    folder = arguments.weights or PONY
    with torch.inference_mode():
        for name, (model, x) in networks(folder).items():
            theirs: dict[str, float] = {}
            gallop = float("inf")
            for _ in range(arguments.rounds):
                for layout, call in torch_layouts(model, x).items():
                    theirs[layout] = min(theirs.get(layout, float("inf")), fastest(call, CLOCKS[arguments.clock]))
                gallop = min(gallop, ours(name, folder, arguments.threads, arguments.clock))
            times = ", ".join(f"PyTorch {layout} {seconds * 1e3:.0f} ms" for layout, seconds in theirs.items())
            print(f"{name}, {arguments.threads} threads, {arguments.clock} time: gallop {gallop * 1e3:.0f} ms, {times}, PyTorch / gallop {min(theirs.values()) / gallop:.2f}")


if __name__ == "__main__":
    main()
