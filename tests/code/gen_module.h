/* gen_module.h -- random modules that the verifier must accept, as assembler text.
 *
 * Types of every kind, globals, functions with loops, branches, calls, closures, handlers; each operand has a type that its opcode wants.  Every opcode but
 * CALL_KERNEL comes up sooner or later.  Loops end; calls may go round, so a run needs limits.  The same seed gives the same text.
 */
#ifndef ORUS_TESTS_GEN_MODULE_H
#define ORUS_TESTS_GEN_MODULE_H

#include "code/text.h"

/* Appends the text.  0: not enough memory. */
int gen_module(uint64_t seed, CodeText *out);

#endif
