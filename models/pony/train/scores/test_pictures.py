"""The picture side of the scores: `python -m unittest train.scores.test_pictures` in `models/pony`."""

from __future__ import annotations

import unittest

import numpy as np
import torch

from ..theatre.film import film
from ..theatre.mouths import babble
from ..theatre.scene import Actor, Scene
from .drawings import ANSWERS, answers_of, draw, judged_scene
from .finder import drawn, find
from .finder import loss as finder_loss
from .lipsync import correlation
from .mouth import openings


class Mouths(unittest.TestCase):
    def test_the_opening_is_read_from_the_pixels(self) -> None:
        for kind, time in (("woman", "noon"), ("dog", "sunset")):
            scene = Scene("9:16", "close", (Actor(kind),), "sea", time, speaker=0)
            shown = film(scene, babble(np.random.default_rng(4), 75), 75)
            self.assertGreater(correlation(openings(shown.frames, shown.mouth_box), shown.opening), 0.95)

    def test_the_mouth_of_another_clip_does_not_fit(self) -> None:
        scene = Scene("9:16", "close", (Actor("woman"),), "sea", "noon", speaker=0)
        shown = film(scene, babble(np.random.default_rng(4), 75), 75)
        other = np.array([opening for _, opening in babble(np.random.default_rng(9), 75)])
        self.assertLess(correlation(openings(shown.frames, shown.mouth_box), other), 0.6)

    def test_a_picture_without_a_mouth_says_nothing(self) -> None:
        self.assertEqual(openings(np.full((3, 64, 64, 3), 128, np.uint8), np.array([10, 40, 10, 50])).max(), 0)


class Finding(unittest.TestCase):
    def test_what_is_found_is_where_the_answers_point(self) -> None:
        """A network that is asked nothing: its answers are put where a box is."""
        box = torch.tensor([[100.0, 130.0, 60.0, 110.0]])
        answers = torch.zeros(1, 5, 28, 16)
        answers[0, 0, 7, 5] = 20.0  # the middle (115, 85) lies in cell (7, 5), at (0.19, 0.31) of it
        answers[0, 1:, 7, 5] = torch.tensor([115 / 16 - 7.5, 85 / 16 - 5.5, np.log(30 / 16), np.log(50 / 16)])
        self.assertLess(float(finder_loss(answers, box)), 1e-4)
        self.assertGreater(float(finder_loss(answers.roll(1, 2), box)), 5)
        fixed = lambda pictures: answers.expand(len(pictures), -1, -1, -1)  # noqa: E731
        np.testing.assert_allclose(find(fixed, np.zeros((3, 448, 256, 3), np.uint8)), box.expand(3, 4).numpy(), atol=1e-3)  # type: ignore[arg-type]

    def test_boxes_are_those_of_the_drawings(self) -> None:
        for aspect, (pictures, boxes) in drawn(9, 3).items():
            size = torch.tensor(pictures.shape[2:]).repeat_interleave(2) * 2
            self.assertTrue(((boxes >= 0) & (boxes <= size)).all(), aspect)


class Drawings(unittest.TestCase):
    def test_answers_are_those_of_the_scene(self) -> None:
        for number in range(40):
            scene = judged_scene(number)
            said = [list(ANSWERS.values())[i][a] for i, a in enumerate(answers_of(scene))]
            self.assertEqual(said[0], scene.actors[0].kind)
            self.assertEqual(said[2], scene.place)

    def test_small_drawings_are_half_as_large(self) -> None:
        for aspect, drawings in draw(7, 4).items():
            self.assertEqual(drawings.frames.shape[1:], {"9:16": (224, 128, 3), "16:9": (128, 224, 3), "1:1": (128, 128, 3)}[aspect])
            self.assertEqual(len(drawings.frames), len(drawings.answers))


if __name__ == "__main__":
    unittest.main()
