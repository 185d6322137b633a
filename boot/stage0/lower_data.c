/* lower_data.c -- options, fields, literals of collections and structs, indexing. */
#include "lower.h"

#include <string.h>

/* -- options and variants -- */

int lower_find_variant(Fn *f, Type *t, Name *name) {
  type_complete(f->c, t);
  if (name->variant < t->variants_count && t->variants[name->variant].name == name) return (int)name->variant;
  for (uint32_t i = 0; i < t->variants_count; i++)
    if (t->variants[i].name == name) return (int)(name->variant = i);
  return -1;
}

Val lower_none(Fn *f, Type *t, int dest) {
  type_complete(f->c, t);
  uint32_t machine = type_machine(f->c, t);
  int to = lower_target(f, t, dest);
  if (type_is_nullable(f->c, t)) emit(&f->e, OP_LDNULL, to, (int)machine, 0);
  else emit(&f->e, OP_NEW, to, 0, (int)t->variants[1].machine);
  return (Val){t, to};
}

Val lower_some(Fn *f, Type *t, Val v, int dest) {
  type_complete(f->c, t);
  type_machine(f->c, t);
  if (type_is_nullable(f->c, t)) return lower_put(f, (Val){t, v.reg}, dest);
  int object = emit_temp(&f->e, 0);
  emit(&f->e, OP_NEW, object, 0, (int)t->variants[0].machine);
  emit(&f->e, lower_is_raw(f, v.type) ? OP_SETF : OP_SETFP, object, v.reg, 0);
  return lower_put(f, (Val){t, object}, dest);
}

Val lower_make_variant(Fn *f, Node *at, Type *t, uint32_t variant, Node **args, uint32_t count, int dest) {
  type_complete(f->c, t);
  uint32_t machine = type_machine(f->c, t);
  (void)machine;
  Variant *v = &t->variants[variant];
  if (count != v->count) fail(f->c, node_place(f, at), "%s.%s has %u values, not %u", t->decl->name->text, v->name->text, v->count, count);
  mark_place(f, at);
  if (type_is_plain_enum(f->c, t)) return lower_int(f, t, variant, dest);
  if (type_is_option(f->c, t)) return variant ? lower_none(f, t, dest) : lower_some(f, t, lower(f, args[0], t->args[0], REG_NONE), dest);
  Val values[32];
  if (count > 32) fail(f->c, node_place(f, at), "too many values");
  for (uint32_t i = 0; i < count; i++) {
    values[i] = lower(f, args[i], v->fields[i].type, REG_NONE);
    for (uint32_t k = i + 1; k < count; k++)
      if (lower_splits(f, args[k]) && lower_is_temp(values[i].reg)) values[i] = lower_hide(f, values[i]);
  }
  int object = emit_temp(&f->e, 0);
  emit(&f->e, OP_NEW, object, 0, (int)v->machine);
  for (uint32_t i = 0; i < count; i++) emit(&f->e, lower_is_raw(f, values[i].type) ? OP_SETF : OP_SETFP, object, values[i].reg, (int)i);
  return lower_put(f, (Val){t, object}, dest);
}

void lower_jump_variant(Fn *f, Val v, uint32_t variant, int sense, Label *to) {
  if (type_is_nullable(f->c, v.type)) {
    emit_jump(&f->e, (variant == 0) == (sense != 0) ? OP_JNNULL : OP_JNULL, v.reg, to);
    return;
  }
  int tag = v.reg;
  if (!lower_is_raw(f, v.type)) emit(&f->e, OP_TAG, tag = emit_temp(&f->e, 1), v.reg, 0);
  int want = emit_temp(&f->e, 1), test = emit_temp(&f->e, 1);
  emit(&f->e, OP_LDI, want, (int)variant, TYPE_I32);
  emit(&f->e, OP_EQ_I, test, tag, want);
  emit_jump(&f->e, sense ? OP_JT : OP_JF, test, to);
}

Val lower_payload(Fn *f, Node *at, Val v, uint32_t variant, uint32_t field, int dest) {
  type_complete(f->c, v.type);
  Type *t = v.type->variants[variant].fields[field].type;
  if (type_is_nullable(f->c, v.type)) return lower_put(f, (Val){t, v.reg}, dest);
  type_machine(f->c, v.type);
  int object = emit_temp(&f->e, 0);
  emit(&f->e, OP_AS_VARIANT, object, v.reg, (int)v.type->variants[variant].machine);
  return lower_field(f, at, (Val){v.type, object}, field, t, dest);
}

/* -- fields -- */

Val lower_field(Fn *f, Node *at, Val object, uint32_t field, Type *type, int dest) {
  int to = lower_target(f, type, dest);
  if (at) mark_place(f, at);
  emit(&f->e, lower_is_raw(f, type) ? OP_GETF : OP_GETFP, to, object.reg, (int)field);
  return (Val){type, to};
}

/* Fields of Error, in the order of table ERROR_FIELD. */
static Type *error_field(Fn *f, const Name *name, uint32_t *index) {
  Program0 *p = PROGRAM(f);
  Type *error = p->error, *i64 = p->raw[TYPE_I64];
  struct { const char *name; Type *type; } fields[] = {{"message", p->string}, {"trace", type_make(f->c, TY_ARRAY, NULL, &i64, 1)}, {"cause", type_option(f->c, error)},
      {"payload", p->any}, {"kind", p->error_kind ? type_make(f->c, TY_ENUM, p->error_kind, NULL, 0) : p->raw[TYPE_I32]}};
  for (uint32_t i = 0; i < 5; i++)
    if (!strcmp(fields[i].name, name->text)) return *index = i, fields[i].type;
  return NULL;
}

static Type *find_field(Fn *f, Type *t, const Name *name, uint32_t *index) {
  if (t->tag == TY_ERROR) return error_field(f, name, index);
  type_complete(f->c, t);
  for (uint32_t i = 0; i < t->fields_count; i++)
    if (t->fields[i].name == name) return *index = i, t->fields[i].type;
  return NULL;
}

void lower_check_private(Fn *f, Node *n, const Decl *of) {
  if (n->name->text[0] == '_' && of && of->module != f->m && f->m != PROGRAM(f)->core)
    fail(f->c, node_place(f, n), "'%s' is private to module '%s'", n->name->text, of->module->name->text);
}

/* Enum.Variant, module.name: names joined by a dot that are not a field of a value. */
static int lower_path(Fn *f, Node *n, Type *want, int dest, Val *v) {
  Type *t = lower_type_of_node(f, n->a);
  if (t && t->tag == TY_ENUM) {
    int variant = lower_find_variant(f, t, n->name);
    if (variant < 0) fail(f->c, node_place(f, n), "%s has no variant '%s'", t->decl->name->text, n->name->text);
    *v = lower_make_variant(f, n, t, (uint32_t)variant, NULL, 0, dest);
    return 1;
  }
  if (n->a->kind != N_NAME || lower_find_var(f, n->a->name)) return 0;
  Decl *d = scope_find(f->c, f->m, n->a->name);
  if (d && d->kind == D_ENUM && want && want->decl == d) { /* a generic enum: its arguments come from what is wanted */
    int variant = lower_find_variant(f, want, n->name);
    if (variant < 0) fail(f->c, node_place(f, n), "%s has no variant '%s'", d->name->text, n->name->text);
    *v = lower_make_variant(f, n, want, (uint32_t)variant, NULL, 0, dest);
    return 1;
  }
  if (d && d->kind == D_ENUM) fail(f->c, node_place(f, n), "the type arguments of '%s' cannot be told from here; annotate the variable", d->name->text);
  if (!d || d->kind != D_MODULE) return 0;
  Decl *e = module_export(f->c, f->m, d->module, n->name, node_place(f, n));
  switch (e->kind) {
  case D_CONST: *v = lower_constant(f, n, e, want, dest); return 1;
  case D_GLOBAL: *v = lower_global(f, n, e, dest); return 1;
  case D_FN: *v = lower_function_value(f, n, e, NULL, want, dest); return 1;
  default: fail(f->c, node_place(f, n), "'%s' is not a value", n->name->text);
  }
}

Val lower_field_access(Fn *f, Node *n, Type *want, int dest) {
  Val v;
  if ((n->a->kind == N_NAME || n->a->kind == N_INDEX || n->a->kind == N_FIELD) && lower_path(f, n, want, dest, &v)) return v;
  unsigned raw_mark = f->e.raw_temp, ref_mark = f->e.ref_temp;
  v = lower(f, n->a, NULL, REG_NONE);
  uint32_t index;
  Type *t = v.type->tag == TY_STRUCT || v.type->tag == TY_TUPLE || v.type->tag == TY_ERROR ? find_field(f, v.type, n->name, &index) : NULL;
  if (!t) fail(f->c, node_place(f, n), "%s has no field '%s'", type_text(f->c, v.type), n->name->text);
  lower_check_private(f, n, v.type->decl);
  if (dest == REG_NONE) f->e.raw_temp = raw_mark, f->e.ref_temp = ref_mark;
  return lower_field(f, n, v, index, t, dest);
}

/* a?.name: none when a is. */
Val lower_optional_field(Fn *f, Node *n, int dest) {
  Val o = lower_hide(f, lower(f, n->a, NULL, REG_NONE));
  if (!type_is_option(f->c, o.type)) fail(f->c, node_place(f, n), "'?.' needs an option, not %s", type_text(f->c, o.type));
  Label no, end;
  label_open(&no);
  label_open(&end);
  lower_jump_variant(f, o, 0, 0, &no);
  Val object = lower_payload(f, n, o, 0, 0, REG_NONE);
  uint32_t index;
  Type *t = object.type->tag == TY_STRUCT || object.type->tag == TY_TUPLE ? find_field(f, object.type, n->name, &index) : NULL;
  if (!t) fail(f->c, node_place(f, n), "%s has no field '%s'", type_text(f->c, object.type), n->name->text);
  Type *result_type = type_is_option(f->c, t) ? t : type_option(f->c, t);
  int result = lower_hidden(f, result_type);
  Val v = lower_field(f, n, object, index, t, REG_NONE);
  if (t == result_type) lower_put(f, v, result);
  else lower_some(f, result_type, v, result);
  emit_jump(&f->e, OP_JMP, 0, &end);
  label_place(&f->e, &no);
  lower_none(f, result_type, result);
  label_place(&f->e, &end);
  return lower_put(f, (Val){result_type, result}, dest);
}

/* -- literals of collections and structs -- */

static int is_no_number(const Node *n) { return n->kind == N_CHAR || n->kind == N_STRING || n->kind == N_BYTES || n->kind == N_LIST || n->kind == N_TUPLE; }

/* The element that tells the type of the others: the first one that has a type of its own, else the first literal.  What is passed over has no effects, so that the
 * order of evaluation does not show. */
static uint32_t type_teller(Fn *f, const Node *n) {
  uint32_t literal = n->count;
  for (uint32_t i = 0; i < n->count; i++) {
    if (lower_is_untyped(f, n->list[i])) continue;
    if (!lower_is_literal(n->list[i])) return literal < n->count && is_no_number(n->list[i]) ? literal : i;
    if (literal == n->count || (lower_has_float(n->list[i]) && !lower_has_float(n->list[literal]))) literal = i;
  }
  return literal < n->count ? literal : 0;
}

Val lower_list(Fn *f, Node *n, Type *want, int dest) {
  Program0 *p = PROGRAM(f);
  Type *element = want && want->tag == TY_LIST ? want->args[0] : NULL;
  if (!n->count && !element) fail(f->c, node_place(f, n), "the type of this empty list cannot be told from here; annotate the variable");
  Val list = {want, REG_NONE};
  int splits_later = lower_any_splits(f, n->list, n->count);
  Val teller = {0};
  uint32_t told_by = 0;
  if (!element) {
    told_by = type_teller(f, n);
    if (lower_is_literal(n->list[told_by])) element = lower_literal_type(f, n->list, n->count);
    else {
      teller = lower_hide(f, lower(f, n->list[told_by], NULL, REG_NONE));
      element = teller.type;
    }
  }
  list.type = type_list(f->c, element);
  list.reg = splits_later ? lower_hidden(f, list.type) : emit_temp(&f->e, 0);
  mark_place(f, n);
  unsigned raw_mark = f->e.raw_temp, ref_mark = f->e.ref_temp;
  Val count = lower_int(f, p->raw[TYPE_I32], n->count, REG_NONE);
  emit(&f->e, OP_NEW_LIST, list.reg, count.reg, (int)type_machine(f->c, list.type));
  for (uint32_t i = 0; i < n->count; i++) {
    f->e.raw_temp = raw_mark;
    f->e.ref_temp = ref_mark;
    Val v = i == told_by && teller.type ? teller : lower(f, n->list[i], element, REG_NONE);
    int had_room = emit_temp(&f->e, 1);
    emit(&f->e, lower_is_raw(f, element) ? OP_LPUSH : OP_LPUSHP, had_room, list.reg, v.reg);
  }
  f->e.raw_temp = raw_mark;
  f->e.ref_temp = ref_mark;
  return lower_put(f, list, dest);
}

Val lower_tuple(Fn *f, Node *n, Type *want, int dest) {
  Type *types[64];
  Val values[64];
  if (n->count > 60) fail(f->c, node_place(f, n), "too many values in a tuple");
  for (uint32_t i = 0; i < n->count; i++) {
    values[i] = lower(f, n->list[i], want && want->tag == TY_TUPLE && want->count == n->count ? want->args[i] : NULL, REG_NONE);
    types[i] = values[i].type;
    for (uint32_t k = i + 1; k < n->count; k++)
      if (lower_splits(f, n->list[k]) && lower_is_temp(values[i].reg)) values[i] = lower_hide(f, values[i]);
  }
  Type *t = type_make(f->c, TY_TUPLE, NULL, types, n->count);
  int object = emit_temp(&f->e, 0);
  mark_place(f, n);
  emit(&f->e, OP_NEW, object, 0, (int)type_machine(f->c, t));
  for (uint32_t i = 0; i < n->count; i++) emit(&f->e, lower_is_raw(f, types[i]) ? OP_SETF : OP_SETFP, object, values[i].reg, (int)i);
  return lower_put(f, (Val){t, object}, dest);
}

static Node *named_value(const Node *n, const Name *name) {
  for (uint32_t i = 0; i < n->count; i++)
    if (n->list[i]->name == name) return n->list[i]->a;
  return NULL;
}

static void check_struct_fields(Fn *f, Node *n, Decl *d, const Node *declared) {
  for (uint32_t i = 0; i < n->count; i++) {
    uint32_t k = 0;
    while (k < declared->count && declared->list[k]->name != n->list[i]->name) k++;
    if (k == declared->count) fail(f->c, node_place(f, n->list[i]), "%s has no field '%s'", d->name->text, n->list[i]->name->text);
    lower_check_private(f, n->list[i], d);
    for (uint32_t j = 0; j < i; j++)
      if (n->list[j]->name == n->list[i]->name) fail(f->c, node_place(f, n->list[i]), "'%s' is given twice", n->list[i]->name->text);
  }
}

/* The generic arguments of Name{...} or Name.Variant{...}, from what is wanted or from the values. */
static Decl *literal_decl(Fn *f, Node *path, const Name **variant) {
  *variant = NULL;
  if (path->kind == N_INDEX) return literal_decl(f, path->a, variant);
  if (path->kind == N_NAME) return scope_find(f->c, f->m, path->name);
  Decl *d = path->a->kind == N_NAME ? scope_find(f->c, f->m, path->a->name) : NULL;
  if (d && d->kind == D_MODULE) return module_export(f->c, f->m, d->module, path->name, node_place(f, path));
  *variant = path->name;
  return path->a->kind == N_NAME || path->a->kind == N_INDEX ? literal_decl(f, path->a, &(const Name *){NULL}) : d;
}

Val lower_struct(Fn *f, Node *n, Type *want, int dest) {
  const Name *variant_name;
  Type *t = lower_type_of_node(f, n->a);
  Decl *d = literal_decl(f, n->a, &variant_name);
  if (t && t->decl) d = t->decl;
  if (!d || (d->kind != D_STRUCT && d->kind != D_ENUM)) fail(f->c, node_place(f, n->a), "this is not a struct");
  if (!t && variant_name && n->a->a) t = lower_type_of_node(f, n->a->a);
  const Node *declared = d->node;
  uint32_t variant = 0;
  if (d->kind == D_ENUM) {
    while (variant < d->node->count && d->node->list[variant]->name != variant_name) variant++;
    if (!variant_name || variant == d->node->count) fail(f->c, node_place(f, n->a), "%s has no variant '%s'", d->name->text, variant_name ? variant_name->text : n->a->name ? n->a->name->text : "");
    declared = d->node->list[variant];
  }
  check_struct_fields(f, n, d, declared);
  if (!t && want && want->decl == d) t = want;
  Env env = {d->node->generics, arena_alloc(f->c, d->node->generics_count * sizeof(Type *)), d->node->generics_count, NULL};
  if (t) env.types = t->args;
  Val *values = arena_alloc(f->c, declared->count * sizeof *values);
  int later = 0;
  for (uint32_t i = 0; i < declared->count; i++) {
    Node *value = named_value(n, declared->list[i]->name), *other = declared->list[i]->b;
    later |= value ? lower_splits(f, value) : other && lower_splits_elsewhere(f, d->module, other);
  }
  for (uint32_t i = 0; i < declared->count; i++) {
    Node *param = declared->list[i], *value = named_value(n, param->name);
    Type *field = type_resolve(f->c, d->module, param->a, &env);
    if (!value && !param->b) fail(f->c, node_place(f, n), "field '%s' of %s is missing", param->name->text, d->name->text);
    values[i] = value ? lower(f, value, field, REG_NONE) : lower_elsewhere(f, d->module, &env, param->b, field, REG_NONE);
    if (!field && !type_unify(f->c, d->module, param->a, &env, values[i].type))
      fail(f->c, node_place(f, n), "%s does not fit field '%s'", type_text(f->c, values[i].type), param->name->text);
    if (later && lower_is_temp(values[i].reg)) values[i] = lower_hide(f, values[i]);
  }
  for (uint32_t i = 0; !t && i < env.count; i++)
    if (!env.types[i]) fail(f->c, node_place(f, n), "the type argument '%s' cannot be told from here", env.names[i]->text);
  if (!t) t = type_make(f->c, d->kind == D_STRUCT ? TY_STRUCT : TY_ENUM, d, env.types, env.count);
  type_complete(f->c, t);
  uint32_t machine = type_machine(f->c, t);
  if (d->kind == D_ENUM) machine = t->variants[variant].machine;
  int object = emit_temp(&f->e, 0);
  mark_place(f, n);
  emit(&f->e, OP_NEW, object, 0, (int)machine);
  for (uint32_t i = 0; i < declared->count; i++) emit(&f->e, lower_is_raw(f, values[i].type) ? OP_SETF : OP_SETFP, object, values[i].reg, (int)i);
  return lower_put(f, (Val){t, object}, dest);
}

/* {k: v, ...}, {a, b}, {}: made through the prelude's Map and Set. */
Val lower_collection(Fn *f, Node *n, Type *want, int dest) {
  Program0 *p = PROGRAM(f);
  int is_map = n->kind == N_MAP || (n->kind == N_BRACES && want && want->decl == p->map);
  Decl *d = is_map ? p->map : p->set;
  Type *t = want && want->tag == TY_STRUCT && (want->decl == p->map || want->decl == p->set) ? want : NULL;
  if (!d || (!t && n->kind == N_BRACES)) fail(f->c, node_place(f, n), "the type of '{}' cannot be told from here; annotate the variable");
  Val key = {0}, value = {0};
  if (!t) {
    Type *args[2];
    key = lower_hide(f, lower(f, is_map ? n->list[0]->a : n->list[0], NULL, REG_NONE));
    if (is_map) value = lower_hide(f, lower(f, n->list[0]->b, NULL, REG_NONE));
    args[0] = key.type;
    args[1] = value.type;
    t = type_make(f->c, TY_STRUCT, d, args, is_map ? 2 : 1);
  }
  Node callee = {.kind = N_FIELD, .line = n->line, .column = n->column, .name = name_lit(f->c, "new")};
  Env env = {d->node->generics, t->args, t->count, t};
  Node *fn = NULL;
  Impl *impl = NULL;
  for (size_t i = 0; !fn && i < d->impls.count; i++) {
    impl = VEC_AT(&d->impls, Impl *, i);
    for (uint32_t k = 0; k < impl->node->count; k++)
      if (impl->node->list[k]->name == callee.name) fn = impl->node->list[k];
  }
  if (!fn) fail(f->c, node_place(f, n), "the prelude lacks %s.new", d->name->text);
  env.names = impl->generics;
  Instance *make = lower_instance(f->c, impl->module, fn, &env, node_place(f, n));
  int rt = emit_temp(&f->e, 1), pt = emit_temp(&f->e, 0);
  emit(&f->e, OP_CALL, rt, pt, (int)make->index);
  Val object = lower_hide(f, (Val){t, pt});
  for (uint32_t i = 0; i < n->count; i++) {
    Node *k = is_map ? n->list[i]->a : n->list[i];
    if (i || !key.type) {
      key = lower(f, k, t->args[0], REG_NONE);
      if (is_map && lower_splits(f, n->list[i]->b)) key = lower_hide(f, key);
      if (is_map) value = lower(f, n->list[i]->b, t->args[1], REG_NONE);
    }
    Val args[3] = {object, key, value};
    lower_method(f, n, "insert", args, is_map ? 3 : 2, REG_NONE);
  }
  return lower_put(f, object, dest);
}

/* -- indexing -- */

static Val lower_slice(Fn *f, Node *n, Val object, int dest) {
  Program0 *p = PROGRAM(f);
  Node *range = n->list[0];
  Type *i32 = p->raw[TYPE_I32];
  int is_string = object.type == p->string;
  if (!is_string && object.type->tag != TY_LIST) fail(f->c, node_place(f, n), "%s cannot be sliced", type_text(f->c, object.type));
  if (range->c) fail(f->c, node_place(f, n), "a slice has no step");
  object = lower_hide(f, object);
  Val from = range->a ? lower_hide(f, lower(f, range->a, i32, REG_NONE)) : lower_hide(f, lower_int(f, i32, 0, REG_NONE));
  Val to;
  if (range->b) {
    to = lower(f, range->b, i32, REG_NONE);
    if (range->flags & F_INCLUSIVE) {
      int one = emit_temp(&f->e, 1);
      emit(&f->e, OP_ADDI_I32, one, to.reg, 1);
      to.reg = one;
    }
  } else {
    to = (Val){i32, emit_temp(&f->e, 1)};
    emit(&f->e, is_string ? OP_SLEN : OP_LLEN, to.reg, object.reg, 0);
  }
  Val args[3] = {object, from, to};
  return lower_helper(f, n, is_string ? "__string_slice" : "__list_slice", is_string ? NULL : object.type->args[0], args, 3, dest);
}

Val lower_index(Fn *f, Node *n, Type *want, int dest) {
  Program0 *p = PROGRAM(f);
  if (n->a->kind == N_NAME && !lower_find_var(f, n->a->name)) { /* function[T] as a value */
    Decl *d = scope_find(f->c, f->m, n->a->name);
    if (d && d->kind == D_FN) {
      Env env = {d->node->generics, arena_alloc(f->c, n->count * sizeof(Type *)), n->count, NULL};
      for (uint32_t i = 0; i < n->count; i++)
        if (!(env.types[i] = lower_type_of_node(f, n->list[i]))) fail(f->c, node_place(f, n), "a type expected");
      return lower_function_value(f, n, d, &env, want, dest);
    }
  }
  unsigned raw_mark = f->e.raw_temp, ref_mark = f->e.ref_temp;
  Val object = lower(f, n->a, NULL, REG_NONE);
  if (n->count != 1) fail(f->c, node_place(f, n), "one index expected");
  if (n->list[0]->kind == N_RANGE) return lower_slice(f, n, object, dest);
  if (lower_is_temp(object.reg) && lower_splits(f, n->list[0])) object = lower_hide(f, object);
  int is_list = object.type->tag == TY_LIST;
  if (is_list || object.type->tag == TY_ARRAY) {
    Val i = lower(f, n->list[0], lower_is_literal(n->list[0]) ? p->raw[TYPE_I32] : NULL, REG_NONE);
    if (i.type->tag != TY_RAW || !(raw_type_classes(i.type->raw) & CLASS_S) || i.type->raw > TYPE_U32) fail(f->c, node_place(f, n->list[0]), "an index must be an integer of at most 63 bits, not %s", type_text(f->c, i.type));
    Type *t = object.type->args[0];
    if (dest == REG_NONE) f->e.raw_temp = raw_mark, f->e.ref_temp = ref_mark;
    int to = lower_target(f, t, dest);
    mark_place(f, n);
    int is_raw_bank = lower_is_raw(f, t);
    emit(&f->e, is_list ? (is_raw_bank ? OP_LGET : OP_LGETP) : (is_raw_bank ? OP_AGET : OP_AGETP), to, object.reg, i.reg);
    return (Val){t, to};
  }
  if (object.type == p->string) {
    Val args[2] = {object, lower(f, n->list[0], p->raw[TYPE_I32], REG_NONE)};
    return lower_helper(f, n, "__string_char", NULL, args, 2, dest);
  }
  Val args[2] = {object, lower(f, n->list[0], object.type->tag == TY_STRUCT && object.type->count ? object.type->args[0] : NULL, REG_NONE)};
  return lower_method(f, n, "__index", args, 2, dest);
}

Val lower_range(Fn *f, Node *n, Type *want, int dest) {
  Program0 *p = PROGRAM(f);
  Type *t = want && want->decl == p->range && want->count ? want->args[0] : NULL;
  if (!n->a || !n->b) fail(f->c, node_place(f, n), "a range needs both ends here");
  Val a, b;
  if (t) {
    a = lower_hide(f, lower(f, n->a, t, REG_NONE));
    b = lower_hide(f, lower(f, n->b, t, REG_NONE));
  } else {
    lower_operands(f, n->a, n->b, NULL, &a, &b);
    a = lower_hide(f, a);
    b = lower_hide(f, b);
  }
  Val step = n->c ? lower_hide(f, lower(f, n->c, a.type, REG_NONE)) : lower_hide(f, lower_int(f, a.type, 1, REG_NONE));
  Val inclusive = lower_int(f, p->raw[TYPE_BOOL], (n->flags & F_INCLUSIVE) != 0, REG_NONE);
  Val args[4] = {a, b, step, inclusive};
  return lower_helper(f, n, "__range", a.type, args, 4, dest);
}

Val lower_bytes(Fn *f, Node *n, int dest) {
  Program0 *p = PROGRAM(f);
  Type *t = type_list(f->c, p->raw[TYPE_U8]);
  int list = emit_temp(&f->e, 0);
  Val count = lower_int(f, p->raw[TYPE_I32], n->name->length, REG_NONE);
  emit(&f->e, OP_NEW_LIST, list, count.reg, (int)type_machine(f->c, t));
  for (uint32_t i = 0; i < n->name->length; i++) {
    unsigned mark = f->e.raw_temp;
    Val v = lower_int(f, p->raw[TYPE_U8], (unsigned char)n->name->text[i], REG_NONE);
    emit(&f->e, OP_LPUSH, emit_temp(&f->e, 1), list, v.reg);
    f->e.raw_temp = mark;
  }
  return lower_put(f, (Val){t, list}, dest);
}
