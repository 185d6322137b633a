/* rewrite.h -- frozen instructions to private ones, in place, one pass over what inline.h made.  Input is verified; cannot fail. */
#ifndef ORUS_CODE_REWRITE_H
#define ORUS_CODE_REWRITE_H

#include "code/private.h"
#include "code/program.h"

typedef struct Rewrite {
  const Program *program;
  ProgramModule *module;
  uint32_t constants;    /* where they start in module->code */
  const uint32_t *notes; /* one for each instruction of module->code */
  uint8_t starts_pair[POP_END]; /* opcodes that are the first of a pair; rewrite_open fills it */
} Rewrite;

void rewrite_open(Rewrite *r);

/* Rewrites the instructions from `start` to `end` of module->code, which are those of one function. */
void rewrite_function(Rewrite *r, uint32_t start, uint32_t end);

#endif
