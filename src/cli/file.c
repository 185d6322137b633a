/* file.c -- see file.h. */
#include "cli/file.h"

#include "code/opcode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 1 << 16 };

/* After a call that failed: whether it is worth another try, now that the handle is ready. */
static int again(OrusKctx *k, OrusHandle file, int64_t wanted) {
  int64_t error = orus_kernel_errno(k), entry[] = {file, wanted, 0};
  if (error == ORUS_ERR_AGAIN) orus_io_poll(k, entry, 3, -1);
  return error == ORUS_ERR_AGAIN || error == ORUS_ERR_INTERRUPTED;
}

/* Reads up to `count` bytes, fewer only at the end; how many, or -1. */
static int64_t read_most(OrusKctx *k, OrusHandle file, char *to, int64_t count) {
  int64_t done = 0;
  while (done < count) {
    int64_t n = orus_io_read(k, file, to + done, count - done);
    if (n == 0) break;
    if (n > 0) done += n;
    else if (!again(k, file, ORUS_POLL_READ)) return -1;
  }
  return done;
}

int file_read_part(OrusKctx *k, OrusHandle file, void *to, size_t count) { return read_most(k, file, to, (int64_t)count) == (int64_t)count; }

static char *read_rest(OrusKctx *k, OrusHandle file, size_t *size) {
  char *bytes = NULL;
  *size = 0;
  for (size_t room = FIRST_BYTES; room / 2 <= FILE_LIMIT_FILE_BYTES; room *= 2) {
    char *more = realloc(bytes, room);
    if (!more) break;
    bytes = more;
    int64_t n = read_most(k, file, bytes + *size, (int64_t)(room - *size));
    if (n < 0) return free(bytes), NULL;
    if ((*size += (size_t)n) < room) return bytes;
  }
  free(bytes);
  k->error = ORUS_ERR_OUT_OF_MEMORY;
  return NULL;
}

static int write_all(OrusKctx *k, OrusHandle file, const char *bytes, size_t size) {
  size_t done = 0;
  while (done < size) {
    int64_t n = orus_io_write(k, file, bytes + done, (int64_t)(size - done));
    if (n >= 0) done += (size_t)n;
    else if (!again(k, file, ORUS_POLL_WRITE)) return 0;
  }
  return 1;
}

void *file_read(OrusKctx *k, const char *path, size_t *size) {
  OrusHandle file = orus_fs_open(k, path, (int64_t)strlen(path), ORUS_OPEN_READ);
  void *bytes = file >= 0 ? read_rest(k, file, size) : NULL;
  if (!bytes) {
    int64_t error = orus_kernel_errno(k);
    fprintf(stderr, "orus: cannot read '%s': %s\n", path, error == ORUS_ERR_NOT_FOUND ? "there is no such file" : orus_error_text(error));
  }
  if (file >= 0) orus_fs_close(k, file);
  return bytes;
}

/* Why a file cannot be written, and what can be done about it. */
static void say_unwritable(const char *path, int64_t error) {
  const char *why = orus_error_text(error), *remedy = "choose another place";
  if (error == ORUS_ERR_NOT_FOUND) why = "there is no such folder", remedy = "make it first";
  if (error == ORUS_ERR_NO_SPACE) remedy = "make room, or choose another place";
  fprintf(stderr, "orus: cannot write '%s': %s; %s\n", path, why, remedy);
}

int file_write(OrusKctx *k, const char *path, const void *bytes, size_t size) {
  OrusHandle file = orus_fs_open(k, path, (int64_t)strlen(path), ORUS_OPEN_WRITE | ORUS_OPEN_CREATE | ORUS_OPEN_TRUNCATE);
  int64_t error = file >= 0 && write_all(k, file, bytes, size) ? ORUS_ERR_OK : orus_kernel_errno(k);
  if (file >= 0 && orus_fs_close(k, file) < 0 && !error) error = orus_kernel_errno(k);
  if (error) say_unwritable(path, error);
  return !error;
}
