/* prelinked.h -- a program of one module as it is built into the executable: its image, with the functions packed (packed.h), and what was linked of it when the
 * executable was built, so that tools start without linking what they run.
 *
 * What was linked is for the first module of a program: only then the numbers in it are right.  The host vouches for all of it, so nothing in it is looked at before
 * a function is linked.  It is one row of 64-bit words that is used where it lies, and has no addresses in it, so that it is mapped with the executable and costs what
 * is touched of it.  First a Prelinked, then its tables, then the private code of those functions that were linked: a FuncCode without sites, code, constants and
 * handlers each.
 */
#ifndef ORUS_CODE_PRELINKED_H
#define ORUS_CODE_PRELINKED_H

#include "code/packed.h"
#include "code/program.h"

/* What it holds, and the type of its rows: the image without what is packed, that, tables of Program and ProgramModule. */
#define PRELINKED_TABLES(T)                                                                                                     \
  T(REST, uint64_t) T(PACKED, uint64_t) T(FUNCTIONS, PrelinkedFunc) T(TYPES, ProgramType) T(SHAPES, GcShape) T(OFFSETS, uint16_t) T(ITEMS, ProgramItem) \
  T(MODULE_TYPES, uint32_t) T(NAME_NODES, PairNode) T(NAME_HEADS, uint32_t) T(TYPE_NODES, PairNode) \
  T(TYPE_HEADS, uint32_t) T(EXPORT_NODES, PairNode) T(EXPORT_HEADS, uint32_t) T(DISPATCH_NODES, PairNode) T(DISPATCH_HEADS, uint32_t)

enum {
#define TABLE(name, type) PRELINKED_##name,
  PRELINKED_TABLES(TABLE)
#undef TABLE
      PRELINKED_COUNT
};

typedef struct PrelinkedFunc {
  uint32_t code; /* word that its code begins at; 0: it was not linked */
  uint16_t raw_params, ref_params;
} PrelinkedFunc;

struct Prelinked {
  uint32_t opcodes, layout; /* by which what was made for another machine is known */
  uint32_t words, is_indexed, selectors, zero; /* of no words: nothing is built in */
  struct {
    uint32_t at, rows;      /* in words from the start */
  } tables[PRELINKED_COUNT];
};

/* Whether what was linked was linked for this machine. */
int prelinked_fits(const uint64_t *words);

/* What the image is made of again (packed_image), for any machine. */
const void *prelinked_rest(const uint64_t *words);
const Packed *prelinked_packed(const uint64_t *words);

/* A number by which machines that disagree about a row are told apart. */
uint32_t prelinked_layout(void);

uint32_t prelinked_functions(const Prelinked *prelinked);

/* Lends its tables to a program that has no other module, and fills the rows of functions, for which there must be room. */
void prelinked_take(Program *program, const Prelinked *prelinked);

/* Whether it holds that code; NULL does not. */
int prelinked_has(const Prelinked *prelinked, const uint64_t *code);

/* Appends the program, which has the one module `image` without imports, to `words` (uint64_t), which are empty, with the code of its linked functions.  0: no memory. */
int prelinked_put(const Program *program, const void *image, CodeVec *words);

#endif
