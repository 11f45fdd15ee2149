"""The operations of the 15 B network in PyTorch, at the sizes that `gallop bench --random-weights` measures.

    python3 bench_reference.py [256p] [540p] [1080p] [--compile] [--device cpu]

Runs on the same card in the same session as ours, so that the ratio of the two is one of software alone. Attention is
timed with each back end that PyTorch has (cuDNN, flash), the rest of a layer as PyTorch runs it, and with --compile as
torch.compile fuses it. A call of the network is the sum over its layers: weights of 15 B parameters are not needed for
that, but one layer of each kind is run as a whole, so that launches and memory are counted.
"""

import argparse
import time

import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

HIDDEN, HEADS, KV_HEADS, DIM, INNER, LAYERS = 5120, 40, 8, 128, 13652, 40
FRAMES, AUDIO, TEXT, RADIUS = 32, 126, 300, 11
# Latent rows and columns, calls of the network, whether 32 of the 40 layers see near frames only.
STAGES = {
    "256p": [("base", 16, 28, 8, False)],
    "540p": [("base", 16, 28, 8, False), ("upscale", 32, 56, 5, False)],
    "1080p": [("base", 16, 28, 8, False), ("upscale", 68, 120, 5, True)],
    "tiny": [("base", 4, 4, 8, False)],
}


def seconds_of(call, device, rounds=5):
    """The median of rounds of about a tenth of a second, after two calls that load and choose kernels."""

    def timed(calls):
        if device.type == "cuda":
            torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(calls):
            call()
        if device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - start

    timed(1)
    calls = min(1000, max(1, int(0.1 / max(timed(1), 1e-6))))
    return sorted(timed(calls) / calls for _ in range(rounds))[rounds // 2]


def rms_norm(x, weight):
    x = x.float()
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * (weight + 1)


def swiglu7(x):
    gate, linear = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    gate, linear = gate.clamp(max=7), linear.clamp(-7, 7)
    return (gate * torch.sigmoid(1.702 * gate) * (linear + 1)).to(x.dtype)


def gelu7(x):
    gate = x.float().clamp(max=7)
    return (gate * torch.sigmoid(1.702 * gate)).to(x.dtype)


def rotate(x, sine, cosine):
    a, b, rest = x.split([48, 48, 32], -1)
    return torch.cat([a * cosine - b * sine, b * cosine + a * sine, rest], -1)


class Layer(torch.nn.Module):
    """One layer, with one expert: three are the same arithmetic on slices of the rows."""

    def __init__(self, device, activation=swiglu7):
        super().__init__()
        inner = INNER if activation is swiglu7 else 4 * HIDDEN
        up = 2 * INNER if activation is swiglu7 else 4 * HIDDEN

        def drawn(rows, columns):
            return torch.randn(rows, columns, device=device, dtype=torch.bfloat16) / columns**0.5

        self.activation = activation
        self.qkv, self.projection = drawn((HEADS + 2 * KV_HEADS) * DIM + HEADS, HIDDEN), drawn(HIDDEN, HIDDEN)
        self.up, self.down = drawn(up, HIDDEN), drawn(HIDDEN, inner)
        self.norms = [torch.randn(HIDDEN, device=device) / 10 for _ in range(2)]
        self.head_norms = [torch.randn(DIM, device=device) / 10 for _ in range(2)]

    def before(self, x, sine, cosine):
        rows = x.shape[0]
        qkv = F.linear(rms_norm(x, self.norms[0]).bfloat16(), self.qkv)
        q, k, v, gate = qkv.split([HEADS * DIM, KV_HEADS * DIM, KV_HEADS * DIM, HEADS], -1)
        q = rotate(rms_norm(q.view(rows, HEADS, DIM), self.head_norms[0]), sine, cosine).bfloat16()
        k = rotate(rms_norm(k.view(rows, KV_HEADS, DIM), self.head_norms[1]), sine, cosine).bfloat16()
        return [t.transpose(0, 1)[None] for t in (q, k, v.view(rows, KV_HEADS, DIM))], gate

    def after(self, x, attended, gate):
        attended = attended[0].transpose(0, 1)
        attended = (attended.float() * torch.sigmoid(gate.float())[..., None]).bfloat16().flatten(1)
        x = x + F.linear(attended, self.projection).float()
        inner = self.activation(F.linear(rms_norm(x, self.norms[1]).bfloat16(), self.up))
        return x + F.linear(inner, self.down).float()


def attend(q, k, v, windows):
    if windows is None:
        return F.scaled_dot_product_attention(q, k, v, enable_gqa=True)
    video = windows * FRAMES
    parts = []
    for frame in range(FRAMES):
        near = slice(max(frame - RADIUS, 0) * windows, min(frame + RADIUS + 1, FRAMES) * windows)
        keys, values = (torch.cat([t[:, :, near], t[:, :, video:]], 2) for t in (k, v))
        rows = q[:, :, frame * windows : (frame + 1) * windows]
        parts.append(F.scaled_dot_product_attention(rows, keys, values, enable_gqa=True))
    parts.append(F.scaled_dot_product_attention(q[:, :, video:], k, v, enable_gqa=True))
    return torch.cat(parts, 2)


def pairs(tokens, windows):
    if windows is None:
        return tokens * tokens
    seen = sum(min(f + RADIUS + 1, FRAMES) - max(f - RADIUS, 0) for f in range(FRAMES))
    return seen * windows**2 + FRAMES * windows * (AUDIO + TEXT) + (AUDIO + TEXT) * tokens


def measure(name, stage, device, compiles):
    kind, height, width, steps, is_local = stage
    of_frame = (height // 2) * (width // 2)
    tokens = of_frame * FRAMES + AUDIO + TEXT
    layers = {"SwiGLU7": Layer(device), "GELU7": Layer(device, gelu7)}
    x = torch.randn(tokens, HIDDEN, device=device)
    sine, cosine = (torch.randn(tokens, 1, 48, device=device) for _ in range(2))
    rest = {}
    for label, layer in layers.items():
        before, after = layer.before, layer.after
        if compiles:
            before, after = torch.compile(before), torch.compile(after)
        (q, k, v), gate = before(x, sine, cosine)

        def call():
            _, gate = before(x, sine, cosine)
            after(x, q, gate)

        rest[label] = seconds_of(call, device)
    print(f"{name} {kind}: {tokens} tokens")
    for label, seconds in rest.items():
        print(f"  layer without attention, {label:<10} {seconds * 1e3:9.3f} ms")
    backends = {"cuDNN": SDPBackend.CUDNN_ATTENTION, "flash": SDPBackend.FLASH_ATTENTION}
    if device.type == "cpu":
        backends = {"math": SDPBackend.MATH}
    best = {}
    for windows in [None, of_frame] if is_local else [None]:
        for label, backend in backends.items():
            try:
                with sdpa_kernel(backend):
                    seconds = seconds_of(lambda: attend(q, k, v, windows), device)
            except RuntimeError as error:
                print(f"  attention by {label} cannot be run: {str(error).splitlines()[0]}")
                continue
            rate = 4 * HIDDEN * pairs(tokens, windows) / seconds / 1e12
            what = "near frames" if windows else "all"
            print(f"  attention to {what:<12} by {label:<6} {seconds * 1e3:9.3f} ms {rate:8.1f} TFLOP/s")
            best[windows] = min(best.get(windows, seconds), seconds)
    local = 32 if is_local else 0
    call = 4 * rest["GELU7"] + 36 * rest["SwiGLU7"] + (LAYERS - local) * best[None] + local * best.get(of_frame, 0)
    print(f"  a call of the network {call:.3f} s, {steps} calls {call * steps:.3f} s")
    return call * steps


def decoder(device):
    """Convolutions of the turbo decoder at its widest places, channels innermost."""
    for channels, size in [(512, (9, 68, 120)), (256, (18, 136, 240)), (128, (36, 272, 480)), (64, (36, 544, 960))]:
        conv = torch.nn.Conv3d(channels, channels, 3, padding=1, device=device, dtype=torch.bfloat16)
        conv = conv.to(memory_format=torch.channels_last_3d)
        x = torch.randn(1, channels, *size, device=device, dtype=torch.bfloat16)
        x = x.to(memory_format=torch.channels_last_3d)
        with torch.no_grad():
            seconds = seconds_of(lambda: conv(x), device)
        rate = 2 * 27 * channels**2 * size[0] * size[1] * size[2] / seconds / 1e12
        print(f"  convolution {channels} channels, {size}: {seconds * 1e3:9.3f} ms {rate:8.1f} TFLOP/s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("presets", nargs="*", default=["256p", "540p", "1080p"])
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--device", default="cuda")
    options = parser.parse_args()
    device = torch.device(options.device)
    torch.manual_seed(1)
    name = torch.cuda.get_device_name() if device.type == "cuda" else "CPU"
    print(f"PyTorch {torch.__version__}, {name}, {'compiled' if options.compile else 'as written'}")
    done = {}
    with torch.no_grad():
        for preset in options.presets:
            for stage in STAGES[preset]:
                if stage not in done:
                    done[stage] = measure(preset, stage, device, options.compile)
            print(f"{preset}: {sum(done[stage] for stage in STAGES[preset]):.3f} s without decoder\n")
        if device.type == "cuda" and "1080p" in options.presets:
            decoder(device)


if __name__ == "__main__":
    main()
