/* prelinked_write.c -- see prelinked.h: making. */
#include "code/prelinked.h"
#include "code/private.h"

#include <string.h>

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

/* -- the image -- */

/* The image without the sections that are packed, under the header of the whole one. */
static int put_rest(CodeVec *words, const void *image) {
  const OrbcHeader *whole = image;
  const OrbcSection *sections = (const OrbcSection *)(const void *)(whole + 1);
  OrbcHeader header = *whole;
  OrbcSection kept[ORBC_SECTION_COUNT];
  size_t start = words->count, at;
  header.sections = 0;
  for (uint32_t i = 0; i < whole->sections; i++)
    if (!IS_PACKED(sections[i].number)) kept[header.sections++] = sections[i];
  head_of(words)->tables[PRELINKED_REST].at = (uint32_t)start;
  if (!put_bytes(words, &header, sizeof header) || !vec_add(words, NULL, header.sections * sizeof *kept / sizeof(uint64_t))) return 0;
  for (uint32_t i = 0, n = 0; i < whole->sections; i++) {
    uint64_t end = i + 1 < whole->sections ? sections[i + 1].offset : whole->bytes, from = sections[i].offset;
    if (IS_PACKED(sections[i].number)) continue;
    kept[n++].offset = (words->count - start) * sizeof(uint64_t);
    if (!put_bytes(words, (const char *)image + from, end - from)) return 0;
  }
  at = start + sizeof header / sizeof(uint64_t);
  memcpy((uint64_t *)words->rows + at, kept, header.sections * sizeof *kept);
  head_of(words)->tables[PRELINKED_REST].rows = (uint32_t)(words->count - start);
  return 1;
}

static int put_packed(CodeVec *words, const OrbcModule *m) {
  head_of(words)->tables[PRELINKED_PACKED].at = (uint32_t)words->count;
  if (!packed_put(m, words)) return 0;
  head_of(words)->tables[PRELINKED_PACKED].rows = (uint32_t)words->count - head_of(words)->tables[PRELINKED_PACKED].at;
  return 1;
}

/* -- what was linked -- */

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
    if (code_at(p->codes, i) != program_stub && !put_code(words, i, code_at(p->codes, i))) return 0;
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
  Prelinked head = {.opcodes = POP_END, .layout = prelinked_layout(), .selectors = p->selectors_count, .is_indexed = (uint32_t)p->is_indexed};
  if (!put_bytes(words, &head, sizeof head) || !put_rest(words, image) || !put_packed(words, &p->modules[0].view)) return 0;
  if (!put_tables(p, words) || !put_functions(p, words)) return 0;
  head_of(words)->words = (uint32_t)words->count;
  return 1;
}
