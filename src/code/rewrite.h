/* rewrite.h -- frozen code to private code, one pass, in place of position (see private_ops.def).  Input is verified; cannot fail. */
#ifndef ORUS_CODE_REWRITE_H
#define ORUS_CODE_REWRITE_H

#include "code/program.h"

typedef struct Rewrite {
  const Program *program;
  ProgramModule *module;
  const uint32_t *notes; /* from verify_module, one for each row of CODE */
} Rewrite;

/* Writes the private code of `row` into module->code. */
void rewrite_function(Rewrite *r, const OrbcFunction *row);

#endif
