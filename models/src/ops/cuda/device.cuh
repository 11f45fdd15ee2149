// What the kernels need of the card: bfloat16 in registers, copies to shared memory, the matrix units. A test compiles the
// same kernels for the processor with `emulate.h` in place of these instructions.
#pragma once

#ifdef __CUDACC__

typedef unsigned short bf16_bits;
typedef unsigned int u32;

#define SHARED_BYTES(name) extern __shared__ __align__(1024) unsigned char name[]

// The nearest bfloat16 values, `low` in the lower half.
__device__ __forceinline__ u32 pack_bf16(float low, float high) {
    u32 packed;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
    return packed;
}

// Where shared memory lies in its own address space.
__device__ __forceinline__ u32 shared_address(const void *pointer) {
    return static_cast<u32>(__cvta_generic_to_shared(pointer));
}

// 16 bytes to shared memory behind the program's back, zeros where `is_there` is not set.
__device__ __forceinline__ void copy_16(u32 to, const void *from, bool is_there) {
    asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(is_there ? 16 : 0)
                 : "memory");
}

// The copies since the last call are one group.
__device__ __forceinline__ void end_group() { asm volatile("cp.async.commit_group;" ::: "memory"); }

// Waits until at most `N` groups are under way.
template <int N> __device__ __forceinline__ void wait_groups() { asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory"); }

// Four 8x8 matrices; lane `i` names row `i % 8` of matrix `i / 8`.
__device__ __forceinline__ void load_matrices(u32 (&to)[4], u32 row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(row) : "memory");
}

// The same, each transposed.
__device__ __forceinline__ void load_matrices_transposed(u32 (&to)[4], u32 row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(row) : "memory");
}

// `sum += a * b` of 16x16 and 16x8, bfloat16 with float32 sums.
__device__ __forceinline__ void multiply_add(float (&sum)[4], const u32 (&a)[4], u32 b0, u32 b1) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

__device__ __forceinline__ float of_lane_xor(float value, int mask) { return __shfl_xor_sync(0xffffffffu, value, mask); }

// 2^x to the accuracy of the special function unit.
__device__ __forceinline__ float power_of_two(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

__device__ __forceinline__ void warp_barrier() { __syncwarp(); }

#else
#include "emulate.h"
#endif

__device__ __forceinline__ float of_bf16(bf16_bits bits) { return __uint_as_float(static_cast<u32>(bits) << 16); }
__device__ __forceinline__ bf16_bits to_bf16(float value) { return static_cast<bf16_bits>(pack_bf16(value, 0.0f)); }

// Reading and writing values of either type.
__device__ __forceinline__ float get(const float *from) { return *from; }
__device__ __forceinline__ float get(const bf16_bits *from) { return of_bf16(*from); }
__device__ __forceinline__ void put(float *to, float value) { *to = value; }
__device__ __forceinline__ void put(bf16_bits *to, float value) { *to = to_bf16(value); }

__device__ __forceinline__ float sigmoid(float x) { return 1.0f / (1.0f + __expf(-x)); }

// The expert in charge of a row of the stream, which is ordered video, audio, text.
__device__ __forceinline__ int expert_of(int row, int experts, int video, int audio_end) {
    return experts == 1 ? 0 : (row >= video) + (row >= audio_end);
}

__device__ __forceinline__ float sum_of_warp(float value) {
#pragma unroll
    for (int mask = 16; mask > 0; mask /= 2) value += of_lane_xor(value, mask);
    return value;
}
