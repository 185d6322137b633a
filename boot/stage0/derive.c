/* derive.c -- methods that every struct, enum and tuple has unless written by hand, made as Orus source and compiled like any other. */
#include "sema.h"

#include <string.h>

enum { TO_STRING, EQ, COMPARE, HASH };

static void struct_string(Compiler *c, Text *s, Type *t) {
  if (t->tag == TY_TUPLE) {
    text_add(c, s, "fn to_string(self) -> string: \"(\"");
    for (uint32_t i = 0; i < t->fields_count; i++) text_add(c, s, " + %s__repr(self.%u)", i ? "\", \" + " : "", i);
    text_add(c, s, " + \"%s)\"\n", t->fields_count == 1 ? "," : "");
    return;
  }
  text_add(c, s, "fn to_string(self) -> string: \"%s{\"", t->decl->name->text);
  for (uint32_t i = 0; i < t->fields_count; i++) text_add(c, s, " + \"%s %s: \" + __repr(self.%s)", i ? "," : "", t->fields[i].name->text, t->fields[i].name->text);
  text_add(c, s, " + \"%s}\"\n", t->fields_count ? " " : "");
}

static void struct_method(Compiler *c, Text *s, Type *t, int which) {
  switch (which) {
  case TO_STRING: struct_string(c, s, t); break;
  case EQ:
    text_add(c, s, "fn eq(self, other: Self) -> bool:\n");
    for (uint32_t i = 0; i < t->fields_count; i++) text_add(c, s, "    if not __eq(self.%s, other.%s): return false\n", t->fields[i].name->text, t->fields[i].name->text);
    text_add(c, s, "    true\n");
    break;
  case COMPARE:
    text_add(c, s, "fn compare(self, other: Self) -> i32:\n    mut order = 0\n");
    for (uint32_t i = 0; i < t->fields_count; i++)
      text_add(c, s, "    order = __compare(self.%s, other.%s)\n    if order != 0: return order\n", t->fields[i].name->text, t->fields[i].name->text);
    text_add(c, s, "    0\n");
    break;
  default:
    text_add(c, s, "fn hash(self) -> u32:\n    mut h: u32 = 17\n");
    for (uint32_t i = 0; i < t->fields_count; i++) text_add(c, s, "    h = (h ^ __hash(self.%s)) * 2654435769\n    h = h ^ (h >> 15)\n", t->fields[i].name->text);
    text_add(c, s, "    h\n");
  }
}

static void put_names(Compiler *c, Text *s, const Variant *v, const char *prefix) {
  if (!v->count) return;
  text_add(c, s, "(");
  for (uint32_t i = 0; i < v->count; i++) text_add(c, s, "%s%s%u", i ? ", " : "", prefix, i);
  text_add(c, s, ")");
}

static void variant_string(Compiler *c, Text *s, Type *t, const Variant *v) {
  Program0 *p = c->program;
  int bare = t->decl == p->option || t->decl == p->result;
  text_add(c, s, "        Self.%s", v->name->text);
  put_names(c, s, v, "a");
  text_add(c, s, " -> \"%s%s%s%s\"", bare ? "" : t->decl->name->text, bare ? "" : ".", v->name->text, v->count ? "(" : "");
  for (uint32_t i = 0; i < v->count; i++) text_add(c, s, " + %s__repr(a%u)", i ? "\", \" + " : "", i);
  text_add(c, s, "%s\n", v->count ? " + \")\"" : "");
}

static void variant_eq(Compiler *c, Text *s, const Variant *v) {
  text_add(c, s, "        Self.%s", v->name->text);
  put_names(c, s, v, "a");
  text_add(c, s, " -> match other:\n            Self.%s", v->name->text);
  put_names(c, s, v, "b");
  text_add(c, s, " -> true");
  for (uint32_t i = 0; i < v->count; i++) text_add(c, s, " and __eq(a%u, b%u)", i, i);
  text_add(c, s, "\n            _ -> false\n");
}

static void variant_compare(Compiler *c, Text *s, const Variant *v) {
  if (!v->count) return;
  text_add(c, s, "        Self.%s", v->name->text);
  put_names(c, s, v, "a");
  text_add(c, s, " ->\n            match other:\n                Self.%s", v->name->text);
  put_names(c, s, v, "b");
  text_add(c, s, " ->\n");
  for (uint32_t i = 0; i < v->count; i++) text_add(c, s, "                    order = __compare(a%u, b%u)\n                    if order != 0: return order\n", i, i);
  text_add(c, s, "                _ -> pass\n");
}

static void variant_hash(Compiler *c, Text *s, const Variant *v) {
  if (!v->count) return;
  text_add(c, s, "        Self.%s", v->name->text);
  put_names(c, s, v, "a");
  text_add(c, s, " ->\n");
  for (uint32_t i = 0; i < v->count; i++) text_add(c, s, "            h = (h ^ __hash(a%u)) * 2654435769\n            h = h ^ (h >> 15)\n", i);
}

/* `none` has no object to ask for its tag, so options number their cases by a match. */
static void put_tag(Compiler *c, Text *s, Type *t, const char *name, const char *of) {
  if (!type_is_nullable(c, t)) text_add(c, s, "    %s = __tag(%s)\n", name, of);
  else text_add(c, s, "    %s = 0 if %s matches Self.Some(_) else 1\n", name, of);
}

static void enum_method(Compiler *c, Text *s, Type *t, int which) {
  static const char *const heads[] = {"fn to_string(self) -> string:\n    match self:\n", "fn eq(self, other: Self) -> bool:\n    match self:\n"};
  if (which <= EQ) {
    text_add(c, s, "%s", heads[which]);
    for (uint32_t i = 0; i < t->variants_count; i++) which == EQ ? variant_eq(c, s, &t->variants[i]) : variant_string(c, s, t, &t->variants[i]);
    return;
  }
  int any = 0;
  for (uint32_t i = 0; i < t->variants_count; i++) any |= t->variants[i].count > 0;
  if (which == COMPARE) {
    text_add(c, s, "fn compare(self, other: Self) -> i32:\n");
    put_tag(c, s, t, "left", "self");
    put_tag(c, s, t, "right", "other");
    text_add(c, s, "    if left != right: return left - right\n    mut order = 0\n");
  } else {
    text_add(c, s, "fn hash(self) -> u32:\n");
    put_tag(c, s, t, "tag", "self");
    text_add(c, s, "    mut h: u32 = __hash(tag)\n");
  }
  if (any) {
    text_add(c, s, "    match self:\n");
    for (uint32_t i = 0; i < t->variants_count; i++) which == COMPARE ? variant_compare(c, s, &t->variants[i]) : variant_hash(c, s, &t->variants[i]);
    int all = 1;
    for (uint32_t i = 0; i < t->variants_count; i++) all &= t->variants[i].count > 0;
    if (!all) text_add(c, s, "        _ -> pass\n");
  }
  text_add(c, s, which == COMPARE ? "    order\n" : "    h\n");
}

Node *derive_method(Compiler *c, Type *t, const Name *name) {
  static const char *const names[] = {"to_string", "eq", "compare", "hash"};
  int which = 0;
  while (which < 4 && strcmp(names[which], name->text) != 0) which++;
  if (which == 4 || (t->tag != TY_STRUCT && t->tag != TY_ENUM && t->tag != TY_TUPLE && !(t->tag == TY_FN && which == TO_STRING))) return NULL;
  if (t->derived[which]) return t->derived[which];
  type_complete(c, t);
  Text s = {0};
  if (t->tag == TY_FN) text_add(c, &s, "fn to_string(self) -> string: __type_name(self)\n");
  else if (t->tag == TY_ENUM) enum_method(c, &s, t, which);
  else struct_method(c, &s, t, which);
  Module m = *c->program->core;
  m.text = s.bytes;
  m.length = s.length;
  m.tokens = (Vec){0};
  lex(c, &m, &m.tokens);
  return t->derived[which] = parse_module(c, &m)->list[0];
}
