"""Trainings and their students: `python -m unittest train.stages.test_training` in `models/pony`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import torch

from .. import fellows
from ..text.tokenizer import train_on
from .distil import taught
from .flow import NEGATIVE_PROMPT, add_noise, distance, features, tokens
from .sizes import trial
from .test_stages import unread
from .training import Training, new_model

#: What each of two processes does: gradients of its own rank, and the clock of the first one.
FELLOWS = """
import torch
from train import fellows
fellows.join()
a, b = torch.zeros(3, 2), torch.zeros(5)
if fellows.RANK == 1:
    a.grad = torch.full_like(a, 4.0)
b.grad = torch.full_like(b, 1.0 + fellows.RANK)
fellows.average_gradients([a, b])
assert (a.grad == 2).all() and (b.grad == 1.5).all(), (a.grad, b.grad)
c = torch.zeros(4, dtype=torch.bfloat16)
c[fellows.RANK] = -1.5 - fellows.RANK
fellows.put_together(c)
assert c.tolist() == [-1.5, -2.5, 0, 0], c
assert fellows.as_first(0.25 + fellows.RANK) == 0.25
"""


class Fellows(unittest.TestCase):
    def test_two_processes_have_the_same_gradients_and_clock(self) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        shared = {**os.environ, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
        both = [subprocess.Popen([sys.executable, "-c", FELLOWS], env={**shared, "RANK": str(rank)}) for rank in (0, 1)]
        self.assertEqual([one.wait(300) for one in both], [0, 0])

    def test_alone_nothing_changes(self) -> None:
        p = torch.zeros(2)
        fellows.average_gradients([p])
        self.assertIsNone(p.grad)
        self.assertEqual(fellows.as_first(0.5), 0.5)


class Student(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(0)
        self.teacher, self.words = new_model(trial()), train_on(["A card. wind"], 300)
        for p in self.teacher.dit.parameters():  # what starts at zero says nothing
            torch.nn.init.normal_(p, std=p.shape[-1] ** -0.5 if p.ndim > 1 else 0.02)
        self.batch = unread(torch.randn(2, 48, 3, 4, 4))

    def test_what_guidance_has_nothing_to_add_to_is_taught_as_it_is(self) -> None:
        ids, mask = tokens(self.words, [NEGATIVE_PROMPT] * 2, 640, False)
        for prompt, differs in ((ids, False), (ids.flip(1), True)):
            text = features(self.teacher, prompt, mask).detach()
            noised = add_noise(replace(self.batch, ids=prompt, mask=mask), torch.full((2,), 0.7))
            good = self.teacher.dit.velocity(*noised.seen, text, mask)[0].detach()
            wanted = taught(self.teacher, noised, replace(self.batch, ids=prompt, mask=mask), text, self.words, False)
            self.assertEqual(float((wanted.want_video - good).abs().max()) > 1e-3, differs)

    def test_what_needs_no_gradients_is_kept_and_written(self) -> None:
        student = new_model(trial())
        student.text.requires_grad_(False)
        with tempfile.TemporaryDirectory() as folder:
            training = Training(Path(folder) / "distilled.pt", None, student, 1.0, 1.0)
            before = {name: value.clone() for name, value in student.state_dict().items()}
            noised = add_noise(self.batch, torch.full((2,), 0.7))
            text = torch.randn(2, 4, trial().text.hidden_size)
            got = student.dit.velocity(*noised.seen, text, self.batch.mask)
            training.update(sum(distance(got, noised, self.batch.weight)), 0.0)
            training.checkpoint()
            written = torch.load(training.path, weights_only=True)
        self.assertEqual(set(written["average"]), set(before))
        moved = {name.split(".")[0] for name, value in written["model"].items() if not torch.equal(value, before[name])}
        self.assertEqual(moved, {"dit"})
        for name in (name for name in before if name.startswith("text.")):
            torch.testing.assert_close(written["average"][name], before[name])

    def test_a_training_goes_on_with_less_of_the_network(self) -> None:
        ids, mask = tokens(self.words, [NEGATIVE_PROMPT] * 2, 640, False)
        with tempfile.TemporaryDirectory() as folder:
            for reads in (True, False):
                model = new_model(trial())
                model.load_state_dict(self.teacher.state_dict())
                model.text.requires_grad_(reads)
                training = Training(Path(folder) / "joint.pt", None, model, 1.0, 1.0)
                before = {name: value.clone() for name, value in model.state_dict().items()}
                noised = add_noise(self.batch, torch.full((2,), 0.7))
                got = model.dit.velocity(*noised.seen, features(model, ids, mask), mask)
                training.update(sum(distance(got, noised, self.batch.weight)), 0.0)
                training.checkpoint()
                moved = {name.split(".")[0] for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
                self.assertEqual((training.step, "text" in moved), (2 - reads, reads))
                self.assertIn("dit", moved)


if __name__ == "__main__":
    unittest.main()
