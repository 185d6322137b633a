/* inline.h -- the bodies of small functions in place of calls to them.
 *
 * Works on verified frozen code, before it is rewritten.  Windows make it simple: register k of the called function becomes register window + k of the
 * caller; parameters that are copies of registers which stay as they are become those registers.  Where every instruction came from is kept, so that traces show
 * the functions as they were written.  What the call would have cost beyond its instructions is paid where it stood (docs/internals/machine.md, "Fuel").
 */
#ifndef ORUS_CODE_INLINE_H
#define ORUS_CODE_INLINE_H

#include "code/program.h"

/* Fills m->code (frozen instructions), origins, sites and handlers and, one for each instruction, `out_notes`; and what Func says of length and registers,
 * for the module's own functions.  `notes` are those of the verifier.  0: no memory. */
int inline_module(Program *program, ProgramModule *m, const uint32_t *notes, CodeVec *out_notes);

#endif
