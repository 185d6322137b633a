/* asm_type.c -- types as they are spelled and as they are declared.
 *
 * A structural type that is spelled is looked up by its shape; when no row declares it, a row without a name is added behind the others.  In the passes
 * before the rows are made an unknown type is 0: only whether it is raw matters then.
 */
#include "code/asm_internal.h"

#include <string.h>

/* -- shapes -- */

static int add_key(Asm *a, uint32_t word) { return vec_add(&a->key, &word, 1) ? 1 : asm_no_memory(a); }

/* The key of a structural type: kind, element or number of parameters, item types.  The items are those of the scratch stack from `first` on. */
static int make_key(Asm *a, const OrbcType *t, size_t first) {
  a->key.count = 0;
  if (!add_key(a, t->kind) || !add_key(a, t->kind == KIND_FN ? t->number : t->of)) return 0;
  for (size_t i = first; i < a->scratch.count; i++)
    if (!add_key(a, VEC_ROWS(OrbcItem, a->scratch)[i].type)) return 0;
  return 1;
}

/* Whether a part of the type has no number yet. */
static int is_open(const Asm *a, const OrbcType *t, size_t first) {
  if (t->kind != KIND_FN) return !t->of;
  for (size_t i = first; i < a->scratch.count; i++)
    if (!VEC_ROWS(OrbcItem, a->scratch)[i].type) return 1;
  return 0;
}

/* Remembers the shape in `key` as type `type`, unless an earlier type has it. */
static int add_shape(Asm *a, uint32_t type) {
  uint32_t at = intern_add(&a->shapes, a->key.rows, a->key.count * sizeof(uint32_t));
  if (at == INTERN_NONE) return asm_no_memory(a);
  return at < a->shape_types.count || vec_add(&a->shape_types, &type, 1) ? 1 : asm_no_memory(a);
}

/* Moves the items from the scratch stack to the module's. */
static int keep_items(Asm *a, OrbcType *t, size_t first) {
  t->first_item = (uint32_t)a->items.count;
  t->items = (uint32_t)(a->scratch.count - first);
  if (t->items && !vec_add(&a->items, VEC_ROWS(OrbcItem, a->scratch) + first, t->items)) return asm_no_memory(a);
  return 1;
}

/* The number of the spelled type `t`, whose items are on the scratch stack from `first` on. */
static int find_shape(Asm *a, OrbcType *t, size_t first, uint32_t *type) {
  *type = 0;
  if (a->pass == PASS_NAMES) return 1;
  if (!make_key(a, t, first)) return 0;
  uint32_t at = intern_find(&a->shapes, a->key.rows, a->key.count * sizeof(uint32_t));
  if (at != INTERN_NONE) *type = VEC_ROWS(uint32_t, a->shape_types)[at];
  if (*type || a->pass == PASS_SHAPES) return 1;
  if (a->rows[ORBC_TYPES].count >= FILE_LIMIT_TYPES - ORBC_FIRST_MODULE_TYPE) return asm_fail(a, ASM_LIMIT, "too many types");
  *type = ORBC_FIRST_MODULE_TYPE + (uint32_t)a->rows[ORBC_TYPES].count;
  return add_shape(a, *type) && keep_items(a, t, first) && asm_add_row(a, ORBC_TYPES, t, a->token.line);
}

/* -- items -- */

/* NAME : in front of an item; `name` is left alone when there is none. */
static int item_name(Asm *a, AsmName *name) {
  if (a->token.kind != TOKEN_NAME && a->token.kind != TOKEN_STRING && a->token.kind != TOKEN_TEXT) return 1;
  Lexer lexer = a->lexer;
  Token token = a->token;
  AsmName found;
  if (!asm_name(a, &found)) return 0;
  if (asm_is_mark(a, ':')) {
    *name = found;
    return asm_advance(a);
  }
  a->lexer = lexer;
  a->token = token;
  return 1;
}

/* [NAME :] TYPE onto the scratch stack.  `owner`: the type whose member it is, or 0 when names are for the reader only. */
static int read_item(Asm *a, uint32_t owner, uint32_t index) {
  AsmName name = {INTERN_NONE, 0};
  OrbcItem item = {0, 0};
  if (!item_name(a, &name)) return 0;
  if (owner && !asm_name_string(a, name, &item.name)) return 0;
  if (owner && name.symbol != INTERN_NONE && a->pass == PASS_SHAPES && !asm_define(a, owner, name.symbol, index)) return 0;
  if (!asm_type(a, &item.type)) return 0;
  return vec_add(&a->scratch, &item, 1) ? 1 : asm_no_memory(a);
}

static int items_in_braces(Asm *a, uint32_t owner) {
  int more;
  if (!asm_expect(a, '{', "{ was expected")) return 0;
  for (uint32_t i = 0; (more = asm_next_in_braces(a)) > 0; i++)
    if (!read_item(a, owner, i)) return 0;
  return more == 0;
}

static int items_in_parentheses(Asm *a, uint32_t owner, uint32_t *count) {
  if (!asm_expect(a, '(', "( was expected")) return 0;
  for (*count = 0; !asm_is_mark(a, ')'); ++*count) {
    if (*count && !asm_expect(a, ',', ", or ) was expected")) return 0;
    if (!read_item(a, owner, *count)) return 0;
  }
  return asm_advance(a);
}

/* (A, B) [-> R | -> (R, S)] onto the scratch stack. */
static int signature_items(Asm *a, uint32_t owner, OrbcType *t) {
  uint32_t results;
  t->kind = KIND_FN;
  if (!items_in_parentheses(a, owner, &t->number)) return 0;
  if (a->token.kind != TOKEN_ARROW) return 1;
  if (!asm_advance(a)) return 0;
  return asm_is_mark(a, '(') ? items_in_parentheses(a, owner, &results) : read_item(a, owner, t->number);
}

int asm_signature(Asm *a, uint32_t *type) {
  OrbcType t = {0};
  size_t first = a->scratch.count;
  if (a->nesting >= FILE_LIMIT_SOURCE_NESTING) return asm_fail(a, ASM_LIMIT, "types are nested too deeply");
  a->nesting++;
  if (!signature_items(a, 0, &t) || !find_shape(a, &t, first, type)) return 0;
  a->nesting--;
  a->scratch.count = first;
  return 1;
}

/* -- types as they are spelled -- */

static int element_in_brackets(Asm *a, uint32_t *type) {
  if (a->nesting >= FILE_LIMIT_SOURCE_NESTING) return asm_fail(a, ASM_LIMIT, "types are nested too deeply");
  a->nesting++;
  if (!asm_expect(a, '[', "[ was expected") || !asm_type(a, type)) return 0;
  a->nesting--;
  return asm_expect(a, ']', "] was expected");
}

static int spelled_type(Asm *a, uint32_t kind, uint32_t *type) {
  OrbcType t = {0};
  t.kind = kind;
  if (kind != KIND_FN && kind != KIND_ARRAY && kind != KIND_LIST && kind != KIND_WEAK) return asm_fail(a, ASM_SYNTAX, "types of this kind must be declared");
  if (!asm_advance(a)) return 0;
  if (kind == KIND_FN) return asm_signature(a, type);
  if (!element_in_brackets(a, &t.of)) return 0;
  if (kind == KIND_ARRAY && (t.of == TYPE_U8 || t.of == TYPE_I64)) {
    *type = t.of == TYPE_U8 ? TYPE_BYTES : TYPE_LONGS;
    return 1;
  }
  return find_shape(a, &t, a->scratch.count, type);
}

int asm_type(Asm *a, uint32_t *type) {
  if (a->token.kind == TOKEN_NAME) {
    uint32_t kind = asm_find_word(a->words.kinds, KIND_WEAK + 1, a->token.symbol);
    if (kind) return spelled_type(a, kind - 1, type);
    uint32_t builtin = asm_find_word(a->words.builtins, TYPE_LAST_BUILTIN + 1, a->token.symbol);
    if (builtin) {
      *type = builtin - 1;
      return asm_advance(a);
    }
  }
  if (a->pass == PASS_NAMES && (a->token.kind == TOKEN_NAME || a->token.kind == TOKEN_STRING)) {
    *type = 0;
    return asm_advance(a);
  }
  return asm_reference(a, OWNS_TYPES, FILE_LIMIT_TYPES, type, "nothing declares this type");
}

/* -- types as they are declared -- */

/* FUNCTION : TYPE, or FUNCTION and a signature; then the captured fields. */
static int closure_type(Asm *a, uint32_t self, OrbcType *t) {
  if (a->pass == PASS_TYPES ? !asm_function_reference(a, &t->number) : !asm_advance(a)) return 0;
  if (asm_is_mark(a, ':') ? !asm_advance(a) || !asm_type(a, &t->of) : !asm_signature(a, &t->of)) return 0;
  return items_in_braces(a, self);
}

/* NUMBER of ENUM and the fields. */
static int variant_type(Asm *a, uint32_t self, OrbcType *t) {
  uint64_t number;
  if (!asm_number(a, 0, FILE_LIMIT_VARIANTS, &number, "the number of the variant was expected")) return 0;
  t->number = (uint32_t)number;
  return asm_expect_word(a, WORD_of, "of ENUM was expected") && asm_type(a, &t->of) && items_in_braces(a, self);
}

static int type_body(Asm *a, uint32_t self, OrbcType *t) {
  switch (t->kind) {
  case KIND_VARIANT: return variant_type(a, self, t);
  case KIND_CLOSURE: return closure_type(a, self, t);
  case KIND_FN: return signature_items(a, self, t);
  case KIND_ARRAY: case KIND_LIST: case KIND_WEAK: case KIND_BOX: return element_in_brackets(a, &t->of);
  default: return items_in_braces(a, self);
  }
}

static int is_structural(uint32_t kind) { return kind == KIND_ARRAY || kind == KIND_LIST || kind == KIND_WEAK || kind == KIND_FN; }

/* The row that was reserved for type `self`. */
static int fill_row(Asm *a, uint32_t self, OrbcType *t, size_t first, uint32_t line) {
  if (!keep_items(a, t, first)) return 0;
  VEC_ROWS(OrbcType, a->rows[ORBC_TYPES])[self - ORBC_FIRST_MODULE_TYPE] = *t;
  VEC_ROWS(uint32_t, a->where[ORBC_TYPES])[self - ORBC_FIRST_MODULE_TYPE] = line;
  return 1;
}

/* type NAME = KIND ... */
int asm_type_declaration(Asm *a) {
  AsmName name;
  OrbcType t = {0};
  uint32_t line = a->token.line, self = ORBC_FIRST_MODULE_TYPE + a->types++;
  size_t first = a->scratch.count;
  if (!asm_name(a, &name) || !asm_name_string(a, name, &t.name)) return 0;
  if (a->pass == PASS_NAMES) return name.symbol == INTERN_NONE || asm_define(a, OWNS_TYPES, name.symbol, self);
  if (!asm_expect(a, '=', "= was expected")) return 0;
  uint32_t kind = a->token.kind == TOKEN_NAME ? asm_find_word(a->words.kinds, KIND_WEAK + 1, a->token.symbol) : 0;
  if (!kind) return asm_fail(a, ASM_SYNTAX, "struct, enum, variant, array, list, fn, closure, box, trait or weak was expected");
  t.kind = kind - 1;
  if (!asm_advance(a) || !type_body(a, self, &t)) return 0;
  if (a->pass == PASS_SHAPES && is_structural(t.kind) && !is_open(a, &t, first) && !(make_key(a, &t, first) && add_shape(a, self))) return 0;
  if (a->pass == PASS_TYPES && !fill_row(a, self, &t, first, line)) return 0;
  a->scratch.count = first;
  return 1;
}
