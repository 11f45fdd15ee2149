// Blocks of sums of bfloat16 products, in matrix tiles (AMX) or else in vectors (AVX-512), for the other files here.
#pragma once

#include <cstdint>
#include <cstring>
#include <immintrin.h>
#include <vector>

using bf16 = uint16_t;

inline float wide(bf16 x) {
    const uint32_t bits = static_cast<uint32_t>(x) << 16;
    float y;
    std::memcpy(&y, &bits, 4);
    return y;
}

inline bf16 narrow(float x) {
    uint32_t bits;
    std::memcpy(&bits, &x, 4);
    return static_cast<bf16>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// Two blocks of 16 rows or columns of a factor, whose rows lie `row` pairs apart.
struct Two {
    const uint32_t *a, *b;
    int row;
};

// 32 rows and columns of sums in the four blocks `to`, rows `row` apart, which stay what they were and more if `keep`. `steps` is
// called with what adds the products of 16 pairs: of a left factor whose rows have pairs one after another and a right one whose
// rows are pairs.
#ifdef __AMX_BF16__
inline void use_tiles() {
    struct alignas(64) {
        uint8_t palette = 1, start = 0, reserved[14] = {};
        uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
        uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
    } config;
    _tile_loadconfig(&config);
}

inline void leave_tiles() { _tile_release(); }

template <typename Steps> inline void sum(bool keep, float *const (&to)[4], int row, Steps steps) {
    if (keep) {
        _tile_loadd(0, to[0], row * 4);
        _tile_loadd(1, to[1], row * 4);
        _tile_loadd(2, to[2], row * 4);
        _tile_loadd(3, to[3], row * 4);
    } else {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    }
    steps([](Two left, Two right) {
        _tile_loadd(4, left.a, left.row * 4);
        _tile_loadd(6, right.a, right.row * 4);
        _tile_loadd(7, right.b, right.row * 4);
        _tile_dpbf16ps(0, 4, 6);
        _tile_loadd(5, left.b, left.row * 4);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    });
    _tile_stored(0, to[0], row * 4);
    _tile_stored(1, to[1], row * 4);
    _tile_stored(2, to[2], row * 4);
    _tile_stored(3, to[3], row * 4);
}
#else
inline void use_tiles() {}
inline void leave_tiles() {}

template <typename Steps> inline void sum(bool keep, float *const (&to)[4], int row, Steps steps) {
    constexpr int AT_ONCE = 8;  // rows of two vectors: half of the registers
    for (int half = 0; half < 2; half++)
        for (int from = 0; from < 16; from += AT_ONCE) {
            float *const a = to[2 * half] + from * row, *const b = to[2 * half + 1] + from * row;
            __m512 s[AT_ONCE][2];
            for (int r = 0; r < AT_ONCE; r++) {
                s[r][0] = keep ? _mm512_loadu_ps(a + r * row) : _mm512_setzero_ps();
                s[r][1] = keep ? _mm512_loadu_ps(b + r * row) : _mm512_setzero_ps();
            }
            steps([&](Two left, Two right) {
                const uint32_t *rows = (half ? left.b : left.a) + from * left.row;
                for (int pair = 0; pair < 16; pair++) {
                    const auto one = (__m512bh)_mm512_loadu_si512(right.a + pair * right.row);
                    const auto two = (__m512bh)_mm512_loadu_si512(right.b + pair * right.row);
#pragma GCC unroll 8
                    for (int r = 0; r < AT_ONCE; r++) {
                        const auto same = (__m512bh)_mm512_set1_epi32(static_cast<int>(rows[r * left.row + pair]));
                        s[r][0] = _mm512_dpbf16_ps(s[r][0], same, one);
                        s[r][1] = _mm512_dpbf16_ps(s[r][1], same, two);
                    }
                }
            });
            for (int r = 0; r < AT_ONCE; r++) {
                _mm512_storeu_ps(a + r * row, s[r][0]);
                _mm512_storeu_ps(b + r * row, s[r][1]);
            }
        }
}
#endif

template <typename T> struct Block {
    explicit Block(size_t count) : bytes(count * sizeof(T) + 64) {}
    T *data() { return reinterpret_cast<T *>((reinterpret_cast<uintptr_t>(bytes.data()) + 63) / 64 * 64); }
    std::vector<uint8_t> bytes;  // zeros
};
