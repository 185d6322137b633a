/* inline.h -- the bodies of small functions in place of calls to them.
 *
 * Works on verified frozen code, before it is rewritten.  Windows make it simple: register k of the called function becomes register window + k of the
 * caller; parameters that are copies of registers which stay as they are become those registers.  Where every instruction came from is kept, so that traces show
 * the functions as they were written.  What the call would have cost beyond its instructions is paid where it stood (docs/internals/machine.md, "Fuel").
 */
#ifndef ORUS_CODE_INLINE_H
#define ORUS_CODE_INLINE_H

#include "code/program.h"

/* Code on the way from the file to where it runs (bodies.c): first frozen instructions, then private ones. */
typedef struct CodeDraft {
  FuncCode head;
  CodeVec code;      /* uint64_t */
  CodeVec notes;     /* uint32_t for each instruction: verify.h */
  CodeVec constants; /* uint64_t; they will stand behind the code */
  CodeVec origins;   /* CodeOrigin of each instruction */
  CodeVec sites;     /* CodeSite */
  CodeVec handlers;  /* OrbcHandler */
} CodeDraft;

/* Verifies the function and fills code, notes, origins, sites, handlers and, of the head, lengths and registers.  1; 0: no memory; -1: the verifier refuses it. */
int inline_function(const Program *program, const Func *func, CodeDraft *draft);

/* Gives back what is kept of a function for those that it is expanded in. */
void inline_forget(const Program *program, Func *func);

#endif
