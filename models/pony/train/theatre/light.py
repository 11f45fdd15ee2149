"""The light of a scene: a small palette for every time of day, and what rain, snow and fog do to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

from .paper import Colour, mix


@dataclass(frozen=True)
class Light:
    """How one time of day and weather colours the paper."""

    time: str
    weather: str
    sky: tuple[Colour, Colour, Colour]  # top, middle, horizon
    haze: Colour  # what far layers fade into
    tone: tuple[float, float, float]  # factor on the colours of the place
    haze_strength: float
    grey: float  # how far colours lose their strength, 0..1

    def place(self, colour: Sequence[float], depth: float = 0.0) -> Colour:
        """The colour of a piece of the place; `depth` 0 is at the front, 1 at the horizon."""
        lit = [c * t for c, t in zip(colour, self.tone)]
        mean = sum(lit) / 3
        lit = [c + (mean - c) * self.grey for c in lit]
        return mix(lit, self.haze, min(0.94, depth * self.haze_strength))

    def figure(self, colour: Sequence[float]) -> Colour:
        """The colour of a figure: only half as much, so that its colour can still be named at night."""
        lit = [c * (1 + (t - 1) * FIGURE_TONE[self.time]) for c, t in zip(colour, self.tone)]
        mean = sum(lit) / 3
        return mix(lit, (mean, mean, mean), self.grey * 0.22)

    @property
    def dark(self) -> bool:
        return self.time == "night"

    @property
    def lamps(self) -> bool:
        """Whether windows and lanterns are lit."""
        return self.time in ("night", "sunset")

    @property
    def sun_hidden(self) -> bool:
        return self.weather != "clear"


#: How much of the light's tone the figures take on.
FIGURE_TONE = {"dawn": 0.5, "noon": 1.0, "sunset": 0.38, "night": 0.33}

_SKY: dict[str, tuple[Colour, Colour, Colour]] = {
    "dawn": ((138, 164, 206), (240, 200, 204), (255, 231, 190)),
    "noon": ((66, 156, 222), (140, 204, 238), (218, 240, 242)),
    "sunset": ((84, 52, 120), (222, 92, 92), (255, 190, 98)),
    "night": ((12, 18, 54), (30, 42, 98), (72, 90, 150)),
}
_HAZE: dict[str, Colour] = {"dawn": (248, 214, 204), "noon": (200, 230, 240), "sunset": (244, 142, 96), "night": (46, 62, 116)}
_TONE = {"dawn": (1.0, 0.94, 0.93), "noon": (1.0, 1.0, 1.0), "sunset": (0.98, 0.72, 0.62), "night": (0.36, 0.44, 0.70)}
#: Weather: the grey of its sky at noon, how much of it the sky takes, haze, loss of colour, and the factor on the tone.
_WEATHER = {
    "clear": ((0, 0, 0), 0.0, 0.66, 0.0, 1.0),
    "rain": ((118, 134, 154), 0.72, 0.78, 0.36, 0.80),
    "snow": ((204, 214, 228), 0.66, 0.80, 0.22, 0.98),
    "fog": ((214, 220, 224), 0.74, 0.88, 0.34, 0.97),
}


def light(time: str, weather: str = "clear") -> Light:
    """The light at "dawn", "noon", "sunset" or "night" in "clear" weather, "rain", "snow" or "fog"."""
    grey, share, strength, loss, dim = _WEATHER[weather]
    tone = _TONE[time]
    # A grey sky keeps a hint of the hour: its grey is multiplied by the tone of the time of day.
    cover = [g * (0.45 + 0.55 * t) if time != "night" else g * t for g, t in zip(grey, tone)]
    sky = tuple(mix(c, cover, share * (1.0 if i == 0 else 0.85)) for i, c in enumerate(_SKY[time]))
    haze = mix(_HAZE[time], cover, share * 0.85)
    return Light(time, weather, sky, haze, tuple(t * dim for t in tone), strength, loss)  # type: ignore[arg-type]
