/* compiler.c -- host tool: the tables of spec/ as the compiler in Orus needs them, on stdout.  Usage: compiler > compiler/code/opcode.orus */
#include <stdio.h>
#include <string.h>

static void constant(const char *group, const char *name, long long value, const char *meaning) {
  printf("pub %s_%s: i32 := %lld", group, name, value);
  if (meaning) printf("    // %s", meaning);
  putchar('\n');
}

static void heading(const char *title) { printf("\n// ---- %s ----\n\n", title); }

/* Whether the first operand is written and not read. */
static char writes(const char *name, const char *first) {
  if (!strcmp(name, "FMA_F64")) return '.';
  return first[0] == 'W' && strncmp(first, "WIN", 3) ? 'w' : '.';
}

/* Whether the operand is a register, or the first one of a window. */
static int is_register(const char *format) { return !strncmp(format, "WIN", 3) || ((*format == 'W' || *format == 'R') && (format[1] == 'R' || format[1] == 'P')); }

/* What the second or third operand is a number of. */
static char names_row(const char *second, const char *third) {
  static const struct { const char *format; char second, third; } kinds[] = {
      {"TYPE", 'T', 't'}, {"FUNC", 0, 'f'}, {"CONSTR", 'k', 0}, {"CONSTS", 's', 0}, {"GLOBALR", 'g', 0}, {"GLOBALP", 'g', 0}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (!strcmp(third, kinds[i].format)) return kinds[i].third;
    if (!strcmp(second, kinds[i].format)) return kinds[i].second;
  }
  return '.';
}

static const struct { const char *name, *first, *second, *third; } rows[] = {
#define OP(name, a, b, c, flags, cost, meaning) {#name, #a, #b, #c},
#include "opcodes.def"
};

static void opcodes(void) {
  enum { COUNT = sizeof rows / sizeof *rows };
  heading("opcodes");
  for (int i = 0; i < COUNT; i++) constant("OP", rows[i].name, i, NULL);
  printf("\n/// For each opcode: w when its first operand is a register that it writes and does not read.\npub WRITES: string := \"");
  for (int i = 0; i < COUNT; i++) putchar(writes(rows[i].name, rows[i].first));
  fputs("\"\n\n/// For each opcode which operands are registers: 1 for a, 2 for b, 4 for c.\npub REGISTERS: string := \"", stdout);
  for (int i = 0; i < COUNT; i++) putchar('0' + is_register(rows[i].first) + 2 * is_register(rows[i].second) + 4 * is_register(rows[i].third));
  puts("\"\n\n/// For each opcode what an operand is a number of: T type in b, t type in c, f function in c, k constant, s string, g global in the wide operand; else a dot.");
  fputs("pub NUMBERS: string := \"", stdout);
  for (int i = 0; i < COUNT; i++) putchar(names_row(rows[i].second, rows[i].third));
  puts("\"");
}

static void types(void) {
  heading("types");
#define RAW_TYPE(name, number, spelling, size, classes, meaning) constant("TYPE", #name, number, NULL);
#include "objects.def"
#define REF_TYPE(name, number, spelling, meaning) constant("TYPE", #name, number, NULL);
#include "objects.def"
  puts("pub LAST_RAW_TYPE: i32 := 12\npub FIRST_MODULE_TYPE: i32 := 32\n");
#define TYPE_KIND(name, number, keyword, meaning) constant("KIND", #name, number, NULL);
#include "objects.def"
  putchar('\n');
#define ERROR_FIELD(name, number, type, meaning) constant("ERROR", #name, number, NULL);
#include "objects.def"
}

static void sections(void) {
  heading("sections of files");
  int number = 0;
#define SECTION(name, field, row, bytes, meaning) constant("SECTION", #name, number++, NULL);
#include "sections.def"
  const char *before = "\n/// Bytes of a row of each section.\npub ROW_SIZES: [i32] = [";
#define SECTION(name, field, row, bytes, meaning) printf("%s%d", before, bytes), before = ", ";
#include "sections.def"
  puts("]");
}

static void limits(void) {
  heading("limits of files");
#define FILE_LIMIT(name, value, meaning) constant("LIMIT", #name, value, meaning);
#include "limits.def"
}

static void entry(const char *prefix, const char *name, int number) {
  printf("    out[\"%s", prefix);
  for (; *name; name++) putchar(*prefix && *name >= 'A' && *name <= 'Z' ? *name - 'A' + 'a' : *name);
  printf("\"] = %d\n", number);
}

/* Calls that are not for the runtime only. */
static void kernel_call(const char *name, int id, const char *letters) {
  if (strcmp(letters, "-")) entry("", name, id);
}

static void names(void) {
  heading("names");
  puts("/// The run-time services by the names of their intrinsics.\npub fn services() -> Map[string, i32]:\n    out: Map[string, i32] = {}");
#define SERVICE(name, number, meaning) entry("__service_", #name, number);
#include "objects.def"
  puts("    out\n\n/// The kernel calls that programs may make.\npub fn kernel_calls() -> Map[string, i32]:\n    out: Map[string, i32] = {}");
#define KERNEL_CALL(name, id, domain, letters, names, errors, result, meaning) kernel_call(#name, id, letters);
#include "kernel.idl"
  puts("    out");
}

int main(void) {
  puts("//! The machine in tables: opcodes, types, sections, limits, services, kernel calls. Generated from spec/: run `make docs`.");
  opcodes();
  types();
  sections();
  limits();
  names();
  return ferror(stdout) != 0;
}
