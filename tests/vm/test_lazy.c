/* Functions get their private code when they are first called: only then, from any thread, without a difference in fuel; and what goes wrong meanwhile is an
 * error in the caller, after which it may be tried again. */
#define _POSIX_C_SOURCE 200809L /* barriers */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../assembled.h"
#include "../host.h"

/* So many instructions that a function is not expanded where it is called. */
#define LONG "  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n"

#define TYPES                                                                                        \
  "module lazy\nentry main\n"                                                                        \
  "type Number = struct { n: i32 }\ntype Twice = trait { twice: fn(i32) -> i32 }\n"                  \
  "type Add = closure add(i32) -> i32 { x: i32 }\nimpl Twice for Number { twice }\n"

/* 5 + 1, the same by a closure, twice that by a method, and then two calls of what a handler surrounds: 12 + 1 + 1. */
static const char calls[] =
    TYPES
    "export main\nexport leaf\nexport unused\n"
    "fn leaf(i32) -> i32 {\n" LONG "  addi_i32 r0, r0, 1\n  retr r0\n}\n"
    "fn unused() -> i32 {\n" LONG "  ldi r0, 7, i32\n  retr r0\n}\n"
    "fn twice(Number, i32) -> i32 {\n" LONG "  add_i32 r0, r0, r0\n  retr r0\n}\n"
    "fn add(i32) -> i32 of Add {\n  getf r1, p0, x of Add\n  add_i32 r0, r0, r1\n  retr r0\n}\n"
    "fn main() -> i32 {\n"
    "  ldi r0, 5, i32\n  call r0, p0, leaf\n"
    "  new p0, Add\n  call_fn r0, p0, fn(i32) -> i32\n"
    "  new p0, Number\n  cast_ref p0, p0, Twice\n  call_trait r0, p0, twice of Twice\n"
    "  call r0, p0, leaf\n  call r0, p0, leaf\n"
    "  retr r0\n}\n";

/* `kept` calls what the verifier refuses, and returns the kind of the error. */
static const char broken[] =
    TYPES
    "export main\nexport kept\nexport wrong\n"
    "fn twice(Number, i32) -> i32 {\n  retr r0\n}\n"
    "fn add(i32) -> i32 of Add {\n  retr r0\n}\n"
    "fn wrong() -> i32 {\n  word 0xffff\n  retr r0\n}\n"
    "fn main() -> i32 {\n  ldi r0, 3, i32\n  retr r0\n}\n"
    "fn kept() -> i32 {\n  local p0: Error\n"
    "from: call r0, p1, wrong\n  retr r0\n"
    "thrown:\n  getf r0, p0, kind of Error\n  retr r0\n"
    "  handler from to thrown at thrown, p0\n}\n";

typedef struct World {
  CountedMemory memory;
  uint64_t clock;
  Program program;
  void *image;
  size_t size;
  Vm *vm;
} World;

static void new_machine(World *w) {
  VmHost host = plain_host(&w->clock);
  host.memory = counted_memory(&w->memory);
  host.ctx = &w->memory; /* the clock is not asked */
  w->vm = vm_new(&w->program, &host, NULL);
  assert_non_null(w->vm);
}

/* `is_exact`: as for debuggers. */
static void open_world(World *w, const char *text, int vouched, int is_exact) {
  LoadReport report;
  memset(w, 0, sizeof *w);
  w->image = assembled(text, &w->size);
  assert_true(program_init(&w->program, counted_memory(&w->memory)));
  w->program.is_exact = is_exact;
  assert_true(vouched ? program_add_vouched(&w->program, w->image, w->size, 0, &report) : program_add(&w->program, w->image, w->size, 0, &report));
  new_machine(w);
}

static void close_world(World *w) {
  vm_free(w->vm);
  program_free(&w->program);
  free(w->image);
  assert_int_equal(w->memory.outstanding, 0);
}

static const Func *named(const World *w, const char *name) {
  const Func *f = program_find(&w->program, name, strlen(name));
  assert_non_null(f);
  return f;
}

static int is_linked(const World *w, const char *name) { return func_code(&w->program, named(w, name)) != program_stub; }

static VmStatus call(World *w, const char *name) {
  VmStatus status = vm_start(w->vm, named(w, name), NULL, NULL);
  return status == VM_DONE ? vm_run(w->vm) : status;
}

static void only_what_is_called_is_linked(void **unused) {
  (void)unused;
  for (int vouched = 0; vouched < 2; vouched++) {
    World w;
    open_world(&w, calls, vouched, 0);
    assert_false(is_linked(&w, "main"));
    assert_int_equal(vm_start(w.vm, named(&w, "main"), NULL, NULL), VM_DONE);
    assert_true(is_linked(&w, "main"));
    assert_false(is_linked(&w, "leaf"));
    assert_int_equal(vm_run(w.vm), VM_DONE);
    assert_int_equal(vm_result(w.vm), 14);
    assert_true(is_linked(&w, "leaf"));
    assert_false(is_linked(&w, "unused"));
    close_world(&w);
  }
}

/* The run stops wherever fuel can run out, so also when it was about to come to the stub: what is seen then is a function as written. */
static uint64_t fuel_with_stops(World *w, uint64_t step) {
  VmLimits limits = {.fuel = step};
  VmStats stats;
  VmStatus status;
  vm_set_limits(w->vm, &limits);
  assert_int_equal(vm_start(w->vm, named(w, "main"), NULL, NULL), VM_DONE);
  while ((status = vm_run(w->vm)) == VM_STOPPED) {
    const Func *f;
    uint32_t pc, depth = 0;
    for (; vm_frame(w->vm, depth, &f, &pc); depth++) assert_true(pc < f->row->code);
    assert_true(depth > 0);
    limits.fuel += step;
    vm_set_limits(w->vm, &limits);
  }
  assert_int_equal(status, VM_DONE);
  assert_int_equal(vm_result(w->vm), 14);
  vm_stats(w->vm, &stats);
  return stats.instructions;
}

static void linking_costs_no_fuel(void **unused) {
  (void)unused;
  for (int is_exact = 0; is_exact < 2; is_exact++)
    for (uint64_t step = 1; step < 100; step++) {
      World w;
      open_world(&w, calls, 0, is_exact);
      uint64_t first = fuel_with_stops(&w, step), both = fuel_with_stops(&w, step);
      assert_int_equal(both, 2 * first);
      close_world(&w);
    }
}

static void breakpoints_in_what_was_not_called_yet(void **unused) {
  (void)unused;
  World w;
  const Func *f;
  uint32_t pc;
  open_world(&w, calls, 0, 1);
  vm_clear_breakpoint(w.vm, named(&w, "leaf"), 0);
  assert_true(vm_set_breakpoint(w.vm, named(&w, "leaf"), 14));
  for (int times = 0; times < 3; times++) {
    assert_int_equal(times ? vm_run(w.vm) : call(&w, "main"), VM_BREAK);
    assert_true(vm_frame(w.vm, 0, &f, &pc));
    assert_ptr_equal(f, named(&w, "leaf"));
    assert_int_equal(pc, 14);
  }
  assert_int_equal(vm_run(w.vm), VM_DONE);
  assert_int_equal(vm_result(w.vm), 14);
  close_world(&w);
}

/* Memory is out from each request of the run on; afterwards the same machine finds everything as it was. */
static void no_memory_is_an_error_of_the_caller(void **unused) {
  (void)unused;
  unsigned failed = 0;
  for (size_t fail_at = 1;; fail_at++) {
    World w;
    const Func *f;
    uint32_t pc;
    open_world(&w, calls, 0, 0);
    w.memory.allocations = 0;
    w.memory.fail_at = fail_at;
    VmStatus status = call(&w, "main");
    w.memory.fail_at = 0;
    if (status == VM_DONE) {
      close_world(&w);
      break;
    }
    failed++;
    assert_int_equal(status, VM_ERROR);
    assert_int_equal(vm_error_kind(w.vm), ERR_KIND_OUT_OF_MEMORY);
    if (vm_error_frame(w.vm, vm_error(w.vm), 0, &f, &pc)) assert_ptr_equal(f, named(&w, "main"));
    assert_int_equal(call(&w, "main"), VM_DONE);
    assert_int_equal(vm_result(w.vm), 14);
    close_world(&w);
  }
  assert_true(failed > 20);
}

static void what_the_verifier_refuses_is_an_error_of_the_caller(void **unused) {
  (void)unused;
  World w;
  LoadReport report;
  size_t size;
  Program careful;
  void *image = assembled(broken, &size);
  assert_true(program_init(&careful, plain_memory()));
  assert_false(program_add(&careful, image, size, 0, &report)); /* nobody vouches for it: refused as a whole */
  assert_int_equal(report.error, LOAD_BAD_OPCODE);
  program_free(&careful);
  free(image);
  open_world(&w, broken, 1, 0);
  assert_int_equal(call(&w, "main"), VM_DONE);
  assert_int_equal(vm_result(w.vm), 3);
  for (int times = 0; times < 2; times++) {
    assert_int_equal(call(&w, "kept"), VM_DONE);
    assert_int_equal(vm_result(w.vm), ERR_KIND_INVALID_INSTRUCTION);
    assert_int_equal(call(&w, "wrong"), VM_ERROR);
    assert_int_equal(vm_error_kind(w.vm), ERR_KIND_INVALID_INSTRUCTION);
  }
  assert_int_equal(call(&w, "main"), VM_DONE);
  close_world(&w);
}

/* What belongs to a function besides its code is looked at with it. */
static void wrong_parts_of_a_function_are_found_when_it_is_called(void **unused) {
  (void)unused;
  for (int part = 0; part < 2; part++) {
    World w = {0};
    OrbcModule m;
    LoadReport report;
    OrbcHandler handler;
    OrbcFunction rows[8];
    void *image = assembled(broken, &w.size);
    assert_true(orbc_read(image, w.size, &m, &report));
    memcpy(rows, m.functions, m.functions_count * sizeof *rows);
    handler = m.handlers[0];
    if (part) handler.target = 1000;
    else rows[m.functions_count - 1].raw_temps = FILE_LIMIT_REGISTERS + 1;
    m.functions = rows;
    m.handlers = &handler;
    w.image = malloc(w.size);
    assert_non_null(w.image);
    orbc_write(&m, w.image);
    free(image);
    assert_true(program_init(&w.program, counted_memory(&w.memory)));
    assert_false(program_add(&w.program, w.image, w.size, 0, &report));
    assert_true(program_add_vouched(&w.program, w.image, w.size, 0, &report));
    new_machine(&w);
    assert_int_equal(call(&w, "main"), VM_DONE);
    assert_int_equal(call(&w, "kept"), VM_ERROR);
    assert_int_equal(vm_error_kind(w.vm), ERR_KIND_INVALID_INSTRUCTION);
    close_world(&w);
  }
}

/* -- threads -- */

enum { THREADS = 8, FUNCTIONS = 60, TURNS = 20 };

typedef struct Team {
  Program program;
  pthread_barrier_t start;
} Team;

/* f0 calls f1, and so on; a small function is expanded in each.  Where p0 stands the caller left an object, which must be cleared also for the first call. */
static char *chain(void) {
  size_t room = 400 * FUNCTIONS, n = 0;
  char *text = malloc(room);
  assert_non_null(text);
  n += (size_t)snprintf(text, room, "type Node = struct { n: i32 }\nentry f0\n"
                                    "fn small(n: i32) -> i32 {\n  addi_i32 r0, r0, 1\n  retr r0\n}\n"
                                    "fn f%d(n: i32) -> i32 {\n  retr r0\n}\n", FUNCTIONS);
  for (int i = FUNCTIONS; i-- > 0;)
    n += (size_t)snprintf(text + n, room - n,
                          "fn f%d(%s) -> i32 {\n%s  local p0: Node\n  jnnull p0, wrong\n" LONG "  new p1, Node\n  mov r1, r0\n  call r1, p2, small\n"
                          "  call r1, p1, f%d\n  call r1, p1, small\n  retr r1\nwrong:\n  unreachable\n}\n",
                          i, i ? "n: i32" : "", i ? "" : "  local r0: i32\n", i + 1);
  return text;
}

static void *run_team(void *arg) {
  Team *team = arg;
  uint64_t clock = 0;
  VmHost host = plain_host(&clock);
  Vm *vm = vm_new(&team->program, &host, NULL);
  int64_t result = -1;
  pthread_barrier_wait(&team->start);
  if (vm && vm_start(vm, program_entry(&team->program), NULL, NULL) == VM_DONE && vm_run(vm) == VM_DONE) result = vm_result(vm);
  if (vm) vm_free(vm);
  return (void *)(intptr_t)result;
}

static void threads_call_the_same_functions_first(void **unused) {
  (void)unused;
  char *text = chain();
  size_t size;
  void *image = assembled(text, &size);
  for (int turn = 0; turn < TURNS; turn++) {
    Team team;
    LoadReport report;
    pthread_t threads[THREADS];
    assert_true(program_init(&team.program, plain_memory()));
    int added = turn % 2 ? program_add_vouched(&team.program, image, size, 0, &report) : program_add(&team.program, image, size, 0, &report);
    if (!added) fail_msg("row %u: %s", report.row, report.detail);
    assert_int_equal(pthread_barrier_init(&team.start, NULL, THREADS), 0);
    for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, run_team, &team), 0);
    for (int i = 0; i < THREADS; i++) {
      void *result;
      assert_int_equal(pthread_join(threads[i], &result), 0);
      assert_int_equal((intptr_t)result, 2 * FUNCTIONS);
    }
    pthread_barrier_destroy(&team.start);
    program_free(&team.program);
  }
  free(image);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_what_is_called_is_linked), cmocka_unit_test(linking_costs_no_fuel), cmocka_unit_test(breakpoints_in_what_was_not_called_yet),
      cmocka_unit_test(no_memory_is_an_error_of_the_caller), cmocka_unit_test(what_the_verifier_refuses_is_an_error_of_the_caller),
      cmocka_unit_test(wrong_parts_of_a_function_are_found_when_it_is_called), cmocka_unit_test(threads_call_the_same_functions_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
