// The gradient of a weight, a product over all tokens: `grad` [tokens, out] turned, times `x` [tokens, in], in float32.
//
// A tile of the right factor has 16 pairs of tokens in its rows and 16 components in its columns; one of the left factor is the
// same, turned. So `SPAN` tokens at a time of both are brought into such tiles, which lie one behind the other in memory.
#include "tiles.h"

#include <algorithm>

namespace {
constexpr int SIDE = 16, TILE = SIDE * SIDE, SPAN = 512, DEEP = SPAN / 2 / SIDE;

int64_t rounded(int64_t count) { return (count + 31) / 32 * 32; }

// Rows [count, width] as tiles [width / 16, DEEP, 16, 16]; what is not there is zero.
void to_tiles(uint32_t *to, const bf16 *rows, int64_t count, int64_t width) {
    const auto loaded = [](const bf16 *at) { return _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(at))); };
    for (int64_t d = 0; d < DEEP; d++)
        for (int64_t i = 0; i < width; i += SIDE)
            for (int64_t r = 0; r < SIDE; r++) {
                const int64_t row = 2 * (d * SIDE + r);
                const bf16 *one = rows + row * width + i, *two = one + width;
                uint32_t *line = to + (i / SIDE * DEEP + d) * TILE + r * SIDE;
                if (row + 1 < count && i + SIDE <= width) {
                    _mm512_store_si512(line, _mm512_or_si512(loaded(one), _mm512_slli_epi32(loaded(two), 16)));
                    continue;
                }
                for (int64_t c = 0; c < SIDE; c++) {
                    const bool is_inside = i + c < width;
                    line[c] = (is_inside && row < count ? one[c] : 0) | (is_inside && row + 1 < count ? static_cast<uint32_t>(two[c]) << 16 : 0);
                }
            }
}

// Turns a tile where it lies.
void turn(uint32_t *tile) {
    __m512i a[SIDE], b[SIDE];
    for (int i = 0; i < SIDE; i++) a[i] = _mm512_load_si512(tile + i * SIDE);
    for (int i = 0; i < SIDE; i += 2) {
        b[i] = _mm512_unpacklo_epi32(a[i], a[i + 1]);
        b[i + 1] = _mm512_unpackhi_epi32(a[i], a[i + 1]);
    }
    for (int i = 0; i < SIDE; i += 4)
        for (int j = 0; j < 2; j++) {
            a[i + 2 * j] = _mm512_unpacklo_epi64(b[i + j], b[i + j + 2]);
            a[i + 2 * j + 1] = _mm512_unpackhi_epi64(b[i + j], b[i + j + 2]);
        }
    for (int i = 0; i < SIDE; i += 8)
        for (int j = 0; j < 4; j++) {
            b[i + j] = _mm512_shuffle_i32x4(a[i + j], a[i + j + 4], 0x88);
            b[i + j + 4] = _mm512_shuffle_i32x4(a[i + j], a[i + j + 4], 0xdd);
        }
    for (int i = 0; i < SIDE / 2; i++) {
        _mm512_store_si512(tile + i * SIDE, _mm512_shuffle_i32x4(b[i], b[i + 8], 0x88));
        _mm512_store_si512(tile + (i + 8) * SIDE, _mm512_shuffle_i32x4(b[i], b[i + 8], 0xdd));
    }
}

// Adds the product of two pairs of columns of tiles to four tiles of sums.
void add_columns(float *sums, const uint32_t *left, const uint32_t *right) {
    sum(true, {sums, sums + TILE, sums + 2 * TILE, sums + 3 * TILE}, SIDE, [&](auto add) {
        for (int d = 0; d < DEEP; d++)
            add(Two{left + d * TILE, left + (DEEP + d) * TILE, SIDE}, Two{right + d * TILE, right + (DEEP + d) * TILE, SIDE});
    });
}
}  // namespace

// of_weight [out, in] = the sum over tokens of grad[t, out] x[t, in].
extern "C" void pony_outer(const bf16 *grad, const bf16 *x, float *of_weight, int64_t tokens, int64_t out, int64_t in) {
    const int64_t rows = rounded(out), columns = rounded(in);
    Block<uint32_t> left(rows * SPAN / 2), right(columns * SPAN / 2);
    Block<float> sums(rows * columns);
    use_tiles();
    for (int64_t at = 0; at < tokens; at += SPAN) {
        to_tiles(left.data(), grad + at * out, tokens - at, out);
        to_tiles(right.data(), x + at * in, tokens - at, in);
        for (int64_t tile = 0; tile < (out + SIDE - 1) / SIDE * DEEP; tile++) turn(left.data() + tile * TILE);
        float *four = sums.data();
        for (int64_t j = 0; j < columns / SIDE; j += 2)
            for (int64_t i = 0; i < rows / SIDE; i += 2, four += 4 * TILE)
                add_columns(four, left.data() + i * DEEP * TILE, right.data() + j * DEEP * TILE);
    }
    leave_tiles();
    const float *four = sums.data();
    for (int64_t j = 0; j < columns; j += 32)
        for (int64_t i = 0; i < rows; i += 32, four += 4 * TILE)
            for (int64_t r = 0; r < std::min<int64_t>(32, out - i); r++)
                for (int64_t c = 0; c < std::min<int64_t>(32, in - j); c++)
                    of_weight[(i + r) * in + j + c] = four[(r / SIDE * 2 + c / SIDE) * TILE + r % SIDE * SIDE + c % SIDE];
}
