/* orbc_read.c -- from untrusted bytes to a checked OrbcModule.
 *
 * One pass over every row, no allocation, no recursion; work is linear in the size of the image.  Each check_* looks at one section and may rely on
 * the ones before it.  Padding and unused words must be zero, so that one module has one image.
 */
#include "code/orbc.h"
#include "code/opcode.h"
#include "code/utf8.h"

#include <string.h>

typedef struct Reader {
  const OrbcModule *m;
  LoadReport *report;
  uint32_t section, row;
  int vouched; /* leave out what orbc_read_vouched() leaves out */
} Reader;

const char *load_error_message(LoadError error) {
  static const char *const messages[] = {
#define LOAD_ERROR(name, number, message) [number] = message,
#include "errors.def"
  };
  return (size_t)error < sizeof messages / sizeof messages[0] ? messages[error] : "unknown error";
}

const char *orbc_section_name(uint32_t section) {
  static const char *const names[] = {
#define SECTION(name, field, row, bytes, meaning) [ORBC_##name] = #name,
#include "sections.def"
  };
  return section < ORBC_SECTION_COUNT ? names[section] : "?";
}

static int refuse(Reader *r, LoadError error, const char *detail) {
  *r->report = (LoadReport){error, r->section, r->row, detail};
  return 0;
}

/* Whether [first, first + count) lies within `limit`; sums in 64 bits. */
static int fits(uint32_t first, uint32_t count, uint32_t limit) { return (uint64_t)first + count <= limit; }

static int is_type(const OrbcModule *m, uint32_t type) {
  return (type >= TYPE_I8 && type <= TYPE_LAST_BUILTIN) ||
         (type >= ORBC_FIRST_MODULE_TYPE && type - ORBC_FIRST_MODULE_TYPE < m->types_count);
}

static uint32_t kind_of(const OrbcModule *m, uint32_t type) {
  if (type < ORBC_FIRST_MODULE_TYPE || type - ORBC_FIRST_MODULE_TYPE >= m->types_count) return 0;
  return orbc_type(m, type)->kind;
}

static int is_string(const OrbcModule *m, uint32_t string) { return string < m->string_ends_count; }

static int is_function(const OrbcModule *m, uint32_t function) {
  return (uint64_t)function < (uint64_t)m->imports_count + m->functions_count;
}

static int is_utf8(const unsigned char *s, size_t n) {
  for (size_t i = 0, length; i < n; i += length)
    if (!(length = utf8_length(s + i, n - i))) return 0;
  return 1;
}

static int check_strings(Reader *r) {
  const OrbcModule *m = r->m;
  r->section = ORBC_STRING_ENDS;
  if (m->string_ends_count > FILE_LIMIT_STRINGS) return refuse(r, LOAD_LIMIT, "too many strings");
  if (!m->string_ends_count || m->string_ends[0] != 0) return refuse(r, LOAD_MALFORMED, "string 0 must be empty");
  uint32_t start = 0;
  for (r->row = 0; r->row < m->string_ends_count; r->row++) {
    uint32_t end = m->string_ends[r->row];
    if (end < start || end > m->string_bytes_count) return refuse(r, LOAD_BAD_INDEX, "string ends out of order");
    if (end - start > FILE_LIMIT_STRING_BYTES) return refuse(r, LOAD_LIMIT, "string too long");
    if (!r->vouched && !is_utf8((const unsigned char *)m->string_bytes + start, end - start)) return refuse(r, LOAD_MALFORMED, "string is not UTF-8");
    start = end;
  }
  if (start != m->string_bytes_count) return refuse(r, LOAD_MALFORMED, "bytes behind the last string");
  return 1;
}

static int check_info(Reader *r) {
  const OrbcModule *m = r->m;
  r->section = ORBC_INFO;
  r->row = 0;
  if (m->info_count != 1) return refuse(r, LOAD_MALFORMED, "exactly one row is needed");
  if (!is_string(m, m->info->name)) return refuse(r, LOAD_BAD_INDEX, "module name");
  if (m->info->entry != ORBC_NONE && !is_function(m, m->info->entry)) return refuse(r, LOAD_BAD_INDEX, "entry function");
  return 1;
}

static uint32_t items_limit(uint32_t kind) {
  switch (kind) {
  case KIND_STRUCT: case KIND_VARIANT: case KIND_CLOSURE: return FILE_LIMIT_FIELDS;
  case KIND_ENUM: return FILE_LIMIT_VARIANTS;
  case KIND_FN: return FILE_LIMIT_PARAMETERS + FILE_LIMIT_RESULTS;
  case KIND_TRAIT: return FILE_LIMIT_METHODS;
  default: return 0;
  }
}

/* The words `of` and `number` and the relation to other types.  ARRAY, LIST, WEAK and FN are structural: they may name only nominal types, or types in
 * rows before theirs, so that no structural type contains itself. */
static int check_type_words(Reader *r, const OrbcType *t, uint32_t self) {
  const OrbcModule *m = r->m;
  int wants_of = 0, wants_number = 0;
  switch (t->kind) {
  case KIND_STRUCT: case KIND_ENUM: case KIND_TRAIT: break;
  case KIND_VARIANT: {
    wants_of = wants_number = 1;
    if (kind_of(m, t->of) != KIND_ENUM) return refuse(r, LOAD_BAD_TYPE, "a variant must name its enum");
    const OrbcType *e = orbc_type(m, t->of);
    /* The enum may stand in a later row, whose range of items is not checked yet. */
    if (!fits(e->first_item, e->items, m->items_count)) return refuse(r, LOAD_BAD_INDEX, "items");
    if (t->number >= e->items || m->items[e->first_item + t->number].type != self)
      return refuse(r, LOAD_BAD_TYPE, "the enum does not list this variant at this number");
    break;
  }
  case KIND_ARRAY: case KIND_LIST: case KIND_WEAK:
    wants_of = 1;
    if (!is_type(m, t->of) || (t->kind == KIND_WEAK && is_raw_type(t->of))) return refuse(r, LOAD_BAD_INDEX, "element type");
    if (t->kind == KIND_ARRAY && (t->of == TYPE_U8 || t->of == TYPE_I64)) return refuse(r, LOAD_BAD_TYPE, "this array type is builtin");
    break;
  case KIND_BOX:
    wants_of = 1;
    if (!is_raw_type(t->of)) return refuse(r, LOAD_BAD_TYPE, "a box holds a raw type");
    break;
  case KIND_FN:
    wants_number = 1;
    if (t->number > t->items || t->number > FILE_LIMIT_PARAMETERS || t->items - t->number > FILE_LIMIT_RESULTS)
      return refuse(r, LOAD_LIMIT, "parameters or results");
    break;
  case KIND_CLOSURE:
    wants_of = wants_number = 1;
    if (kind_of(m, t->of) != KIND_FN) return refuse(r, LOAD_BAD_TYPE, "a closure needs a function type");
    if (!is_function(m, t->number) || t->number < m->imports_count) return refuse(r, LOAD_BAD_INDEX, "closure body");
    break;
  default: return refuse(r, LOAD_BAD_TYPE, "unknown kind of type");
  }
  if ((!wants_of && t->of) || (!wants_number && t->number)) return refuse(r, LOAD_MALFORMED, "unused word is not zero");
  return 1;
}

static int is_structural(uint32_t kind) { return kind == KIND_ARRAY || kind == KIND_LIST || kind == KIND_WEAK || kind == KIND_FN; }

static int breaks_order(const OrbcModule *m, uint32_t self, uint32_t other) {
  return other >= self && is_structural(kind_of(m, other));
}

static int check_type_items(Reader *r, const OrbcType *t, uint32_t self) {
  const OrbcModule *m = r->m;
  for (uint32_t i = 0; i < t->items; i++) {
    const OrbcItem *item = &m->items[t->first_item + i];
    if (!is_string(m, item->name) || !is_type(m, item->type)) return refuse(r, LOAD_BAD_INDEX, "item");
    uint32_t kind = kind_of(m, item->type);
    if (t->kind == KIND_ENUM && (kind != KIND_VARIANT || orbc_type(m, item->type)->of != self || orbc_type(m, item->type)->number != i))
      return refuse(r, LOAD_BAD_TYPE, "an enum lists its own variants, in order");
    if (t->kind == KIND_TRAIT && kind != KIND_FN) return refuse(r, LOAD_BAD_TYPE, "a method needs a function type");
    if (is_structural(t->kind) && breaks_order(m, self, item->type)) return refuse(r, LOAD_BAD_TYPE, "a structural type names a later one");
  }
  return 1;
}

static int check_types(Reader *r) {
  const OrbcModule *m = r->m;
  r->section = ORBC_TYPES;
  if (m->types_count > FILE_LIMIT_TYPES - ORBC_FIRST_MODULE_TYPE) return refuse(r, LOAD_LIMIT, "too many types");
  uint64_t next_item = 0;
  for (r->row = 0; r->row < m->types_count; r->row++) {
    const OrbcType *t = &m->types[r->row];
    uint32_t self = r->row + ORBC_FIRST_MODULE_TYPE;
    if (!is_string(m, t->name)) return refuse(r, LOAD_BAD_INDEX, "type name");
    if (t->first_item != next_item || !fits(t->first_item, t->items, m->items_count)) return refuse(r, LOAD_BAD_INDEX, "items");
    if (t->items > items_limit(t->kind)) return refuse(r, LOAD_LIMIT, "items of a type");
    if (!check_type_words(r, t, self)) return 0;
    if (is_structural(t->kind) && t->kind != KIND_FN && breaks_order(m, self, t->of))
      return refuse(r, LOAD_BAD_TYPE, "a structural type names a later one");
    if (!check_type_items(r, t, self)) return 0;
    next_item += t->items;
  }
  if (next_item != m->items_count) return refuse(r, LOAD_MALFORMED, "items that no type owns");
  return 1;
}

static int check_constants(Reader *r) {
  const OrbcModule *m = r->m;
  r->section = ORBC_CONSTANTS;
  if (m->constants_count > FILE_LIMIT_CONSTANTS) return refuse(r, LOAD_LIMIT, "too many constants");
  for (r->row = 0; r->row < m->constants_count; r->row++) {
    const OrbcConstant *k = &m->constants[r->row];
    if (!is_raw_type(k->type) || k->zero || !raw_is_canonical(k->type, k->bits)) return refuse(r, LOAD_BAD_TYPE, "constant");
  }
  return 1;
}

static int check_imports(Reader *r) {
  const OrbcModule *m = r->m;
  r->section = ORBC_IMPORTS;
  if ((uint64_t)m->imports_count + m->functions_count > FILE_LIMIT_FUNCTIONS) return refuse(r, LOAD_LIMIT, "too many functions");
  for (r->row = 0; r->row < m->imports_count; r->row++) {
    const OrbcImport *import = &m->imports[r->row];
    if (!is_string(m, import->module) || !is_string(m, import->name)) return refuse(r, LOAD_BAD_INDEX, "import name");
    if (kind_of(m, import->type) != KIND_FN || import->zero) return refuse(r, LOAD_BAD_TYPE, "an import needs a function type");
  }
  return 1;
}

/* The declared locals must begin with the parameters, bank by bank. */
static int check_parameters(Reader *r, const OrbcBody *body) {
  const OrbcModule *m = r->m;
  const OrbcFunction *f = body->row;
  const uint32_t *raw = body->local_types, *ref = raw + f->raw_locals;
  uint32_t raw_next = 0, ref_next = 0;
  const OrbcType *type = orbc_type(m, f->type);
  if (f->closure) {
    if (f->ref_locals < 1 || ref[0] != f->closure) return refuse(r, LOAD_BAD_TYPE, "reference local 0 must be the closure");
    ref_next = 1;
  }
  for (uint32_t i = 0; i < type->number; i++) {
    uint32_t want = m->items[type->first_item + i].type;
    uint32_t *next = is_raw_type(want) ? &raw_next : &ref_next;
    uint32_t limit = is_raw_type(want) ? f->raw_locals : f->ref_locals;
    if (*next >= limit || (is_raw_type(want) ? raw : ref)[*next] != want) return refuse(r, LOAD_BAD_TYPE, "the locals must begin with the parameters");
    ++*next;
  }
  return 1;
}

static int check_locals(Reader *r, const OrbcBody *body) {
  const OrbcModule *m = r->m;
  const OrbcFunction *f = body->row;
  for (uint32_t i = 0; i < f->raw_locals + f->ref_locals; i++) {
    uint32_t type = body->local_types[i];
    if (!is_type(m, type) || is_raw_type(type) != (i < f->raw_locals)) return refuse(r, LOAD_BAD_TYPE, "type of a local");
  }
  return check_parameters(r, body);
}

static int check_handlers(Reader *r, const OrbcBody *body) {
  const OrbcFunction *f = body->row;
  for (uint32_t i = 0; i < f->handlers; i++) {
    const OrbcHandler *h = &body->handlers[i];
    if (h->start >= h->end || h->end > f->code || h->target >= f->code) return refuse(r, LOAD_BAD_JUMP, "handler");
    if (h->reg >= f->ref_locals) return refuse(r, LOAD_BAD_INDEX, "register of a handler");
    uint32_t type = body->local_types[f->raw_locals + h->reg];
    if (type != TYPE_ERROR && type != TYPE_ANY) return refuse(r, LOAD_BAD_TYPE, "a handler needs a register of type Error or any");
  }
  return 1;
}

static int check_debug(Reader *r, const OrbcFunction *f) {
  const OrbcModule *m = r->m;
  if (!fits(f->first_line, f->lines, m->lines_count) || !fits(f->first_local_name, f->local_names, m->locals_count))
    return refuse(r, LOAD_BAD_INDEX, "debug information");
  for (uint32_t i = 0; i < f->lines; i++) {
    const OrbcLine *line = &m->lines[f->first_line + i];
    if (line->pc >= f->code || (i && line->pc <= line[-1].pc) || line->zero) return refuse(r, LOAD_MALFORMED, "lines out of order");
  }
  for (uint32_t i = 0; i < f->local_names; i++) {
    const OrbcLocal *local = &m->locals[f->first_local_name + i];
    uint64_t registers = local->bank ? (uint64_t)f->ref_locals + f->ref_temps : (uint64_t)f->raw_locals + f->raw_temps;
    if (!is_string(m, local->name) || local->bank > 1 || local->reg >= registers || local->start > local->end || local->end > f->code || local->zero)
      return refuse(r, LOAD_BAD_INDEX, "name of a local");
  }
  return 1;
}

static int check_counts(Reader *r, const OrbcFunction *f) {
  if (f->raw_locals + (uint64_t)f->raw_temps > FILE_LIMIT_REGISTERS || f->ref_locals + (uint64_t)f->ref_temps > FILE_LIMIT_REGISTERS)
    return refuse(r, LOAD_LIMIT, "registers of a function");
  return f->handlers <= FILE_LIMIT_HANDLERS || refuse(r, LOAD_LIMIT, "handlers of a function");
}

static int check_body(Reader *r, const OrbcBody *body) { return check_locals(r, body) && check_handlers(r, body); }

OrbcBody orbc_body(const OrbcModule *m, uint32_t function) {
  const OrbcFunction *f = &m->functions[function];
  return (OrbcBody){f, m->local_types + f->first_local, m->handlers + f->first_handler, m->code + f->first_code};
}

static int check_parts(Reader *r, uint32_t function) {
  const OrbcModule *m = r->m;
  const OrbcFunction *f = &m->functions[function];
  if (!check_counts(r, f)) return 0;
  if (!fits(f->first_local, f->raw_locals + f->ref_locals, m->local_types_count)) return refuse(r, LOAD_BAD_INDEX, "locals");
  if (!fits(f->first_handler, f->handlers, m->handlers_count)) return refuse(r, LOAD_BAD_INDEX, "handlers");
  OrbcBody body = orbc_body(m, function);
  return check_body(r, &body) && check_debug(r, f);
}

int orbc_check_function(const OrbcModule *module, uint32_t function, LoadReport *report) {
  Reader r = {module, report, ORBC_FUNCTIONS, function, 0};
  return check_parts(&r, function);
}

int orbc_check_body(const OrbcModule *module, uint32_t function, const OrbcBody *body, LoadReport *report) {
  Reader r = {module, report, ORBC_FUNCTIONS, function, 0};
  return check_counts(&r, body->row) && check_body(&r, body);
}

/* Functions own their parts of the side sections in order and without gaps: sharing would let a small file demand quadratic work. */
static int check_functions(Reader *r) {
  const OrbcModule *m = r->m;
  r->section = ORBC_FUNCTIONS;
  uint64_t local = 0, code = 0, handler = 0, line = 0, name = 0;
  for (r->row = 0; r->row < m->functions_count; r->row++) {
    const OrbcFunction *f = &m->functions[r->row];
    if (!is_string(m, f->name) || !is_string(m, f->file)) return refuse(r, LOAD_BAD_INDEX, "name of a function or its file");
    if (kind_of(m, f->type) != KIND_FN) return refuse(r, LOAD_BAD_TYPE, "a function needs a function type");
    if (f->zero) return refuse(r, LOAD_MALFORMED, "unused word is not zero");
    if (f->closure) {
      const OrbcType *c = kind_of(m, f->closure) == KIND_CLOSURE ? orbc_type(m, f->closure) : NULL;
      if (!c || c->of != f->type || c->number != r->row + m->imports_count) return refuse(r, LOAD_BAD_TYPE, "closure type and body disagree");
    }
    if (f->first_local != local || f->first_code != code || f->first_handler != handler || f->first_line != line || f->first_local_name != name)
      return refuse(r, LOAD_MALFORMED, "parts of functions out of order");
    if (!f->code || f->code > FILE_LIMIT_CODE || !fits(f->first_code, f->code, m->code_count)) return refuse(r, LOAD_BAD_INDEX, "code");
    if (!r->vouched && !check_parts(r, r->row)) return 0;
    local += (uint64_t)f->raw_locals + f->ref_locals;
    code += f->code;
    handler += f->handlers;
    line += f->lines;
    name += f->local_names;
  }
  if (local != m->local_types_count || code != m->code_count || handler != m->handlers_count || line != m->lines_count || name != m->locals_count)
    return refuse(r, LOAD_MALFORMED, "rows that no function owns");
  return 1;
}

/* A closure type must be the one its body names: check_functions checks the other direction. */
static int check_closures(Reader *r) {
  const OrbcModule *m = r->m;
  r->section = ORBC_TYPES;
  for (r->row = 0; r->row < m->types_count; r->row++) {
    const OrbcType *t = &m->types[r->row];
    if (t->kind == KIND_CLOSURE && m->functions[t->number - m->imports_count].closure != r->row + ORBC_FIRST_MODULE_TYPE)
      return refuse(r, LOAD_BAD_TYPE, "closure type and body disagree");
  }
  return 1;
}

static int check_globals(Reader *r) {
  const OrbcModule *m = r->m;
  r->section = ORBC_GLOBALS_RAW;
  if (m->globals_raw_count > FILE_LIMIT_GLOBALS || m->globals_ref_count > FILE_LIMIT_GLOBALS) return refuse(r, LOAD_LIMIT, "too many globals");
  for (r->row = 0; r->row < m->globals_raw_count; r->row++)
    if (!is_raw_type(m->globals_raw[r->row])) return refuse(r, LOAD_BAD_TYPE, "raw global");
  r->section = ORBC_GLOBALS_REF;
  for (r->row = 0; r->row < m->globals_ref_count; r->row++) {
    uint32_t type = m->globals_ref[r->row];
    if (!is_type(m, type) || is_raw_type(type)) return refuse(r, LOAD_BAD_TYPE, "reference global");
  }
  return 1;
}

/* Such a function takes the closure besides the parameters of its type, so nobody may call it by that type alone. */
static int is_closure_body(const OrbcModule *m, uint32_t function) {
  return function >= m->imports_count && m->functions[function - m->imports_count].closure != 0;
}

static int check_exports(Reader *r) {
  const OrbcModule *m = r->m;
  r->section = ORBC_EXPORTS;
  for (r->row = 0; r->row < m->exports_count; r->row++) {
    const OrbcExport *e = &m->exports[r->row];
    if (!is_string(m, e->name) || !is_function(m, e->function)) return refuse(r, LOAD_BAD_INDEX, "export");
    if (is_closure_body(m, e->function)) return refuse(r, LOAD_BAD_TYPE, "the body of a closure cannot be exported");
  }
  r->section = ORBC_INFO;
  r->row = 0;
  if (m->info->entry != ORBC_NONE && is_closure_body(m, m->info->entry)) return refuse(r, LOAD_BAD_TYPE, "the body of a closure cannot be the entry");
  return 1;
}

static int check_impls(Reader *r) {
  const OrbcModule *m = r->m;
  r->section = ORBC_IMPLS;
  uint64_t next = 0;
  for (r->row = 0; r->row < m->impls_count; r->row++) {
    const OrbcImpl *impl = &m->impls[r->row];
    if (kind_of(m, impl->trait) != KIND_TRAIT || !is_type(m, impl->type) || is_raw_type(impl->type)) return refuse(r, LOAD_BAD_TYPE, "impl");
    if (r->row && (impl->type < impl[-1].type || (impl->type == impl[-1].type && impl->trait <= impl[-1].trait)))
      return refuse(r, LOAD_MALFORMED, "impls out of order");
    if (impl->first_function != next || impl->functions != orbc_type(m, impl->trait)->items ||
        !fits(impl->first_function, impl->functions, m->impl_functions_count))
      return refuse(r, LOAD_BAD_INDEX, "functions of an impl");
    for (uint32_t i = 0; i < impl->functions; i++)
      if (!is_function(m, m->impl_functions[next + i])) return refuse(r, LOAD_BAD_INDEX, "function of an impl");
    next += impl->functions;
  }
  if (next != m->impl_functions_count) return refuse(r, LOAD_MALFORMED, "functions that no impl owns");
  return 1;
}

static int all_zero(const char *bytes, uint64_t size) {
  for (uint64_t i = 0; i < size; i++)
    if (bytes[i]) return 0;
  return 1;
}

static void set_section(OrbcModule *m, const OrbcSection *s, const char *base) {
  switch (s->number) {
#define SECTION(name, field, row, bytes, meaning)           \
  case ORBC_##name:                                           \
    m->field = (const row *)(const void *)(base + s->offset); \
    m->field##_count = s->count;                              \
    break;
#include "sections.def"
  default: break;
  }
}

/* A section that is absent has no rows, but a place: arithmetic on a null pointer is undefined even when nothing is added. */
static void place_sections(OrbcModule *m, const char *base) {
#define SECTION(name, field, row, bytes, meaning) m->field = (const row *)(const void *)base;
#include "sections.def"
}

static int check_layout(Reader *r, const char *base, const OrbcHeader *header, OrbcModule *m) {
  static const uint8_t row_size[] = {
#define SECTION(name, field, row, bytes, meaning) [ORBC_##name] = bytes,
#include "sections.def"
  };
  if (header->flags) return refuse(r, LOAD_MALFORMED, "unknown flags");
  if (header->sections > ORBC_SECTION_COUNT) return refuse(r, LOAD_MALFORMED, "too many sections");
  uint64_t next = sizeof *header + header->sections * sizeof(OrbcSection);
  if (next > header->bytes) return refuse(r, LOAD_TRUNCATED, "section table");
  const OrbcSection *table = (const OrbcSection *)(const void *)(base + sizeof *header);
  for (uint32_t i = 0; i < header->sections; i++) {
    r->section = table[i].number;
    if (table[i].number >= ORBC_SECTION_COUNT || (i && table[i].number <= table[i - 1].number)) return refuse(r, LOAD_MALFORMED, "section number");
    uint64_t size = (uint64_t)table[i].count * row_size[table[i].number], padded = (size + 7) & ~(uint64_t)7;
    if (!size || table[i].offset != next || padded > header->bytes - next) return refuse(r, LOAD_MALFORMED, "extent of a section");
    if (!all_zero(base + next + size, padded - size)) return refuse(r, LOAD_MALFORMED, "padding is not zero");
    set_section(m, &table[i], base);
    next += padded;
  }
  r->section = ORBC_NONE;
  if (next != header->bytes) return refuse(r, LOAD_MALFORMED, "bytes behind the last section");
  return 1;
}

static int read_image(const void *image, size_t size, OrbcModule *module, int vouched, LoadReport *report) {
  Reader r = {module, report, ORBC_NONE, ORBC_NONE, vouched};
  *report = (LoadReport){LOAD_OK, ORBC_NONE, ORBC_NONE, ""};
  memset(module, 0, sizeof *module);
  OrbcHeader header;
  uint32_t magic = 0;
  if (size >= sizeof magic) memcpy(&magic, image, sizeof magic);
  if (magic != ORBC_MAGIC) return refuse(&r, LOAD_NOT_ORBC, "no magic number at the start");
  if (size < sizeof header) return refuse(&r, LOAD_TRUNCATED, "header");
  if ((uintptr_t)image % 8) return refuse(&r, LOAD_MALFORMED, "the image must be aligned to 8 bytes");
  memcpy(&header, image, sizeof header);
  if (header.major != ORBC_VERSION_MAJOR || header.minor > ORBC_VERSION_MINOR) return refuse(&r, LOAD_VERSION, "header");
  if (size > FILE_LIMIT_FILE_BYTES) return refuse(&r, LOAD_LIMIT, "file");
  if (header.bytes > size) return refuse(&r, LOAD_TRUNCATED, "file");
  if (header.bytes < size) return refuse(&r, LOAD_MALFORMED, "bytes behind the end");
  const char *base = image;
  place_sections(module, base);
  if (!vouched && header.checksum != orbc_checksum(base + sizeof header, size - sizeof header)) return refuse(&r, LOAD_CHECKSUM, "file");
  return check_layout(&r, base, &header, module) && check_strings(&r) && check_info(&r) && check_types(&r) && check_constants(&r) &&
         check_imports(&r) && check_functions(&r) && check_closures(&r) && check_globals(&r) && check_exports(&r) && check_impls(&r);
}

int orbc_read(const void *image, size_t size, OrbcModule *module, LoadReport *report) { return read_image(image, size, module, 0, report); }

void orbc_view(const void *image, OrbcModule *module) {
  const OrbcHeader *header = image;
  const OrbcSection *table = (const OrbcSection *)(const void *)(header + 1);
  memset(module, 0, sizeof *module);
  place_sections(module, image);
  for (uint32_t i = 0; i < header->sections; i++) set_section(module, &table[i], image);
}

int orbc_read_vouched(const void *image, size_t size, OrbcModule *module, LoadReport *report) { return read_image(image, size, module, 1, report); }
