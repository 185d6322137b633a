/* prelinked.c -- see prelinked.h. */
#include "code/prelinked.h"
#include "code/private.h"

#include <string.h>

_Static_assert(sizeof(FuncCode) == 4 * sizeof(uint64_t) && _Alignof(FuncCode) <= sizeof(uint64_t), "it stands between 64-bit words");

/* Two machines that disagree about a row have rows of different sizes. */
uint32_t prelinked_layout(void) {
  uint32_t sum = sizeof(FuncCode);
#define TABLE(name, type) sum = sum * 31 + (uint32_t)sizeof(type);
  PRELINKED_TABLES(TABLE)
#undef TABLE
  return sum;
}

static const void *table(const Prelinked *pre, unsigned which) { return (const uint64_t *)(const void *)pre + pre->tables[which].at; }

int prelinked_fits(const uint64_t *words) {
#ifdef ORUS_DEBUG
  (void)words; /* recheck.c compares each instruction with where it came from: all are linked here */
  return 0;
#else
  const Prelinked *pre = (const Prelinked *)(const void *)words;
  return pre->opcodes == POP_END && pre->layout == prelinked_layout();
#endif
}

const void *prelinked_rest(const uint64_t *words) { return table((const Prelinked *)(const void *)words, PRELINKED_REST); }

const Packed *prelinked_packed(const uint64_t *words) { return table((const Prelinked *)(const void *)words, PRELINKED_PACKED); }

uint32_t prelinked_functions(const Prelinked *pre) { return pre->tables[PRELINKED_FUNCTIONS].rows; }

int prelinked_has(const Prelinked *pre, const uint64_t *code) {
  return pre && (uintptr_t)code - (uintptr_t)pre < (uintptr_t)pre->words * sizeof(uint64_t);
}

/* -- taking -- */

/* Whoever changes rows looks at their room first. */
static void *lend(const Prelinked *pre, unsigned which) { return (void *)(uintptr_t)table(pre, which); }

static void lend_vec(const Prelinked *pre, unsigned which, CodeVec *to) {
  vec_free(to);
  to->rows = lend(pre, which);
  to->count = pre->tables[which].rows;
}

static void lend_pairs(const Prelinked *pre, unsigned nodes, Pairs *to) {
  lend_vec(pre, nodes, &to->nodes);
  lend_vec(pre, nodes + 1, &to->heads);
}

static void take_functions(Program *p, const Prelinked *pre) {
  const PrelinkedFunc *rows = table(pre, PRELINKED_FUNCTIONS);
  const ProgramModule *m = &p->modules[0];
  p->functions_count = prelinked_functions(pre);
  for (uint32_t i = 0; i < p->functions_count; i++) {
    atomic_init(&p->codes[i], rows[i].code ? (const uint64_t *)(const void *)pre + rows[i].code : program_stub);
    p->functions[i] = (Func){.raw_params = rows[i].raw_params, .ref_params = rows[i].ref_params, .index = i, .module = m};
  }
}

void prelinked_take(Program *p, const Prelinked *pre) {
  ProgramModule *m = &p->modules[0];
  p->is_indexed = (int)pre->is_indexed;
  m->types = lend(pre, PRELINKED_MODULE_TYPES);
  p->types = lend(pre, PRELINKED_TYPES);
  p->shapes = lend(pre, PRELINKED_SHAPES);
  p->offsets = lend(pre, PRELINKED_OFFSETS);
  p->items = p->is_indexed ? lend(pre, PRELINKED_ITEMS) : NULL;
  p->types_count = pre->tables[PRELINKED_TYPES].rows;
  p->items_count = pre->tables[PRELINKED_OFFSETS].rows;
  p->selectors_count = pre->selectors;
  lend_pairs(pre, PRELINKED_NAME_NODES, &p->names);
  lend_pairs(pre, PRELINKED_TYPE_NODES, &p->type_index);
  lend_pairs(pre, PRELINKED_EXPORT_NODES, &p->exports);
  lend_pairs(pre, PRELINKED_DISPATCH_NODES, &p->dispatch);
  take_functions(p, pre);
}
