/* rng.c -- the host's cryptographic source; what is left of a fill that failed, kernel_call() erases. */
#include "kernel/posix/posix.h"

#include <errno.h>
#include <unistd.h>

enum { MOST_AT_ONCE = 256 }; /* getentropy's limit */

int64_t posix_rng_fill(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  (void)h;
  unsigned char *to = a->buffers[0];
  for (uint64_t left = a->sizes[0]; left;) {
    size_t n = left < MOST_AT_ONCE ? (size_t)left : MOST_AT_ONCE;
    if (getentropy(to, n) < 0) {
      if (errno == EINTR) continue;
      return kernel_fail(ctx, KERR_NO_ENTROPY);
    }
    to += n;
    left -= n;
  }
  return (int64_t)a->sizes[0];
}
