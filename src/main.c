/* main.c -- the `orus` executable: decides who does what.
 *
 * A program that is appended to the executable runs; else compiled programs are run, verified, disassembled and
 * assembled here, as cli/options.h reads the command line; everything else is done by the tools in Orus (cli/tool.h),
 * which may want a program run when they have ended.
 *
 * Exit codes: the program's own; 64 bad usage, 65 not a valid .orbc, program or assembler text, 66 cannot be read, 70
 * an error that nobody caught. */
#define _POSIX_C_SOURCE 200809L /* sigaction */
#include "cli/appended.h"
#include "cli/file.h"
#include "cli/options.h"
#include "cli/run.h"
#include "cli/tool.h"
#include "code/asm.h"
#include "code/dis.h"
#include "kernel/kernel.h"

#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- interrupts -- */

/* Of the process: a handler has no context of its own. */
static _Atomic(const Interrupt *) told;

static void handle_interrupt(int number) {
  (void)number;
  const Interrupt *to = atomic_load(&told);
  if (to) to->call(to->ctx);
}

static void on_interrupt(const Interrupt *to) {
  struct sigaction action = {.sa_handler = handle_interrupt}; /* without SA_RESTART: what waits ends */
  atomic_store(&told, to);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
}

/* -- text -- */

static int disassemble(Host *host, const Options *o, const void *image, size_t size) {
  OrbcModule m;
  LoadReport report;
  CodeText text;
  GcMemory memory = host_memory(host);
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

static int assemble(Host *host, const Options *o, const char *text, size_t size) {
  void *image;
  size_t image_size;
  AsmReport report;
  GcMemory memory = host_memory(host);
  if (!asm_assemble(text, size, memory, &image, &image_size, &report)) return report_text(o->file, &report);
  char *name = o->output ? NULL : output_name(o->file);
  int code;
  if (!o->output && !name) code = out_of_memory();
  else code = file_write(&host->ctx, o->output ? o->output : name, image, image_size) ? 0 : EXIT_UNCAUGHT;
  free(name);
  memory.free(memory.ctx, image, image_size, 8);
  return code;
}

/* Whether the name is one of source text, which has to be compiled first; then says so. */
static int is_source(const char *file) {
  size_t n = strlen(file);
  if (n <= 5 || strcmp(file + n - 5, ".orus")) return 0;
  fprintf(stderr, "orus: '%s' is source text; orus build compiles it\n", file);
  return 1;
}

static int do_command(Host *host, const Options *o) {
  size_t size;
  int code = EXIT_UNCAUGHT;
  void *image = file_read(&host->ctx, o->file, &size);
  if (!image) return EXIT_UNREADABLE;
  switch (o->command) {
  case COMMAND_RUN: code = run_image(host, o, image, size, NULL, NULL); break;
  case COMMAND_VERIFY: code = is_source(o->file) ? EXIT_INVALID : verify_image(host, o, image, size); break;
  case COMMAND_DIS: code = is_source(o->file) ? EXIT_INVALID : disassemble(host, o, image, size); break;
  case COMMAND_ASM: code = assemble(host, o, image, size); break;
  case COMMAND_COUNT: break;
  }
  free(image);
  return code;
}

/* -- who does it -- */

/* The tools in Orus, and then the program that they want run. */
static int run_tool(Host *host, int argc, char **argv) {
  ToolAnswer answer;
  Options o;
  int code = tool_run(host, argv + 1, argc - 1, &answer);
  if (answer.image && answer.words) {
    code = options_parse(&o, answer.count, answer.words);
    if (code < 0) code = run_image(host, &o, answer.image, answer.size, NULL, NULL);
  }
  tool_forget(&answer);
  return code;
}

static int run_appended(Host *host, int argc, char **argv, void *image, size_t size) {
  Options o = {.file = argv[0], .args = argv + 1, .args_count = argc - 1};
  int code = run_image(host, &o, image, size, NULL, NULL);
  free(image);
  return code;
}

static int no_program(const char *executable, Appended found) {
  if (found == APPENDED_GONE) fprintf(stderr, "orus: the program in '%s' is gone, as strip takes it out; orus build --exe makes it anew\n", executable);
  else fprintf(stderr, "orus: the program in '%s' cannot be read\n", executable);
  return EXIT_UNREADABLE;
}

static int run_words(Host *host, int argc, char **argv) {
  void *image;
  size_t size;
  Options o;
  Appended found = appended_read(&host->ctx, &image, &size);
  if (found == APPENDED_READ) return run_appended(host, argc, argv, image, size);
  if (found != APPENDED_NONE) return no_program(argv[0], found);
  if (!options_are_ours(argc, argv)) return run_tool(host, argc, argv);
  int code = options_parse(&o, argc, argv);
  return code < 0 ? do_command(host, &o) : code;
}

int main(int argc, char **argv) {
  OrusKernel *kernel;
  if (orus_kernel_open(orus_port_posix(), &kernel)) {
    fprintf(stderr, "orus: cannot open the kernel\n");
    return EXIT_UNCAUGHT;
  }
  Host host = {.on_interrupt = on_interrupt};
  orus_kctx_init(&host.ctx, kernel);
  int code = run_words(&host, argc, argv);
  orus_kernel_close(kernel);
  return code;
}
