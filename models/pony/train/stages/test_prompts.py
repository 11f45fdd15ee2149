"""What helps to read prompts: `python -m unittest train.stages.test_prompts` in `models/pony`."""

from __future__ import annotations

import re
import unittest
from types import SimpleNamespace

import numpy as np
import torch

from ..theatre.grammar import draw_scene
from ..theatre.scene import Actor, Scene
from ..voices.prompts import sound_blocks
from .pacing import PERIODS, SECS, Pacer, times, unspoken
from .reading import FIELDS, Reader, named, prompted
from .sizes import trial


class Reading(unittest.TestCase):
    def test_every_scene_has_a_class_in_each_field(self) -> None:
        counts, seen = Reader(trial()).counts, set()
        for number in range(4000):
            classes = named(draw_scene(number))
            self.assertTrue(all(0 <= c < n for c, n in zip(classes, counts)))
            seen |= set(enumerate(classes))
        self.assertEqual(len(seen), sum(counts) - 1)  # a camera always has a value

    def test_what_is_named_is_what_the_scene_says(self) -> None:
        scene = Scene("9:16", "close", (Actor("cat", "red"), Actor("robot")), "city", camera="zoom in", speaker=1)
        said = {field: [None, *values][i] for (field, (_, values)), i in zip(FIELDS.items(), named(scene))}
        self.assertEqual({k: v for k, v in said.items() if v is not None},
                         {"place": "city", "shot": "close", "camera": "zoom in", "speaker": 1, "kind 0": "cat", "kind 1": "robot", "colour 0": "red"})

    def test_chinese_is_spaced_as_the_application_writes_it(self) -> None:
        prompts = [prompted(draw_scene(number), np.random.default_rng(number)) for number in range(60)]
        self.assertTrue(any(re.search("[一-鿿] [一-鿿]", prompt) for prompt in prompts))
        self.assertFalse([prompt for prompt in prompts if re.search("[一-鿿]{2}", prompt)])

    def test_padding_says_nothing(self) -> None:
        torch.manual_seed(0)
        reader, features = Reader(trial()), torch.randn(2, 9, 64)
        mask = torch.arange(9)[None] < torch.tensor([[9], [4]])
        short = reader(features[1:, :4], mask[1:, :4])
        for got, want in zip(reader(features, mask), short):
            torch.testing.assert_close(got[1:], want)


class Pacing(unittest.TestCase):
    def test_times_run_through_each_line_and_stand_nowhere_else(self) -> None:
        prompt = 'A cat.\n\nDialogue:\n<A girl, German>: "Ja, so!"\n<A girl, German>: "Nein."\n\nBackground Sound:\n<No background>'
        letters = SimpleNamespace(offsets=[(i, i + 1) for i in range(len(prompt))])
        got = times(prompt, letters, len(prompt) - 5)
        inside = {i for line in ("Ja, so!", "Nein.") for i in range(prompt.index(line), prompt.index(line) + len(line))}
        self.assertEqual(set(np.flatnonzero(~np.isnan(got[:, 0]))), inside)
        for line, count in (("Ja, so!", 4), ("Nein.", 4)):
            of_line = got[prompt.index(line) :][: len(line)]
            np.testing.assert_allclose(of_line.sum(1), count * SECS["German"], rtol=1e-5)
            self.assertTrue((np.diff(of_line[:, 0]) >= 0).all() and of_line[0, 0] < SECS["German"])

    def test_every_language_is_paced_as_its_prompts_write_it(self) -> None:
        told = set()
        for seed in range(200):
            script = unspoken(np.random.default_rng(seed))
            prompt = "\n\n".join(sound_blocks(script, np.random.default_rng(seed)))
            whole = times(prompt, SimpleNamespace(offsets=[(i, i + 1) for i in range(len(prompt))]), len(prompt))
            self.assertGreaterEqual((~np.isnan(whole[:, 0])).sum(), sum(len(s.line.text) for s in script.said))
            told.add(script.said[0].line.language)
        self.assertEqual(told, set(SECS))

    def test_what_tells_the_times_is_right_and_what_tells_nothing_is_half_wrong(self) -> None:
        pacer, wanted = Pacer(trial()), torch.rand(1, 600, 2) * 3
        torch.nn.init.zeros_(pacer.layer.weight), torch.nn.init.zeros_(pacer.layer.bias)
        self.assertAlmostEqual(pacer.loss(torch.zeros(1, 600, 64), wanted).item(), 0.5, delta=1e-5)
        wanted[:, 1:] = torch.nan
        turns = (wanted[0, 0, :, None] * (2 * torch.pi / torch.tensor(PERIODS))).flatten()
        pacer.layer.bias.data.copy_(torch.cat((turns.sin(), turns.cos())))
        self.assertLess(pacer.loss(torch.zeros(1, 600, 64), wanted).item(), 1e-9)


if __name__ == "__main__":
    unittest.main()
