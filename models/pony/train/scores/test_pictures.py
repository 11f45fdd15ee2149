"""The picture side of the scores: `python -m unittest train.scores.test_pictures` in `models/pony`."""

from __future__ import annotations

import unittest

import numpy as np

from ..theatre.film import film
from ..theatre.mouths import babble
from ..theatre.scene import Actor, Scene
from .drawings import ANSWERS, answers_of, draw, judged_scene
from .mouth import correlation, expected_boxes, openings


class Mouths(unittest.TestCase):
    def test_the_opening_is_read_from_the_pixels(self) -> None:
        for kind, time in (("woman", "noon"), ("dog", "sunset")):
            scene = Scene("9:16", "close", (Actor(kind),), "sea", time, speaker=0)
            shown = film(scene, babble(np.random.default_rng(4), 75), 75)
            self.assertGreater(correlation(openings(shown.frames, shown.mouth_box), shown.opening), 0.95)
            self.assertGreater(correlation(openings(shown.frames, expected_boxes(scene, 75)), shown.opening), 0.92)

    def test_the_mouth_of_another_clip_does_not_fit(self) -> None:
        scene = Scene("9:16", "close", (Actor("woman"),), "sea", "noon", speaker=0)
        shown = film(scene, babble(np.random.default_rng(4), 75), 75)
        other = np.array([opening for _, opening in babble(np.random.default_rng(9), 75)])
        self.assertLess(correlation(openings(shown.frames, shown.mouth_box), other), 0.6)

    def test_a_picture_without_a_mouth_says_nothing(self) -> None:
        self.assertEqual(openings(np.full((3, 64, 64, 3), 128, np.uint8), np.array([10, 40, 10, 50])).max(), 0)


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
