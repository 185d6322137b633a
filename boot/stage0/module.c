/* module.c -- finding, reading and declaring modules; top-level names. */
#include "sema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define P (c->program)

/* -- files -- */

/* The text of a file in the arena; NULL when it cannot be read. */
static char *read_file(Compiler *c, const char *path, size_t *length) {
  FILE *f = fopen(path, "rb");
  if (!f) return NULL;
  size_t room = 1 << 16, n = 0;
  char *text = arena_alloc(c, room);
  for (size_t got; (got = fread(text + n, 1, room - n - 1, f)) > 0;) {
    n += got;
    if (n + 1 < room) continue;
    if (room > FILE_LIMIT_SOURCE_BYTES) break;
    char *more = arena_alloc(c, room * 2);
    memcpy(more, text, n);
    text = more;
    room *= 2;
  }
  int bad = ferror(f);
  fclose(f);
  *length = n;
  return bad ? NULL : text;
}

static Name *folder_of(Compiler *c, const Name *path) {
  const char *slash = strrchr(path->text, '/');
  return slash ? name_of(c, path->text, (size_t)(slash - path->text) + 1) : name_lit(c, "");
}

static Name *file_of(Compiler *c, const char *folder, const Name *module) {
  Text t = {0};
  add_text(c, &t, "%s", folder);
  if (t.length && t.bytes[t.length - 1] != '/') add_text(c, &t, "/");
  for (const char *s = module->text; *s; s++) add_text(c, &t, "%c", *s == '.' ? '/' : *s);
  add_text(c, &t, ".orus");
  return name_of(c, t.bytes, t.length);
}

static int exists(const Name *path) {
  FILE *f = fopen(path->text, "rb");
  if (!f) return 0;
  fclose(f);
  return 1;
}

/* The package root (the folder of the entry module), the importing file's folder, the current one, the search path, std. */
static Name *find_file(Compiler *c, const Name *module, Module *from) {
  const char *folders[4] = {P->root ? P->root->text : "", from ? folder_of(c, from->path)->text : "", "", c->options.std_dir};
  for (unsigned i = 0; i < 3; i++) {
    Name *path = file_of(c, folders[i], module);
    if (exists(path)) return path;
  }
  for (size_t i = 0; i < c->options.search_count; i++) {
    Name *path = file_of(c, c->options.search[i], module);
    if (exists(path)) return path;
  }
  Name *path = file_of(c, folders[3], module);
  return exists(path) ? path : NULL;
}

/* -- names -- */

static ScopeEntry *entry_in(Module *m, const Name *name) {
  for (size_t i = 0; i < m->scope->entries.count; i++) {
    ScopeEntry *e = &VEC_AT(&m->scope->entries, ScopeEntry, i);
    if (e->name == name) return e;
  }
  return NULL;
}

Decl *scope_find_in(Module *m, const Name *name) {
  ScopeEntry *e = entry_in(m, name);
  return e ? e->decl : NULL;
}

Decl *scope_find(Compiler *c, Module *m, const Name *name) {
  Decl *d = scope_find_in(m, name);
  if (d || m->in_std || !P->prelude) return d;
  d = scope_find_in(P->prelude, name);
  return d && d->is_pub ? d : NULL;
}

static void enter(Compiler *c, Module *m, Name *name, Decl *d, int imported, Place at) {
  ScopeEntry *e = entry_in(m, name);
  if (e && e->decl == d) return;
  if (e && e->imported == 2 && imported != 2) {
    e->decl = d;
    e->imported = imported;
    return;
  }
  if (e && imported == 2) return;
  if (e && e->decl->module != m) fail(c, at, "'%s' is declared twice; the other one is imported from module '%s'", name->text, e->decl->module->name->text);
  if (e) fail(c, at, "'%s' is declared twice; the first is at line %u", name->text, e->decl->place.line);
  VEC_PUSH(c, &m->scope->entries, ScopeEntry, ((ScopeEntry){name, d, imported}));
}

void scope_add(Compiler *c, Module *m, Name *name, Decl *d) { enter(c, m, name, d, 0, d->place); }

Decl *declare(Compiler *c, Module *m, Name *name, DeclKind kind, Node *node, Place at) {
  Decl *d = arena_alloc(c, sizeof *d);
  *d = (Decl){.kind = (uint8_t)kind, .name = name, .module = m, .node = node, .place = at, .is_pub = node && (node->flags & F_PUB) != 0};
  enter(c, m, name, d, 0, at);
  return d;
}

Decl *module_export(Compiler *c, Module *from, Module *m, const Name *name, Place at) {
  (void)from;
  Decl *d = scope_find_in(m, name);
  if (!d || d->module != m) fail(c, at, "module '%s' has no '%s'", m->name->text, name->text);
  if (!d->is_pub) fail(c, at, "'%s' is private to module '%s'; write 'pub' before it there", name->text, m->name->text);
  return d;
}

/* -- imports -- */

static void import_all(Compiler *c, Module *m, Module *from, Place at) {
  for (size_t i = 0; i < from->scope->entries.count; i++) {
    ScopeEntry e = VEC_AT(&from->scope->entries, ScopeEntry, i);
    if (e.decl->is_pub && e.decl->module == from && !e.imported) enter(c, m, e.name, e.decl, 2, at);
  }
}

static void import(Compiler *c, Module *m, Node *n) {
  Place at = {m, n->line, n->column};
  Name *path = find_file(c, n->name, m);
  if (!path) fail(c, at, "there is no module '%s': no file '%s' in the folder of the program, of this file, or where modules are looked up", n->name->text, file_of(c, "", n->name)->text);
  Module *from = module_load(c, n->name, path, at);
  if (n->flags & F_ALL) {
    import_all(c, m, from, at);
    return;
  }
  for (uint32_t i = 0; i < n->count; i++) {
    Node *item = n->list[i];
    Decl *d = module_export(c, m, from, item->name, (Place){m, item->line, item->column});
    enter(c, m, item->a ? item->a->name : item->name, d, 1, at);
  }
  if (n->count) return;
  const char *dot = strrchr(n->name->text, '.');
  Name *name = n->a ? n->a->name : name_lit(c, dot ? dot + 1 : n->name->text);
  Decl *d = arena_alloc(c, sizeof *d);
  *d = (Decl){.kind = D_MODULE, .name = name, .module = from, .node = n, .place = at};
  enter(c, m, name, d, 1, at);
}

/* -- declarations -- */

static int is_declared_type(Compiler *c, Module *m, const Name *name) {
  if (scope_find(c, m, name)) return 1;
  static const char *const builtin[] = {"string", "any", "Error", "Handle", "void", "never"};
  for (unsigned i = 0; i < 6; i++)
    if (!strcmp(builtin[i], name->text)) return 1;
  for (unsigned i = TYPE_FIRST_RAW; i <= TYPE_LAST_RAW; i++)
    if (P->raw[i]->name == name) return 1;
  return 0;
}

/* Type names in the head of an impl that nothing declares are its generics. */
static void collect_generics(Compiler *c, Module *m, const Node *n, Vec *names, int is_head) {
  if (n->kind != N_TYPE_NAME) {
    collect_generics(c, m, n->a, names, 0);
    return;
  }
  if (!is_head && !n->count && !is_declared_type(c, m, n->name)) VEC_PUSH(c, names, Name *, n->name);
  for (uint32_t i = 0; i < n->count; i++) collect_generics(c, m, n->list[i], names, 0);
}

static void declare_impl(Compiler *c, Module *m, Node *n) {
  Impl *impl = arena_alloc(c, sizeof *impl);
  Vec names = {0};
  collect_generics(c, m, n->a, &names, 1);
  *impl = (Impl){m, n, names.rows, (uint32_t)names.count};
  Decl *d = n->a->kind == N_TYPE_NAME ? scope_find(c, m, n->a->name) : NULL;
  if (n->a->kind == N_TYPE_NAME && !d && !is_declared_type(c, m, n->a->name) && strcmp(n->a->name->text, "Array") != 0 && strcmp(n->a->name->text, "Weak") != 0)
    fail(c, (Place){m, n->a->line, n->a->column}, "there is no type '%s'", n->a->name->text);
  if (d && d->kind != D_STRUCT && d->kind != D_ENUM) d = NULL;
  VEC_PUSH(c, d ? &d->impls : &P->builtin_impls, Impl *, impl);
}

/* So that importers find it; its type is known when the module's code has been compiled. */
static void declare_exported(Compiler *c, Module *m, Node *n) {
  if (!(n->flags & F_PUB) || n->a->kind != N_NAME) return;
  Decl *d = declare(c, m, n->a->name, D_GLOBAL, NULL, (Place){m, n->line, n->column});
  d->is_pub = 1;
  d->is_mut = (n->flags & F_MUT) != 0;
}

static void declare_types_and_functions(Compiler *c, Module *m) {
  for (uint32_t i = 0; i < m->tree->count; i++) {
    Node *n = m->tree->list[i];
    Place at = {m, n->line, n->column};
    switch (n->kind) {
    case N_FN: declare(c, m, n->name, D_FN, n, at); break;
    case N_STRUCT: declare(c, m, n->name, D_STRUCT, n, at); break;
    case N_ENUM: declare(c, m, n->name, D_ENUM, n, at); break;
    case N_TRAIT: declare(c, m, n->name, D_TRAIT, n, at); break;
    case N_LET:
      if ((n->flags & F_CONST) && n->a->kind == N_NAME) declare(c, m, n->a->name, D_CONST, n, at);
      else declare_exported(c, m, n);
      break;
    case N_ASSIGN: declare_exported(c, m, n); break;
    default: break;
    }
  }
}

/* `from` imports `m`, whose imports are being loaded: names the way round. */
static _Noreturn void fail_cycle(Compiler *c, Module *m, Place from) {
  if (m == from.module) fail(c, from, "'%s' imports itself", m->name->text);
  Vec way = {0};
  for (Module *k = from.module; k && k != m; k = k->importer) VEC_PUSH(c, &way, Module *, k);
  Text s = {0};
  add_text(c, &s, "%s", m->name->text);
  for (size_t i = way.count; i-- > 0;) add_text(c, &s, " -> %s", VEC_AT(&way, Module *, i)->name->text);
  fail(c, from, "modules import each other: %s -> %s", s.bytes, m->name->text);
}

Module *module_load(Compiler *c, Name *name, Name *path, Place from) {
  for (size_t i = 0; i < P->modules.count; i++) {
    Module *m = VEC_AT(&P->modules, Module *, i);
    if (m->path != path) continue;
    if (m->state == 1) fail_cycle(c, m, from);
    return m;
  }
  Module *m = arena_alloc(c, sizeof *m);
  m->name = name;
  m->path = path;
  m->scope = arena_alloc(c, sizeof *m->scope);
  m->in_std = !strncmp(name->text, "prelude", 7) || !strncmp(name->text, "__", 2);
  m->state = 1;
  m->importer = from.module;
  VEC_PUSH(c, &P->modules, Module *, m);
  m->text = read_file(c, path->text, &m->length);
  if (!m->text) fail(c, from, "cannot read '%s'", path->text);
  lex(c, m, &m->tokens);
  m->tree = parse_module(c, m);
  for (uint32_t i = 0; i < m->tree->count; i++)
    if (m->tree->list[i]->kind == N_USE) import(c, m, m->tree->list[i]);
  declare_types_and_functions(c, m);
  for (uint32_t i = 0; i < m->tree->count; i++)
    if (m->tree->list[i]->kind == N_IMPL) declare_impl(c, m, m->tree->list[i]);
  m->state = 2;
  VEC_PUSH(c, &P->order, Module *, m);
  return m;
}
