/* pairs.c -- see pairs.h. */
#include "code/pairs.h"

#include <string.h>

void pairs_init(Pairs *p, GcMemory memory) {
  vec_init(&p->nodes, memory, sizeof(PairNode));
  vec_init(&p->heads, memory, sizeof(uint32_t));
}

void pairs_free(Pairs *p) {
  vec_free(&p->nodes);
  vec_free(&p->heads);
}

/* Copies borrowed rows. */
static int own_rows(CodeVec *vec) {
  CodeVec copy;
  vec_init(&copy, vec->memory, vec->row_size);
  if (!vec->count || vec->room) return 1;
  if (!vec_add(&copy, vec->rows, vec->count)) return 0;
  *vec = copy;
  return 1;
}

static int own(Pairs *p) { return own_rows(&p->nodes) && own_rows(&p->heads); }

/* Twice as many heads: paths become shorter by a step. */
static int grow_heads(Pairs *p) {
  Pairs grown = {.nodes = p->nodes};
  vec_init(&grown.heads, p->heads.memory, sizeof(uint32_t));
  if (!vec_add(&grown.heads, NULL, p->heads.count ? p->heads.count * 2 : 64)) return 0;
  for (uint32_t n = 1; n <= p->nodes.count; n++) {
    PairNode *node = pairs_node(&grown, n);
    node->next[0] = node->next[1] = 0; /* whoever points here comes first and is linked anew */
    *pairs_link(&grown, node->a, node->b) = n;
  }
  vec_free(&p->heads);
  p->heads = grown.heads;
  return 1;
}

uint32_t pairs_add(Pairs *p, uint32_t a, uint64_t b, uint32_t value) {
  if (!p->heads.room && !own(p)) return 0;
  if (p->nodes.count >= INT32_MAX || (p->nodes.count >= p->heads.count && !grow_heads(p))) return 0;
  PairNode *node = vec_next(&p->nodes);
  if (!node) return 0;
  uint32_t *link = pairs_link(p, a, b), found = *link;
  if (found) {
    p->nodes.count--;
    return found;
  }
  *node = (PairNode){.a = a, .b = b, .value = value};
  return *link = (uint32_t)p->nodes.count;
}

/* The last pair is always the end of its path. */
void pairs_cut(Pairs *p, size_t count) {
  for (; p->nodes.count > count; p->nodes.count--) {
    const PairNode *node = pairs_node(p, (uint32_t)p->nodes.count);
    *pairs_link(p, node->a, node->b) = 0;
  }
  p->nodes.failed = 0;
}

/* -- strings: the length, then 8 bytes at a time, zeros behind the end -- */

static uint64_t eight_bytes(const char *bytes, size_t n) {
  uint64_t word = 0;
  memcpy(&word, bytes, n < sizeof word ? n : sizeof word);
  return word;
}

uint32_t pairs_add_bytes(Pairs *p, const void *bytes, size_t n) {
  uint32_t at = pairs_add(p, 0, n, 0);
  for (size_t i = 0; i < n && at; i += 8) at = pairs_add(p, at, eight_bytes((const char *)bytes + i, n - i), 0);
  return at;
}

uint32_t pairs_find_bytes(const Pairs *p, const void *bytes, size_t n) {
  uint32_t at = pairs_find(p, 0, n);
  for (size_t i = 0; i < n && at; i += 8) at = pairs_find(p, at, eight_bytes((const char *)bytes + i, n - i));
  return at;
}
