"""Lines, voices, mouths and sounds: `python -m unittest train.voices.test_voices` in `models/pony`."""

from __future__ import annotations

import re
import unittest

import numpy as np

from .clip import LATEST_SECS, LONGEST_SECS, SHORTEST_SECS, draw_script, perform
from .espeak import RATE, SAMPLES_PER_FRAME, VOICES, Phone, speak
from .grammar import LANGUAGES, draw_line, grammar, is_held_out
from .phones import PHONES, frame_phones, phone_class
from .prompts import sound_blocks, space_cjk
from .sounds import SOUNDS, background
from .visemes import VISEMES, mouth_of, shapes

FRAMES = 101


def scripts(count: int, **kwargs) -> list:
    return [draw_script(np.random.default_rng([n, 77]), FRAMES, silent=0, **kwargs) for n in range(count)]


class Phonemes(unittest.TestCase):
    def test_frames_are_named_where_somebody_speaks(self) -> None:
        spoken = speak("guten morgen", "German", "woman")
        named = frame_phones([(1.0, spoken)], FRAMES)
        first, last = 25, 25 + int(spoken.secs * 25)
        self.assertFalse(named[:first].any() or named[last + 1 :].any())
        self.assertGreater((named[first:last] > 0).mean(), 0.8)
        self.assertGreater(len(set(named[first:last].tolist())), 5)
        self.assertTrue((named < PHONES).all())

    def test_classes_are_the_same_everywhere(self) -> None:
        self.assertEqual((phone_class(""), phone_class("m")), (0, 446))


class Grammars(unittest.TestCase):
    def test_every_language_has_an_open_vocabulary(self) -> None:
        for language in LANGUAGES:
            known = grammar(language)
            self.assertGreater(known.count(), 20_000, language)
            self.assertGreater(len(known.words()), 300, language)

    def test_lines_are_whole_and_the_same_seed_says_the_same(self) -> None:
        for language in LANGUAGES:
            lines = [draw_line(np.random.default_rng(n), language) for n in range(300)]
            self.assertEqual(lines, [draw_line(np.random.default_rng(n), language) for n in range(300)])
            for line in lines:
                self.assertFalse(re.search(r"[{}\[\]();]", line.text + line.reading), line)
                self.assertFalse(is_held_out(line))
            self.assertGreater(len({line.text for line in lines}), 250, language)

    def test_japanese_readings_are_kana(self) -> None:
        known = grammar("Japanese")
        for row in [*sum(known.phrases.values(), ()), *known.sentences]:
            reading = re.sub(r"(?:[\u3400-\u9fff\u3005]+|[はへ])\(([\u3041-\u30ff]+)\)", r"\1", row)
            self.assertFalse(re.search(r"[\u3400-\u9fff\u3005()]", reading), row)

    def test_held_out_lines_are_apart(self) -> None:
        rng = np.random.default_rng(0)
        for language in LANGUAGES:
            self.assertTrue(all(is_held_out(draw_line(rng, language, held_out=True)) for _ in range(20)))


class Speech(unittest.TestCase):
    def test_every_voice_speaks_every_language(self) -> None:
        rng = np.random.default_rng(4)
        for language in LANGUAGES:
            reading = draw_line(rng, language).reading
            sounds = [speak(reading, language, voice) for voice in VOICES]
            for spoken in sounds:
                self.assertTrue(0.3 < spoken.secs < 6, (language, reading, spoken.secs))
                self.assertTrue(0.03 < spoken.sound.std() < 0.3)
                self.assertGreater(sum(bool(p.name) for p in spoken.phones), 4, (language, reading))
            lengths = {len(spoken.sound) for spoken in sounds}
            self.assertEqual(len(lengths), len(VOICES), f"voices of {language} are alike")

    def test_mandarin_is_read_as_mandarin(self) -> None:
        """The voice `cmn` would spell the syllables in English."""
        names = "".join(p.name for p in speak("谢谢你", "Mandarin", "woman").phones)
        self.assertIn("ɕ", names)

    def test_phonemes_cover_the_line(self) -> None:
        spoken = speak("Good morning, captain!", "English", "man")
        for before, after in zip(spoken.phones, spoken.phones[1:]):
            self.assertAlmostEqual(before.end_secs, after.start_secs)
        self.assertLess(spoken.secs - sum(p.end_secs - p.start_secs for p in spoken.phones), 0.1)

    def test_no_phoneme_is_unknown(self) -> None:
        hidden = set("kɡgŋhxχʁʔcqɦɣɰɟɴʲ?")
        for language in LANGUAGES:
            rng = np.random.default_rng(9)
            for _ in range(40):
                for phone in speak(draw_line(rng, language).reading, language, "woman").phones:
                    if phone.name and shapes(phone)[0][0] is None:
                        self.assertIn(phone.name[0], hidden, (language, phone.name))


class Mouths(unittest.TestCase):
    def test_lips_close_and_open(self) -> None:
        spoken = speak("Papa, mama, papa, mama!", "English", "old man")
        mouth = mouth_of([(0.5, spoken)], FRAMES)
        names = [VISEMES[v] for v in mouth.viseme]
        self.assertGreaterEqual(sum(a != "mbp" and b == "mbp" for a, b in zip(names, names[1:])), 5)
        self.assertIn("ai", names)
        self.assertLess(mouth.opening[mouth.viseme == VISEMES.index("mbp")].mean(), 0.25)
        self.assertGreater(mouth.opening[mouth.viseme == VISEMES.index("ai")].mean(), 0.5)

    def test_vowels_have_their_shapes(self) -> None:
        for text, want in (("oo oo oo", "u"), ("ah ah ah", "ai"), ("oh oh oh", "o"), ("see see see", "ss")):
            mouth = mouth_of([(0.2, speak(text, "English", "man"))], FRAMES)
            self.assertIn(want, [VISEMES[v] for v in mouth.viseme], text)

    def test_mouth_rests_before_and_after(self) -> None:
        spoken = speak("Hello!", "English", "girl")
        mouth = mouth_of([(1.0, spoken)], FRAMES)
        last = int((1.0 + spoken.secs) * 25) + 4
        self.assertEqual(float(mouth.opening[:24].max()), 0.0)
        self.assertLess(float(mouth.opening[last:].max()), 0.02)
        self.assertEqual(set(mouth.viseme[last:]), {0})

    def test_a_diphthong_is_two_shapes(self) -> None:
        self.assertEqual([s[0] for s in shapes(Phone("aʊ", 0, 1))], ["ai", "u"])

    def test_opening_follows_its_own_sound_and_no_other(self) -> None:
        clips = [perform(s, FRAMES) for s in scripts(60)]
        own = [np.corrcoef(c.mouth.opening, c.mouth.loudness)[0, 1] for c in clips]
        other = [np.corrcoef(c.mouth.opening, d.mouth.loudness)[0, 1] for c, d in zip(clips, clips[7:] + clips[:7])]
        self.assertGreater(float(np.mean(own)), 0.9)
        self.assertLess(float(np.mean(other)), 0.3)
        shifts = range(-5, 6)
        mean = [np.mean([np.corrcoef(np.roll(c.mouth.opening, s), c.mouth.loudness)[0, 1] for c in clips]) for s in shifts]
        self.assertEqual(shifts[int(np.argmax(mean))], 0)


class Clips(unittest.TestCase):
    def test_lines_fit_their_clip(self) -> None:
        starts = []
        for script in scripts(80):
            self.assertTrue(script.said)
            for said in script.said:
                self.assertTrue(SHORTEST_SECS <= said.end_secs - said.start_secs <= LONGEST_SECS)
                self.assertLess(said.end_secs, FRAMES * SAMPLES_PER_FRAME / RATE)
            starts.append(script.said[0].start_secs)
        self.assertTrue(0.2 < np.mean(np.array(starts) < LATEST_SECS) < 0.95)
        self.assertGreater(np.std(starts), 0.2)

    def test_a_script_always_sounds_the_same(self) -> None:
        script = scripts(1)[0]
        np.testing.assert_array_equal(perform(script, FRAMES).stereo, perform(script, FRAMES).stereo)

    def test_a_voice_stays_above_its_background(self) -> None:
        for n, kind in enumerate(SOUNDS):
            under = background(kind, FRAMES * SAMPLES_PER_FRAME, np.random.default_rng(n))
            self.assertTrue(np.isfinite(under).all() and 0.001 < under.std() < 0.035, (kind, under.std()))
            self.assertLess(np.abs(under).max(), 0.6, kind)
            self.assertLess(np.corrcoef(under)[0, 1], 0.99, f"{kind} is mono")

    def test_backgrounds_differ(self) -> None:
        """The nearest mean spectrum tells most kinds: none is another one under a second name."""
        def spectrum(kind: str, seed: int) -> np.ndarray:
            sound = background(kind, 40_000, np.random.default_rng([seed, 5])).mean(0)
            power = np.abs(np.fft.rfft(sound[:40_000].reshape(40, 1000), axis=1)) ** 2
            return np.log(np.stack([power.mean(0), power.std(0)])[:, 1:401].reshape(2, 40, 10).mean(2) + 1e-9).ravel()

        means = {kind: np.mean([spectrum(kind, s) for s in range(5)], 0) for kind in SOUNDS}
        right = [min(means, key=lambda k: np.abs(means[k] - spectrum(kind, 50)).mean()) == kind for kind in SOUNDS]
        self.assertGreaterEqual(np.mean(right), 0.85)

    def test_prompts_are_the_application_s(self) -> None:
        for text, want in (("你好，my friend！再见", "你 好，my friend！再 见"), ("안녕하세요!", "안 녕 하 세 요 !"), ("こんにちは。元気？", "こ ん に ち は。元 気？"),
                           ("我爱AI技术", "我 爱 AI 技 术"), ("  two   blanks ", "two blanks"), ("「さようなら」と", "「さ よ う な ら」と"), ("(北京)", "(北 京)")):
            self.assertEqual(space_cjk(text), want)
        blocks = sound_blocks(scripts(1, voice="woman", language="English")[0])
        self.assertRegex(blocks[0], r'^Dialogue:\n<Young woman, English>: ".+"')
        self.assertRegex(blocks[1], r"^Background Sound:\n<.+>$")


if __name__ == "__main__":
    unittest.main()
