"""Writes the model folder from what the stages left: `python -m train.stages.pack WORK OUT`.

Block matrices, the table of words and larger kernels go in 8 bits with one scale a row (`weight` I8 and `weight_scale` F32 [rows, 1], the layout of
compressed-tensors that `models/src/weights/matrix.rs` reads), everything else in float16. Prints what the rounding does to
the velocities. Refuses a folder above 20 MB.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from ..codecs.export import as_float16, in_8_bits, read_back, with_statistics
from ..codecs.oobleck import PREFIX
from .clock import load
from .distil import GUIDANCE_AUDIO, GUIDANCE_VIDEO
from .flow import NEGATIVE_PROMPT, SHIFT
from .sizes import LIMIT_BYTES, PLANS, RATE, STEPS, UPSCALE_STEPS, Sizes, is_int8
from .training import new_model
from .upscale import AUDIO_NOISE, NOISE_LEVEL


def stored(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Tensors as they stand in the file."""
    out: dict[str, Tensor] = {}
    for name, tensor in weights.items():
        if is_int8(name, tensor):
            out[name], out[f"{name}_scale"] = in_8_bits(tensor)
        elif name.endswith("rope.bands"):
            out[name] = tensor.float().contiguous()
        else:
            out.update(as_float16({name: tensor}))
    return out


def description(sizes: Sizes, guided: bool) -> dict:
    """The contents of model.json; a distilled model has no guidance."""
    base = {"weights": "transformer.safetensors", "config": sizes.dit.to_json(), "coords": "v2", "sampler": "unipc", "steps": STEPS,
            "shift": SHIFT, "negative_prompt": NEGATIVE_PROMPT}
    if guided:
        base["guidance"] = {"video": GUIDANCE_VIDEO, "video_low": GUIDANCE_VIDEO, "audio": GUIDANCE_AUDIO}
    side = min(min(size) for size in sizes.pictures.values())
    upscale = {"name": f"{side}p", "weights": "upscaler.safetensors", "config": sizes.upscaler.to_json(), "steps": UPSCALE_STEPS,
               "noise_level": NOISE_LEVEL, "audio_noise": AUDIO_NOISE, "short_side": side}
    return {
        "name": "pony", "format": 1,
        "text": {"weights": "text_encoder.safetensors", "config": "text_encoder.json", "tokenizer": "tokenizer.json", "max_tokens": 640},
        "base": base, "upscale": [upscale],
        "image_encoder": {"weights": "image_encoder.safetensors", "config": "image_encoder.json"},
        "video_decoder": {"weights": "video_decoder.safetensors", "config": "video_decoder.json"},
        "audio": {"weights": "audio_vae.safetensors", "config": "audio_vae.json", "sample_rate": RATE},
        "fps": 25, "seconds": {"min": 1, "max": 8, "default": 4},
        "sizes": {name: [width, height] for name, (height, width) in sizes.drafts.items()},
    }


def is_guided(model: Path) -> bool:
    """Whether a model folder's transformer is asked with guidance; a student is not."""
    return "guidance" in json.loads((model / "model.json").read_text())["base"]


@torch.no_grad()
def rounding(sizes: Sizes, weights: dict[str, Tensor], rounded: dict[str, Tensor]) -> float:
    """Relative error of the velocities of noise, by the stored weights against the trained ones."""
    torch.manual_seed(0)
    video, audio, text = torch.randn(1, 48, 3, 4, 6), torch.randn(1, 9, 64), torch.randn(1, 20, sizes.text.hidden_size)
    answers = []
    for state in (weights, rounded):
        dit = new_model(sizes).dit
        dit.load_state_dict(state)
        answers.append(torch.cat([x.flatten() for x in dit(video, audio, text, None, torch.float32)]))
    return float((answers[0] - answers[1]).norm() / answers[0].norm().clamp_min(1e-9))


def write(work: Path, out: Path, sizes: Sizes) -> tuple[int, float]:
    """Writes the folder, of the student where there is one; returns the bytes of its weights, and what the rounding does to the
    transformer's velocities. Raises `SystemExit` where a part is not trained yet or the weights are too many."""
    distilled = load(work / "distilled.pt")
    state, upscaler = distilled or load(work / "joint.pt"), load(work / "upscaler.pt")
    codecs = {name: load(work / f"{name}.pt") for name in ("wan_encoder", "turbo_decoder", "audio_encoder", "audio_decoder")}
    missing = [name for name, found in {**codecs, "joint": state, "upscaler": upscaler}.items() if not found]
    if missing or not state or not upscaler:
        raise SystemExit(f"{work} has no {', '.join(missing)} yet")
    build = out / ".packing"
    shutil.rmtree(build, ignore_errors=True)
    build.mkdir(parents=True)
    part = lambda name, of: {k.removeprefix(f"{name}."): v for k, v in of["average"].items() if k.startswith(f"{name}.")}  # noqa: E731
    dit, text = part("dit", state), part("text", state)
    audio = {f"{PREFIX}{half}.{k}": v for half in ("encoder", "decoder") for k, v in codecs[f"audio_{half}"]["average"].items()}
    files = {
        "transformer": (stored(dit), None), "upscaler": (stored(part("dit", upscaler)), None), "text_encoder": (stored(text), sizes.text.to_json()),
        "image_encoder": (stored(with_statistics(codecs["wan_encoder"])), sizes.encoder.to_json()),
        "video_decoder": (stored(codecs["turbo_decoder"]), sizes.decoder.to_json()),
        "audio_vae": (stored(audio), sizes.audio.to_json()),
    }
    for name, (tensors, config) in files.items():
        save_file(tensors, build / f"{name}.safetensors", metadata={"format": "pt"})
        if config:
            (build / f"{name}.json").write_text(json.dumps(config, indent=1) + "\n")
    shutil.copyfile(work / "tokenizer.json", build / "tokenizer.json")
    (build / "model.json").write_text(json.dumps(description(sizes, guided=distilled is None), indent=2) + "\n")
    total = sum(f.stat().st_size for f in build.glob("*.safetensors"))
    if total > LIMIT_BYTES:
        raise SystemExit(f"the weights are {total / 1e6:.2f} MB, {LIMIT_BYTES / 1e6:.0f} are allowed")
    for file in sorted(build.iterdir(), key=lambda f: f.name == "model.json"):
        file.chmod(0o644)
        os.replace(file, out / file.name)
    build.rmdir()
    return total, rounding(sizes, dit, read_back(files["transformer"][0]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--plan", choices=PLANS, default="full")
    args = parser.parse_args()
    total, change = write(args.work, args.out, PLANS[args.plan]())
    kind = "the guided transformer" if is_guided(args.out) else "the student"
    print(f"{args.out}: {total / 1e6:.2f} MB of weights, {kind}; 8 bits change the velocities by {100 * change:.2f} %")


if __name__ == "__main__":
    main()
