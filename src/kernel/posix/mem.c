/* mem.c -- memory from malloc, at any alignment. */
#include "kernel/posix/posix.h"

#include <stdlib.h>
#include <string.h>

/* realloc keeps this one; blocks that want more move by hand. */
enum { USUAL_ALIGN = _Alignof(max_align_t) };

void *posix_memory(const KernelPort *port, Kctx *ctx, void *block, size_t old_size, size_t size, size_t align) {
  (void)port, (void)ctx;
  if (!size) return free(block), NULL;
  if (align <= USUAL_ALIGN) return realloc(block, size);
  void *fresh;
  if (posix_memalign(&fresh, align, size)) return NULL;
  if (block) memcpy(fresh, block, old_size < size ? old_size : size);
  free(block);
  return fresh;
}
