/* Running programs through the machine's C interface: suspending and going on, limits, the debugger, and memory that runs out anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef fail
#include "../memory.h"
#include "compile.h"
#include "vm/vm.h"

typedef struct World {
  CountedMemory memory;
  uint64_t clock;
  char output[4096];
  size_t written;
} World;

static uint64_t world_now(void *ctx) { return ((World *)ctx)->clock += 1000; }
static void world_close(void *ctx, int64_t handle) { (void)ctx, (void)handle; }

/* Writes are collected; everything else fails. */
static int64_t world_kernel(void *ctx, unsigned id, const int64_t *raw, void *const *buffers, const uint64_t *sizes) {
  World *w = ctx;
  if (id != 6 || raw[0] != 1 || w->written + sizes[0] > sizeof w->output) return id == 33 ? 2 : -1;
  memcpy(w->output + w->written, buffers[0], sizes[0]);
  w->written += sizes[0];
  return (int64_t)sizes[0];
}

typedef struct Job {
  World world;
  Program program;
  Vm *vm;
  void *image;
  size_t size;
  int exact; /* link for a debugger */
} Job;

static void compile(Job *j, const char *source) {
  memset(j, 0, sizeof *j);
  assert_non_null(j->image = compile_text("build/run.orus", source, &j->size));
}

/* Links, opens a machine, starts the entry.  0: no memory. */
static int start(Job *j, const VmLimits *limits) {
  World *w = &j->world;
  LoadReport report;
  VmHost host = {.ctx = w, .memory = counted_memory(&w->memory), .now_ns = world_now, .close = world_close, .kernel_call = world_kernel, .stack_stats = 1};
  j->vm = NULL;
  memset(&j->program, 0, sizeof j->program);
  if (!program_init(&j->program, host.memory)) return 0;
  j->program.is_exact = j->exact;
  if (!program_add(&j->program, j->image, j->size, ~(uint64_t)0, &report)) return 0;
  if (!(j->vm = vm_new(&j->program, &host, limits))) return 0;
  const Func *entry = program_entry(&j->program);
  const OrbcModule *m = &entry->module->view;
  Obj *args = vm_array(j->vm, entry->module->types[m->items[orbc_type(m, entry->row->type)->first_item].type - ORBC_FIRST_MODULE_TYPE], 0);
  return args && vm_start(j->vm, entry, NULL, &args) == VM_DONE;
}

static void stop(Job *j) {
  if (j->vm) vm_free(j->vm);
  program_free(&j->program);
  assert_int_equal(j->world.memory.outstanding, 0);
}

static void finish(Job *j) {
  stop(j);
  free(j->image);
}

static const char work[] =
    "fn main():\n"
    "    mut total = 0\n"
    "    words: Map[string, i32] = {}\n"
    "    for i in 0..2000:\n"
    "        total = (total * 31 + i) % 65537\n"
    "        words[(i % 50).to_string()] = total\n"
    "    print(total, len(words), [1, 2].map(fn(x: i32) -> i32: x * 2))\n";

static uint64_t instructions(const Vm *vm) {
  VmStats s;
  vm_stats(vm, &s);
  return s.instructions;
}

/* As the fuzzer does it. */
static void a_prelude_that_is_loaded_first_gives_the_same_image(void **unused) {
  (void)unused;
  Job j;
  Options options = {.std_dir = "std"};
  Compiler *c = malloc(sizeof *c);
  void *image;
  size_t size;
  assert_non_null(c);
  compile(&j, work);
  stage0_init(c, &options);
  assert_true(stage0_load_prelude(c));
  assert_true(stage0_compile(c, "build/run.orus", &image, &size));
  assert_int_equal(size, j.size);
  assert_memory_equal(image, j.image, size);
  stage0_free(c);
  free(c);
  free(image);
  free(j.image);
  options.std_dir = "nowhere";
  c = malloc(sizeof *c);
  assert_non_null(c);
  stage0_init(c, &options);
  assert_false(stage0_load_prelude(c));
  assert_string_not_equal(c->message, "");
  stage0_free(c);
  free(c);
}

static void a_suspended_run_goes_on_to_the_same_end(void **unused) {
  (void)unused;
  Job j;
  compile(&j, work);
  assert_true(start(&j, NULL));
  assert_int_equal(vm_run(j.vm), VM_DONE);
  uint64_t whole = instructions(j.vm);
  size_t length = j.world.written;
  char expected[4096];
  memcpy(expected, j.world.output, length);
  stop(&j);
  j.world.written = 0;
  VmLimits limits = {.fuel = 1000};
  assert_true(start(&j, &limits));
  unsigned stops = 0;
  for (VmStatus s; (s = vm_run(j.vm)) != VM_DONE; stops++) {
    assert_int_equal(s, VM_STOPPED);
    assert_int_equal(vm_stop_kind(j.vm), ERR_KIND_OUT_OF_FUEL);
    limits.fuel += 1000;
    vm_set_limits(j.vm, &limits);
  }
  assert_true(stops > 10);
  assert_int_equal(instructions(j.vm), whole);
  assert_int_equal(j.world.written, length);
  assert_memory_equal(j.world.output, expected, length);
  finish(&j);
}

static void the_heap_limit_changes_while_suspended(void **unused) {
  (void)unused;
  Job j;
  compile(&j, "fn main():\n    kept: [[i32]] = []\n    for i in 0..2000: kept.push([i, i, i])\n    print(len(kept))\n");
  for (int raise = 0; raise < 2; raise++) {
    VmLimits limits = {.heap_bytes = 65536, .fuel = 3000}, now;
    assert_true(start(&j, &limits));
    assert_int_equal(vm_run(j.vm), VM_STOPPED);
    limits = (VmLimits){.heap_bytes = raise ? 32 << 20 : 65536};
    vm_set_limits(j.vm, &limits);
    vm_get_limits(j.vm, &now);
    assert_int_equal(now.heap_bytes, limits.heap_bytes);
    assert_int_equal(vm_run(j.vm), VM_DONE);
    assert_int_equal(vm_result(j.vm), raise ? 0 : 70); /* out of memory, not caught */
    stop(&j);
  }
  free(j.image);
}

static void *interrupt_soon(void *vm) {
  for (volatile int i = 0; i < 1000000; i++) {}
  vm_interrupt(vm);
  return NULL;
}

static void another_thread_can_interrupt(void **unused) {
  (void)unused;
  Job j;
  compile(&j, "fn main():\n    mut n = 0\n    while true: n = n + 1 & 7\n");
  assert_true(start(&j, NULL));
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, j.vm), 0);
  assert_int_equal(vm_run(j.vm), VM_STOPPED);
  assert_int_equal(vm_stop_kind(j.vm), ERR_KIND_INTERRUPTED);
  pthread_join(thread, NULL);
  finish(&j);
}

static void a_deadline_stops_the_run(void **unused) {
  (void)unused;
  Job j;
  compile(&j, "fn main():\n    while true: pass\n");
  VmLimits limits = {.deadline_ns = 50000};
  assert_true(start(&j, &limits));
  assert_int_equal(vm_run(j.vm), VM_STOPPED);
  assert_int_equal(vm_stop_kind(j.vm), ERR_KIND_DEADLINE);
  finish(&j);
}

static const Func *find_function(const Job *j, const char *name) {
  for (uint32_t i = 0; i < j->program.functions_count; i++) {
    uint32_t n;
    const char *s = orbc_string(&j->program.functions[i].module->view, j->program.functions[i].row->name, &n);
    if (n == strlen(name) && !memcmp(s, name, n)) return &j->program.functions[i];
  }
  return NULL;
}

static void breakpoints_stop_and_steps_go_on_by_one(void **unused) {
  (void)unused;
  Job j;
  compile(&j, "fn twice(n: i32) -> i32: n + n\nfn main():\n    for i in 0..5: twice(i)\n    print(\"end\")\n");
  j.exact = 1;
  assert_true(start(&j, NULL));
  const Func *twice = find_function(&j, "twice"), *f;
  uint32_t pc;
  assert_non_null(twice);
  assert_true(vm_set_breakpoint(j.vm, twice, 0));
  for (int64_t i = 0; i < 5; i++) {
    assert_int_equal(vm_run(j.vm), VM_BREAK);
    assert_true(vm_frame(j.vm, 0, &f, &pc) && f == twice && pc == 0);
    assert_int_equal(vm_raw(j.vm, 0), i);
    vm_step(j.vm);
    assert_int_equal(vm_run(j.vm), VM_BREAK);
    assert_true(vm_frame(j.vm, 0, &f, &pc) && f == twice && pc == 1);
  }
  vm_clear_breakpoint(j.vm, twice, 0);
  assert_int_equal(vm_run(j.vm), VM_DONE);
  assert_int_equal(j.world.written, 4);
  finish(&j);
}

/* The deepest call is known exactly and the slots within a frame, whatever the stacks did meanwhile; later runs that use less do not lower them. */
static void statistics_keep_the_most_that_was_used(void **unused) {
  (void)unused;
  Job j;
  compile(&j, "fn down(n: i32) -> i32: 0 if n == 0 else down(n - 1) + 1\nfn main(): pass\n");
  j.exact = 1; /* no call is expanded */
  assert_true(start(&j, NULL));
  const Func *down = find_function(&j, "down");
  VmStats s;
  vm_stats(j.vm, &s);
  assert_int_equal(s.call_depth_max, 1);
  for (int64_t n = 0; n < 100000; n = n * 3 + 1) { /* beyond the first room of every stack */
    assert_int_equal(vm_start(j.vm, down, &n, NULL), VM_DONE);
    assert_int_equal(vm_run(j.vm), VM_DONE);
    assert_int_equal(vm_result(j.vm), n);
    vm_stats(j.vm, &s);
    assert_int_equal(s.call_depth_max, n + 1);
    assert_true(s.raw_slots_max > (uint64_t)n && s.raw_slots_max <= (uint64_t)(n + 1) * (func_head(func_code(&j.program, down))->raw_total + 4u));
    assert_true(s.ref_slots_max >= 1 && s.ref_slots_max <= 64);
    assert_int_equal(s.call_depth, 0);
  }
  uint64_t depth = s.call_depth_max;
  int64_t one = 1;
  assert_int_equal(vm_start(j.vm, down, &one, NULL), VM_DONE);
  assert_int_equal(vm_run(j.vm), VM_DONE);
  vm_stats(j.vm, &s);
  assert_int_equal(s.call_depth_max, depth);
  finish(&j);
}

static void statistics_keep_the_largest_heap(void **unused) {
  (void)unused;
  Job j;
  compile(&j, "fn fill() -> i32: ([7] * 3000000)[5]\nfn main(): pass\n");
  assert_true(start(&j, NULL));
  VmStats before, after;
  vm_stats(j.vm, &before);
  assert_int_equal(vm_start(j.vm, find_function(&j, "fill"), NULL, NULL), VM_DONE);
  assert_int_equal(vm_run(j.vm), VM_DONE);
  gc_collect(vm_heap(j.vm), 1);
  gc_collect(vm_heap(j.vm), 1);
  vm_stats(j.vm, &after);
  assert_true(after.heap.in_use_max >= before.heap.in_use + 12000000);
  assert_true(after.heap.in_use < after.heap.in_use_max);
  finish(&j);
}

static void registers_and_state_follow_a_run(void **unused) {
  (void)unused;
  Job j;
  compile(&j, "fn twice(n: i32) -> i32: n + n\nfn main():\n    n = twice(1)\n    print(n)\n    print(twice(2000000000))\n");
  j.exact = 1;
  assert_true(start(&j, NULL));
  const Func *twice = find_function(&j, "twice"), *main_function = find_function(&j, "main");
  VmRegisters r;
  assert_int_equal(vm_state(j.vm), VM_READY);
  assert_true(vm_set_breakpoint(j.vm, twice, 0));
  assert_int_equal(vm_run(j.vm), VM_BREAK);
  assert_int_equal(vm_state(j.vm), VM_PAUSED);
  vm_registers(j.vm, &r);
  assert_true(r.function == twice && r.program_counter == 0 && r.return_function == main_function);
  assert_int_equal(insn_op(main_function->module->view.code[main_function->row->first_code + r.return_address]), OP_CALL);
  assert_true(r.frame_pointer > 1 && !r.halted && !r.error && !r.overflow);
  uint64_t frame = r.frame_pointer;
  vm_clear_breakpoint(j.vm, twice, 0);
  assert_true(vm_set_breakpoint(j.vm, main_function, r.return_address + 1));
  assert_int_equal(vm_run(j.vm), VM_BREAK);
  vm_registers(j.vm, &r);
  assert_true(r.function == main_function && r.frame_pointer == frame - 1);
  vm_run(j.vm); /* the program's own start catches the error and reports it */
  vm_registers(j.vm, &r);
  assert_int_equal(vm_state(j.vm), VM_HALTED);
  assert_true(r.halted && !r.error && !r.function);
  int64_t large = 2000000000;
  assert_int_equal(vm_start(j.vm, twice, &large, NULL), VM_DONE);
  assert_int_equal(vm_state(j.vm), VM_READY);
  assert_int_equal(vm_run(j.vm), VM_ERROR);
  vm_registers(j.vm, &r);
  assert_int_equal(vm_state(j.vm), VM_FAILED);
  assert_true(r.halted && r.error && r.overflow);
  assert_string_equal(vm_kind_class(vm_error_kind(j.vm)), "ARITHMETIC");
  assert_string_equal(vm_kind_class(ERR_KIND_STACK_OVERFLOW), "STACK_OVERFLOW");
  assert_string_equal(vm_kind_class(-1), "PROGRAM");
  finish(&j);
}

/* Out of memory at each allocation in turn: a clean end, nothing leaked, and once there is enough the same output. */
static void memory_may_run_out_anywhere(void **unused) {
  (void)unused;
  Job j;
  compile(&j, work);
  int done = 0;
  size_t n = 1;
  for (; !done && n < 50000; n += 1 + n / 200) { /* the stress build verifies all the time: a sample of many allocations */
    j.world.memory.fail_at = n;
    j.world.memory.allocations = j.world.written = 0;
    if (start(&j, NULL)) {
      VmStatus s = vm_run(j.vm);
      assert_true(s == VM_DONE || s == VM_ERROR);
      j.world.memory.fail_at = 0; /* verifying needs memory */
      assert_null(gc_verify(vm_heap(j.vm)));
      done = s == VM_DONE && vm_result(j.vm) == 0;
    }
    stop(&j);
  }
  assert_true(done && n > 20);
  free(j.image);
}

static void an_uncaught_error_has_kind_message_and_trace(void **unused) {
  (void)unused;
  Job j;
  compile(&j, "fn main(): pass\nfn broken(n: i32) -> i32: 10 / n\nfn keep() -> i32: broken(0)\n");
  assert_true(start(&j, NULL));
  int64_t zero = 0;
  const Func *broken = find_function(&j, "broken"), *f;
  uint32_t pc, length;
  assert_int_equal(vm_start(j.vm, broken, &zero, NULL), VM_DONE);
  assert_int_equal(vm_run(j.vm), VM_ERROR);
  assert_int_equal(vm_error_kind(j.vm), ERR_KIND_DIVISION_BY_ZERO);
  assert_memory_equal(vm_error_message(j.vm, vm_error(j.vm), &length), "division by zero", 16);
  assert_true(vm_error_frame(j.vm, vm_error(j.vm), 0, &f, &pc) && f == broken);
  assert_false(vm_error_frame(j.vm, vm_error(j.vm), 1, &f, &pc));
  int64_t five = 5;
  assert_int_equal(vm_start(j.vm, broken, &five, NULL), VM_DONE); /* the machine is usable afterwards */
  assert_int_equal(vm_run(j.vm), VM_DONE);
  assert_int_equal(vm_result(j.vm), 2);
  finish(&j);
}

/* What expanding calls must not change: arguments that the function assigns, sources of arguments that change before the call, returns in the middle, results
 * that go to a variable which is an argument too, locals that are read before they are set again, calls in arguments, loops, handlers around calls. */
static const char calls[] =
    "struct Point:\n    x: i32\n    y: i32\n"
    "fn clamp(n: i32, low: i32, high: i32) -> i32:\n    if n < low: return low\n    if n > high: return high\n    n\n"
    "fn halve(n: i32) -> i32:\n    mut m = n\n    mut steps = 0\n    while m > 1:\n        m = m / 2\n        steps += 1\n    steps\n"
    "fn add(p: Point, q: Point) -> Point: Point{ x: p.x + q.x, y: p.y + q.y }\n"
    "fn pick(p: Point, q: Point, first: bool) -> Point:\n    if first: return p\n    q\n"
    "fn divide(a: i32, b: i32) -> i32: a / b\n"
    "fn share(total: i32, n: i32) -> i32:\n    part = divide(total, n)\n    part + divide(total, part)\n"
    "fn sum(n: i32) -> i32: 0 if n == 0 else n + sum(n - 1)\n"
    "fn even(n: i32) -> bool: true if n == 0 else odd(n - 1)\n"
    "fn odd(n: i32) -> bool: false if n == 0 else even(n - 1)\n"
    "fn guarded(n: i32) -> i32:\n    mut r = 7\n    try: r = share(100, n)\n    catch e: r = 0 - r\n    r\n"
    "fn words(s: string, n: i32) -> string:\n    mut out = \"\"\n    for i in 0..n: out = out + s + i.to_string()\n    out\n"
    "fn main():\n"
    "    mut a = 5\n    a = clamp(a, a + 1, a * 3)\n    print(a, clamp(a, 0, 3), clamp(2, 0, 3), halve(a * 100))\n"
    "    mut p = Point{ x: 1, y: 2 }\n    q = add(p, p)\n    p = pick(p, q, a > 5)\n    p = pick(q, add(p, q), false)\n    print(p, q)\n"
    "    mut t = 0\n    for i in 0..20: t += clamp(halve(i * i), i % 3, clamp(i, 2, 5)) * share(40 + i, 1 + i % 4)\n"
    "    print(t, sum(10), even(10), odd(7), guarded(5), guarded(0), guarded(200))\n"
    "    print(words(\"a\", 4), [3, 1, 2].sorted(), {1: \"one\"}.get_or(1, \"\"))\n"
    "    print(share(1, 2))\n";

typedef struct Ending {
  char output[4096];
  size_t written;
  uint32_t frames, trace[32][2];
} Ending;

static void run_calls(Ending *ending, int exact) {
  Job j;
  const Func *f;
  memset(ending, 0, sizeof *ending);
  compile(&j, calls);
  j.exact = exact;
  assert_true(start(&j, NULL));
  assert_int_equal(vm_run(j.vm), VM_DONE); /* the start function reports the error, and gives 70 */
  assert_int_equal(vm_result(j.vm), 70);
  memcpy(ending->output, j.world.output, j.world.written);
  ending->written = j.world.written;
  const Func *share = find_function(&j, "share");
  int64_t arguments[2] = {1, 2};
  assert_int_equal(vm_start(j.vm, share, arguments, NULL), VM_DONE);
  assert_int_equal(vm_run(j.vm), VM_ERROR);
  uint32_t pc;
  for (; vm_error_frame(j.vm, vm_error(j.vm), ending->frames, &f, &pc); ending->frames++) {
    ending->trace[ending->frames][0] = f->index;
    program_position(f, pc, &ending->trace[ending->frames][1], &pc);
  }
  finish(&j);
}

static void expanded_calls_change_neither_results_nor_traces(void **unused) {
  (void)unused;
  Ending *exact = malloc(sizeof *exact), *expanded = malloc(sizeof *expanded);
  assert_true(exact && expanded);
  run_calls(exact, 1);
  run_calls(expanded, 0);
  assert_int_equal(exact->written, expanded->written);
  assert_memory_equal(exact->output, expanded->output, exact->written);
  assert_true(exact->written > 80);
  assert_int_equal(exact->frames, 2); /* divide, share */
  assert_memory_equal(exact, expanded, sizeof *exact);
  free(exact);
  free(expanded);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_prelude_that_is_loaded_first_gives_the_same_image), cmocka_unit_test(a_suspended_run_goes_on_to_the_same_end), cmocka_unit_test(the_heap_limit_changes_while_suspended), cmocka_unit_test(another_thread_can_interrupt), cmocka_unit_test(a_deadline_stops_the_run),
      cmocka_unit_test(breakpoints_stop_and_steps_go_on_by_one), cmocka_unit_test(statistics_keep_the_most_that_was_used),
      cmocka_unit_test(statistics_keep_the_largest_heap), cmocka_unit_test(registers_and_state_follow_a_run), cmocka_unit_test(memory_may_run_out_anywhere), cmocka_unit_test(an_uncaught_error_has_kind_message_and_trace),
      cmocka_unit_test(expanded_calls_change_neither_results_nor_traces),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
