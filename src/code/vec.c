/* vec.c -- see vec.h. */
#include "code/vec.h"

#include <string.h>

void vec_init(CodeVec *vec, GcMemory memory, size_t row_size) { *vec = (CodeVec){.memory = memory, .row_size = row_size}; }

void vec_free(CodeVec *vec) {
  if (vec->room) vec->memory.free(vec->memory.ctx, vec->rows, vec->room * vec->row_size, 16);
  vec->rows = NULL;
  vec->count = vec->room = 0;
}

static int vec_grow(CodeVec *vec, size_t wanted) {
  size_t room = vec->room ? vec->room : 64;
  while (room < wanted) {
    if (room > SIZE_MAX / 2 / vec->row_size) return 0;
    room *= 2;
  }
  void *rows = vec->memory.alloc(vec->memory.ctx, room * vec->row_size, 16);
  if (!rows) return 0;
  if (vec->count) memcpy(rows, vec->rows, vec->count * vec->row_size);
  if (vec->room) vec->memory.free(vec->memory.ctx, vec->rows, vec->room * vec->row_size, 16);
  vec->rows = rows;
  vec->room = room;
  return 1;
}

void *vec_add(CodeVec *vec, const void *rows, size_t n) {
  if (vec->failed) return NULL;
  if (n > SIZE_MAX / 2 - vec->count || (vec->count + n > vec->room && !vec_grow(vec, vec->count + n))) {
    vec->failed = 1;
    return NULL;
  }
  char *at = (char *)vec->rows + vec->count * vec->row_size;
  if (rows && n) memcpy(at, rows, n * vec->row_size);
  if (!rows && n) memset(at, 0, n * vec->row_size);
  vec->count += n;
  return at;
}
