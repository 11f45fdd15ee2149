"""Writes torch_types.pth and its safetensors twin: every storage type, strides, offsets and shared storages.

Made with torch 2.15; run again only to change what the tests cover.
"""

from collections import OrderedDict
from pathlib import Path

import torch
from safetensors.torch import save_file


class Stranger:
    """A class that no reader of weights knows."""

    def __init__(self):
        self.value = torch.ones(2)


def main() -> None:
    here = Path(__file__).parent
    torch.manual_seed(1)
    base = torch.randn(6, 5)
    state = OrderedDict(
        byte=torch.arange(7, dtype=torch.uint8),
        flag=torch.tensor([True, False, True]),
        short=torch.arange(4, dtype=torch.int16),
        int=torch.arange(4, dtype=torch.int32) - 2,
        long=torch.arange(4, dtype=torch.int64) - (1 << 40),
        half=torch.randn(3, 2).half(),
        brain=torch.randn(3, 2).bfloat16(),
        single=torch.randn(3, 2),
        double=torch.randn(3, 2).double(),
        float8=torch.randn(8).to(torch.float8_e4m3fn),
        transposed=base.t(),
        part=base[1:4, 1:5:2],
        row=base[5],
        repeated=torch.randn(1, 4).expand(3, 4),
        scalar=torch.tensor(2.5),
        empty=torch.zeros(0, 3),
        parameter=torch.nn.Parameter(torch.randn(2, 2)),
    )
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    state.update({f"net.{name}": tensor for name, tensor in module.state_dict().items()})
    names = {f"module.{name}": tensor for name, tensor in state.items()}
    stranger = {"epoch": 3, "lr": 1e-4, "callbacks": Stranger(), "paths": [Path("a")], "big": 1 << 90}
    optimizer = {"state": {0: {"exp_avg": torch.zeros(3)}}}
    torch.save({**stranger, "state_dict": names, "optimizer": optimizer}, here / "torch_types.pth")
    torch.save(module.state_dict(), here / "protocol4.pt", pickle_protocol=4)
    torch.save(module.state_dict(), here / "legacy.pth", _use_new_zipfile_serialization=False)
    twin = {name: tensor.detach().clone().contiguous() for name, tensor in state.items()}
    save_file(twin, here / "torch_types.safetensors")


main()
