/* text.h -- growing text and numbered strings for the assembler and the disassembler.  Failed allocations: as in vec.h.  Owned by one thread. */
#ifndef ORUS_CODE_TEXT_H
#define ORUS_CODE_TEXT_H

#include "code/pairs.h"

/* Text is a vector of bytes, without a terminator.  `counting`: nothing is kept, only the length. */
typedef struct CodeText {
  CodeVec bytes;
  int counting;
  uint64_t length;
} CodeText;

void ctext_init(CodeText *text, GcMemory memory);
void ctext_free(CodeText *text);
void ctext_add(CodeText *text, const char *bytes, size_t n);
void ctext_put(CodeText *text, const char *terminated);
void ctext_number(CodeText *text, int64_t n);
void ctext_unsigned(CodeText *text, uint64_t n);
void ctext_hex(CodeText *text, uint64_t n, unsigned digits); /* "0x" and at least `digits` digits */

/* Numbers for byte strings, in the order in which they were first seen: 0, 1, 2, ... */
typedef struct Intern {
  CodeVec bytes, ends; /* char; size_t: where each string ends in `bytes` */
  Pairs pairs;         /* the strings, and behind the last pair of each one whose value is its number */
} Intern;

#define INTERN_NONE 0xffffffffu

void intern_init(Intern *in, GcMemory memory);
void intern_free(Intern *in);
uint32_t intern_find(const Intern *in, const void *bytes, size_t n);  /* INTERN_NONE when it was never added */
uint32_t intern_add(Intern *in, const void *bytes, size_t n);         /* INTERN_NONE when there is no memory */
const char *intern_text(const Intern *in, uint32_t number, size_t *n);

#endif
