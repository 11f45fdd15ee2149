"""The description of a scene in many phrasings, English and Chinese; every word of it can be seen."""

from __future__ import annotations

import numpy as np

from . import words
from .people import PEOPLE
from .pictures import PICTURES
from .scene import Actor, Scene

#: Share of the descriptions that are in Chinese, and of the free ones (other words, another order).
CHINESE_SHARE, FREE_SHARE = 0.25, 0.65


class _Choice:
    """Picks wordings: always the first one, or any when the phrasing is free."""

    def __init__(self, rng: np.random.Generator | None, chinese: bool, free: bool) -> None:
        self.rng, self.language, self.free = rng, int(chinese), free

    def of(self, options: tuple[tuple[str, ...], tuple[str, ...]]) -> str:
        wordings = options[self.language]
        return wordings[int(self.rng.integers(len(wordings)))] if self.free and self.rng is not None else wordings[0]

    def chance(self, share: float) -> bool:
        return self.free and self.rng is not None and bool(self.rng.random() < share)


def _article(noun: str) -> str:
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def _english_actor(actor: Actor, pick: _Choice) -> str:
    kind = pick.of(words.KIND_WORDS[actor.kind])
    own_colour = actor.kind in ("pony", "robot")
    extras = []
    if actor.colour:
        colour = pick.of(words.COLOUR_WORDS[actor.colour])
        if own_colour:
            kind = f"{colour} {kind}"
        else:
            extras.append(pick.of(words.GARMENTS[actor.kind if actor.kind in PEOPLE else "animal"]).format(colour).replace("a orange", "an orange"))
    if own_colour is False and actor.colour and any(c in kind.split() for c in ("grey", "white", "brown")):
        kind = kind.split()[-1]
    parts = [_article(kind), *extras]
    having = []
    if actor.hair:
        having.append(pick.of((words.MANE_WORDS if actor.kind == "pony" else words.HAIR_WORDS)[actor.hair]))
    if actor.hat:
        having.append(pick.of(words.HAT_WORDS[actor.hat]))
    if having:
        parts.append("with " + " and ".join(having))
    text = " ".join(parts)
    if actor.prop:
        text += (" holding " if actor.prop != "guitar" else " playing ") + pick.of(words.PROP_WORDS[actor.prop])
    return text


def _chinese_actor(actor: Actor, pick: _Choice) -> str:
    kind = pick.of(words.KIND_WORDS[actor.kind])
    before = ""
    if actor.hair:
        before += "有" + pick.of((words.MANE_WORDS if actor.kind == "pony" else words.HAIR_WORDS)[actor.hair]) + "、" * bool(actor.hat) + "的" * (not actor.hat)
    if actor.hat:
        before += "戴着" + pick.of(words.HAT_WORDS[actor.hat]) + "的"
    if actor.colour:
        colour = pick.of(words.COLOUR_WORDS[actor.colour])
        before = (colour + "的" if actor.kind in ("pony", "robot") else pick.of(words.GARMENTS[actor.kind if actor.kind in PEOPLE else "animal"]).format(colour)) + before
    measure = "个" if actor.kind in PEOPLE or actor.kind == "robot" else "匹" if actor.kind == "pony" else "只"
    text = f"一{measure}{before}{kind}"
    if actor.prop:
        text += ("拿着" if actor.prop != "guitar" else "弹着") + pick.of(words.PROP_WORDS[actor.prop])
    return text


def _act(actor: Actor, pick: _Choice) -> str:
    """What a figure does, or nothing."""
    if not actor.action:
        return ""
    action = pick.of(words.ACTION_WORDS[actor.action])
    if pick.language == 0:
        own = {"girl": "her", "woman": "her", "grandmother": "her", "boy": "his", "man": "his", "grandfather": "his"}.get(actor.kind, "its")
        action = action.replace("its", own)
        if actor.kind == "pony":
            action = action.replace("a hand", "a hoof")
    return action


def _where(scene: Scene, pick: _Choice) -> list[str]:
    """Place, time and weather, as far as they are said."""
    said = ((words.PLACE_WORDS, scene.place), (words.TIME_WORDS, scene.time), (words.WEATHER_WORDS, scene.weather))
    return [pick.of(table[value]) for table, value in said if value]


def _technical(scene: Scene, pick: _Choice) -> list[str]:
    """Shot and camera. A medium shot and a still camera are what is drawn when nothing is said of them."""
    parts = []
    if scene.actors and (scene.shot != "medium" or not pick.chance(0.5)):
        parts.append(pick.of(words.SHOT_WORDS[scene.shot]))
    if scene.camera != "still" or not pick.chance(0.6):
        parts.append(pick.of(words.CAMERA_WORDS[scene.camera]))
    return parts


def _english(scene: Scene, pick: _Choice) -> str:
    where, technical = _where(scene, pick), _technical(scene, pick)
    if pick.chance(0.3):
        where[1:] = where[1:][::-1]
    if not scene.actors:
        head = ("An empty scene: " if pick.chance(0.4) else "Nobody in sight, ") + pick.of(words.VIEW_WORDS[scene.place])  # type: ignore[index]
        text = " ".join([head, *where[1:]])
    else:
        first = _english_actor(scene.actors[0], pick)
        act = _act(scene.actors[0], pick)
        talk = pick.of(words.SPEAK_WORDS) if scene.speaker is not None else ""
        if len(scene.actors) == 2:
            second = _english_actor(scene.actors[1], pick)
            verb = "are together" if pick.chance(0.3) else "stand side by side"
            who = [f"{first} on the left and {second} on the right {verb}"]
            text = " ".join([*who, *where])
            kinds = [words.KIND_WORDS[a.kind][0][0] for a in scene.actors]
            more = [f"the {kinds[0]} {act}"] if act else []
            if talk:
                more.append(f"the {kinds[scene.speaker or 0]} {talk}")
            text += "".join(f", {m}" for m in more)
        else:
            doing = " and ".join(part for part in (act, talk) if part) or ("stands" if not pick.chance(0.5) else "is")
            late = pick.chance(0.25) and bool(where)
            if doing == "is" and (late or not where):
                doing = "stands there"
            text = f"{', '.join(where)}, {first} {doing}" if late else " ".join([first, doing, *where])
    text = text[0].upper() + text[1:]
    if technical and pick.chance(0.25):
        lead = technical.pop(0)
        text = f"{lead[0].upper()}{lead[1:]}: {text[0].lower()}{text[1:]}"
    text = ", ".join([text, *technical]) + ("" if pick.chance(0.3) else ".")
    if pick.chance(0.3):
        style = pick.of(words.STYLE_WORDS)
        text = f"{style} {text}" if pick.chance(0.5) else f"{text} {style}" if text.endswith(".") else f"{text}. {style}"
    return text


def _chinese(scene: Scene, pick: _Choice) -> str:
    time = pick.of(words.TIME_WORDS[scene.time]) if scene.time else ""
    weather = pick.of(words.WEATHER_WORDS[scene.weather]) if scene.weather else ""
    technical = _technical(scene, pick)
    lead = "，".join(part for part in (time, weather) if part)
    if not scene.actors:
        body = "空无一人的场景：" + pick.of(words.VIEW_WORDS[scene.place])  # type: ignore[index]
    else:
        place = pick.of(words.PLACE_WORDS[scene.place]) if scene.place else ""
        act = _act(scene.actors[0], pick)
        talk = pick.of(words.SPEAK_WORDS) if scene.speaker is not None else ""
        first = _chinese_actor(scene.actors[0], pick)
        if len(scene.actors) == 2:
            kinds = [words.KIND_WORDS[a.kind][1][0] for a in scene.actors]
            body = f"左边是{first}，右边是{_chinese_actor(scene.actors[1], pick)}，他们{place or '站在一起'}"
            body += (f"，{kinds[0]}{act}" if act else "") + (f"，{kinds[scene.speaker or 0]}{talk}" if talk else "")
        else:
            doing = "，".join(part for part in (act, talk) if part)
            if place and doing:
                body = f"{first}{place}{doing}"
            else:
                body = f"{first}{'站' + place if place else doing or '站着'}"
    text = "，".join(part for part in (lead, body, *technical) if part)
    text += "" if pick.chance(0.3) else "。"
    if pick.chance(0.3):
        text = pick.of(words.STYLE_WORDS) + text
    return text


def _picture(scene: Scene, pick: _Choice) -> str:
    what = pick.of(PICTURES[scene.picture].words)  # type: ignore[index]
    camera = pick.of(words.CAMERA_WORDS[scene.camera]) if scene.camera != "still" or not pick.chance(0.5) else ""
    if pick.language:
        return "，".join(part for part in (what, camera) if part) + "。"
    text = ", ".join(part for part in (what, camera) if part)
    return text[0].upper() + text[1:] + "."


def describe(scene: Scene, rng: np.random.Generator | None = None) -> str:
    """The description block of a prompt; with `rng` in any of its phrasings, without in the usual English one.

    It is what a user would write: the application, and what builds whole prompts, put spaces between Chinese characters.
    """
    free = rng is not None and rng.random() < FREE_SHARE
    chinese = rng is not None and rng.random() < CHINESE_SHARE
    pick = _Choice(rng, chinese, free)
    if scene.picture:
        return _picture(scene, pick)
    return _chinese(scene, pick) if chinese else _english(scene, pick)

