/* check.c -- what must be right in code that is never reached: names, types, and the shape of declarations.
 *
 * Code that runs is checked while it is lowered.  Generic code is lowered only for the type arguments it is used with, so this walk over every declaration of the program's own
 * modules asks what needs no types: does every name exist, does every type exist, is nothing declared twice, does an impl give what its trait asks for.  It is lenient
 * where a name's meaning depends on types (fields, methods, variants): lowering decides those.  Scopes are those of docs/reference/language.md.  Modules have been
 * loaded, and module-level code compiled, so globals are known. */
#include "sema.h"

#include <string.h>

#define P (k->c->program)

/* The names one block declares. */
typedef struct Names {
  struct Names *outer;
  int is_home; /* a function or loop body: plain assignments inside declare here */
  Vec names;   /* Name * */
} Names;

typedef struct Check {
  Compiler *c;
  Module *m;
  Env env;    /* generics in scope, each standing for `any`: only existence matters */
  Names *names;
  Vec methods; /* Name *: every method there is, for f(x) that means x.f() */
} Check;

static Place place_of(const Check *k, const Node *n) { return (Place){k->m, n->line, n->column}; }
static int is_text(const Name *n, const char *text) { return !strcmp(n->text, text); }

static int is_one_of(const Name *n, const char *const *texts, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    if (is_text(n, texts[i])) return 1;
  return 0;
}

/* -- scopes -- */

static void open_names(Check *k, Names *names, int is_home) {
  *names = (Names){k->names, is_home, {0}};
  k->names = names;
}

static void close_names(Check *k) { k->names = k->names->outer; }

static int is_local(const Check *k, const Name *name) {
  for (const Names *s = k->names; s; s = s->outer)
    for (size_t i = 0; i < s->names.count; i++)
      if (VEC_AT(&s->names, Name *, i) == name) return 1;
  return 0;
}

static void add_local(Check *k, Names *s, Name *name) {
  if (!is_text(name, "_")) VEC_PUSH(k->c, &s->names, Name *, name);
}

static Names *home_of(Check *k) {
  Names *s = k->names;
  while (!s->is_home && s->outer) s = s->outer;
  return s;
}

/* -- names -- */

static void check_expr(Check *k, Node *n);
static void check_block(Check *k, Node *n);
static void check_fn(Check *k, Node *fn);

static void check_type(Check *k, const Node *n) {
  if (n) (void)type_resolve(k->c, k->m, n, &k->env);
}

static int is_type_name(const Check *k, const Name *name) {
  static const char *const builtin[] = {"string", "any", "Error", "Handle", "void", "never", "Array", "Weak"};
  if (env_find(&k->env, name) >= 0 || (k->env.self && is_text(name, "Self")) || is_one_of(name, builtin, 8)) return 1;
  for (unsigned i = TYPE_FIRST_RAW; i <= TYPE_LAST_RAW; i++)
    if (P->raw[i]->name == name) return 1;
  return 0;
}

static void check_value_name(Check *k, const Node *n) {
  static const char *const builtin[] = {"true", "false", "none"};
  if (is_local(k, n->name)) return;
  const Decl *d = scope_find(k->c, k->m, n->name);
  if (d && (d->kind == D_CONST || d->kind == D_GLOBAL || d->kind == D_FN)) return;
  if (d || is_type_name(k, n->name)) fail(k->c, place_of(k, n), "'%s' is not a value", n->name->text);
  if (!is_one_of(n->name, builtin, 3)) fail(k->c, place_of(k, n), "there is no '%s'", n->name->text);
}

static int is_method(const Check *k, const Name *name) {
  for (size_t i = 0; i < k->methods.count; i++)
    if (VEC_AT(&k->methods, Name *, i) == name) return 1;
  return 0;
}

static void check_callee_name(Check *k, const Node *n) {
  static const char *const builtin[] = {"print", "eprint", "Some", "Ok", "Err", "enumerate", "to_string", "eq", "compare", "hash", "clone"};
  if (is_local(k, n->name) || scope_find(k->c, k->m, n->name) || is_type_name(k, n->name)) return;
  if (is_one_of(n->name, builtin, 11) || is_method(k, n->name)) return;
  fail(k->c, place_of(k, n), "there is no function '%s'", n->name->text);
}

/* In front of a dot, a brace or brackets, types and modules may stand too; so may types inside such brackets. */
static void check_head(Check *k, Node *n) {
  switch (n->kind) {
  case N_NAME:
    if (!is_type_name(k, n->name) && (is_local(k, n->name) || !scope_find(k->c, k->m, n->name))) check_value_name(k, n);
    break;
  case N_INDEX: case N_LIST: case N_TUPLE: case N_QUESTION:
    if (n->a) check_head(k, n->a);
    for (uint32_t i = 0; i < n->count; i++) check_head(k, n->list[i]);
    break;
  case N_FIELD: {
    check_head(k, n->a);
    const Decl *d = n->a->kind == N_NAME && !is_local(k, n->a->name) ? scope_find(k->c, k->m, n->a->name) : NULL;
    if (d && d->kind == D_MODULE) (void)module_export(k->c, k->m, d->module, n->name, place_of(k, n));
    break;
  }
  default: check_expr(k, n);
  }
}

/* -- patterns -- */

/* Declares what the pattern binds.  A bare name with a capital may be a variant, which only the value's type can tell. */
static void check_pattern(Check *k, Node *p) {
  static const char *const constants[] = {"true", "false", "none"};
  if (!p) return;
  switch (p->kind) {
  case P_BIND:
    if (!is_one_of(p->name, constants, 3)) add_local(k, k->names, p->name);
    break;
  case P_VALUE:
    if (p->a->kind != N_NAME) check_head(k, p->a);
    break;
  case P_RANGE:
    check_expr(k, p->a);
    check_expr(k, p->b);
    break;
  case P_VARIANT:
    if (p->a->kind == N_FIELD) check_head(k, p->a->a);
    break;
  case P_FIELD: check_pattern(k, p->a); return;
  default: break;
  }
  for (uint32_t i = 0; i < p->count; i++) check_pattern(k, p->list[i]);
}

/* -- expressions -- */

static void check_call(Check *k, Node *n) {
  if (n->a->kind == N_NAME) check_callee_name(k, n->a);
  else check_head(k, n->a);
  for (uint32_t i = 0; i < n->count; i++) check_expr(k, n->list[i]);
}

static void check_match(Check *k, Node *n) {
  check_expr(k, n->a);
  for (uint32_t i = 0; i < n->count; i++) {
    Names arm;
    open_names(k, &arm, 0);
    check_pattern(k, n->list[i]->a);
    if (n->list[i]->b) check_expr(k, n->list[i]->b);
    check_block(k, n->list[i]->c);
    close_names(k);
  }
}

/* `a if c else b`: what c binds is there in a only. */
static void check_if_value(Check *k, Node *n) {
  Names names;
  open_names(k, &names, 0);
  check_expr(k, n->b);
  check_expr(k, n->a);
  close_names(k);
  check_expr(k, n->c);
}

static void check_expr(Check *k, Node *n) {
  switch (n->kind) {
  case N_NAME: check_value_name(k, n); return;
  case N_CALL: check_call(k, n); return;
  case N_FIELD: case N_INDEX: check_head(k, n); return;
  case N_STRUCT_VALUE:
    check_head(k, n->a);
    for (uint32_t i = 0; i < n->count; i++) check_expr(k, n->list[i]->a);
    return;
  case N_LAMBDA: check_fn(k, n->a); return;
  case N_CAST: case N_TRY_CAST:
    check_expr(k, n->a);
    check_type(k, n->b);
    return;
  case N_MATCHES:
    check_expr(k, n->a);
    check_pattern(k, n->b);
    return;
  case N_MATCH: check_match(k, n); return;
  case N_IF_VALUE: check_if_value(k, n); return;
  case N_CHAIN: break; /* b holds the operators */
  default:
    if (n->a) check_expr(k, n->a);
    if (n->b) check_expr(k, n->b);
    if (n->c) check_expr(k, n->c);
  }
  for (uint32_t i = 0; i < n->count; i++) check_expr(k, n->list[i]);
}

/* -- statements -- */

static void declare_targets(Check *k, Node *target, Names *in) {
  if (target->kind == N_NAME) add_local(k, in, target->name);
  for (uint32_t i = 0; target->kind == N_TUPLE && i < target->count; i++) declare_targets(k, target->list[i], in);
}

/* A name that is there is assigned; one that is not is declared; `x += 1` needs it to be there. */
static void assign_targets(Check *k, Node *target, int declares) {
  if (target->kind == N_TUPLE) {
    for (uint32_t i = 0; i < target->count; i++) assign_targets(k, target->list[i], declares);
  } else if (target->kind != N_NAME) check_head(k, target);
  else if (!declares) check_value_name(k, target);
  else if (!is_local(k, target->name)) add_local(k, home_of(k), target->name); /* a module's variable is as good as a local one here */
}

static void check_assign(Check *k, Node *n) {
  if (n->b) { /* p = q = value */
    check_assign(k, n->b);
    assign_targets(k, n->a, 1);
    return;
  }
  check_expr(k, n->c);
  assign_targets(k, n->a, n->op == T_EQ);
}

static void check_let(Check *k, Node *n) {
  check_type(k, n->b);
  check_expr(k, n->c);
  declare_targets(k, n->a, k->names);
}

static void check_if(Check *k, Node *n) {
  Names names;
  open_names(k, &names, 0);
  check_expr(k, n->a);
  check_block(k, n->b);
  close_names(k);
  if (n->c) check_block(k, n->c);
}

static void check_loop(Check *k, Node *condition, Node *target, Node *body) {
  Names names;
  open_names(k, &names, 1);
  if (condition) check_expr(k, condition);
  if (target) declare_targets(k, target, &names);
  check_block(k, body);
  close_names(k);
}

static void check_try(Check *k, Node *n) {
  check_block(k, n->a);
  for (uint32_t i = 0; i < n->count; i++) {
    Names names;
    open_names(k, &names, 0);
    check_type(k, n->list[i]->a);
    if (n->list[i]->name) add_local(k, &names, n->list[i]->name);
    check_block(k, n->list[i]->b);
    close_names(k);
  }
}

static void check_statement(Check *k, Node *n) {
  switch (n->kind) {
  case N_LET: check_let(k, n); break;
  case N_ASSIGN: check_assign(k, n); break;
  case N_IF: check_if(k, n); break;
  case N_WHILE: check_loop(k, n->a, NULL, n->b); break;
  case N_FOR:
    check_expr(k, n->b);
    check_loop(k, NULL, n->a, n->c);
    break;
  case N_TRY: check_try(k, n); break;
  case N_MATCH: check_match(k, n); break;
  case N_EXPR: case N_RETURN: case N_THROW:
    if (n->a) check_expr(k, n->a);
    break;
  case N_BLOCK: check_block(k, n); break;
  default: break;
  }
}

static void check_block(Check *k, Node *n) {
  Names names;
  open_names(k, &names, 0);
  for (uint32_t i = 0; i < n->count; i++) check_statement(k, n->list[i]);
  close_names(k);
}

/* -- declarations -- */

static void check_unique(Check *k, Node *const *list, uint32_t count, const char *what) {
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t j = 0; list[i]->name && !is_text(list[i]->name, "_") && j < i; j++)
      if (list[j]->name == list[i]->name) fail(k->c, place_of(k, list[i]), "the %s '%s' is declared twice; the first is at line %u", what, list[i]->name->text, list[j]->line);
}

/* Adds generics to the environment; the caller restores it. */
static void add_generics(Check *k, const Node *at, Name *const *names, uint32_t count) {
  uint32_t n = k->env.count + count;
  Env env = {arena_alloc(k->c, (n + 1) * sizeof(Name *)), arena_alloc(k->c, (n + 1) * sizeof(Type *)), n, k->env.self};
  for (uint32_t i = 0; i < n; i++) {
    env.names[i] = i < k->env.count ? k->env.names[i] : names[i - k->env.count];
    env.types[i] = P->any;
    for (uint32_t j = 0; j < i; j++)
      if (env.names[j] == env.names[i]) fail(k->c, place_of(k, at), "the type parameter '%s' is declared twice", env.names[i]->text);
  }
  k->env = env;
}

static void check_fn(Check *k, Node *fn) {
  Env saved = k->env;
  add_generics(k, fn, fn->generics, fn->generics_count);
  check_unique(k, fn->list, fn->count, "parameter");
  Names names;
  open_names(k, &names, 1);
  for (uint32_t i = 0; i < fn->count; i++) {
    check_type(k, fn->list[i]->a);
    add_local(k, &names, fn->list[i]->name);
  }
  check_type(k, fn->a);
  if (fn->b) check_block(k, fn->b);
  close_names(k);
  k->env = saved;
}

static void check_fields(Check *k, Node *n, const char *what) {
  check_unique(k, n->list, n->count, what);
  for (uint32_t i = 0; i < n->count; i++) {
    check_type(k, n->list[i]->a);
    if (n->list[i]->b) check_expr(k, n->list[i]->b);
  }
}

static void check_struct(Check *k, Node *n) {
  add_generics(k, n, n->generics, n->generics_count);
  check_fields(k, n, "field");
}

static void check_enum(Check *k, Node *n) {
  add_generics(k, n, n->generics, n->generics_count);
  check_unique(k, n->list, n->count, "variant");
  for (uint32_t i = 0; i < n->count; i++) check_fields(k, n->list[i], "value");
}

static void check_methods(Check *k, Node *n) {
  check_unique(k, n->list, n->count, "method");
  for (uint32_t i = 0; i < n->count; i++) check_fn(k, n->list[i]);
}

static void check_trait(Check *k, Node *n) {
  add_generics(k, n, n->generics, n->generics_count);
  k->env.self = P->any;
  check_methods(k, n);
}

/* -- impls -- */

/* Traits the compiler knows without a declaration, and their methods; `same`: parameters in number, self included. */
static const struct { const char *trait, *method; unsigned parameters; } known_traits[] = {
    {"Display", "to_string", 1}, {"Eq", "eq", 2}, {"Ord", "compare", 2}, {"Hash", "hash", 1}, {"Clone", "clone", 1}, {"Iterator", "next", 1}, {"Error", "message", 1},
    {"Add", "add", 2}, {"Sub", "sub", 2}, {"Mul", "mul", 2}, {"Div", "div", 2}, {"Rem", "rem", 2}, {"Neg", "neg", 1}, {"Index", "index", 2},
};

static Node *method_of(Node *n, const Name *name) {
  for (uint32_t i = 0; i < n->count; i++)
    if (n->list[i]->name == name) return n->list[i];
  return NULL;
}

static void check_method_shape(Check *k, const Node *trait, const Name *name, unsigned parameters, int has_self, Node *impl) {
  const Node *fn = method_of(impl, name);
  if (!fn) fail(k->c, place_of(k, impl), "this impl lacks the method '%s' of the trait '%s'", name->text, trait->name->text);
  if (fn->count != parameters || ((fn->flags & F_SELF) != 0) != has_self)
    fail(k->c, place_of(k, fn), "'%s' must take %u parameters%s, as the trait '%s' says", name->text, parameters, has_self ? ", self first" : "", trait->name->text);
}

static void check_known_trait(Check *k, Node *impl) {
  for (unsigned i = 0; i < sizeof known_traits / sizeof *known_traits; i++)
    if (is_text(impl->b->name, known_traits[i].trait)) {
      check_method_shape(k, impl->b, name_lit(k->c, known_traits[i].method), known_traits[i].parameters, 1, impl);
      return;
    }
  fail(k->c, place_of(k, impl->b), "there is no trait '%s'", impl->b->name->text);
}

/* The module of the type that the impl is for; NULL: a builtin type. */
static Module *module_of_type(Check *k, const Node *n) {
  const Decl *d = n->kind == N_TYPE_NAME ? scope_find(k->c, k->m, n->name) : NULL;
  return d && (d->kind == D_STRUCT || d->kind == D_ENUM) ? d->module : NULL;
}

static void check_trait_impl(Check *k, Node *impl) {
  Node *trait = impl->b;
  if (trait->kind != N_TYPE_NAME) fail(k->c, place_of(k, trait), "a trait expected");
  const Decl *d = scope_find(k->c, k->m, trait->name);
  Module *home = module_of_type(k, impl->a);
  if (home != k->m && (!d || d->module != k->m)) fail(k->c, place_of(k, impl), "a trait is implemented in the module of the trait or of the type");
  if (!d) {
    check_known_trait(k, impl);
    return;
  }
  if (d->kind != D_TRAIT) fail(k->c, place_of(k, trait), "'%s' is not a trait", trait->name->text);
  for (uint32_t i = 0; i < d->node->count; i++) {
    const Node *wanted = d->node->list[i];
    if (!wanted->b || method_of(impl, wanted->name)) check_method_shape(k, d->node, wanted->name, wanted->count, (wanted->flags & F_SELF) != 0, impl);
  }
  for (uint32_t i = 0; i < impl->count; i++)
    if (!method_of(d->node, impl->list[i]->name)) fail(k->c, place_of(k, impl->list[i]), "the trait '%s' has no method '%s'", d->name->text, impl->list[i]->name->text);
}

static Impl *impl_of(const Check *k, const Vec *impls, const Node *n) {
  for (size_t i = 0; i < impls->count; i++)
    if (VEC_AT(impls, Impl *, i)->node == n && VEC_AT(impls, Impl *, i)->module == k->m) return VEC_AT(impls, Impl *, i);
  return NULL;
}

static void check_impl(Check *k, Node *n) {
  const Decl *d = n->a->kind == N_TYPE_NAME ? scope_find(k->c, k->m, n->a->name) : NULL;
  const Impl *impl = d && (d->kind == D_STRUCT || d->kind == D_ENUM) ? impl_of(k, &d->impls, n) : impl_of(k, &P->builtin_impls, n);
  if (impl) add_generics(k, n, impl->generics, impl->generics_count);
  check_type(k, n->a);
  if (n->b) check_trait_impl(k, n);
  k->env.self = P->any;
  check_methods(k, n);
}

static void check_declaration(Check *k, Node *n) {
  Names module;
  k->env = (Env){0};
  k->names = NULL;
  open_names(k, &module, 1);
  switch (n->kind) {
  case N_FN: check_fn(k, n); break;
  case N_STRUCT: check_struct(k, n); break;
  case N_ENUM: check_enum(k, n); break;
  case N_TRAIT: check_trait(k, n); break;
  case N_IMPL: check_impl(k, n); break;
  case N_LET:
    if (n->flags & F_CONST) check_let(k, n);
    break;
  default: break; /* module-level code has been compiled, and so checked */
  }
}

static void collect_methods(Check *k) {
  for (size_t i = 0; i < P->modules.count; i++) {
    const Node *tree = VEC_AT(&P->modules, Module *, i)->tree;
    for (uint32_t j = 0; j < tree->count; j++)
      for (uint32_t q = 0; (tree->list[j]->kind == N_IMPL || tree->list[j]->kind == N_TRAIT) && q < tree->list[j]->count; q++) {
        Name *name = tree->list[j]->list[q]->name;
        if (!is_method(k, name)) VEC_PUSH(k->c, &k->methods, Name *, name);
      }
  }
}

void check_modules(Compiler *c, int std_too) {
  Check check = {.c = c}, *k = &check;
  collect_methods(k);
  for (size_t i = 0; i < P->modules.count; i++) {
    k->m = VEC_AT(&P->modules, Module *, i);
    for (uint32_t j = 0; (std_too || !k->m->in_std) && j < k->m->tree->count; j++) check_declaration(k, k->m->tree->list[j]);
  }
}
