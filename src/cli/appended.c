/* appended.c -- see appended.h. */
#include "cli/appended.h"

#include "cli/file.h"

#include <stdlib.h>

enum { PATH_BYTES = 4096 };

typedef struct Trailer {
  uint64_t bytes, magic;
} Trailer;

/* tools/cli/build.orus finds it by the first two words, and says in the third one how many bytes of program are behind its copy of this executable. */
static const struct {
  uint64_t magic, inverse, bytes;
} mark = {APPENDED_MAGIC, ~APPENDED_MAGIC, 0};

/* This executable, open for reading; -1: it cannot be found. */
static OrusHandle open_self(OrusKctx *k) {
  char path[PATH_BYTES];
  int64_t n = orus_sys_info(k, ORUS_INFO_EXECUTABLE, 0, NULL, 0, path, sizeof path);
  return n > 0 ? orus_fs_open(k, path, n, ORUS_OPEN_READ) : -1;
}

static Appended read_image(OrusKctx *k, OrusHandle file, void **image, size_t size) {
  Trailer trailer;
  int64_t end = orus_fs_seek(k, file, -(int64_t)sizeof trailer, ORUS_SEEK_END);
  if (end < 0 || !file_read_part(k, file, &trailer, sizeof trailer)) return APPENDED_UNREADABLE;
  if (trailer.magic != APPENDED_MAGIC || trailer.bytes != size || size > (uint64_t)end) return APPENDED_GONE;
  *image = malloc(size);
  if (*image && orus_fs_seek(k, file, end - (int64_t)size, ORUS_SEEK_START) >= 0 && file_read_part(k, file, *image, size)) return APPENDED_READ;
  free(*image);
  return APPENDED_UNREADABLE;
}

Appended appended_read(OrusKctx *k, void **image, size_t *size) {
  *size = (size_t)*(const volatile uint64_t *)&mark.bytes; /* not what it was when it was compiled */
  if (!*size) return APPENDED_NONE;
  OrusHandle file = open_self(k);
  if (file < 0) return APPENDED_UNREADABLE;
  Appended found = read_image(k, file, image, *size);
  orus_fs_close(k, file);
  return found;
}
