"""What figures do: a pose for every frame of an action, with breath, blinks and the small movements of speech."""

from __future__ import annotations

from typing import Sequence

import numpy as np

from .props import PROPS
from .rig import Pose
from .shots import FPS

#: The actions, and the shots in which they can be seen.
ACTIONS: dict[str, tuple[str, ...]] = {
    "nod": ("wide", "medium", "close"), "shake head": ("wide", "medium", "close"), "look around": ("wide", "medium", "close"), "blink": ("medium", "close"),
    "wave": ("wide", "medium"), "dance": ("wide", "medium"), "jump": ("wide",), "walk right": ("wide",), "walk left": ("wide",),
}


def _soft(values: Sequence[float], frames: int = 5) -> np.ndarray:
    kernel = np.hanning(frames + 2)[1:-1]
    padded = np.pad(np.asarray(values, float), frames // 2, mode="edge")
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")


def _ramp(t: np.ndarray, start: float, secs: float) -> np.ndarray:
    x = np.clip((t - start) / secs, 0, 1)
    return x * x * (3 - 2 * x)


def _blinks(rng: np.random.Generator, frames: int, often: float) -> np.ndarray:
    """Lids of each frame; `often` is the mean time between two blinks in seconds, slow blinks when it is short."""
    lids, at = np.zeros(frames), float(rng.uniform(0.4, often)) * FPS
    shape = (0.5, 1.0, 1.0, 0.45) if often > 1.2 else (0.45, 0.9, 1.0, 1.0, 1.0, 1.0, 0.8, 0.35)
    while at < frames:
        for k, lid in enumerate(shape):
            if int(at) + k < frames:
                lids[int(at) + k] = lid
        at += float(rng.uniform(0.7, 1.4)) * often * FPS
    return lids


def move(action: str | None, prop: str | None, kind: str, openings: Sequence[float], towards: float, reach: float, rng: np.random.Generator) -> list[Pose]:
    """The poses of a figure, one for each of the `openings` of its mouth.

    `towards` is the side (-1..1) to which the figure looks, at a partner say; `reach` how far a walk goes to each side of
    the middle, in head units. Everybody begins at the same mark, and of two one moves against the other: where a sway stands is
    nothing that a prompt says, so a small network would have to guess it. Only blinks come by chance.
    """
    frames = len(openings)
    t = np.arange(frames) / FPS
    mark = np.pi if towards < 0 else 0.0
    sway = lambda hertz: np.sin(2 * np.pi * hertz * t + mark)  # noqa: E731
    zero = np.zeros(frames)
    talk = _soft(openings, 5)
    slow = _soft(openings, 13)
    head_turn = 0.016 * sway(0.31) + 0.02 * slow * sway(0.9)
    yaw = 0.42 * towards + 0.05 * sway(0.17)
    pitch = 0.04 * sway(0.23) - 0.07 * slow
    head_y = 0.008 * sway(0.45) - 0.02 * talk
    squash = 0.006 * sway(0.45)
    lean, x, y = 0.008 * sway(0.21), zero, zero
    arm0 = 0.06 + 0.03 * sway(0.4) + 0.14 * slow
    arm1 = 0.06 + 0.03 * sway(0.4) + 0.18 * slow
    leg0, leg1 = zero, zero
    tail = 0.09 * sway(0.55)
    swing = 0.05 * sway(0.5)
    brows = 0.5 * slow + 0.2 * sway(0.13)
    lids = _blinks(rng, frames, 2.4)
    begin = _ramp(t, 0.15, 0.35)
    four_legs = kind == "pony"
    if action == "nod":
        wave = np.maximum(0, np.sin(2 * np.pi * 1.15 * t)) * begin
        pitch, head_y = pitch + 1.1 * wave, head_y + 0.07 * wave
    elif action == "shake head":
        yaw = yaw + 0.75 * np.sin(2 * np.pi * 1.05 * t) * begin
        head_turn = head_turn + 0.035 * np.sin(2 * np.pi * 1.05 * t + 0.8) * begin
    elif action == "look around":
        yaw = 0.9 * np.tanh(1.8 * np.sin(2 * np.pi * 0.34 * t - 0.3)) * begin
        head_turn = head_turn + 0.05 * np.sin(2 * np.pi * 0.34 * t - 0.3)
    elif action == "blink":
        lids = _blinks(rng, frames, 0.85)
    elif action == "wave":
        arm0 = arm0 * (1 - begin) + begin * (2.02 + 0.34 * np.sin(2 * np.pi * 1.9 * t))
        head_turn = head_turn - 0.05 * begin
        brows = brows + 0.4
    elif action == "dance":
        beat = np.sin(2 * np.pi * 0.95 * t)
        lean, head_turn = lean + 0.08 * beat, head_turn - 0.10 * beat
        y = -0.10 * np.abs(np.sin(2 * np.pi * 0.95 * t))
        arm0, arm1 = arm0 + 0.55 + 0.6 * beat, arm1 + 0.55 - 0.6 * beat
        leg0, leg1, tail = 0.08 * beat, 0.08 * beat, tail * 3
    elif action == "jump":
        cycle = (t % 1.12) / 1.12
        up = np.clip((cycle - 0.28) / 0.5, 0, 1)
        y = -4 * 0.85 * up * (1 - up)
        crouch = np.exp(-(((cycle - 0.20) / 0.08) ** 2)) + 0.7 * np.exp(-(((cycle - 0.84) / 0.06) ** 2))
        squash = squash + 0.12 * crouch - 0.05 * (up > 0) * (up < 1)
        arm0, arm1 = arm0 + 1.5 * np.sin(np.pi * up), arm1 + 1.5 * np.sin(np.pi * up)
        leg0, leg1 = 0.16 * np.sin(np.pi * up), -0.16 * np.sin(np.pi * up)
        tail = tail + 0.25 * np.sin(np.pi * up)
        brows = brows + 0.5 * np.sin(np.pi * up)
    elif action in ("walk right", "walk left"):
        way = 1.0 if action == "walk right" else -1.0
        step = sway(1.25)
        x = way * reach * np.linspace(-1, 1, frames)
        y = -0.07 * np.abs(np.cos(2 * np.pi * 1.25 * t + mark))
        stride = 0.30 if not four_legs else 0.34
        leg0, leg1 = stride * step, -stride * step
        arm0, arm1 = arm0 - 0.10 + 0.28 * step, arm1 - 0.10 - 0.28 * step
        lean, yaw, head_turn = lean + 0.03 * way, zero + 0.75 * way, head_turn + 0.025 * step
        tail = tail * 2
    if prop is not None:
        held = PROPS[prop].arms
        if action not in ("wave",):
            arm0 = zero + held[0] + 0.03 * sway(0.4) + (0.22 * np.sin(2 * np.pi * 1.6 * t) if prop == "guitar" else 0)
        arm1 = zero + held[1] + 0.03 * sway(0.4)
        swing = swing * (1.6 if prop in ("balloon", "lantern") else 0.7)
    gaze = np.clip(yaw, -1, 1)
    return [
        Pose(float(x[i]), float(y[i]), float(lean[i]), float(squash[i]), float(head_turn[i]), float(yaw[i]), float(pitch[i]), float(head_y[i]),
             (float(arm0[i]), float(arm1[i])), (float(leg0[i]), float(leg1[i])), float(tail[i]), float(swing[i]), float(lids[i]), float(brows[i]), (float(gaze[i]), 0.0))
        for i in range(frames)
    ]
