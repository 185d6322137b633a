/* packed_write.c -- see packed.h: writing.  The same module gives the same words. */
#include "code/packed.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 5 }; /* of a number */

typedef struct Writer {
  const OrbcModule *m;
  CodeVec bytes;
  const uint64_t *common; /* by rising word */
} Writer;

static void put(Writer *w, uint32_t n) {
  uint8_t bytes[MOST_BYTES];
  size_t count = 0;
  for (; n > 127; n >>= 7) bytes[count++] = (uint8_t)(n | 128);
  bytes[count++] = (uint8_t)n;
  vec_add(&w->bytes, bytes, count);
}

static void put_signed(Writer *w, int32_t n) { put(w, (uint32_t)n << 1 ^ (n < 0 ? UINT32_MAX : 0)); }

/* -- instructions -- */

static void put_operand(Writer *w, unsigned format, unsigned operand) {
  if (format == FMT_IMM16) put_signed(w, (int16_t)operand);
  else if (format != FMT_NONE) put(w, operand);
}

static void put_parts(Writer *w, uint64_t word) {
  const OpcodeInfo *info = &opcode_info[insn_op(word)];
  uint8_t op = (uint8_t)insn_op(word);
  vec_add(&w->bytes, &op, 1);
  put_operand(w, info->a, insn_a(word));
  if (info->c != FMT_CONT) {
    put_operand(w, info->b, insn_b(word));
    put_operand(w, info->c, insn_c(word));
  } else if (info->b == FMT_JUMP || info->b == FMT_IMM32) put_signed(w, (int32_t)insn_wide(word));
  else put(w, insn_wide(word));
}

static int by_word(const void *a, const void *b) {
  uint64_t x, y;
  memcpy(&x, a, sizeof x);
  memcpy(&y, b, sizeof y);
  return (x > y) - (x < y);
}

static void put_instruction(Writer *w, uint64_t word) {
  const uint64_t *found = bsearch(&word, w->common, PACKED_COMMON, sizeof word, by_word);
  uint8_t op = found ? (uint8_t)(OP_COUNT + (found - w->common)) : 0;
  if (found) vec_add(&w->bytes, &op, 1);
  else put_parts(w, word);
}

/* -- the commonest instructions -- */

typedef struct Candidate {
  uint64_t word, saved; /* bytes that it would save to have the word in the table */
} Candidate;

static int by_saving(const void *a, const void *b) {
  const Candidate *x = a, *y = b;
  return x->saved != y->saved ? (x->saved < y->saved) - (x->saved > y->saved) : by_word(&x->word, &y->word);
}

static uint64_t saving(Writer *w, uint64_t word, uint64_t count) {
  w->bytes.count = 0;
  put_parts(w, word);
  return count * (w->bytes.count - 1);
}

/* A candidate for each word of the sorted code. */
static void find_candidates(Writer *w, const CodeVec *sorted, CodeVec *to) {
  const uint64_t *code = sorted->rows;
  for (size_t i = 0, end; i < sorted->count; i = end) {
    for (end = i; end < sorted->count && code[end] == code[i]; end++) continue;
    Candidate c = {code[i], saving(w, code[i], end - i)};
    vec_add(to, &c, 1);
  }
}

static int choose_common(Writer *w, uint64_t common[PACKED_COMMON]) {
  CodeVec sorted, candidates;
  vec_init(&sorted, w->bytes.memory, sizeof(uint64_t));
  vec_init(&candidates, w->bytes.memory, sizeof(Candidate));
  int ok = vec_add(&sorted, w->m->code, w->m->code_count) != NULL;
  if (ok) {
    qsort(sorted.rows, sorted.count, sizeof(uint64_t), by_word);
    find_candidates(w, &sorted, &candidates);
    qsort(candidates.rows, candidates.count, sizeof(Candidate), by_saving);
    for (size_t i = 0; i < PACKED_COMMON; i++) common[i] = i < candidates.count ? VEC_ROWS(Candidate, candidates)[i].word : UINT64_MAX;
    qsort(common, PACKED_COMMON, sizeof common[0], by_word);
    ok = !candidates.failed;
  }
  vec_free(&sorted);
  vec_free(&candidates);
  return ok;
}

/* -- functions -- */

static void put_row(Writer *w, const OrbcFunction *f) {
  const uint32_t words[] = {f->type, f->closure, f->code, f->name, f->file, f->raw_locals, f->ref_locals, f->raw_temps, f->ref_temps, f->handlers, f->lines, f->local_names};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) put(w, words[i]);
}

static void put_lines(Writer *w, const OrbcFunction *f) {
  OrbcLine before = {0};
  for (uint32_t i = 0; i < f->lines; i++) {
    OrbcLine line = w->m->lines[f->first_line + i];
    put(w, line.pc - before.pc);
    put_signed(w, (int32_t)(line.line - before.line));
    put(w, line.column);
    before = line;
  }
}

static void put_function(Writer *w, const OrbcFunction *f) {
  const OrbcModule *m = w->m;
  put_row(w, f);
  for (uint32_t i = 0; i < f->raw_locals + f->ref_locals; i++) put(w, m->local_types[f->first_local + i]);
  for (uint32_t i = 0; i < f->handlers; i++) {
    const OrbcHandler *h = &m->handlers[f->first_handler + i];
    put(w, h->start), put(w, h->end - h->start), put(w, h->target), put(w, h->reg);
  }
  put_lines(w, f);
  for (uint32_t i = 0; i < f->local_names; i++) {
    const OrbcLocal *l = &m->locals[f->first_local_name + i];
    put(w, l->name), put(w, l->bank), put(w, l->reg), put(w, l->start), put(w, l->end);
  }
  for (uint32_t i = 0; i < f->code; i++) put_instruction(w, m->code[f->first_code + i]);
}

/* -- the whole -- */

static int put_words(CodeVec *words, const Packed *head, const CodeVec *starts, const CodeVec *bytes) {
  size_t in_front = sizeof *head + starts->count * sizeof(uint32_t);
  char *to = vec_add(words, NULL, (in_front + bytes->count + 7) / 8);
  if (!to) return 0;
  memcpy(to, head, sizeof *head);
  if (starts->count) memcpy(to + sizeof *head, starts->rows, starts->count * sizeof(uint32_t));
  if (bytes->count) memcpy(to + in_front, bytes->rows, bytes->count);
  return 1;
}

int packed_put(const OrbcModule *m, CodeVec *words) {
  Packed head = {.functions = m->functions_count};
  Writer w = {.m = m, .common = head.common};
  CodeVec starts;
  vec_init(&w.bytes, words->memory, 1);
  vec_init(&starts, words->memory, sizeof(uint32_t));
  int ok = choose_common(&w, head.common);
  w.bytes.count = 0;
  for (uint32_t i = 0; ok && i < m->functions_count; i++) {
    uint32_t start = (uint32_t)w.bytes.count;
    vec_add(&starts, &start, 1);
    put_function(&w, &m->functions[i]);
  }
  head.bytes = (uint32_t)w.bytes.count;
  ok = ok && !w.bytes.failed && !starts.failed && put_words(words, &head, &starts, &w.bytes);
  vec_free(&w.bytes);
  vec_free(&starts);
  return ok;
}
