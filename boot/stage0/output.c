/* output.c -- everything that was made, flattened into the sections of an OrbcModule and written. */
#include "sema.h"

#include <stdlib.h>
#include <string.h>

#define P (c->program)

typedef struct Out {
  Vec types, items, functions, local_types, handlers, code, lines, locals, string_ends;
  Text bytes;
} Out;

static void put_types(Compiler *c, Out *o) {
  for (size_t i = 0; i < P->machine.count; i++) {
    MachineType t = VEC_AT(&P->machine, MachineType, i);
    OrbcType row = {t.kind, string_index(c, t.name), t.of, t.number, (uint32_t)o->items.count, (uint32_t)t.items.count};
    VEC_PUSH(c, &o->types, OrbcType, row);
    for (size_t k = 0; k < t.items.count; k++) VEC_PUSH(c, &o->items, OrbcItem, VEC_AT(&t.items, OrbcItem, k));
  }
}

static void put_lines(Compiler *c, Out *o, const Function *f, OrbcFunction *row) {
  row->first_line = (uint32_t)o->lines.count;
  uint32_t last = UINT32_MAX;
  for (size_t i = 0; i < f->lines.count; i++) {
    CodeLine l = VEC_AT(&f->lines, CodeLine, i);
    if (l.pc >= f->code.count) break;
    if (l.pc == last) VEC_AT(&o->lines, OrbcLine, o->lines.count - 1) = (OrbcLine){l.pc, l.line, l.column, 0};
    else VEC_PUSH(c, &o->lines, OrbcLine, ((OrbcLine){l.pc, l.line, l.column, 0}));
    last = l.pc;
  }
  row->lines = (uint32_t)o->lines.count - row->first_line;
}

static void put_function(Compiler *c, Out *o, const Function *f) {
  OrbcFunction row = {.name = string_index(c, f->name), .type = f->type, .closure = f->closure, .file = string_index(c, f->file)};
  row.first_local = (uint32_t)o->local_types.count;
  row.raw_locals = (uint32_t)f->raw_types.count;
  row.ref_locals = (uint32_t)f->ref_types.count;
  row.raw_temps = f->raw_temps;
  row.ref_temps = f->ref_temps;
  for (size_t i = 0; i < f->raw_types.count; i++) VEC_PUSH(c, &o->local_types, uint32_t, VEC_AT(&f->raw_types, uint32_t, i));
  for (size_t i = 0; i < f->ref_types.count; i++) VEC_PUSH(c, &o->local_types, uint32_t, VEC_AT(&f->ref_types, uint32_t, i));
  row.first_code = (uint32_t)o->code.count;
  row.code = (uint32_t)f->code.count;
  for (size_t i = 0; i < f->code.count; i++) VEC_PUSH(c, &o->code, uint64_t, VEC_AT(&f->code, uint64_t, i));
  row.first_handler = (uint32_t)o->handlers.count;
  row.handlers = (uint32_t)f->handlers.count;
  for (size_t i = 0; i < f->handlers.count; i++) VEC_PUSH(c, &o->handlers, OrbcHandler, VEC_AT(&f->handlers, OrbcHandler, i));
  put_lines(c, o, f, &row);
  row.first_local_name = (uint32_t)o->locals.count;
  row.local_names = (uint32_t)f->names.count;
  for (size_t i = 0; i < f->names.count; i++) {
    OrbcLocal l = VEC_AT(&f->names, OrbcLocal, i);
    if (l.start > row.code) l.start = row.code;
    if (l.end > row.code) l.end = row.code;
    VEC_PUSH(c, &o->locals, OrbcLocal, l);
  }
  VEC_PUSH(c, &o->functions, OrbcFunction, row);
}

static void put_strings(Compiler *c, Out *o) {
  size_t total = 0;
  for (size_t i = 0; i < P->strings.count; i++) total += VEC_AT(&P->strings, Name *, i)->length;
  o->bytes.bytes = arena_alloc(c, total + 1);
  for (size_t i = 0; i < P->strings.count; i++) {
    const Name *s = VEC_AT(&P->strings, Name *, i);
    memcpy(o->bytes.bytes + o->bytes.length, s->text, s->length);
    o->bytes.length += s->length;
    VEC_PUSH(c, &o->string_ends, uint32_t, (uint32_t)o->bytes.length);
  }
}

void output_module(Compiler *c, Name *name, uint32_t entry, const Vec *exports, void **image, size_t *size) {
  Out o = {0};
  OrbcInfo info = {string_index(c, name), entry, ~(uint64_t)0 >> 54};
  put_types(c, &o);
  for (size_t i = 0; i < P->functions.count; i++) put_function(c, &o, VEC_AT(&P->functions, Function *, i));
  put_strings(c, &o);
#define SECTION(field, vec) .field = (vec).rows, .field##_count = (uint32_t)(vec).count
  OrbcModule m = {.info = &info, .info_count = 1, SECTION(string_ends, o.string_ends), .string_bytes = o.bytes.bytes, .string_bytes_count = (uint32_t)o.bytes.length,
                  SECTION(types, o.types), SECTION(items, o.items), SECTION(constants, P->constants), SECTION(functions, o.functions), SECTION(local_types, o.local_types),
                  SECTION(handlers, o.handlers), SECTION(code, o.code), SECTION(globals_raw, P->globals_raw), SECTION(globals_ref, P->globals_ref),
                  SECTION(exports, *exports), SECTION(lines, o.lines), SECTION(locals, o.locals)};
  *size = orbc_size(&m);
  *image = *size ? malloc(*size) : NULL;
  if (!*image) fail(c, (Place){0}, *size ? "out of memory" : "the program is too large for one file");
  orbc_write(&m, *image);
}
