"""Held-out things to say, with fixed seeds: `python -m train.scores.prompts OUT.json [--each 8]`.

Writes a list of requests: `prompt` blocks for the dialogue and the background, and what the measures need to know of them.
A description of a picture goes in front of the prompt; without one the clip shows what the model likes.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from ..voices.clip import draw_script
from ..voices.espeak import VOICES
from ..voices.grammar import LANGUAGES
from ..voices.prompts import sound_blocks


def requests(each: int, frames: int = 101, seed: int = 1000) -> list[dict]:
    """`each` requests a language, all with one or two lines that no training hears, voices in turns."""
    out = []
    for number in range(each * len(LANGUAGES)):
        language, voice = LANGUAGES[number % len(LANGUAGES)], list(VOICES)[(number // len(LANGUAGES) + number) % len(VOICES)]
        rng = np.random.default_rng([number, seed])
        script = draw_script(rng, frames, voice=voice, language=language, held_out=True, silent=0.0)
        if not script.said:
            continue
        out.append({
            "name": f"{number:03d}", "seed": number, "prompt": "\n\n".join(sound_blocks(script)), "voice": voice,
            "background": script.background, "lines": [asdict(said.line) for said in script.said],
        })
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--each", type=int, default=8, help="requests per language")
    parser.add_argument("--seed", type=int, default=1000)
    args = parser.parse_args()
    args.out.write_text(json.dumps(requests(args.each, seed=args.seed), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
