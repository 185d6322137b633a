/* Private code that was made beforehand (code/prelinked.h): it runs like code that is linked when it is called, its errors have the same traces, fuel is the same,
 * and where it was not linked for the image is unpacked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../assembled.h"
#include "../host.h"
#include "code/prelinked.h"
#include "code/private.h"

/* `deep` throws in a function that is expanded in it; `main` catches that once and lets the second one go. */
static const char text[] =
    "module guest\n"
    "entry main\n"
    "fn divide(a: i32, b: i32) -> i32 {\n"
    "  div_i32 r2, r0, r1\n  retr r2\n"
    "}\n"
    "fn deep(n: i32) -> i32 {\n"
    "  ldi r1, 100, i32\n  mov r2, r0\n  call r1, p0, divide\n  retr r1\n"
    "}\n"
    "fn main() -> i32 {\n"
    "  local r0: i32\n  local p0: Error\n"
    "  handler start to end at caught, p0\n"
    "start:\n"
    "  ldi r1, 0, i32\n  call r1, p1, deep\n"
    "end:\n"
    "  retr r1\n"
    "caught:\n"
    "  ldi r1, 0, i32\n  call r1, p1, deep\n"
    "  retr r1\n"
    "}\n"
    "export main\n";

/* With a type and a function that another module uses, too. */
static const char shared[] =
    "module guest\n"
    "type Pair = struct { a: i32, b: i32 }\n"
    "fn divide(a: i32, b: i32) -> i32 {\n"
    "  div_i32 r2, r0, r1\n  retr r2\n"
    "}\n"
    "fn make(Pair) -> i32 {\n  getf r0, p0, a of Pair\n  retr r0\n}\n"
    "export divide\n";

typedef struct Run {
  VmStatus status;
  uint64_t fuel;
  uint32_t function[16], pc[16], traced;
} Run;

typedef struct Image {
  void *bytes;
  size_t size;
} Image;

static Image assemble(const char *source) {
  Image image;
  image.bytes = assembled(source, &image.size);
  return image;
}

static void add(Program *p, Image image) {
  LoadReport report;
  if (!program_add_vouched(p, image.bytes, image.size, 0, &report)) fail_msg("%s", report.detail);
}

static void add_words(Program *p, CodeVec words) {
  LoadReport report;
  if (!program_add_built_in(p, words.rows, 0, &report)) fail_msg("%s", report.detail);
}

static Run run(const Program *p) {
  uint64_t clock = 0;
  VmHost host = plain_host(&clock);
  VmStats stats;
  Run r = {0};
  const Func *f;
  Vm *vm = vm_new(p, &host, NULL);
  assert_non_null(vm);
  r.status = vm_start(vm, program_entry(p), NULL, NULL);
  if (r.status == VM_DONE) r.status = vm_run(vm);
  vm_stats(vm, &stats);
  r.fuel = stats.instructions;
  for (; r.status == VM_ERROR && r.traced < 16 && vm_error_frame(vm, vm_error(vm), r.traced, &f, &r.pc[r.traced]); r.traced++) r.function[r.traced] = f->index;
  vm_free(vm);
  return r;
}

/* With all that has been linked. */
static CodeVec collect(const Program *p, Image image) {
  CodeVec words;
  vec_init(&words, plain_memory(), sizeof(uint64_t));
  assert_true(prelinked_put(p, image.bytes, &words));
  return words;
}

static Prelinked *head_of(CodeVec words) { return words.rows; }

static void same_run(const Run *a, const Run *b) {
  assert_int_equal(a->status, b->status);
  assert_int_equal(a->fuel, b->fuel);
  assert_int_equal(a->traced, b->traced);
  assert_memory_equal(a->function, b->function, sizeof a->function);
  assert_memory_equal(a->pc, b->pc, sizeof a->pc);
}

static Program open_program(void) {
  Program p;
  assert_true(program_init(&p, plain_memory()));
  return p;
}

static void it_runs_and_fails_as_if_it_were_linked(void **unused) {
  (void)unused;
  Image image = assemble(text);
  Program linked = open_program(), taken = open_program();
  add(&linked, image);
  Run wanted = run(&linked);
  assert_int_equal(wanted.status, VM_ERROR);
  assert_int_equal(wanted.traced, 3); /* divide, deep, main */
  CodeVec words = collect(&linked, image);
  add_words(&taken, words);
#ifndef ORUS_DEBUG
  assert_non_null(taken.modules[0].prelinked);
#endif
  for (int i = 0; i < 2; i++) {
    Run r = run(&taken);
    same_run(&wanted, &r);
  }
  program_free(&taken);
  program_free(&linked);
  vec_free(&words);
  free(image.bytes);
}

/* Where it was not linked for, it is unpacked, and runs like the image. */
static void elsewhere_it_is_unpacked(void **unused) {
  (void)unused;
  Image image = assemble(text), other = assemble("module other\nentry main\nfn main() -> i32 {\n  ldi r0, 7, i32\n  retr r0\n}\n");
  Program linked = open_program(), second = open_program(), exact = open_program(), foreign = open_program();
  add(&linked, image);
  Run wanted = run(&linked), r;
  CodeVec words = collect(&linked, image);
  add(&second, other);
  add_words(&second, words);
  assert_null(second.modules[1].prelinked);
  assert_non_null(second.modules[1].image);
  assert_int_equal(run(&second).status, wanted.status);
  exact.is_exact = 1;
  add_words(&exact, words);
  assert_null(exact.modules[0].prelinked);
  head_of(words)->opcodes ^= 1; /* those of another machine */
  assert_false(prelinked_fits(words.rows));
  add_words(&foreign, words);
  r = run(&foreign);
  same_run(&wanted, &r);
  assert_memory_equal(foreign.modules[0].image, image.bytes, image.size);
  program_free(&linked);
  program_free(&second);
  program_free(&exact);
  program_free(&foreign);
  vec_free(&words);
  free(image.bytes);
  free(other.bytes);
}

/* What is unpacked must be what was packed. */
static void what_is_damaged_is_refused(void **unused) {
  (void)unused;
  Image image = assemble(text);
  LoadReport report;
  Program linked = open_program(), p = open_program();
  add(&linked, image);
  CodeVec words = collect(&linked, image);
  Packed *packed = (Packed *)(uintptr_t)prelinked_packed(words.rows);
  uint8_t *bytes = (uint8_t *)(packed->starts + packed->functions);
  p.is_exact = 1;
  bytes[packed->bytes - 1] ^= 1;
  assert_false(program_add_built_in(&p, words.rows, 0, &report));
  assert_int_equal(report.error, LOAD_MALFORMED);
  bytes[packed->bytes - 1] ^= 1;
  assert_true(program_add_built_in(&p, words.rows, 0, &report));
  program_free(&linked);
  program_free(&p);
  vec_free(&words);
  free(image.bytes);
}

/* What is not in the table is linked when it is called. */
static void a_part_of_it_is_enough(void **unused) {
  (void)unused;
  Image image = assemble(text);
  Program linked = open_program(), taken = open_program();
  add(&linked, image);
  Run wanted = run(&linked);
  CodeVec words = collect(&linked, image);
  ((PrelinkedFunc *)(void *)(VEC_ROWS(uint64_t, words) + head_of(words)->tables[PRELINKED_FUNCTIONS].at))[1].code = 0; /* that of `deep` */
  add_words(&taken, words);
  Run r = run(&taken);
  same_run(&wanted, &r);
  program_free(&taken);
  program_free(&linked);
  vec_free(&words);
  free(image.bytes);
}

static void *filled(void *ctx, size_t size, size_t align) {
  GcMemory memory = plain_memory();
  void *block = memory.alloc(memory.ctx, size, align);
  if (block) memset(block, *(const uint8_t *)ctx, size);
  return block;
}

/* Whatever stood in the memory before: executables can be made again, byte for byte. */
static void the_same_program_gives_the_same_words(void **unused) {
  (void)unused;
  Image image = assemble(shared);
  CodeVec made[2];
  for (uint8_t i = 0; i < 2; i++) {
    Program p;
    uint8_t stood = i ? 0xee : 0x11;
    assert_true(program_init(&p, (GcMemory){&stood, filled, plain_memory().free}));
    add(&p, image);
    for (uint32_t k = 0; k < p.functions_count; k++) assert_int_equal(program_link(&p, &p.functions[k]), 1);
    made[i] = collect(&p, image);
    program_free(&p);
  }
  assert_int_equal(made[0].count, made[1].count);
  assert_memory_equal(made[0].rows, made[1].rows, made[0].count * sizeof(uint64_t));
  vec_free(&made[0]);
  vec_free(&made[1]);
  free(image.bytes);
}

static const char follower[] =
    "module second\nentry main\nimport divide from guest(i32, i32) -> i32\n"
    "type Pair = struct { a: i32, b: i32 }\n"
    "fn main() -> i32 {\n"
    "  local p0: Pair\n"
    "  new p0, Pair\n  ldi r0, 42, i32\n  setf p0, r0, b of Pair\n"
    "  getf r0, p0, b of Pair\n  ldi r1, 6, i32\n  call r0, p1, divide\n  retr r0\n"
    "}\n";

/* A module behind it: borrowed tables are copied, what is left of the index is made; the words stay as they are. */
static void follow(int indexed) {
  Image image = assemble(shared), second = assemble(follower);
  LoadReport report;
  Program made = open_program(), taken = open_program();
  int added = indexed ? program_add(&made, image.bytes, image.size, 0, &report) : program_add_vouched(&made, image.bytes, image.size, 0, &report);
  assert_true(added);
  for (uint32_t i = 0; i < made.functions_count; i++) assert_int_equal(program_link(&made, &made.functions[i]), 1);
  CodeVec words = collect(&made, image), before;
  vec_init(&before, plain_memory(), sizeof(uint64_t));
  assert_non_null(vec_add(&before, words.rows, words.count));
  add_words(&taken, words);
  if (!program_add(&taken, second.bytes, second.size, 0, &report)) fail_msg("%s", report.detail);
  assert_int_equal(taken.modules[1].types[0], taken.modules[0].types[0]); /* Pair */
  assert_int_equal(run(&taken).status, VM_DONE);
  assert_memory_equal(words.rows, before.rows, words.count * sizeof(uint64_t));
  program_free(&taken);
  program_free(&made);
  vec_free(&words);
  vec_free(&before);
  free(image.bytes);
  free(second.bytes);
}

static void modules_may_follow_it(void **unused) {
  (void)unused;
  follow(0);
  follow(1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_runs_and_fails_as_if_it_were_linked),
      cmocka_unit_test(elsewhere_it_is_unpacked),
      cmocka_unit_test(what_is_damaged_is_refused),
      cmocka_unit_test(a_part_of_it_is_enough),
      cmocka_unit_test(the_same_program_gives_the_same_words),
      cmocka_unit_test(modules_may_follow_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
