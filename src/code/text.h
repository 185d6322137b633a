/* text.h -- growing memory for the assembler and the disassembler: vectors of plain rows, and text.
 *
 * Invariant: a failed allocation leaves the vector as it was and sets `failed`; from then on nothing is added, so a caller may write on and look at
 * the end.  The memory comes from a GcMemory that outlives the vector.  Owned by one thread.
 */
#ifndef ORUS_CODE_TEXT_H
#define ORUS_CODE_TEXT_H

#include "heap/gc.h"

/* `count` rows of `row_size` bytes each in memory for `room` rows. */
typedef struct CodeVec {
  GcMemory memory;
  void *rows;
  size_t count, room, row_size;
  int failed;
} CodeVec;

void vec_init(CodeVec *vec, GcMemory memory, size_t row_size);
void vec_free(CodeVec *vec);

/* Appends `n` rows (`rows` NULL: zeros).  Returns the first of them, or NULL when there is no memory. */
void *vec_add(CodeVec *vec, const void *rows, size_t n);

#define VEC_ROWS(type, vec) ((type *)(vec).rows)

/* Text is a vector of bytes, without a terminator.  `counting`: nothing is kept, only the length. */
typedef struct CodeText {
  CodeVec bytes;
  int counting;
  uint64_t length;
} CodeText;

void text_init(CodeText *text, GcMemory memory);
void text_free(CodeText *text);
void text_add(CodeText *text, const char *bytes, size_t n);
void text_put(CodeText *text, const char *terminated);
void text_number(CodeText *text, int64_t n);
void text_unsigned(CodeText *text, uint64_t n);
void text_hex(CodeText *text, uint64_t n, unsigned digits); /* "0x" and at least `digits` digits */

/* Numbers for byte strings, in the order in which they were first seen: 0, 1, 2, ... */
typedef struct Intern {
  CodeVec bytes, ends; /* char; size_t: where each string ends in `bytes` */
  CodeVec slots;       /* uint32_t: number + 1, 0 is empty; a power of two of them */
} Intern;

#define INTERN_NONE 0xffffffffu

void intern_init(Intern *in, GcMemory memory);
void intern_free(Intern *in);
uint32_t intern_find(const Intern *in, const void *bytes, size_t n);  /* INTERN_NONE when it was never added */
uint32_t intern_add(Intern *in, const void *bytes, size_t n);         /* INTERN_NONE when there is no memory */
const char *intern_text(const Intern *in, uint32_t number, size_t *n);

#endif
