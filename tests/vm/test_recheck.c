/* The debug build checks the values that instructions read: arguments that the host must not pass (it may pass anything; the machine trusts it) end the run
 * with VM_FAULT where they are read.  In other builds nothing is checked, and nothing is tested here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#undef fail
#include "../host.h"
#include "code/asm.h"

static const char source[] =
    "type Record = struct { x: i32 }\n"
    "type Numbers = array[i32]\n"
    "export small\nexport single\nexport letter\nexport record\nexport list\n"
    "fn small(u8) -> i64 {\n  ldi r1, 1, i64\n  add_i64 r1, r0, r1\n  retr r1\n}\n"
    "fn single(f32) -> f64 {\n  add_f64 r1, r0, r0\n  retr r1\n}\n"
    "fn letter(char) -> char {\n  jmp out\nout: retr r0\n}\n"
    "fn record(Record) -> i32 {\n  getf r0, p0, x of Record\n  retr r0\n}\n"
    "fn list(list[i32]) -> i32 {\n  llen r0, p0\n  retr r0\n}\n";

typedef struct Job {
  uint64_t clock;
  Program program;
  Vm *vm;
  void *image;
} Job;

static void open_job(Job *j) {
  GcMemory memory = plain_memory();
  VmHost host = plain_host(&j->clock);
  AsmReport report;
  LoadReport why;
  size_t size;
  j->clock = 0;
  if (!asm_assemble(source, sizeof source - 1, memory, &j->image, &size, &report)) print_error("%u:%u: %s\n", report.line, report.column, report.message);
  assert_non_null(j->image);
  assert_true(program_init(&j->program, memory));
  assert_true(program_add(&j->program, j->image, size, 0, &why));
  assert_non_null(j->vm = vm_new(&j->program, &host, NULL));
}

static void close_job(Job *j) {
  vm_free(j->vm);
  program_free(&j->program);
  free(j->image);
}

static VmStatus call(Job *j, const char *name, int64_t raw, Obj *ref) {
  const Func *f = program_find(&j->program, name, strlen(name));
  assert_non_null(f);
  assert_int_equal(vm_start(j->vm, f, &raw, &ref), VM_DONE);
  return vm_run(j->vm);
}

static void good_values_pass(void **unused) {
  (void)unused;
  Job j;
  open_job(&j);
  assert_int_equal(call(&j, "small", 255, NULL), VM_DONE);
  assert_int_equal(vm_result(j.vm), 256);
  assert_int_equal(call(&j, "letter", 0x10ffff, NULL), VM_DONE);
  assert_int_equal(call(&j, "single", 0x3ff8000000000000, NULL), VM_DONE);
  assert_int_equal(call(&j, "record", 0, NULL), VM_ERROR); /* null is for the instruction itself to refuse */
  close_job(&j);
}

#ifdef ORUS_DEBUG
static void raw_values_outside_their_type_are_faults(void **unused) {
  (void)unused;
  Job j;
  open_job(&j);
  assert_int_equal(call(&j, "small", 256, NULL), VM_FAULT);
  assert_string_equal(vm_fault(j.vm), "a raw value outside its type");
  assert_int_equal(call(&j, "small", -1, NULL), VM_FAULT);
  assert_int_equal(call(&j, "letter", 0xd800, NULL), VM_FAULT);
  assert_int_equal(call(&j, "single", 0x3ff0000000000001, NULL), VM_FAULT);
  assert_int_equal(call(&j, "small", 1, NULL), VM_DONE); /* a new run starts clean */
  assert_null(vm_fault(j.vm));
  close_job(&j);
}

static void objects_of_another_type_are_faults(void **unused) {
  (void)unused;
  Job j;
  open_job(&j);
  assert_int_equal(call(&j, "record", 0, vm_string(j.vm, "x", 1)), VM_FAULT);
  assert_string_equal(vm_fault(j.vm), "an object of another type");
  assert_int_equal(call(&j, "list", 0, vm_array(j.vm, TYPE_BYTES, 3)), VM_FAULT);
  Obj dead = {0};
  assert_int_equal(call(&j, "record", 0, &dead), VM_FAULT);
  assert_string_equal(vm_fault(j.vm), "a reference to what is no live object");
  assert_int_equal(call(&j, "record", 0, NULL), VM_ERROR);
  close_job(&j);
}
#endif

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(good_values_pass),
#ifdef ORUS_DEBUG
      cmocka_unit_test(raw_values_outside_their_type_are_faults), cmocka_unit_test(objects_of_another_type_are_faults),
#endif
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
