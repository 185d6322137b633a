/* mem.c -- memory from malloc, at any alignment. */
#include "kernel/posix/posix.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
  USUAL_ALIGN = _Alignof(max_align_t), /* realloc keeps this one; blocks that want more move by hand */
  HUGE_PAGE = 2 << 20
};

/* Parts of a large block that may be huge pages shall be. */
static void *advised(void *block, size_t size) {
#ifdef MADV_HUGEPAGE
  uintptr_t from = ((uintptr_t)block + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1), to = ((uintptr_t)block + size) & ~(uintptr_t)(HUGE_PAGE - 1);
  if (block && from < to) madvise((void *)from, to - from, MADV_HUGEPAGE); /* if it cannot be, nothing is lost */
#endif
  return block;
}

static void *resized(void *block, size_t old_size, size_t size, size_t align) {
  if (!size) return free(block), NULL;
  if (align <= USUAL_ALIGN) return realloc(block, size);
  void *fresh;
  if (posix_memalign(&fresh, align, size)) return NULL;
  if (block) memcpy(fresh, block, old_size < size ? old_size : size);
  free(block);
  return fresh;
}

void *posix_memory(const KernelPort *port, Kctx *ctx, void *block, size_t old_size, size_t size, size_t align) {
  (void)port, (void)ctx;
  return advised(resized(block, old_size, size, align), size);
}
