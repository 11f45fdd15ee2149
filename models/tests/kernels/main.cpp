// Runs the kernels in `emulate.h` and compares them with plain loops in double.
#include "emulate.h"

#include "../../src/ops/cuda/attention.cu"
#include "../../src/ops/cuda/convolution.cu"
#include "../../src/ops/cuda/stream.cu"

namespace {
int failed = 0;

struct Random {
    uint64_t state = 0x9e3779b97f4a7c15;
    float normal() {
        float sum = 0;
        for (int i = 0; i < 12; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            sum += static_cast<float>(state >> 40) / (1 << 24);
        }
        return sum - 6;
    }
} random_numbers;

std::vector<bf16_bits> random_bf16(size_t count, float scale = 1) {
    std::vector<bf16_bits> values(count);
    for (auto &value : values) value = to_bf16(random_numbers.normal() * scale);
    return values;
}
std::vector<float> random_f32(size_t count, float scale = 1, float middle = 0) {
    std::vector<float> values(count);
    for (auto &value : values) value = middle + random_numbers.normal() * scale;
    return values;
}

// Relative error in the 2-norm; never passes where a value was left unwritten.
void compare(const char *name, const std::vector<bf16_bits> &found, const std::vector<double> &expected, double most) {
    double error = 0, norm = 0;
    for (size_t i = 0; i < expected.size(); i++) {
        const double difference = of_bf16(found[i]) - expected[i];
        error += difference * difference;
        norm += expected[i] * expected[i];
    }
    error = std::sqrt(error / norm);
    const bool is_right = error <= most && found.size() == expected.size();
    failed += !is_right;
    printf("%s %s: %.2e, at most %.0e\n", is_right ? "ok  " : "FAIL", name, error, most);
}

struct Span { int from, to, key_from, key_to, second_from, second_to; };

template <int D> void attention(const char *name, int rows, int heads, int kv_heads, std::vector<Span> spans, bool is_gated) {
    const auto query = random_bf16(size_t(heads) * rows * D, 2), key = random_bf16(size_t(kv_heads) * rows * D, 2);
    const auto value = random_bf16(size_t(kv_heads) * rows * D), gate = random_bf16(size_t(rows) * heads);
    std::vector<bf16_bits> out(size_t(rows) * heads * D, 0x7fff);
    std::vector<Span> tiles;
    for (Span span : spans) {
        for (int from = span.from; from < span.to; from += 128) {
            tiles.push_back(span);
            tiles.back().from = from;
            tiles.back().to = std::min(from + 128, span.to);
        }
    }
    const float scale = 1.44269504f / std::sqrt(float(D));
    const int *numbers = reinterpret_cast<const int *>(tiles.data());
    card::launch({unsigned(tiles.size()), unsigned(heads)}, 128, [&] {
        auto kernel = D == 128 ? attention_128 : attention_64;
        kernel(query.data(), key.data(), value.data(), is_gated ? gate.data() : nullptr, out.data(), numbers, rows, heads,
               kv_heads, scale);
    });
    std::vector<double> expected(out.size());
    for (const Span &span : spans) {
        for (int head = 0; head < heads; head++) {
            const size_t kv = size_t(head / (heads / kv_heads)) * rows;
            for (int row = span.from; row < span.to; row++) {
                std::vector<std::pair<int, double>> scores;
                double top = -1e300, total = 0;
                auto visit = [&](int from, int to) {
                    for (int other = from; other < to; other++) {
                        double dot = 0;
                        for (int i = 0; i < D; i++) {
                            dot += double(of_bf16(query[(size_t(head) * rows + row) * D + i])) * of_bf16(key[(kv + other) * D + i]);
                        }
                        scores.push_back({other, dot / std::sqrt(double(D))});
                        top = std::max(top, scores.back().second);
                    }
                };
                visit(span.key_from, span.key_to);
                visit(span.second_from, span.second_to);
                for (auto &score : scores) total += score.second = std::exp(score.second - top);
                const double open = is_gated ? 1 / (1 + std::exp(-double(of_bf16(gate[size_t(row) * heads + head])))) : 1;
                for (int i = 0; i < D; i++) {
                    double sum = 0;
                    for (auto &score : scores) sum += score.second * of_bf16(value[(kv + score.first) * D + i]);
                    expected[(size_t(row) * heads + head) * D + i] = sum / total * open;
                }
            }
        }
    }
    compare(name, out, expected, 1e-2);
}

void norm() {
    const int rows = 9, d = 1284, experts = 3, video = 4, audio_end = 7;
    const auto x = random_f32(rows * d, 3), scale = random_f32(experts * d, 0.3f, 1);
    std::vector<bf16_bits> out(rows * d, 0x7fff);
    card::launch({rows, 1}, 256, [&] { rms_norm_bf16(x.data(), scale.data(), out.data(), d, experts, video, audio_end); });
    std::vector<double> expected(out.size());
    for (int row = 0; row < rows; row++) {
        double sum = 0;
        for (int i = 0; i < d; i++) sum += double(x[row * d + i]) * x[row * d + i];
        const int expert = (row >= video) + (row >= audio_end);
        for (int i = 0; i < d; i++) expected[row * d + i] = x[row * d + i] / std::sqrt(sum / d + 1e-6) * scale[expert * d + i];
    }
    compare("rms_norm", out, expected, 5e-3);
}

void heads(int heads, int kv_heads, int d) {
    const int rows = 7, gates = heads, experts = 3, video = 3, audio_end = 5, half = d / 8 * 3;
    const int all = heads + 2 * kv_heads, width = all * d + gates;
    const auto qkv = random_bf16(rows * width, 2);
    const auto rope = random_f32(rows * 2 * half), q_scale = random_f32(experts * d, 0.3f, 1), k_scale = random_f32(experts * d, 0.3f, 1);
    std::vector<bf16_bits> query(heads * rows * d, 0x7fff), key(kv_heads * rows * d, 0x7fff), value(key), gate(rows * gates, 0x7fff);
    card::launch({unsigned(rows), unsigned(all + 7) / 8}, 256, [&] {
        split_heads_bf16(qkv.data(), rope.data(), q_scale.data(), k_scale.data(), query.data(), key.data(), value.data(),
                         gate.data(), rows, heads, kv_heads, gates, d, experts, video, audio_end);
    });
    std::vector<double> expected[4] = {std::vector<double>(query.size()), std::vector<double>(key.size()),
                                       std::vector<double>(value.size()), std::vector<double>(gate.size())};
    for (int row = 0; row < rows; row++) {
        const int expert = (row >= video) + (row >= audio_end);
        auto at = [&](int column) { return double(of_bf16(qkv[row * width + column])); };
        for (int head = 0; head < all; head++) {
            if (head >= heads + kv_heads) {
                for (int i = 0; i < d; i++) expected[2][((head - heads - kv_heads) * rows + row) * d + i] = at(head * d + i);
                continue;
            }
            double sum = 0;
            for (int i = 0; i < d; i++) sum += at(head * d + i) * at(head * d + i);
            const bool is_query = head < heads;
            std::vector<double> x(d);
            for (int i = 0; i < d; i++) x[i] = at(head * d + i) / std::sqrt(sum / d + 1e-6) * (is_query ? q_scale : k_scale)[expert * d + i];
            double *to = expected[is_query ? 0 : 1].data() + ((is_query ? head : head - heads) * rows + row) * d;
            for (int i = 0; i < half; i++) {
                const double sine = rope[row * 2 * half + i], cosine = rope[row * 2 * half + half + i];
                to[i] = x[i] * cosine - x[i + half] * sine;
                to[i + half] = x[i + half] * cosine + x[i] * sine;
            }
            for (int i = 2 * half; i < d; i++) to[i] = x[i];
        }
        for (int i = 0; i < gates; i++) expected[3][row * gates + i] = at(all * d + i);
    }
    compare("split_heads, queries", query, expected[0], 5e-3);
    compare("split_heads, keys", key, expected[1], 5e-3);
    compare("split_heads, values", value, expected[2], 0);
    compare("split_heads, gates", gate, expected[3], 0);
}

void swiglu(int width, int padded) {
    const int rows = 3, stride = 2 * width;
    const auto x = random_bf16(rows * stride, 6);
    std::vector<bf16_bits> out(rows * padded, 0x7fff);
    card::launch({unsigned(rows), unsigned(padded + 1023) / 1024}, 256, [&] { swiglu7_bf16(x.data(), out.data(), width, stride, padded); });
    std::vector<double> expected(out.size());
    for (int row = 0; row < rows; row++) {
        for (int i = 0; i < width; i++) {
            const double gate = std::min(double(of_bf16(x[row * stride + 2 * i])), 7.0);
            const double linear = std::max(-7.0, std::min(double(of_bf16(x[row * stride + 2 * i + 1])), 7.0));
            expected[row * padded + i] = gate / (1 + std::exp(-1.702 * gate)) * (linear + 1);
        }
    }
    compare("swiglu7", out, expected, 5e-3);
}

void gelu() {
    const int count = 4004;
    const auto x = random_bf16(count, 6);
    std::vector<bf16_bits> out(count, 0x7fff);
    card::launch({(count + 1023) / 1024, 1}, 256, [&] { gelu7_bf16(x.data(), out.data(), count); });
    std::vector<double> expected(count);
    for (int i = 0; i < count; i++) {
        const double v = std::min(double(of_bf16(x[i])), 7.0);
        expected[i] = v / (1 + std::exp(-1.702 * v));
    }
    compare("gelu7", out, expected, 5e-3);
}

// `spread` as the kernel is told; the kernel keeps the extent.
void convolve(const char *name, int t, int h, int w, int channels, int columns, std::vector<int> taps, int pad_front, bool repeats,
              bool enlarges, int spread, bool has_residual) {
    const int width = columns > 64 ? 128 : 64, padded = (columns + width - 1) / width * width, count = taps[0] * taps[1] * taps[2];
    const int in_h = enlarges ? h / 2 : h, in_w = enlarges ? w / 2 : w;
    const auto x = random_bf16(size_t(t) * in_h * in_w * channels);
    auto weight = random_bf16(size_t(padded) * count * channels, 0.1f);
    const auto bias = random_f32(padded);
    const size_t size = size_t(t) * h * w * columns;
    const auto residual = random_bf16(size);
    std::vector<bf16_bits> out(size, 0x7fff);
    const int pads[3] = {pad_front, taps[1] / 2, taps[2] / 2};
    card::launch({unsigned((t * h * w + 127) / 128), unsigned(padded / width)}, 256, [&] {
        (width == 128 ? convolution_128 : convolution_64)(
            x.data(), weight.data(), bias.data(), has_residual ? residual.data() : nullptr, out.data(), t, h, w, channels, columns,
            taps[0], taps[1], taps[2], pads[0], pads[1], pads[2], enlarges, repeats, spread);
    });
    std::vector<double> expected(size);
    for (int at_t = 0; at_t < t; at_t++) for (int y = 0; y < h; y++) for (int z = 0; z < w; z++) for (int n = 0; n < columns; n++) {
        double sum = bias[n];
        for (int tap = 0; tap < count; tap++) {
            int from_t = at_t + tap / taps[2] / taps[1] - pads[0];
            const int from_y = y + tap / taps[2] % taps[1] - pads[1], from_x = z + tap % taps[2] - pads[2];
            if (repeats) from_t = std::max(0, std::min(from_t, t - 1));
            if (from_t < 0 || from_t >= t || from_y < 0 || from_y >= h || from_x < 0 || from_x >= w) continue;
            const size_t source = (size_t(from_t) * in_h + (enlarges ? from_y / 2 : from_y)) * in_w + (enlarges ? from_x / 2 : from_x);
            for (int c = 0; c < channels; c++) sum += double(of_bf16(x[source * channels + c])) * of_bf16(weight[(size_t(n) * count + tap) * channels + c]);
        }
        size_t to = ((size_t(at_t) * h + y) * w + z) * columns + n;
        if (spread == 1) to = ((size_t(2 * at_t + n / (columns / 2)) * h + y) * w + z) * (columns / 2) + n % (columns / 2);
        if (spread == 2) to = ((size_t(at_t) * 2 * h + 2 * y + n % 2) * 2 * w + 2 * z + n % 4 / 2) * (columns / 4) + n / 4;
        if (spread == 3) to = ((size_t(at_t) * 2 * h + 2 * y + n % 4 / 2) * 2 * w + 2 * z + n % 2) * (columns / 4) + n / 4;
        expected[to] = sum + (has_residual ? of_bf16(residual[to]) : 0);
    }
    compare(name, out, expected, 5e-3);
}

void channel_norm() {
    const int positions = 21, channels = 48, padded = 64;
    const auto x = random_f32(positions * channels, 3), gain = random_f32(channels, 0.3f, 1);
    for (int kind = 0; kind < 3; kind++) {
        std::vector<bf16_bits> out(positions * padded, 0x7fff);
        const float guard = kind == 1 ? -1e-6f : 1e-6f;
        card::launch({(positions + 7) / 8, 1}, 256, [&] {
            channel_norm_f32(x.data(), kind ? gain.data() : nullptr, out.data(), positions, channels, padded, guard, kind < 2, kind);
        });
        std::vector<double> expected(out.size());
        for (int i = 0; i < positions; i++) {
            double sum = 0;
            for (int c = 0; c < channels; c++) sum += double(x[i * channels + c]) * x[i * channels + c];
            const double factor = kind == 2 ? 1 : kind == 1 ? std::sqrt(channels) / std::max(std::sqrt(sum), 1e-6) : 1 / std::sqrt(sum / channels + 1e-6);
            for (int c = 0; c < channels; c++) {
                const double v = x[i * channels + c] * factor * (kind ? gain[c] : 1);
                expected[i * padded + c] = kind == 1 ? v / (1 + std::exp(-v)) : kind == 2 ? std::max(v, 0.0) : v;
            }
        }
        compare("channel_norm", out, expected, 5e-3);
    }
}
} // namespace

int main() {
    channel_norm();
    convolve("convolution 3x3x3", 3, 5, 7, 64, 64, {3, 3, 3}, 1, true, false, 0, true);
    convolve("convolution 3x3x3, 128 wide", 2, 6, 9, 128, 136, {3, 3, 3}, 1, true, false, 0, false);
    convolve("convolution 1x1x1", 2, 9, 9, 64, 192, {1, 1, 1}, 0, false, false, 0, true);
    convolve("convolution of an enlarged picture", 2, 8, 12, 64, 64, {1, 3, 3}, 0, false, true, 0, false);
    convolve("convolution over time, spread over frames", 3, 4, 5, 64, 128, {3, 1, 1}, 1, true, false, 1, false);
    convolve("convolution, spread over pixels", 2, 5, 6, 64, 12, {3, 3, 3}, 1, true, false, 2, false);
    convolve("causal convolution, spread by row", 3, 5, 6, 64, 256, {3, 3, 3}, 2, false, false, 3, true);
    norm();
    heads(5, 2, 128);
    heads(4, 1, 32);
    swiglu(1364, 1408);
    swiglu(1363, 1364);
    gelu();
    attention<128>("attention, all to all", 200, 2, 1, {{0, 200, 0, 200, 0, 0}}, true);
    attention<128>("attention, without gates, one short tile", 37, 1, 1, {{0, 37, 0, 37, 37, 37}}, false);
    // Two frames that see themselves and what follows the video, at offsets that no tile divides.
    attention<128>("attention, windows", 299, 2, 2,
                   {{0, 131, 0, 131, 262, 299}, {131, 262, 70, 262, 262, 299}, {262, 299, 0, 299, 299, 299}}, true);
    attention<64>("attention, 64 wide", 150, 4, 2, {{0, 150, 0, 150, 0, 0}}, true);
    return failed != 0;
}
