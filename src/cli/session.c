/* session.c -- see session.h. */
#include "cli/session.h"

#include "cli/report.h"
#include "code/dis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that the tool gave.  The images of the program are in a chain, the last one first: they must outlive it. */
typedef struct Image {
  struct Image *before;
  size_t size;
  _Alignas(16) char bytes[];
} Image;

typedef struct Session {
  Host *host;
  const Options *options;
  Vm *tool; /* that of the tool, which has ended */
  const Program *tools;
  Image *images;
  Program program;
  Vm *vm; /* from the first module on */
  int ended; /* as the tool wanted */
} Session;

static void interrupt(void *vm) { vm_interrupt(vm); }

/* Runs a module's entry function; Ctrl-C stops it. */
static int run_module(Session *s) {
  Interrupt stop = {interrupt, s->vm};
  s->host->on_interrupt(&stop);
  int code = run_entry(s->vm, s->host, &s->program, s->options);
  s->host->on_interrupt(NULL);
  return code;
}

/* The machine knows all modules; 0: no memory, and that was said. */
static int follow(Session *s) {
  if (!s->vm) s->vm = open_machine(s->host, &s->program, s->options);
  else if (!vm_extend(s->vm)) out_of_memory();
  else return 1;
  return s->vm && program_entry(&s->program) != NULL;
}

/* A copy of the image that the tool has made; NULL: no memory. */
static Image *copy_image(const ArrayObj *image) {
  Image *copy = malloc(sizeof *copy + image->length);
  if (!copy) return NULL;
  copy->size = image->length;
  memcpy(copy->bytes, array_data((ArrayObj *)(uintptr_t)image), image->length);
  return copy;
}

/* Adds a module and runs it; the exit code. */
static int take_module(Session *s, Image *image) {
  LoadReport report;
  if (!program_add(&s->program, image->bytes, image->size, ~(uint64_t)0, &report)) {
    free(image);
    if (s->vm && !vm_extend(s->vm)) return out_of_memory();
    return refused(s->options->file, &report);
  }
  image->before = s->images;
  s->images = image;
  return follow(s) ? run_module(s) : EXIT_UNCAUGHT;
}

/* -- the tool -- */

/* Calls an exported function of the tool; 0 when it is not there or fails, which is said. */
static int call_tool(Session *s, const char *name, int64_t argument) {
  const Func *f = program_find(s->tools, name, strlen(name));
  if (!f || f->ref_params || f->raw_params > 1) return 0;
  if (vm_start(s->tool, f, &argument, NULL) == VM_DONE && vm_run(s->tool) == VM_DONE) return 1;
  report_error(s->tool);
  return 0;
}

/* The bytes that an exported function of the tool gives, copied; NULL: no memory, or it fails. */
static Image *bytes_of(Session *s, const char *name) {
  const ArrayObj *bytes = call_tool(s, name, 0) ? (const ArrayObj *)(const void *)vm_result_ref(s->tool) : NULL;
  return bytes ? copy_image(bytes) : NULL;
}

/* -- listing -- */

/* Prints a function of a module, when that is one of its own. */
static int list_function(Session *s, const OrbcModule *m, uint32_t function) {
  GcMemory memory = host_memory(s->host);
  CodeText text;
  if (function < m->imports_count) return 0;
  Dis *dis = dis_open(m, memory);
  if (!dis) return out_of_memory();
  ctext_init(&text, memory);
  uint32_t own = function - m->imports_count;
  for (uint32_t pc = 0; pc < m->functions[own].code; pc++) {
    ctext_unsigned(&text, pc);
    ctext_put(&text, "\t");
    dis_instruction(dis, own, pc, &text);
    ctext_put(&text, "\n");
  }
  fwrite(text.bytes.rows, 1, text.bytes.count, stdout);
  fflush(stdout);
  ctext_free(&text);
  dis_close(dis);
  return 1;
}

/* The same of the function that the module exports under that name. */
static int list_export(Session *s, const OrbcModule *m, const Image *key) {
  for (uint32_t i = 0; i < m->exports_count; i++) {
    uint32_t n;
    const char *name = orbc_string(m, m->exports[i].name, &n);
    if (n == key->size && !memcmp(name, key->bytes, n)) return list_function(s, m, m->exports[i].function);
  }
  return 0;
}

static void list(Session *s, const Image *image, const Image *key) {
  OrbcModule m;
  LoadReport report;
  int done = orbc_read(image->bytes, image->size, &m, &report) && list_export(s, &m, key);
  for (uint32_t i = s->program.modules_count; !done && i-- > 0;) done = list_export(s, &s->program.modules[i].view, key);
  if (!done) fprintf(stderr, "orus: this has no code of its own\n");
}

/* -- the session -- */

static void close_program(Session *s) {
  if (s->vm) vm_free(s->vm);
  s->vm = NULL;
  program_free(&s->program);
  while (s->images) {
    Image *before = s->images->before;
    free(s->images);
    s->images = before;
  }
}

static int open_program(Session *s) {
  if (!program_init(&s->program, host_memory(s->host))) return 0;
  s->program.is_exact = s->options->trace != TRACE_NONE;
  return 1;
}

static int do_run(Session *s) {
  Image *image = bytes_of(s, "session_image");
  return call_tool(s, "session_ended", image ? take_module(s, image) : out_of_memory());
}

static int do_list(Session *s) {
  Image *image = bytes_of(s, "session_image"), *key = bytes_of(s, "session_key");
  if (image && key) list(s, image, key);
  else out_of_memory();
  free(image);
  free(key);
  return call_tool(s, "session_listed", 0);
}

/* Does what the tool wants next; 0: that was the end. */
static int go_on(Session *s) {
  if (!call_tool(s, "session_next", 0)) return 0;
  int64_t wanted = vm_result(s->tool);
  flush_output(s->tool, s->tools);
  switch (wanted) {
  case SESSION_RUN: return do_run(s);
  case SESSION_LIST: return do_list(s);
  case SESSION_FORGET: close_program(s); return open_program(s);
  default: s->ended = 1; return 0;
  }
}

int session_run(Host *host, Vm *tool, const Program *tools, const Options *o) {
  Session s = {.host = host, .tool = tool, .tools = tools, .options = o};
  if (!open_program(&s)) return out_of_memory();
  host->on_interrupt(NULL);
  while (go_on(&s)) continue;
  int code = s.ended && call_tool(&s, "session_code", 0) ? (int)vm_result(tool) : EXIT_UNCAUGHT;
  close_program(&s);
  return code;
}
