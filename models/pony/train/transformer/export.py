"""Write transformer, text encoder, tokenizer and model.json of the model folder: `python -m train.transformer.export WORK MODEL`.

Each file is replaced in one move, so a reader never sees half a file. Block matrices become bfloat16, the rest
float16 (rotary bands float32); the reader computes with the same numbers on every machine.
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

from ..world.vocabulary import FPS, SAMPLE_RATE, SIZES
from .batches import NEGATIVE_PROMPT
from .evaluate import load_model
from .model import Pony
from .sampling import Settings

BLOCK_LINEARS = ("linear_qkv.weight", "linear_proj.weight", "up_gate_proj.weight", "down_proj.weight")


def stored(name: str, tensor: Tensor) -> Tensor:
    if name.endswith("rope.bands"):
        return tensor.float().contiguous()
    kind = torch.bfloat16 if name.endswith(BLOCK_LINEARS) and name.startswith("block.") else torch.float16
    return tensor.to(kind).contiguous()


def description(model: Pony, settings: Settings) -> dict:
    """The contents of model.json."""
    guidance = {"video": settings.guidance_video, "video_low": settings.guidance_video, "audio": settings.guidance_audio}
    return {
        "name": "pony",
        "format": 1,
        "text": {"weights": "text_encoder.safetensors", "config": "text_encoder.json", "tokenizer": "tokenizer.json", "max_tokens": 640},
        "base": {
            "weights": "transformer.safetensors", "config": model.dit.config.to_json(), "coords": "v2", "sampler": "unipc",
            "steps": settings.steps, "shift": settings.shift, "guidance": guidance, "negative_prompt": NEGATIVE_PROMPT,
        },
        "image_encoder": {"weights": "image_encoder.safetensors", "config": "image_encoder.json"},
        "video_decoder": {"weights": "video_decoder.safetensors", "config": "video_decoder.json"},
        "audio": {"weights": "audio_vae.safetensors", "config": "audio_vae.json", "sample_rate": SAMPLE_RATE},
        "fps": FPS,
        "seconds": {"min": 1, "max": 8, "default": 4},
        "sizes": {name: [width, height] for name, (height, width) in SIZES.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("model", type=Path)
    args = parser.parse_args()
    model, step = load_model(args.work)
    settings = Settings()
    build = args.model / ".export"
    build.mkdir(parents=True, exist_ok=True)
    dit, text = model.dit.state_dict(), model.text.state_dict()
    save_file({k: stored(k, v) for k, v in dit.items()}, build / "transformer.safetensors")
    save_file({k: stored(k, v) for k, v in text.items()}, build / "text_encoder.safetensors")
    (build / "text_encoder.json").write_text(json.dumps(model.text.config.to_json(), indent=2) + "\n")
    (build / "model.json").write_text(json.dumps(description(model, settings), indent=2) + "\n")
    shutil.copyfile(args.work / "tokenizer.json", build / "tokenizer.json")
    for file in sorted(build.iterdir(), key=lambda f: f.name == "model.json"):
        file.chmod(0o644)
        os.replace(file, args.model / file.name)
    build.rmdir()
    total = sum(f.stat().st_size for f in args.model.glob("*.safetensors"))
    print(f"step {step} exported; all weights of the folder are {total / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
