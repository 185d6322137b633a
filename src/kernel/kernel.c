/* kernel.c -- the way of a call: check the arguments, ask the port, hold it to its documented errors, count; see kernel.h. */
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

int64_t kernel_fail(Kctx *ctx, KernelError error) {
  ctx->error = (int32_t)error;
  return -1;
}

void orus_kctx_init(OrusKctx *k, OrusKernel *kernel) { *k = (OrusKctx){kernel, KERR_OK}; }

const char *orus_error_text(int64_t error) {
  static const char *const texts[] = {
#define KERNEL_ERROR(name, number, meaning) [number] = meaning,
#include "errors.def"
  };
  return error >= 0 && error < (int64_t)(sizeof texts / sizeof texts[0]) ? texts[error] : "no error has this number";
}

/* -- counters -- */

static void add(atomic_llong *to, int64_t n) { atomic_fetch_add_explicit(to, n, memory_order_relaxed); }

static void count(Kctx *ctx, unsigned id, int failed, int64_t bytes) {
  KernelCounter *c = &ctx->kernel->counters[id];
  add(&c->calls, 1);
  if (failed) add(&c->failures, 1);
  else if (bytes) add(&c->bytes, bytes);
}

OrusCounters orus_kernel_counters(const OrusKernel *kernel, unsigned id) {
  if (id >= KCALL_END) return (OrusCounters){0};
  const KernelCounter *c = &kernel->counters[id];
  return (OrusCounters){atomic_load(&c->calls), atomic_load(&c->failures), atomic_load(&c->bytes)};
}

static int moves_bytes(unsigned id) { return id == KCALL_io_read || id == KCALL_io_write || id == KCALL_rng_fill || id == KCALL_trace_emit; }

/* -- calls -- */

/* Errors that stand for one that is not documented for a call, the first that is. */
static KernelError documented(unsigned id, int32_t error) {
  static const KernelError instead[] = {KERR_OTHER, KERR_NO_ENTROPY, KERR_OUT_OF_MEMORY, KERR_INVALID};
  uint64_t mask = kernel_call_errors[id];
  if (error > 0 && error < 64 && mask >> error & 1) return (KernelError)error;
  for (size_t i = 0; i < sizeof instead / sizeof instead[0]; i++)
    if (mask >> instead[i] & 1) return instead[i];
  return KERR_OK;
}

/* Copies the buffers, with something in place of NULL; 0: a size is negative, or there is nothing where there should be bytes. */
static int take_buffers(const KernelArgs *args, unsigned buffers, void **to) {
  static const int64_t nothing = 0;
  for (unsigned i = 0; i < buffers; i++) {
    if (args->sizes[i] > INT64_MAX || (args->sizes[i] && !args->buffers[i])) return 0;
    to[i] = args->buffers[i] ? args->buffers[i] : (void *)(uintptr_t)&nothing;
  }
  return 1;
}

static int64_t ask(Kctx *ctx, unsigned id, const KernelArgs *args) {
  void *buffers[KERNEL_MAX_BUFFERS];
  unsigned n = 0;
  for (const char *p = kernel_call_info[id].params; *p; p++) n += *p != 'i' && *p != 'h';
  if (n && !take_buffers(args, n, buffers)) return kernel_fail(ctx, KERR_INVALID);
  const KernelPort *port = ctx->kernel->port;
  int64_t result = port->call(port, ctx, id, &(KernelArgs){args ? args->raw : NULL, buffers, args ? args->sizes : NULL});
  if (id == KCALL_io_write && result == 0 && args->sizes[0]) return kernel_fail(ctx, KERR_AGAIN); /* a loop that writes all of it must not turn for ever */
  if (id != KCALL_rng_fill || (result >= 0 && (uint64_t)result == args->sizes[0])) return result;
  memset(buffers[0], 0, args->sizes[0]); /* all or nothing: whatever a port leaves behind, no caller mistakes it for a key */
  return result < 0 ? result : kernel_fail(ctx, KERR_NO_ENTROPY);
}

int64_t kernel_call(Kctx *ctx, unsigned id, const KernelArgs *args) {
  if (id >= KCALL_END || kernel_call_info[id].params[0] == '-') return kernel_fail(ctx, KERR_INVALID);
  int32_t before = ctx->error;
  int64_t result = id == KCALL_kernel_errno ? before : ask(ctx, id, args);
  KernelError error = result < 0 ? documented(id, ctx->error) : KERR_OK;
  if (result < 0 && error == KERR_OK) result = 0; /* a call that cannot fail */
  ctx->error = error == KERR_OK ? before : (int32_t)error;
  count(ctx, id, result < 0, moves_bytes(id) ? result : 0);
  return result < 0 ? -1 : result;
}

/* -- memory -- */

static int is_size(int64_t size, int64_t align) { return size > 0 && align > 0 && !(align & (align - 1)); }

static void *resize(Kctx *ctx, unsigned id, void *block, int64_t old_size, int64_t size, int64_t align) {
  int fits = is_size(size, align) && (block ? old_size > 0 : old_size == 0);
  const KernelPort *port = ctx->kernel->port;
  void *result = fits && (uint64_t)size <= PTRDIFF_MAX ? port->memory(port, ctx, block, (size_t)old_size, (size_t)size, (size_t)align) : NULL;
  if (!result) kernel_fail(ctx, fits ? KERR_OUT_OF_MEMORY : KERR_INVALID);
  count(ctx, id, !result, size);
  return result;
}

void *orus_mem_alloc(OrusKctx *k, int64_t size, int64_t align) { return resize(k, KCALL_mem_alloc, NULL, 0, size, align); }

void *orus_mem_realloc(OrusKctx *k, void *block, int64_t old_size, int64_t new_size, int64_t align) {
  return resize(k, KCALL_mem_realloc, block, old_size, new_size, align);
}

int64_t orus_mem_free(OrusKctx *k, void *block, int64_t size, int64_t align) {
  const KernelPort *port = k->kernel->port;
  int fits = !block || is_size(size, align);
  if (fits && block) port->memory(port, k, block, (size_t)size, 0, (size_t)align);
  count(k, KCALL_mem_free, !fits, 0);
  return fits ? 0 : kernel_fail(k, KERR_INVALID);
}

int64_t orus_mem_zero(OrusKctx *k, void *block, int64_t size) {
  int fits = size >= 0 && (uint64_t)size <= PTRDIFF_MAX && (block || !size);
  if (fits && size) memset(block, 0, (size_t)size);
  count(k, KCALL_mem_zero, !fits, 0);
  return fits ? 0 : kernel_fail(k, KERR_INVALID);
}

void *kernel_alloc(Kctx *ctx, size_t size, size_t align) { return size > PTRDIFF_MAX ? NULL : orus_mem_alloc(ctx, (int64_t)(size ? size : 1), (int64_t)align); }

void kernel_free(Kctx *ctx, void *block, size_t size, size_t align) { orus_mem_free(ctx, block, (int64_t)(size ? size : 1), (int64_t)align); }

/* -- results -- */

void kernel_put_values(const KernelArgs *a, unsigned buffer, const int64_t *values, size_t n) {
  size_t room = a->sizes[buffer] / sizeof *values;
  if (n) memcpy(a->buffers[buffer], values, (n < room ? n : room) * sizeof *values);
}

int64_t kernel_put_text(Kctx *ctx, const KernelArgs *a, unsigned buffer, const char *text, size_t n) {
  if (!a->sizes[buffer]) return (int64_t)n;
  if (n > a->sizes[buffer]) return kernel_fail(ctx, KERR_TOO_SMALL);
  memcpy(a->buffers[buffer], text, n);
  return (int64_t)n;
}

int64_t kernel_info(Kctx *ctx, const KernelArgs *a) {
  int64_t topic = a->raw[0], subject = a->raw[1];
  if (topic == ORUS_INFO_ERROR) {
    static const int64_t most = 64;
    if (subject < 0 || subject >= most || !strcmp(orus_error_text(subject), orus_error_text(most))) return kernel_fail(ctx, KERR_NOT_FOUND);
    return kernel_put_text(ctx, a, 1, orus_error_text(subject), strlen(orus_error_text(subject)));
  }
  if (topic != ORUS_INFO_COUNTERS) return kernel_fail(ctx, KERR_INVALID);
  if (subject <= 0 || subject >= KCALL_END) return kernel_fail(ctx, KERR_NOT_FOUND);
  OrusCounters c = orus_kernel_counters(ctx->kernel, (unsigned)subject);
  const int64_t values[] = {c.calls, c.failures, c.bytes};
  int64_t n = kernel_put_text(ctx, a, 1, kernel_call_info[subject].name, strlen(kernel_call_info[subject].name));
  if (n >= 0) kernel_put_values(a, 0, values, 3);
  return n;
}
