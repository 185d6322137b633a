/* asm_internal.h -- what the parts of the assembler share: parser state, names, rows.  For asm*.c only.
 *
 * The text is read four times by the same parser: PASS_NAMES numbers what is declared, PASS_SHAPES learns the structural types (array, list, fn ...),
 * so that a spelled type finds the row that declares it wherever that stands, and takes the listed strings; PASS_TYPES makes the rows of types and of the
 * listed constants, PASS_ROWS all others.
 * Function bodies are read in the last pass.
 * Invariant: after a function of the parser has returned 0, `report` is filled and nothing more is read.
 */
#ifndef ORUS_CODE_ASM_INTERNAL_H
#define ORUS_CODE_ASM_INTERNAL_H

#include "code/asm.h"
#include "code/asm_lex.h"
#include "code/orbc.h"

typedef enum AsmPass { PASS_NAMES = 1, PASS_SHAPES = 2, PASS_TYPES = 4, PASS_ROWS = 8 } AsmPass; /* bits, in this order */

/* Owners of names, beside type numbers (owners of their fields and methods) and functions (of their labels). */
enum { OWNS_TYPES = (int)0x70000000, OWNS_FUNCTIONS, OWNS_GLOBALS_RAW, OWNS_GLOBALS_REF, OWNS_SERVICES, OWNS_KERNEL };
#define OWNS_LABELS 0x80000000u /* + the function's row */

#define AMBIGUOUS 0xfffffffeu    /* value of a name that was declared twice */
#define OWN_FUNCTION 0x40000000u /* + row: a function of this module, until the number of imports is known */

/* A name as it stands in the text: a symbol, or the number of a string when it was written $n. */
typedef struct AsmName {
  uint32_t symbol; /* INTERN_NONE: $n */
  uint32_t string; /* of $n */
} AsmName;

/* A place that waits for a label: 32 bits at `offset` in row `row` of `section`. */
typedef struct AsmFixup {
  Token token;
  uint32_t section, row, offset;
  uint32_t base; /* of a jump: what is stored is relative to the next instruction */
} AsmFixup;

typedef struct AsmFunction {
  OrbcFunction row;
  int has_temps;
  uint32_t used[2];   /* one more than the highest register seen, by bank */
  uint32_t labels;    /* owner of its labels */
} AsmFunction;

typedef struct Asm {
  GcMemory memory;
  AsmReport *report;
  Lexer lexer;
  Token token;
  CodeVec buffer;       /* of the lexer */
  AsmPass pass;
  Intern symbols;
  AsmWords words;
  Intern names;         /* (owner, symbol) */
  CodeVec name_values;  /* uint32_t by number in `names` */
  CodeVec symbol_strings; /* uint32_t by symbol: module string + 1 */
  Intern shapes;        /* structural types: kind, of, number, item types */
  CodeVec shape_types;  /* uint32_t by number in `shapes` */
  Intern constants;     /* (type, bits) */
  CodeVec constant_rows; /* uint32_t by number in `constants` */
  CodeVec scratch;      /* OrbcItem: a stack for lists that are being read */
  CodeVec key;          /* uint32_t: a shape that is looked up */
  CodeVec items, impl_functions; /* in the order of reading; asm_finish() puts them in the order of their owners */
  CodeVec locals[2], fixups;     /* of the function being read */
  uint32_t types, functions, imports, globals[2]; /* declared so far in this pass */
  uint32_t declared_types, declared_imports;
  uint32_t nesting;
  OrbcInfo info;
  CodeVec rows[ORBC_SECTION_COUNT];
  CodeVec where[ORBC_SECTION_COUNT]; /* uint32_t: the line of each row, in the sections that people declare */
} Asm;

/* -- asm.c: tokens, names, rows -- */
int asm_fail(Asm *a, AsmError error, const char *message); /* at the current token; returns 0 */
int asm_fail_at(Asm *a, const Token *token, AsmError error, const char *message);
int asm_no_memory(Asm *a);
int asm_advance(Asm *a);
int asm_is_mark(const Asm *a, char mark);
int asm_is_word(const Asm *a, uint32_t word);
int asm_expect(Asm *a, char mark, const char *message);
int asm_expect_word(Asm *a, uint32_t word, const char *message);
int asm_end_line(Asm *a);
int asm_number(Asm *a, int64_t least, uint64_t most, uint64_t *bits, const char *message); /* two's complement */
/* In braces: 1 when an item stands here, 0 behind the closing brace, -1 after an error. */
int asm_next_in_braces(Asm *a);
int asm_name(Asm *a, AsmName *name);
int asm_name_string(Asm *a, AsmName name, uint32_t *string); /* the module string, made when there is none */
int asm_define(Asm *a, uint32_t owner, uint32_t symbol, uint32_t value);
uint32_t asm_lookup(const Asm *a, uint32_t owner, uint32_t symbol); /* INTERN_NONE, AMBIGUOUS or the value */
/* A reference by name, or #n up to `most`. */
int asm_reference(Asm *a, uint32_t owner, uint32_t most, uint32_t *value, const char *unknown);
int asm_function_reference(Asm *a, uint32_t *function);
void *asm_add_row(Asm *a, uint32_t section, const void *row, uint32_t line);
int asm_constant(Asm *a, int always, uint32_t *index); /* TYPE LITERAL */

/* -- asm_type.c -- */
int asm_type(Asm *a, uint32_t *type);
int asm_signature(Asm *a, uint32_t *type); /* (A, B) -> R */
int asm_type_declaration(Asm *a);

/* -- asm_code.c -- */
int asm_function(Asm *a);

/* -- asm_finish.c -- */
int asm_finish(Asm *a, void **image, size_t *size);

#endif
