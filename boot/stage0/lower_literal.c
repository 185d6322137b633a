/* lower_literal.c -- expressions of integer literals: which type they get, and what they give.  Every step must fit the type. */
#include "lower.h"

int lower_is_literal(const Node *n) {
  switch (n->kind) {
  case N_INT: case N_FLOAT: return n->suffix == 0;
  case N_UNARY: return n->op != T_NOT && lower_is_literal(n->a);
  case N_BINARY:
    return ((n->op >= T_PLUS && n->op <= T_CARET) || n->op == T_SHL || n->op == T_SHR) && lower_is_literal(n->a) && lower_is_literal(n->b);
  default: return 0;
  }
}

const Node *lower_open_literal(Fn *f, const Node *n) {
  if (lower_is_literal(n)) return n;
  if (n->kind != N_NAME || lower_find_var(f, n->name)) return NULL;
  const Decl *d = scope_find(f->c, f->m, n->name);
  return d && d->kind == D_CONST && !d->node->b && lower_is_literal(d->node->c) ? d->node->c : NULL;
}

int lower_has_float(const Node *n) { return n->kind == N_FLOAT || (n->a && lower_has_float(n->a)) || (n->b && lower_has_float(n->b)); }

/* One expression, computed in one type. */
typedef struct Computed {
  unsigned type;
  const Node *wrong; /* the first part that does not fit */
  int divides;       /* by zero: it throws where it is reached */
} Computed;

static int is_signed(unsigned type) { return type <= TYPE_I64; }
static unsigned width_of(unsigned type) { return 8u << (type - TYPE_I8) % 4; }

/* The value as one of the type: its sign and size, checked. */
static uint64_t fitting(Computed *c, const Node *n, uint64_t bits, int overflows) {
  int negative = is_signed(c->type) && (int64_t)bits < 0;
  if ((overflows || !lower_fits_type(negative ? 0 - bits : bits, negative, c->type)) && !c->wrong) c->wrong = n;
  return bits;
}

/* The low bits of it, as a value of the type. */
static uint64_t cut(unsigned type, uint64_t bits) {
  unsigned spare = 64 - width_of(type);
  return is_signed(type) ? (uint64_t)((int64_t)(bits << spare) >> spare) : bits << spare >> spare;
}

static uint64_t literal(Computed *c, const Node *n, uint64_t magnitude, int negative) {
  if (!lower_fits_type(magnitude, negative, c->type) && !c->wrong) c->wrong = n;
  return negative ? 0 - magnitude : magnitude;
}

static uint64_t compute(Computed *c, const Node *n);

static uint64_t compute_unary(Computed *c, const Node *n) {
  if (n->op == T_TILDE) return cut(c->type, ~compute(c, n->a));
  if (n->a->kind == N_INT) return literal(c, n, n->a->integer, 1);
  uint64_t a = compute(c, n->a);
  return fitting(c, n, 0 - a, is_signed(c->type) ? (int64_t)a == INT64_MIN : a != 0);
}

static uint64_t divide(Computed *c, const Node *n, uint64_t a, uint64_t b) {
  int is_quotient = n->op == T_SLASH;
  if (!b) {
    c->divides = 1;
    return 0;
  }
  if (!is_signed(c->type)) return is_quotient ? a / b : a % b;
  if ((int64_t)b == -1) return is_quotient ? fitting(c, n, 0 - a, (int64_t)a == INT64_MIN) : 0;
  return (uint64_t)(is_quotient ? (int64_t)a / (int64_t)b : (int64_t)a % (int64_t)b);
}

static uint64_t shift(Computed *c, const Node *n) {
  Computed count = {TYPE_I32, NULL, 0};
  uint64_t a = compute(c, n->a);
  unsigned by = (unsigned)compute(&count, n->b) % width_of(c->type);
  if (count.wrong && !c->wrong) c->wrong = count.wrong;
  c->divides |= count.divides;
  if (n->op == T_SHL) return cut(c->type, a << by);
  return is_signed(c->type) ? (uint64_t)((int64_t)a >> by) : a >> by;
}

static uint64_t compute_binary(Computed *c, const Node *n) {
  if (n->op == T_SHL || n->op == T_SHR) return shift(c, n);
  uint64_t a = compute(c, n->a), b = compute(c, n->b), u = 0;
  int64_t s = 0;
  int overflows;
  switch (n->op) {
  case T_PLUS: overflows = is_signed(c->type) ? __builtin_add_overflow((int64_t)a, (int64_t)b, &s) : __builtin_add_overflow(a, b, &u); break;
  case T_MINUS: overflows = is_signed(c->type) ? __builtin_sub_overflow((int64_t)a, (int64_t)b, &s) : __builtin_sub_overflow(a, b, &u); break;
  case T_STAR: overflows = is_signed(c->type) ? __builtin_mul_overflow((int64_t)a, (int64_t)b, &s) : __builtin_mul_overflow(a, b, &u); break;
  case T_SLASH: case T_PERCENT: return divide(c, n, a, b);
  case T_AMP: return a & b;
  case T_BAR: return a | b;
  default: return a ^ b;
  }
  return fitting(c, n, is_signed(c->type) ? (uint64_t)s : u, overflows);
}

static uint64_t compute(Computed *c, const Node *n) {
  if (n->kind == N_INT) return literal(c, n, n->integer, 0);
  return n->kind == N_UNARY ? compute_unary(c, n) : compute_binary(c, n);
}

static const unsigned open_types[] = {TYPE_I32, TYPE_I64, TYPE_U64};

Type *lower_literals(Fn *f, Node *n, Type *want, uint64_t *value, int *divides) {
  int is_open = !want || want->tag != TY_RAW || want->raw > TYPE_U64;
  Computed c = {0, n, 0};
  for (unsigned i = 0; c.wrong && i < (is_open ? 3u : 1u); i++) {
    c = (Computed){is_open ? open_types[i] : want->raw, NULL, 0};
    *value = compute(&c, n);
  }
  *divides = c.divides;
  Type *t = PROGRAM(f)->raw[c.type];
  if (c.wrong) fail(f->c, node_place(f, c.wrong), "the value of this does not fit %s", is_open ? "any integer type" : t->name->text);
  return t;
}

Type *lower_literal_type(Fn *f, Node *const *list, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (lower_is_literal(list[i]) && lower_has_float(list[i])) return PROGRAM(f)->raw[TYPE_F64];
  for (unsigned t = 0; t < 3; t++) {
    Computed c = {open_types[t], NULL, 0};
    for (uint32_t i = 0; i < count; i++)
      if (lower_is_literal(list[i])) compute(&c, list[i]);
    if (!c.wrong) return PROGRAM(f)->raw[c.type];
  }
  return PROGRAM(f)->raw[TYPE_I64];
}
