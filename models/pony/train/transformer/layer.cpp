// What stands between the matrix products of a transformer layer, forward and backward: norms, rotary embedding, gates and
// activations, each in one pass over its rows. `fused.py` calls these and tells the shapes.
//
// Rows are tokens, sorted by modality, so that an expert's rows are neighbours: expert e has the rows before `ends[e]`.
// Norms, rotation and gates are computed in float32; what a product reads or writes is bfloat16.

#include "tiles.h"

#include <algorithm>
#include <cmath>

namespace {
constexpr int HEAD = 64, BAND = 24;  // a head's components, and half of those that turn
constexpr float EPSILON = 1e-6f;

// Bounded, as the compiler is told that nothing is infinite.
inline float sigmoid(float x) { return 1 / (1 + std::exp(-std::max(x, -60.0f))); }

inline float inverse(const float *x, int width) {
    float sum = 0;
    for (int i = 0; i < width; i++) sum += x[i] * x[i];
    return 1 / std::sqrt(sum / width + EPSILON);
}

// The gradient of what a norm read: `grad` is that of what it wrote, `x` what it read. Adds to `of_weight`.
inline void norm_back(const float *grad, const float *x, const float *weight, float *dx, float *of_weight, int width) {
    const float inv = inverse(x, width);
    float dot = 0;
    for (int i = 0; i < width; i++) {
        of_weight[i] += grad[i] * x[i] * inv;
        dot += grad[i] * (1 + weight[i]) * x[i];
    }
    const float share = dot * inv * inv * inv / width;
    for (int i = 0; i < width; i++) dx[i] = grad[i] * (1 + weight[i]) * inv - x[i] * share;
}

inline void turn(const float *x, const float *sin, const float *cos, float *to) {
    for (int i = 0; i < BAND; i++) {
        to[i] = x[i] * cos[i] - x[i + BAND] * sin[i];
        to[i + BAND] = x[i + BAND] * cos[i] + x[i] * sin[i];
    }
    for (int i = 2 * BAND; i < HEAD; i++) to[i] = x[i];
}

inline void turn_back(const float *x, const float *sin, const float *cos, float *to) {
    for (int i = 0; i < BAND; i++) {
        to[i] = x[i] * cos[i] + x[i + BAND] * sin[i];
        to[i + BAND] = x[i + BAND] * cos[i] - x[i] * sin[i];
    }
    for (int i = 2 * BAND; i < HEAD; i++) to[i] = x[i];
}

// Where heads lie: queries of the `heads` are kept by the group whose key and value they share, [samples, groups, length, per, 64].
// A row of products has queries, keys, values and gates one after another.
struct Heads {
    int64_t heads, groups, length;
    int64_t per() const { return heads / groups; }
    int64_t row() const { return (heads + 2 * groups) * HEAD + heads; }
    int64_t gates() const { return (heads + 2 * groups) * HEAD; }
    // The key and the value of a group at `place`, sample * length + position.
    int64_t key(int64_t place, int64_t group) const { return ((place / length * groups + group) * length + place % length) * HEAD; }
    int64_t query(int64_t place, int64_t head) const { return key(place, head / per()) * per() + head % per() * HEAD; }
};

// Calls `row(r, e)` for each row and its expert.
template <typename Row> inline void each(const int64_t *ends, int64_t experts, Row row) {
    int64_t r = 0;
    for (int64_t e = 0; e < experts; e++)
        for (; r < ends[e]; r++) row(r, e);
}
}  // namespace

extern "C" {
// sum [rows, width] = x + y, unless there is no y; out = norm of it.
void pony_norm(const float *x, const bf16 *y, const float *weight, float *sum, bf16 *out, const int64_t *ends, int64_t experts, int64_t width) {
    each(ends, experts, [&](int64_t r, int64_t e) {
        const float *from = x + r * width, *w = weight + e * width;
        if (y) {
            for (int i = 0; i < width; i++) sum[r * width + i] = from[i] + wide(y[r * width + i]);
            from = sum + r * width;
        }
        const float inv = inverse(from, static_cast<int>(width));
        for (int i = 0; i < width; i++) out[r * width + i] = narrow(from[i] * inv * (1 + w[i]));
    });
}

// dx (+)= what `grad`, the gradient of the norm's output, is for its input x; `copy` gets dx in 16 bits. Adds to `of_weight`.
void pony_norm_back(const bf16 *grad, const float *x, const float *weight, float *dx, bf16 *copy, float *of_weight, const int64_t *ends,
                    int64_t experts, int64_t width) {
    std::vector<float> g(width), d(width);
    each(ends, experts, [&](int64_t r, int64_t e) {
        for (int i = 0; i < width; i++) g[i] = wide(grad[r * width + i]);
        norm_back(g.data(), x + r * width, weight + e * width, d.data(), of_weight + e * width, static_cast<int>(width));
        for (int i = 0; i < width; i++) {
            const float sum = dx[r * width + i] + d[i];
            dx[r * width + i] = sum;
            copy[r * width + i] = narrow(sum);
        }
    });
}

// Rows of products to queries, keys and values at `place[r]`.
void pony_spread(const bf16 *qkv, const float *q_weight, const float *k_weight, const float *sin, const float *cos, const int64_t *place,
                 bf16 *q, bf16 *k, bf16 *v, const int64_t *ends, int64_t experts, int64_t heads, int64_t groups, int64_t length) {
    const Heads at{heads, groups, length};
    each(ends, experts, [&](int64_t r, int64_t e) {
        const bf16 *from = qkv + r * at.row();
        for (int64_t h = 0; h < heads + groups; h++, from += HEAD) {
            const float *w = (h < heads ? q_weight : k_weight) + e * HEAD;
            bf16 *to = h < heads ? q + at.query(place[r], h) : k + at.key(place[r], h - heads);
            float x[HEAD], y[HEAD];
            for (int i = 0; i < HEAD; i++) x[i] = wide(from[i]);
            const float inv = inverse(x, HEAD);
            for (int i = 0; i < HEAD; i++) x[i] *= inv * (1 + w[i]);
            turn(x, sin + r * BAND, cos + r * BAND, y);
            for (int i = 0; i < HEAD; i++) to[i] = narrow(y[i]);
        }
        for (int64_t g = 0; g < groups; g++, from += HEAD) std::memcpy(v + at.key(place[r], g), from, HEAD * sizeof(bf16));
    });
}

// The gradients of `pony_spread`'s products but for the gates, from those of queries, keys and values.
void pony_spread_back(const bf16 *dq, const bf16 *dk, const bf16 *dv, const bf16 *qkv, const float *q_weight, const float *k_weight,
                      const float *sin, const float *cos, const int64_t *place, bf16 *dqkv, float *of_q, float *of_k, const int64_t *ends,
                      int64_t experts, int64_t heads, int64_t groups, int64_t length) {
    const Heads at{heads, groups, length};
    each(ends, experts, [&](int64_t r, int64_t e) {
        const bf16 *from = qkv + r * at.row();
        bf16 *to = dqkv + r * at.row();
        for (int64_t h = 0; h < heads + groups; h++, from += HEAD, to += HEAD) {
            const bf16 *grad = h < heads ? dq + at.query(place[r], h) : dk + at.key(place[r], h - heads);
            float x[HEAD], y[HEAD], g[HEAD];
            for (int i = 0; i < HEAD; i++) y[i] = wide(grad[i]);
            turn_back(y, sin + r * BAND, cos + r * BAND, g);
            for (int i = 0; i < HEAD; i++) x[i] = wide(from[i]);
            norm_back(g, x, (h < heads ? q_weight : k_weight) + e * HEAD, y, (h < heads ? of_q : of_k) + e * HEAD, HEAD);
            for (int i = 0; i < HEAD; i++) to[i] = narrow(y[i]);
        }
        for (int64_t g = 0; g < groups; g++, to += HEAD) std::memcpy(to, dv + at.key(place[r], g), HEAD * sizeof(bf16));
    });
}

// out [rows, heads * 64] = what attention says, times the sigmoid of the head's gate.
void pony_gate(const bf16 *said, const bf16 *qkv, const int64_t *place, bf16 *out, int64_t rows, int64_t heads, int64_t groups, int64_t length) {
    const Heads at{heads, groups, length};
    for (int64_t r = 0; r < rows; r++)
        for (int64_t h = 0; h < heads; h++) {
            const float gate = sigmoid(wide(qkv[r * at.row() + at.gates() + h]));
            const bf16 *from = said + at.query(place[r], h);
            for (int i = 0; i < HEAD; i++) out[(r * heads + h) * HEAD + i] = narrow(wide(from[i]) * gate);
        }
}

void pony_gate_back(const bf16 *grad, const bf16 *said, const bf16 *qkv, const int64_t *place, bf16 *of_said, bf16 *dqkv, int64_t rows,
                    int64_t heads, int64_t groups, int64_t length) {
    const Heads at{heads, groups, length};
    for (int64_t r = 0; r < rows; r++)
        for (int64_t h = 0; h < heads; h++) {
            const int64_t gated = r * at.row() + at.gates() + h;
            const float gate = sigmoid(wide(qkv[gated]));
            const bf16 *from = said + at.query(place[r], h), *g = grad + (r * heads + h) * HEAD;
            bf16 *to = of_said + at.query(place[r], h);
            float dot = 0;
            for (int i = 0; i < HEAD; i++) {
                const float x = wide(g[i]);
                dot += x * wide(from[i]);
                to[i] = narrow(x * gate);
            }
            dqkv[gated] = narrow(dot * gate * (1 - gate));
        }
}

// SwiGLU7 of gates in the first half of a row of 2 * width and linear parts in the second.
void pony_swiglu(const bf16 *up, bf16 *out, int64_t rows, int64_t width) {
    for (int64_t r = 0; r < rows; r++) {
        const bf16 *gates = up + 2 * r * width, *linear = gates + width;
        for (int i = 0; i < width; i++) {
            const float g = std::min(wide(gates[i]), 7.0f), l = std::max(std::min(wide(linear[i]), 7.0f), -7.0f);
            out[r * width + i] = narrow(g * sigmoid(1.702f * g) * (l + 1));
        }
    }
}

void pony_swiglu_back(const bf16 *grad, const bf16 *up, bf16 *of_up, int64_t rows, int64_t width) {
    for (int64_t r = 0; r < rows; r++) {
        const bf16 *gates = up + 2 * r * width, *linear = gates + width;
        for (int i = 0; i < width; i++) {
            const float raw = wide(gates[i]), line = wide(linear[i]), d = wide(grad[r * width + i]);
            const float g = std::min(raw, 7.0f), l = std::max(std::min(line, 7.0f), -7.0f), s = sigmoid(1.702f * g);
            of_up[2 * r * width + i] = narrow(raw > 7 ? 0.0f : d * (l + 1) * (s + 1.702f * g * s * (1 - s)));
            of_up[(2 * r + 1) * width + i] = narrow(line > 7 || line < -7 ? 0.0f : d * g * s);
        }
    }
}

void pony_gelu(const bf16 *up, bf16 *out, int64_t rows, int64_t width) {
    for (int64_t i = 0; i < rows * width; i++) {
        const float x = std::min(wide(up[i]), 7.0f);
        out[i] = narrow(x * sigmoid(1.702f * x));
    }
}

void pony_gelu_back(const bf16 *grad, const bf16 *up, bf16 *of_up, int64_t rows, int64_t width) {
    for (int64_t i = 0; i < rows * width; i++) {
        const float raw = wide(up[i]), x = std::min(raw, 7.0f), s = sigmoid(1.702f * x);
        of_up[i] = narrow(raw > 7 ? 0.0f : wide(grad[i]) * (s + 1.702f * x * s * (1 - s)));
    }
}
}
