/* memory.h -- the memory that tests give to the library: blocks are counted, and requests refused from the `fail_at`th on.
 *
 * Blocks are made a multiple of 64 bytes so that whatever alignment is asked for is met.  One thread.
 */
#ifndef ORUS_TESTS_MEMORY_H
#define ORUS_TESTS_MEMORY_H

#include "heap/gc.h"

#include <stdlib.h>

typedef struct CountedMemory {
  size_t allocations, fail_at; /* 0: none fails */
  long outstanding;            /* blocks */
} CountedMemory;

static inline void *counted_alloc(void *ctx, size_t size, size_t align) {
  CountedMemory *m = ctx;
  if (m->fail_at && ++m->allocations >= m->fail_at) return NULL;
  m->outstanding++;
  return aligned_alloc(align < 16 ? 16 : align, (size + 63) & ~(size_t)63);
}

static inline void counted_free(void *ctx, void *block, size_t size, size_t align) {
  (void)size, (void)align;
  ((CountedMemory *)ctx)->outstanding--;
  free(block);
}

/* When nothing is counted. */
static inline void *plain_alloc(void *ctx, size_t size, size_t align) {
  (void)ctx;
  return aligned_alloc(align < 16 ? 16 : align, (size + 63) & ~(size_t)63);
}

static inline void plain_free(void *ctx, void *block, size_t size, size_t align) {
  (void)ctx, (void)size, (void)align;
  free(block);
}

static inline GcMemory counted_memory(CountedMemory *m) { return (GcMemory){m, counted_alloc, counted_free}; }

static inline GcMemory plain_memory(void) { return (GcMemory){NULL, plain_alloc, plain_free}; }

#endif
