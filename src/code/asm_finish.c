/* asm_finish.c -- the rows that were read, put in the order of the format, as an image that the reader accepts. */
#include "code/asm_internal.h"

#include <string.h>

/* Items were kept in the order of reading, which spelled types interrupt. */
static int order_items(Asm *a) {
  OrbcType *types = VEC_ROWS(OrbcType, a->rows[ORBC_TYPES]);
  for (size_t i = 0; i < a->rows[ORBC_TYPES].count; i++) {
    const OrbcItem *items = VEC_ROWS(OrbcItem, a->items);
    uint32_t first = (uint32_t)a->rows[ORBC_ITEMS].count;
    if (types[i].items && !vec_add(&a->rows[ORBC_ITEMS], items + types[i].first_item, types[i].items)) return asm_no_memory(a);
    types[i].first_item = first;
  }
  return 1;
}

static int impl_before(const OrbcImpl *x, const OrbcImpl *y) { return x->type < y->type || (x->type == y->type && x->trait < y->trait); }

/* Heap sort (Williams 1964): the rows come from the text, in any order, and time must not depend on it. */
static void sift(OrbcImpl *rows, uint32_t *lines, size_t root, size_t n) {
  for (size_t child; (child = root * 2 + 1) < n; root = child) {
    if (child + 1 < n && impl_before(&rows[child], &rows[child + 1])) child++;
    if (!impl_before(&rows[root], &rows[child])) return;
    OrbcImpl row = rows[root];
    uint32_t line = lines[root];
    rows[root] = rows[child], lines[root] = lines[child];
    rows[child] = row, lines[child] = line;
  }
}

static void sort_impls(OrbcImpl *rows, uint32_t *lines, size_t n) {
  for (size_t i = n / 2; i-- > 0;) sift(rows, lines, i, n);
  for (size_t i = n; i-- > 1;) {
    OrbcImpl row = rows[0];
    uint32_t line = lines[0];
    rows[0] = rows[i], lines[0] = lines[i];
    rows[i] = row, lines[i] = line;
    sift(rows, lines, 0, i);
  }
}

static int order_impls(Asm *a) {
  OrbcImpl *impls = VEC_ROWS(OrbcImpl, a->rows[ORBC_IMPLS]);
  size_t n = a->rows[ORBC_IMPLS].count;
  if (n) sort_impls(impls, VEC_ROWS(uint32_t, a->where[ORBC_IMPLS]), n);
  for (size_t i = 0; i < n; i++) {
    const uint32_t *functions = VEC_ROWS(uint32_t, a->impl_functions);
    uint32_t first = (uint32_t)a->rows[ORBC_IMPL_FUNCTIONS].count;
    if (impls[i].functions && !vec_add(&a->rows[ORBC_IMPL_FUNCTIONS], functions + impls[i].first_function, impls[i].functions)) return asm_no_memory(a);
    impls[i].first_function = first;
  }
  return 1;
}

static void view_rows(const Asm *a, OrbcModule *m) {
#define SECTION(name, field, row, bytes, meaning)       \
  m->field = VEC_ROWS(const row, a->rows[ORBC_##name]); \
  m->field##_count = (uint32_t)a->rows[ORBC_##name].count;
#include "sections.def"
}

/* What the reader refuses, at the line that declares the row. */
static int refused(Asm *a, const LoadReport *why) {
  *a->report = (AsmReport){ASM_REFUSED, 0, 0, load_error_message(why->error), why->detail, ""};
  if (why->section >= ORBC_SECTION_COUNT || why->row >= a->where[why->section].count) return 0;
  a->report->line = VEC_ROWS(uint32_t, a->where[why->section])[why->row];
  a->report->column = a->report->line ? 1 : 0;
  return 0;
}

int asm_finish(Asm *a, void **image, size_t *image_size) {
  OrbcModule m;
  LoadReport why;
  if (!vec_add(&a->rows[ORBC_INFO], &a->info, 1)) return asm_no_memory(a);
  if (!order_items(a) || !order_impls(a)) return 0;
  view_rows(a, &m);
  size_t size = orbc_size(&m);
  if (!size) {
    *a->report = (AsmReport){ASM_LIMIT, 0, 0, "the module is too large", "", ""};
    return 0;
  }
  void *bytes = a->memory.alloc(a->memory.ctx, size, 8);
  if (!bytes) return asm_no_memory(a);
  orbc_write(&m, bytes);
  if (!orbc_read(bytes, size, &m, &why)) {
    a->memory.free(a->memory.ctx, bytes, size, 8);
    return refused(a, &why);
  }
  *image = bytes;
  *image_size = size;
  return 1;
}
