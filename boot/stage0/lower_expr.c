/* lower_expr.c -- names, literals, operators, conditions. */
#include "lower.h"

#include <math.h>
#include <string.h>

Place node_place(const Fn *f, const Node *n) { return (Place){f->m, n->line, n->column}; }
void mark_place(Fn *f, const Node *n) { PROGRAM(f)->at = f->e.at = node_place(f, n); }

static int raw(Fn *f, Type *t) { return type_is_raw(f->c, t); }

/* -- registers -- */

Val lower_void(Fn *f) { return (Val){PROGRAM(f)->void_, REG_NONE}; }

int lower_target(Fn *f, Type *t, int dest) { return dest != REG_NONE ? dest : emit_temp(&f->e, raw(f, t)); }

void lower_move(Fn *f, Type *t, int to, int from) {
  if (to == from || emit_retarget(&f->e, raw(f, t), to, from)) return;
  emit(&f->e, raw(f, t) ? OP_MOV : OP_MOVP, to, from, 0);
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

static int is_temp(int reg) { return reg != REG_NONE && (reg & REG_TEMP); }

/* -- which expressions contain control flow -- */

static int any_splits(Fn *f, Node **list, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (lower_splits(f, list[i])) return 1;
  return 0;
}

enum { MOST_CONSTANTS_DEEP = 200 };

static int splits_elsewhere(Fn *f, Module *m, Node *n) {
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
  return d && d->kind == D_CONST && splits_elsewhere(f, d->module, d->node->c);
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
    if (field->b && !is_given(n, field->name) && splits_elsewhere(f, d->module, field->b)) return 1;
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
  return (n->a && lower_splits(f, n->a)) || (n->b && lower_splits(f, n->b)) || (n->c && lower_splits(f, n->c)) || any_splits(f, n->list, n->count);
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

static Val lower_float(Fn *f, Type *t, double value, int dest) {
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

int lower_is_literal(const Node *n) {
  switch (n->kind) {
  case N_INT: case N_FLOAT: return n->suffix == 0;
  case N_UNARY: return n->op != T_NOT && lower_is_literal(n->a);
  case N_BINARY: return n->op >= T_PLUS && n->op <= T_CARET && lower_is_literal(n->a) && lower_is_literal(n->b);
  default: return 0;
  }
}

static int has_float(const Node *n) { return n->kind == N_FLOAT || (n->a && has_float(n->a)) || (n->b && has_float(n->b)); }

static int fits_type(uint64_t magnitude, int negative, unsigned type) {
  static const uint64_t high[] = {[TYPE_I8] = INT8_MAX, [TYPE_I16] = INT16_MAX, [TYPE_I32] = INT32_MAX, [TYPE_I64] = INT64_MAX, [TYPE_U8] = UINT8_MAX,
                                  [TYPE_U16] = UINT16_MAX, [TYPE_U32] = UINT32_MAX, [TYPE_U64] = UINT64_MAX};
  if (type < TYPE_I8 || type > TYPE_U64) return 0;
  if (!negative) return magnitude <= high[type];
  return magnitude == 0 || (type <= TYPE_I64 && magnitude - 1 <= high[type]);
}

static Val lower_int_literal(Fn *f, Node *n, uint64_t magnitude, int negative, unsigned suffix, Type *want, int dest) {
  Program0 *p = PROGRAM(f);
  unsigned type = suffix;
  if (!type && want && want->tag == TY_RAW && (want->raw == TYPE_F32 || want->raw == TYPE_F64)) return lower_float(f, want, negative ? -(double)magnitude : (double)magnitude, dest);
  if (!type && want && want->tag == TY_RAW && want->raw <= TYPE_U64) type = want->raw;
  if (!type) type = fits_type(magnitude, negative, TYPE_I32) ? TYPE_I32 : fits_type(magnitude, negative, TYPE_I64) ? TYPE_I64 : TYPE_U64;
  if (!fits_type(magnitude, negative, type))
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
  int is_raw_bank = raw(f, v->type);
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
  if (v->boxed) emit(&f->e, raw(f, v->type) ? OP_SETF : OP_SETFP, cell_register(f, v), value.reg, 0);
  else lower_move(f, v->type, v->reg, value.reg);
}

static Val lower_global(Fn *f, Node *at, Decl *d, int dest) {
  if (!d->type) fail(f->c, node_place(f, at), "'%s' is used before it is set", d->name->text);
  if (f->is_module_code && d->module == f->m && d->flow && !f->e.dead && !(VEC_AT(&f->flow, uint8_t, d->flow - 1) & FLOW_DEFINITE))
    fail(f->c, node_place(f, at), "'%s' may not be set here; it is declared at line %u", d->name->text, d->place.line);
  int to = lower_target(f, d->type, dest);
  emit_wide(&f->e, raw(f, d->type) ? OP_GETG : OP_GETGP, to, d->global);
  return (Val){d->type, to};
}

/* An expression that stands in module `m`, as its names are understood there. */
static Val lower_elsewhere(Fn *f, Module *m, Env *env, Node *n, Type *want, int dest) {
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

static Val lower_constant(Fn *f, Node *at, Decl *d, Type *want, int dest) {
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
  if (!raw(f, v.type)) {
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
  if (raw(f, t)) emit(&f->e, OP_LDI, to, 0, (int)raw_number(f->c, t));
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
static int is_untyped(Fn *f, const Node *n) {
  if (n->kind == N_NAME) return !strcmp(n->name->text, "none") && !lower_find_var(f, n->name);
  if (n->kind == N_BRACES) return 1;
  if (n->kind == N_CALL) return n->a->kind == N_NAME && !strcmp(n->a->name->text, "Some") && n->count == 1 && is_untyped(f, n->list[0]);
  if (n->kind != N_LIST) return 0;
  for (uint32_t i = 0; i < n->count; i++)
    if (!is_untyped(f, n->list[i])) return 0;
  return 1;
}

/* -- arithmetic -- */

typedef struct Arithmetic {
  uint8_t token;
  uint16_t i32, i64, u32, u64, f64;
} Arithmetic;

static const Arithmetic arithmetic[] = {
    {T_PLUS, OP_ADD_I32, OP_ADD_I64, OP_ADD_U32, OP_ADD_U64, OP_ADD_F64},    {T_MINUS, OP_SUB_I32, OP_SUB_I64, OP_SUB_U32, OP_SUB_U64, OP_SUB_F64},
    {T_STAR, OP_MUL_I32, OP_MUL_I64, OP_MUL_U32, OP_MUL_U64, OP_MUL_F64},    {T_SLASH, OP_DIV_I32, OP_DIV_I64, OP_DIV_U64, OP_DIV_U64, OP_DIV_F64},
    {T_PERCENT, OP_REM_I32, OP_REM_I64, OP_REM_U64, OP_REM_U64, OP_REM_F64}, {T_AMP, OP_AND, OP_AND, OP_AND, OP_AND, 0},
    {T_BAR, OP_OR, OP_OR, OP_OR, OP_OR, 0},                                  {T_CARET, OP_XOR, OP_XOR, OP_XOR, OP_XOR, 0},
    {T_SHL, OP_SHL_I32, OP_SHL_I64, OP_SHL_U32, OP_SHL_U64, 0},              {T_SHR, OP_SHR_I32, OP_SHR_I64, OP_SHR_U32, OP_SHR_U64, 0},
};

static int is_bits(unsigned token) { return token == T_AMP || token == T_BAR || token == T_CARET; }
static int is_shift(unsigned token) { return token == T_SHL || token == T_SHR; }

/* The opcode for `token` on type `t`; *then is OP_CHK, OP_CAST or OP_ROUND_F32 when the result must be brought back into a narrower type. */
static unsigned arithmetic_op(unsigned token, unsigned t, unsigned *then) {
  const Arithmetic *row = arithmetic;
  while (row->token != token) row++;
  *then = 0;
  switch (t) {
  case TYPE_I32: return row->i32;
  case TYPE_I64: return row->i64;
  case TYPE_U64: return row->u64;
  case TYPE_U32: /* divides as u64 */
    if (token == T_SLASH || token == T_PERCENT) *then = OP_CAST;
    return row->u32;
  case TYPE_F64: return row->f64;
  case TYPE_F32:
    *then = row->f64 ? OP_ROUND_F32 : 0;
    return row->f64;
  case TYPE_I8: case TYPE_I16:
    if (!is_bits(token)) *then = token == T_SHL ? OP_CAST : OP_CHK;
    return row->i64;
  case TYPE_U8: case TYPE_U16:
    if (!is_bits(token)) *then = OP_CAST;
    return row->u64;
  case TYPE_BOOL: return is_bits(token) ? row->u64 : 0;
  default: return 0;
  }
}

static int small_literal(Node *n, int64_t *value) {
  int negative = n->kind == N_UNARY && n->op == T_MINUS;
  if (negative) n = n->a;
  if (n->kind != N_INT || n->integer > 32767) return 0;
  *value = negative ? -(int64_t)n->integer : (int64_t)n->integer;
  return 1;
}

static Val operation_result(Fn *f, unsigned token, Val l, Val r, int dest) {
  unsigned then, op = arithmetic_op(token, raw_number(f->c, l.type), &then);
  int to = lower_target(f, l.type, dest);
  int mid = then == OP_CHK || then == OP_CAST || then == OP_ROUND_F32 ? emit_temp(&f->e, 1) : to;
  /* shifts of narrow types count modulo the width */
  unsigned width = l.type->raw == TYPE_I8 || l.type->raw == TYPE_U8 ? 7 : l.type->raw == TYPE_I16 || l.type->raw == TYPE_U16 ? 15 : 0;
  if (is_shift(token) && width) {
    int mask = emit_temp(&f->e, 1), count = emit_temp(&f->e, 1);
    emit(&f->e, OP_LDI, mask, (int)width, (int)raw_number(f->c, r.type));
    emit(&f->e, OP_AND, count, r.reg, mask);
    r.reg = count;
  }
  emit(&f->e, op, mid, l.reg, r.reg);
  if (then == OP_ROUND_F32) emit(&f->e, OP_ROUND_F32, to, mid, 0);
  else if (then) emit(&f->e, then, to, mid, l.type->raw);
  return (Val){l.type, to};
}

static Val lower_numbers(Fn *f, Node *n, unsigned token, Val l, Val r, int dest) {
  unsigned then;
  if (l.type->tag != TY_RAW || !arithmetic_op(token, l.type->raw, &then))
    fail(f->c, node_place(f, n), "'%s' is not defined for %s", token_text((TokenKind)token), type_text(f->c, l.type));
  if (is_shift(token)) {
    if (r.type->tag != TY_RAW || r.type->raw > TYPE_U64) fail(f->c, node_place(f, n), "a shift count must be an integer, not %s", type_text(f->c, r.type));
  } else if (l.type != r.type)
    fail(f->c, node_place(f, n), "'%s' needs one type on both sides, but these are %s and %s; convert one with 'as'", token_text((TokenKind)token), type_text(f->c, l.type), type_text(f->c, r.type));
  mark_place(f, n);
  return operation_result(f, token, l, r, dest);
}

/* string + string, list + list, string * n, list * n. */
static int lower_sequence(Fn *f, Node *n, unsigned token, Val l, Val r, int dest, Val *result) {
  Program0 *p = PROGRAM(f);
  Val args[2] = {l, r};
  int is_string = l.type == p->string, is_list = l.type->tag == TY_LIST;
  if (!is_string && !is_list) return 0;
  const char *helper = NULL;
  if (token == T_PLUS && l.type == r.type) helper = is_string ? "__concat" : "__list_concat";
  if (token == T_STAR && r.type == p->raw[TYPE_I32]) helper = is_string ? "__repeat_string" : "__list_repeat";
  if (!helper) fail(f->c, node_place(f, n), "'%s' is not defined for %s and %s", token_text((TokenKind)token), type_text(f->c, l.type), type_text(f->c, r.type));
  *result = lower_helper(f, n, helper, is_list ? l.type->args[0] : NULL, args, 2, dest);
  return 1;
}

/* Both operands: a literal takes the other's type, and what control flow would destroy is saved. */
static void lower_operands(Fn *f, Node *a, Node *b, Type *want, Val *l, Val *r) {
  int a_literal = lower_is_literal(a) || is_untyped(f, a), b_literal = lower_is_literal(b);
  if (a_literal && !b_literal) {
    *r = lower(f, b, is_untyped(f, b) ? want : NULL, REG_NONE);
    if (is_temp(r->reg) && lower_splits(f, a)) *r = lower_hide(f, *r);
    *l = lower(f, a, r->type, REG_NONE);
    return;
  }
  *l = lower(f, a, a_literal ? (want ? want : has_float(b) ? PROGRAM(f)->raw[TYPE_F64] : NULL) : (a->kind == N_LIST || a->kind == N_BRACES) ? want : NULL, REG_NONE);
  if (is_temp(l->reg) && lower_splits(f, b)) *l = lower_hide(f, *l);
  *r = lower(f, b, l->type, REG_NONE);
}

/* Expressions that take their type from what is wanted. */
static int needs_type(Node *b) {
  if (b->kind == N_NAME) return !strcmp(b->name->text, "none");
  if (b->kind == N_CALL) return b->a->kind == N_NAME && (!strcmp(b->a->name->text, "Some") || !strcmp(b->a->name->text, "Ok") || !strcmp(b->a->name->text, "Err"));
  return b->kind == N_LIST || b->kind == N_BRACES || b->kind == N_LAMBDA;
}

/* The right operand: a literal takes the left one's type where it can; what has a type of its own keeps it, and the caller compares. */
static Val lower_right(Fn *f, Node *b, Type *want) {
  int fits = lower_is_literal(b) ? want->tag == TY_RAW && want->raw <= TYPE_F64 && !(has_float(b) && want->raw <= TYPE_U64) : needs_type(b);
  return lower(f, b, fits ? want : NULL, REG_NONE);
}

static Val lower_binary_values(Fn *f, Node *n, unsigned token, Val l, Val r, int dest) {
  Val result;
  if (lower_sequence(f, n, token, l, r, dest, &result)) return result;
  return lower_numbers(f, n, token, l, r, dest);
}

static Val compare_values(Fn *f, Node *n, unsigned token, Val l, Val r, int dest);

static Val lower_binary(Fn *f, Node *n, Type *want, int dest) {
  unsigned raw_mark = f->e.raw_temp, ref_mark = f->e.ref_temp;
  Val l, r;
  if (n->op == T_IN) {
    l = lower(f, n->a, NULL, REG_NONE);
    if (is_temp(l.reg) && lower_splits(f, n->b)) l = lower_hide(f, l);
    r = lower(f, n->b, NULL, REG_NONE);
    Val args[2] = {r, l};
    return lower_method(f, n, "contains", args, 2, dest);
  }
  int compares = n->op == T_EQEQ || n->op == T_NE || n->op == T_LT || n->op == T_LE || n->op == T_GT || n->op == T_GE;
  int64_t small;
  if (!compares && (n->op == T_PLUS || n->op == T_MINUS) && small_literal(n->b, &small) && !n->b->suffix && !lower_is_literal(n->a)) {
    l = lower(f, n->a, NULL, REG_NONE);
    if (l.type->tag == TY_RAW && (l.type->raw == TYPE_I32 || l.type->raw == TYPE_I64)) {
      if (n->op == T_MINUS) small = -small;
      f->e.raw_temp = raw_mark;
      int to = lower_target(f, l.type, dest);
      mark_place(f, n);
      emit(&f->e, l.type->raw == TYPE_I32 ? OP_ADDI_I32 : OP_ADDI_I64, to, l.reg, (int)(uint16_t)(int16_t)small);
      return (Val){l.type, to};
    }
    r = lower_right(f, n->b, l.type);
  } else if (lower_is_literal(n->a) && is_shift(n->op)) { /* the count does not tell the type */
    l = lower(f, n->a, want && want->tag == TY_RAW && want->raw <= TYPE_U64 ? want : NULL, REG_NONE);
    if (is_temp(l.reg) && lower_splits(f, n->b)) l = lower_hide(f, l);
    r = lower(f, n->b, NULL, REG_NONE);
  } else if (lower_is_literal(n->a) || (is_untyped(f, n->a) && (compares || n->op == T_PLUS)))
    lower_operands(f, n->a, n->b, want && (want->tag == TY_RAW || want->tag == TY_LIST) && !compares ? want : NULL, &l, &r);
  else {
    l = lower(f, n->a, compares ? NULL : n->a->kind == N_LIST ? want : NULL, REG_NONE);
    if (is_temp(l.reg) && lower_splits(f, n->b)) l = lower_hide(f, l);
    r = is_shift(n->op) || (n->op == T_STAR && (l.type->tag == TY_LIST || l.type == PROGRAM(f)->string)) ? lower(f, n->b, NULL, REG_NONE) : lower_right(f, n->b, l.type);
  }
  /* one instruction reads its operands before it writes; what takes several must not reuse their temporaries */
  int is_narrow = l.type->tag == TY_RAW && (l.type->raw == TYPE_I8 || l.type->raw == TYPE_U8 || l.type->raw == TYPE_I16 || l.type->raw == TYPE_U16);
  if (raw(f, l.type) && !is_narrow) f->e.raw_temp = raw_mark, f->e.ref_temp = ref_mark;
  if (compares) return compare_values(f, n, n->op, l, r, dest);
  return lower_binary_values(f, n, n->op, l, r, dest);
}

/* -- comparison -- */

static unsigned compare_op(unsigned token, unsigned type, int *swap) {
  int is_float = type == TYPE_F32 || type == TYPE_F64, is_signed = (raw_type_classes(type) & CLASS_S) != 0;
  *swap = token == T_GT || token == T_GE;
  switch (token) {
  case T_EQEQ: return is_float ? OP_EQ_F : OP_EQ_I;
  case T_NE: return is_float ? OP_NE_F : OP_NE_I;
  case T_LT: case T_GT: return is_float ? OP_LT_F : is_signed ? OP_LT_S : OP_LT_U;
  default: return is_float ? OP_LE_F : is_signed ? OP_LE_S : OP_LE_U;
  }
}

/* The comparison as one instruction into `dest`, for operands of a raw type. */
static Val compare_raw(Fn *f, unsigned token, Val l, Val r, int dest) {
  int swap;
  unsigned op = compare_op(token, raw_number(f->c, l.type), &swap);
  int to = lower_target(f, PROGRAM(f)->raw[TYPE_BOOL], dest);
  emit(&f->e, op, to, swap ? r.reg : l.reg, swap ? l.reg : r.reg);
  return (Val){PROGRAM(f)->raw[TYPE_BOOL], to};
}

static void check_comparable(Fn *f, Node *n, unsigned token, Val l, Val r) {
  if (l.type != r.type) fail(f->c, node_place(f, n), "'%s' needs one type on both sides, but these are %s and %s", token_text((TokenKind)token), type_text(f->c, l.type), type_text(f->c, r.type));
  if (l.type == PROGRAM(f)->void_) fail(f->c, node_place(f, n), "there is no value to compare");
}

static Val compare_values(Fn *f, Node *n, unsigned token, Val l, Val r, int dest) {
  check_comparable(f, n, token, l, r);
  mark_place(f, n);
  Program0 *p = PROGRAM(f);
  if (type_is_raw(f->c, l.type)) return compare_raw(f, token, l, r, dest);
  Val args[2] = {l, r};
  if (!lower_has_method(f, l.type, token == T_EQEQ || token == T_NE ? "eq" : "compare"))
    fail(f->c, node_place(f, n), "'%s' is not defined for %s", token_text((TokenKind)token), type_text(f->c, l.type));
  if (token == T_EQEQ || token == T_NE) {
    Val v = lower_operation(f, n, "eq", args, 2, token == T_EQEQ ? dest : REG_NONE);
    if (token == T_EQEQ) return v;
    int to = lower_target(f, v.type, dest);
    emit(&f->e, OP_NOT, to, v.reg, 0);
    return (Val){v.type, to};
  }
  Val order = lower_operation(f, n, "compare", args, 2, REG_NONE);
  Val zero = lower_int(f, p->raw[TYPE_I32], 0, REG_NONE);
  return compare_raw(f, token, order, zero, dest);
}

/* -- unary, casts -- */

static Val lower_unary(Fn *f, Node *n, Type *want, int dest) {
  Program0 *p = PROGRAM(f);
  if (n->op == T_MINUS && n->a->kind == N_INT) return lower_int_literal(f, n, n->a->integer, 1, n->a->suffix, want, dest);
  if (n->op == T_MINUS && n->a->kind == N_FLOAT)
    return lower_float(f, n->a->suffix ? p->raw[n->a->suffix] : want && want->tag == TY_RAW && want->raw == TYPE_F32 ? want : p->raw[TYPE_F64], -n->a->number, dest);
  if (n->op == T_NOT) {
    Val v = lower(f, n->a, p->raw[TYPE_BOOL], REG_NONE);
    int to = lower_target(f, v.type, dest);
    emit(&f->e, OP_NOT, to, v.reg, 0);
    return (Val){v.type, to};
  }
  Val v = lower(f, n->a, lower_is_literal(n->a) ? want : NULL, REG_NONE);
  unsigned t = v.type->tag == TY_RAW ? v.type->raw : 0;
  mark_place(f, n);
  if (n->op == T_TILDE && t >= TYPE_I8 && t <= TYPE_U64) { /* x ^ all ones of its type */
    int64_t ones = t == TYPE_U8 ? 0xff : t == TYPE_U16 ? 0xffff : t == TYPE_U32 ? 0xffffffffll : -1;
    Val mask = lower_int(f, v.type, ones, REG_NONE);
    int to = lower_target(f, v.type, dest);
    emit(&f->e, OP_XOR, to, v.reg, mask.reg);
    return (Val){v.type, to};
  }
  if (n->op == T_MINUS && (t == TYPE_F64 || t == TYPE_F32 || t == TYPE_I32 || t == TYPE_I64)) {
    int to = lower_target(f, v.type, dest);
    emit(&f->e, t == TYPE_I32 ? OP_NEG_I32 : t == TYPE_I64 ? OP_NEG_I64 : OP_NEG_F64, to, v.reg, 0);
    if (t == TYPE_F32) emit(&f->e, OP_ROUND_F32, to, to, 0);
    return (Val){v.type, to};
  }
  if (n->op == T_MINUS && (t == TYPE_I8 || t == TYPE_I16)) {
    int to = lower_target(f, v.type, dest), mid = emit_temp(&f->e, 1);
    emit(&f->e, OP_NEG_I64, mid, v.reg, 0);
    emit(&f->e, OP_CHK, to, mid, (int)t);
    return (Val){v.type, to};
  }
  if (n->op == T_MINUS && t >= TYPE_U8 && t <= TYPE_U64) { /* modular: 0 - x */
    Val zero = lower_int(f, v.type, 0, REG_NONE);
    return operation_result(f, T_MINUS, zero, v, dest);
  }
  fail(f->c, node_place(f, n), "'%s' is not defined for %s", token_text((TokenKind)n->op), type_text(f->c, v.type));
}

static Val cast_number(Fn *f, Val v, Type *to_type, int dest) {
  unsigned from = raw_number(f->c, v.type), t = to_type->raw;
  int from_float = from == TYPE_F32 || from == TYPE_F64, to_float = t == TYPE_F32 || t == TYPE_F64;
  int to = lower_target(f, to_type, dest);
  if (t == TYPE_BOOL) {
    int zero = emit_temp(&f->e, 1);
    emit(&f->e, OP_LDI, zero, 0, (int)from);
    emit(&f->e, from_float ? OP_NE_F : OP_NE_I, to, v.reg, zero);
  } else if (from_float && to_float) emit(&f->e, t == TYPE_F32 ? OP_ROUND_F32 : OP_AS_F64, to, v.reg, 0);
  else if (from_float) emit(&f->e, OP_F2I, to, v.reg, (int)t);
  else if (to_float) emit(&f->e, OP_I2F, to, v.reg, (int)t);
  else emit(&f->e, OP_CAST, to, v.reg, (int)t);
  return (Val){to_type, to};
}

static Val lower_cast(Fn *f, Node *n, int dest) {
  Program0 *p = PROGRAM(f);
  Type *to = type_resolve(f->c, f->m, n->b, f->env);
  Val v = lower(f, n->a, lower_is_literal(n->a) && to->tag == TY_RAW && (to->raw == TYPE_F64 || to->raw == TYPE_F32 || (to->raw <= TYPE_U64 && !has_float(n->a) && n->a->kind == N_INT && fits_type(n->a->integer, 0, to->raw))) ? to : NULL, REG_NONE);
  mark_place(f, n);
  if (v.type == to) return lower_put(f, v, dest);
  if (to == p->any) return lower_fit(f, n, v, to, dest);
  if (to == p->string && (v.type->tag == TY_RAW || type_is_plain_enum(f->c, v.type))) return lower_show(f, n, v, 0, dest);
  if (to->tag != TY_RAW || !type_is_raw(f->c, v.type) || (to->raw == TYPE_CHAR && v.type->raw != TYPE_U8))
    fail(f->c, node_place(f, n), "%s cannot be converted to %s with 'as'", type_text(f->c, v.type), type_text(f->c, to));
  if (to->raw == TYPE_CHAR) {
    int reg = lower_target(f, to, dest);
    emit(&f->e, OP_CHK, reg, v.reg, TYPE_CHAR);
    return (Val){to, reg};
  }
  return cast_number(f, v, to, dest);
}

/* v as? T: some when the value in `any` has that type. */
static Val lower_try_cast(Fn *f, Node *n, int dest) {
  Program0 *p = PROGRAM(f);
  Type *t = type_resolve(f->c, f->m, n->b, f->env), *option = type_option(f->c, t);
  Val v = lower_hide(f, lower(f, n->a, p->any, REG_NONE));
  uint32_t type = type_is_raw(f->c, t) ? type_box(f->c, t) : type_machine(f->c, t);
  int result = lower_hidden(f, option), flag = emit_temp(&f->e, 1), out = emit_temp(&f->e, 0);
  Label no, end;
  label_open(&no);
  label_open(&end);
  emit(&f->e, OP_IS_TYPE, flag, v.reg, (int)type);
  emit_jump(&f->e, OP_JF, flag, &no);
  emit(&f->e, OP_CAST_REF, out, v.reg, (int)type);
  Val got = {t, out};
  if (type_is_raw(f->c, t)) {
    got.reg = emit_temp(&f->e, 1);
    emit(&f->e, OP_UNBOX, got.reg, out, 0);
  }
  lower_some(f, option, got, result);
  emit_jump(&f->e, OP_JMP, 0, &end);
  label_place(&f->e, &no);
  lower_none(f, option, result);
  label_place(&f->e, &end);
  return lower_put(f, (Val){option, result}, dest);
}

/* -- conditions -- */

static void jump_on(Fn *f, Val v, int sense, Label *to) { emit_jump(&f->e, sense ? OP_JT : OP_JF, v.reg, to); }

static void jump_chain(Fn *f, Node *n, int sense, Label *to) {
  Label out;
  label_open(&out);
  Val l = lower_hide(f, lower(f, n->list[0], NULL, REG_NONE));
  for (uint32_t i = 1; i < n->count; i++) {
    Node *op = n->b->list[i - 1];
    int last = i + 1 == n->count;
    Val r = lower(f, n->list[i], l.type, REG_NONE);
    if (!last || lower_splits(f, n->list[i])) r = lower_hide(f, r);
    Val t = compare_values(f, op, op->op, l, r, REG_NONE);
    if (last) jump_on(f, t, sense, to);
    else jump_on(f, t, 0, sense ? &out : to);
    l = r;
  }
  label_place(&f->e, &out);
}

/* and: jumps on false at once; or: the mirror image. */
static void jump_logic(Fn *f, Node *n, int sense, Label *to) {
  int is_and = n->kind == N_AND;
  Label out;
  label_open(&out);
  Flow before = flow_save(f); /* what a jump out of the left side can be sure of */
  lower_jump(f, n->a, !is_and, &out);
  lower_jump(f, n->b, sense, to);
  label_place(&f->e, &out);
  flow_merge(f, &before);
}

void lower_jump(Fn *f, Node *n, int sense, Label *to) {
  unsigned raw_mark = f->e.raw_temp, ref_mark = f->e.ref_temp;
  if (n->kind == N_AND || n->kind == N_OR) {
    if ((n->kind == N_AND) == (sense != 0)) jump_logic(f, n, sense, to);
    else { /* and, jump when false; or, jump when true: both sides jump to the same place */
      lower_jump(f, n->a, sense, to);
      lower_jump(f, n->b, sense, to);
    }
  } else if (n->kind == N_UNARY && n->op == T_NOT) lower_jump(f, n->a, !sense, to);
  else if (n->kind == N_CHAIN) jump_chain(f, n, sense, to);
  else if (n->kind == N_MATCHES && !sense) lower_pattern(f, n->b, lower_hide(f, lower(f, n->a, NULL, REG_NONE)), to);
  else if (n->kind == N_MATCHES) {
    Label no;
    label_open(&no);
    Flow before = flow_save(f); /* on the way on, the pattern has bound nothing */
    lower_pattern(f, n->b, lower_hide(f, lower(f, n->a, NULL, REG_NONE)), &no);
    emit_jump(&f->e, OP_JMP, 0, to);
    label_place(&f->e, &no);
    flow_restore(f, &before);
  } else if (n->kind == N_NAME && !strcmp(n->name->text, "true") && !lower_find_var(f, n->name)) {
    if (sense) emit_jump(&f->e, OP_JMP, 0, to);
  } else jump_on(f, lower(f, n, PROGRAM(f)->raw[TYPE_BOOL], REG_NONE), sense, to);
  f->e.raw_temp = raw_mark;
  f->e.ref_temp = ref_mark;
}

/* A condition as a value: 1 or 0 in a hidden local. */
static Val lower_condition_value(Fn *f, Node *n, int dest) {
  Type *t = PROGRAM(f)->raw[TYPE_BOOL];
  int result = lower_hidden(f, t);
  Label no, end;
  label_open(&no);
  label_open(&end);
  Block b;
  block_open(f, &b, B_PLAIN);
  lower_jump(f, n, 0, &no);
  block_close(f);
  lower_int(f, t, 1, result);
  emit_jump(&f->e, OP_JMP, 0, &end);
  label_place(&f->e, &no);
  lower_int(f, t, 0, result);
  label_place(&f->e, &end);
  return lower_put(f, (Val){t, result}, dest);
}

/* -- values that depend on conditions -- */

static Val lower_if_value(Fn *f, Node *n, Type *want, int dest) {
  Label no, end;
  label_open(&no);
  label_open(&end);
  Block b;
  block_open(f, &b, B_PLAIN);
  Flow start = flow_save(f);
  lower_jump(f, n->b, 0, &no);
  int literal = lower_is_literal(n->a) || is_untyped(f, n->a);
  Val a, v;
  if (!want && literal) { /* the other branch tells the type: emit it first */
    Label yes;
    label_open(&yes);
    Flow chosen = flow_save(f);
    emit_jump(&f->e, OP_JMP, 0, &yes);
    label_place(&f->e, &no);
    flow_restore(f, &start);
    v = lower(f, n->c, NULL, REG_NONE);
    int result = lower_hidden(f, v.type);
    lower_put(f, v, result);
    emit_jump(&f->e, OP_JMP, 0, &end);
    label_place(&f->e, &yes);
    flow_restore(f, &chosen);
    lower(f, n->a, v.type, result);
    label_place(&f->e, &end);
    block_close(f);
    return lower_put(f, (Val){v.type, result}, dest);
  }
  a = lower_or_void(f, n->a, want, REG_NONE);
  block_close(f);
  Type *t = want ? want : a.type;
  int result = t == PROGRAM(f)->void_ || t == PROGRAM(f)->never ? REG_NONE : lower_hidden(f, t);
  if (result != REG_NONE) lower_put(f, a, result);
  emit_jump(&f->e, OP_JMP, 0, &end);
  Flow after = flow_save(f);
  flow_restore(f, &start);
  label_place(&f->e, &no);
  lower_or_void(f, n->c, t, result);
  label_place(&f->e, &end);
  flow_merge(f, &after);
  return lower_put(f, (Val){t, result}, dest);
}

static Val lower_coalesce(Fn *f, Node *n, Type *want, int dest) {
  Val o = lower_hide(f, lower(f, n->a, NULL, REG_NONE));
  if (!type_is_option(f->c, o.type)) fail(f->c, node_place(f, n), "'?" "?' needs an option on its left, not %s", type_text(f->c, o.type));
  Type *t = o.type->args[0];
  (void)want;
  int result = lower_hidden(f, t);
  Label no, end;
  label_open(&no);
  label_open(&end);
  lower_jump_variant(f, o, 0, 0, &no);
  lower_payload(f, n, o, 0, 0, result);
  emit_jump(&f->e, OP_JMP, 0, &end);
  label_place(&f->e, &no);
  Val other = lower(f, n->b, t, result);
  (void)other;
  label_place(&f->e, &end);
  return lower_put(f, (Val){t, result}, dest);
}

/* value?: on none or Err the function returns it. */
static Val lower_question(Fn *f, Node *n, int dest) {
  Program0 *p = PROGRAM(f);
  Val o = lower_hide(f, lower(f, n->a, NULL, REG_NONE));
  int is_option = type_is_option(f->c, o.type);
  if (!is_option && (o.type->tag != TY_ENUM || o.type->decl != p->result)) fail(f->c, node_place(f, n), "'?' needs an option or a Result, not %s", type_text(f->c, o.type));
  Label yes;
  label_open(&yes);
  lower_jump_variant(f, o, 0, 1, &yes);
  if (!f->result || f->result->tag != TY_ENUM || f->result->decl != o.type->decl)
    fail(f->c, node_place(f, n), "'?' returns from the function, which must return %s", is_option ? "an option" : "a Result");
  if (is_option) lower_return_val(f, n, lower_none(f, f->result, REG_NONE));
  else {
    Val error = lower_payload(f, n, o, 1, 0, REG_NONE);
    if (error.type != f->result->args[1]) fail(f->c, node_place(f, n), "the error is %s, but the function returns errors of type %s", type_text(f->c, error.type), type_text(f->c, f->result->args[1]));
    type_complete(f->c, f->result);
    int to = emit_temp(&f->e, 0);
    emit(&f->e, OP_NEW, to, 0, (type_machine(f->c, f->result), (int)f->result->variants[1].machine));
    emit(&f->e, raw(f, error.type) ? OP_SETF : OP_SETFP, to, error.reg, 0);
    lower_return_val(f, n, (Val){f->result, to});
  }
  label_place(&f->e, &yes);
  f->e.dead = 0;
  return lower_payload(f, n, o, 0, 0, dest);
}

/* -- options and variants -- */

int lower_find_variant(Fn *f, Type *t, const Name *name) {
  type_complete(f->c, t);
  for (uint32_t i = 0; i < t->variants_count; i++)
    if (t->variants[i].name == name) return (int)i;
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
  emit(&f->e, raw(f, v.type) ? OP_SETF : OP_SETFP, object, v.reg, 0);
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
      if (lower_splits(f, args[k]) && is_temp(values[i].reg)) values[i] = lower_hide(f, values[i]);
  }
  int object = emit_temp(&f->e, 0);
  emit(&f->e, OP_NEW, object, 0, (int)v->machine);
  for (uint32_t i = 0; i < count; i++) emit(&f->e, raw(f, values[i].type) ? OP_SETF : OP_SETFP, object, values[i].reg, (int)i);
  return lower_put(f, (Val){t, object}, dest);
}

void lower_jump_variant(Fn *f, Val v, uint32_t variant, int sense, Label *to) {
  if (type_is_nullable(f->c, v.type)) {
    emit_jump(&f->e, (variant == 0) == (sense != 0) ? OP_JNNULL : OP_JNULL, v.reg, to);
    return;
  }
  int tag = v.reg;
  if (!raw(f, v.type)) emit(&f->e, OP_TAG, tag = emit_temp(&f->e, 1), v.reg, 0);
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
  emit(&f->e, raw(f, type) ? OP_GETF : OP_GETFP, to, object.reg, (int)field);
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

static Val lower_field_access(Fn *f, Node *n, Type *want, int dest) {
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
static Val lower_optional_field(Fn *f, Node *n, int dest) {
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
    if (is_untyped(f, n->list[i])) continue;
    if (!lower_is_literal(n->list[i])) return literal < n->count && is_no_number(n->list[i]) ? literal : i;
    if (literal == n->count || (has_float(n->list[i]) && !has_float(n->list[literal]))) literal = i;
  }
  return literal < n->count ? literal : 0;
}

static Val lower_list(Fn *f, Node *n, Type *want, int dest) {
  Program0 *p = PROGRAM(f);
  Type *element = want && want->tag == TY_LIST ? want->args[0] : NULL;
  if (!n->count && !element) fail(f->c, node_place(f, n), "the type of this empty list cannot be told from here; annotate the variable");
  Val list = {want, REG_NONE};
  int splits_later = any_splits(f, n->list, n->count);
  Val teller = {0};
  uint32_t told_by = 0;
  if (!element) {
    told_by = type_teller(f, n);
    teller = lower_hide(f, lower(f, n->list[told_by], NULL, REG_NONE));
    element = teller.type;
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
    emit(&f->e, raw(f, element) ? OP_LPUSH : OP_LPUSHP, had_room, list.reg, v.reg);
  }
  f->e.raw_temp = raw_mark;
  f->e.ref_temp = ref_mark;
  return lower_put(f, list, dest);
}

static Val lower_tuple(Fn *f, Node *n, Type *want, int dest) {
  Type *types[64];
  Val values[64];
  if (n->count > 60) fail(f->c, node_place(f, n), "too many values in a tuple");
  for (uint32_t i = 0; i < n->count; i++) {
    values[i] = lower(f, n->list[i], want && want->tag == TY_TUPLE && want->count == n->count ? want->args[i] : NULL, REG_NONE);
    types[i] = values[i].type;
    for (uint32_t k = i + 1; k < n->count; k++)
      if (lower_splits(f, n->list[k]) && is_temp(values[i].reg)) values[i] = lower_hide(f, values[i]);
  }
  Type *t = type_make(f->c, TY_TUPLE, NULL, types, n->count);
  int object = emit_temp(&f->e, 0);
  mark_place(f, n);
  emit(&f->e, OP_NEW, object, 0, (int)type_machine(f->c, t));
  for (uint32_t i = 0; i < n->count; i++) emit(&f->e, raw(f, types[i]) ? OP_SETF : OP_SETFP, object, values[i].reg, (int)i);
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

static Val lower_struct(Fn *f, Node *n, Type *want, int dest) {
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
    later |= value ? lower_splits(f, value) : other && splits_elsewhere(f, d->module, other);
  }
  for (uint32_t i = 0; i < declared->count; i++) {
    Node *param = declared->list[i], *value = named_value(n, param->name);
    Type *field = type_resolve(f->c, d->module, param->a, &env);
    if (!value && !param->b) fail(f->c, node_place(f, n), "field '%s' of %s is missing", param->name->text, d->name->text);
    values[i] = value ? lower(f, value, field, REG_NONE) : lower_elsewhere(f, d->module, &env, param->b, field, REG_NONE);
    if (!field && !type_unify(f->c, d->module, param->a, &env, values[i].type))
      fail(f->c, node_place(f, n), "%s does not fit field '%s'", type_text(f->c, values[i].type), param->name->text);
    if (later && is_temp(values[i].reg)) values[i] = lower_hide(f, values[i]);
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
  for (uint32_t i = 0; i < declared->count; i++) emit(&f->e, raw(f, values[i].type) ? OP_SETF : OP_SETFP, object, values[i].reg, (int)i);
  return lower_put(f, (Val){t, object}, dest);
}

/* {k: v, ...}, {a, b}, {}: made through the prelude's Map and Set. */
static Val lower_collection(Fn *f, Node *n, Type *want, int dest) {
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

static Val lower_index(Fn *f, Node *n, Type *want, int dest) {
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
  if (is_temp(object.reg) && lower_splits(f, n->list[0])) object = lower_hide(f, object);
  int is_list = object.type->tag == TY_LIST;
  if (is_list || object.type->tag == TY_ARRAY) {
    Val i = lower(f, n->list[0], lower_is_literal(n->list[0]) ? p->raw[TYPE_I32] : NULL, REG_NONE);
    if (i.type->tag != TY_RAW || !(raw_type_classes(i.type->raw) & CLASS_S) || i.type->raw > TYPE_U32) fail(f->c, node_place(f, n->list[0]), "an index must be an integer of at most 63 bits, not %s", type_text(f->c, i.type));
    Type *t = object.type->args[0];
    if (dest == REG_NONE) f->e.raw_temp = raw_mark, f->e.ref_temp = ref_mark;
    int to = lower_target(f, t, dest);
    mark_place(f, n);
    int is_raw_bank = raw(f, t);
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

static Val lower_range(Fn *f, Node *n, Type *want, int dest) {
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

static Val lower_bytes(Fn *f, Node *n, int dest) {
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
