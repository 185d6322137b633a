/* Attacks on what loads and runs untrusted code: each .oasm file here is assembled, loaded and run, instruction by instruction as it is in the file and as it
 * is run otherwise, and must end both times as its first line says:
 *
 *     ; expect: done 7 | error NAME | stopped NAME | refused WORDS OF THE REPORT
 *     ; fuel: 1000     (optional second line)
 *
 * A file that hangs is ended by the alarm.  Large attacks, which are about time, are written by the tests in this file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../host.h"
#include "code/asm.h"
#include "code/text.h"
#include "code/verify.h"

#define FOLDER "tests/hostile"

static const GcMemory memory = {NULL, plain_alloc, plain_free};

/* -- one run -- */

static const char *kind_name(int kind) {
  switch (kind) {
#define ERROR_KIND(NAME, number, name, catchable, class, message) case number: return name;
#include "errors.def"
  default: return "unknown";
  }
}

/* How the run ends, in the words of an expectation. */
static void describe(Vm *vm, VmStatus status, char *to, size_t room) {
  const char *fault = gc_verify(vm_heap(vm));
  if (fault) snprintf(to, room, "broken heap: %s", fault);
  else if (status == VM_DONE) snprintf(to, room, "done %lld", (long long)vm_result(vm));
  else if (status == VM_ERROR) snprintf(to, room, "error %s", kind_name(vm_error_kind(vm)));
  else if (status == VM_STOPPED) snprintf(to, room, "stopped %s", kind_name((int)vm_stop_kind(vm)));
  else snprintf(to, room, "status %d %s", (int)status, vm_fault(vm) ? vm_fault(vm) : "");
}

static void run(const void *image, size_t size, int exact, uint64_t fuel, char *to, size_t room) {
  uint64_t clock = 0;
  VmHost host = plain_host(&clock);
  VmLimits limits = {.stack_raw = 1 << 16, .stack_ref = 1 << 16, .call_depth = 1000, .heap_bytes = 16 << 20, .array_length = 1 << 20, .fuel = fuel};
  Program program;
  LoadReport why;
  assert_true(program_init(&program, memory));
  program.is_exact = exact;
  if (program_add(&program, image, size, 0, &why)) {
    Vm *vm = vm_new(&program, &host, &limits);
    assert_non_null(vm);
    VmStatus status = vm_start(vm, program_entry(&program), NULL, NULL);
    if (status == VM_DONE) status = vm_run(vm);
    describe(vm, status, to, room);
    vm_free(vm);
  } else snprintf(to, room, "refused %s", why.detail);
  program_free(&program);
}

static void *assemble(const char *name, const char *text, size_t length, size_t *size) {
  AsmReport r;
  void *image;
  if (asm_assemble(text, length, memory, &image, size, &r)) return image;
  print_error("%s:%u:%u: %s %s at '%s'\n", name, r.line, r.column, r.message, r.detail, r.token);
  assert_true(0);
  return NULL;
}

/* -- the files -- */

static char *read_text(const char *path, size_t *length) {
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  char *text = calloc(1, 1 << 20);
  assert_non_null(text);
  *length = fread(text, 1, (1 << 20) - 1, f);
  fclose(f);
  return text;
}

static void check_file(const char *name) {
  char path[512], want[128] = "", have[160];
  snprintf(path, sizeof path, FOLDER "/%s", name);
  size_t length, size;
  char *text = read_text(path, &length), *fuel = strstr(text, "\n; fuel: ");
  assert_int_equal(sscanf(text, "; expect: %127[^\n]", want), 1);
  void *image = assemble(name, text, length, &size);
  for (int exact = 0; exact < 2; exact++) {
    alarm(60);
    run(image, size, exact, fuel ? strtoull(fuel + 9, NULL, 10) : 1000000, have, sizeof have);
    alarm(0);
    if (strcmp(want, have)) print_error("%s%s: %s, not %s\n", name, exact ? " (exact)" : "", have, want);
    assert_string_equal(have, want);
  }
  free(image);
  free(text);
}

static void every_attack_ends_as_it_says(void **unused) {
  (void)unused;
  DIR *folder = opendir(FOLDER);
  assert_non_null(folder);
  unsigned files = 0;
  const char *only = getenv("ORUS_HOSTILE");
  for (struct dirent *e; (e = readdir(folder));) {
    size_t n = strlen(e->d_name);
    if (n < 5 || strcmp(e->d_name + n - 5, ".oasm") || (only && strcmp(only, e->d_name))) continue;
    check_file(e->d_name);
    files++;
  }
  closedir(folder);
  assert_true(files >= (only ? 1u : 6u));
}

/* -- large attacks: modules that are built here, and take minutes or all memory when something is not linear -- */

enum { PLENTY = 60000, EXPORTS = 500000, SECONDS = 60, LONG_NAME = 1 << 20, NAME = 24 };

/* Rows for the sections that these attacks use; `module` points to them, and a test fills in the counts. */
typedef struct Attack {
  OrbcInfo info;
  OrbcModule module;
  uint32_t *ends;
  char *bytes;
  OrbcType *types;
  OrbcItem *items;
  OrbcImport *imports;
  OrbcFunction *functions;
  OrbcExport *exports;
  uint64_t *code;
  void *image;
  size_t size;
} Attack;

static void *rows(size_t count, size_t size) {
  void *block = calloc(count, size);
  assert_non_null(block);
  return block;
}

/* Type 32 is fn(). */
static Attack *open_attack(size_t most_rows, size_t most_bytes) {
  Attack *a = rows(1, sizeof *a);
  OrbcModule *m = &a->module;
  a->info = (OrbcInfo){0, ORBC_NONE, 0};
  m->info = &a->info, m->info_count = 1;
  m->string_ends = a->ends = rows(most_rows, sizeof *a->ends), m->string_ends_count = 1;
  m->string_bytes = a->bytes = rows(most_bytes, 1);
  m->types = a->types = rows(most_rows, sizeof *a->types);
  m->items = a->items = rows(most_rows, sizeof *a->items);
  m->imports = a->imports = rows(most_rows, sizeof *a->imports);
  m->functions = a->functions = rows(most_rows, sizeof *a->functions);
  m->exports = a->exports = rows(most_rows, sizeof *a->exports);
  m->code = a->code = rows(most_rows * 16, sizeof *a->code);
  a->types[m->types_count++] = (OrbcType){.kind = KIND_FN};
  return a;
}

static uint32_t add_string(Attack *a, const char *text, size_t n) {
  OrbcModule *m = &a->module;
  memcpy(a->bytes + m->string_bytes_count, text, n);
  m->string_bytes_count += (uint32_t)n;
  a->ends[m->string_ends_count] = m->string_bytes_count;
  return m->string_ends_count++;
}

static uint32_t add_name(Attack *a, uint32_t number) {
  char text[NAME + 1];
  snprintf(text, sizeof text, "%0*u", NAME, number);
  return add_string(a, text, NAME);
}

static uint32_t add_long_name(Attack *a) {
  char *text = rows(LONG_NAME, 1);
  memset(text, 'x', LONG_NAME);
  uint32_t string = add_string(a, text, LONG_NAME);
  free(text);
  return string;
}

/* A function of type fn() that calls `count` times function `callee`, and returns. */
static void add_function(Attack *a, uint32_t callee, uint32_t count) {
  OrbcModule *m = &a->module;
  a->functions[m->functions_count++] = (OrbcFunction){.type = ORBC_FIRST_MODULE_TYPE, .first_code = m->code_count, .code = count + 1};
  for (uint32_t i = 0; i < count; i++) a->code[m->code_count++] = insn_make(OP_CALL, 0, 0, callee);
  a->code[m->code_count++] = insn_make(OP_RET, 0, 0, 0);
}

/* Adds what was built, `times` times; the image lives until close_attack(). */
static void add_attack(Program *p, Attack *a, unsigned times) {
  LoadReport why;
  a->size = orbc_size(&a->module);
  a->image = aligned_alloc(8, (a->size + 7) & ~(size_t)7);
  assert_non_null(a->image);
  orbc_write(&a->module, a->image);
  while (times--)
    if (!program_add(p, a->image, a->size, 0, &why)) fail_msg("%s: %s row %u: %s", load_error_message(why.error), orbc_section_name(why.section), why.row, why.detail);
}

static void close_attack(Attack *a) {
  free(a->ends), free(a->bytes), free(a->types), free(a->items), free(a->imports), free(a->functions), free(a->exports), free(a->code);
  free(a->image);
  free(a);
}

static void open_program(Program *p) {
  assert_true(program_init(p, memory));
  alarm(SECONDS);
}

static void close_program(Program *p) {
  program_free(p);
  alarm(0);
}

/* What is imported is exported last, so nobody finds it soon. */
static void many_imports_of_many_exports(void **unused) {
  (void)unused;
  Attack *library = open_attack(EXPORTS + 8, (size_t)NAME * EXPORTS), *user = open_attack(PLENTY + 8, (size_t)NAME * PLENTY);
  Program p;
  open_program(&p);
  add_function(library, 0, 0);
  for (uint32_t i = 0; i < EXPORTS; i++) library->exports[library->module.exports_count++] = (OrbcExport){add_name(library, i), 0};
  for (uint32_t i = 0; i < PLENTY; i++) user->imports[user->module.imports_count++] = (OrbcImport){0, add_name(user, EXPORTS - 1 - i), ORBC_FIRST_MODULE_TYPE, 0};
  add_attack(&p, library, 1);
  add_attack(&p, user, 1);
  for (uint32_t i = 0; i < PLENTY; i++) assert_int_equal(module_function(&p.modules[1], i), module_function(&p.modules[0], 0));
  close_program(&p);
  close_attack(library);
  close_attack(user);
}

/* One long string as the name of each type, each field, each import: the file is short, but says much. */
static void one_long_name_for_everything(void **unused) {
  (void)unused;
  Attack *a = open_attack(PLENTY + 8, LONG_NAME), *user = open_attack(PLENTY + 8, LONG_NAME);
  Program p;
  open_program(&p);
  uint32_t name = add_long_name(a), user_name = add_long_name(user);
  for (uint32_t i = 0; i < PLENTY; i++) {
    a->items[a->module.items_count] = (OrbcItem){name, TYPE_I32};
    a->types[a->module.types_count++] = (OrbcType){.kind = KIND_STRUCT, .name = name, .first_item = a->module.items_count++, .items = 1};
    user->imports[user->module.imports_count++] = (OrbcImport){0, user_name, ORBC_FIRST_MODULE_TYPE, 0};
  }
  add_function(a, 0, 0);
  a->exports[a->module.exports_count++] = (OrbcExport){name, 0};
  add_attack(&p, a, 2); /* the second time the types are compared */
  add_attack(&p, user, 1);
  assert_int_equal(p.types_count, ORBC_FIRST_MODULE_TYPE + 1 + PLENTY);
  for (uint32_t i = 0; i < PLENTY; i++) assert_int_equal(module_function(&p.modules[2], i), module_function(&p.modules[0], 0));
  close_program(&p);
  close_attack(a);
  close_attack(user);
}

/* As many modules as there may be, one of which has as many types and functions as a program may have. */
static void many_modules(void **unused) {
  (void)unused;
  Attack *little = open_attack(8, 64), *large = open_attack(PLENTY + 8, (size_t)NAME * PLENTY);
  Program p;
  LoadReport why;
  open_program(&p);
  for (uint32_t i = 1; i < PLENTY; i++) large->types[large->module.types_count++] = (OrbcType){.kind = KIND_STRUCT, .name = add_name(large, i)};
  for (uint32_t i = 0; i < PLENTY; i++) add_function(large, 0, 0);
  add_attack(&p, large, 1);
  add_attack(&p, little, FILE_LIMIT_MODULES - 1);
  for (uint32_t i = 0; i < PLENTY; i++) assert_ptr_equal(p.functions[i].module, &p.modules[0]);
  assert_false(program_add(&p, little->image, little->size, 0, &why));
  assert_int_equal(why.error, LOAD_LIMIT);
  assert_string_equal(why.detail, "modules of the program");
  close_program(&p);
  close_attack(little);
  close_attack(large);
}

/* What is numbered through all modules must not wrap around.  So many cannot be added here; the counts are set instead. */
static void numbers_of_a_program_do_not_wrap_around(void **unused) {
  (void)unused;
  Attack *a = open_attack(8, 64);
  static const uint32_t globals[2] = {TYPE_I32, TYPE_STRING};
  Program p;
  LoadReport why;
  open_program(&p);
  a->module.globals_raw = &globals[0], a->module.globals_raw_count = 1;
  a->module.globals_ref = &globals[1], a->module.globals_ref_count = 1;
  add_attack(&p, a, 1);
  uint32_t *counts[] = {&p.strings_count, &p.globals_raw_count, &p.globals_ref_count};
  for (unsigned i = 0; i < 3; i++) {
    *counts[i] = UINT32_MAX;
    assert_false(program_add(&p, a->image, a->size, 0, &why));
    assert_int_equal(why.error, LOAD_LIMIT);
    *counts[i] = 1;
  }
  assert_true(program_add(&p, a->image, a->size, 0, &why));
  close_program(&p);
  close_attack(a);
}

/* -- expansion -- */

enum { CALLS = 13, LEVELS = 5 }; /* as many calls as a function may have that is expanded everywhere; as deep as it goes */

static const FuncCode *linked(const Program *p, uint32_t function) {
  assert_int_equal(program_link(p, &p->functions[function]), 1);
  return func_head(code_at(p->codes, function));
}

/* Adds the module, and checks that its private code is as much as docs/internals/machine.md says at most, expanded, and the same in whatever order it is made. */
static void check_growth(Attack *a) {
  Program p, backwards;
  LoadReport why;
  open_program(&p);
  open_program(&backwards);
  add_attack(&p, a, 1);
  assert_true(program_add(&backwards, a->image, a->size, 0, &why));
  for (uint32_t i = backwards.functions_count; i-- > 0;) linked(&backwards, i);
  const OrbcModule *m = &p.modules[0].view;
  size_t code = 0, expanded = 0;
  for (uint32_t i = 0; i < p.functions_count; i++) {
    const FuncCode *head = linked(&p, i), *other = linked(&backwards, i);
    code += head->length;
    expanded += head->sites_count - 1;
    assert_int_equal(other->length, head->length);
    assert_memory_equal(other + 1, head + 1, head->length * sizeof(uint64_t));
  }
  assert_true(expanded > 0);
  assert_true(code <= (size_t)4 * m->code_count + 65536);
  assert_true(expanded * 5 <= (size_t)3 * m->code_count + 65536);
  close_program(&backwards);
  close_program(&p);
}

/* Thirteen calls of what makes thirteen calls, and so on down to a function that does nothing: it leaves nothing behind, but who expands it does not come back. */
static void expansions_of_nothing(void **unused) {
  (void)unused;
  Attack *a = open_attack(PLENTY, 64);
  add_function(a, 0, 0);
  for (uint32_t level = 0; level < LEVELS; level++) add_function(a, level, CALLS);
  for (uint32_t i = 0; i < PLENTY / 2; i++) add_function(a, LEVELS - 1, CALLS);
  check_growth(a);
  close_attack(a);
}

/* Each function may become longer than it was by a constant; all together may not become so many times longer. */
static void many_functions_that_grow(void **unused) {
  (void)unused;
  Attack *a = open_attack(PLENTY, 64);
  add_function(a, 0, CALLS); /* calls itself, which is not expanded */
  while (a->module.functions_count < PLENTY) add_function(a, 0, CALLS);
  check_growth(a);
  close_attack(a);
}

/* A return in the middle becomes two instructions. */
static void many_returns(void **unused) {
  (void)unused;
  Attack *a = open_attack(PLENTY + 8, 64);
  OrbcModule *m = &a->module;
  static const uint32_t locals[] = {TYPE_I32, TYPE_I32};
  a->items[m->items_count++] = (OrbcItem){0, TYPE_I32};
  a->types[m->types_count++] = (OrbcType){.kind = KIND_FN, .items = 1};
  a->functions[m->functions_count++] = (OrbcFunction){.type = ORBC_FIRST_MODULE_TYPE + 1, .raw_locals = 2, .code = CALLS};
  m->local_types = locals, m->local_types_count = 2;
  for (uint32_t i = 0; i < CALLS; i++) a->code[m->code_count++] = insn_make(OP_RETR, 1, 0, 0);
  while (m->functions_count < PLENTY) {
    add_function(a, 0, CALLS);
    a->functions[m->functions_count - 1].raw_temps = 2;
    a->functions[m->functions_count - 1].first_local = 2;
  }
  check_growth(a);
  close_attack(a);
}

/* -- running -- */

/* A function of type fn() -> i32 that throws `throws` times, and goes on behind each; and handlers that do not cover where.  `pad`: instructions in front. */
static void add_thrower(Attack *a, int16_t throws, uint32_t pad) {
  static const uint32_t locals[] = {TYPE_I32, TYPE_ERROR};
  OrbcModule *m = &a->module;
  m->local_types = locals, m->local_types_count = 2;
  a->items[m->items_count++] = (OrbcItem){0, TYPE_I32};
  a->types[m->types_count++] = (OrbcType){.kind = KIND_FN, .items = 1};
  while (m->code_count < pad) a->code[m->code_count++] = insn_make(OP_LDI, 0, 0, TYPE_I32);
  const uint64_t body[] = {insn_make(OP_NEW, 0, 0, TYPE_ERROR), insn_make(OP_ADDI_I32, 0, 0, 1), insn_make(OP_LDI, 1, (uint16_t)throws, TYPE_I32),
                           insn_make(OP_LT_S, 1, 0, 1), insn_make_wide(OP_JF, 1, 1), insn_make(OP_THROW, 0, 0, 0), insn_make(OP_RETR, 0, 0, 0)};
  memcpy(a->code + m->code_count, body, sizeof body);
  m->code_count += sizeof body / sizeof body[0];
  a->functions[m->functions_count++] = (OrbcFunction){.type = ORBC_FIRST_MODULE_TYPE + 1, .raw_locals = 1, .ref_locals = 1, .raw_temps = 1, .code = m->code_count, .handlers = m->handlers_count};
  a->info.entry = 0;
}

/* Each time past as many handlers for something else as a function may have. */
static void many_handlers(void **unused) {
  (void)unused;
  enum { TIMES = 30000, RUNS = 100 };
  Attack *a = open_attack(8, 64);
  static OrbcHandler handlers[FILE_LIMIT_HANDLERS];
  for (uint32_t i = 0; i < FILE_LIMIT_HANDLERS - 1; i++) handlers[i] = (OrbcHandler){0, 1, 1, 0};
  handlers[FILE_LIMIT_HANDLERS - 1] = (OrbcHandler){5, 6, 1, 0};
  a->module.handlers = handlers, a->module.handlers_count = FILE_LIMIT_HANDLERS;
  add_thrower(a, TIMES, 0);
  Program p;
  char end[160];
  open_program(&p);
  add_attack(&p, a, 1);
  for (int i = 0; i < RUNS; i++) {
    run(a->image, a->size, 0, 0, end, sizeof end);
    assert_string_equal(end, "done 30000");
  }
  close_program(&p);
  close_attack(a);
}

/* The first of the file that covers an instruction is its handler, however they overlap. */
static void handlers_that_overlap(void **unused) {
  (void)unused;
  enum { CODE = 100, HANDLERS = 12 };
  uint64_t seed = 1;
  for (int turn = 0; turn < 300; turn++) {
    Attack *a = open_attack(CODE, 64);
    OrbcHandler handlers[HANDLERS];
    for (uint32_t i = 0; i < HANDLERS; i++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      uint32_t start = (uint32_t)(seed >> 33) % CODE, most = i < HANDLERS / 2 ? 10 : CODE, left = CODE - start;
      handlers[i] = (OrbcHandler){start, start + 1 + (uint32_t)(seed >> 43) % (left < most ? left : most), i, 0};
    }
    a->module.handlers = handlers, a->module.handlers_count = HANDLERS;
    add_thrower(a, 0, CODE - 7);
    Program p;
    open_program(&p);
    p.is_exact = 1;
    add_attack(&p, a, 1);
    const FuncCode *head = linked(&p, 0);
    const OrbcHandler *ranges = func_handlers(head);
    uint32_t count = head->handlers_count;
    for (uint32_t i = 0, k = 0; i < CODE; i++) {
      uint32_t want = 0;
      while (want < HANDLERS && (i < handlers[want].start || i >= handlers[want].end)) want++;
      while (k < count && ranges[k].end <= i) k++;
      int covered = k < count && ranges[k].start <= i;
      assert_int_equal(covered ? ranges[k].target : HANDLERS, want);
    }
    close_program(&p);
    close_attack(a);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_attack_ends_as_it_says), cmocka_unit_test(many_imports_of_many_exports), cmocka_unit_test(one_long_name_for_everything),
      cmocka_unit_test(many_modules), cmocka_unit_test(numbers_of_a_program_do_not_wrap_around),
      cmocka_unit_test(expansions_of_nothing), cmocka_unit_test(many_functions_that_grow), cmocka_unit_test(many_returns), cmocka_unit_test(many_handlers), cmocka_unit_test(handlers_that_overlap),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
