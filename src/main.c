/* main.c -- the `orus` executable: opens the kernel, loads a program, runs it on a machine, reports.
 *
 * Exit codes: the program's own; 64 bad usage, 65 not a valid .orbc or not assembler text, 66 cannot be read, 70 an error that nobody caught. */
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

#ifndef ORUS_VERSION
#define ORUS_VERSION "0.1.0"
#endif

enum { EXIT_USAGE = 64, EXIT_INVALID = 65, EXIT_UNREADABLE = 66, EXIT_UNCAUGHT = 70 };

typedef struct Host {
  Kctx ctx;
} Host;

typedef struct Options {
  const char *command, *file, *output;
  char **args;
  int args_count, stats, json;
  VmLimits limits;
} Options;

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

static void print_frames(const Vm *vm, const Obj *error) {
  const Func *func;
  uint32_t pc, n, k, line, column;
  for (uint32_t i = 0; vm_error_frame(vm, error, i, &func, &pc); i++) {
    if (!func) {
      fprintf(stderr, "  ...\n");
      continue;
    }
    const char *name = orbc_string(&func->module->view, func->row->name, &n), *file = orbc_string(&func->module->view, func->row->file, &k);
    program_position(func, pc, &line, &column);
    fprintf(stderr, "  at %.*s (%.*s:%" PRIu32 ":%" PRIu32 ")\n", (int)n, name, (int)k, file, line, column);
  }
}

static int report_error(const Vm *vm) {
  uint32_t n;
  const char *message = vm_error_message(vm, vm_error(vm), &n);
  fprintf(stderr, "error: %.*s [%s]\n", (int)n, message, vm_kind_name(vm_error_kind(vm)));
  print_frames(vm, vm_error(vm));
  return EXIT_UNCAUGHT;
}

/* The buckets that are not empty, by their upper ends. */
static void print_pauses(const char *kind, const uint64_t *buckets) {
  for (unsigned i = 0; i < GC_PAUSE_BUCKETS; i++)
    if (buckets[i]) fprintf(stderr, "%s pauses below %" PRIu64 " ns: %" PRIu64 "\n", kind, (uint64_t)2 << i, buckets[i]);
}

static void print_stats(const Vm *vm) {
  VmStats s;
  vm_stats(vm, &s);
  fprintf(stderr, "instructions %" PRIu64 "\nminor collections %" PRIu64 "\nfull collections %" PRIu64 "\nallocated bytes %" PRIu64 "\nheap bytes %" PRIu64
                  "\nlongest pause ns %" PRIu64 "\n", s.instructions, s.heap.minor, s.heap.full, s.heap.allocated, s.heap.in_use, s.heap.pause_max_ns);
  print_pauses("minor", s.heap.minor_pauses);
  print_pauses("full", s.heap.full_pauses);
}

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

/* Whether the entry function returns the exit code. */
static int has_code(const Func *entry) {
  const OrbcType *t = orbc_type(&entry->module->view, entry->row->type);
  return t->items > t->number;
}

static int run_entry(Vm *vm, const Program *program, const Options *o) {
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
  if (status == VM_DONE) status = vm_run(vm);
  int code = has_code(entry) ? (int)(vm_result(vm) & 0xff) : 0;
  if (status == VM_ERROR) code = report_error(vm);
  if (status == VM_STOPPED) {
    VmErrorKind kind = vm_stop_kind(vm);
    if (o->stats) print_stats(vm);
    flush_output(vm, program);
    fprintf(stderr, "orus: stopped: %s\n", vm_kind_name(kind));
    return EXIT_UNCAUGHT;
  }
  if (status == VM_FAULT) {
    fprintf(stderr, "orus: the machine is broken: %s\n", vm_fault(vm));
    code = EXIT_UNCAUGHT;
  }
  if (o->stats) print_stats(vm);
  return code;
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
  int code = run_entry(vm, program, o);
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
  int ok = dis_module(&m, memory, &text), written = 0;
  if (ok) written = fwrite(text.bytes.rows, 1, text.bytes.count, stdout) == text.bytes.count && !fflush(stdout);
  ctext_free(&text);
  if (!ok) return out_of_memory();
  if (!written) fprintf(stderr, "orus: cannot write to standard output\n");
  return written ? 0 : EXIT_UNCAUGHT;
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
  int runs = !strcmp(o->command, "run");
  size_t size;
  void *image = read_file(o->file, &size);
  if (!image) {
    fprintf(stderr, "orus: cannot read '%s'\n", o->file);
    return EXIT_UNREADABLE;
  }
  if (!strcmp(o->command, "dis") || !strcmp(o->command, "asm")) {
    int code = !strcmp(o->command, "dis") ? disassemble(host, o, image, size) : assemble(host, o, image, size);
    free(image);
    return code;
  }
  Program program;
  LoadReport report;
  GcMemory memory = {host, host_alloc, host_free};
  int code = EXIT_UNCAUGHT;
  if (!program_init(&program, memory)) fprintf(stderr, "orus: out of memory\n");
  else {
    if (!program_add(&program, image, size, ~(uint64_t)0, &report)) code = refused(o->file, &report);
    else if (runs) code = run_program(host, &program, o);
    else code = printf("%s: valid\n", o->file) < 0;
    program_free(&program);
  }
  free(image);
  return code;
}

/* -- command line -- */

static int usage(FILE *to) {
  fputs("usage: orus [OPTIONS] FILE.orbc [ARGUMENTS...]   run a compiled program\n"
        "       orus verify FILE.orbc                     check it without running it\n"
        "       orus dis FILE.orbc                        print it as assembler text\n"
        "       orus asm [-o FILE.orbc] FILE.oasm         assemble text\n"
        "options:\n"
        "  --stats            print statistics at the end, on stderr\n"
        "  --limits           print the limits and their defaults\n"
        "  --limit NAME=N     set a limit (see --limits)\n"
        "  --version [--json] print the version\n"
        "  --help             print this\n", to);
  return to == stdout ? 0 : EXIT_USAGE;
}

static int print_limits(void) {
#define RUN_LIMIT(NAME, field, default, smallest, meaning) printf("%-14s %20" PRIu64 "  %s\n", #field, (uint64_t)(default), meaning);
#include "limits.def"
  return 0;
}

static int set_limit(Options *o, const char *text) {
  const char *equals = strchr(text, '=');
  char *end;
  if (!equals) return 0;
  uint64_t value = strtoull(equals + 1, &end, 10);
  if (*end || end == equals + 1) return 0;
#define RUN_LIMIT(NAME, field, default, smallest, meaning) \
  if (strlen(#field) == (size_t)(equals - text) && !memcmp(#field, text, (size_t)(equals - text))) return o->limits.field = value, 1;
#include "limits.def"
  return 0;
}

static int print_version(int json) {
  if (json) printf("{\"name\": \"orus\", \"version\": \"%s\", \"orbc\": \"%d.%d\"}\n", ORUS_VERSION, ORBC_VERSION_MAJOR, ORBC_VERSION_MINOR);
  else printf("orus %s\n", ORUS_VERSION);
  return 0;
}

static int is_command(const char *word) { return !strcmp(word, "run") || !strcmp(word, "verify") || !strcmp(word, "dis") || !strcmp(word, "asm"); }

int main(int argc, char **argv) {
  Options o = {0};
  int i = 1, version = 0;
  for (; i < argc && argv[i][0] == '-'; i++) {
    if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) return usage(stdout);
    if (!strcmp(argv[i], "--limits")) return print_limits();
    if (!strcmp(argv[i], "--version")) version = 1;
    else if (!strcmp(argv[i], "--json")) o.json = 1;
    else if (!strcmp(argv[i], "--stats")) o.stats = 1;
    else if (!strcmp(argv[i], "--limit") && i + 1 < argc) {
      if (set_limit(&o, argv[++i])) continue;
      fprintf(stderr, "orus: no such limit: '%s'; see orus --limits\n", argv[i]);
      return EXIT_USAGE;
    } else {
      fprintf(stderr, "orus: unknown option '%s'; see orus --help\n", argv[i]);
      return EXIT_USAGE;
    }
  }
  if (version) return print_version(o.json);
  o.command = i < argc && is_command(argv[i]) ? argv[i++] : "run";
  if (!strcmp(o.command, "asm") && i + 1 < argc && !strcmp(argv[i], "-o")) {
    o.output = argv[i + 1];
    i += 2;
  }
  if (i >= argc) return usage(stderr);
  o.file = argv[i++];
  o.args = argv + i;
  o.args_count = argc - i;
  OrusKernel *kernel;
  if (orus_kernel_open(orus_port_posix(), &kernel)) {
    fprintf(stderr, "orus: cannot open the kernel\n");
    return EXIT_UNCAUGHT;
  }
  Host host;
  orus_kctx_init(&host.ctx, kernel);
  int code = load_and(&host, &o);
  orus_kernel_close(kernel);
  return code;
}
