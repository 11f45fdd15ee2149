"""Lines that a character says: a small seeded grammar for each of the seven languages.

A language is a file of `lines/`. `[name]` opens a list of phrases, separated by semicolons; `[lines]` opens the list of
sentences, one a row, in which `{name}` stands for a phrase of that list (`{Name}` for one with a capital). Where what is
written and what is pronounced differ, as in Japanese, the reading stands in parentheses behind the characters: 猫(ねこ).
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

#: Languages as a prompt names them, and as the files are called.
LANGUAGES = ("Mandarin", "Cantonese", "English", "Japanese", "Korean", "German", "French")

FOLDER = Path(__file__).parent / "lines"
_SLOT = re.compile(r"\{(\w+)\}")
_READING = re.compile(r"([\u3400-\u9fff\u3005]+|[はへ])\(([\u3041-\u30ff]+)\)")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


@dataclass(frozen=True)
class Line:
    """A sentence as users write it, and as the synthesiser must read it."""

    language: str
    text: str
    reading: str


@dataclass(frozen=True)
class Grammar:
    """The phrases and sentences of a language."""

    language: str
    phrases: dict[str, tuple[str, ...]]
    sentences: tuple[str, ...]

    def draw(self, rng: np.random.Generator) -> Line:
        """A sentence with its blanks filled; the same phrase does not fill two blanks."""
        used: set[str] = set()

        def fill(match: re.Match[str]) -> str:
            name = match[1]
            free = [phrase for phrase in self.phrases[name.lower()] if phrase not in used]
            phrase = free[int(rng.integers(len(free)))]
            used.add(phrase)
            return phrase[0].upper() + phrase[1:] if name[0].isupper() else phrase

        marked = _SLOT.sub(fill, self.sentences[int(rng.integers(len(self.sentences)))])
        return Line(self.language, _READING.sub(r"\1", marked), _READING.sub(r"\2", marked))

    def count(self) -> int:
        """How many different lines there are."""
        return sum(int(np.prod([len(self.phrases[name.lower()]) for name in _SLOT.findall(s)] or [1])) for s in self.sentences)

    def words(self) -> set[str]:
        """The words of the language, or its phrases where words are not written apart."""
        spaced = self.language not in ("Mandarin", "Cantonese", "Japanese")
        texts = [*sum(self.phrases.values(), ()), *(_SLOT.sub(" ", s) for s in self.sentences)]
        plain = [_READING.sub(r"\1", text) for text in texts]
        return {w.lower() for text in plain for w in _WORD.findall(text)} if spaced else set(plain)


@functools.lru_cache(maxsize=None)
def grammar(language: str) -> Grammar:
    """The grammar of one of `LANGUAGES`.

    Raises `ValueError` naming the file where a blank has no list.
    """
    path = FOLDER / f"{language.lower()}.txt"
    phrases: dict[str, list[str]] = {}
    name = ""
    for row in path.read_text(encoding="utf-8").splitlines():
        if row.startswith("["):
            name = row.strip("[] ")
            phrases[name] = []
        elif row.strip():
            phrases[name] += [row] if name == "lines" else [part.strip() for part in row.split(";")]
    sentences = tuple(phrases.pop("lines"))
    for slot in {slot.lower() for sentence in sentences for slot in _SLOT.findall(sentence)}:
        if not phrases.get(slot):
            raise ValueError(f"{path}: a sentence asks for [{slot}], which is not there")
    return Grammar(language, {k: tuple(v) for k, v in phrases.items()}, sentences)


#: One line in so many is never trained on; which ones depends on the text alone.
HELD_OUT_EVERY = 20


def is_held_out(line: Line) -> bool:
    """Whether a line belongs to those that no training hears, in any voice."""
    digest = 2166136261
    for byte in f"{line.language}|{line.text}".encode():
        digest = (digest ^ byte) * 16777619 & 0xFFFFFFFF
    return digest % HELD_OUT_EVERY == 0


def draw_line(rng: np.random.Generator, language: str, held_out: bool = False) -> Line:
    """A line to train on or, with `held_out`, one that training never hears."""
    known = grammar(language)
    while True:
        line = known.draw(rng)
        if is_held_out(line) == held_out:
            return line
