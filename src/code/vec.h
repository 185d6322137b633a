/* vec.h -- growing vectors of plain rows.
 *
 * Invariant: a failed allocation leaves the vector as it was and sets `failed`; from then on nothing is added, so a caller may write on and look at
 * the end.  The memory comes from a GcMemory that outlives the vector.  Owned by one thread.
 */
#ifndef ORUS_CODE_VEC_H
#define ORUS_CODE_VEC_H

#include "heap/gc.h"

/* `count` rows of `row_size` bytes each in memory for `room` rows; for none: they are borrowed, not to be changed, and copied when rows are added. */
typedef struct CodeVec {
  GcMemory memory;
  void *rows;
  size_t count, room, row_size;
  int failed;
} CodeVec;

void vec_init(CodeVec *vec, GcMemory memory, size_t row_size);
void vec_free(CodeVec *vec);

/* Appends `n` rows (`rows` NULL: zeros).  Returns the first of them, or NULL when there is no memory. */
void *vec_add(CodeVec *vec, const void *rows, size_t n);

/* One more row of zeros or leftovers, quickly; NULL: no memory. */
static inline void *vec_next(CodeVec *vec) {
  if (vec->count >= vec->room || vec->failed) return vec_add(vec, NULL, 1);
  return (char *)vec->rows + vec->row_size * vec->count++;
}

#define VEC_ROWS(type, vec) ((type *)(vec).rows)

#endif
