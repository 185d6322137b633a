/* reference.c -- writes docs/reference/machine.md from the tables in spec/.  Usage: reference > docs/reference/machine.md */
#include <stdio.h>
#include <string.h>

/* A table cell: `|` would end it. */
static void cell(const char *text) {
  putchar(' ');
  for (; *text; text++) {
    if (*text == '|') putchar('\\');
    putchar(*text);
  }
  fputs(" |", stdout);
}

static void code_cell(const char *text) {
  fputs(" `", stdout);
  fputs(text, stdout);
  fputs("` |", stdout);
}

static void op(int number, const char *name, const char *a, const char *b, const char *c, const char *flags, int cost, const char *meaning) {
  printf("| %d |", number);
  code_cell(name);
  const char *operands[] = {a, b, c};
  for (int i = 0; i < 3; i++) cell(strcmp(operands[i], "NONE") == 0 ? "" : operands[i]);
  cell(strcmp(flags, "0") == 0 ? "" : flags);
  printf(" %d |", cost);
  cell(meaning);
  putchar('\n');
}

static void section(int number, const char *name, int bytes, const char *meaning) {
  printf("| %d |", number);
  code_cell(name);
  printf(" %d |", bytes);
  cell(meaning);
  putchar('\n');
}

static void numbered(int number, const char *name, const char *spelling, const char *meaning) {
  printf("| %d |", number);
  code_cell(name);
  if (spelling) code_cell(spelling);
  cell(meaning);
  putchar('\n');
}

static void raw_type(int number, const char *name, const char *spelling, int size, const char *classes, const char *meaning) {
  printf("| %d |", number);
  code_cell(name);
  code_cell(spelling);
  printf(" %d |", size);
  cell(classes);
  cell(meaning);
  putchar('\n');
}

static void error_kind(int number, const char *spelling, int is_catchable, const char *class_name, const char *message) {
  printf("| %d |", number);
  code_cell(spelling);
  cell(is_catchable ? "" : "stops the run");
  code_cell(class_name);
  cell(message);
  putchar('\n');
}

static void run_limit(const char *name, long long value, long long smallest, const char *meaning) {
  fputs("|", stdout);
  code_cell(name);
  printf(" %lld | %lld |", value, smallest);
  cell(meaning);
  putchar('\n');
}

static void limit(const char *name, long long value, const char *meaning) {
  fputs("|", stdout);
  code_cell(name);
  printf(" %lld |", value);
  cell(meaning);
  putchar('\n');
}

static void heading(const char *title, const char *columns, int count) {
  printf("\n## %s\n\n| %s |\n|", title, columns);
  for (int i = 0; i < count; i++) fputs("---|", stdout);
  putchar('\n');
}

int main(void) {
  puts("# The machine in tables\n\nGenerated from `spec/*.def` by `make docs`; change those. What operand formats mean, what opcodes with flag S ask for, and "
       "the file format are in [bytecode.md](../bytecode.md).\n\nFlags: T may throw, G may collect, Y may yield, E ends a block, S has rules of its own, K needs a grant. "
       "Cost is in units of fuel. CONT: column b has 32 bits.\n\nIn raw types, *bytes* is the size of a field or element; *classes* are those of operands: s RR_S, u RR_U, x RR_X, f RR_F.");
  heading("Opcodes", "Number | Name | a | b | c | Flags | Cost | Meaning", 8);
  int n = 0;
#define OP(name, a, b, c, flags, cost, meaning) op(n++, #name, #a, #b, #c, #flags, cost, meaning);
#include "opcodes.def"
  heading("Sections of files", "Number | Name | Bytes of a row | Meaning", 4);
  n = 0;
#define SECTION(name, field, row, bytes, meaning) section(n++, #name, bytes, meaning);
#include "sections.def"
  heading("Raw types", "Number | Name | Spelling | Bytes | Classes | Meaning", 6);
#define RAW_TYPE(name, number, spelling, size, classes, meaning) raw_type(number, #name, spelling, size, classes, meaning);
#include "objects.def"
  heading("Builtin reference types", "Number | Name | Spelling | Meaning", 4);
#define REF_TYPE(name, number, spelling, meaning) numbered(number, #name, spelling, meaning);
#include "objects.def"
  heading("Kinds of module types", "Number | Name | Keyword | Meaning", 4);
#define TYPE_KIND(name, number, keyword, meaning) numbered(number, #name, keyword, meaning);
#include "objects.def"
  heading("Fields of Error", "Number | Name | Type | Meaning", 4);
#define ERROR_FIELD(name, number, type, meaning) numbered(number, #name, #type, meaning);
#include "objects.def"
  heading("Run-time services", "Number | Name | Meaning", 3);
#define SERVICE(name, number, meaning) numbered(number, #name, NULL, meaning);
#include "objects.def"
  heading("Errors of programs", "Number | Kind | | Class | Message", 5);
#define ERROR_KIND(name, number, spelling, catchable, class_, message) error_kind(number, spelling, catchable, #class_, message);
#include "errors.def"
  heading("Errors of kernel calls", "Number | Name | Meaning", 3);
#define KERNEL_ERROR(name, number, meaning) numbered(number, #name, NULL, meaning);
#include "errors.def"
  heading("Why a file is refused", "Number | Name | Meaning", 3);
#define LOAD_ERROR(name, number, meaning) numbered(number, #name, NULL, meaning);
#include "errors.def"
  heading("Limits of files", "Name | Value | What it bounds", 3);
#define FILE_LIMIT(name, value, meaning) limit(#name, value, meaning);
#include "limits.def"
  heading("Limits of a run", "Name | Default | Smallest | What it bounds", 4);
#define RUN_LIMIT(name, field, initial, smallest, meaning) run_limit(#name, initial, smallest, meaning);
#include "limits.def"
  return ferror(stdout) != 0;
}
