"""Scenes, prompts and frames of the theatre: `python -m unittest train.theatre.test_theatre` in `models/pony`."""

from __future__ import annotations

import unittest

import numpy as np

from . import words
from .actors import COLOURS, KINDS, USUAL_COLOUR
from .clips import Clips, shoot
from .film import film
from .grammar import draw_scene, held_out
from .hats import HATS
from .motion import ACTIONS
from .mouths import VISEMES, babble
from .people import HAIR_COLOURS
from .pictures import PICTURES
from .places import INDOORS, PLACES
from .pony import MANES
from .prompt import describe
from .props import PROPS
from .scene import USUAL, Actor, Scene, from_record, to_record
from .shots import SIZES

SCENES = 600


class Words(unittest.TestCase):
    def test_everything_that_is_drawn_has_words_in_both_languages(self) -> None:
        for table, drawn in ((words.KIND_WORDS, KINDS), (words.COLOUR_WORDS, COLOURS), (words.HAT_WORDS, HATS), (words.PROP_WORDS, PROPS), (words.ACTION_WORDS, ACTIONS)):
            self.assertEqual(set(table), set(drawn))
        self.assertEqual(set(words.PLACE_WORDS) | {USUAL["place"]}, set(PLACES))
        self.assertEqual(set(words.VIEW_WORDS), set(words.PLACE_WORDS))
        self.assertLessEqual(set(words.HAIR_WORDS), set(HAIR_COLOURS))
        self.assertLessEqual(set(words.MANE_WORDS), set(MANES))
        self.assertEqual(set(USUAL_COLOUR), set(KINDS))
        self.assertEqual(set(words.VOICES), set(KINDS))

    def test_a_wording_means_one_thing(self) -> None:
        for table in (words.KIND_WORDS, words.COLOUR_WORDS, words.PLACE_WORDS, words.TIME_WORDS, words.WEATHER_WORDS, words.ACTION_WORDS, words.HAT_WORDS, words.PROP_WORDS):
            for language in (0, 1):
                said = [wording for wordings in table.values() for wording in wordings[language]]
                self.assertEqual(len(said), len(set(said)))

    def test_a_description_names_what_is_drawn(self) -> None:
        for number in range(SCENES):
            scene = draw_scene(number)
            for seed in range(2):
                text = describe(scene, np.random.default_rng([number, seed]))
                chinese = int(any("\u4e00" <= c <= "\u9fff" for c in text))
                pairs = [(words.TIME_WORDS, scene.time), (words.WEATHER_WORDS, scene.weather)] if not scene.picture else []
                for actor in scene.actors:
                    pairs += [(words.COLOUR_WORDS, actor.colour), (words.HAT_WORDS, actor.hat), (words.PROP_WORDS, actor.prop), (words.KIND_WORDS, actor.kind)]
                for table, value in pairs:
                    if value is not None:
                        self.assertTrue(any(w.split()[-1].lower() in text.lower() for w in table[value][chinese]), f"{value}: {text}")
                self.assertNotIn("  ", text)
                self.assertNotIn("a orange", text)
                self.assertNotIn("None", text)


class Grammar(unittest.TestCase):
    def test_training_never_sees_held_out_combinations(self) -> None:
        for number in range(SCENES):
            scene = draw_scene(number)
            self.assertFalse(any(held_out(a.kind, a.colour, scene.place, scene.time) for a in scene.actors))
            kept = draw_scene(number, held=True)
            self.assertTrue(held_out(kept.actors[0].kind, kept.actors[0].colour, kept.place, kept.time))

    def test_held_out_combinations_cover_all_words(self) -> None:
        kept = [(k, c, p, t) for k in KINDS for c in COLOURS for p in words.PLACE_WORDS for t in words.TIME_WORDS if held_out(k, c, p, t)]
        self.assertAlmostEqual(len(kept) / (len(KINDS) * len(COLOURS) * len(words.PLACE_WORDS) * len(words.TIME_WORDS)), 1 / 16, delta=0.01)
        for column, table in enumerate((KINDS, COLOURS, words.PLACE_WORDS, words.TIME_WORDS)):
            self.assertEqual({row[column] for row in kept}, set(table))

    def test_nobody_speaks_far_away_and_no_weather_comes_indoors(self) -> None:
        for number in range(SCENES):
            scene = draw_scene(number)
            if scene.shot == "wide":
                self.assertIsNone(scene.speaker)
            if scene.place in INDOORS or scene.place is None:
                self.assertIsNone(scene.weather)
            self.assertEqual(from_record(to_record(scene)), scene)


class Pictures(unittest.TestCase):
    def test_a_clip_is_the_same_in_every_process(self) -> None:
        for number in (0, 3, 5):
            a, b = (Clips(frames=5, part=part, parts=2).clip(number) for part in (0, 1))
            self.assertEqual(a.description, b.description)
            self.assertTrue(np.array_equal(a.film.frames, b.film.frames))

    def test_every_place_and_figure_can_be_drawn_in_every_shape(self) -> None:
        for i, place in enumerate(PLACES):
            for aspect, (height, width) in SIZES.items():
                scene = Scene(aspect, "medium", (Actor(KINDS[(2 * i + len(aspect)) % len(KINDS)], hat=list(HATS)[i % len(HATS)]),), place, "sunset", speaker=0)
                shown = film(scene, [("ai", 1.0)] * 3, 3)
                self.assertEqual(shown.frames.shape, (3, height, width, 3))
                self.assertGreater(shown.frames.std(), 15)
                y0, y1, x0, x1 = shown.mouth_box[1]
                self.assertTrue(0 < y0 < y1 < height and 0 < x0 < x1 < width)

    def test_the_mouth_opens_as_told_and_nothing_else_moves_with_the_viseme(self) -> None:
        scene = Scene("9:16", "close", (Actor("girl"),), "meadow", "noon", speaker=0)
        for viseme in VISEMES:
            areas = []
            for opening in (0.0, 0.5, 1.0):
                shown = film(scene, [(viseme, opening)] * 4, 4, loud=[0.0] * 4)
                rest = film(scene, [("rest", 0.0)] * 4, 4, loud=[0.0] * 4)
                changed = (np.abs(shown.frames[2].astype(int) - rest.frames[2]) > 24).any(-1)
                y0, y1, x0, x1 = (int(v) for v in shown.mouth_box[2])
                areas.append(changed[y0:y1, x0:x1].sum())
                changed[y0 - 2 : y1 + 3, x0 - 2 : x1 + 3] = False
                self.assertEqual(changed.sum(), 0)
            self.assertLess(areas[1], areas[2])
            self.assertGreater(areas[2], 150)

    def test_the_camera_and_the_walk_go_where_they_are_told(self) -> None:
        def shift(camera: str) -> float:
            shown = shoot(Scene("16:9", "wide", (), "city", "noon", camera=camera), 41)
            first, last = (shown.frames[k, 200:230].astype(float).mean((0, 2)) for k in (10, 30))
            return float(max(range(-30, 31), key=lambda d: np.corrcoef(first[40:-40], np.roll(last, -d)[40:-40])[0, 1]))
        self.assertGreater(shift("pan left"), 5)
        self.assertLess(shift("pan right"), -5)
        self.assertEqual(shift("still"), 0)

    def test_every_kind_of_picture_moves_or_stands_and_is_a_picture(self) -> None:
        for i, name in enumerate(PICTURES):
            shown = shoot(Scene("9:16", "wide", (), camera="pan left" if i % 2 else "zoom in", seed=i, picture=name), 9)
            self.assertGreater(shown.frames[0].std(), 4)
            self.assertTrue((shown.frames[0] != shown.frames[-1]).any())

    def test_made_up_lines_start_at_random_times(self) -> None:
        starts = {next(i for i, (_, o) in enumerate(babble(np.random.default_rng(k), 101)) if o > 0) for k in range(40)}
        self.assertGreater(len(starts), 15)


if __name__ == "__main__":
    unittest.main()
