/* asm_code.c -- functions: what they declare, and their instructions.  Operands follow the formats of the opcode table (operand.h). */
#include "code/asm_internal.h"
#include "code/operand.h"

#include <string.h>

static uint32_t here(const Asm *a, const AsmFunction *f) { return (uint32_t)a->rows[ORBC_CODE].count - f->row.first_code; }

/* -- places -- */

static void store_place(Asm *a, const AsmFixup *at, uint32_t value) {
  char *row = (char *)a->rows[at->section].rows + (size_t)at->row * a->rows[at->section].row_size;
  value -= at->base;
  memcpy(row + at->offset, &value, sizeof value);
}

/* A label, or #n: instruction n of the function.  It goes to `at`, now or when all labels are known. */
static int read_place(Asm *a, AsmFixup at) {
  at.token = a->token;
  if (a->token.kind == TOKEN_INDEX) {
    if (a->token.number > FILE_LIMIT_CODE) return asm_fail(a, ASM_RANGE, "the number does not fit here");
    store_place(a, &at, a->token.number);
  } else {
    if (a->token.kind != TOKEN_NAME) return asm_fail(a, ASM_SYNTAX, "a label was expected");
    if (!vec_add(&a->fixups, &at, 1)) return asm_no_memory(a);
  }
  return asm_advance(a);
}

static int resolve_places(Asm *a, const AsmFunction *f) {
  for (size_t i = 0; i < a->fixups.count; i++) {
    const AsmFixup *at = &VEC_ROWS(AsmFixup, a->fixups)[i];
    uint32_t pc = asm_lookup(a, f->labels, at->token.symbol);
    if (pc == INTERN_NONE) return asm_fail_at(a, &at->token, ASM_NAME, "the function has no such label");
    store_place(a, at, pc);
  }
  return 1;
}

static int declare_label(Asm *a, const AsmFunction *f, const Token *label) {
  if (asm_lookup(a, f->labels, label->symbol) != INTERN_NONE) return asm_fail_at(a, label, ASM_NAME, "the function has this label already");
  return asm_define(a, f->labels, label->symbol, here(a, f)) && asm_advance(a);
}

/* -- registers -- */

/* The register that the current token names: r0 or p0.  -1 when it is none. */
static int32_t register_number(const Asm *a, int ref) {
  const char *text = a->lexer.text + a->token.start;
  size_t n = a->token.end - a->token.start;
  int32_t number = 0;
  if (a->token.kind != TOKEN_NAME || n < 2 || n > 6 || text[0] != (ref ? 'p' : 'r') || (n > 2 && text[1] == '0')) return -1;
  for (size_t i = 1; i < n; i++) {
    if (text[i] < '0' || text[i] > '9') return -1;
    number = number * 10 + (text[i] - '0');
  }
  return number <= UINT16_MAX ? number : -1;
}

static int read_register(Asm *a, AsmFunction *f, int ref, uint32_t *value) {
  int32_t number = register_number(a, ref);
  if (number < 0) return asm_fail(a, ASM_SYNTAX, ref ? "a reference register (p0, p1, ...) was expected" : "a raw register (r0, r1, ...) was expected");
  *value = (uint32_t)number;
  if (*value >= f->used[ref]) f->used[ref] = *value + 1;
  return asm_advance(a);
}

/* -- operands -- */

/* #n, or NAME of TYPE: a field or a method. */
static int read_member(Asm *a, uint32_t *value) {
  Token name = a->token;
  uint32_t type;
  if (name.kind == TOKEN_INDEX) return asm_reference(a, OWNS_TYPES, UINT16_MAX, value, "");
  if (name.kind != TOKEN_NAME && name.kind != TOKEN_STRING) return asm_fail(a, ASM_SYNTAX, "NAME of TYPE or #number was expected");
  if (!asm_advance(a) || !asm_expect_word(a, WORD_of, "of TYPE was expected") || !asm_type(a, &type)) return 0;
  *value = asm_lookup(a, type, name.symbol);
  if (*value == AMBIGUOUS) return asm_fail_at(a, &name, ASM_NAME, "the type has this name more than once: write #number");
  return *value != INTERN_NONE || asm_fail_at(a, &name, ASM_NAME, "the type has no field or method of this name");
}

static int read_constant(Asm *a, uint32_t *value) {
  if (a->token.kind == TOKEN_INDEX) return asm_reference(a, OWNS_TYPES, UINT32_MAX, value, "");
  return asm_constant(a, 0, value);
}

static int read_string(Asm *a, uint32_t *value) {
  AsmName name;
  if (a->token.kind != TOKEN_STRING && a->token.kind != TOKEN_TEXT) return asm_fail(a, ASM_SYNTAX, "a string in quotes or $number was expected");
  return asm_name(a, &name) && asm_name_string(a, name, value);
}

static int read_number(Asm *a, int64_t least, uint64_t most, uint32_t *value) {
  uint64_t bits;
  if (!asm_number(a, least, most, &bits, "a number was expected")) return 0;
  *value = (uint32_t)bits;
  return 1;
}

/* Jumps go straight to the instruction, which is the last row of CODE. */
static int read_target(Asm *a, const AsmFunction *f) {
  AsmFixup at = {.section = ORBC_CODE, .row = (uint32_t)a->rows[ORBC_CODE].count - 1, .offset = 4, .base = here(a, f)};
  return read_place(a, at);
}

static int read_operand(Asm *a, AsmFunction *f, OperandKind kind, uint32_t *value) {
  switch (kind) {
  case OPERAND_RAW: case OPERAND_REF: return read_register(a, f, kind == OPERAND_REF, value);
  case OPERAND_SIGNED: return read_number(a, INT16_MIN, INT16_MAX, value);
  case OPERAND_WIDE: return read_number(a, INT32_MIN, INT32_MAX, value);
  case OPERAND_COUNT: return read_number(a, 0, UINT32_MAX, value);
  case OPERAND_NUMBER: return read_number(a, 0, UINT16_MAX, value);
  case OPERAND_LABEL: return read_target(a, f);
  case OPERAND_TYPE: case OPERAND_KIND: return asm_type(a, value);
  case OPERAND_FUNCTION: return asm_function_reference(a, value);
  case OPERAND_FIELD: case OPERAND_METHOD: return read_member(a, value);
  case OPERAND_KERNEL: return asm_reference(a, OWNS_KERNEL, UINT16_MAX, value, "there is no such kernel call");
  case OPERAND_SERVICE: return asm_reference(a, OWNS_SERVICES, UINT16_MAX, value, "there is no such service");
  case OPERAND_CONSTANT: return read_constant(a, value);
  case OPERAND_STRING: return read_string(a, value);
  case OPERAND_GLOBAL_RAW: return asm_reference(a, OWNS_GLOBALS_RAW, UINT32_MAX, value, "nothing declares this raw global");
  case OPERAND_GLOBAL_REF: return asm_reference(a, OWNS_GLOBALS_REF, UINT32_MAX, value, "nothing declares this reference global");
  default: return 1;
  }
}

/* An instruction: its row stands before its operands are read, so that a jump can be stored into it. */
static int instruction(Asm *a, AsmFunction *f, const Token *name) {
  unsigned op = name->symbol;
  uint64_t word = op;
  size_t at = a->rows[ORBC_CODE].count;
  const char *comma = NULL;
  if (!vec_add(&a->rows[ORBC_CODE], &word, 1)) return asm_no_memory(a);
  for (unsigned i = 0; i < 3; i++) {
    Operand o = operand_of(op, i);
    uint32_t value = 0;
    if (o.kind == OPERAND_NONE) continue;
    if (comma && !asm_expect(a, ',', comma)) return 0;
    Token start = a->token;
    if (!read_operand(a, f, o.kind, &value)) return 0;
    if (!o.wide && (o.kind == OPERAND_SIGNED ? 0 : value > UINT16_MAX)) return asm_fail_at(a, &start, ASM_RANGE, "the number does not fit here");
    VEC_ROWS(uint64_t, a->rows[ORBC_CODE])[at] |= (uint64_t)(o.wide ? value : (uint16_t)value) << o.shift;
    comma = ", and another operand were expected";
  }
  return 1;
}

/* -- what a function declares -- */

static int declare_file(Asm *a, AsmFunction *f) {
  AsmName name;
  return asm_name(a, &name) && asm_name_string(a, name, &f->row.file);
}

/* local REGISTER: TYPE.  The register says where the reader finds it; it must be the next of its bank. */
static int declare_local(Asm *a, AsmFunction *f) {
  Token start = a->token;
  int ref = register_number(a, 0) < 0;
  uint32_t number, type;
  if (!read_register(a, f, ref, &number) || !asm_expect(a, ':', ": TYPE was expected")) return 0;
  Token spelled = a->token;
  if (!asm_type(a, &type)) return 0;
  if (is_raw_type(type) == ref) return asm_fail_at(a, &spelled, ASM_SYNTAX, ref ? "a reference type was expected" : "a raw type was expected");
  if (number != a->locals[ref].count) return asm_fail_at(a, &start, ASM_RANGE, "this is not the number of the next local");
  return vec_add(&a->locals[ref], &type, 1) ? 1 : asm_no_memory(a);
}

/* temps RAW, REF */
static int declare_temps(Asm *a, AsmFunction *f) {
  f->has_temps = 1;
  return read_number(a, 0, FILE_LIMIT_REGISTERS, &f->row.raw_temps) && asm_expect(a, ',', ", and the number of reference temporaries were expected") &&
         read_number(a, 0, FILE_LIMIT_REGISTERS, &f->row.ref_temps);
}

/* name NAME REGISTER PLACE to PLACE */
static int declare_name(Asm *a, AsmFunction *f) {
  AsmName name;
  OrbcLocal row = {0};
  AsmFixup at = {.section = ORBC_LOCALS, .row = (uint32_t)a->rows[ORBC_LOCALS].count, .offset = offsetof(OrbcLocal, start)};
  if (!asm_name(a, &name) || !asm_name_string(a, name, &row.name)) return 0;
  row.bank = register_number(a, 0) < 0;
  if (!read_register(a, f, (int)row.bank, &row.reg)) return 0;
  if (!vec_add(&a->rows[ORBC_LOCALS], &row, 1)) return asm_no_memory(a);
  f->row.local_names++;
  if (!read_place(a, at) || !asm_expect_word(a, WORD_to, "to LABEL was expected")) return 0;
  at.offset = offsetof(OrbcLocal, end);
  return read_place(a, at);
}

/* handler PLACE to PLACE at PLACE, REGISTER */
static int declare_handler(Asm *a, AsmFunction *f) {
  uint32_t row = (uint32_t)a->rows[ORBC_HANDLERS].count, reg = 0;
  AsmFixup at = {.section = ORBC_HANDLERS, .row = row, .offset = offsetof(OrbcHandler, start)};
  if (!vec_add(&a->rows[ORBC_HANDLERS], NULL, 1)) return asm_no_memory(a);
  f->row.handlers++;
  if (!read_place(a, at) || !asm_expect_word(a, WORD_to, "to LABEL was expected")) return 0;
  at.offset = offsetof(OrbcHandler, end);
  if (!read_place(a, at) || !asm_expect_word(a, WORD_at, "at LABEL was expected")) return 0;
  at.offset = offsetof(OrbcHandler, target);
  if (!read_place(a, at) || !asm_expect(a, ',', ", and the register of the error were expected")) return 0;
  if (!read_register(a, f, 1, &reg)) return 0;
  VEC_ROWS(OrbcHandler, a->rows[ORBC_HANDLERS])[row].reg = reg;
  return 1;
}

/* line LINE:COLUMN, for the next instruction */
static int declare_line(Asm *a, AsmFunction *f) {
  OrbcLine row = {here(a, f), 0, 0, 0};
  Token start = a->token;
  if (!read_number(a, 0, UINT32_MAX, &row.line) || !asm_expect(a, ':', ":COLUMN was expected") || !read_number(a, 0, UINT32_MAX, &row.column)) return 0;
  if (f->row.lines && VEC_ROWS(OrbcLine, a->rows[ORBC_LINES])[a->rows[ORBC_LINES].count - 1].pc == row.pc)
    return asm_fail_at(a, &start, ASM_SYNTAX, "the next instruction has a line already");
  f->row.lines++;
  return vec_add(&a->rows[ORBC_LINES], &row, 1) ? 1 : asm_no_memory(a);
}

/* word BITS: an instruction as it is, whatever it may be */
static int declare_word(Asm *a, AsmFunction *f) {
  uint64_t word;
  if (!asm_number(a, INT64_MIN, UINT64_MAX, &word, "the bits of an instruction were expected")) return 0;
  return vec_add(&a->rows[ORBC_CODE], &word, 1) ? 1 : asm_no_memory(a);
}

/* -- functions -- */

static int statement(Asm *a, AsmFunction *f) {
  static const struct {
    uint32_t word;
    int (*parse)(Asm *a, AsmFunction *f);
  } table[] = {
      {WORD_file, declare_file},       {WORD_local, declare_local}, {WORD_temps, declare_temps}, {WORD_name, declare_name},
      {WORD_handler, declare_handler}, {WORD_line, declare_line},   {WORD_word, declare_word},
  };
  Token first = a->token;
  if (first.kind != TOKEN_NAME) return asm_fail(a, ASM_SYNTAX, "an instruction was expected");
  if (!asm_advance(a)) return 0;
  if (asm_is_mark(a, ':')) return declare_label(a, f, &first);
  int (*parse)(Asm *, AsmFunction *) = NULL;
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
    if (first.symbol == a->words.others[table[i].word]) parse = table[i].parse;
  if (!parse && first.symbol >= OP_COUNT) return asm_fail_at(a, &first, ASM_NAME, "there is no such instruction");
  if (!(parse ? parse(a, f) : instruction(a, f, &first))) return 0;
  if (asm_is_mark(a, '}') || a->token.kind == TOKEN_NEWLINE || a->token.kind == TOKEN_END) return 1;
  return asm_fail(a, ASM_SYNTAX, "the end of the line was expected");
}

/* The locals begin with the closure and the parameters. */
static int add_parameters(Asm *a, const AsmFunction *f) {
  uint32_t index = f->row.type - ORBC_FIRST_MODULE_TYPE;
  a->locals[0].count = a->locals[1].count = 0;
  if (f->row.closure && !vec_add(&a->locals[1], &f->row.closure, 1)) return asm_no_memory(a);
  if (index >= a->rows[ORBC_TYPES].count) return 1; /* the reader will refuse it */
  const OrbcType *t = &VEC_ROWS(OrbcType, a->rows[ORBC_TYPES])[index];
  for (uint32_t i = 0; t->kind == KIND_FN && i < t->number; i++) {
    uint32_t type = VEC_ROWS(OrbcItem, a->items)[t->first_item + i].type;
    if (!vec_add(&a->locals[!is_raw_type(type)], &type, 1)) return asm_no_memory(a);
  }
  return 1;
}

static int close_function(Asm *a, AsmFunction *f, uint32_t line) {
  OrbcFunction *row = &f->row;
  uint32_t *locals[2] = {&row->raw_locals, &row->ref_locals}, *temps[2] = {&row->raw_temps, &row->ref_temps};
  row->first_local = (uint32_t)a->rows[ORBC_LOCAL_TYPES].count;
  row->code = here(a, f);
  for (int i = 0; i < 2; i++) {
    *locals[i] = (uint32_t)a->locals[i].count;
    if (!f->has_temps) *temps[i] = f->used[i] > *locals[i] ? f->used[i] - *locals[i] : 0;
    if (*locals[i] && !vec_add(&a->rows[ORBC_LOCAL_TYPES], a->locals[i].rows, *locals[i])) return asm_no_memory(a);
  }
  return resolve_places(a, f) && asm_add_row(a, ORBC_FUNCTIONS, row, line);
}

/* fn NAME: TYPE or fn NAME(A, B) -> R, perhaps of CLOSURE, and the body in braces. */
int asm_function(Asm *a) {
  AsmFunction f = {{0}, 0, {0, 0}, OWNS_LABELS | a->functions};
  AsmName name;
  uint32_t line = a->token.line;
  int more;
  if (!asm_name(a, &name) || !asm_name_string(a, name, &f.row.name)) return 0;
  uint32_t number = OWN_FUNCTION | a->functions++;
  if (a->functions > FILE_LIMIT_FUNCTIONS) return asm_fail(a, ASM_LIMIT, "too many functions");
  if (a->pass == PASS_NAMES) return name.symbol == INTERN_NONE || asm_define(a, OWNS_FUNCTIONS, name.symbol, number);
  if (asm_is_mark(a, ':') ? !asm_advance(a) || !asm_type(a, &f.row.type) : !asm_signature(a, &f.row.type)) return 0;
  if (asm_is_word(a, WORD_of) && (!asm_advance(a) || !asm_type(a, &f.row.closure))) return 0;
  f.row.first_code = (uint32_t)a->rows[ORBC_CODE].count;
  f.row.first_handler = (uint32_t)a->rows[ORBC_HANDLERS].count;
  f.row.first_line = (uint32_t)a->rows[ORBC_LINES].count;
  f.row.first_local_name = (uint32_t)a->rows[ORBC_LOCALS].count;
  a->fixups.count = 0;
  if (!add_parameters(a, &f) || !asm_expect(a, '{', "{ was expected")) return 0;
  while ((more = asm_next_in_braces(a)) > 0)
    if (!statement(a, &f)) return 0;
  return more == 0 && close_function(a, &f, line);
}
