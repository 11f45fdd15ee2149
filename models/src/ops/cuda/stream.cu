// What passes the stream once between two products: norms, the split into heads, activations.
#include "device.cuh"

// Root-mean-square norm of rows `[l, d]` float32 times `scale` of the row's expert `[experts, d]`. A block of 256 a row;
// `d` is a multiple of 4.
template <typename Out>
__device__ __forceinline__ void rms_norm(const float *x, const float *scale, Out *out, int d, int experts, int video,
                                         int audio_end) {
    SHARED_BYTES(shared);
    float *sums = reinterpret_cast<float *>(shared);
    const int row = blockIdx.x, thread = threadIdx.x;
    const float4 *from = reinterpret_cast<const float4 *>(x + static_cast<long long>(row) * d);
    const float4 *factor =
        reinterpret_cast<const float4 *>(scale + static_cast<long long>(expert_of(row, experts, video, audio_end)) * d);
    float sum = 0.0f;
    for (int i = thread; i < d / 4; i += 256) {
        const float4 v = from[i];
        sum += v.x * v.x + v.y * v.y + v.z * v.z + v.w * v.w;
    }
    sum = sum_of_warp(sum);
    if (thread % 32 == 0) sums[thread / 32] = sum;
    __syncthreads();
    float total = 0.0f;
#pragma unroll
    for (int i = 0; i < 8; i++) total += sums[i];
    const float inverse = 1.0f / sqrtf(total / d + 1e-6f);
    Out *to = out + static_cast<long long>(row) * d;
    for (int i = thread; i < d / 4; i += 256) {
        const float4 v = from[i], f = factor[i];
        put(to + 4 * i, v.x * inverse * f.x);
        put(to + 4 * i + 1, v.y * inverse * f.y);
        put(to + 4 * i + 2, v.z * inverse * f.z);
        put(to + 4 * i + 3, v.w * inverse * f.w);
    }
}

extern "C" __global__ void __launch_bounds__(256)
rms_norm_f32(const float *x, const float *scale, float *out, int d, int experts, int video, int audio_end) {
    rms_norm(x, scale, out, d, experts, video, audio_end);
}

extern "C" __global__ void __launch_bounds__(256)
rms_norm_bf16(const float *x, const float *scale, bf16_bits *out, int d, int experts, int video, int audio_end) {
    rms_norm(x, scale, out, d, experts, video, audio_end);
}

// The qkv product `[l, (heads + 2 kv_heads) d + gates]` in heads: queries `[heads, l, d]` and keys `[kv_heads, l, d]`
// normed over `d` and rotated over the first 3/4 of it, values `[kv_heads, l, d]` and gates `[l, gates]` as they are.
// `rope` is `[l, 2 * 3/8 d]`, sines then cosines. Blocks of 8 warps, a warp for each row and head; grid of
// (rows, ceil((heads + 2 kv_heads) / 8)); 8 d floats of shared memory.
template <typename T>
__device__ __forceinline__ void split_heads(const T *qkv, const float *rope, const float *q_scale, const float *k_scale,
                                            T *query, T *key, T *value, T *gate, int rows, int heads, int kv_heads,
                                            int gates, int d, int experts, int video, int audio_end) {
    SHARED_BYTES(shared);
    const int row = blockIdx.x, warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    const int head = blockIdx.y * 8 + warp, all = heads + 2 * kv_heads, width = all * d + gates;
    const T *of_row = qkv + static_cast<long long>(row) * width;
    if (blockIdx.y == 0) {
        for (int i = threadIdx.x; i < gates; i += 256) {
            gate[static_cast<long long>(row) * gates + i] = of_row[all * d + i];
        }
    }
    if (head >= all) return;
    const T *from = of_row + head * d;
    if (head >= heads + kv_heads) {
        T *to = value + (static_cast<long long>(head - heads - kv_heads) * rows + row) * d;
        for (int i = lane; i < d; i += 32) to[i] = from[i];
        return;
    }
    float *x = reinterpret_cast<float *>(shared) + warp * d;
    float sum = 0.0f;
    for (int i = lane; i < d; i += 32) {
        const float v = get(from + i);
        x[i] = v;
        sum += v * v;
    }
    const float inverse = 1.0f / sqrtf(sum_of_warp(sum) / d + 1e-6f);
    const bool is_query = head < heads;
    const float *scale = (is_query ? q_scale : k_scale) + expert_of(row, experts, video, audio_end) * d;
    T *to = is_query ? query + (static_cast<long long>(head) * rows + row) * d
                     : key + (static_cast<long long>(head - heads) * rows + row) * d;
    const int half = d / 8 * 3;
    const float *sine = rope + static_cast<long long>(row) * 2 * half, *cosine = sine + half;
    warp_barrier();
    for (int i = lane; i < half; i += 32) {
        const float a = x[i] * inverse * scale[i], b = x[i + half] * inverse * scale[i + half];
        put(to + i, a * cosine[i] - b * sine[i]);
        put(to + i + half, b * cosine[i] + a * sine[i]);
    }
    for (int i = 2 * half + lane; i < d; i += 32) put(to + i, x[i] * inverse * scale[i]);
}

extern "C" __global__ void __launch_bounds__(256)
split_heads_f32(const float *qkv, const float *rope, const float *q_scale, const float *k_scale, float *query, float *key,
                float *value, float *gate, int rows, int heads, int kv_heads, int gates, int d, int experts, int video,
                int audio_end) {
    split_heads(qkv, rope, q_scale, k_scale, query, key, value, gate, rows, heads, kv_heads, gates, d, experts, video,
                audio_end);
}

extern "C" __global__ void __launch_bounds__(256)
split_heads_bf16(const bf16_bits *qkv, const float *rope, const float *q_scale, const float *k_scale, bf16_bits *query,
                 bf16_bits *key, bf16_bits *value, bf16_bits *gate, int rows, int heads, int kv_heads, int gates, int d,
                 int experts, int video, int audio_end) {
    split_heads(qkv, rope, q_scale, k_scale, query, key, value, gate, rows, heads, kv_heads, gates, d, experts, video,
                audio_end);
}

__device__ __forceinline__ float gelu7(float x) {
    x = fminf(x, 7.0f);
    return x * sigmoid(1.702f * x);
}

// `gelu7(gate) * (linear + 1)` of the pairs in rows `[l, stride]`, whose first `2 width` columns count, to rows
// `[l, padded]`; the columns from `width` on become zeros. Grid of (l, ceil(padded / 1024)), blocks of 256, four
// columns a thread; `padded` is a multiple of 4.
extern "C" __global__ void __launch_bounds__(256)
swiglu7_bf16(const bf16_bits *x, bf16_bits *out, int width, int stride, int padded) {
    const int column = (blockIdx.y * 256 + threadIdx.x) * 4;
    if (column >= padded) return;
    const bf16_bits *from = x + static_cast<long long>(blockIdx.x) * stride + 2 * column;
    float y[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    if (column + 4 <= width && stride % 8 == 0) {
        const uint4 four = *reinterpret_cast<const uint4 *>(from);
        const u32 pairs[4] = {four.x, four.y, four.z, four.w};
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const float linear = of_bf16(static_cast<bf16_bits>(pairs[i] >> 16));
            y[i] = gelu7(of_bf16(static_cast<bf16_bits>(pairs[i]))) * (fminf(fmaxf(linear, -7.0f), 7.0f) + 1.0f);
        }
    } else {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            if (column + i < width) {
                const float linear = get(from + 2 * i + 1);
                y[i] = gelu7(get(from + 2 * i)) * (fminf(fmaxf(linear, -7.0f), 7.0f) + 1.0f);
            }
        }
    }
    uint2 packed;
    packed.x = pack_bf16(y[0], y[1]);
    packed.y = pack_bf16(y[2], y[3]);
    *reinterpret_cast<uint2 *>(out + static_cast<long long>(blockIdx.x) * padded + column) = packed;
}

// `gelu7` of `count` values, a multiple of 4; four a thread.
extern "C" __global__ void __launch_bounds__(256) gelu7_bf16(const bf16_bits *x, bf16_bits *out, long long count) {
    const long long first = (blockIdx.x * 256ll + threadIdx.x) * 4;
    if (first >= count) return;
    const uint2 two = *reinterpret_cast<const uint2 *>(x + first);
    uint2 packed;
    packed.x = pack_bf16(gelu7(of_bf16(static_cast<bf16_bits>(two.x))), gelu7(of_bf16(static_cast<bf16_bits>(two.x >> 16))));
    packed.y = pack_bf16(gelu7(of_bf16(static_cast<bf16_bits>(two.y))), gelu7(of_bf16(static_cast<bf16_bits>(two.y >> 16))));
    *reinterpret_cast<uint2 *>(out + first) = packed;
}
