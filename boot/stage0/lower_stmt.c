/* lower_stmt.c -- variables, assignment, blocks, return, throw, try, and the walk over statements. */
#include "lower.h"

#include <string.h>

/* -- flow of assignments -- */

Flow flow_save(Fn *f) {
  Flow s = {arena_alloc(f->c, f->flow.count + 1), f->flow.count, f->e.dead};
  if (f->flow.count) memcpy(s.bits, f->flow.rows, f->flow.count);
  return s;
}

/* Variables that came later are unset there. */
void flow_restore(Fn *f, const Flow *s) {
  for (size_t i = 0; i < f->flow.count; i++) VEC_AT(&f->flow, uint8_t, i) = i < s->count ? s->bits[i] : 0;
}

/* `other` and the present state are the two ways to get here; one that is dead does not count. */
void flow_merge(Fn *f, const Flow *other) {
  for (size_t i = 0; i < f->flow.count && !other->dead; i++) {
    uint8_t *now = &VEC_AT(&f->flow, uint8_t, i), was = i < other->count ? other->bits[i] : 0;
    *now = (uint8_t)(((*now & was) & FLOW_DEFINITE) | ((*now | was) & FLOW_MAYBE));
  }
}

/* When the present path is dead, only the other one counts. */
static void flow_join(Fn *f, const Flow *other, int now_dead) {
  if (now_dead) flow_restore(f, other);
  else flow_merge(f, other);
}

/* -- blocks and variables -- */

void block_open(Fn *f, Block *b, BlockKind kind) {
  *b = (Block){f->block, kind, {0}};
  f->block = b;
}

void block_close(Fn *f) {
  Block *b = f->block;
  for (size_t i = 0; i < b->vars.count; i++) {
    Var *v = VEC_AT(&b->vars, Var *, i);
    uint32_t type = v->boxed ? type_cell(f->c, v->type) : type_machine(f->c, v->type);
    OrbcLocal local = {string_index(f->c, v->name), !is_raw_type(type), (uint32_t)v->reg, v->from, emit_here(&f->e), 0};
    VEC_PUSH(f->c, &f->out->names, OrbcLocal, local);
    if (!v->is_parameter) emit_local_free(&f->e, type, v->reg);
  }
  f->block = b->outer;
}

static int is_shared(Fn *f, const Name *name) {
  for (size_t i = 0; i < f->shared.count; i++)
    if (VEC_AT(&f->shared, Name *, i) == name) return 1;
  return 0;
}

Var *lower_declare(Fn *f, Name *name, Type *t, int is_mut, Block *in, Node *at) {
  if (t == PROGRAM(f)->void_ || t == PROGRAM(f)->never) fail(f->c, node_place(f, at), "'%s' would have no value", name->text);
  Var *v = arena_alloc(f->c, sizeof *v);
  *v = (Var){.name = name, .type = t, .is_mut = (uint8_t)is_mut, .boxed = (uint8_t)(is_mut && is_shared(f, name)), .flow = (uint32_t)f->flow.count, .from = emit_here(&f->e), .loop = f->loop, .at = node_place(f, at)};
  VEC_PUSH(f->c, &f->flow, uint8_t, 0);
  v->reg = emit_local(&f->e, v->boxed ? type_cell(f->c, t) : type_machine(f->c, t));
  if (v->boxed) emit(&f->e, OP_NEW, v->reg, 0, (int)type_cell(f->c, t));
  if (!(name->length == 1 && name->text[0] == '_')) VEC_PUSH(f->c, &in->vars, Var *, v);
  return v;
}

void lower_set_assigned(Fn *f, Var *v) {
  if (v->reg > REG_NONE) VEC_AT(&f->flow, uint8_t, v->flow) = FLOW_DEFINITE | FLOW_MAYBE;
}

static Block *home_block(Fn *f) {
  Block *b = f->block;
  while (b->kind == B_PLAIN && b->outer) b = b->outer;
  return b;
}

static int at_module_level(const Fn *f, const Block *b) { return f->is_module_code && !b->outer; }

/* An exported variable that importers know by name already, but whose declaration has not been compiled yet. */
static int is_awaited(const Fn *f, const Decl *d) { return d->kind == D_GLOBAL && d->module == f->m && !d->type; }

static Decl *declare_global(Fn *f, Name *name, Type *t, unsigned flags, Node *at) {
  Program0 *p = PROGRAM(f);
  if (t == p->void_ || t == p->never) fail(f->c, node_place(f, at), "'%s' would have no value", name->text);
  Decl *d = scope_find_in(f->m, name);
  if (!d || !is_awaited(f, d)) d = declare(f->c, f->m, name, D_GLOBAL, NULL, node_place(f, at));
  d->is_mut = (flags & F_MUT) != 0;
  d->is_pub = (flags & F_PUB) != 0;
  d->type = t;
  Vec *globals = lower_is_raw(f, t) ? &p->globals_raw : &p->globals_ref;
  d->global = (uint32_t)globals->count;
  VEC_PUSH(f->c, globals, uint32_t, type_machine(f->c, t));
  VEC_PUSH(f->c, &f->flow, uint8_t, 0);
  d->flow = (uint32_t)f->flow.count;
  return d;
}

static void store_global(Fn *f, Decl *d, Val v) {
  if (!d->type) fail(f->c, f->e.at, "'%s' is used before it is set", d->name->text);
  emit_wide(&f->e, lower_is_raw(f, d->type) ? OP_SETG : OP_SETGP, v.reg, d->global);
}

static void set_global_assigned(Fn *f, const Decl *d) {
  if (f->is_module_code && d->flow && d->module == f->m) VEC_AT(&f->flow, uint8_t, d->flow - 1) = FLOW_DEFINITE | FLOW_MAYBE;
}

/* An immutable one is assigned once on each path through the module's code, and from nowhere else. */
static void check_global_assignable(Fn *f, Node *n, const Decl *d) {
  if (d->is_mut) return;
  if (f->loop) fail(f->c, node_place(f, n), "'%s' would be assigned in every turn of the loop; declare it with 'mut' (it is declared at line %u)", d->name->text, d->place.line);
  if (!d->flow || (VEC_AT(&f->flow, uint8_t, d->flow - 1) & FLOW_MAYBE))
    fail(f->c, node_place(f, n), "'%s' is assigned twice; declare it with 'mut' (it is declared at line %u)", d->name->text, d->place.line);
}

/* A new variable from a value that is there. */
void lower_bind(Fn *f, Node *name, Val v, unsigned flags, Block *in) {
  if (name->name->length == 1 && name->name->text[0] == '_') return;
  if (at_module_level(f, in)) {
    Decl *d = declare_global(f, name->name, v.type, flags, name);
    store_global(f, d, v);
    set_global_assigned(f, d);
    return;
  }
  Var *var = lower_declare(f, name->name, v.type, (flags & F_MUT) != 0, in, name);
  lower_store_var(f, var, v);
  lower_set_assigned(f, var);
}

static void check_not_declared(Fn *f, Node *name) {
  for (size_t i = 0; i < f->block->vars.count; i++)
    if (VEC_AT(&f->block->vars, Var *, i)->name == name->name && !VEC_AT(&f->block->vars, Var *, i)->is_parameter)
      fail(f->c, node_place(f, name), "'%s' is declared in this block already, at line %u", name->name->text, VEC_AT(&f->block->vars, Var *, i)->at.line);
}

/* a, b = value: a tuple's items, or a list's elements with a length check. */

static void lower_let(Fn *f, Node *n) {
  Type *t = n->b ? type_resolve(f->c, f->m, n->b, f->env) : NULL;
  if (n->b && !t) fail(f->c, node_place(f, n->b), "this type is not known here");
  if (n->a->kind == N_TUPLE) {
    lower_take_apart(f, n->a, lower(f, n->c, t, REG_NONE), n->flags, 1);
    return;
  }
  if (f->is_module_code && !f->block->outer && (n->flags & F_CONST)) return; /* a constant: inlined where it is used */
  check_not_declared(f, n->a);
  Val v = lower(f, n->c, t, REG_NONE);
  if (n->b && n->b->kind == N_TYPE_LIST && (n->b->flags & F_ALL)) {
    v = lower_hide(f, v);
    Val args[2] = {{PROGRAM(f)->raw[TYPE_I32], emit_temp(&f->e, 1)}, lower_int(f, PROGRAM(f)->raw[TYPE_I32], (int64_t)n->b->integer, REG_NONE)};
    emit(&f->e, OP_LLEN, args[0].reg, v.reg, 0);
    lower_helper(f, n, "__array_length_check", NULL, args, 2, REG_NONE);
  }
  lower_bind(f, n->a, v, n->flags, f->block);
}

/* -- assignment -- */

static unsigned operator_of(unsigned assignment) {
  switch (assignment) {
  case T_PLUSEQ: return T_PLUS;
  case T_MINUSEQ: return T_MINUS;
  case T_STAREQ: return T_STAR;
  case T_SLASHEQ: return T_SLASH;
  case T_PERCENTEQ: return T_PERCENT;
  case T_AMPEQ: return T_AMP;
  case T_BAREQ: return T_BAR;
  case T_CARETEQ: return T_CARET;
  case T_SHLEQ: return T_SHL;
  default: return T_SHR;
  }
}

/* The value of `target op= value` as an expression. */
static Node *combined(Fn *f, Node *n, Node *target) {
  if (n->op == T_EQ) return n->c;
  Node *b = arena_alloc(f->c, sizeof *b);
  *b = (Node){.kind = N_BINARY, .op = (uint8_t)operator_of(n->op), .line = n->line, .column = n->column, .a = target, .b = n->c};
  return b;
}

static void check_assignable(Fn *f, Node *n, Var *v) {
  if (v->is_mut) return;
  if (v->is_parameter || v->reg <= -2) fail(f->c, node_place(f, n), "'%s' cannot be assigned; declare it with 'mut' (it is declared at line %u)", v->name->text, v->at.line);
  if (v->loop != f->loop) fail(f->c, node_place(f, n), "'%s' would be assigned in every turn of the loop; declare it with 'mut' (it is declared at line %u)", v->name->text, v->at.line);
  if (VEC_AT(&f->flow, uint8_t, v->flow) & FLOW_MAYBE)
    fail(f->c, node_place(f, n), "'%s' is assigned twice; declare it with 'mut' (it is declared at line %u)", v->name->text, v->at.line);
}

static void assign_var(Fn *f, Node *n, Var *v) {
  check_assignable(f, n, v);
  Node *value = combined(f, n, n->a);
  if (!v->boxed && v->reg >= 0) lower(f, value, v->type, v->reg);
  else lower_store_var(f, v, lower(f, value, v->type, REG_NONE));
  lower_set_assigned(f, v);
}

static void assign_name(Fn *f, Node *n) {
  Var *v = lower_find_var(f, n->a->name);
  if (v) {
    assign_var(f, n, v);
    return;
  }
  Decl *d = scope_find(f->c, f->m, n->a->name);
  if (d && d->kind == D_GLOBAL && !(f->is_module_code && is_awaited(f, d)) && (d->is_mut || d->module == f->m) && (d->is_mut || f->is_module_code)) {
    check_global_assignable(f, n, d);
    store_global(f, d, lower(f, combined(f, n, n->a), d->type, REG_NONE));
    set_global_assigned(f, d);
    return;
  }
  if (d && d->kind == D_CONST && d->module == f->m && n->op == T_EQ && f->is_module_code) fail(f->c, node_place(f, n), "the constant '%s' cannot be assigned", d->name->text);
  if (n->op != T_EQ && d && (d->kind == D_GLOBAL || d->kind == D_CONST))
    fail(f->c, node_place(f, n->a), "'%s' cannot be assigned; declare it with 'mut' (it is declared at line %u)", n->a->name->text, d->place.line);
  if (n->op != T_EQ) fail(f->c, node_place(f, n->a), "there is no '%s'", n->a->name->text);
  Val value = lower(f, n->c, NULL, REG_NONE);
  lower_bind(f, n->a, value, n->flags & F_PUB, home_block(f));
}

static void set_field(Fn *f, Node *at, Val object, Name *name, Node *value) {
  type_complete(f->c, object.type);
  uint32_t i = 0;
  while (i < object.type->fields_count && object.type->fields[i].name != name) i++;
  if (object.type->tag != TY_STRUCT || i == object.type->fields_count) fail(f->c, node_place(f, at), "%s has no field '%s' that can be set", type_text(f->c, object.type), name->text);
  lower_check_private(f, &(Node){.name = name, .line = at->line, .column = at->column}, object.type->decl);
  Type *t = object.type->fields[i].type;
  if (lower_splits(f, value) && (object.reg & REG_TEMP)) object = lower_hide(f, object);
  Val v = lower(f, value, t, REG_NONE);
  mark_place(f, at);
  emit(&f->e, lower_is_raw(f, t) ? OP_SETF : OP_SETFP, object.reg, v.reg, (int)i);
}

static void set_element(Fn *f, Node *at, Val object, Val index, Val v) {
  Type *t = object.type;
  mark_place(f, at);
  if (t->tag == TY_LIST || t->tag == TY_ARRAY) {
    int is_raw_bank = lower_is_raw(f, t->args[0]);
    emit(&f->e, t->tag == TY_LIST ? (is_raw_bank ? OP_LSET : OP_LSETP) : (is_raw_bank ? OP_ASET : OP_ASETP), object.reg, index.reg, v.reg);
    return;
  }
  Val args[3] = {object, index, v};
  if (!lower_has_method(f, t, "__set_index") && !lower_has_method(f, t, "insert")) fail(f->c, node_place(f, at), "%s has no elements that can be set", type_text(f->c, t));
  lower_method(f, at, lower_has_method(f, t, "__set_index") ? "__set_index" : "insert", args, 3, REG_NONE);
}

/* The object and index are evaluated once; for `op=` they are named by hidden variables of a block of their own. */
static void assign_index(Fn *f, Node *n) {
  Node *target = n->a;
  if (target->count != 1 || target->list[0]->kind == N_RANGE) fail(f->c, node_place(f, target), "one index expected");
  Val object = lower(f, target->a, NULL, REG_NONE);
  Type *t = object.type;
  if (t == PROGRAM(f)->string) fail(f->c, node_place(f, target), "strings do not change; make a new one");
  int is_sequence = t->tag == TY_LIST || t->tag == TY_ARRAY;
  int keeps = lower_splits(f, target->list[0]) || lower_splits(f, n->c) || n->op != T_EQ || !is_sequence;
  if (keeps && (object.reg & REG_TEMP)) object = lower_hide(f, object);
  Type *key = t->tag == TY_STRUCT && t->count ? t->args[0] : PROGRAM(f)->raw[TYPE_I32];
  Val index = lower(f, target->list[0], is_sequence && !lower_is_literal(target->list[0]) ? NULL : key, REG_NONE);
  if (is_sequence && (index.type->tag != TY_RAW || index.type->raw > TYPE_U32)) fail(f->c, node_place(f, target->list[0]), "an index must be an integer, not %s", type_text(f->c, index.type));
  if (keeps && (index.reg & REG_TEMP)) index = lower_hide(f, index);
  Type *element = is_sequence ? t->args[0] : t->tag == TY_STRUCT && t->count > 1 ? t->args[1] : NULL;
  if (n->op == T_EQ) {
    set_element(f, n, object, index, lower(f, n->c, element, REG_NONE));
    return;
  }
  Block b;
  block_open(f, &b, B_PLAIN);
  Name *names[2] = {name_lit(f->c, "(object)"), name_lit(f->c, "(index)")};
  Val values[2] = {object, index};
  Node nodes[2] = {*n, *n};
  for (int i = 0; i < 2; i++) {
    Var *v = lower_declare(f, names[i], values[i].type, 0, f->block, n);
    lower_store_var(f, v, values[i]);
    lower_set_assigned(f, v);
    nodes[i] = (Node){.kind = N_NAME, .line = n->line, .column = n->column, .name = names[i]};
  }
  Node *list[1] = {&nodes[1]};
  Node access = {.kind = N_INDEX, .line = target->line, .column = target->column, .a = &nodes[0], .list = list, .count = 1};
  Val v = lower(f, combined(f, n, &access), element, REG_NONE);
  set_element(f, n, object, index, v);
  block_close(f);
}

static void assign_field(Fn *f, Node *n) {
  Node *target = n->a;
  if (target->a->kind == N_NAME && !lower_find_var(f, target->a->name)) { /* module.variable */
    Decl *q = scope_find(f->c, f->m, target->a->name);
    if (q && q->kind == D_MODULE) {
      Decl *d = module_export(f->c, f->m, q->module, target->name, node_place(f, target));
      if (d->kind != D_GLOBAL || !d->is_mut) fail(f->c, node_place(f, target), "'%s' cannot be assigned", target->name->text);
      store_global(f, d, lower(f, combined(f, n, target), d->type, REG_NONE));
      return;
    }
  }
  Val object = lower(f, target->a, NULL, REG_NONE);
  if (n->op == T_EQ) {
    set_field(f, n, object, target->name, n->c);
    return;
  }
  object = lower_hide(f, object);
  Block b;
  block_open(f, &b, B_PLAIN);
  Name *name = name_lit(f->c, "(object)");
  Var *v = lower_declare(f, name, object.type, 0, f->block, n);
  lower_store_var(f, v, object);
  lower_set_assigned(f, v);
  Node holder = {.kind = N_NAME, .line = n->line, .column = n->column, .name = name};
  Node access = *target;
  access.a = &holder;
  set_field(f, n, object, target->name, combined(f, n, &access));
  block_close(f);
}

static void assign_to(Fn *f, Node *target, Val v, unsigned flags) {
  Node hold = {.kind = N_ASSIGN, .op = T_EQ, .line = target->line, .column = target->column, .a = target};
  if (target->kind == N_NAME) {
    Var *var = lower_find_var(f, target->name);
    Decl *d = var ? NULL : scope_find(f->c, f->m, target->name);
    if (var) {
      check_assignable(f, target, var);
      if (var->type != v.type) fail(f->c, node_place(f, target), "'%s' is %s, not %s", target->name->text, type_text(f->c, var->type), type_text(f->c, v.type));
      lower_store_var(f, var, v);
      lower_set_assigned(f, var);
    } else if (d && d->kind == D_GLOBAL && d->is_mut) store_global(f, d, lower_fit(f, target, v, d->type, REG_NONE));
    else lower_bind(f, target, v, flags, home_block(f));
    return;
  }
  /* an element or field: give the value a name and assign that */
  Block b;
  block_open(f, &b, B_PLAIN);
  Name *name = name_lit(f->c, "(value)");
  Var *var = lower_declare(f, name, v.type, 0, f->block, target);
  lower_store_var(f, var, v);
  lower_set_assigned(f, var);
  Node holder = {.kind = N_NAME, .line = target->line, .column = target->column, .name = name};
  hold.c = &holder;
  if (target->kind == N_INDEX) assign_index(f, &hold);
  else if (target->kind == N_FIELD) assign_field(f, &hold);
  else fail(f->c, node_place(f, target), "this cannot be assigned");
  block_close(f);
}

void lower_take_apart(Fn *f, Node *targets, Val v, unsigned flags, int declares) {
  if (v.type->tag != TY_TUPLE) fail(f->c, node_place(f, targets), "only a tuple can be taken apart in Orus-0, not %s", type_text(f->c, v.type));
  if (v.type->count != targets->count) fail(f->c, node_place(f, targets), "%u names for the %u values of %s", targets->count, v.type->count, type_text(f->c, v.type));
  v = lower_hide(f, v);
  for (uint32_t i = 0; i < targets->count; i++) {
    Val item = lower_field(f, targets, v, i, v.type->args[i], REG_NONE);
    if (declares) lower_bind(f, targets->list[i], item, flags, f->block);
    else if (!(targets->list[i]->kind == N_NAME && !strcmp(targets->list[i]->name->text, "_"))) assign_to(f, targets->list[i], item, flags);
  }
}

/* a, b = b, a without making the tuple. */
static void assign_many(Fn *f, Node *n) {
  if (n->c->kind != N_TUPLE || n->c->count != n->a->count) {
    lower_take_apart(f, n->a, lower(f, n->c, NULL, REG_NONE), 0, 0);
    return;
  }
  Val values[64];
  if (n->a->count > 60) fail(f->c, node_place(f, n), "too many targets");
  for (uint32_t i = 0; i < n->a->count; i++) {
    Node *target = n->a->list[i];
    Var *v = target->kind == N_NAME ? lower_find_var(f, target->name) : NULL;
    values[i] = lower_hide(f, lower(f, n->c->list[i], v ? v->type : NULL, REG_NONE));
  }
  for (uint32_t i = 0; i < n->a->count; i++) {
    Node *target = n->a->list[i];
    if (target->kind == N_NAME && !strcmp(target->name->text, "_")) continue;
    assign_to(f, target, values[i], 0);
  }
}

static void lower_assign(Fn *f, Node *n) {
  if (n->b) { /* p = q = value */
    lower_assign(f, n->b);
    Node link = *n;
    link.b = NULL;
    link.c = n->b->a;
    lower_assign(f, &link);
    return;
  }
  switch (n->a->kind) {
  case N_NAME:
    if (n->a->name->length == 1 && n->a->name->text[0] == '_') lower_or_void(f, n->c, NULL, REG_NONE);
    else assign_name(f, n);
    break;
  case N_INDEX: assign_index(f, n); break;
  case N_FIELD: assign_field(f, n); break;
  case N_TUPLE: assign_many(f, n); break;
  default: fail(f->c, node_place(f, n->a), "this cannot be assigned");
  }
}

/* -- values of blocks -- */

/* Where the last statements of several branches put their value. */
typedef struct Sink {
  Type *want, *type;
  int reg, returns; /* returns: the value is returned from the function instead */
} Sink;

static void lower_into(Fn *f, Node *n, Sink *s);

static void lower_block_into(Fn *f, Node *block, Sink *s) {
  Block b;
  block_open(f, &b, B_PLAIN);
  for (uint32_t i = 0; i < block->count; i++) {
    if (i + 1 == block->count && s) lower_into(f, block->list[i], s);
    else lower_statement(f, block->list[i]);
  }
  block_close(f);
}

void lower_statements(Fn *f, Node *block) { lower_block_into(f, block, NULL); }

static void sink_value(Fn *f, Node *n, Sink *s) {
  Program0 *p = PROGRAM(f);
  if (s->returns) {
    lower_return(f, n, n);
    return;
  }
  Val v = lower_or_void(f, n, s->want ? s->want : s->type, s->reg);
  if (v.type == p->never) return;
  if (!s->type) {
    s->type = v.type;
    if (v.reg != REG_NONE) s->reg = emit_local(&f->e, type_machine(f->c, v.type));
  }
  if (s->reg != REG_NONE) lower_put(f, v, s->reg);
}

static void lower_if_into(Fn *f, Node *n, Sink *s) {
  Label no, end;
  label_open(&no);
  label_open(&end);
  Block b;
  block_open(f, &b, B_PLAIN);
  lower_jump(f, n->a, 0, &no);
  Flow start = flow_save(f);
  lower_block_into(f, n->b, s);
  block_close(f);
  Flow then = flow_save(f);
  if (!n->c) {
    flow_restore(f, &start);
    label_place(&f->e, &no);
    flow_merge(f, &then);
    return;
  }
  emit_jump(&f->e, OP_JMP, 0, &end);
  flow_restore(f, &start);
  label_place(&f->e, &no);
  lower_block_into(f, n->c, s);
  int now_dead = f->e.dead;
  label_place(&f->e, &end);
  flow_join(f, &then, now_dead);
}

static void lower_into(Fn *f, Node *n, Sink *s) {
  size_t hidden = f->hidden.count;
  unsigned raw_mark = f->e.raw_temp, ref_mark = f->e.ref_temp;
  mark_place(f, n);
  if (n->kind == N_EXPR) sink_value(f, n->a, s);
  else if (n->kind == N_IF && n->c) lower_if_into(f, n, s);
  else if (n->kind == N_MATCH) sink_value(f, n, s);
  else {
    lower_statement(f, n);
    if (!f->e.dead && !s->type && !s->returns) s->type = PROGRAM(f)->void_;
    if (!f->e.dead && (s->returns || (s->reg != REG_NONE))) fail(f->c, node_place(f, n), "a value is expected at the end of this block");
  }
  lower_release(f, hidden);
  f->e.raw_temp = raw_mark;
  f->e.ref_temp = ref_mark;
}

Val lower_block_value(Fn *f, Node *block, Type *want, int dest, int wants_value) {
  Sink s = {want, want, dest, 0};
  lower_block_into(f, block, wants_value ? &s : NULL);
  return (Val){s.type ? s.type : PROGRAM(f)->never, s.reg};
}

/* -- return and throw -- */

void lower_return_val(Fn *f, Node *at, Val v) {
  Program0 *p = PROGRAM(f);
  mark_place(f, at);
  if (v.reg == REG_NONE) {
    if (v.type != p->never) emit(&f->e, OP_RET, 0, 0, 0);
    else if (!f->e.dead) emit(&f->e, OP_UNREACHABLE, 0, 0, 0);
  } else emit(&f->e, lower_is_raw(f, v.type) ? OP_RETR : OP_RETP, v.reg, 0, 0);
}

/* `return a if b else c`: each choice returns by itself. */
static void return_choice(Fn *f, Node *at, Node *choice) {
  Label no;
  Block b;
  label_open(&no);
  block_open(f, &b, B_PLAIN);
  Flow start = flow_save(f);
  lower_jump(f, choice->b, 0, &no);
  lower_return(f, at, choice->a);
  block_close(f);
  flow_restore(f, &start);
  label_place(&f->e, &no);
  lower_return(f, at, choice->c);
}

void lower_return(Fn *f, Node *at, Node *value) {
  Program0 *p = PROGRAM(f);
  if (value && value->kind == N_IF_VALUE && f->result && f->result != p->void_) {
    return_choice(f, at, value);
    return;
  }
  if (!value) {
    if (!f->result) f->result = p->void_;
    if (f->result != p->void_) fail(f->c, node_place(f, at), "this function returns %s: a value is missing", type_text(f->c, f->result));
    lower_return_val(f, at, lower_void(f));
    return;
  }
  if (f->result == p->void_) { /* `return f()` of a void function */
    Val v = lower_or_void(f, value, NULL, REG_NONE);
    if (v.type != p->void_ && v.type != p->never && at->kind == N_RETURN) fail(f->c, node_place(f, value), "this function returns nothing");
    lower_return_val(f, at, v.type == p->never ? v : lower_void(f));
    return;
  }
  Val v = lower_or_void(f, value, f->result, REG_NONE);
  if (!f->result && v.type != p->never) f->result = v.type;
  lower_return_val(f, at, v);
}

static void lower_throw(Fn *f, Node *n) {
  Program0 *p = PROGRAM(f);
  Val v = lower(f, n->a, NULL, REG_NONE), error = v;
  mark_place(f, n);
  if (v.type != p->error) {
    v = lower_hide(f, v);
    Val message = v;
    if (v.type != p->string && lower_has_method(f, v.type, "message")) message = lower_method(f, n, "message", &v, 1, REG_NONE);
    if (message.type != p->string) fail(f->c, node_place(f, n), "only a string, an Error, or a value with a method 'message' can be thrown");
    message = lower_hide(f, message);
    error = (Val){p->error, emit_temp(&f->e, 0)};
    emit(&f->e, OP_NEW, error.reg, 0, TYPE_ERROR);
    emit(&f->e, OP_SETFP, error.reg, message.reg, 0);
    if (v.type != p->string) {
      Val any = lower_fit(f, n, v, p->any, REG_NONE);
      emit(&f->e, OP_SETFP, error.reg, any.reg, 3);
    }
    int kind = emit_temp(&f->e, 1);
    emit(&f->e, OP_LDI, kind, 1, TYPE_I32);
    emit(&f->e, OP_SETF, error.reg, kind, 4);
  }
  emit(&f->e, OP_THROW, error.reg, 0, 0);
}

/* -- try -- */

static void add_handler(Fn *f, uint32_t start, uint32_t end, uint32_t target, int reg) {
  if (start < end) VEC_PUSH(f->c, &f->out->handlers, OrbcHandler, ((OrbcHandler){start, end, target, (uint32_t)reg}));
}

/* Tests the error against the type of a catch and binds its name. */
static void lower_catch(Fn *f, Node *k, int error, Label *next) {
  Program0 *p = PROGRAM(f);
  Val v = {p->error, error};
  if (k->a) {
    Type *t = type_resolve(f->c, f->m, k->a, f->env);
    if (t != p->error) {
      if (lower_is_raw(f, t)) fail(f->c, node_place(f, k->a), "only structs and enums with values can be caught by type");
      int payload = emit_temp(&f->e, 0), flag = emit_temp(&f->e, 1);
      emit(&f->e, OP_GETFP, payload, error, 3);
      emit(&f->e, OP_IS_TYPE, flag, payload, (int)type_machine(f->c, t));
      emit_jump(&f->e, OP_JF, flag, next);
      int again = emit_temp(&f->e, 0), cast = emit_temp(&f->e, 0);
      emit(&f->e, OP_GETFP, again, error, 3);
      emit(&f->e, OP_CAST_REF, cast, again, (int)type_machine(f->c, t));
      v = (Val){t, cast};
    }
  }
  if (!k->name || !strcmp(k->name->text, "_")) return;
  Var *var = lower_declare(f, k->name, v.type, 0, f->block, k);
  lower_store_var(f, var, v);
  lower_set_assigned(f, var);
}

static void lower_try(Fn *f, Node *n) {
  Label end;
  label_open(&end);
  int error = emit_local(&f->e, TYPE_ERROR);
  Flow before = flow_save(f);
  uint32_t start = emit_here(&f->e);
  lower_block_into(f, n->a, NULL);
  uint32_t stop = emit_here(&f->e);
  Flow after = flow_save(f);
  emit_jump(&f->e, OP_JMP, 0, &end);
  uint32_t target = emit_here(&f->e);
  f->e.dead = start == stop;
  flow_restore(f, &before);
  int all_dead = after.dead;
  Flow joined = after;
  for (uint32_t i = 0; i < n->count; i++) {
    Node *k = n->list[i];
    Label next;
    label_open(&next);
    Block b;
    block_open(f, &b, B_PLAIN);
    unsigned raw_mark = f->e.raw_temp, ref_mark = f->e.ref_temp;
    lower_catch(f, k, error, &next);
    f->e.raw_temp = raw_mark;
    f->e.ref_temp = ref_mark;
    lower_block_into(f, k->b, NULL);
    block_close(f);
    Flow here = flow_save(f);
    if (!here.dead) {
      if (all_dead) joined = here;
      else {
        flow_restore(f, &joined);
        flow_merge(f, &here);
        joined = flow_save(f);
      }
      all_dead = 0;
    }
    emit_jump(&f->e, OP_JMP, 0, &end);
    flow_restore(f, &before);
    label_place(&f->e, &next);
  }
  if (!f->e.dead) emit(&f->e, OP_THROW, error, 0, 0);
  add_handler(f, start, stop, target, error);
  label_place(&f->e, &end);
  flow_restore(f, &joined);
  emit_local_free(&f->e, TYPE_ERROR, error);
}

/* try expr: Result[T, Error]. */
Val lower_try_value(Fn *f, Node *n, Type *want, int dest) {
  Program0 *p = PROGRAM(f);
  Type *value_want = want && want->tag == TY_ENUM && want->decl == p->result ? want->args[0] : NULL;
  Label end;
  label_open(&end);
  int error = emit_local(&f->e, TYPE_ERROR);
  emit(&f->e, OP_NOP, 0, 0, 0);
  uint32_t start = emit_here(&f->e);
  Label body; /* a new block, so that nothing from before is needed inside */
  label_open(&body);
  label_place(&f->e, &body);
  Val v = lower_hide(f, lower(f, n->a, value_want, REG_NONE));
  Type *args[2] = {v.type, p->error};
  Type *t = type_make(f->c, TY_ENUM, p->result, args, 2);
  type_complete(f->c, t);
  type_machine(f->c, t);
  int result = lower_hidden(f, t), object = emit_temp(&f->e, 0);
  emit(&f->e, OP_NEW, object, 0, (int)t->variants[0].machine);
  emit(&f->e, lower_is_raw(f, v.type) ? OP_SETF : OP_SETFP, object, v.reg, 0);
  lower_move(f, t, result, object);
  emit_jump(&f->e, OP_JMP, 0, &end);
  uint32_t target = emit_here(&f->e);
  f->e.dead = 0;
  object = emit_temp(&f->e, 0);
  emit(&f->e, OP_NEW, object, 0, (int)t->variants[1].machine);
  emit(&f->e, OP_SETFP, object, error, 0);
  lower_move(f, t, result, object);
  add_handler(f, start, target, target, error);
  label_place(&f->e, &end);
  emit_local_free(&f->e, TYPE_ERROR, error);
  return lower_put(f, (Val){t, result}, dest);
}

/* -- statements -- */

void lower_statement(Fn *f, Node *n) {
  size_t hidden = f->hidden.count;
  unsigned raw_mark = f->e.raw_temp, ref_mark = f->e.ref_temp;
  mark_place(f, n);
  switch (n->kind) {
  case N_LET: lower_let(f, n); break;
  case N_ASSIGN: lower_assign(f, n); break;
  case N_EXPR: lower_or_void(f, n->a, NULL, REG_NONE); break;
  case N_IF: lower_if_into(f, n, NULL); break;
  case N_MATCH: lower_match(f, n, NULL, REG_NONE, 0); break;
  case N_WHILE: lower_while(f, n); break;
  case N_FOR: lower_for(f, n); break;
  case N_BREAK: emit_jump(&f->e, OP_JMP, 0, &lower_find_loop(f, n)->on_break); f->e.dead = 1; break;
  case N_CONTINUE: emit_jump(&f->e, OP_JMP, 0, &lower_find_loop(f, n)->on_continue); f->e.dead = 1; break;
  case N_RETURN: lower_return(f, n, n->a); break;
  case N_THROW: lower_throw(f, n); break;
  case N_TRY: lower_try(f, n); break;
  case N_BLOCK: lower_block_into(f, n, NULL); break;
  case N_FN: case N_STRUCT: case N_ENUM: case N_TRAIT: case N_IMPL: case N_USE: case N_TEST: case N_PASS: break;
  default: fail(f->c, node_place(f, n), "a statement expected");
  }
  lower_release(f, hidden);
  f->e.raw_temp = raw_mark;
  f->e.ref_temp = ref_mark;
}

/* The last statement of a body is its result, unless the function returns nothing. */
void lower_body(Fn *f, Node *body) {
  Program0 *p = PROGRAM(f);
  Sink s = {f->result, f->result, REG_NONE, 1};
  int returns = f->result != p->void_;
  if (!f->result && body->count) { /* to be inferred: only an expression at the end has a value */
    Node *last = body->list[body->count - 1];
    returns = last->kind == N_EXPR || last->kind == N_MATCH || (last->kind == N_IF && last->c);
  }
  lower_block_into(f, body, returns ? &s : NULL);
  if (!f->result) f->result = p->void_;
  if (f->e.dead) {
    if (!f->out->code.count) emit(&f->e, OP_UNREACHABLE, 0, 0, 0);
  } else if (f->result == p->void_) emit(&f->e, OP_RET, 0, 0, 0);
  else if (f->result == p->never) emit(&f->e, OP_UNREACHABLE, 0, 0, 0);
  else fail(f->c, node_place(f, body), "this function returns %s, but its end can be reached without a value", type_text(f->c, f->result));
  /* code behind the last jump: the machine wants a final instruction that does not fall through */
  unsigned last = insn_op(VEC_AT(&f->out->code, uint64_t, f->out->code.count - 1));
  if (last != OP_RET && last != OP_RETR && last != OP_RETP && last != OP_THROW && last != OP_UNREACHABLE && last != OP_JMP) emit(&f->e, OP_UNREACHABLE, 0, 0, 0);
}
