/* The assembler: text becomes a module that reader and verifier accept and that runs; what is wrong is refused at its line and column; memory may run
 * out at any allocation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#undef fail
#include "../memory.h"
#include "code/asm.h"
#include "code/verify.h"
#include "vm/vm.h"

static uint64_t world_now(void *ctx) { return (uint64_t)((CountedMemory *)ctx)->outstanding; }
static void world_close(void *ctx, int64_t handle) { (void)ctx, (void)handle; }

/* Every directive and most operand formats. */
static const char everything[] =
    "; a module with one of each\n"
    "strings { \"main\" }\n"
    "module everything\n"
    "grants 0x3\n"
    "entry main\n"
    "constants { i64 -1, f64 1.5, char 'x' }\n"
    "type Point = struct { x: f64, y: f64, name: string }\n"
    "type Tree = enum { Leaf, Node }\n"
    "type Leaf = variant 0 of Tree {}\n"
    "type Node = variant 1 of Tree { left: Tree, right: Tree }\n"
    "type Int = box[i32]\n"
    "type Show = trait { show: fn() -> string }\n"
    "type Counter = closure count(i32) -> i32 { box: Int }\n"
    "type Points = list[Point]\n"
    "import print from \"std.io\"(string)\n"
    "global total: i64\n"
    "global last: Point\n"
    "export main\n"
    "export \"the main one\" = main\n"
    "impl Show for Point { show }\n"
    "interface \"00ff\"\n"
    "templates \"7f\"\n"
    "fn show(Point) -> string { getfp p1, p0, name of Point\n retp p1 }\n"
    "fn count(n: i32) -> i32 of Counter {\n"
    "  local p1: Int\n"
    "  getfp p1, p0, box of Counter\n"
    "  unbox r1, p1\n"
    "  add_i32 r0, r0, r1\n"
    "  retr r0\n"
    "}\n"
    "fn main() -> i32 {\n"
    "  file \"everything.oasm\"\n"
    "  local r0: i32\n"
    "  local r1: f64\n"
    "  local p0: Point\n"
    "  local p1: Error\n"
    "  local p2: Tree\n"
    "  local p3: array[u8]\n"
    "  temps 4, 4\n"
    "  handler start to end at caught, p1\n"
    "  name i r0 start to end\n"
    "start:\n"
    "  line 3:5\n"
    "  ldi r0, 20, i32\n"
    "  ldk r1, f64 0x1.8p+3\n"
    "  new p0, Point\n"
    "  setf p0, r1, x of Point\n"
    "  lds p4, \"text\"\n"
    "  setfp p0, p4, name of Point\n"
    "  setgp p0, last\n"
    "  ldk r2, i64 0x10\n"
    "  setg r2, total\n"
    "  ldi r2, 3, i32\n"
    "  new_list p4, r2, Points\n"
    "  lpushp r3, p4, p0\n"
    "  new_array p3, r2, array[u8]\n"
    "  new p4, Counter\n"
    "  ldi r3, 22, i32\n"
    "  box p5, r3, Int\n"
    "  setfp p4, p5, box of Counter\n"
    "  movp p4, p4\n"
    "  mov r2, r0\n"
    "  call_fn r2, p4, fn(i32) -> i32\n"
    "  mov r0, r2\n"
    "  movp p4, p0\n"
    "  call r2, p4, show\n"
    "  service r3, r0, stat_memory\n"
    "  switch r0, 2\n"
    "  jmp end\n"
    "  jmp out\n"
    "  jnnull p0, out\n"
    "end:\n"
    "  unreachable\n"
    "caught: throw p1\n"
    "out:\n"
    "  retr r0\n"
    "}\n";

static void *assemble(const char *text, size_t *size, AsmReport *report) {
  CountedMemory w = {0};
  void *image;
  GcMemory memory = counted_memory(&w);
  if (!asm_assemble(text, strlen(text), memory, &image, size, report)) {
    assert_int_equal(w.outstanding, 0);
    return NULL;
  }
  assert_int_equal(w.outstanding, 1);
  return image;
}

static void *assembled(const char *text, size_t *size, OrbcModule *m) {
  AsmReport report;
  LoadReport why;
  void *image = assemble(text, size, &report);
  if (!image) print_error("%u:%u: %s %s\n", report.line, report.column, report.message, report.detail);
  assert_non_null(image);
  assert_true(orbc_read(image, *size, m, &why));
  void *scratch = malloc(verify_scratch_size(m));
  assert_non_null(scratch);
  int ok = verify_module(m, ~(uint64_t)0, scratch, NULL, &why);
  if (!ok) print_error("verifier: %s, row %u\n", why.detail, why.row);
  assert_true(ok);
  free(scratch);
  return image;
}

static void every_directive_gives_its_rows(void **unused) {
  (void)unused;
  size_t size;
  OrbcModule m;
  void *image = assembled(everything, &size, &m);
  uint32_t n;
  assert_memory_equal(orbc_string(&m, 1, &n), "main", 4); /* the strings block numbers strings */
  assert_memory_equal(orbc_string(&m, m.info->name, &n), "everything", 10);
  assert_int_equal(m.info->grants, 3);
  assert_int_equal(m.info->entry, 3); /* behind the import */
  assert_int_equal(m.constants_count, 5);
  assert_int_equal(m.constants[3].bits, 0x4028000000000000u);
  assert_int_equal(m.types_count, 13); /* eight declared, five spelled */
  assert_int_equal(m.types[6].kind, KIND_CLOSURE);
  assert_int_equal(m.types[6].number, 2);
  assert_int_equal(m.imports_count, 1);
  assert_int_equal(m.exports_count, 2);
  assert_int_equal(m.exports[1].function, 3);
  assert_int_equal(m.impls[0].type, 32);
  assert_int_equal(m.interface_bytes_count, 2);
  assert_int_equal(m.interface_bytes[1], 0xff);
  assert_int_equal(m.handlers[0].target, m.handlers[0].end + 1);
  assert_int_equal(m.lines[0].line, 3);
  assert_int_equal(m.lines[0].column, 5);
  assert_int_equal(m.locals[0].end, m.handlers[0].end);
  assert_int_equal(m.functions[0].raw_temps, 0); /* counted from the registers */
  assert_int_equal(m.functions[0].ref_temps, 1);
  assert_int_equal(m.functions[2].raw_temps, 4);
  free(image);
}

static int64_t run(const char *text) {
  CountedMemory w = {0};
  size_t size;
  OrbcModule m;
  Program program;
  LoadReport why;
  VmLimits limits = {.fuel = 100000};
  VmHost host = {.ctx = &w, .memory = counted_memory(&w), .now_ns = world_now, .close = world_close};
  void *image = assembled(text, &size, &m);
  assert_true(program_init(&program, host.memory));
  assert_true(program_add(&program, image, size, ~(uint64_t)0, &why));
  Vm *vm = vm_new(&program, &host, &limits);
  assert_non_null(vm);
  assert_int_equal(vm_start(vm, program_entry(&program), NULL, NULL), VM_DONE);
  assert_int_equal(vm_run(vm), VM_DONE);
  int64_t result = vm_result(vm);
  vm_free(vm);
  program_free(&program);
  free(image);
  return result;
}

static void a_loop_and_a_recursion(void **unused) {
  (void)unused;
  assert_int_equal(run("entry main\n"
                       "fn fib(n: i32) -> i32 {\n"
                       "  ldi r1, 2, i32\n  lt_s r1, r0, r1\n  jf r1, more\n  retr r0\n"
                       "more:\n  addi_i32 r2, r0, -1\n  call r2, p0, fib\n  mov r1, r2\n  addi_i32 r2, r0, -2\n  call r2, p0, fib\n"
                       "  add_i32 r1, r1, r2\n  retr r1\n"
                       "}\n"
                       "fn main() -> i32 { ldi r0, 15, i32\n call r0, p0, fib\n retr r0 }\n"),
                   610);
}

/* p8 and p9 are written by one call and read by another, so no operand names them; they are roots all the same.  SERVICE keeps calls from being expanded. */
static void results_that_become_arguments_live(void **unused) {
  (void)unused;
#define GARBAGE "  service r1, r0, gc_collect\n  new p0, S\n  setf p0, r2, x of S\n  new p0, S\n  setf p0, r2, x of S\n"
  assert_int_equal(run("entry main\n"
                       "type S = struct { x: i32 }\n"
                       "fn make() -> (S, S) {\n"
                       "  ldi r0, 1, i64\n  service r0, r0, gc_enable\n"
                       "  new p0, S\n  ldi r0, 40, i32\n  setf p0, r0, x of S\n  new p1, S\n  ldi r0, 2, i32\n  setf p1, r0, x of S\n  retn r0, p0\n"
                       "}\n"
                       "fn sum(a: S, b: S) -> i32 {\n"
                       "  ldi r1, 1, i64\n  service r1, r1, gc_enable\n  getf r0, p0, x of S\n  getf r1, p1, x of S\n  add_i32 r0, r0, r1\n  retr r0\n"
                       "}\n"
                       "fn main() -> i32 {\n"
                       "  temps 4, 12\n"
                       "  call r0, p8, make\n"
                       "  ldi r0, 0, i64\n  ldi r2, 7, i32\n" GARBAGE GARBAGE GARBAGE
                       "  call r0, p8, sum\n  retr r0\n"
                       "}\n"),
                   42);
#undef GARBAGE
}

/* RETN, SNEW, ACOPY and AFILL name the first of several registers; the others are read, too, and are 0 when nobody wrote them. */
static void locals_behind_a_named_one_are_zero(void **unused) {
  (void)unused;
#define DIRTY "fn dirty() {\n  temps 8, 1\n  ldi r0, 1, i64\n  service r0, r0, gc_enable\n" \
              "  ldi r0, 99, i32\n  ldi r1, 99, i32\n  ldi r2, 99, i32\n  ldi r3, 99, i32\n  ldi r4, 99, i32\n  ldi r5, 99, i32\n  ret\n}\n"
#define FIVE "  local r0: i32\n  local r1: i32\n  local r2: i32\n  local r3: i32\n  local r4: i32\n"
  assert_int_equal(run("entry main\n" DIRTY "fn two() -> (i32, i32) {\n" FIVE "  retn r3, p0\n}\n"
                       "fn main() -> i32 {\n  temps 8, 1\n  call r0, p0, dirty\n  call r0, p0, two\n  retr r1\n}\n"),
                   0);
  assert_int_equal(run("entry main\n" DIRTY "fn text() -> i32 {\n" FIVE "  ldi r5, 100, i32\n  new_array p0, r5, array[u8]\n  snew p1, p0, r3\n  slen r5, p1\n  retr r5\n}\n"
                       "fn main() -> i32 {\n  temps 8, 1\n  call r0, p0, dirty\n  call r0, p0, text\n  retr r0\n}\n"),
                   0);
#undef DIRTY
#undef FIVE
}

/* An expanded function whose parameters are a window: they must stay beside each other, whatever they were copied from. */
static void a_window_of_parameters_stays_together(void **unused) {
  (void)unused;
  assert_int_equal(run("entry main\n"
                       "fn cut(b: array[u8], at: i32, n: i32) -> string {\n  snew p1, p0, r0\n  retp p1\n}\n"
                       "fn fill(b: array[i32], at: i32, n: i32, v: i32) { afill r0, p0\n  ret\n}\n"
                       "fn main() -> i32 {\n"
                       "  local r0: i32\n  local r1: i32\n  local r2: i32\n  local r3: i32\n  local r4: i32\n  local p0: array[u8]\n  local p1: array[i32]\n"
                       "  ldi r0, 1, i32\n  ldi r1, 2, i32\n  ldi r2, 3, i32\n  ldi r3, 50, i32\n  ldi r4, 4, i32\n"
                       "  new_array p0, r3, array[u8]\n  new_array p1, r3, array[i32]\n"
                       "  mov r5, r0\n  mov r6, r2\n  movp p2, p0\n  call r5, p2, cut\n  slen r5, p2\n  mov r0, r5\n" /* 3 bytes from 1 on */
                       "  mov r5, r1\n  mov r6, r4\n  mov r7, r3\n  movp p2, p1\n  call r5, p2, fill\n"                     /* 4 times 50, from 2 on */
                       "  ldi r5, 5, i32\n  aget r6, p1, r5\n  add_i32 r0, r0, r6\n  ldi r5, 6, i32\n  aget r6, p1, r5\n  add_i32 r0, r0, r6\n  retr r0\n}\n"),
                   53);
}

/* What is wrong, where, and what is said. */
static void mistakes_are_reported_with_their_place(void **unused) {
  (void)unused;
  static const struct {
    const char *text;
    AsmError error;
    uint32_t line, column;
    const char *message;
  } table[] = {
      {"module", ASM_SYNTAX, 1, 7, "a name was expected"},
      {"nonsense\n", ASM_SYNTAX, 1, 1, "a declaration was expected"},
      {"module m\nmodule n x\n", ASM_SYNTAX, 2, 10, "the end of the line was expected"},
      {"strings { \"a\n\" }\n", ASM_SYNTAX, 1, 11, "the string does not end on its line"},
      {"strings { \"\\q\" }\n", ASM_SYNTAX, 1, 11, "unknown escape: \\n \\t \\r \\0 \\\" \\\\ \\x7f \\u{1f600}"},
      {"strings { \"\xff\" }\n", ASM_SYNTAX, 1, 11, "the string is not UTF-8"},
      {"strings { \"a\"", ASM_SYNTAX, 1, 14, "the closing brace is missing"},
      {"type T = i32\n", ASM_SYNTAX, 1, 10, "struct, enum, variant, array, list, fn, closure, box, trait or weak was expected"},
      {"type T = struct { x: U }\n", ASM_NAME, 1, 22, "nothing declares this type"},
      {"type T = list[i32\n", ASM_SYNTAX, 1, 18, "] was expected"},
      {"type T = struct {}\ntype T = struct {}\nglobal g: T\n", ASM_NAME, 3, 11, "the name is declared more than once: write #number"},
      {"global g: i32\nglobal g: i64\n", ASM_NAME, 2, 8, "the global is declared already"},
      {"constants { i8 128 }\n", ASM_RANGE, 1, 16, "the number is out of the range of its type"},
      {"constants { string 1 }\n", ASM_SYNTAX, 1, 13, "a constant has a raw type"},
      {"entry main\n", ASM_NAME, 1, 7, "nothing declares this function"},
      {"export f\n", ASM_NAME, 1, 8, "no one function has this name: write = FUNCTION"},
      {"interface \"0\"\n", ASM_SYNTAX, 1, 11, "each byte needs two hexadecimal digits"},
      {"grants -1\n", ASM_RANGE, 1, 8, "the number does not fit here"},
      {"fn f() {\n  mov r0\n}\n", ASM_SYNTAX, 2, 9, ", and another operand were expected"},
      {"fn f() {\n  mov r0, p0\n}\n", ASM_SYNTAX, 2, 11, "a raw register (r0, r1, ...) was expected"},
      {"fn f() {\n  mov r0, r70000\n}\n", ASM_SYNTAX, 2, 11, "a raw register (r0, r1, ...) was expected"},
      {"fn f() {\n  movp p0, r0\n}\n", ASM_SYNTAX, 2, 12, "a reference register (p0, p1, ...) was expected"},
      {"fn f() {\n  fly r0\n}\n", ASM_NAME, 2, 3, "there is no such instruction"},
      {"fn f() {\n  ret r0\n}\n", ASM_SYNTAX, 2, 7, "the end of the line was expected"},
      {"fn f() {\n  jmp there\n}\n", ASM_NAME, 2, 7, "the function has no such label"},
      {"fn f() {\nx: nop\nx: ret\n}\n", ASM_NAME, 3, 1, "the function has this label already"},
      {"fn f() {\n  ldi r0, 32768, i32\n}\n", ASM_RANGE, 2, 11, "the number does not fit here"},
      {"fn f() {\n  local r1: i32\n  ret\n}\n", ASM_RANGE, 2, 9, "this is not the number of the next local"},
      {"fn f() {\n  local r0: string\n  ret\n}\n", ASM_SYNTAX, 2, 13, "a raw type was expected"},
      {"fn f() {\n  line 1:2\n  line 3:4\n  ret\n}\n", ASM_SYNTAX, 3, 8, "the next instruction has a line already"},
      {"fn f() {\n  getf r0, p0, message of Error\n getf r0, p0, nothing of Error\n}\n", ASM_NAME, 3, 15, "the type has no field or method of this name"},
      {"fn f() {\n  call r0, p0, g\n}\n", ASM_NAME, 2, 16, "nothing declares this function"},
      {"fn f() {\n  ret\n", ASM_SYNTAX, 3, 1, "the closing brace is missing"},
      {"\n\nfn f() {\n}\n", ASM_REFUSED, 3, 1, "index out of range"},
      {"type L = list[M]\ntype M = list[i32]\n", ASM_REFUSED, 1, 1, "ill-formed type"},
      {"fn f() {\n  getg r0, nothing\n}\n", ASM_NAME, 2, 12, "nothing declares this raw global"},
      {"fn f() {\n  service r0, r0, nothing\n}\n", ASM_NAME, 2, 19, "there is no such service"},
  };
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    size_t size;
    AsmReport r;
    assert_null(assemble(table[i].text, &size, &r));
    if (r.error != table[i].error || r.line != table[i].line || r.column != table[i].column || (r.error != ASM_REFUSED && strcmp(r.message, table[i].message)))
      print_error("%s -> %d at %u:%u: %s (%s)\n", table[i].text, (int)r.error, r.line, r.column, r.message, r.detail);
    assert_int_equal(r.error, table[i].error);
    assert_int_equal(r.line, table[i].line);
    assert_int_equal(r.column, table[i].column);
    if (r.error != ASM_REFUSED) assert_string_equal(r.message, table[i].message);
  }
}

static void nesting_has_a_limit(void **unused) {
  (void)unused;
  char text[8 * 1000 + 32] = "global g: ";
  size_t size;
  AsmReport r;
  for (int i = 0; i < 1000; i++) strcat(text, "list[");
  assert_null(assemble(text, &size, &r));
  assert_int_equal(r.error, ASM_LIMIT);
}

/* `n` times the same line. */
static char *repeated(const char *line, size_t n) {
  size_t length = strlen(line);
  char *text = malloc(n * length + 1);
  assert_non_null(text);
  for (size_t i = 0; i < n; i++) memcpy(text + i * length, line, length);
  text[n * length] = 0;
  return text;
}

static void limits_of_the_format_are_errors(void **unused) {
  (void)unused;
  static const struct {
    const char *line;
    size_t fits, too_many; /* 0: not tried */
    AsmError error;
  } table[] = {
      {"type T = struct {}\n", FILE_LIMIT_TYPES - ORBC_FIRST_MODULE_TYPE, FILE_LIMIT_TYPES - ORBC_FIRST_MODULE_TYPE + 1, ASM_LIMIT},
      {"fn f() { ret\n}\n", FILE_LIMIT_FUNCTIONS, FILE_LIMIT_FUNCTIONS + 1, ASM_LIMIT},
      {"import f from m()\n", FILE_LIMIT_FUNCTIONS, FILE_LIMIT_FUNCTIONS + 1, ASM_REFUSED},
      {"fn f() {\n temps 8192, 8192\n ret\n}\n", 1, 0, ASM_OK},
      {"fn f() {\n temps 8193, 0\n ret\n}\n", 0, 1, ASM_RANGE},
      {"fn f() {\n mov r8192, r0\n ret\n}\n", 0, 1, ASM_REFUSED},
      {"fn f() {\n jmp #20000000\n}\n", 0, 1, ASM_RANGE},
      {"global g: #70000\n", 0, 1, ASM_RANGE},
      {"fn f() {\n call r0, p0, #65536\n}\n", 0, 1, ASM_RANGE},
  };
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    size_t size;
    AsmReport r;
    char *text = repeated(table[i].line, table[i].fits);
    void *image = assemble(text, &size, &r);
    assert_non_null(image);
    free(image);
    free(text);
    if (!table[i].too_many) continue;
    text = repeated(table[i].line, table[i].too_many);
    assert_null(assemble(text, &size, &r));
    if (r.error != table[i].error) print_error("%s: %d\n", table[i].line, (int)r.error);
    assert_int_equal(r.error, table[i].error);
    free(text);
  }
}

static void memory_may_run_out_anywhere(void **unused) {
  (void)unused;
  for (size_t fail_at = 1;; fail_at++) {
    CountedMemory w = {.fail_at = fail_at};
    size_t size;
    void *image;
    AsmReport r;
    GcMemory memory = counted_memory(&w);
    if (asm_assemble(everything, sizeof everything - 1, memory, &image, &size, &r)) {
      assert_int_equal(w.outstanding, 1);
      assert_true(fail_at > 50); /* it did allocate */
      free(image);
      return;
    }
    assert_int_equal(r.error, ASM_NO_MEMORY);
    assert_int_equal(w.outstanding, 0);
    assert_null(image);
  }
}

/* Text cut off anywhere, and with any one byte changed, is assembled or refused, nothing else (for the sanitizers). */
static void damaged_text_is_refused_or_assembled(void **unused) {
  (void)unused;
  char text[sizeof everything];
  size_t size;
  AsmReport r;
  for (size_t i = 0; i < sizeof everything - 1; i++) {
    memcpy(text, everything, sizeof text);
    text[i] = "\"{}#$:,\n0'\xc3-"[i % 12];
    free(assemble(text, &size, &r));
    text[i] = 0;
    void *image = assemble(text, &size, &r);
    assert_true(image || r.line || r.error == ASM_REFUSED);
    free(image);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_directive_gives_its_rows), cmocka_unit_test(a_loop_and_a_recursion), cmocka_unit_test(results_that_become_arguments_live), cmocka_unit_test(locals_behind_a_named_one_are_zero), cmocka_unit_test(a_window_of_parameters_stays_together),
      cmocka_unit_test(mistakes_are_reported_with_their_place), cmocka_unit_test(nesting_has_a_limit),
      cmocka_unit_test(limits_of_the_format_are_errors),
      cmocka_unit_test(memory_may_run_out_anywhere), cmocka_unit_test(damaged_text_is_refused_or_assembled),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
