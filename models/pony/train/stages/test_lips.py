"""What joins mouths and sounds in training: `python -m unittest train.stages.test_lips` in `models/pony`."""

from __future__ import annotations

import unittest
from dataclasses import replace

import numpy as np
import torch

from ..voices.clip import Said, Script, perform
from ..voices.grammar import Line
from .astray import mouths
from .draw import FRAMES, MOUTH_WEIGHT, STEP, WHOLE
from .ears import Ears, sounds_of
from .flow import ASTRAY, SPEAKING, Batch, Record, add_noise, chances, with_faces
from .lips import REACH, Lips, around


def speaking(seed: int, opens: float = 1.0) -> Record:
    """A clip with noise for latents in whose mouth latent 7 is the opening of the second picture of four."""
    rng = np.random.default_rng(seed)
    script = Script((Said(Line("English", "Hello!", "Hello over there!"), "man", 0.3 + 0.2 * seed, 2.5),), "", seed)
    video, weight = 0.1 * rng.standard_normal((48, WHOLE, 6, 4)), np.ones((WHOLE, 6, 4), np.float32)
    weight[:, 3, 1:3] = MOUTH_WEIGHT
    opening = np.asarray(perform(script, FRAMES).mouth.opening[1:FRAMES]).reshape(-1, STEP)[:, 1]
    video[7, 1:, 3, 1:3] += opens * opening[:, None]
    return Record(seed, "9:16", "A card.", False, script, np.arange(WHOLE, dtype=np.int16), video, rng.standard_normal((FRAMES, 64)), with_faces(weight))


class Hearing(unittest.TestCase):
    def test_a_latent_frame_has_the_sounds_of_its_four_pictures(self) -> None:
        audio = torch.arange(101.0)[None, :, None].expand(2, 101, 64)
        frames = torch.tensor([[0, 1, 2], [0, 20, 25]])
        batch = Batch(torch.zeros(2, 48, 3, 2, 4), audio, *[torch.zeros(1)] * 4, [], frames)
        sounds, counts = sounds_of(batch)
        times = (sounds * audio[..., 0].flatten().std()).view(2, 3, STEP, -1)[..., 0].round().long()
        self.assertEqual(times[:, 1:].tolist(), [[[1, 2, 3, 4], [5, 6, 7, 8]], [[77, 78, 79, 80], [97, 98, 99, 100]]])
        self.assertEqual(counts.tolist(), [[False, True, True]] * 2)

    def test_nothing_is_heard_of_moments(self) -> None:
        ears, tokens = Ears(8), torch.randn(1, 2, 8)
        batch = Batch(torch.zeros(1, 48, 2, 2, 2), torch.zeros(1, 5, 64), *[torch.zeros(1)] * 4, [], has_sound=False)
        self.assertEqual(float(ears(tokens, batch)), 0)


class Reading(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.clips = [speaking(seed) for seed in range(4)]
        cls.lips = Lips.of(cls.clips, torch.device("cpu"))

    def test_the_cells_of_a_mouth_are_known_by_their_weight(self) -> None:
        found = mouths(torch.from_numpy(self.clips[0].weight))
        self.assertEqual((int(found.sum()), bool(found[:, 3, 1:3].all())), (2 * WHOLE, True))
        self.assertFalse(mouths(torch.ones(2, 3, 4, 4)).any())

    def test_what_is_around_a_mouth_is_shown(self) -> None:
        video = torch.arange(6.0)[:, None] * 10 + torch.arange(4.0)  # each cell holds its row and column
        mouth = torch.zeros(1, 2, 6, 4, dtype=torch.bool)
        mouth[:, 0, 3, 1:3], mouth[:, 1, 0, 0] = True, True
        shown = around(video.expand(1, 48, 2, 6, 4), mouth)
        self.assertEqual(tuple(shown.shape), (1, 2, 49, REACH, REACH))
        self.assertEqual(shown[0, 0, 0, 2].tolist(), [30, 31, 32, 33, 0])
        self.assertEqual(shown[0, 0, 0, :, 1].tolist(), [11, 21, 31, 41, 51])
        self.assertEqual(shown[0, 0, -1].nonzero().tolist(), [[2, 1], [2, 2]])
        self.assertEqual(shown[0, 1, 0, 2:].tolist(), [[0, 0, 0, 1, 2], [0, 0, 10, 11, 12], [0, 0, 20, 21, 22]])
        self.assertEqual(shown[0, 1, -1].nonzero().tolist(), [[2, 2]])

    def test_what_is_read_is_the_opening(self) -> None:
        other = speaking(9)
        shown = around(torch.from_numpy(other.video)[None].float(), mouths(torch.from_numpy(other.weight))[None])[0, 1:]
        read, opening = self.lips.reader(shown), np.asarray(perform(other.script, FRAMES).mouth.opening[1:FRAMES]).reshape(-1, STEP)
        self.assertGreater(np.corrcoef(read[:, 1], opening[:, 1])[0, 1], 0.9)

    def test_only_a_mouth_that_moves_otherwise_is_wrong(self) -> None:
        video, weight = (torch.from_numpy(x)[None].float() for x in (self.clips[0].video, self.clips[0].weight))
        sigma = torch.full((1, WHOLE), 0.8)
        loss = lambda wrong, sigma=sigma: float(self.lips.loss(video, wrong, sigma, weight))  # noqa: E731
        other = torch.zeros_like(video)
        other[..., 3, 1:3] = (video - video.roll(7, 2))[..., 3, 1:3] / 0.8  # the clip that this points to moves its mouth at other times
        self.assertEqual(loss(torch.zeros_like(video)), 0)
        self.assertGreater(loss(other), 0.5)
        elsewhere = torch.randn(video.shape)
        elsewhere[..., 1:6, :] = 0.0
        self.assertEqual(loss(elsewhere), 0)
        first = torch.zeros_like(video)
        first[:, :, 0, 3, 1:3] = 5.0
        self.assertEqual(loss(first, torch.where(torch.arange(WHOLE) == 0, 0.0, sigma)), 0)

    def test_without_clips_nothing_is_wrong(self) -> None:
        deaf = Lips.of([], torch.device("cpu"))
        self.assertEqual(float(deaf.loss(torch.randn(1, 48, 2, 3, 3), torch.randn(1, 48, 2, 3, 3), torch.ones(1, 2), torch.ones(1, 2, 3, 3))), 0)


class Astray(unittest.TestCase):
    def test_a_mouth_gone_astray_is_led_back(self) -> None:
        torch.manual_seed(0)
        record, b = speaking(0), 48
        video, weight, audio = (torch.from_numpy(x).float().expand(b, *x.shape) for x in (record.video, record.weight, record.audio))
        batch = Batch(video, audio, weight, torch.zeros(b, dtype=torch.bool), *[torch.zeros(b, 4)] * 2, [""] * b)
        noised, mouth = add_noise(batch, torch.full((b,), 1e-3)), mouths(weight)[0]
        far = (noised.video - video).square().mean(1)  # [b, t, h, w]
        astray = (far[:, mouth] > 1e-4).any(1)
        self.assertTrue(abs(float(astray.float().mean()) - ASTRAY) < 0.2)
        self.assertLess(float(far[:, ~mouth].max()), 1e-4)
        self.assertLess(float(far[:, 0].max()), 1e-4)
        back = noised.video - noised.sigma_video[:, None, :, None, None] * noised.want_video
        torch.testing.assert_close(back, video, atol=1e-4, rtol=1e-4)
        silent = add_noise(replace(batch, has_sound=False), torch.full((b,), 1e-3))
        self.assertLess(float((silent.video - video).square().mean(1).max()), 1e-4)


class Speakers(unittest.TestCase):
    def test_most_of_a_batch_speaks(self) -> None:
        silent = replace(speaking(0), script=Script((), "wind", 1))
        shares = chances([silent] * 9 + [speaking(1)])
        self.assertAlmostEqual(float(shares.sum()), 1)
        self.assertAlmostEqual(float(shares[-1]), SPEAKING)
        self.assertEqual(chances([silent] * 4).tolist(), [0.25] * 4)


if __name__ == "__main__":
    unittest.main()
