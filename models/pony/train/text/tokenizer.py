"""A byte-level BPE tokenizer trained on prompts of the puppet world.

Every script works, because unknown characters fall back to bytes; no tokens are added around a prompt.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from ..world.vocabulary import compose, draw_scene

VOCABULARY = 1024
PAD, PAD_ID = "<pad>", 0


def train_on(texts: Iterable[str], words: int) -> Tokenizer:
    """A tokenizer of so many entries, trained on these texts."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=words,
        special_tokens=[PAD],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def train_tokenizer(prompts: int = 20_000) -> Tokenizer:
    """Train on prompts of `prompts` scenes, drawn with seeds that no clip uses."""

    def texts() -> Iterator[str]:
        rng = np.random.default_rng(3)
        for index in range(prompts):
            yield compose(draw_scene(np.random.default_rng([index, 99]), index), rng, free=0.6)

    return train_on(texts(), VOCABULARY)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    args = parser.parse_args()
    args.path.parent.mkdir(parents=True, exist_ok=True)
    train_tokenizer().save(str(args.path))


if __name__ == "__main__":
    main()
