"""The transformer in Rust against the same network in PyTorch: same weights, same tokens, same threads, taken in turns.

    pip install torch safetensors
    python models/benches/compare_transformer.py [--threads 2] [--rounds 5] [--bf16]

Checks that both compute the same velocity, then prints the best and the median time of each, by the clock and by the
processor time of all threads (on a busy machine the steadier one), and their ratio: above 1, Rust is faster.
"""

import argparse
import json
import math
import os
import subprocess
import tempfile
import time

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

SIZES = {
    "hidden 192, 6 layers": dict(hidden=192, layers=6, head=64, groups=1, text_dim=192, video=(26, 8, 14), audio=101, text=63),
    "hidden 512, 8 layers": dict(hidden=512, layers=8, head=64, groups=2, text_dim=512, video=(26, 16, 16), audio=101, text=127),
}


def config_of(size):
    layers = size["layers"]
    return dict(num_layers=layers, hidden_size=size["hidden"], head_dim=size["head"], num_query_groups=size["groups"],
                text_in_channels=size["text_dim"], video_in_channels=192, audio_in_channels=64,
                mm_layers=[0, layers - 1], gelu7_layers=[0], local_attn_layers=[], enable_attn_gating=size.get("gate", True))


def draw_weights(config):
    hidden, head = config["hidden_size"], config["head_dim"]
    heads, groups = hidden // head, config["num_query_groups"]
    gates = heads if config["enable_attn_gating"] else 0
    weights = {"adapter.rope.bands": 10000 ** (-torch.arange(head // 8) / (head // 8))}

    def matrix(name, rows, columns):
        weights[name + ".weight"] = torch.randn(rows, columns) / math.sqrt(columns)

    def norm(name, width):
        weights[name + ".weight"] = torch.randn(width) * 0.1

    for kind, width in (("video", 192), ("audio", 64), ("text", config["text_in_channels"])):
        matrix(f"adapter.{kind}_embedder", hidden, width)
        weights[f"adapter.{kind}_embedder.bias"] = torch.randn(hidden) * 0.1
    for layer in range(config["num_layers"]):
        experts = 3 if layer in config["mm_layers"] else 1
        gated = hidden * 8 // 3 // 4 * 4
        up, inner = (4 * hidden, 4 * hidden) if layer in config["gelu7_layers"] else (2 * gated, gated)
        root = f"block.layers.{layer}."
        norm(root + "attention.pre_norm", experts * hidden)
        matrix(root + "attention.linear_qkv", experts * ((heads + 2 * groups) * head + gates), hidden)
        matrix(root + "attention.linear_proj", experts * hidden, hidden)
        norm(root + "attention.q_norm", experts * head)
        norm(root + "attention.k_norm", experts * head)
        norm(root + "mlp.pre_norm", experts * hidden)
        matrix(root + "mlp.up_gate_proj", experts * up, hidden)
        matrix(root + "mlp.down_proj", experts * hidden, inner)
    for kind, width in (("video", 192), ("audio", 64)):
        norm(f"final_norm_{kind}", hidden)
        matrix(f"final_linear_{kind}", width, hidden)
    return weights


class Torch:
    """The network in PyTorch, as lean as its own operations allow: no permutation, fused attention."""

    def __init__(self, config, weights, compute):
        self.c, self.compute = config, compute
        self.w = {name: w.to(compute) if name.startswith("block") and "norm" not in name else w for name, w in weights.items()}

    def rope(self, grid, audio, text):
        t, h, w = grid[0], grid[1] // 2, grid[2] // 2
        place = torch.stack(torch.meshgrid(torch.arange(t), torch.arange(h), torch.arange(w), indexing="ij"), -1)
        video = place.reshape(-1, 3).float() - torch.tensor([0, (h - 1) / 2, (w - 1) / 2])
        sound = torch.zeros(audio, 3)
        sound[:, 0] = torch.arange(audio) * (((audio - 1) // 4) / (audio - 1))
        positions = torch.cat([video, sound, torch.zeros(text, 3)])
        angles = (positions[:, :, None] * self.w["adapter.rope.bands"]).flatten(1)
        return angles.sin()[:, None], angles.cos()[:, None]

    def norm(self, x, name, sizes):
        x = F.rms_norm(x.float(), x.shape[-1:], eps=1e-6)
        weight = self.w[name + ".weight"].view(-1, x.shape[-1]) + 1
        return x * (weight if len(weight) == 1 else weight.repeat_interleave(sizes, 0).view(len(x), *[1] * (x.dim() - 2), -1))

    def linear(self, x, name, sizes):
        weight = self.w[name + ".weight"]
        x = x.to(weight.dtype)
        if not self.experts(name):
            return F.linear(x, weight)
        return torch.cat([F.linear(part, w) for part, w in zip(x.split(sizes.tolist()), weight.chunk(3))])

    def experts(self, name):
        return int(name.split(".")[2]) in self.c["mm_layers"]

    def __call__(self, video, audio, text, rope):
        c, h, w = video.shape[1], video.shape[3] // 2, video.shape[4] // 2
        patches = video[0].reshape(c, -1, h, 2, w, 2).permute(1, 2, 4, 0, 3, 5).reshape(-1, 4 * c)
        parts = [F.linear(x, self.w[f"adapter.{n}_embedder.weight"], self.w[f"adapter.{n}_embedder.bias"])
                 for n, x in (("video", patches), ("audio", audio[0]), ("text", text[0]))]
        sizes = torch.tensor([len(part) for part in parts])
        x = torch.cat(parts)
        head, hidden = self.c["head_dim"], self.c["hidden_size"]
        heads, groups = hidden // head, self.c["num_query_groups"]
        half = 3 * (head // 8)
        sin, cos = rope

        def turned(y):
            a, b, rest = y[..., :half], y[..., half:2 * half], y[..., 2 * half:]
            return torch.cat([a * cos - b * sin, b * cos + a * sin, rest], -1).to(self.compute)

        for layer in range(self.c["num_layers"]):
            root = f"block.layers.{layer}."
            qkv = self.linear(self.norm(x, root + "attention.pre_norm", sizes), root + "attention.linear_qkv", sizes)
            q, k, v, g = qkv.split([heads * head, groups * head, groups * head, qkv.shape[1] - (heads + 2 * groups) * head], 1)
            q = turned(self.norm(q.view(-1, heads, head), root + "attention.q_norm", sizes)).transpose(0, 1)
            k = turned(self.norm(k.view(-1, groups, head), root + "attention.k_norm", sizes)).transpose(0, 1)
            v = v.view(-1, groups, head).transpose(0, 1)
            out = F.scaled_dot_product_attention(q[None], k[None], v[None], enable_gqa=True)[0].transpose(0, 1)
            if g.shape[1]:
                out = out.float() * g.float().sigmoid()[..., None]
            x = x + self.linear(out.reshape(len(x), hidden), root + "attention.linear_proj", sizes).float()
            y = self.linear(self.norm(x, root + "mlp.pre_norm", sizes), root + "mlp.up_gate_proj", sizes).float()
            if layer in self.c["gelu7_layers"]:
                y = y.clamp(max=7)
                y = y * (1.702 * y).sigmoid()
            else:
                gate, line = y[:, ::2].clamp(max=7), y[:, 1::2].clamp(-7, 7)
                y = gate * (1.702 * gate).sigmoid() * (line + 1)
            x = x + self.linear(y, root + "mlp.down_proj", sizes).float()
        none = torch.zeros(0)
        v = F.linear(self.norm(x[:sizes[0]], "final_norm_video", none), self.w["final_linear_video.weight"])
        a = F.linear(self.norm(x[sizes[0]:sizes[0] + sizes[1]], "final_norm_audio", none), self.w["final_linear_audio.weight"])
        v = v.view(-1, h, w, 2, 2, c).permute(5, 0, 1, 3, 2, 4).reshape(video.shape)
        return v, a[None]


def compare(name, size, args):
    torch.manual_seed(1)
    config = config_of(size)
    weights = draw_weights(config)
    grid = size["video"]
    inputs = dict(video=torch.randn(1, 48, *grid), audio=torch.randn(1, size["audio"], 64),
                  text=torch.randn(1, size["text"], size["text_dim"]))
    network = Torch(config, weights, torch.bfloat16 if args.bf16 else torch.float32)
    rope = network.rope(grid, size["audio"], size["text"])
    theirs, ours = [], []
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        save_file(weights, f"{folder}/weights.safetensors")
        save_file(inputs, f"{folder}/inputs.safetensors")
        with open(f"{folder}/job.json", "w") as job:
            json.dump(dict(model=config, repeats=args.repeats, bf16=args.bf16), job)
        expected = network(inputs["video"], inputs["audio"], inputs["text"], rope)
        environment = dict(os.environ, GALLOP_COMPARE=folder, RAYON_NUM_THREADS=str(args.threads))
        command = ["cargo", "bench", "--quiet", "--package", "gallop-models", "--bench", "transformer", "--profile", args.profile]
        for _ in range(args.rounds):
            for _ in range(args.repeats):
                start, cpu_start = time.perf_counter(), time.process_time()
                network(inputs["video"], inputs["audio"], inputs["text"], rope)
                theirs.append((time.perf_counter() - start, time.process_time() - cpu_start))
            subprocess.run(command, env=environment, check=True)
            with open(f"{folder}/seconds.json") as file:
                ours += json.load(file)
        outputs = load_file(f"{folder}/outputs.safetensors")
    errors = [float((outputs[kind] - e).abs().max() / e.abs().max()) for kind, e in zip(("video", "audio"), expected)]
    tokens = grid[0] * grid[1] * grid[2] // 4 + size["audio"] + size["text"]
    print(f"{name}, {tokens} tokens, {args.threads} threads; difference of results {max(errors):.1e}")
    for what, index in (("clock", 0), ("processor", 1)):
        (torch_best, torch_middle), (rust_best, rust_middle) = (
            (min(times), sorted(times)[len(times) // 2]) for times in ([t[index] for t in theirs], [t[index] for t in ours]))
        print(f"  {what:9}: PyTorch {torch_best * 1e3:.1f} ms (median {torch_middle * 1e3:.1f}), Rust {rust_best * 1e3:.1f} ms "
              f"(median {rust_middle * 1e3:.1f}); ratio {torch_best / rust_best:.2f} (medians {torch_middle / rust_middle:.2f})",
              flush=True)
    if max(errors) > (0.05 if args.bf16 else 1e-4):
        raise SystemExit("the results differ")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--profile", default="bench")
    parser.add_argument("--sizes", type=int, nargs="*", default=[0, 1], help="which of the two sizes")
    parser.add_argument("--bf16", action="store_true", help="block linears and attention in bfloat16")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    for name, size in [list(SIZES.items())[index] for index in args.sizes]:
        compare(name, size, args)


if __name__ == "__main__":
    main()
