"""The words of the puppet world and the prompts made of them.

A clip is described by a small record (`Scene`); `compose` turns it into a prompt in
the format of the model: a description, a `Dialogue:` block and a `Background Sound:`
block. With a random generator it varies the wording, so that free short prompts work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

FPS = 25
SAMPLE_RATE = 12_800
FRAMES = 101

#: Aspect name to (height, width).
SIZES = {"9:16": (224, 128), "16:9": (128, 224), "1:1": (160, 160)}
ASPECT_WEIGHTS = {"9:16": 0.6, "16:9": 0.2, "1:1": 0.2}

COLOURS = {
    "red": (222, 48, 44),
    "orange": (240, 138, 34),
    "yellow": (246, 208, 48),
    "green": (62, 172, 74),
    "blue": (46, 104, 220),
    "purple": (140, 62, 178),
    "pink": (244, 138, 172),
    "white": (240, 234, 222),
}

#: Puppet kind to the wordings of "a <colour> puppet"; the first is the usual one.
KINDS = {
    "pony": ("a {colour} paper pony", "a {colour} pony", "a little {colour} horse", "a pony with a {colour} coat"),
    "child": ("a child in a {colour} coat", "a child with a {colour} hat and coat", "a paper child in {colour}", "a kid in a {colour} coat"),
    "robot": ("a {colour} robot", "a {colour} paper robot", "a {colour} toy robot", "a robot of {colour} paper"),
}

PLACES = {
    "meadow": ("in a meadow", "on a green meadow", "in a field of flowers"),
    "city": ("in a city", "in the street of a city", "in front of tall houses"),
    "beach": ("on a beach", "by the sea", "at the seaside"),
    "forest": ("in a forest", "in the woods", "between the trees"),
    "room": ("in a room", "in a cosy room", "at home in the living room"),
    "mountains": ("in snowy mountains", "in the snow", "in front of snowy mountains"),
}

TIMES = {
    "morning": ("in the morning", "at dawn", "early in the morning"),
    "day": ("at noon", "by day", "on a sunny day"),
    "sunset": ("at sunset", "in the evening", "at dusk"),
    "night": ("at night", "under the moon", "in the night"),
}

CAMERAS = {
    "static": ("the camera does not move", "the camera is still", ""),
    "pan left": ("the camera slowly pans left", "slow pan to the left"),
    "pan right": ("the camera slowly pans right", "slow pan to the right"),
    "zoom in": ("the camera slowly zooms in", "slow zoom in"),
    "zoom out": ("the camera slowly zooms out", "slow zoom out"),
}
CAMERA_WEIGHTS = {"static": 0.4, "pan left": 0.15, "pan right": 0.15, "zoom in": 0.15, "zoom out": 0.15}

STILLS = ("a still picture", "a picture", "a photograph", "a painting")
EMPTY = ("an empty scene {place}", "nobody {place}", "a quiet view {place}")

#: Speaker word to (espeak-ng voice variant, pitch 0..99, speed in words per minute).
SPEAKERS = {
    "Young woman": ("f2", 62, 165),
    "Young man": ("m3", 30, 165),
    "Child": ("f4", 92, 170),
    "Robot": ("m7", 8, 150),
}
NATURAL_SPEAKER = {"pony": ("Young woman", "Young man"), "child": ("Child",), "robot": ("Robot",)}

#: Language name in the prompt to espeak-ng voice.
VOICES = {
    "English": "en-us",
    "Mandarin": "cmn",
    "Cantonese": "yue",
    "Japanese": "ja",
    "Korean": "ko",
    "German": "de",
    "French": "fr",
}

LINES = {
    "English": (
        "Hello, my friend!", "How are you today?", "I love this place.", "Good morning, everyone!",
        "Look at the sky.", "Let us go home.", "What a lovely day!", "Come and play with me.",
        "Thank you very much.", "Welcome to my world.",
    ),
    "Mandarin": ("你好朋友", "今天天气很好", "我们回家吧", "谢谢你", "早上好", "我喜欢这里", "一起来玩", "再见"),
    "Cantonese": ("你好朋友", "今日天气好好", "我哋返屋企", "多谢你", "早晨", "我钟意呢度", "一齐嚟玩", "再见"),
    "Japanese": (
        "こんにちは", "おはようございます", "ありがとう", "またあした", "うちにかえろう", "そらがきれい",
        "いっしょにあそぼう", "ここがすきです",
    ),
    "Korean": ("안녕 친구야", "오늘 날씨가 좋아", "집에 가자", "고마워요", "좋은 아침이에요", "여기가 좋아", "같이 놀자", "또 만나요"),
    "German": (
        "Hallo, mein Freund!", "Guten Morgen!", "Wie geht es dir?", "Das ist sehr schön.", "Wir gehen nach Hause.",
        "Vielen Dank!", "Komm und spiel mit mir.", "Der Himmel ist blau.",
    ),
    "French": (
        "Bonjour, mon ami!", "Comment ça va?", "Merci beaucoup!", "Le ciel est beau.", "On rentre à la maison.",
        "Viens jouer avec moi.", "Quelle belle journée!", "J'aime cet endroit.",
    ),
}
LANGUAGE_WEIGHTS = {"English": 0.34, "Mandarin": 0.11, "Cantonese": 0.11, "Japanese": 0.11, "Korean": 0.11, "German": 0.11, "French": 0.11}

SOUNDS = ("Wind", "Rain", "Birds", "Waves")
NO_SOUND = "No prominent background sound"

_CJK = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff])")


@dataclass
class Line:
    """One spoken line; times in seconds from the start of the clip."""

    text: str
    language: str
    start_secs: float = 0.0
    end_secs: float = 0.0


@dataclass
class Scene:
    """Everything that a prompt may say about one clip."""

    aspect: str
    subject: str  # "puppet", "empty" or "still"
    kind: str = ""
    colour: str = ""
    place: str = ""
    time: str = ""
    camera: str = "static"
    speaker: str = ""
    lines: list[Line] = field(default_factory=list)
    sound: str = ""
    seed: int = 0


def scene_from_json(record: dict) -> Scene:
    """The inverse of `dataclasses.asdict`."""
    return Scene(**{**record, "lines": [Line(**line) for line in record["lines"]]})


def space_cjk(text: str) -> str:
    """Put one space around every Chinese, Japanese or Korean character: "你好" becomes "你 好"."""
    return re.sub(r"\s+", " ", _CJK.sub(r" \1 ", text)).strip()


def draw_scene(rng: np.random.Generator, index: int) -> Scene:
    """Draw what clip number `index` shows and says."""
    choose = lambda table: str(rng.choice(list(table), p=list(table.values())))  # noqa: E731
    aspect, camera = choose(ASPECT_WEIGHTS), choose(CAMERA_WEIGHTS)
    sound = str(rng.choice(SOUNDS)) if rng.random() < 0.5 else ""
    subject = str(rng.choice(["puppet", "still", "empty"], p=[0.85, 0.12, 0.03]))
    scene = Scene(aspect, subject, camera=camera, sound=sound, seed=index)
    if subject == "still":
        scene.camera = camera if camera != "static" else "zoom in"
        return scene
    scene.place = str(rng.choice(list(PLACES)))
    scene.time = str(rng.choice(list(TIMES)))
    if subject == "empty":
        return scene
    scene.kind = str(rng.choice(list(KINDS)))
    scene.colour = str(rng.choice(list(COLOURS)))
    natural = NATURAL_SPEAKER[scene.kind]
    scene.speaker = str(rng.choice(natural)) if rng.random() < 0.7 else str(rng.choice(list(SPEAKERS)))
    count = int(rng.choice([0, 1, 2], p=[0.08, 0.52, 0.40]))
    for _ in range(count):
        language = choose(LANGUAGE_WEIGHTS) if not scene.lines else scene.lines[0].language
        scene.lines.append(Line(_draw_line(rng, language), language))
    return scene


def _draw_line(rng: np.random.Generator, language: str) -> str:
    """A line of the list, or now and then a new line put together from its words."""
    text = str(rng.choice(LINES[language]))
    if language in ("English", "German", "French", "Korean") and rng.random() < 0.15:
        words = [word.strip(",.!?") for line in LINES[language] for word in line.split()]
        picked = rng.choice(words, size=int(rng.integers(2, 5)), replace=False)
        text = " ".join(str(word) for word in picked).capitalize() + "."
    return text


def compose(scene: Scene, rng: np.random.Generator | None = None, free: float = 0.4) -> str:
    """The prompt of a scene; with `rng`, a share `free` of the prompts is reworded, shortened or reordered."""
    loose = rng is not None and rng.random() < free
    pick = lambda words: words[int(rng.integers(len(words)))] if loose else words[0]  # noqa: E731
    keep = lambda share: not loose or rng.random() < share  # noqa: E731
    camera = pick(CAMERAS[scene.camera])
    if scene.subject == "still":
        description = f"{pick(STILLS)}, {camera}" if keep(0.9) else pick(STILLS)
    else:
        place = pick(PLACES[scene.place]) if keep(0.9) else ""
        time = pick(TIMES[scene.time]) if keep(0.85) else ""
        if scene.subject == "empty":
            head = pick(EMPTY).format(place=place or "of a landscape")
        else:
            who = pick(KINDS[scene.kind]).format(colour=scene.colour)
            who = who.replace("a orange", "an orange")
            verb = pick(("stands", "is", "talks", "")) if scene.lines else pick(("stands", "is", ""))
            head = " ".join(part for part in (who, verb, place) if part)
        parts = [head, time]
        if loose and time and rng.random() < 0.25:
            parts = [time.capitalize() + ",", head]
        description = " ".join(part for part in parts if part)
        if camera and keep(0.75):
            description += f", {camera}"
    description = description[0].upper() + description[1:] + ("." if keep(0.8) else "")
    blocks = [description]
    if scene.lines:
        said = [f'<{scene.speaker}, {line.language}>: "{space_cjk(line.text)}"' for line in scene.lines]
        blocks.append("Dialogue:\n" + "\n".join(said))
    if scene.sound or keep(0.7):
        blocks.append(f"Background Sound:\n<{scene.sound or NO_SOUND}>")
    return "\n\n".join(blocks)
