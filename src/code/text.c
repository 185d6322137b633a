/* text.c -- see text.h. */
#include "code/text.h"

#include <string.h>

/* -- text -- */

void ctext_init(CodeText *text, GcMemory memory) {
  vec_init(&text->bytes, memory, 1);
  text->counting = 0;
  text->length = 0;
}

void ctext_free(CodeText *text) { vec_free(&text->bytes); }

void ctext_add(CodeText *text, const char *bytes, size_t n) {
  text->length += n;
  if (!text->counting && n) vec_add(&text->bytes, bytes, n);
}

void ctext_put(CodeText *text, const char *terminated) { ctext_add(text, terminated, strlen(terminated)); }

void ctext_unsigned(CodeText *text, uint64_t n) {
  char digits[20];
  size_t at = sizeof digits;
  do digits[--at] = (char)('0' + n % 10);
  while (n /= 10);
  ctext_add(text, digits + at, sizeof digits - at);
}

void ctext_number(CodeText *text, int64_t n) {
  if (n < 0) ctext_put(text, "-");
  ctext_unsigned(text, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

void ctext_hex(CodeText *text, uint64_t n, unsigned digits) {
  char out[16];
  size_t at = sizeof out;
  do out[--at] = "0123456789abcdef"[n & 15];
  while ((n >>= 4) || sizeof out - at < digits);
  ctext_put(text, "0x");
  ctext_add(text, out + at, sizeof out - at);
}

/* -- interning -- */

void intern_init(Intern *in, GcMemory memory) {
  vec_init(&in->bytes, memory, 1);
  vec_init(&in->ends, memory, sizeof(size_t));
  pairs_init(&in->pairs, memory);
}

void intern_free(Intern *in) {
  vec_free(&in->bytes);
  vec_free(&in->ends);
  pairs_free(&in->pairs);
}

const char *intern_text(const Intern *in, uint32_t number, size_t *n) {
  size_t start = number ? VEC_ROWS(size_t, in->ends)[number - 1] : 0;
  *n = VEC_ROWS(size_t, in->ends)[number] - start;
  return in->bytes.rows ? VEC_ROWS(const char, in->bytes) + start : "";
}

enum { STRING_END = (int)0x80000000 }; /* with the number of a pair: that of a whole string */

uint32_t intern_find(const Intern *in, const void *bytes, size_t n) {
  uint32_t last = pairs_find_bytes(&in->pairs, bytes, n), end = last ? pairs_find(&in->pairs, (uint32_t)STRING_END | last, 0) : 0;
  return end ? pairs_value(&in->pairs, end) : INTERN_NONE;
}

uint32_t intern_add(Intern *in, const void *bytes, size_t n) {
  uint32_t number = (uint32_t)in->ends.count, last = pairs_add_bytes(&in->pairs, bytes, n);
  uint32_t end = last ? pairs_add(&in->pairs, (uint32_t)STRING_END | last, 0, number) : 0;
  if (!end) return INTERN_NONE;
  if (pairs_value(&in->pairs, end) != number) return pairs_value(&in->pairs, end);
  size_t bytes_end = in->bytes.count + n;
  if ((n && !vec_add(&in->bytes, bytes, n)) || !vec_add(&in->ends, &bytes_end, 1)) return INTERN_NONE;
  return number;
}
