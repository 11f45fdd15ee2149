"""Judges a model folder by the clips that the application makes with it.

    python -m train.scores.run GALLOP MODEL OUT [--each 4] [--judges JUDGES]

GALLOP is the program, OUT gets the requests, the clips and SCORES.md; clips that are there are not made again, so a broken
run goes on. JUDGES holds the judges, which are trained where they are missing (half an hour of a core). The requests are
those of `sets.py`: the same for every model and every run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from ..stages.sizes import full
from ..voices.espeak import VOICES
from ..voices.sounds import SOUNDS
from . import finder as mouths
from . import judge as picture_judge
from . import language as languages
from . import sets
from .drawings import ANSWERS
from .lipsync import correlation, loudness_track
from .media import read_sound
from .mouth import openings
from .score import Clip, mouth_scores, picture_scores, sound_scores

CODES = {"Mandarin": "zh", "Cantonese": "yue", "English": "en", "Japanese": "ja", "Korean": "ko", "German": "de", "French": "fr"}
PICTURE_JUDGE = "pictures.pt"
DRAWINGS, JUDGE_MINUTES = 8000, 20
#: Figures and what they should reach: name, path in the scores, goal as text, and whether a figure meets it.
GOALS = [
    *((f"{q} as asked", ("words", "shown", q), "≥ 0.95", lambda v: v >= 0.95) for q in ("kind", "colour", "place", "time")),
    ("weather as asked", ("words", "shown", "weather"), "", None),
    ("language told by the sound", ("words", "language right"), "≥ 0.9", lambda v: v >= 0.9),
    ("line length by its reading (rank)", ("words", "line length", "by_reading"), "≥ 0.9", lambda v: v >= 0.9),
    ("wording: closeness to the reading", ("words", "wording", "closeness"), "drawn 0.67", None),
    ("wording: right line of 16 nearest", ("words", "wording", "found"), "drawn 0.98", None),
]
for _title, _set in (("from a prompt", "words"), ("from a picture", "pictures"), ("with a given voice", "voices")):
    GOALS += [
        (f"lip-sync {_title}: own sound", (_set, "lip-sync", "matched"), "≥ 0.8", lambda v: v >= 0.8),
        (f"lip-sync {_title}: other sounds", (_set, "lip-sync", "mismatched"), "≤ 0.3", lambda v: v <= 0.3),
        (f"lip-sync {_title}: offset, frames", (_set, "lip-sync", "offset_frames"), "0 ± 1", lambda v: abs(v) <= 1),
        (f"lip-sync {_title}: own sound found", (_set, "lip-sync", "found"), "≥ 0.5", lambda v: v >= 0.5),
    ]
GOALS += [
    ("given voice kept (loudness, r)", ("voices", "voice kept"), "≥ 0.99", lambda v: v >= 0.99),
    ("first frame, own world, dB", ("pictures", "first frame, own world, dB", "mean"), "≥ 28", lambda v: v >= 28),
    ("first frame, any picture, dB", ("pictures", "first frame, photographs, dB", "mean"), "≥ 24", lambda v: v >= 24),
    ("identity, distance of face colours", ("pictures", "identity distance", "mean"), "", None),
    ("clips that move", ("words", "moves", "share"), "1", lambda v: v == 1),
    ("same seed, largest difference", ("words", "same seed, largest difference"), "0", lambda v: v == 0),
    ("other seed, least difference", ("words", "other seed, least difference"), "≥ 1", lambda v: v >= 1),
]


def command(gallop: Path, model: Path, folder: Path, request: dict) -> list[str]:
    """The program's arguments for a request."""
    words = [str(gallop), "generate", "--model", str(model), "--prompt", request["description"], "--seed", str(request["seed"]),
             "--aspect", request["aspect"], "-o", str(folder / f"{request['name']}.mp4")]
    for line in request["lines"]:
        words += ["--say", line["text"]]
    if request["lines"]:
        words += ["--language", CODES[request["lines"][0]["language"]], "--speaker", VOICES[request["voice"]].names[0]]
    if request["background"]:
        words += ["--sound", SOUNDS[request["background"]][0]]
    for flag, key in (("--image", "reference"), ("--audio", "given_sound")):
        if key in request:
            words += [flag, str(folder / request[key])]
    return words


def make(gallop: Path, model: Path, folder: Path, requests: list[dict]) -> float:
    """Makes the clips that are not there yet; returns the mean seconds of one, loading included, nan where all were there."""
    spent = []
    for number, request in enumerate(requests, 1):
        path = folder / f"{request['name']}.mp4"
        if not path.exists():
            began = time.monotonic()
            done = subprocess.run(command(gallop, model, folder, request), capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(f"{path.name} could not be made: {done.stderr.strip()[-600:]}")
            spent.append(time.monotonic() - began)
            print(f"{number} of {len(requests)}: {path.name}", flush=True)
        request["clip"] = path.name
    return float(np.mean(spent)) if spent else float("nan")


def train_judges(folder: Path) -> None:
    """Trains the judges that are missing."""
    folder.mkdir(parents=True, exist_ok=True)
    run = lambda *words: subprocess.run([sys.executable, "-m", f"train.scores.{words[0]}", *map(str, words[1:])], check=True)  # noqa: E731
    if not (folder / languages.FILE).exists():
        run("language", "--out", folder)
    if not (folder / mouths.FILE).exists():
        run("finder", "train", folder / mouths.FILE)
    if not (folder / PICTURE_JUDGE).exists():
        run("drawings", folder / "drawings", "--scenes", DRAWINGS)
        run("judge", "train", folder / "drawings", folder / PICTURE_JUDGE, "--minutes", JUDGE_MINUTES)


def read_mouth(finder: mouths.Finder, clip: Clip) -> None:
    """Brings the box of the face to the size of a clip, and keeps how far its mouth opens where somebody speaks."""
    frames, request = clip.frames, clip.entry
    assert frames is not None
    sizes, (height, width) = full().pictures[request["aspect"]], frames.shape[1:3]
    if "face_box" in request:
        request["face_box"] = [int(v) for v in np.round(request["face_box"] * np.array([height / sizes[0]] * 2 + [width / sizes[1]] * 2))]
    if clip.lines:
        request["mouth"] = f"{request['name']}-opening.npy"
        np.save(clip.folder / request["mouth"], openings(frames, mouths.find(finder, frames)))


def shown(judge: picture_judge.Judge, clips: list[Clip]) -> dict[str, float]:
    """Shares of the clips that show what was asked, by question. A figure without a colour has its usual one."""
    right = {question: [] for question in ANSWERS}
    for clip in clips:
        if asked := clip.entry.get("shows"):
            seen = picture_judge.seen(judge, clip.frames[::5])  # type: ignore[index]
            for question, answer in asked.items():
                right[question].append(seen[question] == answer)
    return {question: float(np.mean(values)) for question, values in right.items() if values}


def voice_kept(clips: list[Clip]) -> float:
    """How the loudness of clips follows the given sound: mean correlation."""
    pairs = [(loudness_track(c.sound, sets.FRAMES), loudness_track(read_sound(c.path("given_sound")), sets.FRAMES)) for c in clips]  # type: ignore[arg-type]
    return float(np.mean([correlation(a, b) for a, b in pairs]))


def scores_of(folder: Path, requests: list[dict], judges: Path) -> dict:
    """All figures by set."""
    tongue, eye, finder = languages.load(judges), picture_judge.load(judges / PICTURE_JUDGE), mouths.load(judges / mouths.FILE)
    scores: dict = {}
    for name in ("words", "pictures", "voices"):
        clips = [Clip(request, folder) for request in requests if request["set"] == name]
        for clip in clips:
            read_mouth(finder, clip)
        found = {**mouth_scores(clips, 32), **picture_scores(clips)}
        if name == "words":
            found |= {**sound_scores(clips, tongue), "shown": shown(eye, clips)}
        if name == "voices":
            found["voice kept"] = voice_kept(clips)
        scores[name] = {"clips": len(clips), **found}
    return scores


def table(scores: dict) -> str:
    """The figures with a goal, in Markdown."""
    rows = ["| measure | figure | goal | |", "| --- | --- | --- | --- |"]
    for title, path, goal, meets in GOALS:
        value: object = scores
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, (int, float)):
            mark = "" if meets is None else "met" if meets(value) else "**missed**"
            rows.append(f"| {title} | {value:.3g} | {goal} | {mark} |")
    return "\n".join(rows) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gallop", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--each", type=int, default=4, help="requests a language, in each set")
    parser.add_argument("--judges", type=Path, default=Path.home() / ".cache" / "gallop-pony-judges")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    train_judges(args.judges)
    plan = args.out / "requests.json"
    if plan.exists():
        requests = json.loads(plan.read_text(encoding="utf-8"))
    else:
        asked = sets.words(args.each)
        again = sets.seeds(asked)
        requests = asked + sets.pictures(args.each, args.out) + sets.voices(args.each, args.out) + again
        plan.write_text(json.dumps(requests, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    secs = make(args.gallop, args.model, args.out, requests)
    scores = scores_of(args.out, requests, args.judges)
    (args.out / "scores.json").write_text(json.dumps({**scores, "seconds a clip": secs}, indent=1) + "\n", encoding="utf-8")
    (args.out / "SCORES.md").write_text(table(scores), encoding="utf-8")
    print(table(scores), end="")


if __name__ == "__main__":
    main()
