"""The requests that a model is judged by, with fixed seeds: words, lines and pictures that no training saw.

Four sets. `words`: clips from a prompt alone. `pictures`: clips that begin with a given picture, of the model's own world and
of any kind. `voices`: clips that also follow a given voice. `seeds`: the first requests again, and with another seed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
from PIL import Image

from ..codecs.clips import HELD_OUT_EVERY
from ..stages.draw import FRAMES, planned, shoot
from ..stages.sample import write_wav
from ..stages.sizes import full
from ..theatre.grammar import voices_of
from ..theatre.prompt import describe
from ..voices.clip import ClipSound, Script, draw_script
from ..voices.grammar import LANGUAGES
from .drawings import ANSWERS, answers_of
from .finder import speaking_scene

#: Numbers of the drawn things; training and judges use others.
FIRST_SCENE, FIRST_CLIP = 15_000_000, 2_000_000
THEATRE = "train.stages.theatre"
#: Pictures of any kind for seven of the own world.
ANY_KIND = 3


def _spoken(script: Script) -> dict:
    return {"lines": [asdict(said.line) for said in script.said], "voice": script.said[0].voice if script.said else "", "background": script.background}


def words(each: int) -> list[dict]:
    """`each` requests a language, of scenes with held-out words; all of these have one figure, in a place."""
    out = []
    for number in range(each * len(LANGUAGES)):
        scene = speaking_scene(FIRST_SCENE + number, held=True)
        rng = np.random.default_rng([number, 71])
        script = draw_script(rng, FRAMES, voice=voices_of(scene)[0], language=LANGUAGES[number % len(LANGUAGES)], held_out=True, silent=0.0)
        shown = {question: answers[i] for (question, answers), i in zip(ANSWERS.items(), answers_of(scene))}
        out.append({
            "name": f"words{number:03d}", "set": "words", "seed": number, "aspect": scene.aspect, "description": describe(scene, rng),
            "shows": shown, **_spoken(script),
        })
    return out


def _numbers(each: int, first: int) -> Iterator[int]:
    """Clips with held-out lines, `each` a language."""
    wanted = {language: each for language in LANGUAGES}
    for number in itertools.count(first, HELD_OUT_EVERY):
        plan, sound = planned(number, THEATRE)
        said = sound.script.said
        if plan.speaks and said and wanted[said[0].line.language]:
            wanted[said[0].line.language] -= 1
            yield number
        if not any(wanted.values()):
            return


def _given(number: int, name: str, folder: Path) -> tuple[dict, ClipSound]:
    """A request for a drawn clip that begins with its first picture."""
    aspect, shot, sound = shoot(number, full(), THEATRE)
    request = {"name": name, "seed": number % 1000, "aspect": aspect, "description": shot.description, "reference": f"{name}.png", **_spoken(sound.script)}
    Image.fromarray(shot.frames[0]).save(folder / request["reference"])
    if shot.mouth_reach():
        request["face_box"] = list(shot.face_box)
    return request, sound


def pictures(each: int, folder: Path) -> list[dict]:
    """Clips that begin with a picture: `each` a language of the own world, and `ANY_KIND` times as many of any kind."""
    out = [_given(n, f"pictures{i:03d}", folder)[0] | {"set": "pictures"} for i, n in enumerate(_numbers(each, FIRST_CLIP))]
    of_any_kind = (n for n in itertools.count(FIRST_CLIP + 1, HELD_OUT_EVERY) if planned(n, THEATRE)[0].scene.picture)  # type: ignore[attr-defined]
    for n in itertools.islice(of_any_kind, ANY_KIND * each):
        out.append(_given(n, f"pictures{len(out):03d}", folder)[0] | {"set": "pictures", "photograph": True})
    return out


def voices(each: int, folder: Path) -> list[dict]:
    """Clips that begin with a picture and follow a voice."""
    out = []
    for i, number in enumerate(_numbers(each, FIRST_CLIP + 20_000_000)):
        request, sound = _given(number, f"voices{i:03d}", folder)
        request |= {"set": "voices", "given_sound": f"voices{i:03d}.wav"}
        write_wav(folder / request["given_sound"], sound.mono)
        out.append(request)
    return out


def seeds(requests: list[dict]) -> list[dict]:
    """The first request once more, and with another seed; the clips are those of `again` and `other` of the first."""
    first = {k: v for k, v in requests[0].items() if k != "shows"}
    requests[0] |= {"again": "seeds-same.mp4", "other": "seeds-other.mp4"}
    return [{**first, "name": "seeds-same", "set": "seeds"}, {**first, "name": "seeds-other", "set": "seeds", "seed": first["seed"] + 1000}]
