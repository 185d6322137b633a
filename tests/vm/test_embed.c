/* A host in C, from text to result: how a program is assembled, loaded, called with arguments, stopped and continued, and how its errors are read.
 * All of it with the public parts of code/ and vm/; nothing here knows the inside of the machine. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "code/asm.h"
#include "vm/vm.h"

static const char text[] =
    "module guest\n"
    "fn power(base: i64, exponent: i32) -> i64 {\n"
    "  local r2: i64\n"
    "  ldi r2, 1, i64\n"
    "again:\n"
    "  ldi r3, 0, i32\n  lt_s r3, r3, r1\n  jf r3, done\n"
    "  mul_i64 r2, r2, r0\n  addi_i32 r1, r1, -1\n  jmp again\n"
    "done:\n"
    "  retr r2\n"
    "}\n"
    "fn shorter(a: string, b: string) -> string {\n"
    "  slen r0, p0\n  slen r1, p1\n  lt_s r0, r1, r0\n  jt r0, second\n  retp p0\n"
    "second:\n"
    "  retp p1\n"
    "}\n"
    "export power\nexport shorter\n";

/* -- what the machine needs of its host: memory, a clock, closing of handles; kernel calls are for those who grant some -- */

static void *host_alloc(void *ctx, size_t size, size_t align) {
  size_t unit = align < 16 ? 16 : align;
  ++*(long *)ctx;
  return aligned_alloc(unit, (size + unit - 1) / unit * unit);
}

static void host_free(void *ctx, void *block, size_t size, size_t align) {
  (void)size, (void)align;
  if (block) --*(long *)ctx;
  free(block);
}

static uint64_t host_now(void *ctx) { return (void)ctx, 0; }
static void host_close(void *ctx, int64_t handle) { (void)ctx, (void)handle; }

typedef struct Guest {
  long blocks;
  GcMemory memory;
  void *image;
  size_t size;
  Program program;
  Vm *vm;
} Guest;

/* The image must stay while the program does. */
static void open_guest(Guest *g, uint64_t fuel) {
  AsmReport mistake;
  LoadReport refusal;
  *g = (Guest){.memory = {&g->blocks, host_alloc, host_free}};
  assert_true(asm_assemble(text, strlen(text), g->memory, &g->image, &g->size, &mistake));
  assert_true(program_init(&g->program, g->memory));
  assert_true(program_add(&g->program, g->image, g->size, 0, &refusal)); /* no kernel domain is granted */
  VmHost host = {.ctx = &g->blocks, .memory = g->memory, .now_ns = host_now, .close = host_close};
  VmLimits limits = {.fuel = fuel, .heap_bytes = 1 << 20};
  g->vm = vm_new(&g->program, &host, &limits);
  assert_non_null(g->vm);
}

static void close_guest(Guest *g) {
  vm_free(g->vm);
  program_free(&g->program);
  g->memory.free(g->memory.ctx, g->image, g->size, 8);
  assert_int_equal(g->blocks, 0);
}

static VmStatus call_power(Guest *g, int64_t base, int64_t exponent) {
  const Func *power = program_find(&g->program, "power", 5);
  const int64_t arguments[] = {base, exponent};
  assert_non_null(power);
  assert_int_equal(vm_start(g->vm, power, arguments, NULL), VM_DONE);
  return vm_run(g->vm);
}

static void numbers_go_in_and_out(void **unused) {
  (void)unused;
  Guest g;
  open_guest(&g, 0);
  assert_int_equal(call_power(&g, 3, 4), VM_DONE);
  assert_int_equal(vm_result(g.vm), 81);
  assert_int_equal(call_power(&g, -2, 3), VM_DONE); /* a machine is called as often as one likes */
  assert_int_equal(vm_result(g.vm), -8);
  close_guest(&g);
}

/* What C holds between two allocations is in the slots of a scope: the collector moves objects. */
static void strings_go_in_and_out(void **unused) {
  (void)unused;
  Guest g;
  GcScope scope;
  open_guest(&g, 0);
  gc_scope_open(vm_heap(g.vm), &scope);
  scope.slots[0] = vm_string(g.vm, "longer", 6);
  scope.slots[1] = vm_string(g.vm, "short", 5);
  assert_non_null(scope.slots[0]);
  assert_non_null(scope.slots[1]);
  assert_int_equal(vm_start(g.vm, program_find(&g.program, "shorter", 7), NULL, scope.slots), VM_DONE);
  assert_int_equal(vm_run(g.vm), VM_DONE);
  assert_ptr_equal(vm_result_ref(g.vm), scope.slots[1]);
  gc_scope_close(vm_heap(g.vm), &scope);
  close_guest(&g);
}

static void errors_are_values_of_the_host(void **unused) {
  (void)unused;
  Guest g;
  uint32_t length, pc;
  const Func *where;
  open_guest(&g, 0);
  assert_int_equal(call_power(&g, 10, 19), VM_ERROR);
  assert_int_equal(vm_error_kind(g.vm), ERR_KIND_OVERFLOW);
  const char *message = vm_error_message(g.vm, vm_error(g.vm), &length);
  assert_int_equal(length, strlen("integer overflow"));
  assert_memory_equal(message, "integer overflow", length);
  assert_true(vm_error_frame(g.vm, vm_error(g.vm), 0, &where, &pc));
  assert_ptr_equal(where, program_find(&g.program, "power", 5));
  assert_int_equal(pc, 4); /* mul_i64 */
  assert_int_equal(call_power(&g, 10, 18), VM_DONE); /* and the machine goes on */
  close_guest(&g);
}

static void a_run_stops_at_its_limit_and_goes_on(void **unused) {
  (void)unused;
  Guest g;
  int stops = 0;
  open_guest(&g, 100);
  VmStatus status = call_power(&g, 1, 1000);
  for (uint64_t fuel = 1000; status == VM_STOPPED && stops < 100; stops++, fuel += 1000) {
    assert_int_equal(vm_stop_kind(g.vm), ERR_KIND_OUT_OF_FUEL);
    vm_set_limits(g.vm, &(VmLimits){.fuel = fuel, .heap_bytes = 1 << 20}); /* fuel counts from the start of the call */
    status = vm_run(g.vm);
  }
  assert_int_equal(status, VM_DONE);
  assert_int_equal(vm_result(g.vm), 1);
  assert_true(stops >= 3); /* six instructions a round */
  close_guest(&g);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_go_in_and_out), cmocka_unit_test(strings_go_in_and_out),
                                     cmocka_unit_test(errors_are_values_of_the_host), cmocka_unit_test(a_run_stops_at_its_limit_and_goes_on)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
