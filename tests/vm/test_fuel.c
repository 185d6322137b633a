/* What costs more than its row in spec/opcodes.def says, as docs/bytecode.md ("Fuel") has it: each cost is stated here to the unit, for the frozen instructions
 * one by one and for private code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../assembled.h"
#include "../host.h"

/* Fuel that the program uses up; `result`: what it returns. */
static uint64_t fuel_of(const char *text, int exact, int64_t *result) {
  uint64_t clock = 0;
  VmHost host = plain_host(&clock);
  Program program;
  LoadReport refusal;
  VmStats stats;
  size_t size;
  void *image = assembled(text, &size);
  assert_true(program_init(&program, host.memory));
  program.is_exact = exact;
  if (!program_add(&program, image, size, 0, &refusal)) fail_msg("%s\n%s", refusal.detail, text);
  Vm *vm = vm_new(&program, &host, NULL);
  assert_non_null(vm);
  assert_int_equal(vm_start(vm, program_entry(&program), NULL, NULL), VM_DONE);
  assert_int_equal(vm_run(vm), VM_DONE);
  vm_stats(vm, &stats);
  *result = vm_result(vm);
  vm_free(vm);
  program_free(&program);
  free(image);
  return stats.instructions;
}

static void expect(const char *text, uint64_t cost) {
  for (int exact = 0; exact < 2; exact++) {
    int64_t result;
    uint64_t have = fuel_of(text, exact, &result);
    if (have != cost) fail_msg("%llu units, not %llu%s:\n%s", (unsigned long long)have, (unsigned long long)cost, exact ? " (exact)" : "", text);
  }
}

static const unsigned sizes[] = {0, 1, 7, 8, 63, 64, 65, 127, 128, 1000, 64000};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

/* A program around `body`, in which %u is the size; what it does there costs `fixed`, and one unit for each `per` of the size. */
static void expect_sizes(const char *body, unsigned fixed, unsigned per) {
  char code[512], text[1024];
  for (unsigned i = 0; i < SIZES; i++) {
    snprintf(code, sizeof code, body, sizes[i]);
    snprintf(text, sizeof text,
             "entry main\nexport main\ntype Ints = array[i32]\ntype Texts = array[string]\ntype List = list[i32]\n"
             "fn main() {\n  ldi r9, 32000, i32\n  add_i32 r9, r9, r9\n%s  ret\n}\n", code);
    expect(text, 3 + fixed + sizes[i] / per);
  }
}

static void new_arrays_and_lists_cost_a_unit_for_64_elements(void **unused) {
  (void)unused;
  expect_sizes("  ldk r0, i32 %u\n  new_array p0, r0, Ints\n", 1 + 2, 64);
  expect_sizes("  ldk r0, i32 %u\n  new_array p0, r0, array[u8]\n", 1 + 2, 64);
  expect_sizes("  ldk r0, i32 %u\n  new_array p0, r0, Texts\n", 1 + 2, 64);
  expect_sizes("  ldk r0, i32 %u\n  new_list p0, r0, List\n", 1 + 3, 64);
}

static void copies_and_fills_cost_a_unit_for_8_elements(void **unused) {
  (void)unused;
  enum { ARRAY = 2 + 64000 / 64 };
  expect_sizes("  new_array p0, r9, Ints\n  movp p1, p0\n  ldi r0, 0, i32\n  ldi r1, 0, i32\n  ldk r2, i32 %u\n  acopy r0, p0\n", ARRAY + 4 + 4, 8);
  expect_sizes("  new_array p0, r9, Ints\n  ldi r0, 0, i32\n  ldk r1, i32 %u\n  ldi r2, 5, i32\n  afill r0, p0\n", ARRAY + 3 + 4, 8);
  expect_sizes("  new_array p0, r9, Texts\n  ldnull p1, string\n  ldi r0, 0, i32\n  ldk r1, i32 %u\n  afillp r0, p0\n", ARRAY + 3 + 4, 8);
}

/* The names of a type and of a function, `length` letters long. */
static void names_cost_a_unit_for_64_bytes(void **unused) {
  (void)unused;
  static const unsigned lengths[] = {1, 63, 64, 127, 128, 200};
  char name[256], text[1024];
  for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    unsigned n = lengths[i];
    memset(name, 'N', n);
    name[n] = 0;
    snprintf(text, sizeof text, "entry main\nexport main\ntype %s = struct { x: i32 }\nfn main() {\n  new p0, %s\n  type_name p1, p0\n  ret\n}\n", name, name);
    expect(text, 2 + 5 + n / 64 + 1);
    snprintf(text, sizeof text, "entry %s\nexport %s\nfn %s() {\n  ldi r0, 0, i64\n  frame_text p0, r0, 0\n  frame_number r0, r0, 0\n  ret\n}\n", name, name, name);
    expect(text, 1 + 10 + n / 64 + 5 + 1);
  }
}

/* What is in use afterwards is what counts: the program returns it. */
static void a_collection_costs_a_unit_for_256_bytes(void **unused) {
  (void)unused;
  char text[512];
  for (unsigned i = 0; i < SIZES; i++) {
    snprintf(text, sizeof text,
             "entry main\nexport main\ntype Ints = array[i32]\nfn main() -> i64 {\n  local p0: Ints\n  ldk r0, i32 %u\n  new_array p0, r0, Ints\n"
             "  ldi r0, 0, i64\n  service r0, r0, gc_collect\n  ldi r0, 4, i64\n  service r0, r0, gc_stat\n  retr r0\n}\n", sizes[i]);
    for (int exact = 0; exact < 2; exact++) {
      int64_t in_use;
      uint64_t have = fuel_of(text, exact, &in_use);
      assert_true(in_use >= 4 * (int64_t)sizes[i]);
      assert_int_equal(have, 1 + 2 + sizes[i] / 64 + 1 + 5 + (uint64_t)in_use / 256 + 1 + 5 + 1);
    }
  }
}

/* Function `down` calls itself `depth` times and fails; main catches the error, and may throw it again, which has its trace already. */
static void a_trace_costs_a_unit_for_8_calls(void **unused) {
  (void)unused;
  char text[1024];
  for (unsigned depth = 0; depth < 100; depth++) {
    for (int again = 0; again < 2; again++) {
      snprintf(text, sizeof text,
               "entry main\nexport main\nfn main() {\n  local p0: Error\nstart:\n  ldi r0, %u, i32\n  call r0, p1, down\nend:\n  ret\n"
               "caught:\n  %s\nlast:\n  ret\n  handler start to end at caught, p0\n  handler caught to last at last, p0\n}\n"
               "fn down(i32) {\n  ldi r1, 0, i32\n  eq_i r1, r0, r1\n  jt r1, out\n"
               "  addi_i32 r0, r0, -1\n  mov r1, r0\n  call r1, p0, down\n  ret\nout:\n  unreachable\n}\n",
               depth, again ? "throw p0" : "nop");
      expect(text, 1 + 2 + depth * (3 + 1 + 1 + 2) + 3 + 1 + (depth + 2) / 8 + (again ? 5 : 1) + 1);
    }
  }
}

/* Calls that are expanded, arguments and results that are not copied, returns that become jumps, jumps to jumps and fused branches: all cost what the rows say. */
static void private_code_costs_what_frozen_code_does(void **unused) {
  (void)unused;
  char text[1024];
  for (unsigned n = 1; n < 50; n += 7) {
    snprintf(text, sizeof text,
             "entry main\nexport main\nfn main() -> i32 {\n  local r0: i32\n  local r1: i32\nagain:\n  mov r2, r0\n  ldi r3, 3, i32\n  call r2, p0, larger\n  mov r1, r2\n"
             "  addi_i32 r0, r0, 1\n  ldi r2, %u, i32\n  lt_s r2, r0, r2\n  jt r2, again\n  retr r1\n}\n"
             "fn larger(i32, i32) -> i32 {\n  lt_s r2, r0, r1\n  jt r2, second\n  retr r0\nsecond:\n  jmp over\nover:\n  retr r1\n}\n", n);
    unsigned second = n < 3 ? n : 3;
    expect(text, n * (2 + 2 + 1 + 4) + second * (2 + 1 + 1) + (n - second) * (2 + 1) + 1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(new_arrays_and_lists_cost_a_unit_for_64_elements), cmocka_unit_test(copies_and_fills_cost_a_unit_for_8_elements),
      cmocka_unit_test(names_cost_a_unit_for_64_bytes), cmocka_unit_test(a_collection_costs_a_unit_for_256_bytes),
      cmocka_unit_test(a_trace_costs_a_unit_for_8_calls), cmocka_unit_test(private_code_costs_what_frozen_code_does),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
