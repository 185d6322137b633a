/* gen_calls.h -- random modules of small functions that call each other, as assembler text: what the linker expands, renames and fuses.
 *
 * Arguments are copies, or made where they are wanted, or copies of what changes before the call; results stay, or are moved; functions return early, switch,
 * loop, allocate and trap; some collect, some have handlers.  What a run did is in global `sum` (function `total`), its result and its error.  The verifier must
 * accept all of them; every run ends.  The same seed gives the same text.
 */
#ifndef ORUS_TESTS_GEN_CALLS_H
#define ORUS_TESTS_GEN_CALLS_H

#include "code/text.h"

/* Appends the text.  0: not enough memory. */
int gen_calls(uint64_t seed, CodeText *out);

#endif
