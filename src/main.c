/* main.c -- the `orus` executable: opens the kernel, loads a program, runs it on a machine, reports.  The command line is read by cli/.
 *
 * Exit codes: the program's own; 64 bad usage, 65 not a valid .orbc or not assembler text, 66 cannot be read, 70 an error that nobody caught. */
#include "cli/options.h"
#include "cli/report.h"
#include "cli/trace.h"
#include "code/asm.h"
#include "code/dis.h"
#include "code/program.h"
#include "code/verify.h"
#include "kernel/kernel.h"
#include "vm/vm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STANDARD_ERROR = 2 };

typedef struct Host {
  Kctx ctx;
} Host;

/* -- what the machine needs -- */

static void *host_alloc(void *ctx, size_t size, size_t align) { return kernel_alloc(&((Host *)ctx)->ctx, size, align); }
static void host_free(void *ctx, void *block, size_t size, size_t align) { kernel_free(&((Host *)ctx)->ctx, block, size, align); }

static int64_t host_kernel_call(void *ctx, unsigned id, const int64_t *raw, void *const *buffers, const uint64_t *sizes) {
  KernelArgs args = {raw, buffers, sizes};
  return kernel_call(&((Host *)ctx)->ctx, id, &args);
}

static uint64_t host_now(void *ctx) { return (uint64_t)host_kernel_call(ctx, KCALL_time_monotonic, NULL, NULL, NULL); }

static void host_close(void *ctx, int64_t handle) { host_kernel_call(ctx, KCALL_fs_close, &handle, NULL, NULL); }

/* -- reading the file -- */

/* The file in memory that is aligned to 8 bytes; NULL when it cannot be read. */
static void *read_file(const char *path, size_t *size) {
  FILE *f = fopen(path, "rb");
  if (!f) return NULL;
  size_t room = 1 << 16, n = 0;
  char *bytes = malloc(room);
  while (bytes) {
    n += fread(bytes + n, 1, room - n, f);
    if (n < room) break;
    char *more = room < FILE_LIMIT_FILE_BYTES ? realloc(bytes, room *= 2) : NULL;
    if (!more) free(bytes);
    bytes = more;
  }
  if (bytes && ferror(f)) {
    free(bytes);
    bytes = NULL;
  }
  fclose(f);
  *size = n;
  return bytes;
}

static int refused(const char *file, const LoadReport *r) {
  fprintf(stderr, "orus: %s: %s", file, load_error_message(r->error));
  if (r->detail[0]) fprintf(stderr, " (%s", r->detail);
  if (r->section != ORBC_NONE) fprintf(stderr, ", section %s", orbc_section_name(r->section));
  if (r->row != ORBC_NONE) fprintf(stderr, ", row %" PRIu32, r->row);
  fprintf(stderr, "%s\n", r->detail[0] ? ")" : "");
  return EXIT_INVALID;
}

/* -- running -- */

/* The program's arguments as an Array[string]; NULL: no memory. */
static Obj *make_args(Vm *vm, const Func *entry, const Options *o, GcScope *scope) {
  uint32_t type = entry->module->types[entry->module->view.items[orbc_type(&entry->module->view, entry->row->type)->first_item].type - ORBC_FIRST_MODULE_TYPE];
  scope->slots[0] = vm_array(vm, type, (uint32_t)o->args_count);
  for (int i = 0; scope->slots[0] && i < o->args_count; i++) {
    Obj *s = vm_string(vm, o->args[i], strlen(o->args[i]));
    if (!s) return NULL;
    ((Obj **)array_data((ArrayObj *)(void *)scope->slots[0]))[i] = s;
    gc_wrote(vm_heap(vm), scope->slots[0]);
  }
  return scope->slots[0];
}

/* What the program has written must come out even when the run was stopped. */
static void flush_output(Vm *vm, const Program *program) {
  const Func *flush = program_find(program, "flush", 5);
  VmLimits none = {0};
  if (!flush || flush->raw_params || flush->ref_params) return;
  vm_set_limits(vm, &none);
  vm_start(vm, flush, NULL, NULL);
  vm_run(vm);
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
  if (o->trace == TRACE_NONE) return vm_run(vm);
  return trace_run(vm, program, program->memory, o->trace, (TraceSink){host, write_trace});
}

/* Whether the entry function returns the exit code. */
static int has_code(const Func *entry) {
  const OrbcType *t = orbc_type(&entry->module->view, entry->row->type);
  return t->items > t->number;
}

/* Says how the run ended; the exit code. */
static int end_of_run(Vm *vm, const Program *program, const Options *o, VmStatus status) {
  VmErrorKind kind = vm_stop_kind(vm);
  VmStats stats;
  int code = status != VM_DONE ? EXIT_UNCAUGHT : has_code(program_entry(program)) ? (int)(vm_result(vm) & 0xff) : 0;
  vm_stats(vm, &stats);
  if (status == VM_ERROR) report_error(vm);
  if (status == VM_FAULT) fprintf(stderr, "orus: the machine is broken: %s\n", vm_fault(vm));
  if (status == VM_STOPPED) {
    flush_output(vm, program);
    fprintf(stderr, "orus: stopped: %s\n", vm_kind_name(kind));
  }
  if (o->stats) report_stats(&stats, o->json);
  return code;
}

static int run_entry(Vm *vm, Host *host, const Program *program, const Options *o) {
  const Func *entry = program_entry(program);
  GcScope scope;
  Obj *args = NULL;
  gc_scope_open(vm_heap(vm), &scope);
  if (entry->ref_params) args = make_args(vm, entry, o, &scope);
  if (entry->ref_params && !args) {
    fprintf(stderr, "orus: out of memory for the arguments\n");
    return EXIT_UNCAUGHT;
  }
  args = scope.slots[0];
  VmStatus status = vm_start(vm, entry, NULL, &args);
  gc_scope_close(vm_heap(vm), &scope);
  if (status == VM_DONE) status = run_machine(vm, host, program, o);
  return end_of_run(vm, program, o, status);
}

/* An entry takes nothing or one Array[string], and returns nothing or an i32. */
static int entry_fits(const Func *entry) {
  const OrbcModule *m = &entry->module->view;
  const OrbcType *t = orbc_type(m, entry->row->type);
  if (t->number > 1 || t->items - t->number > 1) return 0;
  if (has_code(entry) && m->items[t->first_item + t->number].type != TYPE_I32) return 0;
  if (t->number == 0) return 1;
  uint32_t arg = m->items[t->first_item].type;
  return arg >= ORBC_FIRST_MODULE_TYPE && orbc_type(m, arg)->kind == KIND_ARRAY && orbc_type(m, arg)->of == TYPE_STRING;
}

static int run_program(Host *host, const Program *program, const Options *o) {
  const Func *entry = program_entry(program);
  if (!entry || !entry_fits(entry)) {
    fprintf(stderr, "orus: %s: there is no entry function that takes nothing or an Array[string] and returns nothing or an i32\n", o->file);
    return EXIT_INVALID;
  }
  VmHost vh = {.ctx = host, .memory = {host, host_alloc, host_free}, .now_ns = host_now, .close = host_close, .kernel_call = host_kernel_call};
  Vm *vm = vm_new(program, &vh, &o->limits);
  if (!vm) {
    fprintf(stderr, "orus: out of memory\n");
    return EXIT_UNCAUGHT;
  }
  int code = run_entry(vm, host, program, o);
  vm_free(vm);
  return code;
}

/* -- text -- */

static int out_of_memory(void) {
  fprintf(stderr, "orus: out of memory\n");
  return EXIT_UNCAUGHT;
}

static int disassemble(Host *host, const Options *o, const void *image, size_t size) {
  OrbcModule m;
  LoadReport report;
  CodeText text;
  GcMemory memory = {host, host_alloc, host_free};
  if (!orbc_read(image, size, &m, &report)) return refused(o->file, &report);
  ctext_init(&text, memory);
  int ok = dis_module(&m, memory, &text);
  if (ok) fwrite(text.bytes.rows, 1, text.bytes.count, stdout);
  ctext_free(&text);
  return ok ? options_finish_output() : out_of_memory();
}

static int report_text(const char *file, const AsmReport *r) {
  if (r->error == ASM_NO_MEMORY) return out_of_memory();
  fprintf(stderr, "%s:", file);
  if (r->line) fprintf(stderr, "%" PRIu32 ":%" PRIu32 ":", r->line, r->column);
  fprintf(stderr, " %s", r->message);
  if (r->detail[0]) fprintf(stderr, " (%s)", r->detail);
  if (r->token[0]) fprintf(stderr, ", not '%s'", r->token);
  fputc('\n', stderr);
  return EXIT_INVALID;
}

/* The file's name with .orbc in place of its extension; NULL: no memory. */
static char *output_name(const char *file) {
  const char *slash = strrchr(file, '/'), *dot = strrchr(slash ? slash : file, '.');
  size_t n = dot && dot != file ? (size_t)(dot - file) : strlen(file);
  char *name = malloc(n + sizeof ".orbc");
  if (!name) return NULL;
  memcpy(name, file, n);
  memcpy(name + n, ".orbc", sizeof ".orbc");
  return name;
}

static int write_file(const char *path, const void *bytes, size_t size) {
  FILE *f = fopen(path, "wb");
  int ok = f && fwrite(bytes, 1, size, f) == size;
  if (f && fclose(f)) ok = 0;
  if (!ok) fprintf(stderr, "orus: cannot write '%s'\n", path);
  return ok ? 0 : EXIT_UNCAUGHT;
}

static int assemble(Host *host, const Options *o, const char *text, size_t size) {
  void *image;
  size_t image_size;
  AsmReport report;
  GcMemory memory = {host, host_alloc, host_free};
  if (!asm_assemble(text, size, memory, &image, &image_size, &report)) return report_text(o->file, &report);
  char *name = o->output ? NULL : output_name(o->file);
  int code = o->output || name ? write_file(o->output ? o->output : name, image, image_size) : out_of_memory();
  free(name);
  memory.free(memory.ctx, image, image_size, 8);
  return code;
}

static int load_and(Host *host, const Options *o) {
  size_t size;
  void *image = read_file(o->file, &size);
  if (!image) return options_unreadable(o);
  if (o->command == COMMAND_DIS || o->command == COMMAND_ASM) {
    int code = o->command == COMMAND_DIS ? disassemble(host, o, image, size) : assemble(host, o, image, size);
    free(image);
    return code;
  }
  Program program;
  LoadReport report;
  GcMemory memory = {host, host_alloc, host_free};
  int code = EXIT_UNCAUGHT;
  if (!program_init(&program, memory)) fprintf(stderr, "orus: out of memory\n");
  else {
    program.is_exact = o->trace != TRACE_NONE;
    if (!program_add(&program, image, size, ~(uint64_t)0, &report)) code = refused(o->file, &report);
    else if (o->command == COMMAND_RUN) code = run_program(host, &program, o);
    else printf("%s: valid\n", o->file), code = options_finish_output();
    program_free(&program);
  }
  free(image);
  return code;
}

int main(int argc, char **argv) {
  Options o;
  int code = options_parse(&o, argc, argv);
  if (code >= 0) return code;
  OrusKernel *kernel;
  if (orus_kernel_open(orus_port_posix(), &kernel)) {
    fprintf(stderr, "orus: cannot open the kernel\n");
    return EXIT_UNCAUGHT;
  }
  Host host;
  orus_kctx_init(&host.ctx, kernel);
  code = load_and(&host, &o);
  orus_kernel_close(kernel);
  return code;
}
