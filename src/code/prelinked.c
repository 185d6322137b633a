/* prelinked.c -- see prelinked.h. */
#include "code/prelinked.h"
#include "code/private.h"

#include <string.h>

enum { HEAD = 2, BLOCK_HEAD = 3 };

static uint64_t pair(uint64_t low, uint64_t high) { return low | high << 32; }
static uint32_t low(uint64_t word) { return (uint32_t)word; }
static uint32_t high(uint64_t word) { return (uint32_t)(word >> 32); }

const uint64_t *prelinked_check(const uint64_t *words, const void *image, const OrbcModule *m) {
#ifdef ORUS_DEBUG
  (void)words, (void)image, (void)m; /* recheck.c compares each instruction with where it came from: all are linked here */
  return NULL;
#else
  return words && words[0] == ((const OrbcHeader *)image)->checksum && words[1] == pair(m->functions_count, POP_END) ? words : NULL;
#endif
}

static const uint64_t *find(const Func *f) {
  const uint64_t *words = f->module->prelinked;
  uint32_t row = f->index - f->module->first_function;
  uint64_t two = words[HEAD + row / 2];
  uint32_t at = row % 2 ? high(two) : low(two);
  return at ? words + at : NULL;
}

int prelinked_get(const Func *f, CodeDraft *d) {
  const uint64_t *block = find(f);
  if (!block) return 0;
  uint32_t length = low(block[0]), constants = high(block[0]), handlers = low(block[1]), totals = high(block[1]), zeros = low(block[2]);
  d->head = (FuncCode){.length = length, .raw_total = (uint16_t)totals, .ref_total = (uint16_t)(totals >> 16), .raw_zero = (uint16_t)zeros, .ref_zero = (uint16_t)(zeros >> 16)};
  const uint64_t *at = block + BLOCK_HEAD;
  int ok = vec_add(&d->code, at, length) && (!constants || vec_add(&d->constants, at + length, constants));
  for (at += length + constants; ok && handlers--; at += 2) {
    OrbcHandler h = {low(at[0]), high(at[0]), low(at[1]), high(at[1])};
    ok = vec_add(&d->handlers, &h, 1) != NULL;
  }
  return ok;
}

int prelinked_put(const Func *f, CodeVec *words) {
  const uint64_t *code = func_code(f);
  const FuncCode *head = func_head(code);
  uint64_t front[BLOCK_HEAD] = {pair(head->length, head->constants), pair(head->handlers_count, head->raw_total | (uint64_t)head->ref_total << 16),
                                head->raw_zero | (uint64_t)head->ref_zero << 16};
  int ok = vec_add(words, front, BLOCK_HEAD) && vec_add(words, code, head->length + head->constants);
  for (uint32_t i = 0; ok && i < head->handlers_count; i++) {
    const OrbcHandler *h = &head->handlers[i];
    uint64_t two[2] = {pair(h->start, h->end), pair(h->target, h->reg)};
    ok = vec_add(words, two, 2) != NULL;
  }
  return ok;
}
