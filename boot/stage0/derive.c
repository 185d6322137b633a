/* derive.c -- methods that every struct, enum and tuple has unless written by hand, made as Orus source and compiled like any other. */
#include "sema.h"

#include <string.h>

enum { TO_STRING, EQ, COMPARE, HASH, CLONE, DERIVED };

static void struct_string(Compiler *c, Text *s, Type *t) {
  if (t->tag == TY_TUPLE) {
    add_text(c, s, "fn to_string(self) -> string: \"(\"");
    for (uint32_t i = 0; i < t->fields_count; i++) add_text(c, s, " + %s__repr(self.%u)", i ? "\", \" + " : "", i);
    add_text(c, s, " + \"%s)\"\n", t->fields_count == 1 ? "," : "");
    return;
  }
  add_text(c, s, "fn to_string(self) -> string: \"%s{\"", t->decl->name->text);
  for (uint32_t i = 0; i < t->fields_count; i++) add_text(c, s, " + \"%s %s: \" + __repr(self.%s)", i ? "," : "", t->fields[i].name->text, t->fields[i].name->text);
  add_text(c, s, " + \"%s}\"\n", t->fields_count ? " " : "");
}

static void struct_clone(Compiler *c, Text *s, Type *t) {
  if (t->decl && t->decl == c->program->map) { /* by entry: its arrays have room without elements */
    add_text(c, s, "fn clone(self) -> Self:\n    out: Self = Self.new()\n    for k, v in self: out.insert(k.clone(), v.clone())\n    out\n");
    return;
  }
  int is_tuple = t->tag == TY_TUPLE;
  add_text(c, s, is_tuple ? "fn clone(self) -> Self: (" : "fn clone(self) -> Self: Self{");
  for (uint32_t i = 0; i < t->fields_count; i++) {
    const char *name = t->fields[i].name->text;
    if (is_tuple) add_text(c, s, "self.%s.clone(), ", name);
    else add_text(c, s, "%s%s: self.%s.clone()", i ? ", " : "", name, name);
  }
  add_text(c, s, is_tuple ? ")\n" : "}\n");
}

static void struct_method(Compiler *c, Text *s, Type *t, int which) {
  switch (which) {
  case TO_STRING: struct_string(c, s, t); break;
  case EQ:
    add_text(c, s, "fn eq(self, other: Self) -> bool:\n");
    for (uint32_t i = 0; i < t->fields_count; i++) add_text(c, s, "    if not __eq(self.%s, other.%s): return false\n", t->fields[i].name->text, t->fields[i].name->text);
    add_text(c, s, "    true\n");
    break;
  case COMPARE:
    add_text(c, s, "fn compare(self, other: Self) -> i32:\n    mut order = 0\n");
    for (uint32_t i = 0; i < t->fields_count; i++)
      add_text(c, s, "    order = __compare(self.%s, other.%s)\n    if order != 0: return order\n", t->fields[i].name->text, t->fields[i].name->text);
    add_text(c, s, "    0\n");
    break;
  case CLONE: struct_clone(c, s, t); break;
  default:
    add_text(c, s, "fn hash(self) -> u32:\n    mut h: u32 = 17\n");
    for (uint32_t i = 0; i < t->fields_count; i++) add_text(c, s, "    h = (h ^ __hash(self.%s)) * 2654435769\n    h = h ^ (h >> 15)\n", t->fields[i].name->text);
    add_text(c, s, "    h\n");
  }
}

static void put_names(Compiler *c, Text *s, const Variant *v, const char *prefix) {
  if (!v->count) return;
  add_text(c, s, "(");
  for (uint32_t i = 0; i < v->count; i++) add_text(c, s, "%s%s%u", i ? ", " : "", prefix, i);
  add_text(c, s, ")");
}

static void variant_string(Compiler *c, Text *s, Type *t, const Variant *v) {
  Program0 *p = c->program;
  int bare = t->decl == p->option || t->decl == p->result;
  add_text(c, s, "        Self.%s", v->name->text);
  put_names(c, s, v, "a");
  add_text(c, s, " -> \"%s%s%s%s\"", bare ? "" : t->decl->name->text, bare ? "" : ".", v->name->text, !v->count ? "" : v->braces ? "{ " : "(");
  for (uint32_t i = 0; i < v->count; i++)
    add_text(c, s, " + \"%s%s%s\" + __repr(a%u)", i ? ", " : "", v->braces ? v->fields[i].name->text : "", v->braces ? ": " : "", i);
  add_text(c, s, "%s\n", !v->count ? "" : v->braces ? " + \" }\"" : " + \")\"");
}

static void variant_eq(Compiler *c, Text *s, const Variant *v) {
  add_text(c, s, "        Self.%s", v->name->text);
  put_names(c, s, v, "a");
  add_text(c, s, " -> match other:\n            Self.%s", v->name->text);
  put_names(c, s, v, "b");
  add_text(c, s, " -> true");
  for (uint32_t i = 0; i < v->count; i++) add_text(c, s, " and __eq(a%u, b%u)", i, i);
  add_text(c, s, "\n            _ -> false\n");
}

static void variant_compare(Compiler *c, Text *s, const Variant *v) {
  if (!v->count) return;
  add_text(c, s, "        Self.%s", v->name->text);
  put_names(c, s, v, "a");
  add_text(c, s, " ->\n            match other:\n                Self.%s", v->name->text);
  put_names(c, s, v, "b");
  add_text(c, s, " ->\n");
  for (uint32_t i = 0; i < v->count; i++) add_text(c, s, "                    order = __compare(a%u, b%u)\n                    if order != 0: return order\n", i, i);
  add_text(c, s, "                _ -> pass\n");
}

static void variant_hash(Compiler *c, Text *s, const Variant *v) {
  if (!v->count) return;
  add_text(c, s, "        Self.%s", v->name->text);
  put_names(c, s, v, "a");
  add_text(c, s, " ->\n");
  for (uint32_t i = 0; i < v->count; i++) add_text(c, s, "            h = (h ^ __hash(a%u)) * 2654435769\n            h = h ^ (h >> 15)\n", i);
}

static void variant_clone(Compiler *c, Text *s, const Variant *v) {
  add_text(c, s, "        Self.%s", v->name->text);
  put_names(c, s, v, "a");
  add_text(c, s, " -> Self.%s", v->name->text);
  for (uint32_t i = 0; i < v->count; i++) add_text(c, s, "%sa%u.clone()", i ? ", " : "(", i);
  add_text(c, s, v->count ? ")\n" : "\n");
}

/* `none` has no object to ask for its tag, so options number their cases by a match. */
static void put_tag(Compiler *c, Text *s, Type *t, const char *name, const char *of) {
  if (!type_is_nullable(c, t)) add_text(c, s, "    %s = __tag(%s)\n", name, of);
  else add_text(c, s, "    %s = 0 if %s matches Self.Some(_) else 1\n", name, of);
}

static void enum_clone(Compiler *c, Text *s, Type *t) {
  if (type_is_plain_enum(c, t)) {
    add_text(c, s, "fn clone(self) -> Self: self\n");
    return;
  }
  add_text(c, s, "fn clone(self) -> Self:\n    match self:\n");
  for (uint32_t i = 0; i < t->variants_count; i++) variant_clone(c, s, &t->variants[i]);
}

/* What does not change is its own copy; so are functions and what only the machine knows how to copy. */
static void builtin_clone(Compiler *c, Text *s, Type *t) {
  if (t->tag == TY_LIST) add_text(c, s, "fn clone(self) -> Self:\n    out: Self = []\n    for x in self: out.push(x.clone())\n    out\n");
  else if (t->tag != TY_ARRAY) add_text(c, s, "fn clone(self) -> Self: self\n");
  else if (type_is_raw(c, t->args[0]) || t->args[0] == c->program->string)
    add_text(c, s, "fn clone(self) -> Self:\n    n = __alen(self)\n    out: Self = __array_new(n)\n    __acopy(out, 0, self, 0, n)\n    out\n");
}

static void enum_method(Compiler *c, Text *s, Type *t, int which) {
  static const char *const heads[] = {"fn to_string(self) -> string:\n    match self:\n", "fn eq(self, other: Self) -> bool:\n    match self:\n"};
  if (which <= EQ) {
    add_text(c, s, "%s", heads[which]);
    for (uint32_t i = 0; i < t->variants_count; i++) which == EQ ? variant_eq(c, s, &t->variants[i]) : variant_string(c, s, t, &t->variants[i]);
    return;
  }
  int any = 0;
  for (uint32_t i = 0; i < t->variants_count; i++) any |= t->variants[i].count > 0;
  if (which == COMPARE) {
    add_text(c, s, "fn compare(self, other: Self) -> i32:\n");
    put_tag(c, s, t, "left", "self");
    put_tag(c, s, t, "right", "other");
    add_text(c, s, "    if left != right: return left - right\n    mut order = 0\n");
  } else {
    add_text(c, s, "fn hash(self) -> u32:\n");
    put_tag(c, s, t, "tag", "self");
    add_text(c, s, "    mut h: u32 = __hash(tag)\n");
  }
  if (any) {
    add_text(c, s, "    match self:\n");
    for (uint32_t i = 0; i < t->variants_count; i++) which == COMPARE ? variant_compare(c, s, &t->variants[i]) : variant_hash(c, s, &t->variants[i]);
    int all = 1;
    for (uint32_t i = 0; i < t->variants_count; i++) all &= t->variants[i].count > 0;
    if (!all) add_text(c, s, "        _ -> pass\n");
  }
  add_text(c, s, which == COMPARE ? "    order\n" : "    h\n");
}

/* Every type has a clone; the other methods are derived for structs, enums and tuples, and text for functions. */
static int is_derivable(const Type *t, int which) {
  if (t->tag == TY_STRUCT || t->tag == TY_ENUM || t->tag == TY_TUPLE) return which < DERIVED;
  if (which == CLONE) return t->tag != TY_VOID && t->tag != TY_NEVER;
  return t->tag == TY_FN && which == TO_STRING;
}

static void method_text(Compiler *c, Text *s, Type *t, int which) {
  switch (t->tag) {
  case TY_STRUCT: case TY_TUPLE: struct_method(c, s, t, which); break;
  case TY_ENUM: which == CLONE ? enum_clone(c, s, t) : enum_method(c, s, t, which); break;
  default:
    if (which == CLONE) builtin_clone(c, s, t);
    else add_text(c, s, "fn to_string(self) -> string: __type_name(self)\n");
  }
}

Node *derive_method(Compiler *c, Type *t, const Name *name) {
  static const char *const names[DERIVED] = {"to_string", "eq", "compare", "hash", "clone"};
  int which = 0;
  while (which < DERIVED && strcmp(names[which], name->text) != 0) which++;
  if (!is_derivable(t, which)) return NULL;
  if (t->derived[which]) return t->derived[which];
  type_complete(c, t);
  Text s = {0};
  method_text(c, &s, t, which);
  if (!s.length) return NULL;
  Module m = *c->program->core;
  m.text = s.bytes;
  m.length = s.length;
  m.tokens = (Vec){0};
  lex(c, &m, &m.tokens);
  return t->derived[which] = parse_module(c, &m)->list[0];
}
