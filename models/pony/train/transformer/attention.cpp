// Softmax attention of bfloat16 heads that share one key and value, on a processor with matrix tiles (AMX) or
// at least vectors that multiply bfloat16.
//
// `QUERIES` queries stand in the columns and `KEYS` keys in the rows of the scores, so that a query's maximum, sum and
// logarithm are lanes of a vector and both neighbours in a column become the pair that a tile wants. Scores are never
// in memory as a whole. Heads have 64 components; `head rows` are queries of all heads, [tokens * heads, 64].
#include "tiles.h"

#include <algorithm>
#include <sys/syscall.h>
#include <unistd.h>

namespace {
constexpr int WIDTH = 64, QUERIES = 128, KEYS = 256, LANES = 16, COLUMNS = QUERIES / LANES;
// Products are divided by the root of the width; powers are of two.
constexpr float SCALE = 1 / 8.0f, SCALE_2 = SCALE * 1.44269504f;

// `c` [m, n] (+)= `a` [m, k] `b` [k, n]; in `b` two rows lie in one of pairs. Sizes are multiples of 32.
template <bool ADD>
void product(float *c, int c_row, const bf16 *a, int a_row, const uint32_t *b, int b_row, int m, int n, int k) {
    for (int i = 0; i < m; i += 32)
        for (int j = 0; j < n; j += 32) {
            float *corner = c + i * c_row + j;
            const auto *left = reinterpret_cast<const uint32_t *>(a + i * a_row);
            sum(ADD, {corner, corner + 16, corner + 16 * c_row, corner + 16 * c_row + 16}, c_row, [&](auto add) {
                for (int l = 0; l < k / 2; l += 16)
                    add(Two{left + l, left + 8 * a_row + l, a_row / 2}, Two{b + l * b_row + j, b + l * b_row + j + 16, b_row});
            });
        }
}

// 2^x for x <= 0, off by less than a bfloat16 shows.
__m512 exp2(__m512 x) {
    x = _mm512_max_ps(x, _mm512_set1_ps(-100));
    const __m512 whole = _mm512_roundscale_ps(x, 0), part = _mm512_sub_ps(x, whole);
    __m512 y = _mm512_set1_ps(0.009618129f);
    y = _mm512_fmadd_ps(y, part, _mm512_set1_ps(0.05550411f));
    y = _mm512_fmadd_ps(y, part, _mm512_set1_ps(0.24022651f));
    y = _mm512_fmadd_ps(y, part, _mm512_set1_ps(0.69314718f));
    y = _mm512_fmadd_ps(y, part, _mm512_set1_ps(1));
    return _mm512_scalef_ps(y, whole);
}

void store(bf16 *to, __m512 x) { _mm256_store_si256(reinterpret_cast<__m256i *>(to), (__m256i)_mm512_cvtneps_pbh(x)); }

// Two neighbours in each column, side by side.
void store_pairs(uint32_t *to, __m512 upper, __m512 lower) {
    alignas(64) static const uint16_t order[32] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                   8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    const __m512i both = (__m512i)_mm512_cvtne2ps_pbh(lower, upper);
    _mm512_store_si512(to, _mm512_permutexvar_epi16(_mm512_load_si512(order), both));
}

// Rows [count, 64] as columns of pairs of components: [32, QUERIES], columns from `count` on zeros.
void to_columns(uint32_t *to, const bf16 *rows, int count) {
    const uint32_t *pairs = reinterpret_cast<const uint32_t *>(rows);
    for (int r = 0; r < WIDTH / 2; r++)
        for (int j = 0; j < QUERIES; j++) to[r * QUERIES + j] = j < count ? pairs[j * (WIDTH / 2) + r] : 0;
}

// Rows [count, 64] as pairs of rows: [QUERIES / 2, 64].
void to_pairs(uint32_t *to, const bf16 *rows, int count) {
    for (int j = 0; j < QUERIES / 2; j++)
        for (int d = 0; d < WIDTH; d++) {
            const uint32_t one = 2 * j < count ? rows[2 * j * WIDTH + d] : 0, two = 2 * j + 1 < count ? rows[(2 * j + 1) * WIDTH + d] : 0;
            to[j * WIDTH + d] = one | two << 16;
        }
}

int padded(int count) { return (count + KEYS - 1) / KEYS * KEYS; }

void transpose(bf16 *to, const bf16 *rows, int count) {
    const int row = padded(count);
    for (int i = 0; i < count; i++)
        for (int d = 0; d < WIDTH; d++) to[d * row + i] = rows[i * WIDTH + d];
}

// One sample: `tokens` keys, `rows` queries. `logs` [rows] gets the base-2 logarithm of each query's sum.
void forward(const bf16 *q, const bf16 *k, const bf16 *v, bf16 *out, float *logs, int tokens, int rows) {
    const int length = padded(tokens);
    Block<bf16> keys(length * WIDTH), values(length * WIDTH);
    std::memcpy(keys.data(), k, sizeof(bf16) * tokens * WIDTH);
    transpose(values.data(), v, tokens);
    Block<uint32_t> columns(WIDTH / 2 * QUERIES), shares(KEYS / 2 * QUERIES);
    Block<float> scores(KEYS * QUERIES), sums(WIDTH * QUERIES);
    for (int at = 0; at < rows; at += QUERIES) {
        const int count = std::min(QUERIES, rows - at);
        to_columns(columns.data(), q + at * WIDTH, count);
        __m512 most[COLUMNS], total[COLUMNS];
        std::fill(most, most + COLUMNS, _mm512_set1_ps(-1e30f));
        std::fill(total, total + COLUMNS, _mm512_setzero_ps());
        std::fill(sums.data(), sums.data() + WIDTH * QUERIES, 0.0f);
        for (int first = 0; first < tokens; first += KEYS) {
            const int here = std::min(KEYS, tokens - first), upto = (here + 31) / 32 * 32;
            product<false>(scores.data(), QUERIES, keys.data() + first * WIDTH, WIDTH, columns.data(), QUERIES, upto, QUERIES, WIDTH);
            for (int c = 0; c < COLUMNS; c++) {
                const float *column = scores.data() + c * LANES;
                __m512 top = _mm512_load_ps(column);
                for (int r = 1; r < here; r++) top = _mm512_max_ps(top, _mm512_load_ps(column + r * QUERIES));
                top = _mm512_max_ps(most[c], _mm512_mul_ps(top, _mm512_set1_ps(SCALE_2)));
                const __m512 fade = exp2(_mm512_sub_ps(most[c], top));
                most[c] = top;
                __m512 sum = _mm512_mul_ps(total[c], fade);
                if (first)
                    for (int d = 0; d < WIDTH; d++) {
                        float *x = sums.data() + d * QUERIES + c * LANES;
                        _mm512_store_ps(x, _mm512_mul_ps(_mm512_load_ps(x), fade));
                    }
                for (int r = 0; r < upto; r += 2) {
                    __m512 one = _mm512_setzero_ps(), two = one;
                    if (r < here) one = exp2(_mm512_fmsub_ps(_mm512_load_ps(column + r * QUERIES), _mm512_set1_ps(SCALE_2), top));
                    if (r + 1 < here) two = exp2(_mm512_fmsub_ps(_mm512_load_ps(column + (r + 1) * QUERIES), _mm512_set1_ps(SCALE_2), top));
                    sum = _mm512_add_ps(sum, _mm512_add_ps(one, two));
                    store_pairs(shares.data() + r / 2 * QUERIES + c * LANES, one, two);
                }
                total[c] = sum;
            }
            product<true>(sums.data(), QUERIES, values.data() + first, length, shares.data(), QUERIES, WIDTH, QUERIES, upto);
        }
        alignas(64) float top[QUERIES], sum[QUERIES];
        for (int c = 0; c < COLUMNS; c++) {
            _mm512_store_ps(top + c * LANES, most[c]);
            _mm512_store_ps(sum + c * LANES, total[c]);
        }
        for (int j = 0; j < count; j++) {
            logs[at + j] = top[j] + __builtin_log2f(sum[j]);
            for (int d = 0; d < WIDTH; d++) out[(at + j) * WIDTH + d] = narrow(sums.data()[d * QUERIES + j] / sum[j]);
        }
    }
}

void backward(const bf16 *grad, const bf16 *q, const bf16 *k, const bf16 *v, const bf16 *out, const float *logs, bf16 *dq, bf16 *dk,
              bf16 *dv, int tokens, int rows) {
    const int length = padded(tokens);
    Block<bf16> keys(length * WIDTH), values(length * WIDTH), key_columns(length * WIDTH);
    std::memcpy(keys.data(), k, sizeof(bf16) * tokens * WIDTH);
    std::memcpy(values.data(), v, sizeof(bf16) * tokens * WIDTH);
    transpose(key_columns.data(), k, tokens);
    Block<float> of_keys(length * WIDTH), of_values(length * WIDTH), of_queries(WIDTH * QUERIES);
    Block<float> scores(KEYS * QUERIES), wanted(KEYS * QUERIES);
    Block<bf16> shares(KEYS * QUERIES), changes(KEYS * QUERIES);
    Block<uint32_t> change_pairs(KEYS / 2 * QUERIES), q_columns(WIDTH / 2 * QUERIES), g_columns(WIDTH / 2 * QUERIES);
    Block<uint32_t> q_pairs(QUERIES / 2 * WIDTH), g_pairs(QUERIES / 2 * WIDTH);
    for (int at = 0; at < rows; at += QUERIES) {
        const int count = std::min(QUERIES, rows - at);
        to_columns(q_columns.data(), q + at * WIDTH, count);
        to_columns(g_columns.data(), grad + at * WIDTH, count);
        to_pairs(q_pairs.data(), q + at * WIDTH, count);
        to_pairs(g_pairs.data(), grad + at * WIDTH, count);
        alignas(64) float log[QUERIES] = {}, mean[QUERIES] = {};
        for (int j = 0; j < count; j++) {
            log[j] = logs[at + j];
            for (int d = 0; d < WIDTH; d++) mean[j] += wide(grad[(at + j) * WIDTH + d]) * wide(out[(at + j) * WIDTH + d]);
        }
        std::fill(of_queries.data(), of_queries.data() + WIDTH * QUERIES, 0.0f);
        for (int first = 0; first < tokens; first += KEYS) {
            const int here = std::min(KEYS, tokens - first), upto = (here + 31) / 32 * 32;
            product<false>(scores.data(), QUERIES, keys.data() + first * WIDTH, WIDTH, q_columns.data(), QUERIES, upto, QUERIES, WIDTH);
            product<false>(wanted.data(), QUERIES, values.data() + first * WIDTH, WIDTH, g_columns.data(), QUERIES, upto, QUERIES, WIDTH);
            for (int r = 0; r < upto; r += 2)
                for (int c = 0; c < COLUMNS; c++) {
                    __m512 share[2], change[2];
                    for (int i = 0; i < 2; i++) {
                        const int place = (r + i) * QUERIES + c * LANES;
                        const __m512 score = _mm512_load_ps(scores.data() + place);
                        share[i] = exp2(_mm512_fmsub_ps(score, _mm512_set1_ps(SCALE_2), _mm512_load_ps(log + c * LANES)));
                        if (r + i >= here) share[i] = _mm512_setzero_ps();
                        change[i] = _mm512_mul_ps(share[i], _mm512_sub_ps(_mm512_load_ps(wanted.data() + place), _mm512_load_ps(mean + c * LANES)));
                        store(shares.data() + place, share[i]);
                        store(changes.data() + place, change[i]);
                    }
                    store_pairs(change_pairs.data() + r / 2 * QUERIES + c * LANES, change[0], change[1]);
                }
            product<true>(of_values.data() + first * WIDTH, WIDTH, shares.data(), QUERIES, g_pairs.data(), WIDTH, upto, WIDTH, QUERIES);
            product<true>(of_keys.data() + first * WIDTH, WIDTH, changes.data(), QUERIES, q_pairs.data(), WIDTH, upto, WIDTH, QUERIES);
            product<true>(of_queries.data(), QUERIES, key_columns.data() + first, length, change_pairs.data(), QUERIES, WIDTH, QUERIES, upto);
        }
        for (int j = 0; j < count; j++)
            for (int d = 0; d < WIDTH; d++) dq[(at + j) * WIDTH + d] = narrow(of_queries.data()[d * QUERIES + j] * SCALE);
    }
    for (int i = 0; i < tokens * WIDTH; i++) {
        dk[i] = narrow(of_keys.data()[i] * SCALE);
        dv[i] = narrow(of_values.data()[i]);
    }
}
}  // namespace

// Whether this process may use tiles, where it is compiled for them.
extern "C" int pony_tiles() {
#ifdef __AMX_BF16__
    return syscall(SYS_arch_prctl, 0x1023, 18) == 0;
#else
    return 1;
#endif
}

// q, out [batch, tokens, heads, 64], k, v [batch, tokens, 64], logs [batch, tokens * heads]; of sample i only the first
// `lengths[i]` tokens count and are written.
extern "C" void pony_forward(const bf16 *q, const bf16 *k, const bf16 *v, bf16 *out, float *logs, const int64_t *lengths, int64_t batch,
                             int64_t tokens, int64_t heads) {
#pragma omp parallel for schedule(dynamic)
    for (int64_t i = 0; i < batch; i++) {
        use_tiles();
        const int64_t wide = i * tokens * heads, slim = i * tokens * WIDTH;
        forward(q + wide * WIDTH, k + slim, v + slim, out + wide * WIDTH, logs + wide, static_cast<int>(lengths[i]),
                static_cast<int>(lengths[i] * heads));
        leave_tiles();
    }
}

extern "C" void pony_backward(const bf16 *grad, const bf16 *q, const bf16 *k, const bf16 *v, const bf16 *out, const float *logs, bf16 *dq,
                              bf16 *dk, bf16 *dv, const int64_t *lengths, int64_t batch, int64_t tokens, int64_t heads) {
#pragma omp parallel for schedule(dynamic)
    for (int64_t i = 0; i < batch; i++) {
        use_tiles();
        const int64_t wide = i * tokens * heads, slim = i * tokens * WIDTH;
        backward(grad + wide * WIDTH, q + wide * WIDTH, k + slim, v + slim, out + wide * WIDTH, logs + wide, dq + wide * WIDTH, dk + slim,
                 dv + slim, static_cast<int>(lengths[i]), static_cast<int>(lengths[i] * heads));
        leave_tiles();
    }
}
