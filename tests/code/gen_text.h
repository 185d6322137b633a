/* gen_text.h -- what the generators of modules share: chance, and text that is written line by line.  The same seed gives the same text. */
#ifndef ORUS_TESTS_GEN_TEXT_H
#define ORUS_TESTS_GEN_TEXT_H

#include "code/text.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct GenText {
  uint64_t state; /* at first the seed */
  CodeText *out;
} GenText;

static inline uint64_t random64(GenText *t) { /* splitmix64 (Steele, Lea, Flood 2014) */
  uint64_t z = t->state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

static inline uint32_t random_below(GenText *t, uint32_t n) { return (uint32_t)(random64(t) % n); }

/* At most 511 bytes at a time. */
__attribute__((format(printf, 2, 3))) static inline void text_put(GenText *t, const char *format, ...) {
  char line[512];
  va_list args;
  va_start(args, format);
  int n = vsnprintf(line, sizeof line, format, args);
  va_end(args);
  ctext_add(t->out, line, (size_t)n);
}

#endif
