/* run.c -- see run.h. */
#include "cli/run.h"

#include "cli/profile.h"
#include "cli/report.h"
#include "cli/tool.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STANDARD_ERROR = 2 };

/* -- what the machine needs -- */

static void *host_alloc(void *ctx, size_t size, size_t align) { return kernel_alloc(&((Host *)ctx)->ctx, size, align); }
static void host_free(void *ctx, void *block, size_t size, size_t align) { kernel_free(&((Host *)ctx)->ctx, block, size, align); }

static int64_t host_kernel_call(void *ctx, unsigned id, const int64_t *raw, void *const *buffers, const uint64_t *sizes) {
  KernelArgs args = {raw, buffers, sizes};
  return kernel_call(&((Host *)ctx)->ctx, id, &args);
}

static uint64_t host_now(void *ctx) { return (uint64_t)host_kernel_call(ctx, KCALL_time_monotonic, NULL, NULL, NULL); }

static void host_close(void *ctx, int64_t handle) { host_kernel_call(ctx, KCALL_fs_close, &handle, NULL, NULL); }

GcMemory host_memory(Host *host) { return (GcMemory){host, host_alloc, host_free}; }

int out_of_memory(void) {
  fprintf(stderr, "orus: out of memory\n");
  return EXIT_UNCAUGHT;
}

/* -- loading -- */

int refused(const char *file, const LoadReport *r) {
  fprintf(stderr, "orus: %s: %s", file, load_error_message(r->error));
  if (r->detail[0]) fprintf(stderr, " (%s", r->detail);
  if (r->section != ORBC_NONE) fprintf(stderr, ", section %s", orbc_section_name(r->section));
  if (r->row != ORBC_NONE) fprintf(stderr, ", row %" PRIu32, r->row);
  fprintf(stderr, "%s\n", r->detail[0] ? ")" : "");
  return EXIT_INVALID;
}

/* Whether the program has the section IMPORTS, so that there must be others before it.  What it looks like else is for the reader to say. */
static int has_imports(const void *image, size_t size) {
  OrbcHeader header;
  if (size < sizeof header) return 0;
  memcpy(&header, image, sizeof header);
  if (header.magic != ORBC_MAGIC || header.sections > (size - sizeof header) / sizeof(OrbcSection)) return 0;
  const OrbcSection *sections = (const OrbcSection *)(const void *)((const char *)image + sizeof header);
  for (uint32_t i = 0; i < header.sections; i++)
    if (sections[i].number == ORBC_IMPORTS) return 1;
  return 0;
}

/* The program of an image; 0: -1, else the exit code after saying why not. */
static int load(Host *host, const Options *o, const void *image, size_t size, Program *program) {
  LoadReport report;
  if (!program_init(program, host_memory(host))) return out_of_memory();
  program->is_exact = o->trace != TRACE_NONE;
  uint64_t grants = ~(uint64_t)0;
  if (has_imports(image, size) && orus_std_words[0]) {
    if (!program_add_built_in(program, orus_std_words, grants, &report)) {
      program_free(program);
      return refused("the standard library", &report);
    }
  }
  int added = o->built_in ? program_add_built_in(program, o->built_in, grants, &report)
              : o->vouched ? program_add_vouched(program, image, size, grants, &report) : program_add(program, image, size, grants, &report);
  if (added) return -1;
  program_free(program);
  return refused(o->file, &report);
}

int verify_image(Host *host, const Options *o, const void *image, size_t size) {
  Program program;
  int code = load(host, o, image, size, &program);
  if (code >= 0) return code;
  program_free(&program);
  printf("%s: valid\n", o->file);
  return options_finish_output();
}

/* -- running -- */

/* The program's arguments as an Array[string]; NULL: no memory. */
static Obj *make_args(Vm *vm, const Func *entry, const Options *o, GcScope *scope) {
  uint32_t type = entry->module->types[entry->module->view.items[func_type(entry)->first_item].type - ORBC_FIRST_MODULE_TYPE];
  scope->slots[0] = vm_array(vm, type, (uint32_t)o->args_count);
  for (int i = 0; scope->slots[0] && i < o->args_count; i++) {
    Obj *s = vm_string(vm, o->args[i], strlen(o->args[i]));
    if (!s) return NULL;
    ((Obj **)array_data((ArrayObj *)(void *)scope->slots[0]))[i] = s;
    gc_wrote(vm_heap(vm), scope->slots[0]);
  }
  return scope->slots[0];
}

void flush_output(Vm *vm, const Program *program) {
  const Func *flush = program_find(program, "flush", 5);
  VmLimits none = {0}, limits;
  if (!flush || flush->raw_params || flush->ref_params) return;
  vm_get_limits(vm, &limits);
  vm_set_limits(vm, &none);
  vm_start(vm, flush, NULL, NULL);
  vm_run(vm);
  vm_set_limits(vm, &limits);
}

/* Lines of a trace go to standard error as the program's own do: in order, and not into a file that took the place of a closed standard error. */
static int write_trace(void *ctx, const char *bytes, size_t count) {
  OrusKctx *k = &((Host *)ctx)->ctx;
  while (count) {
    int64_t n = orus_io_write(k, STANDARD_ERROR, bytes, (int64_t)count), entry[3] = {STANDARD_ERROR, ORUS_POLL_WRITE, 0};
    if (n > 0) bytes += n, count -= (size_t)n;
    else if (orus_kernel_errno(k) == ORUS_ERR_AGAIN) orus_io_poll(k, entry, 3, -1);
    else if (orus_kernel_errno(k) != ORUS_ERR_INTERRUPTED) return 0;
  }
  return 1;
}

static VmStatus run_machine(Vm *vm, Host *host, const Program *program, const Options *o) {
  if (o->trace == TRACE_NONE) return o->profile ? profile_run(vm, program, program->memory) : vm_run(vm);
  return trace_run(vm, program, program->memory, o->trace, (TraceSink){host, write_trace});
}

/* Whether the entry function returns the exit code. */
static int has_code(const Func *entry) {
  const OrbcType *t = func_type(entry);
  return t->items > t->number;
}

/* Says how the run ended; the exit code. */
static int end_of_run(Vm *vm, const Program *program, const Options *o, VmStatus status) {
  VmErrorKind kind = vm_stop_kind(vm);
  VmStats stats;
  int code = status != VM_DONE ? EXIT_UNCAUGHT : has_code(program_entry(program)) ? (int)(vm_result(vm) & 0xff) : 0;
  if (status == VM_ERROR) report_error(vm);
  if (status == VM_FAULT) fprintf(stderr, "orus: the machine is broken: %s\n", vm_fault(vm));
  if (status == VM_STOPPED) {
    flush_output(vm, program);
    fprintf(stderr, "orus: stopped: %s\n", vm_kind_name(kind));
  }
  if (o->stats) {
    vm_stats(vm, &stats);
    report_stats(&stats, o->json);
  }
  return code;
}

int run_entry(Vm *vm, Host *host, const Program *program, const Options *o) {
  const Func *entry = program_entry(program);
  GcScope scope;
  Obj *args = NULL;
  gc_scope_open(vm_heap(vm), &scope);
  if (entry->ref_params) args = make_args(vm, entry, o, &scope);
  gc_scope_close(vm_heap(vm), &scope);
  if (entry->ref_params && !args) {
    fprintf(stderr, "orus: out of memory for the arguments\n");
    return EXIT_UNCAUGHT;
  }
  VmStatus status = vm_start(vm, entry, NULL, &args);
  if (status == VM_DONE) status = run_machine(vm, host, program, o);
  return end_of_run(vm, program, o, status);
}

/* An entry takes nothing or one Array[string], and returns nothing or an i32. */
static int entry_fits(const Func *entry) {
  const OrbcModule *m = &entry->module->view;
  const OrbcType *t = func_type(entry);
  if (t->number > 1 || t->items - t->number > 1) return 0;
  if (has_code(entry) && m->items[t->first_item + t->number].type != TYPE_I32) return 0;
  if (t->number == 0) return 1;
  uint32_t arg = m->items[t->first_item].type;
  return arg >= ORBC_FIRST_MODULE_TYPE && orbc_type(m, arg)->kind == KIND_ARRAY && orbc_type(m, arg)->of == TYPE_STRING;
}

Vm *open_machine(Host *host, const Program *program, const Options *o) {
  VmHost vh = {.ctx = host, .memory = host_memory(host), .now_ns = host_now, .close = host_close, .kernel_call = host_kernel_call, .stack_stats = o->stats};
  Vm *vm = vm_new(program, &vh, &o->limits);
  if (!vm) out_of_memory();
  return vm;
}

int run_image(Host *host, const Options *o, const void *image, size_t size, AfterRun *after, void *ctx) {
  Program program;
  int code = load(host, o, image, size, &program);
  if (code >= 0) return code;
  const Func *entry = program_entry(&program);
  if (!entry || !entry_fits(entry)) {
    fprintf(stderr, "orus: %s: there is no entry function that takes nothing or an Array[string] and returns nothing or an i32\n", o->file);
    code = EXIT_INVALID;
  } else {
    Vm *vm = open_machine(host, &program, o);
    code = vm ? run_entry(vm, host, &program, o) : EXIT_UNCAUGHT;
    if (vm && after) code = after(ctx, vm, &program, code);
    if (vm) vm_free(vm);
  }
  program_free(&program);
  return code;
}
