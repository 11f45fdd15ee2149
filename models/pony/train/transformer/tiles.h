// Matrix tiles (AMX) and bfloat16, for the other files here.
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

inline void use_tiles() {
    struct alignas(64) {
        uint8_t palette = 1, start = 0, reserved[14] = {};
        uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
        uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
    } config;
    _tile_loadconfig(&config);
}

// `c` [m, n] (+)= `a` [m, k] `b` [k, n]; in `b` two rows lie in one of pairs. Sizes are multiples of 32.
template <bool ADD>
void product(float *c, int c_row, const bf16 *a, int a_row, const uint32_t *b, int b_row, int m, int n, int k) {
    for (int i = 0; i < m; i += 32)
        for (int j = 0; j < n; j += 32) {
            float *corner = c + i * c_row + j;
            if (ADD) {
                _tile_loadd(0, corner, c_row * 4);
                _tile_loadd(1, corner + 16, c_row * 4);
                _tile_loadd(2, corner + 16 * c_row, c_row * 4);
                _tile_loadd(3, corner + 16 * c_row + 16, c_row * 4);
            } else {
                _tile_zero(0);
                _tile_zero(1);
                _tile_zero(2);
                _tile_zero(3);
            }
            for (int l = 0; l < k; l += 32) {
                _tile_loadd(4, a + i * a_row + l, a_row * 2);
                _tile_loadd(5, a + (i + 16) * a_row + l, a_row * 2);
                _tile_loadd(6, b + l / 2 * b_row + j, b_row * 4);
                _tile_loadd(7, b + l / 2 * b_row + j + 16, b_row * 4);
                _tile_dpbf16ps(0, 4, 6);
                _tile_dpbf16ps(1, 4, 7);
                _tile_dpbf16ps(2, 5, 6);
                _tile_dpbf16ps(3, 5, 7);
            }
            _tile_stored(0, corner, c_row * 4);
            _tile_stored(1, corner + 16, c_row * 4);
            _tile_stored(2, corner + 16 * c_row, c_row * 4);
            _tile_stored(3, corner + 16 * c_row + 16, c_row * 4);
        }
}

template <typename T> struct Block {
    explicit Block(size_t count) : bytes(count * sizeof(T) + 64) {}
    T *data() { return reinterpret_cast<T *>((reinterpret_cast<uintptr_t>(bytes.data()) + 63) / 64 * 64); }
    std::vector<uint8_t> bytes;  // zeros
};
