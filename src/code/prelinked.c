/* prelinked.c -- see prelinked.h. */
#include "code/prelinked.h"
#include "code/private.h"

#include <string.h>

_Static_assert(sizeof(FuncCode) == 3 * sizeof(uint64_t) && _Alignof(FuncCode) <= sizeof(uint64_t), "it stands between 64-bit words");

/* Two machines that disagree about a row have rows of different sizes. */
static uint32_t layout(void) {
  uint32_t sum = sizeof(FuncCode);
#define TABLE(name, type) sum = sum * 31 + (uint32_t)sizeof(type);
  PRELINKED_TABLES(TABLE)
#undef TABLE
  return sum;
}

static const void *table(const Prelinked *pre, unsigned which) { return (const uint64_t *)(const void *)pre + pre->tables[which].at; }

int prelinked_fits(const uint64_t *words, const void *image) {
#ifdef ORUS_DEBUG
  (void)words, (void)image; /* recheck.c compares each instruction with where it came from: all are linked here */
  return 0;
#else
  Prelinked pre = {0};
  if (!words[0]) return 0; /* none was made */
  memcpy(&pre, words, sizeof pre);
  return pre.checksum == ((const OrbcHeader *)image)->checksum && pre.opcodes == POP_END && pre.layout == layout();
#endif
}

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
    const uint64_t *code = rows[i].code ? (const uint64_t *)(const void *)pre + rows[i].code : program_stub;
    p->functions[i] = (Func){.code = code, .raw_params = rows[i].raw_params, .ref_params = rows[i].ref_params, .index = i, .module = m, .row = &m->view.functions[i]};
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

/* -- making -- */

static Prelinked *head_of(CodeVec *words) { return (Prelinked *)words->rows; }

/* Bytes, and zeros up to the next word; 0: no memory. */
static int put_bytes(CodeVec *words, const void *bytes, size_t size) {
  uint64_t *to = vec_add(words, NULL, (size + 7) / 8);
  if (to && size) memcpy(to, bytes, size);
  return to != NULL;
}

static int put_table(CodeVec *words, unsigned which, const void *rows, size_t count, size_t size) {
  head_of(words)->tables[which].at = (uint32_t)words->count;
  head_of(words)->tables[which].rows = (uint32_t)count;
  return !count || put_bytes(words, rows, count * size);
}

static int put_pairs(CodeVec *words, unsigned nodes, const Pairs *from) {
  return put_table(words, nodes, from->nodes.rows, from->nodes.count, sizeof(PairNode)) && put_table(words, nodes + 1, from->heads.rows, from->heads.count, sizeof(uint32_t));
}

static int put_code(CodeVec *words, uint32_t function, const uint64_t *code) {
  FuncCode head = *func_head(code);
  const OrbcHandler *handlers = func_handlers(func_head(code));
  head.sites_count = 0;
  int ok = put_bytes(words, &head, sizeof head);
  PrelinkedFunc *row = (PrelinkedFunc *)(void *)((uint64_t *)words->rows + head_of(words)->tables[PRELINKED_FUNCTIONS].at) + function;
  row->code = (uint32_t)words->count;
  return ok && vec_add(words, code, head.length + head.constants) && (!head.handlers_count || put_bytes(words, handlers, head.handlers_count * sizeof *handlers));
}

static int put_functions(const Program *p, CodeVec *words) {
  if (!put_table(words, PRELINKED_FUNCTIONS, NULL, 0, 0) || !vec_add(words, NULL, p->functions_count)) return 0;
  Prelinked *head = head_of(words);
  PrelinkedFunc *rows = (PrelinkedFunc *)(void *)((uint64_t *)words->rows + head->tables[PRELINKED_FUNCTIONS].at);
  head->tables[PRELINKED_FUNCTIONS].rows = p->functions_count;
  for (uint32_t i = 0; i < p->functions_count; i++) rows[i] = (PrelinkedFunc){0, p->functions[i].raw_params, p->functions[i].ref_params};
  for (uint32_t i = 0; i < p->functions_count; i++)
    if (func_code(&p->functions[i]) != program_stub && !put_code(words, i, func_code(&p->functions[i]))) return 0;
  return 1;
}

_Static_assert(sizeof(PrelinkedFunc) == sizeof(uint64_t) && sizeof(Prelinked) % sizeof(uint64_t) == 0, "they are words");

static int put_tables(const Program *p, CodeVec *words) {
  const ProgramModule *m = &p->modules[0];
  const struct {
    const void *rows;
    size_t count, size;
  } tables[] = {{p->types, p->types_count, sizeof *p->types},       {p->shapes, p->types_count, sizeof *p->shapes},
                {p->offsets, p->items_count, sizeof *p->offsets},
                {p->items, p->is_indexed ? p->items_count : 0, sizeof *p->items}, {m->types, m->view.types_count, sizeof *m->types}};
  for (unsigned i = 0; i < sizeof tables / sizeof *tables; i++)
    if (!put_table(words, PRELINKED_TYPES + i, tables[i].rows, tables[i].count, tables[i].size)) return 0;
  return put_pairs(words, PRELINKED_NAME_NODES, &p->names) && put_pairs(words, PRELINKED_TYPE_NODES, &p->type_index) &&
         put_pairs(words, PRELINKED_EXPORT_NODES, &p->exports) && put_pairs(words, PRELINKED_DISPATCH_NODES, &p->dispatch);
}

int prelinked_put(const Program *p, const void *image, CodeVec *words) {
  Prelinked head = {.checksum = ((const OrbcHeader *)image)->checksum, .opcodes = POP_END, .layout = layout(), .selectors = p->selectors_count,
                    .is_indexed = (uint32_t)p->is_indexed};
  if (!put_bytes(words, &head, sizeof head) || !put_tables(p, words) || !put_functions(p, words)) return 0;
  head_of(words)->words = (uint32_t)words->count;
  return 1;
}
