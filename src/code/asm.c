/* asm.c -- see asm.h: the parser's tools and the declarations of a module, and the four passes over them. */
#include "code/asm_internal.h"
#include "code/literal.h"
#include "kernel/kcall.h"

#include <string.h>

/* -- errors -- */

int asm_fail_at(Asm *a, const Token *token, AsmError error, const char *message) {
  AsmReport *r = a->report;
  *r = (AsmReport){error, token->line, token->column, message, "", ""};
  size_t n = token->end - token->start;
  if (n >= sizeof r->token) n = sizeof r->token - 1;
  while (n && n < token->end - token->start && (a->lexer.text[token->start + n] & 0xc0) == 0x80) n--; /* whole characters */
  if (token->kind != TOKEN_NEWLINE) memcpy(r->token, a->lexer.text + token->start, n);
  return 0;
}

int asm_fail(Asm *a, AsmError error, const char *message) { return asm_fail_at(a, &a->token, error, message); }

int asm_no_memory(Asm *a) {
  *a->report = (AsmReport){ASM_NO_MEMORY, 0, 0, "not enough memory", "", ""};
  return 0;
}

/* -- tokens -- */

int asm_advance(Asm *a) {
  a->token = lex_next(&a->lexer, &a->symbols, &a->buffer);
  if (a->token.kind != TOKEN_WRONG) return 1;
  return a->token.message ? asm_fail(a, ASM_SYNTAX, a->token.message) : asm_no_memory(a);
}

int asm_is_mark(const Asm *a, char mark) { return a->token.kind == TOKEN_MARK && a->token.mark == mark; }

int asm_is_word(const Asm *a, uint32_t word) { return a->token.kind == TOKEN_NAME && a->token.symbol == a->words.others[word]; }

int asm_expect(Asm *a, char mark, const char *message) { return asm_is_mark(a, mark) ? asm_advance(a) : asm_fail(a, ASM_SYNTAX, message); }

int asm_expect_word(Asm *a, uint32_t word, const char *message) {
  return asm_is_word(a, word) ? asm_advance(a) : asm_fail(a, ASM_SYNTAX, message);
}

int asm_end_line(Asm *a) {
  if (a->token.kind == TOKEN_NEWLINE) return asm_advance(a);
  return a->token.kind == TOKEN_END || asm_fail(a, ASM_SYNTAX, "the end of the line was expected");
}

int asm_number(Asm *a, int64_t least, uint64_t most, uint64_t *bits, const char *message) {
  uint64_t magnitude;
  int negative;
  if (a->token.kind != TOKEN_NUMBER) return asm_fail(a, ASM_SYNTAX, message);
  size_t n = a->token.end - a->token.start;
  if (!literal_integer(a->lexer.text + a->token.start, n, &magnitude, &negative)) return asm_fail(a, ASM_RANGE, "this is no number of 64 bits");
  if (magnitude > (negative ? 0 - (uint64_t)least : most)) return asm_fail(a, ASM_RANGE, "the number does not fit here");
  *bits = negative ? 0 - magnitude : magnitude;
  return asm_advance(a);
}

int asm_next_in_braces(Asm *a) {
  while (a->token.kind == TOKEN_NEWLINE || asm_is_mark(a, ','))
    if (!asm_advance(a)) return -1;
  if (a->token.kind == TOKEN_END) return asm_fail(a, ASM_SYNTAX, "the closing brace is missing") - 1;
  if (!asm_is_mark(a, '}')) return 1;
  return asm_advance(a) ? 0 : -1;
}

/* -- names -- */

int asm_name(Asm *a, AsmName *name) {
  if (a->token.kind != TOKEN_NAME && a->token.kind != TOKEN_STRING && a->token.kind != TOKEN_TEXT) return asm_fail(a, ASM_SYNTAX, "a name was expected");
  *name = a->token.kind == TOKEN_TEXT ? (AsmName){INTERN_NONE, a->token.number} : (AsmName){a->token.symbol, 0};
  return asm_advance(a);
}

static int add_string(Asm *a, uint32_t symbol, uint32_t *string) {
  size_t n;
  const char *text = intern_text(&a->symbols, symbol, &n);
  uint64_t end = a->rows[ORBC_STRING_BYTES].count + (uint64_t)n;
  uint32_t end32 = (uint32_t)end;
  if (a->rows[ORBC_STRING_ENDS].count > FILE_LIMIT_STRINGS || end > FILE_LIMIT_FILE_BYTES) return asm_fail(a, ASM_LIMIT, "too many strings");
  *string = (uint32_t)a->rows[ORBC_STRING_ENDS].count;
  if (n && !vec_add(&a->rows[ORBC_STRING_BYTES], text, n)) return asm_no_memory(a);
  return vec_add(&a->rows[ORBC_STRING_ENDS], &end32, 1) ? 1 : asm_no_memory(a);
}

/* The place that remembers which module string a symbol is, from 1 on. */
static uint32_t *symbol_string(Asm *a, uint32_t symbol) {
  if (symbol >= a->symbol_strings.count && !vec_add(&a->symbol_strings, NULL, symbol + 1 - a->symbol_strings.count)) return NULL;
  return &VEC_ROWS(uint32_t, a->symbol_strings)[symbol];
}

int asm_name_string(Asm *a, AsmName name, uint32_t *string) {
  *string = name.string;
  if (name.symbol == INTERN_NONE || a->pass < PASS_TYPES) return 1;
  uint32_t *known = symbol_string(a, name.symbol);
  if (!known) return asm_no_memory(a);
  if (!*known) {
    if (!add_string(a, name.symbol, string)) return 0;
    *known = *string + 1;
  }
  *string = *known - 1;
  return 1;
}

int asm_define(Asm *a, uint32_t owner, uint32_t symbol, uint32_t value) {
  const uint32_t key[2] = {owner, symbol};
  uint32_t at = intern_add(&a->names, key, sizeof key);
  if (at == INTERN_NONE) return asm_no_memory(a);
  if (at == a->name_values.count) return vec_add(&a->name_values, &value, 1) ? 1 : asm_no_memory(a);
  VEC_ROWS(uint32_t, a->name_values)[at] = AMBIGUOUS;
  return 1;
}

uint32_t asm_lookup(const Asm *a, uint32_t owner, uint32_t symbol) {
  const uint32_t key[2] = {owner, symbol};
  uint32_t at = intern_find(&a->names, key, sizeof key);
  return at == INTERN_NONE ? INTERN_NONE : VEC_ROWS(uint32_t, a->name_values)[at];
}

int asm_reference(Asm *a, uint32_t owner, uint32_t most, uint32_t *value, const char *unknown) {
  if (a->token.kind == TOKEN_INDEX) {
    *value = a->token.number;
    return *value <= most ? asm_advance(a) : asm_fail(a, ASM_RANGE, "the number does not fit here");
  }
  if (a->token.kind != TOKEN_NAME && a->token.kind != TOKEN_STRING) return asm_fail(a, ASM_SYNTAX, "a name or #number was expected");
  *value = asm_lookup(a, owner, a->token.symbol);
  if (*value == AMBIGUOUS) return asm_fail(a, ASM_NAME, "the name is declared more than once: write #number");
  return *value != INTERN_NONE ? asm_advance(a) : asm_fail(a, ASM_NAME, unknown);
}

int asm_function_reference(Asm *a, uint32_t *function) {
  int is_name = a->token.kind != TOKEN_INDEX;
  if (!asm_reference(a, OWNS_FUNCTIONS, UINT32_MAX, function, "nothing declares this function")) return 0;
  if (is_name && *function >= OWN_FUNCTION) *function = *function - OWN_FUNCTION + a->declared_imports;
  return 1;
}

void *asm_add_row(Asm *a, uint32_t section, const void *row, uint32_t line) {
  void *at = vec_add(&a->rows[section], row, 1);
  if (!at || !vec_add(&a->where[section], &line, 1)) asm_no_memory(a);
  return a->where[section].failed ? NULL : at;
}

/* -- declarations -- */

/* To the end of the statement: the end of the line outside braces. */
static int skip_statement(Asm *a) {
  for (size_t depth = 0; a->token.kind != TOKEN_END && (depth || a->token.kind != TOKEN_NEWLINE);) {
    if (asm_is_mark(a, '{')) depth++;
    else if (asm_is_mark(a, '}') && depth) depth--;
    if (!asm_advance(a)) return 0;
  }
  return asm_end_line(a);
}

static int declare_module(Asm *a) {
  AsmName name;
  return asm_name(a, &name) && asm_name_string(a, name, &a->info.name);
}

static int declare_entry(Asm *a) { return asm_function_reference(a, &a->info.entry); }

static int declare_grants(Asm *a) { return asm_number(a, 0, UINT64_MAX, &a->info.grants, "a set of bits was expected"); }

/* Fixes the numbers of strings: each gets a row of its own, even one that was there before.  Read before everything that names a string. */
static int declare_strings(Asm *a) {
  if (!asm_expect(a, '{', "{ was expected")) return 0;
  int more;
  while ((more = asm_next_in_braces(a)) > 0) {
    uint32_t string, *known;
    if (a->token.kind != TOKEN_STRING) return asm_fail(a, ASM_SYNTAX, "a string in quotes was expected");
    if (!add_string(a, a->token.symbol, &string)) return 0;
    if (!(known = symbol_string(a, a->token.symbol))) return asm_no_memory(a);
    if (!*known) *known = string + 1;
    if (!asm_advance(a)) return 0;
  }
  return more == 0;
}

/* TYPE LITERAL.  `always`: a row of its own, even when there is one with this value. */
int asm_constant(Asm *a, int always, uint32_t *index) {
  uint32_t type;
  OrbcConstant row = {0, 0, 0};
  Token start = a->token;
  if (!asm_type(a, &type)) return 0;
  if (!is_raw_type(type)) return asm_fail_at(a, &start, ASM_SYNTAX, "a constant has a raw type");
  lex_literal(&a->lexer, &a->token);
  const char *wrong = literal_parse(type, a->lexer.text + a->token.start, a->token.end - a->token.start, &row.bits);
  if (wrong) return asm_fail(a, ASM_RANGE, wrong);
  row.type = type;
  uint32_t known = intern_add(&a->constants, &row, sizeof row), count = (uint32_t)a->rows[ORBC_CONSTANTS].count;
  if (known == INTERN_NONE) return asm_no_memory(a);
  int is_new = known == a->constant_rows.count;
  if (is_new && !vec_add(&a->constant_rows, &count, 1)) return asm_no_memory(a);
  if ((is_new || always) && !asm_add_row(a, ORBC_CONSTANTS, &row, start.line)) return 0;
  *index = VEC_ROWS(uint32_t, a->constant_rows)[known];
  return asm_advance(a);
}

static int declare_constants(Asm *a) {
  if (!asm_expect(a, '{', "{ was expected")) return 0;
  int more;
  uint32_t index;
  while ((more = asm_next_in_braces(a)) > 0)
    if (!asm_constant(a, 1, &index)) return 0;
  return more == 0;
}

/* import NAME from MODULE: TYPE, or with a signature in place of ": TYPE". */
static int declare_import(Asm *a) {
  AsmName name, module;
  OrbcImport row = {0, 0, 0, 0};
  uint32_t line = a->token.line;
  if (!asm_name(a, &name) || !asm_name_string(a, name, &row.name) || !asm_expect_word(a, WORD_from, "from MODULE was expected")) return 0;
  if (!asm_name(a, &module) || !asm_name_string(a, module, &row.module)) return 0;
  if (a->pass == PASS_NAMES && name.symbol != INTERN_NONE && !asm_define(a, OWNS_FUNCTIONS, name.symbol, a->imports)) return 0;
  a->imports++;
  if (asm_is_mark(a, ':') ? !asm_advance(a) || !asm_type(a, &row.type) : !asm_signature(a, &row.type)) return 0;
  return a->pass != PASS_ROWS || asm_add_row(a, ORBC_IMPORTS, &row, line) != NULL;
}

/* global NAME: TYPE.  The name serves the text only. */
static int declare_global(Asm *a) {
  AsmName name;
  Token start = a->token;
  uint32_t type;
  if (!asm_name(a, &name) || !asm_expect(a, ':', ": TYPE was expected") || !asm_type(a, &type)) return 0;
  if (name.symbol == INTERN_NONE) return asm_fail_at(a, &start, ASM_SYNTAX, "a name was expected");
  int ref = !is_raw_type(type);
  uint32_t owner = ref ? OWNS_GLOBALS_REF : OWNS_GLOBALS_RAW;
  if (a->pass == PASS_NAMES) {
    if (asm_lookup(a, owner, name.symbol) != INTERN_NONE) return asm_fail_at(a, &start, ASM_NAME, "the global is declared already");
    if (!asm_define(a, owner, name.symbol, a->globals[ref])) return 0;
  }
  a->globals[ref]++;
  return a->pass != PASS_ROWS || asm_add_row(a, ref ? ORBC_GLOBALS_REF : ORBC_GLOBALS_RAW, &type, start.line) != NULL;
}

/* export NAME [= FUNCTION] */
static int declare_export(Asm *a) {
  AsmName name;
  OrbcExport row;
  Token start = a->token;
  if (!asm_name(a, &name) || !asm_name_string(a, name, &row.name)) return 0;
  if (asm_is_mark(a, '=')) {
    if (!asm_advance(a) || !asm_function_reference(a, &row.function)) return 0;
  } else {
    row.function = name.symbol == INTERN_NONE ? INTERN_NONE : asm_lookup(a, OWNS_FUNCTIONS, name.symbol);
    if (row.function >= AMBIGUOUS) return asm_fail_at(a, &start, ASM_NAME, "no one function has this name: write = FUNCTION");
    if (row.function >= OWN_FUNCTION) row.function = row.function - OWN_FUNCTION + a->declared_imports;
  }
  return asm_add_row(a, ORBC_EXPORTS, &row, start.line) != NULL;
}

/* impl TRAIT for TYPE { FUNCTION ... } */
static int declare_impl(Asm *a) {
  OrbcImpl row = {0, 0, (uint32_t)a->impl_functions.count, 0};
  uint32_t line = a->token.line, function;
  int more;
  if (!asm_type(a, &row.trait) || !asm_expect_word(a, WORD_for, "for TYPE was expected") || !asm_type(a, &row.type)) return 0;
  if (!asm_expect(a, '{', "{ was expected")) return 0;
  while ((more = asm_next_in_braces(a)) > 0) {
    if (!asm_function_reference(a, &function)) return 0;
    if (!vec_add(&a->impl_functions, &function, 1)) return asm_no_memory(a);
    row.functions++;
  }
  return more == 0 && asm_add_row(a, ORBC_IMPLS, &row, line) != NULL;
}

/* Bytes as a string of hexadecimal digits; further declarations append. */
static int declare_bytes(Asm *a, uint32_t section) {
  if (a->token.kind != TOKEN_STRING) return asm_fail(a, ASM_SYNTAX, "a string of hexadecimal digits was expected");
  size_t n;
  const char *text = intern_text(&a->symbols, a->token.symbol, &n);
  if (n % 2) return asm_fail(a, ASM_SYNTAX, "each byte needs two hexadecimal digits");
  for (size_t i = 0; i < n; i += 2) {
    int high = lex_hex_digit(text[i]), low = lex_hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return asm_fail(a, ASM_SYNTAX, "each byte needs two hexadecimal digits");
    uint8_t byte = (uint8_t)(high << 4 | low);
    if (!vec_add(&a->rows[section], &byte, 1)) return asm_no_memory(a);
  }
  return asm_advance(a);
}

static int declare_interface(Asm *a) { return declare_bytes(a, ORBC_INTERFACE); }
static int declare_templates(Asm *a) { return declare_bytes(a, ORBC_TEMPLATES); }

/* What may stand at the start of a line, and the passes that look at it. */
typedef struct Declaration {
  uint32_t word;
  int (*parse)(Asm *a);
  unsigned passes;
} Declaration;

static const Declaration *find_declaration(const Asm *a) {
  static const Declaration table[] = {
      {WORD_module, declare_module, PASS_ROWS},       {WORD_entry, declare_entry, PASS_ROWS},
      {WORD_grants, declare_grants, PASS_ROWS},       {WORD_strings, declare_strings, PASS_SHAPES},
      {WORD_constants, declare_constants, PASS_TYPES}, {WORD_type, asm_type_declaration, PASS_NAMES | PASS_SHAPES | PASS_TYPES},
      {WORD_import, declare_import, PASS_NAMES | PASS_ROWS}, {WORD_global, declare_global, PASS_NAMES | PASS_ROWS},
      {WORD_export, declare_export, PASS_ROWS},       {WORD_impl, declare_impl, PASS_ROWS},
      {WORD_interface, declare_interface, PASS_ROWS}, {WORD_templates, declare_templates, PASS_ROWS},
  };
  static const Declaration function = {WORD_COUNT, asm_function, PASS_NAMES | PASS_ROWS};
  if (a->token.kind == TOKEN_NAME && a->token.symbol == a->words.kinds[KIND_FN]) return &function;
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
    if (asm_is_word(a, table[i].word)) return &table[i];
  return NULL;
}

static int declaration(Asm *a) {
  if (a->token.kind == TOKEN_NEWLINE) return asm_advance(a);
  const Declaration *d = find_declaration(a);
  if (!d) return asm_fail(a, ASM_SYNTAX, "a declaration was expected");
  if (!(d->passes & (unsigned)a->pass)) return skip_statement(a);
  if (!asm_advance(a) || !d->parse(a)) return 0;
  return a->pass == PASS_NAMES ? skip_statement(a) : asm_end_line(a); /* the first pass leaves bodies unread */
}

static int run_pass(Asm *a, AsmPass pass, const char *text, size_t size) {
  a->pass = pass;
  a->types = a->functions = a->imports = a->globals[0] = a->globals[1] = 0;
  lex_open(&a->lexer, text, size);
  if (!asm_advance(a)) return 0;
  while (a->token.kind != TOKEN_END)
    if (!declaration(a)) return 0;
  return 1;
}

/* After the first pass: rows for the types that have numbers now. */
static int reserve_types(Asm *a) {
  a->declared_types = a->types;
  a->declared_imports = a->imports;
  if (a->types > FILE_LIMIT_TYPES - ORBC_FIRST_MODULE_TYPE) return asm_fail(a, ASM_LIMIT, "too many types");
  if (!a->types) return 1;
  if (!vec_add(&a->rows[ORBC_TYPES], NULL, a->types) || !vec_add(&a->where[ORBC_TYPES], NULL, a->types)) return asm_no_memory(a);
  return 1;
}

/* -- opening and closing -- */

static int define_word(Asm *a, uint32_t owner, const char *word, uint32_t value) {
  char text[32];
  size_t n = 0;
  for (; word[n] && n < sizeof text; n++) text[n] = (char)(word[n] >= 'A' && word[n] <= 'Z' ? word[n] + 32 : word[n]);
  uint32_t symbol = intern_add(&a->symbols, text, n);
  return symbol == INTERN_NONE ? asm_no_memory(a) : asm_define(a, owner, symbol, value);
}

/* Names that are there before anything is declared: services, kernel calls, the fields of Error, and the empty string. */
static int define_builtins(Asm *a) {
  static const struct {
    const char *name;
    uint32_t owner, value;
  } table[] = {
#define SERVICE(name, number, meaning) {#name, OWNS_SERVICES, number},
#define ERROR_FIELD(name, number, type, meaning) {#name, TYPE_ERROR, number},
#include "objects.def"
  };
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
    if (!define_word(a, table[i].owner, table[i].name, table[i].value)) return 0;
  for (uint32_t i = 1; i < KCALL_END; i++)
    if (!define_word(a, OWNS_KERNEL, kernel_call_info[i].name, i)) return 0;
  uint32_t empty = intern_add(&a->symbols, "", 0), string, *known;
  if (empty == INTERN_NONE || !(known = symbol_string(a, empty))) return asm_no_memory(a);
  *known = 1;
  return add_string(a, empty, &string);
}

static int asm_open(Asm *a, GcMemory memory, AsmReport *report) {
  static const uint8_t row_size[] = {
#define SECTION(name, field, row, bytes, meaning) [ORBC_##name] = bytes,
#include "sections.def"
  };
  memset(a, 0, sizeof *a);
  a->memory = memory;
  a->report = report;
  a->info.entry = ORBC_NONE;
  Intern *tables[] = {&a->symbols, &a->names, &a->shapes, &a->constants};
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) intern_init(tables[i], memory);
  CodeVec *words[] = {&a->name_values, &a->symbol_strings, &a->shape_types, &a->constant_rows, &a->key, &a->impl_functions, &a->locals[0], &a->locals[1]};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) vec_init(words[i], memory, sizeof(uint32_t));
  vec_init(&a->buffer, memory, 1);
  vec_init(&a->scratch, memory, sizeof(OrbcItem));
  vec_init(&a->items, memory, sizeof(OrbcItem));
  vec_init(&a->fixups, memory, sizeof(AsmFixup));
  for (size_t i = 0; i < ORBC_SECTION_COUNT; i++) {
    vec_init(&a->rows[i], memory, row_size[i]);
    vec_init(&a->where[i], memory, sizeof(uint32_t));
  }
  if (!asm_words(&a->symbols, &a->words)) return asm_no_memory(a);
  return define_builtins(a);
}

static void asm_close(Asm *a) {
  Intern *tables[] = {&a->symbols, &a->names, &a->shapes, &a->constants};
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) intern_free(tables[i]);
  CodeVec *vecs[] = {&a->name_values, &a->symbol_strings, &a->shape_types, &a->constant_rows, &a->key, &a->impl_functions,
                     &a->locals[0],   &a->locals[1],      &a->buffer,      &a->scratch,       &a->items, &a->fixups};
  for (size_t i = 0; i < sizeof vecs / sizeof vecs[0]; i++) vec_free(vecs[i]);
  for (size_t i = 0; i < ORBC_SECTION_COUNT; i++) {
    vec_free(&a->rows[i]);
    vec_free(&a->where[i]);
  }
}

int asm_assemble(const char *text, size_t size, GcMemory memory, void **image, size_t *image_size, AsmReport *report) {
  *report = (AsmReport){ASM_OK, 0, 0, "", "", ""};
  *image = NULL;
  *image_size = 0;
  if (size > FILE_LIMIT_SOURCE_BYTES) {
    *report = (AsmReport){ASM_LIMIT, 0, 0, "the text is too long", "", ""};
    return 0;
  }
  Asm *a = memory.alloc(memory.ctx, sizeof *a, 16);
  if (!a) {
    *report = (AsmReport){ASM_NO_MEMORY, 0, 0, "not enough memory", "", ""};
    return 0;
  }
  int ok = asm_open(a, memory, report) && run_pass(a, PASS_NAMES, text, size) && reserve_types(a) && run_pass(a, PASS_SHAPES, text, size) &&
           run_pass(a, PASS_TYPES, text, size) && run_pass(a, PASS_ROWS, text, size) && asm_finish(a, image, image_size);
  asm_close(a);
  memory.free(memory.ctx, a, sizeof *a, 16);
  return ok;
}
