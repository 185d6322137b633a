/* Modules are added to a program that has a machine: what earlier ones left in it lives on, they share types, traits and functions; errors, interrupts, refusals
 * and want of memory leave the machine as it was. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../assembled.h"
#include "../host.h"

enum { MOST = 300 };

#define SHARED "type Cell = struct { next: Cell, n: i32 }\ntype Count = trait { count: fn() -> i32 }\n"

/* Keeps a chain of cells in a global, and can tell their sum. */
static const char first[] =
    "module first\n" SHARED
    "global chain: Cell\n"
    "export push\nexport sum\nexport count\nexport fail\nexport forever\n"
    "fn push(i32) {\n  local p0: Cell\n"
    "  new p0, Cell\n  setf p0, r0, n of Cell\n  getgp p1, chain\n  setfp p0, p1, next of Cell\n  setgp p0, chain\n  ret\n}\n"
    "fn sum() -> i32 {\n  local r0: i32\n  local p0: Cell\n"
    "  getgp p0, chain\n"
    "again:\n  jnull p0, done\n  getf r1, p0, n of Cell\n  add_i32 r0, r0, r1\n  getfp p0, p0, next of Cell\n  jmp again\n"
    "done:\n  retr r0\n}\n"
    "fn count(Cell) -> i32 {\n  getf r0, p0, n of Cell\n  retr r0\n}\n"
    "fn fail() {\n  new p0, Error\n  throw p0\n}\n"
    "fn forever() {\n  local p0: Cell\nagain:\n  new p0, Cell\n  jmp again\n}\n";

typedef struct World {
  CountedMemory memory;
  uint64_t clock;
  Program program;
  Vm *vm;
  void *images[MOST];
  size_t sizes[MOST];
  int count;
} World;

static int add(World *w, const char *text, LoadReport *report) {
  w->images[w->count] = assembled(text, &w->sizes[w->count]);
  int ok = program_add(&w->program, w->images[w->count], w->sizes[w->count], 0, report);
  if (ok) w->count++;
  else free(w->images[w->count]);
  return ok;
}

static void extend(World *w, const char *text) {
  LoadReport report;
  if (!add(w, text, &report)) fail_msg("%s (%s)", load_error_message(report.error), report.detail);
  assert_true(vm_extend(w->vm));
  assert_null(gc_verify(vm_heap(w->vm)));
}

static void open_world(World *w) {
  LoadReport report;
  memset(w, 0, sizeof *w);
  assert_true(program_init(&w->program, counted_memory(&w->memory)));
  assert_true(add(w, first, &report));
  VmHost host = plain_host(&w->clock);
  host.memory = counted_memory(&w->memory);
  w->vm = vm_new(&w->program, &host, NULL);
  assert_non_null(w->vm);
}

static void close_world(World *w) {
  vm_free(w->vm);
  program_free(&w->program);
  while (w->count) free(w->images[--w->count]);
  assert_int_equal(w->memory.outstanding, 0);
}

static VmStatus start(World *w, const char *name, int64_t argument) {
  const Func *f = program_find(&w->program, name, strlen(name));
  assert_non_null(f);
  return vm_start(w->vm, f, &argument, NULL);
}

static int64_t call(World *w, const char *name, int64_t argument) {
  assert_int_equal(start(w, name, argument), VM_DONE);
  assert_int_equal(vm_run(w->vm), VM_DONE);
  return vm_result(w->vm);
}

/* Module `n`: a type, a global, a constant and a string of its own; it adds n to the chain of the first module by its function, and to its own global. */
static void numbered(char *to, size_t size, int n) {
  snprintf(to, size,
           "module number%d\n" SHARED
           "type Own%d = struct { cell: Cell, x: i64 }\n"
           "import push from first(i32)\nimport sum from first() -> i32\n"
           "global kept: Own%d\n"
           "export work%d\nexport own%d\n"
           "fn work%d() -> i32 {\n  local p0: Own%d\n"
           "  new p0, Own%d\n  ldi r0, %d, i64\n  setf p0, r0, x of Own%d\n  new p1, Cell\n  setfp p0, p1, cell of Own%d\n  setgp p0, kept\n"
           "  ldi r0, %d, i32\n  call r0, p1, push\n  call r0, p1, sum\n  retr r0\n}\n"
           "fn own%d() -> i64 {\n  getgp p0, kept\n  getf r0, p0, x of Own%d\n  retr r0\n}\n",
           n, n, n, n, n, n, n, n, n, n, n, n, n, n);
}

static void values_live_on_while_modules_are_added(void **unused) {
  (void)unused;
  World w;
  char text[4096], name[32];
  int64_t sum = 1000;
  open_world(&w);
  call(&w, "push", 1000);
  for (int n = 1; n < MOST; n++) {
    numbered(text, sizeof text, n);
    extend(&w, text);
    snprintf(name, sizeof name, "work%d", n);
    assert_int_equal(call(&w, name, 0), sum += n);
    if (n % 50 == 0) gc_collect(vm_heap(w.vm), n % 100 == 0);
  }
  assert_null(gc_verify(vm_heap(w.vm)));
  for (int n = 1; n < MOST; n++) {
    snprintf(name, sizeof name, "own%d", n);
    assert_int_equal(call(&w, name, 0), n);
  }
  close_world(&w);
}

static const char implements[] =
    "module %s\n" SHARED
    "import count from first(Cell) -> i32\n"
    "%s"
    "export asked\n"
    "impl Count for Cell { %s }\n"
    "fn asked(i32) -> i32 {\n  new p0, Cell\n  setf p0, r0, n of Cell\n  cast_ref p0, p0, Count\n  call_trait r1, p0, count of Count\n  retr r1\n}\n";

static void modules_may_repeat_an_implementation_but_not_change_it(void **unused) {
  (void)unused;
  World w;
  LoadReport report;
  char text[2048];
  open_world(&w);
  for (int n = 0; n < 2; n++) {
    snprintf(text, sizeof text, implements, n ? "one" : "two", "", "count");
    extend(&w, text);
    assert_int_equal(call(&w, "asked", 7 + n), 7 + n);
  }
  snprintf(text, sizeof text, implements, "three", "fn other(Cell) -> i32 {\n  ldi r0, 1, i32\n  retr r0\n}\n", "other");
  assert_false(add(&w, text, &report));
  assert_int_equal(report.error, LOAD_MISMATCH);
  assert_true(vm_extend(w.vm));
  assert_int_equal(call(&w, "asked", 9), 9);
  close_world(&w);
}

static void an_error_leaves_the_machine_to_later_modules(void **unused) {
  (void)unused;
  World w;
  char text[4096];
  open_world(&w);
  call(&w, "push", 5);
  start(&w, "fail", 0);
  assert_int_equal(vm_run(w.vm), VM_ERROR);
  numbered(text, sizeof text, 1);
  extend(&w, text);
  assert_int_equal(call(&w, "work1", 0), 6);
  close_world(&w);
}

static void a_run_that_was_interrupted_is_dropped(void **unused) {
  (void)unused;
  World w;
  char text[4096];
  open_world(&w);
  call(&w, "push", 5);
  start(&w, "forever", 0);
  vm_interrupt(w.vm);
  assert_int_equal(vm_run(w.vm), VM_STOPPED);
  assert_int_equal(vm_stop_kind(w.vm), ERR_KIND_INTERRUPTED);
  numbered(text, sizeof text, 1);
  extend(&w, text);
  assert_int_equal(vm_run(w.vm), VM_NO_MEMORY); /* there is none to go on with */
  gc_collect(vm_heap(w.vm), 1);
  assert_int_equal(call(&w, "work1", 0), 6);
  close_world(&w);
}

static void a_refused_module_changes_nothing(void **unused) {
  (void)unused;
  World w;
  LoadReport report;
  open_world(&w);
  call(&w, "push", 5);
  assert_false(add(&w, "module wrong\ntype Cell = struct { n: i32 }\nfn f() {\n  ret\n}\n", &report));
  assert_int_equal(report.error, LOAD_MISMATCH);
  assert_true(vm_extend(w.vm));
  assert_false(add(&w, "module wrong\nimport nothing from first()\nfn f() {\n  ret\n}\n", &report));
  assert_int_equal(report.error, LOAD_UNRESOLVED);
  assert_true(vm_extend(w.vm));
  assert_int_equal(call(&w, "sum", 0), 5);
  assert_null(gc_verify(vm_heap(w.vm)));
  close_world(&w);
}

static void refuse_from(World *w, size_t n) {
  w->memory.allocations = 0;
  w->memory.fail_at = n;
}

/* Each request for memory is refused in turn; then it is tried again. */
static void want_of_memory_can_be_got_over(void **unused) {
  (void)unused;
  World w;
  LoadReport report;
  char text[4096];
  open_world(&w);
  call(&w, "push", 5);
  numbered(text, sizeof text, 1);
  int added = 0, extended = 0;
  for (size_t n = 1; !added; n++) {
    refuse_from(&w, n);
    added = add(&w, text, &report);
    refuse_from(&w, 0);
    if (added) break;
    assert_int_equal(report.error, LOAD_OUT_OF_MEMORY);
    assert_true(vm_extend(w.vm));
    assert_int_equal(call(&w, "sum", 0), 5);
  }
  for (size_t n = 1; !extended; n++) {
    refuse_from(&w, n);
    extended = vm_extend(w.vm);
    refuse_from(&w, 0);
    assert_int_equal(call(&w, "sum", 0), 5);
    assert_true(n > 1 || !extended);
  }
  assert_int_equal(call(&w, "work1", 0), 6);
  close_world(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_live_on_while_modules_are_added),
      cmocka_unit_test(modules_may_repeat_an_implementation_but_not_change_it),
      cmocka_unit_test(an_error_leaves_the_machine_to_later_modules),
      cmocka_unit_test(a_run_that_was_interrupted_is_dropped),
      cmocka_unit_test(a_refused_module_changes_nothing),
      cmocka_unit_test(want_of_memory_can_be_got_over),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
