"""What a clip shows: a record that holds nothing but what its prompt says or what is always the same."""

from __future__ import annotations

from dataclasses import asdict, dataclass

CAMERAS = ("still", "pan left", "pan right", "zoom in", "zoom out")
#: What is drawn where nothing is said.
USUAL = {"place": "studio", "time": "noon", "weather": "clear"}


@dataclass(frozen=True)
class Actor:
    """One figure; None means that nothing is said and the usual is drawn."""

    kind: str
    colour: str | None = None
    hair: str | None = None  # hair of a person, mane of a pony
    hat: str | None = None
    prop: str | None = None
    action: str | None = None


@dataclass(frozen=True)
class Scene:
    """One clip. With two actors the first stands on the left of the picture; `speaker` is the one whose mouth moves."""

    aspect: str
    shot: str
    actors: tuple[Actor, ...]
    place: str | None = None
    time: str | None = None
    weather: str | None = None
    camera: str = "still"
    speaker: int | None = None
    layout: int = 0
    seed: int = 0
    picture: str | None = None  # a picture of any kind instead of the theatre, see `pictures`

    def drawn(self, what: str) -> str:
        """The place, time or weather that is drawn: the one that is said, or the usual one."""
        return getattr(self, what) or USUAL[what]


def to_record(scene: Scene) -> dict:
    """The scene as plain values, for JSON."""
    return asdict(scene)


def from_record(record: dict) -> Scene:
    """The inverse of `to_record`."""
    return Scene(**{**record, "actors": tuple(Actor(**actor) for actor in record["actors"])})
