/* appended.c -- see appended.h. */
#include "cli/appended.h"

#include <stdlib.h>

enum { PATH_BYTES = 4096, TRAILER_WORDS = 2 };

/* This executable, open for reading; -1: it cannot be found. */
static OrusHandle open_self(OrusKctx *k) {
  char path[PATH_BYTES];
  int64_t n = orus_sys_info(k, ORUS_INFO_EXECUTABLE, 0, NULL, 0, path, sizeof path);
  return n > 0 ? orus_fs_open(k, path, n, ORUS_OPEN_READ) : -1;
}

static int read_all(OrusKctx *k, OrusHandle file, void *to, size_t count) {
  char *at = to;
  while (count) {
    int64_t n = orus_io_read(k, file, at, (int64_t)count);
    if (n == 0 || (n < 0 && orus_kernel_errno(k) != ORUS_ERR_INTERRUPTED)) return 0;
    if (n > 0) at += n, count -= (size_t)n;
  }
  return 1;
}

static int read_image(OrusKctx *k, OrusHandle file, int64_t end, uint64_t bytes, void **image, size_t *size) {
  if (bytes > (uint64_t)end || orus_fs_seek(k, file, end - (int64_t)bytes, ORUS_SEEK_START) < 0) return -1;
  *size = (size_t)bytes;
  *image = malloc(*size ? *size : 1);
  if (*image && read_all(k, file, *image, *size)) return 1;
  free(*image);
  return -1;
}

int appended_read(OrusKctx *k, void **image, size_t *size) {
  uint64_t trailer[TRAILER_WORDS];
  OrusHandle file = open_self(k);
  if (file < 0) return 0;
  int64_t end = orus_fs_seek(k, file, -(int64_t)sizeof trailer, ORUS_SEEK_END);
  int found = 0;
  if (end >= 0 && read_all(k, file, trailer, sizeof trailer) && trailer[1] == APPENDED_MAGIC)
    found = read_image(k, file, end, trailer[0], image, size);
  orus_fs_close(k, file);
  return found;
}
