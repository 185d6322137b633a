/* libFuzzer target: any bytes as Orus source for the whole compiler in Orus (fuzz/compiler.orus), which runs on the machine.  It is compiled or refused with
 * diagnostics; an error that the compiler does not catch is a finding.
 *
 * What the fuzzer is to find new is code in Orus, so not the machine is instrumented but its jumps are counted (ORUS_COUNT_JUMPS in vm/interp.c): libFuzzer takes
 * such counters from the section of this name. */
#include "../tests/kernel_host.h"
#include "code/program.h"
#include "code/utf8.h"

#include <stdio.h>
#include <string.h>

enum { COUNTERS = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

__attribute__((section("__libfuzzer_extra_counters"))) unsigned char orus_jumps[COUNTERS];

static void die(const char *what) {
  fprintf(stderr, "fuzz_compiler: %s\n", what);
  abort();
}

/* -- the machine with the compiler -- */

static void *read_image(size_t *size) {
  FILE *f = fopen("build/fuzz/compiler.orbc", "rb");
  if (!f || fseek(f, 0, SEEK_END)) die("build/fuzz/compiler.orbc is not there: scripts/fuzz-smoke makes it");
  *size = (size_t)ftell(f);
  void *image = aligned_alloc(64, (*size + 63) & ~(size_t)63);
  rewind(f);
  if (!image || fread(image, 1, *size, f) != *size) die("the compiler cannot be read");
  fclose(f);
  return image;
}

/* The code of the modules runs before main, which gets no words. */
static void start_compiler(Vm *vm, const Program *program) {
  const Func *entry = program_entry(program);
  const OrbcModule *m = &entry->module->view;
  GcScope scope;
  gc_scope_open(vm_heap(vm), &scope);
  if (entry->ref_params) scope.slots[0] = vm_array(vm, entry->module->types[m->items[orbc_type(m, entry->row->type)->first_item].type - ORBC_FIRST_MODULE_TYPE], 0);
  VmStatus status = vm_start(vm, entry, NULL, scope.slots);
  gc_scope_close(vm_heap(vm), &scope);
  if (status != VM_DONE || vm_run(vm) != VM_DONE) die("the compiler does not start");
}

static Vm *open_machine(Program *program, Kctx *k) {
  OrusKernel *kernel;
  LoadReport report;
  size_t size;
  void *image = read_image(&size);
  if (orus_kernel_open(orus_port_posix(), &kernel)) die("no kernel");
  orus_kctx_init(k, kernel);
  if (!program_init(program, plain_memory()) || !program_add(program, image, size, ~(uint64_t)0, &report)) die("the compiler is refused");
  VmHost host = kernel_host(k);
  host.test_mode = 1;
  VmLimits limits = {.heap_bytes = (uint64_t)1 << 30, .call_depth = 100000};
  Vm *vm = vm_new(program, &host, &limits);
  if (!vm) die("no memory");
  start_compiler(vm, program);
  return vm;
}

/* -- a text -- */

static int is_text(const uint8_t *data, size_t size) {
  for (size_t i = 0, n; i < size; i += n)
    if (!(n = utf8_length(data + i, size - i))) return 0;
  return 1;
}

static void report_error(Vm *vm) {
  uint32_t length, pc;
  const Func *where;
  const char *message = vm_error_message(vm, vm_error(vm), &length);
  fprintf(stderr, "the compiler throws: %.*s\n", (int)length, message);
  for (uint32_t i = 0; i < 20 && vm_error_frame(vm, vm_error(vm), i, &where, &pc); i++) fprintf(stderr, "  in function %u at %u\n", (unsigned)where->index, (unsigned)pc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static Program program;
  static Kctx kernel;
  static Vm *vm;
  GcScope scope;
  if (!vm) vm = open_machine(&program, &kernel);
  if (!is_text(data, size)) return 0; /* such files are refused before the compiler sees them */
  gc_scope_open(vm_heap(vm), &scope);
  scope.slots[0] = vm_string(vm, (const char *)data, size);
  const Func *errors_in = program_find(&program, "errors_in", 9);
  if (!scope.slots[0] || !errors_in) die("no text, or no function for it");
  VmStatus status = vm_start(vm, errors_in, NULL, scope.slots);
  gc_scope_close(vm_heap(vm), &scope);
  if (status == VM_DONE) status = vm_run(vm);
  if (status == VM_DONE) return 0;
  if (status == VM_ERROR) report_error(vm);
  die("the compiler breaks off");
  return 0;
}
