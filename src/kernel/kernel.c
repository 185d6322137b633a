/* kernel.c -- handle table, counters and dispatch; see kernel.h.
 *
 * A handle is generation << 16 | index + 3: closing one makes every copy of its number stale. */
#include "kernel/kernel.h"

#include <string.h>

const KernelCallInfo kernel_call_info[KCALL_END] = {
    [0] = {"", "-", KERNEL_META},
#define KCALL_ROWS
#include "kernel/kcall_table.inc"
};

const uint64_t kernel_call_errors[KCALL_END] = {
#define KCALL_ERRORS
#include "kernel/kcall_table.inc"
};

enum { FIRST_OWN = 3 };

static void lock(Kernel *k) {
  while (atomic_flag_test_and_set_explicit(&k->lock, memory_order_acquire)) {}
}

static void unlock(Kernel *k) { atomic_flag_clear_explicit(&k->lock, memory_order_release); }

int64_t kernel_fail(Kctx *ctx, KernelError error) {
  ctx->error = (int32_t)error;
  return -1;
}

void kernel_open(Kernel *k, const KernelPort *port) {
  memset(k, 0, sizeof *k);
  k->port = port;
  atomic_flag_clear(&k->lock);
  for (unsigned i = 0; i < KERNEL_HANDLES; i++) k->handles[i] = (KernelHandle){-1, 1};
}

void kernel_close(Kernel *k) {
  Kctx ctx = {k, 0};
  for (unsigned i = 0; i < KERNEL_HANDLES; i++) {
    if (k->handles[i].host < 0) continue;
    int64_t raw = (int64_t)k->handles[i].generation << 16 | (i + FIRST_OWN);
    KernelArgs args = {&raw, NULL, NULL};
    k->port->call(k->port, &ctx, KCALL_fs_close, &args);
  }
}

int64_t kernel_handle_new(Kctx *ctx, int host) {
  Kernel *k = ctx->kernel;
  lock(k);
  unsigned i = 0;
  while (i < KERNEL_HANDLES && k->handles[i].host >= 0) i++;
  if (i < KERNEL_HANDLES) k->handles[i].host = host;
  int64_t handle = i < KERNEL_HANDLES ? (int64_t)k->handles[i].generation << 16 | (i + FIRST_OWN) : -1;
  unlock(k);
  return handle < 0 ? kernel_fail(ctx, KERR_TOO_MANY) : handle;
}

/* The row of a handle that is open, with the table locked; NULL: stale or never open. */
static KernelHandle *find(Kernel *k, int64_t handle) {
  uint64_t index = ((uint64_t)handle & 0xffff) - FIRST_OWN;
  if (handle < FIRST_OWN || index >= KERNEL_HANDLES) return NULL;
  KernelHandle *h = &k->handles[index];
  return h->host >= 0 && h->generation == (uint64_t)handle >> 16 ? h : NULL;
}

int kernel_handle_host(Kctx *ctx, int64_t handle) {
  if (handle >= 0 && handle < FIRST_OWN) return (int)handle;
  lock(ctx->kernel);
  KernelHandle *h = find(ctx->kernel, handle);
  int host = h ? h->host : -1;
  unlock(ctx->kernel);
  return host >= 0 ? host : (int)kernel_fail(ctx, KERR_BAD_HANDLE);
}

int kernel_handle_take(Kctx *ctx, int64_t handle) {
  lock(ctx->kernel);
  KernelHandle *h = find(ctx->kernel, handle);
  int host = h ? h->host : -1;
  if (h) {
    h->host = -1;
    h->generation = (h->generation + 1) & 0x7fffffff;
  }
  unlock(ctx->kernel);
  return host >= 0 ? host : (int)kernel_fail(ctx, KERR_BAD_HANDLE);
}

int64_t kernel_call(Kctx *ctx, unsigned id, const KernelArgs *args) {
  Kernel *k = ctx->kernel;
  if (id == KCALL_kernel_errno) return ctx->error;
  KernelCounter *counter = &k->counters[id < KCALL_END ? id : 0];
  atomic_fetch_add_explicit(&counter->calls, 1, memory_order_relaxed);
  int64_t result = id < KCALL_END ? k->port->call(k->port, ctx, id, args) : kernel_fail(ctx, KERR_INVALID);
  if (result < 0) atomic_fetch_add_explicit(&counter->failures, 1, memory_order_relaxed);
  else if (id == KCALL_io_read || id == KCALL_io_write) atomic_fetch_add_explicit(&counter->bytes, (unsigned long long)result, memory_order_relaxed);
  return result;
}

void *kernel_alloc(Kctx *ctx, size_t size, size_t align) {
  KernelCounter *counter = &ctx->kernel->counters[KCALL_mem_alloc];
  atomic_fetch_add_explicit(&counter->calls, 1, memory_order_relaxed);
  void *block = ctx->kernel->port->alloc(ctx->kernel->port, ctx, size, align);
  if (!block) {
    kernel_fail(ctx, KERR_OUT_OF_MEMORY);
    atomic_fetch_add_explicit(&counter->failures, 1, memory_order_relaxed);
  }
  return block;
}

void kernel_free(Kctx *ctx, void *block, size_t size, size_t align) {
  atomic_fetch_add_explicit(&ctx->kernel->counters[KCALL_mem_free].calls, 1, memory_order_relaxed);
  ctx->kernel->port->free(ctx->kernel->port, ctx, block, size, align);
}
