// Softmax attention of bfloat16 heads with float32 scores, for cards from Ampere on.
//
// A block has 64 keys and values of one head in shared memory at a time and keeps 128 queries, 32 in each of its four
// warps, with their sums in registers. Keys arrive while values are used and the other way round; two blocks a
// multiprocessor hide what is left. Rows of shared memory are cut into 16 bytes whose order is turned by the row, so that
// eight rows of a column lie in different banks.
#include "device.cuh"

namespace {
constexpr int QUERIES = 128, KEYS = 64, THREADS = 128;

// Where 16 bytes of a row lie.
template <int D> __device__ __forceinline__ u32 place(int row, int chunk) {
    return static_cast<u32>(row * D * 2 + ((chunk ^ (row % 8)) * 16));
}

// Rows `first..first + count` of `[l, d]` to shared memory; rows from `end` on are zeros.
template <int D, int COUNT>
__device__ __forceinline__ void copy_rows(u32 to, const bf16_bits *from, int first, int end) {
    constexpr int CHUNKS = D / 8;
#pragma unroll
    for (int i = 0; i < COUNT * CHUNKS / THREADS; i++) {
        const int at = i * THREADS + static_cast<int>(threadIdx.x), row = at / CHUNKS, chunk = at % CHUNKS;
        const bool is_there = first + row < end;
        // A row that is not there is not read; the address must be one that could be.
        const long long source = is_there ? first + row : first;
        copy_16(to + place<D>(row, chunk), from + source * D + chunk * 8, is_there);
    }
}

// Keys of a span: two ranges, visited in steps of `KEYS`.
struct Walk {
    int start, end, second_start, second_end;
    __device__ __forceinline__ int of_first() const { return (end - start + KEYS - 1) / KEYS; }
    __device__ __forceinline__ int steps() const { return of_first() + (second_end - second_start + KEYS - 1) / KEYS; }
    __device__ __forceinline__ int first(int step) const {
        const int past = step - of_first();
        return past < 0 ? start + step * KEYS : second_start + past * KEYS;
    }
    __device__ __forceinline__ int last(int step) const { return step < of_first() ? end : second_end; }
};

// `query` `[heads, l, D]`, `key` and `value` `[kv_heads, l, D]`, `gate` `[l, heads]` or null, `out` `[l, heads D]`.
// A block of the grid (spans, heads) computes the queries that its six numbers of `spans` say: from, to, and the two
// ranges of keys. `scale` is log2(e) / sqrt(D).
template <int D>
__device__ __forceinline__ void attend(const bf16_bits *query, const bf16_bits *key, const bf16_bits *value,
                                       const bf16_bits *gate, bf16_bits *out, const int *spans, int rows, int heads,
                                       int kv_heads, float scale) {
    SHARED_BYTES(shared);
    const u32 queries = shared_address(shared), keys = queries + QUERIES * D * 2, values = keys + KEYS * D * 2;
    const int *span = spans + blockIdx.x * 6;
    const int from = span[0], to = span[1], head = blockIdx.y, lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const Walk walk = {span[2], span[3], span[4], span[5]};
    const int steps = walk.steps();
    const long long of_head = static_cast<long long>(rows) * D, kv = (head / (heads / kv_heads)) * of_head;
    query += head * of_head;
    key += kv;
    value += kv;

    copy_rows<D, QUERIES>(queries, query, from, to);
    copy_rows<D, KEYS>(keys, key, walk.first(0), walk.last(0));
    end_group();

    float sums[2][D / 8][4] = {}, maxima[2][2], totals[2][2] = {};
#pragma unroll
    for (int i = 0; i < 2; i++) maxima[i][0] = maxima[i][1] = -1e30f;

    for (int step = 0; step < steps; step++) {
        const int first = walk.first(step), last = walk.last(step);
        wait_groups<0>();
        __syncthreads();
        copy_rows<D, KEYS>(values, value, first, last);
        end_group();

        float scores[2][KEYS / 8][4] = {};
#pragma unroll
        for (int k = 0; k < D / 16; k++) {
            u32 q[2][4];
#pragma unroll
            for (int i = 0; i < 2; i++) {
                load_matrices(q[i], queries + place<D>(warp * 32 + i * 16 + lane % 16, 2 * k + lane / 16));
            }
#pragma unroll
            for (int n = 0; n < KEYS / 16; n++) {
                u32 b[4];
                load_matrices(b, keys + place<D>(n * 16 + lane / 16 * 8 + lane % 8, 2 * k + lane / 8 % 2));
#pragma unroll
                for (int i = 0; i < 2; i++) {
                    multiply_add(scores[i][2 * n], q[i], b[0], b[1]);
                    multiply_add(scores[i][2 * n + 1], q[i], b[2], b[3]);
                }
            }
        }
        if (first + KEYS > last) {
#pragma unroll
            for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
                for (int c = 0; c < 4; c++) {
                    if (first + n * 8 + lane % 4 * 2 + c % 2 >= last) scores[0][n][c] = scores[1][n][c] = -1e30f;
                }
            }
        }

        wait_groups<0>();
        __syncthreads();
        if (step + 1 < steps) {
            copy_rows<D, KEYS>(keys, key, walk.first(step + 1), walk.last(step + 1));
            end_group();
        }

#pragma unroll
        for (int i = 0; i < 2; i++) {
#pragma unroll
            for (int half = 0; half < 2; half++) {
                float top = maxima[i][half];
#pragma unroll
                for (int n = 0; n < KEYS / 8; n++) top = fmaxf(top, fmaxf(scores[i][n][2 * half], scores[i][n][2 * half + 1]));
                top = fmaxf(top, of_lane_xor(top, 1));
                top = fmaxf(top, of_lane_xor(top, 2));
                const float shrink = power_of_two((maxima[i][half] - top) * scale), shift = top * scale;
                maxima[i][half] = top;
                float total = 0.0f;
#pragma unroll
                for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
                    for (int c = 2 * half; c < 2 * half + 2; c++) {
                        scores[i][n][c] = power_of_two(fmaf(scores[i][n][c], scale, -shift));
                        total += scores[i][n][c];
                    }
                }
                totals[i][half] = totals[i][half] * shrink + total;
#pragma unroll
                for (int n = 0; n < D / 8; n++) {
                    sums[i][n][2 * half] *= shrink;
                    sums[i][n][2 * half + 1] *= shrink;
                }
            }
        }
#pragma unroll
        for (int k = 0; k < KEYS / 16; k++) {
            u32 p[2][4];
#pragma unroll
            for (int i = 0; i < 2; i++) {
                p[i][0] = pack_bf16(scores[i][2 * k][0], scores[i][2 * k][1]);
                p[i][1] = pack_bf16(scores[i][2 * k][2], scores[i][2 * k][3]);
                p[i][2] = pack_bf16(scores[i][2 * k + 1][0], scores[i][2 * k + 1][1]);
                p[i][3] = pack_bf16(scores[i][2 * k + 1][2], scores[i][2 * k + 1][3]);
            }
#pragma unroll
            for (int n = 0; n < D / 16; n++) {
                u32 b[4];
                load_matrices_transposed(b, values + place<D>(k * 16 + lane / 8 % 2 * 8 + lane % 8, 2 * n + lane / 16));
#pragma unroll
                for (int i = 0; i < 2; i++) {
                    multiply_add(sums[i][2 * n], p[i], b[0], b[1]);
                    multiply_add(sums[i][2 * n + 1], p[i], b[2], b[3]);
                }
            }
        }
    }

#pragma unroll
    for (int i = 0; i < 2; i++) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float total = totals[i][half];
            total += of_lane_xor(total, 1);
            total += of_lane_xor(total, 2);
            const float inverse = 1.0f / total;
            const int row = from + warp * 32 + i * 16 + half * 8 + lane / 4;
            if (row >= to) continue;
            const float open = gate ? sigmoid(of_bf16(gate[static_cast<long long>(row) * heads + head])) : 1.0f;
            bf16_bits *of_row = out + (static_cast<long long>(row) * heads + head) * D + lane % 4 * 2;
#pragma unroll
            for (int n = 0; n < D / 8; n++) {
                u32 pair = pack_bf16(sums[i][n][2 * half] * inverse, sums[i][n][2 * half + 1] * inverse);
                if (gate) {
                    const float low = of_bf16(static_cast<bf16_bits>(pair)), high = of_bf16(static_cast<bf16_bits>(pair >> 16));
                    pair = pack_bf16(low * open, high * open);
                }
                *reinterpret_cast<u32 *>(of_row + n * 8) = pair;
            }
        }
    }
}
} // namespace

extern "C" __global__ void __launch_bounds__(128, 2)
attention_128(const bf16_bits *query, const bf16_bits *key, const bf16_bits *value, const bf16_bits *gate, bf16_bits *out,
              const int *spans, int rows, int heads, int kv_heads, float scale) {
    attend<128>(query, key, value, gate, out, spans, rows, heads, kv_heads, scale);
}

extern "C" __global__ void __launch_bounds__(128, 2)
attention_64(const bf16_bits *query, const bf16_bits *key, const bf16_bits *value, const bf16_bits *gate, bf16_bits *out,
             const int *spans, int rows, int heads, int kv_heads, float scale) {
    attend<64>(query, key, value, gate, out, spans, rows, heads, kv_heads, scale);
}
