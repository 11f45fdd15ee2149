"""Scores clips by their sound, their mouths and what needs no judge of pictures.

    python -m train.scores.score MANIFEST.json --judges JUDGES --out SCORES.json

MANIFEST is a list of clips as `train.scores.prompts` writes them, each with what there is of it, paths beside the manifest:

    clip        film (mp4 ...) or frames (.npy, uint8 [f, h, w, 3])
    sound       wav or .npy (float, 16 kHz) where the sound is not in `clip`
    voice_only  the same without background, where it is known (drawn clips, a given voice)
    mouth       .npy, opening per frame; else mouth_box [y0, y1, x0, x1] of the clip's own mouth
    face_box    [y0, y1, x0, x1] for identity; else the middle of the picture
    reference   the first picture that was given (png, jpg), for image-to-video
    photograph  true where the reference is none of the model's own world
    again       the clip of a second run with the same seed; other: of another seed

Prints a table; a figure that nothing was given for is left out. `--true N` scores N drawn sounds with their own mouths
instead: what the measures give where nothing is wrong.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from PIL import Image

from ..voices.clip import draw_script, perform
from ..voices.grammar import LANGUAGES, Line
from ..voices.espeak import VOICES
from . import language as languages
from .lipsync import lip_sync, loudness_track, mouth_track
from .media import read_frames, read_sound
from .pictures import first_frame_psnr, identity_distance, motion, moves, seed_difference
from .wording import line_lengths, wording

FRAMES = 101


class Clip:
    """A clip of the manifest, its files read when they are asked for."""

    def __init__(self, entry: dict, folder: Path) -> None:
        self.entry, self.folder = entry, folder
        self.lines = [Line(**line) for line in entry.get("lines", [])]
        self._frames: np.ndarray | None = None
        self._sound: np.ndarray | None = None

    def path(self, key: str) -> Path | None:
        return self.folder / self.entry[key] if self.entry.get(key) else None

    @property
    def frames(self) -> np.ndarray | None:
        path = self.path("clip")
        if self._frames is None and path:
            self._frames = read_frames(path)
        return self._frames

    @property
    def sound(self) -> np.ndarray | None:
        path = self.path("sound") or self.path("clip")
        if self._sound is None and path and not (path.suffix == ".npy" and path == self.path("clip")):
            self._sound = read_sound(path)
        return self._sound

    def mouth(self) -> np.ndarray | None:
        if path := self.path("mouth"):
            return np.load(path).astype(np.float32)
        box, frames = self.entry.get("mouth_box"), self.frames
        return mouth_track(frames, tuple(box)) if box and frames is not None else None

    def voice_loudness(self, frames: int) -> np.ndarray | None:
        path = self.path("voice_only")
        sound = read_sound(path) if path else self.sound
        return loudness_track(sound, frames) if sound is not None else None


def sound_scores(clips: list[Clip], judge: languages.LanguageJudge | None) -> dict:
    """Language, lengths and wording of the clips in which somebody speaks."""
    spoken = [c for c in clips if c.lines and c.sound is not None]
    scores: dict = {}
    if not spoken:
        return scores
    sounds, lines, voices = [c.sound for c in spoken], [c.lines for c in spoken], [c.entry["voice"] for c in spoken]
    if judge is not None:
        told = languages.told(judge, sounds)
        right = np.array([a == rows[0].language for a, rows in zip(told, lines)])
        scores["language right"] = float(right.mean())
        scores["language right, each"] = {
            name: float(right[[rows[0].language == name for rows in lines]].mean())
            for name in LANGUAGES if any(rows[0].language == name for rows in lines)
        }
    # Bells, birds and the like are taken for a voice, so lengths are those of clips that nobody asked a background for.
    quiet = [i for i, c in enumerate(spoken) if not c.entry.get("background")]
    if len(quiet) > 2:
        scores["line length"] = asdict(line_lengths([sounds[i] for i in quiet], [lines[i] for i in quiet], [voices[i] for i in quiet]))
    single = [i for i, rows in enumerate(lines) if len(rows) == 1]
    if single:
        scores["wording"] = asdict(wording([sounds[i] for i in single], [lines[i][0] for i in single], [voices[i] for i in single]))
    return scores


def mouth_scores(clips: list[Clip], among: int) -> dict:
    """Lip-sync of all clips, and of each language that has enough of them."""
    rows = []
    for clip in clips:
        mouth = clip.mouth() if clip.lines else None
        loud = clip.voice_loudness(len(mouth)) if mouth is not None else None
        if mouth is not None and loud is not None:
            rows.append((clip.lines[0].language, mouth, loud))
    if len(rows) < 2:
        return {}
    scores = {"lip-sync": asdict(lip_sync([m for _, m, _ in rows], [s for _, _, s in rows], among))}
    each = {}
    for name in LANGUAGES:
        mine = [r for r in rows if r[0] == name]
        if len(mine) >= 4:
            each[name] = asdict(lip_sync([m for _, m, _ in mine], [s for _, _, s in mine], among))
    return {**scores, "lip-sync, each": each} if each else scores


def picture_scores(clips: list[Clip]) -> dict:
    """First frame, identity, motion and seeds."""
    own, photographs, identity, moving, same, other = [], [], [], [], [], []
    for clip in clips:
        frames = clip.frames
        if frames is None:
            continue
        moving.append((motion(frames), moves(frames)))
        if reference := clip.path("reference"):
            with Image.open(reference) as picture:
                wanted = np.asarray(picture.convert("RGB").resize(frames.shape[2:0:-1], Image.Resampling.LANCZOS))
            (photographs if clip.entry.get("photograph") else own).append(first_frame_psnr(frames, wanted))
            box = clip.entry.get("face_box")
            identity.append(identity_distance(frames, tuple(box) if box else None))
        if path := clip.path("again"):
            same.append(seed_difference(frames, read_frames(path)))
        if path := clip.path("other"):
            other.append(seed_difference(frames, read_frames(path)))
    scores: dict = {}
    for name, values in (("first frame, own world, dB", own), ("first frame, photographs, dB", photographs)):
        if values:
            scores[name] = {"mean": float(np.mean(values)), "worst": float(min(values))}
    if identity:
        scores["identity distance"] = {"mean": float(np.mean(identity)), "worst": float(max(identity))}
    if moving:
        scores["moves"] = {"share": float(np.mean([m for _, m in moving])), "levels": float(np.mean([v for v, _ in moving]))}
    if same:
        scores["same seed, largest difference"] = float(max(same))
    if other:
        scores["other seed, least difference"] = float(min(other))
    return scores


def true_scores(count: int, judge: languages.LanguageJudge | None, among: int) -> dict:
    """The figures of drawn sounds with held-out lines and their own mouths: the ceiling."""
    clips, mouths, louds = [], [], []
    for number in range(count):
        language, voice = LANGUAGES[number % len(LANGUAGES)], list(VOICES)[number // len(LANGUAGES) % len(VOICES)]
        script = draw_script(np.random.default_rng([number, 4000]), FRAMES, voice=voice, language=language, held_out=True, silent=0.0)
        drawn = perform(script, FRAMES)
        clip = Clip({"voice": script.said[0].voice, "background": script.background, "lines": [asdict(s.line) for s in script.said]}, Path())
        clip._sound = drawn.mono
        clips.append(clip)
        mouths.append(drawn.mouth.opening)
        louds.append(loudness_track(drawn.mono, FRAMES))  # what a listener has: the voice over its background
    return {**sound_scores(clips, judge), "lip-sync": asdict(lip_sync(mouths, louds, among))}


def table(scores: dict, prefix: str = "") -> list[str]:
    """Rows of a table in Markdown."""
    rows = []
    for name, value in scores.items():
        if isinstance(value, dict):
            rows += table(value, f"{prefix}{name}: ")
        else:
            rows.append(f"| {prefix}{name} | {value:.3f} |" if isinstance(value, float) else f"| {prefix}{name} | {value} |")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest", type=Path, nargs="?")
    parser.add_argument("--true", type=int, default=0, metavar="N")
    parser.add_argument("--judges", type=Path)
    parser.add_argument("--among", type=int, default=32)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    judge = languages.load(args.judges) if args.judges and (args.judges / languages.FILE).exists() else None
    if args.true:
        scores = true_scores(args.true, judge, args.among)
    elif args.manifest:
        entries = json.loads(args.manifest.read_text(encoding="utf-8"))
        clips = [Clip(entry, args.manifest.parent) for entry in entries]
        scores = {**sound_scores(clips, judge), **mouth_scores(clips, args.among), **picture_scores(clips)}
    else:
        parser.error("a manifest or --true N is needed")
    if args.out:
        args.out.write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")
    print("| measure | figure |\n| --- | --- |\n" + "\n".join(table(scores)))


if __name__ == "__main__":
    main()
