/* trace.c -- a line at a time to the handle that was named. */
#include "kernel/posix/posix.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MOST_MESSAGE = 4000, LINE_ROOM = 4096 }; /* a pipe takes a whole line of this size, or none (PIPE_BUF) */

static int is_plain(const unsigned char *text, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (text[i] < ' ' || text[i] == 127) return 0;
  return 1;
}

static int64_t set_target(Kctx *ctx, int64_t number) {
  if (number != -1) {
    KernelHandle *h = kernel_handle_get(ctx, number);
    if (!h) return -1;
    int fits = h->kind == ORUS_KIND_FILE || h->kind == ORUS_KIND_STREAM || h->kind == ORUS_KIND_SOCKET;
    kernel_handle_put(ctx, h);
    if (!fits) return kernel_fail(ctx, KERR_BAD_HANDLE);
  }
  atomic_store(&posix_state(ctx)->trace_target, number);
  return 0;
}

int64_t posix_trace_emit(Kctx *ctx, const KernelArgs *a, KernelHandle *unused) {
  (void)unused;
  char line[LINE_ROOM];
  if (a->raw[0] < 0 || a->sizes[0] > MOST_MESSAGE || !is_plain(a->buffers[0], (size_t)a->sizes[0])) return kernel_fail(ctx, KERR_INVALID);
  if (a->raw[0] == ORUS_TRACE_TARGET) return set_target(ctx, a->raw[1]);
  int64_t target = atomic_load(&posix_state(ctx)->trace_target);
  if (target < 0) return 0;
  int64_t now = posix_time_monotonic(ctx, a, NULL);
  KernelHandle *h = kernel_handle_get(ctx, target);
  if (!h) return -1;
  int n = snprintf(line, sizeof line, "%" PRId64 " %" PRId64 " %" PRId64 " ", now, a->raw[0], a->raw[1]);
  memcpy(line + n, a->buffers[0], (size_t)a->sizes[0]);
  line[(size_t)n + a->sizes[0]] = '\n';
  int64_t result = posix_write_bytes(ctx, h, line, (size_t)n + (size_t)a->sizes[0] + 1);
  int32_t error = ctx->error;
  kernel_handle_put(ctx, h);
  ctx->error = error;
  return result;
}
