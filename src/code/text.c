/* text.c -- see text.h.  The intern table is open addressing with linear probing (Knuth, TAOCP 3, 6.4), at most half full. */
#include "code/text.h"

#include <string.h>

void vec_init(CodeVec *vec, GcMemory memory, size_t row_size) { *vec = (CodeVec){.memory = memory, .row_size = row_size}; }

void vec_free(CodeVec *vec) {
  if (vec->rows) vec->memory.free(vec->memory.ctx, vec->rows, vec->room * vec->row_size, 16);
  vec->rows = NULL;
  vec->count = vec->room = 0;
}

static int vec_grow(CodeVec *vec, size_t wanted) {
  size_t room = vec->room ? vec->room : 16;
  while (room < wanted) {
    if (room > SIZE_MAX / 2 / vec->row_size) return 0;
    room *= 2;
  }
  void *rows = vec->memory.alloc(vec->memory.ctx, room * vec->row_size, 16);
  if (!rows) return 0;
  if (vec->count) memcpy(rows, vec->rows, vec->count * vec->row_size);
  if (vec->rows) vec->memory.free(vec->memory.ctx, vec->rows, vec->room * vec->row_size, 16);
  vec->rows = rows;
  vec->room = room;
  return 1;
}

void *vec_add(CodeVec *vec, const void *rows, size_t n) {
  if (vec->failed) return NULL;
  if (n > SIZE_MAX / 2 - vec->count || (vec->count + n > vec->room && !vec_grow(vec, vec->count + n))) {
    vec->failed = 1;
    return NULL;
  }
  char *at = (char *)vec->rows + vec->count * vec->row_size;
  if (rows && n) memcpy(at, rows, n * vec->row_size);
  if (!rows && n) memset(at, 0, n * vec->row_size);
  vec->count += n;
  return at;
}

/* -- text -- */

void text_init(CodeText *text, GcMemory memory) {
  vec_init(&text->bytes, memory, 1);
  text->counting = 0;
  text->length = 0;
}

void text_free(CodeText *text) { vec_free(&text->bytes); }

void text_add(CodeText *text, const char *bytes, size_t n) {
  text->length += n;
  if (!text->counting && n) vec_add(&text->bytes, bytes, n);
}

void text_put(CodeText *text, const char *terminated) { text_add(text, terminated, strlen(terminated)); }

void text_unsigned(CodeText *text, uint64_t n) {
  char digits[20];
  size_t at = sizeof digits;
  do digits[--at] = (char)('0' + n % 10);
  while (n /= 10);
  text_add(text, digits + at, sizeof digits - at);
}

void text_number(CodeText *text, int64_t n) {
  if (n < 0) text_put(text, "-");
  text_unsigned(text, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

void text_hex(CodeText *text, uint64_t n, unsigned digits) {
  char out[16];
  size_t at = sizeof out;
  do out[--at] = "0123456789abcdef"[n & 15];
  while ((n >>= 4) || sizeof out - at < digits);
  text_put(text, "0x");
  text_add(text, out + at, sizeof out - at);
}

/* -- interning -- */

void intern_init(Intern *in, GcMemory memory) {
  vec_init(&in->bytes, memory, 1);
  vec_init(&in->ends, memory, sizeof(size_t));
  vec_init(&in->slots, memory, sizeof(uint32_t));
}

void intern_free(Intern *in) {
  vec_free(&in->bytes);
  vec_free(&in->ends);
  vec_free(&in->slots);
}

const char *intern_text(const Intern *in, uint32_t number, size_t *n) {
  size_t start = number ? VEC_ROWS(size_t, in->ends)[number - 1] : 0;
  *n = VEC_ROWS(size_t, in->ends)[number] - start;
  return in->bytes.rows ? VEC_ROWS(const char, in->bytes) + start : "";
}

static size_t hash_bytes(const void *bytes, size_t n) { /* FNV-1a (Fowler, Noll, Vo 1991), its high bits folded down */
  const unsigned char *at = bytes;
  uint64_t h = 0xcbf29ce484222325u;
  for (size_t i = 0; i < n; i++) h = (h ^ at[i]) * 0x100000001b3u;
  return (size_t)(h ^ h >> 32);
}

/* The slot that holds the string, or the empty one where it belongs. */
static uint32_t *intern_slot(const Intern *in, const void *bytes, size_t n) {
  size_t mask = in->slots.count - 1, at = hash_bytes(bytes, n) & mask, length;
  for (;; at = (at + 1) & mask) {
    uint32_t *slot = &VEC_ROWS(uint32_t, in->slots)[at];
    if (!*slot) return slot;
    const char *text = intern_text(in, *slot - 1, &length);
    if (length == n && (n == 0 || !memcmp(text, bytes, n))) return slot;
  }
}

uint32_t intern_find(const Intern *in, const void *bytes, size_t n) {
  if (!in->slots.count) return INTERN_NONE;
  uint32_t *slot = intern_slot(in, bytes, n);
  return *slot ? *slot - 1 : INTERN_NONE;
}

static int intern_grow(Intern *in) {
  CodeVec old = in->slots;
  size_t room = old.count ? old.count * 2 : 64, n;
  vec_init(&in->slots, old.memory, sizeof(uint32_t));
  if (!vec_add(&in->slots, NULL, room)) {
    in->slots = old;
    return 0;
  }
  for (uint32_t i = 0; i < in->ends.count; i++) {
    const char *text = intern_text(in, i, &n);
    *intern_slot(in, text, n) = i + 1;
  }
  vec_free(&old);
  return 1;
}

uint32_t intern_add(Intern *in, const void *bytes, size_t n) {
  if (in->ends.count >= INTERN_NONE / 4) return INTERN_NONE;
  if ((in->ends.count + 1) * 2 > in->slots.count && !intern_grow(in)) return INTERN_NONE;
  uint32_t *slot = intern_slot(in, bytes, n);
  if (*slot) return *slot - 1;
  size_t end = in->bytes.count + n;
  if (!vec_add(&in->ends, &end, 1)) return INTERN_NONE;
  if (n && !vec_add(&in->bytes, bytes, n)) {
    in->ends.count--;
    return INTERN_NONE;
  }
  *slot = (uint32_t)in->ends.count;
  return *slot - 1;
}
