/* link.c -- see program.h.  A module is linked in steps: types are numbered program-wide, layouts computed, functions numbered,
 * methods entered in the dispatch table.  Tables only grow, so a failed step throws the module's additions away by resetting the counts.
 *
 * Time and memory are linear in the module: each text is compared once, when it gets its number, and whatever is looked up is found in pairs.h. */
#include "code/prelinked.h"
#include "code/program.h"
#include "code/verify.h"

#include <string.h>

typedef struct Linker {
  Program *p;
  ProgramModule *m;
  const OrbcModule *v;
  LoadReport *report;
  uint32_t *names; /* by string: its number in Program.names, 0 when nobody asked yet */
  int is_alone;    /* the module is the first one and vouched for: what only others ask for waits until there are others (index_first) */
} Linker;

static int refuse(Linker *l, LoadError error, uint32_t section, uint32_t row, const char *detail) {
  *l->report = (LoadReport){error, section, row, detail};
  return 0;
}

static int no_memory(Linker *l) { return refuse(l, LOAD_OUT_OF_MEMORY, ORBC_NONE, ORBC_NONE, "linking"); }

/* -- tables -- */

static void *grab(Program *p, size_t bytes) { return p->memory.alloc(p->memory.ctx, bytes ? bytes : 8, 16); }

static void release(Program *p, void *block, size_t bytes) {
  if (block) p->memory.free(p->memory.ctx, block, bytes ? bytes : 8, 16);
}

/* A table, unless it is borrowed. */
static void release_rows(Program *p, void *rows, uint32_t room, size_t size) {
  if (room) release(p, rows, room * size);
}

/* The table in `rows` with room for `want` rows of `size` bytes, the first `used` of them kept; NULL (and the old table kept) without memory. */
static void *reserve(Program *p, void *rows, uint32_t *room, uint32_t used, uint64_t want, size_t size) {
  if (rows && want <= *room) return rows; /* even a table of no rows is somewhere: NULL means no memory */
  uint64_t more = *room ? (uint64_t)*room * 2 : 64;
  if (more < want) more = want;
  if (more > UINT32_MAX) return NULL;
  void *block = grab(p, more * size);
  if (!block) return NULL;
  if (used) memcpy(block, rows, used * size);
  release_rows(p, rows, *room, size);
  *room = (uint32_t)more;
  return block;
}

#define RESERVE(p, field, want)                                                                                     \
  do {                                                                                                              \
    void *block_ = reserve((p), (p)->field, &(p)->field##_room, (p)->field##_count, (want), sizeof *(p)->field);     \
    if (!block_) return 0;                                                                                          \
    (p)->field = block_;                                                                                            \
  } while (0)

static int reserve_types(Program *p, uint64_t want) {
  RESERVE(p, types, want);
  void *shapes = reserve(p, p->shapes, &p->shapes_room, p->types_count, want, sizeof *p->shapes);
  if (shapes) p->shapes = shapes;
  return shapes != NULL;
}

static int reserve_items(Program *p, uint64_t want) {
  RESERVE(p, items, want);
  return 1;
}

static int reserve_functions(Program *p, uint64_t want) {
  RESERVE(p, functions, want);
  void *codes = reserve(p, p->codes, &p->codes_room, p->functions_count, want, sizeof *p->codes);
  if (codes) p->codes = codes;
  return codes != NULL;
}

static int reserve_rows(Program *p, const OrbcModule *v) {
  if (!reserve_types(p, (uint64_t)p->types_count + 2 * (uint64_t)v->types_count)) return 0; /* twice: a list may add its array type */
  void *offsets = reserve(p, p->offsets, &p->offsets_room, p->items_count, (uint64_t)p->items_count + v->items_count, sizeof *p->offsets);
  if (!offsets) return 0;
  p->offsets = offsets;
  return reserve_functions(p, (uint64_t)p->functions_count + v->functions_count);
}

/* -- types -- */

static const GcShape no_shape = {GC_FIXED, 0, 0, 8, 0};

static uint32_t round8(uint32_t n) { return (n + 7) & ~7u; }

/* String: bytes; start, length, hash.  Error: four references; kind.  See vm/layout.h. */
static void add_builtins(Program *p) {
  for (uint32_t i = 0; i < ORBC_FIRST_MODULE_TYPE; i++) {
    p->types[i] = (ProgramType){0};
    p->shapes[i] = no_shape;
  }
  p->shapes[TYPE_STRING] = (GcShape){GC_FIXED, 0, 1, 32, 0};
  p->shapes[TYPE_ERROR] = (GcShape){GC_FIXED, 0, 4, 48, 0};
  p->shapes[TYPE_BYTES] = (GcShape){GC_ARRAY_RAW, 0, 0, 16, 0};
  p->shapes[TYPE_LONGS] = (GcShape){GC_ARRAY_RAW, 3, 0, 16, 0};
  p->shapes[TYPE_HANDLE] = (GcShape){GC_HANDLE, 0, 0, 16, 0};
  p->types_count = ORBC_FIRST_MODULE_TYPE;
}

static uint32_t program_type(const Linker *l, uint32_t type) {
  return type < ORBC_FIRST_MODULE_TYPE ? type : l->m->types[type - ORBC_FIRST_MODULE_TYPE];
}

/* -- names -- */

static int note_name(Linker *l, uint32_t string) {
  uint32_t length;
  const char *text = orbc_string(l->v, string, &length);
  if (!l->names[string]) l->names[string] = pairs_add_bytes(&l->p->names, text, length);
  return l->names[string] != 0;
}

static int is_structural(uint32_t kind) { return kind == KIND_ARRAY || kind == KIND_LIST || kind == KIND_WEAK || kind == KIND_FN; }

/* All that this module can be asked for by name, or that must be the same in other modules. */
static int note_names(Linker *l) {
  const OrbcModule *v = l->v;
  int ok = note_name(l, v->info->name);
  for (uint32_t i = 0; i < v->types_count && ok; i++) {
    const OrbcType *t = &v->types[i];
    if (is_structural(t->kind)) continue;
    ok = note_name(l, t->name);
    for (uint32_t k = 0; k < t->items && ok; k++) ok = note_name(l, v->items[t->first_item + k].name);
  }
  for (uint32_t i = 0; i < v->exports_count && ok; i++) ok = note_name(l, v->exports[i].name);
  return ok || no_memory(l);
}

/* The number of a name of an import; 0: no module has such a one. */
static uint32_t find_name(Linker *l, uint32_t string) {
  uint32_t length;
  const char *text = orbc_string(l->v, string, &length);
  if (!l->names[string]) l->names[string] = pairs_find_bytes(&l->p->names, text, length);
  return l->names[string];
}

/* -- the index of types -- */

enum { SIGNATURE = (int)0x80000000 }; /* with the number of a pair: what follows the items up to there */
#define SIGNATURE_END ((uint64_t)1 << 32)

/* The key of a type: nominal ones by kind and name, structural ones by what they are made of. */
typedef struct TypeKey {
  uint32_t a;
  uint64_t b;
} TypeKey;

static TypeKey signature_key(Linker *l, const OrbcType *t) {
  Pairs *index = &l->p->type_index;
  uint32_t at = pairs_add(index, KIND_FN, t->number, 0);
  for (uint32_t i = 0; i < t->items && at; i++)
    at = pairs_add(index, (uint32_t)SIGNATURE | at, program_type(l, l->v->items[t->first_item + i].type), 0);
  return (TypeKey){at ? (uint32_t)SIGNATURE | at : 0, SIGNATURE_END};
}

/* Its `a` is 0 when there is no memory. */
static TypeKey type_key(Linker *l, const OrbcType *t) {
  if (t->kind == KIND_FN) return signature_key(l, t);
  return (TypeKey){t->kind, is_structural(t->kind) ? program_type(l, t->of) : l->names[t->name]};
}

static uint32_t find_type(const Program *p, TypeKey key) {
  uint32_t found = pairs_find(&p->type_index, key.a, key.b);
  return found ? pairs_value(&p->type_index, found) : 0;
}

/* Whether the items of `t` in this module are those of program type `have`. */
static int same_items(const Linker *l, const ProgramType *have, const OrbcType *t, int names) {
  if (have->items != t->items) return 0;
  for (uint32_t i = 0; i < t->items; i++) {
    const OrbcItem *item = &l->v->items[t->first_item + i];
    const ProgramItem *other = &l->p->items[have->first_item + i];
    if (other->type != program_type(l, item->type)) return 0;
    if (names && other->name != l->names[item->name]) return 0;
  }
  return 1;
}

static uint32_t new_type(Program *p, ProgramType type) {
  p->types[p->types_count] = type;
  p->shapes[p->types_count] = no_shape;
  return p->types_count++;
}

static uint32_t add_type(Linker *l, const OrbcType *t) {
  return new_type(l->p, (ProgramType){.kind = (uint16_t)t->kind, .name = l->m->first_string + t->name});
}

/* What later modules compare. */
static void fill_items(Linker *l, uint32_t index, const OrbcType *t) {
  ProgramItem *to = &l->p->items[l->p->types[index].first_item];
  for (uint32_t i = 0; i < t->items; i++) {
    const OrbcItem *item = &l->v->items[t->first_item + i];
    to[i] = (ProgramItem){.name = t->kind == KIND_FN ? 0 : l->names[item->name], .type = program_type(l, item->type)};
  }
}

static void add_items(Linker *l, uint32_t index, const OrbcType *t) {
  ProgramType *type = &l->p->types[index];
  type->first_item = l->p->items_count;
  type->items = (uint16_t)t->items;
  memset(&l->p->offsets[l->p->items_count], 0, t->items * sizeof *l->p->offsets); /* those of parameters stay so */
  l->p->items_count += t->items;
  if (!l->is_alone) fill_items(l, index, t);
}

static GcShape array_shape(uint32_t element) {
  static const uint8_t shift[] = {[TYPE_I8] = 0, [TYPE_I16] = 1, [TYPE_I32] = 2, [TYPE_I64] = 3, [TYPE_U8] = 0, [TYPE_U16] = 1, [TYPE_U32] = 2,
                                  [TYPE_U64] = 3, [TYPE_F32] = 2, [TYPE_F64] = 3, [TYPE_BOOL] = 0, [TYPE_CHAR] = 2};
  return is_raw_type(element) ? (GcShape){GC_ARRAY_RAW, shift[element], 0, 16, 0} : (GcShape){GC_ARRAY_REF, 3, 0, 16, 0};
}

/* The ARRAY type under LIST of `element`, made when the program has none yet; 0: no memory. */
static uint32_t array_of(Linker *l, uint32_t element) {
  if (element == TYPE_U8) return TYPE_BYTES;
  if (element == TYPE_I64) return TYPE_LONGS;
  Program *p = l->p;
  uint32_t found = pairs_add(&p->type_index, KIND_ARRAY, element, p->types_count);
  if (!found) return 0;
  uint32_t type = pairs_value(&p->type_index, found);
  if (type < p->types_count) return type;
  new_type(p, (ProgramType){.kind = KIND_ARRAY, .of = element, .name = ORBC_NONE});
  p->shapes[type] = array_shape(element);
  return type;
}

/* Only types of earlier modules are found by name: rows of one module are types of their own, and of those with one name the first is known to later modules.
 * Nobody finds a closure. */
static int number_nominal(Linker *l, uint32_t row, uint32_t first_own) {
  const OrbcType *t = &l->v->types[row];
  if (l->is_alone) return l->m->types[row] = add_type(l, t), 1;
  TypeKey key = type_key(l, t);
  uint32_t have = t->kind == KIND_CLOSURE ? 0 : find_type(l->p, key);
  l->m->types[row] = have && have < first_own ? have : add_type(l, t);
  return have || t->kind == KIND_CLOSURE || pairs_add(&l->p->type_index, key.a, key.b, l->m->types[row]);
}

/* A new structural type. */
static void add_structural(Linker *l, uint32_t row) {
  const OrbcType *t = &l->v->types[row];
  l->m->types[row] = add_type(l, t);
  ProgramType *type = &l->p->types[l->m->types[row]];
  type->of = program_type(l, t->of);
  type->number = t->number;
  if (t->kind == KIND_FN) add_items(l, l->m->types[row], t);
}

/* In a module that is alone each is declared once, as compilers do; those of one shape would be different types. */
static int number_structural(Linker *l, uint32_t row) {
  const OrbcType *t = &l->v->types[row];
  if (l->is_alone && t->kind != KIND_ARRAY) return add_structural(l, row), 1; /* array_of() looks for arrays */
  TypeKey key = type_key(l, t);
  if (!key.a) return 0;
  uint32_t have = find_type(l->p, key);
  if (have) l->m->types[row] = have;
  else add_structural(l, row);
  return have || pairs_add(&l->p->type_index, key.a, key.b, l->m->types[row]) != 0;
}

/* Numbers every type of the module: nominal ones first, because structural ones are made of them. */
static int number_types(Linker *l) {
  Program *p = l->p;
  const OrbcModule *v = l->v;
  uint32_t first_own = p->types_count;
  int ok = 1;
  for (uint32_t i = 0; i < v->types_count && ok; i++)
    if (!is_structural(v->types[i].kind)) ok = number_nominal(l, i, first_own);
  for (uint32_t i = 0; i < v->types_count && ok; i++)
    if (is_structural(v->types[i].kind)) ok = number_structural(l, i);
  if (!ok) return no_memory(l);
  return p->types_count <= FILE_LIMIT_TYPES || refuse(l, LOAD_LIMIT, ORBC_TYPES, ORBC_NONE, "types of the program");
}

/* -- layouts: references first, then raw fields by falling size -- */

static unsigned raw_size(uint32_t type) { return 1u << array_shape(type).elem_shift; }

static void lay_out(Linker *l, uint32_t index, const OrbcType *t) {
  Program *p = l->p;
  const OrbcItem *fields = &l->v->items[t->first_item];
  uint16_t *offsets = &p->offsets[p->types[index].first_item];
  uint32_t at = 8, refs = 0;
  for (uint32_t i = 0; i < t->items; i++)
    if (!is_raw_type(fields[i].type)) offsets[i] = (uint16_t)at, at += 8, refs++;
  for (unsigned size = 8; size; size /= 2)
    for (uint32_t i = 0; i < t->items; i++)
      if (is_raw_type(fields[i].type) && raw_size(fields[i].type) == size) offsets[i] = (uint16_t)at, at += size;
  uint16_t tag = t->kind == KIND_VARIANT ? (uint16_t)t->number : 0;
  p->shapes[index] = (GcShape){GC_FIXED, 0, (uint16_t)refs, (uint16_t)(at < 16 ? 16 : round8(at)), tag}; /* the collector needs two words */
}

_Static_assert(8 + 8 * FILE_LIMIT_FIELDS <= UINT16_MAX, "offsets have 16 bits");

/* Of types without fields. */
static void shape_type(Program *p, uint32_t index) {
  ProgramType *type = &p->types[index];
  switch (type->kind) {
  case KIND_ARRAY: p->shapes[index] = array_shape(type->of); break;
  case KIND_LIST: p->shapes[index] = (GcShape){GC_FIXED, 0, 1, 24, 0}; break;
  case KIND_BOX: p->shapes[index] = (GcShape){GC_FIXED, 0, 0, 16, 0}; break;
  case KIND_WEAK: p->shapes[index] = (GcShape){GC_WEAK, 0, 0, 16, 0}; break;
  default: break; /* STRUCT, VARIANT, CLOSURE: lay_out(); FN, ENUM, TRAIT: never the type of an object */
  }
}

/* A trait without methods has a selector, too, so that one can ask who implements it. */
static uint32_t selectors_of(uint32_t methods) { return methods ? methods : 1; }

/* What nominal types are made of: filled for new ones, compared for those an earlier module declared. */
static int complete_types(Linker *l, uint32_t first_new) {
  Program *p = l->p;
  const OrbcModule *v = l->v;
  for (uint32_t i = 0; i < v->types_count; i++) {
    const OrbcType *t = &v->types[i];
    uint32_t index = l->m->types[i];
    ProgramType *type = &p->types[index];
    if (is_structural(t->kind)) continue;
    uint32_t of = program_type(l, t->of);
    if (index < first_new) {
      if (type->of == of && (t->kind == KIND_TRAIT || type->number == t->number) && same_items(l, type, t, 1)) continue;
      return refuse(l, LOAD_MISMATCH, ORBC_TYPES, i, "another module declares this type differently");
    }
    type->of = of;
    type->number = t->number;
    add_items(l, index, t);
    if (t->kind == KIND_STRUCT || t->kind == KIND_VARIANT || t->kind == KIND_CLOSURE) lay_out(l, index, t);
    if (t->kind == KIND_TRAIT) {
      type->number = p->selectors_count;
      p->selectors_count += selectors_of(t->items);
    }
  }
  if (p->selectors_count > UINT16_MAX) return refuse(l, LOAD_LIMIT, ORBC_TYPES, ORBC_NONE, "methods of all traits");
  for (uint32_t i = first_new, end = p->types_count; i < end; i++)
    if (p->types[i].kind == KIND_LIST && !(p->types[i].number = array_of(l, p->types[i].of))) return no_memory(l);
  for (uint32_t i = first_new; i < p->types_count; i++) shape_type(p, i);
  return p->types_count <= FILE_LIMIT_TYPES || refuse(l, LOAD_LIMIT, ORBC_TYPES, ORBC_NONE, "types of the program");
}

/* -- functions -- */

static int resolve_import(Linker *l, uint32_t row) {
  const Program *p = l->p;
  const OrbcImport *import = &l->v->imports[row];
  uint32_t module = find_name(l, import->module), name = find_name(l, import->name), found = module && name ? pairs_find(&p->exports, module, name) : 0;
  if (!found) return refuse(l, LOAD_UNRESOLVED, ORBC_IMPORTS, row, "no module exports it");
  const Func *f = &p->functions[pairs_value(&p->exports, found)];
  uint32_t type = (uint32_t)(func_type(f) - f->module->view.types);
  if (f->module->types[type] != program_type(l, import->type))
    return refuse(l, LOAD_MISMATCH, ORBC_IMPORTS, row, "the exported function has another type");
  l->m->functions[row] = f->index;
  return 1;
}

static int resolve_imports(Linker *l) {
  for (uint32_t i = 0; i < l->v->imports_count; i++)
    if (!resolve_import(l, i)) return 0;
  return 1;
}

static int add_exports(Linker *l) {
  uint32_t module = l->names[l->v->info->name];
  for (uint32_t i = 0; i < l->v->exports_count; i++) {
    const OrbcExport *e = &l->v->exports[i];
    if (!pairs_add(&l->p->exports, module, l->names[e->name], module_function(l->m, e->function))) return no_memory(l);
  }
  return 1;
}

static void add_function(Linker *l, const OrbcFunction *row) {
  Func *f = &l->p->functions[l->p->functions_count];
  const OrbcType *type = orbc_type(l->v, row->type);
  uint16_t raw = 0;
  for (uint32_t i = 0; i < type->number; i++) raw += is_raw_type(l->v->items[type->first_item + i].type);
  atomic_init(&l->p->codes[l->p->functions_count], program_stub);
  *f = (Func){.raw_params = raw, .ref_params = (uint16_t)(type->number - raw + (row->closure != 0)),
              .index = l->p->functions_count++, .module = l->m, .row = row};
}

static int number_functions(Linker *l) {
  Program *p = l->p;
  if ((uint64_t)p->functions_count + l->v->functions_count > FILE_LIMIT_FUNCTIONS)
    return refuse(l, LOAD_LIMIT, ORBC_FUNCTIONS, ORBC_NONE, "functions of the program");
  l->m->first_function = p->functions_count;
  for (uint32_t i = 0; i < l->v->functions_count; i++) {
    if (l->m->functions) l->m->functions[l->v->imports_count + i] = p->functions_count;
    add_function(l, &l->v->functions[i]);
  }
  for (uint32_t i = 0; i < l->v->types_count; i++)
    if (l->v->types[i].kind == KIND_CLOSURE) p->types[l->m->types[i]].number = module_function(l->m, l->v->types[i].number);
  return 1;
}

/* -- dispatch -- */

/* A second module may say the same again, but nothing else. */
static int add_impl(Linker *l, uint32_t row) {
  Program *p = l->p;
  const OrbcImpl *impl = &l->v->impls[row];
  uint32_t type = program_type(l, impl->type), selector = p->types[program_type(l, impl->trait)].number;
  for (uint32_t k = 0; k < selectors_of(impl->functions); k++) {
    uint32_t function = impl->functions ? module_function(l->m, l->v->impl_functions[impl->first_function + k]) : ORBC_NONE;
    uint32_t known = pairs_find(&p->dispatch, type, selector + k);
    if (known && pairs_value(&p->dispatch, known) != function)
      return refuse(l, LOAD_MISMATCH, ORBC_IMPLS, row, "the trait is implemented for this type already, by other functions");
    if (!known && !pairs_add(&p->dispatch, type, selector + k, function)) return no_memory(l);
  }
  return 1;
}

static int add_impls(Linker *l) {
  for (uint32_t i = 0; i < l->v->impls_count; i++)
    if (!add_impl(l, i)) return 0;
  return 1;
}

/* A variant has the methods of its enum, a closure those of its function type. */
static uint32_t find_inherited(const Program *p, uint32_t type, uint32_t selector) {
  const ProgramType *t = &p->types[type];
  return t->kind == KIND_VARIANT || t->kind == KIND_CLOSURE ? pairs_find(&p->dispatch, t->of, selector) : 0;
}

static inline uint32_t find_impl(const Program *p, uint32_t type, uint32_t selector) {
  uint32_t found = pairs_find(&p->dispatch, type, selector);
  return found ? found : find_inherited(p, type, selector);
}

const Func *program_dispatch(const Program *p, uint32_t type, uint32_t selector) {
  uint32_t found = find_impl(p, type, selector);
  return found ? &p->functions[pairs_value(&p->dispatch, found)] : NULL;
}

int program_assignable(const Program *p, uint32_t from, uint32_t to) {
  if (from == to || to == TYPE_ANY) return 1;
  const ProgramType *f = &p->types[from], *t = &p->types[to];
  if ((f->kind == KIND_VARIANT || f->kind == KIND_CLOSURE) && f->of == to) return 1;
  return t->kind == KIND_TRAIT && find_impl(p, from, t->number);
}

/* -- code -- */

/* Of an image that the host vouches for, functions are looked at when they are linked. */
static int verify(Linker *l) {
  int vouched = l->m->vouched;
  size_t size = vouched ? verify_function_scratch(0) : verify_scratch_size(l->v);
  void *scratch = grab(l->p, size);
  if (!scratch) return no_memory(l);
  int ok = vouched ? verify_impls(l->v, scratch, l->report) : verify_module(l->v, l->m->grants, scratch, NULL, l->report);
  release(l->p, scratch, size);
  return ok;
}

/* -- modules -- */

static size_t functions_size(const OrbcModule *v) { return ((size_t)v->imports_count + v->functions_count) * sizeof(uint32_t); }

static void free_module(Program *p, ProgramModule *m) {
  if (m->image) release(p, m->image, m->image_size);
  if (m->prelinked) return;
  release(p, m->types, m->view.types_count * sizeof *m->types);
  release(p, m->functions, functions_size(&m->view));
}

static int open_module(Linker *l) {
  Program *p = l->p;
  ProgramModule *m = l->m;
  const OrbcModule *v = &m->view;
  m->types = grab(p, v->types_count * sizeof *m->types);
  m->functions = v->imports_count ? grab(p, functions_size(v)) : NULL;
  m->first_string = p->strings_count;
  m->first_global_raw = p->globals_raw_count;
  m->first_global_ref = p->globals_ref_count;
  return m->types && (m->functions || !v->imports_count) && reserve_rows(p, v) && (l->is_alone || reserve_items(p, (uint64_t)p->items_count + v->items_count));
}

static int link_module(Linker *l) {
  uint32_t first_new = l->p->types_count;
  return (l->is_alone || note_names(l)) && number_types(l) && complete_types(l, first_new) && resolve_imports(l) && number_functions(l) && add_impls(l) &&
         (l->is_alone || add_exports(l));
}

/* Enters a type that was added when the module was alone. */
static int index_type(Linker *l, uint32_t row) {
  const OrbcType *t = &l->v->types[row];
  if (t->kind == KIND_CLOSURE) return 1;
  TypeKey key = type_key(l, t);
  return key.a && pairs_add(&l->p->type_index, key.a, key.b, l->m->types[row]);
}

/* What waited until there is a second module. */
static int index_first(Program *p, LoadReport *report) {
  ProgramModule *m = &p->modules[0];
  Linker l = {.p = p, .m = m, .v = &m->view, .report = report};
  size_t names_size = m->view.string_ends_count * sizeof(uint32_t);
  l.names = grab(p, names_size);
  if (!l.names) return no_memory(&l);
  memset(l.names, 0, names_size);
  if (!p->items_room) p->items = reserve(p, NULL, &p->items_room, 0, p->items_count, sizeof *p->items);
  int ok = p->items ? note_names(&l) : no_memory(&l);
  for (uint32_t i = 0; i < m->view.types_count && ok; i++) {
    fill_items(&l, m->types[i], &m->view.types[i]);
    ok = index_type(&l, i) || no_memory(&l);
  }
  if (ok) ok = add_exports(&l);
  release(p, l.names, names_size);
  p->is_indexed = ok;
  return ok;
}

/* Adds the module whose view is checked; on failure the caller resets the program's counts. */
static int add_module(Linker *l) {
  size_t names_size = l->v->string_ends_count * sizeof(uint32_t);
  l->names = grab(l->p, names_size);
  if (!l->names) return no_memory(l);
  memset(l->names, 0, names_size);
  int ok = verify(l) && (open_module(l) || no_memory(l)) && link_module(l);
  release(l->p, l->names, names_size);
  return ok;
}

/* Forgets what a failed step added. */
static void undo(Program *p, const Program *before) {
  p->types_count = before->types_count;
  p->items_count = before->items_count;
  p->functions_count = before->functions_count;
  p->selectors_count = before->selectors_count;
  pairs_cut(&p->names, before->names.nodes.count);
  pairs_cut(&p->type_index, before->type_index.nodes.count);
  pairs_cut(&p->exports, before->exports.nodes.count);
  pairs_cut(&p->dispatch, before->dispatch.nodes.count);
}

/* Functions point to their modules. */
static void point_to_modules(Program *p) {
  for (uint32_t k = 0; k < p->modules_count; k++) {
    uint32_t end = k + 1 < p->modules_count ? p->modules[k + 1].first_function : p->functions_count;
    for (uint32_t i = p->modules[k].first_function; i < end; i++) p->functions[i].module = &p->modules[k];
  }
}

/* Room for one module more; each time it runs out it doubles. */
static int reserve_module(Program *p) {
  ProgramModule *modules = reserve(p, p->modules, &p->modules_room, p->modules_count, (uint64_t)p->modules_count + 1, sizeof *modules);
  if (!modules) return 0;
  int moved = modules != p->modules;
  p->modules = modules;
  if (moved) point_to_modules(p);
  return 1;
}

/* What is numbered through all modules has 32 bits for its number. */
static int counts_fit(Linker *l) {
  const Program *p = l->p;
  const OrbcModule *v = l->v;
  if (p->modules_count >= FILE_LIMIT_MODULES) return refuse(l, LOAD_LIMIT, ORBC_NONE, ORBC_NONE, "modules of the program");
  if (v->string_ends_count > UINT32_MAX - p->strings_count) return refuse(l, LOAD_LIMIT, ORBC_STRING_ENDS, ORBC_NONE, "strings of the program");
  if (v->globals_raw_count > UINT32_MAX - p->globals_raw_count || v->globals_ref_count > UINT32_MAX - p->globals_ref_count)
    return refuse(l, LOAD_LIMIT, ORBC_NONE, ORBC_NONE, "globals of the program");
  return 1;
}

/* What the module adds to numbers that go through all modules. */
static void count_module(Program *p, const OrbcModule *v) {
  p->modules_count++;
  p->strings_count += v->string_ends_count;
  p->globals_raw_count += v->globals_raw_count;
  p->globals_ref_count += v->globals_ref_count;
}

/* The first module, with all tables as they were made when the executable was built. */
static int add_prelinked(Program *p, const uint64_t *words, uint64_t grants) {
  const Prelinked *prelinked = (const Prelinked *)(const void *)words;
  ProgramModule *m = &p->modules[0];
  if (!reserve_functions(p, prelinked_functions(prelinked))) return 0;
  release_rows(p, p->types, p->types_room, sizeof *p->types);
  release_rows(p, p->shapes, p->shapes_room, sizeof *p->shapes);
  p->types_room = p->shapes_room = 0;
  *m = (ProgramModule){.grants = grants, .vouched = 1, .prelinked = prelinked};
  orbc_view(prelinked_rest(words), &m->view);
  m->view.packed = prelinked_packed(words);
  m->view.functions_count = m->view.packed->functions;
  prelinked_take(p, prelinked);
  count_module(p, &m->view);
  return 1;
}

static const LoadReport no_memory_report = {LOAD_OUT_OF_MEMORY, ORBC_NONE, ORBC_NONE, "linking"};

static int add_image(Program *p, const void *image, size_t size, uint64_t grants, int vouched, LoadReport *report) {
  *report = no_memory_report;
  if (!reserve_module(p)) return 0;
  ProgramModule *m = &p->modules[p->modules_count];
  *m = (ProgramModule){.grants = grants, .vouched = vouched};
  if (!(vouched ? orbc_read_vouched : orbc_read)(image, size, &m->view, report)) return 0;
  Linker l = {.p = p, .m = m, .v = &m->view, .report = report, .is_alone = vouched && !p->modules_count};
  if (!counts_fit(&l)) return 0;
  if (!p->is_indexed && p->modules_count && !index_first(p, report)) return 0;
  Program before = *p;
  if (!add_module(&l)) {
    undo(p, &before);
    free_module(p, m);
    return 0;
  }
  count_module(p, &m->view);
  p->is_indexed |= !l.is_alone;
  return 1;
}

int program_add(Program *p, const void *image, size_t size, uint64_t grants, LoadReport *report) {
  return add_image(p, image, size, grants, 0, report);
}

int program_add_vouched(Program *p, const void *image, size_t size, uint64_t grants, LoadReport *report) {
  return add_image(p, image, size, grants, 1, report);
}

/* Where nothing of it was linked beforehand: the image itself. */
static int add_unpacked(Program *p, const uint64_t *words, uint64_t grants, LoadReport *report) {
  void *image;
  size_t size;
  int made = packed_image(prelinked_packed(words), prelinked_rest(words), p->memory, &image, &size);
  if (made <= 0) {
    *report = made ? (LoadReport){LOAD_MALFORMED, ORBC_FUNCTIONS, ORBC_NONE, "packed functions"} : no_memory_report;
    return 0;
  }
  if (!add_image(p, image, size, grants, 1, report)) return release(p, image, size), 0;
  p->modules[p->modules_count - 1].image = image;
  p->modules[p->modules_count - 1].image_size = size;
  return 1;
}

int program_add_built_in(Program *p, const uint64_t *words, uint64_t grants, LoadReport *report) {
  if (p->modules_count || p->is_exact || !prelinked_fits(words)) return add_unpacked(p, words, grants, report);
  *report = no_memory_report;
  return reserve_module(p) && add_prelinked(p, words, grants);
}

int program_init(Program *p, GcMemory memory) {
  memset(p, 0, sizeof *p);
  p->memory = memory;
  pairs_init(&p->names, memory);
  pairs_init(&p->type_index, memory);
  pairs_init(&p->exports, memory);
  pairs_init(&p->dispatch, memory);
  if (!reserve_types(p, 64)) return program_free(p), 0;
  add_builtins(p);
  return 1;
}

void program_free(Program *p) {
  program_unlink(p);
  for (uint32_t i = 0; i < p->modules_count; i++) free_module(p, &p->modules[i]);
  release_rows(p, p->modules, p->modules_room, sizeof *p->modules);
  release_rows(p, p->types, p->types_room, sizeof *p->types);
  release_rows(p, p->shapes, p->shapes_room, sizeof *p->shapes);
  release_rows(p, p->items, p->items_room, sizeof *p->items);
  release_rows(p, p->offsets, p->offsets_room, sizeof *p->offsets);
  release_rows(p, p->functions, p->functions_room, sizeof *p->functions);
  release_rows(p, p->codes, p->codes_room, sizeof *p->codes);
  pairs_free(&p->names);
  pairs_free(&p->type_index);
  pairs_free(&p->exports);
  pairs_free(&p->dispatch);
  memset(p, 0, sizeof *p);
}

/* -- questions -- */

const Func *program_entry(const Program *p) {
  if (!p->modules_count) return NULL;
  const ProgramModule *m = &p->modules[p->modules_count - 1];
  return m->view.info->entry == ORBC_NONE ? NULL : &p->functions[module_function(m, m->view.info->entry)];
}

const Func *program_find(const Program *p, const char *name, size_t length) {
  for (uint32_t k = p->modules_count; k-- > 0;) {
    const ProgramModule *m = &p->modules[k];
    for (uint32_t i = 0; i < m->view.exports_count; i++) {
      uint32_t n;
      const char *s = orbc_string(&m->view, m->view.exports[i].name, &n);
      if (n == length && !memcmp(s, name, n)) return &p->functions[module_function(m, m->view.exports[i].function)];
    }
  }
  return NULL;
}

const char *program_string(const Program *p, uint32_t index, uint32_t *length) {
  uint32_t low = 0, high = p->modules_count;
  while (high - low > 1) {
    uint32_t mid = low + (high - low) / 2;
    if (p->modules[mid].first_string <= index) low = mid;
    else high = mid;
  }
  return orbc_string(&p->modules[low].view, index - p->modules[low].first_string, length);
}

const char *program_type_name(const Program *p, uint32_t type, uint32_t *length) {
  static const char *const builtin[ORBC_FIRST_MODULE_TYPE] = {
#define RAW_TYPE(NAME, number, spelling, size, classes, meaning) [number] = spelling,
#define REF_TYPE(NAME, number, spelling, meaning) [number] = spelling,
#include "objects.def"
  };
  uint32_t name = p->types[type].name;
  if (type >= ORBC_FIRST_MODULE_TYPE && name != ORBC_NONE) return program_string(p, name, length);
  const char *text = type >= ORBC_FIRST_MODULE_TYPE ? "Array" : builtin[type] ? builtin[type] : "?";
  *length = (uint32_t)strlen(text);
  return text;
}

void program_position(const Func *f, uint32_t pc, uint32_t *line, uint32_t *column) {
  if (f->module->view.packed) {
    packed_position(f->module->view.packed, f->index - f->module->first_function, pc, line, column);
    return;
  }
  const OrbcLine *lines = f->module->view.lines + f->row->first_line;
  uint32_t low = 0, high = f->row->lines;
  *line = *column = 0;
  while (low < high) { /* the last row at or before pc */
    uint32_t mid = low + (high - low) / 2;
    if (lines[mid].pc <= pc) low = mid + 1;
    else high = mid;
  }
  if (low) *line = lines[low - 1].line, *column = lines[low - 1].column;
}
