/* kernel_host.h -- the host that tests give to a machine whose program may call the kernel: its calls go to the kernel of a Kctx, which outlives the machine.
 */
#ifndef ORUS_TESTS_KERNEL_HOST_H
#define ORUS_TESTS_KERNEL_HOST_H

#include "kernel/kernel.h"
#include "memory.h"
#include "vm/vm.h"

static inline int64_t kernel_host_call(void *ctx, unsigned id, const int64_t *raw, void *const *buffers, const uint64_t *sizes) {
  KernelArgs args = {raw, buffers, sizes};
  return kernel_call(ctx, id, &args);
}

static inline uint64_t kernel_host_now(void *ctx) { return (uint64_t)kernel_host_call(ctx, KCALL_time_monotonic, NULL, NULL, NULL); }
static inline void kernel_host_close(void *ctx, int64_t handle) { kernel_host_call(ctx, KCALL_fs_close, &handle, NULL, NULL); }

static inline VmHost kernel_host(Kctx *k) {
  return (VmHost){.ctx = k, .memory = plain_memory(), .now_ns = kernel_host_now, .close = kernel_host_close, .kernel_call = kernel_host_call};
}

#endif
