"""The fused layers against the ones that are written out: `python -m unittest train.transformer.test_fused` in `models/pony`."""

from __future__ import annotations

import unittest
from dataclasses import replace
from unittest import mock

import torch
from torch import Tensor

from . import fused, tiles
from .dit import Dit, DitConfig

CONFIG = DitConfig(num_layers=3, hidden_size=128, head_dim=64, num_query_groups=1, text_in_channels=32, mm_layers=[0, 2], gelu7_layers=[0])


@unittest.skipUnless(tiles.library(), "needs a processor with matrix tiles and a C++ compiler")
class Fused(unittest.TestCase):
    def test_outputs_and_gradients_are_those_of_the_layers_as_written(self) -> None:
        for heads, groups in ((2, 1), (2, 2), (4, 2)):
            with self.subTest(heads=heads, groups=groups):
                self.check(replace(CONFIG, hidden_size=64 * heads, num_query_groups=groups))

    def check(self, config: DitConfig) -> None:
        torch.manual_seed(0)
        dit = Dit(config)
        for p in dit.parameters():  # what starts at zero would hide every error
            torch.nn.init.normal_(p, std=p.shape[-1] ** -0.5 if p.ndim > 1 else 0.2)
        video, audio, text = torch.randn(3, 48, 5, 6, 10), torch.randn(3, 17, 64), torch.randn(3, 11, 32)
        mask = torch.arange(11)[None] < torch.tensor([[11], [7], [1]])
        frames = torch.tensor([[0, 1, 2, 3, 4], [0, 6, 7, 8, 9], [0, 20, 21, 22, 23]])

        def run(compute: torch.dtype, packed: bool) -> tuple[list[Tensor], dict[str, Tensor]]:
            dit.zero_grad()
            with mock.patch.object(fused, "usable", return_value=packed):
                answers = dit(video, audio, text, mask, compute=compute, frames=frames, tap=1)
            sum(a.square().mean() for a in answers).backward()
            return [a.detach() for a in answers], {name: p.grad.clone() for name, p in dit.named_parameters()}

        off = lambda a, b: float((a - b).norm() / b.norm())  # noqa: E731
        (want, slopes), (got, found) = run(torch.float32, False), run(torch.bfloat16, True)
        self.assertLess(max(off(a, b) for a, b in zip(got, want)), 0.02)
        self.assertLess(max(off(found[name], slopes[name]) for name in slopes), 0.03)

    def test_gates_that_are_shut_give_numbers(self) -> None:
        torch.manual_seed(0)
        dit = Dit(CONFIG)
        for p in dit.parameters():
            torch.nn.init.normal_(p, std=40 * p.shape[-1] ** -0.5 if p.ndim > 1 else 0.2)
        answers = dit(torch.randn(2, 48, 1, 2, 2), torch.randn(2, 17, 64), torch.randn(2, 11, 32))
        sum(a.mean() for a in answers).backward()
        self.assertTrue(all(a.isfinite().all() for a in answers))
        self.assertTrue(all(p.grad.isfinite().all() for p in dit.parameters()))

    def test_gradients_of_weights_of_any_shape(self) -> None:
        torch.manual_seed(0)
        for tokens, rows, columns in ((1, 5, 3), (512, 32, 64), (700, 388, 70), (1301, 33, 256)):
            grad, x = torch.randn(tokens, rows).bfloat16(), torch.randn(tokens, columns).bfloat16()
            got = torch.empty(rows, columns)
            tiles.call("pony_outer", [grad, x, got], (tokens, rows, columns))
            torch.testing.assert_close(got, grad.float().T @ x.float(), atol=2e-4, rtol=2e-5)


if __name__ == "__main__":
    unittest.main()
