/* lower_expr.c -- registers, names, literals, fitting a value to a type, and the walk over expressions. */
#include "lower.h"

#include <math.h>
#include <string.h>

Place node_place(const Fn *f, const Node *n) { return (Place){f->m, n->line, n->column}; }
void mark_place(Fn *f, const Node *n) { PROGRAM(f)->at = f->e.at = node_place(f, n); }

/* -- registers -- */

Val lower_void(Fn *f) { return (Val){PROGRAM(f)->void_, REG_NONE}; }

int lower_target(Fn *f, Type *t, int dest) { return dest != REG_NONE ? dest : emit_temp(&f->e, lower_is_raw(f, t)); }

void lower_move(Fn *f, Type *t, int to, int from) {
  if (to == from || emit_retarget(&f->e, lower_is_raw(f, t), to, from)) return;
  emit(&f->e, lower_is_raw(f, t) ? OP_MOV : OP_MOVP, to, from, 0);
}

Val lower_put(Fn *f, Val v, int dest) {
  if (dest == REG_NONE || v.reg == REG_NONE) return v;
  lower_move(f, v.type, dest, v.reg);
  v.reg = dest;
  return v;
}

int lower_hidden(Fn *f, Type *t) {
  uint32_t type = type_machine(f->c, t);
  int reg = emit_local(&f->e, type);
  VEC_PUSH(f->c, &f->hidden, Hidden, ((Hidden){type, reg}));
  return reg;
}

Val lower_hide(Fn *f, Val v) {
  if (v.reg == REG_NONE) return v;
  return lower_put(f, v, lower_hidden(f, v.type));
}

void lower_release(Fn *f, size_t mark) {
  while (f->hidden.count > mark) {
    Hidden h = VEC_AT(&f->hidden, Hidden, --f->hidden.count);
    emit_local_free(&f->e, h.type, h.reg);
  }
}


/* -- which expressions contain control flow -- */

int lower_any_splits(Fn *f, Node **list, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (lower_splits(f, list[i])) return 1;
  return 0;
}

enum { MOST_CONSTANTS_DEEP = 200 };

int lower_splits_elsewhere(Fn *f, Module *m, Node *n) {
  if (PROGRAM(f)->constant_depth > MOST_CONSTANTS_DEEP) return 1; /* refused when it is lowered */
  Module *here = f->m;
  f->m = m;
  PROGRAM(f)->constant_depth++;
  int result = lower_splits(f, n);
  PROGRAM(f)->constant_depth--;
  f->m = here;
  return result;
}

/* What a name or a path through modules means at module level; a local of that name makes no difference worth asking for. */
static Decl *named_decl(Fn *f, const Node *path) {
  if (path->kind == N_INDEX) path = path->a;
  if (path->kind == N_NAME && f->env && f->env->self && !strcmp(path->name->text, "Self")) return f->env->self->decl;
  if (path->kind == N_NAME) return scope_find(f->c, f->m, path->name);
  const Decl *d = path->kind == N_FIELD && path->a->kind == N_NAME ? scope_find(f->c, f->m, path->a->name) : NULL;
  return d && d->kind == D_MODULE ? scope_find_in(d->module, path->name) : NULL;
}

/* A constant is the expression it stands for. */
static int constant_splits(Fn *f, const Node *n) {
  const Decl *d = named_decl(f, n);
  return d && d->kind == D_CONST && lower_splits_elsewhere(f, d->module, d->node->c);
}

static int is_given(const Node *n, const Name *field) {
  for (uint32_t i = 0; i < n->count; i++)
    if (n->list[i]->name == field) return 1;
  return 0;
}

/* The defaults of fields that the literal leaves out. */
static int defaults_split(Fn *f, const Node *n) {
  const Decl *d = named_decl(f, n->a);
  for (uint32_t i = 0; d && d->kind == D_STRUCT && i < d->node->count; i++) {
    const Node *field = d->node->list[i];
    if (field->b && !is_given(n, field->name) && lower_splits_elsewhere(f, d->module, field->b)) return 1;
  }
  return 0;
}

static int splits(Fn *f, Node *n) {
  switch (n->kind) {
  case N_NAME: return constant_splits(f, n);
  case N_FIELD:
    if (constant_splits(f, n)) return 1;
    break;
  case N_STRUCT_VALUE:
    if (defaults_split(f, n)) return 1;
    break;
  case N_AND: case N_OR: case N_COALESCE: case N_IF_VALUE: case N_CHAIN: case N_OPT_FIELD: case N_QUESTION: case N_TRY_VALUE: case N_MATCH: case N_MATCHES:
  case N_TRY_CAST: return 1;
  case N_LAMBDA: return 0;
  case N_CALL: {
    const Node *callee = n->a;
    if ((callee->kind == N_NAME || callee->kind == N_FIELD) && (!strcmp(callee->name->text, "push") || !strcmp(callee->name->text, "__push"))) return 1;
    break;
  }
  default: break;
  }
  return (n->a && lower_splits(f, n->a)) || (n->b && lower_splits(f, n->b)) || (n->c && lower_splits(f, n->c)) || lower_any_splits(f, n->list, n->count);
}

int lower_splits(Fn *f, Node *n) {
  if (!n->splits) {
    n->splits = 2; /* while it is being found out, for a constant that is made of itself */
    n->splits = splits(f, n) ? 2 : 1;
  }
  return n->splits == 2;
}

/* -- constants -- */

Val lower_int(Fn *f, Type *t, int64_t value, int dest) {
  Val v = {t, lower_target(f, t, dest)};
  uint32_t type = raw_number(f->c, t);
  if (value >= INT16_MIN && value <= INT16_MAX && (value >= 0 || (raw_type_classes(type) & CLASS_S)) && (value <= 127 || (type != TYPE_I8)) && (value <= 255 || type != TYPE_U8)) {
    emit(&f->e, OP_LDI, v.reg, (int)(uint16_t)value, (int)type);
    return v;
  }
  Vec *k = &PROGRAM(f)->constants;
  uint32_t i = 0;
  while (i < k->count && (VEC_AT(k, OrbcConstant, i).bits != (uint64_t)value || VEC_AT(k, OrbcConstant, i).type != type)) i++;
  if (i == k->count) VEC_PUSH(f->c, k, OrbcConstant, ((OrbcConstant){type, 0, (uint64_t)value}));
  emit_wide(&f->e, OP_LDK, v.reg, i);
  return v;
}

Val lower_float(Fn *f, Type *t, double value, int dest) {
  if (t->raw == TYPE_F32) value = (double)(float)value;
  if (value >= -1000 && value <= 1000 && value == (double)(int)value && !(value == 0 && signbit(value))) {
    Val v = {t, lower_target(f, t, dest)};
    emit(&f->e, OP_LDI, v.reg, (int)(uint16_t)(int)value, t->raw);
    return v;
  }
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  Val v = {t, lower_target(f, t, dest)};
  Vec *k = &PROGRAM(f)->constants;
  uint32_t i = 0;
  while (i < k->count && (VEC_AT(k, OrbcConstant, i).bits != bits || VEC_AT(k, OrbcConstant, i).type != t->raw)) i++;
  if (i == k->count) VEC_PUSH(f->c, k, OrbcConstant, ((OrbcConstant){t->raw, 0, bits}));
  emit_wide(&f->e, OP_LDK, v.reg, i);
  return v;
}

Val lower_string(Fn *f, Name *text, int dest) {
  Val v = {PROGRAM(f)->string, lower_target(f, PROGRAM(f)->string, dest)};
  if (text->length > FILE_LIMIT_STRING_BYTES) fail(f->c, f->e.at, "this string is too long");
  emit_wide(&f->e, OP_LDS, v.reg, string_index(f->c, text));
  return v;
}

int lower_fits_type(uint64_t magnitude, int negative, unsigned type) {
  static const uint64_t high[] = {[TYPE_I8] = INT8_MAX, [TYPE_I16] = INT16_MAX, [TYPE_I32] = INT32_MAX, [TYPE_I64] = INT64_MAX, [TYPE_U8] = UINT8_MAX,
                                  [TYPE_U16] = UINT16_MAX, [TYPE_U32] = UINT32_MAX, [TYPE_U64] = UINT64_MAX};
  if (type < TYPE_I8 || type > TYPE_U64) return 0;
  if (!negative) return magnitude <= high[type];
  return magnitude == 0 || (type <= TYPE_I64 && magnitude - 1 <= high[type]);
}

Val lower_int_literal(Fn *f, Node *n, uint64_t magnitude, int negative, unsigned suffix, Type *want, int dest) {
  Program0 *p = PROGRAM(f);
  unsigned type = suffix;
  if (!type && want && want->tag == TY_RAW && (want->raw == TYPE_F32 || want->raw == TYPE_F64)) return lower_float(f, want, negative ? -(double)magnitude : (double)magnitude, dest);
  if (!type && want && want->tag == TY_RAW && want->raw <= TYPE_U64) type = want->raw;
  if (!type) type = lower_fits_type(magnitude, negative, TYPE_I32) ? TYPE_I32 : lower_fits_type(magnitude, negative, TYPE_I64) ? TYPE_I64 : TYPE_U64;
  if (!lower_fits_type(magnitude, negative, type))
    fail(f->c, node_place(f, n), "%s%llu does not fit %s", negative ? "-" : "", (unsigned long long)magnitude, p->raw[type]->name->text);
  return lower_int(f, p->raw[type], (int64_t)(negative ? 0 - magnitude : magnitude), dest);
}

/* -- variables -- */

static Var *find_in_function(Fn *f, const Name *name, int *walled) {
  *walled = 0;
  for (Block *b = f->block; b && !*walled; b = b->outer) {
    *walled = b->kind == B_WALL;
    for (size_t i = b->vars.count; i-- > 0;) {
      Var *v = VEC_AT(&b->vars, Var *, i);
      if (v->name == name) return v;
    }
  }
  return NULL;
}

/* A variable of an enclosing function becomes a field of the closure. */
static Var *capture(Fn *f, const Name *name) {
  for (size_t i = 0; i < f->captures.count; i++)
    if (VEC_AT(&f->captures, Capture, i).outer->name == name) return VEC_AT(&f->captures, Capture, i).seen;
  Var *outer = f->outer ? lower_find_var(f->outer, name) : NULL;
  if (!outer) return NULL;
  Var *v = arena_alloc(f->c, sizeof *v);
  *v = *outer;
  v->reg = -2 - (int)f->captures.count; /* field number, see load */
  VEC_PUSH(f->c, &f->captures, Capture, ((Capture){outer, v}));
  return v;
}

Var *lower_find_var(Fn *f, const Name *name) {
  int walled;
  Var *v = find_in_function(f, name, &walled);
  return v || walled ? v : capture(f, name);
}

static int is_captured(const Var *v) { return v->reg <= -2; }
static int capture_field(const Var *v) { return -2 - v->reg; }

/* The register that holds the cell of a boxed variable. */
static int cell_register(Fn *f, const Var *v) {
  if (!is_captured(v)) return v->reg;
  int cell = emit_temp(&f->e, 0);
  emit(&f->e, OP_GETFP, cell, 0, capture_field(v));
  return cell;
}

Val lower_load_var(Fn *f, Node *at, Var *v, int dest) {
  if (!is_captured(v) && !(VEC_AT(&f->flow, uint8_t, v->flow) & FLOW_DEFINITE) && !f->e.dead)
    fail(f->c, node_place(f, at), "'%s' may not be set here; it is declared at line %u", v->name->text, v->at.line);
  int is_raw_bank = lower_is_raw(f, v->type);
  if (v->boxed) {
    int cell = cell_register(f, v), to = lower_target(f, v->type, dest);
    emit(&f->e, is_raw_bank ? OP_GETF : OP_GETFP, to, cell, 0);
    return (Val){v->type, to};
  }
  if (!is_captured(v)) return lower_put(f, (Val){v->type, v->reg}, dest);
  int to = lower_target(f, v->type, dest);
  emit(&f->e, is_raw_bank ? OP_GETF : OP_GETFP, to, 0, capture_field(v));
  return (Val){v->type, to};
}

void lower_store_var(Fn *f, Var *v, Val value) {
  if (v->boxed) emit(&f->e, lower_is_raw(f, v->type) ? OP_SETF : OP_SETFP, cell_register(f, v), value.reg, 0);
  else lower_move(f, v->type, v->reg, value.reg);
}

Val lower_global(Fn *f, Node *at, Decl *d, int dest) {
  if (!d->type) fail(f->c, node_place(f, at), "'%s' is used before it is set", d->name->text);
  if (f->is_module_code && d->module == f->m && d->flow && !f->e.dead && !(VEC_AT(&f->flow, uint8_t, d->flow - 1) & FLOW_DEFINITE))
    fail(f->c, node_place(f, at), "'%s' may not be set here; it is declared at line %u", d->name->text, d->place.line);
  int to = lower_target(f, d->type, dest);
  emit_wide(&f->e, lower_is_raw(f, d->type) ? OP_GETG : OP_GETGP, to, d->global);
  return (Val){d->type, to};
}

/* An expression that stands in module `m`, as its names are understood there. */
Val lower_elsewhere(Fn *f, Module *m, Env *env, Node *n, Type *want, int dest) {
  Module *here = f->m;
  Env *here_env = f->env;
  f->m = m;
  f->env = env;
  Block wall;
  block_open(f, &wall, B_WALL);
  Val v = lower(f, n, want, dest);
  block_close(f);
  f->m = here;
  f->env = here_env;
  return v;
}

Val lower_constant(Fn *f, Node *at, Decl *d, Type *want, int dest) {
  if (d->busy) fail(f->c, node_place(f, at), "the constant '%s' is made of itself", d->name->text);
  if (++PROGRAM(f)->constant_depth > MOST_CONSTANTS_DEEP) fail(f->c, node_place(f, at), "constants are nested deeper than %d", MOST_CONSTANTS_DEEP);
  d->busy = 1;
  Type *t = d->node->b ? type_resolve(f->c, d->module, d->node->b, NULL) : lower_is_literal(d->node->c) ? want : NULL;
  if (t && t->tag != TY_RAW && !d->node->b) t = NULL;
  Val v = lower_elsewhere(f, d->module, NULL, d->node->c, t, dest);
  PROGRAM(f)->constant_depth--;
  d->busy = 0;
  return v;
}

static Val lower_name(Fn *f, Node *n, Type *want, int dest) {
  Var *v = lower_find_var(f, n->name);
  if (v) return lower_load_var(f, n, v, dest);
  Program0 *p = PROGRAM(f);
  Decl *d = scope_find(f->c, f->m, n->name);
  if (d) switch (d->kind) {
    case D_CONST: return lower_constant(f, n, d, want, dest);
    case D_GLOBAL: return lower_global(f, n, d, dest);
    case D_FN: return lower_function_value(f, n, d, NULL, want, dest);
    default: fail(f->c, node_place(f, n), "'%s' is not a value", n->name->text);
  }
  if (!strcmp(n->name->text, "true") || !strcmp(n->name->text, "false")) return lower_int(f, p->raw[TYPE_BOOL], n->name->text[0] == 't', dest);
  if (!strcmp(n->name->text, "none")) {
    if (!want || !type_is_option(f->c, want)) fail(f->c, node_place(f, n), "the type of this 'none' cannot be told from here; annotate the variable");
    return lower_none(f, want, dest);
  }
  fail(f->c, node_place(f, n), "there is no '%s'", n->name->text);
}

/* -- fitting a value to the wanted type -- */

static Val to_any(Fn *f, Val v, int dest) {
  Program0 *p = PROGRAM(f);
  if (!lower_is_raw(f, v.type)) {
    if (type_is_nullable(f->c, v.type)) fail(f->c, f->e.at, "an option cannot be stored as 'any'");
    return lower_put(f, (Val){p->any, v.reg}, dest);
  }
  int to = lower_target(f, p->any, dest);
  emit(&f->e, OP_BOX, to, v.reg, (int)type_box(f->c, v.type));
  return (Val){p->any, to};
}

/* Where a call that never returns stands for a value: any value will do.  The UNREACHABLE behind the call goes, because it would end the block, and with it the
 * temporaries of the expression around. */
static Val lower_default(Fn *f, Type *t, int dest) {
  emit_drop_unreachable(&f->e);
  int to = lower_target(f, t, dest);
  if (lower_is_raw(f, t)) emit(&f->e, OP_LDI, to, 0, (int)raw_number(f->c, t));
  else emit(&f->e, OP_LDNULL, to, (int)type_machine(f->c, t), 0);
  return (Val){t, to};
}

Val lower_fit(Fn *f, Node *n, Val v, Type *want, int dest) {
  Program0 *p = PROGRAM(f);
  if (!want || v.type == want) return lower_put(f, v, dest);
  if (v.type == p->never) return want == p->void_ ? lower_void(f) : lower_default(f, want, dest);
  if (want == p->any && v.type != p->void_) return to_any(f, v, dest);
  if (want->decl && v.type->decl && !strcmp(type_text(f->c, want), type_text(f->c, v.type)))
    fail(f->c, node_place(f, n), "expected %s of module '%s', but this is %s of module '%s'", type_text(f->c, want), want->decl->module->name->text, type_text(f->c, v.type), v.type->decl->module->name->text);
  fail(f->c, node_place(f, n), "expected %s, but this is %s", type_text(f->c, want), type_text(f->c, v.type));
}

/* What has no type of its own and no effects: none, [], [none], Some([]) ... */
int lower_is_untyped(Fn *f, const Node *n) {
  if (n->kind == N_NAME) return !strcmp(n->name->text, "none") && !lower_find_var(f, n->name);
  if (n->kind == N_BRACES) return 1;
  if (n->kind == N_CALL) return n->a->kind == N_NAME && !strcmp(n->a->name->text, "Some") && n->count == 1 && lower_is_untyped(f, n->list[0]);
  if (n->kind != N_LIST) return 0;
  for (uint32_t i = 0; i < n->count; i++)
    if (!lower_is_untyped(f, n->list[i])) return 0;
  return 1;
}

/* -- types written as expressions -- */

Type *lower_type_of_node(Fn *f, const Node *n) {
  Node t = {.kind = N_TYPE_NAME, .line = n->line, .column = n->column, .name = n->name};
  if (n->kind == N_LIST && n->count == 1) {
    Type *e = lower_type_of_node(f, n->list[0]);
    return e ? type_list(f->c, e) : NULL;
  }
  if (n->kind == N_QUESTION) {
    Type *e = lower_type_of_node(f, n->a);
    return e ? type_option(f->c, e) : NULL;
  }
  if (n->kind == N_TUPLE) {
    Type *types[64];
    for (uint32_t i = 0; i < n->count; i++)
      if (i >= 60 || !(types[i] = lower_type_of_node(f, n->list[i]))) return NULL;
    return type_make(f->c, TY_TUPLE, NULL, types, n->count);
  }
  const Node *head = n->kind == N_INDEX ? n->a : n;
  if (head->kind == N_FIELD && head->a->kind == N_NAME && !lower_find_var(f, head->a->name)) {
    Decl *d = scope_find(f->c, f->m, head->a->name);
    if (!d || d->kind != D_MODULE) return NULL;
    Decl *e = scope_find_in(d->module, head->name);
    if (!e || (e->kind != D_STRUCT && e->kind != D_ENUM)) return NULL;
    if (e->node->generics_count && n->kind != N_INDEX) return NULL; /* arguments are to be inferred */
    t.a = head->a;
    t.name = head->name;
  } else if (head->kind != N_NAME || lower_find_var(f, head->name)) return NULL;
  else t.name = head->name;
  if (!t.a) {
    Decl *d = scope_find(f->c, f->m, t.name);
    int is_builtin = env_find(f->env, t.name) >= 0 || (f->env && f->env->self && !strcmp(t.name->text, "Self")) || !strcmp(t.name->text, "Array") || !strcmp(t.name->text, "Weak") ||
                     !strcmp(t.name->text, "string") || !strcmp(t.name->text, "any") || !strcmp(t.name->text, "Error") || !strcmp(t.name->text, "Handle");
    for (unsigned i = TYPE_FIRST_RAW; i <= TYPE_LAST_RAW; i++) is_builtin |= PROGRAM(f)->raw[i]->name == t.name;
    if (d ? d->kind != D_STRUCT && d->kind != D_ENUM : !is_builtin) return NULL;
    if (d && d->node->generics_count && n->kind != N_INDEX) return NULL; /* arguments are to be inferred */
  }
  if (n->kind != N_INDEX) return type_resolve(f->c, f->m, &t, f->env);
  Type *args[16];
  Node *nodes[16];
  if (n->count > 16) return NULL;
  Env env = {arena_alloc(f->c, 16 * sizeof(Name *)), args, n->count, f->env ? f->env->self : NULL};
  for (uint32_t i = 0; i < n->count; i++) {
    if (!(args[i] = lower_type_of_node(f, n->list[i]))) return NULL;
    env.names[i] = name_format(f->c, "%u", i);
    nodes[i] = arena_alloc(f->c, sizeof(Node));
    *nodes[i] = (Node){.kind = N_TYPE_NAME, .name = env.names[i], .line = n->line, .column = n->column};
  }
  t.list = nodes;
  t.count = n->count;
  return type_resolve(f->c, f->m, &t, &env);
}

/* -- the walk -- */

static Val lower_any(Fn *f, Node *n, Type *want, int dest) {
  Program0 *p = PROGRAM(f);
  Type *t;
  switch (n->kind) {
  case N_INT: return lower_int_literal(f, n, n->integer, 0, n->suffix, want, dest);
  case N_FLOAT:
    t = n->suffix ? p->raw[n->suffix] : want && want->tag == TY_RAW && want->raw == TYPE_F32 ? want : p->raw[TYPE_F64];
    return lower_float(f, t, n->number, dest);
  case N_CHAR: return lower_int(f, p->raw[TYPE_CHAR], (int64_t)n->integer, dest);
  case N_STRING: return lower_string(f, n->name, dest);
  case N_BYTES: return lower_bytes(f, n, dest);
  case N_NAME: return lower_name(f, n, want, dest);
  case N_LIST: return lower_list(f, n, want, dest);
  case N_TUPLE: return lower_tuple(f, n, want, dest);
  case N_MAP: case N_SET: case N_BRACES: return lower_collection(f, n, want, dest);
  case N_UNARY: return lower_unary(f, n, want, dest);
  case N_BINARY: return lower_binary(f, n, want, dest);
  case N_AND: case N_OR: case N_CHAIN: case N_MATCHES: return lower_condition_value(f, n, dest);
  case N_COALESCE: return lower_coalesce(f, n, want, dest);
  case N_IF_VALUE: return lower_if_value(f, n, want, dest);
  case N_RANGE: return lower_range(f, n, want, dest);
  case N_CAST: return lower_cast(f, n, dest);
  case N_TRY_CAST: return lower_try_cast(f, n, dest);
  case N_CALL: return lower_call(f, n, want, dest);
  case N_INDEX: return lower_index(f, n, want, dest);
  case N_FIELD: return lower_field_access(f, n, want, dest);
  case N_OPT_FIELD: return lower_optional_field(f, n, dest);
  case N_QUESTION: return lower_question(f, n, dest);
  case N_STRUCT_VALUE: return lower_struct(f, n, want, dest);
  case N_LAMBDA: return lower_lambda(f, n, want, dest);
  case N_TRY_VALUE: return lower_try_value(f, n, want, dest);
  case N_MATCH: return lower_match(f, n, want, dest, 1);
  default: fail(f->c, node_place(f, n), "an expression expected");
  }
}

Val lower(Fn *f, Node *n, Type *want, int dest) {
  Val v = lower_or_void(f, n, want, dest);
  if (v.reg == REG_NONE) fail(f->c, node_place(f, n), v.type == PROGRAM(f)->never ? "this never gives a value" : "this has no value");
  return v;
}

Val lower_or_void(Fn *f, Node *n, Type *want, int dest) {
  mark_place(f, n);
  Val v = lower_any(f, n, want, REG_NONE == dest || (want && want == PROGRAM(f)->any) ? REG_NONE : dest);
  return lower_fit(f, n, v, want, dest);
}
