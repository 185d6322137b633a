/* gen_calls.h -- random modules of small functions that call each other, as assembler text: what the linker expands, renames and fuses.  Three of four import
 * functions of a second one, the library.
 *
 * Arguments are copies, or made where they are wanted, or copies of what changes before the call; results stay, or are moved; functions return early, switch,
 * loop, allocate and trap; some collect, some have handlers.  Locals are read that nobody wrote, where earlier calls left something;
 * results go on to the next call without a name.  What a run did is in global `sum` (function `total`), its result and its error.  The verifier must
 * accept all of them; every run ends.  The same seed gives the same text.
 */
#ifndef ORUS_TESTS_GEN_CALLS_H
#define ORUS_TESTS_GEN_CALLS_H

#include "code/text.h"

/* Appends the texts; that of the library, which is added to a program first, may stay empty.  0: not enough memory. */
int gen_calls(uint64_t seed, CodeText *library, CodeText *out);

#endif
