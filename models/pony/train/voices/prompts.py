"""The dialogue and background blocks of a prompt, to the letter as the application writes them."""

from __future__ import annotations

from enum import Enum

import numpy as np

from .espeak import VOICES
from .sounds import NONE, SOUNDS

_QUOTES = frozenset("\"'“”‘’„«»()[]<>")
_MARKS = ((0x2014, 0x2014), (0x2026, 0x2026), (0x3000, 0x3004), (0x3008, 0x3020), (0x3030, 0x3030), (0x303D, 0x303D), (0x30A0, 0x30A0),
          (0x30FB, 0x30FB), (0xFE30, 0xFE6F), (0xFF01, 0xFF0F), (0xFF1A, 0xFF20), (0xFF3B, 0xFF40), (0xFF5B, 0xFF65))
_CJK = ((0x1100, 0x11FF), (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x302F), (0x3031, 0x303C), (0x3041, 0x31FF), (0x3400, 0x4DBF),
        (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xFF66, 0xFFDC), (0x20000, 0x3FFFF))


class _Kind(Enum):
    CJK = 0
    MARK = 1
    QUOTE = 2
    OTHER = 3


def _kind(character: str) -> _Kind:
    code = ord(character)
    if character in _QUOTES:
        return _Kind.QUOTE
    if any(a <= code <= b for a, b in _MARKS):
        return _Kind.MARK
    return _Kind.CJK if any(a <= code <= b for a, b in _CJK) else _Kind.OTHER


def _wants_space(before: _Kind, after: _Kind, blank: bool) -> bool:
    if (before, after) in ((_Kind.MARK, _Kind.MARK), (_Kind.MARK, _Kind.CJK), (_Kind.CJK, _Kind.MARK)):
        return False
    if before in (_Kind.MARK, _Kind.QUOTE) or after in (_Kind.MARK, _Kind.QUOTE):
        return blank
    return blank or _Kind.CJK in (before, after)


def space_cjk(text: str) -> str:
    """Single spaces between Chinese, Japanese and Korean characters; full-width marks stay where they are.

    The rules of the application (`shot/spacing.rs` of its protocol), for text of one line whose characters are one code each.
    """
    out, before, blank = "", None, False
    for character in text.strip():
        if character.isspace():
            blank = True
            continue
        kind = _kind(character)
        if before is not None and _wants_space(before, kind, blank):
            out += " "
        out, before, blank = out + character, kind, False
    return out


def sound_blocks(script, rng: np.random.Generator | None = None) -> list[str]:
    """The blocks that say what a `Script` sounds like; with `rng` some are worded in other ways or left out."""

    def pick(words: tuple[str, ...]) -> str:
        return words[int(rng.integers(len(words)))] if rng is not None and rng.random() < 0.5 else words[0]

    blocks = []
    if script.said:
        name = pick(VOICES[script.said[0].voice].names)
        rows = [f'<{name}, {said.line.language}>: "{space_cjk(said.line.text)}"' for said in script.said]
        blocks.append("Dialogue:\n" + "\n".join(rows))
    if script.background or rng is None or rng.random() < 0.7:
        blocks.append(f"Background Sound:\n<{pick(SOUNDS[script.background] if script.background else NONE)}>")
    return blocks


def composed(description: str, blocks: list[str]) -> str:
    """A whole prompt, as the application writes it: a description of one line, spaced, then blocks that are."""
    return "\n\n".join([space_cjk(description), *blocks])
