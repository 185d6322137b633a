/* lower_match.c -- patterns and match.
 *
 * Arms are tried in order.  A pattern is tested from the outside in; whatever it binds is set before the guard is evaluated. */
#include "lower.h"

#include <string.h>

/* -- where a SWITCH enters an arm -- */

/* One alternative of one arm: the values it may take, and the place behind the test for them. */
typedef struct Entry {
  Node *pattern;
  uint32_t arm;
  int is_known; /* takes the values low..high and no others; else it must be asked */
  int64_t low, high;
  Label behind_test;
} Entry;

typedef struct Entries {
  Entry *rows;
  uint32_t count;
} Entries;

static Entry *entry_of(const Fn *f, const Node *p) {
  for (uint32_t i = 0; f->entries && i < f->entries->count; i++)
    if (f->entries->rows[i].pattern == p) return &f->entries->rows[i];
  return NULL;
}

/* Whether the test must be emitted: not when the pattern takes all that gets there, nor when only a SWITCH gets there, for it jumps behind the test. */
static int needs_test(const Fn *f, const Node *p) { return p != f->sure && (!f->e.dead || !entry_of(f, p)); }

static void end_test(Fn *f, const Node *p) {
  Entry *e = entry_of(f, p);
  if (e) label_place(&f->e, &e->behind_test);
}

/* -- patterns -- */

static void lower_subpattern(Fn *f, Node *p, Val v, Label *fail_to);

/* Two alternatives bind the same names, so the first one declares them and the others set them. */
static Var *bound_before(const Fn *f, const Name *name) {
  const Vec *vars = &f->block->vars;
  for (size_t i = f->pattern_vars; i < vars->count; i++)
    if (VEC_AT(vars, Var *, i)->name == name) return VEC_AT(vars, Var *, i);
  return NULL;
}

static void bind_pattern(Fn *f, Node *p, Val v) {
  if (p->name->length == 1 && p->name->text[0] == '_') return;
  Var *var = bound_before(f, p->name);
  if (!var) var = lower_declare(f, p->name, v.type, 0, f->block, p);
  else if (var->type != v.type) fail(f->c, node_place(f, p), "'%s' is %s here, but %s in the first alternative", p->name->text, type_text(f->c, v.type), type_text(f->c, var->type));
  lower_store_var(f, var, v);
  VEC_AT(&f->flow, uint8_t, var->flow) = FLOW_DEFINITE | FLOW_MAYBE;
}

/* The variant that a path or name in a pattern means, for a scrutinee of type `t`; -1: none. */
static int pattern_variant(Fn *f, Node *p, Type *t) {
  if (t->tag != TY_ENUM) return -1;
  if (p->kind == P_BIND) {
    if ((type_is_option(f->c, t) && !strcmp(p->name->text, "none"))) return 1;
    return -1;
  }
  if (p->kind != P_VARIANT && p->kind != P_VALUE) return -1;
  Node *path = p->a;
  if (path->kind != N_NAME && path->kind != N_FIELD) return -1;
  int variant = lower_find_variant(f, t, path->name);
  if (path->kind == N_FIELD && path->a->kind == N_NAME && strcmp(path->a->name->text, "Self") != 0) {
    Decl *d = scope_find(f->c, f->m, path->a->name);
    if (d && d->kind == D_ENUM && d != t->decl) fail(f->c, node_place(f, p), "this is a pattern of %s, but the value is %s", d->name->text, type_text(f->c, t));
  }
  return variant;
}

static void compare_value(Fn *f, Node *at, Node *value, Val v, unsigned op_true, unsigned op_false, int swap, Label *fail_to) {
  (void)at;
  Val k = lower(f, value, v.type, REG_NONE);
  if (v.type == PROGRAM(f)->string) {
    Val args[2] = {v, k};
    Val same = lower_method(f, at, "eq", args, 2, REG_NONE);
    emit_jump(&f->e, OP_JF, same.reg, fail_to);
    return;
  }
  if (!lower_is_raw(f, v.type)) fail(f->c, node_place(f, at), "%s cannot be compared with a constant", type_text(f->c, v.type));
  int test = emit_temp(&f->e, 1);
  emit(&f->e, op_true, test, swap ? k.reg : v.reg, swap ? v.reg : k.reg);
  emit_jump(&f->e, OP_JF, test, fail_to);
  (void)op_false;
}

static int is_float(const Type *t) { return t->tag == TY_RAW && (t->raw == TYPE_F32 || t->raw == TYPE_F64); }

static void range_pattern(Fn *f, Node *p, Val v, Label *fail_to) {
  if (v.type->tag != TY_RAW) fail(f->c, node_place(f, p), "a range cannot match %s", type_text(f->c, v.type));
  int sign = (raw_type_classes(v.type->raw) & CLASS_S) != 0;
  unsigned le = is_float(v.type) ? OP_LE_F : sign ? OP_LE_S : OP_LE_U, lt = is_float(v.type) ? OP_LT_F : sign ? OP_LT_S : OP_LT_U;
  compare_value(f, p, p->a, v, le, 0, 1, fail_to);
  compare_value(f, p, p->b, v, p->flags & F_INCLUSIVE ? le : lt, 0, 0, fail_to);
}

static void variant_pattern(Fn *f, Node *p, Val v, int variant, Label *fail_to) {
  Variant *var = &v.type->variants[variant];
  if (p->kind == P_VARIANT && !(p->flags & F_NAMED) && p->count != var->count)
    fail(f->c, node_place(f, p), "%s.%s has %u values, but the pattern has %u", v.type->decl->name->text, var->name->text, var->count, p->count);
  if (needs_test(f, p)) lower_jump_variant(f, v, (uint32_t)variant, 0, fail_to);
  end_test(f, p);
  for (uint32_t i = 0; i < p->count; i++) {
    Node *sub = p->list[i];
    uint32_t field = i;
    if (p->flags & F_NAMED) {
      for (field = 0; field < var->count && var->fields[field].name != sub->name;) field++;
      if (field == var->count) fail(f->c, node_place(f, sub), "%s.%s has no field '%s'", v.type->decl->name->text, var->name->text, sub->name->text);
      sub = sub->a;
    }
    if (sub->kind == P_WILD) continue;
    Val item = lower_payload(f, p, v, (uint32_t)variant, field, REG_NONE);
    lower_subpattern(f, sub, sub->kind == P_BIND ? item : lower_hide(f, item), fail_to);
  }
}

static void struct_pattern(Fn *f, Node *p, Val v, Label *fail_to) {
  type_complete(f->c, v.type);
  if (v.type->tag != TY_STRUCT || !(p->flags & F_NAMED)) fail(f->c, node_place(f, p), "this pattern does not fit %s", type_text(f->c, v.type));
  Decl *d = p->a->kind == N_NAME ? scope_find(f->c, f->m, p->a->name) : NULL;
  if (d && d != v.type->decl) fail(f->c, node_place(f, p), "this is a pattern of %s, but the value is %s", d->name->text, type_text(f->c, v.type));
  for (uint32_t i = 0; i < p->count; i++) {
    uint32_t k = 0;
    while (k < v.type->fields_count && v.type->fields[k].name != p->list[i]->name) k++;
    if (k == v.type->fields_count) fail(f->c, node_place(f, p->list[i]), "%s has no field '%s'", type_text(f->c, v.type), p->list[i]->name->text);
    lower_check_private(f, p->list[i], v.type->decl);
    Val item = lower_hide(f, lower_field(f, p, v, k, v.type->fields[k].type, REG_NONE));
    lower_subpattern(f, p->list[i]->a, item, fail_to);
  }
}

static void tuple_pattern(Fn *f, Node *p, Val v, Label *fail_to) {
  if (v.type->tag != TY_TUPLE || v.type->count != p->count) fail(f->c, node_place(f, p), "a pattern of %u values does not fit %s", p->count, type_text(f->c, v.type));
  for (uint32_t i = 0; i < p->count; i++) {
    if (p->list[i]->kind == P_WILD) continue;
    lower_subpattern(f, p->list[i], lower_hide(f, lower_field(f, p, v, i, v.type->args[i], REG_NONE)), fail_to);
  }
}

/* The first alternative that matches goes on. */
static void or_pattern(Fn *f, Node *p, Val v, Label *fail_to) {
  Label yes;
  label_open(&yes);
  for (uint32_t i = 0; i < p->count; i++) {
    if (i + 1 == p->count) {
      lower_subpattern(f, p->list[i], v, fail_to);
      break;
    }
    Label next;
    label_open(&next);
    lower_subpattern(f, p->list[i], v, &next);
    emit_jump(&f->e, OP_JMP, 0, &yes);
    f->e.dead = 1;
    label_place(&f->e, &next);
  }
  label_place(&f->e, &yes);
}

static void literal_pattern(Fn *f, Node *p, Val v, Label *fail_to) {
  if (needs_test(f, p)) {
    if (p->kind == P_RANGE) range_pattern(f, p, v, fail_to);
    else compare_value(f, p, p->a, v, is_float(v.type) ? OP_EQ_F : OP_EQ_I, 0, 0, fail_to);
  }
  end_test(f, p);
}

static int is_constant(Fn *f, const Node *p) {
  if (p->count || (p->flags & F_NAMED) || p->a->kind != N_NAME) return 0;
  const Decl *d = scope_find(f->c, f->m, p->a->name);
  return d && d->kind == D_CONST;
}

static void lower_subpattern(Fn *f, Node *p, Val v, Label *fail_to) {
  mark_place(f, p);
  int variant = pattern_variant(f, p, v.type);
  if (variant >= 0) {
    variant_pattern(f, p, v, variant, fail_to);
    return;
  }
  unsigned raw_mark = f->e.raw_temp, ref_mark = f->e.ref_temp;
  switch (p->kind) {
  case P_WILD: break;
  case P_BIND:
    if ((!strcmp(p->name->text, "true") || !strcmp(p->name->text, "false")) && v.type == PROGRAM(f)->raw[TYPE_BOOL])
      emit_jump(&f->e, p->name->text[0] == 't' ? OP_JF : OP_JT, v.reg, fail_to);
    else bind_pattern(f, p, v);
    break;
  case P_VALUE: case P_RANGE: literal_pattern(f, p, v, fail_to); break;
  case P_TUPLE: tuple_pattern(f, p, v, fail_to); break;
  case P_OR: or_pattern(f, p, v, fail_to); break;
  case P_VARIANT:
    if (is_constant(f, p)) { /* a constant whose name is one letter */
      compare_value(f, p, p->a, v, is_float(v.type) ? OP_EQ_F : OP_EQ_I, 0, 0, fail_to);
      break;
    }
    if (v.type->tag == TY_ENUM) fail(f->c, node_place(f, p), "%s has no variant '%s'", type_text(f->c, v.type), p->a->name->text);
    struct_pattern(f, p, v, fail_to);
    break;
  default: fail(f->c, node_place(f, p), "a pattern expected");
  }
  f->e.raw_temp = raw_mark;
  f->e.ref_temp = ref_mark;
}

/* -- the names a pattern binds -- */

static void add_bound(Fn *f, Node *p, Vec *names);

static int binds(const Vec *names, const Name *name) {
  for (size_t i = 0; i < names->count; i++)
    if (VEC_AT(names, Node *, i)->name == name) return 1;
  return 0;
}

/* Every alternative must bind what the first one binds. */
static void add_alternatives(Fn *f, Node *p, Vec *names) {
  Vec first = {0};
  add_bound(f, p->list[0], &first);
  for (uint32_t i = 1; i < p->count; i++) {
    Vec other = {0};
    add_bound(f, p->list[i], &other);
    for (size_t k = 0; k < other.count; k++)
      if (!binds(&first, VEC_AT(&other, Node *, k)->name)) fail(f->c, node_place(f, VEC_AT(&other, Node *, k)), "'%s' is not bound in every alternative", VEC_AT(&other, Node *, k)->name->text);
    for (size_t k = 0; k < first.count; k++)
      if (!binds(&other, VEC_AT(&first, Node *, k)->name)) fail(f->c, node_place(f, VEC_AT(&first, Node *, k)), "'%s' is not bound in every alternative", VEC_AT(&first, Node *, k)->name->text);
  }
  for (size_t k = 0; k < first.count; k++) add_bound(f, VEC_AT(&first, Node *, k), names);
}

static void add_bound(Fn *f, Node *p, Vec *names) {
  static const char *const constants[] = {"true", "false", "none", "_"};
  if (p->kind == P_OR) {
    add_alternatives(f, p, names);
    return;
  }
  if (p->kind == P_FIELD) {
    add_bound(f, p->a, names);
    return;
  }
  for (uint32_t i = 0; i < p->count; i++) add_bound(f, p->list[i], names);
  if (p->kind != P_BIND) return;
  for (unsigned i = 0; i < 4; i++)
    if (!strcmp(p->name->text, constants[i])) return;
  if (binds(names, p->name)) fail(f->c, node_place(f, p), "'%s' is bound twice in this pattern", p->name->text);
  VEC_PUSH(f->c, names, Node *, p);
}

void lower_pattern(Fn *f, Node *p, Val v, Label *fail_to) {
  Vec names = {0};
  add_bound(f, p, &names);
  size_t outer = f->pattern_vars;
  f->pattern_vars = f->block->vars.count;
  lower_subpattern(f, p, v, fail_to);
  f->pattern_vars = outer;
}

/* -- exhaustiveness and usefulness (Maranget, "Warnings for pattern matching", 2007) --
 *
 * A matrix of patterns, one row an arm or alternative, one column a value; opening a constructor replaces its column by one for each of its fields.  A row of patterns
 * is useful when some value matches it and no row above.  A match is exhaustive when a row of wildcards is not useful.  NULL is a wildcard. */

typedef struct Matrix {
  Fn *f;
  Vec rows;        /* Node **: all of `columns` patterns */
  Type **types;    /* of the columns */
  uint32_t columns;
} Matrix;

/* The problem is NP-complete; beyond this many rows looked at, arms count as useful and the match as exhaustive. */
enum { MOST_STEPS = 200000 };

static int is_irrefutable(Fn *f, Node *p, Type *t) {
  if (!p || p->kind == P_WILD) return 1;
  return p->kind == P_BIND && pattern_variant(f, p, t) < 0 && !(t == PROGRAM(f)->raw[TYPE_BOOL] && (!strcmp(p->name->text, "true") || !strcmp(p->name->text, "false")));
}

static int constructors_of(Fn *f, Type *t) {
  if (t == PROGRAM(f)->raw[TYPE_BOOL]) return 2;
  if (t->tag == TY_TUPLE || t->tag == TY_STRUCT) return 1;
  if (t->tag != TY_ENUM) return 0;
  type_complete(f->c, t);
  return (int)t->variants_count;
}

/* Which constructor the pattern names; -1: it is a literal or range, which covers no constructor wholly. */
static int constructor_of(Fn *f, Node *p, Type *t) {
  if (t == PROGRAM(f)->raw[TYPE_BOOL] && p->kind == P_BIND) return p->name->text[0] == 't';
  if (p->kind == P_TUPLE || (p->kind == P_VARIANT && t->tag == TY_STRUCT)) return 0;
  return pattern_variant(f, p, t);
}

/* The types of the constructor's fields, in an array with room for `more` behind them. */
static uint32_t constructor_fields(Fn *f, Type *t, int k, uint32_t more, Type ***out) {
  int is_bool = t == PROGRAM(f)->raw[TYPE_BOOL];
  if (!is_bool) type_complete(f->c, t);
  uint32_t n = is_bool ? 0 : t->tag == TY_ENUM ? t->variants[k].count : t->fields_count;
  Type **types = *out = arena_alloc(f->c, (n + more) * sizeof *types);
  for (uint32_t i = 0; i < n; i++) types[i] = t->tag == TY_ENUM ? t->variants[k].fields[i].type : t->fields[i].type;
  return n;
}

static Node *subpattern(Fn *f, Node *p, Type *t, int k, uint32_t field) {
  if (!p || is_irrefutable(f, p, t) || !p->count) return NULL;
  if (!(p->flags & F_NAMED)) return field < p->count ? p->list[field] : NULL;
  Name *name = t->tag == TY_ENUM ? t->variants[k].fields[field].name : t->fields[field].name;
  for (uint32_t i = 0; i < p->count; i++)
    if (p->list[i]->name == name) return p->list[i]->a;
  return NULL;
}

static Node **row_copy(const Matrix *m, Node *const *row, uint32_t skip, uint32_t room) {
  Node **copy = arena_alloc(m->f->c, (room + m->columns) * sizeof *copy);
  if (m->columns > skip) memcpy(copy + room, row + skip, (m->columns - skip) * sizeof *copy);
  return copy;
}

/* Adds a row; alternatives in its first column become rows of their own. */
static void add_row(Matrix *m, Node **row) {
  if (!m->columns || !row[0] || row[0]->kind != P_OR) {
    VEC_PUSH(m->f->c, &m->rows, Node **, row);
    return;
  }
  for (uint32_t i = 0; i < row[0]->count; i++) {
    Node **copy = row_copy(m, row, 0, 0);
    copy[0] = row[0]->list[i];
    add_row(m, copy);
  }
}

/* The row with its first column opened as constructor `k` of `n` fields. */
static Node **open_row(const Matrix *m, Node *const *row, int k, uint32_t n) {
  Node **made = row_copy(m, row, 1, n);
  for (uint32_t i = 0; i < n; i++) made[i] = subpattern(m->f, row[0], m->types[0], k, i);
  return made;
}

static int same_value(const Node *a, const Node *b) {
  if (a->kind == P_RANGE) return b->kind == P_RANGE && a->flags == b->flags && same_value(&(Node){.kind = P_VALUE, .a = a->a}, &(Node){.kind = P_VALUE, .a = b->a}) &&
                                 same_value(&(Node){.kind = P_VALUE, .a = a->b}, &(Node){.kind = P_VALUE, .a = b->b});
  if (a->kind != P_VALUE || b->kind != P_VALUE || a->a->kind != b->a->kind) return 0;
  if (a->a->kind == N_UNARY) return a->a->op == b->a->op && a->a->a->kind == b->a->a->kind && a->a->a->integer == b->a->a->integer && a->a->a->number == b->a->a->number;
  return a->a->kind <= N_NAME && a->a->integer == b->a->integer && a->a->number == b->a->number && a->a->name == b->a->name;
}

static int is_useful(const Matrix *m, Node **row, unsigned *steps);

/* Useful among the values built by constructor `k`. */
static int useful_in_constructor(const Matrix *m, Node **row, int k, unsigned *steps) {
  Fn *f = m->f;
  Type *t = m->types[0];
  Matrix inner = {.f = f};
  uint32_t n = constructor_fields(f, t, k, m->columns, &inner.types);
  if (m->columns > 1) memcpy(inner.types + n, m->types + 1, (m->columns - 1) * sizeof *inner.types);
  inner.columns = n + m->columns - 1;
  for (size_t i = 0; i < m->rows.count; i++) {
    Node **above = VEC_AT(&m->rows, Node **, i);
    if (is_irrefutable(f, above[0], t) || constructor_of(f, above[0], t) == k) add_row(&inner, open_row(m, above, k, n));
  }
  return is_useful(&inner, open_row(m, row, k, n), steps);
}

/* The first column is a literal, a range, or of a type without constructors: only rows that surely take the same value count. */
static int useful_by_value(const Matrix *m, Node **row, unsigned *steps) {
  Matrix inner = {.f = m->f, .types = m->types + 1, .columns = m->columns - 1};
  for (size_t i = 0; i < m->rows.count; i++) {
    Node **above = VEC_AT(&m->rows, Node **, i);
    int takes = is_irrefutable(m->f, above[0], m->types[0]) || (!is_irrefutable(m->f, row[0], m->types[0]) && same_value(above[0], row[0]));
    if (takes) add_row(&inner, row_copy(m, above, 1, 0));
  }
  return is_useful(&inner, row_copy(m, row, 1, 0), steps);
}

static int is_useful(const Matrix *m, Node **row, unsigned *steps) {
  Fn *f = m->f;
  if (!m->columns) return m->rows.count == 0;
  if ((*steps += 1 + (unsigned)m->rows.count) > MOST_STEPS || !m->rows.count) return 1;
  Type *t = m->types[0];
  if (row[0] && row[0]->kind == P_OR) {
    for (uint32_t i = 0; i < row[0]->count; i++) {
      Node **copy = row_copy(m, row, 0, 0);
      copy[0] = row[0]->list[i];
      if (is_useful(m, copy, steps)) return 1;
    }
    return 0;
  }
  int constructors = constructors_of(f, t), any = 0;
  for (size_t i = 0; i < m->rows.count; i++) any |= !is_irrefutable(f, VEC_AT(&m->rows, Node **, i)[0], t);
  if (!is_irrefutable(f, row[0], t)) {
    int k = constructors ? constructor_of(f, row[0], t) : -1;
    return k >= 0 ? useful_in_constructor(m, row, k, steps) : useful_by_value(m, row, steps);
  }
  if (!constructors || !any) return useful_by_value(m, row, steps);
  for (int k = 0; k < constructors; k++)
    if (useful_in_constructor(m, row, k, steps)) return 1;
  return 0;
}

/* -- match -- */

static const char *constructor_name(Fn *f, Type *t, int k) {
  if (t->tag == TY_ENUM) return t->variants[k].name->text;
  return t == PROGRAM(f)->raw[TYPE_BOOL] ? (k ? "true" : "false") : "_";
}

/* Some value that no arm takes, as its outermost constructor; NULL: there is none, or (then *proved stays 0) it would take too long to find. */
static const char *missing_case(const Matrix *m, int *proved) {
  Fn *f = m->f;
  Node *wildcard[1] = {NULL};
  unsigned steps = 0;
  int missing = is_useful(m, wildcard, &steps);
  if (steps > MOST_STEPS) return NULL;
  *proved = !missing;
  if (!missing) return NULL;
  for (int k = 0; k < constructors_of(f, m->types[0]) && steps <= MOST_STEPS; k++)
    if (useful_in_constructor(m, wildcard, k, &steps)) return constructor_name(f, m->types[0], k);
  return "_";
}

static void check_alternative(const Matrix *m, Node *n, Node *arm, Node *pattern) {
  Node *row[1] = {pattern};
  unsigned steps = 0;
  if (is_useful(m, row, &steps)) return;
  for (uint32_t i = 0; n->list[i] != arm; i++) { /* name the one arm that takes it all, when there is one */
    Matrix one = {.f = m->f, .types = m->types, .columns = 1};
    Node *other[1] = {n->list[i]->a};
    add_row(&one, other);
    steps = 0;
    if (!n->list[i]->b && !is_useful(&one, row, &steps)) fail(m->f->c, node_place(m->f, pattern), "this arm cannot be reached: line %u matches all of it", n->list[i]->line);
  }
  fail(m->f->c, node_place(m->f, pattern), "this arm cannot be reached: what stands before matches all of it");
}

/* A name that is no variant is said to be none, before anything is said about what is left out. */
static void check_variant_name(Fn *f, Node *p, Type *t) {
  if (t->tag == TY_ENUM && p->kind == P_VARIANT && pattern_variant(f, p, t) < 0 && !is_constant(f, p)) fail(f->c, node_place(f, p), "%s has no variant '%s'", type_text(f->c, t), p->a->name->text);
}

/* Whether the arms are known to take every value. */
static int check_arms(Fn *f, Node *n, Type *t, int wants_value) {
  Matrix m = {.f = f, .types = &t, .columns = 1};
  for (uint32_t i = 0; i < n->count; i++) {
    Node *arm = n->list[i], **list = arm->a->kind == P_OR ? arm->a->list : &arm->a;
    uint32_t count = arm->a->kind == P_OR ? arm->a->count : 1;
    for (uint32_t k = 0; k < count; k++) {
      check_variant_name(f, list[k], t);
      check_alternative(&m, n, arm, list[k]);
      if (arm->b) continue;
      Node **row = arena_alloc(f->c, sizeof *row);
      row[0] = list[k];
      add_row(&m, row);
    }
  }
  int proved = 0;
  const char *missing = wants_value || constructors_of(f, t) > 0 ? missing_case(&m, &proved) : NULL;
  if (missing) fail(f->c, node_place(f, n), "this match leaves out '%s'", missing);
  return proved;
}

static int is_covered(Fn *f, Node *n, Type *t) {
  if (constructors_of(f, t) > 0) return 1;
  for (uint32_t i = 0; i < n->count; i++)
    if (!n->list[i]->b && is_irrefutable(f, n->list[i]->a, t)) return 1;
  return 0;
}

/* -- SWITCH -- */

enum { FEWEST_CASES = 4, MOST_SLOTS = 1024 };

/* The value of a literal in a pattern of type `t`; what does not fit is left to the test, which says so. */
static int literal_value(const Node *n, const Type *t, int64_t *value) {
  int negative = n->kind == N_UNARY && n->op == T_MINUS;
  if (negative) n = n->a;
  if (n->kind == N_CHAR) return *value = (int64_t)n->integer, t->raw == TYPE_CHAR && !negative;
  if (n->kind != N_INT || n->integer > INT32_MAX || (n->suffix && n->suffix != t->raw)) return 0;
  static const uint32_t most[] = {[TYPE_I8] = INT8_MAX, [TYPE_I16] = INT16_MAX, [TYPE_U8] = UINT8_MAX, [TYPE_U16] = UINT16_MAX};
  uint32_t limit = t->raw < sizeof most / sizeof *most && most[t->raw] ? most[t->raw] : INT32_MAX;
  if (t->raw > TYPE_U64 || n->integer > limit || (negative && t->raw > TYPE_I64)) return 0;
  *value = negative ? -(int64_t)n->integer : (int64_t)n->integer;
  return 1;
}

static void know_values(Fn *f, Entry *e, Type *t) {
  const Node *p = e->pattern;
  if (t->tag == TY_ENUM) {
    int variant = pattern_variant(f, e->pattern, t);
    e->is_known = variant >= 0;
    e->low = e->high = variant;
  } else if (p->kind == P_VALUE) {
    e->is_known = literal_value(p->a, t, &e->low);
    e->high = e->low;
  } else if (p->kind == P_RANGE && literal_value(p->a, t, &e->low) && literal_value(p->b, t, &e->high)) {
    e->high -= !(p->flags & F_INCLUSIVE);
    e->is_known = e->low <= e->high && e->high - e->low < MOST_SLOTS / 4;
  }
}

static void list_entries(Fn *f, Node *n, Type *t, Entries *es) {
  for (uint32_t i = 0; i < n->count; i++) es->count += n->list[i]->a->kind == P_OR ? n->list[i]->a->count : 1;
  es->rows = arena_alloc(f->c, es->count * sizeof *es->rows);
  Entry *e = es->rows;
  for (uint32_t i = 0; i < n->count; i++) {
    Node *p = n->list[i]->a, **list = p->kind == P_OR ? p->list : &p;
    for (uint32_t k = 0, count = p->kind == P_OR ? p->count : 1; k < count; k++, e++) {
      *e = (Entry){.pattern = list[k], .arm = i};
      label_open(&e->behind_test);
      know_values(f, e, t);
    }
  }
}

/* The slots worth a table: from *base on; 0: the values are too few or too far apart. */
static uint32_t table_size(const Entries *es, int64_t *base) {
  uint32_t cases = 0;
  int64_t low = INT64_MAX, high = INT64_MIN;
  for (const Entry *e = es->rows; e < es->rows + es->count; e++) {
    if (!e->is_known) continue;
    cases++;
    if (e->low < low) low = e->low;
    if (e->high > high) high = e->high;
  }
  if (cases < FEWEST_CASES) return 0;
  *base = low >= 0 && low <= 8 + (int64_t)cases ? 0 : low;
  int64_t slots = high - *base + 1;
  return slots <= MOST_SLOTS && slots <= 16 + 8 * (int64_t)cases ? (uint32_t)slots : 0;
}

/* Where value `k` goes: behind the test of the first alternative that takes it, or to the first arm that must be asked. */
static Label *slot_target(Entries *es, Label *arms, uint32_t arms_count, int64_t k) {
  for (Entry *e = es->rows; e < es->rows + es->count; e++) {
    if (!e->is_known) return &arms[e->arm];
    if (e->low <= k && k <= e->high) return &e->behind_test;
  }
  return &arms[arms_count];
}

/* The number that the table is indexed by. */
static int switch_index(Fn *f, Val v, int64_t base) {
  int index = v.reg;
  if (!lower_is_raw(f, v.type)) emit(&f->e, OP_TAG, index = emit_temp(&f->e, 1), v.reg, 0);
  if (!base) return index;
  Type *u64 = PROGRAM(f)->raw[TYPE_U64];
  int wide = emit_temp(&f->e, 1);
  emit(&f->e, OP_CAST, wide, index, TYPE_U64);
  Val offset = lower_int(f, u64, base, REG_NONE);
  emit(&f->e, OP_SUB_U64, wide, wide, offset.reg);
  return wide;
}

/* Jumps by the value to where its arm goes on; 0: a chain of tests is as good. */
static int lower_switch(Fn *f, Node *n, Val v, Entries *es, Label *arms) {
  Type *t = v.type;
  int is_number = t->tag == TY_RAW && (t->raw <= TYPE_U64 || t->raw == TYPE_CHAR), is_enum = t->tag == TY_ENUM && !type_is_nullable(f->c, t);
  if ((!is_number && !is_enum) || f->e.dead) return 0;
  list_entries(f, n, t, es);
  int64_t base = 0;
  uint32_t slots = table_size(es, &base);
  if (!slots) return 0;
  emit_wide(&f->e, OP_SWITCH, switch_index(f, v, base), slots);
  for (uint32_t i = 0; i <= slots; i++) {
    int64_t k = i < slots ? base + (int64_t)i : is_enum ? -1 : INT64_MAX;
    f->e.dead = 0;
    emit_jump(&f->e, OP_JMP, 0, slot_target(es, arms, n->count, k));
  }
  return 1;
}

Val lower_match(Fn *f, Node *n, Type *want, int dest, int wants_value) {
  Program0 *p = PROGRAM(f);
  Val v = lower(f, n->a, NULL, REG_NONE);
  if (v.reg == REG_NONE) fail(f->c, node_place(f, n->a), "there is no value to match");
  Var *variable = n->a->kind == N_NAME ? lower_find_var(f, n->a->name) : NULL;
  if (!variable || variable->is_mut || variable->reg != v.reg) v = lower_hide(f, v);
  int is_exhaustive = check_arms(f, n, v.type, wants_value);
  Label end;
  label_open(&end);
  Type *type = want;
  int result = REG_NONE;
  Flow start = flow_save(f), joined = start;
  int joined_dead = 1;
  unsigned raw_start = f->e.raw_temp, ref_start = f->e.ref_temp;
  Label *arms = arena_alloc(f->c, (n->count + 1) * sizeof *arms);
  for (uint32_t i = 0; i <= n->count; i++) label_open(&arms[i]);
  Entries entries = {0};
  int switches = lower_switch(f, n, v, &entries, arms);
  f->e.raw_temp = raw_start;
  f->e.ref_temp = ref_start;
  label_place(&f->e, &arms[0]);
  for (uint32_t i = 0; i < n->count; i++) {
    Node *arm = n->list[i];
    Label *next = &arms[i + 1];
    Block b;
    block_open(f, &b, B_PLAIN);
    unsigned raw_mark = f->e.raw_temp, ref_mark = f->e.ref_temp;
    flow_restore(f, &start);
    f->entries = switches ? &entries : NULL;
    f->sure = is_exhaustive && i + 1 == n->count && !arm->b ? arm->a : NULL;
    lower_pattern(f, arm->a, v, next);
    f->entries = NULL;
    f->sure = NULL;
    if (arm->b) lower_jump(f, arm->b, 0, next);
    if (type && result == REG_NONE && wants_value && type != p->void_ && type != p->never) result = emit_local(&f->e, type_machine(f->c, type));
    Val value = lower_block_value(f, arm->c, type, result, wants_value);
    if (wants_value && !type && value.type != p->never) {
      type = value.type;
      result = value.reg;
    }
    f->e.raw_temp = raw_mark;
    f->e.ref_temp = ref_mark;
    block_close(f);
    Flow here = flow_save(f);
    if (!here.dead) {
      if (!joined_dead) {
        flow_restore(f, &joined);
        flow_merge(f, &here);
        joined = flow_save(f);
        joined.dead = 0;
      } else joined = here;
      joined_dead = 0;
    }
    emit_jump(&f->e, OP_JMP, 0, &end);
    f->e.dead = 1;
    label_place(&f->e, next);
  }
  int covered = is_covered(f, n, v.type);
  if (!f->e.dead && covered) emit(&f->e, OP_UNREACHABLE, 0, 0, 0);
  Flow past = flow_save(f);
  label_place(&f->e, &end);
  flow_restore(f, &joined);
  if (!past.dead && !covered) flow_merge(f, &start);
  if (!wants_value) return lower_void(f);
  if (!type) return (Val){p->never, REG_NONE};
  if (result == REG_NONE) return (Val){type, REG_NONE};
  VEC_PUSH(f->c, &f->hidden, Hidden, ((Hidden){type_machine(f->c, type), result}));
  return lower_put(f, (Val){type, result}, dest);
}
