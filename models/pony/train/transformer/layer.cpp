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

// Rows of products [rows, heads * 64 + 64 + 64 + heads] to queries [.., heads, 64], keys and values [.., 64] at `place[r]`.
void pony_spread(const bf16 *qkv, const float *q_weight, const float *k_weight, const float *sin, const float *cos, const int64_t *place,
                 bf16 *q, bf16 *k, bf16 *v, const int64_t *ends, int64_t experts, int64_t heads) {
    const int64_t row = (heads + 2) * HEAD + heads;
    each(ends, experts, [&](int64_t r, int64_t e) {
        for (int64_t h = 0; h <= heads; h++) {
            const bf16 *from = qkv + r * row + h * HEAD;
            const float *w = (h < heads ? q_weight : k_weight) + e * HEAD;
            bf16 *to = h < heads ? q + (place[r] * heads + h) * HEAD : k + place[r] * HEAD;
            float x[HEAD], y[HEAD];
            for (int i = 0; i < HEAD; i++) x[i] = wide(from[i]);
            const float inv = inverse(x, HEAD);
            for (int i = 0; i < HEAD; i++) x[i] *= inv * (1 + w[i]);
            turn(x, sin + r * BAND, cos + r * BAND, y);
            for (int i = 0; i < HEAD; i++) to[i] = narrow(y[i]);
        }
        std::memcpy(v + place[r] * HEAD, qkv + r * row + (heads + 1) * HEAD, HEAD * sizeof(bf16));
    });
}

// The gradients of `pony_spread`'s products but for the gates, from those of queries, keys and values.
void pony_spread_back(const bf16 *dq, const bf16 *dk, const bf16 *dv, const bf16 *qkv, const float *q_weight, const float *k_weight,
                      const float *sin, const float *cos, const int64_t *place, bf16 *dqkv, float *of_q, float *of_k, const int64_t *ends,
                      int64_t experts, int64_t heads) {
    const int64_t row = (heads + 2) * HEAD + heads;
    each(ends, experts, [&](int64_t r, int64_t e) {
        for (int64_t h = 0; h <= heads; h++) {
            const bf16 *grad = h < heads ? dq + (place[r] * heads + h) * HEAD : dk + place[r] * HEAD;
            float x[HEAD], y[HEAD], g[HEAD];
            for (int i = 0; i < HEAD; i++) y[i] = wide(grad[i]);
            turn_back(y, sin + r * BAND, cos + r * BAND, g);
            for (int i = 0; i < HEAD; i++) x[i] = wide(qkv[r * row + h * HEAD + i]);
            norm_back(g, x, (h < heads ? q_weight : k_weight) + e * HEAD, y, (h < heads ? of_q : of_k) + e * HEAD, HEAD);
            for (int i = 0; i < HEAD; i++) dqkv[r * row + h * HEAD + i] = narrow(y[i]);
        }
        std::memcpy(dqkv + r * row + (heads + 1) * HEAD, dv + place[r] * HEAD, HEAD * sizeof(bf16));
    });
}

// out [rows, heads * 64] = what attention says, times the sigmoid of the head's gate.
void pony_gate(const bf16 *said, const bf16 *qkv, const int64_t *place, bf16 *out, int64_t rows, int64_t heads) {
    const int64_t row = (heads + 2) * HEAD + heads;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t h = 0; h < heads; h++) {
            const float gate = sigmoid(wide(qkv[r * row + (heads + 2) * HEAD + h]));
            const bf16 *from = said + (place[r] * heads + h) * HEAD;
            for (int i = 0; i < HEAD; i++) out[(r * heads + h) * HEAD + i] = narrow(wide(from[i]) * gate);
        }
}

void pony_gate_back(const bf16 *grad, const bf16 *said, const bf16 *qkv, const int64_t *place, bf16 *of_said, bf16 *dqkv, int64_t rows,
                    int64_t heads) {
    const int64_t row = (heads + 2) * HEAD + heads;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t h = 0; h < heads; h++) {
            const int64_t at = r * row + (heads + 2) * HEAD + h;
            const float gate = sigmoid(wide(qkv[at]));
            const bf16 *from = said + (place[r] * heads + h) * HEAD, *g = grad + (r * heads + h) * HEAD;
            bf16 *to = of_said + (place[r] * heads + h) * HEAD;
            float dot = 0;
            for (int i = 0; i < HEAD; i++) {
                const float x = wide(g[i]);
                dot += x * wide(from[i]);
                to[i] = narrow(x * gate);
            }
            dqkv[at] = narrow(dot * gate * (1 - gate));
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
