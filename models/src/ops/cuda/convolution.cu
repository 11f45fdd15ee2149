// Convolutions over frames, rows and columns as products of matrices whose left side is never laid out: a block fetches the
// positions that a tap of the kernel sees straight from the picture, 64 channels at a time, three steps ahead.
//
// Values are bfloat16 with the channels innermost, sums float32.
#include "device.cuh"

namespace convolution {
constexpr int POSITIONS = 128, DEPTH = 64, THREADS = 256, STAGES = 3;

// Where 16 bytes of a row of 64 values lie, so that eight rows of a column are in different banks.
__device__ __forceinline__ u32 place(int row, int chunk) {
    return static_cast<u32>(row * DEPTH * 2 + ((chunk ^ (row % 8)) * 16));
}

// The numbers of a layer. Positions are those of the result before its channels are spread.
struct Layer {
    int frames, height, width;  // of the result
    int channels;               // of the input, a multiple of 64
    int columns;                // channels of the result that count
    int taps[3], pads[3];       // of the kernel, and positions added in front
    int halvings;               // 1 where the input is repeated to twice its height and width
    int repeats_frames;         // whether frames beyond the ends are the first and last one; else zeros
    int spread;                 // 0 none, 1 frames, 2 pixels by column, 3 pixels by row
};

// Where a channel of a position goes in the result.
__device__ __forceinline__ long long target(const Layer &layer, int t, int y, int x, int column) {
    const long long height = layer.height, width = layer.width;
    if (layer.spread == 0) return ((t * height + y) * width + x) * layer.columns + column;
    if (layer.spread == 1) {
        const int half = layer.columns / 2;
        return (((2 * t + column / half) * height + y) * width + x) * half + column % half;
    }
    const int inner = column % 4, high = layer.spread == 2 ? inner % 2 : inner / 2, right = layer.spread == 2 ? inner / 2 : inner % 2;
    return ((t * 2 * height + 2 * y + high) * 2 * width + 2 * x + right) * (layer.columns / 4) + column / 4;
}

// `out = residual + bias + sum over taps of x * weight`. `x` is `[t, h, w, channels]`, `weight` `[n, taps, channels]`
// with `n` the columns up to a multiple of `COLUMNS`, `bias` float32 of `n`. Grid of (positions / 128, n / COLUMNS).
template <int COLUMNS>
__device__ __forceinline__ void convolve(const bf16_bits *x, const bf16_bits *weight, const float *bias,
                                         const bf16_bits *residual, bf16_bits *out, const Layer &layer) {
    SHARED_BYTES(shared);
    constexpr int STAGE = (POSITIONS + COLUMNS) * DEPTH * 2, OF_WARP = COLUMNS / 2;
    const u32 base = shared_address(shared);
    const int thread = threadIdx.x, lane = thread % 32, warp = thread / 32;
    const long long first = static_cast<long long>(blockIdx.x) * POSITIONS;
    const int column = blockIdx.y * COLUMNS, chunk = thread % 8;
    const long long positions = static_cast<long long>(layer.frames) * layer.height * layer.width;
    const int in_height = layer.height >> layer.halvings, in_width = layer.width >> layer.halvings;
    const int blocks = layer.channels / DEPTH, taps = layer.taps[0] * layer.taps[1] * layer.taps[2];
    const int steps = taps * blocks;

    // The four positions that this thread fetches 16 bytes of.
    int at_t[4], at_y[4], at_x[4];
#pragma unroll
    for (int i = 0; i < 4; i++) {
        long long position = first + thread / 8 + 32 * i;
        if (position >= positions) position = positions - 1;
        at_x[i] = static_cast<int>(position % layer.width);
        at_y[i] = static_cast<int>(position / layer.width % layer.height);
        at_t[i] = static_cast<int>(position / layer.width / layer.height);
    }

    auto fetch = [&](int step) {
        const u32 to = base + step % STAGES * STAGE;
        const int tap = step / blocks, channel = step % blocks * DEPTH + chunk * 8;
        const int tap_x = tap % layer.taps[2], tap_y = tap / layer.taps[2] % layer.taps[1], tap_t = tap / layer.taps[2] / layer.taps[1];
#pragma unroll
        for (int i = 0; i < 4; i++) {
            int t = at_t[i] + tap_t - layer.pads[0];
            const int y = at_y[i] + tap_y - layer.pads[1], z = at_x[i] + tap_x - layer.pads[2];
            bool is_there = y >= 0 && y < layer.height && z >= 0 && z < layer.width;
            if (layer.repeats_frames) t = t < 0 ? 0 : t >= layer.frames ? layer.frames - 1 : t;
            is_there = is_there && t >= 0 && t < layer.frames;
            const long long source = is_there ? (static_cast<long long>(t) * in_height + (y >> layer.halvings)) * in_width + (z >> layer.halvings) : 0;
            copy_16(to + place(thread / 8 + 32 * i, chunk), x + source * layer.channels + channel, is_there);
        }
#pragma unroll
        for (int i = 0; i < COLUMNS / 32; i++) {
            const int row = thread / 8 + 32 * i;
            const bf16_bits *from = weight + (static_cast<long long>(column + row) * taps + tap) * layer.channels + channel;
            copy_16(to + POSITIONS * DEPTH * 2 + place(row, chunk), from, true);
        }
    };

#pragma unroll
    for (int step = 0; step < STAGES - 1; step++) {
        if (step < steps) fetch(step);
        end_group();
    }
    const int row = warp / 2 * 32, of_warp = warp % 2 * OF_WARP;
    float sums[2][OF_WARP / 8][4] = {};
    for (int step = 0; step < steps; step++) {
        wait_groups<STAGES - 2>();
        __syncthreads();
        if (step + STAGES - 1 < steps) fetch(step + STAGES - 1);
        end_group();
        const u32 left = base + step % STAGES * STAGE, right = left + POSITIONS * DEPTH * 2;
#pragma unroll
        for (int k = 0; k < DEPTH / 16; k++) {
            u32 a[2][4];
#pragma unroll
            for (int i = 0; i < 2; i++) load_matrices(a[i], left + place(row + i * 16 + lane % 16, 2 * k + lane / 16));
#pragma unroll
            for (int n = 0; n < OF_WARP / 16; n++) {
                u32 b[4];
                load_matrices(b, right + place(of_warp + n * 16 + lane / 16 * 8 + lane % 8, 2 * k + lane / 8 % 2));
#pragma unroll
                for (int i = 0; i < 2; i++) {
                    multiply_add(sums[i][2 * n], a[i], b[0], b[1]);
                    multiply_add(sums[i][2 * n + 1], a[i], b[2], b[3]);
                }
            }
        }
    }

#pragma unroll
    for (int i = 0; i < 2; i++) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            const long long position = first + row + i * 16 + half * 8 + lane / 4;
            if (position >= positions) continue;
            const int px = static_cast<int>(position % layer.width), py = static_cast<int>(position / layer.width % layer.height);
            const int pt = static_cast<int>(position / layer.width / layer.height);
#pragma unroll
            for (int n = 0; n < OF_WARP / 8; n++) {
                const int c = column + of_warp + n * 8 + lane % 4 * 2;
                float low = sums[i][n][2 * half] + bias[c], high = sums[i][n][2 * half + 1] + bias[c + 1];
                if (layer.spread < 2 && c + 1 < layer.columns && layer.columns % 4 == 0) {
                    const long long to = target(layer, pt, py, px, c);
                    if (residual) {
                        const u32 pair = *reinterpret_cast<const u32 *>(residual + to);
                        low += of_bf16(static_cast<bf16_bits>(pair));
                        high += of_bf16(static_cast<bf16_bits>(pair >> 16));
                    }
                    *reinterpret_cast<u32 *>(out + to) = pack_bf16(low, high);
                    continue;
                }
#pragma unroll
                for (int k = 0; k < 2; k++) {
                    if (c + k >= layer.columns) continue;
                    const long long to = target(layer, pt, py, px, c + k);
                    out[to] = to_bf16((k ? high : low) + (residual ? of_bf16(residual[to]) : 0.0f));
                }
            }
        }
    }
}

// What stands in front of a layer: the root mean square over the channels of each position `[n, c]` to 1 (`guard` above 0
// is added to the mean square, below 0 is the least length), a gain where there is one, an activation (0 none, 1 SiLU,
// 2 ReLU). A warp a position; rows of the result have `padded` channels, the last ones zeros.
template <typename In>
__device__ __forceinline__ void normed(const In *x, const float *gain, bf16_bits *out, long long positions, int channels,
                                       int padded, float guard, int norms, int activation) {
    const long long position = blockIdx.x * 8ll + threadIdx.x / 32;
    const int lane = threadIdx.x % 32;
    if (position >= positions) return;
    const In *from = x + position * channels;
    bf16_bits *to = out + position * padded;
    float factor = 1.0f;
    if (norms) {
        float sum = 0.0f;
        for (int c = lane; c < channels; c += 32) {
            const float v = get(from + c);
            sum += v * v;
        }
        sum = sum_of_warp(sum);
        factor = guard >= 0.0f ? 1.0f / sqrtf(sum / channels + guard) : sqrtf(static_cast<float>(channels)) / fmaxf(sqrtf(sum), -guard);
    }
    for (int c = lane; c < padded; c += 32) {
        float v = 0.0f;
        if (c < channels) {
            v = get(from + c) * factor;
            if (gain) v *= gain[c];
            if (activation == 1) v *= sigmoid(v);
            if (activation == 2) v = fmaxf(v, 0.0f);
        }
        put(to + c, v);
    }
}
} // namespace convolution

#define LAYER_ARGUMENTS                                                                                                  \
    const bf16_bits *x, const bf16_bits *weight, const float *bias, const bf16_bits *residual, bf16_bits *out, int frames, \
        int height, int width, int channels, int columns, int taps_t, int taps_y, int taps_x, int pad_t, int pad_y,      \
        int pad_x, int halvings, int repeats_frames, int spread
#define LAYER                                                                                                            \
    {                                                                                                                    \
        frames, height, width, channels, columns, {taps_t, taps_y, taps_x}, {pad_t, pad_y, pad_x}, halvings,              \
            repeats_frames, spread                                                                                       \
    }

extern "C" __global__ void __launch_bounds__(256, 2) convolution_64(LAYER_ARGUMENTS) {
    const convolution::Layer layer = LAYER;
    convolution::convolve<64>(x, weight, bias, residual, out, layer);
}

extern "C" __global__ void __launch_bounds__(256, 2) convolution_128(LAYER_ARGUMENTS) {
    const convolution::Layer layer = LAYER;
    convolution::convolve<128>(x, weight, bias, residual, out, layer);
}

extern "C" __global__ void __launch_bounds__(256)
channel_norm_bf16(const bf16_bits *x, const float *gain, bf16_bits *out, long long positions, int channels, int padded,
                  float guard, int norms, int activation) {
    convolution::normed(x, gain, out, positions, channels, padded, guard, norms, activation);
}

extern "C" __global__ void __launch_bounds__(256)
channel_norm_f32(const float *x, const float *gain, bf16_bits *out, long long positions, int channels, int padded,
                 float guard, int norms, int activation) {
    convolution::normed(x, gain, out, positions, channels, padded, guard, norms, activation);
}
