"""`attention.cpp`, `layer.cpp` and `outer.cpp` compiled for this machine, where its processor multiplies bfloat16, in matrix tiles (AMX) or in
vectors (AVX-512), and a C++ compiler is there."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import subprocess
from pathlib import Path

import torch
from torch import Tensor

SOURCES = [Path(__file__).with_name(name) for name in ("attention.cpp", "layer.cpp", "outer.cpp")]
HEADER = Path(__file__).with_name("tiles.h")
#: The size of heads that it is written for.
HEAD = 64


@functools.cache
def library() -> ctypes.CDLL | None:
    """The compiled library, kept in the user's cache folder by the hash of its sources; none where it cannot be had."""
    cpu = Path("/proc/cpuinfo")
    features = set(cpu.read_text().split()) if cpu.exists() else set()
    if "avx512_bf16" not in features:
        return None
    # What the machine is told to compile for: a virtual machine may hide the tiles that its processor has.
    flags = ["-O3", "-ffast-math", "-march=native", "-mprefer-vector-width=512", "-fopenmp", "-shared", "-fPIC"]
    flags += [] if "amx_bf16" in features else ["-mno-amx-bf16", "-mno-amx-tile"]
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gallop-pony-tiles"
    path = folder / f"{hashlib.sha256(b''.join([*(s.read_bytes() for s in (*SOURCES, HEADER)), *map(str.encode, flags)])).hexdigest()[:16]}.so"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        command = ["g++", *flags, *map(str, SOURCES), "-o", str(partial)]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            return None
        partial.rename(path)
    loaded = ctypes.CDLL(str(path))
    return loaded if loaded.pony_tiles() else None


def call(name: str, tensors: list[Tensor | None], sizes: tuple[int, ...]) -> None:
    """Calls a function with the addresses of contiguous tensors, then with numbers."""
    getattr(library(), name)(*(ctypes.c_void_p(0 if t is None else t.data_ptr()) for t in tensors), *(ctypes.c_int64(n) for n in sizes))


def forward(q: Tensor, k: Tensor, v: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """What `attention` says of its operator, all bfloat16 and contiguous, and the logarithms of the sums, float32 [b, l * n]."""
    (b, l, n, _), out = q.shape, torch.zeros_like(q)
    logs = torch.zeros(b, l * n)
    call("pony_forward", [q, k, v, out, logs, lengths], (b, l, n))
    return out, logs


def backward(grad: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, logs: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of q, k and v."""
    b, l, n, _ = q.shape
    grads = tuple(torch.zeros_like(x) for x in (q, k, v))
    call("pony_backward", [grad, q, k, v, out, logs, *grads, lengths], (b, l, n))
    return grads  # type: ignore[return-value]
