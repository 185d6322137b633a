/* literal.h -- raw constants as text and back, exactly, for the assembler and the disassembler.
 *
 * Invariant: literal_parse() of what literal_print() wrote gives the same bits, for each type and every canonical value.
 * Floats are decimals where a decimal of at most 2^53 and a power of ten of at most 10^22 give the value with one correctly rounded operation
 * (Clinger, "How to read floating point numbers accurately", 1990, the fast path), else C99 hexadecimal floats; `inf`, `-inf`; other NaNs than the
 * default one show their bits.  No state; any thread.
 */
#ifndef ORUS_CODE_LITERAL_H
#define ORUS_CODE_LITERAL_H

#include "code/text.h"

/* Prints `bits`, a register's contents of raw type `type`. */
void literal_print(CodeText *out, uint32_t type, uint64_t bits);

/* Reads a literal of raw type `type`.  Returns NULL, or what is wrong with it (static text). */
const char *literal_parse(uint32_t type, const char *text, size_t n, uint64_t *bits);

/* Reads a plain integer: sign, decimal or 0x digits.  0 when it is none or does not fit; `negative` holds values below 0 as magnitude. */
int literal_integer(const char *text, size_t n, uint64_t *magnitude, int *negative);

#endif
