"""The sampler's noise levels and solver (UniPC: order 2, data prediction, bh2), as in the application."""

from __future__ import annotations

import numpy as np
from torch import Tensor


def sigmas(steps: int, shift: float) -> list[float]:
    """`steps` noise levels from near 1 downwards and a final 0, rounded to float32."""
    s = np.linspace(float(np.float32(0.999)), 0.0, steps + 1)[:-1]
    s = shift * s / (1 + (shift - 1) * s)
    return [float(v) for v in np.append(s, 0.0).astype(np.float32)]


class UniPC:
    """Multistep predictor and corrector; Zhao et al. 2023, in the variant that the released model uses."""

    def __init__(self, levels: list[float]) -> None:
        self.levels, self.i = levels, 0
        self.x0s: list[Tensor] = []
        self.before: Tensor | None = None

    def _lambda(self, i: int) -> float:
        s = self.levels[i]
        return float(np.log(1 - s) - np.log(s)) if s > 0 else float("inf")

    def step(self, x: Tensor, velocity: Tensor) -> Tensor:
        i, s = self.i, self.levels
        x0 = x - s[i] * velocity
        if self.before is not None:
            x = self._correct(x0)
        self.before, self.x0s = x, [*self.x0s[-1:], x0]
        self.i += 1
        if s[i + 1] == 0:
            return x0
        h = self._lambda(i + 1) - self._lambda(i)
        out = s[i + 1] / s[i] * x - (1 - s[i + 1]) * np.expm1(-h) * x0
        if 0 < i < len(s) - 2:
            ratio = (self._lambda(i - 1) - self._lambda(i)) / h
            out = out - (1 - s[i + 1]) * np.expm1(-h) * 0.5 * (self.x0s[0] - x0) / ratio
        return out

    def _correct(self, x0: Tensor) -> Tensor:
        """Redo the last step with what the network said at its end."""
        i, s, last = self.i, self.levels, self.x0s[-1]
        assert self.before is not None
        h = self._lambda(i) - self._lambda(i - 1)
        b = np.expm1(-h)
        out = s[i] / s[i - 1] * self.before - (1 - s[i]) * b * last
        if i == 1:
            return out - (1 - s[i]) * b * 0.5 * (x0 - last)
        ratio = (self._lambda(i - 2) - self._lambda(i - 1)) / h
        phi = b / -h - 1
        rhs = [phi / b, 2 * (phi / -h - 0.5) / b]
        rho = np.linalg.solve(np.array([[1.0, 1.0], [ratio, 1.0]]), rhs)
        return out - (1 - s[i]) * b * (rho[0] * (self.x0s[0] - last) / ratio + rho[1] * (x0 - last))
