"""Background sounds drawn by code: stereo float32 [2, n] at 16 kHz, each seed another take of the same place.

Noise is shaped in the frequency domain, where a filter is one product; events (drops, chirps, steps) are short sounds put
at drawn times and places between left and right. Levels are those that leave a voice of 0.1 RMS understandable: 0.01 to
0.03 RMS, single events up to 0.1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import signal

from .espeak import RATE

#: Kind to the ways in which a prompt asks for it, the first is the usual one.
SOUNDS = {
    "wind": ("Wind", "Wind blowing", "A gentle wind", "A strong wind"),
    "rain": ("Rain", "Rain falling", "Soft rain", "Heavy rain"),
    "sea": ("Waves", "The sea", "Ocean waves", "Waves on a beach"),
    "stream": ("A stream", "Running water", "A small river"),
    "crowd": ("A crowd", "People talking", "A busy crowd", "Murmur of people"),
    "birds": ("Birds", "Birdsong", "Birds singing", "Chirping birds"),
    "steps": ("Steps", "Footsteps", "Someone walking"),
    "fire": ("Fire", "A crackling fire", "A fireplace"),
    "traffic": ("City traffic", "Cars passing", "Traffic", "A busy street"),
    "crickets": ("Crickets", "Crickets at night", "Chirping crickets"),
    "night": ("Night silence", "A quiet night", "A silent night"),
    "music box": ("A music box", "Music box melody", "A soft music box"),
    "clock": ("A ticking clock", "Clock ticking"),
    "bells": ("Bells", "Church bells", "Bells ringing"),
    "thunder": ("Thunder", "A thunderstorm", "Distant thunder"),
}
#: What a prompt says where there is none; the application writes the first.
NONE = ("No prominent background sound", "Silence", "None")


def _noise(samples: int, rng: np.random.Generator, gain: Callable[[np.ndarray], np.ndarray], width: float = 0.7) -> np.ndarray:
    """Noise with RMS 1 whose spectrum is `gain(frequencies)`; `width` 0 is the same on both sides, 1 unrelated."""
    shape = gain(np.maximum(np.fft.rfftfreq(samples, 1 / RATE), 1.0))
    parts = rng.standard_normal((3, samples))
    mixed = np.sqrt(1 - width) * parts[0] + np.sqrt(width) * parts[1:]
    sound = np.fft.irfft(np.fft.rfft(mixed) * shape, samples)
    return sound / max(float(sound.std()), 1e-9)


def _band(low: float, high: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda f: 1 / np.sqrt((1 + (low / f) ** 4) * (1 + (f / high) ** 4))


def _slow(samples: int, rng: np.random.Generator, hertz: float, low: float) -> np.ndarray:
    """A curve between `low` and 1 that wanders about `hertz` times a second."""
    knots = rng.uniform(low, 1.0, max(3, int(samples / RATE * hertz) + 3))
    return np.interp(np.linspace(0, len(knots) - 1, samples), np.arange(len(knots)), knots)


def _put(track: np.ndarray, at_secs: float, sound: np.ndarray, side: float) -> None:
    """Add a mono sound at a time and a place from left 0 to right 1, at constant power."""
    at = int(at_secs * RATE)
    piece = sound[: max(0, track.shape[1] - at)]
    track[0, at : at + len(piece)] += np.cos(side * np.pi / 2) * piece
    track[1, at : at + len(piece)] += np.sin(side * np.pi / 2) * piece


def _times(secs: float, a_second: float, rng: np.random.Generator) -> np.ndarray:
    return np.sort(rng.uniform(0, secs, max(1, rng.poisson(secs * a_second))))


def _ring(hertz: float, secs: float, partials: tuple[tuple[float, float, float], ...]) -> np.ndarray:
    """Partials (multiple, level, seconds of decay) of a struck thing."""
    t = np.arange(int(secs * RATE)) / RATE
    return sum(level * np.sin(2 * np.pi * hertz * m * t) * np.exp(-t / decay) for m, level, decay in partials if hertz * m < RATE / 2)


def _resonance(pulses: np.ndarray, hertz: float) -> np.ndarray:
    """What a cavity of that pitch, 120 Hz wide, makes of pulses."""
    radius, angle = np.exp(-np.pi * 120 / RATE), 2 * np.pi * hertz / RATE
    return signal.lfilter([1 - radius], [1, -2 * radius * np.cos(angle), radius**2], pulses)


def _wind(n: int, rng: np.random.Generator) -> np.ndarray:
    low = _noise(n, rng, _band(80, 350)) * _slow(n, rng, 0.7, 0.25)
    whistle = _noise(n, rng, _band(450, 700), 0.4) * _slow(n, rng, 1.2, 0.0) ** 2
    return 0.026 * low + 0.011 * whistle


def _rain(n: int, rng: np.random.Generator) -> np.ndarray:
    out = 0.014 * _noise(n, rng, _band(1200, 6500), 0.9)
    for at in _times(n / RATE, 45, rng):
        length = int(rng.uniform(0.003, 0.012) * RATE)
        drop = rng.standard_normal(length) * np.exp(-np.arange(length) / (0.25 * length))
        _put(out, at, rng.uniform(0.01, 0.06) * drop, rng.random())
    return out


def _sea(n: int, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(n) / RATE
    phase = rng.random()
    swell = (0.5 + 0.5 * np.sin(2 * np.pi * (t / rng.uniform(3.0, 4.5) + phase))) ** 2
    foam = np.roll(swell, int(0.5 * RATE)) ** 1.5
    return 0.022 * _noise(n, rng, _band(120, 700)) * (0.25 + swell) + 0.014 * _noise(n, rng, _band(1500, 5000), 0.9) * (0.08 + foam)


def _stream(n: int, rng: np.random.Generator) -> np.ndarray:
    out = 0.009 * _noise(n, rng, _band(500, 3500), 0.9)
    for at in _times(n / RATE, 30, rng):
        length = rng.uniform(0.02, 0.06)
        t = np.arange(int(length * RATE)) / RATE
        hertz = rng.uniform(500, 1500)
        _put(out, at, rng.uniform(0.006, 0.03) * np.sin(2 * np.pi * hertz * t * (1 + 4 * t)) * np.sin(np.pi * t / length), rng.random())
    return out


def _crowd(n: int, rng: np.random.Generator) -> np.ndarray:
    """Many voices at once, none of which says anything: syllables of noise and pitch in the bands of vowels."""
    out = 0.004 * _noise(n, rng, _band(200, 1500))
    for _ in range(14):
        side, pitch, at = rng.random(), rng.uniform(95, 240), rng.uniform(-0.5, 0.5)
        while at < n / RATE:
            length = rng.uniform(0.1, 0.24)
            count = int(length * RATE)
            pulses = np.zeros(count)
            pulses[:: int(RATE / pitch)] = 1.0
            voice = sum(_resonance(pulses, hertz) for hertz in (rng.uniform(300, 800), rng.uniform(900, 2200)))
            if at >= 0:
                _put(out, at, 0.2 * voice * np.sin(np.pi * np.arange(count) / count), side)
            at += length * rng.uniform(0.9, 1.3) + (rng.uniform(0.2, 0.7) if rng.random() < 0.15 else 0)
            pitch *= rng.uniform(0.94, 1.065)
    return out


def _birds(n: int, rng: np.random.Generator) -> np.ndarray:
    out = 0.002 * _noise(n, rng, _band(300, 2000))
    for _ in range(3):
        side, base, trill = rng.uniform(0.1, 0.9), rng.uniform(2300, 4200), rng.uniform(9, 22)
        for start in _times(n / RATE, 0.6, rng):
            for k in range(int(rng.integers(2, 6))):
                length = rng.uniform(0.06, 0.16)
                t = np.arange(int(length * RATE)) / RATE
                sweep = base * t + rng.uniform(-2500, 2500) * t**2 + 40 / trill * np.sin(2 * np.pi * trill * t)
                _put(out, start + k * length * 1.4, 0.05 * np.sin(2 * np.pi * sweep) * np.sin(np.pi * t / length) ** 2, side)
    return out


def _steps(n: int, rng: np.random.Generator) -> np.ndarray:
    out = 0.0015 * _noise(n, rng, _band(100, 800))
    pace, at = rng.uniform(0.46, 0.62), rng.uniform(0, 0.4)
    start, end, foot = rng.random(), rng.random(), 0
    while at < n / RATE:
        length = int(0.11 * RATE)
        t = np.arange(length) / RATE
        thud = np.sin(2 * np.pi * (75 + 10 * foot) * t) * np.exp(-t / 0.03)
        scrape = np.convolve(rng.standard_normal(length), np.ones(6) / 6, "same") * np.exp(-t / 0.018)
        _put(out, at, 0.11 * thud + 0.09 * scrape, start + (end - start) * at * RATE / n)
        at, foot = at + pace * rng.uniform(0.96, 1.04), 1 - foot
    return out


def _fire(n: int, rng: np.random.Generator) -> np.ndarray:
    out = 0.012 * _noise(n, rng, _band(60, 400)) * _slow(n, rng, 5, 0.5)
    for at in _times(n / RATE, 16, rng):
        length = int(rng.uniform(0.002, 0.02) * RATE)
        _put(out, at, rng.exponential(0.035) * rng.standard_normal(length) * np.exp(-np.arange(length) / (0.2 * length)), rng.uniform(0.25, 0.75))
    return out


def _traffic(n: int, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(n) / RATE
    out = 0.012 * _noise(n, rng, _band(50, 300))
    for _ in range(2):
        middle, width = rng.uniform(0, n / RATE), rng.uniform(0.7, 1.3)
        near = np.exp(-(((t - middle) / width) ** 2))
        tyres = _noise(n, rng, _band(250, 1400), 0.0)[0] * near
        motor = np.sin(2 * np.pi * np.cumsum(70 - 6 * np.tanh((t - middle) / 0.5)) / RATE) * near
        side = 0.5 + 0.45 * np.tanh((t - middle) / width) * rng.choice([-1, 1])
        sound = 0.03 * tyres + 0.02 * motor
        out += np.stack([np.cos(side * np.pi / 2), np.sin(side * np.pi / 2)]) * sound
    if rng.random() < 0.4:
        t = np.arange(int(0.3 * RATE)) / RATE
        horn = sum(np.sign(np.sin(2 * np.pi * f * t)) for f in (392.0, 494.0)) * np.sin(np.pi * t / 0.3) ** 0.3
        _put(out, rng.uniform(0, n / RATE - 0.4), 0.014 * horn, rng.random())
    return out


def _crickets(n: int, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(n) / RATE
    out = 0.002 * _noise(n, rng, _band(200, 900))
    for _ in range(4):
        hertz, pulse, rest, side = rng.uniform(3800, 5200), rng.uniform(24, 34), rng.uniform(0.9, 1.7), rng.random()
        gate = np.clip(np.sin(2 * np.pi * pulse * t), 0, 1) * ((t / rest + rng.random()) % 1 < 0.55)
        sound = np.sin(2 * np.pi * hertz * t) * gate * rng.uniform(0.008, 0.02)
        out += np.array([[np.cos(side * np.pi / 2)], [np.sin(side * np.pi / 2)]]) * sound
    return out


def _night(n: int, rng: np.random.Generator) -> np.ndarray:
    return 0.0035 * _noise(n, rng, _band(50, 250)) * _slow(n, rng, 0.5, 0.6)


def _music_box(n: int, rng: np.random.Generator) -> np.ndarray:
    out = np.zeros((2, n))
    scale = np.array([0, 2, 4, 7, 9, 12, 14, 16])
    root, at, beat, place = rng.uniform(520, 700), rng.uniform(0, 0.3), rng.uniform(0.22, 0.34), 3
    while at < n / RATE:
        place = int(np.clip(place + rng.integers(-2, 3), 0, len(scale) - 1))
        note = _ring(root * 2 ** (scale[place] / 12), 1.2, ((1, 1.0, 0.35), (3.0, 0.3, 0.12), (5.4, 0.12, 0.05)))
        _put(out, at, 0.035 * note, 0.3 + 0.4 * place / len(scale))
        at += beat * rng.choice([1, 1, 1, 2])
    return out


def _clock(n: int, rng: np.random.Generator) -> np.ndarray:
    out = 0.0012 * _noise(n, rng, _band(100, 600))
    at, side = rng.uniform(0, 0.5), rng.uniform(0.3, 0.7)
    for k in range(20):
        _put(out, at + 0.5 * k, 0.07 * _ring(2100.0 if k % 2 else 1700.0, 0.06, ((1, 1.0, 0.006), (2.3, 0.6, 0.004), (0.31, 0.5, 0.012))), side)
        if at + 0.5 * (k + 1) >= n / RATE:
            break
    return out


def _bells(n: int, rng: np.random.Generator) -> np.ndarray:
    out = 0.0015 * _noise(n, rng, _band(100, 700))
    at, partials = rng.uniform(0, 0.5), ((0.5, 0.5, 1.6), (1, 1.0, 1.0), (1.19, 0.7, 0.8), (1.5, 0.4, 0.6), (2.0, 0.5, 0.5), (2.74, 0.3, 0.3))
    while at < n / RATE:
        _put(out, at, 0.02 * _ring(rng.choice([392.0, 440.0, 523.0]), 3.0, partials), rng.uniform(0.3, 0.7))
        at += rng.uniform(0.7, 1.1)
    return out


def _thunder(n: int, rng: np.random.Generator) -> np.ndarray:
    out = 0.5 * _rain(n, rng)
    at = rng.uniform(0, 0.6 * n / RATE)
    t = np.maximum(np.arange(n) / RATE - at, 0)
    roll = np.minimum(t / 0.05, 1) * np.exp(-t / 1.1) * _slow(n, rng, 9, 0.2)
    return out + 0.11 * _noise(n, rng, _band(40, 220), 0.5) * roll


_DRAWERS = {
    "wind": _wind, "rain": _rain, "sea": _sea, "stream": _stream, "crowd": _crowd, "birds": _birds, "steps": _steps, "fire": _fire,
    "traffic": _traffic, "crickets": _crickets, "night": _night, "music box": _music_box, "clock": _clock, "bells": _bells,
    "thunder": _thunder,
}


def background(kind: str, samples: int, rng: np.random.Generator) -> np.ndarray:
    """[2, samples] of one of `SOUNDS`, silence for the empty name; another name raises `KeyError`."""
    if not kind:
        return np.zeros((2, samples), np.float32)
    return np.clip(_DRAWERS[kind](samples, rng), -0.9, 0.9).astype(np.float32)
