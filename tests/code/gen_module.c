/* gen_module.c -- see gen_module.h.  A value of a type is found in a local or a temporary that is valid here, or made.  Temporaries are counted up within
 * a block and forgotten at its end, as the verifier does. */
#include "gen_module.h"
#include "code/opcode.h"
#include "code/orbc.h"
#include "gen_text.h"

#include <string.h>

enum { MAX_TYPES = 96, MAX_ITEMS = 8, MAX_FUNCTIONS = 24, MAX_IMPLS = 8, MAX_GLOBALS = 6, MAX_LOCALS = 40, MAX_TEMPS = 400, LOOPS = 3, FULL = 40 };

typedef struct GenType {
  uint32_t kind, of, number; /* as in OrbcType; FN: number of parameters */
  uint32_t items[MAX_ITEMS], count;
} GenType;

typedef struct GenFunction {
  uint32_t type, closure;
} GenFunction;

typedef struct GenImpl {
  uint32_t type, trait, first; /* first function */
} GenImpl;

typedef struct Gen {
  GenText text;
  GenType types[MAX_TYPES];
  GenFunction functions[MAX_FUNCTIONS];
  GenImpl impls[MAX_IMPLS];
  uint32_t types_count, functions_count, impls_count, globals[2][MAX_GLOBALS], globals_count[2], labels;
} Gen;

/* A bank of the function being written. */
typedef struct GenBank {
  uint32_t locals[MAX_LOCALS], count, free; /* locals below `free` may be written */
  uint32_t temps[MAX_TEMPS], next, most;
} GenBank;

typedef struct Body {
  Gen *g;
  uint32_t self, depth, left; /* left: statements that may still be written */
  uint32_t counters[LOOPS], limits[LOOPS], loops, errors[2]; /* raw locals of loops; reference locals of handlers */
  GenBank bank[2];
} Body;

static uint32_t below(Gen *g, uint32_t n) { return random_below(&g->text, n); }
static int one_in(Gen *g, uint32_t n) { return below(g, n) == 0; }
#define emit(g, ...) text_put(&(g)->text, __VA_ARGS__)

/* -- types -- */

static const GenType *declared(const Gen *g, uint32_t type) { return type < ORBC_FIRST_MODULE_TYPE ? NULL : &g->types[type - ORBC_FIRST_MODULE_TYPE]; }
static uint32_t kind_of(const Gen *g, uint32_t type) { return declared(g, type) ? declared(g, type)->kind : 0; }

static const char *spelled(uint32_t type, char name[16]) {
  static const char *const builtin[ORBC_FIRST_MODULE_TYPE] = {
#define RAW_TYPE(NAME, number, spelling, size, classes, meaning) [number] = spelling,
#define REF_TYPE(NAME, number, spelling, meaning) [number] = spelling,
#include "objects.def"
  };
  if (type == TYPE_BYTES) return "array[u8]";
  if (type == TYPE_LONGS) return "array[i64]";
  if (type < ORBC_FIRST_MODULE_TYPE) return builtin[type];
  snprintf(name, 16, "T%u", type);
  return name;
}
#define NAME(type) spelled(type, (char[16]){0})

static uint32_t random_raw(Gen *g) { return TYPE_FIRST_RAW + below(g, TYPE_LAST_RAW); }

static uint32_t random_ref(Gen *g) {
  if (g->types_count && !one_in(g, 3)) return ORBC_FIRST_MODULE_TYPE + below(g, g->types_count);
  return TYPE_STRING + below(g, TYPE_LAST_BUILTIN - TYPE_STRING + 1);
}

static uint32_t random_type(Gen *g) { return one_in(g, 2) ? random_raw(g) : random_ref(g); }

/* A type declared before, so that the order of structural types holds. */
static uint32_t add_type(Gen *g, const GenType *t) {
  if (g->types_count == MAX_TYPES) return 0;
  g->types[g->types_count] = *t;
  return ORBC_FIRST_MODULE_TYPE + g->types_count++;
}

static int same_shape(const GenType *x, const GenType *y) {
  return x->kind == y->kind && x->of == y->of && x->number == y->number && x->count == y->count && !memcmp(x->items, y->items, x->count * sizeof x->items[0]);
}

/* The structural type; 0: there is no room. */
static uint32_t structural(Gen *g, const GenType *t) {
  if (t->kind == KIND_ARRAY && t->of == TYPE_U8) return TYPE_BYTES;
  if (t->kind == KIND_ARRAY && t->of == TYPE_I64) return TYPE_LONGS;
  for (uint32_t i = 0; i < g->types_count; i++)
    if (same_shape(&g->types[i], t)) return ORBC_FIRST_MODULE_TYPE + i;
  return add_type(g, t);
}

static void add_fields(Gen *g, GenType *t, uint32_t most) {
  for (t->count = 0; t->count < most; t->count++) t->items[t->count] = random_type(g);
}

static void add_struct(Gen *g) {
  GenType t = {KIND_STRUCT, 0, 0, {0}, 0};
  add_fields(g, &t, below(g, 6));
  uint32_t self = add_type(g, &t);
  if (t.count && one_in(g, 3)) g->types[self - ORBC_FIRST_MODULE_TYPE].items[0] = self;
}

static void add_enum(Gen *g) {
  GenType t = {KIND_ENUM, 0, 0, {0}, 1 + below(g, 3)};
  uint32_t self = add_type(g, &t);
  for (uint32_t i = 0; i < t.count; i++) {
    GenType v = {KIND_VARIANT, self, i, {0}, 0};
    add_fields(g, &v, below(g, 4));
    g->types[self - ORBC_FIRST_MODULE_TYPE].items[i] = add_type(g, &v);
  }
}

static void add_fn(Gen *g) {
  GenType t = {KIND_FN, 0, below(g, 4), {0}, 0};
  add_fields(g, &t, t.number + below(g, 4));
  structural(g, &t);
}

static void add_container(Gen *g) {
  static const uint8_t kinds[] = {KIND_ARRAY, KIND_LIST, KIND_LIST, KIND_ARRAY, KIND_WEAK};
  GenType t = {kinds[below(g, 5)], 0, 0, {0}, 0};
  t.of = t.kind == KIND_WEAK ? random_ref(g) : random_type(g);
  uint32_t self = structural(g, &t);
  if (self && t.kind == KIND_LIST && one_in(g, 2)) { /* the array under it has a type too */
    t.kind = KIND_ARRAY;
    structural(g, &t);
  }
}

static uint32_t add_function(Gen *g, uint32_t type, uint32_t closure) {
  g->functions[g->functions_count] = (GenFunction){type, closure};
  return g->functions_count++;
}

static void add_closure(Gen *g) {
  uint32_t fn = 0;
  for (uint32_t i = 0, at = below(g, g->types_count); i < g->types_count && !fn; i++, at = (at + 1) % g->types_count)
    if (g->types[at].kind == KIND_FN) fn = ORBC_FIRST_MODULE_TYPE + at;
  if (!fn || g->types_count == MAX_TYPES) return;
  GenType t = {KIND_CLOSURE, fn, 0, {0}, 0};
  add_fields(g, &t, below(g, 4));
  uint32_t self = add_type(g, &t);
  g->types[self - ORBC_FIRST_MODULE_TYPE].number = add_function(g, fn, self);
}

/* A trait, and one or two types that implement it; fn types of methods and their functions first. */
static void add_trait(Gen *g) {
  GenType t = {KIND_TRAIT, 0, 0, {0}, 1 + below(g, 2)};
  for (uint32_t i = 0; i < t.count; i++) {
    GenType fn = {KIND_FN, 0, below(g, 3), {0}, 0};
    add_fields(g, &fn, fn.number + below(g, 2));
    if (!(t.items[i] = structural(g, &fn))) return;
  }
  uint32_t self = add_type(g, &t);
  for (uint32_t n = 1 + below(g, 2); self && n && g->impls_count < MAX_IMPLS; n--) {
    GenImpl impl = {random_ref(g), self, g->functions_count};
    int known = impl.type == self || impl.type == TYPE_ANY;
    for (uint32_t i = 0; i < g->impls_count; i++) known |= g->impls[i].type == impl.type && g->impls[i].trait == self;
    if (known || g->functions_count + t.count > MAX_FUNCTIONS - 4 || g->types_count + t.count > MAX_TYPES) continue;
    for (uint32_t i = 0; i < t.count; i++) {
      GenType fn = *declared(g, t.items[i]);
      memmove(fn.items + 1, fn.items, (MAX_ITEMS - 1) * sizeof fn.items[0]);
      fn.items[0] = impl.type;
      fn.count++, fn.number++;
      add_function(g, structural(g, &fn), 0);
    }
    g->impls[g->impls_count++] = impl;
  }
}

static void make_types(Gen *g) {
  static void (*const makers[])(Gen *) = {add_struct, add_struct, add_enum, add_container, add_container, add_container, add_fn, add_fn, add_closure, add_trait};
  GenType main_type = {KIND_FN, 0, 0, {TYPE_I32}, 1};
  add_function(g, structural(g, &main_type), 0);
  for (uint32_t i = 0; i < 3; i++) {
    GenType box = {KIND_BOX, random_raw(g), 0, {0}, 0};
    add_type(g, &box);
  }
  add_enum(g);
  for (uint32_t n = 4 + below(g, 16); n && g->types_count < MAX_TYPES - 12 && g->functions_count < MAX_FUNCTIONS - 8; n--) makers[below(g, 10)](g);
  for (uint32_t i = 0; i < g->types_count && g->functions_count < MAX_FUNCTIONS - 1; i++) /* functions to call */
    if (g->types[i].kind == KIND_FN && !one_in(g, 3)) add_function(g, ORBC_FIRST_MODULE_TYPE + i, 0);
  for (int ref = 0; ref < 2; ref++)
    for (g->globals_count[ref] = 0; g->globals_count[ref] < MAX_GLOBALS; g->globals_count[ref]++)
      g->globals[ref][g->globals_count[ref]] = ref ? random_ref(g) : random_raw(g);
}

static int assignable(const Gen *g, uint32_t from, uint32_t to) {
  const GenType *t = declared(g, from);
  if (from == to || to == TYPE_ANY) return 1;
  if (t && (t->kind == KIND_VARIANT || t->kind == KIND_CLOSURE) && t->of == to) return 1;
  for (uint32_t i = 0; i < g->impls_count; i++)
    if (g->impls[i].type == from && g->impls[i].trait == to) return 1;
  return 0;
}

/* -- registers -- */

static void new_block(Body *b) { b->bank[0].next = b->bank[1].next = 0; }

static uint32_t fresh(Body *b, int ref, uint32_t type) {
  GenBank *k = &b->bank[ref];
  uint32_t at = k->next < MAX_TEMPS - 1 ? k->next++ : k->next;
  k->temps[at] = type;
  if (k->next > k->most) k->most = k->next;
  return k->count + at;
}

static uint32_t static_type(const Body *b, int ref, uint32_t reg) {
  const GenBank *k = &b->bank[ref];
  return reg < k->count ? k->locals[reg] : k->temps[reg - k->count];
}

/* Some register that holds a `type`; -1: none does.  `exact`: its static type is that type. */
static int32_t find_register(Body *b, int ref, uint32_t type, int exact) {
  const GenBank *k = &b->bank[ref];
  uint32_t n = k->count + k->next;
  if (!n) return -1;
  for (uint32_t i = 0, at = below(b->g, n); i < n; i++, at = (at + 1) % n) {
    uint32_t have = static_type(b, ref, at);
    if (have == type || (ref && !exact && assignable(b->g, have, type))) return (int32_t)at;
  }
  return -1;
}

/* A register to write a `type` to: sometimes a local, else a new temporary. */
static uint32_t destination(Body *b, int ref, uint32_t type) {
  const GenBank *k = &b->bank[ref];
  if (k->free && one_in(b->g, 3))
    for (uint32_t i = 0, at = below(b->g, k->free); i < k->free; i++, at = (at + 1) % k->free)
      if (ref ? assignable(b->g, type, k->locals[at]) : k->locals[at] == type) return at;
  return fresh(b, ref, type);
}

/* -- values -- */

static void literal(Gen *g, uint32_t type, char text[64]) {
  static const char *const floats[] = {"0.0", "-0.0", "1.0", "2.5", "-3.0", "0.1", "1e22", "inf", "-inf", "nan", "0x1p-1022", "100.0"};
  static const char *const singles[] = {"0.0", "-0.0", "1.0", "2.5", "-3.0", "0.1", "1e22", "inf", "-inf", "nan", "0x1p-149", "100.0"};
  static const char *const scalars[] = {"'a'", "0", "0x10ffff", "0xd7ff", "0xe000", "'0'"};
  uint64_t bits = random64(&g->text) >> below(g, 64);
  if (!one_in(g, 3)) bits &= 7;
  switch (type) {
  case TYPE_F64: snprintf(text, 64, "%s", floats[below(g, 12)]); break;
  case TYPE_F32: snprintf(text, 64, "%s", singles[below(g, 12)]); break;
  case TYPE_BOOL: snprintf(text, 64, "%s", bits & 1 ? "true" : "false"); break;
  case TYPE_CHAR: snprintf(text, 64, "%s", scalars[below(g, 6)]); break;
  case TYPE_I8: snprintf(text, 64, "%d", (int8_t)bits); break;
  case TYPE_I16: snprintf(text, 64, "%d", (int16_t)bits); break;
  case TYPE_I32: snprintf(text, 64, "%d", (int32_t)bits); break;
  case TYPE_I64: snprintf(text, 64, "%lld", (long long)bits); break;
  case TYPE_U8: snprintf(text, 64, "%u", (uint8_t)bits); break;
  case TYPE_U16: snprintf(text, 64, "%u", (uint16_t)bits); break;
  case TYPE_U32: snprintf(text, 64, "%u", (uint32_t)bits); break;
  default: snprintf(text, 64, "%llu", (unsigned long long)bits);
  }
}

static uint32_t small(Body *b, uint32_t type, uint32_t limit) {
  uint32_t r = fresh(b, 0, type);
  emit(b->g, "  ldi r%u, %u, %s\n", r, below(b->g, limit), NAME(type));
  return r;
}

static uint32_t raw_value(Body *b, uint32_t type) {
  char text[64];
  int32_t known = find_register(b, 0, type, 1);
  if (known >= 0 && !one_in(b->g, 3)) return (uint32_t)known;
  if (one_in(b->g, 3)) return small(b, type, type == TYPE_BOOL ? 2 : 5);
  uint32_t r = fresh(b, 0, type);
  literal(b->g, type, text);
  emit(b->g, "  ldk r%u, %s %s\n", r, NAME(type), text);
  return r;
}

static uint32_t type_of_class(Gen *g, unsigned class) {
  uint32_t type;
  do type = random_raw(g);
  while (!(raw_type_classes(type) & class));
  return type;
}

/* An index or length: mostly small. */
static uint32_t index_value(Body *b) { return one_in(b->g, 6) ? raw_value(b, type_of_class(b->g, CLASS_S)) : small(b, one_in(b->g, 2) ? TYPE_I32 : TYPE_U8, 6); }

static uint32_t ref_value(Body *b, uint32_t type, uint32_t depth);

static uint32_t null_value(Body *b, uint32_t type) {
  uint32_t p = fresh(b, 1, type);
  emit(b->g, "  ldnull p%u, %s\n", p, NAME(type));
  return p;
}

static uint32_t string_value(Body *b) {
  static const char *const texts[] = {"", "a", "text", "\\u{e9}t\\u{e9}", "a longer text with \\\"quotes\\\" and \\n", "0"};
  uint32_t p = fresh(b, 1, TYPE_STRING);
  emit(b->g, "  lds p%u, \"%s\"\n", p, texts[below(b->g, 6)]);
  return p;
}

static void set_field(Body *b, uint32_t object, uint32_t field, uint32_t type, uint32_t depth) {
  int ref = !is_raw_type(type);
  uint32_t value = ref ? ref_value(b, type, depth) : raw_value(b, type);
  emit(b->g, ref ? "  setfp p%u, p%u, #%u\n" : "  setf p%u, r%u, #%u\n", object, value, field);
}

static uint32_t new_record(Body *b, uint32_t type, uint32_t depth) {
  const GenType *t = declared(b->g, type);
  uint32_t p = fresh(b, 1, type);
  emit(b->g, "  new p%u, %s\n", p, NAME(type));
  for (uint32_t i = 0; t && i < t->count; i++)
    if (one_in(b->g, 2)) set_field(b, p, i, t->items[i], depth - 1);
  return p;
}

static uint32_t new_array(Body *b, uint32_t type) {
  uint32_t n = index_value(b), p = fresh(b, 1, type);
  emit(b->g, "  new_array p%u, r%u, %s\n", p, n, NAME(type));
  return p;
}

static void push(Body *b, uint32_t list, uint32_t element, uint32_t depth) {
  int ref = !is_raw_type(element);
  uint32_t value = ref ? ref_value(b, element, depth) : raw_value(b, element), ok = destination(b, 0, TYPE_BOOL);
  emit(b->g, ref ? "  lpushp r%u, p%u, p%u\n" : "  lpush r%u, p%u, r%u\n", ok, list, value);
}

static uint32_t new_list(Body *b, uint32_t type, uint32_t depth) {
  uint32_t n = index_value(b), p = fresh(b, 1, type);
  emit(b->g, "  new_list p%u, r%u, %s\n", p, n, NAME(type));
  for (uint32_t i = below(b->g, 3); i; i--) push(b, p, declared(b->g, type)->of, depth - 1);
  return p;
}

static uint32_t box_value(Body *b, uint32_t type) {
  uint32_t r = raw_value(b, declared(b->g, type)->of), p = fresh(b, 1, type);
  emit(b->g, "  box p%u, r%u, %s\n", p, r, NAME(type));
  return p;
}

static uint32_t weak_value(Body *b, uint32_t type, uint32_t depth) {
  uint32_t to = ref_value(b, declared(b->g, type)->of, depth - 1), p = fresh(b, 1, type);
  emit(b->g, "  weak_new p%u, p%u, %s\n", p, to, NAME(type));
  return p;
}

static uint32_t handle_value(Body *b) {
  uint32_t r = raw_value(b, TYPE_I32), p = fresh(b, 1, TYPE_HANDLE);
  emit(b->g, "  handle_new p%u, r%u\n", p, r);
  return p;
}

static uint32_t cast_value(Body *b, uint32_t from, uint32_t type) {
  uint32_t p = fresh(b, 1, type);
  emit(b->g, "  cast_ref p%u, p%u, %s\n", p, from, NAME(type));
  return p;
}

/* A type that can be made and is assignable to abstract type `to`; 0: there is none. */
static uint32_t concrete(Gen *g, uint32_t to) {
  for (uint32_t i = 0, at = below(g, g->types_count); i < g->types_count; i++, at = (at + 1) % g->types_count) {
    uint32_t type = ORBC_FIRST_MODULE_TYPE + at;
    if (type != to && assignable(g, type, to)) return type;
  }
  return 0;
}

static uint32_t make_ref(Body *b, uint32_t type, uint32_t depth) {
  uint32_t other, value;
  switch (type) {
  case TYPE_STRING: return string_value(b);
  case TYPE_ERROR: return new_record(b, type, depth);
  case TYPE_BYTES: case TYPE_LONGS: return new_array(b, type);
  case TYPE_HANDLE: return handle_value(b);
  default: break;
  }
  switch (kind_of(b->g, type)) {
  case KIND_STRUCT: case KIND_VARIANT: case KIND_CLOSURE: return new_record(b, type, depth);
  case KIND_ARRAY: return new_array(b, type);
  case KIND_LIST: return new_list(b, type, depth);
  case KIND_BOX: return box_value(b, type);
  case KIND_WEAK: return weak_value(b, type, depth);
  default: /* any, enum, fn, trait */
    other = type == TYPE_ANY && one_in(b->g, 2) ? TYPE_STRING : concrete(b->g, type);
    if (!other) return null_value(b, type);
    value = ref_value(b, other, depth - 1);
    return assignable(b->g, static_type(b, 1, value), type) ? value : cast_value(b, value, other); /* a variant of an enum that implements the trait */
  }
}

static uint32_t ref_value(Body *b, uint32_t type, uint32_t depth) {
  int32_t known = find_register(b, 1, type, 0);
  if (known >= 0 && (!depth || !one_in(b->g, 3))) return (uint32_t)known;
  return !depth || one_in(b->g, 12) ? null_value(b, type) : make_ref(b, type, depth);
}

/* A register whose static type is just `type`. */
static uint32_t exact_ref(Body *b, uint32_t type) {
  int32_t known = find_register(b, 1, type, 1);
  if (known >= 0 && !one_in(b->g, 3)) return (uint32_t)known;
  uint32_t value = ref_value(b, type, 2);
  return static_type(b, 1, value) == type ? value : cast_value(b, value, type);
}

/* Some type of a kind; 0: there is none. */
static uint32_t some_type(Gen *g, uint32_t kind) {
  for (uint32_t i = 0, at = below(g, g->types_count); i < g->types_count; i++, at = (at + 1) % g->types_count)
    if (g->types[at].kind == kind) return ORBC_FIRST_MODULE_TYPE + at;
  return 0;
}

static uint32_t element_of(const Gen *g, uint32_t type) { return type == TYPE_BYTES ? TYPE_U8 : type == TYPE_LONGS ? TYPE_I64 : declared(g, type)->of; }

static uint32_t some_array(Gen *g) {
  uint32_t type = one_in(g, 4) ? 0 : some_type(g, KIND_ARRAY);
  return type ? type : one_in(g, 2) ? TYPE_BYTES : TYPE_LONGS;
}

/* -- opcodes without rules of their own: operands by format -- */

static int result_type(unsigned format) {
  switch (format) {
  case FMT_WR_I32: return TYPE_I32;
  case FMT_WR_I64: return TYPE_I64;
  case FMT_WR_U32: return TYPE_U32;
  case FMT_WR_U64: return TYPE_U64;
  case FMT_WR_U8: return TYPE_U8;
  case FMT_WR_F64: return TYPE_F64;
  case FMT_WR_F32: return TYPE_F32;
  case FMT_WR_BOOL: return TYPE_BOOL;
  case FMT_WP_STR: return TYPE_STRING;
  case FMT_WP_BYTES: return TYPE_BYTES;
  case FMT_WP_HANDLE: return TYPE_HANDLE;
  default: return 0;
  }
}

static int is_simple(unsigned op) {
  const OpcodeInfo *i = &opcode_info[op];
  return !(i->flags & (OPF_SPECIAL | OPF_ENDS_BLOCK)) && i->c != FMT_CONT;
}

/* The operand of a simple opcode as text; `like`: the type of operand b. */
static void read_operand(Body *b, unsigned op, unsigned format, uint32_t *like, char text[32]) {
  Gen *g = b->g;
  uint32_t type = 0;
  switch (format) {
  case FMT_RR_I32: type = TYPE_I32; break;
  case FMT_RR_U32: type = TYPE_U32; break;
  case FMT_RR_BOOL: type = TYPE_BOOL; break;
  case FMT_RR_S: type = type_of_class(g, CLASS_S); break;
  case FMT_RR_U: type = type_of_class(g, CLASS_U); break;
  case FMT_RR_X: type = type_of_class(g, CLASS_X); break;
  case FMT_RR_F: type = type_of_class(g, CLASS_F); break;
  case FMT_RR_LIKE: type = *like; break;
  case FMT_RP_STR: type = TYPE_STRING; break;
  case FMT_RP_BYTES: type = TYPE_BYTES; break;
  case FMT_RP_ERR: type = TYPE_ERROR; break;
  case FMT_RP_HANDLE: type = TYPE_HANDLE; break;
  case FMT_IMM16: snprintf(text, 32, "%d", one_in(g, 4) ? (int16_t)random64(&g->text) : (int)below(g, 9) - 4); return;
  case FMT_WHAT: snprintf(text, 32, op == OP_SERVICE ? "#%u" : "%u", below(g, op == OP_SERVICE ? SERVICE_COUNT : 2)); return;
  default: return;
  }
  int ref = !is_raw_type(type);
  int index = format == FMT_RR_S && (op == OP_SBYTE || (op >= OP_LOAD16 && op <= OP_STORE64));
  uint32_t reg = ref ? ref_value(b, type, 2) : index ? index_value(b) : raw_value(b, type);
  *like = static_type(b, ref, reg);
  snprintf(text, 32, "%c%u", ref ? 'p' : 'r', reg);
}

static void simple_instruction(Body *b) {
  unsigned op;
  do op = below(b->g, OP_COUNT);
  while (!is_simple(op));
  const OpcodeInfo *info = &opcode_info[op];
  char a[32] = "", rest[2][32] = {"", ""}, line[128] = "  ", *at = line + 2;
  uint32_t like = 0, other = 0;
  int writes = info->a == FMT_WR_LIKE || result_type(info->a);
  if (!writes) read_operand(b, op, info->a, &other, a);
  read_operand(b, op, info->b, &like, rest[0]);
  uint32_t type = like;
  read_operand(b, op, info->c, &like, rest[1]);
  if (info->a != FMT_WR_LIKE) type = (uint32_t)result_type(info->a);
  if (writes) snprintf(a, sizeof a, "%c%u", is_raw_type(type) ? 'r' : 'p', destination(b, !is_raw_type(type), type));
  for (const char *c = info->name; *c; c++) *at++ = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
  *at = 0;
  emit(b->g, "%s %s%s%s%s%s\n", line, a, *rest[0] ? ", " : "", rest[0], *rest[1] ? ", " : "", rest[1]);
}

/* -- opcodes with rules of their own; each function writes one or two -- */

static void moves(Body *b) {
  uint32_t raw = random_raw(b->g), ref = random_ref(b->g), from;
  from = raw_value(b, raw);
  emit(b->g, "  mov r%u, r%u\n", destination(b, 0, raw), from);
  from = ref_value(b, ref, 2);
  emit(b->g, "  movp p%u, p%u\n", destination(b, 1, static_type(b, 1, from)), from);
}

static void globals(Body *b) {
  int ref = one_in(b->g, 2);
  uint32_t i = below(b->g, MAX_GLOBALS), type = b->g->globals[ref][i];
  if (one_in(b->g, 2)) {
    uint32_t value = ref ? ref_value(b, type, 3) : raw_value(b, type);
    emit(b->g, ref ? "  setgp p%u, ref%u\n" : "  setg r%u, raw%u\n", value, i);
  } else emit(b->g, ref ? "  getgp p%u, ref%u\n" : "  getg r%u, raw%u\n", destination(b, ref, type), i);
}

static void conversions(Body *b) {
  static const char *const names[] = {"chk", "cast", "i2f", "f2i"};
  uint32_t what = below(b->g, 4), from = raw_value(b, type_of_class(b->g, what == 3 ? CLASS_F : CLASS_X));
  uint32_t to = what == 2 ? TYPE_F32 + below(b->g, 2) : what == 0 && one_in(b->g, 4) ? TYPE_CHAR : TYPE_I8 + below(b->g, 8);
  emit(b->g, "  %s r%u, r%u, %s\n", names[what], destination(b, 0, to), from, NAME(to));
}

static void fused(Body *b) {
  uint32_t x = raw_value(b, type_of_class(b->g, CLASS_F)), y = raw_value(b, type_of_class(b->g, CLASS_F)), z = raw_value(b, TYPE_F64);
  uint32_t to = fresh(b, 0, TYPE_F64);
  emit(b->g, "  mov r%u, r%u\n  fma_f64 r%u, r%u, r%u\n", to, z, to, x, y);
}

static void identity(Body *b) {
  uint32_t x = ref_value(b, random_ref(b->g), 2), y = one_in(b->g, 2) ? x : ref_value(b, random_ref(b->g), 1);
  emit(b->g, "  eq_p r%u, p%u, p%u\n", destination(b, 0, TYPE_BOOL), x, y);
  emit(b->g, "  is_null r%u, p%u\n", destination(b, 0, TYPE_BOOL), y);
}

static void fields(Body *b) {
  static const uint8_t kinds[] = {KIND_STRUCT, KIND_STRUCT, KIND_VARIANT, KIND_CLOSURE};
  static const uint32_t error_fields[] = {TYPE_STRING, TYPE_LONGS, TYPE_ERROR, TYPE_ANY, TYPE_I32};
  uint32_t type = one_in(b->g, 6) ? TYPE_ERROR : some_type(b->g, kinds[below(b->g, 4)]), count = type == TYPE_ERROR ? 5 : type ? declared(b->g, type)->count : 0;
  if (!count) return;
  uint32_t object = exact_ref(b, type), i = below(b->g, count), field = type == TYPE_ERROR ? error_fields[i] : declared(b->g, type)->items[i];
  int ref = !is_raw_type(field);
  if (one_in(b->g, 2)) set_field(b, object, i, field, 2);
  else emit(b->g, ref ? "  getfp p%u, p%u, #%u\n" : "  getf r%u, p%u, #%u\n", destination(b, ref, field), object, i);
}

static void enums(Body *b) {
  uint32_t type = some_type(b->g, KIND_ENUM), object = exact_ref(b, type), variant = declared(b->g, type)->items[below(b->g, declared(b->g, type)->count)];
  emit(b->g, "  tag r%u, p%u\n", destination(b, 0, TYPE_I32), object);
  emit(b->g, "  as_variant p%u, p%u, %s\n", destination(b, 1, variant), object, NAME(variant));
}

static void casts(Body *b) {
  uint32_t to = random_ref(b->g), from = ref_value(b, one_in(b->g, 2) ? to : random_ref(b->g), 2);
  emit(b->g, "  is_type r%u, p%u, %s\n", destination(b, 0, TYPE_BOOL), from, NAME(to));
  if (one_in(b->g, 2)) emit(b->g, "  cast_ref p%u, p%u, %s\n", destination(b, 1, to), from, NAME(to));
  else emit(b->g, "  type_name p%u, p%u\n", destination(b, 1, TYPE_STRING), from);
}

static void boxes(Body *b) {
  uint32_t type = some_type(b->g, KIND_BOX), box = exact_ref(b, type);
  emit(b->g, "  unbox r%u, p%u\n", destination(b, 0, declared(b->g, type)->of), box);
}

static void weaks(Body *b) {
  uint32_t type = some_type(b->g, KIND_WEAK);
  if (!type) return;
  uint32_t weak = exact_ref(b, type);
  emit(b->g, "  weak_get p%u, p%u\n", destination(b, 1, declared(b->g, type)->of), weak);
}

static void elements(Body *b, uint32_t type, char bank) { /* bank: a array, l list */
  uint32_t object = exact_ref(b, type), e = element_of(b->g, type), i = index_value(b);
  int ref = !is_raw_type(e);
  if (one_in(b->g, 2)) {
    emit(b->g, ref ? "  %cgetp p%u, p%u, r%u\n" : "  %cget r%u, p%u, r%u\n", bank, destination(b, ref, e), object, i);
    return;
  }
  uint32_t value = ref ? ref_value(b, e, 2) : raw_value(b, e);
  emit(b->g, ref ? "  %csetp p%u, r%u, p%u\n" : "  %cset p%u, r%u, r%u\n", bank, object, i, value);
}

static void arrays(Body *b) {
  uint32_t type = some_array(b->g);
  elements(b, type, 'a');
  uint32_t object = exact_ref(b, type), mark;
  emit(b->g, "  alen r%u, p%u\n", destination(b, 0, TYPE_I32), object);
  if (!one_in(b->g, 3)) return;
  mark = raw_value(b, TYPE_I32);
  emit(b->g, "  aset_mark p%u, r%u\n", object, mark);
  emit(b->g, "  amark r%u, p%u\n", destination(b, 0, TYPE_I32), object);
}

/* Copies `reg` to the next temporary of its bank, as part of a window. */
static void to_window(Body *b, int ref, uint32_t reg) {
  uint32_t to = fresh(b, ref, static_type(b, ref, reg));
  emit(b->g, ref ? "  movp p%u, p%u\n" : "  mov r%u, r%u\n", to, reg);
}

static void bulk(Body *b) {
  uint32_t type = some_array(b->g), e = element_of(b->g, type), x = exact_ref(b, type), y = exact_ref(b, type);
  int ref = !is_raw_type(e), copies = one_in(b->g, 2);
  uint32_t value = copies ? 0 : ref ? ref_value(b, e, 2) : raw_value(b, e);
  uint32_t r = b->bank[0].count + b->bank[0].next, p = b->bank[1].count + b->bank[1].next;
  small(b, TYPE_I32, 4), small(b, TYPE_I32, 4);
  to_window(b, 1, x);
  if (copies) {
    small(b, TYPE_I32, 4);
    to_window(b, 1, y);
  } else to_window(b, ref, value);
  emit(b->g, "  %s r%u, p%u\n", copies ? "acopy" : ref ? "afillp" : "afill", r, p);
}

static void lists(Body *b) {
  uint32_t type = some_type(b->g, KIND_LIST);
  if (!type) return;
  GenType under = {KIND_ARRAY, declared(b->g, type)->of, 0, {0}, 0};
  elements(b, type, 'l');
  uint32_t list = exact_ref(b, type), array = 0;
  push(b, list, under.of, 2);
  emit(b->g, "  llen r%u, p%u\n", destination(b, 0, TYPE_I32), list);
  for (uint32_t i = 0; i < b->g->types_count; i++)
    if (same_shape(&b->g->types[i], &under)) array = ORBC_FIRST_MODULE_TYPE + i;
  if (under.of == TYPE_U8 || under.of == TYPE_I64) array = under.of == TYPE_U8 ? TYPE_BYTES : TYPE_LONGS;
  if (!array) return;
  uint32_t data = exact_ref(b, array), n = index_value(b);
  if (one_in(b->g, 2)) emit(b->g, "  lset_data p%u, p%u, r%u\n", list, data, n);
  else if (one_in(b->g, 2)) emit(b->g, "  lset_len p%u, r%u\n", list, n);
  emit(b->g, "  ldata p%u, p%u, %s\n", destination(b, 1, array), list, NAME(array));
}

static void strings(Body *b) {
  uint32_t bytes = ref_value(b, TYPE_BYTES, 2), r = b->bank[0].count + b->bank[0].next;
  small(b, TYPE_I32, 3), small(b, TYPE_I32, 4);
  emit(b->g, "  snew p%u, p%u, r%u\n", destination(b, 1, TYPE_STRING), bytes, r);
}

/* -- calls -- */

enum { CALLS_FUNCTION, CALLS_CLOSURE, CALLS_METHOD };

/* `first`: register that the window begins with, the closure or receiver. */
static void call(Body *b, int how, uint32_t type, uint32_t first, uint32_t what) {
  const GenType *fn = declared(b->g, type);
  uint32_t args[MAX_ITEMS];
  for (uint32_t i = 0; i < fn->number; i++) args[i] = is_raw_type(fn->items[i]) ? raw_value(b, fn->items[i]) : ref_value(b, fn->items[i], 2);
  uint32_t next[2] = {b->bank[0].next, b->bank[1].next}, r = b->bank[0].count + next[0], p = b->bank[1].count + next[1];
  if (how != CALLS_FUNCTION) to_window(b, 1, first);
  for (uint32_t i = 0; i < fn->number; i++) to_window(b, !is_raw_type(fn->items[i]), args[i]);
  if (how == CALLS_FUNCTION) emit(b->g, "  call r%u, p%u, f%u\n", r, p, what);
  else if (how == CALLS_CLOSURE) emit(b->g, "  call_fn r%u, p%u, %s\n", r, p, NAME(type));
  else emit(b->g, "  call_trait r%u, p%u, #%u\n", r, p, what);
  b->bank[0].next = next[0], b->bank[1].next = next[1];
  for (uint32_t i = fn->number; i < fn->count; i++) fresh(b, !is_raw_type(fn->items[i]), fn->items[i]);
}

static void call_function(Body *b) {
  Gen *g = b->g;
  uint32_t low = one_in(g, 12) ? 0 : b->self + 1, f = low < g->functions_count ? low + below(g, g->functions_count - low) : b->self;
  if (f != b->self && !g->functions[f].closure) call(b, CALLS_FUNCTION, g->functions[f].type, 0, f);
}

static void call_closure(Body *b) {
  uint32_t closure = some_type(b->g, KIND_CLOSURE);
  if (closure) call(b, CALLS_CLOSURE, declared(b->g, closure)->of, ref_value(b, declared(b->g, closure)->of, 3), 0);
}

static void call_method(Body *b) {
  uint32_t trait = some_type(b->g, KIND_TRAIT);
  if (!trait) return;
  uint32_t method = below(b->g, declared(b->g, trait)->count), receiver = exact_ref(b, trait);
  call(b, CALLS_METHOD, declared(b->g, trait)->items[method], receiver, method);
}

/* -- statements -- */

static void statements(Body *b, uint32_t n);

static void nop(Body *b) { emit(b->g, "  nop\n"); }

static void label(Body *b, uint32_t number) {
  emit(b->g, "L%u:\n", number);
  new_block(b);
}

static void branch(Body *b) {
  uint32_t other = b->g->labels++, end = b->g->labels++;
  if (one_in(b->g, 3)) emit(b->g, "  %s p%u, L%u\n", one_in(b->g, 2) ? "jnull" : "jnnull", ref_value(b, random_ref(b->g), 2), other);
  else {
    uint32_t condition = raw_value(b, TYPE_BOOL);
    if (one_in(b->g, 2)) { /* what the linker fuses */
      uint32_t x = raw_value(b, TYPE_I32), y = raw_value(b, TYPE_I32);
      condition = fresh(b, 0, TYPE_BOOL);
      emit(b->g, "  %s r%u, r%u, r%u\n", one_in(b->g, 2) ? "lt_s" : "eq_i", condition, x, y);
    }
    emit(b->g, "  %s r%u, L%u\n", one_in(b->g, 2) ? "jt" : "jf", condition, other);
  }
  new_block(b);
  statements(b, 1 + below(b->g, 4));
  emit(b->g, "  jmp L%u\n", end);
  label(b, other);
  statements(b, below(b->g, 3));
  label(b, end);
}

/* At most seven rounds; the counters belong to the loop. */
static void loop(Body *b) {
  if (b->loops == LOOPS) return;
  uint32_t top = b->g->labels++, i = b->counters[b->loops], n = b->limits[b->loops];
  b->loops++;
  emit(b->g, "  ldi r%u, 0, i32\n  ldi r%u, %u, i32\n", i, n, 1 + below(b->g, 7));
  label(b, top);
  statements(b, 1 + below(b->g, 5));
  uint32_t t = fresh(b, 0, TYPE_BOOL);
  emit(b->g, "  addi_i32 r%u, r%u, 1\n  lt_s r%u, r%u, r%u\n  jt r%u, L%u\n", i, i, t, i, n, t, top);
  new_block(b);
  b->loops--;
}

static void switch_statement(Body *b) {
  uint32_t n = 1 + below(b->g, 3), first = b->g->labels, end = first + n;
  b->g->labels += n + 1;
  uint32_t value = one_in(b->g, 4) ? raw_value(b, type_of_class(b->g, CLASS_X)) : small(b, TYPE_I32, 5);
  emit(b->g, "  switch r%u, %u\n", value, n);
  for (uint32_t i = 0; i < n; i++) emit(b->g, "  jmp L%u\n", first + i);
  new_block(b);
  for (uint32_t i = 0; i <= n; i++) {
    statements(b, below(b->g, 3));
    emit(b->g, "  jmp L%u\n", end);
    label(b, i < n ? first + i : end);
  }
}

static void try_statement(Body *b) {
  uint32_t start = b->g->labels++, caught = b->g->labels++, end = b->g->labels++;
  label(b, start);
  nop(b);
  statements(b, 1 + below(b->g, 4));
  emit(b->g, "  jmp L%u\n", end);
  label(b, caught);
  if (one_in(b->g, 4)) statements(b, 1);
  label(b, end);
  emit(b->g, "  handler L%u to L%u at L%u, p%u\n", start, caught, caught, b->errors[below(b->g, 2)]);
}

static void throw_statement(Body *b) {
  uint32_t past = b->g->labels++;
  emit(b->g, "  jt r%u, L%u\n", raw_value(b, TYPE_BOOL), past);
  new_block(b);
  if (one_in(b->g, 4)) emit(b->g, "  unreachable\n");
  else emit(b->g, "  throw p%u\n", ref_value(b, TYPE_ERROR, 2));
  label(b, past);
}

static void return_statement(Body *b) {
  const GenType *fn = declared(b->g, b->g->functions[b->self].type);
  uint32_t results = fn->count - fn->number, values[MAX_ITEMS];
  for (uint32_t i = 0; i < results; i++) {
    uint32_t type = fn->items[fn->number + i];
    values[i] = is_raw_type(type) ? raw_value(b, type) : ref_value(b, type, 2);
  }
  if (results == 0 && !one_in(b->g, 4)) emit(b->g, "  ret\n");
  else if (results == 1 && !one_in(b->g, 4)) emit(b->g, is_raw_type(fn->items[fn->number]) ? "  retr r%u\n" : "  retp p%u\n", values[0]);
  else {
    uint32_t r = b->bank[0].count + b->bank[0].next, p = b->bank[1].count + b->bank[1].next;
    for (uint32_t i = 0; i < results; i++) to_window(b, !is_raw_type(fn->items[fn->number + i]), values[i]);
    emit(b->g, "  retn r%u, p%u\n", r, p);
    fresh(b, 0, TYPE_I32), fresh(b, 1, TYPE_ANY); /* the registers that it names are there */
  }
  new_block(b);
}

static void early_return(Body *b) {
  uint32_t past = b->g->labels++;
  emit(b->g, "  jf r%u, L%u\n", raw_value(b, TYPE_BOOL), past);
  new_block(b);
  return_statement(b);
  label(b, past);
}

static void control(Body *b) {
  static void (*const makers[])(Body *) = {branch, branch, loop, loop, switch_statement, try_statement, try_statement, throw_statement, early_return};
  b->depth++;
  makers[below(b->g, b->depth > 1 ? 9 : 7)](b);
  b->depth--;
}

static void statements(Body *b, uint32_t n) {
  static void (*const makers[])(Body *) = {moves, globals, globals, conversions, fused, identity, fields, fields, fields, enums, casts, boxes, weaks,
                                           arrays, arrays, bulk, lists, lists, strings, call_function, call_function, call_closure, call_method, nop};
  for (; n && b->left; n--) {
    b->left--;
    if (b->bank[0].next > FULL || b->bank[1].next > FULL) label(b, b->g->labels++);
    if (b->depth < 3 && one_in(b->g, 5)) control(b);
    else if (one_in(b->g, 2)) simple_instruction(b);
    else makers[below(b->g, sizeof makers / sizeof makers[0])](b);
  }
}

/* -- functions -- */

static uint32_t add_local(Body *b, uint32_t type, int written) {
  int ref = !is_raw_type(type);
  GenBank *k = &b->bank[ref];
  if (written) emit(b->g, "  local %c%u: %s\n", ref ? 'p' : 'r', k->count, NAME(type));
  k->locals[k->count++] = type;
  return k->count - 1;
}

static void make_locals(Body *b) {
  const GenFunction *f = &b->g->functions[b->self];
  const GenType *fn = declared(b->g, f->type);
  if (f->closure) add_local(b, f->closure, 0);
  for (uint32_t i = 0; i < fn->number; i++) add_local(b, fn->items[i], 0);
  for (uint32_t n = 2 + below(b->g, 8); n; n--) add_local(b, random_type(b->g), 1);
  b->bank[0].free = b->bank[0].count, b->bank[1].free = b->bank[1].count;
  for (int i = 0; i < LOOPS; i++) b->counters[i] = add_local(b, TYPE_I32, 1), b->limits[i] = add_local(b, TYPE_I32, 1);
  b->errors[0] = add_local(b, TYPE_ERROR, 1);
  b->errors[1] = add_local(b, TYPE_ANY, 1);
}

static void make_function(Gen *g, uint32_t index) {
  Body b = {.g = g, .self = index, .left = index ? 20 + below(g, 20) : 60};
  const GenFunction *f = &g->functions[index];
  emit(g, "\nfn f%u: %s", index, NAME(f->type));
  if (f->closure) emit(g, " of %s", NAME(f->closure));
  emit(g, " {\n");
  if (one_in(g, 2)) emit(g, "  file \"generated\"\n  line %u:%u\n", 1 + below(g, 100), below(g, 80));
  make_locals(&b);
  while (b.left)
    if (one_in(g, 8)) statements(&b, 1);
    else try_statement(&b); /* else the first trap would end most runs */
  return_statement(&b);
  emit(g, "  temps %u, %u\n}\n", b.bank[0].most, b.bank[1].most);
}

/* -- the module -- */

static void put_list(Gen *g, const uint32_t *items, uint32_t n, const char *prefix) {
  for (uint32_t i = 0; i < n; i++) {
    emit(g, "%s", i ? ", " : "");
    if (prefix) emit(g, "%s%u: ", prefix, i);
    emit(g, "%s", NAME(items[i]));
  }
}

static void put_type(Gen *g, uint32_t i) {
  static const char *const keywords[] = {
#define TYPE_KIND(NAME, number, keyword, meaning) [number] = keyword,
#include "objects.def"
  };
  const GenType *t = &g->types[i];
  emit(g, "type T%u = %s", i + ORBC_FIRST_MODULE_TYPE, keywords[t->kind]);
  if (t->kind == KIND_FN) {
    emit(g, "(");
    put_list(g, t->items, t->number, NULL);
    emit(g, t->count > t->number ? ") -> (" : ")");
    put_list(g, t->items + t->number, t->count - t->number, NULL);
    emit(g, t->count > t->number ? ")\n" : "\n");
    return;
  }
  if (t->of && t->kind != KIND_VARIANT && t->kind != KIND_CLOSURE) {
    emit(g, "[%s]\n", NAME(t->of));
    return;
  }
  if (t->kind == KIND_VARIANT) emit(g, " %u of %s", t->number, NAME(t->of));
  if (t->kind == KIND_CLOSURE) emit(g, " f%u: %s", t->number, NAME(t->of));
  emit(g, " { ");
  put_list(g, t->items, t->count, "m");
  emit(g, " }\n");
}

int gen_module(uint64_t seed, CodeText *out) {
  Gen g = {.text = {seed, out}};
  make_types(&g);
  emit(&g, "module generated\ngrants 1\nentry f0\nexport f0\n");
  for (uint32_t i = 0; i < g.types_count; i++) put_type(&g, i);
  for (uint32_t i = 0; i < MAX_GLOBALS; i++) emit(&g, "global raw%u: %s\nglobal ref%u: %s\n", i, NAME(g.globals[0][i]), i, NAME(g.globals[1][i]));
  for (uint32_t i = 0; i < g.impls_count; i++) {
    emit(&g, "impl %s for %s {", NAME(g.impls[i].trait), NAME(g.impls[i].type));
    for (uint32_t k = 0; k < declared(&g, g.impls[i].trait)->count; k++) emit(&g, " f%u", g.impls[i].first + k);
    emit(&g, " }\n");
  }
  for (uint32_t i = 0; i < g.functions_count; i++) make_function(&g, i);
  return !out->bytes.failed;
}
