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

template <typename T> struct Block {
    explicit Block(size_t count) : bytes(count * sizeof(T) + 64) {}
    T *data() { return reinterpret_cast<T *>((reinterpret_cast<uintptr_t>(bytes.data()) + 63) / 64 * 64); }
    std::vector<uint8_t> bytes;  // zeros
};
