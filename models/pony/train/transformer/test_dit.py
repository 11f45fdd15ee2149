"""The transformer and its attention: `python -m unittest train.transformer.test_dit` in `models/pony`."""

from __future__ import annotations

import unittest
from unittest import mock

import torch

from ..stages.draw import WHOLE
from ..stages.sizes import trial
from . import attention, tiles
from .dit import Dit, patchify, positions


class Attention(unittest.TestCase):
    def test_both_ways_on_a_cpu_give_what_is_defined(self) -> None:
        for groups in (1, 2):
            with self.subTest(groups=groups):
                self.check(groups)

    def check(self, groups: int) -> None:
        torch.manual_seed(0)
        lengths = torch.tensor([700, 611, 33])
        q, k, v, grad = (torch.randn(3, 700, n, 64).bfloat16() for n in (4, groups, groups, 4))
        for row, length in zip(grad, lengths):
            row[length:] = 0
        exact = [x.float().requires_grad_() for x in (q, k, v)]
        want = attention.attend(*exact, lengths)
        want.backward(grad.float())
        ways = [lambda _: False] + ([attention._has_tiles] if tiles.library() else [])
        for way in ways:
            with mock.patch.object(attention, "_has_tiles", way):
                inputs = [x.clone().requires_grad_() for x in (q, k, v)]
                got = attention.attend(*inputs, lengths)
                got.backward(grad)
            counts = torch.arange(700)[None, :] < lengths[:, None]
            pairs = [(got[counts], want[counts]), *((a.grad, b.grad) for a, b in zip(inputs, exact))]
            for a, b in pairs:
                self.assertLess(float((a.float() - b).detach().norm() / b.detach().norm()), 0.01)


class Tapping(unittest.TestCase):
    def test_what_is_tapped_belongs_to_the_sound(self) -> None:
        torch.manual_seed(0)
        dit, given = Dit(trial().dit), (torch.randn(2, 48, 1, 2, 2), torch.randn(2, 9, 64), torch.randn(2, 5, 64))
        video, audio, seen, heard = dit(*given, tap=1)
        self.assertEqual([tuple(x.shape) for x in (seen, heard)], [(2, 1, trial().dit.hidden_size), (2, 9, trial().dit.hidden_size)])
        for a, b in zip((video, audio), dit(*given)):
            torch.testing.assert_close(a, b)
        last = dit(*given, tap=trial().dit.num_layers - 1)[3]
        torch.testing.assert_close(dit.final_linear_audio(dit.final_norm_audio(last, (9, 0, 0))) + given[1], audio)


class TheWayInAndOut(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(0)
        self.dit = Dit(trial().dit)
        self.given = torch.ones(1, 48, 2, 4, 4), torch.ones(1, 9, 64), torch.randn(1, 5, 64)

    def test_untrained_layers_give_back_what_came_in(self) -> None:
        for got, came in zip(self.dit(*self.given), self.given):
            torch.testing.assert_close(got, came)

    def test_equal_tokens_differ_by_their_places_alone(self) -> None:
        torch.nn.init.normal_(self.dit.final_linear_video.weight)
        torch.nn.init.normal_(self.dit.final_linear_audio.weight)
        apart = lambda tokens: (tokens[:, None] - tokens).abs().amax(-1).fill_diagonal_(9).min()  # noqa: E731
        video, audio = self.dit(*self.given)
        self.assertGreater(apart(patchify(video)[0]), 0.1)
        self.assertGreater(apart(audio[0]), 0.1)
        later = self.dit(*self.given, frames=torch.tensor([[0, 7]]))[0]
        torch.testing.assert_close(later[:, :, 0], video[:, :, 0])
        self.assertGreater((later - video)[:, :, 1].abs().amax(), 0.1)
        self.dit.adapter.place_embedder.weight.data.zero_()
        self.assertLess(patchify(self.dit(*self.given)[0])[0].std(0).amax(), 1e-5)

    def test_later_frames_go_their_share_towards_the_first_one(self) -> None:
        torch.nn.init.normal_(self.dit.final_linear_video.weight)
        twice = [x.expand(2, *x.shape[1:]) for x in self.given]
        clean = lambda: twice[0] - self.dit(*twice, given=torch.tensor([True, False]))[0]  # noqa: E731
        plain = clean()
        torch.nn.init.normal_(self.dit.final_linear_first.weight)
        held = clean()
        torch.testing.assert_close(held[:, :, 0], plain[:, :, 0])
        moved = (held - plain)[:, :, 1]
        self.assertGreater(moved.abs().amax(), 0.1)
        # The layers take both samples for the same, so the shares are the same: of the way to the given and to the predicted first frame.
        ways = torch.stack((twice[0][0, :, 0], plain[1, :, 0])) - plain[:, :, 1]
        torch.testing.assert_close(moved[0] * ways[1], moved[1] * ways[0], rtol=1e-3, atol=1e-3)


class Excerpts(unittest.TestCase):
    def test_an_excerpt_lies_where_its_clip_has_it(self) -> None:
        torch.manual_seed(0)
        frames = torch.tensor([[0, 4, 5], [0, 1, 2]])
        some = positions((3, 4, 6), 101, 7, torch.device("cpu"), frames)
        whole = positions((WHOLE, 4, 6), 101, 7, torch.device("cpu"))[0]
        cells = whole[: WHOLE * 6].view(WHOLE, 6, 3)
        for got, numbers in zip(some, frames):
            torch.testing.assert_close(got[:18].view(3, 6, 3), cells[numbers])
            torch.testing.assert_close(got[18:], whole[WHOLE * 6 :])
        dit, given = Dit(trial().dit), (torch.randn(2, 48, 3, 4, 6), torch.randn(2, 9, 64), torch.randn(2, 5, 64))
        for p in dit.parameters():  # what starts at zero would hide every error
            torch.nn.init.normal_(p, std=p.shape[-1] ** -0.5 if p.ndim > 1 else 0.02)
        both, first = dit(*given, frames=frames), dit(*given)
        torch.testing.assert_close(both[0][1], first[0][1])
        self.assertGreater(float((both[0][0] - first[0][0]).detach().abs().max()), 0.01)


if __name__ == "__main__":
    unittest.main()
