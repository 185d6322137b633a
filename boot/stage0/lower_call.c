/* lower_call.c -- calls of functions, methods and closures; function expressions; instances of generic code. */
#include "lower.h"

#include <string.h>

/* -- instances -- */

static Function *new_function(Compiler *c, Name *name, Module *m, uint32_t *index) {
  Program0 *p = c->program;
  if (p->functions.count >= FILE_LIMIT_FUNCTIONS) fail(c, (Place){0}, "the program has too many functions");
  Function *out = arena_alloc(c, sizeof *out);
  out->name = name;
  out->file = m->path;
  *index = (uint32_t)p->functions.count;
  VEC_PUSH(c, &p->functions, Function *, out);
  return out;
}

static Type *signature(Compiler *c, Module *m, Node *fn, const Env *env) {
  Type *types[FILE_LIMIT_PARAMETERS + 1];
  if (fn->count > 60) fail(c, (Place){m, fn->line, fn->column}, "too many parameters");
  for (uint32_t i = 0; i < fn->count; i++) {
    Node *param = fn->list[i];
    Place at = {m, param->line, param->column};
    if (i == 0 && (fn->flags & F_SELF)) types[i] = env->self;
    else if (!param->a) fail(c, at, "parameter '%s' needs a type in Orus-0", param->name->text);
    else types[i] = type_resolve(c, m, param->a, env);
    if (!types[i]) fail(c, at, "the type of '%s' cannot be told from this call", param->name->text);
    if (types[i] == c->program->void_) fail(c, at, "a parameter cannot be void");
  }
  types[fn->count] = fn->a ? type_resolve(c, m, fn->a, env) : c->program->void_;
  if (!types[fn->count]) fail(c, (Place){m, fn->line, fn->column}, "the result type cannot be told from this call; give the type arguments");
  return type_make(c, TY_FN, NULL, types, fn->count + 1);
}

static uint32_t hash_instance(const Node *fn, const Env *env) {
  uintptr_t h = (uintptr_t)fn >> 4;
  for (uint32_t i = 0; i < env->count; i++) h = h * 1000003 ^ ((uintptr_t)env->types[i] >> 4);
  h = h * 1000003 ^ ((uintptr_t)env->self >> 4);
  return (uint32_t)(h ^ h >> 12) & (INSTANCE_BUCKETS - 1);
}

static Name *instance_name(Compiler *c, Node *fn, const Env *env) {
  if (!fn->name) return name_lit(c, "fn");
  if (env->self) return name_format(c, "%s.%s", type_text(c, env->self), fn->name->text);
  return fn->name;
}

Instance *lower_instance(Compiler *c, Module *m, Node *fn, const Env *env, Place at) {
  Program0 *p = c->program;
  uint32_t h = hash_instance(fn, env);
  for (Instance *i = p->instances[h]; i; i = i->chain)
    if (i->node == fn && i->env.self == env->self && i->env.count == env->count && (!env->count || !memcmp(i->env.types, env->types, env->count * sizeof(Type *)))) return i;
  for (uint32_t i = 0; i < env->count; i++)
    if (!env->types[i]) fail(c, at, "the type argument '%s' cannot be told from this call", env->names[i]->text);
  if (++p->instances_count > FILE_LIMIT_INSTANCES) fail(c, at, "the program needs more than %d instances of functions", FILE_LIMIT_INSTANCES);
  Instance *i = arena_alloc(c, sizeof *i);
  i->node = fn;
  i->module = m;
  i->needed = at;
  i->needed_by = p->compiling;
  i->env = *env;
  i->env.types = arena_alloc(c, env->count * sizeof(Type *));
  if (env->count) memcpy(i->env.types, env->types, env->count * sizeof(Type *));
  i->type = signature(c, m, fn, &i->env);
  i->name = instance_name(c, fn, &i->env);
  new_function(c, i->name, m, &i->index);
  i->chain = p->instances[h];
  p->instances[h] = i;
  VEC_PUSH(c, &p->queue, Instance *, i);
  return i;
}

/* Names inside function expressions: a mut variable among them lives in a cell. */
static void collect_shared(Fn *f, Node *n, int inside) {
  if (!n) return;
  if (inside && n->kind == N_NAME) {
    for (size_t i = 0; i < f->shared.count; i++)
      if (VEC_AT(&f->shared, Name *, i) == n->name) return;
    VEC_PUSH(f->c, &f->shared, Name *, n->name);
    return;
  }
  if (n->kind == N_LAMBDA) inside = 1;
  collect_shared(f, n->a, inside);
  collect_shared(f, n->b, inside);
  collect_shared(f, n->c, inside);
  for (uint32_t i = 0; i < n->count; i++) collect_shared(f, n->list[i], inside);
}

static void declare_parameters(Fn *f, Node *fn, Type *type) {
  for (uint32_t i = 0; i < fn->count; i++) {
    Type *t = type->args[i];
    uint32_t machine = type_machine(f->c, t);
    Vec *types = is_raw_type(machine) ? &f->out->raw_types : &f->out->ref_types;
    VEC_PUSH(f->c, types, uint32_t, machine);
    Var *v = arena_alloc(f->c, sizeof *v);
    *v = (Var){.name = fn->list[i]->name, .type = t, .reg = (int)types->count - 1, .is_parameter = 1, .at = node_place(f, fn->list[i]), .flow = (uint32_t)f->flow.count};
    VEC_PUSH(f->c, &f->flow, uint8_t, FLOW_DEFINITE | FLOW_MAYBE);
    if (v->name->length == 1 && v->name->text[0] == '_') continue;
    VEC_PUSH(f->c, &f->block->vars, Var *, v);
  }
}

/* Body of a function whose Fn is set up: declares parameters, lowers, closes. */
static void compile_body(Fn *f, Node *fn, Type *type) {
  Block b;
  block_open(f, &b, B_FUNCTION);
  declare_parameters(f, fn, type);
  collect_shared(f, fn->b, 0);
  mark_place(f, fn);
  if (f->is_module_code) {
    for (uint32_t i = 0; i < fn->b->count; i++) lower_statement(f, fn->b->list[i]);
    f->e.dead = 0;
    emit(&f->e, OP_RET, 0, 0, 0);
  } else lower_body(f, fn->b);
  block_close(f);
  emit_finish(&f->e);
}

void compile_instance(Compiler *c, Instance *i) {
  Function *out = VEC_AT(&c->program->functions, Function *, i->index);
  out->type = type_machine(c, i->type);
  Fn f = {.c = c, .m = i->module, .out = out, .env = &i->env, .result = i->type->args[i->type->count - 1], .is_module_code = i->node->kind == N_MODULE};
  Instance *outer = c->program->compiling;
  c->program->compiling = i;
  emit_open(&f.e, c, out);
  compile_body(&f, i->node, i->type);
  c->program->compiling = outer;
}

/* -- finding functions and methods -- */

/* A function of the prelude by name, public or not. */
static Decl *prelude_function(Fn *f, Node *at, const char *text) {
  Name *name = name_lit(f->c, text);
  Program0 *p = PROGRAM(f);
  for (size_t i = 0; i < p->modules.count; i++) {
    Module *m = VEC_AT(&p->modules, Module *, i);
    if (!m->in_std) continue;
    Decl *d = scope_find_in(m, name);
    if (d && d->kind == D_FN && d->module == m) return d;
  }
  fail(f->c, node_place(f, at), "the prelude has no function '%s', which this needs", text);
}

typedef struct Method {
  Node *fn;
  Module *module;
  Env env; /* generics of the impl, then those of the method; Self */
} Method;

static Node *member(Node *impl, const Name *name) {
  for (uint32_t i = 0; i < impl->count; i++)
    if (impl->list[i]->name == name) return impl->list[i];
  return NULL;
}

/* A method of the trait that has a body, for an impl that does not write it. */
static Node *trait_default(Fn *f, Impl *impl, const Name *name, Module **m) {
  if (!impl->node->b || impl->node->b->kind != N_TYPE_NAME) return NULL;
  Decl *d = scope_find(f->c, impl->module, impl->node->b->name);
  Node *fn = d && d->kind == D_TRAIT ? member(d->node, name) : NULL;
  if (!fn || !fn->b) return NULL;
  *m = d->module;
  return fn;
}

static int try_impl(Fn *f, Impl *impl, Type *t, const Name *name, Method *out) {
  Module *m = impl->module;
  Node *fn = member(impl->node, name);
  if (!fn) fn = trait_default(f, impl, name, &m);
  if (!fn) return 0;
  uint32_t count = impl->generics_count + fn->generics_count;
  Env env = {arena_alloc(f->c, (count + 1) * sizeof(Name *)), arena_alloc(f->c, (count + 1) * sizeof(Type *)), count, t};
  for (uint32_t i = 0; i < count; i++) env.names[i] = i < impl->generics_count ? impl->generics[i] : fn->generics[i - impl->generics_count];
  Env head = {env.names, env.types, impl->generics_count, NULL};
  if (!type_unify(f->c, impl->module, impl->node->a, &head, t)) return 0;
  *out = (Method){fn, m, env};
  return 1;
}

static int find_method(Fn *f, Type *t, const Name *name, Method *out) {
  Vec *impls = t->tag == TY_STRUCT || t->tag == TY_ENUM ? &t->decl->impls : &PROGRAM(f)->builtin_impls;
  for (size_t i = 0; i < impls->count; i++)
    if (try_impl(f, VEC_AT(impls, Impl *, i), t, name, out)) return 1;
  Node *derived = derive_method(f->c, t, name);
  if (!derived) return 0;
  *out = (Method){derived, PROGRAM(f)->core, {NULL, NULL, 0, t}};
  return 1;
}

int lower_has_method(Fn *f, Type *t, const char *name) {
  Method m;
  return find_method(f, t, name_lit(f->c, name), &m);
}

/* -- calls with a window -- */

/* A function that only passes its parameters on to an extern one is that one. */
static Decl *forwards_to(Fn *f, Module *m, Node *fn) {
  if (!fn->b || fn->b->count != 1 || fn->b->list[0]->kind != N_EXPR) return NULL;
  Node *call = fn->b->list[0]->a;
  if (call->kind != N_CALL || call->a->kind != N_NAME || call->count != fn->count) return NULL;
  for (uint32_t i = 0; i < fn->count; i++)
    if (call->list[i]->kind != N_NAME || call->list[i]->name != fn->list[i]->name) return NULL;
  Decl *d = scope_find(f->c, m, call->a->name);
  return d && d->kind == D_FN && (d->node->flags & F_EXTERN) ? d : NULL;
}

static Env fresh_env(Fn *f, Node *fn) {
  return (Env){fn->generics, arena_alloc(f->c, (fn->generics_count + 1) * sizeof(Type *)), fn->generics_count, NULL};
}

/* The types of the arguments bind the generics; what is wanted may bind those of the result. */
static void unify_arguments(Fn *f, Node *at, Module *m, Node *fn, Env *env, const Val *args, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    Node *param = fn->list[i];
    if (param->a && !type_unify(f->c, m, param->a, env, args[i].type)) {
      Type *want = type_resolve(f->c, m, param->a, env);
      fail(f->c, node_place(f, at), "argument %u of '%s' is %s%s%s", i + 1, fn->name ? fn->name->text : "fn", type_text(f->c, args[i].type), want ? ", but it must be " : ", which does not fit", want ? type_text(f->c, want) : "");
    }
  }
}

static Val extern_call(Fn *f, Node *at, Decl *d, Val *args, uint32_t count, Type *want, int dest) {
  Env env = fresh_env(f, d->node);
  unify_arguments(f, at, d->module, d->node, &env, args, count);
  if (d->node->a && want) {
    Env trial = env;
    (void)type_unify(f->c, d->module, d->node->a, &trial, want);
  }
  Type *result = d->node->a ? type_resolve(f->c, d->module, d->node->a, &env) : PROGRAM(f)->void_;
  if (!result) fail(f->c, node_place(f, at), "the type arguments of '%s' cannot be told from this call", d->name->text);
  return lower_intrinsic(f, at, d->node, &env, args, count, result, dest);
}

static Val finish_call(Fn *f, Node *at, Instance *i, unsigned raw_base, unsigned ref_base, int dest) {
  Type *result = i->type->args[i->type->count - 1];
  f->e.raw_temp = raw_base;
  f->e.ref_temp = ref_base;
  /* the window must exist even when it is empty */
  int rt = emit_temp(&f->e, 1), pt = emit_temp(&f->e, 0);
  f->e.raw_temp = raw_base;
  f->e.ref_temp = ref_base;
  mark_place(f, at);
  emit(&f->e, OP_CALL, rt, pt, (int)i->index);
  if (result == PROGRAM(f)->never) {
    emit(&f->e, OP_UNREACHABLE, 0, 0, 0);
    return (Val){result, REG_NONE};
  }
  if (result == PROGRAM(f)->void_) return lower_void(f);
  return lower_put(f, (Val){result, emit_temp(&f->e, lower_is_raw(f, result))}, dest);
}

/* Puts values into consecutive window slots.  A value in a temporary at or above the bases could be overwritten by another's move, so those that are not
 * in their place already go through hidden locals. */
static void fill_window(Fn *f, Val *args, uint32_t count, unsigned raw_base, unsigned ref_base) {
  unsigned rn = raw_base, pn = ref_base;
  for (uint32_t i = 0; i < count; i++) {
    int slot = REG_TEMP | (int)(lower_is_raw(f, args[i].type) ? rn++ : pn++);
    unsigned base = lower_is_raw(f, args[i].type) ? raw_base : ref_base;
    if (lower_is_temp(args[i].reg) && args[i].reg != slot && (unsigned)(args[i].reg & ~REG_TEMP) >= base) args[i] = lower_hide(f, args[i]);
  }
  f->e.raw_temp = raw_base;
  f->e.ref_temp = ref_base;
  for (uint32_t i = 0; i < count; i++) args[i] = lower_put(f, args[i], emit_temp(&f->e, lower_is_raw(f, args[i].type)));
}

/* A call whose arguments are values already. */
static Val call_values(Fn *f, Node *at, Module *m, Node *fn, Env *env, Val *args, uint32_t count, Type *want, int dest) {
  if (count != fn->count) fail(f->c, node_place(f, at), "'%s' takes %u arguments, not %u", fn->name ? fn->name->text : "fn", fn->count, count);
  Decl *target = forwards_to(f, m, fn);
  if (target) return extern_call(f, at, target, args, count, want, dest);
  unify_arguments(f, at, m, fn, env, args, count);
  Instance *i = lower_instance(f->c, m, fn, env, node_place(f, at));
  unsigned raw_base = f->e.raw_temp, ref_base = f->e.ref_temp;
  Val moved[64];
  memcpy(moved, args, count * sizeof *args);
  fill_window(f, moved, count, raw_base, ref_base);
  return finish_call(f, at, i, raw_base, ref_base, dest);
}

static int later_splits(Fn *f, Node **args, uint32_t count, uint32_t i) {
  while (++i < count)
    if (lower_splits(f, args[i])) return 1;
  return 0;
}

/* Type arguments that only the wanted result can tell. */
static void unify_result(Fn *f, Module *m, Node *fn, Env *env, Type *want) {
  if (!want || !fn->a || !env->count || want == PROGRAM(f)->any) return;
  Type *saved[32];
  if (env->count > 32) return;
  memcpy(saved, env->types, env->count * sizeof(Type *));
  if (!type_unify(f->c, m, fn->a, env, want)) memcpy(env->types, saved, env->count * sizeof(Type *));
}

static Val evaluate_argument(Fn *f, Module *m, Node *param, Env *env, Node *arg, int dest) {
  Type *t = param->a ? type_resolve(f->c, m, param->a, env) : NULL;
  if (t) return lower(f, arg, t, dest);
  if (arg->kind == N_LAMBDA && param->a && param->a->kind == N_TYPE_FN) { /* what is known of the parameters is enough for its body */
    Type *types[64];
    Node *fn = param->a;
    int all = 1;
    for (uint32_t i = 0; i < fn->count; i++) all &= (types[i] = type_resolve(f->c, m, fn->list[i], env)) != NULL;
    types[fn->count] = fn->a ? type_resolve(f->c, m, fn->a, env) : PROGRAM(f)->void_;
    if (all && types[fn->count]) return lower(f, arg, type_make(f->c, TY_FN, NULL, types, fn->count + 1), REG_NONE);
    if (all) { /* result open: a partial type with NULL result is passed through Env-free parameters */
      Node partial = *arg->a;
      Node *params[64], copies[64];
      for (uint32_t i = 0; i < partial.count && i < fn->count; i++) {
        copies[i] = *partial.list[i];
        if (!copies[i].a) copies[i].integer = (uint64_t)(uintptr_t)types[i];
        params[i] = &copies[i];
      }
      partial.list = params;
      Node lambda = *arg;
      lambda.a = &partial;
      return lower(f, &lambda, NULL, REG_NONE);
    }
  }
  return lower_or_void(f, arg, NULL, REG_NONE);
}

/* A call: receiver (when the function has one) and argument expressions.  The bases are the temporaries before the receiver was evaluated. */
static Val call_nodes(Fn *f, Node *at, Module *m, Node *fn, Env *env, Val *receiver, Node **args, uint32_t count, unsigned raw_base, unsigned ref_base, Type *want, int dest) {
  uint32_t skip = receiver ? 1 : 0;
  if (count + skip != fn->count) fail(f->c, node_place(f, at), "'%s' takes %u arguments, not %u", fn->name ? fn->name->text : "fn", fn->count - skip, count);
  if (count > 60) fail(f->c, node_place(f, at), "too many arguments");
  Val values[64];
  int any = 0;
  for (uint32_t i = 0; i < count; i++) any |= lower_splits(f, args[i]);
  if (receiver) {
    values[0] = any && lower_is_temp(receiver->reg) ? lower_hide(f, *receiver) : *receiver;
    if (fn->list[0]->a) (void)type_unify(f->c, m, fn->list[0]->a, env, receiver->type);
  }
  unify_result(f, m, fn, env, want);
  int inline_extern = (fn->flags & F_EXTERN) || forwards_to(f, m, fn) != NULL;
  if (!any && !inline_extern) {
    f->e.raw_temp = raw_base;
    f->e.ref_temp = ref_base;
    if (receiver) values[0] = lower_put(f, values[0], emit_temp(&f->e, lower_is_raw(f, values[0].type)));
  }
  for (uint32_t i = 0; i < count; i++) {
    Node *param = fn->list[i + skip];
    unsigned raw_mark = f->e.raw_temp, ref_mark = f->e.ref_temp;
    Type *t = param->a ? type_resolve(f->c, m, param->a, env) : NULL;
    int direct = !any && !inline_extern && t && t != PROGRAM(f)->void_;
    Val v = evaluate_argument(f, m, param, env, args[i], direct ? emit_temp(&f->e, lower_is_raw(f, t)) : REG_NONE);
    if (v.type == PROGRAM(f)->void_) fail(f->c, node_place(f, args[i]), "this argument has no value");
    if (param->a && !type_unify(f->c, m, param->a, env, v.type)) {
      Type *wanted = type_resolve(f->c, m, param->a, env);
      fail(f->c, node_place(f, args[i]), "argument %u of '%s' is %s%s%s", i + 1, fn->name ? fn->name->text : "fn", type_text(f->c, v.type), wanted ? ", but it must be " : ", which does not fit", wanted ? type_text(f->c, wanted) : "");
    }
    if (any && lower_is_temp(v.reg) && (later_splits(f, args, count, i) || !inline_extern)) v = lower_hide(f, v);
    if (!any && !inline_extern) {
      f->e.raw_temp = raw_mark;
      f->e.ref_temp = ref_mark;
      v = lower_put(f, v, emit_temp(&f->e, lower_is_raw(f, v.type)));
    }
    values[i + skip] = v;
  }
  if (inline_extern) {
    if (fn->flags & F_EXTERN) {
      Type *result = fn->a ? type_resolve(f->c, m, fn->a, env) : PROGRAM(f)->void_;
      if (!result) fail(f->c, node_place(f, at), "the type arguments of '%s' cannot be told from this call", fn->name->text);
      return lower_intrinsic(f, at, fn, env, values, count + skip, result, dest);
    }
    return extern_call(f, at, forwards_to(f, m, fn), values, count + skip, want, dest);
  }
  Instance *i = lower_instance(f->c, m, fn, env, node_place(f, at));
  if (any) fill_window(f, values, count + skip, raw_base, ref_base);
  return finish_call(f, at, i, raw_base, ref_base, dest);
}

/* -- for the other files -- */

Val lower_helper(Fn *f, Node *at, const char *name, Type *generic, Val *args, unsigned count, int dest) {
  Decl *d = prelude_function(f, at, name);
  Env env = fresh_env(f, d->node);
  if (generic && env.count) env.types[0] = generic;
  return call_values(f, at, d->module, d->node, &env, args, count, NULL, dest);
}

Val lower_method(Fn *f, Node *at, const char *name, Val *args, unsigned count, int dest) {
  Method m;
  if (!find_method(f, args[0].type, name_lit(f->c, name), &m)) {
    if (!strcmp(name, "__index")) fail(f->c, node_place(f, at), "%s has no elements: it cannot be indexed", type_text(f->c, args[0].type));
    if (!strcmp(name, "contains")) fail(f->c, node_place(f, at), "'in' is not defined for %s", type_text(f->c, args[0].type));
    fail(f->c, node_place(f, at), "%s has no method '%s'", type_text(f->c, args[0].type), name);
  }
  return call_values(f, at, m.module, m.fn, &m.env, args, count, NULL, dest);
}

Val lower_operation(Fn *f, Node *at, const char *method, Val *args, unsigned count, int dest) {
  if (!strcmp(method, "eq") && lower_is_raw(f, args[0].type)) {
    Type *t = args[0].type;
    int to = lower_target(f, PROGRAM(f)->raw[TYPE_BOOL], dest);
    emit(&f->e, t->tag == TY_RAW && (t->raw == TYPE_F64 || t->raw == TYPE_F32) ? OP_EQ_F : OP_EQ_I, to, args[0].reg, args[1].reg);
    return (Val){PROGRAM(f)->raw[TYPE_BOOL], to};
  }
  return lower_method(f, at, method, args, count, dest);
}

Val lower_show(Fn *f, Node *at, Val v, int quoted, int dest) {
  Program0 *p = PROGRAM(f);
  if (v.type == p->string) return quoted ? lower_helper(f, at, "__quote", NULL, &v, 1, dest) : lower_put(f, v, dest);
  if (quoted && v.type == p->raw[TYPE_CHAR]) return lower_helper(f, at, "__quote_char", NULL, &v, 1, dest);
  return lower_operation(f, at, "to_string", &v, 1, dest);
}

/* -- closures -- */

static uint32_t closure_type(Compiler *c, uint32_t fn_type, uint32_t function) {
  uint32_t row = machine_row(c, KIND_CLOSURE, name_lit(c, "fn"));
  MachineType *t = &VEC_AT(&c->program->machine, MachineType, row - ORBC_FIRST_MODULE_TYPE);
  t->of = fn_type;
  t->number = function;
  return row;
}

/* A closure without captures that passes its arguments on: a plain function as a value. */
static uint32_t wrapper(Fn *f, Instance *i) {
  Program0 *p = PROGRAM(f);
  Compiler *c = f->c;
  for (size_t k = 0; k + 1 < p->closures.count; k += 2)
    if (VEC_AT(&p->closures, uint32_t, k) == i->index) return VEC_AT(&p->closures, uint32_t, k + 1);
  uint32_t index;
  Function *out = new_function(c, i->name, i->module, &index);
  out->type = type_machine(c, i->type);
  uint32_t type = out->closure = closure_type(c, out->type, index);
  Emit e;
  emit_open(&e, c, out);
  VEC_PUSH(c, &out->ref_types, uint32_t, type);
  for (uint32_t k = 0; k + 1 < i->type->count; k++) {
    uint32_t machine = type_machine(c, i->type->args[k]);
    VEC_PUSH(c, is_raw_type(machine) ? &out->raw_types : &out->ref_types, uint32_t, machine);
  }
  int rt = emit_temp(&e, 1), pt = emit_temp(&e, 0);
  for (uint32_t k = 0; k < out->raw_types.count; k++) emit(&e, OP_MOV, k ? emit_temp(&e, 1) : rt, (int)k, 0);
  for (uint32_t k = 1; k < out->ref_types.count; k++) emit(&e, OP_MOVP, k > 1 ? emit_temp(&e, 0) : pt, (int)k, 0);
  emit(&e, OP_CALL, rt, pt, (int)i->index);
  Type *result = i->type->args[i->type->count - 1];
  if (result == p->void_) emit(&e, OP_RET, 0, 0, 0);
  else if (result == p->never) emit(&e, OP_UNREACHABLE, 0, 0, 0);
  else emit(&e, type_is_raw(c, result) ? OP_RETR : OP_RETP, type_is_raw(c, result) ? rt : pt, 0, 0);
  emit_finish(&e);
  VEC_PUSH(c, &p->closures, uint32_t, i->index);
  VEC_PUSH(c, &p->closures, uint32_t, type);
  return type;
}

Val lower_function_value(Fn *f, Node *at, Decl *d, Env *env, Type *want, int dest) {
  if (d->node->flags & F_EXTERN) fail(f->c, node_place(f, at), "an extern function is not a value");
  Env own = fresh_env(f, d->node);
  if (env) own.types = env->types;
  else if (want && want->tag == TY_FN && want->count == d->node->count + 1) {
    for (uint32_t i = 0; i < d->node->count; i++)
      if (d->node->list[i]->a) (void)type_unify(f->c, d->module, d->node->list[i]->a, &own, want->args[i]);
  }
  Instance *i = lower_instance(f->c, d->module, d->node, &own, node_place(f, at));
  int to = lower_target(f, i->type, dest);
  emit(&f->e, OP_NEW, to, 0, (int)wrapper(f, i));
  return (Val){i->type, to};
}

static void add_capture_items(Fn *f, Fn *g) {
  for (size_t i = 0; i < g->captures.count; i++) {
    Var *v = VEC_AT(&g->captures, Capture, i).outer;
    OrbcItem item = {string_index(f->c, v->name), v->boxed ? type_cell(f->c, v->type) : type_machine(f->c, v->type)};
    MachineType *row = &VEC_AT(&PROGRAM(f)->machine, MachineType, g->closure - ORBC_FIRST_MODULE_TYPE);
    VEC_PUSH(f->c, &row->items, OrbcItem, item);
  }
}

static void store_captures(Fn *f, Fn *g, Node *n, int object) {
  for (size_t i = 0; i < g->captures.count; i++) {
    Var *v = VEC_AT(&g->captures, Capture, i).outer;
    unsigned raw_mark = f->e.raw_temp, ref_mark = f->e.ref_temp;
    if (v->boxed) {
      int cell = v->reg;
      if (cell <= -2) emit(&f->e, OP_GETFP, cell = emit_temp(&f->e, 0), 0, -2 - v->reg);
      emit(&f->e, OP_SETFP, object, cell, (int)i);
    } else {
      Val value = lower_load_var(f, n, v, REG_NONE);
      emit(&f->e, lower_is_raw(f, v->type) ? OP_SETF : OP_SETFP, object, value.reg, (int)i);
    }
    f->e.raw_temp = raw_mark;
    f->e.ref_temp = ref_mark;
  }
}

Val lower_lambda(Fn *f, Node *n, Type *want, int dest) {
  Compiler *c = f->c;
  Node *fn = n->a;
  Type *types[64];
  if (want && (want->tag != TY_FN || want->count != fn->count + 1)) fail(c, node_place(f, n), "expected %s, but this function takes %u arguments", type_text(c, want), fn->count);
  for (uint32_t i = 0; i < fn->count; i++) {
    Node *param = fn->list[i];
    types[i] = param->a ? type_resolve(c, f->m, param->a, f->env) : want ? want->args[i] : (Type *)(uintptr_t)param->integer;
    if (!types[i]) fail(c, node_place(f, param), "the type of parameter '%s' cannot be told from here", param->name->text);
  }
  Type *result = fn->a ? type_resolve(c, f->m, fn->a, f->env) : want ? want->args[fn->count] : NULL;
  uint32_t index;
  Fn g = {.c = c, .m = f->m, .env = f->env, .outer = f, .result = result};
  g.out = new_function(c, name_format(c, "fn at line %u", n->line), f->m, &index);
  emit_open(&g.e, c, g.out);
  g.closure = g.out->closure = closure_type(c, 0, index);
  VEC_PUSH(c, &g.out->ref_types, uint32_t, g.closure);
  types[fn->count] = c->program->void_;
  compile_body(&g, fn, type_make(c, TY_FN, NULL, types, fn->count + 1));
  types[fn->count] = g.result ? g.result : c->program->void_;
  Type *t = type_make(c, TY_FN, NULL, types, fn->count + 1);
  g.out->type = type_machine(c, t);
  VEC_AT(&c->program->machine, MachineType, g.closure - ORBC_FIRST_MODULE_TYPE).of = g.out->type;
  add_capture_items(f, &g);
  int object = emit_temp(&f->e, 0);
  mark_place(f, n);
  emit(&f->e, OP_NEW, object, 0, (int)g.closure);
  store_captures(f, &g, n, object);
  return lower_put(f, (Val){t, object}, dest);
}

static Val call_closure(Fn *f, Node *n, Val closure, int dest) {
  Type *t = closure.type;
  if (t->tag != TY_FN) fail(f->c, node_place(f, n), "%s cannot be called", type_text(f->c, t));
  if (n->count + 1 != t->count) fail(f->c, node_place(f, n), "this function takes %u arguments, not %u", t->count - 1, n->count);
  Val values[64];
  values[0] = lower_is_temp(closure.reg) && (n->count == 0 || lower_splits(f, n->list[0]) || later_splits(f, n->list, n->count, 0)) ? lower_hide(f, closure) : closure;
  for (uint32_t i = 0; i < n->count; i++) {
    values[i + 1] = lower(f, n->list[i], t->args[i], REG_NONE);
    if (lower_is_temp(values[i + 1].reg) && (later_splits(f, n->list, n->count, i))) values[i + 1] = lower_hide(f, values[i + 1]);
  }
  unsigned raw_base = f->e.raw_temp, ref_base = f->e.ref_temp;
  fill_window(f, values, n->count + 1, raw_base, ref_base);
  f->e.raw_temp = raw_base;
  int rt = emit_temp(&f->e, 1);
  mark_place(f, n);
  emit(&f->e, OP_CALL_FN, rt, REG_TEMP | (int)ref_base, (int)type_machine(f->c, t));
  f->e.raw_temp = raw_base;
  f->e.ref_temp = ref_base;
  Type *result = t->args[t->count - 1];
  if (result == PROGRAM(f)->void_ || result == PROGRAM(f)->never) return (Val){result, REG_NONE};
  return lower_put(f, (Val){result, emit_temp(&f->e, lower_is_raw(f, result))}, dest);
}

/* -- call expressions -- */

static Val lower_print(Fn *f, Node *n, int to_stderr) {
  Program0 *p = PROGRAM(f);
  Val text = {0}, *values = arena_alloc(f->c, (n->count + 1) * sizeof *values);
  for (uint32_t i = 0; i < n->count; i++) { /* all of them first: one may change what another shows */
    values[i] = lower(f, n->list[i], NULL, REG_NONE);
    if (i + 1 < n->count) values[i] = lower_hide(f, values[i]);
  }
  for (uint32_t i = 0; i < n->count; i++) {
    Val v = lower_show(f, n->list[i], values[i], 0, REG_NONE);
    if (v.type != p->string) fail(f->c, node_place(f, n->list[i]), "this has no value to print");
    if (i) {
      Val pair[2] = {text, lower_string(f, name_lit(f->c, " "), REG_NONE)};
      v = lower_hide(f, v);
      pair[0] = text;
      text = lower_helper(f, n, "__concat", NULL, pair, 2, REG_NONE);
      Val more[2] = {text, v};
      text = lower_helper(f, n, "__concat", NULL, more, 2, REG_NONE);
    } else text = v;
    if (i + 1 < n->count) text = lower_hide(f, text);
  }
  if (!n->count) text = lower_string(f, name_lit(f->c, ""), REG_NONE);
  Val args[2] = {text, lower_int(f, p->raw[TYPE_BOOL], to_stderr, REG_NONE)};
  mark_place(f, n);
  return lower_helper(f, n, "__print", NULL, args, 2, REG_NONE);
}

/* Some(v), Ok(v), Err(e). */
static int lower_known_variant(Fn *f, Node *n, Type *want, int dest, Val *v) {
  Program0 *p = PROGRAM(f);
  const char *name = n->a->name->text;
  uint32_t variant = strcmp(name, "Err") == 0;
  Decl *d = !strcmp(name, "Some") ? p->option : !strcmp(name, "Ok") || !strcmp(name, "Err") ? p->result : NULL;
  if (!d || scope_find(f->c, f->m, n->a->name)) return 0;
  if (n->count != 1) fail(f->c, node_place(f, n), "%s takes one value", name);
  if (want && want->decl == d) *v = lower_make_variant(f, n, want, variant, n->list, 1, dest);
  else if (d == p->option) {
    Val inner = lower(f, n->list[0], NULL, REG_NONE);
    *v = lower_some(f, type_option(f->c, inner.type), inner, dest);
  } else fail(f->c, node_place(f, n), "the other type of this Result cannot be told from here; annotate the variable or the function");
  return 1;
}

/* Enum.Variant(...) with the type from the path, from what is wanted, or from the values. */
static int lower_variant_call(Fn *f, Node *n, Type *want, int dest, Val *v) {
  Node *callee = n->a;
  Type *t = lower_type_of_node(f, callee->a);
  Decl *d = t ? t->decl : NULL;
  if (!t && callee->a->kind == N_NAME && !lower_find_var(f, callee->a->name)) d = scope_find(f->c, f->m, callee->a->name);
  if (!t && callee->a->kind == N_FIELD && callee->a->a->kind == N_NAME && !lower_find_var(f, callee->a->a->name)) {
    Decl *q = scope_find(f->c, f->m, callee->a->a->name);
    if (q && q->kind == D_MODULE) d = scope_find_in(q->module, callee->a->name);
  }
  if (!d || d->kind != D_ENUM) return 0;
  uint32_t variant = 0;
  while (variant < d->node->count && d->node->list[variant]->name != callee->name) variant++;
  if (variant == d->node->count) return 0;
  if (!t && want && want->decl == d) t = want;
  Node *declared = d->node->list[variant];
  if (!t && d->node->generics_count) { /* the values tell */
    Env env = fresh_env(f, d->node);
    Val values[32];
    if (n->count != declared->count || n->count > 32) fail(f->c, node_place(f, n), "%s.%s has %u values, not %u", d->name->text, callee->name->text, declared->count, n->count);
    for (uint32_t i = 0; i < n->count; i++) {
      values[i] = lower_hide(f, lower(f, n->list[i], type_resolve(f->c, d->module, declared->list[i]->a, &env), REG_NONE));
      if (!type_unify(f->c, d->module, declared->list[i]->a, &env, values[i].type)) fail(f->c, node_place(f, n->list[i]), "%s does not fit %s.%s", type_text(f->c, values[i].type), d->name->text, callee->name->text);
    }
    for (uint32_t i = 0; i < env.count; i++)
      if (!env.types[i]) fail(f->c, node_place(f, n), "the type argument '%s' cannot be told from here; annotate the variable", env.names[i]->text);
    t = type_make(f->c, TY_ENUM, d, env.types, env.count);
    type_complete(f->c, t);
    type_machine(f->c, t);
    if (type_is_option(f->c, t)) *v = lower_some(f, t, values[0], dest);
    else {
      int object = emit_temp(&f->e, 0);
      emit(&f->e, OP_NEW, object, 0, (int)t->variants[variant].machine);
      for (uint32_t i = 0; i < n->count; i++) emit(&f->e, lower_is_raw(f, values[i].type) ? OP_SETF : OP_SETFP, object, values[i].reg, (int)i);
      *v = lower_put(f, (Val){t, object}, dest);
    }
    return 1;
  }
  if (!t) t = type_make(f->c, TY_ENUM, d, NULL, 0);
  *v = lower_make_variant(f, n, t, variant, n->list, n->count, dest);
  return 1;
}

/* Type.function(...), also with type arguments to be inferred: `Stack.new()`. */
static int lower_associated(Fn *f, Node *n, Node *type_node, const Name *name, Type *want, int dest, Val *v) {
  Type *t = lower_type_of_node(f, type_node);
  Decl *d = t ? t->decl : NULL;
  if (!d && type_node->kind == N_NAME && !lower_find_var(f, type_node->name)) d = scope_find(f->c, f->m, type_node->name);
  if (!d && type_node->kind == N_FIELD && type_node->a->kind == N_NAME && !lower_find_var(f, type_node->a->name)) {
    Decl *q = scope_find(f->c, f->m, type_node->a->name);
    if (q && q->kind == D_MODULE) d = scope_find_in(q->module, type_node->name);
  }
  if (d && d->kind != D_STRUCT && d->kind != D_ENUM) d = NULL;
  if (!t && !d) return 0;
  if (!t && want && want->decl == d) t = want;
  unsigned raw_base = f->e.raw_temp, ref_base = f->e.ref_temp;
  Method m;
  if (t) {
    if (!find_method(f, t, name, &m)) return 0;
  } else {
    Node *fn = NULL;
    Impl *impl = NULL;
    for (size_t i = 0; !fn && i < d->impls.count; i++) fn = member((impl = VEC_AT(&d->impls, Impl *, i))->node, name);
    if (!fn) return 0;
    uint32_t count = impl->generics_count + fn->generics_count;
    Env env = {arena_alloc(f->c, (count + 1) * sizeof(Name *)), arena_alloc(f->c, (count + 1) * sizeof(Type *)), count, NULL};
    for (uint32_t i = 0; i < count; i++) env.names[i] = i < impl->generics_count ? impl->generics[i] : fn->generics[i - impl->generics_count];
    /* bind from the arguments, then Self is known */
    Val values[64];
    if (n->count != fn->count) fail(f->c, node_place(f, n), "'%s' takes %u arguments, not %u", name->text, fn->count, n->count);
    for (uint32_t i = 0; i < n->count; i++) {
      values[i] = lower_hide(f, evaluate_argument(f, impl->module, fn->list[i], &env, n->list[i], REG_NONE));
      if (fn->list[i]->a) (void)type_unify(f->c, impl->module, fn->list[i]->a, &env, values[i].type);
    }
    if (!(env.self = type_resolve(f->c, impl->module, impl->node->a, &env))) fail(f->c, node_place(f, n), "the type arguments of '%s' cannot be told from here; annotate the variable", d->name->text);
    *v = call_values(f, n, impl->module, fn, &env, values, n->count, want, dest);
    return 1;
  }
  if (m.fn->flags & F_SELF) fail(f->c, node_place(f, n), "'%s' is a method: call it on a value", name->text);
  *v = call_nodes(f, n, m.module, m.fn, &m.env, NULL, n->list, n->count, raw_base, ref_base, want, dest);
  return 1;
}

static void check_private_method(Fn *f, Node *at, const Name *name, Type *t, Module *m) {
  if (name->text[0] == '_' && m != f->m && f->m != PROGRAM(f)->core && !f->m->in_std) fail(f->c, node_place(f, at), "'%s' of %s is private to module '%s'", name->text, type_text(f->c, t), m->name->text);
}

static Val call_on_value(Fn *f, Node *n, Val receiver, const Name *name, Node **args, uint32_t count, unsigned raw_base, unsigned ref_base, Type *want, int dest) {
  Method m;
  if (find_method(f, receiver.type, name, &m)) {
    check_private_method(f, n, name, receiver.type, m.module);
    if (!(m.fn->flags & F_SELF)) fail(f->c, node_place(f, n), "'%s' takes no self: call it as %s.%s(...)", name->text, type_text(f->c, receiver.type), name->text);
    return call_nodes(f, n, m.module, m.fn, &m.env, &receiver, args, count, raw_base, ref_base, want, dest);
  }
  fail(f->c, node_place(f, n), "%s has no method '%s'", type_text(f->c, receiver.type), name->text);
}

static int has_field(Fn *f, Type *t, const Name *name) {
  if (t->tag != TY_STRUCT) return 0;
  type_complete(f->c, t);
  for (uint32_t i = 0; i < t->fields_count; i++)
    if (t->fields[i].name == name) return 1;
  return 0;
}

static Val lower_field_call(Fn *f, Node *n, Type *want, int dest) {
  Node *callee = n->a;
  Val v;
  if (callee->a->kind == N_NAME && !lower_find_var(f, callee->a->name)) {
    Decl *d = scope_find(f->c, f->m, callee->a->name);
    if (d && d->kind == D_MODULE) {
      Decl *e = module_export(f->c, f->m, d->module, callee->name, node_place(f, callee));
      if (e->kind == D_FN) {
        Env env = fresh_env(f, e->node);
        return call_nodes(f, n, e->module, e->node, &env, NULL, n->list, n->count, f->e.raw_temp, f->e.ref_temp, want, dest);
      }
      if (e->kind == D_STRUCT && lower_associated(f, n, callee, name_lit(f->c, "new"), want, dest, &v)) return v;
    }
  }
  if (lower_variant_call(f, n, want, dest, &v)) return v;
  if (lower_associated(f, n, callee->a, callee->name, want, dest, &v)) return v;
  const Decl *type = callee->a->kind == N_NAME && !lower_find_var(f, callee->a->name) ? scope_find(f->c, f->m, callee->a->name) : NULL;
  if (type && (type->kind == D_STRUCT || type->kind == D_ENUM))
    fail(f->c, node_place(f, callee), "%s has no %sfunction '%s'", type->name->text, type->kind == D_ENUM ? "variant and no " : "", callee->name->text);
  unsigned raw_base = f->e.raw_temp, ref_base = f->e.ref_temp;
  Val receiver = lower(f, callee->a, NULL, REG_NONE);
  if (has_field(f, receiver.type, callee->name) && !lower_has_method(f, receiver.type, callee->name->text)) return call_closure(f, n, lower(f, callee, NULL, REG_NONE), dest);
  return call_on_value(f, n, receiver, callee->name, n->list, n->count, raw_base, ref_base, want, dest);
}

/* a?.method(...) */
static Val lower_optional_call(Fn *f, Node *n, int dest) {
  Val o = lower_hide(f, lower(f, n->a->a, NULL, REG_NONE));
  if (!type_is_option(f->c, o.type)) fail(f->c, node_place(f, n), "'?.' needs an option, not %s", type_text(f->c, o.type));
  Label no, end;
  label_open(&no);
  label_open(&end);
  lower_jump_variant(f, o, 0, 0, &no);
  unsigned raw_base = f->e.raw_temp, ref_base = f->e.ref_temp;
  Val receiver = lower_payload(f, n, o, 0, 0, REG_NONE);
  Val v = call_on_value(f, n, receiver, n->a->name, n->list, n->count, raw_base, ref_base, NULL, REG_NONE);
  if (v.reg == REG_NONE) {
    label_place(&f->e, &no);
    return lower_void(f);
  }
  Type *t = type_is_option(f->c, v.type) ? v.type : type_option(f->c, v.type);
  int result = lower_hidden(f, t);
  if (t == v.type) lower_put(f, v, result);
  else lower_some(f, t, v, result);
  emit_jump(&f->e, OP_JMP, 0, &end);
  label_place(&f->e, &no);
  lower_none(f, t, result);
  label_place(&f->e, &end);
  return lower_put(f, (Val){t, result}, dest);
}

static Val lower_name_call(Fn *f, Node *n, Type *want, int dest) {
  Node *callee = n->a;
  Val v;
  if (lower_find_var(f, callee->name)) return call_closure(f, n, lower(f, callee, NULL, REG_NONE), dest);
  Decl *d = scope_find(f->c, f->m, callee->name);
  if (d && d->kind == D_FN) {
    Env env = fresh_env(f, d->node);
    return call_nodes(f, n, d->module, d->node, &env, NULL, n->list, n->count, f->e.raw_temp, f->e.ref_temp, want, dest);
  }
  if (d && d->kind == D_GLOBAL) return call_closure(f, n, lower(f, callee, NULL, REG_NONE), dest);
  if (lower_known_variant(f, n, want, dest, &v)) return v;
  if (d && (d->kind == D_STRUCT || d->kind == D_ENUM)) {
    if (lower_associated(f, n, callee, name_lit(f->c, "new"), want, dest, &v)) return v;
    fail(f->c, node_place(f, n), "'%s' has no function 'new'; write %s{ ... }", callee->name->text, callee->name->text);
  }
  if (!strcmp(callee->name->text, "print")) return lower_print(f, n, 0);
  if (!strcmp(callee->name->text, "eprint")) return lower_print(f, n, 1);
  if (n->count) { /* the builtin form: f(x, ...) is x.f(...) */
    unsigned raw_base = f->e.raw_temp, ref_base = f->e.ref_temp;
    Val receiver = lower(f, n->list[0], NULL, REG_NONE);
    if (lower_has_method(f, receiver.type, callee->name->text))
      return call_on_value(f, n, receiver, callee->name, n->list + 1, n->count - 1, raw_base, ref_base, want, dest);
  }
  fail(f->c, node_place(f, callee), "there is no function '%s'", callee->name->text);
}

/* name[T](...): explicit type arguments; or an element that is a function. */
static Val lower_index_call(Fn *f, Node *n, Type *want, int dest) {
  Node *callee = n->a;
  Val v;
  if (callee->a->kind == N_NAME && !lower_find_var(f, callee->a->name)) {
    Decl *d = scope_find(f->c, f->m, callee->a->name);
    if (d && d->kind == D_FN) {
      Env env = fresh_env(f, d->node);
      if (callee->count != env.count) fail(f->c, node_place(f, callee), "'%s' takes %u type arguments, not %u", d->name->text, env.count, callee->count);
      for (uint32_t i = 0; i < env.count; i++)
        if (!(env.types[i] = lower_type_of_node(f, callee->list[i]))) fail(f->c, node_place(f, callee->list[i]), "a type expected");
      return call_nodes(f, n, d->module, d->node, &env, NULL, n->list, n->count, f->e.raw_temp, f->e.ref_temp, want, dest);
    }
    if (d && (d->kind == D_STRUCT || d->kind == D_ENUM) && lower_associated(f, n, callee, name_lit(f->c, "new"), want, dest, &v)) return v;
  }
  return call_closure(f, n, lower(f, callee, NULL, REG_NONE), dest);
}

Val lower_call(Fn *f, Node *n, Type *want, int dest) {
  switch (n->a->kind) {
  case N_NAME: return lower_name_call(f, n, want, dest);
  case N_FIELD: return lower_field_call(f, n, want, dest);
  case N_OPT_FIELD: return lower_optional_call(f, n, dest);
  case N_INDEX: return lower_index_call(f, n, want, dest);
  default: return call_closure(f, n, lower(f, n->a, NULL, REG_NONE), dest);
  }
}
