"""The measures on true sounds, true mouths and spoiled ones: `python -m unittest train.scores.test_sound_scores`."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import unittest
import wave
from pathlib import Path

import numpy as np
from PIL import Image

from ..voices.clip import draw_script, perform
from ..voices.espeak import RATE, VOICES, speak
from ..voices.grammar import LANGUAGES, draw_line
from .hearing import spoken_secs
from .language import batch
from .lipsync import lip_sync, loudness_track, mouth_track, shifted
from .media import read_frames, read_sound
from .pictures import first_frame_psnr, identity_distance, moves, psnr, seed_difference
from .prompts import requests
from .score import Clip, mouth_scores, picture_scores, sound_scores
from .wording import line_lengths, warped_distance, wording

FRAMES = 101


def drawn(count: int, alone: float = 0.45) -> list:
    out = []
    for n in range(count):
        rng = np.random.default_rng([n, 123])
        script = draw_script(rng, FRAMES, list(VOICES)[n % 7], LANGUAGES[n // 7 % 7], held_out=True, silent=0, alone=alone)
        out.append(perform(script, FRAMES))
    return out


def face(opening: np.ndarray) -> np.ndarray:
    """Frames of a plain face whose mouth is an ellipse that opens."""
    y, x = np.mgrid[:64, :64]
    frames = np.full((len(opening), 64, 64, 3), (228, 180, 150), np.uint8)
    for frame, o in zip(frames, opening):
        frame[((x - 32) / 12) ** 2 + ((y - 44) / (0.5 + 9 * o)) ** 2 < 1] = (70, 20, 30)
    return frames


class LipSyncs(unittest.TestCase):
    def test_true_mouths_pass_and_spoiled_ones_fail(self) -> None:
        clips = drawn(48)
        mouths, louds = [c.mouth.opening for c in clips], [loudness_track(c.mono, FRAMES) for c in clips]
        true = lip_sync(mouths, louds)
        self.assertGreater(true.matched, 0.85)
        self.assertLess(true.mismatched, 0.3)
        self.assertEqual(true.offset_frames, 0)
        self.assertGreater(true.found, 0.75)
        strange = lip_sync(mouths[5:] + mouths[:5], louds)
        self.assertLess(strange.matched, 0.3)
        self.assertLess(strange.found, 0.2)

    def test_a_late_mouth_is_seen(self) -> None:
        clips = drawn(8)
        for late in (3, -2):
            mouths = [np.roll(c.mouth.opening, late) for c in clips]
            self.assertEqual(lip_sync(mouths, [c.mouth.loudness for c in clips]).offset_frames, late)
        a = np.arange(10.0) ** 2
        self.assertAlmostEqual(shifted(np.roll(a, 2), a, 2), 1.0)

    def test_openings_are_read_off_pictures(self) -> None:
        opening = drawn(1)[0].mouth.opening
        track = mouth_track(face(opening), (32, 58, 16, 48))
        self.assertGreater(np.corrcoef(track, opening)[0, 1], 0.97)


class Lines(unittest.TestCase):
    def test_spoken_time(self) -> None:
        for clip in drawn(20, alone=1.0):
            said = sum(s.end_secs - s.start_secs for s in clip.script.said)
            self.assertLess(abs(spoken_secs(clip.mono) - said), 0.45)
        self.assertEqual(spoken_secs(np.zeros(4 * RATE, np.float32)), 0.0)

    def test_length_follows_the_text_or_does_not(self) -> None:
        clips = drawn(49)
        lines, voices = [[s.line for s in c.script.said] for c in clips], [c.script.said[0].voice for c in clips]
        true = line_lengths([c.mono for c in clips], lines, voices)
        self.assertGreater(true.by_reading, 0.9)
        self.assertLess(abs(line_lengths([c.mono for c in clips], lines[9:] + lines[:9], voices).by_reading), 0.5)


class Words(unittest.TestCase):
    def test_warping_forgives_speed_but_not_order(self) -> None:
        rng = np.random.default_rng(0)
        a = rng.standard_normal((60, 13)).cumsum(0)
        slow = np.repeat(a, 2, axis=0)
        self.assertLess(warped_distance(a, slow), 1e-6)
        self.assertGreater(warped_distance(a, a[::-1]), 5 * warped_distance(a, a + 0.1 * rng.standard_normal(a.shape)))

    def test_warping_is_the_textbook_s(self) -> None:
        rng = np.random.default_rng(1)
        a, b = rng.standard_normal((7, 3)), rng.standard_normal((9, 3))
        cost = np.linalg.norm(a[:, None] - b, axis=2)
        best = np.full(cost.shape, np.inf)
        for i in range(7):
            for j in range(9):
                steps = [2 * cost[0, 0]] if i == j == 0 else []
                steps += [best[i - 1, j] + cost[i, j]] if i else []
                steps += [best[i, j - 1] + cost[i, j]] if j else []
                steps += [best[i - 1, j - 1] + 2 * cost[i, j]] if i and j else []
                best[i, j] = min(steps)
        self.assertAlmostEqual(warped_distance(a, b), best[-1, -1] / 16, places=9)

    def test_the_right_line_is_nearest_in_another_voice_too(self) -> None:
        rng = np.random.default_rng(3)
        lines = [draw_line(rng, language, held_out=True) for language in LANGUAGES for _ in range(2)]
        sounds = [speak(x.reading, x.language, "man").sound for x in lines]
        got = wording(sounds, lines, ["woman"] * len(lines), among=8)
        self.assertGreater(got.closeness, 0.25)
        self.assertGreaterEqual(got.found, 0.85)
        wrong = wording(sounds[2:] + sounds[:2], lines, ["woman"] * len(lines), among=8)
        self.assertLess(wrong.closeness, 0.12)


class Pictures(unittest.TestCase):
    def test_likeness_identity_and_motion(self) -> None:
        rng = np.random.default_rng(0)
        opening = drawn(1)[0].mouth.opening
        frames = face(opening)
        noisy = np.clip(frames.astype(float) + rng.normal(0, 5, frames.shape), 0, 255).astype(np.uint8)
        self.assertEqual(first_frame_psnr(frames, frames[0]), 100.0)
        self.assertAlmostEqual(psnr(noisy[0], frames[0]), 34.2, delta=0.5)
        self.assertRaises(ValueError, psnr, frames[0], frames[0, :32])
        other = frames.copy()
        other[-20:] = other[-20:, ..., ::-1]
        self.assertLess(identity_distance(noisy), 0.25)
        self.assertGreater(identity_distance(other), 0.7)
        still = np.repeat(noisy[:1], len(frames), axis=0)
        self.assertTrue(moves(frames))
        self.assertFalse(moves(still))
        self.assertFalse(moves(np.clip(still + rng.normal(0, 1, still.shape), 0, 255).astype(np.uint8)))
        self.assertEqual(seed_difference(frames, frames), 0.0)


class Command(unittest.TestCase):
    def test_a_manifest_of_true_clips(self) -> None:
        clips = drawn(6)
        with tempfile.TemporaryDirectory() as name:
            folder, entries = Path(name), []
            for i, clip in enumerate(clips):
                np.save(folder / f"{i}.npy", face(clip.mouth.opening))
                with wave.open(str(folder / f"{i}.wav"), "wb") as out:
                    out.setnchannels(2)
                    out.setsampwidth(2)
                    out.setframerate(RATE)
                    out.writeframes((clip.stereo.T * 32767).astype("<i2").tobytes())
                Image.fromarray(face(clip.mouth.opening)[0]).save(folder / f"{i}.png")
                entries.append({
                    "clip": f"{i}.npy", "sound": f"{i}.wav", "mouth_box": [32, 58, 16, 48], "reference": f"{i}.png", "again": f"{i}.npy",
                    "voice": clip.script.said[0].voice, "lines": [vars(s.line) for s in clip.script.said],
                })
            entries = json.loads(json.dumps(entries))
            read = [Clip(entry, folder) for entry in entries]
            scores = {**sound_scores(read, None), **mouth_scores(read, 32), **picture_scores(read)}
        self.assertGreater(scores["lip-sync"]["matched"], 0.8)
        self.assertEqual(scores["first frame, own world, dB"]["worst"], 100.0)
        self.assertEqual(scores["moves"]["share"], 1.0)
        self.assertEqual(scores["same seed, largest difference"], 0.0)

    @unittest.skipUnless(shutil.which("ffmpeg"), "ffmpeg is not there")
    def test_films_are_read(self) -> None:
        clip = drawn(1)[0]
        frames = face(clip.mouth.opening)
        with tempfile.TemporaryDirectory() as name:
            sound, film = Path(name) / "a.wav", Path(name) / "a.mp4"
            with wave.open(str(sound), "wb") as out:
                out.setnchannels(1)
                out.setsampwidth(2)
                out.setframerate(RATE)
                out.writeframes((clip.mono * 32767).astype("<i2").tobytes())
            raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "64x64", "-r", "25", "-i", "-"]
            subprocess.run(["ffmpeg", "-v", "error", *raw, "-i", str(sound), str(film)], input=frames.tobytes(), check=True)
            got, heard = read_frames(film), read_sound(film)
            self.assertEqual(got.shape, frames.shape)
            self.assertGreater(psnr(got[50], frames[50]), 28)
            self.assertGreater(np.corrcoef(loudness_track(heard, FRAMES), clip.mouth.loudness)[0, 1], 0.9)

    def test_requests_are_held_out_and_fixed(self) -> None:
        self.assertEqual(requests(2), requests(2))
        self.assertEqual({r["lines"][0]["language"] for r in requests(1)}, set(LANGUAGES))

    def test_examples_for_the_language_judge(self) -> None:
        mel, label = batch(np.random.default_rng(0), 8)
        self.assertTrue(mel.isfinite().all() and mel.shape == (8, 300, 40) and 0 <= label.min() and label.max() < 7)


if __name__ == "__main__":
    unittest.main()
