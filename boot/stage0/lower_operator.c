/* lower_operator.c -- arithmetic, comparison, casts, conditions, and values that depend on conditions. */
#include "lower.h"

#include <math.h>
#include <string.h>

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
void lower_operands(Fn *f, Node *a, Node *b, Type *want, Val *l, Val *r) {
  int b_literal = lower_is_literal(b), a_literal = lower_is_literal(a) || lower_is_untyped(f, a) || (!b_literal && lower_open_literal(f, a));
  if (a_literal && !b_literal) {
    *r = lower(f, b, lower_is_untyped(f, b) ? want : NULL, REG_NONE);
    if (lower_is_temp(r->reg) && lower_splits(f, a)) *r = lower_hide(f, *r);
    *l = lower(f, a, r->type, REG_NONE);
    return;
  }
  if (!want && b_literal && lower_is_literal(a)) want = lower_literal_type(f, (Node *[]){a, b}, 2);
  *l = lower(f, a, a_literal ? want : (a->kind == N_LIST || a->kind == N_BRACES) ? want : NULL, REG_NONE);
  if (lower_is_temp(l->reg) && lower_splits(f, b)) *l = lower_hide(f, *l);
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
  const Node *literal = lower_open_literal(f, b);
  int fits = literal ? want->tag == TY_RAW && want->raw <= TYPE_F64 && !(lower_has_float(literal) && want->raw <= TYPE_U64) : needs_type(b);
  return lower(f, b, fits ? want : NULL, REG_NONE);
}

static Val lower_binary_values(Fn *f, Node *n, unsigned token, Val l, Val r, int dest) {
  Val result;
  if (lower_sequence(f, n, token, l, r, dest, &result)) return result;
  return lower_numbers(f, n, token, l, r, dest);
}

static Val compare_values(Fn *f, Node *n, unsigned token, Val l, Val r, int dest);

/* An operation on integer literals is done here, but for divisions by zero, which have a type only.  Whether it was done. */
static int lower_integers(Fn *f, Node *n, Type **want, int dest, Val *result) {
  if (!lower_is_literal(n) || lower_has_float(n) || (*want && (*want)->tag == TY_RAW && ((*want)->raw == TYPE_F32 || (*want)->raw == TYPE_F64))) return 0;
  uint64_t value;
  int divides;
  *want = lower_literals(f, n, *want, &value, &divides);
  if (!divides) *result = lower_int(f, *want, (int64_t)value, dest);
  return !divides;
}

Val lower_binary(Fn *f, Node *n, Type *want, int dest) {
  unsigned raw_mark = f->e.raw_temp, ref_mark = f->e.ref_temp;
  Val l, r;
  if (lower_integers(f, n, &want, dest, &l)) return l;
  if (n->op == T_IN) {
    l = lower(f, n->a, NULL, REG_NONE);
    if (lower_is_temp(l.reg) && lower_splits(f, n->b)) l = lower_hide(f, l);
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
    if (lower_is_temp(l.reg) && lower_splits(f, n->b)) l = lower_hide(f, l);
    r = lower(f, n->b, NULL, REG_NONE);
  } else if (lower_is_literal(n->a) || (lower_is_untyped(f, n->a) && (compares || n->op == T_PLUS)) || (!is_shift(n->op) && !lower_is_literal(n->b) && lower_open_literal(f, n->a)))
    lower_operands(f, n->a, n->b, want && (want->tag == TY_RAW || want->tag == TY_LIST) && !compares ? want : NULL, &l, &r);
  else {
    l = lower(f, n->a, compares ? NULL : n->a->kind == N_LIST ? want : NULL, REG_NONE);
    if (lower_is_temp(l.reg) && lower_splits(f, n->b)) l = lower_hide(f, l);
    r = is_shift(n->op) || (n->op == T_STAR && (l.type->tag == TY_LIST || l.type == PROGRAM(f)->string)) ? lower(f, n->b, NULL, REG_NONE) : lower_right(f, n->b, l.type);
  }
  /* one instruction reads its operands before it writes; what takes several must not reuse their temporaries */
  int is_narrow = l.type->tag == TY_RAW && (l.type->raw == TYPE_I8 || l.type->raw == TYPE_U8 || l.type->raw == TYPE_I16 || l.type->raw == TYPE_U16);
  if (lower_is_raw(f, l.type) && !is_narrow) f->e.raw_temp = raw_mark, f->e.ref_temp = ref_mark;
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

Val lower_unary(Fn *f, Node *n, Type *want, int dest) {
  Program0 *p = PROGRAM(f);
  if (n->op == T_MINUS && n->a->kind == N_INT) return lower_int_literal(f, n, n->a->integer, 1, n->a->suffix, want, dest);
  if (n->op == T_MINUS && n->a->kind == N_FLOAT)
    return lower_float(f, n->a->suffix ? p->raw[n->a->suffix] : want && want->tag == TY_RAW && want->raw == TYPE_F32 ? want : p->raw[TYPE_F64], -n->a->number, dest);
  Val done;
  if (lower_integers(f, n, &want, dest, &done)) return done;
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

Val lower_cast(Fn *f, Node *n, int dest) {
  Program0 *p = PROGRAM(f);
  Type *to = type_resolve(f->c, f->m, n->b, f->env);
  Val v = lower(f, n->a, lower_is_literal(n->a) && to->tag == TY_RAW && (to->raw == TYPE_F64 || to->raw == TYPE_F32 || (to->raw <= TYPE_U64 && !lower_has_float(n->a) && n->a->kind == N_INT && lower_fits_type(n->a->integer, 0, to->raw))) ? to : NULL, REG_NONE);
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
Val lower_try_cast(Fn *f, Node *n, int dest) {
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
Val lower_condition_value(Fn *f, Node *n, int dest) {
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

Val lower_if_value(Fn *f, Node *n, Type *want, int dest) {
  Label no, end;
  label_open(&no);
  label_open(&end);
  Block b;
  block_open(f, &b, B_PLAIN);
  Flow start = flow_save(f);
  lower_jump(f, n->b, 0, &no);
  int literal = lower_is_literal(n->a) || lower_is_untyped(f, n->a);
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

Val lower_coalesce(Fn *f, Node *n, Type *want, int dest) {
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
Val lower_question(Fn *f, Node *n, int dest) {
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
    emit(&f->e, lower_is_raw(f, error.type) ? OP_SETF : OP_SETFP, to, error.reg, 0);
    lower_return_val(f, n, (Val){f->result, to});
  }
  label_place(&f->e, &yes);
  f->e.dead = 0;
  return lower_payload(f, n, o, 0, 0, dest);
}
