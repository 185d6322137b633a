/* handles.c -- opening and closing a kernel, and its handle table: places in chunks that never move, a free list, generations, use counts; see kernel.h.
 *
 * A number is generation << 16 | index.  Closing takes the number away at once; the object goes when its last user puts it, so a thread that reads from
 * a handle never finds another file behind it.  Generations have 47 bits: a stale number stays stale. */
#include "kernel/kernel.h"

#include <string.h>

enum { NO_PLACE = UINT32_MAX };

static void lock(Kernel *k) {
  while (atomic_flag_test_and_set_explicit(&k->lock, memory_order_acquire)) {}
}

static void unlock(Kernel *k) { atomic_flag_clear_explicit(&k->lock, memory_order_release); }

static KernelHandle *place(Kernel *k, uint32_t index) { return &k->chunks[index / KERNEL_CHUNK][index % KERNEL_CHUNK]; }

/* Another chunk of free places.  Locked. */
static int grow(Kctx *ctx) {
  Kernel *k = ctx->kernel;
  if (k->places == KERNEL_HANDLES) return kernel_fail(ctx, KERR_TOO_MANY), 0;
  static const size_t bytes = KERNEL_CHUNK * sizeof(KernelHandle);
  KernelHandle *chunk = k->port->memory(k->port, ctx, NULL, 0, bytes, sizeof(void *));
  if (!chunk) return kernel_fail(ctx, KERR_OUT_OF_MEMORY), 0;
  memset(chunk, 0, bytes);
  for (uint32_t i = 0; i < KERNEL_CHUNK; i++) {
    uint32_t index = k->places + i;
    int last = i + 1 == KERNEL_CHUNK;
    chunk[i] = (KernelHandle){.number = index < KERNEL_STREAMS ? index : 1 << 16 | index, .host = -1, .index = index, .next = last ? k->free_place : index + 1};
  }
  k->free_place = k->places ? k->places : KERNEL_STREAMS; /* the streams' places are never given out */
  k->chunks[k->places / KERNEL_CHUNK] = chunk;
  k->places += KERNEL_CHUNK;
  return 1;
}

KernelHandle *kernel_handle_new(Kctx *ctx) {
  Kernel *k = ctx->kernel;
  KernelHandle *h = NULL;
  lock(k);
  if (k->free_place != NO_PLACE || grow(ctx)) {
    h = place(k, k->free_place);
    k->free_place = h->next;
    h->users = 1;
  }
  unlock(k);
  return h;
}

int64_t kernel_handle_publish(Kctx *ctx, KernelHandle *h) {
  lock(ctx->kernel);
  int64_t number = h->number;
  h->open = 1;
  unlock(ctx->kernel);
  return number;
}

/* The place is free again, and its old numbers are stale. */
static void recycle(Kernel *k, KernelHandle *h) {
  lock(k);
  h->kind = h->flags = 0;
  h->host = -1;
  h->state = NULL;
  if (h->index >= KERNEL_STREAMS) {
    h->number += 1 << 16;
    h->next = k->free_place;
    k->free_place = h->index;
  }
  unlock(k);
}

void kernel_handle_give_up(Kctx *ctx, KernelHandle *h) {
  h->users = 0;
  recycle(ctx->kernel, h);
}

void kernel_handle_stream(Kctx *ctx, uint32_t index, int32_t kind) {
  KernelHandle *h = place(ctx->kernel, index);
  h->kind = kind;
  h->host = (int)index;
  h->users = 1;
  h->open = 1;
}

/* The open handle with this number, with the table locked; NULL: stale or never open. */
static KernelHandle *find(Kernel *k, int64_t number) {
  uint32_t index = (uint32_t)(number & 0xffff);
  if (number < 0 || index >= k->places) return NULL;
  KernelHandle *h = place(k, index);
  return h->open && h->number == number ? h : NULL;
}

KernelHandle *kernel_handle_get(Kctx *ctx, int64_t number) {
  lock(ctx->kernel);
  KernelHandle *h = find(ctx->kernel, number);
  if (h) h->users++;
  unlock(ctx->kernel);
  if (!h) kernel_fail(ctx, KERR_BAD_HANDLE);
  return h;
}

int64_t kernel_handle_put(Kctx *ctx, KernelHandle *h) {
  Kernel *k = ctx->kernel;
  lock(k);
  int last = --h->users == 0;
  unlock(k);
  if (!last) return 0;
  int64_t result = k->port->release(k->port, ctx, h);
  recycle(k, h);
  return result;
}

int64_t kernel_handle_close(Kctx *ctx, int64_t number) {
  lock(ctx->kernel);
  KernelHandle *h = find(ctx->kernel, number);
  if (h) h->open = 0;
  unlock(ctx->kernel);
  return h ? kernel_handle_put(ctx, h) : kernel_fail(ctx, KERR_BAD_HANDLE);
}

int64_t kernel_handles_open(Kctx *ctx) {
  int64_t n = 0;
  lock(ctx->kernel);
  for (uint32_t i = 0; i < ctx->kernel->places; i++) n += place(ctx->kernel, i)->open;
  unlock(ctx->kernel);
  return n;
}

/* Closes all but the standard streams and frees the table. */
static void close_all(Kctx *ctx) {
  Kernel *k = ctx->kernel;
  for (uint32_t i = KERNEL_STREAMS; i < k->places; i++)
    if (place(k, i)->open) kernel_handle_close(ctx, place(k, i)->number);
}

static void free_table(Kctx *ctx) {
  Kernel *k = ctx->kernel;
  for (uint32_t i = 0; i < k->places / KERNEL_CHUNK; i++)
    k->port->memory(k->port, ctx, k->chunks[i], KERNEL_CHUNK * sizeof(KernelHandle), 0, sizeof(void *));
}

int32_t orus_kernel_open(const OrusPort *port, OrusKernel **out) {
  Kctx ctx = {NULL, 0};
  *out = NULL;
  Kernel *k = port->memory(port, &ctx, NULL, 0, sizeof *k, _Alignof(Kernel));
  if (!k) return KERR_OUT_OF_MEMORY;
  memset(k, 0, sizeof *k);
  atomic_flag_clear(&k->lock);
  k->port = port;
  k->free_place = NO_PLACE;
  ctx.kernel = k;
  int32_t error = grow(&ctx) ? port->open(port, &ctx) : ctx.error;
  if (error == KERR_OK) return *out = k, KERR_OK;
  free_table(&ctx);
  port->memory(port, &ctx, k, sizeof *k, 0, _Alignof(Kernel));
  return error;
}

void orus_kernel_close(OrusKernel *k) {
  if (!k) return;
  Kctx ctx = {k, 0};
  const KernelPort *port = k->port;
  close_all(&ctx);
  port->close(port, &ctx);
  free_table(&ctx);
  port->memory(port, &ctx, k, sizeof *k, 0, _Alignof(Kernel));
}
