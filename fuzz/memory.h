/* memory.h -- the memory of the fuzzers' targets: each block exactly as large as asked for, so that the sanitizers see a step outside. */
#ifndef ORUS_FUZZ_MEMORY_H
#define ORUS_FUZZ_MEMORY_H

#include "heap/gc.h"

#include <stdlib.h>

static inline void *fuzz_alloc(void *ctx, size_t size, size_t align) {
  (void)ctx, (void)align;
  return malloc(size);
}

static inline void fuzz_free(void *ctx, void *block, size_t size, size_t align) {
  (void)ctx, (void)size, (void)align;
  free(block);
}

static inline GcMemory fuzz_memory(void) { return (GcMemory){NULL, fuzz_alloc, fuzz_free}; }

#endif
