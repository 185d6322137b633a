/* lower_loop.c -- while, and for over everything. */
#include "lower.h"

#include <string.h>

static void loop_open(Fn *f, Loop *l, Name *label) {
  *l = (Loop){.outer = f->loop, .label = label};
  label_open(&l->on_break);
  label_open(&l->on_continue);
  f->loop = l;
}

Loop *lower_find_loop(Fn *f, Node *n) {
  for (Loop *l = f->loop; l; l = l->outer)
    if (!n->name || l->label == n->name) return l;
  if (n->name) fail(f->c, node_place(f, n), "there is no loop with the label '%s around this", n->name->text);
  fail(f->c, node_place(f, n), "'%s' outside of any loop", n->kind == N_BREAK ? "break" : "continue");
}

static int has_matches(const Node *n) {
  if (n->kind == N_MATCHES) return 1;
  if (n->kind == N_LAMBDA) return 0;
  return (n->a && has_matches(n->a)) || (n->b && has_matches(n->b));
}

static int is_true(Fn *f, Node *n) { return n->kind == N_NAME && !strcmp(n->name->text, "true") && !lower_find_var(f, n->name); }

/* How many names, literals and operators a condition has; more than `most` when anything else is in it. */
static int condition_size(const Node *n, int most) {
  switch (n->kind) {
  case N_NAME: case N_INT: case N_CHAR: case N_FLOAT: return 1;
  case N_UNARY: return 1 + condition_size(n->a, most);
  case N_FIELD: return 1 + condition_size(n->a, most);
  case N_BINARY: case N_AND: case N_OR: {
    int left = n->op == T_IN ? most : condition_size(n->a, most);
    return left >= most ? most + 1 : 1 + left + condition_size(n->b, most);
  }
  default: return most + 1;
  }
}

/* The test stands at the bottom, so that a turn takes one branch, and a short one once more in front; with bindings in the condition it must come first. */
void lower_while(Fn *f, Node *n) {
  Loop loop;
  Label top;
  label_open(&top);
  loop_open(f, &loop, n->name);
  Flow before = flow_save(f);
  int test_first = has_matches(n->a), forever = is_true(f, n->a), twice = !forever && !test_first && condition_size(n->a, 12) <= 12;
  Block b;
  block_open(f, &b, B_LOOP);
  if (twice) {
    size_t hidden = f->hidden.count;
    lower_jump(f, n->a, 0, &loop.on_break);
    lower_release(f, hidden);
    before = flow_save(f);
  } else if (!test_first && !forever) emit_jump(&f->e, OP_JMP, 0, &loop.on_continue);
  label_place(&f->e, &top);
  if (!test_first && !forever) f->e.dead = before.dead;
  if (test_first) {
    loop.on_continue.at = (int)emit_here(&f->e);
    lower_jump(f, n->a, 0, &loop.on_break);
  }
  lower_statements(f, n->b);
  block_close(f); /* the test does not see what the body declares */
  if (test_first || forever) {
    if (!test_first) label_place(&f->e, &loop.on_continue);
    emit_jump(&f->e, OP_JMP, 0, &top);
  } else {
    label_place(&f->e, &loop.on_continue);
    flow_restore(f, &before);
    size_t hidden = f->hidden.count;
    lower_jump(f, n->a, 1, &top);
    lower_release(f, hidden);
  }
  label_place(&f->e, &loop.on_break);
  flow_restore(f, &before);
  f->loop = loop.outer;
}

static void lower_loop_body(Fn *f, Node *n) { lower_statements(f, n->c); }

static void bind_loop_value(Fn *f, Node *target, Val v) {
  if (target->kind == N_TUPLE) lower_take_apart(f, target, v, 0, 1);
  else lower_bind(f, target, v, 0, f->block);
}

/* Counts in the variable itself. */
static void for_range(Fn *f, Node *n) {
  Node *range = n->b;
  Val a, end;
  Type *t = NULL;
  if (lower_is_literal(range->a)) {
    end = lower_hide(f, lower(f, range->b, NULL, REG_NONE));
    t = end.type;
    a = lower(f, range->a, t, REG_NONE);
  } else {
    a = lower(f, range->a, NULL, REG_NONE);
    if (lower_splits(f, range->b)) a = lower_hide(f, a);
    t = a.type;
    end = lower_hide(f, lower(f, range->b, t, REG_NONE));
  }
  if (t->tag != TY_RAW || (t->raw > TYPE_U64)) fail(f->c, node_place(f, range), "a range of %s cannot be counted", type_text(f->c, t));
  int is_signed = (raw_type_classes(t->raw) & CLASS_S) != 0, inclusive = (range->flags & F_INCLUSIVE) != 0;
  unsigned compare = inclusive ? (is_signed ? OP_LE_S : OP_LE_U) : (is_signed ? OP_LT_S : OP_LT_U);
  Loop loop;
  Label top;
  label_open(&top);
  loop_open(f, &loop, n->name);
  Flow before = flow_save(f);
  Block b;
  block_open(f, &b, B_LOOP);
  int i;
  if (!strcmp(n->a->name->text, "_")) lower_put(f, a, i = lower_hidden(f, t));
  else {
    Var *v = lower_declare(f, n->a->name, t, 0, f->block, n->a);
    lower_store_var(f, v, a);
    lower_set_assigned(f, v);
    i = v->reg;
  }
  int test = emit_temp(&f->e, 1);
  emit(&f->e, compare, test, i, end.reg);
  emit_jump(&f->e, OP_JF, test, &loop.on_break);
  label_place(&f->e, &top);
  lower_loop_body(f, n);
  label_place(&f->e, &loop.on_continue);
  if (!f->e.dead) {
    mark_place(f, n);
    if (inclusive) { /* the end may be the last value of its type */
      emit(&f->e, OP_EQ_I, test, i, end.reg);
      emit_jump(&f->e, OP_JT, test, &loop.on_break);
    }
    if (t->raw == TYPE_I32 || t->raw == TYPE_I64) emit(&f->e, t->raw == TYPE_I32 ? OP_ADDI_I32 : OP_ADDI_I64, i, i, 1);
    else {
      int one = emit_temp(&f->e, 1), sum = emit_temp(&f->e, 1);
      emit(&f->e, OP_LDI, one, 1, t->raw);
      if (t->raw == TYPE_U32 || t->raw == TYPE_U64) emit(&f->e, t->raw == TYPE_U32 ? OP_ADD_U32 : OP_ADD_U64, i, i, one);
      else {
        emit(&f->e, OP_ADD_U64, sum, i, one);
        emit(&f->e, OP_CAST, i, sum, t->raw);
      }
    }
    if (inclusive) emit_jump(&f->e, OP_JMP, 0, &top);
    else {
      emit(&f->e, compare, test, i, end.reg);
      emit_jump(&f->e, OP_JT, test, &top);
    }
  }
  block_close(f);
  label_place(&f->e, &loop.on_break);
  flow_restore(f, &before);
  f->loop = loop.outer;
}

/* Lists and arrays by index; the length is read again each turn. */
static void for_sequence(Fn *f, Node *n, Val xs, Node *index_name, Node *value_target) {
  Program0 *p = PROGRAM(f);
  Type *i32 = p->raw[TYPE_I32];
  int is_list = xs.type->tag == TY_LIST;
  xs = lower_hide(f, xs);
  int i = lower_hidden(f, i32);
  emit(&f->e, OP_LDI, i, 0, TYPE_I32);
  Loop loop;
  Label top, test_label;
  label_open(&top);
  label_open(&test_label);
  loop_open(f, &loop, n->name);
  Flow before = flow_save(f);
  Block b;
  block_open(f, &b, B_LOOP);
  int length = emit_temp(&f->e, 1), test = emit_temp(&f->e, 1);
  emit(&f->e, is_list ? OP_LLEN : OP_ALEN, length, xs.reg, 0);
  emit(&f->e, OP_LT_S, test, i, length);
  emit_jump(&f->e, OP_JF, test, &loop.on_break);
  label_place(&f->e, &top);
  Type *t = xs.type->args[0];
  unsigned raw_mark = f->e.raw_temp, ref_mark = f->e.ref_temp;
  int is_raw_bank = lower_is_raw(f, t), item = emit_temp(&f->e, is_raw_bank);
  emit(&f->e, is_list ? (is_raw_bank ? OP_LGET : OP_LGETP) : (is_raw_bank ? OP_AGET : OP_AGETP), item, xs.reg, i);
  bind_loop_value(f, value_target, (Val){t, item});
  if (index_name) lower_bind(f, index_name, (Val){i32, i}, 0, f->block);
  f->e.raw_temp = raw_mark;
  f->e.ref_temp = ref_mark;
  lower_loop_body(f, n);
  label_place(&f->e, &loop.on_continue);
  if (!f->e.dead) {
    mark_place(f, n);
    emit(&f->e, is_list ? OP_LLEN : OP_ALEN, length, xs.reg, 0);
    emit(&f->e, OP_ADDI_I32, i, i, 1);
    emit(&f->e, OP_LT_S, test, i, length);
    emit_jump(&f->e, OP_JT, test, &top);
  }
  block_close(f);
  label_place(&f->e, &loop.on_break);
  flow_restore(f, &before);
  f->loop = loop.outer;
}

/* `for i, v in enumerate(...)` over what has no index: the turns are counted; REG_NONE when nobody wants the number. */
static int open_counter(Fn *f, const Node *index_name) {
  if (!index_name) return REG_NONE;
  int counter = lower_hidden(f, PROGRAM(f)->raw[TYPE_I32]);
  emit(&f->e, OP_LDI, counter, 0, TYPE_I32);
  return counter;
}

static void bind_counter(Fn *f, Node *index_name, int counter) {
  if (counter == REG_NONE) return;
  lower_bind(f, index_name, (Val){PROGRAM(f)->raw[TYPE_I32], counter}, 0, f->block);
  emit(&f->e, OP_ADDI_I32, counter, counter, 1);
}

/* A loop whose rounds begin where `continue` goes. */
typedef struct Rounds {
  Loop loop;
  Flow before;
  Block block;
} Rounds;

static void rounds_open(Fn *f, Rounds *r, Node *n) {
  loop_open(f, &r->loop, n->name);
  r->before = flow_save(f);
  block_open(f, &r->block, B_LOOP);
  label_place(&f->e, &r->loop.on_continue);
  f->e.dead = r->before.dead;
}

/* The body, and back to the start. */
static void rounds_close(Fn *f, Rounds *r, Node *n) {
  lower_loop_body(f, n);
  emit_jump(&f->e, OP_JMP, 0, &r->loop.on_continue);
  block_close(f);
  label_place(&f->e, &r->loop.on_break);
  flow_restore(f, &r->before);
  f->loop = r->loop.outer;
}

static void for_string(Fn *f, Node *n, Val s, Node *index_name, Node *target) {
  Program0 *p = PROGRAM(f);
  Type *i32 = p->raw[TYPE_I32];
  s = lower_hide(f, s);
  int counter = open_counter(f, index_name);
  Val at = {i32, lower_hidden(f, i32)}, next = {i32, lower_hidden(f, i32)};
  emit(&f->e, OP_LDI, next.reg, 0, TYPE_I32);
  Rounds rounds;
  rounds_open(f, &rounds, n);
  lower_move(f, i32, at.reg, next.reg);
  int length = emit_temp(&f->e, 1), test = emit_temp(&f->e, 1);
  emit(&f->e, OP_SLEN, length, s.reg, 0);
  emit(&f->e, OP_LT_S, test, at.reg, length);
  emit_jump(&f->e, OP_JF, test, &rounds.loop.on_break);
  Val args[2] = {s, at};
  Val ch = lower_helper(f, n, "__decode", NULL, args, 2, REG_NONE);
  Val hidden = lower_hide(f, ch);
  Val width = lower_helper(f, n, "__char_width", NULL, &hidden, 1, REG_NONE);
  emit(&f->e, OP_ADD_I32, next.reg, at.reg, width.reg);
  bind_loop_value(f, target, hidden);
  bind_counter(f, index_name, counter);
  rounds_close(f, &rounds, n);
}

/* Anything with next(), or with iter() that gives such a thing. */
static void for_iterator(Fn *f, Node *n, Val v, Node *index_name, Node *target) {
  if (lower_has_method(f, v.type, "iter")) v = lower_method(f, n, "iter", &v, 1, REG_NONE);
  if (!lower_has_method(f, v.type, "next")) fail(f->c, node_place(f, n->b), "%s cannot be iterated over", type_text(f->c, v.type));
  v = lower_hide(f, v);
  int counter = open_counter(f, index_name);
  Rounds rounds;
  rounds_open(f, &rounds, n);
  Val receiver = v;
  Val o = lower_hide(f, lower_method(f, n, "next", &receiver, 1, REG_NONE));
  if (!type_is_option(f->c, o.type)) fail(f->c, node_place(f, n->b), "next() must return an option, not %s", type_text(f->c, o.type));
  lower_jump_variant(f, o, 0, 0, &rounds.loop.on_break);
  bind_loop_value(f, target, lower_payload(f, n, o, 0, 0, REG_NONE));
  bind_counter(f, index_name, counter);
  rounds_close(f, &rounds, n);
}

static int is_enumerate(Fn *f, Node *n) {
  return n->a->kind == N_TUPLE && n->a->count == 2 && n->b->kind == N_CALL && n->b->a->kind == N_NAME && n->b->count == 1 && !strcmp(n->b->a->name->text, "enumerate") &&
         !lower_find_var(f, n->b->a->name) && !scope_find(f->c, f->m, n->b->a->name);
}

void lower_for(Fn *f, Node *n) {
  if (n->b->kind == N_RANGE && !n->b->c && n->b->a && n->b->b && n->a->kind == N_NAME) {
    for_range(f, n);
    return;
  }
  int counts = is_enumerate(f, n);
  Node *index_name = counts ? n->a->list[0] : NULL, *target = counts ? n->a->list[1] : n->a;
  Val v = lower(f, counts ? n->b->list[0] : n->b, NULL, REG_NONE);
  if (v.type->tag == TY_LIST || v.type->tag == TY_ARRAY) for_sequence(f, n, v, index_name, target);
  else if (v.type == PROGRAM(f)->string) for_string(f, n, v, index_name, target);
  else for_iterator(f, n, v, index_name, target);
}
