"""From a scene to a film: camera path, puppet movement, frames and sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from .places import draw_place
from .puppets import BODY_PIVOT, DETAIL, HEAD_PIVOT, MOUTH_LEVELS, draw_puppet, mouth_extent
from .speech import SAMPLES_PER_FRAME, background, mouth_opening, speak
from .stills import draw_still
from .vocabulary import FPS, FRAMES, SAMPLE_RATE, SIZES, Scene

#: How many different layouts a place has.
LAYOUTS = 4


@dataclass
class Film:
    """A finished clip: frames [f, h, w, 3] uint8, audio float32 mono, mouth box (y0, y1, x0, x1) or -1, opening per frame."""

    frames: np.ndarray
    audio: np.ndarray
    mouth_box: np.ndarray
    mouth: np.ndarray


def _camera(camera: str, width: int, height: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Camera centre offset (x, y) in pixels and zoom for every frame."""
    turn = np.linspace(-1, 1, FRAMES)
    x, y, zoom = np.zeros(FRAMES), np.zeros(FRAMES), np.full(FRAMES, 1.06)
    reach = 0.12 * min(width, height)
    if camera == "pan left":
        x = -turn * reach
    elif camera == "pan right":
        x = turn * reach
    elif camera == "zoom in":
        zoom = 1.06 + 0.11 * turn
    elif camera == "zoom out":
        zoom = 1.06 - 0.11 * turn
    return x, y, zoom


def _inverse(pivot: tuple[float, float], target: tuple[float, float], angle: float, scale: float) -> tuple[float, ...]:
    """The map from output pixels to sprite pixels that puts `pivot` at `target`, turned and scaled."""
    cos, sin = np.cos(angle) / scale, np.sin(angle) / scale
    return (cos, sin, pivot[0] - cos * target[0] - sin * target[1], -sin, cos, pivot[1] + sin * target[0] - cos * target[1])


def _place_sprite(frame: Image.Image, sprite: Image.Image, pivot: tuple[int, int], target: tuple[float, float], angle: float, scale: float) -> None:
    """Draw a sprite into the frame; `scale` is frame pixels per sprite pixel."""
    radius = np.hypot(*sprite.size) * scale
    x0, y0 = int(max(target[0] - radius, 0)), int(max(target[1] - radius, 0))
    x1, y1 = int(min(target[0] + radius, frame.width)), int(min(target[1] + radius, frame.height))
    point = (pivot[0] * DETAIL, pivot[1] * DETAIL)
    data = _inverse(point, (target[0] - x0, target[1] - y0), angle, scale)
    piece = sprite.transform((x1 - x0, y1 - y0), Image.Transform.AFFINE, data, Image.Resampling.BILINEAR)
    frame.paste(piece, (x0, y0), piece)


def _sound(scene: Scene, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Voice and background of a scene; fills in the times of its lines and drops lines that do not fit."""
    samples = FRAMES * SAMPLES_PER_FRAME
    voice, kept = np.zeros(samples, np.float32), []
    at = int(rng.uniform(0.05, 1.0) * SAMPLE_RATE)
    for line in scene.lines:
        spoken = speak(line.text, line.language, scene.speaker)
        if at + len(spoken) > samples - SAMPLE_RATE // 10:
            at = max(0, samples - SAMPLE_RATE // 10 - len(spoken))
            if kept or at == 0:
                break
        voice[at : at + len(spoken)] = spoken
        line.start_secs, line.end_secs = at / SAMPLE_RATE, (at + len(spoken)) / SAMPLE_RATE
        kept.append(line)
        at += len(spoken) + int(rng.uniform(0.25, 0.7) * SAMPLE_RATE)
    scene.lines = kept
    return voice, background(scene.sound, samples, rng)


def film(scene: Scene) -> Film:
    """Shoot a scene; the same scene always gives the same film."""
    rng = np.random.default_rng([scene.seed, 7])
    height, width = SIZES[scene.aspect]
    voice, around = _sound(scene, rng)
    opening = mouth_opening(voice, FRAMES)
    if scene.subject == "still":
        canvas = draw_still(height, width, scene.seed)
    else:
        layout = int(rng.integers(LAYOUTS)) + LAYOUTS * list(SIZES).index(scene.aspect)
        canvas = draw_place(scene.place, scene.time, height, width, layout)
    cam_x, cam_y, zoom = _camera(scene.camera, width, height)
    puppet = draw_puppet(scene.kind, scene.colour, scene.time) if scene.subject == "puppet" else None
    size = min(height, width) / 128
    phase, lean = rng.uniform(0, 2 * np.pi, 3), rng.uniform(-2, 2)
    neck = (width / 2 + lean, height * (0.62 if height > width else 0.74))
    frames, corners = np.empty((FRAMES, height, width, 3), np.uint8), []
    for i in range(FRAMES):
        t = i / FPS
        data = _inverse((canvas.width / 2 + cam_x[i], canvas.height / 2 + cam_y[i]), (width / 2, height / 2), 0.0, zoom[i])
        frame = canvas.transform((width, height), Image.Transform.AFFINE, data, Image.Resampling.BILINEAR)
        if puppet:
            sway = 1.3 * np.sin(2 * np.pi * 0.35 * t + phase[0]) * size
            bob = 0.8 * np.sin(2 * np.pi * 0.5 * t + phase[1]) * size - 1.2 * opening[i] * size
            near = 1 + (zoom[i] / 1.06 - 1) * 0.7
            x = width / 2 + (neck[0] - width / 2 + sway - 0.45 * cam_x[i]) * near
            y = height / 2 + (neck[1] - height / 2) * near
            scale = size / DETAIL * near
            tilt = 0.035 * np.sin(2 * np.pi * 0.3 * t + phase[2])
            _place_sprite(frame, puppet.body, BODY_PIVOT, (x, y), -tilt * 0.3, scale)
            level = int(round(opening[i] * (MOUTH_LEVELS - 1)))
            head_at = (x + sway * 0.3, y + (bob + 3 * size) * near)
            _place_sprite(frame, puppet.heads[level], HEAD_PIVOT, head_at, tilt, scale)
            y0, y1, x0, x1 = mouth_extent()
            box = np.array([y0 - HEAD_PIVOT[1], y1 - HEAD_PIVOT[1], x0 - HEAD_PIVOT[0], x1 - HEAD_PIVOT[0]]) * size * near
            corners.append(box + np.array([head_at[1], head_at[1], head_at[0], head_at[0]]))
        frames[i] = np.asarray(frame)
    box = np.full(4, -1)
    if corners:
        c = np.stack(corners)
        box = np.array([c[:, 0].min(), np.ceil(c[:, 1].max()), c[:, 2].min(), np.ceil(c[:, 3].max())]).astype(int)
        box = np.clip(box, 0, [height, height, width, width])
    return Film(frames, np.clip(voice + around, -1, 1), box, opening)
