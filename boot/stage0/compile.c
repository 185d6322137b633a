/* compile.c -- the whole job, in order: load modules, compile module-level code, then every function that is reached, then write. */
#include "lower.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define P (c->program)

void stage0_init(Compiler *c, const Options *options) {
  memset(c, 0, sizeof *c);
  arena_init(c);
  c->options = *options;
}

void stage0_free(Compiler *c) { arena_free(c); }

static Decl *known(Compiler *c, const char *name) { return scope_find_in(P->prelude, name_lit(c, name)); }

static void load_prelude(Compiler *c) {
  Name *path = name_format(c, "%s/prelude.orus", c->options.std_dir);
  P->prelude = module_load(c, name_lit(c, "prelude"), path, (Place){0});
  P->option = known(c, "Option");
  P->result = known(c, "Result");
  P->range = known(c, "Range");
  P->map = known(c, "Map");
  P->set = known(c, "Set");
  P->error_kind = known(c, "ErrorKind");
  for (size_t i = 0; i < P->modules.count; i++) {
    Module *m = VEC_AT(&P->modules, Module *, i);
    if (!strcmp(m->name->text, "prelude.intrinsics")) P->core = m;
  }
  if (!P->option || !P->result || !P->core) fail(c, (Place){0}, "the prelude in '%s' lacks Option, Result or its module intrinsics", c->options.std_dir);
}

/* The module-level code of `m` as a function without parameters. */
static Decl *init_function(Compiler *c, Module *start, Module *m, unsigned i) {
  Node *fn = arena_alloc(c, sizeof *fn), *body = arena_alloc(c, sizeof *body);
  *body = *m->tree;
  body->kind = N_BLOCK;
  *fn = (Node){.kind = N_MODULE, .line = 1, .column = 1, .name = name_format(c, "module %s", m->name->text), .b = body};
  Decl *d = declare(c, start, name_format(c, "init_%u", i), D_FN, fn, (Place){0});
  d->module = m;
  Env none = {0};
  Instance *instance = lower_instance(c, m, fn, &none, (Place){0});
  compile_instance(c, instance);
  return d;
}

static int has_code(const Module *m) {
  for (uint32_t i = 0; i < m->tree->count; i++)
    switch (m->tree->list[i]->kind) {
    case N_FN: case N_STRUCT: case N_ENUM: case N_TRAIT: case N_IMPL: case N_USE: case N_TEST: break;
    default: return 1;
    }
  return 0;
}

static Node *parse_text(Compiler *c, Module *m, Text *s) {
  m->text = s->bytes;
  m->length = s->length;
  lex(c, m, &m->tokens);
  return parse_module(c, m);
}

/* fn main(), fn main(args: [string]); the result, if it is annotated, is the exit code. */
static void check_main(Compiler *c, Module *entry, Decl *d) {
  Type *words = type_list(c, P->string), *args = NULL, *result = P->void_;
  const Node *fn = d->node;
  if (fn->count == 1 && fn->list[0]->a && !fn->generics_count) args = type_resolve(c, entry, fn->list[0]->a, NULL);
  if (fn->generics_count || fn->count > 1 || (fn->count == 1 && args != words)) fail(c, d->place, "'main' takes nothing, or the words of the command line as one [string]");
  if (fn->a) result = type_resolve(c, entry, fn->a, NULL);
  if (result != P->void_ && result != P->never && result != P->raw[TYPE_I32]) fail(c, d->place, "'main' returns nothing, or its exit code as i32, not %s", type_text(c, result));
}

/* start(args): initialise the modules, imports first, run main, flush; errors go to the prelude. */
static Instance *make_start(Compiler *c, Module *entry) {
  Module *start = arena_alloc(c, sizeof *start);
  *start = (Module){.name = name_lit(c, "prelude.start"), .path = name_lit(c, "start"), .scope = arena_alloc(c, sizeof(Scope)), .in_std = 1};
  static const char *const wanted[] = {"__flush", "__uncaught", "__list_of"};
  for (unsigned k = 0; k < 3; k++)
    for (size_t i = 0; i < P->modules.count; i++) {
      Module *m = VEC_AT(&P->modules, Module *, i);
      Decl *d = m->in_std ? scope_find_in(m, name_lit(c, wanted[k])) : NULL;
      if (d && d->module == m) scope_add(c, start, d->name, d);
    }
  Text s = {0};
  add_text(c, &s, "fn start(args: Array[string]) -> i32:\n    mut code = 0\n    try:\n");
  for (size_t i = 0; i < P->order.count; i++) {
    Module *m = VEC_AT(&P->order, Module *, i);
    if (!has_code(m)) continue;
    init_function(c, start, m, (unsigned)i);
    add_text(c, &s, "        init_%u()\n", (unsigned)i);
  }
  Decl *main = scope_find_in(entry, name_lit(c, "main"));
  if (main && main->kind == D_FN && main->module == entry) {
    check_main(c, entry, main);
    scope_add(c, start, name_lit(c, "main"), main);
    int gives_code = main->node->a && type_resolve(c, entry, main->node->a, NULL) == P->raw[TYPE_I32];
    add_text(c, &s, "        %smain(%s)\n", gives_code ? "code = " : "", main->node->count ? "__list_of(args)" : "");
  }
  add_text(c, &s, "        __flush()\n    catch e:\n        code = __uncaught(e)\n    code\n");
  Node *fn = parse_text(c, start, &s)->list[0];
  Env none = {0};
  return lower_instance(c, start, fn, &none, (Place){0});
}

/* A function that needs no type arguments; NULL for one that does. */
static Instance *queue_function(Compiler *c, Module *m, Node *fn, Type *self) {
  if (fn->generics_count || (fn->flags & F_EXTERN) || (!self && (fn->flags & F_SELF))) return NULL;
  for (uint32_t i = fn->flags & F_SELF ? 1 : 0; i < fn->count; i++)
    if (!fn->list[i]->a) return NULL;
  Env env = {.self = self};
  return lower_instance(c, m, fn, &env, (Place){m, fn->line, fn->column});
}

static void queue_methods(Compiler *c, Module *m, Node *n) {
  const Decl *d = n->a->kind == N_TYPE_NAME ? scope_find(c, m, n->a->name) : NULL;
  if (!d || (d->kind != D_STRUCT && d->kind != D_ENUM) || d->node->generics_count) return;
  Type *self = type_resolve(c, m, n->a, NULL);
  for (uint32_t i = 0; i < n->count; i++) (void)queue_function(c, m, n->list[i], self);
}

/* The public functions of the entry module are exported; the name `flush` is taken. */
static void export_functions(Compiler *c, Module *entry, Vec *exports) {
  for (uint32_t k = 0; k < entry->tree->count; k++) {
    Node *n = entry->tree->list[k];
    if (n->kind != N_FN || !(n->flags & F_PUB) || n->name == name_lit(c, "flush")) continue;
    Instance *i = queue_function(c, entry, n, NULL);
    if (i) VEC_PUSH(c, exports, OrbcExport, ((OrbcExport){string_index(c, n->name), i->index}));
  }
}

/* Functions and methods of the program's own modules are compiled whether called or not, so that their errors are found. */
static void queue_own_functions(Compiler *c) {
  for (size_t i = 0; i < P->modules.count; i++) {
    Module *m = VEC_AT(&P->modules, Module *, i);
    if (m->in_std) continue;
    for (uint32_t k = 0; k < m->tree->count; k++) {
      Node *n = m->tree->list[k];
      if (n->kind == N_FN) (void)queue_function(c, m, n, NULL);
      if (n->kind == N_IMPL) queue_methods(c, m, n);
    }
  }
}

static void compile_queue(Compiler *c) {
  while (P->queue_at < P->queue.count) {
    Instance *i = VEC_AT(&P->queue, Instance *, P->queue_at++);
    if (i->node->kind != N_MODULE) compile_instance(c, i);
  }
}

static Name *module_name(Compiler *c, const char *path) {
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
  return name_of(c, name, dot ? (size_t)(dot - name) : strlen(name));
}

static int depends_on_types(Compiler *c, const Instance *i) { return i->env.count || i->module == P->core; }

/* An error in code that depends on types is the fault of who uses it with those types: adds the instance, and the place in the program's own modules that needs it. */
static void name_instance(Compiler *c) {
  const Instance *i = P->compiling;
  if (!i || !depends_on_types(c, i)) return;
  Text s = {0};
  add_text(c, &s, "%s", i->name->text);
  for (uint32_t k = 0, count = i->node->generics_count; k < count && count <= i->env.count; k++)
    add_text(c, &s, "%s%s%s", k ? ", " : "[", type_text(c, i->env.types[i->env.count - count + k]), k + 1 == count ? "]" : "");
  while (i->needed_by && (!i->needed.module || i->needed.module->in_std || depends_on_types(c, i->needed_by))) i = i->needed_by;
  size_t n = strlen(c->message);
  if (i->needed.module) snprintf(c->message + n, sizeof c->message - n, " (in %.300s, needed at %.1024s:%u:%u)", s.bytes, i->needed.module->path->text, i->needed.line, i->needed.column);
}

static void open_program(Compiler *c) {
  c->program = arena_alloc(c, sizeof *c->program);
  VEC_PUSH(c, &P->strings, Name *, name_lit(c, ""));
  types_init(c);
  load_prelude(c);
}

int stage0_load_prelude(Compiler *c) {
  if (setjmp(c->on_error)) return 0;
  open_program(c);
  return 1;
}

int stage0_compile(Compiler *c, const char *path, void **image, size_t *size) {
  if (setjmp(c->on_error)) {
    if (P) name_instance(c);
    return 0;
  }
  if (!P) open_program(c);
  const char *slash = strrchr(path, '/');
  P->root = name_of(c, path, slash ? (size_t)(slash - path) + 1 : 0);
  Module *entry = module_load(c, module_name(c, path), name_lit(c, path), (Place){0});
  Instance *start = make_start(c, entry);
  Decl *flush = NULL;
  for (size_t i = 0; !flush && i < P->modules.count; i++) flush = scope_find_in(VEC_AT(&P->modules, Module *, i), name_lit(c, "__flush"));
  if (!flush) fail(c, (Place){0}, "the prelude lacks __flush");
  Env none = {0};
  Instance *flush_instance = lower_instance(c, flush->module, flush->node, &none, (Place){0});
  Vec exports = {0};
  VEC_PUSH(c, &exports, OrbcExport, ((OrbcExport){string_index(c, name_lit(c, "flush")), flush_instance->index}));
  check_modules(c, 0);
  queue_own_functions(c);
  export_functions(c, entry, &exports);
  compile_queue(c);
  output_module(c, entry->name, start->index, &exports, image, size);
  return 1;
}
