"""The picture: its sizes, and how a wide, a medium and a close shot frame the figures."""

from __future__ import annotations

from dataclasses import dataclass

FPS = 25
#: Aspect name to (height, width) in pixels; both divide by 32.
SIZES = {"9:16": (448, 256), "16:9": (256, 448), "1:1": (256, 256)}
SHOTS = ("wide", "medium", "close")


@dataclass(frozen=True)
class Frame:
    """One framing; lengths in pixels."""

    aspect: str
    shot: str
    height: int
    width: int
    short: int  # shorter side
    head: float  # pixels per head unit of a figure (half the width of a head)
    eyes: float  # y of the middle of the head
    apart: float  # x of the second of two figures from the middle
    zoom: float  # of the set
    ground: float  # y of the line on which the figures would stand in the set


#: Aspect and shot to: head unit, y of the head, half distance of two figures, zoom of the set, ground line; all but the
#: first and third as parts of the height.
_FRAMES = {
    ("9:16", "wide"): (42.0, None, 62.0, 1.06, 0.83), ("9:16", "medium"): (70.0, 0.48, 60.0, 1.16, 0.86), ("9:16", "close"): (92.0, 0.45, 64.0, 1.36, 0.92),
    ("16:9", "wide"): (33.0, None, 82.0, 1.0, 0.89), ("16:9", "medium"): (52.0, 0.50, 94.0, 1.14, 1.00), ("16:9", "close"): (74.0, 0.50, 108.0, 1.32, 1.10),
    ("1:1", "wide"): (33.0, None, 56.0, 1.0, 0.88), ("1:1", "medium"): (50.0, 0.48, 60.0, 1.14, 0.98), ("1:1", "close"): (72.0, 0.48, 62.0, 1.32, 1.08),
}


def framing(aspect: str, shot: str, actors: int = 1, scale: float = 1.0) -> Frame:
    """How a shot of one or two figures is framed; two figures are a little smaller. `scale` is that of the whole picture."""
    height, width = (round(side * scale) for side in SIZES[aspect])
    head, eyes, apart, zoom, ground = _FRAMES[aspect, shot]
    if actors > 1 and aspect != "16:9":
        head = min(head, 47.0)
    head, apart = head * scale, apart * scale
    feet = ground * height + 0.04 * min(height, width)
    middle = feet - 3.98 * head if eyes is None else eyes * height
    return Frame(aspect, shot, height, width, min(height, width), head, middle, apart, zoom, ground * height)
