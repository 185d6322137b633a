/* pairs.h -- numbers for pairs of integers, and so for whatever is a row of integers: names, signatures, (type, method).
 *
 * Whoever writes a module chooses what is looked up here, so no choice may be slow: pairs are found by the bits of a mix that can be undone, no two pairs
 * have all bits in common, and a look-up takes at most 97 steps (about two when nobody chose).  Nothing is random.
 * (Fredkin, "Trie memory", 1960, behind a table of heads as in Fagin and others, "Extendible hashing", 1979.)
 *
 * Invariant: pairs are numbered 1, 2, ... as they are added and go in the opposite order; value and number of a pair never change.  Owned by one thread
 * while it grows; then any number of threads may find.
 */
#ifndef ORUS_CODE_PAIRS_H
#define ORUS_CODE_PAIRS_H

#include "code/vec.h"

typedef struct PairNode {
  uint64_t b;
  uint32_t a, value;
  uint32_t next[2]; /* pairs with the same bits up to here, by the next bit; 0: none */
} PairNode;

typedef struct Pairs {
  CodeVec nodes; /* PairNode; pair n is row n - 1 */
  CodeVec heads; /* uint32_t, a power of two of them: first pairs, by the low bits */
} Pairs;

void pairs_init(Pairs *pairs, GcMemory memory);
void pairs_free(Pairs *pairs);

/* The number of (a, b), which is added with `value` when it is new; 0: no memory. */
uint32_t pairs_add(Pairs *pairs, uint32_t a, uint64_t b, uint32_t value);

/* Forgets all but the first `count` pairs. */
void pairs_cut(Pairs *pairs, size_t count);

/* A number for a string of at most 2^31 bytes: that of the last of the pairs (what was before, 8 more bytes).  For maps that hold nothing but strings.
 * 0: no memory, or it was never added. */
uint32_t pairs_add_bytes(Pairs *pairs, const void *bytes, size_t n);
uint32_t pairs_find_bytes(const Pairs *pairs, const void *bytes, size_t n);

static inline PairNode *pairs_node(const Pairs *pairs, uint32_t number) { return &VEC_ROWS(PairNode, pairs->nodes)[number - 1]; }
static inline uint32_t pairs_value(const Pairs *pairs, uint32_t number) { return pairs_node(pairs, number)->value; }

/* Where the number of (a, b) stands, or would stand.  There must be heads.  Each step of the mix can be undone, so for one `a` no two `b` have the same; when
 * its 64 bits are used up, those of `a` follow. */
static inline uint32_t *pairs_link(const Pairs *pairs, uint32_t a, uint64_t b) {
  uint64_t bits = b + a * (uint64_t)0x9e3779b97f4a7c15;
  bits = (bits ^ bits >> 32) * 0xd6e8feb86659fd93;
  bits ^= bits >> 32;
  uint32_t *link = &VEC_ROWS(uint32_t, pairs->heads)[bits & (pairs->heads.count - 1)];
  bits = bits >> 32 | bits << 32;
  for (unsigned step = 0; *link; step++) {
    PairNode *node = pairs_node(pairs, *link);
    if (node->b == b && node->a == a) break;
    if (step == 64) bits = a;
    link = &node->next[bits & 1];
    bits >>= 1;
  }
  return link;
}

/* The number of (a, b); 0: it was never added. */
static inline uint32_t pairs_find(const Pairs *pairs, uint32_t a, uint64_t b) { return pairs->heads.count ? *pairs_link(pairs, a, b) : 0; }

#endif
