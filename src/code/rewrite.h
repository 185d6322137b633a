/* rewrite.h -- frozen instructions to private ones, in place, one pass over what inline.h made.  Input is verified. */
#ifndef ORUS_CODE_REWRITE_H
#define ORUS_CODE_REWRITE_H

#include "code/inline.h"

/* Rewrites the code of the draft and collects its constants.  0: no memory for these. */
int rewrite_function(const Program *program, const ProgramModule *module, CodeDraft *draft);

#endif
