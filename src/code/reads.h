/* reads.h -- which registers each instruction of a module reads, with their static types, by the verifier's account.
 *
 * For who doubts or shows what a machine does; of a module that the verifier refuses, what comes before the fault.  Read-only once made.
 */
#ifndef ORUS_CODE_READS_H
#define ORUS_CODE_READS_H

#include "code/orbc.h"
#include "code/vec.h"

/* `type`: of the module. */
typedef struct CodeRead {
  uint32_t type;
  uint16_t reg, ref;
} CodeRead;

/* The reads of row i of CODE are `reads` [first[i], first[i + 1]). */
typedef struct CodeReads {
  CodeVec reads, first;
} CodeReads;

/* 0: no memory; to be freed also then. */
int reads_init(CodeReads *r, const OrbcModule *module, uint64_t grants, GcMemory memory);
void reads_free(CodeReads *r);

static inline const CodeRead *reads_of(const CodeReads *r, uint32_t row, uint32_t *count) {
  uint32_t first = VEC_ROWS(const uint32_t, r->first)[row];
  *count = VEC_ROWS(const uint32_t, r->first)[row + 1] - first;
  return VEC_ROWS(const CodeRead, r->reads) + first;
}

#endif
