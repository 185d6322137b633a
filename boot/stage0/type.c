/* type.c -- interned types, their resolution from the tree, and their numbers in the machine. */
#include "sema.h"

#include <string.h>

#define P (c->program)

/* -- interning -- */

static uint32_t hash_type(TypeTag tag, const Decl *decl, Type *const *args, uint32_t count) {
  uintptr_t h = (uintptr_t)tag * 31 + ((uintptr_t)decl >> 4);
  for (uint32_t i = 0; i < count; i++) h = h * 1000003 ^ ((uintptr_t)args[i] >> 4);
  return (uint32_t)(h ^ h >> 12) & (TYPE_BUCKETS - 1);
}

static unsigned depth_of(const Type *t) {
  unsigned deepest = 0;
  for (uint32_t i = 0; i < t->count; i++) {
    unsigned d = depth_of(t->args[i]);
    if (d > deepest) deepest = d;
  }
  return deepest + 1;
}

Type *type_make(Compiler *c, TypeTag tag, Decl *decl, Type *const *args, uint32_t count) {
  uint32_t h = hash_type(tag, decl, args, count);
  for (Type *t = P->types[h]; t; t = t->chain)
    if (t->tag == tag && t->decl == decl && t->count == count && (!count || !memcmp(t->args, args, count * sizeof *args))) return t;
  Type *t = arena_alloc(c, sizeof *t);
  t->tag = (uint8_t)tag;
  t->decl = decl;
  t->count = count;
  t->args = arena_alloc(c, count * sizeof *args);
  if (count) memcpy(t->args, args, count * sizeof *args);
  if (depth_of(t) > FILE_LIMIT_INSTANCE_DEPTH) fail(c, P->at, "types are nested deeper than %d: does a generic use itself with ever larger arguments?", FILE_LIMIT_INSTANCE_DEPTH);
  t->chain = P->types[h];
  return P->types[h] = t;
}

Type *type_list(Compiler *c, Type *element) { return type_make(c, TY_LIST, NULL, &element, 1); }
Type *type_option(Compiler *c, Type *of) { return type_make(c, TY_ENUM, P->option, &of, 1); }

void types_init(Compiler *c) {
  static const struct { uint8_t tag; const char *name; } simple[] = {{TY_STRING, "string"}, {TY_ANY, "any"}, {TY_ERROR, "Error"}, {TY_HANDLE, "Handle"}, {TY_VOID, "void"}, {TY_NEVER, "never"}};
  Type **slots[] = {&P->string, &P->any, &P->error, &P->handle, &P->void_, &P->never};
  for (unsigned i = 0; i < 6; i++) {
    Type *t = *slots[i] = type_make(c, (TypeTag)simple[i].tag, NULL, NULL, 0);
    t->name = name_lit(c, simple[i].name);
  }
  P->string->machine = TYPE_STRING;
  P->any->machine = TYPE_ANY;
  P->error->machine = TYPE_ERROR;
  P->handle->machine = TYPE_HANDLE;
#define RAW_TYPE(NAME, number, spelling, size, classes, meaning) \
  P->raw[number] = arena_alloc(c, sizeof(Type));                  \
  P->raw[number]->raw = number;                                   \
  P->raw[number]->machine = number;                               \
  P->raw[number]->name = name_lit(c, spelling);
#include "objects.def"
}

/* -- text -- */

static void put_types(Compiler *c, Text *s, Type *const *types, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) add_text(c, s, "%s%s", i ? ", " : "", type_text(c, types[i]));
}

enum { MOST_TYPE_TEXT = 16384 }; /* (T, T) of (T, T) of ... doubles with each step */

const char *type_text(Compiler *c, Type *t) {
  if (t->name) return t->name->text;
  Text s = {0};
  switch (t->tag) {
  case TY_LIST: add_text(c, &s, "[%s]", type_text(c, t->args[0])); break;
  case TY_ARRAY: add_text(c, &s, "Array[%s]", type_text(c, t->args[0])); break;
  case TY_WEAK: add_text(c, &s, "Weak[%s]", type_text(c, t->args[0])); break;
  case TY_TUPLE:
    add_text(c, &s, "(");
    put_types(c, &s, t->args, t->count);
    add_text(c, &s, ")");
    break;
  case TY_FN:
    add_text(c, &s, "fn(");
    put_types(c, &s, t->args, t->count - 1);
    add_text(c, &s, ")");
    if (t->args[t->count - 1] != P->void_) add_text(c, &s, " -> %s", type_text(c, t->args[t->count - 1]));
    break;
  default:
    if (t->decl == P->option && t->count) {
      add_text(c, &s, "%s?", type_text(c, t->args[0]));
      break;
    }
    add_text(c, &s, "%s", t->decl->name->text);
    if (!t->count) break;
    add_text(c, &s, "[");
    put_types(c, &s, t->args, t->count);
    add_text(c, &s, "]");
  }
  if (s.length > MOST_TYPE_TEXT) fail(c, P->at, "this type takes more than %d bytes to write; does a generic use itself with ever larger arguments?", MOST_TYPE_TEXT);
  t->name = name_of(c, s.bytes, s.length);
  return t->name->text;
}

/* -- resolution -- */

int env_find(const Env *env, const Name *name) {
  for (uint32_t i = 0; env && i < env->count; i++)
    if (env->names[i] == name) return (int)i;
  return -1;
}

static Type *builtin_type(Compiler *c, const Name *n) {
  for (unsigned i = TYPE_FIRST_RAW; i <= TYPE_LAST_RAW; i++)
    if (P->raw[i]->name == n) return P->raw[i];
  Type *simple[] = {P->string, P->any, P->error, P->handle, P->void_, P->never};
  for (unsigned i = 0; i < 6; i++)
    if (simple[i]->name == n) return simple[i];
  return NULL;
}

static Place place_of(Module *m, const Node *n) { return (Place){m, n->line, n->column}; }

static Decl *type_decl(Compiler *c, Module *m, const Node *n) {
  Decl *d;
  if (n->a) {
    Decl *q = scope_find(c, m, n->a->name);
    if (!q || q->kind != D_MODULE) fail(c, place_of(m, n), "'%s' is not an imported module", n->a->name->text);
    d = module_export(c, m, q->module, n->name, place_of(m, n));
  } else d = scope_find(c, m, n->name);
  if (!d) fail(c, place_of(m, n), "there is no type '%s'", n->name->text);
  if (d->kind != D_STRUCT && d->kind != D_ENUM) fail(c, place_of(m, n), "'%s' is not a type", n->name->text);
  return d;
}

static Type *resolve_many(Compiler *c, Module *m, const Node *n, const Env *env, TypeTag tag, Decl *decl, Node *last) {
  Type *args[64];
  if (n->count > 60) fail(c, place_of(m, n), "too many types");
  uint32_t count = 0;
  for (uint32_t i = 0; i < n->count; i++)
    if (!(args[count++] = type_resolve(c, m, n->list[i], env))) return NULL;
  if (tag == TY_FN && !(args[count++] = last ? type_resolve(c, m, last, env) : P->void_)) return NULL;
  return type_make(c, tag, decl, args, count);
}

static Type *resolve_name(Compiler *c, Module *m, const Node *n, const Env *env) {
  if (!n->a && !n->count) {
    int g = env_find(env, n->name);
    if (g >= 0) return env->types[g];
    if (env && env->self && !strcmp(n->name->text, "Self")) return env->self;
    Type *t = builtin_type(c, n->name);
    if (t && !scope_find_in(m, n->name)) return t;
  }
  if (!n->a && n->count == 1 && !strcmp(n->name->text, "Array")) return resolve_many(c, m, n, env, TY_ARRAY, NULL, NULL);
  if (!n->a && n->count == 1 && !strcmp(n->name->text, "Weak")) return resolve_many(c, m, n, env, TY_WEAK, NULL, NULL);
  Decl *d = type_decl(c, m, n);
  if (d->node->generics_count != n->count)
    fail(c, place_of(m, n), "'%s' takes %u type arguments, not %u", n->name->text, d->node->generics_count, n->count);
  return resolve_many(c, m, n, env, d->kind == D_STRUCT ? TY_STRUCT : TY_ENUM, d, NULL);
}

Type *type_resolve(Compiler *c, Module *m, const Node *n, const Env *env) {
  Type *t;
  switch (n->kind) {
  case N_TYPE_NAME: return resolve_name(c, m, n, env);
  case N_TYPE_LIST: return (t = type_resolve(c, m, n->a, env)) ? type_list(c, t) : NULL;
  case N_TYPE_OPTION: return (t = type_resolve(c, m, n->a, env)) ? type_option(c, t) : NULL;
  case N_TYPE_TUPLE: return resolve_many(c, m, n, env, TY_TUPLE, NULL, NULL);
  case N_TYPE_FN: return resolve_many(c, m, n, env, TY_FN, NULL, n->a);
  default: fail(c, place_of(m, n), "a type expected");
  }
}

static int unify_many(Compiler *c, Module *m, const Node *n, Env *env, Type *t) {
  for (uint32_t i = 0; i < n->count; i++)
    if (!type_unify(c, m, n->list[i], env, t->args[i])) return 0;
  return 1;
}

int type_unify(Compiler *c, Module *m, const Node *n, Env *env, Type *t) {
  int g = n->kind == N_TYPE_NAME && !n->a && !n->count ? env_find(env, n->name) : -1;
  if (g >= 0) {
    if (!env->types[g]) env->types[g] = t;
    return env->types[g] == t;
  }
  switch (n->kind) {
  case N_TYPE_LIST: return t->tag == TY_LIST && type_unify(c, m, n->a, env, t->args[0]);
  case N_TYPE_OPTION: return type_is_option(c, t) && type_unify(c, m, n->a, env, t->args[0]);
  case N_TYPE_TUPLE: return t->tag == TY_TUPLE && t->count == n->count && unify_many(c, m, n, env, t);
  case N_TYPE_FN:
    if (t->tag != TY_FN || t->count != n->count + 1 || !unify_many(c, m, n, env, t)) return 0;
    return n->a ? type_unify(c, m, n->a, env, t->args[n->count]) : t->args[n->count] == P->void_;
  default: break;
  }
  if (!n->count) return type_resolve(c, m, n, env) == t;
  if (t->tag == TY_ARRAY || t->tag == TY_WEAK) return n->count == 1 && !strcmp(n->name->text, t->tag == TY_ARRAY ? "Array" : "Weak") && unify_many(c, m, n, env, t);
  if (t->tag != TY_STRUCT && t->tag != TY_ENUM) return 0;
  if (!strcmp(n->name->text, "Array") || !strcmp(n->name->text, "Weak")) return 0;
  return type_decl(c, m, n) == t->decl && t->count == n->count && unify_many(c, m, n, env, t);
}

/* -- fields and variants -- */

static Env env_of(const Type *t) { return (Env){t->decl->node->generics, t->args, t->count, NULL}; }

static Field *resolve_fields(Compiler *c, const Decl *d, const Node *n, const Env *env) {
  Field *fields = arena_alloc(c, n->count * sizeof *fields);
  for (uint32_t i = 0; i < n->count; i++) {
    fields[i].name = n->list[i]->name ? n->list[i]->name : name_format(c, "%u", i);
    fields[i].type = type_resolve(c, d->module, n->list[i]->a, env);
    if (fields[i].type == P->void_) fail(c, place_of(d->module, n->list[i]), "a field cannot be void");
  }
  return fields;
}

void type_complete(Compiler *c, Type *t) {
  if (t->completed) return;
  t->completed = 1;
  if (t->tag == TY_TUPLE) {
    t->fields_count = t->count;
    t->fields = arena_alloc(c, t->count * sizeof *t->fields);
    for (uint32_t i = 0; i < t->count; i++) t->fields[i] = (Field){name_format(c, "%u", i), t->args[i]};
  }
  if (t->tag != TY_STRUCT && t->tag != TY_ENUM) return;
  Env env = env_of(t);
  Node *n = t->decl->node;
  if (t->tag == TY_STRUCT) {
    t->fields_count = n->count;
    t->fields = resolve_fields(c, t->decl, n, &env);
    return;
  }
  t->variants_count = n->count;
  t->variants = arena_alloc(c, n->count * sizeof *t->variants);
  for (uint32_t i = 0; i < n->count; i++)
    t->variants[i] = (Variant){n->list[i]->name, resolve_fields(c, t->decl, n->list[i], &env), n->list[i]->count, 0, n->list[i]->flags & F_NAMED};
}

/* -- representation -- */

int type_is_option(Compiler *c, const Type *t) { return t->tag == TY_ENUM && t->decl == P->option; }

int type_is_plain_enum(Compiler *c, Type *t) {
  if (t->tag != TY_ENUM) return 0;
  const Node *n = t->decl->node;
  for (uint32_t i = 0; i < n->count; i++)
    if (n->list[i]->count) return 0;
  return 1;
}

int type_is_raw(Compiler *c, Type *t) { return t->tag == TY_RAW || type_is_plain_enum(c, t); }

int type_is_nullable(Compiler *c, Type *t) { return type_is_option(c, t) && !type_is_raw(c, t->args[0]) && !type_is_option(c, t->args[0]) && t->args[0]->tag != TY_VOID; }

uint32_t raw_number(Compiler *c, Type *t) { return t->tag == TY_RAW ? t->raw : TYPE_I32; }

uint32_t string_index(Compiler *c, Name *text) {
  if (!text->length) return 0;
  for (size_t i = P->strings.count; i-- > 1;) /* recent ones are likeliest */
    if (VEC_AT(&P->strings, Name *, i) == text) return (uint32_t)i;
  VEC_PUSH(c, &P->strings, Name *, text);
  return (uint32_t)P->strings.count - 1;
}

uint32_t machine_row(Compiler *c, uint32_t kind, Name *name) {
  if (P->machine.count >= FILE_LIMIT_TYPES - ORBC_FIRST_MODULE_TYPE) fail(c, (Place){0}, "the program has too many types");
  MachineType *row = vec_push(c, &P->machine, sizeof *row);
  row->kind = kind;
  row->name = name;
  return (uint32_t)P->machine.count - 1 + ORBC_FIRST_MODULE_TYPE;
}

#define ROW(number) (&VEC_AT(&P->machine, MachineType, (number)-ORBC_FIRST_MODULE_TYPE))

static void add_item(Compiler *c, uint32_t row, Name *name, uint32_t type) {
  uint32_t index = name ? string_index(c, name) : 0;
  VEC_PUSH(c, &ROW(row)->items, OrbcItem, ((OrbcItem){index, type}));
}

static void add_fields(Compiler *c, uint32_t row, const Field *fields, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) add_item(c, row, fields[i].name, type_machine(c, fields[i].type));
}

static void machine_enum(Compiler *c, Type *t) {
  t->machine = machine_row(c, KIND_ENUM, name_lit(c, type_text(c, t)));
  for (uint32_t i = 0; i < t->variants_count; i++) {
    Variant *v = &t->variants[i];
    v->machine = machine_row(c, KIND_VARIANT, name_format(c, "%s.%s", type_text(c, t), v->name->text));
    ROW(v->machine)->of = t->machine;
    ROW(v->machine)->number = i;
    add_item(c, t->machine, v->name, v->machine);
  }
  for (uint32_t i = 0; i < t->variants_count; i++) add_fields(c, t->variants[i].machine, t->variants[i].fields, t->variants[i].count);
}

static uint32_t machine_fn(Compiler *c, Type *t) {
  uint32_t types[64], count = 0;
  for (uint32_t i = 0; i < t->count; i++)
    if (i + 1 < t->count || (t->args[i] != P->void_ && t->args[i] != P->never)) types[count++] = type_machine(c, t->args[i]);
  uint32_t row = machine_row(c, KIND_FN, name_lit(c, type_text(c, t)));
  ROW(row)->number = t->count - 1;
  for (uint32_t i = 0; i < count; i++) add_item(c, row, NULL, types[i]);
  return row;
}

/* Two types may have one representation; structural machine types must be unique, so those are found by what they are made of. */
static uint32_t machine_structural(Compiler *c, uint32_t kind, uint32_t of, Name *name) {
  for (size_t i = 0; i < P->machine.count; i++) {
    const MachineType *row = &VEC_AT(&P->machine, MachineType, i);
    if (row->kind == kind && row->of == of) return (uint32_t)i + ORBC_FIRST_MODULE_TYPE;
  }
  uint32_t row = machine_row(c, kind, name);
  ROW(row)->of = of;
  return row;
}

static uint32_t find_fn(Compiler *c, uint32_t made) {
  const MachineType *want = ROW(made);
  for (size_t i = 0; i + 1 < P->machine.count; i++) {
    const MachineType *row = &VEC_AT(&P->machine, MachineType, i);
    if (row->kind != KIND_FN || row->number != want->number || row->items.count != want->items.count) continue;
    size_t k = 0;
    while (k < row->items.count && VEC_AT(&row->items, OrbcItem, k).type == VEC_AT(&want->items, OrbcItem, k).type) k++;
    if (k < row->items.count) continue;
    P->machine.count--; /* the one just made is not needed */
    return (uint32_t)i + ORBC_FIRST_MODULE_TYPE;
  }
  return made;
}

enum { MOST_STRUCTS_DEEP = 2000 };

uint32_t type_machine(Compiler *c, Type *t) {
  if (t->machine) return t->machine;
  type_complete(c, t);
  if (type_is_plain_enum(c, t)) return t->machine = TYPE_I32;
  if (type_is_nullable(c, t)) return t->machine = type_machine(c, t->args[0]);
  uint32_t of;
  switch (t->tag) {
  case TY_LIST: of = type_machine(c, t->args[0]); return t->machine = machine_structural(c, KIND_LIST, of, name_lit(c, type_text(c, t)));
  case TY_WEAK: of = type_machine(c, t->args[0]); return t->machine = machine_structural(c, KIND_WEAK, of, name_lit(c, type_text(c, t)));
  case TY_ARRAY:
    of = type_machine(c, t->args[0]);
    if (of == TYPE_U8) return t->machine = TYPE_BYTES;
    if (of == TYPE_I64) return t->machine = TYPE_LONGS;
    return t->machine = machine_structural(c, KIND_ARRAY, of, name_lit(c, type_text(c, t)));
  case TY_FN: of = machine_fn(c, t); return t->machine = find_fn(c, of);
  case TY_ENUM: machine_enum(c, t); return t->machine;
  default: break;
  }
  t->machine = machine_row(c, KIND_STRUCT, name_lit(c, type_text(c, t)));
  if (++P->type_depth > MOST_STRUCTS_DEEP) fail(c, P->at, "structs are nested deeper than %d", MOST_STRUCTS_DEEP);
  add_fields(c, t->machine, t->fields, t->fields_count);
  P->type_depth--;
  return t->machine;
}

uint32_t type_cell(Compiler *c, Type *t) {
  if (t->cell) return t->cell;
  uint32_t of = type_machine(c, t);
  t->cell = machine_row(c, KIND_STRUCT, name_format(c, "cell of %s", type_text(c, t)));
  add_item(c, t->cell, name_lit(c, "value"), of);
  return t->cell;
}

uint32_t type_box(Compiler *c, Type *t) {
  if (t->box) return t->box;
  t->box = machine_row(c, KIND_BOX, name_lit(c, type_text(c, t)));
  ROW(t->box)->of = raw_number(c, t);
  return t->box;
}
