// The part of a card that our kernels use, on the processor: each thread of a block is a fiber, what a warp does together
// waits for its 32 lanes, copies to shared memory arrive only when they are waited for.
#pragma once

#include <ucontext.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

typedef unsigned short bf16_bits;
typedef unsigned int u32;

#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(...)

struct float4 { float x, y, z, w; };
struct uint4 { u32 x, y, z, w; };
struct uint2 { u32 x, y; };
struct Place { unsigned x = 0, y = 0, z = 0; };

namespace card {
constexpr size_t ARENA = 232448, STACK = 64 * 1024;
alignas(1024) inline unsigned char arena[ARENA];

struct Copy { u32 to; const void *from; bool is_there; };

struct Thread {
    ucontext_t context;
    std::unique_ptr<char[]> stack{new char[STACK]};
    Place place;
    bool is_done = false;
    long of_warp = 0, of_block = 0;
    std::vector<std::vector<Copy>> groups;
    std::vector<Copy> open;
};

// Where lanes meet: what they bring for this meeting and the one after it.
struct Meeting {
    int lanes;
    long met[2] = {0, 0};
    std::vector<uint64_t> brought[2];
};

inline std::vector<Thread> threads;
inline std::vector<Meeting> warps;
inline Meeting block;
inline Thread *current;
inline Place block_place;
inline ucontext_t scheduler;
inline const std::function<void()> *body;

inline int lane() { return current->place.x % 32; }
inline Meeting &warp() { return warps[current->place.x / 32]; }
inline void yield() { swapcontext(&current->context, &scheduler); }

// Brings `count` values to the meeting and returns what all brought, `[lane][count]`.
inline const uint64_t *meet(Meeting &meeting, long &of_thread, int at, const uint64_t *values, int count) {
    const int side = of_thread++ % 2;
    if (meeting.met[side] == meeting.lanes) {
        meeting.met[side] = 0;
        meeting.brought[side].clear();
    }
    meeting.brought[side].resize(static_cast<size_t>(meeting.lanes) * count);
    for (int i = 0; i < count; i++) meeting.brought[side][at * count + i] = values[i];
    meeting.met[side]++;
    while (meeting.met[side] < meeting.lanes) yield();
    return meeting.brought[side].data();
}

inline const uint64_t *meet_warp(const uint64_t *values, int count) {
    return meet(warp(), current->of_warp, lane(), values, count);
}

inline void enter() {
    (*body)();
    current->is_done = true;
    while (true) yield();
}

// Runs a grid of blocks of `size` threads one after the other.
inline void launch(Place grid, unsigned size, const std::function<void()> &kernel) {
    body = &kernel;
    for (unsigned y = 0; y < grid.y; y++) {
        for (unsigned x = 0; x < grid.x; x++) {
            block_place = {x, y, 0};
            memset(arena, 0xff, ARENA);
            threads = std::vector<Thread>(size);
            warps.assign(size / 32, Meeting{32});
            block = Meeting{static_cast<int>(size)};
            for (unsigned i = 0; i < size; i++) {
                Thread &thread = threads[i];
                thread.place = {i, 0, 0};
                getcontext(&thread.context);
                thread.context.uc_stack.ss_sp = thread.stack.get();
                thread.context.uc_stack.ss_size = STACK;
                thread.context.uc_link = &scheduler;
                makecontext(&thread.context, enter, 0);
            }
            for (bool is_left = true; is_left;) {
                is_left = false;
                for (Thread &thread : threads) {
                    if (thread.is_done) continue;
                    is_left = true;
                    current = &thread;
                    swapcontext(&scheduler, &thread.context);
                }
            }
        }
    }
}
} // namespace card

#define threadIdx (card::current->place)
#define blockIdx (card::block_place)
#define SHARED_BYTES(name) unsigned char *name = card::arena

inline float __uint_as_float(u32 bits) { float value; memcpy(&value, &bits, 4); return value; }
inline u32 __float_as_uint(float value) { u32 bits; memcpy(&bits, &value, 4); return bits; }
inline float __expf(float x) { return expf(x); }
inline float power_of_two(float x) { return exp2f(x); }

inline u32 nearest_bf16(float value) {
    const u32 bits = __float_as_uint(value);
    if (value != value) return 0x7fff;
    return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}
inline u32 pack_bf16(float low, float high) { return nearest_bf16(low) | nearest_bf16(high) << 16; }

inline u32 shared_address(const void *pointer) {
    return static_cast<u32>(static_cast<const unsigned char *>(pointer) - card::arena);
}

inline void copy_16(u32 to, const void *from, bool is_there) {
    if (to % 16 != 0 || reinterpret_cast<uintptr_t>(from) % 16 != 0 || to + 16 > card::ARENA) abort();
    card::current->open.push_back({to, from, is_there});
}
inline void end_group() {
    card::current->groups.push_back(std::move(card::current->open));
    card::current->open.clear();
}
template <int N> inline void wait_groups() {
    auto &groups = card::current->groups;
    while (groups.size() > N) {
        for (const card::Copy &copy : groups.front()) {
            if (copy.is_there) memcpy(card::arena + copy.to, copy.from, 16);
            else memset(card::arena + copy.to, 0, 16);
        }
        groups.erase(groups.begin());
    }
}

inline void __syncthreads() { const uint64_t none = 0; card::meet(card::block, card::current->of_block, threadIdx.x, &none, 1); }
inline void warp_barrier() { const uint64_t none = 0; card::meet_warp(&none, 1); }

inline float of_lane_xor(float value, int mask) {
    const uint64_t bits = __float_as_uint(value);
    return __uint_as_float(static_cast<u32>(card::meet_warp(&bits, 1)[card::lane() ^ mask]));
}

inline bf16_bits in_arena(uint64_t row, int column) {
    bf16_bits bits;
    memcpy(&bits, card::arena + row + 2 * column, 2);
    return bits;
}

inline void load_matrices(u32 (&to)[4], u32 row) {
    if (row % 16 != 0 || row + 16 > card::ARENA) abort();
    const uint64_t mine = row, *rows = card::meet_warp(&mine, 1);
    const int lane = card::lane();
    for (int matrix = 0; matrix < 4; matrix++) {
        const uint64_t at = rows[matrix * 8 + lane / 4];
        to[matrix] = in_arena(at, lane % 4 * 2) | static_cast<u32>(in_arena(at, lane % 4 * 2 + 1)) << 16;
    }
}

inline void load_matrices_transposed(u32 (&to)[4], u32 row) {
    if (row % 16 != 0 || row + 16 > card::ARENA) abort();
    const uint64_t mine = row, *rows = card::meet_warp(&mine, 1);
    const int lane = card::lane();
    for (int matrix = 0; matrix < 4; matrix++) {
        const uint64_t *at = rows + matrix * 8 + lane % 4 * 2;
        to[matrix] = in_arena(at[0], lane / 4) | static_cast<u32>(in_arena(at[1], lane / 4)) << 16;
    }
}

inline void multiply_add(float (&sum)[4], const u32 (&a)[4], u32 b0, u32 b1) {
    const uint64_t mine[3] = {a[0] | static_cast<uint64_t>(a[1]) << 32, a[2] | static_cast<uint64_t>(a[3]) << 32,
                              b0 | static_cast<uint64_t>(b1) << 32};
    const uint64_t *all = card::meet_warp(mine, 3);
    auto value = [&](int lane, int reg, int half) {
        const u32 word = static_cast<u32>(all[lane * 3 + reg / 2] >> (reg % 2 * 32));
        return __uint_as_float(half ? word & 0xffff0000u : word << 16);
    };
    for (int i = 0; i < 4; i++) {
        const int row = card::lane() / 4 + i / 2 * 8, column = card::lane() % 4 * 2 + i % 2;
        for (int k = 0; k < 16; k++) {
            const float left = value(row % 8 * 4 + k % 8 / 2, (row >= 8) + 2 * (k >= 8), k % 2);
            sum[i] += left * value(column * 4 + k % 8 / 2, 4 + (k >= 8), k % 2);
        }
    }
}
