"""What prompts say, named from the text features: so the text encoder learns to read, beside what it learns from pictures.

Pictures alone teach it slowly: after 2600 steps of them a linear layer on the mean of the features told 71 % of the coats'
colours, and 67 % from an encoder of random weights. The layer here names every word's meaning from that mean, its error is part
of the loss, and it is thrown away, as the one that names phonemes is (`speaking.py`). What is said is read too (`pacing.py`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor, nn

from .. import fellows
from ..theatre import words
from ..theatre.grammar import draw_scene
from ..theatre.pictures import PICTURES
from ..theatre.prompt import describe
from ..theatre.scene import CAMERAS, Scene
from ..theatre.shots import SHOTS
from ..transformer.model import Pony
from ..voices.prompts import composed, sound_blocks
from .ears import Ears
from .flow import features, padded
from .pacing import PACE_WEIGHT, Pacer, times, unspoken
from .sizes import Sizes
from .speaking import namer

#: Prompts that are read in a step, the share in which somebody speaks, and the weight of the loss.
READ, SPEAKING, READ_WEIGHT = 24, 0.5, 0.3
#: Far from the numbers of clips, moments and excerpts.
FIRST = 10_000_000


def _of(actor: int, what: str) -> Callable[[Scene], str | None]:
    """Something of the first or second figure; nothing where there is none."""
    return lambda scene: getattr(scene.actors[actor], what) if len(scene.actors) > actor else None


_FIGURE = {"kind": words.KIND_WORDS, "colour": words.COLOUR_WORDS}
#: What a scene may say with the values that it may have; that nothing is said is one more.
FIELDS: dict[str, tuple[Callable[[Scene], object], list]] = {
    "place": (lambda s: s.place, list(words.PLACE_WORDS)),
    "time": (lambda s: s.time, list(words.TIME_WORDS)),
    "weather": (lambda s: s.weather, list(words.WEATHER_WORDS)),
    "shot": (lambda s: s.shot if s.actors else None, list(SHOTS)),
    "camera": (lambda s: s.camera, list(CAMERAS)),
    "picture": (lambda s: s.picture, list(PICTURES)),
    "speaker": (lambda s: s.speaker, [0, 1]),
    **{f"{what} {i}": (_of(i, what), list(table)) for what, table in _FIGURE.items() for i in (0, 1)},
    "prop": (_of(0, "prop"), list(words.PROP_WORDS)),
    "hair": (_of(0, "hair"), [*words.HAIR_WORDS, *words.MANE_WORDS]),
    "hat": (_of(0, "hat"), list(words.HAT_WORDS)),
    "action": (_of(0, "action"), list(words.ACTION_WORDS)),
}


def named(scene: Scene) -> list[int]:
    """The class of each field, 0 where nothing is said."""
    said = ((get(scene), values) for get, values in FIELDS.values())
    return [0 if value is None else 1 + values.index(value) for value, values in said]


def prompted(scene: Scene, rng: np.random.Generator) -> str:
    """A prompt for a scene, in the share `SPEAKING` with lines."""
    description = describe(scene, rng)
    return composed(description, sound_blocks(unspoken(rng), rng) if rng.random() < SPEAKING else [])


class Reader(nn.Module):
    """Names the fields from text features."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.counts = [1 + len(values) for _, values in FIELDS.values()]
        self.layer = nn.Linear(sizes.text.hidden_size, sum(self.counts))
        self.pacer = Pacer(sizes)

    def forward(self, features: Tensor, mask: Tensor) -> list[Tensor]:
        """Features [b, l, d] with their mask [b, l] to logits [b, classes] of each field."""
        mean = (features.float() * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return list(self.layer(mean).split(self.counts, 1))

    def loss(self, model: Pony, tokenizer: Tokenizer, most: int, fixed: bool, step: int) -> tuple[Tensor, Tensor, Tensor]:
        """The error over new prompts, the share of fields that are told right, and the pacer's part of the error."""
        first = FIRST + (step * fellows.COUNT + fellows.RANK) * READ
        scenes = [draw_scene(number) for number in range(first, first + READ)]
        prompts = [prompted(scene, np.random.default_rng([first, i])) for i, scene in enumerate(scenes)]
        where = self.layer.weight.device
        encodings = tokenizer.encode_batch(prompts, add_special_tokens=False)
        ids, mask = (x.to(where) for x in padded([e.ids for e in encodings], most, fixed))
        paces = np.stack([times(prompt, encoding, ids.shape[1]) for prompt, encoding in zip(prompts, encodings)])
        wanted = torch.tensor([named(scene) for scene in scenes], device=where).T
        read = features(model, ids, mask)
        logits, pace = self(read, mask), self.pacer.loss(read, torch.from_numpy(paces).to(where))
        right = sum((got.argmax(1) == want).float().mean() for got, want in zip(logits, wanted)) / len(logits)
        return sum(F.cross_entropy(got, want) for got, want in zip(logits, wanted)) / len(logits) + PACE_WEIGHT * pace, right, pace


def namers(sizes: Sizes) -> nn.ModuleDict:
    """All that only helps to train."""
    return nn.ModuleDict({"phonemes": namer(sizes), "descriptions": Reader(sizes), "ears": Ears(sizes.dit.hidden_size)})
